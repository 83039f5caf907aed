//! A family from its text, whatever the text.

use std::collections::BTreeMap;
use std::sync::Arc;

use cultivar_breed::Stop;
use cultivar_gui::{CHILDREN, Mix};
use cultivar_patch::{Partner, Preset, Table, Wavetable};
use serde_json::value::RawValue;

use super::super::family::{Child, Family, HUES, Kept, Parent, Ways, picture, trouble};
use super::super::litter::operator;
use super::{ChildText, FamilyText, LitterText, ParentText, SECTIONS, TABLES, VERSION, WaysText};

/// Most characters of what is said of where a parent comes from.
const ORIGIN: usize = 200;
/// The highest that a picture of a child may be.
const HIGHEST: f32 = 8.0;

/// What every version of the text has.
#[derive(serde::Deserialize)]
struct Head {
    version: u32,
}

/// Reads a family; nothing where it is stopped, a reason where the text is damaged. What is
/// read is legal in every part.
pub(in super::super) fn read(text: &str, stop: Stop) -> Result<Option<Family>, String> {
    if text.is_empty() {
        return Ok(Some(Family::default()));
    }
    let said = |error: serde_json::Error| error.to_string();
    let Head { version } = serde_json::from_str(text).map_err(said)?;
    if version > VERSION {
        return Err(format!("a newer Cultivar wrote it (version {version})"));
    }
    let found: FamilyText = serde_json::from_str(text).map_err(said)?;
    let mut reader = Reader { tables: BTreeMap::new(), presets: Vec::new(), pictures: Vec::new() };
    let mut bytes = 0;
    for raw in &found.tables {
        if stop() {
            return Ok(None);
        }
        bytes += reader.table(raw)?;
        if bytes > TABLES {
            return Err("its wavetables are larger than they can be".into());
        }
    }
    for (k, raw) in found.presets.iter().enumerate() {
        if stop() {
            return Ok(None);
        }
        let preset = reader.preset(raw).map_err(|why| format!("preset {}: {why}", k + 1))?;
        reader.presets.push(Arc::new(preset));
    }
    reader.pictures = vec![None; reader.presets.len()];
    let Some(parents) = reader.parents(found.parents, stop)? else { return Ok(None) };
    let mut family = Family { parents, ways: ways(found.ways)?, ..Family::default() };
    for (k, litter) in found.litters.into_iter().enumerate() {
        match reader.litter(litter, k, stop)? {
            Some(litter) => family.litters.push_back(litter),
            None => return Ok(None),
        }
    }
    let newest = family.litters.iter().map(|litter| litter.number).max();
    family.born = found.born.max(newest.unwrap_or_default());
    family.shown = found.shown.filter(|shown| *shown < family.litters.len());
    let count = family.litter().map_or(0, |litter| litter.children.len());
    family.on_keys = found.on_keys && count > 0;
    family.selected = found.selected.filter(|child| *child < count);
    Ok(Some(family))
}

/// What the parts of a text refer to.
struct Reader {
    tables: BTreeMap<String, Arc<Wavetable>>,
    presets: Vec<Arc<Preset>>,
    /// Of a note of each preset, made where it is needed.
    pictures: Vec<Option<Arc<[[f32; 2]]>>>,
}

impl Reader {
    /// Takes a wavetable; its bytes.
    fn table(&mut self, raw: &RawValue) -> Result<usize, String> {
        let carrier = Preset::from_json(raw.get()).map_err(|e| format!("a wavetable: {e}"))?;
        let [Table::Own(table), ..] = &carrier.preset.tables else {
            return Err("a wavetable is missing".into());
        };
        self.tables.insert(table.hash(), table.clone());
        Ok(size_of_val(table.samples()))
    }

    fn preset(&self, raw: &RawValue) -> Result<Preset, String> {
        let loaded = Preset::from_json(raw.get()).map_err(|e| e.to_string())?;
        self.with_tables(loaded.preset)
    }

