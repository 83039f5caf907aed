//! Wishes of the player, fulfilled or handed on.

use cultivar_dsp::{Oversampling, Zones};
use cultivar_gui::{Command, Gesture, Page, Purpose, Side, Tone};
use cultivar_patch::schema::{Source, ids};
use cultivar_patch::{EXTENSION, Id, Preset};

use super::Editor;
use crate::gardener::Task;
use crate::handover::KeyPress;
use crate::scales::Scales;
use crate::window::dialog::{Answer, Dialog, Question};

impl Editor {
    /// Fulfils one wish.
    pub(super) fn perform(&mut self, command: Command, ctx: &egui::Context) {
        match command {
            Command::SetParam { id, value, gesture } => self.set_param(id, value, gesture),
            // On the way to a partner it takes a moment.
            Command::SetTable { osc, table } if self.has_partner() => {
                self.ask(Task::SetTable(osc, table));
            }
            Command::SetTable { osc, table } => {
                self.change(Gesture::Once, |preset| preset.tables[osc] = table);
            }
            Command::SetRecording(clip) if self.has_partner() => {
                self.ask(Task::SetRecording(clip));
            }
            Command::SetRecording(clip) => {
                self.change(Gesture::Once, |preset| preset.clip = clip);
            }
            Command::SetShape { lfo, shape, gesture } => {
                self.change(gesture, |preset| preset.shapes[lfo] = shape);
            }
            Command::NameMacro { index, name } => {
                self.change(Gesture::Once, |preset| preset.macros[index] = name);
            }
            Command::AddRoute { slot, source, destination, amount } => {
                self.route(slot, source, Some(destination), amount);
            }
            Command::RemoveRoute { slot } => self.route(slot, Source::None, None, 0.0),
            Command::Play { key, velocity } => self.press(KeyPress::Down(key, velocity)),
            Command::Stop { key } => self.press(KeyPress::Up(key)),
            Command::Panic => self.press(KeyPress::Panic),
            Command::Undo => self.undo(),
            Command::Redo => self.redo(),
            Command::SwitchSide(side) => {
                if self.instrument.document().on_b != (side == Side::B) {
                    self.flip();
                }
            }
            Command::CopySide => {
                let mut document = self.instrument.document();
                document.other = self.instrument.preset(&document);
            }
            Command::CloseNotice(index) => {
                let notices = &mut self.instrument.document().notices;
                if index < notices.len() {
                    notices.remove(index);
                }
            }
            Command::Zoom(zoom) => ctx.set_zoom_factor(zoom),
            Command::SettingsChanged => {
                let settings = &self.memory.settings;
                self.instrument.document().session.set_settings(settings);
            }
            Command::OpenFileDialog(purpose) => self.ask_for_file(purpose),
            command => self.keep(command),
        }
    }

    /// Wishes about presets; all others are the gardener's.
    fn keep(&mut self, command: Command) {
        match command {
            Command::Breed(wish) => self.ask(Task::Breed(wish)),
            Command::LoadPreset(row) => self.ask(Task::Load(row)),
            Command::MorphTo(row) => self.ask(Task::MorphTo(row)),
            Command::RemovePartner => self.pair(None),
            Command::LoadFile(path) => self.ask(Task::LoadFile(path)),
            Command::LoadTable { osc, path } => self.ask(Task::LoadTable(osc, path)),
            Command::LoadTuning(path) => self.ask(Task::LoadTuning(path)),
            Command::ClearTuning => self.tune(Scales::default()),
            Command::ToggleMpe => self.toggle_mpe(),
            Command::Oversample(factor) => self.oversample(factor),
            Command::PreviousPreset => self.step(-1),
            Command::NextPreset => self.step(1),
            Command::Init => {
                let preset = Preset::init();
                self.replace(preset.clone());
                let mut document = self.instrument.document();
                (document.saved, document.row) = (preset, None);
            }
            Command::Save => {
                let preset = {
                    let document = self.instrument.document();
                    self.instrument.preset(&document)
                };
                self.ask(Task::Save(Box::new(preset)));
            }
            Command::SaveAs { name, tags } => {
                let mut preset = {
                    let document = self.instrument.document();
                    self.instrument.preset(&document)
                };
                preset.meta.uuid = Preset::init().meta.uuid;
                (preset.meta.name, preset.meta.tags) = (name, tags);
                self.ask(Task::Save(Box::new(preset)));
            }
            Command::Rename(name) => {
                self.change(Gesture::Once, |preset| preset.meta.name = name);
            }
            Command::Favourite { id, on } => self.ask(Task::Favourite(id, on)),
            Command::TourSeen => self.ask(Task::TourSeen),
            Command::OpenInSynth => {
                self.memory.settings.page = Page::Synth;
                self.ask(Task::Garden(Command::OpenInSynth));
            }
            of_the_garden => self.ask(Task::Garden(of_the_garden)),
        }
    }

