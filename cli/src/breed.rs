//! `cultivar breed`: children of several patches.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use clap::{Args, CommandFactory, error::ErrorKind};
use cultivar_breed::genome::{Locks, Section};
use cultivar_breed::litter::Born;
use cultivar_breed::{Booth, Litter, NEVER, Operator, Recipe, cross};
use cultivar_dsp::Note;
use cultivar_formats::{Depth, write_wav};
use cultivar_library::{factory, file_name};
use cultivar_patch::{EXTENSION, Preset, disk};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::ThreadPool;
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::shell::{self, Done, Failure, within};

/// Sampling rate of what is written.
const RATE: u32 = 48_000;

/// Whose children, and how they are made.
#[derive(Args)]
pub(crate) struct Breed {
    /// Up to eight .cultivar files or factory:NAME
    #[arg(required = true, num_args = 1..=cross::MOST)]
    parents: Vec<PathBuf>,
    /// Folder for NN NAME.cultivar and NN NAME.wav of every child
    #[arg(short, long)]
    output: PathBuf,
    /// A number for each parent: how much it gives
    #[arg(long, value_delimiter = ',', value_parser = within(0.0, 1e6))]
    weights: Vec<f32>,
    /// How parents are mixed: section, gene or blend
    #[arg(long, default_value = "section", value_parser = operator)]
    operator: Operator,
    /// How many children
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u8).range(1..=128))]
    children: u8,
    /// How much children are changed besides, 0 to 1
    #[arg(long, default_value = "0.1", value_parser = within(0.0, 1.0))]
    mutation: f32,
    /// Sections to have from the first parent as they are: osc, noise, filter, env, lfo, route,
    /// fx, voice
    #[arg(long, num_args = 1.., value_delimiter = ',', value_parser = section)]
    lock: Vec<Section>,
    /// Where random numbers begin
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Threads; all processors where it is not given
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

fn operator(word: &str) -> Result<Operator, String> {
    let found = Operator::ALL.into_iter().find(|operator| operator.id() == word);
    found.ok_or_else(|| "it must be section, gene or blend".into())
}

fn section(word: &str) -> Result<Section, String> {
    let all = Section::ALL.into_iter().chain([Section::Route]);
    let mut found = all.filter(|section| section.id() == word);
    found
        .next()
        .ok_or_else(|| "it must be one of osc, noise, filter, env, lfo, route, fx, voice".into())
}

/// What was bred.
struct Bred {
    litter: Litter,
    seconds: f32,
}

