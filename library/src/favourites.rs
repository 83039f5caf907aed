//! The presets that the player marked, in a small file beside them.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use cultivar_patch::disk;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Trouble;

/// Most bytes of the file.
const MAX_BYTES: u64 = 8 << 20;

#[derive(Default, Serialize, Deserialize)]
struct Favourites {
    #[serde(default)]
    favourites: BTreeSet<Uuid>,
}

fn file(home: &Path) -> PathBuf {
    home.join("favourites.json")
}

/// What is marked. A damaged file is set aside, so that nothing in it is lost.
pub(crate) fn read(home: &Path) -> Result<BTreeSet<Uuid>, Trouble> {
    let path = file(home);
    match fs::metadata(&path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(e) => return Err(Trouble::io(&path, &e)),
        Ok(known) if !known.is_file() || known.len() > MAX_BYTES => {
            return Err(Trouble::new(&path, "it is not a list of favourites"));
        }
        Ok(_) => {}
    }
    let bytes = fs::read(&path).map_err(|e| Trouble::io(&path, &e))?;
    match serde_json::from_slice::<Favourites>(&bytes) {
        Ok(found) => Ok(found.favourites),
        Err(_) => {
            let aside = path.with_extension("damaged.json");
            fs::rename(&path, &aside).map_err(|e| Trouble::io(&path, &e))?;
            Err(Trouble::new(&path, format!("it was damaged and is now {}", aside.display())))
        }
    }
}

/// Writes what is marked.
pub(crate) fn write(home: &Path, favourites: &BTreeSet<Uuid>) -> Result<(), Trouble> {
    let path = file(home);
    let text = serde_json::to_string_pretty(&Favourites { favourites: favourites.clone() });
    let text = text.map_err(|e| Trouble::new(&path, e))?;
    disk::replace(&path, |out| out.write_all(text.as_bytes())).map_err(|e| Trouble::io(&path, &e))
}
