//! A family as text.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use cultivar_breed::Stop;
use cultivar_gui::Section;
use cultivar_patch::{Partner, Preset, Table, Wavetable};
use serde_json::value::RawValue;

use super::super::family::{Child, Family, Kept, Parent, Ways};
use super::super::litter::operator;
use super::{ChildText, FamilyText, LitterText, ParentText, SECTIONS, TABLES, VERSION, WaysText};
use crate::state::MAX_FAMILY;

/// Texts of the presets and wavetables of a family, each made once.
#[derive(Default)]
pub(in super::super) struct Archive {
    presets: Vec<Entry>,
    /// By their hashes.
    tables: BTreeMap<String, Box<RawValue>>,
}

/// A preset, its text, and the wavetables that the text names.
struct Entry {
    preset: Arc<Preset>,
    text: Box<RawValue>,
    tables: Vec<String>,
}

/// A family in writing.
pub(in super::super) struct Written {
    /// The text; empty where there is nothing to be kept.
    pub(in super::super) text: String,
    /// Whether what is shown is too large to be kept.
    pub(in super::super) short: bool,
}

impl Archive {
    /// Writes a family down, the newest litters where not all of them can be kept; nothing
    /// where it is stopped.
    pub(in super::super) fn write(&mut self, family: &Family, stop: Stop) -> Option<Written> {
        let nothing = |short| Some(Written { text: String::new(), short });
        if family.is_new() {
            *self = Archive::default();
            return nothing(false);
        }
        let Some(litters) = affordable(family) else { return nothing(true) };
        self.take_in(family, &litters, stop)?;
        let text = serde_json::to_string(&self.family(family, &litters)).ok()?;
        if text.len() > MAX_FAMILY {
            return nothing(true);
        }
        Some(Written { text, short: family.shown.is_some_and(|shown| !litters.contains(&shown)) })
    }

    /// Makes the texts that are needed and forgets all others.
    fn take_in(&mut self, family: &Family, litters: &[usize], stop: Stop) -> Option<()> {
        let litters = litters.iter().flat_map(|k| presets_of(&family.litters[*k]));
        let parents = family.parents.iter().map(|parent| &parent.preset);
        let used: Vec<&Arc<Preset>> = parents.chain(litters).collect();
        let addresses: HashSet<_> = used.iter().map(|preset| Arc::as_ptr(preset)).collect();
        self.presets.retain(|entry| addresses.contains(&Arc::as_ptr(&entry.preset)));
        let mut known: HashSet<_> =
            self.presets.iter().map(|entry| Arc::as_ptr(&entry.preset)).collect();
        for preset in used.into_iter().filter(|preset| known.insert(Arc::as_ptr(preset))) {
            let mut tables = Vec::new();
            let short = self.without_tables(preset, &mut tables, stop)?;
            let text = RawValue::from_string(short.to_json()).ok()?;
            self.presets.push(Entry { preset: preset.clone(), text, tables });
        }
        let named: HashSet<&String> = self.presets.iter().flat_map(|entry| &entry.tables).collect();
        self.tables.retain(|hash, _| named.contains(hash));
        Some(())
    }

    /// A preset that names its own wavetables instead of carrying them.
    fn without_tables(
        &mut self,
        preset: &Preset,
        named: &mut Vec<String>,
        stop: Stop,
    ) -> Option<Preset> {
        let mut short = preset.clone();
        for table in &mut short.tables {
            if let Table::Own(own) = table {
                if stop() {
                    return None;
                }
                let hash = self.keep(own)?;
                named.push(hash.clone());
                *table = Table::Factory(hash);
            }
        }
        if let Some(partner) = &preset.partner {
            let other = self.without_tables(&partner.preset, named, stop)?;
            short.partner = Some(Arc::new(Partner::new(other, partner.knots().to_vec())));
        }
        Some(short)
    }

