//! The Grow page and its states.

use cultivar_gui::{
    Breeding, Command, Ear, Effort, Garden, GardenState, Help, Page, Purpose, Section,
};
use cultivar_patch::schema::ids;
use egui::{Event, Key, vec2};
use egui_kittest::kittest::Queryable;

use super::data::Data;
use super::{Editor, click, drag, editor, place, wheel};

fn grown(state: GardenState) -> Editor {
    editor(Page::Grow, |data: &mut Data| data.garden.state = state)
}

/// What a click on `name` asks for.
fn asks(editor: &mut Editor, name: &str) -> Vec<Command> {
    click(editor, name);
    std::mem::take(&mut editor.state_mut().commands)
}

#[test]
fn an_empty_garden_invites() {
    let mut editor = editor(Page::Grow, |data| {
        data.garden = Garden { examples: vec!["Glass".into(), "Kick".into()], ..Garden::default() };
    });
    editor.get_by_label("Drop a sound here");
    assert_eq!(asks(&mut editor, "Kick"), [Command::GrowExample(1)]);
    for button in ["Load a sound…", "Load a sound to grow towards"] {
        let dialog = Command::OpenFileDialog(Purpose::Target);
        assert_eq!(asks(&mut editor, button), [dialog]);
    }
}

#[test]
fn growth_rests_and_goes_on() {
    let mut editor = grown(GardenState::Growing);
    editor.get_by_label("growing · 6\u{202f}412 tries · 0:08");
    assert_eq!(asks(&mut editor, "Let growth rest"), [Command::Pause]);
    let mut editor = grown(GardenState::Paused);
    editor.get_by_label("resting · 6\u{202f}412 tries · 0:08");
    assert_eq!(asks(&mut editor, "Grow on"), [Command::Resume]);
}

#[test]
fn a_target_is_listened_to() {
    let mut editor = grown(GardenState::Analysing);
    editor.get_by_label("listening to the target");
    assert_eq!(asks(&mut editor, "Listening to the target"), []);
}

#[test]
fn growth_without_the_model_says_so() {
    let words = "model off · searching without it: flow.onnx: it is damaged";
    assert!(grown(GardenState::Growing).query_by_label(words).is_none());
    let mut editor = grown(GardenState::Growing);
    editor.state_mut().data.garden.model_off = Some("flow.onnx: it is damaged".into());
    editor.run();
    editor.get_by_label(words);
}

#[test]
fn a_settled_garden_offers_its_best() {
    let mut editor = grown(GardenState::Settled);
    editor.get_by_label("Best is strand 3 with 93. Keep it?");
    assert_eq!(asks(&mut editor, "Keep it"), [Command::Keep]);
    editor.state_mut().data.garden.selected = Some((0, 0));
    let best = Command::Select { strand: 2, node: 11 };
    assert_eq!(asks(&mut editor, "Keep it"), [best, Command::Keep]);
}

#[test]
fn a_doubtful_target_comes_with_ways_out() {
    for state in [GardenState::Growing, GardenState::Settled] {
        let mut editor = editor(Page::Grow, |data| {
            let fixes = vec!["Key is C3".to_owned(), "It is a texture".to_owned()];
            let text = "Three notes sound at once".to_owned();
            data.garden.help = Some(Help { text, fixes, calm: false });
            data.garden.state = state;
        });
        editor.get_by_label("Three notes sound at once");
        assert_eq!(asks(&mut editor, "It is a texture"), [Command::Fix(1)]);
        assert_eq!(asks(&mut editor, "Close the message"), [Command::Dismiss]);
    }
}

#[test]
fn another_part_of_the_target_is_chosen_by_its_handles() {
    let mut editor = grown(GardenState::Growing);
    let (start, end) = (place(&editor, "Start of the target"), place(&editor, "End of the target"));
    let middle = start + 0.5 * (end - start);
    drag(&mut editor, start, middle);
    let asked = std::mem::take(&mut editor.state_mut().commands);
    let [Command::Listen { from, to }] = asked[..] else { panic!("{asked:?}") };
    let target = editor.state().data.garden.target.clone().unwrap_or_default();
    assert!((from - 0.5 * (target.onset + target.end)).abs() < 0.01, "{from}");
    assert_eq!(to, target.end);
    // Nothing is left between them that could be taken away.
    drag(&mut editor, end, start - vec2(40.0, 0.0));
    let asked = std::mem::take(&mut editor.state_mut().commands);
    let [Command::Listen { from, to }] = asked[..] else { panic!("{asked:?}") };
    assert!(from == target.onset && to > from, "{from} to {to}");
}

#[test]
fn the_note_is_set_right_by_menu_and_wheel() {
    let mut editor = grown(GardenState::Growing);
    click(&mut editor, "Note of the target");
    assert_eq!(asks(&mut editor, "An octave lower"), [Command::Hear(Ear::Shift(-12))]);
    let at = place(&editor, "Note of the target");
    wheel(&mut editor, at, 0.4);
    assert_eq!(editor.state().commands, []);
    wheel(&mut editor, at, 0.4);
    wheel(&mut editor, at, 0.4);
    assert_eq!(std::mem::take(&mut editor.state_mut().commands), [Command::Hear(Ear::Shift(1))]);
    let at = place(&editor, "Target in the garden");
    wheel(&mut editor, at, -3.0);
    assert_eq!(editor.state().commands, [Command::SetTargetGain(-3.0)]);
}

