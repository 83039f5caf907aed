//! A host in the same process: one instance, its parameters, its state, its sound.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamInfoBuffer,
    ParamInfoFlags, ParamRescanFlags, PluginParams,
};
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::PluginState;
use clack_extensions::tail::{PluginTail, TailLength};
use clack_extensions::voice_info::{HostVoiceInfo, HostVoiceInfoImpl};
use clack_host::entry::EntryDescriptor;
use clack_host::events::event_types::{
    MidiEvent, NoteChokeEvent, NoteExpressionEvent, NoteExpressionType, NoteOffEvent, NoteOnEvent,
    ParamModEvent, ParamValueEvent, TransportEvent, TransportFlags,
};
use clack_host::events::{EventFlags, EventHeader};
use clack_host::events::{Match, Pckn};
use clack_host::prelude::*;
use clack_host::utils::ClapId;

/// What the plug-in asked of its host.
#[derive(Default)]
pub(crate) struct Asked {
    pub(crate) callbacks: AtomicU32,
    pub(crate) flushes: AtomicU32,
}

impl SharedHandler<'_> for Asked {
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {
        self.callbacks.fetch_add(1, Ordering::Relaxed);
    }
}

impl HostParamsImplShared for Asked {
    fn request_flush(&self) {
        self.flushes.fetch_add(1, Ordering::Relaxed);
    }
}

pub(crate) struct MainThread;

impl<'a> MainThreadHandler<'a> for MainThread {}

impl HostParamsImplMainThread for MainThread {
    fn rescan(&self, _: ParamRescanFlags) {}
    fn clear(&self, _: ClapId, _: ParamClearFlags) {}
}

impl HostVoiceInfoImpl for MainThread {
    fn changed(&self) {}
}

pub(crate) struct Daw;

impl HostHandlers for Daw {
    type Shared<'a> = Asked;
    type MainThread<'a> = MainThread;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _: &Asked) {
        builder.register::<HostParams>().register::<HostVoiceInfo>();
    }
}

/// A parameter as the host sees it.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) id: ClapId,
    pub(crate) name: String,
    pub(crate) module: String,
    pub(crate) max: f64,
    pub(crate) flags: ParamInfoFlags,
}