    /// A preset with the wavetables that it names.
    fn with_tables(&self, mut preset: Preset) -> Result<Preset, String> {
        for table in &mut preset.tables {
            match table {
                Table::Own(_) => return Err("a wavetable is out of its place".into()),
                Table::Factory(name) if is_hash(name) => {
                    let own = self.tables.get(name).ok_or("a wavetable is missing")?;
                    *table = Table::Own(own.clone());
                }
                Table::Factory(_) => {}
            }
        }
        if let Some(partner) = preset.partner.take() {
            let other = self.with_tables(partner.preset.clone())?;
            preset.partner = Some(Arc::new(Partner::new(other, partner.knots().to_vec())));
        }
        Ok(preset)
    }

    fn of(&self, place: usize) -> Result<&Arc<Preset>, String> {
        self.presets.get(place).ok_or_else(|| format!("preset {} is missing", place + 1))
    }

    fn parents(
        &mut self,
        found: Vec<ParentText>,
        stop: Stop,
    ) -> Result<Option<Vec<Parent>>, String> {
        let mut parents = Vec::new();
        for ParentText { preset: place, origin, weight, hue } in found {
            if stop() {
                return Ok(None);
            }
            let preset = self.of(place)?.clone();
            let peaks = self.pictures[place].get_or_insert_with(|| picture(&preset)).clone();
            let shown = origin.chars().filter(|c| !c.is_control()).take(ORIGIN);
            parents.push(Parent {
                origin: shown.collect(),
                weight: weight.clamp(0.0, 1.0),
                hue: hue % HUES,
                peaks,
                trouble: trouble(&preset),
                preset,
            });
        }
        Ok(Some(parents))
    }

    fn litter(&mut self, text: LitterText, k: usize, stop: Stop) -> Result<Option<Kept>, String> {
        let Some(parents) = self.parents(text.parents, stop)? else { return Ok(None) };
        let child = |text: ChildText| self.child(text, parents.len());
        let children = text.children.into_iter().map(child).collect::<Result<Vec<Child>, _>>();
        Ok(Some(Kept {
            number: text.number,
            ways: ways(text.ways)?,
            seed: text.seed,
            planted: text.planted.filter(|(litter, child)| *litter < k && *child < CHILDREN),
            children: children.map_err(|why| format!("litter {}: {why}", text.number))?,
            parents,
        }))
    }

    fn child(&self, text: ChildText, parents: usize) -> Result<Child, String> {
        let ChildText { preset, outline, shares, new, sections, loved } = text;
        let sum: u32 = shares.iter().chain([&new]).map(|share| u32::from(*share)).sum();
        if shares.len() != parents || sum != 100 {
            return Err("the shares of its parents do not add up".into());
        }
        Ok(Child {
            preset: self.of(preset)?.clone(),
            outline: outline.into_iter().map(|height| height.clamp(0.0, HIGHEST)).collect(),
            shares,
            new,
            sections: sections.map(|parent| parent.filter(|k| usize::from(*k) < parents)),
            loved,
        })
    }
}

fn ways(text: WaysText) -> Result<Ways, String> {
    let mix = Mix::ALL.into_iter().find(|mix| operator(*mix).id() == text.operator);
    let section = |word: &String| {
        let known = SECTIONS.iter().find(|(_, known)| known == word);
        known.map(|(section, _)| *section).ok_or_else(|| format!("no section is called {word:?}"))
    };
    let mut locked = Vec::new();
    for section in text.locked.iter().map(section) {
        let section = section?;
        if !locked.contains(&section) {
            locked.push(section);
        }
    }
    Ok(Ways {
        mix: mix.ok_or_else(|| format!("no operator is called {:?}", text.operator))?,
        mutation: text.mutation.clamp(0.0, 1.0),
        locked,
    })
}

/// Whether this is the name of a wavetable that lies beside the presets.
fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}
