//! Ancestry: where each gene of a child came from, and how much of it is whose.

use cultivar_patch::{Id, Patch, Preset};

use super::MOST;
use crate::genome::{self, Section, section};

/// Where a gene came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gene {
    /// Inherited as it is: from which parent, and where it lies in it. Routes and what drives
    /// them may lie elsewhere in the child, and what a route starts from and leads to is then
    /// renumbered.
    Of {
        /// The parent, in the order in which parents were named.
        parent: u8,
        /// The address of the parameter, or the place of the table or shape.
        at: u16,
    },
    /// Between several parents.
    Blend,
    /// From none of the parents.
    New,
}

/// Where every gene, table and shape of a child came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Parameters.
    pub genes: Patch<Gene>,
    /// Wavetables of the oscillators.
    pub tables: [Gene; 3],
    /// The recording of the sample.
    pub clip: Gene,
    /// Shapes of the low-frequency oscillators.
    pub shapes: [Gene; 6],
}

impl Trace {
    pub(super) fn new() -> Self {
        Trace {
            genes: Patch::from_fn(|_| Gene::New),
            tables: [Gene::New; 3],
            clip: Gene::New,
            shapes: [Gene::New; 6],
        }
    }

    /// Writes down as new what differs between the child as it was and as it is.
    pub(super) fn mark_new(&mut self, was: &Preset, is: &Preset) {
        for (k, gene) in self.genes.leaves_mut().iter_mut().enumerate() {
            let id = Id(k as u16);
            if was.patch[id] != is.patch[id] {
                *gene = Gene::New;
            }
        }
        for (gene, (was, is)) in self.tables.iter_mut().zip(was.tables.iter().zip(&is.tables)) {
            if was != is {
                *gene = Gene::New;
            }
        }
        if was.clip != is.clip {
            self.clip = Gene::New;
        }
        for (gene, (was, is)) in self.shapes.iter_mut().zip(was.shapes.iter().zip(&is.shapes)) {
            if was != is {
                *gene = Gene::New;
            }
        }
    }
}

/// How much of each parent went into a blended gene.
pub(super) type Mix = [f32; MOST];

/// Mixes of blended genes: of parameters, tables and shapes.
#[derive(Default)]
pub(super) struct Mixes {
    pub(super) genes: Vec<(Id, Mix)>,
    pub(super) tables: Vec<(usize, Mix)>,
    pub(super) shapes: Vec<(usize, Mix)>,
}

/// Whose a child is.
#[derive(Clone, Debug, PartialEq)]
pub struct Ancestry {
    /// Where everything came from.
    pub trace: Trace,
    /// Per cent of what is heard that each parent gave, in the order of the parents.
    pub parents: Vec<u8>,
    /// Per cent that is new; with the parents' it adds up to 100.
    pub new: u8,
    /// The parent that gave most of what is heard of each of [`Section::ALL`]; nothing where
    /// nothing is heard of it, or most of it is new.
    pub sections: [Option<u8>; 7],
}

impl Ancestry {
    /// Counts the genes of `child` that are heard.
    pub(super) fn count(child: &Preset, trace: Trace, mixes: &Mixes, parents: usize) -> Ancestry {
        let mut whole = Tally::default();
        let mut each: [Tally; 7] = Default::default();
        let mut count = |of: Section, gene: Gene, mix: Option<&Mix>| {
            whole.add(gene, mix);
            if let Some(k) = Section::ALL.iter().position(|section| *section == of) {
                each[k].add(gene, mix);
            }
        };
        let live = genome::live(child);
        let ids = cultivar_patch::schema::ids();
        for id in ids.leaves().iter().filter(|id| live[**id]) {
            let mix = mixes.genes.iter().find(|(of, _)| of == id).map(|(_, mix)| mix);
            count(section(*id), trace.genes[*id], mix);
        }
        for (k, gene) in trace.tables.iter().enumerate().filter(|(k, _)| live[ids.osc[*k].on]) {
            let mix = mixes.tables.iter().find(|(of, _)| *of == k).map(|(_, mix)| mix);
            count(Section::Osc, *gene, mix);
        }
        if live[ids.sample.on] {
            count(Section::Noise, trace.clip, None);
        }
        for (k, gene) in trace.shapes.iter().enumerate().filter(|(k, _)| live[ids.lfo[*k].mode]) {
            let mix = mixes.shapes.iter().find(|(of, _)| *of == k).map(|(_, mix)| mix);
            count(Section::Lfo, *gene, mix);
        }
        let mut parts = whole.parents[..parents].to_vec();
        parts.push(whole.new);
        let mut parents = per_cent(&parts);
        let new = parents.pop().unwrap_or_default();
        Ancestry { trace, parents, new, sections: each.map(|tally| tally.lead()) }
    }
}

/// Genes of each parent, and new ones.
#[derive(Default)]
struct Tally {
    parents: Mix,
    new: f32,
}

impl Tally {
    fn add(&mut self, gene: Gene, mix: Option<&Mix>) {
        match (gene, mix) {
            (Gene::Of { parent, .. }, _) => self.parents[usize::from(parent)] += 1.0,
            (Gene::Blend, Some(mix)) => {
                self.parents.iter_mut().zip(mix).for_each(|(all, part)| *all += part);
            }
            (Gene::Blend, None) | (Gene::New, _) => self.new += 1.0,
        }
    }

    fn lead(&self) -> Option<u8> {
        let all = self.parents.iter().enumerate();
        let (parent, most) = all.max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)))?;
        (*most > 0.0 && *most >= self.new).then_some(parent as u8)
    }
}

/// Whole per cents in proportion to `parts` that add up to 100 (largest remainder); the last
/// part takes all where there is nothing to go by.
fn per_cent(parts: &[f32]) -> Vec<u8> {
    let total: f32 = parts.iter().sum();
    let share = |part: &f32| if total > 0.0 { 100.0 * part / total } else { 0.0 };
    let shares: Vec<f32> = parts.iter().map(share).collect();
    let mut whole: Vec<u8> = shares.iter().map(|share| share.floor() as u8).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| shares[*b].fract().total_cmp(&shares[*a].fract()).then(a.cmp(b)));
    let mut left = 100 - whole.iter().map(|&w| usize::from(w)).sum::<usize>().min(100);
    if total <= 0.0
        && let Some(last) = whole.last_mut()
    {
        (*last, left) = (100, 0);
    }
    for k in order.into_iter().cycle().take(left) {
        whole[k] += 1;
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    #[test]
    fn per_cents_add_up_to_100_and_lie_next_to_the_shares() {
        let mut rng = Rng::new(5);
        for _ in 0..2000 {
            let count = 1 + rng.below(9);
            let parts: Vec<f32> = (0..count).map(|_| (40.0 * rng.unit()).floor()).collect();
            let total: f32 = parts.iter().sum();
            let whole = per_cent(&parts);
            assert_eq!(whole.iter().map(|&w| u32::from(w)).sum::<u32>(), 100, "{parts:?}");
            for (part, whole) in parts.iter().zip(&whole).filter(|_| total > 0.0) {
                assert!((100.0 * part / total - f32::from(*whole)).abs() < 1.0, "{parts:?}");
                assert!(*part > 0.0 || *whole == 0, "{parts:?} gave {whole} to nothing");
            }
        }
        assert_eq!(per_cent(&[1.0, 1.0, 1.0]), [34, 33, 33]);
        assert_eq!(per_cent(&[0.0, 0.0]), [0, 100]);
    }
}
