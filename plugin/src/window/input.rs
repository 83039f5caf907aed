//! What happened to the window since the last frame, in egui's words.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use baseview::dpi::PhysicalPosition;
use baseview::{DropData, MouseButton, MouseEvent, ScrollDelta, WindowSize};
use egui::{Event, Pos2, Vec2, pos2, vec2};
use keyboard_types::{Code, KeyState, KeyboardEvent};

use super::keys::{self, Clip};
use super::{Drag, Incoming};

/// Collects input between frames.
pub(super) struct Input {
    events: Vec<Event>,
    hovered: Vec<PathBuf>,
    dropped: Vec<PathBuf>,
    pointer: Pos2,
    modifiers: egui::Modifiers,
    focused: bool,
    /// Keys whose press was the editor's, so that their release is too.
    held: Vec<Code>,
    /// Physical pixels per point, and points lost to zoom per logical pixel.
    pixels_per_point: f32,
    zoom: f32,
}

/// Whose a key was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// The editor's; the host does not see it.
    Ours,
    /// The editor's, and it needs the clipboard's text.
    OursToPaste,
    /// The host's.
    Theirs,
}

impl Input {
    pub(super) fn new() -> Self {
        Self {
            events: Vec::new(),
            hovered: Vec::new(),
            dropped: Vec::new(),
            pointer: Pos2::ZERO,
            modifiers: egui::Modifiers::NONE,
            focused: false,
            held: Vec::new(),
            pixels_per_point: 1.0,
            zoom: 1.0,
        }
    }

    /// What egui is given for one frame.
    pub(super) fn take(&mut self, size: WindowSize, zoom: f32, time: f64) -> egui::RawInput {
        self.zoom = zoom;
        self.pixels_per_point = size.scale_factor as f32 * zoom;
        let points =
            vec2(size.physical.width as f32, size.physical.height as f32) / self.pixels_per_point;
        let rect = egui::Rect::from_min_size(Pos2::ZERO, points);
        let hovered =
            |path: &PathBuf| egui::HoveredFile { path: Some(path.clone()), ..Default::default() };
        let dropped = |path| Arc::new(OnDisk(path)) as egui::DroppedFileHandle;
        let mut raw = egui::RawInput {
            screen_rect: Some(rect),
            time: Some(time),
            events: std::mem::take(&mut self.events),
            hovered_files: self.hovered.iter().map(hovered).collect(),
            dropped_files: self.dropped.drain(..).map(dropped).collect(),
            focused: self.focused,
            ..Default::default()
        };
        if let Some(viewport) = raw.viewports.get_mut(&raw.viewport_id) {
            viewport.native_pixels_per_point = Some(size.scale_factor as f32);
            viewport.inner_rect = Some(rect);
            viewport.focused = Some(self.focused);
        }
        raw
    }

    fn point(&self, at: PhysicalPosition<f64>) -> Pos2 {
        pos2(at.x as f32, at.y as f32) / self.pixels_per_point
    }

    fn hold(&mut self, modifiers: egui::Modifiers) {
        if self.modifiers != modifiers {
            self.modifiers = modifiers;
            self.events.push(Event::ModifiersChanged(modifiers));
        }
    }

    fn point_at(&mut self, at: Pos2) {
        self.pointer = at;
        self.events.push(Event::PointerMoved(at));
    }

    /// Takes a mouse event; drags of files go through [`drag_of`] and [`Input::drag`].
    pub(super) fn mouse(&mut self, event: &MouseEvent) {
        match event {
            MouseEvent::CursorMoved { position, modifiers } => {
                self.hold(keys::modifiers(*modifiers));
                self.point_at(self.point(*position));
            }
            MouseEvent::ButtonPressed { button, modifiers } => {
                self.hold(keys::modifiers(*modifiers));
                self.button(*button, true);
            }
            MouseEvent::ButtonReleased { button, modifiers } => {
                self.hold(keys::modifiers(*modifiers));
                self.button(*button, false);
            }
            MouseEvent::WheelScrolled { delta, modifiers } => {
                self.hold(keys::modifiers(*modifiers));
                self.wheel(*delta);
            }
            MouseEvent::CursorLeft => self.events.push(Event::PointerGone),
            _ => {}
        }
    }

    fn button(&mut self, button: MouseButton, pressed: bool) {
        let button = match button {
            MouseButton::Left => egui::PointerButton::Primary,
            MouseButton::Right => egui::PointerButton::Secondary,
            MouseButton::Middle => egui::PointerButton::Middle,
            MouseButton::Back => egui::PointerButton::Extra1,
            MouseButton::Forward => egui::PointerButton::Extra2,
            _ => return,
        };
        let (pos, modifiers) = (self.pointer, self.modifiers);
        self.events.push(Event::PointerButton { pos, button, pressed, modifiers });
    }

