//! The order of the effects: read from their places, changed by dragging a card by its grip or by
//! the buttons beside its title.

use cultivar_patch::Id;
use egui::{CursorIcon, Rect, Sense, Stroke, WidgetInfo, pos2, vec2};

use super::{EFFECTS, GRIP, Icon, icon_button};
use crate::Gesture;
use crate::desk::Desk;
use crate::icons::icon;
use crate::theme::{GAP, Palette, ROUND, TITLE};

/// Width of the two buttons that move a card by one place.
pub(super) const BUTTONS: f32 = 40.0;
/// How near to an end of the rack a dragged card makes it scroll, in points.
const EDGE: f32 = 26.0;

/// The effects in the order the sound goes through them: by their places, those of one place as
/// the schema has them.
pub(super) fn of(desk: &Desk) -> Vec<usize> {
    let mut order: Vec<usize> = (0..EFFECTS.len()).collect();
    order.sort_by_key(|k| desk.value(EFFECTS[*k].place).round() as i32);
    order
}

/// Moves the effect at turn `from` to turn `to`: all places become their turns, as one movement
/// of the hand, so that it is taken back at once.
pub(super) fn set(desk: &mut Desk, order: &[usize], from: usize, to: usize) {
    let mut next = order.to_vec();
    let moved = next.remove(from);
    next.insert(to.min(next.len()), moved);
    let places = next.iter().enumerate().map(|(turn, k)| (EFFECTS[*k].place, (turn + 1) as f32));
    let wishes: Vec<(Id, f32)> = places.filter(|(id, turn)| desk.value(*id) != *turn).collect();
    for gesture in [Gesture::Begin, Gesture::Change, Gesture::End] {
        for (id, turn) in &wishes {
            let value = if gesture == Gesture::Begin { desk.value(*id) } else { *turn };
            desk.set(*id, value, gesture);
        }
    }
}

/// Draws the grip and the buttons of the card at `turn`; from which turn to which it is to move,
/// where the player wants it to.
pub(super) fn moved(
    ui: &mut egui::Ui,
    desk: &mut Desk,
    rows: &[Rect],
    turn: usize,
    title: &str,
) -> Option<(usize, usize)> {
    let row = rows[turn];
    if !ui.is_rect_visible(row)
        && desk.memory.seen.is_none()
        && !ui.ctx().is_being_dragged(grip_id(ui, title))
    {
        return None;
    }
    let p = Palette::of(ui);
    let last = rows.len() - 1;
    let mut wish = dragged(ui, rows, turn, title);
    let line = Rect::from_min_size(row.min, vec2(row.width(), TITLE));
    let button = |back: f32| {
        Rect::from_center_size(pos2(row.right() - back, line.center().y), vec2(18.0, 20.0))
    };
    let up = format!("Move {title} up");
    if icon_button(ui, button(36.0), Icon::Up, &up, p.faint, turn > 0).clicked() {
        wish = Some((turn, turn - 1));
    }
    let down = format!("Move {title} down");
    if icon_button(ui, button(17.0), Icon::Down, &down, p.faint, turn < last).clicked() {
        wish = Some((turn, turn + 1));
    }
    wish
}

fn grip_id(ui: &egui::Ui, title: &str) -> egui::Id {
    ui.scope_id().with(("grip", title))
}

/// The grip of the card at `turn`, and where it is let go.
fn dragged(ui: &mut egui::Ui, rows: &[Rect], turn: usize, title: &str) -> Option<(usize, usize)> {
    let p = Palette::of(ui);
    let row = rows[turn];
    let grip = Rect::from_min_size(row.min, vec2(GRIP, TITLE));
    let response = ui.interact(grip, grip_id(ui, title), Sense::drag());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("Move {title}")));
    let hot = response.hovered() || response.dragged() || response.has_focus();
    let at = pos2(row.left() + 9.0, grip.center().y);
    icon(ui.painter(), Icon::Grip, at, 0.95, if hot { p.text } else { p.faint });
    if hot {
        let hand = if response.dragged() { CursorIcon::Grabbing } else { CursorIcon::Grab };
        ui.ctx().set_cursor_icon(hand);
    }
    if !response.dragged() && !response.drag_stopped() {
        response.on_hover_text("Drag to let the sound go through it earlier or later");
        return None;
    }
    let pointer = ui.ctx().pointer_latest_pos()?;
    // The gap between cards that the pointer is nearest to.
    let gap = rows.iter().filter(|row| row.center().y < pointer.y).count();
    let to = if gap > turn { gap - 1 } else { gap };
    if response.drag_stopped() {
        return (to != turn).then_some((turn, to));
    }
    ui.painter().rect_filled(row, ROUND, p.target.gamma_multiply(0.12));
    if to != turn {
        let y = match rows.get(gap) {
            Some(below) => below.top() - GAP / 2.0,
            None => rows[gap - 1].bottom() + GAP / 2.0,
        };
        ui.painter().hline(row.x_range(), y, Stroke::new(2.0, p.target));
    }
    let seen = ui.clip_rect();
    let beyond =
        (pointer.y - (seen.bottom() - EDGE)).max(0.0) - (seen.top() + EDGE - pointer.y).max(0.0);
    if beyond != 0.0 {
        ui.scroll_with_delta(vec2(0.0, -0.4 * beyond));
        ui.ctx().request_repaint();
    }
    None
}
