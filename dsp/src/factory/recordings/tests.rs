//! Laws of the factory recordings.

use super::*;

#[test]
fn ids_are_unique_words_with_titles() {
    for (k, id) in names().iter().enumerate() {
        assert!(id.chars().all(|c| matches!(c, 'a'..='z' | '-')), "{id}");
        assert!(!names()[..k].contains(id) && title(id).is_some(), "{id}");
    }
    assert!((8..=12).contains(&names().len()));
    assert!(recording("no such recording").is_none() && title("").is_none());
    assert_eq!(cultivar_patch::Clip::default(), cultivar_patch::Clip::Factory(names()[0].into()));
}

#[test]
fn recordings_are_short_level_and_end_in_silence_or_in_a_loop() {
    for id in names() {
        let recording = recording(id).expect(id);
        assert!((0.05..3.0).contains(&(recording.len() as f32 / RATE)), "{id}");
        let all = || recording.channels().iter().flatten();
        let peak = all().fold(0.0f32, |p, x| p.max(x.abs()));
        assert!((peak - PEAK).abs() < 1e-4, "{id} peaks at {peak}");
        for channel in recording.channels() {
            let mean = channel.iter().sum::<f32>() / channel.len() as f32;
            let power = channel.iter().map(|x| x * x).sum::<f32>() / channel.len() as f32;
            assert!(mean.abs() < 2e-3 && power.sqrt() > 0.01, "{id}: {mean} {power}");
            assert!(channel[0].abs() < 0.3, "{id} begins at {}", channel[0]);
            let end = channel[channel.len() - 1].abs();
            assert!(recording.looped().is_some() || end < 1e-5, "{id} ends at {end}");
        }
    }
}

#[test]
fn they_are_made_once_and_are_the_same_for_ever() {
    for (k, id) in names().iter().enumerate() {
        let kept = recording(id).expect(id);
        assert!(Arc::ptr_eq(&kept, &recording(id).expect(id)));
        assert_eq!(RECIPES[k].recording().expect(id), *kept);
    }
}
