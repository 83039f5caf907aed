//! Search: listening to a target, distance, children and strands that grow towards a sound.

pub mod cross;
pub mod distance;
pub mod extract;
pub mod genome;
pub mod listen;
pub mod mutate;
pub mod rng;
pub mod target;
pub mod wild;

pub use distance::{Distances, Judge};
pub use rng::Rng;
pub use target::{Doubt, Pitch, Refusal, Target};