#[test]
fn a_node_is_heard_while_the_pointer_rests_on_it() {
    let mut editor = grown(GardenState::Growing);
    editor.state_mut().data.keys = [false; 128];
    let at = editor.get_by_label_contains("Strand 1 node 5,").rect().center();
    editor.event(Event::PointerMoved(at));
    editor.run_steps(3);
    assert_eq!(editor.state().commands, [], "the pointer may only pass by");
    editor.run_steps(6);
    assert_eq!(editor.state().commands, [Command::Preview { strand: 0, node: 4 }]);
    editor.event(Event::PointerMoved(at + vec2(60.0, 30.0)));
    editor.run_steps(2);
    assert_eq!(editor.state().commands[1..], [Command::StopClip]);
    editor.state_mut().commands.clear();
    editor.state_mut().data.keys[60] = true;
    editor.event(Event::PointerMoved(at));
    editor.run_steps(12);
    assert_eq!(editor.state().commands, [], "somebody is playing");
}

#[test]
fn a_node_has_a_menu() {
    let (strand, node) = (0, 4);
    for (name, wish) in [
        ("Save as a preset", Command::SaveNode { strand, node }),
        ("Regrow from here", Command::Regrow { strand, node }),
        ("Copy the patch as text", Command::CopyNode { strand, node }),
    ] {
        let mut editor = grown(GardenState::Growing);
        editor.get_by_label_contains("Strand 1 node 5,").click_secondary();
        editor.run();
        assert_eq!(asks(&mut editor, name), [wish]);
    }
}

#[test]
fn target_and_match_are_heard_by_turns() {
    let mut editor = grown(GardenState::Growing);
    editor.get_by_label("Garden").focus();
    editor.run();
    for wish in [Command::PlayTarget, Command::Audition, Command::PlayTarget] {
        editor.key_press(Key::Space);
        editor.run();
        assert_eq!(std::mem::take(&mut editor.state_mut().commands), [wish]);
    }
    editor.state_mut().data.garden.selected = None;
    editor.key_press(Key::Space);
    editor.run();
    assert_eq!(editor.state().commands, [Command::PlayTarget], "there is no match");
}

#[test]
fn an_error_leaves_the_garden_as_it_is() {
    let words = "kick.wav: not a sound file";
    let mut editor = editor(Page::Grow, |data| data.garden.error = Some(words.into()));
    editor.get_by_label(words);
    editor.get_by_label("growing · 6\u{202f}412 tries · 0:08");
    editor.get_by_label("Strand 1 node 9, score 80");
    assert_eq!(asks(&mut editor, "Close the message"), [Command::Dismiss]);
}

#[test]
fn a_first_file_that_cannot_be_read_still_leaves_the_invitation() {
    let words = "noise.wav: 0 samples";
    let editor = editor(Page::Grow, |data| {
        data.garden = Garden { error: Some(words.into()), ..Garden::default() };
    });
    editor.get_by_label(words);
    editor.get_by_label("Drop a sound here");
}

#[test]
fn nodes_are_played_by_click_and_by_key() {
    let mut editor = grown(GardenState::Growing);
    let node = Command::Select { strand: 0, node: 4 };
    let label = editor.query_all_by_label_contains("Strand 1 node 5,").count();
    assert_eq!(label, 1);
    editor.get_by_label_contains("Strand 1 node 5,").click();
    editor.run();
    assert_eq!(std::mem::take(&mut editor.state_mut().commands), [node]);
    editor.get_by_label("Garden").focus();
    editor.run();
    for (key, command) in [
        (Key::Num2, Command::Select { strand: 1, node: 6 }),
        (Key::ArrowLeft, Command::Select { strand: 2, node: 10 }),
        (Key::Enter, Command::Audition),
        (Key::P, Command::Pause),
    ] {
        editor.key_press(key);
        editor.run();
        assert_eq!(std::mem::take(&mut editor.state_mut().commands), [command], "{key:?}");
    }
}

#[test]
fn the_chosen_patch_is_told_about_and_kept() {
    let mut editor = grown(GardenState::Growing);
    editor.get_by_label("Strand 3, node 12 of 12, score 93");
    editor.get_by_label("Keys play strand 3, node 12");
    editor.get_by_label("Pitch 98");
    editor.get_by_label("Stereo: mono target");
    assert_eq!(asks(&mut editor, "Keep this patch"), [Command::Keep]);
    assert_eq!(asks(&mut editor, "Play target"), [Command::PlayTarget]);
    assert_eq!(asks(&mut editor, "Play match"), [Command::Audition]);
    let parent = Breeding::AddNode { strand: 2, node: 11 };
    assert_eq!(asks(&mut editor, "Breed with…"), [Command::Breed(parent)]);
    assert_eq!(editor.state().memory.settings.page, Page::Breed);
    click(&mut editor, "Grow");
    click(&mut editor, "Envelope 1 decay: 0.34 → 0.09 s");
    assert_eq!(editor.state().memory.settings.page, Page::Synth);
    assert_eq!(ids().env[0].decay.def().group, "Envelope 1");
    editor.get_by_label("Envelope 1 decay");
}

#[test]
fn growth_is_told_how() {
    let mut editor = grown(GardenState::Paused);
    assert_eq!(asks(&mut editor, "Grow for 5 min"), [Command::SetEffort(Effort::Long)]);
    assert_eq!(asks(&mut editor, "Fewer strands"), [Command::SetStrands(7)]);
    let lock = Command::Lock { section: Section::Envelopes, on: true };
    assert_eq!(asks(&mut editor, "Keep Envelopes as they are"), [lock]);
    let unlock = Command::Lock { section: Section::Filters, on: false };
    assert_eq!(asks(&mut editor, "Keep Filters as they are"), [unlock]);
    let [Command::SetSeed(seed)] = asks(&mut editor, "Another seed")[..] else { panic!() };
    assert_ne!(seed, editor.state().data.garden.seed);
}
