//! WAV files written.

use std::path::Path;

use cultivar_patch::disk;
use hound::{SampleFormat, WavSpec, WavWriter};

use crate::AudioError;

/// How samples are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// Numbers of 32 bits with a point: nothing is lost, nothing clips.
    #[default]
    Float32,
    /// Whole numbers of 16 bits; what is beyond ±1 clips.
    Int16,
}

/// Writes `channels`, equally long, as a WAV file whole or not at all. Samples that are not
/// finite are written as silence.
pub fn write_wav(
    path: &Path,
    channels: &[&[f32]],
    rate: u32,
    depth: Depth,
) -> Result<(), AudioError> {
    let count = u16::try_from(channels.len()).ok().filter(|&count| count > 0);
    let count = count.ok_or(AudioError::Channels(channels.len()))?;
    let frames = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
    let (bits, sample_format) = match depth {
        Depth::Float32 => (32, SampleFormat::Float),
        Depth::Int16 => (16, SampleFormat::Int),
    };
    let bytes = frames as u64 * u64::from(count) * u64::from(bits / 8);
    if bytes > u64::from(u32::MAX) - 1024 {
        return Err(AudioError::TooLong);
    }
    let spec = WavSpec { channels: count, sample_rate: rate, bits_per_sample: bits, sample_format };
    disk::replace(path, |out| {
        let mut writer = WavWriter::new(out, spec).map_err(of_hound)?;
        for frame in 0..frames {
            for channel in channels {
                let sample = if channel[frame].is_finite() { channel[frame] } else { 0.0 };
                match depth {
                    Depth::Float32 => writer.write_sample(sample),
                    Depth::Int16 => writer.write_sample((sample * 32767.0).round() as i16),
                }
                .map_err(of_hound)?;
            }
        }
        writer.finalize().map_err(of_hound)
    })
}

fn of_hound(error: hound::Error) -> AudioError {
    match error {
        hound::Error::IoError(e) => AudioError::Disk(e),
        _ => AudioError::TooLong,
    }
}

/// Channels and rate as the header of a WAV file gives them, where `head` reaches so far.
pub(crate) fn announced(head: &[u8]) -> Option<(u16, u32)> {
    let mut rest = head.get(12..)?;
    loop {
        let (tag, length) = (rest.get(..4)?, rest.get(4..8)?.first_chunk().copied()?);
        let body = rest.get(8..)?;
        if tag == b"fmt " {
            let channels = u16::from_le_bytes(*body.get(2..4)?.first_chunk()?);
            let rate = u32::from_le_bytes(*body.get(4..8)?.first_chunk()?);
            return Some((channels, rate));
        }
        let length = u32::from_le_bytes(length) as usize;
        rest = body.get(length.checked_add(length & 1)?..)?;
    }
}
