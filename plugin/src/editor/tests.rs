//! The editor at a host that writes down what it is told.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cultivar_formats::{Depth, write_wav};
use cultivar_gui::{Breeding, Command, Gesture, Purpose, Side};
use cultivar_patch::schema::{Source, ids};
use cultivar_patch::{Clip, FRAME, Id, Partner, Point, Preset, Shape, Table, Wavetable};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use nice_plug::context::PluginApi;
use nice_plug::context::gui::{GuiContext, GuiContextInner};
use nice_plug::prelude::{ParamPtr, Params, PluginState};

use super::Editor;
use crate::gardener::Gardener;
use crate::instrument::{Instrument, same_table};
use crate::window::{App, Repaint};

/// What a host is told of a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Told {
    Begin(ParamPtr),
    Set(ParamPtr, f32),
    End(ParamPtr),
}

#[derive(Default)]
struct Notes(Mutex<Vec<Told>>);

impl Notes {
    fn add(&self, told: Told) {
        self.0.lock().unwrap().push(told);
    }

    fn take(&self) -> Vec<Told> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl GuiContextInner for Notes {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }

    unsafe fn raw_begin_set_parameter(&self, param: ParamPtr) {
        self.add(Told::Begin(param));
    }

    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, position: f32) {
        self.add(Told::Set(param, position));
    }

    unsafe fn raw_end_set_parameter(&self, param: ParamPtr) {
        self.add(Told::End(param));
    }

    fn get_state(&self) -> PluginState {
        unreachable!("the editor never asks the framework for the state")
    }

    fn set_state(&self, _: PluginState) {
        unreachable!("that would read JSON on the audio thread")
    }

    fn request_restart(&self) {}
}

struct Desk {
    editor: Editor,
    notes: Arc<Notes>,
}

fn desk() -> Desk {
    desk_with(Gardener::new)
}

fn desk_with(gardener: impl FnOnce(Arc<Instrument>, Repaint) -> Gardener) -> Desk {
    let (instrument, _inlet) = Instrument::new();
    let instrument = Arc::new(instrument);
    let repaint = Repaint::default();
    let gardener = Arc::new(gardener(instrument.clone(), repaint.clone()));
    let notes = Arc::new(Notes::default());
    let context = GuiContext::new(notes.clone());
    Desk { editor: Editor::new(instrument, gardener, context, repaint), notes }
}

impl Desk {
    fn ask(&mut self, command: Command) {
        self.editor.perform(command, &egui::Context::default());
    }

    fn set(&mut self, id: Id, value: f32, gesture: Gesture) {
        self.ask(Command::SetParam { id, value, gesture });
    }

    fn preset(&self) -> Preset {
        let document = self.editor.instrument.document();
        self.editor.instrument.preset(&document)
    }

    /// Takes news until the preset is so.
    fn wait(&mut self, done: impl Fn(&Preset) -> bool) {
        self.wait_for(|desk| done(&desk.preset()));
    }

    /// Takes news until everything is so.
    fn wait_for(&mut self, done: impl Fn(&Desk) -> bool) {
        let begin = Instant::now();
        while !done(self) {
            assert!(begin.elapsed() < Duration::from_secs(30), "it did not come");
            std::thread::sleep(Duration::from_millis(2));
            self.editor.take_news(&egui::Context::default());
        }
    }

    fn pointer(&self, id: Id) -> ParamPtr {
        self.editor.instrument.params.pointer(id).expect("a host parameter")
    }

    fn edits(&self) -> ParamPtr {
        self.editor.instrument.params.edits()
    }

    /// The parameters whose values the host was told since the last call.
    fn told(&self) -> Vec<ParamPtr> {
        let told = self.notes.take().into_iter();
        told.filter_map(|told| if let Told::Set(param, _) = told { Some(param) } else { None })
            .collect()
    }
}

#[test]
fn a_turn_of_a_knob_is_one_gesture_and_one_step_of_undo() {
    let mut desk = desk();
    let id = ids().filter[0].cutoff;
    desk.set(id, 96.0, Gesture::Begin);
    for value in [90.0, 80.0, 40.0] {
        desk.set(id, value, Gesture::Change);
        assert_eq!(desk.preset().patch[id], value, "it is shown at once");
    }
    desk.set(id, 40.0, Gesture::End);
    let param = desk.pointer(id);
    let at = |value: f32| Told::Set(param, id.def().position(value));
    let gesture = [Told::Begin(param), at(90.0), at(80.0), at(40.0), Told::End(param)];
    assert_eq!(desk.notes.take(), gesture);
    desk.ask(Command::Undo);
    assert_eq!(desk.preset().patch[id], 96.0);
    assert!(desk.told().contains(&param), "the host follows");
    desk.ask(Command::Redo);
    assert_eq!(desk.preset().patch[id], 40.0);
    desk.set(id, 40.0, Gesture::Once);
    desk.ask(Command::Undo);
    assert_eq!(desk.preset().patch[id], 96.0, "a turn to the same place is no step");
}

