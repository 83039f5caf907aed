//! Menus that choose one of several.

use cultivar_patch::{Id, Kind, defs, schema::Source};
use egui::{Align2, CornerRadius, Popup, Rect, Response, Sense, WidgetInfo, vec2};

use super::knob::wheel_steps;
use crate::Gesture;
use crate::desk::{Desk, sources};
use crate::icons::{Icon, icon};
use crate::layout::Cut;
use crate::paint::text_in;
use crate::theme::{Palette, Weight, size};

/// A field that opens a menu; `contents` fills it.
pub(crate) fn dropdown(
    ui: &mut egui::Ui,
    rect: Rect,
    name: &str,
    shown: &str,
    contents: impl FnOnce(&mut egui::Ui),
) -> Response {
    let p = Palette::of(ui);
    let response = ui.interact(rect, ui.scope_id().with(("menu", name)), Sense::click());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(egui::Role::ComboBox, true, name);
        info.current_text_value = Some(shown.to_owned());
        info
    });
    let lit = response.hovered()
        || response.has_focus()
        || Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    let painter = ui.painter();
    let round = CornerRadius::same((rect.height() / 2.0) as u8);
    painter.rect_filled(rect, round, if lit { p.lifted } else { p.ground });
    let mut inner = rect.shrink2(vec2(7.0, 0.0));
    let caret = inner.cut_right(8.0);
    icon(painter, Icon::Down, caret.center(), 0.85, p.muted);
    text_in(
        painter,
        inner,
        Align2::LEFT_CENTER,
        shown,
        size::SMALL,
        Weight::Regular,
        if lit { p.text } else { p.muted },
    );
    Popup::menu(&response).width(rect.width().max(140.0)).show(|ui| {
        egui::ScrollArea::vertical().max_height(420.0).show(ui, contents);
    });
    response
}

/// A menu of the options of a choice; the wheel steps through them. Where nothing is chosen it
/// says what could be.
pub(crate) fn select(ui: &mut egui::Ui, desk: &mut Desk, rect: Rect, id: Id) -> Response {
    let def = desk.show(id);
    let Kind::Choice(options) = def.kind else {
        return ui.interact(rect, ui.scope_id().with(("menu", id)), Sense::hover());
    };
    let chosen = (desk.value(id).round().max(0.0) as usize).min(options.len() - 1);
    let name = desk.destination_name(id);
    let mut wish = None;
    let shown = if options[chosen].id == "none" { def.name } else { options[chosen].name };
    let response = dropdown(ui, rect, &name, shown, |ui| {
        for (k, option) in options.iter().enumerate() {
            if ui.selectable_label(k == chosen, option.name).clicked() {
                wish = Some(k as f32);
                ui.close();
            }
        }
    });
    let steps = wheel_steps(ui, &response);
    if steps != 0.0 {
        wish = Some(def.legal(chosen as f32 - steps.signum()));
    }
    if let Some(value) = wish.filter(|value| *value != chosen as f32) {
        desk.set(id, value, Gesture::Once);
    }
    response.on_hover_text(def.doc)
}

/// A menu of all modulation sources; what was clicked.
pub(crate) fn source_menu(ui: &mut egui::Ui, desk: &Desk) -> Option<Source> {
    let mut chosen = None;
    egui::ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
        for source in sources() {
            if ui.button(desk.source_name(source)).clicked() {
                chosen = Some(source);
            }
        }
    });
    chosen
}

/// A menu of everything that can be modulated, module by module; what was clicked.
pub(crate) fn destination_menu(ui: &mut egui::Ui) -> Option<Id> {
    let mut chosen = None;
    let all = defs();
    let mut begin = 0;
    while begin < all.len() {
        let group = &all[begin].group;
        let end = begin + all[begin..].iter().take_while(|def| def.group == *group).count();
        let modulated = |k: &usize| all[*k].modulated;
        let fits: Vec<usize> = (begin..end).filter(modulated).collect();
        begin = end;
        if fits.is_empty() {
            continue;
        }
        ui.menu_button(group.as_str(), |ui| {
            for k in fits {
                if ui.button(all[k].name).on_hover_text(all[k].doc).clicked() {
                    chosen = Some(Id(k as u16));
                }
            }
        });
    }
    chosen
}
