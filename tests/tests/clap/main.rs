//! The CLAP plug-in in a host of the same process.

mod host;
mod parameters;
mod realtime;
mod sound;
mod state;
