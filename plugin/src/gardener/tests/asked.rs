//! What the player is asked about a target, and what the answers do.

use super::*;

#[test]
fn a_chord_asks_for_its_key_and_every_answer_can_be_taken_back() {
    let yard = Yard::new();
    yard.drop_sound("chord.wav", &tones(&[130.81, 164.81, 196.0], 1.0));
    let garden = yard.grown();
    let help = garden.help.clone().expect("a question");
    assert!(help.text.starts_with("C3, E3, G3 sound at once"), "{}", help.text);
    assert!(!help.calm);
    let heard = garden.target.as_ref().expect("a target").note.clone();
    let other = if heard.starts_with("G3") { "Key is C3" } else { "Key is G3" };
    yard.ask(yard.offer(other));
    let changed = yard.wait("another key", |g| g.help.as_ref().is_some_and(|help| help.calm));
    let target = changed.target.expect("a target");
    assert!(target.by_hand && other.ends_with(target.note.split(' ').next().unwrap_or_default()));
    yard.grown();
    yard.ask(yard.offer("Undo"));
    let back = yard.wait("the way back", |g| g.help.as_ref().is_some_and(|help| !help.calm));
    assert_eq!(back.target.expect("a target").note, heard);
    assert!(back.strands.iter().any(|s| !s.nodes.is_empty()), "what grew before is gone");
    assert!(back.tries >= garden.tries);

    yard.ask(yard.offer("It is a texture"));
    yard.wait("a texture", |g| g.target.as_ref().is_some_and(|t| t.note.is_empty() && t.by_hand));
    yard.ask(Command::Dismiss);
    yard.wait("quiet", |g| g.help.is_none());
    yard.grown();
}

#[test]
fn a_noise_may_be_given_a_key_or_left_as_it_is() {
    let yard = Yard::new();
    yard.drop_sound("hiss.wav", &hiss(0.6));
    let garden = yard.grown();
    assert!(garden.help.expect("a question").text.starts_with("No steady pitch"));
    assert_eq!(garden.target.expect("a target").note, "");
    yard.ask(yard.offer("It is a texture"));
    let left = yard.wait("agreement", |g| g.help.is_none());
    assert!(left.tries >= garden.tries, "nothing had to grow anew");
    yard.ask(Command::Hear(cultivar_gui::Ear::Own));
    yard.wait("a question", |g| g.help.as_ref().is_some_and(|help| help.calm));
    yard.ask(Command::Dismiss);
    yard.ask(Command::Hear(cultivar_gui::Ear::Shift(-12)));
    let told = yard.wait("a note", |g| g.target.as_ref().is_some_and(|t| !t.note.is_empty()));
    assert_eq!(told.target.expect("a target").note, "C3");
    yard.grown();
}

#[test]
fn a_long_sound_is_matched_in_part() {
    let yard = Yard::new();
    let mut long = tones(&[220.0], 14.0);
    let loud = tones(&[220.0], 2.0);
    let at = 9 * RATE as usize;
    long[at..at + loud.len()].iter_mut().zip(&loud).for_each(|(s, l)| *s += 2.0 * l);
    yard.drop_sound("long.wav", &long);
    let garden = yard.grown();
    let help = garden.help.expect("a question");
    assert_eq!(help.text, "It lasts 14 s; 10 s are matched");
    assert_eq!(help.fixes, ["First 3 s", "Loudest 3 s"]);
    yard.ask(Command::Fix(1));
    let part = yard.wait("a part", |g| g.help.as_ref().is_some_and(|help| help.calm));
    let target = part.target.expect("a target");
    assert!((target.onset * 14.0 - 9.0).abs() < 1.1, "{}", target.onset * 14.0);
    assert!((target.end - target.onset) * 14.0 < 3.1);
    yard.grown();
    // The handles ask for another part; a part without sound is refused and nothing is lost.
    yard.ask(Command::Listen { from: 0.5, to: 0.50001 });
    let refused = yard.wait("a refusal", |g| g.error.is_some());
    assert!(refused.error.expect("an error").starts_with("long.wav: the sound lasts"));
    assert_eq!(refused.target.expect("a target").onset, target.onset);
    yard.ask(Command::Listen { from: 0.0, to: 0.1 });
    let moved = yard.wait("the start", |g| g.target.as_ref().is_some_and(|t| t.onset < 0.01));
    assert!((moved.target.expect("a target").end - 0.1).abs() < 0.02);
    yard.grown();
}

