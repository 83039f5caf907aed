//! What is shown instead of an editor that broke down.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs what must not unwind into the host; a panic becomes its message.
pub(super) fn guarded<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| message(payload.as_ref()))
}

fn message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "no reason given".to_owned()
    }
}

/// Draws the panel; true when the player wants the editor back.
pub(super) fn panel(ui: &mut egui::Ui, reason: &str) -> bool {
    ui.painter().rect_filled(ui.max_rect(), 0.0, ui.visuals().panel_fill);
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() / 3.0).max(0.0));
        ui.heading("The editor stopped");
        ui.label("The sound goes on and nothing of the patch is lost.");
        ui.add_space(8.0);
        ui.add(egui::Label::new(egui::RichText::new(reason).monospace()).wrap());
        ui.add_space(16.0);
        let copy = ui.button("Copy the reason");
        if copy.clicked() {
            ui.ctx().copy_text(reason.to_owned());
        }
        ui.button("Open the editor again").clicked()
    })
    .inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message() {
        assert_eq!(guarded(|| 3), Ok(3));
        assert_eq!(guarded(|| panic!("knob {}", 7)), Err::<(), _>("knob 7".into()));
        assert_eq!(guarded(|| panic!("plain")), Err::<(), _>("plain".into()));
    }
}
