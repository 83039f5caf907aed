//! The CLAP plug-in in a host of the same process.

mod family;
mod growth;
mod host;
mod parameters;
mod realtime;
mod sound;
mod state;
#[cfg(target_os = "linux")]
mod threads;