    fn wheel(&mut self, delta: ScrollDelta) {
        let (unit, delta) = match delta {
            ScrollDelta::Lines { x, y } => (egui::MouseWheelUnit::Line, vec2(x, y)),
            // Logical pixels, as trackpads report them.
            ScrollDelta::Pixels { x, y } => (egui::MouseWheelUnit::Point, vec2(x, y) / self.zoom),
        };
        if delta == Vec2::ZERO {
            return;
        }
        self.events.push(Event::MouseWheel {
            unit,
            delta,
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: self.modifiers,
        });
    }

    /// Takes a key if it is the editor's: while something is typed into, or when `claims` says so.
    pub(super) fn key(
        &mut self,
        event: &KeyboardEvent,
        typing: bool,
        claims: impl FnOnce(egui::Key, egui::Modifiers) -> bool,
    ) -> Whose {
        self.hold(keys::modifiers_after(event));
        let key = keys::key(event);
        let pressed = event.state == KeyState::Down;
        let held = self.held.iter().position(|code| *code == event.code);
        if pressed {
            if !typing && !key.is_some_and(|key| claims(key, self.modifiers)) {
                return Whose::Theirs;
            }
            if held.is_none() {
                self.held.push(event.code);
            }
        } else {
            match held {
                Some(i) => drop(self.held.swap_remove(i)),
                None => return Whose::Theirs,
            }
        }
        let clip = key.filter(|_| pressed).and_then(|key| keys::clip(key, self.modifiers));
        match clip {
            Some(Clip::Copy) => self.events.push(Event::Copy),
            Some(Clip::Cut) => self.events.push(Event::Cut),
            Some(Clip::Paste) => return Whose::OursToPaste,
            None => self.press(event, key, pressed, typing),
        }
        Whose::Ours
    }

    fn press(
        &mut self,
        event: &KeyboardEvent,
        key: Option<egui::Key>,
        pressed: bool,
        typing: bool,
    ) {
        if let Some(key) = key {
            self.events.push(Event::Key {
                key,
                physical_key: keys::place(event),
                pressed,
                repeat: event.repeat,
                modifiers: self.modifiers,
            });
        }
        if let Some(text) = keys::text(event).filter(|_| typing) {
            self.events.push(Event::Text(text));
        }
    }

    /// Notes whether the window has the keyboard.
    pub(super) fn focus(&mut self, focused: bool) {
        self.focused = focused;
        if !focused {
            self.held.clear();
            self.hold(egui::Modifiers::NONE);
        }
        self.events.push(Event::WindowFocused(focused));
    }

    /// Takes what came from another thread.
    pub(super) fn incoming(&mut self, incoming: Incoming) {
        match incoming {
            Incoming::Key(event) => self.events.push(event),
            Incoming::Pasted(text) => self.events.push(Event::Paste(text)),
            #[cfg(target_os = "linux")]
            Incoming::Drag(drag) => self.drag(drag),
        }
    }

    /// Takes a step of a drag of files.
    pub(super) fn drag(&mut self, drag: Drag) {
        match drag {
            Drag::Over { files, at: [x, y] } => {
                self.hovered = files;
                self.point_at(pos2(x, y) / self.pixels_per_point);
            }
            Drag::Left => {
                self.hovered.clear();
                self.events.push(Event::PointerGone);
            }
            Drag::Dropped { files, at: [x, y] } => {
                self.hovered.clear();
                self.point_at(pos2(x, y) / self.pixels_per_point);
                self.dropped.extend(files);
            }
        }
    }
}

/// The step of a drag of files in a mouse event, if it is one.
pub(super) fn drag_of(event: &MouseEvent) -> Option<Drag> {
    let files = |data: &DropData| match data {
        DropData::Files(files) => files.clone(),
        _ => Vec::new(),
    };
    let place = |at: &PhysicalPosition<f64>| [at.x as f32, at.y as f32];
    Some(match event {
        MouseEvent::DragEntered { position, data, .. }
        | MouseEvent::DragMoved { position, data, .. } => {
            Drag::Over { files: files(data), at: place(position) }
        }
        MouseEvent::DragLeft => Drag::Left,
        MouseEvent::DragDropped { position, data, .. } => {
            Drag::Dropped { files: files(data), at: place(position) }
        }
        _ => return None,
    })
}