    /// What the player chose in a file dialog.
    pub(super) fn take_answer(&mut self, answer: Answer, purpose: Purpose) {
        match (answer, purpose) {
            (Ok(None), _) => {}
            (Ok(Some(path)), Purpose::Target) => self.ask(Task::Garden(Command::Grow { path })),
            (Ok(Some(path)), Purpose::Preset) => self.ask(Task::LoadFile(path)),
            (Ok(Some(path)), Purpose::Table(osc)) => self.ask(Task::LoadTable(osc, path)),
            (Ok(Some(path)), Purpose::Recording) => self.ask(Task::LoadRecording(path)),
            (Ok(Some(path)), Purpose::Tuning) => self.ask(Task::LoadTuning(path)),
            (Err(why), _) => self.say(Tone::Error, why.to_string()),
        }
    }

    /// Tunes the keys of this project.
    pub(super) fn tune(&mut self, scales: Scales) {
        let tuned = {
            let mut document = self.instrument.document();
            self.instrument.tune(&mut document, scales)
        };
        match tuned {
            Ok(()) => self.host.touch(&self.instrument.params),
            Err(why) => self.say(Tone::Error, why),
        }
    }

    /// Lets all channels bend and press notes one by one, or none.
    fn toggle_mpe(&mut self) {
        let outlet = &self.instrument.outlet;
        let on = outlet.zones().is_on();
        outlet.set_zones(if on { Zones::OFF } else { Zones::whole() });
        self.host.touch(&self.instrument.params);
    }

    /// Has the engine work faster than it is heard.
    fn oversample(&mut self, factor: u8) {
        let Some(oversampling) = Oversampling::of(factor.into()) else { return };
        self.instrument.oversample(&mut self.instrument.document(), oversampling);
        self.host.touch(&self.instrument.params);
    }

    fn has_partner(&self) -> bool {
        self.instrument.document().preset.partner.is_some()
    }

    fn ask(&mut self, task: Task) {
        if !self.gardener.ask(task) {
            self.say(
                Tone::Warning,
                "Too much is waiting to be done; try again in a moment.".into(),
            );
        }
    }

    fn say(&self, tone: Tone, text: String) {
        self.instrument.document().notice(tone, text);
    }

    fn press(&self, key: KeyPress) {
        self.instrument.outlet.press(key);
    }

    /// Sets all of a route as one step of undo.
    fn route(&mut self, slot: usize, source: Source, destination: Option<Id>, amount: f32) {
        let Some(route) = ids().route.get(slot) else { return };
        let values = [
            (route.source, source.value()),
            (route.destination, destination.map_or(0.0, Id::as_destination)),
            (route.amount, amount),
            (route.curve, route.curve.def().default),
        ];
        self.set_params(&values);
    }

    /// Loads the preset so many rows after this one, round the end.
    fn step(&mut self, by: isize) {
        let row = {
            let document = self.instrument.document();
            let rows = &document.rows;
            let here = document.row.as_ref().and_then(|id| rows.iter().position(|r| r.id == *id));
            let next = match here {
                Some(here) => here as isize + by,
                None if by < 0 => -1,
                None => 0,
            };
            let count = rows.len() as isize;
            next.checked_rem_euclid(count).and_then(|k| rows.get(k as usize)).map(|r| r.id.clone())
        };
        row.into_iter().for_each(|row| self.ask(Task::Load(row)));
    }

    fn ask_for_file(&mut self, purpose: Purpose) {
        let sounds = ["wav", "aif", "aiff", "flac", "mp3", "ogg"].map(String::from).to_vec();
        let (title, kind) = match purpose {
            Purpose::Target => ("Grow towards a sound", ("Sounds".to_owned(), sounds)),
            Purpose::Table(_) => ("Load a wavetable", ("Sounds".to_owned(), sounds)),
            Purpose::Recording => ("Load a sound", ("Sounds".to_owned(), sounds)),
            Purpose::Preset => {
                ("Load a preset", ("Cultivar presets".to_owned(), vec![EXTENSION.to_owned()]))
            }
            Purpose::Tuning => {
                let scala = ["scl", "kbm"].map(String::from).to_vec();
                ("Tune the keys", ("Scala scales and mappings".to_owned(), scala))
            }
        };
        let question = Question { title: title.into(), kinds: vec![kind], ..Question::default() };
        match Dialog::load(question, self.repaint.clone()) {
            Ok(dialog) => self.dialog = Some((dialog, purpose)),
            Err(why) => self.say(Tone::Error, why.to_string()),
        }
    }
}
