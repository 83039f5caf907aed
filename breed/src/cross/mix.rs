//! Numbers, tables and shapes of a child where several parents have them: picked from any, or in
//! between.

use std::sync::Arc;

use cultivar_dsp::factory;
use cultivar_patch::schema::ids;
use cultivar_patch::{Breed, Id, MAX_POINTS, Point, Shape, Table, Wavetable};

use super::MOST;
use super::ancestry::{Gene, Mix};
use super::line::Line;
use super::routes::slot_module;
use super::tables;
use crate::genome::{Section, destination, live, module, section};

/// Even places at which shapes are blended, besides their own corners.
const EVEN: usize = 24;

impl Line<'_> {
    /// Takes every number from any parent in which it is heard too.
    pub(super) fn pick(&mut self) {
        for id in self.numbers() {
            let having = self.having(id);
            if having.iter().filter(|w| **w > 0.0).count() > 1 {
                let parent = self.rng.weighted(&having);
                self.child.patch[id] = self.parents[parent].0.patch[id];
                self.trace.genes[id] = Gene::Of { parent: parent as u8, at: id.0 };
            }
        }
    }

    /// Puts every number, table and shape between all parents in which it is heard.
    pub(super) fn blend(&mut self) {
        for id in self.numbers() {
            let having = self.having(id);
            if let Some(mix) = mix(&having) {
                let parts = self.parents.iter().zip(mix).map(|((p, _), part)| part * p.patch[id]);
                self.child.patch[id] = id.def().legal(parts.sum());
                self.trace.genes[id] = Gene::Blend;
                self.mixes.genes.push((id, mix));
            }
        }
        self.blend_amounts();
        self.blend_tables();
        self.blend_shapes();
    }

    /// The continuous genes of the child that are heard and lie where they lay in their parent.
    fn numbers(&self) -> Vec<Id> {
        let live = live(&self.child);
        let stays = |id: &Id| matches!(self.trace.genes[*id], Gene::Of { at, .. } if at == id.0);
        let all = ids().leaves().iter().copied();
        all.filter(|id| live[*id] && id.def().breed == Breed::Slide)
            .filter(|id| section(*id) != Section::Route && !self.locked[module(*id)])
            .filter(stays)
            .collect()
    }

    /// The weights of the parents in which a gene is heard.
    fn having(&self, id: Id) -> Vec<f32> {
        let weights = self.live.iter().zip(self.weights);
        weights.map(|(live, weight)| if live[id] { *weight } else { 0.0 }).collect()
    }

    /// Amounts of routes that several parents have alike.
    fn blend_amounts(&mut self) {
        for slot in 0..self.child.patch.route.len() {
            let id = ids().route[slot].amount;
            let Gene::Of { parent, at } = self.trace.genes[id] else { continue };
            if self.locked[slot_module(slot)] || destination(&self.child.patch, slot).is_none() {
                continue;
            }
            let own = &self.parents[usize::from(parent)].0.patch;
            let own = own.route[module(Id(at)) - slot_module(0)];
            let alike = |k: usize| {
                let routes = &self.parents[k].0.patch.route;
                let alike = |r: &&cultivar_patch::schema::Route<f32>| {
                    (r.source, r.destination) == (own.source, own.destination)
                };
                routes.iter().find(alike).map(|route| route.amount)
            };
            let amounts: Vec<Option<f32>> = (0..self.parents.len()).map(alike).collect();
            let having = amounts.iter().zip(self.weights);
            let having: Vec<f32> =
                having.map(|(amount, w)| if amount.is_some() { *w } else { 0.0 }).collect();
            if let Some(mix) = mix(&having) {
                let parts = amounts.iter().zip(mix).map(|(a, part)| part * a.unwrap_or_default());
                self.child.patch[id] = id.def().legal(parts.sum());
                self.trace.genes[id] = Gene::Blend;
                self.mixes.genes.push((id, mix));
            }
        }
    }

    /// Tables of oscillators that several parents play.
    fn blend_tables(&mut self) {
        for (k, id) in ids().osc.iter().enumerate() {
            if self.locked[module(id.on)] || self.child.patch.osc[k].on < 0.5 {
                continue;
            }
            let Some(mix) = mix(&self.having(id.on)) else { continue };
            let own = &self.child.tables[k];
            if self.parents.iter().zip(mix).all(|((p, _), w)| w == 0.0 || p.tables[k] == *own) {
                continue;
            }
            let played = self.parents.iter().zip(mix).filter(|(_, part)| *part > 0.0);
            let played: Vec<(Arc<Wavetable>, f32)> =
                played.filter_map(|((p, _), part)| Some((frames(&p.tables[k])?, part))).collect();
            let parts: Vec<(&Wavetable, f32)> = played.iter().map(|(t, w)| (&**t, *w)).collect();
            if let Some(table) = tables::blend(&parts) {
                self.child.tables[k] = Table::Own(Arc::new(table));
                self.trace.tables[k] = Gene::Blend;
                self.mixes.tables.push((k, mix));
            }
        }
    }

    /// Shapes of low-frequency oscillators that move something in several parents.
    fn blend_shapes(&mut self) {
        let live = live(&self.child);
        for (k, id) in ids().lfo.iter().enumerate() {
            let stays = matches!(self.trace.shapes[k], Gene::Of { at, .. } if usize::from(at) == k);
            if self.locked[module(id.mode)] || !live[id.mode] || !stays {
                continue;
            }
            let Some(mix) = mix(&self.having(id.mode)) else { continue };
            let parts: Vec<(&Shape, f32)> = self
                .parents
                .iter()
                .zip(mix)
                .filter(|(_, part)| *part > 0.0)
                .map(|((parent, _), part)| (&parent.shapes[k], part))
                .collect();
            if parts.iter().any(|(shape, _)| **shape != *parts[0].0) {
                self.child.shapes[k] = between(&parts);
                self.trace.shapes[k] = Gene::Blend;
                self.mixes.shapes.push((k, mix));
            }
        }
    }
}

