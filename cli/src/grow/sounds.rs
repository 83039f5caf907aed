//! The sounds of a command line, each with a name of its own.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use cultivar_formats::kind_of_file;
use cultivar_library::file_name;
use cultivar_patch::disk;

use crate::shell::Failure;

/// A sound to grow towards.
#[derive(Clone, Debug)]
pub(super) struct Sound {
    pub(super) path: PathBuf,
    /// Its file's name without the ending, with a number where another sound has the same.
    pub(super) name: String,
}

/// The files and the audio files of the folders among `words`, and what cannot be one.
pub(super) fn find(words: &[PathBuf]) -> (Vec<Sound>, Vec<Failure>) {
    let (mut sounds, mut failures) = (Vec::new(), Vec::new());
    let mut taken = HashSet::new();
    for word in words {
        let paths = if word.is_dir() { audio_in(word) } else { Ok(vec![word.clone()]) };
        match paths {
            Ok(paths) => sounds.extend(paths.into_iter().map(|path| {
                let name = free_name(&path, &mut taken);
                Sound { path, name }
            })),
            Err(failure) => failures.push(failure),
        }
    }
    (sounds, failures)
}

/// The audio files right in a folder, by name.
fn audio_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|e| Failure::new(folder, disk::reason(&e)))?;
    let paths = entries.flatten().map(|entry| entry.path());
    let audio = |path: &PathBuf| kind_of_file(path).is_ok_and(|kind| kind.is_audio());
    let mut paths: Vec<PathBuf> = paths.filter(audio).collect();
    paths.sort();
    if paths.is_empty() {
        return Err(Failure::new(folder, "there is no audio file in it"));
    }
    Ok(paths)
}

fn free_name(path: &Path, taken: &mut HashSet<String>) -> String {
    let stem = file_name(&path.file_stem().unwrap_or_default().to_string_lossy());
    let numbered = (2..).map(|n| format!("{stem} {n}"));
    let mut names = std::iter::once(stem.clone()).chain(numbered);
    names.find(|name| taken.insert(name.to_lowercase())).unwrap_or(stem)
}
