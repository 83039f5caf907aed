//! What the player keeps: the preset folder, its names and tags.

pub mod examples;
