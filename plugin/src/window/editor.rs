//! What nice-plug asks of an editor, answered with a baseview window.

use std::cell::RefCell;
use std::error::Error;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use baseview::dpi::LogicalSize;
use baseview::host::{Host, HostCallbacks, HostMainThreadCaller};
use baseview::{HandlerError, Window, WindowSettings, WindowSize};
use nice_plug::context::PluginApi;
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::NativeSize;
use nice_plug::editor::{
    Editor, EditorHandle, HostMethods, Modifiers, ParentWindowHandle, ResizeHint, SpawnedEditor,
    VirtualKeyCode,
};

use super::stage::Stage;
use super::{App, Extent, Incoming, Pace, Repaint, Shared, canvas, desktop, keys};

/// Makes what a window shows, on the window's thread: fonts and styles go into the context.
pub(super) type Make<A> = Arc<dyn Fn(&egui::Context, GuiContext) -> A + Send + Sync>;

/// The editor a plug-in gives to nice-plug: `type Editor = WindowEditor<MyApp>`.
pub struct WindowEditor<A: App> {
    title: String,
    extent: Arc<Extent>,
    repaint: Repaint,
    pace: Arc<Pace>,
    make: Make<A>,
}

impl<A: App> WindowEditor<A> {
    /// An editor titled `title` (seen where the window stands alone), of the size and zoom in
    /// `extent`, repainted through `repaint`, showing what `make` makes each time it opens.
    pub fn new(
        title: impl Into<String>,
        extent: Arc<Extent>,
        repaint: Repaint,
        make: impl Fn(&egui::Context, GuiContext) -> A + Send + Sync + 'static,
    ) -> Self {
        Self { title: title.into(), extent, repaint, pace: Arc::default(), make: Arc::new(make) }
    }

    /// How long its frames take.
    pub fn pace(&self) -> Arc<Pace> {
        Arc::clone(&self.pace)
    }

    fn settings(&self, parent: Option<ParentWindowHandle>, wait: bool) -> WindowSettings {
        let [width, height] = Extent::MIN.map(|side| side * Extent::ZOOM[0]);
        if !self.extent.knows_scale() {
            self.extent.set_scale(desktop::scale().unwrap_or(1.0));
        }
        WindowSettings::new()
            .with_title(self.title.clone())
            .with_size(self.extent.physical())
            .with_min_size(LogicalSize::new(width, height))
            .with_resizable(true)
            .with_parent(parent.as_ref())
            .with_wait_for_parent(wait)
            .with_gl_config(canvas::config())
    }
}

impl<A: App> Editor for WindowEditor<A> {
    type Handle = Handle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Handle>, Box<dyn Error>> {
        let api = gui_context.plugin_api();
        let (callbacks, call_host) = match host {
            Some(host) => (Some(host.callbacks), Some(host.main_thread_caller)),
            None => (None, None),
        };
        let shared = Arc::new(Shared {
            extent: Arc::clone(&self.extent),
            repaint: self.repaint.clone(),
            pace: Arc::clone(&self.pace),
            inbox: Default::default(),
            typing: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            call_host: call_host.map(Mutex::new),
            asked: Mutex::default(),
        });
        let callbacks = callbacks.map(|callbacks| Rc::new(RefCell::new(callbacks)));
        let host = callbacks.as_ref().map(|callbacks| {
            Host::new()
                .with_callbacks(Callbacks(Rc::clone(callbacks)))
                .with_main_thread(MainThread(Arc::clone(&shared)))
        });
        // The host has made room for the size it was told before it told us its scale; the first
        // frame asks for the right one.
        let settings = self
            .settings(parent, wait_for_parent)
            .with_fallback_scale_factor(fallback_scale_factor);
        // What a host says counts where the display itself says nothing, as in baseview.
        self.extent.set_scale(desktop::scale().or(fallback_scale_factor).unwrap_or(1.0));
        let stage = {
            let (shared, make) = (Arc::clone(&shared), Arc::clone(&self.make));
            move |window| Stage::open(window, shared, make, gui_context)
        };
        let window = Window::create_with_host(settings, stage, host)
            .inspect_err(|error| tracing::error!("the editor does not open: {error}"))?;
        Ok(SpawnedEditor {
            handle: Handle { shared: Arc::clone(&shared), api },
            window: OpenWindow {
                window,
                callbacks,
                #[cfg(target_os = "linux")]
                shared,
            },
        })
    }

    fn size(&self) -> NativeSize<u32> {
        if !self.extent.knows_scale() {
            self.extent.set_scale(desktop::scale().unwrap_or(1.0));
        }
        self.extent.native()
    }

    fn resize_hint(&self) -> ResizeHint {
        self.extent.hint()
    }

    unsafe fn assume_standalone_in_process(&self) {
        // SAFETY: the caller keeps the same promises.
        unsafe { baseview::assume_standalone_in_process() }
    }
}

