//! The preset file: UTF-8 JSON with the values that are not default.
//!
//! ```json
//! {
//!   "format": "cultivar",
//!   "version": 1,
//!   "name": "Glass bell",
//!   "params": {
//!     "filter.1.cutoff": 72.0,
//!     "filter.1.model": "low24"
//!   },
//!   "tables": [{"factory": "saw"}, {"factory": "saw"}, {"factory": "saw"}]
//! }
//! ```
//!
//! A recording other than the default one is written as `recording`, like a table.
//! Where it can morph, `partner` holds a second preset, written like the first.

mod clip;
mod fields;
mod migrate;
mod packed;
mod read;
mod write;

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use crate::{Meta, Preset, disk};

pub use migrate::VERSION;

/// How the name of a preset file ends.
pub const EXTENSION: &str = "cultivar";
/// Most bytes of a preset file.
pub const MAX_BYTES: usize = 32 << 20;

/// A preset as it was found, with what was odd about it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The preset, legal in every part.
    pub preset: Preset,
    /// What could not be taken as it stands.
    pub notices: Vec<Notice>,
}

/// Something in a file that could not be taken as it stands, without stopping the rest.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Notice {
    /// A newer Cultivar wrote the file.
    #[error("it is of a newer Cultivar (file version {0}); it may sound different here")]
    Newer(u64),
    /// A key that this version does not know; it stays for the next save.
    #[error("{0}: not known here, kept as it is")]
    Unknown(String),
    /// A value out of its range.
    #[error("{key}: {found} is out of range, taken as {taken}")]
    Clamped {
        /// The key in the file.
        key: String,
        /// The value in the file.
        found: f64,
        /// The value taken instead.
        taken: f32,
    },
    /// A value of the wrong kind, replaced by the default.
    #[error("{key}: {why}, the default is taken")]
    Ignored {
        /// The key in the file.
        key: String,
        /// What is wrong with its value.
        why: String,
    },
    /// A text or list longer than it may be, cut.
    #[error("{key}: too long, cut to {limit}")]
    Cut {
        /// The key in the file.
        key: String,
        /// What is left of it.
        limit: usize,
    },
}

impl Notice {
    /// The same of a part with this key.
    fn within(mut self, part: &str) -> Self {
        match &mut self {
            Notice::Newer(_) => {}
            Notice::Unknown(key)
            | Notice::Clamped { key, .. }
            | Notice::Ignored { key, .. }
            | Notice::Cut { key, .. } => *key = format!("{part}, {key}"),
        }
        self
    }
}

/// Why a preset cannot be read or written. The text is a reason; whoever shows it names the
/// file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The disk says no.
    #[error("{}", disk::reason(.0))]
    Disk(#[from] std::io::Error),
    /// A folder, a pipe or a device.
    #[error("it is not a file")]
    NotFile,
    /// Larger than any preset.
    #[error("it is larger than a preset can be ({} MiB)", MAX_BYTES >> 20)]
    TooLarge,
    /// Nothing in it.
    #[error("it is empty")]
    Empty,
    /// Some other kind of file.
    #[error("it is not a Cultivar preset")]
    NotPreset,
    /// Cut off or damaged.
    #[error("it is damaged at byte {offset}: {why}")]
    Syntax {
        /// Where reading stopped, in bytes from the start.
        offset: usize,
        /// What was wrong there.
        why: String,
    },
    /// A part that cannot be used and must not be guessed.
    #[error("{key}: {why}")]
    Part {
        /// The key in the file.
        key: String,
        /// What is wrong with it.
        why: String,
    },
    /// Writing would replace a preset of a newer version, and what only that one knows.
    #[error("a newer Cultivar wrote it (file version {0}); save under another name")]
    Newer(u64),
}

impl Preset {
    /// The preset as a file: keys sorted, the same bytes for the same preset.
    pub fn to_json(&self) -> String {
        write::json(self)
    }

    /// Reads a file's bytes. What is missing is default, what is out of range is clamped, what
    /// is unknown is kept for the next save; all of that is in the notices.
    pub fn from_json(bytes: impl AsRef<[u8]>) -> Result<Loaded, FileError> {
        read::preset(bytes.as_ref())
    }

    /// Reads the file at `path`. A preset without a name takes that of its file.
    pub fn load(path: &Path) -> Result<Loaded, FileError> {
        let mut loaded = Preset::from_json(bytes_of(path)?)?;
        loaded.preset.meta.take_name_of(path);
        Ok(loaded)
    }

    /// Writes the file at `path` whole or not at all. Never replaces a preset of a newer
    /// version.
    pub fn save(&self, path: &Path) -> Result<(), FileError> {
        let there = bytes_of(path).ok().and_then(|bytes| read::version(&bytes));
        if let Some(version) = there.filter(|&version| version > u64::from(VERSION)) {
            return Err(FileError::Newer(version));
        }
        let json = self.to_json();
        disk::replace(path, |out| Ok(out.write_all(json.as_bytes())?))
    }
}

impl Meta {
    /// Reads what the player knows of the preset at `path`, without its sound.
    pub fn load(path: &Path) -> Result<Meta, FileError> {
        let mut meta = read::meta(&bytes_of(path)?)?;
        meta.take_name_of(path);
        Ok(meta)
    }

    fn take_name_of(&mut self, path: &Path) {
        if let Some(stem) = path.file_stem().filter(|_| self.name.is_empty()) {
            self.name = bounds::line(&stem.to_string_lossy(), bounds::NAME);
        }
    }
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, FileError> {
    let known = fs::metadata(path)?;
    if !known.is_file() {
        return Err(FileError::NotFile);
    }
    if known.len() > MAX_BYTES as u64 {
        return Err(FileError::TooLarge);
    }
    let mut bytes = Vec::with_capacity(known.len() as usize);
    fs::File::open(path)?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Bounds of what a file may carry, kept on both ways.
mod bounds {
    /// Most characters of a name or an author.
    pub(super) const NAME: usize = 200;
    /// Most characters of a tag or the name of a macro, a table or an operator.
    pub(super) const WORD: usize = 64;
    /// Most tags.
    pub(super) const TAGS: usize = 64;
    /// Most characters of the notes.
    pub(super) const NOTES: usize = 1 << 16;
    /// Most parents of an origin.
    pub(super) const PARENTS: usize = 64;
    /// Most keys at the top of a file.
    pub(super) const KEYS: usize = 1024;
    /// Most bytes of all values that are not tables or shapes.
    pub(super) const VALUES: usize = 1 << 20;

    /// `text` on one line and at most `limit` characters long.
    pub(super) fn line(text: &str, limit: usize) -> String {
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(limit).collect()
    }

    /// `text` at most `limit` characters long.
    pub(super) fn block(text: &str, limit: usize) -> String {
        text.chars().take(limit).collect()
    }
}
