//! One instance as people see it: parameters, document, and the way to its audio thread.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use atomic_float::AtomicF32;
use cultivar_dsp::{Engine, Oversampling, Sound};
use cultivar_gui::Tone;
use cultivar_patch::{Clip, Partner, Preset, Table};
use nice_plug::prelude::*;

use crate::document::Document;
use crate::handover::{Brood, Change, Inlet, Outlet, Parcel, pair};
use crate::params::HostParams;
use crate::scales::Scales;
use crate::state::Snapshot;
use crate::window::Extent;

/// Everything that the host's main thread, the editor and the gardener share. The audio thread
/// reads `params` and never locks the document.
pub struct Instrument {
    /// The host's parameters.
    pub params: HostParams,
    /// The way to the audio thread.
    pub outlet: Outlet,
    /// How large the editor is.
    pub extent: Arc<Extent>,
    /// Locked by whoever sends a sound, so that the last one sent is the last one meant.
    document: Mutex<Document>,
    /// Samples per second that are heard of the engine; 0 while there is none.
    rate: AtomicF32,
    /// Samples worked out by the engine for each one heard.
    faster: AtomicUsize,
    /// Whether a sound plays that is not the document's.
    trying_out: AtomicBool,
    /// Presets of the keys of the octave, for the next engine.
    brood: Mutex<Arc<[Preset]>>,
    /// Who is told when a project has brought another family.
    on_family: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

impl Instrument {
    /// A new instance on the initial patch, and its end for the audio thread.
    pub fn new() -> (Self, Inlet) {
        let (outlet, inlet) = pair();
        let document = Mutex::new(Document::new(Preset::init()));
        let params = HostParams::new();
        let (rate, trying_out) = (AtomicF32::new(0.0), AtomicBool::new(false));
        let faster = AtomicUsize::new(1);
        let extent = Arc::new(Extent::default());
        let brood = Mutex::new(Arc::default());
        let on_family = OnceLock::new();
        let instrument = Instrument {
            params,
            outlet,
            extent,
            document,
            rate,
            faster,
            trying_out,
            brood,
            on_family,
        };
        (instrument, inlet)
    }

    /// Has `tell` called whenever a project has brought another family, on the thread that loads
    /// it and without the document's lock. The first one counts.
    pub fn on_family(&self, tell: impl Fn() + Send + Sync + 'static) {
        let _ = self.on_family.set(Box::new(tell));
    }

    /// The document, for people.
    pub fn document(&self) -> MutexGuard<'_, Document> {
        self.document.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The preset as it stands, with the values that the host has set since.
    pub fn preset(&self, document: &Document) -> Preset {
        let patch = self.params.over(&document.preset.patch);
        Preset { patch, ..document.preset.clone() }
    }

    /// Puts `preset` in the document, the parameters and the engine. No block plays half of it.
    /// The host is not told.
    pub fn load(&self, document: &mut Document, preset: Preset) {
        document.preset = preset;
        self.params.load(&document.preset.patch, |load| {
            self.send(document, &document.preset, load, Change::Play);
        });
    }

    /// Puts a preset whose automated parameters the host already has in the document and the
    /// engine: after an edit of tables, recording or shapes. Held notes go on with new shapes;
    /// they begin anew with other tables or another recording, whose waves do not fit together.
    pub fn rebuild(&self, document: &mut Document, preset: Preset) {
        let mut tables = document.preset.tables.iter().zip(&preset.tables);
        let fits = !self.is_trying_out()
            && same_clip(&document.preset.clip, &preset.clip)
            && tables.all(|(a, b)| same_table(a, b));
        document.preset = preset;
        let change = if fits { Change::Exchange } else { Change::Audition };
        self.send(document, &document.preset, self.params.loads(), change);
    }

    /// Gives the preset a partner or takes it away, with the way at its beginning. Held notes go
    /// on unless they are on the way to another partner: then they begin anew.
    pub fn pair(&self, document: &mut Document, partner: Option<Arc<Partner>>) {
        let mut preset = self.preset(document);
        let alone = preset.partner.is_none() || preset.patch.morph.position <= 0.0;
        let fits = alone && !self.is_trying_out();
        let change = if fits { Change::Exchange } else { Change::Audition };
        (preset.partner, preset.patch.morph.position) = (partner, 0.0);
        document.preset = preset;
        self.params.load(&document.preset.patch, |load| {
            self.send(document, &document.preset, load, change);
        });
    }

