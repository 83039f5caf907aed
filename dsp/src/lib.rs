//! What a sound sounds like.

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
mod mpe;
mod noise;
mod notes;
mod oscillator;
mod places;
mod pool;
mod routes;
mod saturation;
mod sound;
mod studio;
mod timbre;
mod tuning;
mod voice;

pub use engine::{Engine, VOICES};
pub use envelope::Stage;
pub use event::{Event, Timed, Which};
pub use math::CONTROL;
pub use mpe::{Zone, Zones};
pub use places::SOUNDS;
pub use sound::Sound;
pub use studio::{Note, Studio, render};
pub use tuning::Tuning;
pub use voice::Playhead;
