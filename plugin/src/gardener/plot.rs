//! The plot: a target, what grows towards it, and the node that keys play.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use cultivar_breed::{Growth, Judge, Node, Rng, Settings, Target, Trial, Verdict, wild};
use cultivar_formats::Audio;
use cultivar_gui::{Command, Effort, Garden, GardenState, TargetView, Tone};
use cultivar_library::examples::EXAMPLES;
use cultivar_patch::Preset;

use super::bounds::{Kept, proposers_for};
use super::files::Files;
use super::{News, Shared, picture};
use crate::budget;
use crate::clip::Clip;
use crate::handover::KeyPress;

/// Seconds of a file that are listened to.
const LISTENED: f64 = cultivar_breed::target::SEARCHED as f64;
/// Time between two pictures while nothing better is found.
const FRAME: Duration = Duration::from_millis(250);
/// How long to wait for a thread that other growths use.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long the player's hand rests before a growth begins anew.
const CALM: Duration = Duration::from_millis(400);
/// Random patches that say what chance alone achieves.
const RANDOM: u32 = 8;
/// How hard a node is struck to be heard.
const VELOCITY: f32 = 0.8;

/// A target with its name and picture.
pub(super) struct Sample {
    pub(super) target: Arc<Target>,
    pub(super) name: String,
    pub(super) view: TargetView,
}

/// A node by its strand and by the number of the trial that found it: its place changes.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Chosen {
    pub(super) strand: usize,
    pub(super) tries: u64,
}