/// One instance in a host.
pub(crate) struct Host {
    // Before the instance: an instance that is dropped while it runs is leaked.
    audio: Option<StartedPluginAudioProcessor<Daw>>,
    instance: PluginInstance<Daw>,
    params: PluginParams,
    by_name: BTreeMap<String, Param>,
    out: EventBuffer,
    transport: Option<TransportEvent>,
    rate: f64,
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Host {
    /// A fresh instance, not yet running.
    pub(crate) fn new() -> Self {
        Host::of(&cultivar_plugin::clap_entry)
    }

    /// A fresh instance of the one plug-in behind an entry, not yet running.
    pub(crate) fn of(entry: &'static EntryDescriptor) -> Self {
        // SAFETY: both entries of these tests are made as the framework makes them.
        let entry = unsafe { PluginEntry::load_from_raw(entry, c"") };
        let entry = entry.expect("the entry starts");
        let factory = entry.get_plugin_factory().expect("a factory");
        let id = factory.plugin_descriptors().next().expect("one plug-in").id().expect("an id");
        let info = HostInfo::new("Test host", "Cultivar", "https://example.com", "1").unwrap();
        let shared = |_: &()| Asked::default();
        let instance = PluginInstance::<Daw>::new(shared, |_| MainThread, &entry, id, &info);
        let mut instance = instance.expect("an instance");
        let mut handle = instance.plugin_handle();
        let params: PluginParams = handle.get_extension().expect("parameters");
        let by_name = list(&params, &mut handle).into_iter().map(|p| (p.name.clone(), p)).collect();
        let out = EventBuffer::with_capacity(1 << 16);
        Host { audio: None, instance, params, by_name, out, transport: None, rate: 0.0 }
    }

    /// A fresh instance that runs at 48 kHz in blocks of up to 1024 samples.
    pub(crate) fn running() -> Self {
        let mut host = Host::new();
        host.start(48_000.0, 1024);
        host
    }

    pub(crate) fn start(&mut self, rate: f64, max_block: u32) {
        let config = PluginAudioConfiguration {
            sample_rate: rate,
            min_frames_count: 1,
            max_frames_count: max_block,
        };
        let stopped = self.instance.activate(|_, _| (), config).expect("activation");
        self.audio = Some(stopped.start_processing().expect("a start"));
        self.rate = rate;
    }

    /// From the next start on, nobody waits for what is rendered.
    pub(crate) fn set_offline(&mut self) {
        let handle = self.instance.plugin_handle();
        let render: PluginRender = handle.get_extension().expect("a render mode");
        render.set(&handle, RenderMode::Offline).expect("it may render offline");
    }

    pub(crate) fn stop(&mut self) {
        if let Some(audio) = self.audio.take() {
            self.instance.deactivate(audio.stop_processing());
        }
    }

    pub(crate) fn reset(&mut self) {
        self.audio.as_mut().expect("running").reset();
    }

    /// From now on the song has this tempo, in beats per minute, and stands.
    pub(crate) fn set_tempo(&mut self, tempo: f64) {
        self.transport = Some(TransportEvent {
            header: EventHeader::new_core(0, EventFlags::empty()),
            flags: TransportFlags::HAS_TEMPO,
            song_pos_beats: Default::default(),
            song_pos_seconds: Default::default(),
            tempo,
            tempo_inc: 0.0,
            loop_start_beats: Default::default(),
            loop_end_beats: Default::default(),
            loop_start_seconds: Default::default(),
            loop_end_seconds: Default::default(),
            bar_start: Default::default(),
            bar_number: 0,
            time_signature_numerator: 4,
            time_signature_denominator: 4,
        });
    }

    /// Renders one block; the events' times are within it.
    pub(crate) fn block(&mut self, frames: usize, events: &EventBuffer) -> [Vec<f32>; 2] {
        let mut sound = [vec![0.0; frames], vec![0.0; frames]];
        self.block_into(&mut sound, events, |process| process());
        sound
    }

    /// Renders one block into `sound`, with `around` called round the plug-in's own work.
    pub(crate) fn block_into(
        &mut self,
        sound: &mut [Vec<f32>; 2],
        events: &EventBuffer,
        around: impl FnOnce(&mut dyn FnMut()),
    ) {
        let mut ports = AudioPorts::with_capacity(2, 1);
        let mut output = ports.with_output_buffers([AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_output_only(
                sound.iter_mut().map(|channel| channel.as_mut_slice()),
            ),
        }]);
        self.out.clear();
        let mut out = self.out.as_output();
        let input = events.as_input();
        let audio = self.audio.as_mut().expect("running");
        let transport = self.transport.as_ref();
        let none = InputAudioBuffers::empty();
        let mut status = None;
        around(&mut || {
            status = Some(audio.process(&none, &mut output, &input, &mut out, None, transport));
        });
        status.expect("processed").expect("no error");
    }

    /// Renders events with absolute times in blocks of the given sizes, over and over until
    /// `frames` are rendered.
    pub(crate) fn render(
        &mut self,
        frames: usize,
        blocks: &[usize],
        score: &[(usize, Event)],
    ) -> [Vec<f32>; 2] {
        let mut whole = [Vec::with_capacity(frames), Vec::with_capacity(frames)];
        let (mut at, mut sizes) = (0, blocks.iter().cycle());
        while at < frames {
            let size = (*sizes.next().expect("a size")).min(frames - at);
            let mut events = EventBuffer::new();
            for (time, event) in score.iter().filter(|(time, _)| (at..at + size).contains(time)) {
                event.push(&mut events, (time - at) as u32, self);
            }
            let block = self.block(size, &events);
            whole.iter_mut().zip(block).for_each(|(whole, part)| whole.extend(part));
            at += size;
        }
        whole
    }

