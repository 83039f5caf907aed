//! What a shell user does, with the real program.

mod breeding;
mod disks;
mod growing;
mod json;
mod learning;
mod morphing;
mod playing;
mod presets;
mod shell;
mod sounds;
