//! What a recording does as it is played: pitch, level, loops, ends, and what must not be heard.

use std::f64::consts::TAU;
use std::sync::Arc;

use cultivar_patch::schema::SILENCE_DB;
use cultivar_patch::{Clip, Patch, Recording};

use super::*;
use crate::math::hash;

const RATE: f32 = 48_000.0;
/// Turns per sample that frequencies may reach at this rate.
const LIMIT: f32 = 28.0 / 48.0;

fn record(channels: Vec<Vec<f32>>, looped: Option<[usize; 2]>) -> Arc<Tape> {
    let recording = Recording::new("test", 48_000, channels, 60.0, looped);
    tape(&Clip::Own(Arc::new(recording.expect("a legal recording"))))
}

/// A sine of a frequency in hertz that comes in and goes out softly.
fn sine(hertz: f64, frames: usize) -> Vec<f32> {
    let soft = |n: usize| 0.5 - 0.5 * (0.5 * TAU * (n.min(2000) as f64 / 2000.0)).cos();
    let one = |n: usize| {
        let turns = hertz * n as f64 / f64::from(RATE);
        (soft(n) * soft(frames - n) * (TAU * turns).sin()) as f32
    };
    (0..frames).map(one).collect()
}

fn noise(frames: usize, seed: u32) -> Vec<f32> {
    (0..frames as u32).map(|n| 0.5 * crate::math::bipolar(hash(seed ^ hash(n)))).collect()
}

fn knobs(looped: Looped) -> Knobs<f32> {
    let knobs = Patch::<f32>::default().sample;
    Knobs { on: 1.0, level: 0.0, looped: looped.value(), ..knobs }
}

/// Plays `len` samples at a note; gives the player too.
fn play(tape: &Tape, knobs: &Knobs<f32>, note: f32, len: usize) -> ([Vec<f32>; 2], Sample) {
    let mut sample = Sample::new();
    sample.start(knobs);
    let mut sides = [vec![], vec![]];
    for _ in 0..len.div_ceil(CONTROL) {
        let (mut l, mut r) = ([0.0; CONTROL], [0.0; CONTROL]);
        let aim = Aim { span: Span::WHOLE, note, rate: RATE, limit: LIMIT };
        sample.aim(knobs, tape, &aim);
        sample.render(tape, 0, CONTROL, &mut l, &mut r);
        sides[0].extend(l);
        sides[1].extend(r);
    }
    sides.iter_mut().for_each(|side| side.truncate(len));
    (sides, sample)
}

fn rms(x: &[f32]) -> f64 {
    (x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / x.len() as f64).sqrt()
}

fn decibels(ratio: f64) -> f64 {
    20.0 * ratio.max(1e-12).log10()
}

/// The sine of a known frequency (turns per sample) in `x`: its amplitude and phase in turns,
/// and the RMS of all that is left without it.
fn fitted(x: &[f32], turns: f64) -> (f64, f64, f64) {
    let waves = |n: usize| (TAU * (turns * n as f64).fract()).sin_cos();
    let (mut ss, mut sc, mut cc, mut xs, mut xc) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (n, x) in x.iter().enumerate() {
        let ((s, c), x) = (waves(n), f64::from(*x));
        (ss, sc, cc, xs, xc) = (ss + s * s, sc + s * c, cc + c * c, xs + x * s, xc + x * c);
    }
    let determinant = ss * cc - sc * sc;
    let (a, b) = ((xs * cc - xc * sc) / determinant, (xc * ss - xs * sc) / determinant);
    let rest = x.iter().enumerate().map(|(n, x)| {
        let (s, c) = waves(n);
        (f64::from(*x) - a * s - b * c).powi(2)
    });
    let rest = (rest.sum::<f64>() / x.len() as f64).sqrt();
    (a.hypot(b), b.atan2(a) / TAU, rest)
}

