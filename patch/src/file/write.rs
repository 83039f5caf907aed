//! A preset as the text of a file.

use serde::Serialize;
use serde_json::{Map, Value};

use super::bounds::{self, block, line};
use super::clip;
use super::migrate::VERSION;
use super::packed::pack;
use crate::{Clip, Def, Id, Kind, Meta, Origin, Partner, Preset, Shape, Table, defs};

/// The whole file. Top-level keys in the order a reader wants them, unknown ones last; one
/// line for each parameter, table and shape.
pub(super) fn json(preset: &Preset) -> String {
    lines(preset, preset.partner.as_deref()).finish()
}

fn lines(preset: &Preset, partner: Option<&Partner>) -> Lines {
    let Meta { uuid, name, author, tags, notes, origin } = &preset.meta;
    let tags: Vec<_> = tags.iter().take(bounds::TAGS).map(|t| line(t, bounds::WORD)).collect();
    let mut out = Lines::new();
    out.field("format", "cultivar");
    out.field("version", &VERSION);
    out.field("engine", env!("CARGO_PKG_VERSION"));
    out.field("uuid", uuid);
    out.field("name", &line(name, bounds::NAME));
    if !author.is_empty() {
        out.field("author", &line(author, bounds::NAME));
    }
    if !tags.is_empty() {
        out.field("tags", &tags);
    }
    if !notes.is_empty() {
        out.field("notes", &block(notes, bounds::NOTES));
    }
    if let Some(origin) = origin {
        out.field("origin", &legal_origin(origin));
    }
    out.list("params", '{', params(preset), '}');
    if preset.tables.iter().any(|t| *t != Table::default()) {
        out.list("tables", '[', preset.tables.iter().map(table), ']');
    }
    if preset.clip != Clip::default() {
        out.key("recording");
        out.0 += &clip::text(&preset.clip);
    }
    if preset.shapes.iter().any(|s| *s != Shape::default()) {
        out.list("shapes", '[', preset.shapes.iter().map(shape), ']');
    }
    if preset.macros.iter().any(|name| !name.is_empty()) {
        out.field("macros", &preset.macros.each_ref().map(|m| line(m, bounds::WORD)));
    }
    if let Some(Partner { preset, .. }) = partner {
        out.key("partner");
        // Line ends within values are escaped, so every line of the text can be indented.
        out.0 += &lines(preset, None).finish().trim_end().replace('\n', "\n  ");
    }
    if let Some(partner) = partner.filter(|partner| !partner.knots().is_empty()) {
        out.field("knots", partner.knots());
    }
    for (key, value) in sorted(&preset.unknown) {
        if key != "params" {
            out.field(key, value);
        }
    }
    out
}

/// `value` as JSON. None of the types written here can fail.
fn text(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".into())
}

/// Text of a JSON object, grown field by field.
struct Lines(String);

impl Lines {
    fn new() -> Self {
        Lines("{".into())
    }

    fn key(&mut self, key: &str) {
        if !self.0.ends_with('{') {
            self.0.push(',');
        }
        self.0 += &format!("\n  {}: ", text(key));
    }

    fn field(&mut self, key: &str, value: &(impl Serialize + ?Sized)) {
        self.key(key);
        self.0 += &text(value);
    }

    fn list(&mut self, key: &str, open: char, items: impl Iterator<Item = String>, close: char) {
        self.key(key);
        self.0.push(open);
        let items: Vec<String> = items.map(|item| format!("\n    {item}")).collect();
        self.0 += &items.join(",");
        if !items.is_empty() {
            self.0 += "\n  ";
        }
        self.0.push(close);
    }

    fn finish(mut self) -> String {
        self.0 += "\n}\n";
        self.0
    }
}

/// Fields by name, whatever order the map keeps.
fn sorted(map: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut fields: Vec<_> = map.iter().collect();
    fields.sort_by_key(|(key, _)| *key);
    fields
}

/// `"id": value` of all parameters that are not default and those this version does not know.
fn params(preset: &Preset) -> impl Iterator<Item = String> + use<> {
    let known = defs().iter().zip(preset.patch.leaves());
    let known = known.filter_map(|(def, &value)| Some((def.id.clone(), word(def, value)?)));
    let mut all: Vec<(String, String)> = known.collect();
    if let Some(Value::Object(unknown)) = preset.unknown.get("params") {
        let unknown = unknown.iter().filter(|(key, _)| crate::id(key).is_none());
        all.extend(unknown.map(|(key, value)| (key.clone(), value.to_string())));
    }
    all.sort();
    all.into_iter().map(|(id, word)| format!("{}: {word}", text(&id)))
}

/// The value as the file has it; nothing where it is the default.
fn word(def: &Def, value: f32) -> Option<String> {
    let value = def.legal(value);
    if value == def.default {
        return None;
    }
    Some(match def.kind {
        // The shortest text that reads back as this very number of 32 bits.
        Kind::Real => text(&value),
        Kind::Whole => (value as i64).to_string(),
        Kind::Switch => (value > 0.5).to_string(),
        Kind::Choice(options) => text(options.get(value as usize)?.id),
        Kind::Destination => text(&Id::from_destination(value)?.def().id),
    })
}

fn table(table: &Table) -> String {
    match table {
        Table::Factory(name) => format!(r#"{{"factory":{}}}"#, text(&line(name, bounds::WORD))),
        Table::Own(table) => format!(
            r#"{{"name":{},"frames":{},"hash":"{}","data":"{}"}}"#,
            text(&line(table.name(), bounds::WORD)),
            table.len(),
            table.hash(),
            pack(table.samples().iter())
        ),
    }
}

/// `[[x, y, bow], ..]`, or nothing for the shape of a new patch.
fn shape(shape: &Shape) -> String {
    if *shape == Shape::default() {
        return "null".into();
    }
    let points: Vec<[f32; 3]> = shape.points().iter().map(|p| [p.x, p.y, p.bow]).collect();
    text(&points)
}

/// The origin within the bounds that reading keeps.
fn legal_origin(origin: &Origin) -> Origin {
    let mut origin = origin.clone();
    super::read::bound_origin(&mut origin);
    origin
}
