//! The X desktop around the window: a second connection that answers drags, keeps the clipboard
//! and passes keys on.
//!
//! baseview's own connection accepts every drag before anybody was asked, overlooks drags that
//! come through a host's window, and keeps keys nobody wanted. So a small window of ours stands in
//! as the drop site (`XdndProxy`) of the editor and of every host window around it, and owns the
//! clipboard. It lives on a thread that only waits for X.

mod ancestors;
mod clipboard;
mod drop;
mod keyboard;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use baseview::WindowContext;
use keyboard_types::KeyboardEvent;
use raw_window_handle::{HasWindowHandle, RawWindowHandle};
use x11rb::connection::{Connection, RequestConnection};
use x11rb::errors::ReplyOrIdError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, Window,
    WindowClass,
};
use x11rb::resource_manager;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::Shared;
use ancestors::Ancestors;
use clipboard::Clipboard;
use drop::DropSite;
use keyboard::Keyboard;

/// How long a window may take to close.
const PATIENCE: Duration = Duration::from_secs(5);

x11rb::atom_manager! {
    /// Names both sides of X agree on.
    Atoms: AtomsCookie {
        XdndAware, XdndProxy, XdndSelection, XdndTypeList,
        XdndEnter, XdndPosition, XdndStatus, XdndLeave, XdndDrop, XdndFinished,
        XdndActionCopy,
        URI_LIST: b"text/uri-list",
        CLIPBOARD, TARGETS, UTF8_STRING, INCR, CULTIVAR_SELECTION,
        TEXT_UTF8: b"text/plain;charset=utf-8",
        TEXT_PLAIN: b"text/plain",
        WM_STATE,
        CULTIVAR_WAKE,
    }
}

/// Physical pixels per logical pixel by the desktop's settings, if they say.
pub(super) fn scale() -> Option<f64> {
    let (connection, _) = x11rb::connect(None).ok()?;
    let resources = resource_manager::new_from_default(&connection).ok()?;
    let dpi: f64 = resources.get_value("Xft.dpi", "").ok()??;
    (dpi.is_finite() && dpi > 0.0).then_some(dpi / 96.0)
}

