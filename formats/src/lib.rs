//! What others made: audio files in and out, tunings in.
//!
//! Bytes in, samples and pitches out. No input makes this room panic or take memory without bound.

mod audio;
mod recording;
mod scala;
mod sniff;
mod wav;

pub use audio::{
    Audio, AudioError, LONGEST, MAX_CHANNELS, MAX_RATE, Note, decode, decode_bytes, decode_start,
};
pub use recording::load_recording;
pub use scala::{MAX_SCALA, Mapping, ScalaError, Scale, read_scala, tuning};
pub use sniff::{Kind, kind, kind_of_file};
pub use wav::{Depth, write_wav};
