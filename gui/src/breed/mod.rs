//! The Breed page: parents, the children they have, whose child each of them is.

mod child;
mod clock;
mod history;
mod keys;
mod parents;

use egui::{Color32, Rect, vec2};

use crate::desk::Desk;
use crate::layout::Cut;
use crate::theme::{GAP, Palette, ROUND};
use crate::view::{ChildView, Family};

/// Draws the page.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let mut rest = rect.shrink2(vec2(8.0, 7.0));
    parents::show(ui, desk, rest.cut_left(234.0));
    rest.cut_left(GAP);
    let mut right = rest.cut_right(262.0);
    rest.cut_right(GAP);
    let below = right.cut_bottom(176.0);
    right.cut_bottom(GAP);
    child::show(ui, desk, right);
    history::show(ui, desk, below);
    ui.painter().rect_filled(rest, ROUND, Palette::of(ui).bed);
    clock::show(ui, desk, rest);
}

/// One of the hues of parents.
fn hue(p: &Palette, k: usize) -> Color32 {
    p.strands[k % p.strands.len()]
}

/// The hue of a parent of the litter that is shown.
fn kin_hue(p: &Palette, family: &Family, k: usize) -> Color32 {
    family.kin.get(k).map_or(p.muted, |kin| hue(p, kin.hue))
}

/// The hue of what is new: one that no parent has.
fn new_hue(p: &Palette) -> Color32 {
    p.text
}

/// The hue of a child: that of the parent that gave most.
pub(crate) fn child_hue(p: &Palette, family: &Family, child: &ChildView) -> Color32 {
    child.leader().map_or(new_hue(p), |k| kin_hue(p, family, k))
}

/// Names of the twelve keys.
const KEYS: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
