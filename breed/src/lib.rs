//! Search: listening to a target, distance, children and strands that grow towards a sound.

pub mod listen;
pub mod target;

pub use target::{Doubt, Pitch, Refusal, Target};
