//! What is around the pages: header, presets, keyboard, files over the window.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cultivar_gui::{Command, Page, Purpose, Session, Side, zoom_for};
use cultivar_patch::schema::ids;
use egui::accesskit::Toggled;
use egui::{Event, Key, Modifiers, vec2};
use egui_kittest::kittest::{NodeT, Queryable};

use super::{Editor, button, click, editor, place};

#[test]
fn the_header_asks_for_what_it_says() {
    let mut editor = editor(Page::Synth, |_| {});
    for name in
        ["Previous preset", "Next preset", "Undo", "Redo", "Sound B", "Not a favourite any more"]
    {
        click(&mut editor, name);
    }
    let loved = Command::Favourite { id: "glasswing pluck".into(), on: false };
    let wanted = [
        Command::PreviousPreset,
        Command::NextPreset,
        Command::Undo,
        // There is nothing to redo.
        Command::SwitchSide(Side::B),
        loved,
    ];
    assert_eq!(editor.state().commands, wanted);
    click(&mut editor, "Grow");
    assert_eq!(editor.state().memory.settings.page, Page::Grow);
}

#[test]
fn the_settings_say_how_the_keys_play() {
    let mut editor = editor(Page::Synth, |_| {});
    click(&mut editor, "Settings");
    let mpe = "MPE: each note bends by itself";
    let is_on = |editor: &Editor| editor.get_by_label(mpe).accesskit_node().toggled();
    assert_eq!(is_on(&editor), Some(Toggled::False));
    click(&mut editor, mpe);
    click(&mut editor, "Equal temperament");
    click(&mut editor, "Load a scale…");
    let file = Command::OpenFileDialog(Purpose::Tuning);
    assert_eq!(editor.state().commands, [Command::ToggleMpe, file], "it is tempered already");
    editor.state_mut().commands.clear();
    let tuning = Some("31 equal steps".into());
    editor.state_mut().data.session = Session { mpe: true, tuning, oversampling: 2 };
    editor.run();
    assert_eq!(is_on(&editor), Some(Toggled::True));
    editor.get_by_label("31 equal steps");
    click(&mut editor, "Equal temperament");
    assert_eq!(editor.state().commands, [Command::ClearTuning]);
    editor.state_mut().commands.clear();
    click(&mut editor, "2×");
    click(&mut editor, "4×");
    assert_eq!(editor.state().commands, [Command::Oversample(4)], "it is twice already");
}

#[test]
fn a_preset_is_searched_and_loaded() {
    let mut editor = editor(Page::Synth, |_| {});
    click(&mut editor, "Preset Glasswing Pluck");
    editor.get_by_label("Search presets").focus();
    editor.run();
    editor.get_by_label("Search presets").type_text("wood bass");
    editor.run();
    assert!(editor.query_by_label("Load Wickerlight").is_none());
    click(&mut editor, "Load Cedar Thumb");
    assert_eq!(editor.state().commands, [Command::LoadPreset("cedar thumb".into())]);
}

#[test]
fn a_preset_of_the_list_becomes_the_partner() {
    let mut editor = editor(Page::Synth, |_| {});
    click(&mut editor, "Preset Glasswing Pluck");
    let wanted = Command::MorphTo("cathedral dust".into());
    editor.get_by_label("Load Cathedral Dust").click_secondary();
    editor.run();
    click(&mut editor, "Morph to it");
    click(&mut editor, "More of Cathedral Dust");
    click(&mut editor, "Morph to it");
    assert_eq!(editor.state().commands, [wanted.clone(), wanted]);
    assert!(editor.state().memory.presets_open, "others may be tried");
}

#[test]
fn a_way_that_is_being_made_is_shown_where_its_slider_will_be() {
    let mut editor = editor(Page::Synth, |data| {
        *data = std::mem::replace(data, super::data::Data::new()).with_partner();
        data.way_to = Some("Paper Koto".into());
    });
    editor.get_by_label("Making the way to Paper Koto…");
    assert!(editor.query_by_label("Morph position").is_none(), "the way before goes on");
    click(&mut editor, "Preset Glasswing Pluck");
    assert!(editor.state().memory.presets_open, "the names open the list");
    editor.state_mut().data.way_to = None;
    editor.run();
    editor.get_by_label("Morphs to Cathedral Dust");
}

