//! A patch written as a genome.

use cultivar_breed::genome::{destination, live};
use cultivar_dsp::factory;
use cultivar_patch::schema::{Source, ids};
use cultivar_patch::{Kind, Preset, Shape, Table};

use super::layout::{Form, Group, HEIGHTS, INTERVAL, ROUTES, layout};
use super::plain;

/// A patch as numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Genome {
    /// The numbers, 0 to 1, as [`layout`] says.
    pub values: Vec<f32>,
    /// For every number 1 where it is heard, 0 where it belongs to what is off.
    pub heard: Vec<u8>,
}

/// Writes a patch as a genome. What a genome cannot say goes to the nearest that it can; what is
/// not heard is initial.
pub fn write(preset: &Preset) -> Genome {
    let preset = plain(preset);
    let layout = layout();
    let live = live(&preset);
    let (values, heard) = (vec![0.0; layout.width], vec![0; layout.width]);
    let mut genome = Genome { values, heard };
    for (id, group) in &layout.genes {
        let group = &layout.groups[*group];
        // A switch that is off is heard, too.
        let heard = live[*id] || group.form == Form::Switch;
        let value = if heard { preset.patch[*id] } else { id.def().default };
        match (group.form, id.def().kind) {
            (Form::Choice, Kind::Choice(_)) => genome.choose(group, value as usize, heard),
            (Form::Choice, _) => genome.choose(group, (value as i32 + INTERVAL) as usize, heard),
            _ => genome.set(group, placed(group, id.def().position(value)), heard),
        }
    }
    for (k, group) in layout.tables.iter().enumerate() {
        let group = &layout.groups[*group];
        let known = |name: &str| factory::names().iter().position(|known| *known == name);
        let index = match &preset.tables[k] {
            Table::Factory(name) => known(name),
            Table::Own(_) => None,
        };
        let heard = live[ids().osc[k].level];
        let index = index.filter(|_| heard).or(known("saw")).unwrap_or(0);
        genome.choose(group, index, heard);
    }
    for (k, group) in layout.shapes.iter().enumerate() {
        let heard = live[ids().lfo[k].rate];
        let group = &layout.groups[*group];
        let shape = if heard { preset.shapes[k].clone() } else { Shape::default() };
        for (at, height) in group.range().zip(heights(&shape)) {
            genome.values[at] = height;
            genome.heard[at] = u8::from(heard);
        }
    }
    for slot in 0..ROUTES {
        genome.route(&preset, slot);
    }
    genome
}

impl Genome {
    fn set(&mut self, group: &Group, value: f32, heard: bool) {
        self.values[group.at] = value;
        self.heard[group.at] = u8::from(heard);
    }

    fn choose(&mut self, group: &Group, option: usize, heard: bool) {
        for (k, at) in group.range().enumerate() {
            self.values[at] = f32::from(u8::from(k == option));
            self.heard[at] = u8::from(heard);
        }
    }

    fn route(&mut self, preset: &Preset, slot: usize) {
        let layout = layout();
        let [source, module, field, amount, curve] =
            std::array::from_fn(|k| &layout.groups[layout.routes[slot] + k]);
        let route = &preset.patch.route[slot];
        let to = destination(&preset.patch, slot);
        let known = to.and_then(|id| layout.destinations.iter().find(|(to, ..)| *to == id));
        let used = known.is_some();
        let driver = if used { Source::of(route.source) } else { Source::None };
        self.choose(source, driver as usize, true);
        let (_, stem, name) = known.copied().unwrap_or(layout.destinations[0]);
        self.choose(module, stem, used);
        self.choose(field, name, used);
        self.set(amount, placed(amount, 0.5 + 0.5 * route.amount), used);
        self.set(curve, placed(curve, 0.5 + 0.5 * route.curve), used);
    }
}

/// A place in a range as a genome has it: where steps near the middle matter most, the
/// distance from it as its root.
fn placed(group: &Group, position: f32) -> f32 {
    if !group.fine {
        return position;
    }
    let side = 2.0 * position - 1.0;
    0.5 + 0.5 * side.signum() * side.abs().sqrt()
}

fn heights(shape: &Shape) -> impl Iterator<Item = f32> {
    (0..HEIGHTS).map(|k| shape.at(k as f32 / (HEIGHTS - 1) as f32))
}
