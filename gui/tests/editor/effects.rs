//! The effects: their order, their switches, their pictures.

use cultivar_gui::{Command, Gesture, Page, Tab};
use cultivar_patch::Id;
use cultivar_patch::schema::ids;
use egui::{Pos2, vec2};
use egui_kittest::kittest::Queryable;

use super::{Editor, assert_whole, click, drag, editor, moves, place, wheel};

/// Switch and place of every effect, in the order of the schema.
pub(crate) fn effects() -> [(Id, Id); 9] {
    ids().effects().map(|effect| (*effect.on, *effect.place))
}

/// The rack with only these effects on.
fn rack(on: &[Id]) -> Editor {
    let mut editor = editor(Page::Synth, |data| {
        for (id, _) in effects() {
            data.preset.patch[id] = if on.contains(&id) { 1.0 } else { 0.0 };
        }
    });
    editor.state_mut().memory.tab = Tab::Effects;
    editor.run();
    editor
}

fn places(editor: &Editor) -> [f32; 9] {
    effects().map(|(_, place)| editor.state().data.preset.patch[place])
}

fn middle(editor: &Editor, title: &str) -> Pos2 {
    place(editor, &format!("Move {title}"))
}

#[test]
fn a_card_dragged_by_its_grip_goes_between_two_others() {
    let mut editor = rack(&[]);
    let (from, to) = (middle(&editor, "Reverb"), middle(&editor, "Phaser"));
    drag(&mut editor, from, to - vec2(0.0, 3.0));
    assert_eq!(places(&editor), [1.0, 2.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 3.0]);
    // And down again: past the delay, before the end.
    let (from, to) = (middle(&editor, "Distortion"), middle(&editor, "Delay"));
    drag(&mut editor, from, to + vec2(0.0, 3.0));
    assert_eq!(places(&editor), [9.0, 1.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 2.0]);
    let below = |a: &str, b: &str| middle(&editor, a).y > middle(&editor, b).y;
    assert!(below("Distortion", "Delay") && below("Phaser", "Reverb") && below("Reverb", "Filter"));
}

#[test]
fn a_new_order_is_one_movement_of_the_hand() {
    let mut editor = rack(&[]);
    click(&mut editor, "Move Chorus up");
    assert_eq!(places(&editor), [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 7.0, 8.0, 9.0]);
    let asked = editor.state().commands.iter().map(|command| match command {
        Command::SetParam { gesture, .. } => *gesture,
        other => panic!("{other:?}"),
    });
    // All take hold before any changes, so that the owner of the window sees one step of undo.
    let asked: Vec<Gesture> = asked.collect();
    let wanted = [Gesture::Begin, Gesture::Change, Gesture::End].map(|gesture| [gesture; 2]);
    assert_eq!(asked, wanted.concat());
    click(&mut editor, "Move Chorus down");
    assert_eq!(places(&editor), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
}

#[test]
fn effects_of_one_place_become_nine_places() {
    let mut editor = rack(&[]);
    for (_, place) in effects() {
        editor.state_mut().data.preset.patch[place] = 5.0;
    }
    editor.run();
    click(&mut editor, "Move Filter up");
    assert_eq!(places(&editor), [2.0, 1.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
}

#[test]
fn a_card_that_is_let_go_where_it_was_changes_nothing() {
    let mut editor = rack(&[]);
    let at = middle(&editor, "Flanger");
    drag(&mut editor, at, at + vec2(0.0, 4.0));
    assert_eq!(editor.state().commands, []);
    for (name, wanted) in [("Move Distortion up", 1.0), ("Move Reverb down", 9.0)] {
        editor.get_by_label(name).click();
        editor.run();
        assert!(places(&editor).contains(&wanted) && editor.state().commands.is_empty());
    }
}

#[test]
fn an_effect_that_is_off_is_a_line_until_it_is_switched_on() {
    let mut editor = rack(&[]);
    assert!(editor.query_by_label("Flanger feedback").is_none());
    click(&mut editor, "Flanger on");
    assert_eq!(moves(&editor, ids().flanger.on), [(Gesture::Once, 1.0)]);
    let at = place(&editor, "Flanger feedback");
    drag(&mut editor, at, at - vec2(0.0, 30.0));
    assert_whole(&moves(&editor, ids().flanger.feedback));
}

#[test]
fn a_band_of_the_equaliser_is_dragged_and_made_wider() {
    let mut editor = rack(&[ids().eq.on]);
    let band = &ids().eq_band[1];
    let before = editor.state().data.preset.patch.eq_band[1];
    let at = place(&editor, "Equaliser band 2");
    drag(&mut editor, at, at + vec2(20.0, -15.0));
    assert_whole(&moves(&editor, band.frequency));
    assert_whole(&moves(&editor, band.gain));
    let after = editor.state().data.preset.patch.eq_band[1];
    assert!(after.frequency > before.frequency + 6.0 && after.gain > 4.0, "{after:?}");
    let at = place(&editor, "Equaliser band 2");
    wheel(&mut editor, at, 1.0);
    assert!(editor.state().data.preset.patch[band.width] > before.width);
}

#[test]
fn the_curve_of_the_compressor_is_dragged() {
    let mut editor = rack(&[ids().compressor.on]);
    let c = &ids().compressor;
    let at = place(&editor, "Levels of the compressor");
    drag(&mut editor, at, at + vec2(-20.0, 15.0));
    assert_whole(&moves(&editor, c.threshold));
    assert_whole(&moves(&editor, c.ratio));
    let patch = &editor.state().data.preset.patch;
    assert!(patch[c.threshold] < -24.0 && patch[c.ratio] > 0.5);
}

#[test]
fn all_nine_are_reached_by_scrolling_and_a_knob_keeps_the_wheel() {
    let mut editor = rack(&effects().map(|(on, _)| on));
    let first = place(&editor, "Distortion drive");
    wheel(&mut editor, first, -1.0);
    assert_eq!(moves(&editor, ids().distortion.drive).len(), 1);
    assert_eq!(place(&editor, "Distortion drive"), first, "the rack stays where it is");
    assert!(editor.query_by_label("Reverb size").is_none());
    // A grip takes no wheel.
    let ground = middle(&editor, "Distortion");
    for _ in 0..20 {
        wheel(&mut editor, ground, -3.0);
    }
    let last = place(&editor, "Reverb size");
    assert!(last.y < 648.0, "above the keyboard: {last}");
}