    /// The hash of a wavetable, whose text is made where there is none.
    fn keep(&mut self, table: &Arc<Wavetable>) -> Option<String> {
        let hash = table.hash();
        if !self.tables.contains_key(&hash) {
            let mut carrier = Preset::init();
            carrier.meta.uuid = Default::default();
            carrier.tables[0] = Table::Own(table.clone());
            let text = RawValue::from_string(carrier.to_json()).ok()?;
            self.tables.insert(hash.clone(), text);
        }
        Some(hash)
    }

    fn family(&self, family: &Family, litters: &[usize]) -> FamilyText<'_> {
        let place = |k: usize| litters.iter().position(|kept| *kept == k);
        let litter = |k: &usize| {
            let Kept { number, parents, ways, seed, planted, children } = &family.litters[*k];
            LitterText {
                number: *number,
                parents: self.parents(parents),
                ways: ways_text(ways),
                seed: *seed,
                planted: planted.and_then(|(k, child)| Some((place(k)?, child))),
                children: children.iter().map(|child| self.child(child)).collect(),
            }
        };
        let shown = family.shown.and_then(place);
        FamilyText {
            version: VERSION,
            tables: self.tables.values().map(|text| &**text).collect(),
            presets: self.presets.iter().map(|entry| &*entry.text).collect(),
            parents: self.parents(&family.parents),
            ways: ways_text(&family.ways),
            litters: litters.iter().map(litter).collect(),
            born: family.born,
            shown,
            selected: family.selected.filter(|_| shown.is_some()),
            on_keys: family.on_keys && shown.is_some(),
        }
    }

    fn parents(&self, parents: &[Parent]) -> Vec<ParentText> {
        let text = |parent: &Parent| ParentText {
            preset: self.place(&parent.preset),
            origin: parent.origin.clone(),
            weight: parent.weight,
            hue: parent.hue,
        };
        parents.iter().map(text).collect()
    }

    fn child(&self, child: &Child) -> ChildText {
        ChildText {
            preset: self.place(&child.preset),
            outline: child.outline.clone(),
            shares: child.shares.clone(),
            new: child.new,
            sections: child.sections,
            loved: child.loved,
        }
    }

    /// The place of a preset in the text.
    fn place(&self, preset: &Arc<Preset>) -> usize {
        let place = self.presets.iter().position(|entry| Arc::ptr_eq(&entry.preset, preset));
        place.unwrap_or_default()
    }
}

fn ways_text(ways: &Ways) -> WaysText {
    let word = |section: &Section| SECTIONS.iter().find(|(known, _)| known == section);
    WaysText {
        operator: operator(ways.mix).id().into(),
        mutation: ways.mutation,
        locked: ways.locked.iter().filter_map(word).map(|(_, word)| (*word).into()).collect(),
    }
}

/// Places of the litters that are small enough to be kept, oldest first: the one that is shown
/// before all others, then the newest. Nothing where even the parents are too large.
fn affordable(family: &Family) -> Option<Vec<usize>> {
    let (mut known, mut bytes) = (HashSet::new(), 0);
    let mut afford = |preset: &Arc<Preset>| {
        for table in own_tables(preset) {
            if known.insert(Arc::as_ptr(table)) {
                bytes += size_of_val(table.samples());
            }
        }
        bytes <= TABLES
    };
    if !family.parents.iter().all(|parent| afford(&parent.preset)) {
        return None;
    }
    let newest = (0..family.litters.len()).rev().filter(|k| Some(*k) != family.shown);
    let fits = |k: &usize| presets_of(&family.litters[*k]).all(&mut afford);
    let mut litters: Vec<usize> = family.shown.into_iter().chain(newest).take_while(fits).collect();
    litters.sort_unstable();
    Some(litters)
}

fn presets_of(litter: &Kept) -> impl Iterator<Item = &Arc<Preset>> {
    let parents = litter.parents.iter().map(|parent| &parent.preset);
    parents.chain(litter.children.iter().map(|child| &child.preset))
}

fn own_tables(preset: &Preset) -> impl Iterator<Item = &Arc<Wavetable>> {
    let partner = preset.partner.iter().flat_map(|partner| &partner.preset.tables);
    preset.tables.iter().chain(partner).filter_map(|table| match table {
        Table::Own(table) => Some(table),
        Table::Factory(_) => None,
    })
}