/// Ends a window's thread and waits until it has. baseview itself only waits for a thread that has
/// already ended, and a host may unload the plug-in right after closing its editor.
pub(super) fn close(window: &baseview::Window, shared: &Shared) {
    shared.closing.store(true, Ordering::Relaxed);
    let told = Instant::now();
    while window.is_open() {
        if told.elapsed() > PATIENCE {
            tracing::error!("the editor's window does not close");
            return;
        }
        shared.repaint.wake();
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Shows a window and waits until it is closed.
pub(super) fn run_until_closed(window: &baseview::Window) -> Result<(), baseview::Error> {
    window.show()?;
    while window.is_open() {
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// The window's hold on its desktop thread. Without a connection it does nothing.
pub(super) struct Desktop(Option<Post>);

struct Post {
    wire: Arc<Wire>,
    thread: Option<JoinHandle<()>>,
}

/// What both threads use. Only the desktop's waits for answers.
struct Wire {
    connection: RustConnection,
    atoms: Atoms,
    root: Window,
    /// The editor's window.
    editor: Window,
    /// Our own, never shown.
    proxy: Window,
    /// The editor's parent, for keys; zero if there is none.
    parent: AtomicU32,
    orders: Mutex<Vec<Order>>,
}

enum Order {
    Copy(String),
    Paste,
    Look,
    TakeKeyboard,
    HoldKeyboard,
    ReturnKeyboard,
    Stop,
}

impl Desktop {
    /// Connects, stands in for the window, and starts the thread.
    pub(super) fn connect(
        window: &WindowContext,
        shared: Arc<Shared>,
        accepts: fn(&[PathBuf]) -> bool,
    ) -> Self {
        let post = editor_of(window).and_then(|editor| match Wire::connect(editor) {
            Ok(wire) => Some(Arc::new(wire)),
            Err(error) => {
                tracing::warn!("no drops or clipboard, X does not answer: {error}");
                None
            }
        });
        let post = post.and_then(|wire| {
            let theirs = Arc::clone(&wire);
            let run = move || theirs.run(&shared, accepts);
            let thread = std::thread::Builder::new().name("cultivar-desktop".into()).spawn(run);
            Some(Post { wire, thread: Some(thread.ok()?) })
        });
        let desktop = Self(post);
        desktop.look();
        desktop
    }

    /// Puts text into the clipboard.
    pub(super) fn copy(&self, text: String) {
        self.order(Order::Copy(text));
    }

    /// Asks for the clipboard's text; it arrives in the inbox.
    pub(super) fn paste(&self) {
        self.order(Order::Paste);
    }

    /// Looks who the window's ancestors are.
    pub(super) fn look(&self) {
        self.order(Order::Look);
    }

    /// Gives the keyboard to the window, remembering who had it.
    pub(super) fn take_keyboard(&self, _window: &WindowContext) {
        self.order(Order::TakeKeyboard);
    }

    /// Gives it to the window again, where it went no further than to the host's windows.
    pub(super) fn hold_keyboard(&self, _window: &WindowContext) {
        self.order(Order::HoldKeyboard);
    }

    /// Gives the keyboard back to whoever had it before.
    pub(super) fn return_keyboard(&self) {
        self.order(Order::ReturnKeyboard);
    }

    /// Passes a key on to the host's window.
    pub(super) fn send_on(&self, event: &KeyboardEvent) {
        if let Some(post) = &self.0
            && let Err(error) = keyboard::send_on(&post.wire, event)
        {
            tracing::debug!("a key was lost: {error}");
        }
    }

    fn order(&self, order: Order) {
        if let Some(post) = &self.0 {
            post.wire.order(order);
        }
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        let Some(post) = &mut self.0 else { return };
        post.wire.order(Order::Stop);
        if let Some(thread) = post.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the editor's desktop thread panicked");
        }
    }
}

fn editor_of(window: &WindowContext) -> Option<Window> {
    match window.window_handle().ok()?.as_raw() {
        RawWindowHandle::Xlib(handle) => Window::try_from(handle.window).ok(),
        RawWindowHandle::Xcb(handle) => Some(handle.window.get()),
        _ => None,
    }
}

impl Wire {
    fn connect(editor: Window) -> Result<Self, Box<dyn std::error::Error>> {
        let (connection, screen) = x11rb::connect(None)?;
        let atoms = Atoms::new(&connection)?.reply()?;
        let root = connection.setup().roots.get(screen).ok_or("no such screen")?.root;
        connection.prefetch_maximum_request_bytes();
        let proxy = stand_in(&connection, &atoms, root)?;
        Ok(Self {
            connection,
            atoms,
            root,
            editor,
            proxy,
            parent: AtomicU32::new(0),
            orders: Mutex::default(),
        })
    }

    /// Leaves an order for the thread and wakes it.
    fn order(&self, order: Order) {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).push(order);
        let wake = ClientMessageEvent::new(32, self.proxy, self.atoms.CULTIVAR_WAKE, [0; 5]);
        let sent = self.connection.send_event(false, self.proxy, EventMask::NO_EVENT, wake);
        if let Err(error) = sent.and_then(|_| self.connection.flush()) {
            tracing::debug!("X is gone: {error}");
        }
    }

    /// The desktop thread: waits for X until told to stop.
    fn run(&self, shared: &Shared, accepts: fn(&[PathBuf]) -> bool) {
        let mut ancestors = Ancestors::new(self);
        let mut site = DropSite::new(self, shared, accepts);
        let mut clipboard = Clipboard::new(self, shared);
        let mut keyboard = Keyboard::new(self);
        while let Ok(event) = self.connection.wait_for_event() {
            let mut orders = Vec::new();
            tell(match event {
                Event::ClientMessage(message) if message.type_ == self.atoms.CULTIVAR_WAKE => {
                    orders = self.orders();
                    Ok(())
                }
                Event::ClientMessage(message) => site.message(&message, &ancestors),
                Event::SelectionNotify(notify) if notify.selection == self.atoms.XdndSelection => {
                    site.data(&notify)
                }
                event => clipboard.event(&event),
            });
            for order in orders {
                tell(match order {
                    Order::Copy(text) => clipboard.copy(text),
                    Order::Paste => clipboard.paste(),
                    Order::Look => ancestors.look(),
                    Order::TakeKeyboard => keyboard.take(),
                    Order::HoldKeyboard => keyboard.hold(),
                    Order::ReturnKeyboard => keyboard.give_back(),
                    Order::Stop => return ancestors.leave(),
                });
            }
            if let Err(error) = self.connection.flush() {
                return tracing::debug!("X is gone: {error}");
            }
        }
    }

    fn orders(&self) -> Vec<Order> {
        std::mem::take(&mut *self.orders.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn send(&self, to: Window, message: ClientMessageEvent) -> Done {
        self.connection.send_event(false, to, EventMask::NO_EVENT, message)?;
        Ok(())
    }

    /// A window named by a property of another, if it has that property.
    fn window_in(&self, window: Window, property: u32) -> Result<Option<Window>, ReplyOrIdError> {
        let kind = x11rb::protocol::xproto::AtomEnum::WINDOW;
        let reply = self.connection.get_property(false, window, property, kind, 0, 1)?.reply()?;
        Ok(reply.value32().and_then(|mut values| values.next()))
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        // The connection's end would destroy it too; this is for the host's own bookkeeping.
        if self.connection.destroy_window(self.proxy).is_ok() {
            let _ = self.connection.flush();
        }
    }
}

/// What most dealings with X come to.
type Done = Result<(), ReplyOrIdError>;

fn tell(done: Done) {
    if let Err(error) = done {
        tracing::debug!("X refused: {error}");
    }
}

/// Our own window: never shown, aware of drags, a proxy of itself as the protocol demands.
fn stand_in(
    connection: &RustConnection,
    atoms: &Atoms,
    root: Window,
) -> Result<Window, ReplyOrIdError> {
    let proxy = connection.generate_id()?;
    let aux = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
    let class = WindowClass::INPUT_ONLY;
    connection.create_window(0, proxy, root, -1, -1, 1, 1, 0, class, 0, &aux)?.check()?;
    let replace = PropMode::REPLACE;
    let kind = x11rb::protocol::xproto::AtomEnum::ATOM;
    connection.change_property32(replace, proxy, atoms.XdndAware, kind, &[drop::VERSION])?;
    let kind = x11rb::protocol::xproto::AtomEnum::WINDOW;
    connection.change_property32(replace, proxy, atoms.XdndProxy, kind, &[proxy])?;
    connection.flush()?;
    Ok(proxy)
}
