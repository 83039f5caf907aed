//! The way of finished sounds to the audio thread, and of used ones back to be freed.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use atomic_float::AtomicF32;
use crossbeam_utils::atomic::AtomicCell;
use cultivar_dsp::{Engine, Playhead, Sound, Tuning, Zones};
use cultivar_patch::{Patch, Preset};
use ringbuf::HeapRb;
use ringbuf::traits::{Consumer, Observer, Producer, Split};

use crate::clip::Clip;
use crate::zones::{from_bits, to_bits};

/// Used things that may wait to be freed.
const RETURNS: usize = 64;
/// Keys of the editor that may wait to be played.
const KEYS: usize = 256;

/// How a sound becomes the playing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Held notes keep theirs.
    Play,
    /// Held notes begin anew with it.
    Audition,
    /// An edit of the playing one: held notes go on with it, and so do their tails.
    Exchange,
}

/// A sound on its way to the audio thread.
pub struct Parcel {
    /// An engine that is to take the place of the one there is, with sounds and tuning of its own;
    /// taken out once it does.
    pub engine: Option<Box<Engine>>,
    /// The sound; taken out once it plays. There is none where the engine has it already.
    pub sound: Option<Box<Sound>>,
    /// The parameter values that it was made of.
    pub values: Patch<f32>,
    /// Those of its partner.
    pub partner: Option<Patch<f32>>,
    /// The load of host parameters that the sound belongs to and whose values it follows;
    /// `None` for a sound that is only tried out and follows nothing.
    pub load: Option<u32>,
    /// How it becomes the playing one.
    pub change: Change,
}

impl Parcel {
    /// One of a preset whose sound is still to be put in, and that follows nothing.
    pub fn of(preset: &Preset, change: Change) -> Self {
        let partner = preset.partner.as_ref().map(|partner| partner.preset.patch);
        Parcel { engine: None, sound: None, values: preset.patch, partner, load: None, change }
    }

    /// Comes instead of one that has not been opened: an edit of a sound that never played
    /// becomes the playing one as that would have, and an engine still comes.
    pub fn supersede(&mut self, passed_over: &mut Parcel) {
        if self.change == Change::Exchange {
            self.change = passed_over.change;
        }
        if self.engine.is_none() {
            self.engine = passed_over.engine.take();
        }
    }
}

/// Sounds for the keys of the octave, on their way to the audio thread.
pub struct Brood {
    /// By key, C first; taken out as they are put on their keys.
    pub sounds: [Option<Box<Sound>>; 12],
    /// Samples per second for which they were made.
    pub rate: f32,
}

/// What comes back from the audio thread.
pub enum Spent {
    /// An engine that another one has succeeded.
    Engine(Box<Engine>),
    /// A sound that no voice uses any more.
    Sound(Box<Sound>),
    /// A parcel, opened or not.
    Parcel(Box<Parcel>),
    /// A brood, with the sounds that were not put on their keys.
    Brood(Box<Brood>),
    /// A clip that has been played, or passed over.
    Clip(Box<Clip>),
    /// A tuning that the engine has taken.
    Tuning(Box<Tuning>),
}

/// A key played in the editor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum KeyPress {
    /// Struck, with a velocity of 0 to 1.
    Down(u8, f32),
    /// Let go.
    Up(u8),
    /// Silence at once.
    Panic,
}

/// What the audio thread shows of itself.
#[derive(Default)]
struct Meters {
    peaks: [AtomicF32; 2],
    voices: AtomicU32,
    /// Share of the time of a block that was needed to render it.
    effort: AtomicF32,
    /// One bit for each key that is down.
    keys: [AtomicU64; 2],
    stopped: AtomicBool,
    /// Whether the keys of the octave play the sounds of the brood: told to the audio thread.
    on_keys: AtomicBool,
    /// The zones of channels: told to the audio thread, or by it where a controller asks.
    zones: AtomicU64,
}

/// What the audio thread has to show after a block.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown {
    /// Greatest amplitudes left and right.
    pub peaks: [f32; 2],
    /// Voices that sound.
    pub voices: usize,
    /// Share of the time of the block that was needed to render it.
    pub effort: f32,
    /// One bit for each key that is down.
    pub keys: u128,
    /// Where the newest voice is.
    pub playhead: Option<Playhead>,
}

