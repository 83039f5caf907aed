//! Each morph of the harmonics does what it says, moves smoothly, and stays within the band.

mod stage;

use std::f64::consts::TAU;
use std::sync::Arc;

use cultivar_dsp::{Note, render};
use cultivar_patch::schema::{Source, Spectral, Warp, ids};
use cultivar_patch::{FRAME, Preset, Table, Wavetable};
use realfft::num_complex::Complex;
use stage::{RATE, engine, on, perform, step};

const KINDS: [Spectral; 7] = [
    Spectral::Tilt,
    Spectral::Cut,
    Spectral::Stretch,
    Spectral::Formant,
    Spectral::Smear,
    Spectral::Random,
    Spectral::Disperse,
];
const AMOUNTS: [f64; 6] = [-1.0, -0.45, -0.1, 0.2, 0.55, 1.0];
/// Sample rate at which all harmonics of a note are to be seen.
const FINE: f32 = 96_000.0;
/// Pitch of the notes that are measured, and its cycles that are.
const HERTZ: f64 = 100.0;
const CYCLES: usize = 16;
/// Harmonics that a note of that pitch has.
const BAND: usize = 255;

/// Numbers of harmonics, the constant part first.
type Harmonics = Vec<Complex<f64>>;

/// Harmonics that fall as one over their number.
fn saw(h: usize) -> Complex<f64> {
    Complex::new(0.0, -1.0 / h as f64)
}

/// Odd harmonics, with a formant at the twenty-fifth and a phase of their own each.
fn vowel(h: usize) -> Complex<f64> {
    let formant = 1.0 + 20.0 * (-(h as f64 - 25.0).powi(2) / 60.0).exp();
    let size = if h % 2 == 1 { formant / h as f64 } else { 0.0 };
    Complex::from_polar(size, 0.7 * (h * h % 17) as f64)
}

/// A sine.
fn sine(h: usize) -> Complex<f64> {
    if h == 1 { saw(1) } else { Complex::default() }
}

/// The first thirty harmonics of the vowel.
fn low(h: usize) -> Complex<f64> {
    if h <= 30 { vowel(h) } else { Complex::default() }
}

fn harmonics(of: fn(usize) -> Complex<f64>) -> Harmonics {
    (0..FRAME / 2).map(|h| if h == 0 { Complex::default() } else { of(h) }).collect()
}

fn table(of: fn(usize) -> Complex<f64>) -> Table {
    let harmonics = harmonics(of);
    let circle: Harmonics =
        (0..FRAME).map(|n| Complex::cis(TAU * n as f64 / FRAME as f64)).collect();
    let sample = |n: usize| {
        let part = |(h, x): (usize, &Complex<f64>)| (x * circle[n * h % FRAME]).re;
        harmonics.iter().enumerate().map(part).sum::<f64>() as f32
    };
    let table = Wavetable::new("t", (0..FRAME).map(sample).collect());
    Table::Own(Arc::new(table.expect("finite numbers")))
}

fn preset(of: fn(usize) -> Complex<f64>, kind: Spectral, amount: f64) -> Preset {
    let mut preset = stage::sine();
    preset.tables[0] = table(of);
    let osc = &mut preset.patch.osc[0];
    (osc.spectral, osc.morph, osc.level) = (kind.value(), amount as f32, -12.0);
    preset.patch.env[0].attack = -13.0;
    preset
}

/// A note of [`HERTZ`], some seconds long.
fn play(preset: &Preset, seconds: f32) -> Vec<f32> {
    play_at(RATE, preset, seconds)
}

fn play_at(rate: f32, preset: &Preset, seconds: f32) -> Vec<f32> {
    let key = (69.0 + 12.0 * (HERTZ / 440.0).log2()) as f32;
    let [left, _] = render(preset, &Note { key, velocity: 1.0, gate: 9.0, length: seconds }, rate);
    left
}

