//! What the player asks of a growth: which sections stay as they are, and how much surprise.

use cultivar_breed::extract::Variant;
use cultivar_breed::{Proposer, Rng, Target, genome, proposers};
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

    fn propose(&mut self, target: &Target, count: usize, rng: &mut Rng) -> Vec<Preset> {
        let presets = self.cut.propose(target, count.min(self.left), rng);
        self.left -= presets.len().min(self.left);
        presets
    }
}
