//! `cultivar match`: patches grown towards sounds.

mod bank;
mod display;
mod harvest;
mod jury;
mod sounds;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use cultivar_breed::{Growth, NEVER, Node, Settings, Target, perform, proposers, target};
use cultivar_formats::{Depth, decode_start, write_wav};
use cultivar_library::factory;
use cultivar_models::{Learned, Model, Refusal, use_native};
use cultivar_patch::{EXTENSION, Preset};
use rayon::ThreadPool;
use serde_json::json;

use crate::info::{heard, heard_json};
use crate::report;
use crate::shell::{Done, Failure};
use bank::Bank;
use display::Display;
use harvest::{Harvest, Kept};
use jury::Jury;
use sounds::Sound;

/// Share of the time that is left for making patches simple.
const SIMPLIFY: f32 = 0.1;

/// Which sounds, and how long and how to grow towards them.
#[derive(Args)]
pub(crate) struct Match {
    /// Audio files, or folders of them
    #[arg(required = true)]
    sounds: Vec<PathBuf>,
    /// Folder for NAME.cultivar, NAME.wav and NAME.strand-K.cultivar of every sound
    #[arg(short, long, required_unless_present = "bank")]
    output: Option<PathBuf>,
    /// The same as a bank: what is done already is left as it is, so that a run that was broken
    /// off goes on, and bank.csv and report.html tell of all
    #[arg(long, conflicts_with = "output")]
    bank: Option<PathBuf>,
    /// Seconds to grow, for each sound
    #[arg(long, default_value = "10", value_parser = crate::shell::within(0.0, 86_400.0))]
    seconds: f32,
    /// Stop after so many tries: the same tries and seed give the same strands
    #[arg(long)]
    tries: Option<u64>,
    /// Strands that grow side by side
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=64))]
    strands: u8,
    /// Threads; all processors where it is not given
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Where random numbers begin
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Keep the best of so many random patches instead of growing: the floor to beat
    #[arg(long, conflicts_with_all = ["tries", "no_extract"])]
    random: Option<u64>,
    /// Without the learned proposer
    #[arg(long)]
    no_model: bool,
    /// Another model than the built-in one: its card, its .onnx files beside it
    #[arg(long, conflicts_with = "no_model")]
    model: Option<PathBuf>,
    /// Run the model by this native ONNX Runtime (an absolute path), not by the built-in engine
    #[arg(long, conflicts_with = "no_model")]
    onnxruntime: Option<PathBuf>,
    /// Without wavetables cut from the sound
    #[arg(long)]
    no_extract: bool,
    /// Leave in the patches what hardly anybody hears
    #[arg(long)]
    no_simplify: bool,
    /// Also write report.html, with pictures and players
    #[arg(long)]
    report: bool,
}

