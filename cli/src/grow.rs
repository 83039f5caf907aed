//! `cultivar match`: patches grown towards sounds.

mod display;
mod jury;
mod sounds;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use cultivar_breed::{
    Distances, Growth, NEVER, Node, Settings, Target, perform, proposers, target,
};
use cultivar_formats::{Depth, decode_start, write_wav};
use cultivar_library::factory;
use cultivar_models::{Learned, Model, Refusal, use_native};
use cultivar_patch::{EXTENSION, Preset};
use rayon::ThreadPool;
use serde_json::{Value, json};

use crate::info::{heard, heard_json};
use crate::report::{self, Grown, Row};
use crate::shell::{Done, Failure};
use display::Display;
use jury::Jury;
use sounds::Sound;

/// Which sounds, and how long and how to grow towards them.
#[derive(Args)]
pub(crate) struct Match {
    /// Audio files, or folders of them
    #[arg(required = true)]
    sounds: Vec<PathBuf>,
    /// Folder for NAME.cultivar, NAME.wav and NAME.strand-K.cultivar of every sound
    #[arg(short, long)]
    output: PathBuf,
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
    /// Also write report.html, with pictures and players
    #[arg(long)]
    report: bool,
}

/// What grew towards one sound.
struct Harvest {
    sound: Sound,
    target: Arc<Target>,
    /// The sound, mono, and its rate.
    original: Vec<f32>,
    rate: u32,
    /// The best strand played as the sound was, mono.
    best: Vec<f32>,
    /// The best node of each strand with its file, best first.
    strands: Vec<(Node, PathBuf)>,
    wav: PathBuf,
    tries: u64,
    seconds: f32,
    doubts: Vec<String>,
}

impl Match {
    pub(crate) fn run(self, as_json: bool) -> Result<Done, Failure> {
        let threads = usize::from(self.threads.unwrap_or(0));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|e| Failure::new("threads", e))?;
        if fs::metadata(&self.output).is_ok_and(|there| !there.is_dir()) {
            return Err(Failure::new(&self.output, "it is not a folder"));
        }
        fs::create_dir_all(&self.output)
            .map_err(|e| Failure::new(&self.output, cultivar_patch::disk::reason(&e)))?;
        let (sounds, mut failures) = sounds::find(&self.sounds);
        failures.iter().for_each(Failure::say);
        let inputs: Vec<PathBuf> =
            sounds.iter().filter_map(|sound| fs::canonicalize(&sound.path).ok()).collect();
        let (model, refusal) = self.model();
        let count = sounds.len();
        let mut harvests = Vec::new();
        for (k, sound) in sounds.into_iter().enumerate() {
            let mut display = Display::new(&sound.name, k, count, usize::from(self.strands));
            let grown = self.grow(sound, &inputs, &pool, model.as_ref(), &mut display);
            drop(display);
            match grown {
                Ok(mut harvest) => {
                    if !as_json {
                        print!("{}", harvest.text());
                    }
                    if !self.report {
                        (harvest.original, harvest.best) = (Vec::new(), Vec::new());
                    }
                    harvests.push(harvest);
                }
                Err(failure) => {
                    failure.say();
                    failures.push(failure);
                }
            }
        }
        let named = model.map(|model| model.name().to_owned());
        let mut json = json!({ "model": named, "sounds": harvests.iter().map(Harvest::json).collect::<Vec<_>>() });
        if let Some(refusal) = refusal {
            json["model_refused"] = refusal.to_string().into();
        }
        if self.report {
            let path = self.output.join("report.html");
            let grown: Vec<Grown<'_>> = harvests.iter().map(Harvest::reported).collect();
            report::write(&path, &grown).map_err(|e| Failure::new(&path, e))?;
            json["report"] = json!(path);
        }
        Ok(Done { text: String::new(), json, failures })
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
        sound: Sound,
        inputs: &[PathBuf],
        pool: &ThreadPool,
        model: Option<&Arc<Model>>,
        display: &mut Display,
    ) -> Result<Harvest, Failure> {
        let begun = Instant::now();
        let failed = |reason: &dyn ToString| Failure::new(&sound.path, reason.to_string());
        let wav = self.output.join(format!("{}.wav", sound.name));
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
            None => self.grown(&sound, &target, &jury, model, begun, display),
        };
        let seconds = begun.elapsed().as_secs_f32();
        nodes.sort_by(|a, b| a.distances.total.total_cmp(&b.distances.total));
        let best = nodes.first().ok_or_else(|| failed(&"nothing grew towards it"))?;
        let [left, right] = perform(&best.preset, &target, audio.rate as f32, audio.frames());
        write_wav(&wav, &[&left, &right], audio.rate, Depth::Float32)
            .map_err(|e| Failure::new(&wav, e))?;
        let strands = nodes.into_iter().enumerate().map(|(k, node)| self.keep(&sound, k, node));
        let strands = strands.collect::<Result<Vec<_>, _>>()?;
        let mut doubts: Vec<String> = audio.notes.iter().map(ToString::to_string).collect();
        doubts.extend(target.doubts.iter().map(ToString::to_string));
        let best = left.iter().zip(&right).map(|(l, r)| 0.5 * (l + r)).collect();
        let rate = audio.rate;
        Ok(Harvest { sound, target, original, rate, best, strands, wav, tries, seconds, doubts })
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
        let budget = Duration::from_secs_f32(self.seconds);
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
    fn keep(&self, sound: &Sound, k: usize, node: Node) -> Result<(Node, PathBuf), Failure> {
        let mut preset = (*node.preset).clone();
        let (file, name) = match k {
            0 => (format!("{}.{EXTENSION}", sound.name), sound.name.clone()),
            k => (
                format!("{}.strand-{}.{EXTENSION}", sound.name, k + 1),
                format!("{} {}", sound.name, k + 1),
            ),
        };
        preset.meta.name = name;
        let path = self.output.join(file);
        preset.save(&path).map_err(|e| Failure::new(&path, e))?;
        Ok((node, path))
    }
}

