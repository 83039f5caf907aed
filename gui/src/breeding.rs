//! What the player asks for on the Breed page.

use std::path::PathBuf;

use crate::view::{Mix, Section};

/// A wish of the Breed page.
#[derive(Clone, Debug, PartialEq)]
pub enum Breeding {
    /// Make the preset of a row a parent, by the id of the row.
    AddPreset(String),
    /// Make a preset file a parent, as dropped.
    AddFile(PathBuf),
    /// Make the preset being edited a parent.
    AddEdited,
    /// Make a node of the garden a parent.
    AddNode {
        /// The strand.
        strand: usize,
        /// The node.
        node: usize,
    },
    /// Make a child a parent beside the others.
    AddChild(usize),
    /// Take a parent out of the tray.
    RemoveParent(usize),
    /// Let a parent count for more or less.
    SetWeight {
        /// The parent.
        parent: usize,
        /// How much it counts, 0 to 1.
        weight: f32,
    },
    /// Mix the parents in another way.
    SetMix(Mix),
    /// Change children more or less after they are mixed, 0 to 1.
    SetMutation(f32),
    /// Let all children have a section from the first parent, or not.
    Lock {
        /// The section.
        section: Section,
        /// Whether they have it from there.
        on: bool,
    },
    /// Have another litter.
    NewLitter,
    /// Have a litter of the loved children of this one.
    FromLoved,
    /// Look at another litter of the family.
    ShowLitter(usize),
    /// Choose a child, and let it be heard.
    Select(usize),
    /// Let a child be heard.
    Play(usize),
    /// Let every key of the octave play its child, or none.
    OnKeys(bool),
    /// Love a child, or not.
    Love {
        /// The child.
        child: usize,
        /// Whether it is loved.
        on: bool,
    },
    /// Keep a child as a preset and edit it.
    Keep(usize),
    /// Make a child the one parent, and have its litter.
    Plant(usize),
    /// Let the preset being edited morph to a child.
    MorphTo(usize),
    /// Edit a child, without keeping it.
    Open(usize),
    /// Take back an error.
    Dismiss,
}
