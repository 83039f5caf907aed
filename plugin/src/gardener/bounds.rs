//! What the player asks of a growth: which sections stay as they are, and how much surprise.

use cultivar_breed::extract::Variant;
use cultivar_breed::genome::Locks;
use cultivar_breed::mutate::mutate;
use cultivar_breed::{Proposer, Rng, Stop, Target, genome, proposers};
use cultivar_gui::Section;
use cultivar_patch::Preset;
use cultivar_patch::schema::ids;

/// Sections that stay as they are in `base`. What grows is heard, judged and kept with them.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) sections: Vec<Section>,
    pub(super) base: Preset,
}

impl Kept {
    /// The same for the search.
    pub(super) fn locks(&self) -> Locks {
        let kept = |of: &genome::Section| {
            section(*of).is_some_and(|section| self.sections.contains(&section))
        };
        Locks::of(genome::Section::ALL.into_iter().chain([genome::Section::Route]).filter(kept))
    }

    /// `preset` with the kept sections put in.
    pub(super) fn put_into(&self, preset: &Preset) -> Preset {
        let mut preset = preset.clone();
        let keeps = |section| self.sections.contains(&section);
        for &id in ids().leaves() {
            if section(genome::section(id)).is_some_and(keeps) {
                preset.patch[id] = self.base.patch[id];
            }
        }
        if keeps(Section::Oscillators) {
            preset.tables = self.base.tables.clone();
            preset.clip = self.base.clip.clone();
        }
        if keeps(Section::Modulation) {
            preset.shapes = self.base.shapes.clone();
            preset.macros = self.base.macros.clone();
        }
        preset
    }
}

/// Proposers for a growth: the more surprise, the fewer patches are cut from the target itself.
pub(super) fn proposers_for(surprise: f32, patches: Vec<Preset>) -> Vec<Box<dyn Proposer>> {
    let left = ((1.0 - surprise) * Variant::ALL.len() as f32).round() as usize;
    if left == 0 {
        return proposers(false, patches);
    }
    let mut all = proposers(true, patches);
    let cut = all.remove(0);
    all.insert(0, Box::new(Few { cut, left }));
    all
}

/// The player's word for a section of the search; none for what belongs to the player anyway.
fn section(of: genome::Section) -> Option<Section> {
    Some(match of {
        genome::Section::Osc | genome::Section::Noise => Section::Oscillators,
        genome::Section::Filter => Section::Filters,
        genome::Section::Env => Section::Envelopes,
        genome::Section::Lfo | genome::Section::Route => Section::Modulation,
        genome::Section::Fx => Section::Effects,
        genome::Section::Voice => return None,
    })
}

/// A few of what a proposer has.
struct Few {
    cut: Box<dyn Proposer>,
    left: usize,
}

impl Proposer for Few {
    fn name(&self) -> &'static str {
        self.cut.name()
    }

    fn propose(&mut self, target: &Target, count: usize, rng: &mut Rng, stop: Stop) -> Vec<Preset> {
        let presets = self.cut.propose(target, count.min(self.left), rng, stop);
        self.left -= presets.len().min(self.left);
        presets
    }
}

/// A preset and its children, the first ones close to it and later ones farther off.
pub(super) struct Offspring {
    parent: Preset,
    born: usize,
}

impl Offspring {
    /// Of this preset.
    pub(super) fn new(parent: Preset) -> Self {
        Offspring { parent, born: 0 }
    }
}

impl Proposer for Offspring {
    fn name(&self) -> &'static str {
        "from a node"
    }

    fn propose(&mut self, _: &Target, count: usize, rng: &mut Rng, _: Stop) -> Vec<Preset> {
        let child = |born: usize| {
            let mut child = self.parent.clone();
            mutate(&mut child, 0.04 * born.min(10) as f32, &[], rng);
            child
        };
        let children = (self.born..self.born + count).map(child).collect();
        self.born += count;
        children
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cultivar_breed::NEVER;

    #[test]
    fn kept_sections_come_from_the_base_and_nothing_else_does() {
        let mut base = Preset::init();
        for &id in ids().leaves() {
            base.patch[id] = id.def().max;
        }
        base.macros[2] = "Glow".into();
        let grown = Preset::init();
        for kept in Section::ALL {
            let heard = Kept { sections: vec![kept], base: base.clone() }.put_into(&grown);
            for &id in ids().leaves() {
                let own = section(genome::section(id)) == Some(kept);
                let wanted = if own { base.patch[id] } else { grown.patch[id] };
                assert_eq!(heard.patch[id], wanted, "{} while {kept:?} is kept", id.def().id);
            }
            assert_eq!(heard.macros[2] == "Glow", kept == Section::Modulation);
            assert_eq!(heard.meta, grown.meta);
        }
        let none = Kept { sections: Vec::new(), base };
        assert_eq!(none.put_into(&grown), grown);
    }

    #[test]
    fn surprise_takes_patches_cut_from_the_target_away() {
        let samples: Vec<f32> = (0..12_000)
            .map(|k| (-3.0 * k as f32 / 24_000.0).exp() * (k as f32 * 0.1151).sin())
            .collect();
        let target = Target::listen(&samples, 24_000.0).expect("a tone");
        let cut = |surprise| {
            let mut first = proposers_for(surprise, Vec::new()).remove(0);
            let mut rng = Rng::new(1);
            std::iter::from_fn(|| first.propose(&target, 9, &mut rng, NEVER).pop()).count()
        };
        assert!(cut(0.0) > 1);
        assert_eq!(cut(1.0 - 1.0 / Variant::ALL.len() as f32), 1);
    }
}