    /// Renders with all events at the start, in blocks of 512.
    pub(crate) fn sound_of(&mut self, frames: usize, events: &[Event]) -> [Vec<f32>; 2] {
        let score: Vec<_> = events.iter().map(|event| (0, event.clone())).collect();
        self.render(frames, &[512], &score)
    }

    /// Events that the plug-in sent in the last block.
    pub(crate) fn sent(&self) -> &EventBuffer {
        &self.out
    }

    pub(crate) fn all_params(&self) -> impl Iterator<Item = &Param> {
        self.by_name.values()
    }

    /// The parameter of this name.
    pub(crate) fn param(&self, name: &str) -> Param {
        self.by_name.get(name).unwrap_or_else(|| panic!("no parameter {name}")).clone()
    }

    /// Its value as the host counts.
    pub(crate) fn value(&mut self, name: &str) -> f64 {
        let id = self.param(name).id;
        self.params.get_value(&self.instance.plugin_handle(), id).expect("a value")
    }

    pub(crate) fn text(&mut self, param: &Param, value: f64) -> String {
        let mut buffer = [0; 256];
        let handle = self.instance.plugin_handle();
        let text = self.params.value_to_text(&handle, param.id, value, &mut buffer);
        String::from_utf8(text.expect("a text").to_vec())
            .expect("UTF-8")
            .trim_end_matches('\0')
            .into()
    }

    pub(crate) fn parse(&mut self, param: &Param, text: &str) -> Option<f64> {
        let text = CString::new(text).expect("no zero");
        self.params.text_to_value(&self.instance.plugin_handle(), param.id, &text)
    }

    /// The state as a project would keep it.
    pub(crate) fn save(&mut self) -> Vec<u8> {
        let handle = self.instance.plugin_handle();
        let state: PluginState = handle.get_extension().expect("state");
        let mut bytes = Vec::new();
        state.save(&handle, &mut bytes).expect("saved");
        bytes
    }

    /// Loads a state; false where the plug-in refuses it.
    pub(crate) fn load(&mut self, bytes: &[u8]) -> bool {
        let handle = self.instance.plugin_handle();
        let state: PluginState = handle.get_extension().expect("state");
        let loaded = state.load(&handle, &mut std::io::Cursor::new(bytes)).is_ok();
        self.instance.call_on_main_thread_callback();
        loaded
    }

    /// Samples that sound after the last note, as the plug-in says.
    pub(crate) fn tail(&mut self) -> u32 {
        let audio = self.audio.as_mut().expect("running");
        let handle = audio.plugin_handle();
        let tail: PluginTail = handle.get_extension().expect("a tail");
        match tail.get(&handle) {
            TailLength::Finite(samples) => samples,
            TailLength::Infinite => u32::MAX,
        }
    }

    /// Lets an audio thread play while `work` is done on this one.
    pub(crate) fn while_playing(&mut self, work: impl FnOnce(&mut Host)) {
        /// Stops the audio thread even if the work panics.
        struct Stop<'a>(&'a AtomicBool);
        impl Drop for Stop<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let stop = AtomicBool::new(false);
        let audio = self.audio.take().expect("running");
        let audio = std::thread::scope(|scope| {
            let going_on = || !stop.load(Ordering::Relaxed);
            let rest = [EventBuffer::new()];
            let player = scope.spawn(move || play(audio, &rest, |process| process(), going_on));
            let stopping = Stop(&stop);
            work(self);
            drop(stopping);
            player.join().expect("the audio thread ends well")
        });
        self.audio = Some(audio);
    }

    /// Plays `blocks` blocks of 256 samples on an audio thread, the events of `score` block by
    /// block and over again, with `around` called round the plug-in's own work. Meanwhile `work`
    /// is done on this thread again and again.
    pub(crate) fn perform(
        &mut self,
        blocks: u64,
        score: &[EventBuffer],
        around: impl FnMut(&mut dyn FnMut()) + Send,
        mut work: impl FnMut(&mut Host),
    ) {
        let audio = self.audio.take().expect("running");
        let mut left = blocks;
        let going_on = move || left.checked_sub(1).map(|less| left = less).is_some();
        let audio = std::thread::scope(|scope| {
            let player = scope.spawn(move || play(audio, score, around, going_on));
            while !player.is_finished() {
                work(self);
            }
            player.join().expect("the audio thread ends well")
        });
        self.audio = Some(audio);
    }

    /// Asks for an extension of the plug-in.
    pub(crate) fn with_handle<R>(&mut self, f: impl FnOnce(&PluginMainThreadHandle) -> R) -> R {
        f(&self.instance.plugin_handle())
    }
}

