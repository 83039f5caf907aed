//! Why a model is not used, in words for the player.

use std::path::PathBuf;

/// Why a model is not used. Growth goes on without it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// A file cannot be read.
    #[error("{}: {reason}", .file.display())]
    Missing {
        /// The file.
        file: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The card of a model is no card.
    #[error("{file}: it is no model card: {reason}")]
    NoCard {
        /// The card.
        file: String,
        /// What is wrong in it.
        reason: String,
    },
    /// The model was trained for other parameters.
    #[error(
        "the model was trained for another version of the instrument (its schema is {found:.8}, not {wanted:.8})"
    )]
    Schema {
        /// Hash of the schema of this build.
        wanted: String,
        /// Hash of the schema that the card names.
        found: String,
    },
    /// A file is not as long as its card says.
    #[error(
        "{file}: it has {found} bytes, its card says {wanted}: it is cut short or another file"
    )]
    Length {
        /// The file.
        file: String,
        /// Bytes that the card says.
        wanted: usize,
        /// Bytes that are there.
        found: usize,
    },
    /// The bytes of a file are not those of its card.
    #[error("{file}: its bytes are not those that its card names: it is damaged or another file")]
    Damaged {
        /// The file.
        file: String,
    },
    /// A file is no network.
    #[error("{file}: it is no network that can be run: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the engine says.
        reason: String,
    },
    /// A network takes something else than a sound or a patch of this instrument.
    #[error("{file}: it is a network for something else")]
    Foreign {
        /// The file.
        file: String,
    },
    /// A network failed while it ran.
    #[error("{file}: it failed: {reason}")]
    Failed {
        /// The file.
        file: String,
        /// What the engine says.
        reason: String,
    },
    /// A native library cannot be used.
    #[error("{}: {reason}", .library.display())]
    Runtime {
        /// The library.
        library: PathBuf,
        /// Why.
        reason: String,
    },
    /// The engine that runs models does not start.
    #[error("models cannot be run: {0}")]
    Engine(String),
}