#[test]
fn routes_are_one_step_and_make_the_project_a_changed_one() {
    let mut desk = desk();
    let before = desk.preset();
    let destination = ids().filter[0].cutoff;
    desk.ask(Command::AddRoute { slot: 3, source: Source::Lfo2, destination, amount: 0.5 });
    let route = &desk.preset().patch.route[3];
    assert_eq!(Source::of(route.source), Source::Lfo2);
    assert_eq!(Id::from_destination(route.destination), Some(destination));
    assert_eq!(route.amount, 0.5);
    assert_eq!(desk.told(), [desk.pointer(ids().route[3].amount), desk.edits()]);
    desk.set(ids().route[3].source, Source::Env2.value(), Gesture::Once);
    assert_eq!(desk.told(), [desk.edits()], "hosts do not see sources");
    desk.ask(Command::Undo);
    desk.ask(Command::Undo);
    assert_eq!(desk.preset(), before);
    desk.ask(Command::Redo);
    desk.ask(Command::RemoveRoute { slot: 3 });
    assert_eq!(desk.preset(), before);
}

#[test]
fn tables_shapes_and_names_are_edits_too() {
    let mut desk = desk();
    let before = desk.preset();
    desk.ask(Command::SetTable { osc: 1, table: Table::Factory("square".into()) });
    let p = |x, y| Point { x, y, bow: 0.0 };
    for (gesture, y) in [(Gesture::Begin, 0.5), (Gesture::Change, 0.7), (Gesture::Change, 0.9)] {
        let shape = Shape::new([p(0.0, y), p(1.0, 0.0)]);
        desk.ask(Command::SetShape { lfo: 4, shape, gesture });
    }
    let shape = Shape::new([p(0.0, 0.9), p(1.0, 0.0)]);
    desk.ask(Command::SetShape { lfo: 4, shape: shape.clone(), gesture: Gesture::End });
    desk.ask(Command::NameMacro { index: 7, name: "Glow".into() });
    let now = desk.preset();
    assert_eq!(now.tables[1], Table::Factory("square".into()));
    assert_eq!((&now.shapes[4], now.macros[7].as_str()), (&shape, "Glow"));
    assert_eq!(desk.told(), [desk.edits(); 3], "each of them once");
    (0..3).for_each(|_| desk.ask(Command::Undo));
    assert_eq!(desk.preset(), before);
}

#[test]
fn a_recording_is_an_edit_whether_the_instruments_own_or_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = Some(folder.path().join("home"));
    let mut desk = desk_with(|instrument, repaint| Gardener::at(home, instrument, repaint));
    let before = desk.preset();
    let glass = Clip::Factory("glass".into());
    desk.ask(Command::SetRecording(glass.clone()));
    assert_eq!(desk.preset(), Preset { clip: glass.clone(), ..before.clone() });
    assert_eq!(desk.told(), [desk.edits()]);
    desk.ask(Command::Undo);
    assert_eq!(desk.preset(), before);

    // What is wrong with a file is told, and changes nothing.
    let path = folder.path().join("door.wav");
    let choose = |desk: &mut Desk| {
        desk.editor.take_answer(Ok(Some(path.clone())), Purpose::Recording);
    };
    std::fs::write(&path, "no sound").expect("a file");
    choose(&mut desk);
    desk.wait_for(|desk| !desk.editor.scene().notices.is_empty());
    let told = desk.editor.scene().notices[0].text.clone();
    assert!(told.contains("door.wav: "), "{told}");
    assert_eq!(desk.preset(), before);

    let sides = [vec![0.5; 900], vec![-0.25; 900]];
    write_wav(&path, &sides.each_ref().map(|s| &s[..]), 44_100, Depth::Float32).expect("a file");
    choose(&mut desk);
    desk.wait(|preset| matches!(preset.clip, Clip::Own(_)));
    let Clip::Own(door) = desk.preset().clip else { return };
    assert_eq!((door.name(), door.rate(), door.channels()), ("door", 44_100, &sides[..]));
    desk.ask(Command::Undo);
    assert_eq!(desk.preset(), before);
    desk.ask(Command::Redo);
    assert_eq!(desk.preset().clip, Clip::Own(door));

    // On the way to a partner it is made ready elsewhere.
    desk.editor.pair(Some(partner()));
    desk.ask(Command::SetRecording(glass.clone()));
    desk.wait(|preset| preset.clip == glass);
    desk.ask(Command::Undo);
    assert!(matches!(desk.preset().clip, Clip::Own(_)));
}

