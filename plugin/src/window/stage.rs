//! The life of one open window: events to egui, frames to the screen, panics to nobody.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use baseview::dpi::{LogicalSize, PhysicalSize};
use baseview::{
    DamageArea, DropEffect, Event, EventStatus, HandlerError, MouseEvent, TimerHandle,
    WindowContext, WindowEvent, WindowHandler, WindowSize,
};
use keyboard_types::KeyboardEvent;
use nice_plug::context::gui::GuiContext;

use super::canvas::Canvas;
use super::desktop::Desktop;
use super::editor::Make;
use super::fault::guarded;
use super::input::{self, Input, Whose};
use super::scene::{Scene, Wishes};
use super::{App, Drag, Shared};

/// Frames that news from the plug-in may cause: 30 a second.
const NEWS: Duration = Duration::from_millis(33);
/// How often the host is looked at: it may put the window elsewhere without saying so.
const LOOK: Duration = Duration::from_secs(1);
/// How long after a click a host or the desktop may take the keyboard for itself, and how often it
/// is taken back from them. On X the pointer tells whether another click was meant to take it.
const CLICK: Duration = Duration::from_millis(if cfg!(target_os = "linux") { 3000 } else { 300 });
const TRIES: u8 = 8;

/// baseview's handler of one window.
pub(super) struct Stage<A: App> {
    window: WindowContext,
    shared: Arc<Shared>,
    desktop: Desktop,
    input: RefCell<Input>,
    scene: RefCell<Scene<A>>,
    /// When the next frame is wanted.
    due: Cell<Option<Instant>>,
    /// When baseview will next ask for a frame of its own accord.
    alarm: Cell<Option<Instant>>,
    drawn: Cell<Instant>,
    opened: Instant,
    keyboard: Cell<Keyboard>,
    /// Stops when dropped.
    _timer: TimerHandle,
    /// A size to ask for once, if the window did not open with it.
    asked: Cell<Option<PhysicalSize<u32>>>,
}

/// Who has the keyboard. A click gives it to the host's window, as a desktop does it, and from there
/// to wherever the host wants it, one after the other; the editor takes it back from each.
#[derive(Clone, Copy, Default)]
struct Keyboard {
    wanted: bool,
    borrowed: bool,
    /// When the last click was, or when it was first wanted.
    since: Option<Instant>,
    /// How often it may still be taken back.
    tries: u8,
}

impl Keyboard {
    /// From now on it is taken back from whoever takes it.
    fn insist(&mut self) {
        (self.since, self.tries) = (Some(Instant::now()), TRIES);
    }

    /// Whether it is to be taken back once more.
    fn insists(&mut self) -> bool {
        let lately = self.since.is_some_and(|since| since.elapsed() < CLICK);
        let again = self.wanted && lately && self.tries > 0;
        self.tries -= u8::from(again);
        again
    }
}

impl<A: App> Stage<A> {
    /// Sets the window up; called on its thread.
    pub(super) fn open(
        window: WindowContext,
        shared: Arc<Shared>,
        make: Make<A>,
        host: GuiContext,
    ) -> Result<Self, HandlerError> {
        let gl = window.gl_context().ok_or(NoOpenGl)?;
        let canvas =
            guarded(|| Canvas::new(gl)).map_err(Broken)?.map_err(HandlerError::from_boxed)?;
        let scene = Scene::new(&shared, canvas, make, host);
        let desktop = Desktop::connect(&window, Arc::clone(&shared), A::accepts);
        let opened = window.size();
        shared.extent.set_scale(opened.scale_factor);
        let wanted = shared.extent.physical();
        let asked = (wanted != opened.physical).then_some(wanted);
        shared.repaint.connect(Some(window.waker()));
        let timer = window.create_timer(LOOK)?;
        let now = Instant::now();
        Ok(Self {
            window,
            shared,
            desktop,
            input: RefCell::new(Input::new()),
            scene: RefCell::new(scene),
            due: Cell::new(Some(now)),
            alarm: Cell::new(None),
            drawn: Cell::new(now),
            opened: now,
            keyboard: Cell::default(),
            _timer: timer,
            asked: Cell::new(asked),
        })
    }