/// A dropped file, read by whoever wants it from where it lies.
#[derive(Debug)]
struct OnDisk(PathBuf);

impl egui::DroppedFile for OnDisk {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| format!("{}: {error}", self.0.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baseview::dpi::PhysicalSize;
    use keyboard_types::{Key, Modifiers, NamedKey};

    fn key(input: &mut Input, code: Code, state: KeyState, typing: bool, claimed: bool) -> Whose {
        let letter = code.to_string().trim_start_matches("Key").to_lowercase();
        let key = match code {
            Code::Space => Key::Character(" ".into()),
            Code::ControlLeft => Key::Named(NamedKey::Control),
            _ => Key::Character(letter),
        };
        let modifiers = if input.modifiers.ctrl { Modifiers::CONTROL } else { Modifiers::empty() };
        let event = KeyboardEvent { state, key, code, modifiers, ..Default::default() };
        input.key(&event, typing, |_, _| claimed)
    }

    fn raw(input: &mut Input) -> egui::RawInput {
        let size = WindowSize::from_physical(PhysicalSize::new(1200, 900), 1.5);
        input.take(size, 2.0, 0.0)
    }

    #[test]
    fn points_are_pixels_without_scale_and_zoom() {
        let mut input = Input::new();
        let first = raw(&mut input);
        assert_eq!(first.screen_rect.map(|rect| rect.size()), Some(vec2(400.0, 300.0)));
        assert_eq!(first.viewport().native_pixels_per_point, Some(1.5));
        let position = PhysicalPosition::new(300.0, 150.0);
        input.mouse(&MouseEvent::CursorMoved { position, modifiers: Modifiers::empty() });
        assert_eq!(raw(&mut input).events, [Event::PointerMoved(pos2(100.0, 50.0))]);
    }

    #[test]
    fn the_host_keeps_keys_nobody_wants_and_their_releases() {
        use KeyState::{Down, Up};
        let mut input = Input::new();
        assert_eq!(key(&mut input, Code::Space, Down, false, false), Whose::Theirs);
        assert_eq!(key(&mut input, Code::Space, Up, true, true), Whose::Theirs);
        assert_eq!(key(&mut input, Code::Space, Down, false, true), Whose::Ours);
        assert_eq!(key(&mut input, Code::Space, Up, false, false), Whose::Ours);
        assert_eq!(key(&mut input, Code::Space, Up, false, false), Whose::Theirs);
        let pressed = |event: &Event| matches!(event, Event::Key { .. });
        assert_eq!(raw(&mut input).events.iter().filter(|event| pressed(event)).count(), 2);
    }

    #[test]
    fn typing_takes_every_key_and_the_clipboards_commands() {
        let mut input = Input::new();
        assert_eq!(key(&mut input, Code::KeyB, KeyState::Down, true, false), Whose::Ours);
        assert!(raw(&mut input).events.contains(&Event::Text("b".into())));
        key(&mut input, Code::ControlLeft, KeyState::Down, true, false);
        assert_eq!(key(&mut input, Code::KeyC, KeyState::Down, true, false), Whose::Ours);
        assert_eq!(key(&mut input, Code::KeyV, KeyState::Down, true, false), Whose::OursToPaste);
        let events = raw(&mut input).events;
        assert!(events.contains(&Event::Copy));
        assert!(!events.iter().any(|event| matches!(event, Event::Text(_))));
    }

    #[test]
    fn files_hover_until_they_leave_or_drop() {
        let files = vec![PathBuf::from("/kick.wav")];
        let mut input = Input::new();
        raw(&mut input);
        input.drag(Drag::Over { files: files.clone(), at: [30.0, 60.0] });
        for _ in 0..2 {
            let hovered = raw(&mut input).hovered_files;
            assert_eq!(hovered[0].path.as_deref(), Some(Path::new("/kick.wav")));
        }
        input.drag(Drag::Left);
        assert!(raw(&mut input).hovered_files.is_empty());
        input.drag(Drag::Over { files: files.clone(), at: [30.0, 60.0] });
        input.drag(Drag::Dropped { files, at: [60.0, 60.0] });
        let dropped = raw(&mut input);
        assert!(dropped.hovered_files.is_empty());
        assert_eq!(dropped.dropped_files[0].path(), Path::new("/kick.wav"));
        assert!(dropped.events.contains(&Event::PointerMoved(pos2(20.0, 20.0))));
        assert!(raw(&mut input).dropped_files.is_empty());
    }
}
