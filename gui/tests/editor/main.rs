//! The editor under a hand that finds everything by its name.

#[path = "../../examples/gallery/data.rs"]
mod data;
mod effects;
mod family;
mod garden;
mod synth;
mod window;

use cultivar_gui::{Command, Gesture, Memory, Page, SIZE, show};
use cultivar_patch::Id;
use data::Data;
use egui::{
    Event, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2, TouchPhase, vec2,
};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

/// What the editor is shown, what it remembers and what it asked for.
pub(crate) struct Desk {
    pub(crate) data: Data,
    pub(crate) memory: Memory,
    pub(crate) commands: Vec<Command>,
}

impl Desk {
    /// Obeys what the owner of a window would obey at once.
    fn obey(&mut self, from: usize) {
        for command in &self.commands[from..] {
            match command {
                Command::SetParam { id, value, .. } => self.data.preset.patch[*id] = *value,
                Command::SetShape { lfo, shape, .. } => {
                    self.data.preset.shapes[*lfo] = shape.clone()
                }
                _ => {}
            }
        }
    }
}

pub(crate) type Editor = Harness<'static, Desk>;

/// An editor on a page, over made-up data that `change` may change.
pub(crate) fn editor(page: Page, change: impl FnOnce(&mut Data)) -> Editor {
    let mut memory = Memory::default();
    memory.settings.page = page;
    let mut data = Data::new();
    change(&mut data);
    let desk = Desk { data, memory, commands: Vec::new() };
    let draw = |ui: &mut egui::Ui, desk: &mut Desk| {
        let before = desk.commands.len();
        show(ui, &desk.data.view(), &mut desk.memory, &mut desk.commands);
        desk.obey(before);
    };
    let mut editor = Harness::builder()
        .with_size(SIZE)
        .with_step_dt(0.05)
        .with_max_steps(40)
        .build_ui_state(draw, desk);
    editor.run();
    editor.state_mut().commands.clear();
    editor
}

/// Presses at `from`, moves to `to` in three steps, lets go.
pub(crate) fn drag(editor: &mut Editor, from: Pos2, to: Pos2) {
    editor.event(Event::PointerMoved(from));
    button(editor, from, true);
    editor.step();
    for k in 1..=3 {
        editor.event(Event::PointerMoved(from + (to - from) * (k as f32 / 3.0)));
        editor.step();
    }
    button(editor, to, false);
    editor.run();
}

pub(crate) fn button(editor: &mut Editor, pos: Pos2, pressed: bool) {
    let modifiers = Modifiers::NONE;
    editor.event(Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers });
}

/// Two clicks within the time of a double-click.
pub(crate) fn double_click(editor: &mut Editor, at: Pos2) {
    // A click shortly before would make it a triple-click.
    editor.run_steps(10);
    editor.event(Event::PointerMoved(at));
    for _ in 0..2 {
        button(editor, at, true);
        button(editor, at, false);
    }
    editor.run();
}

/// Turns the wheel by so many steps.
pub(crate) fn wheel(editor: &mut Editor, at: Pos2, steps: f32) {
    editor.event(Event::PointerMoved(at));
    editor.step();
    editor.event(Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta: vec2(0.0, steps),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    editor.run();
}

/// Clicks what is called `name`.
pub(crate) fn click(editor: &mut Editor, name: &str) {
    editor.get_by_label(name).click();
    editor.run();
}

/// Where what is called `name` is.
pub(crate) fn place(editor: &Editor, name: &str) -> Pos2 {
    editor.get_by_label(name).rect().center()
}

/// The gestures and values asked of one parameter, in order.
pub(crate) fn moves(editor: &Editor, wanted: Id) -> Vec<(Gesture, f32)> {
    let asked = editor.state().commands.iter();
    asked
        .filter_map(|command| match command {
            Command::SetParam { id, value, gesture } if *id == wanted => Some((*gesture, *value)),
            _ => None,
        })
        .collect()
}

/// Asserts that a movement of the hand was told whole: begin, changes, end.
pub(crate) fn assert_whole(moves: &[(Gesture, f32)]) {
    assert!(moves.len() >= 3, "{moves:?}");
    assert_eq!(moves[0].0, Gesture::Begin);
    assert_eq!(moves[moves.len() - 1].0, Gesture::End);
    let inner = &moves[1..moves.len() - 1];
    assert!(inner.iter().all(|(gesture, _)| *gesture == Gesture::Change), "{moves:?}");
}
