//! A preset from the bytes of a file, whatever the bytes.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::clip::ClipText;
use super::fields::{Fields, First};
use super::migrate::{self, Params, VERSION};
use super::packed::unpack;
use super::{FileError, Loaded, Notice, bounds};
use crate::{
    Clip, Def, FRAME, Id, Kind, MAX_FRAMES, MAX_KNOTS, MAX_POINTS, Meta, Origin, Partner, Patch,
    Point, Preset, Shape, Table, Wavetable, defs,
};

/// Most notices of one file; the rest would say the same.
const MAX_NOTICES: usize = 100;

/// Reads a whole file. The parts are found first, without copying them, then each is read by
/// its own type, so that memory stays near the size of the file.
pub(super) fn preset(bytes: &[u8]) -> Result<Loaded, FileError> {
    let text = text(bytes)?;
    let fields: Fields = serde_json::from_str(text).map_err(|e| syntax(text, 0, &e))?;
    whole(text, fields)
}

/// Reads a preset from its fields, which lie in `text`.
fn whole(text: &str, mut fields: Fields) -> Result<Loaded, FileError> {
    let version = header(text, &mut fields)?;
    let mut reader = Reader { text, notices: Vec::new(), room: bounds::VALUES };
    if version > u64::from(VERSION) {
        reader.note(Notice::Newer(version));
    }
    let mut preset = Preset::init();
    reader.meta(&mut fields, &mut preset);
    reader.params(&mut fields, version, &mut preset)?;
    reader.tables(&mut fields, &mut preset.tables)?;
    reader.clip(&mut fields, &mut preset.clip)?;
    reader.shapes(&mut fields, &mut preset.shapes);
    preset.partner = reader.partner(&mut fields)?.map(Arc::new);
    for (key, raw) in fields.0 {
        if key != "engine" {
            reader.unknown(key, raw, &mut preset.unknown)?;
        }
    }
    Ok(Loaded { preset, notices: reader.notices })
}

/// What the player knows of a preset, without its sound.
pub(super) fn meta(bytes: &[u8]) -> Result<Meta, FileError> {
    let text = text(bytes)?;
    let mut fields: Fields = serde_json::from_str(text).map_err(|e| syntax(text, 0, &e))?;
    header(text, &mut fields)?;
    let mut preset = Preset::init();
    let mut reader = Reader { text, notices: Vec::new(), room: bounds::VALUES };
    reader.meta(&mut fields, &mut preset);
    Ok(preset.meta)
}

/// The version of a preset file, where it is one.
pub(super) fn version(bytes: &[u8]) -> Option<u64> {
    let text = text(bytes).ok()?;
    header(text, &mut serde_json::from_str(text).ok()?).ok()
}

