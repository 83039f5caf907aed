//! Hearing: where a sound begins and ends, its pitch, its level and its notes.

pub mod envelope;
pub mod notes;
pub mod onset;
pub mod pitch;
mod spectrum;

pub use spectrum::Spectrum;