/// The harmonics of what a preset plays.
fn heard(preset: &Preset) -> Harmonics {
    let length = (f64::from(FINE) / HERTZ) as usize;
    let sound = play_at(FINE, preset, 0.1 + (CYCLES * length) as f32 / FINE);
    let mut cycle = vec![0.0; length];
    for n in sound.len() - CYCLES * length..sound.len() {
        cycle[n % length] += f64::from(sound[n]) / (CYCLES * length) as f64;
    }
    let circle: Harmonics =
        (0..length).map(|n| Complex::cis(-TAU * n as f64 / length as f64)).collect();
    let number = |h: usize| cycle.iter().zip(0..).map(|(x, n)| x * circle[n * h % length]).sum();
    (0..length / 2).map(number).collect()
}

fn power(x: &[Complex<f64>]) -> f64 {
    x.iter().map(|x| x.norm_sqr()).sum()
}

/// The obvious, slow way: what a morph makes of harmonics, in the band.
fn morphed(kind: Spectral, a: f64, table: &Harmonics) -> Harmonics {
    let octave = |h: usize| (h as f64).log2();
    let size = |h: i64| table.get(h.max(0) as usize).map_or(0.0, |x| x.norm());
    let around = |h: usize, reach: f64, power: i32| {
        let weight = |away: i64| (reach - away.abs() as f64 + 1.0).clamp(0.0, 1.0);
        let part = |away: i64| weight(away) * size(h as i64 + away).powi(power);
        (-8..=8).map(part).sum::<f64>() / (1.0 + 2.0 * reach)
    };
    let envelope = |place: f64| {
        let at = |h: usize| {
            let h = h as i64;
            let below = if h == 1 { 1 } else { h - 1 };
            (0.25 * (size(below).powi(2) + size(h + 1).powi(2)) + 0.5 * size(h).powi(2)).sqrt()
        };
        let (h, share) = (place.max(1.0) as usize, place.max(1.0).fract());
        let at = |h: usize| if h < table.len() { at(h) } else { 0.0 };
        at(h) + share * (at(h + 1) - at(h))
    };
    let smooth = |x: f64| x.clamp(0.0, 1.0).powi(2) * (3.0 - 2.0 * x.clamp(0.0, 1.0));
    let mut to = vec![Complex::default(); BAND + 1];
    for h in 1..table.len() {
        let factor = match kind {
            Spectral::Tilt => 10f64.powf(if a < 0.0 { 24.0 } else { 12.0 } * a * octave(h) / 20.0),
            Spectral::Cut if a < 0.0 => smooth(1.0 - (octave(h) - (1.0 + a) * octave(1023))),
            Spectral::Cut => smooth(1.0 - ((a * octave(1023)).min(octave(BAND)) - octave(h))),
            Spectral::Formant => {
                (envelope(h as f64 / 4f64.powf(a)) / envelope(h as f64).max(1e-30)).min(100.0)
            }
            Spectral::Smear if a < 0.0 => {
                1.0 - a * (size(h as i64).powi(2) / around(h, 8.0, 2).max(1e-30) - 1.0)
            }
            _ => 1.0,
        };
        match kind {
            Spectral::Stretch => {
                let place = 1.0 + (h - 1) as f64 * 2f64.powf(a);
                for (k, share) in
                    [(place as usize, 1.0 - place.fract()), (place as usize + 1, place.fract())]
                {
                    if k <= BAND {
                        to[k] += table[h] * share;
                    }
                }
            }
            Spectral::Smear if a > 0.0 && h <= BAND => to[h] = around(h, 8.0 * a, 1).into(),
            _ if h <= BAND => to[h] = table[h] * factor,
            _ => {}
        }
    }
    if !matches!(kind, Spectral::Cut | Spectral::Disperse) {
        let gain = (power(&table[..=BAND]) / power(&to)).sqrt().min(10f64.powf(12.0 / 20.0));
        to.iter_mut().for_each(|x| *x *= gain);
    }
    to
}