#[test]
fn pitch_follows_key_tune_and_fine() {
    let tape = record(vec![sine(1000.0, 96_000)], None);
    let cases = [
        (60.0, 1.0, 0.0, 0.0, 0.0),
        (67.0, 1.0, 0.0, 0.0, 7.0),
        (48.5, 1.0, 0.0, 0.0, -11.5),
        (72.0, 0.5, 0.0, 0.0, 6.0),
        (72.0, 0.0, 0.0, 0.0, 0.0),
        (20.0, 0.0, 3.0, 0.0, 3.0),
        (60.0, 1.0, -12.0, 0.0, -12.0),
        (60.0, 1.0, 5.0, 37.0, 5.37),
    ];
    for (note, key, tune, fine, semitones) in cases {
        let knobs = Knobs { key, tune, fine, ..knobs(Looped::Once) };
        let ([x, _], _) = play(&tape, &knobs, note, 24_000);
        let turns = 1000.0 / 48_000.0 * 2f64.powf(semitones / 12.0);
        let phase = |from: usize| {
            let (_, phase, _) = fitted(&x[from..][..4096], turns);
            phase - turns * from as f64
        };
        let drift = phase(16_000) - phase(4_000);
        let cents = 1200.0 * ((drift - drift.round()) / 12_000.0 / turns).ln_1p() / 2f64.ln();
        assert!(cents.abs() < 0.01, "note {note}, key {key}: {cents} cents");
    }
}

#[test]
fn a_transposed_sine_is_a_sine() {
    for hertz in [200.0, 1_500.0, 6_000.0, 11_900.0] {
        let tape = record(vec![sine(hertz, 96_000)], None);
        for semitones in [-12.0f32, -7.3, -0.5, 0.0, 3.1, 7.0, 9.2, 12.0] {
            let turns = hertz / 48_000.0 * f64::from(exp2(semitones / 12.0));
            if turns * 48_000.0 > 19_700.0 {
                continue;
            }
            let knobs = Knobs { tune: semitones, ..knobs(Looped::Once) };
            let ([x, _], _) = play(&tape, &knobs, 60.0, 24_000);
            let (size, _, rest) = fitted(&x[8000..][..12_000], turns);
            let floor = decibels(rest / size * 2f64.sqrt());
            assert!(floor < -85.0, "{hertz} Hz by {semitones}: {floor} dB");
            assert!(decibels(size).abs() < 0.01, "{hertz} Hz by {semitones}: {size}");
        }
    }
}

#[test]
fn what_would_fold_back_is_not_there() {
    for hertz in [5_000.0, 9_000.0, 13_000.0, 20_000.0] {
        let tape = record(vec![sine(hertz, 240_000)], None);
        for semitones in [7.0, 12.0, 15.0, 24.0, 31.0, 36.0] {
            let reached = hertz * f64::from(exp2(semitones / 12.0));
            let knobs = Knobs { tune: semitones, ..knobs(Looped::Once) };
            let ([x, _], _) = play(&tape, &knobs, 60.0, 20_000);
            let level = decibels(rms(&x[6_000..12_000]) * 2f64.sqrt());
            if reached > 28_100.0 {
                assert!(level < -85.0, "{hertz} Hz by {semitones}: {level} dB");
            } else if reached < 19_700.0 {
                assert!(level.abs() < 0.05, "{hertz} Hz by {semitones}: {level} dB");
            }
        }
    }
}

#[test]
fn levels_are_decibels_and_pan_keeps_the_power() {
    let tape = record(vec![sine(700.0, 48_000)], None);
    let level = |level, pan| {
        let knobs = Knobs { level, pan, ..knobs(Looped::Once) };
        let (sides, _) = play(&tape, &knobs, 60.0, 20_000);
        sides.map(|x| rms(&x[4_000..]))
    };
    let [full, other] = level(0.0, 0.0);
    assert!((decibels(full * 2f64.sqrt())).abs() < 0.01 && full == other);
    for db in [-30.0f32, -12.0, -6.0, 6.0] {
        let found = decibels(level(db, 0.0)[0] / full);
        assert!((found - f64::from(db)).abs() < 0.01, "{db}: {found}");
    }
    assert_eq!(level(SILENCE_DB, 0.0), [0.0; 2]);
    for pan in [-1.0, -0.4, 0.7, 1.0] {
        let [l, r] = level(0.0, pan);
        assert!(((l * l + r * r) / (full * full) - 2.0).abs() < 1e-3, "{pan}");
        assert!((l > r) == (pan < 0.0));
    }
    assert!(level(0.0, -1.0)[1] < 1e-6 && level(0.0, 1.0)[0] < 1e-6);
}