impl Match {
    pub(crate) fn run(self, as_json: bool) -> Result<Done, Failure> {
        let threads = usize::from(self.threads.unwrap_or(0));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|e| Failure::new("threads", e))?;
        let folder = self.folder();
        if fs::metadata(folder).is_ok_and(|there| !there.is_dir()) {
            return Err(Failure::new(folder, "it is not a folder"));
        }
        fs::create_dir_all(folder)
            .map_err(|e| Failure::new(folder, cultivar_patch::disk::reason(&e)))?;
        let (sounds, mut failures) = sounds::find(&self.sounds);
        failures.iter().for_each(Failure::say);
        let inputs: Vec<PathBuf> =
            sounds.iter().filter_map(|sound| fs::canonicalize(&sound.path).ok()).collect();
        let (model, refusal) = self.model();
        let named = model.as_ref().map(|model| model.name().to_owned());
        let bank = self.bank.as_deref().map(|folder| Bank::open(folder, self.how(&named)));
        let bank = bank.transpose()?;
        let count = sounds.len();
        let mut harvests = Vec::new();
        for (k, sound) in sounds.into_iter().enumerate() {
            let mut display = Display::new(&sound.name, k, count, usize::from(self.strands));
            let mut grow = || self.grow(&sound, &inputs, &pool, model.as_ref(), &mut display);
            let grown = match &bank {
                Some(bank) => kept(bank, &sound, grow),
                None => grow(),
            };
            drop(display);
            match grown {
                Ok(harvest) => {
                    if !as_json {
                        print!("{}", harvest.text());
                    }
                    harvests.push(harvest);
                }
                Err(failure) => {
                    failure.say();
                    failures.push(failure);
                }
            }
        }
        let mut json = json!({ "model": named, "sounds": harvests });
        if let Some(refusal) = refusal {
            json["model_refused"] = refusal.to_string().into();
        }
        if let Some(bank) = &bank {
            bank.tabulate(&harvests)?;
            json["table"] = json!(bank.table());
        }
        if self.report || bank.is_some() {
            let path = folder.join("report.html");
            let written = report::write(&path, harvests.iter().map(Harvest::reported));
            failures.extend(written.map_err(|e| Failure::new(&path, e))?);
            json["report"] = json!(path);
        }
        Ok(Done { text: String::new(), json, failures })
    }

    /// Where everything goes.
    fn folder(&self) -> &Path {
        self.bank.as_deref().or(self.output.as_deref()).unwrap_or(Path::new("."))
    }

    /// What decides what grows, but for the sound.
    fn how(&self, model: &Option<String>) -> String {
        let Match { seconds, tries, strands, seed, random, no_extract, no_simplify, .. } = self;
        let engine = env!("CARGO_PKG_VERSION");
        json!([
            engine,
            if tries.is_some() { None } else { Some(seconds) },
            tries,
            strands,
            seed,
            random,
            no_extract,
            no_simplify,
            model
        ])
        .to_string()
    }

    /// The model that proposes, or why it does not. Growth goes on without it.
    fn model(&self) -> (Option<Arc<Model>>, Option<Refusal>) {
        if self.no_model || self.random.is_some() {
            return (None, None);
        }
        let native = self.onnxruntime.as_deref().map_or(Ok(()), use_native);
        let model = native.and_then(|()| match &self.model {
            Some(path) => Model::open(path).map(Arc::new),
            None => Model::embedded(),
        });
        match model {
            Ok(model) => (Some(model), None),
            Err(refusal) => {
                eprintln!("cultivar: grown without the model: {refusal}");
                (None, Some(refusal))
            }
        }
    }

    fn grow(
        &self,
        sound: &Sound,
        inputs: &[PathBuf],
        pool: &ThreadPool,
        model: Option<&Arc<Model>>,
        display: &mut Display,
    ) -> Result<Harvest, Failure> {
        let begun = Instant::now();
        let failed = |reason: &dyn ToString| Failure::new(&sound.path, reason.to_string());
        let wav = self.folder().join(format!("{}.wav", sound.name));
        if fs::canonicalize(&wav).is_ok_and(|wav| inputs.contains(&wav)) {
            let reason = "it would be overwritten by its match; choose another folder with -o";
            return Err(failed(&reason));
        }
        let audio =
            decode_start(&sound.path, f64::from(target::SEARCHED)).map_err(|e| failed(&e))?;
        let original = audio.mono();
        let target = Target::listen(&original, audio.rate as f32).map_err(|e| failed(&e))?;
        let target = Arc::new(target);
        let jury = Jury::new(&target, pool);
        let (mut nodes, tries) = match self.random {
            Some(count) => (jury.random(count, self.seed).into_iter().collect(), count),
            None => self.grown(sound, &target, &jury, model, begun, display),
        };
        if self.random.is_none() && !self.no_simplify {
            let (timed, seconds) = (self.tries.is_none(), self.seconds);
            let late = || timed && begun.elapsed().as_secs_f32() > seconds;
            nodes.sort_by(|a, b| a.distances.total.total_cmp(&b.distances.total));
            nodes = jury.simplify(nodes, late);
        }
        let seconds = begun.elapsed().as_secs_f32();
        nodes.sort_by(|a, b| a.distances.total.total_cmp(&b.distances.total));
        let best = nodes.first().ok_or_else(|| failed(&"nothing grew towards it"))?;
        let [left, right] = perform(&best.preset, &target, audio.rate as f32, audio.frames());
        write_wav(&wav, &[&left, &right], audio.rate, Depth::Float32)
            .map_err(|e| Failure::new(&wav, e))?;
        let strands = nodes.into_iter().enumerate().map(|(k, node)| self.keep(sound, k, node));
        let strands = strands.collect::<Result<Vec<_>, _>>()?;
        let mut doubts: Vec<String> = audio.notes.iter().map(ToString::to_string).collect();
        doubts.extend(target.doubts.iter().map(ToString::to_string));
        Ok(Harvest {
            sound: sound.path.clone(),
            name: sound.name.clone(),
            heard: heard_json(&target),
            said: heard(&target),
            doubts,
            score: strands.first().map_or(0.0, |best| best.distances.score),
            tries,
            seconds,
            wav,
            strands,
        })
    }

    /// Grows until the time or the tries are over, batch by batch. The best nodes of all
    /// strands, and the tries.
    fn grown(
        &self,
        sound: &Sound,
        target: &Arc<Target>,
        jury: &Jury<'_>,
        model: Option<&Arc<Model>>,
        begun: Instant,
        display: &mut Display,
    ) -> (Vec<Node>, u64) {
        let patches: Vec<Preset> = factory::presets().to_vec();
        let settings = Settings {
            strands: usize::from(self.strands),
            seed: self.seed,
            name: sound.name.clone(),
            donors: patches.clone(),
        };
        let mut proposers = proposers(!self.no_extract, patches);
        if let Some(model) = model {
            Learned::join(&mut proposers, model.clone(), self.seed);
        }
        let mut growth = Growth::new(target.clone(), settings, proposers);
        let simplest = if self.no_simplify { 1.0 } else { 1.0 - SIMPLIFY };
        let budget = Duration::from_secs_f32(self.seconds * simplest);
        loop {
            let mut trials = growth.ask(NEVER);
            if let Some(tries) = self.tries {
                trials.truncate(usize::try_from(tries - growth.tries()).unwrap_or(usize::MAX));
            }
            if trials.is_empty() {
                break;
            }
            growth.tell(jury.judge(&trials));
            let time = begun.elapsed().as_secs_f32() / self.seconds.max(1e-3);
            let done = self.tries.map_or(time, |tries| growth.tries() as f32 / tries as f32);
            display.show(&growth, done, begun.elapsed());
            if done >= 1.0 || (self.tries.is_none() && begun.elapsed() >= budget) {
                break;
            }
        }
        let best = growth.strands().iter().filter_map(|strand| strand.best().cloned());
        (best.collect(), growth.tries())
    }

    /// Writes the preset of the strand that came in at place `k`.
    fn keep(&self, sound: &Sound, k: usize, node: Node) -> Result<Kept, Failure> {
        let mut preset = (*node.preset).clone();
        let (file, name) = match k {
            0 => (format!("{}.{EXTENSION}", sound.name), sound.name.clone()),
            k => (
                format!("{}.strand-{}.{EXTENSION}", sound.name, k + 1),
                format!("{} {}", sound.name, k + 1),
            ),
        };
        preset.meta.name = name;
        let path = self.folder().join(file);
        preset.save(&path).map_err(|e| Failure::new(&path, e))?;
        Ok(Kept { file: path, tries: node.tries, distances: node.distances })
    }
}

/// What grew towards a sound of a bank, or grows now.
fn kept(
    bank: &Bank,
    sound: &Sound,
    grow: impl FnOnce() -> Result<Harvest, Failure>,
) -> Result<Harvest, Failure> {
    let key = bank.key(sound)?;
    if let Some(harvest) = bank.done(&key) {
        return Ok(harvest.clone());
    }
    let harvest = grow()?;
    bank.add(key, &harvest)?;
    Ok(harvest)
}
