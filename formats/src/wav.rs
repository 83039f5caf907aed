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
    let format = head.get(chunk(head, b"fmt ")?..)?;
    let channels = u16::from_le_bytes(*format.get(2..)?.first_chunk()?);
    let rate = u32::from_le_bytes(*format.get(4..)?.first_chunk()?);
    Some((channels, rate))
}

/// The head of a WAV file whose writer did not live to fill in its lengths, with lengths that
/// mean "to the end"; nothing where they are in order.
pub(crate) fn mended(head: &[u8]) -> Option<Vec<u8>> {
    let data = chunk(head, b"data")?;
    let length = |at: usize| Some(u32::from_le_bytes(*head.get(at..)?.first_chunk()?) as usize);
    let (whole, sound) = (length(4)?, length(data - 4)?);
    let unfinished = sound == 0 && head.len() > data;
    if !unfinished && whole.saturating_add(8) >= data.saturating_add(sound) {
        return None;
    }
    let mut head = head.to_vec();
    head[4..8].fill(0xff);
    if unfinished {
        head[data - 4..data].fill(0xff);
    }
    Some(head)
}

/// Where the body of the first chunk of this name begins.
fn chunk(head: &[u8], name: &[u8; 4]) -> Option<usize> {
    let mut at = 12usize;
    loop {
        let (tag, length) = (head.get(at..)?.first_chunk::<4>()?, head.get(at + 4..)?);
        if tag == name {
            return Some(at + 8);
        }
        let length = u32::from_le_bytes(*length.first_chunk()?) as usize;
        at = at.checked_add(8)?.checked_add(length)?.checked_add(length & 1)?;
    }
}
