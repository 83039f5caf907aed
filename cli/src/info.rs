//! `cultivar info`: what a file is, and what of it can be used.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use cultivar_breed::Target;
use cultivar_formats::{AudioError, Kind, decode, kind_of_file};
use cultivar_patch::{Clip, Kind as Of, Preset, Recording, Shape, Table, defs, disk};
use serde_json::{Map, Value, json};

use crate::shell::{self, Done, Failure};

/// What to look at.
#[derive(Args)]
pub(crate) struct Info {
    /// An audio file, a .cultivar file or factory:NAME
    file: PathBuf,
}

impl Info {
    pub(crate) fn run(self) -> Result<Done, Failure> {
        let file = &self.file;
        if file.to_str().is_some_and(|word| word.starts_with("factory:")) {
            return Ok(of_preset(file, &shell::patch(file)?));
        }
        let kind = kind_of_file(file).map_err(|e| Failure::new(file, disk::reason(&e)))?;
        let preset = kind == Kind::Preset
            || (!kind.is_audio() && file.extension().is_some_and(|end| end == "cultivar"));
        if preset && !matches!(kind, Kind::Folder | Kind::NotFile) {
            return Ok(of_preset(file, &shell::patch(file)?));
        }
        match kind {
            Kind::Other => Err(Failure::new(file, "it is neither audio nor a preset")),
            _ => of_audio(file).map_err(|e| Failure::new(file, e)),
        }
    }
}

fn of_audio(file: &Path) -> Result<Done, AudioError> {
    let audio = decode(file)?;
    let channels: Vec<&[f32]> = audio.channels.iter().map(Vec::as_slice).collect();
    let peak = shell::peak(&channels);
    let mut doubts: Vec<String> = audio.notes.iter().map(ToString::to_string).collect();
    let mut text = format!(
        "{}: {} audio\n  {:.3} s, {} Hz, {} channel{}, peak {peak:.1} dB\n",
        file.display(),
        audio.kind.name(),
        audio.whole(),
        audio.rate,
        channels.len(),
        if channels.len() == 1 { "" } else { "s" },
    );
    let mut json = json!({
        "file": file,
        "kind": audio.kind.name(),
        "seconds": audio.whole(),
        "rate": audio.rate,
        "channels": channels.len(),
        "peak": shell::level(peak),
        "target": false,
    });
    match Target::listen(&audio.mono(), audio.rate as f32) {
        Ok(target) => {
            doubts.extend(target.doubts.iter().map(ToString::to_string));
            let _ = writeln!(text, "  can be grown towards: {}", heard(&target));
            json["target"] = true.into();
            json["heard"] = heard_json(&target);
        }
        Err(refusal) => doubts.push(format!("cannot be grown towards: {refusal}")),
    }
    doubts.iter().for_each(|doubt| text += &format!("  {doubt}\n"));
    json["doubts"] = doubts.into();
    Ok(Done::new(text, json))
}

/// What was heard in a target, in one line.
pub(crate) fn heard(target: &Target) -> String {
    let pitch = if target.confidence > 0.0 { note_name(target.note) } else { "no pitch".into() };
    let Target { duration, attack, release, .. } = target;
    format!("{pitch}, {duration:.2} s, attack {:.0} ms, let go at {release:.2} s", 1000.0 * attack)
}

/// The same for programs.
pub(crate) fn heard_json(target: &Target) -> Value {
    json!({
        "note": (target.confidence > 0.0).then_some(target.note),
        "confidence": target.confidence,
        "onset": target.onset,
        "seconds": target.duration,
        "attack": target.attack,
        "release": target.release,
        "noisiness": target.noisiness,
        "hash": target.hash,
    })
}

/// `A4 +3 ct`.
fn note_name(note: f32) -> String {
    const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
    let key = note.round();
    let name = NAMES[(key as i32).rem_euclid(12) as usize];
    let octave = (key as i32).div_euclid(12) - 1;
    format!("{name}{octave} {:+.0} ct", 100.0 * (note - key))
}

fn of_preset(file: &Path, preset: &Preset) -> Done {
    let meta = &preset.meta;
    let mut text = format!("{}: Cultivar preset “{}”", file.display(), meta.name);
    if !meta.author.is_empty() {
        let _ = write!(text, " by {}", meta.author);
    }
    text.push('\n');
    if !meta.tags.is_empty() {
        let _ = writeln!(text, "  tags: {}", meta.tags.join(", "));
    }
    if let Some(origin) = &meta.origin {
        let parents: Vec<&str> = origin.parents.iter().map(|p| p.name.as_str()).collect();
        let of =
            if parents.is_empty() { String::new() } else { format!(" of {}", parents.join(", ")) };
        let _ = writeln!(text, "  made by {}{of}, seed {}", origin.operator, origin.seed);
    }
    let tables: Vec<Value> = preset.tables.iter().map(table).collect();
    for (k, table) in preset.tables.iter().enumerate() {
        if let Table::Own(own) = table {
            let _ = writeln!(text, "  table {}: {} ({} frames)", k + 1, own.name(), own.len());
        } else if let (Table::Factory(name), true) = (table, *table != Table::default()) {
            let _ = writeln!(text, "  table {}: {name}", k + 1);
        }
    }
    if preset.patch.sample.on > 0.5 || preset.clip != Clip::default() {
        let _ = writeln!(text, "  recording: {}", recording_name(&preset.clip));
    }
    let drawn = preset.shapes.iter().filter(|shape| **shape != Shape::default()).count();
    if drawn > 0 {
        let _ = writeln!(text, "  {drawn} drawn LFO shapes");
    }
    let (params, lines) = changed(preset);
    let _ = writeln!(
        text,
        "  {} of {} parameters are not default:\n{lines}",
        params.len(),
        defs().len()
    );
    let json = json!({
        "file": file,
        "kind": Kind::Preset.name(),
        "name": meta.name,
        "author": meta.author,
        "uuid": meta.uuid,
        "tags": meta.tags,
        "notes": meta.notes,
        "origin": meta.origin,
        "tables": tables,
        "recording": recording(&preset.clip),
        "shapes": drawn,
        "params": params,
    });
    Done::new(text, json)
}

fn table(table: &Table) -> Value {
    match table {
        Table::Factory(name) => json!({ "factory": name }),
        Table::Own(own) => json!({ "name": own.name(), "frames": own.len() }),
    }
}

fn recording_name(clip: &Clip) -> String {
    match clip {
        Clip::Factory(name) => name.clone(),
        Clip::Own(own) => format!("{} ({:.2} s)", own.name(), seconds(own)),
    }
}

fn recording(clip: &Clip) -> Value {
    match clip {
        Clip::Factory(name) => json!({ "factory": name }),
        Clip::Own(own) => json!({
            "name": own.name(),
            "seconds": seconds(own),
            "rate": own.rate(),
            "channels": own.channels().len(),
            "root": own.root(),
            "loop": own.looped(),
        }),
    }
}

fn seconds(recording: &Recording) -> f64 {
    recording.len() as f64 / f64::from(recording.rate())
}

/// The parameters that are not default: for programs, and as lines with their values as a
/// player reads them.
fn changed(preset: &Preset) -> (Map<String, Value>, String) {
    let mut params = Map::new();
    let mut lines = String::new();
    let leaves = defs().iter().zip(preset.patch.leaves());
    for (def, &value) in leaves.filter(|(def, value)| **value != def.default) {
        let text = def.text(value);
        let _ = writeln!(lines, "    {:24} {text}", def.id);
        let plain = if def.kind == Of::Real { json!(value) } else { json!(text) };
        params.insert(def.id.clone(), plain);
    }
    (params, lines)
}
