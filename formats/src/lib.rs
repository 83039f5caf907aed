//! What others made: audio files in and out.
//!
//! Bytes in, samples out. No input makes this room panic or take memory without bound.

mod audio;
mod recording;
mod sniff;
mod wav;

pub use audio::{
    Audio, AudioError, LONGEST, MAX_CHANNELS, MAX_RATE, Note, decode, decode_bytes, decode_start,
};
pub use recording::load_recording;
pub use sniff::{Kind, kind, kind_of_file};
pub use wav::{Depth, write_wav};