/// An audio thread's life.
fn play(
    mut audio: StartedPluginAudioProcessor<Daw>,
    score: &[EventBuffer],
    mut around: impl FnMut(&mut dyn FnMut()),
    mut going_on: impl FnMut() -> bool,
) -> StartedPluginAudioProcessor<Daw> {
    let mut sound = [[0.0f32; 256]; 2];
    let mut ports = AudioPorts::with_capacity(2, 1);
    let mut sent = EventBuffer::with_capacity(1 << 12);
    let mut score = score.iter().cycle();
    while going_on() {
        let mut output = ports.with_output_buffers([AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_output_only(
                sound.iter_mut().map(|channel| channel.as_mut_slice()),
            ),
        }]);
        sent.clear();
        let (none, mut out) = (InputAudioBuffers::empty(), sent.as_output());
        let events = score.next().map_or(InputEvents::empty(), EventBuffer::as_input);
        let mut status = None;
        around(&mut || {
            status = Some(audio.process(&none, &mut output, &events, &mut out, None, None));
        });
        status.expect("processed").expect("no error");
        assert!(sound.iter().flatten().all(|s| s.is_finite()));
    }
    audio
}

fn list(params: &PluginParams, handle: &mut PluginMainThreadHandle) -> Vec<Param> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (0..params.count(handle))
        .map(|index| {
            let mut buffer = ParamInfoBuffer::new();
            let info = params.get_info(handle, index, &mut buffer).expect("info");
            Param {
                id: info.id,
                name: text(info.name),
                module: text(info.module),
                max: info.max_value,
                flags: info.flags,
            }
        })
        .collect()
}

/// What a host can send.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A key with the note id that the host gave it.
    On(u16, u32),
    Off(u16, u32),
    Choke(u16, u32),
    /// Value of a parameter, as the host counts.
    Set(&'static str, f64),
    /// Modulation of a parameter for all voices.
    Modulate(&'static str, f64),
    /// Modulation of a parameter for one note.
    ModulateNote(&'static str, u32, f64),
    Express(NoteExpressionType, u32, f64),
    Midi([u8; 3]),
}

impl Event {
    pub(crate) fn push(&self, events: &mut EventBuffer, time: u32, host: &Host) {
        let note = |key: u16, id: u32| Pckn::new(0u16, 0u16, key, id);
        let id_only = |id: u32| Pckn::new(Match::All, Match::All, Match::All, id);
        match *self {
            Event::On(key, id) => events.push(&NoteOnEvent::new(time, note(key, id), 0.8)),
            Event::Off(key, id) => events.push(&NoteOffEvent::new(time, note(key, id), 0.5)),
            Event::Choke(key, id) => events.push(&NoteChokeEvent::new(time, note(key, id))),
            Event::Set(name, value) => {
                let id = host.param(name).id;
                events.push(&ParamValueEvent::new(time, id, Pckn::match_all(), value));
            }
            Event::Modulate(name, amount) => {
                let id = host.param(name).id;
                events.push(&ParamModEvent::new(time, id, Pckn::match_all(), amount));
            }
            Event::ModulateNote(name, note, amount) => {
                let id = host.param(name).id;
                events.push(&ParamModEvent::new(time, id, id_only(note), amount));
            }
            Event::Express(kind, note, value) => {
                events.push(&NoteExpressionEvent::new(time, id_only(note), kind, value));
            }
            Event::Midi(bytes) => events.push(&MidiEvent::new(time, 0, bytes)),
        }
    }
}
