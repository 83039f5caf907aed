//! The plot: a target, what grows towards it, and what the player has decided about both.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use cultivar_breed::simplify::simplify;
use cultivar_breed::{Growth, Judge, Node, Proposer, Settings};
use cultivar_dsp::Note;
use cultivar_gui::{Command, Effort, Garden, GardenState, Tone};
use cultivar_library::examples::EXAMPLES;
use cultivar_models::{Learned, Model};
use cultivar_patch::Preset;

use super::arrival::Arrival;
use super::bed::Bed;
use super::bounds::{Kept, proposers_for};
use super::changes::Past;
use super::doubts::{About, Question};
use super::files::Files;
use super::hearing::Hearing;
use super::sample::Sample;
use super::{News, Shared, picture};
use crate::budget;
use crate::state::TargetFile;
use crate::struck::Struck;

/// Time between two pictures while nothing better is found.
const FRAME: Duration = Duration::from_millis(250);
/// How long to wait for a thread that other growths use.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long a preset that is kept may be made simple.
const MOMENT: Duration = Duration::from_millis(500);
/// How long the player's hand rests before a growth begins anew.
pub(super) const CALM: Duration = Duration::from_millis(400);

/// The garden of one instance.
pub(super) struct Plot {
    pub(super) shared: Arc<Shared>,
    news: Sender<News>,
    pub(super) arrival: Option<Arrival>,
    pub(super) sample: Option<Sample>,
    pub(super) bed: Option<Bed>,
    pub(super) past: Vec<Past>,
    pub(super) judges: Vec<Judge>,
    pub(super) state: GardenState,
    pub(super) error: Option<String>,
    pub(super) questions: VecDeque<Question>,
    /// What has been answered for this sound.
    pub(super) answered: Vec<About>,
    pub(super) effort: Effort,
    pub(super) strands: usize,
    pub(super) surprise: f32,
    pub(super) seed: u64,
    pub(super) kept: Kept,
    pub(super) target_gain: f32,
    /// Why growth goes on without the model.
    pub(super) model_off: Option<String>,
    /// When to begin anew, after the player has moved something.
    pub(super) replant: Option<Instant>,
    offline: bool,
    changed: bool,
    pictured: Instant,
    pub(super) struck: Struck,
}

/// A garden without a target.
pub(super) fn empty() -> Garden {
    Garden { examples: EXAMPLES.iter().map(|e| e.name.into()).collect(), ..Garden::default() }
}

impl Plot {
    pub(super) fn new(shared: Arc<Shared>, news: Sender<News>) -> Self {
        let Garden { effort, strand_count, surprise, .. } = Garden::default();
        let seed = shared.instrument.document().session.seed;
        let kept = Kept { sections: Vec::new(), base: Preset::init() };
        Plot {
            shared,
            news,
            arrival: None,
            sample: None,
            bed: None,
            past: Vec::new(),
            judges: Vec::new(),
            state: GardenState::Empty,
            error: None,
            questions: VecDeque::new(),
            answered: Vec::new(),
            effort,
            strands: strand_count,
            surprise,
            seed,
            kept,
            target_gain: 0.0,
            model_off: None,
            replant: None,
            offline: false,
            changed: false,
            pictured: Instant::now(),
            struck: Struck::default(),
        }
    }

    /// Does what the Grow page asks for.
    pub(super) fn perform(&mut self, command: Command, files: &mut Files) {
        match command {
            Command::Grow { path } => self.open(&path, Hearing::default(), false, files),
            Command::GrowExample(k) => {
                if let Some(example) = EXAMPLES.get(k) {
                    self.open(Path::new(example.name), Hearing::default(), false, files);
                }
            }
            Command::Fix(k) => self.fix(k),
            Command::Dismiss => self.dismiss(),
            Command::Listen { from, to } => self.listen_to(from, to),
            Command::Hear(ear) => self.hear_as(ear),
            Command::Pause if self.state == GardenState::Growing => {
                self.state = GardenState::Paused;
            }
            Command::Resume => self.resume(),
            Command::SetEffort(effort) => {
                self.effort = effort;
                if let Some(bed) = &mut self.bed {
                    bed.allowed = bed.allowed.max(effort.seconds());
                }
            }
            Command::SetStrands(strands) => {
                self.strands = strands.clamp(1, 8);
                self.replant_soon();
            }
            Command::SetSurprise(surprise) => {
                self.surprise = surprise.clamp(0.0, 1.0);
                self.replant_soon();
            }
            Command::SetSeed(seed) => {
                self.seed = seed;
                self.shared.instrument.document().session.seed = seed;
                self.replant_soon();
            }
            Command::Lock { section, on } => {
                self.kept.sections.retain(|kept| *kept != section);
                self.kept.sections.extend(on.then_some(section));
                let document = self.shared.instrument.document();
                self.kept.base = self.shared.instrument.preset(&document);
                drop(document);
                self.replant_soon();
            }
            command => self.attend(command, files),
        }
    }