    /// Wants a frame after `delay`.
    fn want(&self, delay: Duration) {
        let now = Instant::now();
        let Some(at) = now.checked_add(delay) else { return };
        if self.due.get().is_none_or(|due| at < due) {
            self.due.set(Some(at));
        }
        if delay.is_zero() {
            self.window.request_redraw();
        } else if self.alarm.get().is_none_or(|alarm| alarm <= now || alarm > at) {
            self.alarm.set(Some(at));
            self.window.request_redraw_after(delay);
        }
    }

    /// Takes what came from other threads.
    fn receive(&self) {
        if self.shared.closing.load(Ordering::Relaxed) {
            self.window.request_close();
        }
        for incoming in self.shared.received() {
            self.input.borrow_mut().incoming(incoming);
            self.want(Duration::ZERO);
        }
        if self.shared.repaint.take() {
            self.want(NEWS.saturating_sub(self.drawn.get().elapsed()));
        }
    }

    fn frame(&self) {
        let Ok(mut scene) = self.scene.try_borrow_mut() else { return };
        self.due.set(None);
        self.drawn.set(Instant::now());
        let size = self.window.size();
        let zoom = scene.ctx.zoom_factor();
        let time = self.opened.elapsed().as_secs_f64();
        let mut raw = self.input.borrow_mut().take(size, zoom, time);
        raw.max_texture_side = Some(scene.canvas.max_texture_side());
        let output = scene.run(&self.shared, raw);
        let mut wishes = scene.finish(&self.shared, size, output);
        wishes.size = wishes.size.or(self.asked.take());
        let typing = scene.ctx.egui_wants_keyboard_input();
        self.shared.typing.store(typing, Ordering::Relaxed);
        let listens = scene.app.as_ref().is_ok_and(App::listens);
        self.shared.pace.note(self.drawn.get().elapsed());
        if let Err(error) = scene.canvas.show() {
            tracing::error!("the editor's picture cannot be shown: {error}");
        }
        drop(scene);
        self.grant(wishes);
        self.settle_keyboard(typing || listens);
    }

    /// Takes the keyboard when it is wanted and gives it back when it no longer is.
    fn settle_keyboard(&self, wanted: bool) {
        let mut keyboard = self.keyboard.get();
        let newly = wanted && !std::mem::replace(&mut keyboard.wanted, wanted);
        let has = self.window.has_focus();
        if newly {
            keyboard.insist();
            if !has {
                keyboard.borrowed = true;
                self.desktop.take_keyboard(&self.window);
            }
        } else if !wanted && std::mem::take(&mut keyboard.borrowed) && has {
            self.desktop.return_keyboard();
        }
        self.keyboard.set(keyboard);
    }

    /// The player has clicked into the window.
    fn clicked(&self) {
        let mut keyboard = self.keyboard.get();
        keyboard.insist();
        if keyboard.wanted && !self.window.has_focus() {
            keyboard.borrowed = true;
            self.desktop.take_keyboard(&self.window);
        }
        self.keyboard.set(keyboard);
    }

    /// Somebody has taken the keyboard.
    fn lost_keyboard(&self) {
        let mut keyboard = self.keyboard.get();
        if keyboard.insists() {
            keyboard.borrowed = true;
            self.desktop.hold_keyboard(&self.window);
        }
        self.keyboard.set(keyboard);
    }

    /// Does what the frame asked for; the window may call back while it does.
    fn grant(&self, wishes: Wishes) {
        let mut failed = Ok(());
        if let Some(cursor) = wishes.cursor {
            failed = failed.and(self.window.set_mouse_cursor(cursor));
        }
        if wishes.focus && !self.window.has_focus() {
            self.desktop.take_keyboard(&self.window);
        }
        if let Some(size) = wishes.size
            && size != self.window.size().physical
            && !self.shared.ask_host(size)
        {
            failed = failed.and(self.window.resize(size));
        }
        if let Err(error) = failed {
            tracing::warn!("the editor's window did not do as asked: {error}");
        }
        wishes.copied.into_iter().for_each(|text| self.desktop.copy(text));
        self.want(wishes.again);
    }

    fn mouse(&self, event: &MouseEvent) -> EventStatus {
        if let Some(drag) = input::drag_of(event) {
            return self.dragged(drag);
        }
        if matches!(event, MouseEvent::ButtonPressed { .. }) {
            self.clicked();
        }
        self.input.borrow_mut().mouse(event);
        self.want(Duration::ZERO);
        EventStatus::Captured
    }

