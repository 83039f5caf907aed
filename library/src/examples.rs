//! Sounds to grow towards on the first day, carried in the binary.

/// An example sound: a WAV file with its name.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// What the player reads.
    pub name: &'static str,
    /// The whole WAV file.
    pub wav: &'static [u8],
}

/// All example sounds. Their sources and licences stand in `sounds/LICENCES.md`.
pub const EXAMPLES: &[Example] = &[
    Example { name: "Harp", wav: include_bytes!("../sounds/harp.wav") },
    Example { name: "Voices", wav: include_bytes!("../sounds/oohs.wav") },
    Example { name: "Bell", wav: include_bytes!("../sounds/bell.wav") },
    Example { name: "Kick", wav: include_bytes!("../sounds/kick.wav") },
];
