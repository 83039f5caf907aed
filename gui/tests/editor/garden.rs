//! The Grow page and its states.

use cultivar_gui::{Command, Effort, Garden, GardenState, Page, Purpose, Section};
use cultivar_patch::schema::ids;
use egui::Key;
use egui_kittest::kittest::Queryable;

use super::data::Data;
use super::{Editor, click, editor};

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
    let text = "Three notes found".to_owned();
    let fixes = vec!["Match the highest".to_owned(), "Treat as texture".to_owned()];
    let mut editor = grown(GardenState::NeedsHelp { text, fixes });
    editor.get_by_label("Three notes found");
    assert_eq!(asks(&mut editor, "Treat as texture"), [Command::Fix(1)]);
}

#[test]
fn an_error_leaves_the_garden_as_it_is() {
    let words = "kick.wav: not a sound file";
    let mut editor = grown(GardenState::Error(words.into()));
    editor.get_by_label(words);
    editor.get_by_label("Strand 1 node 9, score 80");
    assert_eq!(asks(&mut editor, "Close the message"), [Command::Dismiss]);
}

#[test]
fn a_first_file_that_cannot_be_read_still_leaves_the_invitation() {
    let words = "noise.wav: 0 samples";
    let editor = editor(Page::Grow, |data| {
        data.garden = Garden { state: GardenState::Error(words.into()), ..Garden::default() };
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
    assert_eq!(asks(&mut editor, "Play"), [Command::Audition]);
    assert_eq!(asks(&mut editor, "Play target"), [Command::PlayTarget]);
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