/// The end of people: editor, host's main thread, gardener.
pub struct Outlet {
    slot: Arc<AtomicCell<Option<Box<Parcel>>>>,
    brood: Arc<AtomicCell<Option<Box<Brood>>>>,
    clip: Arc<AtomicCell<Option<Box<Clip>>>>,
    tuning: Arc<AtomicCell<Option<Box<Tuning>>>>,
    spent: Mutex<<HeapRb<Spent> as Split>::Cons>,
    keys: Mutex<<HeapRb<KeyPress> as Split>::Prod>,
    meters: Arc<Meters>,
    playhead: Mutex<triple_buffer::Output<Option<Playhead>>>,
}

/// The end of the audio thread. Nothing here waits, allocates or frees.
pub struct Inlet {
    slot: Arc<AtomicCell<Option<Box<Parcel>>>>,
    brood: Arc<AtomicCell<Option<Box<Brood>>>>,
    clip: Arc<AtomicCell<Option<Box<Clip>>>>,
    tuning: Arc<AtomicCell<Option<Box<Tuning>>>>,
    spent: <HeapRb<Spent> as Split>::Prod,
    keys: <HeapRb<KeyPress> as Split>::Cons,
    meters: Arc<Meters>,
    playhead: triple_buffer::Input<Option<Playhead>>,
}

/// Two ends that belong together.
pub fn pair() -> (Outlet, Inlet) {
    let slot = Arc::new(AtomicCell::new(None));
    let brood = Arc::new(AtomicCell::new(None));
    let clip = Arc::new(AtomicCell::new(None));
    let tuning = Arc::new(AtomicCell::new(None));
    let zones = AtomicU64::new(to_bits(Zones::OFF));
    let meters = Arc::new(Meters { zones, ..Meters::default() });
    let (spent_in, spent_out) = HeapRb::new(RETURNS).split();
    let (keys_in, keys_out) = HeapRb::new(KEYS).split();
    let (playhead_in, playhead_out) = triple_buffer::triple_buffer(&None);
    let outlet = Outlet {
        slot: slot.clone(),
        brood: brood.clone(),
        clip: clip.clone(),
        tuning: tuning.clone(),
        spent: Mutex::new(spent_out),
        keys: Mutex::new(keys_in),
        meters: meters.clone(),
        playhead: Mutex::new(playhead_out),
    };
    (
        outlet,
        Inlet {
            slot,
            brood,
            clip,
            tuning,
            spent: spent_in,
            keys: keys_out,
            meters,
            playhead: playhead_in,
        },
    )
}

impl Outlet {
    /// Sends a sound. One that was sent before and not yet taken is freed here: the newest
    /// counts. One at a time: the caller holds the lock of the document.
    pub fn send(&self, mut parcel: Box<Parcel>) {
        if let Some(mut passed_over) = self.slot.take() {
            parcel.supersede(&mut passed_over);
        }
        drop(self.slot.swap(Some(parcel)));
        self.free();
    }

    /// Sends sounds for the keys of the octave, like one sound.
    pub fn send_brood(&self, brood: Box<Brood>) {
        drop(self.brood.swap(Some(brood)));
        self.free();
    }

    /// Lets the keys of the octave play the sounds that were sent for them, or not.
    pub fn set_on_keys(&self, on: bool) {
        self.meters.on_keys.store(on, Ordering::Relaxed);
    }

    /// Whether the keys of the octave play sounds of their own.
    pub fn on_keys(&self) -> bool {
        self.meters.on_keys.load(Ordering::Relaxed)
    }

    /// Tunes the keys.
    pub fn tune(&self, tuning: Tuning) {
        drop(self.tuning.swap(Some(Box::new(tuning))));
        self.free();
    }

    /// Lets channels belong together.
    pub fn set_zones(&self, zones: Zones) {
        self.meters.zones.store(to_bits(zones), Ordering::Relaxed);
    }

    /// Which channels belong together.
    pub fn zones(&self) -> Zones {
        from_bits(self.meters.zones.load(Ordering::Relaxed))
    }

    /// Plays a clip instead of the one that plays.
    pub fn play(&self, clip: Clip) {
        drop(self.clip.swap(Some(Box::new(clip))));
        self.free();
    }

