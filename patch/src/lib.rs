//! What a sound is: its parameters, wavetables, recording, drawn shapes and the preset that keeps them.
//!
//! `Patch<T>` holds one `T` for every parameter of the instrument. `Patch<Def>` is the schema,
//! `Patch<f32>` the values, `Patch<Id>` the address of each parameter. Everything that lists
//! parameters (host, preset file, genome, editor, documents) walks the schema; nothing else
//! in the project writes a list of them.

mod choices;
mod def;
pub mod disk;
pub mod factory;
mod file;
mod preset;
mod recording;
pub mod schema;
mod shape;
mod table;
mod text;
mod tree;

pub use def::{Breed, Def, Kind, Option_, Unit};
pub use file::{EXTENSION, FileError, Loaded, MAX_BYTES, Notice, VERSION};
pub use preset::{Clip, MAX_KNOTS, Meta, Origin, Parent, Partner, Preset, Table};
pub use recording::{MAX_RECORDED, RECORDED_RATES, Recording, RecordingError};
pub use schema::{Id, Patch, defs, id};
pub use shape::{MAX_POINTS, Point, Shape, bowed};
pub use table::{FRAME, MAX_FRAMES, TableError, Wavetable, hex};
pub use text::{amount_text, parse_amount};
