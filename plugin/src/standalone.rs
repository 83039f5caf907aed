//! The instrument as a program of its own.

use nice_plug::prelude::nice_export_standalone;

fn main() {
    nice_export_standalone::<cultivar_plugin::Cultivar>();
}