/// The parts of a distance by name.
fn parts(distances: &Distances) -> [(&'static str, f32); 5] {
    let Distances { pitch, envelope, brightness, noise, movement, .. } = *distances;
    [
        ("pitch", pitch),
        ("envelope", envelope),
        ("brightness", brightness),
        ("noise", noise),
        ("movement", movement),
    ]
}

impl Harvest {
    fn score(&self) -> f32 {
        self.strands.first().map_or(0.0, |(node, _)| node.distances.score)
    }

    fn text(&self) -> String {
        let mut text = format!(
            "{}: {}\n  best {:.1} of 100 after {} tries in {:.1} s: {}\n",
            self.sound.path.display(),
            heard(&self.target),
            self.score(),
            self.tries,
            self.seconds,
            self.wav.display(),
        );
        self.doubts.iter().for_each(|doubt| text += &format!("  {doubt}\n"));
        text += "  score  pitch  envelope  brightness  noise  movement\n";
        for (node, path) in &self.strands {
            let [pitch, envelope, brightness, noise, movement] =
                parts(&node.distances).map(|(_, part)| percent(part));
            text += &format!(
                "  {:5.1}  {pitch:>5}  {envelope:>8}  {brightness:>10}  {noise:>5}  {movement:>8}  {}\n",
                node.distances.score,
                name_of(path),
            );
        }
        text
    }

    fn json(&self) -> Value {
        let strand = |(node, path): &(Node, PathBuf)| {
            let mut json = json!({ "file": path, "score": node.distances.score });
            json["total"] = node.distances.total.into();
            json["tries"] = node.tries.into();
            parts(&node.distances).iter().for_each(|(name, part)| json[*name] = (*part).into());
            json
        };
        json!({
            "sound": self.sound.path,
            "name": self.sound.name,
            "heard": heard_json(&self.target),
            "doubts": self.doubts,
            "score": self.score(),
            "tries": self.tries,
            "seconds": self.seconds,
            "wav": self.wav,
            "strands": self.strands.iter().map(strand).collect::<Vec<_>>(),
        })
    }

    fn reported(&self) -> Grown<'_> {
        let row = |(k, (node, path)): (usize, &(Node, PathBuf))| Row {
            name: format!("{}", k + 1),
            score: node.distances.score,
            parts: parts(&node.distances).map(|(name, part)| (name, 1.0 - part)).to_vec(),
            file: name_of(path),
        };
        Grown {
            name: &self.sound.name,
            heard: heard(&self.target),
            rate: self.rate,
            target: &self.original,
            best: &self.best,
            strands: self.strands.iter().enumerate().map(row).collect(),
            tries: self.tries,
            seconds: self.seconds,
        }
    }
}

/// Likeness in per cent.
fn percent(distance: f32) -> String {
    format!("{:.0} %", 100.0 * (1.0 - distance))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
