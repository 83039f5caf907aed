//! A genome read as a patch.

use std::ops::Range;

use cultivar_dsp::factory;
use cultivar_patch::schema::Source;
use cultivar_patch::{Kind, Point, Preset, Shape, Table};

use super::layout::{Form, Group, HEIGHTS, INTERVAL, layout};

/// Reads a genome as a patch. Total: any numbers are a legal patch; missing ones are 0.
pub fn read(values: &[f32]) -> Preset {
    let layout = layout();
    let mut preset = Preset::init();
    let number = |at: usize| values.get(at).copied().filter(|v| v.is_finite()).unwrap_or(0.0);
    let option = |group: &Group| best(group.range(), number);
    for (id, group) in &layout.genes {
        let group = &layout.groups[*group];
        let def = id.def();
        preset.patch[*id] = match (group.form, def.kind) {
            (Form::Choice, Kind::Choice(_)) => def.legal(option(group) as f32),
            (Form::Choice, _) => def.legal((option(group) as i32 - INTERVAL) as f32),
            (Form::Switch, _) => f32::from(number(group.at) > 0.5),
            (Form::Number, _) => def.at(position(group, number(group.at))),
        };
    }
    for (table, group) in preset.tables.iter_mut().zip(&layout.tables) {
        if let Some(name) = factory::names().get(option(&layout.groups[*group])) {
            *table = Table::Factory((*name).into());
        }
    }
    for (shape, group) in preset.shapes.iter_mut().zip(&layout.shapes) {
        let group = &layout.groups[*group];
        let point = |(k, at)| Point { x: k as f32 / (HEIGHTS - 1) as f32, y: number(at), bow: 0.0 };
        *shape = Shape::new(group.range().enumerate().map(point));
    }
    for (route, first) in preset.patch.route.iter_mut().zip(&layout.routes) {
        let [source, module, field, amount, curve] =
            std::array::from_fn(|k| &layout.groups[first + k]);
        let driver = Source::of(option(source) as f32);
        if driver == Source::None {
            continue;
        }
        let likely = |&&(_, stem, name): &&(_, usize, usize)| {
            number(module.at + stem) + number(field.at + name)
        };
        let to = layout.destinations.iter().max_by(|a, b| likely(a).total_cmp(&likely(b)));
        let Some((to, ..)) = to else { continue };
        route.source = driver.value();
        route.destination = to.as_destination();
        route.amount = 2.0 * position(amount, number(amount.at)) - 1.0;
        route.curve = 2.0 * position(curve, number(curve.at)) - 1.0;
    }
    preset
}

/// The inverse of how a place in a range is written.
fn position(group: &Group, value: f32) -> f32 {
    let value = value.clamp(0.0, 1.0);
    if !group.fine {
        return value;
    }
    let side = 2.0 * value - 1.0;
    0.5 + 0.5 * side * side.abs()
}

/// The option whose number is highest, the first of equals.
fn best(range: Range<usize>, number: impl Fn(usize) -> f32) -> usize {
    let start = range.start;
    range.fold(start, |best, at| if number(at) > number(best) { at } else { best }) - start
}