/// Numbers that multiply the harmonics, in decibels: as many below 0 as above, between bounds.
fn check_random(heard: &Harmonics, plain: &Harmonics, amount: f64) {
    let decibels: Vec<f64> =
        (1..=BAND).map(|h| 10.0 * (heard[h].norm_sqr() / plain[h].norm_sqr()).log10()).collect();
    let mean = decibels.iter().sum::<f64>() / BAND as f64;
    let reach = 20.0 * 2f64.log10() * 4.0 * amount.abs();
    let spread = (decibels.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / BAND as f64).sqrt();
    assert!((spread / (reach / 3f64.sqrt()) - 1.0).abs() < 0.15, "{amount}: {spread} dB");
    assert!(decibels.iter().all(|x| (x - mean).abs() < 1.3 * reach), "{amount}");
    let kept = 10.0 * (power(&heard[1..=BAND]) / power(&plain[1..=BAND])).log10();
    assert!(kept.abs() < 0.01, "{amount}: {kept} dB");
}

/// Delays that grow by the same part of a cycle with each octave.
fn check_disperse(heard: &Harmonics, plain: &Harmonics, amount: f64) {
    let turned = |h: usize| (plain[h] * heard[h].conj()).arg() / TAU;
    for h in (2..120).filter(|&h| plain[h].norm() > 1e-4 && plain[h + 1].norm() > 1e-4) {
        let size = 20.0 * (heard[h].norm() / plain[h].norm()).log10();
        assert!(size.abs() < 0.01, "{amount}, harmonic {h}: {size} dB");
        let delay = turned(h + 1) - turned(h);
        let ideal = amount / 8.0 * (h as f64 + 0.5).log2();
        let off = delay - ideal - (delay - ideal).round();
        assert!(off.abs() < 0.003, "{amount}, harmonic {h}: {delay} and {ideal} turns");
    }
}

#[test]
fn each_kind_does_what_it_says() {
    for of in [saw as fn(usize) -> Complex<f64>, vowel] {
        let plain = heard(&preset(of, Spectral::None, 0.0));
        let scale = plain[1].norm() / of(1).norm();
        for kind in KINDS {
            for amount in AMOUNTS {
                let heard = heard(&preset(of, kind, amount));
                let beyond = 10.0 * (power(&heard[BAND + 1..]) / power(&heard)).log10();
                // Images of the reading kernel: −87 dB of the highest harmonic.
                assert!(beyond < -85.0, "{kind:?} {amount}: {beyond} dB beyond the band");
                match kind {
                    Spectral::Random if plain[2].norm() > 1e-6 => {
                        check_random(&heard, &plain, amount);
                    }
                    Spectral::Disperse => check_disperse(&heard, &plain, amount),
                    Spectral::Random => {}
                    _ => {
                        is_near(&heard, &morphed(kind, amount, &harmonics(of)), scale, kind, amount)
                    }
                }
            }
        }
    }
}

#[track_caller]
fn is_near(heard: &Harmonics, ideal: &Harmonics, scale: f64, kind: Spectral, amount: f64) {
    let loudest = ideal.iter().map(|x| x.norm()).fold(0.0, f64::max);
    for (h, ideal) in ideal.iter().enumerate().skip(1) {
        let (size, ideal) = (heard[h].norm() / scale, ideal.norm());
        // Images of the loudest harmonics fall upon others.
        let most = 0.003 * ideal + 1e-4 * loudest;
        assert!(
            (size - ideal).abs() < most,
            "{kind:?} {amount}, harmonic {h}: {size}, not {ideal}"
        );
    }
}

#[test]
fn nothing_changes_at_nothing() {
    let plain = play(&preset(vowel, Spectral::None, 0.7), 0.2);
    for kind in KINDS {
        assert!(play(&preset(vowel, kind, 0.0), 0.2) == plain, "{kind:?}");
        assert!(play(&preset(vowel, kind, 0.5), 0.2) != plain, "{kind:?}");
    }
}