/// The garden of one instance.
pub(super) struct Plot {
    shared: Arc<Shared>,
    news: Sender<News>,
    pub(super) sample: Option<Sample>,
    pub(super) growth: Option<Growth>,
    judges: Vec<Judge>,
    pub(super) state: GardenState,
    /// What to go back to when an error is dismissed.
    before: GardenState,
    pub(super) chosen: Option<Chosen>,
    pub(super) effort: Effort,
    pub(super) strands: usize,
    pub(super) surprise: f32,
    pub(super) seed: u64,
    pub(super) kept: Kept,
    /// When to begin anew, after the player has moved something.
    replant: Option<Instant>,
    /// Seconds that may be spent, and that were.
    allowed: f32,
    pub(super) spent: f32,
    /// Tries of each strand at the last picture.
    counted: Vec<u64>,
    pub(super) shares: Vec<f32>,
    /// Sum and number of the scores of random patches.
    random: (f32, u32),
    offline: bool,
    changed: bool,
    pictured: Instant,
    /// The key that sounds, and when to let it go.
    sounding: Option<(u8, Instant)>,
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
            sample: None,
            growth: None,
            judges: Vec::new(),
            state: GardenState::Empty,
            before: GardenState::Empty,
            chosen: None,
            effort,
            strands: strand_count,
            surprise,
            seed,
            kept,
            replant: None,
            allowed: 0.0,
            spent: 0.0,
            counted: Vec::new(),
            shares: Vec::new(),
            random: (0.0, 0),
            offline: false,
            changed: false,
            pictured: Instant::now(),
            sounding: None,
        }
    }

    /// Does what the Grow page asks for.
    pub(super) fn perform(&mut self, command: Command, files: &mut Files) {
        match command {
            Command::Grow { path } => {
                let audio = cultivar_formats::decode_start(&path, LISTENED);
                self.listen(audio.map_err(|e| e.to_string()), &path, files);
            }
            Command::GrowExample(k) => {
                if let Some(example) = EXAMPLES.get(k) {
                    let audio = cultivar_formats::decode_bytes(example.wav);
                    self.listen(audio.map_err(|e| e.to_string()), Path::new(example.name), files);
                }
            }
            Command::Dismiss => self.state = self.before.clone(),
            Command::Pause if self.state == GardenState::Growing => {
                self.state = GardenState::Paused;
            }
            Command::Resume if self.growth.is_some() => {
                if self.spent >= self.allowed {
                    self.allowed = self.spent + self.effort.seconds();
                }
                self.state = GardenState::Growing;
            }
            Command::SetEffort(effort) => {
                self.effort = effort;
                self.allowed = self.allowed.max(effort.seconds());
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
            Command::Select { strand, node } => self.select(strand, node),
            Command::Audition => self.audition(),
            Command::PlayTarget => self.play_target(),
            Command::Keep => self.keep(files),
            Command::OpenInSynth => {
                if let Some(preset) = self.chosen_preset() {
                    let _ = self.news.send(News::Preset(Box::new(preset), None));
                }
            }
            _ => {}
        }
    }

    /// Listens again to the target of a project: growing is the player's to begin.
    pub(super) fn recall(&mut self, path: &str, files: &mut Files) {
        match EXAMPLES.iter().position(|example| example.name == path) {
            Some(k) => self.perform(Command::GrowExample(k), files),
            None if Path::new(path).is_file() => {
                self.perform(Command::Grow { path: path.into() }, files);
            }
            None => {
                let text = format!("{path}: the sound that this project grows towards is gone.");
                files.say(Tone::Warning, text);
            }
        }
        if self.state == GardenState::Growing {
            self.state = GardenState::Paused;
        }
    }

    /// Whether there is growing to be done now.
    pub(super) fn grows(&self) -> bool {
        self.state == GardenState::Growing && !self.offline && self.growth.is_some()
    }

    /// How long to wait for a task where nothing grows; none for as long as it takes.
    pub(super) fn patience(&self, rest: Duration) -> Option<Duration> {
        let key = self.sounding.map(|(_, until)| until.saturating_duration_since(Instant::now()));
        let replant = self.replant.map(|at| at.saturating_duration_since(Instant::now()));
        let parked = (self.state == GardenState::Growing).then_some(rest);
        [key, replant, parked].into_iter().flatten().min()
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

    /// Score of random patches.
    pub(super) fn random_score(&self) -> Option<f32> {
        (self.random.1 > 0).then(|| self.random.0 / self.random.1 as f32)
    }

    /// After a fault: what grew is kept to be looked at, nothing grows on.
    pub(super) fn give_up(&mut self) {
        if self.state == GardenState::Growing || self.state == GardenState::Analysing {
            self.state =
                if self.growth.is_some() { GardenState::Settled } else { GardenState::Empty };
        }
        self.judges.clear();
        self.changed = true;
    }

    /// Lets a key go that has sounded long enough, and grows one batch.
    pub(super) fn tend(&mut self, files: &mut Files) {
        if self.replant.is_some_and(|at| Instant::now() >= at) {
            self.plant(files);
            self.changed = true;
        }
        if let Some((key, until)) = self.sounding
            && Instant::now() >= until
        {
            self.sounding = None;
            self.shared.instrument.outlet.press(KeyPress::Up(key));
        }
        if self.grows() {
            self.grow();
        }
    }

    /// The picture of the garden.
    pub(super) fn picture(&mut self) -> Garden {
        self.pictured = Instant::now();
        if let Some(growth) = &self.growth {
            let tries: Vec<u64> = growth.strands().iter().map(|s| s.tries()).collect();
            self.counted.resize(tries.len(), 0);
            let spent =
                tries.iter().zip(&self.counted).map(|(now, then)| now.saturating_sub(*then));
            let spent: Vec<u64> = spent.collect();
            let total: u64 = spent.iter().sum();
            if total > 0 {
                self.shares = spent.iter().map(|&s| s as f32 / total as f32).collect();
            }
            self.counted = tries;
        }
        picture::of(self, self.shared.instrument.is_trying_out())
    }

    /// The node that is chosen.
    pub(super) fn chosen_node(&self) -> Option<&Node> {
        let chosen = self.chosen?;
        let strand = self.growth.as_ref()?.strands().get(chosen.strand)?;
        let found = strand.nodes().iter().find(|node| node.tries == chosen.tries);
        // One that gave way to a better one is meant by it.
        found.or_else(|| strand.best())
    }

    /// The preset of the node that is chosen, as it was judged.
    fn chosen_preset(&self) -> Option<Preset> {
        self.chosen_node().map(|node| self.kept.put_into(&node.preset))
    }

    /// Begins anew when the player's hand has come to rest.
    fn replant_soon(&mut self) {
        self.replant = self.sample.is_some().then(|| Instant::now() + CALM);
    }

    fn fail(&mut self, text: String) {
        if !matches!(self.state, GardenState::Error(_) | GardenState::Analysing) {
            self.before = self.state.clone();
        }
        self.state = GardenState::Error(text);
    }

    /// Takes a sound as the target; what grew towards another one is given up only then.
    fn listen(&mut self, audio: Result<Audio, String>, path: &Path, files: &mut Files) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let heard = audio.and_then(|audio| {
            let mono = audio.mono();
            let target = Target::listen(&mono, audio.rate as f32).map_err(|e| e.to_string())?;
            let view = picture::target(&name, &mono, audio.rate as f32, &target);
            audio.notes.iter().for_each(|note| files.say(Tone::Warning, format!("{name}: {note}")));
            Ok((target, view))
        });
        match heard {
            Err(reason) => self.fail(format!("{}: {reason}.", path.display())),
            Ok((target, view)) => {
                for doubt in &target.doubts {
                    files.say(Tone::Warning, format!("{name}: {doubt}."));
                }
                let hash = target.hash.clone();
                self.sample = Some(Sample { target: Arc::new(target), name, view });
                let path = path.display().to_string();
                tracing::info!("growing from {path}");
                self.shared.instrument.document().session.target =
                    Some(crate::state::TargetFile { path, hash });
                self.plant(files);
            }
        }
    }

    /// Begins a growth anew.
    fn plant(&mut self, files: &mut Files) {
        self.replant = None;
        let Some(sample) = &self.sample else { return };
        let patches = files.patches();
        let settings = Settings {
            strands: self.strands,
            seed: self.seed,
            name: sample.name.clone(),
            ..Settings::default()
        };
        let proposers = proposers_for(self.surprise, patches);
        self.growth = Some(Growth::new(sample.target.clone(), settings, proposers));
        self.judges.clear();
        self.chosen = None;
        self.counted.clear();
        self.shares.clear();
        self.random = (0.0, 0);
        (self.allowed, self.spent) = (self.effort.seconds(), 0.0);
        self.state = GardenState::Growing;
    }

    /// One batch: asked, judged on as many threads as are free, told.
    fn grow(&mut self) {
        let Some(permit) = budget::take(usize::MAX, PATIENCE) else { return };
        let (Some(growth), Some(sample)) = (&mut self.growth, &self.sample) else { return };
        let begin = Instant::now();
        let mut trials = growth.ask();
        if !self.kept.sections.is_empty() {
            for trial in &mut trials {
                trial.preset = Arc::new(self.kept.put_into(&trial.preset));
            }
        }
        let exhausted = trials.is_empty();
        while self.judges.len() < permit.threads() {
            self.judges.push(Judge::new(&sample.target));
        }
        let judges = &mut self.judges[..permit.threads()];
        let stop = || self.shared.stop.load(Ordering::Relaxed);
        growth.tell(judge(&trials, &sample.target, judges, &stop));
        if self.random.1 < RANDOM && !stop() {
            let mut rng = Rng::stream(self.seed, u64::from(self.random.1) + 1);
            let trial = Trial { index: 0, preset: Arc::new(wild::preset(&mut rng)), polish: false };
            let score = trial.judge(&sample.target, &mut judges[0]).distances.score;
            self.random = (self.random.0 + score, self.random.1 + 1);
        }
        let news = growth.progress().news;
        self.spent += begin.elapsed().as_secs_f32();
        if exhausted || self.spent >= self.allowed {
            self.state = GardenState::Settled;
            self.changed = true;
        }
        self.changed |= news || self.pictured.elapsed() >= FRAME;
    }

    fn select(&mut self, strand: usize, node: usize) {
        let strands = self.growth.iter().flat_map(|growth| growth.strands()).nth(strand);
        let Some(found) = strands.and_then(|strand| strand.nodes().get(node)) else { return };
        self.chosen = Some(Chosen { strand, tries: found.tries });
        let preset = self.kept.put_into(&found.preset);
        self.shared.instrument.try_out(&preset);
    }

    /// Plays a note of the chosen node as long as the target's.
    fn audition(&mut self) {
        let (Some(preset), Some(sample)) = (self.chosen_preset(), &self.sample) else { return };
        let note = sample.target.played();
        let key = note.key as u8;
        if !self.shared.instrument.is_trying_out() {
            self.shared.instrument.try_out(&preset);
        }
        let outlet = &self.shared.instrument.outlet;
        if let Some((sounding, _)) = self.sounding.take() {
            outlet.press(KeyPress::Up(sounding));
        }
        outlet.press(KeyPress::Down(key, VELOCITY));
        self.sounding = Some((key, Instant::now() + Duration::from_secs_f32(note.gate.min(30.0))));
    }

    fn play_target(&self) {
        if let Some(sample) = &self.sample {
            let Target { samples, rate, .. } = &*sample.target;
            self.shared.instrument.outlet.play(Clip::new(samples.clone(), *rate));
        }
    }

    fn keep(&mut self, files: &mut Files) {
        let Some(preset) = self.chosen_preset() else { return };
        self.shared.instrument.document().session.kept.push(preset.meta.name.clone());
        let _ = self.news.send(News::Preset(Box::new(preset.clone()), None));
        files.save(preset);
    }
}

/// Judges trials on as many threads as there are judges, this one among them, until all are
/// judged or `stop` says so.
fn judge(
    trials: &[Trial],
    target: &Target,
    judges: &mut [Judge],
    stop: &(impl Fn() -> bool + Sync),
) -> Vec<Verdict> {
    let next = AtomicUsize::new(0);
    let work = |judge: &mut Judge| {
        let mut verdicts = Vec::new();
        while !stop()
            && let Some(trial) = trials.get(next.fetch_add(1, Ordering::Relaxed))
        {
            verdicts.push(trial.judge(target, judge));
        }
        verdicts
    };
    let Some((own, others)) = judges.split_first_mut() else { return Vec::new() };
    std::thread::scope(|scope| {
        let work = &work;
        let others: Vec<_> = others.iter_mut().map(|j| scope.spawn(move || work(j))).collect();
        let mut verdicts = work(own);
        for other in others {
            match other.join() {
                Ok(more) => verdicts.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        verdicts
    })
}
