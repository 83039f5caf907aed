//! The editor: what the pages show is gathered here, what the player asks for is done here.

mod edit;
mod host;
mod live;
mod perform;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use cultivar_dsp::factory;
use cultivar_gui::{
    Breeding, Command, FactoryName, Family, FamilyState, Garden, GardenState, Memory, Notice, Page,
    PresetRow, Purpose, Session, Side, View,
};
use cultivar_patch::{EXTENSION, Preset, Table, Wavetable};
use nice_plug::context::gui::GuiContext;

use crate::gardener::{Gardener, News, Task};
use crate::handover::Shown;
use crate::instrument::Instrument;
use crate::scales::Scales;
use crate::window::dialog::Dialog;
use crate::window::{App, Repaint};

use self::edit::{Hand, alike};
use self::host::Host;

/// Time between frames while something moves.
const FRAME: Duration = Duration::from_millis(33);

/// An open editor. All that must outlive it belongs to the instrument.
pub struct Editor {
    instrument: Arc<Instrument>,
    gardener: Arc<Gardener>,
    host: Host,
    repaint: Repaint,
    memory: Memory,
    commands: Vec<Command>,
    hand: Hand,
    dialog: Option<(Dialog, Purpose)>,
    fault_told: bool,
    /// Edits of the family that the host knows of.
    family_edits: u64,
}

/// What one frame shows, taken while the document was locked.
struct Scene {
    preset: Preset,
    saved: Preset,
    rows: Arc<Vec<PresetRow>>,
    row: Option<String>,
    notices: Vec<Notice>,
    way_to: Option<String>,
    undo: bool,
    redo: bool,
    side: Side,
    garden: Garden,
    family: Family,
    session: Session,
    shown: Shown,
}

impl Editor {
    /// Opens on an instance.
    pub fn new(
        instrument: Arc<Instrument>,
        gardener: Arc<Gardener>,
        context: GuiContext,
        repaint: Repaint,
    ) -> Self {
        let mut memory = Memory::default();
        let (session, family_edits) = {
            let document = instrument.document();
            (document.session.clone(), document.family_edits)
        };
        memory.settings = session.settings();
        gardener.ask(Task::Scan);
        if let Some(target) = session.target.filter(|_| gardener.garden().target.is_none()) {
            gardener.ask(Task::Recall(target));
        }
        Editor {
            host: Host::new(context),
            memory,
            commands: Vec::new(),
            hand: Hand::default(),
            dialog: None,
            fault_told: false,
            family_edits,
            instrument,
            gardener,
            repaint,
        }
    }

    /// Makes use of what the gardener and the file dialog have brought.
    fn take_news(&mut self, ctx: &egui::Context) {
        let news: Vec<News> = self.gardener.news().collect();
        for news in news {
            match news {
                News::Rows(rows) => self.instrument.document().rows = Arc::new(rows),
                News::Notice(Notice { tone, text }) => {
                    self.instrument.document().notice(tone, text);
                }
                News::Preset(preset, row) => {
                    self.replace((*preset).clone());
                    let mut document = self.instrument.document();
                    document.saved = *preset;
                    document.row = row;
                }
                News::Saved(meta, row) => {
                    let mut document = self.instrument.document();
                    document.preset.meta = *meta;
                    document.saved = self.instrument.preset(&document);
                    document.row = Some(row);
                }
                News::Welcome => self.memory.tour = self.memory.tour.or(Some(0)),
                News::Keep(preset) => {
                    self.replace((*preset).clone());
                    self.gardener.ask(Task::Save(preset));
                }
                News::Partner(of, partner) => {
                    // Another preset may have been loaded while the way was made.
                    let playing = self.instrument.document().preset.meta.uuid;
                    if playing == of {
                        self.pair(Some(partner));
                    }
                }
                News::Copy(text) => ctx.copy_text(text),
                News::Scales(scales) => self.tune(*scales),
                News::Table(osc, table) => {
                    self.change(cultivar_gui::Gesture::Once, |preset| {
                        preset.tables[osc] = table;
                    });
                }
                News::Recording(clip) => {
                    self.change(cultivar_gui::Gesture::Once, |preset| preset.clip = clip);
                }
            }
        }
        if let Some((dialog, purpose)) = &self.dialog
            && let Some(answer) = dialog.answer()
        {
            let purpose = *purpose;
            self.dialog = None;
            self.take_answer(answer, purpose);
        }
        if self.instrument.outlet.stopped() && !self.fault_told {
            self.fault_told = true;
            self.instrument.document().notice(
                cultivar_gui::Tone::Error,
                "A fault has silenced the engine; it starts anew when the host does.",
            );
        }
    }

    /// Brings the host word of a changed family.
    fn follow_family(&mut self, ctx: &egui::Context) {
        let edits = self.instrument.document().family_edits;
        if edits != self.family_edits && !ctx.input(|i| i.pointer.any_down()) {
            self.family_edits = edits;
            self.host.touch(&self.instrument.params);
        }
    }

