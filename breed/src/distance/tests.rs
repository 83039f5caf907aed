//! What the distance hears.

use super::*;
use crate::Rng;

const RATE: f32 = 44_100.0;

/// One second of a decaying note of 20 harmonics.
fn note(hertz: f32, decay: f32) -> Vec<f32> {
    let sample = |k: usize| {
        let t = k as f32 / RATE;
        let wave = |h: usize| (std::f32::consts::TAU * hertz * h as f32 * t).sin() / h as f32;
        0.3 * (-decay * t).exp() * (1..=20).map(wave).sum::<f32>()
    };
    (0..RATE as usize).map(sample).collect()
}

fn with_noise(sound: &[f32], level: f32) -> Vec<f32> {
    let mut rng = Rng::new(5);
    sound.iter().map(|s| s + level * rng.normal()).collect()
}

fn low_passed(sound: &[f32], hertz: f32) -> Vec<f32> {
    let pole = (-std::f32::consts::TAU * hertz / RATE).exp();
    let mut state = [0.0; 2];
    let filter = |s: &f32| {
        state[0] = s + pole * (state[0] - s);
        state[1] = state[0] + pole * (state[1] - state[0]);
        state[1]
    };
    sound.iter().map(filter).collect()
}

/// Growing edits give growing distances, and the bar that names the edit grows too.
#[track_caller]
fn check_grows(edits: &[Vec<f32>], bar: fn(&Distances) -> f32) {
    let mut judge = Judge::of(&note(220.0, 3.0), RATE);
    let heard: Vec<Distances> = edits.iter().map(|e| judge.distance(e)).collect();
    for pair in heard.windows(2) {
        assert!(pair[1].total > 1.1 * pair[0].total, "{heard:#?}");
        assert!(bar(&pair[1]) >= bar(&pair[0]), "{heard:#?}");
    }
}

#[test]
fn a_sound_is_itself() {
    let sound = with_noise(&note(220.0, 3.0), 0.01);
    let same = Judge::of(&sound, RATE).distance(&sound);
    assert_eq!(same.total, 0.0);
    assert_eq!(same.score, 100.0);
}

#[test]
fn gain_does_not_matter() {
    let sound = with_noise(&note(220.0, 3.0), 0.01);
    let mut judge = Judge::of(&sound, RATE);
    for gain in [0.01, 0.5, 30.0, -1.0] {
        let other: Vec<f32> = sound.iter().map(|s| gain * s).collect();
        let score = judge.distance(&other).score;
        assert!(score > 99.5, "gain {gain}: {score}");
    }
}

#[test]
fn a_small_delay_hardly_matters() {
    let sound = with_noise(&note(220.0, 3.0), 0.01);
    let mut judge = Judge::of(&sound, RATE);
    for late in [100, 441, 882, 1763] {
        let mut other = vec![0.0; late];
        other.extend(&sound);
        let score = judge.distance(&other).score;
        assert!(score > 95.0, "{late} samples late: {score}");
        let score = judge.distance(&sound[late.min(400)..]).score;
        assert!(score > 90.0, "early: {score}");
    }
}

#[test]
fn noise_is_heard() {
    let sound = note(220.0, 3.0);
    check_grows(&[0.001, 0.01, 0.05, 0.3].map(|level| with_noise(&sound, level)), |d| d.noise);
}

#[test]
fn a_low_pass_is_heard() {
    let sound = note(220.0, 3.0);
    let edits = [8000.0, 3000.0, 1000.0, 300.0].map(|hertz| low_passed(&sound, hertz));
    check_grows(&edits, |d| d.brightness);
}

#[test]
fn pitch_is_heard() {
    let cents = |c: f32| note(220.0 * (c / 1200.0).exp2(), 3.0);
    check_grows(&[5.0, 20.0, 60.0, 300.0].map(cents), |d| d.pitch);
}

#[test]
fn decay_is_heard() {
    check_grows(&[3.5, 5.0, 9.0, 20.0].map(|decay| note(220.0, decay)), |d| d.envelope);
}