#[test]
fn another_preset_comes_whole_and_the_host_is_told_what_differs() {
    let mut desk = desk();
    let before = desk.preset();
    let mut other = Preset::init();
    other.patch.osc[0].tune = 7.0;
    other.patch.reverb.on = 1.0;
    other.tables[0] = Table::Factory("square".into());
    let loads = desk.editor.instrument.params.loads();
    desk.editor.replace(other.clone());
    assert_eq!(desk.preset(), other);
    assert_eq!(desk.editor.instrument.params.loads(), loads + 1, "one load");
    let wanted = [desk.pointer(ids().osc[0].tune), desk.pointer(ids().reverb.on), desk.edits()];
    assert_eq!(desk.told(), wanted);
    desk.ask(Command::Undo);
    assert_eq!(desk.preset(), before);
}

/// A partner far away.
fn partner() -> Arc<Partner> {
    let mut preset = Preset::init();
    (preset.meta.name, preset.meta.uuid) = ("Far away".into(), uuid::Uuid::nil());
    preset.patch.osc[0].tune = 7.0;
    preset.tables[0] = Table::Factory("square".into());
    Arc::new(Partner::new(preset, vec![0.0, 0.2, 1.0]))
}

#[test]
fn a_partner_comes_and_goes_as_a_step_of_undo() {
    let mut desk = desk();
    let before = desk.preset();
    let position = ids().morph.position;
    desk.editor.instrument.params.write_one(position, 0.4);
    desk.notes.take();
    desk.editor.pair(Some(partner()));
    let paired = desk.preset();
    assert_eq!(paired.partner, Some(partner()));
    assert_eq!(paired.patch[position], 0.0, "the way begins at the sound that plays");
    assert_eq!(paired.meta, before.meta);
    assert_eq!(desk.told(), [desk.pointer(position), desk.edits()]);

    desk.set(position, 0.75, Gesture::Once);
    assert_eq!(desk.told(), [desk.pointer(position)], "the host may automate it");
    desk.ask(Command::RemovePartner);
    assert_eq!(desk.preset(), before);
    desk.ask(Command::Undo);
    assert_eq!((desk.preset().partner, desk.preset().patch[position]), (Some(partner()), 0.75));
    (0..2).for_each(|_| desk.ask(Command::Undo));
    assert_eq!(desk.preset().partner, None);
    desk.ask(Command::Redo);
    assert_eq!(desk.preset(), paired);
    desk.ask(Command::RemovePartner);
    desk.notes.take();
    desk.ask(Command::RemovePartner);
    assert_eq!(desk.told(), [], "there was none");
}

#[test]
fn a_project_keeps_the_partner() {
    let mut desk = desk();
    desk.editor.pair(Some(partner()));
    desk.set(ids().morph.position, 0.3, Gesture::Once);
    let fields = desk.editor.instrument.serialize_fields();
    let (other, _inlet) = Instrument::new();
    other.deserialize_fields(&fields);
    let document = other.document();
    assert_eq!(other.preset(&document), desk.preset());
    assert!(document.notices.is_empty(), "{:?}", document.notices);
}

#[test]
fn a_preset_of_the_list_is_found_and_becomes_the_partner() {
    let mut desk = desk();
    let row = "factory:Clav";
    desk.ask(Command::MorphTo("no such row".into()));
    desk.ask(Command::MorphTo(row.into()));
    desk.wait(|preset| preset.partner.is_some());
    let found = desk.preset().partner.expect("a partner");
    assert_eq!(found.preset.meta.name, "Clav");
    assert!(found.knots().len() > 2, "the way is measured");
    let notices = desk.editor.instrument.document().notices.clone();
    assert!(notices.iter().any(|n| n.text.starts_with("no such row: ")), "{notices:?}");

    // What was meant for another preset is not this one's.
    desk.ask(Command::Init);
    desk.ask(Command::MorphTo(row.into()));
    desk.ask(Command::Init);
    desk.ask(Command::LoadPreset(row.into()));
    desk.wait(|preset| preset.meta.name == "Clav");
    assert_eq!(desk.preset().partner, None);
}

