//! What was learned: a model that proposes patches for a sound, and the data it grows from.

pub mod dataset;
mod engine;
pub mod genome;
mod model;
mod proposer;
mod refusal;

pub use engine::use_native;
pub use model::{BATCH, CARD, Dream, Model};
pub use proposer::Learned;
pub use refusal::Refusal;
