//! What the player keeps: a folder of presets.
//!
//! The folder is the truth; everything here can be made again from it. Nothing is ever
//! overwritten by something else, and what is removed is only set aside.

pub mod examples;
pub mod factory;
mod favourites;
mod home;
mod name;
mod query;
mod row;
mod shelf;

pub use home::{PORTABLE, home};
pub use name::file_name;
pub use query::Query;
pub use row::{Place, Row, step};
pub use shelf::Library;

use std::path::{Path, PathBuf};

/// What went wrong, with which file: `/home/me/a.cultivar: the disk is full`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct Trouble {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

impl Trouble {
    fn new(path: &Path, reason: impl ToString) -> Self {
        Trouble { path: path.to_owned(), reason: reason.to_string() }
    }

    fn io(path: &Path, error: &std::io::Error) -> Self {
        Trouble::new(path, cultivar_patch::disk::reason(error))
    }
}