    /// Wishes about nodes, and what is to be heard.
    fn attend(&mut self, command: Command, files: &mut Files) {
        match command {
            Command::Select { strand, node } => self.select(strand, node),
            Command::Audition => self.audition(),
            Command::Preview { strand, node } => self.preview(strand, node),
            Command::HearPreset(row) => match files.parent(&row) {
                Ok((preset, _)) => self.play_softly(&preset, &Note::default()),
                Err(why) => files.say(Tone::Error, why),
            },
            Command::PlayTarget => self.play_target(),
            Command::StopClip => self.shared.instrument.outlet.end_clip(),
            Command::SetTargetGain(gain) => self.target_gain = gain.clamp(-24.0, 12.0),
            Command::Keep => self.keep(files),
            Command::SaveNode { strand, node } => {
                if let Some(preset) = self.preset_of(strand, node) {
                    files.keep(preset);
                }
            }
            Command::CopyNode { strand, node } => {
                if let Some(preset) = self.preset_of(strand, node) {
                    let _ = self.news.send(News::Copy(preset.to_json()));
                    files.say(Tone::Good, format!("{} is in the clipboard.", preset.meta.name));
                }
            }
            Command::Regrow { strand, node } => self.regrow(strand, node),
            Command::OpenInSynth => {
                if let Some(preset) = self.chosen_preset() {
                    let _ = self.news.send(News::Preset(Box::new(preset), None));
                }
            }
            _ => {}
        }
    }

    /// Listens again to the target of a project: growing is the player's to begin.
    pub(super) fn recall(&mut self, target: TargetFile, files: &mut Files) {
        let path = Path::new(&target.path);
        let example = EXAMPLES.iter().any(|example| example.name == target.path);
        if example || path.is_file() {
            self.open(path, target.hearing, true, files);
        } else {
            let text =
                format!("{}: the sound that this project grows towards is gone.", target.path);
            files.say(Tone::Warning, text);
        }
    }

    /// Whether there is growing to be done now.
    pub(super) fn grows(&self) -> bool {
        self.state == GardenState::Growing && !self.offline && self.bed.is_some()
    }

    /// How long to wait for a task where nothing grows; none for as long as it takes.
    pub(super) fn patience(&self, rest: Duration) -> Option<Duration> {
        let key = self.struck.time_left();
        let replant = self.replant.map(|at| at.saturating_duration_since(Instant::now()));
        let parked = (self.state == GardenState::Growing).then_some(rest);
        let arrival = self.arrival.is_some().then_some(Duration::ZERO);
        [key, replant, parked, arrival].into_iter().flatten().min()
    }

    pub(super) fn set_offline(&mut self, offline: bool) {
        self.changed |= self.offline != offline;
        self.offline = offline;
    }

    /// Whether growth rests because the host renders offline.
    pub(super) fn parked(&self) -> bool {
        self.offline && self.state == GardenState::Growing
    }

    /// Whether there is something new to see. Takes it back.
    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// After a fault: what grew is kept to be looked at, nothing grows on.
    pub(super) fn give_up(&mut self) {
        self.arrival = None;
        if matches!(self.state, GardenState::Growing | GardenState::Analysing) {
            let grown = self.bed.is_some();
            self.state = if grown { GardenState::Settled } else { GardenState::Empty };
        }
        self.judges.clear();
        self.changed = true;
    }

    /// Listens to what has arrived, lets keys go, and grows one batch.
    pub(super) fn tend(&mut self, files: &mut Files) {
        if let Some(arrival) = self.arrival.take() {
            self.hear(arrival, files);
            self.changed = true;
        }
        if self.replant.is_some_and(|at| Instant::now() >= at) {
            self.plant(files);
            self.changed = true;
        }
        self.struck.let_go(&self.shared.instrument.outlet);
        if self.grows() {
            self.grow();
        }
    }

    /// The picture of the garden.
    pub(super) fn picture(&mut self) -> Garden {
        self.pictured = Instant::now();
        self.bed.iter_mut().for_each(Bed::count_shares);
        self.explain();
        picture::of(self, self.shared.instrument.is_trying_out())
    }