/// A table that nobody has seen before, of many frames.
fn table(turn: f32) -> Table {
    let wave = (0..64 * FRAME).map(|k| (turn + k as f32 / 40.0).sin()).collect();
    Table::Own(Arc::new(Wavetable::new("Mine", wave).expect("whole frames")))
}

#[test]
fn a_dropped_scale_tunes_the_project_and_can_be_taken_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = Some(folder.path().join("home"));
    let mut desk = desk_with(|instrument, repaint| Gardener::at(home, instrument, repaint));
    let path = folder.path().join("thirds.scl");
    assert!(Editor::accepts(std::slice::from_ref(&path)));
    let title = |desk: &Desk| desk.editor.scene().session.tuning;
    // What is wrong with a file is told, and changes nothing.
    std::fs::write(&path, "thirds\n1\nlarge\n").expect("a file");
    desk.ask(Command::LoadTuning(path.clone()));
    desk.wait_for(|desk| !desk.editor.scene().notices.is_empty());
    let told = desk.editor.scene().notices[0].text.clone();
    assert!(told.contains("thirds.scl") && told.contains("line 3"), "{told}");
    assert_eq!(title(&desk), None);
    std::fs::write(&path, "thirds\n1\n5/4\n").expect("a file");
    desk.notes.take();
    desk.ask(Command::LoadTuning(path));
    desk.wait_for(|desk| title(desk).is_some());
    assert_eq!(title(&desk).as_deref(), Some("thirds"));
    assert!(desk.notes.take().contains(&Told::Begin(desk.edits())), "the project has changed");
    desk.ask(Command::ClearTuning);
    assert_eq!(title(&desk), None);
    assert!(desk.notes.take().contains(&Told::Begin(desk.edits())));
    desk.ask(Command::ToggleMpe);
    assert!(desk.editor.scene().session.mpe);
    desk.ask(Command::ToggleMpe);
    assert!(!desk.editor.scene().session.mpe);
}

#[test]
fn an_editor_does_not_wait_for_the_tables_of_a_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = Some(folder.path().join("home"));
    let mut desk = desk_with(|instrument, repaint| Gardener::at(home, instrument, repaint));
    desk.editor.instrument.start(48_000.0);
    let mut preset = partner().preset.clone();
    (preset.meta.name, preset.tables[0]) = ("Here".into(), table(0.0));
    let other = Preset { tables: [(); 3].map(|()| table(1.0)), ..partner().preset.clone() };
    preset.partner = Some(Arc::new(Partner::new(other, vec![0.0, 1.0])));
    let path = folder.path().join("way.cultivar");
    std::fs::write(&path, preset.to_json()).expect("a file");
    let begin = Instant::now();
    drop(cultivar_dsp::Sound::new(&preset, 48_000.0));
    let cold = begin.elapsed();

    desk.ask(Command::LoadFile(path));
    let mut longest = Duration::ZERO;
    let mut watch = |desk: &mut Desk, done: &dyn Fn(&Preset) -> bool| {
        while !done(&desk.preset()) {
            std::thread::sleep(Duration::from_millis(2));
            let begin = Instant::now();
            desk.editor.take_news(&egui::Context::default());
            longest = longest.max(begin.elapsed());
        }
    };
    watch(&mut desk, &|preset| preset.meta.name == "Here");
    let begin = Instant::now();
    desk.ask(Command::SetTable { osc: 0, table: table(2.0) });
    let asked = begin.elapsed();
    let before = desk.preset().tables[0].clone();
    watch(&mut desk, &|preset| !same_table(&preset.tables[0], &before));
    let longest = longest.max(asked);
    println!("{longest:?} of the editor's time at most, {cold:?} for the tables");
    assert!(longest < cold / 3, "{longest:?} of {cold:?}");
}

