//! The Synth page.

use std::collections::BTreeSet;
use std::sync::Arc;

use cultivar_gui::{Command, Gesture, Page, Purpose, Tab};
use cultivar_patch::schema::{LfoMode, Model, Source, Sync, Warp, ids};
use cultivar_patch::{Clip, Def, Id, Partner, Preset, Recording, Table, defs};
use egui::{Event, Key, Modifiers, vec2};
use egui_kittest::kittest::{By, NodeT, Queryable};

use super::effects::effects;
use super::{Editor, assert_whole, click, double_click, drag, editor, moves, place, wheel};

/// Looks at every tab of the Synth page, with everything on and in both ways of keeping time.
fn look_everywhere(editor: &mut Editor, mut see: impl FnMut(&mut Editor)) {
    for sync in [Sync::Time, Sync::Tempo].map(Sync::value) {
        let patch = &mut editor.state_mut().data.preset.patch;
        for osc in &mut patch.osc {
            osc.warp = Warp::Fm.value();
        }
        for filter in &mut patch.filter {
            filter.model = Model::Vowel.value();
        }
        for lfo in &mut patch.lfo {
            (lfo.sync, lfo.mode) = (sync, LfoMode::Sustain.value());
        }
        patch.random.iter_mut().for_each(|random| random.sync = sync);
        for (id, _) in effects() {
            patch[id] = 1.0;
        }
        patch.fx_filter.model = Model::Vowel.value();
        (patch.phaser.sync, patch.flanger.sync, patch.delay.sync) = (sync, sync, sync);
        for tab in [Tab::Voice, Tab::Effects, Tab::Routes] {
            for place in 0..8 {
                let memory = &mut editor.state_mut().memory;
                memory.tab = tab;
                (memory.env, memory.lfo, memory.band) = (place.min(3), place, place.min(3));
                editor.run();
                see(editor);
            }
        }
    }
}

fn full() -> Editor {
    let mut editor = editor(Page::Synth, |data| {
        for route in &mut data.preset.patch.route {
            route.source = Source::Lfo1.value();
            route.destination = ids().filter[0].cutoff.as_destination();
        }
        let partner = Partner::new(Preset::init(), Vec::new());
        data.preset.partner = Some(Arc::new(partner));
    });
    editor.state_mut().memory.seen = Some(BTreeSet::new());
    editor
}

