//! A recording: a short sound as it was, with the key that it was played at.

use sha2::{Digest, Sha256};

use crate::table::hex;

/// Most frames of a recording, a frame being one sample of each channel: 10 s at 48 kHz.
pub const MAX_RECORDED: usize = 480_000;
/// Lowest and highest sampling rate of a recording in hertz.
pub const RECORDED_RATES: [u32; 2] = [4_000, 192_000];

/// Why samples cannot be a recording.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RecordingError {
    /// Neither mono nor stereo.
    #[error("{0} channels are not 1 or 2")]
    Channels(usize),
    /// No samples, too many, or channels of different lengths.
    #[error("{0} samples of a channel are not 1 to {MAX_RECORDED}, alike in all channels")]
    Length(usize),
    /// A sampling rate that no recording has.
    #[error("a rate of {0} Hz is not {low} to {high} Hz", low = RECORDED_RATES[0], high = RECORDED_RATES[1])]
    Rate(u32),
    /// A sample is not finite.
    #[error("sample {0} is not a number")]
    NotFinite(usize),
    /// A key that is none.
    #[error("its key is not a MIDI note of 0 to 127")]
    Root,
    /// A loop that ends before it begins, or after the recording.
    #[error("its loop from {0} to {1} does not lie within it")]
    Loop(usize, usize),
}

/// One or two channels of samples, nominally within ±1.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    name: String,
    rate: u32,
    channels: Vec<Vec<f32>>,
    root: f32,
    looped: Option<[usize; 2]>,
}

impl Recording {
    /// Checks and takes one channel of samples, or left and right, at a rate in hertz, played
    /// at MIDI note `root` (0 to 127, with cents after the point). `looped` is where the loop
    /// begins and the frame after its last one; without it the whole is the loop. Samples
    /// beyond ±8 are clamped.
    pub fn new(
        name: impl Into<String>,
        rate: u32,
        mut channels: Vec<Vec<f32>>,
        root: f32,
        looped: Option<[usize; 2]>,
    ) -> Result<Self, RecordingError> {
        if channels.is_empty() || channels.len() > 2 {
            return Err(RecordingError::Channels(channels.len()));
        }
        if !(RECORDED_RATES[0]..=RECORDED_RATES[1]).contains(&rate) {
            return Err(RecordingError::Rate(rate));
        }
        let frames = channels[0].len();
        let odd = channels.iter().map(Vec::len).find(|len| *len != frames).unwrap_or(frames);
        if odd != frames || frames == 0 || frames > MAX_RECORDED {
            return Err(RecordingError::Length(odd));
        }
        if let Some(bad) = channels.iter().find_map(|c| c.iter().position(|s| !s.is_finite())) {
            return Err(RecordingError::NotFinite(bad));
        }
        if !(0.0..=127.0).contains(&root) {
            return Err(RecordingError::Root);
        }
        if let Some([start, end]) = looped.filter(|[start, end]| start >= end || *end > frames) {
            return Err(RecordingError::Loop(start, end));
        }
        channels.iter_mut().flatten().for_each(|s| *s = s.clamp(-8.0, 8.0));
        Ok(Recording { name: name.into(), rate, channels, root, looped })
    }

    /// What the recording is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its sampling rate in hertz.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Its samples: of the only channel, or of left and right.
    pub fn channels(&self) -> &[Vec<f32>] {
        &self.channels
    }

    /// The MIDI note it was played at.
    pub fn root(&self) -> f32 {
        self.root
    }

    /// Where its loop begins and the frame after its last one, where it has one of its own.
    pub fn looped(&self) -> Option<[usize; 2]> {
        self.looped
    }

    /// Samples of each channel, 1 to [`MAX_RECORDED`].
    pub fn len(&self) -> usize {
        self.channels[0].len()
    }

    /// Never: a recording has at least one frame.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// SHA-256, in hex, of all that sounds: rate, root, loop, number of channels and their
    /// samples as little-endian bytes, one channel after the other. The recording's identity
    /// in files.
    pub fn hash(&self) -> String {
        let mut sha = Sha256::new();
        sha.update(self.rate.to_le_bytes());
        sha.update(self.root.to_le_bytes());
        for place in self.looped.unwrap_or_default() {
            sha.update((place as u64).to_le_bytes());
        }
        sha.update([self.channels.len() as u8]);
        for sample in self.channels.iter().flatten() {
            sha.update(sample.to_le_bytes());
        }
        hex(&sha.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_recording_is_refused() {
        let make = |channels: &[usize], rate, root, looped| {
            let channels = channels.iter().map(|len| vec![0.5; *len]).collect();
            Recording::new("r", rate, channels, root, looped).map(|r| r.len())
        };
        assert_eq!(make(&[7, 7], 44_100, 60.5, Some([2, 7])), Ok(7));
        assert_eq!(make(&[MAX_RECORDED], 48_000, 0.0, None), Ok(MAX_RECORDED));
        assert_eq!(make(&[], 48_000, 60.0, None), Err(RecordingError::Channels(0)));
        assert_eq!(make(&[1; 3], 48_000, 60.0, None), Err(RecordingError::Channels(3)));
        assert_eq!(make(&[0], 48_000, 60.0, None), Err(RecordingError::Length(0)));
        assert_eq!(make(&[3, 2], 48_000, 60.0, None), Err(RecordingError::Length(2)));
        let long = MAX_RECORDED + 1;
        assert_eq!(make(&[long], 48_000, 60.0, None), Err(RecordingError::Length(long)));
        assert_eq!(make(&[1], 0, 60.0, None), Err(RecordingError::Rate(0)));
        for root in [-0.1, 127.1, f32::NAN] {
            assert_eq!(make(&[1], 48_000, root, None), Err(RecordingError::Root));
        }
        for [start, end] in [[3, 3], [0, 8], [5, 2]] {
            let error = Err(RecordingError::Loop(start, end));
            assert_eq!(make(&[7], 48_000, 60.0, Some([start, end])), error);
        }
        let bad = vec![vec![0.0, f32::NAN]];
        let error = Recording::new("r", 48_000, bad, 60.0, None).expect_err("no number");
        assert_eq!(error, RecordingError::NotFinite(1));
        let loud = Recording::new("r", 48_000, vec![vec![99.0]], 60.0, None).expect("clamped");
        assert_eq!(loud.channels(), [[8.0]]);
    }

    #[test]
    fn all_that_sounds_is_in_the_hash() {
        let make = |rate, channels: &[&[f32]], root, looped| {
            let channels = channels.iter().map(|c| c.to_vec()).collect();
            Recording::new("r", rate, channels, root, looped).expect("legal").hash()
        };
        let hashes = [
            make(48_000, &[&[0.1, 0.2]], 60.0, None),
            make(44_100, &[&[0.1, 0.2]], 60.0, None),
            make(48_000, &[&[0.1], &[0.2]], 60.0, None),
            make(48_000, &[&[0.1, 0.2]], 61.0, None),
            make(48_000, &[&[0.1, 0.2]], 60.0, Some([0, 2])),
            make(48_000, &[&[0.1, 0.3]], 60.0, None),
        ];
        for (k, hash) in hashes.iter().enumerate() {
            assert!(hash.len() == 64 && !hashes[..k].contains(hash));
        }
        assert_eq!(make(48_000, &[&[0.1, 0.2]], 60.0, None), hashes[0]);
    }
}