impl Breed {
    pub(crate) fn run(self) -> Result<Done, Failure> {
        let weights = self.weights();
        let parents = self.parents.iter().map(|word| shell::patch(word).map(Arc::new));
        let parents: Vec<(Arc<Preset>, f32)> =
            parents.zip(&weights).map(|(p, w)| Ok((p?, *w))).collect::<Result<_, _>>()?;
        let threads = usize::from(self.threads.unwrap_or(0));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|e| Failure::new("threads", e))?;
        let recipe = Recipe {
            operator: self.operator,
            mutation: self.mutation,
            locks: Locks::of(self.lock.iter().copied()),
            seed: self.seed,
            children: usize::from(self.children),
            donors: factory::presets().to_vec(),
            ..Recipe::new(Vec::new())
        };
        let bred = self.breed(Recipe { parents: parents.clone(), ..recipe }, &pool)?;
        for k in bred.litter.silent() {
            Failure::new(&self.parents[k], "nothing is heard of it at middle C").say();
        }
        fs::create_dir_all(&self.output)
            .map_err(|e| Failure::new(&self.output, disk::reason(&e)))?;
        let files = self.files(&bred.litter)?;
        let born: Vec<&Born> = bred.litter.children().collect();
        let written = pool.install(|| {
            born.par_iter().zip(&files).map(|(born, files)| write(born, files)).collect()
        });
        let peaks: Vec<f32> = Result::from_iter::<Vec<Result<f32, Failure>>>(written)?;
        Ok(self.done(&parents, &bred, &files, &peaks))
    }

    /// A weight for each parent; wrong usage where there are more or fewer.
    fn weights(&self) -> Vec<f32> {
        let (given, parents) = (self.weights.len(), self.parents.len());
        if given == 0 {
            return vec![1.0; parents];
        }
        let reason = if given != parents {
            Some(format!("{given} weights for {parents} parents"))
        } else if self.weights.iter().all(|weight| *weight == 0.0) {
            Some("a weight must be more than 0".into())
        } else {
            None
        };
        if let Some(reason) = reason {
            crate::Cli::command().error(ErrorKind::WrongNumberOfValues, reason).exit();
        }
        self.weights.clone()
    }

    fn breed(&self, recipe: Recipe, pool: &ThreadPool) -> Result<Bred, Failure> {
        let begun = Instant::now();
        let words: Vec<String> = self.parents.iter().map(|p| p.display().to_string()).collect();
        let failed = |reason: &dyn ToString| Failure::new(words.join(", "), reason.to_string());
        let bar = ProgressBar::new(recipe.children as u64);
        let style = ProgressStyle::with_template("{msg} [{bar:32}] {pos}/{len}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━━ "));
        bar.set_message("children");
        let booths: Vec<Mutex<Booth>> =
            (0..pool.current_num_threads()).map(|_| Mutex::new(Booth::new())).collect();
        let mut litter = Litter::new(recipe).map_err(|e| failed(&e))?;
        loop {
            let takes = litter.ask(NEVER);
            if takes.is_empty() {
                break;
            }
            let play = |take: &cultivar_breed::litter::Take| {
                let booth = &booths[rayon::current_thread_index().unwrap_or(0)];
                take.play(&mut booth.lock().unwrap_or_else(PoisonError::into_inner), NEVER)
            };
            let heard = pool.install(|| takes.par_iter().filter_map(play).collect());
            litter.tell(heard).map_err(|e| failed(&e))?;
            bar.set_position(litter.children().count() as u64);
        }
        bar.finish_and_clear();
        Ok(Bred { litter, seconds: begun.elapsed().as_secs_f32() })
    }

    /// The preset and the WAV file of each child; a failure where one of them is a parent.
    fn files(&self, litter: &Litter) -> Result<Vec<[PathBuf; 2]>, Failure> {
        let known: Vec<PathBuf> =
            self.parents.iter().filter_map(|parent| fs::canonicalize(parent).ok()).collect();
        let path = |(k, born): (usize, &Born)| {
            let name = file_name(&born.child.preset.meta.name);
            let name = format!("{:02} {name}", k + 1);
            [EXTENSION, "wav"].map(|end| self.output.join(format!("{name}.{end}")))
        };
        let files: Vec<[PathBuf; 2]> = litter.children().enumerate().map(path).collect();
        let lost = |path: &&PathBuf| fs::canonicalize(path).is_ok_and(|path| known.contains(&path));
        match files.iter().flatten().find(lost) {
            Some(parent) => Err(Failure::new(
                parent,
                "it would be overwritten by its child; choose another folder with -o",
            )),
            None => Ok(files),
        }
    }

    fn done(
        &self,
        parents: &[(Arc<Preset>, f32)],
        bred: &Bred,
        files: &[[PathBuf; 2]],
        peaks: &[f32],
    ) -> Done {
        let Bred { litter, seconds } = bred;
        let (silent, operator) = (litter.silent(), self.operator.id());
        let mut text = format!("{} children by {operator} in {seconds:.2} s\n", files.len());
        let mut children = Vec::new();
        for ((born, [file, wav]), peak) in litter.children().zip(files).zip(peaks) {
            let ancestry = &born.child.ancestry;
            let shares = parents.iter().zip(&ancestry.parents).filter(|(_, share)| **share > 0);
            let mut whose: Vec<String> =
                shares.map(|((p, _), share)| format!("{} {share} %", p.meta.name)).collect();
            if ancestry.new > 0 {
                whose.push(format!("new {} %", ancestry.new));
            }
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            text += &format!("  {name}: {}, peak {peak:.1} dB\n", whose.join(", "));
            let meta = &born.child.preset.meta;
            children.push(json!({
                "file": file,
                "wav": wav,
                "name": meta.name,
                "seed": meta.origin.as_ref().map(|origin| origin.seed),
                "parents": ancestry.parents,
                "new": ancestry.new,
                "peak": shell::level(*peak),
                "apart": born.apart,
            }));
        }
        let parent = |(k, (preset, weight)): (usize, &(Arc<Preset>, f32))| -> Value {
            json!({
                "file": self.parents[k],
                "name": preset.meta.name,
                "weight": weight,
                "silent": silent.contains(&k),
            })
        };
        let json = json!({
            "operator": operator,
            "seed": self.seed,
            "seconds": seconds,
            "parents": parents.iter().enumerate().map(parent).collect::<Vec<_>>(),
            "children": children,
        });
        Done::new(text, json)
    }
}

/// Writes a child and how it sounds at middle C. Its highest sample in decibels.
fn write(born: &Born, [file, wav]: &[PathBuf; 2]) -> Result<f32, Failure> {
    let failed = |path: &Path, reason: &dyn ToString| Failure::new(path, reason.to_string());
    let preset = &born.child.preset;
    preset.save(file).map_err(|e| failed(file, &e))?;
    let [left, right] = cultivar_dsp::render(preset, &Note::default(), RATE as f32);
    let sides = [&left[..], &right[..]];
    write_wav(wav, &sides, RATE, Depth::Float32).map_err(|e| failed(wav, &e))?;
    Ok(shell::peak(&sides))
}