fn text(bytes: &[u8]) -> Result<&str, FileError> {
    if bytes.len() > super::MAX_BYTES {
        return Err(FileError::TooLarge);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match bytes.iter().find(|b| !b.is_ascii_whitespace()) {
        None => Err(FileError::Empty),
        Some(b'{') => std::str::from_utf8(bytes).map_err(|e| FileError::Syntax {
            offset: e.valid_up_to(),
            why: "the text is not UTF-8".into(),
        }),
        Some(_) => Err(FileError::NotPreset),
    }
}

/// Checks what the file says it is, and takes its version.
fn header(text: &str, fields: &mut Fields) -> Result<u64, FileError> {
    let format = fields.take("format").map(RawValue::get);
    if format != Some(r#""cultivar""#) {
        return Err(FileError::NotPreset);
    }
    let part = |why: &str| FileError::Part { key: "version".into(), why: why.into() };
    let raw = fields.take("version").ok_or_else(|| part("it is missing"))?;
    let version: u64 =
        serde_json::from_str(raw.get()).map_err(|e| syntax(text, at(text, raw), &e))?;
    if version == 0 { Err(part("it must be 1 or more")) } else { Ok(version) }
}

/// Byte offset of a part within the text.
fn at(text: &str, raw: &RawValue) -> usize {
    (raw.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

/// What the parser says, with its place in bytes from the start of the file.
fn syntax(text: &str, start: usize, error: &serde_json::Error) -> FileError {
    let part = text.get(start..).unwrap_or("");
    let lines = part.split_inclusive('\n').take(error.line().saturating_sub(1));
    let offset = start + lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
    FileError::Syntax { offset: offset.min(text.len()), why: said(error) }
}

/// The parser's words without its own idea of the place.
fn said(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "the file is cut off here".into();
    }
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

/// Cuts what reading would not keep, and makes every number finite.
pub(super) fn bound_origin(origin: &mut Origin) {
    origin.operator = bounds::line(&origin.operator, bounds::WORD);
    origin.engine = bounds::line(&origin.engine, bounds::WORD);
    origin.target = origin.target.take().map(|hash| bounds::line(&hash, bounds::WORD));
    origin.parents.truncate(bounds::PARENTS);
    for parent in &mut origin.parents {
        parent.name = bounds::line(&parent.name, bounds::NAME);
        parent.weight = if parent.weight.is_nan() { 0.0 } else { parent.weight.clamp(0.0, 1.0) };
    }
}

/// Reads the parts of one file and remembers what was odd.
struct Reader<'a> {
    text: &'a str,
    notices: Vec<Notice>,
    /// Bytes of small values that may still be read.
    room: usize,
}

impl Reader<'_> {
    fn note(&mut self, notice: Notice) {
        if self.notices.len() < MAX_NOTICES {
            self.notices.push(notice);
        }
    }

    fn ignore(&mut self, key: impl Into<String>, why: impl Into<String>) {
        self.note(Notice::Ignored { key: key.into(), why: why.into() });
    }

    /// The value of a small part; nothing, with a notice, where it is of another type.
    fn value<T: DeserializeOwned>(&mut self, fields: &mut Fields, key: &str) -> Option<T> {
        let raw = fields.take(key)?;
        if raw.get().len() > self.room {
            self.ignore(key, "it is larger than it can be");
            return None;
        }
        self.room -= raw.get().len();
        match serde_json::from_str(raw.get()) {
            Ok(value) => Some(value),
            Err(e) => {
                self.ignore(key, said(&e));
                None
            }
        }
    }

    /// The items of a small list, at most `N` of them.
    fn list<T: DeserializeOwned, const N: usize>(
        &mut self,
        fields: &mut Fields,
        key: &str,
    ) -> Option<Vec<T>> {
        let First { items, found } = self.value::<First<T, N>>(fields, key)?;
        self.cut(key, found, N);
        Some(items)
    }

    fn line(&mut self, fields: &mut Fields, key: &str, limit: usize) -> Option<String> {
        let text: String = self.value(fields, key)?;
        self.cut(key, text.chars().count(), limit);
        Some(bounds::line(&text, limit))
    }

    fn cut(&mut self, key: &str, found: usize, limit: usize) {
        if found > limit {
            self.note(Notice::Cut { key: key.into(), limit });
        }
    }

    fn meta(&mut self, fields: &mut Fields, preset: &mut Preset) {
        let meta = &mut preset.meta;
        match self.value::<Uuid>(fields, "uuid") {
            Some(uuid) => meta.uuid = uuid,
            None => self.ignore("uuid", "there is none"),
        }
        meta.name = self.line(fields, "name", bounds::NAME).unwrap_or_default();
        meta.author = self.line(fields, "author", bounds::NAME).unwrap_or_default();
        if let Some(tags) = self.list::<String, { bounds::TAGS }>(fields, "tags") {
            let longest = tags.iter().map(|tag| tag.chars().count()).max().unwrap_or(0);
            self.cut("tags", longest, bounds::WORD);
            meta.tags = tags.iter().map(|tag| bounds::line(tag, bounds::WORD)).collect();
        }
        if let Some(notes) = self.value::<String>(fields, "notes") {
            self.cut("notes", notes.chars().count(), bounds::NOTES);
            meta.notes = bounds::block(&notes, bounds::NOTES);
        }
        meta.origin = self.value(fields, "origin");
        if let Some(origin) = &mut meta.origin {
            self.cut("origin.parents", origin.parents.len(), bounds::PARENTS);
            bound_origin(origin);
        }
        let names = self.list::<String, 8>(fields, "macros").unwrap_or_default();
        for (name, found) in preset.macros.iter_mut().zip(names) {
            *name = bounds::line(&found, bounds::WORD);
        }
    }

    fn params(
        &mut self,
        fields: &mut Fields,
        version: u64,
        preset: &mut Preset,
    ) -> Result<(), FileError> {
        let Some(raw) = fields.take("params") else { return Ok(()) };
        if raw.get().len() > bounds::VALUES {
            let why = "they are larger than they can be".into();
            return Err(FileError::Part { key: "params".into(), why });
        }
        let params: Params = serde_json::from_str(raw.get())
            .map_err(|e| syntax(self.text, at(self.text, raw), &e))?;
        let mut unknown = Map::new();
        for (key, value) in migrate::to_today(version, params) {
            match crate::id(&key) {
                Some(id) => self.param(id, &value, &mut preset.patch),
                None => {
                    self.note(Notice::Unknown(key.clone()));
                    unknown.insert(key, value);
                }
            }
        }
        if !unknown.is_empty() {
            preset.unknown.insert("params".into(), Value::Object(unknown));
        }
        Ok(())
    }

    fn param(&mut self, id: Id, found: &Value, patch: &mut Patch<f32>) {
        let def = id.def();
        match plain(def, found) {
            Ok(found) => {
                let taken = def.legal(found as f32);
                if (f64::from(taken) - found).abs() > 1e-6 * found.abs().max(1.0) {
                    self.note(Notice::Clamped { key: def.id.clone(), found, taken });
                }
                patch[id] = taken;
            }
            Err(why) => self.ignore(&def.id, why),
        }
    }

    fn tables(&mut self, fields: &mut Fields, tables: &mut [Table; 3]) -> Result<(), FileError> {
        let Some(raw) = fields.take("tables") else { return Ok(()) };
        let First { items, found }: First<Option<TableText>, 3> =
            serde_json::from_str(raw.get())
                .map_err(|e| syntax(self.text, at(self.text, raw), &e))?;
        self.cut("tables", found, tables.len());
        for (k, (table, found)) in tables.iter_mut().zip(items).enumerate() {
            if let Some(found) = found {
                let part = |why| FileError::Part { key: format!("tables, number {}", k + 1), why };
                *table = found.table().map_err(part)?;
            }
        }
        Ok(())
    }

    fn clip(&mut self, fields: &mut Fields, clip: &mut Clip) -> Result<(), FileError> {
        let Some(raw) = fields.take("recording") else { return Ok(()) };
        let found: ClipText = serde_json::from_str(raw.get())
            .map_err(|e| syntax(self.text, at(self.text, raw), &e))?;
        let part = |why| FileError::Part { key: "recording".into(), why };
        *clip = found.clip().map_err(part)?;
        Ok(())
    }

    fn shapes(&mut self, fields: &mut Fields, shapes: &mut [Shape; 6]) {
        let found = self.list::<Option<First<Point, MAX_POINTS>>, 6>(fields, "shapes");
        for (shape, points) in shapes.iter_mut().zip(found.unwrap_or_default()) {
            if let Some(First { items, found }) = points {
                self.cut("shapes", found, MAX_POINTS);
                *shape = Shape::new(items);
            }
        }
    }

    /// The other end of a morph: a preset within the preset. Like a table, it is never guessed.
    fn partner(&mut self, fields: &mut Fields) -> Result<Option<Partner>, FileError> {
        let knots = self.list::<f32, MAX_KNOTS>(fields, "knots").unwrap_or_default();
        let Some(raw) = fields.take("partner") else { return Ok(None) };
        let mut parts: Fields = serde_json::from_str(raw.get())
            .map_err(|e| syntax(self.text, at(self.text, raw), &e))?;
        if parts.take("partner").is_some() {
            self.ignore("partner.partner", "a partner has none of its own");
        }
        let Loaded { preset, notices } = whole(raw.get(), parts).map_err(|e| match e {
            FileError::Part { key, why } => FileError::Part { key: format!("partner, {key}"), why },
            FileError::Syntax { offset, why } => {
                FileError::Syntax { offset: at(self.text, raw) + offset, why }
            }
            other => FileError::Part { key: "partner".into(), why: other.to_string() },
        })?;
        notices.into_iter().for_each(|notice| self.note(notice.within("partner")));
        Ok(Some(Partner::new(preset, knots)))
    }

    /// Keeps a field that this version does not know.
    fn unknown(
        &mut self,
        key: String,
        raw: &RawValue,
        kept: &mut Map<String, Value>,
    ) -> Result<(), FileError> {
        if raw.get().len() > self.room {
            let why = "it is not known here, and too large to keep".into();
            return Err(FileError::Part { key, why });
        }
        self.room -= raw.get().len();
        let value = serde_json::from_str(raw.get())
            .map_err(|e| syntax(self.text, at(self.text, raw), &e))?;
        self.note(Notice::Unknown(key.clone()));
        kept.insert(key, value);
        Ok(())
    }
}

/// The plain value that a file's value means, in range or not.
fn plain(def: &Def, found: &Value) -> Result<f64, String> {
    let number = || found.as_f64().ok_or_else(|| "it is not a number".to_owned());
    match def.kind {
        Kind::Real | Kind::Whole => number(),
        Kind::Switch => found.as_bool().map_or_else(number, |on| Ok(f64::from(u8::from(on)))),
        Kind::Choice(options) => {
            let word = found.as_str().ok_or("it is not a word")?;
            let place = options.iter().position(|option| option.id == word);
            place.map(|k| k as f64).ok_or_else(|| format!("{word:?} is not known here"))
        }
        Kind::Destination => {
            let word = found.as_str().ok_or("it is not the id of a parameter")?;
            let id = crate::id(word).filter(|id| defs()[id.0 as usize].modulated);
            let id = id.ok_or_else(|| format!("{word:?} cannot be modulated here"))?;
            Ok(f64::from(id.as_destination()))
        }
    }
}

/// A wavetable as the file has it.
#[derive(serde::Deserialize)]
struct TableText<'a> {
    factory: Option<String>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    frames: usize,
    #[serde(default)]
    hash: String,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

impl TableText<'_> {
    fn table(self) -> Result<Table, String> {
        if let Some(name) = self.factory {
            return Ok(Table::Factory(bounds::line(&name, bounds::WORD)));
        }
        if self.frames == 0 || self.frames > MAX_FRAMES {
            return Err(format!("{} frames are not 1 to {MAX_FRAMES}", self.frames));
        }
        let samples = unpack(self.data, self.frames * FRAME)?;
        let samples = samples.ok_or_else(|| format!("its data is not {} frames", self.frames))?;
        let name = bounds::line(&self.name, bounds::WORD);
        let table = Wavetable::new(name, samples).map_err(|e| e.to_string())?;
        if table.hash() != self.hash {
            return Err("its data does not match its hash".into());
        }
        Ok(Table::Own(Arc::new(table)))
    }
}