#[test]
fn small_steps_change_little() {
    let sizes = |kind: Spectral, amount: f64| -> Vec<f64> {
        heard(&preset(vowel, kind, amount)).iter().map(|x| x.norm()).collect()
    };
    for kind in KINDS {
        let none = sizes(kind, 0.0);
        let apart = |a: &[f64], b: &[f64]| {
            let apart: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
            (apart / none.iter().map(|x| x * x).sum::<f64>()).sqrt()
        };
        for k in -5..5 {
            let amount = 0.2 * f64::from(k) + 0.05;
            // A stretch moves the fortieth harmonic by a tenth of a place, and by the more, the
            // farther harmonics have been drawn apart.
            let step = apart(&sizes(kind, amount - 0.002), &sizes(kind, amount + 0.002));
            assert!(step < 0.1 * 2f64.powf(amount.max(0.0)), "{kind:?} at {amount}: {step}");
        }
        for amount in [-0.0005, 0.0005] {
            let step = apart(&sizes(kind, amount), &none);
            assert!(step < 0.02, "{kind:?} at {amount}: {step}");
        }
    }
}

/// A tone of thirty harmonics whose morph an LFO moves from end to end.
fn moved(kind: Spectral, warp: Warp) -> Preset {
    let mut preset = preset(low, kind, 0.0);
    let patch = &mut preset.patch;
    (patch.osc[0].warp, patch.osc[0].bend) = (warp.value(), 0.4);
    patch.lfo[0].rate = 2.0;
    let route = &mut patch.route[0];
    (route.source, route.amount) = (Source::Lfo1.value(), 0.5);
    route.destination = ids().osc[0].morph.as_destination();
    preset
}

#[test]
fn movement_does_not_click() {
    for kind in KINDS {
        let sound = play(&moved(kind, Warp::None), 1.0);
        let still = (-8..=8).map(|k| {
            let mut preset = moved(kind, Warp::None);
            (preset.patch.osc[0].morph, preset.patch.route[0].amount) = (k as f32 / 8.0, 0.0);
            step(&play(&preset, 0.3)[4800..])
        });
        let most = still.fold(0.0, f32::max);
        let found = step(&sound[4800..]);
        assert!(found < 1.25 * most, "{kind:?}: {found}, not {most}");
        // A delay that moves bends the pitch, most of all the highest harmonics'.
        let most = if kind == Spectral::Disperse { -60.0 } else { -70.0 };
        assert!(above(&sound) < most, "{kind:?}: {} dB", above(&sound));
    }
}

/// What lies above 12 kHz against the whole, in decibels.
fn above(sound: &[f32]) -> f64 {
    let bins = spectrum(sound);
    10.0 * (bins[WINDOW / 4..].iter().sum::<f64>() / bins.iter().sum::<f64>()).log10()
}

/// Samples that are looked at, from a tenth of a second on.
const WINDOW: usize = 1 << 15;

/// Power per bin, through Kaiser's window (Kaiser and Schafer, 1980): side lobes lie below
/// −150 dB from the sixth bin on.
fn spectrum(sound: &[f32]) -> Vec<f64> {
    // The modified Bessel function of order 0, by its series.
    let bessel = |x: f64| {
        let next = |(term, k): (f64, f64)| (term * (0.5 * x / k).powi(2), k + 1.0);
        let terms = std::iter::successors(Some((1.0, 1.0)), |&last| Some(next(last)));
        terms.take(60).map(|(term, _)| term).sum::<f64>()
    };
    let weight = |n: usize| {
        let place = 2.0 * n as f64 / WINDOW as f64 - 1.0;
        bessel(16.0 * (1.0 - place * place).sqrt())
    };
    let window = sound[4800..][..WINDOW].iter().enumerate();
    let mut x: Vec<f64> = window.map(|(n, x)| f64::from(*x) * weight(n)).collect();
    let fft = realfft::RealFftPlanner::new().plan_fft_forward(WINDOW);
    let mut bins = fft.make_output_vec();
    fft.process(&mut x, &mut bins).expect("lengths of the plan");
    bins.iter().map(|bin| bin.norm_sqr()).collect()
}

