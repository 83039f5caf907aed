//! The Grow page: a target, the garden that grows towards it, why a patch is close.

mod banner;
mod controls;
mod empty;
mod garden;
mod keys;
mod nodes;
mod plot;
mod sound;
mod target;
mod why;

use egui::{Rect, vec2};

use crate::desk::Desk;
use crate::layout::Cut;
use crate::theme::{GAP, Palette, ROUND};

/// Draws the page.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect) {
    let mut rest = rect.shrink2(vec2(8.0, 7.0));
    controls::show(ui, desk, rest.cut_bottom(54.0));
    rest.cut_bottom(GAP);
    target::show(ui, desk, rest.cut_left(222.0));
    rest.cut_left(GAP);
    why::show(ui, desk, rest.cut_right(268.0));
    rest.cut_right(GAP);
    ui.painter().rect_filled(rest, ROUND, Palette::of(ui).bed);
    if desk.view.garden.strands.is_empty() && desk.view.garden.target.is_none() {
        empty::show(ui, desk, rest);
    } else {
        garden::show(ui, desk, rest);
    }
    banner::show(ui, desk, rest);
}

/// Seconds as minutes and seconds.
fn clock(seconds: f32) -> String {
    let whole = seconds.max(0.0) as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// A count with its thousands apart.
fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (k, digit) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}