#[test]
fn clipped_peaks_are_mended_on_request() {
    let yard = Yard::new();
    let loud: Vec<f32> = tones(&[110.0], 0.8).iter().map(|s| (6.0 * s).clamp(-1.0, 1.0)).collect();
    yard.drop_sound("hot.wav", &loud);
    let garden = yard.grown();
    assert!(garden.help.expect("a question").text.contains("clipped"));
    yard.ask(yard.offer("Mend the peaks"));
    yard.wait("an answer", |g| g.help.as_ref().is_some_and(|help| help.calm));
    yard.ask(Command::Dismiss);
    yard.wait("quiet", |g| g.help.is_none());
    yard.grown();
}

#[test]
fn all_can_grow_anew_from_a_node() {
    let yard = Yard::new();
    yard.drop_sound("pluck.wav", &tones(&[220.0], 0.6));
    let garden = yard.grown();
    assert_eq!(garden.help, None, "nothing is doubtful here");
    let strand = garden.strands.iter().position(|s| !s.nodes.is_empty()).expect("a strand");
    let score = garden.strands[strand].nodes[0].score;
    yard.ask(Command::Regrow { strand, node: 0 });
    yard.wait("a new growth", |g| g.help.as_ref().is_some_and(|help| help.calm));
    let again = yard.grown();
    let first = again.strands.iter().find_map(|s| s.nodes.first()).expect("a node");
    assert!(first.score > score - 5.0, "{} after {score}", first.score);
    yard.ask(yard.offer("Undo"));
    let back = yard.wait("the way back", |g| g.help.is_none());
    assert!(back.tries >= garden.tries);
    assert_eq!(back.state, GardenState::Growing);
}

#[test]
fn a_node_is_saved_and_copied_without_touching_what_is_edited() {
    let yard = Yard::new();
    yard.drop_sound("pluck.wav", &tones(&[220.0], 0.6));
    let garden = yard.grown();
    let strand = garden.strands.iter().position(|s| !s.nodes.is_empty()).expect("a strand");
    yard.ask(Command::SaveNode { strand, node: 0 });
    yard.ask(Command::CopyNode { strand, node: 0 });
    let begin = Instant::now();
    let mut news = Vec::new();
    while !news.iter().any(|n| matches!(n, News::Copy(_))) {
        assert!(begin.elapsed() < Duration::from_secs(10), "{news:?}");
        news.extend(yard.gardener.news());
    }
    assert!(!news.iter().any(|n| matches!(n, News::Preset(..) | News::Saved(..))));
    let copied = news.iter().find_map(|n| if let News::Copy(text) = n { Some(text) } else { None });
    let copied = cultivar_patch::Preset::from_json(copied.expect("text")).expect("a preset");
    let saved = std::fs::read_dir(yard.folder.path().join("home/Presets")).expect("a folder");
    let saved: Vec<_> = saved.flatten().map(|entry| entry.path()).collect();
    assert_eq!(saved.len(), 1, "{saved:?}");
    let saved = cultivar_patch::Preset::load(&saved[0]).expect("a preset").preset;
    assert_eq!(saved.patch, copied.preset.patch);
    assert!(news.iter().any(|n| matches!(n, News::Notice(n) if n.tone == Tone::Good)));
}

#[test]
fn what_helped_is_told_of_the_chosen_node() {
    let yard = Yard::new();
    let swell: Vec<f32> = tones(&[196.0, 197.1], 0.8).iter().map(|s| (3.0 * s).tanh()).collect();
    yard.drop_sound("swell.wav", &swell);
    let many = |g: &Garden| g.strands.iter().filter(|strand| strand.nodes.len() > 3).count() > 1;
    yard.wait("nodes", many);
    yard.ask(Command::Pause);
    let garden = yard.wait("a rest", |g| g.state == GardenState::Paused);
    let mut told = 0;
    for (strand, of) in garden.strands.iter().enumerate() {
        for node in 0..of.nodes.len().min(4) {
            yard.ask(Command::Select { strand, node });
            let chosen = yard.wait("a choice", |g| g.selected == Some((strand, node)));
            let gains: Vec<f32> = chosen.moved.iter().map(|moved| moved.gain).collect();
            assert!(gains.len() <= 3 && gains.is_sorted_by(|a, b| a >= b), "{gains:?}");
            assert!(chosen.moved.iter().all(|m| m.id.is_some() && !m.title.is_empty()));
            told += usize::from(!gains.is_empty());
        }
    }
    assert!(told > 2, "of hardly any node it is told what helped: {told}");
}