#[test]
fn every_parameter_has_a_place() {
    let mut editor = full();
    look_everywhere(&mut editor, |_| {});
    let seen = editor.state_mut().memory.seen.take().unwrap_or_default();
    let missing: Vec<&str> = (0..defs().len() as u16)
        .filter(|k| !seen.contains(&Id(*k)))
        .map(|k| defs()[usize::from(k)].id.as_str())
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn every_parameter_that_hosts_see_is_called_by_its_name() {
    let mut editor = full();
    editor.state_mut().data.preset.macros = Default::default();
    let mut heard = BTreeSet::new();
    look_everywhere(&mut editor, |editor| {
        let nodes = editor.query_all(By::new());
        heard.extend(nodes.filter_map(|node| node.accesskit_node().label()));
    });
    let named = |def: &Def| {
        let letters = [("Oscillator 1", "A"), ("Oscillator 2", "B"), ("Oscillator 3", "C")];
        let letter = letters.iter().find(|(group, _)| *group == def.group);
        let group = letter.map_or(def.group.as_str(), |(_, letter)| letter);
        if def.group.starts_with("Macro") {
            return group.to_owned();
        }
        format!("{group} {}", def.name.to_lowercase().trim_end_matches('.'))
    };
    // The place of an effect is the place of its card.
    let told = |def: &&Def| def.automated && def.name != "Place" && !heard.contains(&named(def));
    let missing: Vec<String> = defs().iter().filter(told).map(named).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn a_dragged_knob_tells_the_whole_movement() {
    let mut editor = editor(Page::Synth, |_| {});
    let level = ids().osc[0].level;
    let before = editor.state().data.preset.patch[level];
    let at = place(&editor, "A level");
    drag(&mut editor, at, at - vec2(0.0, 30.0));
    let told = moves(&editor, level);
    assert_whole(&told);
    assert_eq!(told[0].1, before);
    assert!(told[told.len() - 1].1 > before);
}

#[test]
fn shift_makes_a_drag_ten_times_finer() {
    let level = ids().osc[0].level;
    let way = |modifiers| {
        let mut editor = editor(Page::Synth, |data| data.preset.patch[level] = -40.0);
        let at = place(&editor, "A level");
        editor.event(Event::ModifiersChanged(modifiers));
        drag(&mut editor, at, at - vec2(0.0, 60.0));
        editor.state().data.preset.patch[level] + 40.0
    };
    let (coarse, fine) = (way(Modifiers::NONE), way(Modifiers::SHIFT));
    assert!((coarse / fine - 10.0).abs() < 0.5, "{coarse} and {fine} dB");
}

#[test]
fn a_double_click_resets_a_knob_and_the_wheel_steps_it() {
    let mut editor = editor(Page::Synth, |_| {});
    let (level, unison) = (ids().osc[0].level, ids().osc[0].voices);
    let at = place(&editor, "A level");
    double_click(&mut editor, at);
    assert_eq!(editor.state().data.preset.patch[level], level.def().default);
    let at = place(&editor, "A unison");
    wheel(&mut editor, at, 1.0);
    assert_eq!(moves(&editor, unison), [(Gesture::Once, 6.0)]);
}

#[test]
fn a_value_is_typed_after_enter() {
    let mut editor = editor(Page::Synth, |_| {});
    let cutoff = ids().filter[0].cutoff;
    editor.get_by_label("Filter 1 cutoff").focus();
    editor.run();
    editor.key_press(Key::Enter);
    editor.run();
    let field = editor.get_by_label("Type Filter 1 cutoff");
    field.focus();
    editor.key_press_modifiers(Modifiers::COMMAND, Key::A);
    editor.run();
    editor.get_by_label("Type Filter 1 cutoff").type_text("440 Hz");
    editor.run();
    editor.key_press(Key::Enter);
    editor.run();
    let told = moves(&editor, cutoff);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!((told[0].1 - 69.0).abs() < 0.01);
}

#[test]
fn arrows_step_a_knob_that_has_the_focus() {
    let mut editor = editor(Page::Synth, |_| {});
    let level = ids().osc[0].level;
    editor.get_by_label("A level").focus();
    editor.run();
    editor.key_press(Key::ArrowUp);
    editor.run();
    let told = moves(&editor, level);
    assert!(matches!(told[..], [(Gesture::Once, v)] if v > -2.1), "{told:?}");
}

#[test]
fn a_source_dragged_onto_a_knob_becomes_a_route() {
    let mut editor = editor(Page::Synth, |_| {});
    let from = place(&editor, "Drag LFO 2 onto a knob");
    let to = place(&editor, "B level");
    drag(&mut editor, from, to);
    let wanted = Command::AddRoute {
        slot: 7,
        source: Source::Lfo2,
        destination: ids().osc[1].level,
        amount: 0.25,
    };
    assert!(editor.state().commands.contains(&wanted), "{:?}", editor.state().commands);
}

#[test]
fn a_random_generator_dragged_onto_a_knob_becomes_a_route() {
    let mut editor = editor(Page::Synth, |_| {});
    let from = place(&editor, "Drag Random 2 onto a knob");
    let to = place(&editor, "A morph");
    drag(&mut editor, from, to);
    let wanted = Command::AddRoute {
        slot: 7,
        source: Source::Random2,
        destination: ids().osc[0].morph,
        amount: 0.25,
    };
    assert!(editor.state().commands.contains(&wanted), "{:?}", editor.state().commands);
}

#[test]
fn a_random_generator_moves_notes_alike_or_each_on_its_own() {
    let mut editor = editor(Page::Synth, |_| {});
    click(&mut editor, "Show random 1");
    click(&mut editor, "Random 1 shared");
    assert_eq!(moves(&editor, ids().random[0].shared), [(Gesture::Once, 1.0)]);
    click(&mut editor, "Random 1 shape");
    click(&mut editor, "Lorenz");
    assert_eq!(moves(&editor, ids().random[0].shape), [(Gesture::Once, 2.0)]);
}

#[test]
fn the_place_where_a_shape_waits_is_dragged() {
    let mut editor = editor(Page::Synth, |data| {
        data.preset.patch.lfo[0].mode = LfoMode::Sustain.value();
        data.preset.patch.lfo[0].hold = 0.5;
    });
    let hold = ids().lfo[0].hold;
    let image = editor.get_by_label("Shape of LFO 1").rect();
    let at = place(&editor, "Hold of LFO 1");
    drag(&mut editor, at, at + vec2(image.width() * 0.25, 0.0));
    let told = moves(&editor, hold);
    assert_whole(&told);
    assert!((editor.state().data.preset.patch[hold] - 0.77).abs() < 0.02, "{told:?}");
    let at = place(&editor, "Hold of LFO 1");
    double_click(&mut editor, at);
    assert_eq!(editor.state().data.preset.patch[hold], 1.0);
}

#[test]
fn a_shape_that_waits_nowhere_has_no_place_to_drag() {
    let editor = editor(Page::Synth, |_| {});
    assert!(editor.query_by_label("Hold of LFO 1").is_none());
}

#[test]
fn a_warp_that_listens_says_to_what() {
    let mut editor = editor(Page::Synth, |_| {});
    assert!(editor.query_by_label("A from").is_none(), "a bent phase listens to nothing");
    editor.state_mut().data.preset.patch.osc[0].warp = Warp::Ring.value();
    editor.run();
    click(&mut editor, "A from");
    click(&mut editor, "Oscillator 3");
    assert_eq!(moves(&editor, ids().osc[0].from), [(Gesture::Once, 3.0)]);
}

#[test]
fn a_filter_shows_its_morph_where_its_model_has_one() {
    let mut editor = editor(Page::Synth, |_| {});
    assert!(editor.query_by_label("Filter 1 morph").is_none());
    click(&mut editor, "Filter 1 model");
    click(&mut editor, "Vowel");
    let at = place(&editor, "Filter 1 morph");
    drag(&mut editor, at, at - vec2(0.0, 30.0));
    assert_whole(&moves(&editor, ids().filter[0].morph));
}

#[test]
fn a_route_is_removed_from_the_list() {
    let mut editor = editor(Page::Synth, |_| {});
    click(&mut editor, "Routes");
    click(&mut editor, "Remove route 3");
    assert_eq!(editor.state().commands, [Command::RemoveRoute { slot: 2 }]);
}

#[test]
fn a_menu_chooses_a_filter() {
    let mut editor = editor(Page::Synth, |_| {});
    click(&mut editor, "Filter 1 model");
    click(&mut editor, "Band-pass 12");
    assert_eq!(moves(&editor, ids().filter[0].model), [(Gesture::Once, 2.0)]);
}

#[test]
fn the_next_wavetable_is_a_click_away() {
    let mut editor = editor(Page::Synth, |_| {});
    click(&mut editor, "Next wavetable of B");
    let choir = Table::Factory("choir".into());
    assert_eq!(editor.state().commands, [Command::SetTable { osc: 1, table: choir }]);
}

#[test]
fn a_recording_is_chosen_from_the_list_or_a_file() {
    let mut editor = editor(Page::Synth, |_| {});
    let shown = |editor: &Editor| editor.get_by_label("Recording").accesskit_node().value();
    assert_eq!(shown(&editor).as_deref(), Some("Knock"));
    click(&mut editor, "Recording");
    click(&mut editor, "Soft mallet");
    click(&mut editor, "Next recording");
    click(&mut editor, "Previous recording");
    click(&mut editor, "Recording");
    click(&mut editor, "Load a sound…");
    let chosen = |id: &str| Command::SetRecording(Clip::Factory(id.into()));
    let wanted = [
        chosen("soft mallet"),
        chosen("plectrum"),
        // Round the end.
        chosen("breath"),
        Command::OpenFileDialog(Purpose::Recording),
    ];
    assert_eq!(editor.state().commands, wanted);
    let own = Recording::new("Door 3", 48_000, vec![vec![0.0; 9]], 60.0, None);
    editor.state_mut().data.preset.clip = Clip::Own(Arc::new(own.expect("legal")));
    editor.run();
    assert_eq!(shown(&editor).as_deref(), Some("Door 3"));
}

#[test]
fn the_end_of_the_decay_sets_decay_and_sustain() {
    let mut editor = editor(Page::Synth, |_| {});
    let env = &ids().env[0];
    let before = editor.state().data.preset.patch.env[0];
    let at = place(&editor, "Decay end and sustain");
    drag(&mut editor, at, at + vec2(20.0, -15.0));
    assert_whole(&moves(&editor, env.decay));
    assert_whole(&moves(&editor, env.sustain));
    let after = editor.state().data.preset.patch.env[0];
    assert!(after.decay > before.decay && after.sustain > before.sustain);
}

#[test]
fn points_of_a_shape_are_moved_added_and_taken_away() {
    let mut editor = editor(Page::Synth, |data| data.preset.shapes[0] = Default::default());
    let shape = |editor: &Editor| editor.state().data.preset.shapes[0].clone();
    let at = place(&editor, "Point 2");
    drag(&mut editor, at, at + vec2(10.0, 20.0));
    let moved = shape(&editor).points()[1];
    assert!(moved.x > 0.25 && moved.y < 0.9, "{moved:?}");
    let Some(Command::SetShape { gesture: Gesture::Begin, .. }) = editor.state().commands.first()
    else {
        panic!("{:?}", editor.state().commands.first());
    };
    let image = editor.get_by_label("Shape of LFO 1").rect();
    double_click(&mut editor, image.left_bottom() + vec2(60.0, -14.0));
    assert_eq!(shape(&editor).points().len(), 5);
    let at = place(&editor, "Point 2");
    double_click(&mut editor, at);
    assert_eq!(shape(&editor).points().len(), 4);
}

#[test]
fn alt_drags_the_amount_of_a_route() {
    let mut editor = editor(Page::Synth, |_| {});
    let amount = ids().route[0].amount;
    let at = place(&editor, "A position");
    editor.event(Event::ModifiersChanged(Modifiers::ALT));
    drag(&mut editor, at, at - vec2(0.0, 30.0));
    assert_whole(&moves(&editor, amount));
    assert!(editor.state().data.preset.patch[amount] > 0.35);
    assert_eq!(moves(&editor, ids().osc[0].position), []);
}

#[test]
fn a_macro_is_named() {
    let mut editor = editor(Page::Synth, |_| {});
    editor.get_by_label("Grit").click_secondary();
    editor.run();
    click(&mut editor, "Rename…");
    editor.get_by_label("Name of macro 7").type_text("ty");
    editor.run();
    editor.key_press(Key::Enter);
    editor.run();
    let wanted = Command::NameMacro { index: 6, name: "Gritty".into() };
    assert_eq!(editor.state().commands, [wanted]);
}
