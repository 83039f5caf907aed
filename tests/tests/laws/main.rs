//! Laws over the whole schema: every knob does something, nothing depends on the host's habits.

mod blocks;
mod hostile;
mod knobs;
mod stage;