    fn dragged(&self, drag: Drag) -> EventStatus {
        let welcome = match &drag {
            Drag::Over { files, .. } | Drag::Dropped { files, .. } => A::accepts(files),
            Drag::Left => false,
        };
        let drag = match drag {
            Drag::Dropped { .. } if !welcome => Drag::Left,
            drag => drag,
        };
        self.input.borrow_mut().drag(drag);
        self.want(Duration::ZERO);
        if welcome { EventStatus::AcceptDrop(DropEffect::Copy) } else { EventStatus::Ignored }
    }

    fn key(&self, event: &KeyboardEvent) -> EventStatus {
        let Ok(scene) = self.scene.try_borrow() else { return EventStatus::Ignored };
        let typing = scene.ctx.egui_wants_keyboard_input();
        let claims = |key, held| scene.app.as_ref().is_ok_and(|app| app.claims(key, held));
        let whose = self.input.borrow_mut().key(event, typing, claims);
        drop(scene);
        match whose {
            Whose::Theirs => {
                self.desktop.send_on(event);
                return EventStatus::Ignored;
            }
            Whose::OursToPaste => self.desktop.paste(),
            Whose::Ours => self.want(Duration::ZERO),
        }
        EventStatus::Captured
    }

    fn event(&self, event: &Event) -> EventStatus {
        match event {
            Event::Mouse(event) => self.mouse(event),
            Event::Keyboard(event) => self.key(event),
            Event::Window(WindowEvent::Focused | WindowEvent::Unfocused) => {
                let focused = matches!(event, Event::Window(WindowEvent::Focused));
                self.input.borrow_mut().focus(focused);
                if !focused {
                    self.lost_keyboard();
                }
                self.want(Duration::ZERO);
                EventStatus::Captured
            }
            _ => EventStatus::Ignored,
        }
    }
}

impl<A: App> WindowHandler for Stage<A> {
    fn draw(&self) -> Result<(), HandlerError> {
        log(guarded(|| {
            self.receive();
            // A millisecond early is not worth another wake-up.
            let soon = Instant::now() + Duration::from_millis(1);
            if self.due.get().is_some_and(|due| due <= soon) {
                self.frame();
            }
        }));
        Ok(())
    }

    fn damage(&self, _area: DamageArea) {
        // Just shown, perhaps elsewhere.
        self.desktop.look();
        self.want(Duration::ZERO);
    }

    fn poll(&self) {
        log(guarded(|| self.receive()));
    }

    fn resized(&self, size: WindowSize) -> Result<(), HandlerError> {
        let extent = &self.shared.extent;
        extent.set_scale(size.scale_factor);
        let pixels_per_point = size.scale_factor * f64::from(extent.zoom());
        let points: LogicalSize<f32> = size.physical.to_logical(pixels_per_point);
        extent.note_points([points.width, points.height]);
        self.want(Duration::ZERO);
        Ok(())
    }

    fn on_event(&self, event: Event) -> EventStatus {
        log(guarded(|| self.event(&event))).unwrap_or(EventStatus::Ignored)
    }

    fn on_timer(&self, _timer: &TimerHandle) {
        self.desktop.look();
    }
}

impl<A: App> Drop for Stage<A> {
    fn drop(&mut self) {
        self.shared.repaint.connect(None);
        self.shared.typing.store(false, Ordering::Relaxed);
        let scene = self.scene.get_mut();
        let app = std::mem::replace(&mut scene.app, Err(String::new()));
        log(guarded(|| drop(app)));
        let pace = &self.shared.pace;
        tracing::debug!(
            "editor closed after {} frames, the slowest {:.1} ms",
            pace.frames(),
            pace.worst_ms()
        );
    }
}

/// What is left of something that may have panicked, after the log has been told.
pub(super) fn log<T>(result: Result<T, String>) -> Option<T> {
    result.inspect_err(|reason| tracing::error!("the editor's window failed: {reason}")).ok()
}

/// Why a window did not open.
#[derive(Debug, thiserror::Error)]
#[error("this display has no OpenGL")]
struct NoOpenGl;

#[derive(Debug, thiserror::Error)]
#[error("OpenGL failed: {0}")]
struct Broken(String);
