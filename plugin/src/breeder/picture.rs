//! The family as plain data for the Breed page.

use cultivar_breed::genome::Section;
use cultivar_gui::{ChildView, Family as Shown, FamilyState, Kin, LitterRow, ParentCard};

use super::family::{Child, Family, Kept, Parent};

/// The picture of a family; `breeding` says that a litter is on its way.
pub(super) fn of(family: &Family, breeding: bool) -> Shown {
    let litter = family.litter();
    let state = match (breeding, litter.is_some(), family.parents.is_empty()) {
        (true, ..) => FamilyState::Breeding,
        (false, true, _) => FamilyState::Ready,
        (false, false, true) => FamilyState::Empty,
        (false, false, false) => FamilyState::Waiting,
    };
    let kin = |parent: &Parent| Kin { name: parent.preset.meta.name.clone(), hue: parent.hue };
    Shown {
        parents: family.parents.iter().map(card).collect(),
        mix: family.ways.mix,
        mutation: family.ways.mutation,
        locked: family.ways.locked.clone(),
        state,
        error: family.error.clone(),
        litter: litter.and(family.shown),
        litters: family.litters.iter().map(row).collect(),
        kin: litter.map(|litter| litter.parents.iter().map(kin).collect()).unwrap_or_default(),
        children: litter.map(children).unwrap_or_default(),
        selected: family.selected,
        on_keys: family.on_keys,
    }
}

fn card(parent: &Parent) -> ParentCard {
    ParentCard {
        name: parent.preset.meta.name.clone(),
        origin: parent.origin.clone(),
        weight: parent.weight,
        peaks: parent.peaks.to_vec(),
        hue: parent.hue,
        trouble: parent.trouble.clone(),
    }
}

fn row(litter: &Kept) -> LitterRow {
    let names = litter.parents.iter().map(|parent| parent.preset.meta.name.clone());
    LitterRow {
        title: format!("Litter {}", litter.number),
        parents: names.collect(),
        seed: litter.seed,
        planted: litter.planted,
    }
}

fn children(litter: &Kept) -> Vec<ChildView> {
    litter.children.iter().map(child).collect()
}

fn child(child: &Child) -> ChildView {
    let sections = Section::ALL.into_iter().zip(child.sections);
    let sections = sections
        .filter_map(|(section, parent)| Some((name(section)?.to_owned(), usize::from(parent?))));
    ChildView {
        name: child.preset.meta.name.clone(),
        peaks: child.outline.iter().map(|height| [-height, *height]).collect(),
        shares: child.shares.clone(),
        new: child.new,
        sections: sections.collect(),
        loved: child.loved,
    }
}

/// A section in the player's words; none for what is not worth a line.
fn name(section: Section) -> Option<&'static str> {
    Some(match section {
        Section::Osc => "Oscillators",
        Section::Noise => "Noise",
        Section::Filter => "Filters",
        Section::Env => "Envelopes",
        Section::Lfo => "Modulation",
        Section::Fx => "Effects",
        Section::Route | Section::Voice => return None,
    })
}
