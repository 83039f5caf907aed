//! A recording as the text of a file has it.

use std::sync::Arc;

use serde_json::Value;
use serde_json::value::RawValue;

use super::bounds::{self, line};
use super::packed::{pack, unpack};
use crate::{Clip, MAX_RECORDED, Recording};

/// The fields of a recording.
#[derive(serde::Deserialize)]
pub(super) struct ClipText<'a> {
    factory: Option<String>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    rate: u32,
    #[serde(default)]
    channels: usize,
    #[serde(default)]
    frames: usize,
    #[serde(default)]
    root: f32,
    #[serde(rename = "loop")]
    looped: Option<[usize; 2]>,
    #[serde(default)]
    hash: String,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

impl ClipText<'_> {
    /// The recording, or why it cannot be played.
    pub(super) fn clip(self) -> Result<Clip, String> {
        if let Some(name) = self.factory {
            return Ok(Clip::Factory(line(&name, bounds::WORD)));
        }
        let (channels, frames) = (self.channels, self.frames);
        if channels == 0 || channels > 2 {
            return Err(format!("{channels} channels are not 1 or 2"));
        }
        if frames == 0 || frames > MAX_RECORDED {
            return Err(format!("{frames} frames are not 1 to {MAX_RECORDED}"));
        }
        let samples = unpack(self.data, channels * frames)?;
        let samples = samples
            .ok_or_else(|| format!("its data is not {channels} channels of {frames} frames"))?;
        let channels = samples.chunks(frames).map(<[f32]>::to_vec).collect();
        let name = line(&self.name, bounds::WORD);
        let recording = Recording::new(name, self.rate, channels, self.root, self.looped)
            .map_err(|e| e.to_string())?;
        if recording.hash() != self.hash {
            return Err("its data does not match its hash".into());
        }
        Ok(Clip::Own(Arc::new(recording)))
    }
}

/// The recording as JSON.
pub(super) fn text(clip: &Clip) -> String {
    let word = |word: &str| Value::from(line(word, bounds::WORD)).to_string();
    let recording = match clip {
        Clip::Factory(name) => return format!(r#"{{"factory":{}}}"#, word(name)),
        Clip::Own(recording) => recording,
    };
    let looped = recording.looped().map_or(String::new(), |[a, b]| format!(r#""loop":[{a},{b}],"#));
    format!(
        r#"{{"name":{},"rate":{},"channels":{},"frames":{},"root":{},{looped}"hash":"{}","data":"{}"}}"#,
        word(recording.name()),
        recording.rate(),
        recording.channels().len(),
        recording.len(),
        recording.root(),
        recording.hash(),
        pack(recording.channels().iter().flatten())
    )
}
