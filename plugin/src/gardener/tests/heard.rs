//! What is heard beside the keys: the target, a node, a preset that is not loaded.

use super::*;

/// Plays a clip to its end, at the rate of the tests; how long it is, and its highest sample.
fn played(mut clip: Clip) -> (f32, f32) {
    let (mut frames, mut peak) = (0, 0.0f32);
    for _ in 0..1000 {
        let (mut left, mut right) = (vec![0.0; 480], vec![0.0; 480]);
        let goes_on = clip.add_to(&mut left, &mut right, 48_000.0);
        frames += left.len();
        peak = left.iter().chain(&right).fold(peak, |peak, s| peak.max(s.abs()));
        if !goes_on {
            break;
        }
    }
    (frames as f32 / 48_000.0, peak)
}

#[test]
fn a_preset_is_heard_before_it_is_loaded() {
    let mut yard = Yard::new();
    yard.ask(Command::HearPreset("factory:Kick".into()));
    let (seconds, peak) = played(yard.clip("the kick"));
    assert!((1.9..2.2).contains(&seconds), "{seconds} s");
    assert!(peak > 0.05 && peak < 1.0, "{peak}");
    assert!(yard.gardener.news().all(|news| !matches!(news, News::Preset(..))), "it was loaded");

    yard.ask(Command::HearPreset("factory:None".into()));
    let begin = Instant::now();
    let notice = loop {
        if let Some(notice) = yard.notices().pop() {
            break notice;
        }
        assert!(begin.elapsed() < Duration::from_secs(30), "nothing was said");
        std::thread::sleep(Duration::from_millis(2));
    };
    assert_eq!(notice.tone, Tone::Error);
    assert!(notice.text.starts_with("factory:None: "), "{}", notice.text);
}

#[test]
fn target_and_node_are_heard_as_long_as_they_are() {
    let mut yard = Yard::new();
    yard.drop_sound("tone.wav", &tones(&[220.0], 0.8));
    yard.grown();
    yard.ask(Command::PlayTarget);
    let (seconds, peak) = played(yard.clip("the target"));
    assert!((0.5..1.2).contains(&seconds) && peak > 0.05, "{seconds} s, {peak}");
    let garden = yard.grown();
    let strand = garden.strands.iter().position(|s| !s.nodes.is_empty()).expect("a strand");
    yard.ask(Command::Preview { strand, node: 0 });
    let (seconds, peak) = played(yard.clip("the node"));
    assert!((0.5..3.1).contains(&seconds) && peak > 0.01, "{seconds} s, {peak}");
    assert_eq!(yard.garden().selected, None, "a preview chooses nothing");
}