#[test]
fn tremolo_is_heard() {
    let sound = note(220.0, 3.0);
    let tremolo = |depth: f32| -> Vec<f32> {
        let level = |t: f32| 1.0 - depth * (0.5 - 0.5 * (std::f32::consts::TAU * 6.0 * t).cos());
        sound.iter().enumerate().map(|(k, s)| s * level(k as f32 / RATE)).collect()
    };
    check_grows(&[0.1, 0.3, 0.6, 0.95].map(tremolo), |d| d.movement);
}

#[test]
fn an_unrelated_sound_is_far() {
    let score = Judge::of(&note(220.0, 3.0), RATE).distance(&with_noise(&[0.0; 44_100], 0.1)).score;
    assert!(score < 15.0, "{score}");
}

#[test]
fn silence_and_nonsense_are_farthest() {
    let mut judge = Judge::of(&note(220.0, 3.0), RATE);
    for other in [vec![], vec![0.0; 44_100], vec![1e-9; 44_100], vec![f32::NAN; 44_100]] {
        assert_eq!(judge.distance(&other), Distances::FARTHEST);
    }
}

#[test]
fn what_was_judged_before_does_not_matter() {
    let sound = note(220.0, 3.0);
    let mut judge = Judge::of(&sound, RATE);
    let other = low_passed(&sound, 800.0);
    let fresh = judge.distance(&other);
    judge.distance(&with_noise(&sound, 0.5));
    judge.distance(&[]);
    assert_eq!(judge.distance(&other), fresh);
}

#[test]
fn any_rate_and_length_is_judged() {
    for (rate, len) in [(8000.0, 80), (16_000.0, 3000), (22_050.0, 22_050), (192_000.0, 9000)] {
        let mut rng = Rng::new(1);
        let sound: Vec<f32> = (0..len).map(|_| rng.normal()).collect();
        let mut judge = Judge::of(&sound, rate);
        assert_eq!(judge.distance(&sound).score, 100.0, "{rate} Hz, {len} samples");
        assert!(judge.distance(&sound[..len / 2]).score < 80.0);
    }
}

/// The sound, and half a second in which its beginning comes back once.
fn with_echo(sound: &[f32], level: f32) -> Vec<f32> {
    let mut longer = sound.to_vec();
    longer.resize(sound.len() + RATE as usize / 2, 0.0);
    let late = sound.len() + 5000;
    longer[late..].iter_mut().zip(sound).for_each(|(to, s)| *to += level * s);
    longer
}

#[test]
fn an_echo_after_the_end_is_heard() {
    let sound = note(220.0, 12.0);
    let target = Target::listen(&sound, RATE).unwrap();
    assert_eq!(target.rest, crate::target::REST);
    let mut judge = Judge::new(&target);
    let clean = judge.distance(&with_echo(&sound, 0.0));
    let [faint, soft, middle, loud] =
        [0.001, 0.02, 0.1, 0.8].map(|level| judge.distance(&with_echo(&sound, level)));
    assert_eq!(faint, clean);
    assert!(soft.total > clean.total + 0.03 && soft.envelope > clean.envelope, "{soft:?}");
    assert!(middle.total > soft.total && loud.total > middle.total, "{middle:?} {loud:?}");
    assert!(loud.score < clean.score - 20.0, "{loud:?}");
}

#[test]
fn nobody_knows_what_follows_a_sound_that_was_cut_off() {
    let sound = note(220.0, 1.0);
    let target = Target::listen(&sound, RATE).unwrap();
    assert_eq!(target.rest, 0.0);
    let mut judge = Judge::new(&target);
    let [dry, wet] = [0.0, 0.8].map(|level| judge.distance(&with_echo(&sound, level)));
    assert_eq!(dry, wet);
    // Cut off within a file that goes on silent, it is over.
    let mut gated = sound.clone();
    gated.resize(sound.len() + 4000, 0.0);
    assert_eq!(Target::listen(&gated, RATE).unwrap().rest, crate::target::REST);
}