#[test]
fn the_way_to_a_partner_is_a_slider_between_two_names() {
    let mut editor = editor(Page::Synth, |data| {
        *data = std::mem::replace(data, super::data::Data::new()).with_partner();
    });
    editor.get_by_label("Morphs to Cathedral Dust");
    let position = ids().morph.position;
    let at = place(&editor, "Morph position");
    super::drag(&mut editor, at, at + vec2(40.0, 0.0));
    let told = super::moves(&editor, position);
    super::assert_whole(&told);
    assert!(told[told.len() - 1].1 > 0.6, "{told:?}");
    editor.get_by_label("Morph position").click_secondary();
    editor.run();
    click(&mut editor, "Type a value…");
    editor.get_by_label("Type Morph position").focus();
    editor.key_press_modifiers(Modifiers::COMMAND, Key::A);
    editor.run();
    editor.get_by_label("Type Morph position").type_text("12.5 %");
    editor.run();
    editor.key_press(Key::Enter);
    editor.run();
    assert_eq!(editor.state().data.preset.patch[position], 0.125);
    editor.state_mut().commands.clear();
    click(&mut editor, "Morph to it no more");
    assert_eq!(editor.state().commands, [Command::RemovePartner]);
    click(&mut editor, "Preset Glasswing Pluck");
    assert!(editor.state().memory.presets_open, "the names open the list");
}

#[test]
fn a_preset_is_heard_before_it_is_loaded() {
    let mut editor = editor(Page::Synth, |_| {});
    click(&mut editor, "Preset Glasswing Pluck");
    click(&mut editor, "Hear Cedar Thumb");
    assert_eq!(editor.state().commands, [Command::HearPreset("cedar thumb".into())]);
}

#[test]
fn arrows_walk_through_the_list_as_it_is_shown() {
    let mut editor = editor(Page::Synth, |_| {});
    click(&mut editor, "Preset Glasswing Pluck");
    click(&mut editor, "Show favourites only");
    editor.key_press(Key::ArrowDown);
    editor.run();
    assert_eq!(editor.state().commands, [Command::LoadPreset("paper koto".into())]);
}

#[test]
fn a_preset_is_saved_under_a_name() {
    let mut editor = editor(Page::Synth, |_| {});
    click(&mut editor, "Save");
    click(&mut editor, "Save as new");
    let tags = vec!["pluck".to_owned(), "bright".to_owned()];
    assert_eq!(editor.state().commands, [Command::SaveAs { name: "Glasswing Pluck".into(), tags }]);
}

#[test]
fn the_mouse_plays_the_keyboard() {
    let mut editor = editor(Page::Synth, |_| {});
    let keys = editor.get_by_label("Keyboard").rect();
    // The lowest white key, low down.
    let at = keys.left_bottom() + vec2(8.0, -6.0);
    editor.event(Event::PointerMoved(at));
    button(&mut editor, at, true);
    editor.run();
    let [Command::Play { key: 36, velocity }] = editor.state().commands[..] else {
        panic!("{:?}", editor.state().commands);
    };
    assert!(velocity > 0.9);
    editor.event(Event::PointerMoved(at + vec2(31.0, 0.0)));
    editor.run();
    button(&mut editor, at, false);
    editor.run();
    let rest = &editor.state().commands[1..];
    assert!(
        matches!(
            rest,
            [Command::Stop { key: 36 }, Command::Play { key: 38, .. }, Command::Stop { key: 38 }]
        ),
        "{rest:?}"
    );
}

#[test]
fn the_computer_plays_only_where_it_may() {
    let mut editor = editor(Page::Synth, |_| {});
    editor.key_press(Key::A);
    editor.run();
    assert_eq!(editor.state().commands, []);
    editor.state_mut().memory.settings.computer_keys = true;
    editor.key_press(Key::A);
    editor.run();
    let wanted = [Command::Play { key: 60, velocity: 0.8 }, Command::Stop { key: 60 }];
    assert_eq!(editor.state().commands, wanted);
    editor.state_mut().commands.clear();
    click(&mut editor, "Preset Glasswing Pluck");
    editor.get_by_label("Search presets").focus();
    editor.run();
    editor.key_press(Key::A);
    editor.run();
    assert_eq!(editor.state().commands, []);
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the editor reads no files".into())
    }
}

fn drop_file(editor: &mut Editor, path: &str) -> Vec<Command> {
    editor.input_mut().dropped_files.push(Arc::new(Dropped(path.into())));
    editor.step();
    editor.input_mut().dropped_files.clear();
    editor.run();
    std::mem::take(&mut editor.state_mut().commands)
}