#[test]
fn left_and_right_stay_apart() {
    let both = record(vec![sine(500.0, 48_000), sine(900.0, 48_000)], None);
    let alone = record(vec![sine(900.0, 48_000)], None);
    let ([left, right], _) = play(&both, &knobs(Looped::Once), 63.0, 20_000);
    let ([_, same], _) = play(&alone, &knobs(Looped::Once), 63.0, 20_000);
    assert!(right == same && left != right);
}

#[test]
fn a_loop_comes_again_after_its_length() {
    let wave = noise(6_000, 1);
    let tape = record(vec![wave.clone()], Some([1_500, 4_000]));
    let ([x, _], _) = play(&tape, &knobs(Looped::Forward), 60.0, 30_000);
    // What has not yet been through the seam is the recording itself, but for what lies at half
    // its rate.
    for (n, (x, wave)) in x.iter().zip(&wave).enumerate().take(3_500) {
        assert!((x - wave).abs() < 1e-2, "{n}: {x} for {wave}");
    }
    let period = 2_500;
    let off = |by: usize| (4_000..20_000).map(|n| (x[n] - x[n + by]).abs()).fold(0.0, f32::max);
    assert!(off(period) < 1e-5 && off(period + 1) > 0.1 && off(period / 2) > 0.1);
    // An octave up it takes half as long.
    let ([x, _], _) = play(&tape, &knobs(Looped::Forward), 72.0, 30_000);
    let off = |by: usize| (4_000..20_000).map(|n| (x[n] - x[n + by]).abs()).fold(0.0, f32::max);
    assert!(off(period / 2) < 1e-4);
}

#[test]
fn a_ping_pong_turns_at_both_ends() {
    let wave = noise(6_000, 2);
    let tape = record(vec![wave], Some([1_500, 4_000]));
    let ([x, _], _) = play(&tape, &knobs(Looped::Alternate), 60.0, 40_000);
    let off = |by: usize| (4_500..20_000).map(|n| (x[n] - x[n + by]).abs()).fold(0.0, f32::max);
    assert!(off(5_000) < 1e-5 && off(2_500) > 0.1);
    // Mirrored around each turn.
    for turn in [4_000, 6_500, 9_000, 11_500] {
        let apart = (0..2_000).map(|d| (x[turn + d] - x[turn - d]).abs()).fold(0.0, f32::max);
        assert!(apart < 1e-5, "turn at {turn}: {apart}");
    }
}

#[test]
fn a_loop_that_does_not_fit_is_not_heard_to_click() {
    // Third differences of the sine itself are 2·10⁻⁴; a bare cut would be one of up to 8.
    let wave: Vec<f32> =
        (0..20_000).map(|n| (TAU * 440.0 * f64::from(n) / 48_000.0).sin() as f32).collect();
    for looped in [Some([5_000, 13_037]), Some([0, 20_000]), None] {
        let tape = record(vec![wave.clone()], looped);
        for how in [Looped::Forward, Looped::Alternate] {
            let ([x, _], _) = play(&tape, &knobs(how), 60.0, 60_000);
            let third = |w: &[f32]| (w[3] - 3.0 * w[2] + 3.0 * w[1] - w[0]).abs();
            let most = x[200..].windows(4).map(third).fold(0.0, f32::max);
            assert!(most < 1e-3, "{how:?} of {looped:?}: {most}");
            let level = decibels(rms(&x[20_000..]) * 2f64.sqrt());
            assert!(level.abs() < 0.6, "{how:?} of {looped:?}: {level} dB");
        }
    }
}

#[test]
fn a_seam_keeps_the_power_of_what_differs_and_all_of_what_is_alike() {
    for k in 0..=20 {
        let part = f64::from(k) / 20.0;
        let [a, b] = faded([1.0, 0.0], [0.0, 1.0], part, 0.0);
        assert!((a * a + b * b - 1.0).abs() < 1e-6);
        let [a, _] = faded([0.7, 0.0], [0.7, 0.0], part, 1.0);
        assert!((a - 0.7).abs() < 1e-6);
    }
    // A loop of whole periods stays the sine it is.
    let wave: Vec<f32> = (0..9_600).map(|n| (TAU * f64::from(n) / 96.0).sin() as f32).collect();
    let tape = record(vec![wave], Some([960, 9_504]));
    let ([x, _], _) = play(&tape, &knobs(Looped::Forward), 60.0, 48_000);
    let (size, _, rest) = fitted(&x[1_000..], 1.0 / 96.0);
    assert!(decibels(rest / size) < -80.0, "{} dB", decibels(rest / size));
}