/// The weights as shares of their sum; nothing where fewer than two count.
fn mix(weights: &[f32]) -> Option<Mix> {
    let total: f32 = weights.iter().sum();
    let mut mix = [0.0; MOST];
    mix.iter_mut().zip(weights).for_each(|(mix, weight)| *mix = weight / total);
    (weights.iter().filter(|w| **w > 0.0).count() > 1 && total.is_finite()).then_some(mix)
}

/// The frames of a table; those of a saw where there is no such factory table, as they are
/// played.
fn frames(table: &Table) -> Option<Arc<Wavetable>> {
    match table {
        Table::Own(table) => Some(table.clone()),
        Table::Factory(name) => factory::table(name).or_else(|| factory::table("saw")),
    }
}

/// The shape between some, each with its share: heights are the mean at every corner of any of
/// them, and at even places for the bows between.
fn between(parts: &[(&Shape, f32)]) -> Shape {
    /// So little before a corner that a jump there is seen.
    const BEFORE: f32 = 1e-4;
    let mut places: Vec<f32> = parts.iter().flat_map(|(s, _)| s.points()).map(|p| p.x).collect();
    places.sort_by(f32::total_cmp);
    places.dedup_by(|a, b| *a - *b < 2.0 * BEFORE);
    let jumps = |x: f32| {
        let jump =
            |shape: &Shape| x > 0.0 && x < 1.0 && (shape.at(x) - shape.at(x - BEFORE)).abs() > 0.05;
        parts.iter().any(|(shape, _)| jump(shape))
    };
    let spare =
        MAX_POINTS.saturating_sub(places.len() + places.iter().filter(|x| jumps(**x)).count());
    let even = EVEN.min(spare);
    places.extend((1..even).map(|k| k as f32 / even as f32));
    places.sort_by(f32::total_cmp);
    places.dedup_by(|a, b| *a - *b < 2.0 * BEFORE);
    let height = |x: f32| parts.iter().map(|(shape, part)| part * shape.at(x)).sum::<f32>();
    let mut points = Vec::with_capacity(MAX_POINTS);
    for x in places {
        if jumps(x) {
            points.push(Point { x, y: height(x - BEFORE), bow: 0.0 });
        }
        points.push(Point { x, y: height(x), bow: 0.0 });
    }
    Shape::new(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_between_two_lies_between_them_everywhere() {
        let p = |x, y, bow| Point { x, y, bow };
        let saw =
            Shape::new([p(0.0, 0.0, 0.0), p(0.5, 1.0, 0.0), p(0.5, 0.0, 0.0), p(1.0, 1.0, 0.0)]);
        let bowed = Shape::new([p(0.0, 1.0, 0.7), p(1.0, 0.0, 0.0)]);
        let half = between(&[(&saw, 0.5), (&bowed, 0.5)]);
        for k in 0..=200 {
            let x = k as f32 / 200.0;
            let mean = 0.5 * (saw.at(x) + bowed.at(x));
            assert!((half.at(x) - mean).abs() < 0.03, "{x}: {} for {mean}", half.at(x));
        }
        assert!((half.at(0.4999) - half.at(0.5)) > 0.45, "the jump stays a jump");
        let whole = between(&[(&saw, 1.0), (&bowed, 0.0)]);
        for k in 0..=50 {
            let x = k as f32 / 50.0;
            assert!((whole.at(x) - saw.at(x)).abs() < 1e-3);
        }
    }
}