    /// Tunes the keys by files; what they were tuned by stays where these cannot be read.
    pub fn tune(&self, document: &mut Document, scales: Scales) -> Result<(), String> {
        let tuning = scales.tuning()?;
        document.scales = Arc::new(scales);
        self.outlet.tune(tuning);
        Ok(())
    }

    /// Has another engine work so many times as fast as it is heard; held notes go on in it.
    pub fn oversample(&self, document: &mut Document, oversampling: Oversampling) {
        document.session.oversampling = oversampling;
        let preset = self.preset(document);
        self.send(document, &preset, self.params.loads(), Change::Exchange);
    }

    /// Makes what the sound of a preset takes time to make, band-limited tables above all: it is
    /// kept for a while, so that the editor can play the preset without waiting.
    pub fn prepare(&self, preset: &Preset) {
        let rate = self.sound_rate();
        if rate > 0.0 {
            drop(Sound::new(preset, rate));
        }
    }

    /// Plays `preset` without changing the document, until the document is played again.
    pub fn try_out(&self, preset: &Preset) {
        // Made before the document is locked: nobody waits for it.
        let rate = self.sound_rate();
        let parcel = (rate > 0.0).then(|| parcel(preset, rate, None, Change::Audition));
        let _document = self.document();
        self.trying_out.store(true, Ordering::Relaxed);
        if let Some(parcel) = parcel.filter(|_| rate == self.sound_rate()) {
            self.outlet.send(parcel);
        }
    }

    /// Whether a sound plays that is not the document's.
    pub fn is_trying_out(&self) -> bool {
        self.trying_out.load(Ordering::Relaxed)
    }

    /// Plays the document again after `try_out`.
    pub fn play_document(&self, document: &Document) {
        self.send(document, &self.preset(document), self.params.loads(), Change::Audition);
    }

    /// Puts presets on the keys of the octave, C first, for when `set_on_keys` says so.
    pub fn put_on_keys(&self, presets: Arc<[Preset]>) {
        *self.brood.lock().unwrap_or_else(PoisonError::into_inner) = presets.clone();
        loop {
            let rate = self.sound_rate();
            let brood = (rate > 0.0).then(|| brood(&presets, rate));
            // Another engine may have come while they were made.
            if rate == self.sound_rate() {
                brood.into_iter().for_each(|brood| self.outlet.send_brood(brood));
                return;
            }
        }
    }

    /// An engine that is heard at this sample rate and plays the document; from now on sounds
    /// are made for it.
    pub fn start(&self, rate: f32) -> Box<Parcel> {
        let document = self.document();
        self.rate.store(rate, Ordering::Release);
        self.trying_out.store(false, Ordering::Relaxed);
        // Made for another engine.
        self.outlet.withdraw();
        self.fitted(&document, &self.preset(&document), self.params.loads())
    }

    /// From now on there is no engine.
    pub fn stop(&self) {
        self.rate.store(0.0, Ordering::Release);
    }

    /// Samples per second that are heard; 0 while there is no engine.
    pub fn rate(&self) -> f32 {
        self.rate.load(Ordering::Acquire)
    }

    /// Samples per second that sounds are made for; 0 while there is no engine.
    fn sound_rate(&self) -> f32 {
        self.rate() * self.faster.load(Ordering::Acquire) as f32
    }

    /// Sends the sound of a preset, and an engine with it where the document wants another.
    fn send(&self, document: &Document, preset: &Preset, load: u32, change: Change) {
        self.trying_out.store(false, Ordering::Relaxed);
        let rate = self.rate();
        if rate <= 0.0 {
            return;
        }
        let wanted = document.session.oversampling.factor();
        let parcel = match wanted == self.faster.load(Ordering::Acquire) {
            true => parcel(preset, self.sound_rate(), Some(load), change),
            false => self.fitted(document, preset, load),
        };
        self.outlet.send(parcel);
    }

