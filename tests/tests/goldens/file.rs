//! Golden files: named portraits as text, to be read in a review.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::portrait::Portrait;

/// Differences of one sound that are told; the others are counted.
const TOLD: usize = 6;
/// How the name of a golden ends.
const ENDING: &str = ".txt";

/// The portraits of one file by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Golden(BTreeMap<String, Portrait>);

impl<const N: usize> From<[(String, Portrait); N]> for Golden {
    fn from(portraits: [(String, Portrait); N]) -> Self {
        Golden(portraits.into())
    }
}

impl Golden {
    pub(crate) fn insert(&mut self, name: String, portrait: Portrait) {
        self.0.insert(name, portrait);
    }

    /// What differs in `found`, a line for each sound.
    pub(crate) fn differences(&self, found: &Golden) -> Vec<String> {
        let mut all = Vec::new();
        for (name, portrait) in &found.0 {
            let Some(kept) = self.0.get(name) else {
                all.push(format!("{name}: a sound without a golden"));
                continue;
            };
            let differences = kept.differences(portrait);
            if !differences.is_empty() {
                let texts = differences.iter().map(|(_, text)| text.as_str());
                let told = texts.take(TOLD).collect::<Vec<_>>().join("; ");
                let rest = differences.len().saturating_sub(TOLD);
                let rest = if rest > 0 { format!("; and {rest} more") } else { String::new() };
                all.push(format!("{name}: {told}{rest}"));
            }
        }
        let gone = self.0.keys().filter(|name| !found.0.contains_key(*name));
        all.extend(gone.map(|name| format!("{name}: a golden without a sound")));
        all
    }

    pub(crate) fn text(&self) -> String {
        let texts = self.0.iter().map(|(name, portrait)| format!("[{name}]\n{}", portrait.text()));
        texts.collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut golden = Golden::default();
        for part in text.split("[").skip(1) {
            let (name, body) = part.split_once("]\n").ok_or("a name has no end")?;
            let lines = body.lines().map(str::trim);
            let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
            golden.insert(name.to_owned(), Portrait::read(lines)?);
        }
        Ok(golden)
    }
}

/// Where the goldens of this kind lie.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/goldens").join(name)
}

/// What differs between the goldens of a folder and what was found, each under the name of its
/// file; on wish the folder is brought up to date.
pub(crate) fn changes(
    folder: &Path,
    found: &BTreeMap<String, Golden>,
    update: bool,
) -> Vec<String> {
    let mut changes = Vec::new();
    let path = |name: &str| folder.join(format!("{name}{ENDING}"));
    for (name, golden) in found {
        let news = match read(folder, name) {
            Ok(kept) => kept.differences(golden),
            Err(why) => vec![format!("{name}: {why}")],
        };
        if update && !news.is_empty() {
            fs::create_dir_all(folder).expect("a folder for goldens");
            fs::write(path(name), golden.text()).expect("a golden is written");
        }
        changes.extend(news);
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.strip_suffix(ENDING).is_some_and(|name| found.contains_key(name)) {
            changes.push(format!("{name}: a golden without a sound"));
            if update {
                fs::remove_file(entry.path()).expect("a golden is removed");
            }
        }
    }
    changes
}

/// The golden of this name.
pub(crate) fn read(folder: &Path, name: &str) -> Result<Golden, String> {
    let text = fs::read_to_string(folder.join(format!("{name}{ENDING}")));
    Golden::parse(&text.map_err(|_| "a sound without a golden")?)
}