#[test]
fn a_hand_finds_a_partner_in_the_list_and_gets_a_slider() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = Some(folder.path().join("home"));
    let desk = desk_with(|instrument, repaint| Gardener::at(home, instrument, repaint));
    let show = |ui: &mut egui::Ui, desk: &mut Desk| desk.editor.ui(ui);
    let mut harness = Harness::builder().with_size(cultivar_gui::SIZE).build_ui_state(show, desk);
    let wait = |harness: &mut Harness<'_, Desk>, name: &str| {
        let begin = Instant::now();
        while harness.query_by_label(name).is_none() {
            assert!(begin.elapsed() < Duration::from_secs(30), "{name} did not come");
            std::thread::sleep(Duration::from_millis(2));
            harness.step();
        }
    };
    for name in ["Skip", "Preset Init"] {
        wait(&mut harness, name);
        harness.get_by_label(name).click();
        harness.run_steps(3);
    }
    wait(&mut harness, "Search presets");
    harness.get_by_label("Search presets").focus();
    harness.run_steps(3);
    harness.get_by_label("Search presets").type_text("clav");
    for name in ["More of Clav", "Morph to it"] {
        wait(&mut harness, name);
        harness.run_steps(3);
        harness.get_by_label(name).click();
        harness.run_steps(3);
    }
    wait(&mut harness, "Morphs to Clav");
    harness.get_by_label("Morph position").click();
    harness.run_steps(3);
    let desk = harness.state();
    assert!((desk.preset().patch[ids().morph.position] - 0.5).abs() < 0.1);
    assert!(desk.told().contains(&desk.pointer(ids().morph.position)));
}

#[test]
fn two_sides_are_two_presets() {
    let mut desk = desk();
    let id = ids().master.level;
    desk.ask(Command::CopySide);
    desk.set(id, -20.0, Gesture::Once);
    desk.ask(Command::SwitchSide(Side::B));
    assert_eq!(desk.preset().patch[id], -6.0);
    desk.ask(Command::SwitchSide(Side::B));
    assert_eq!(desk.preset().patch[id], -6.0, "it was there already");
    desk.ask(Command::SwitchSide(Side::A));
    assert_eq!(desk.preset().patch[id], -20.0);
}

#[test]
fn what_the_host_sets_is_what_the_editor_shows_and_saves() {
    let desk = desk();
    let id = ids().osc[0].pan;
    desk.editor.instrument.params.write_one(id, 0.75);
    assert_eq!(desk.preset().patch[id], 0.75);
    assert!(desk.notes.take().is_empty(), "an echo of the host to the host");
}

#[test]
fn both_pages_are_drawn_over_a_live_instance() {
    let size = cultivar_gui::SIZE;
    for size in [size, size * 0.7, size * 1.5] {
        let desk = desk();
        let show = |ui: &mut egui::Ui, desk: &mut Desk| desk.editor.ui(ui);
        let mut harness = Harness::builder().with_size(size).build_ui_state(show, desk);
        harness.run_steps(3);
        harness.get_by_label("Grow").click();
        harness.run_steps(3);
        let page = harness.state().editor.memory.settings.page;
        assert_eq!(page, cultivar_gui::Page::Grow, "at {size}");
    }
}

#[test]
fn a_family_makes_the_project_a_changed_one_and_comes_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = || Some(folder.path().join("home"));
    let show = |ui: &mut egui::Ui, desk: &mut Desk| desk.editor.ui(ui);
    let open = || {
        let desk = desk_with(|instrument, repaint| Gardener::at(home(), instrument, repaint));
        Harness::builder().with_size(cultivar_gui::SIZE).build_ui_state(show, desk)
    };
    let wait = |harness: &mut Harness<'_, Desk>, what: &str, done: fn(&Desk) -> bool| {
        let begin = Instant::now();
        while !done(harness.state()) {
            assert!(begin.elapsed() < Duration::from_secs(30), "{what} did not come");
            std::thread::sleep(Duration::from_millis(2));
            harness.step();
        }
    };
    let is_there = |desk: &Desk| desk.editor.gardener.family().parents.len() == 1;
    let mut before = open();
    before.state_mut().ask(Command::Breed(Breeding::AddPreset("factory:Reese".into())));
    wait(&mut before, "the parent", is_there);
    wait(&mut before, "word of it", |desk| desk.told() == [desk.edits()]);
    let fields = before.state().editor.instrument.serialize_fields();

    let mut after = open();
    after.state().editor.instrument.deserialize_fields(&fields);
    wait(&mut after, "the family", is_there);
    after.run_steps(3);
    assert_eq!(after.state().told(), [], "it is no change of the project it came with");
    assert_eq!(after.state().editor.instrument.serialize_fields(), fields);
}