#[test]
fn what_plays_once_ends_in_silence_and_costs_nothing_then() {
    let tape = record(vec![vec![0.5; 4_800]], None);
    let ([x, _], sample) = play(&tape, &knobs(Looped::Once), 72.0, 4_800);
    assert!((x[2_000] - 0.5).abs() < 1e-3 && x[2_400..].iter().all(|x| *x == 0.0));
    let step = x[1_000..].windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
    assert!(step < 0.02, "{step}");
    assert!(!sample.is_loud());
    let (_, sample) = play(&tape, &knobs(Looped::Forward), 72.0, 4_800);
    assert!(sample.is_loud());
    let off = Knobs { on: 0.0, ..knobs(Looped::Forward) };
    assert!(!play(&tape, &off, 60.0, 64).1.is_loud());
}

#[test]
fn a_note_begins_where_it_is_told_and_softly() {
    let ramp = (0..48_000).map(|n| n as f32 / 48_000.0).collect();
    let tape = record(vec![ramp], None);
    for start in [0.0, 0.25, 0.5, 0.9] {
        let knobs = Knobs { start, ..knobs(Looped::Once) };
        let ([x, _], _) = play(&tape, &knobs, 60.0, 1_000);
        assert!(x[0].abs() < 1e-4);
        for n in [100, 500, 900] {
            let ideal = start + n as f32 / 48_000.0;
            assert!((x[n] - ideal).abs() < 1e-4, "from {start}: {} for {ideal}", x[n]);
        }
    }
}

#[test]
fn the_way_does_not_depend_on_where_lines_are_drawn_and_blocks_cut() {
    let tape = record(vec![noise(3_000, 5), noise(3_000, 6)], Some([700, 2_000]));
    for looped in [Looped::Once, Looped::Forward, Looped::Alternate] {
        let knobs = knobs(looped);
        let (whole, _) = play(&tape, &knobs, 53.7, 9_600);
        // Chunks within the interval.
        let mut sample = Sample::new();
        sample.start(&knobs);
        let mut sides: [Vec<f32>; 2] = [vec![], vec![]];
        for _ in 0..300 {
            let aim = Aim { span: Span::WHOLE, note: 53.7, rate: RATE, limit: LIMIT };
            sample.aim(&knobs, &tape, &aim);
            for (base, len) in [(0, 1), (1, 12), (13, 19)] {
                let (mut l, mut r) = ([0.0; CONTROL], [0.0; CONTROL]);
                sample.render(&tape, base, len, &mut l, &mut r);
                sides[0].extend(&l[..len]);
                sides[1].extend(&r[..len]);
            }
        }
        assert!(sides == whole, "{looped:?}");
    }
}

#[test]
fn the_longest_and_the_shortest_recordings_are_read_within_their_ends() {
    for frames in [1, 2, 3, 5, 17, 90_000] {
        for looped in [None, Some([frames / 2, frames])] {
            let tape = record(vec![noise(frames, 8)], looped.filter(|[a, b]| a < b));
            for how in [Looped::Once, Looped::Forward, Looped::Alternate] {
                for tune in [-48.0, 0.0, 48.0] {
                    let knobs = Knobs { tune, start: 0.3, ..knobs(how) };
                    let ([x, _], _) = play(&tape, &knobs, 127.0, 3_000);
                    assert!(x.iter().all(|x| x.is_finite() && x.abs() < 4.0), "{frames} {how:?}");
                }
            }
        }
    }
}

#[test]
fn copies_are_made_once() {
    let own = Recording::new("test", 48_000, vec![vec![0.1; 10]], 60.0, None).expect("legal");
    let clip = Clip::Own(Arc::new(own));
    assert!(Arc::ptr_eq(&tape(&clip), &tape(&clip)));
    let unknown = tape(&Clip::Factory("no such recording".into()));
    assert!(Arc::ptr_eq(&unknown, &tape(&Clip::default())));
}