/// What lies between the harmonics of a key up to 20 kHz against the harmonics, in decibels.
fn alias(preset: &Preset, key: f32) -> f64 {
    let note = Note { key, velocity: 1.0, gate: 9.0, length: 0.8 };
    let bins = spectrum(&render(preset, &note, RATE)[0]);
    let (mut between, mut harmonic) = (0.0, 0.0);
    let (wide, hertz) =
        (f64::from(RATE) / WINDOW as f64, 440.0 * 2f64.powf((f64::from(key) - 69.0) / 12.0));
    for (bin, power) in bins.iter().enumerate().take((20_000.0 / wide) as usize).skip(7) {
        let away = bin as f64 * wide - (bin as f64 * wide / hertz).round().max(1.0) * hertz;
        *if away.abs() <= 6.0 * wide { &mut harmonic } else { &mut between } += power;
    }
    10.0 * f64::log10(between / harmonic)
}

#[test]
fn the_band_holds() {
    for kind in KINDS {
        for amount in [-1.0, -0.3, 0.4, 1.0] {
            let found = [36.0, 84.0].map(|key| alias(&preset(saw, kind, amount), key));
            println!("{kind:?} {amount}: {found:.1?} dB");
            // Where all power lies in the highest harmonics, these are the reading kernel's images.
            let top = amount == 1.0 && matches!(kind, Spectral::Tilt | Spectral::Cut);
            let most = if top { -85.0 } else { -100.0 };
            assert!(found.iter().all(|found| *found < most), "{kind:?} {amount}: {found:.1?}");
        }
    }
}

#[test]
fn blocks_may_be_cut_anywhere() {
    let warps = [Warp::None, Warp::Mirror, Warp::Sync];
    for (kind, warp) in KINDS.into_iter().zip(warps.into_iter().cycle()) {
        let preset = moved(kind, warp);
        let events = [on(5, 40), on(700, 62), on(1333, 47)];
        let (whole, _) = perform(&mut engine(&preset), &events, 8000);
        let (mut cut, mut engine) = (Vec::new(), engine(&preset));
        for len in [1, 7, 64, 31, 250, 33].into_iter().cycle() {
            let (from, until) = (cut.len(), (cut.len() + len).min(8000));
            let now = events.iter().filter(|event| (from..until).contains(&event.at));
            let now: Vec<_> =
                now.map(|event| cultivar_dsp::Timed { at: event.at - from, ..*event }).collect();
            cut.extend(perform(&mut engine, &now, until - from).0);
            if cut.len() == 8000 {
                break;
            }
        }
        assert!(cut == whole, "{kind:?} {warp:?}");
        assert!(perform(&mut self::engine(&preset), &events, 8000).0 == whole, "{kind:?}");
    }
}

#[test]
fn a_warp_bends_what_was_morphed() {
    for k in 0..Warp::OPTIONS.len() {
        let play = |of: fn(usize) -> Complex<f64>, kind: Spectral| {
            let mut preset = preset(of, kind, -1.0);
            let [osc, other, _] = &mut preset.patch.osc;
            (osc.warp, osc.bend, other.tune) = (k as f32, 0.3, 12.0);
            preset.tables[1] = table(sine);
            play(&preset, 0.2)
        };
        // Cut off down to its fundamental, a saw is a sine.
        let (cut, pure) = (play(saw, Spectral::Cut), play(sine, Spectral::None));
        let apart = cut.iter().zip(&pure).fold(0f32, |most, (a, b)| most.max((a - b).abs()));
        assert!(apart < 1e-5, "{}: {apart}", Warp::OPTIONS[k].id);
    }
}

#[test]
fn a_modulator_is_heard_morphed() {
    let play = |of: fn(usize) -> Complex<f64>, kind: Spectral| {
        let mut preset = preset(sine, Spectral::None, 0.0);
        let [osc, other, _] = &mut preset.patch.osc;
        (osc.warp, osc.bend) = (Warp::Fm.value(), 0.3);
        (other.spectral, other.morph) = (kind.value(), -1.0);
        preset.tables[1] = table(of);
        play(&preset, 0.2)
    };
    let (cut, pure) = (play(saw, Spectral::Cut), play(sine, Spectral::None));
    assert!(cut.iter().zip(&pure).all(|(a, b)| (a - b).abs() < 1e-5));
    assert!(play(saw, Spectral::None) != pure);
}
