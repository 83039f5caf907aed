//! A bank: matches of many sounds in one folder, with a journal from which a run that was broken
//! off goes on.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use cultivar_patch::disk;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::harvest::Harvest;
use super::sounds::Sound;
use crate::shell::{Failure, save};

/// Bytes that are read at a time.
const PIECE: usize = 1 << 20;

/// A sound that is done, as a line of the journal.
#[derive(Deserialize, Serialize)]
struct Line {
    key: String,
    harvest: Harvest,
}

/// The folder, and what is done.
pub(super) struct Bank {
    journal: PathBuf,
    table: PathBuf,
    /// How sounds are grown towards, in words: what was grown otherwise is grown again.
    how: String,
    done: HashMap<String, Harvest>,
}

impl Bank {
    /// Opens a bank. What a killed run left of a line is dropped: its sound is grown again.
    pub(super) fn open(folder: &Path, how: String) -> Result<Self, Failure> {
        let journal = folder.join("journal.jsonl");
        let text = match fs::read_to_string(&journal) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(e) => return Err(Failure::new(&journal, disk::reason(&e))),
        };
        let lines: Vec<(&str, Line)> = (text.lines())
            .filter_map(|line| Some((line, serde_json::from_str(line).ok()?)))
            .collect();
        let whole: String = lines.iter().flat_map(|(line, _)| [*line, "\n"]).collect();
        if whole != text {
            save(&journal, whole.as_bytes())?;
        }
        let done = lines.into_iter().map(|(_, line)| (line.key, line.harvest)).collect();
        Ok(Bank { journal, table: folder.join("bank.csv"), how, done })
    }

    /// What tells a sound that is grown towards from all others: its bytes, its name and how.
    pub(super) fn key(&self, sound: &Sound) -> Result<String, Failure> {
        let mut sha = Sha256::new();
        for words in [&sound.name, &self.how] {
            sha.update((words.len() as u64).to_le_bytes());
            sha.update(words);
        }
        // Sounds of hours need not fit into memory.
        let mut piece = vec![0; PIECE];
        let mut read = || {
            let mut file = File::open(&sound.path)?;
            loop {
                match file.read(&mut piece)? {
                    0 => return Ok(()),
                    len => sha.update(&piece[..len]),
                }
            }
        };
        read().map_err(|e: std::io::Error| Failure::new(&sound.path, disk::reason(&e)))?;
        Ok(cultivar_patch::hex(&sha.finalize()))
    }

    /// What grew towards this sound, where it is done and all of it is still there.
    pub(super) fn done(&self, key: &str) -> Option<&Harvest> {
        let there = |harvest: &&Harvest| {
            let mut files = harvest.strands.iter().map(|kept| &kept.file).chain([&harvest.wav]);
            files.all(|file| file.exists())
        };
        self.done.get(key).filter(there)
    }

    /// Writes down what grew.
    pub(super) fn add(&self, key: String, harvest: &Harvest) -> Result<(), Failure> {
        let line = serde_json::to_string(&Line { key, harvest: harvest.clone() })
            .map_err(|e| Failure::new(&self.journal, e))?;
        let file = OpenOptions::new().append(true).create(true).open(&self.journal);
        file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()))
            .map_err(|e| Failure::new(&self.journal, disk::reason(&e)))
    }

    /// Writes the table of all that grew.
    pub(super) fn tabulate(&self, harvests: &[Harvest]) -> Result<(), Failure> {
        let failed = |e: &dyn ToString| Failure::new(&self.table, e.to_string());
        let mut table = csv::Writer::from_writer(Vec::new());
        let head = "sound name note seconds score tries pitch envelope brightness noise movement \
                    strands preset wav";
        table.write_record(head.split_whitespace()).map_err(|e| failed(&e))?;
        for harvest in harvests {
            let Some(best) = harvest.strands.first() else { continue };
            let number = |key: &str| match harvest.heard[key].as_f64() {
                Some(number) => format!("{number:.2}"),
                None => String::new(),
            };
            let [pitch, envelope, brightness, noise, movement] =
                best.distances.parts().map(|(_, part)| format!("{part:.3}"));
            let record = [
                harvest.sound.display().to_string(),
                harvest.name.clone(),
                number("note"),
                number("seconds"),
                format!("{:.1}", best.distances.score),
                harvest.tries.to_string(),
                pitch,
                envelope,
                brightness,
                noise,
                movement,
                harvest.strands.len().to_string(),
                best.file.display().to_string(),
                harvest.wav.display().to_string(),
            ];
            table.write_record(record).map_err(|e| failed(&e))?;
        }
        let bytes = table.into_inner().map_err(|e| failed(&e.error()))?;
        save(&self.table, &bytes)
    }

    /// The table's file.
    pub(super) fn table(&self) -> &Path {
        &self.table
    }
}
