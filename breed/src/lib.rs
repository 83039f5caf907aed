//! Search: listening to a target, distance, children and strands that grow towards a sound.

pub mod cross;
pub mod distance;
pub mod explain;
pub mod extract;
pub mod fit;
pub mod genome;
pub mod growth;
pub mod listen;
pub mod litter;
mod loudness;
pub mod morph;
pub mod moves;
pub mod mutate;
pub mod proposer;
pub mod rng;
pub mod simplify;
mod stock;
pub mod stop;
pub mod strand;
pub mod target;
pub mod trial;
pub mod wild;

pub use cross::{Child, Operator};
pub use distance::{Distances, Judge};
pub use growth::{Growth, Progress, Settings};
pub use litter::{Barren, Booth, Litter, Recipe};
pub use proposer::{Proposer, proposers};
pub use rng::Rng;
pub use stop::{NEVER, Stop};
pub use strand::{Node, Strand};
pub use target::{Doubt, Pitch, Refusal, Target};
pub use trial::{Trial, Verdict, perform};
