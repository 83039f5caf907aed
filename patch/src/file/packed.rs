//! Samples as text: little-endian bytes, deflated, in base64.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde_json::value::RawValue;

/// Samples as text.
pub(super) fn pack<'a>(samples: impl Iterator<Item = &'a f32>) -> String {
    let bytes: Vec<u8> = samples.flat_map(|s| s.to_le_bytes()).collect();
    let mut out = DeflateEncoder::new(Vec::new(), Compression::default());
    // Writing to memory cannot fail.
    let _ = out.write_all(&bytes);
    STANDARD.encode(out.finish().unwrap_or_default())
}

/// The samples of a text; the text expands to no more than `count` of them. Nothing where it
/// holds another number of them.
pub(super) fn unpack(data: Option<&RawValue>, count: usize) -> Result<Option<Vec<f32>>, String> {
    // Base64 needs no escapes, so the text between the quotes is the data.
    let data = data.map(RawValue::get).and_then(|d| d.strip_prefix('"')?.strip_suffix('"'));
    let data = data.ok_or("it has neither a name of the instrument's own nor data")?;
    let length = count * size_of::<f32>();
    let decoder = base64::read::DecoderReader::new(data.as_bytes(), &STANDARD);
    let mut bytes = Vec::with_capacity(length);
    DeflateDecoder::new(decoder)
        .take(length as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| format!("its data is damaged ({e})"))?;
    let samples = || bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    Ok((bytes.len() == length).then(samples))
}
