//! What a sound sounds like.

mod arc;
pub mod effects;
mod engine;
mod envelope;
mod event;
pub mod factory;
mod filter;
mod halfband;
mod isa;
mod lfo;
mod math;
mod motion;
mod noise;
mod notes;
mod oscillator;
mod places;
mod pool;
mod random;
mod routes;
mod sample;
mod saturation;
mod sound;
mod studio;
mod timbre;
mod voice;

pub use engine::{Engine, VOICES};
pub use envelope::Stage;
pub use event::{Event, Timed, Which};
pub use math::CONTROL;
pub use places::SOUNDS;
pub use sound::Sound;
pub use studio::{Note, Studio, render};
pub use voice::Playhead;
