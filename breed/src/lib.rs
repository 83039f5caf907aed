//! Search: listening to a target, distance, children and strands that grow towards a sound.

pub mod distance;
pub mod listen;
pub mod rng;
pub mod target;

pub use distance::{Distances, Judge};
pub use rng::Rng;
pub use target::{Doubt, Pitch, Refusal, Target};