/// An open window and the host around it.
pub struct OpenWindow {
    window: Window,
    callbacks: Option<HostSide>,
    #[cfg(target_os = "linux")]
    shared: Arc<Shared>,
}

#[cfg(target_os = "linux")]
impl Drop for OpenWindow {
    fn drop(&mut self) {
        desktop::close(&self.window, &self.shared);
    }
}

/// What the host lets us do, on its own thread.
type HostSide = Rc<RefCell<Box<dyn nice_plug::editor::HostCallbacks>>>;

/// The host's hold on an open window.
pub struct Handle {
    shared: Arc<Shared>,
    api: PluginApi,
}

impl Handle {
    /// Asks the host for the size the window wants. The host then gives it to the window, except
    /// that CLAP leaves it to us once the host has agreed.
    fn ask(&self, open: &OpenWindow) -> Result<(), Box<dyn Error>> {
        let asked = self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (Some(size), Some(callbacks)) = (asked, &open.callbacks) else { return Ok(()) };
        let scale = self.shared.extent.scale();
        callbacks.try_borrow_mut()?.request_resize(size.into(), scale)?;
        if self.api == PluginApi::Clap {
            open.window.resize(size)?;
        }
        Ok(())
    }
}

impl EditorHandle for Handle {
    type Window = OpenWindow;
    type Error = baseview::Error;

    fn run_until_closed(open: OpenWindow) -> Result<(), baseview::Error> {
        #[cfg(target_os = "linux")]
        return desktop::run_until_closed(&open.window);
        #[cfg(not(target_os = "linux"))]
        open.window.run_until_closed()
    }

    fn set_parent(
        &self,
        parent: ParentWindowHandle,
        open: &OpenWindow,
    ) -> Result<(), baseview::Error> {
        open.window.set_parent(&parent)
    }

    fn show(&self, open: &OpenWindow) -> Result<(), baseview::Error> {
        open.window.show()?;
        self.shared.repaint.request();
        Ok(())
    }

    fn hide(&self, open: &OpenWindow) -> Result<(), baseview::Error> {
        open.window.hide()
    }

    fn set_size(&self, size: NativeSize<u32>, open: &OpenWindow) -> Result<(), baseview::Error> {
        open.window.resize(baseview::dpi::NativeSize::new(size.width, size.height))
    }

    fn host_main_thread_callback(&self, open: &OpenWindow) {
        open.window.host_main_thread_callback();
        if let Err(error) = self.ask(open) {
            tracing::debug!("the host keeps the editor's size: {error}");
        }
    }

    fn adjust_size(&self, size: NativeSize<u32>, open: &OpenWindow) -> Option<NativeSize<u32>> {
        let now = open.window.size();
        let current = NativeSize::from_logical_or_physical(now.logical, now.physical);
        Some(self.shared.extent.hint().adjust_size(size, current, self.shared.extent.scale()))
    }

    fn set_fallback_scale_factor(
        &self,
        scale: f64,
        open: &OpenWindow,
    ) -> Result<(), baseview::Error> {
        open.window.suggest_fallback_scale_factor(scale)
    }

    fn on_virtual_key_from_host(
        &self,
        key: VirtualKeyCode,
        pressed: bool,
        modifiers: Modifiers,
    ) -> bool {
        if !self.shared.typing.load(Ordering::Relaxed) {
            return false;
        }
        let Some(key) = keys::from_host(key) else { return false };
        let modifiers = keys::modifiers_from_host(modifiers);
        self.shared.send(Incoming::Key(egui::Event::Key {
            key,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers,
        }));
        if key == egui::Key::Space && pressed {
            self.shared.send(Incoming::Key(egui::Event::Text(" ".to_owned())));
        }
        true
    }

    fn state_changed(&self) {
        self.shared.repaint.request();
    }

    fn param_value_changed(&self, _id: &str, _normalized: f32) {
        self.shared.repaint.request();
    }

    fn param_modulation_changed(&self, _id: &str, _offset: f32) {
        self.shared.repaint.request();
    }
}

struct Callbacks(HostSide);

impl HostCallbacks for Callbacks {
    fn request_resize(&mut self, size: WindowSize) -> Result<(), HandlerError> {
        // On X the window only changes by itself when the host has changed it behind our back:
        // asking the host for the same again would go on for ever.
        if cfg!(target_os = "linux") {
            return Ok(());
        }
        let Ok(mut host) = self.0.try_borrow_mut() else { return Ok(()) };
        host.request_resize(size.physical.into(), size.scale_factor)
            .map_err(HandlerError::from_boxed)
    }

    fn destroyed(&mut self) {
        if let Ok(mut host) = self.0.try_borrow_mut() {
            host.destroyed();
        }
    }
}

struct MainThread(Arc<Shared>);

impl HostMainThreadCaller for MainThread {
    fn call_main_thread(&mut self) {
        self.0.call_host();
    }
}