    fn scene(&self) -> Scene {
        let document = self.instrument.document();
        Scene {
            preset: self.instrument.preset(&document),
            saved: document.saved.clone(),
            rows: document.rows.clone(),
            row: document.row.clone(),
            notices: document.notices.clone(),
            way_to: document.way_to.clone(),
            undo: document.can_undo(),
            redo: document.can_redo(),
            side: if document.on_b { Side::B } else { Side::A },
            garden: self.gardener.garden(),
            family: self.gardener.family(),
            session: Session {
                mpe: self.instrument.outlet.zones().is_on(),
                tuning: document.scales.title(),
                oversampling: document.session.oversampling.factor() as u8,
            },
            shown: self.instrument.outlet.shown(),
        }
    }

    /// Draws the pages and collects what the player asks for.
    fn draw(&mut self, ui: &mut egui::Ui, scene: &Scene) {
        // There is always a saw.
        let [Some(a), Some(b), Some(c)] = scene.preset.tables.each_ref().map(frames) else {
            return;
        };
        let view = View {
            preset: &scene.preset,
            saved: Some(&scene.saved.patch),
            tables: [a, b, c],
            factory_tables: &FACTORY_TABLES,
            factory_recordings: &FACTORY_RECORDINGS,
            live: &live::of(&scene.shown, &scene.preset.patch),
            peaks: scene.shown.peaks,
            voices: scene.shown.voices,
            cpu: scene.shown.effort.min(1.0),
            keys: std::array::from_fn(|key| scene.shown.keys >> key & 1 == 1),
            garden: &scene.garden,
            family: &scene.family,
            presets: &scene.rows,
            current: scene.row.as_ref().and_then(|id| scene.rows.iter().position(|r| r.id == *id)),
            dirty: !alike(&scene.preset, &scene.saved),
            undo: scene.undo,
            redo: scene.redo,
            side: scene.side,
            notices: &scene.notices,
            way_to: scene.way_to.as_deref(),
            session: scene.session.clone(),
        };
        cultivar_gui::show(ui, &view, &mut self.memory, &mut self.commands);
    }
}

impl App for Editor {
    fn ui(&mut self, ui: &mut egui::Ui) {
        self.take_news(ui.ctx());
        self.follow_family(ui.ctx());
        let scene = self.scene();
        let room = ui.max_rect();
        if room.width() < cultivar_gui::SIZE.x || room.height() < cultivar_gui::SIZE.y {
            // A host gave less room than the editor needs.
            egui::ScrollArea::both().auto_shrink(false).show(ui, |ui| {
                let size = room.size().max(cultivar_gui::SIZE);
                let (whole, _) = ui.allocate_exact_size(size, egui::Sense::hover());
                let within = egui::UiBuilder::new().max_rect(whole);
                self.draw(&mut ui.new_child(within), &scene);
            });
        } else {
            self.draw(ui, &scene);
        }
        let commands = std::mem::take(&mut self.commands);
        let asked = !commands.is_empty();
        commands.into_iter().for_each(|command| self.perform(command, ui.ctx()));
        if self.memory.settings.page == Page::Synth {
            // On this page keys play what it shows.
            if self.instrument.is_trying_out() {
                let document = self.instrument.document();
                self.instrument.play_document(&document);
            }
            if scene.family.on_keys {
                self.gardener.ask(Task::Breed(Breeding::OnKeys(false)));
            }
        }
        let shown = &scene.shown;
        let sounds = shown.voices > 0 || shown.peaks.iter().any(|peak| *peak > 1e-5);
        let busy = scene.way_to.is_some()
            || scene.family.state == FamilyState::Breeding
            || matches!(scene.garden.state, GardenState::Growing | GardenState::Analysing);
        if asked || sounds || busy {
            ui.ctx().request_repaint_after(FRAME);
        }
    }

    fn claims(&self, key: egui::Key, modifiers: egui::Modifiers) -> bool {
        use egui::Key::*;
        self.memory.settings.computer_keys
            && !modifiers.any()
            && matches!(key, A | W | S | E | D | F | T | G | Y | H | U | J | K | O | L | P | Z | X)
    }

    fn accepts(files: &[PathBuf]) -> bool {
        files.iter().any(|path| is_preset(path) || Scales::are_in(path) || is_sound(path))
    }
}

fn is_preset(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(EXTENSION))
}

fn is_sound(path: &Path) -> bool {
    cultivar_formats::kind_of_file(path).is_ok_and(cultivar_formats::Kind::is_audio)
}

/// The frames that an oscillator reads.
fn frames(table: &Table) -> Option<Arc<Wavetable>> {
    match table {
        Table::Own(table) => Some(table.clone()),
        Table::Factory(name) => factory::table(name).or_else(|| factory::table("saw")),
    }
}

/// The instrument's own wavetables, in the order of its list.
static FACTORY_TABLES: LazyLock<Vec<FactoryName>> =
    LazyLock::new(|| named(factory::names(), factory::title));

/// The instrument's own recordings, likewise.
static FACTORY_RECORDINGS: LazyLock<Vec<FactoryName>> =
    LazyLock::new(|| named(factory::recordings::names(), factory::recordings::title));

fn named(ids: &[&str], title: fn(&str) -> Option<&'static str>) -> Vec<FactoryName> {
    let name =
        |id: &&str| FactoryName { id: (*id).to_owned(), title: title(id).unwrap_or(id).to_owned() };
    ids.iter().map(name).collect()
}