#[test]
fn a_dropped_file_becomes_what_it_is() {
    let mut editor = editor(Page::Synth, |_| {});
    let preset = Command::LoadFile("/p/Pluck.cultivar".into());
    assert_eq!(drop_file(&mut editor, "/p/Pluck.cultivar"), [preset]);
    let scale = Command::LoadTuning("/t/31edo.scl".into());
    assert_eq!(drop_file(&mut editor, "/t/31edo.scl"), [scale]);
    let at = place(&editor, "Wavetable of oscillator B");
    editor.event(Event::PointerMoved(at));
    editor.run();
    let table = Command::LoadTable { osc: 1, path: "/w/Basic.wav".into() };
    assert_eq!(drop_file(&mut editor, "/w/Basic.wav"), [table]);
    let at = place(&editor, "Keyboard");
    editor.event(Event::PointerMoved(at));
    editor.run();
    let grow = Command::Grow { path: "/s/kick.flac".into() };
    assert_eq!(drop_file(&mut editor, "/s/kick.flac"), [grow]);
    assert_eq!(editor.state().memory.settings.page, Page::Grow);
    assert_eq!(drop_file(&mut editor, "/v/holiday.mp4"), []);
    editor.get_by_label("holiday.mp4: a video");
}

#[test]
fn a_file_over_the_window_is_judged_by_its_name() {
    for (path, words) in [("/s/kick.wav", "Grow from kick.wav"), ("/v/a.mp4", "a.mp4 is a video")] {
        let mut editor = editor(Page::Grow, |_| {});
        let hovered = egui::HoveredFile { path: Some(path.into()), ..Default::default() };
        editor.input_mut().hovered_files.push(hovered);
        editor.step();
        editor.get_by_label(words);
    }
}

#[test]
fn the_first_minute_is_told_once() {
    let mut editor = editor(Page::Synth, |_| {});
    editor.state_mut().memory.tour = Some(0);
    editor.run();
    for _ in 0..2 {
        click(&mut editor, "Next");
        assert_eq!(editor.state().commands, []);
    }
    click(&mut editor, "Done");
    assert_eq!(editor.state_mut().commands, [Command::TourSeen]);
    assert!(editor.query_by_label("Done").is_none());
    editor.state_mut().memory.tour = Some(0);
    editor.state_mut().commands.clear();
    editor.run();
    click(&mut editor, "Skip");
    assert_eq!(editor.state_mut().commands, [Command::TourSeen]);
}

#[test]
fn a_notice_is_read_and_closed() {
    let mut editor = editor(Page::Grow, |data| {
        *data = std::mem::replace(data, super::data::Data::new()).with_notices();
    });
    editor.get_by_label("kick.wav: no sound in the file (0 samples)");
    click(&mut editor, "Close notice 2");
    assert_eq!(editor.state().commands, [Command::CloseNotice(1)]);
}

#[test]
fn an_idle_editor_does_not_repaint() {
    for page in [Page::Grow, Page::Synth] {
        let mut editor = editor(page, |_| {});
        editor.step();
        let root = egui::ViewportId::ROOT;
        let wait = editor.output().viewport_output[&root].repaint_delay;
        assert!(wait > std::time::Duration::from_secs(3600), "{page:?}: {wait:?}");
    }
}

#[test]
fn the_editor_fits_any_window() {
    assert_eq!(zoom_for(vec2(1120.0, 720.0)), 1.0);
    assert_eq!(zoom_for(vec2(2240.0, 1600.0)), 2.0);
    assert!((zoom_for(vec2(840.0, 720.0)) - 0.75).abs() < 1e-6);
}

#[test]
fn odd_data_in_odd_windows_is_drawn() {
    for page in [Page::Grow, Page::Synth] {
        let mut editor = editor(page, |data| {
            let garden = &mut data.garden;
            garden.selected = Some((40, 7));
            garden.strands[0].nodes.clear();
            garden.strands[1].hue = 900;
            garden.strands.extend_from_within(..);
            garden.random_score = f32::NAN;
            garden.strand_count = 0;
            garden.target = Some(Default::default());
            data.tables[0] = data.tables[2].clone();
            data.live.lfos = [Some(1.5); 6];
            data.factory_tables.clear();
            data.factory_recordings.clear();
            data.presets.clear();
            data.preset.meta.name =
                "A name that is far too long for the field it stands in, and goes on".into();
        });
        for size in
            [vec2(1120.0, 720.0), vec2(300.0, 200.0), vec2(40.0, 20.0), vec2(3000.0, 2000.0)]
        {
            editor.set_size(size);
            editor.run();
        }
    }
}

#[test]
fn the_name_of_the_preset_is_changed() {
    let mut editor = editor(Page::Synth, |_| {});
    editor.get_by_label("Preset Glasswing Pluck").click_secondary();
    editor.run();
    click(&mut editor, "Rename…");
    editor.get_by_label("New name").type_text(" II");
    editor.run();
    editor.key_press(Key::Enter);
    editor.run();
    assert_eq!(editor.state().commands, [Command::Rename("Glasswing Pluck II".into())]);
}
