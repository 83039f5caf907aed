//! A wavetable: single cycles of a sound, one after the other.

use sha2::{Digest, Sha256};

/// Samples in one frame.
pub const FRAME: usize = 2048;
/// Most frames in one table.
pub const MAX_FRAMES: usize = 256;

/// Why samples cannot be a wavetable.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TableError {
    /// Not a whole number of frames, none at all, or too many.
    #[error("{0} samples are not 1 to {MAX_FRAMES} frames of {FRAME}")]
    Length(usize),
    /// A sample is not finite.
    #[error("sample {0} is not a number")]
    NotFinite(usize),
}

/// Single-cycle frames of [`FRAME`] samples, nominally within ±1.
#[derive(Clone, Debug, PartialEq)]
pub struct Wavetable {
    name: String,
    samples: Vec<f32>,
}

impl Wavetable {
    /// Checks and takes `samples`, frame after frame. Samples beyond ±8 are clamped.
    pub fn new(name: impl Into<String>, mut samples: Vec<f32>) -> Result<Self, TableError> {
        let frames = samples.len() / FRAME;
        if !samples.len().is_multiple_of(FRAME) || frames == 0 || frames > MAX_FRAMES {
            return Err(TableError::Length(samples.len()));
        }
        if let Some(bad) = samples.iter().position(|s| !s.is_finite()) {
            return Err(TableError::NotFinite(bad));
        }
        samples.iter_mut().for_each(|s| *s = s.clamp(-8.0, 8.0));
        Ok(Wavetable { name: name.into(), samples })
    }

    /// What the table is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All samples, frame after frame.
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Number of frames, 1 to [`MAX_FRAMES`].
    pub fn len(&self) -> usize {
        self.samples.len() / FRAME
    }

    /// Never: a table has at least one frame.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// One frame.
    pub fn frame(&self, index: usize) -> &[f32] {
        &self.samples[index * FRAME..][..FRAME]
    }

    /// SHA-256 of the samples as little-endian bytes, in hex: the table's identity in files.
    pub fn hash(&self) -> String {
        let mut sha = Sha256::new();
        for sample in &self.samples {
            sha.update(sample.to_le_bytes());
        }
        hex(&sha.finalize())
    }
}

/// Bytes in hexadecimal: how hashes are written.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
