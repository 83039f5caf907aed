//! `cultivar dataset`: pairs of genome and sound, in files that numpy reads.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use cultivar_library::factory;
use cultivar_models::dataset::{LENGTH, Maker, Pair, RATE, npy};
use cultivar_models::genome::layout;
use cultivar_patch::disk;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::shell::{Done, Failure, save};

/// Pairs in one set of files.
const SHARD: u64 = 256;

/// How many pairs, and where they go.
#[derive(Args)]
pub(crate) struct Dataset {
    /// Pairs of genome and sound
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    n: u64,
    /// Where random numbers begin: the same seed gives the same bytes
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Folder for manifest.json and the .npy files; a folder that was begun is gone on with
    #[arg(short, long)]
    output: PathBuf,
    /// Threads; all processors where it is not given
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl Dataset {
    pub(crate) fn run(self) -> Result<Done, Failure> {
        let begun = Instant::now();
        let threads = usize::from(self.threads.unwrap_or(0));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|e| Failure::new("threads", e))?;
        self.begin()?;
        let bar = ProgressBar::new(self.n);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} pairs, {eta} left") {
            bar.set_style(style);
        }
        let mut made = 0;
        for first in (0..self.n).step_by(SHARD as usize) {
            let count = SHARD.min(self.n - first);
            let shard = Shard { folder: &self.output, number: first / SHARD, count };
            if !shard.is_whole() {
                let pairs = pool.install(|| self.pairs(first, count, &bar));
                shard.write(&pairs)?;
                made += count;
            }
            bar.set_position(first + count);
        }
        bar.finish_and_clear();
        let seconds = begun.elapsed().as_secs_f64();
        let text = format!(
            "{}: {} pairs, {made} of them new in {seconds:.1} s",
            self.output.display(),
            self.n
        );
        let json = json!({
            "folder": self.output, "pairs": self.n, "new": made, "seconds": seconds,
            "schema": layout().hash(),
        });
        Ok(Done::new(text, json))
    }

    /// What all files of the folder have in common.
    fn manifest(&self) -> Value {
        json!({
            "format": "cultivar pairs 1",
            "n": self.n,
            "seed": self.seed,
            "shard": SHARD,
            "rate": RATE,
            "length": LENGTH,
            "width": layout().width,
            "schema": layout().hash(),
            "engine": env!("CARGO_PKG_VERSION"),
            "files": ["genome", "heard", "note", "sound"],
            "note": ["key", "velocity", "gate"],
        })
    }

    /// Opens the folder. One that holds other pairs than those that were asked for is left alone.
    fn begin(&self) -> Result<(), Failure> {
        let failed = |e: &std::io::Error| Failure::new(&self.output, disk::reason(e));
        fs::create_dir_all(&self.output).map_err(|e| failed(&e))?;
        let path = self.output.join("manifest.json");
        let wanted = self.manifest();
        if let Ok(bytes) = fs::read(&path) {
            let found: Value = serde_json::from_slice(&bytes)
                .map_err(|e| Failure::new(&path, format!("it is no manifest: {e}")))?;
            let differs = |key: &&&str| found[**key] != wanted[**key];
            let keys = ["format", "seed", "shard", "rate", "length", "schema", "engine"];
            if let Some(key) = keys.iter().find(differs) {
                let reason = format!(
                    "it holds pairs whose {key} is {}, not {}; choose another folder with -o",
                    found[*key], wanted[*key]
                );
                return Err(Failure::new(&path, reason));
            }
        }
        let debris = fs::read_dir(&self.output).map_err(|e| failed(&e))?.flatten();
        for entry in debris.filter(|e| e.file_name().to_string_lossy().ends_with(disk::TEMPORARY)) {
            fs::remove_file(entry.path()).map_err(|e| failed(&e))?;
        }
        save(&path, format!("{wanted:#}\n").as_bytes())
    }

    fn pairs(&self, first: u64, count: u64, bar: &ProgressBar) -> Vec<Pair> {
        let parents = factory::presets();
        let make = |maker: &mut Maker<'_>, index| {
            let pair = maker.pair(self.seed, index);
            bar.inc(1);
            pair
        };
        (first..first + count).into_par_iter().map_init(|| Maker::new(parents), make).collect()
    }
}

/// One set of files.
struct Shard<'a> {
    folder: &'a Path,
    number: u64,
    count: u64,
}

impl Shard<'_> {
    fn path(&self, what: &str) -> PathBuf {
        self.folder.join(format!("{what}-{:05}.npy", self.number))
    }

    /// Whether it was written before. The sounds are written last.
    fn is_whole(&self) -> bool {
        fs::metadata(self.path("sound"))
            .is_ok_and(|file| file.len() == npy::sound_bytes(self.count))
    }

    fn write(&self, pairs: &[Pair]) -> Result<(), Failure> {
        npy::files(pairs).into_iter().try_for_each(|(what, bytes)| save(&self.path(what), &bytes))
    }
}