    /// Ends the clip that plays.
    pub fn end_clip(&self) {
        self.play(Clip::new(Vec::new(), 1.0));
    }

    /// Takes back a sound that was not yet taken.
    pub fn withdraw(&self) {
        drop(self.slot.take());
    }

    /// Frees what came back.
    pub fn free(&self) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(used) = spent.try_pop() {
            drop(used);
        }
    }

    /// Plays a key; forgotten where hundreds wait already.
    pub fn press(&self, key: KeyPress) {
        let _ = self.keys.lock().unwrap_or_else(PoisonError::into_inner).try_push(key);
    }

    /// What the audio thread shows; peaks are those since the last call.
    pub fn shown(&self) -> Shown {
        let meters = &self.meters;
        let [low, high] = meters.keys.each_ref().map(|half| half.load(Ordering::Relaxed));
        Shown {
            peaks: meters.peaks.each_ref().map(|peak| peak.swap(0.0, Ordering::Relaxed)),
            voices: meters.voices.load(Ordering::Relaxed) as usize,
            effort: meters.effort.load(Ordering::Relaxed),
            keys: u128::from(high) << 64 | u128::from(low),
            playhead: *self.playhead.lock().unwrap_or_else(PoisonError::into_inner).read(),
        }
    }

    /// Whether a fault has silenced the engine.
    pub fn stopped(&self) -> bool {
        self.meters.stopped.load(Ordering::Relaxed)
    }
}

impl Inlet {
    /// The newest sound that was sent, if there is one and room to send back what it replaces.
    pub fn take(&mut self) -> Option<Box<Parcel>> {
        if self.has_room() { self.slot.take() } else { None }
    }

    /// The newest sounds for the keys of the octave, under the same condition.
    pub fn take_brood(&mut self) -> Option<Box<Brood>> {
        if self.has_room() { self.brood.take() } else { None }
    }

    /// Whether the keys of the octave are to play sounds of their own.
    pub fn on_keys(&self) -> bool {
        self.meters.on_keys.load(Ordering::Relaxed)
    }

    /// The newest tuning, under the same condition.
    pub fn take_tuning(&mut self) -> Option<Box<Tuning>> {
        if self.has_room() { self.tuning.take() } else { None }
    }

    /// Which channels are to belong together.
    pub fn zones(&self) -> Zones {
        from_bits(self.meters.zones.load(Ordering::Relaxed))
    }

    /// Says which channels a controller has put together.
    pub fn set_zones(&self, zones: Zones) {
        self.meters.zones.store(to_bits(zones), Ordering::Relaxed);
    }

    /// The newest clip to play, under the same condition.
    pub fn take_clip(&mut self) -> Option<Box<Clip>> {
        if self.has_room() { self.clip.take() } else { None }
    }

    /// Whether something can be sent back.
    pub fn has_room(&self) -> bool {
        // Some places stay free for what this one replaces.
        self.spent.vacant_len() > 4
    }

    /// Sends something back to be freed. Without room it is leaked: that costs memory, freeing
    /// it here would cost a dropout.
    pub fn give_back(&mut self, used: Spent) {
        if let Err(used) = self.spent.try_push(used) {
            std::mem::forget(used);
        }
    }

    /// The next key played in the editor.
    pub fn key(&mut self) -> Option<KeyPress> {
        self.keys.try_pop()
    }

    /// Shows how the block went.
    pub fn show(&mut self, shown: &Shown) {
        let meters = &self.meters;
        for (peak, now) in meters.peaks.iter().zip(shown.peaks) {
            peak.fetch_max(now, Ordering::Relaxed);
        }
        meters.voices.store(shown.voices as u32, Ordering::Relaxed);
        meters.effort.store(shown.effort, Ordering::Relaxed);
        meters.keys[0].store(shown.keys as u64, Ordering::Relaxed);
        meters.keys[1].store((shown.keys >> 64) as u64, Ordering::Relaxed);
        self.playhead.write(shown.playhead);
    }

    /// Says whether a fault has silenced the engine.
    pub fn set_stopped(&self, stopped: bool) {
        self.meters.stopped.store(stopped, Ordering::Relaxed);
    }
}
