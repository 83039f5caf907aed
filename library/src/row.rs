//! One preset in the list.

use std::path::PathBuf;

use cultivar_patch::Meta;
use uuid::Uuid;

/// Where a preset is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// In the instrument, under this name.
    Factory(String),
    /// In a file.
    File(PathBuf),
}

/// What the list shows of a preset.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Where it is kept.
    pub place: Place,
    /// Its identity; nil where it cannot be read.
    pub uuid: Uuid,
    /// Its name.
    pub name: String,
    /// Who made it.
    pub author: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What made it (`grow`, `blend`); empty where a player did.
    pub made_by: String,
    /// Whether the player marked it.
    pub favourite: bool,
    /// Why it cannot be read, where it cannot.
    pub trouble: Option<String>,
}

impl Row {
    pub(crate) fn new(place: Place, meta: Meta) -> Self {
        let Meta { uuid, name, author, tags, origin, .. } = meta;
        let made_by = origin.map(|origin| origin.operator).unwrap_or_default();
        Row { place, uuid, name, author, tags, made_by, favourite: false, trouble: None }
    }

    pub(crate) fn unreadable(path: PathBuf, reason: String) -> Self {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Row {
            place: Place::File(path),
            uuid: Uuid::nil(),
            name,
            author: String::new(),
            tags: Vec::new(),
            made_by: String::new(),
            favourite: false,
            trouble: Some(reason),
        }
    }

    /// By name, as a reader looks for it, then by place.
    pub(crate) fn order(&self) -> (String, &Place) {
        (self.name.to_lowercase(), &self.place)
    }
}

/// The row so many places after (or before) the one at `from`, round the end, leaving out
/// what cannot be read. Where `from` is not in the list, the first or last.
pub fn step<'a>(rows: &[&'a Row], from: Option<&Place>, by: isize) -> Option<&'a Row> {
    let good: Vec<&'a Row> = rows.iter().copied().filter(|row| row.trouble.is_none()).collect();
    let here = from.and_then(|place| good.iter().position(|row| row.place == *place));
    let next = match here {
        Some(here) => here as isize + by,
        None if by < 0 => -1,
        None => 0,
    };
    good.get(next.checked_rem_euclid(good.len() as isize)? as usize).copied()
}
