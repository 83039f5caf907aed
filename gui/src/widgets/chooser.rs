//! One of the instrument's own tables or recordings, or a file.

use egui::Rect;

use super::{dropdown, icon_button};
use crate::FactoryName;
use crate::icons::Icon;
use crate::layout::Cut;
use crate::theme::Palette;

/// What is chosen among, and what is chosen.
pub(crate) struct Chooser<'a> {
    /// What its menu is called aloud.
    pub(crate) name: &'a str,
    /// What a neighbour in the list is called.
    pub(crate) kind: &'a str,
    /// What the menu says of a file.
    pub(crate) file: &'a str,
    /// The instrument's own.
    pub(crate) list: &'a [FactoryName],
    /// The chosen one, where it is in the list.
    pub(crate) current: Option<usize>,
    /// What is chosen, in words.
    pub(crate) shown: &'a str,
}

/// What the player picks.
pub(crate) enum Pick {
    /// The factory's own with this id.
    Factory(String),
    /// A file.
    File,
}

impl Chooser<'_> {
    /// Width of the two arrows.
    pub(crate) const ARROWS: f32 = 36.0;

    /// Draws the name with its menu, and elsewhere the arrows to the neighbours in the list.
    pub(crate) fn show(self, ui: &mut egui::Ui, field: Rect, arrows: Rect) -> Option<Pick> {
        let Chooser { name, kind, file, list, current, shown } = self;
        let p = Palette::of(ui);
        let (mut wish, mut open_file) = (None, false);
        let step = |by: usize| match current {
            Some(at) => (at + by) % list.len().max(1),
            None => 0,
        };
        let ends =
            [("Next", Icon::Right, 1, 1), ("Previous", Icon::Left, 0, list.len().max(1) - 1)];
        for (word, arrow, column, by) in ends {
            let spoken = format!("{word} {kind}");
            let at = arrows.column(column, 2, 0.0);
            if icon_button(ui, at, arrow, &spoken, p.muted, true).clicked() {
                wish = list.get(step(by));
            }
        }
        dropdown(ui, field, name, shown, |ui| {
            open_file = ui.button(file).clicked();
            ui.separator();
            for (at, one) in list.iter().enumerate() {
                if ui.selectable_label(current == Some(at), one.title.as_str()).clicked() {
                    wish = Some(one);
                    ui.close();
                }
            }
        });
        if open_file {
            return Some(Pick::File);
        }
        wish.map(|one| Pick::Factory(one.id.clone()))
    }
}