    /// Finds out why the chosen node is nearer than the one before it.
    fn explain(&mut self) {
        let (Some(bed), Some(sample)) = (&mut self.bed, &self.sample) else { return };
        if !bed.is_unexplained() || self.offline {
            return;
        }
        let permit = budget::take(usize::MAX, PATIENCE);
        let threads = permit.as_ref().map_or(1, budget::Permit::threads);
        while self.judges.len() < threads {
            self.judges.push(Judge::new(&sample.target));
        }
        let stop = || self.shared.stopped();
        bed.explain(&sample.target, &mut self.judges[..threads], &stop);
    }

    /// The preset of the node that is chosen, as it was judged.
    pub(super) fn chosen_preset(&self) -> Option<Preset> {
        self.bed.as_ref()?.chosen_node().map(|node| self.kept.put_into(&node.preset))
    }

    /// The same without what hardly anybody hears, as far as that is found out in a moment.
    fn chosen_simple(&mut self) -> Option<Preset> {
        let (preset, sample) = (self.chosen_preset()?, self.sample.as_ref()?);
        let node = Node { preset: Arc::new(preset), ..self.bed.as_ref()?.chosen_node()?.clone() };
        if self.judges.is_empty() {
            self.judges.push(Judge::new(&sample.target));
        }
        let (judge, begun) = (self.judges.first_mut()?, Instant::now());
        let stop = || begun.elapsed() > MOMENT || self.shared.stopped();
        let simple = simplify(&node, self.kept.locks(), &sample.target, judge, &stop);
        Some((*simple.preset).clone())
    }

    /// The preset of a node, as it was judged.
    pub(super) fn preset_of(&self, strand: usize, node: usize) -> Option<Preset> {
        self.bed.as_ref()?.node(strand, node).map(|node| self.kept.put_into(&node.preset))
    }

    /// A node as a parent, and where it comes from in words.
    pub(super) fn parent(&self, strand: usize, node: usize) -> Option<(Preset, String)> {
        let name = self.sample.as_ref().map(|sample| sample.sound.name.clone())?;
        Some((self.preset_of(strand, node)?, format!("grown from {name}")))
    }

    /// Begins anew when the player's hand has come to rest.
    fn replant_soon(&mut self) {
        self.replant = self.sample.is_some().then(|| Instant::now() + CALM);
    }

    fn resume(&mut self) {
        let Some(bed) = &mut self.bed else { return };
        if bed.spent >= bed.allowed {
            bed.allowed = bed.spent + self.effort.seconds();
        }
        self.state = GardenState::Growing;
    }

    /// Begins a growth anew.
    pub(super) fn plant(&mut self, files: &mut Files) {
        let mut proposers = proposers_for(self.surprise, files.patches());
        match Model::embedded() {
            Ok(model) => {
                Learned::join(&mut proposers, model, self.seed);
                self.model_off = None;
            }
            Err(refusal) => {
                tracing::warn!("growing without the model: {refusal}");
                self.model_off = Some(refusal.to_string());
            }
        }
        self.sow(proposers);
    }

    /// Begins a growth with these proposers.
    pub(super) fn sow(&mut self, proposers: Vec<Box<dyn Proposer>>) {
        self.replant = None;
        let Some(sample) = &self.sample else { return };
        let name = sample.sound.name.clone();
        let (strands, seed) = (self.strands, self.seed);
        let settings = Settings { strands, seed, name, ..Settings::default() };
        let growth = Growth::new(sample.target.clone(), settings, proposers);
        self.judges.clear();
        self.bed = Some(Bed::new(growth, self.seed, self.effort.seconds()));
        self.state = GardenState::Growing;
    }

    /// One batch on as many threads as are free.
    fn grow(&mut self) {
        let Some(permit) = budget::take(usize::MAX, PATIENCE) else { return };
        let (Some(bed), Some(sample)) = (&mut self.bed, &self.sample) else { return };
        while self.judges.len() < permit.threads() {
            self.judges.push(Judge::new(&sample.target));
        }
        let judges = &mut self.judges[..permit.threads()];
        let stop = || self.shared.stopped();
        let more = bed.grow(&sample.target, &self.kept, judges, &stop);
        if !more || bed.spent >= bed.allowed {
            self.state = GardenState::Settled;
            self.changed = true;
        }
        self.changed |= bed.growth.progress().news || self.pictured.elapsed() >= FRAME;
    }

    fn keep(&mut self, files: &mut Files) {
        let Some(preset) = self.chosen_simple() else { return };
        self.shared.instrument.document().session.kept.push(preset.meta.name.clone());
        let _ = self.news.send(News::Preset(Box::new(preset.clone()), None));
        files.save(preset);
    }
}
