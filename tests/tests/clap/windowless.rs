//! Cultivar in a host, its pages reached without a window.

use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_void};
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use cultivar_gui::{Breeding, Family, FamilyState};
use cultivar_plugin::Cultivar;
use cultivar_plugin::editor::Editor;
use cultivar_plugin::gardener::{Gardener, Task};
use cultivar_plugin::window::WindowEditor;
use nice_plug::prelude::*;
use nice_plug::wrapper::clap::{
    CLAP_PLUGIN_FACTORY_ID, CLAP_VERSION, PluginDescriptor, Wrapper, clap_host, clap_plugin,
    clap_plugin_descriptor, clap_plugin_entry, clap_plugin_factory,
};

use crate::host::Host;

thread_local! {
    /// The gardener of the last instance that was made on this thread.
    static MADE: RefCell<Option<Arc<Gardener>>> = const { RefCell::new(None) };
}

/// An instance in a host, and what its window would speak to.
pub(crate) struct Instance {
    host: Host,
    gardener: Arc<Gardener>,
}

impl Instance {
    /// A fresh one that runs at 48 kHz in blocks of up to 1024 samples.
    pub(crate) fn running() -> Self {
        let mut host = Host::of(&ENTRY);
        let gardener = MADE.take().expect("the instance left it there");
        host.start(48_000.0, 1024);
        Instance { host, gardener }
    }

    pub(crate) fn gardener(&self) -> &Gardener {
        &self.gardener
    }

    pub(crate) fn ask(&self, wish: Breeding) {
        assert!(self.gardener.ask(Task::Breed(wish)), "it has too much to do");
    }

    /// Makes factory presets parents.
    pub(crate) fn add_parents(&self, names: &[&str]) {
        names.iter().for_each(|name| self.ask(Breeding::AddPreset(format!("factory:{name}"))));
        self.wait("the parents", |family| family.parents.len() == names.len());
    }

    /// Waits until this many litters are born.
    pub(crate) fn wait_for_litters(&self, count: usize) -> Family {
        self.wait("the litter", |family| {
            family.litters.len() == count && family.state == FamilyState::Ready
        })
    }

    pub(crate) fn wait(&self, what: &str, done: impl Fn(&Family) -> bool) -> Family {
        let begin = Instant::now();
        loop {
            let family = self.gardener.family();
            if done(&family) {
                return family;
            }
            assert!(begin.elapsed() < Duration::from_secs(60), "{what} did not come: {family:?}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Deref for Instance {
    type Target = Host;

    fn deref(&self) -> &Host {
        &self.host
    }
}

impl DerefMut for Instance {
    fn deref_mut(&mut self) -> &mut Host {
        &mut self.host
    }
}

/// Cultivar, whose gardener is handed out as it is made.
struct Windowless(Cultivar);

impl Default for Windowless {
    fn default() -> Self {
        let cultivar = Cultivar::default();
        MADE.set(Some(cultivar.gardener().clone()));
        Windowless(cultivar)
    }
}

impl Plugin for Windowless {
    const NAME: &'static str = Cultivar::NAME;
    const VENDOR: &'static str = Cultivar::VENDOR;
    const URL: &'static str = Cultivar::URL;
    const EMAIL: &'static str = Cultivar::EMAIL;
    const VERSION: &'static str = Cultivar::VERSION;
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = Cultivar::AUDIO_IO_LAYOUTS;
    const MIDI_INPUT: MidiConfig = Cultivar::MIDI_INPUT;
    const SAMPLE_ACCURATE_AUTOMATION: bool = Cultivar::SAMPLE_ACCURATE_AUTOMATION;
    const INPUT_EVENT_CAPACITY: usize = Cultivar::INPUT_EVENT_CAPACITY;

    type Editor = WindowEditor<Editor>;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.0.params()
    }

    fn filter_state(state: &mut PluginState) {
        Cultivar::filter_state(state);
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        buffer: &BufferConfig,
        _context: &mut impl ActivateContext<Self>,
    ) -> bool {
        self.0.start(buffer);
        true
    }

    fn reset(&mut self) {
        self.0.reset();
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        self.0.render(buffer, context)
    }

    fn deactivate(&mut self) {
        self.0.deactivate();
    }
}

impl ClapPlugin for Windowless {
    const CLAP_ID: &'static str = Cultivar::CLAP_ID;
    const CLAP_DESCRIPTION: Option<&'static str> = Cultivar::CLAP_DESCRIPTION;
    const CLAP_MANUAL_URL: Option<&'static str> = Cultivar::CLAP_MANUAL_URL;
    const CLAP_SUPPORT_URL: Option<&'static str> = Cultivar::CLAP_SUPPORT_URL;
    const CLAP_FEATURES: &'static [ClapFeature] = Cultivar::CLAP_FEATURES;
    const CLAP_POLY_MODULATION_CONFIG: Option<PolyModulationConfig> =
        Cultivar::CLAP_POLY_MODULATION_CONFIG;
}

// The framework's own macro for what follows exports a symbol, which the plug-in has already.

static ENTRY: clap_plugin_entry = clap_plugin_entry {
    clap_version: CLAP_VERSION,
    init: Some(init),
    deinit: Some(deinit),
    get_factory: Some(get_factory),
};

static FACTORY: clap_plugin_factory = clap_plugin_factory {
    get_plugin_count: Some(count),
    get_plugin_descriptor: Some(describe),
    create_plugin: Some(create),
};

static DESCRIPTOR: LazyLock<PluginDescriptor> =
    LazyLock::new(PluginDescriptor::for_plugin::<Windowless>);

extern "C" fn init(_: *const c_char) -> bool {
    true
}

extern "C" fn deinit() {}

extern "C" fn get_factory(id: *const c_char) -> *const c_void {
    // SAFETY: hosts give a text that ends with a zero.
    let wanted = unsafe { CStr::from_ptr(id) } == CLAP_PLUGIN_FACTORY_ID;
    if wanted { (&raw const FACTORY).cast() } else { std::ptr::null() }
}

extern "C" fn count(_: *const clap_plugin_factory) -> u32 {
    1
}

extern "C" fn describe(_: *const clap_plugin_factory, _: u32) -> *const clap_plugin_descriptor {
    DESCRIPTOR.clap_plugin_descriptor()
}

extern "C" fn create(
    _: *const clap_plugin_factory,
    host: *const clap_host,
    _: *const c_char,
) -> *const clap_plugin {
    // SAFETY: the host outlives the instance; the framework takes the count back when the
    // instance is destroyed.
    unsafe { (*Arc::into_raw(Wrapper::<Windowless>::new(host))).clap_plugin.as_ptr() }
}