    /// A parcel of an engine as the document wants it, with the sound of a preset, those of the
    /// keys of the octave and the tuning.
    fn fitted(&self, document: &Document, preset: &Preset, load: u32) -> Box<Parcel> {
        let oversampling = document.session.oversampling;
        self.faster.store(oversampling.factor(), Ordering::Release);
        let mut engine = Box::new(Engine::oversampled(self.rate(), oversampling, 0));
        let rate = engine.sound_rate();
        // A new engine has room for all of them.
        let _ = engine.play(Sound::new(preset, rate));
        let presets = self.brood.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, preset) in presets.iter().enumerate() {
            let _ = engine.assign(key, Sound::new(preset, rate));
        }
        engine.tune(&document.scales.tuning().unwrap_or_default());
        let (engine, load) = (Some(engine), Some(load));
        Box::new(Parcel { engine, sound: None, load, ..Parcel::of(preset, Change::Play) })
    }
}

fn parcel(preset: &Preset, rate: f32, load: Option<u32>, change: Change) -> Box<Parcel> {
    let sound = Some(Sound::new(preset, rate));
    Box::new(Parcel { sound, load, ..Parcel::of(preset, change) })
}

fn brood(presets: &[Preset], rate: f32) -> Box<Brood> {
    let sound = |key: usize| presets.get(key).map(|preset| Sound::new(preset, rate));
    Box::new(Brood { sounds: std::array::from_fn(sound), rate })
}

/// Whether two tables are the same; cheap where they are one.
pub fn same_table(a: &Table, b: &Table) -> bool {
    match (a, b) {
        (Table::Own(a), Table::Own(b)) => Arc::ptr_eq(a, b) || a == b,
        _ => a == b,
    }
}

/// Whether two recordings are the same; cheap where they are one.
pub fn same_clip(a: &Clip, b: &Clip) -> bool {
    match (a, b) {
        (Clip::Own(a), Clip::Own(b)) => Arc::ptr_eq(a, b) || a == b,
        _ => a == b,
    }
}

/// Whether two partners are the same; cheap where they are one.
pub fn same_partner(a: &Option<Arc<Partner>>, b: &Option<Arc<Partner>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a == b,
        _ => a.is_none() && b.is_none(),
    }
}

// SAFETY: the pointers lead into the boxed leaves of `params`, which live as long as `self` and
// never move.
unsafe impl Params for Instrument {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        self.params.map()
    }

    fn serialize_fields(&self) -> BTreeMap<String, String> {
        let document = self.document();
        let mut snapshot = document.snapshot(self.preset(&document));
        let session = &mut snapshot.session;
        session.edits = self.params.edit_count();
        session.zones = self.outlet.zones();
        (session.size, session.zoom) = (self.extent.points(), self.extent.zoom());
        snapshot.fields()
    }

    fn deserialize_fields(&self, fields: &BTreeMap<String, String>) {
        let restored = Snapshot::from_fields(fields);
        let mut document = self.document();
        match restored {
            // A state without a preset is not one of ours; a request of the framework to look
            // at the values again comes without fields.
            None if fields.is_empty() => {}
            None => document.notice(Tone::Error, "The project's state is not one of Cultivar's."),
            Some(Err(error)) => {
                document
                    .notice(Tone::Error, format!("The project's state was not loaded: {error}."));
            }
            Some(Ok(restored)) => {
                let before = self.preset(&document);
                document.remember(before);
                document.session = restored.snapshot.session;
                if document.family != restored.snapshot.family {
                    document.family = restored.snapshot.family;
                    document.recall = true;
                    // Until it is there, keys do not play that of another project.
                    self.outlet.set_on_keys(false);
                }
                document.saved = restored.snapshot.preset.clone();
                document.row = None;
                self.extent.set_points(document.session.size);
                self.extent.set_zoom(document.session.zoom);
                self.params.write_edits(document.session.edits);
                self.outlet.set_zones(document.session.zones);
                self.outlet.tune(restored.tuning);
                document.scales = restored.snapshot.scales;
                self.load(&mut document, restored.snapshot.preset);
                for line in restored.notices {
                    document.notice(Tone::Warning, line);
                }
            }
        }
        let recall = document.recall;
        drop(document);
        if let Some(tell) = self.on_family.get().filter(|_| recall) {
            tell();
        }
    }
}
