//! The instrument: sounds, voices, and the grid they are decided on.

use cultivar_patch::Id;

use crate::event::{Event, Timed, Which};
use crate::isa::Isa;
use crate::math::{Block, CONTROL, peak};
use crate::mpe::Zones;
use crate::notes::{Channels, Keys};
use crate::oscillator::spectral::Easel;
use crate::oversampling::{Descent, Oversampling};
use crate::places::Places;
use crate::pool::Pool;
use crate::sound::Sound;
use crate::tuning::Tuning;
use crate::voice::{Playhead, Voice};

/// Most voices that sound, fading ones not counted.
pub const VOICES: usize = 32;
/// Voices that may fade while others take their places.
const FADING: usize = 16;
/// Ended notes that are remembered per call of `render`.
const ENDED: usize = 128;

/// Sounds and the voices that play them. Everything it will ever need is allocated in `new`;
/// no other method allocates or frees.
pub struct Engine {
    /// Samples per second that are worked out.
    pub(crate) rate: f32,
    descent: Descent,
    seed: u32,
    pub(crate) sounds: Places,
    /// Place of the sound that new notes play.
    pub(crate) current: Option<usize>,
    /// Places of the sounds on the twelve keys of the octave.
    pub(crate) children: [Option<usize>; 12],
    pub(crate) keymapped: bool,
    pub(crate) voices: Pool,
    pub(crate) channels: Box<Channels>,
    pub(crate) keys: Box<Keys>,
    pub(crate) tuning: Tuning,
    pub(crate) zones: Zones,
    /// Notes begun so far.
    pub(crate) order: u32,
    /// Sounds that came so far.
    pub(crate) admitted: u64,
    /// Samples since the last grid point.
    pub(crate) offset: usize,
    /// Whether the grid point has been dealt with.
    rolled: bool,
    pub(crate) clock: Clock,
    pub(crate) ended: Vec<Which>,
    peak: [f32; 2],
    easel: Box<Easel>,
    pub(crate) lanes: Isa,
}

/// The song's time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    pub(crate) tempo: f64,
    beat: f64,
    playing: bool,
}

impl Clock {
    const STOPPED: Clock = Clock { tempo: 120.0, beat: 0.0, playing: false };
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("rate", &self.rate).finish_non_exhaustive()
    }
}

impl Engine {
    /// A silent engine at a sample rate in hertz. Equal seeds play equal notes.
    pub fn new(rate: f32, seed: u64) -> Self {
        Engine::oversampled(rate, Oversampling::None, seed)
    }

    /// A silent engine that is heard at a sample rate in hertz and works faster.
    pub fn oversampled(rate: f32, oversampling: Oversampling, seed: u64) -> Self {
        let rate = if rate.is_finite() { rate.clamp(2_000.0, 1_000_000.0) } else { 48_000.0 };
        Engine {
            rate: rate * oversampling.factor() as f32,
            descent: Descent::new(oversampling),
            seed: (seed ^ (seed >> 32)) as u32,
            sounds: Places::FREE,
            current: None,
            children: [None; 12],
            keymapped: false,
            voices: Pool::new(VOICES + FADING),
            channels: Box::default(),
            keys: Box::default(),
            tuning: Tuning::equal(),
            zones: Zones::OFF,
            order: 0,
            admitted: 0,
            offset: 0,
            rolled: false,
            clock: Clock::STOPPED,
            ended: Vec::with_capacity(ENDED),
            peak: [0.0; 2],
            easel: Box::new(Easel::new()),
            lanes: Isa::detect(),
        }
    }

    /// Samples heard per second.
    pub fn rate(&self) -> f32 {
        self.rate / self.descent.from.factor() as f32
    }

    /// Samples worked out per second: the rate that its sounds have to be made for.
    pub fn sound_rate(&self) -> f32 {
        self.rate
    }

    pub(crate) fn seed(&self) -> u32 {
        self.seed
    }

    /// Silence, as if new, with the same sounds, tuning and zones.
    pub fn reset(&mut self) {
        self.voices.clear();
        self.sounds.iter_mut().for_each(Sound::reset);
        *self.channels = Channels::default();
        *self.keys = Keys::default();
        (self.order, self.offset, self.rolled) = (0, 0, false);
        self.clock = Clock::STOPPED;
        self.ended.clear();
        self.peak = [0.0; 2];
        self.descent = Descent::new(self.descent.from);
    }

    /// Sets a parameter of the playing sound to a plain value, without a step.
    pub fn set(&mut self, id: Id, value: f32) {
        if let Some(sound) = self.current.and_then(|place| self.sounds.get_mut(place)) {
            sound.set(id, value);
        }
    }

    /// Tempo in beats per minute, and the song position in quarter notes where it runs. To be
    /// told at the start of each block.
    pub fn transport(&mut self, tempo: f64, beat: f64, playing: bool) {
        let tempo = if tempo.is_finite() { tempo.clamp(10.0, 1000.0) } else { 120.0 };
        let beat = if beat.is_finite() { beat } else { 0.0 };
        // The clock is kept for the end of the grid interval.
        let ahead = if self.rolled { CONTROL - self.offset } else { 0 };
        let beat = beat + ahead as f64 / f64::from(self.rate) * tempo / 60.0;
        // Small differences are the host's rounding; following them would tie the sound to
        // how blocks are cut.
        let jumped = (beat - self.clock.beat).abs() > 1e-3 || !self.clock.playing;
        let beat = if playing && jumped { beat } else { self.clock.beat };
        self.clock = Clock { tempo, beat, playing };
        for sound in self.sounds.iter_mut() {
            sound.tempo = tempo as f32;
        }
    }

    /// Voices that sound, fading ones included.
    pub fn voices(&self) -> usize {
        self.voices.len()
    }

    /// Greatest amplitudes left and right since the last call.
    pub fn peaks(&mut self) -> [f32; 2] {
        std::mem::take(&mut self.peak)
    }

    /// Notes that ended during the last call of `render`.
    pub fn ended(&self) -> &[Which] {
        &self.ended
    }

    /// Where envelopes, LFOs and wavetables of the newest voice are.
    pub fn playhead(&self) -> Option<Playhead> {
        let voice = self.newest(None)?;
        Some(voice.playhead(self.sounds[voice.sound].as_ref()?))
    }

    fn newest(&self, of: Option<usize>) -> Option<&Voice> {
        let mine = |v: &&Voice| v.is_live() && of.is_none_or(|place| v.sound == place);
        self.voices.iter().filter(mine).max_by_key(|v| v.order)
    }

    /// Renders as many samples as both sides have. Events come in the order of their times.
    pub fn render(&mut self, events: &[Timed], left: &mut [f32], right: &mut [f32]) {
        self.ended.clear();
        let frames = left.len().min(right.len());
        let (mut from, mut next) = (0, 0);
        loop {
            if self.offset == 0 && !self.rolled {
                self.roll();
            }
            while let Some(event) = events.get(next).filter(|e| e.at <= from || from == frames) {
                self.happen(event.event);
                next += 1;
            }
            if from == frames {
                break;
            }
            let soon = events.get(next).map_or(frames, |event| event.at.min(frames));
            let until = soon.min(from + (CONTROL - self.offset) / self.descent.from.factor());
            self.stretch(&mut left[from..until], &mut right[from..until]);
            from = until;
        }
        for (most, side) in self.peak.iter_mut().zip([left, right]) {
            *most = most.max(peak(side));
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Set(id, value) => self.set(id, value),
            Event::Modulate(Which::ANY, id, amount) => {
                let sound = self.current.and_then(|place| self.sounds.get_mut(place));
                if let Some(sound) = sound.filter(|_| amount.is_finite() && exists(id)) {
                    sound.moves.set(id, amount.clamp(-1.0, 1.0));
                }
            }
            note => self.note(note),
        }
    }

    /// Reaches a grid point.
    fn roll(&mut self) {
        let step = CONTROL as f64 / f64::from(self.rate);
        let beat_ahead = self.clock.beat + step * self.clock.tempo / 60.0;
        for place in self.sounds.taken() {
            let Some(sound) = &self.sounds[place] else { continue };
            let listens = sound.listens();
            if sound.is_gone() {
                self.end_all(place);
            }
            let newest = self.newest(Some(place)).filter(|_| listens).map(Voice::sources);
            let Some(sound) = self.sounds.get_mut(place) else { continue };
            let voices = &mut self.voices;
            sound.step(|id, value| {
                voices.each(|voice| {
                    if voice.sound == place {
                        voice.set(id, value)
                    }
                });
            });
            if std::mem::take(&mut sound.rerouted) {
                voices.each(|voice| {
                    if voice.sound == place {
                        voice.follow(sound);
                        voice.set_all(sound);
                    }
                });
            }
            sound.tick(newest.as_ref(), self.clock.playing.then_some(beat_ahead));
        }
        for k in self.voices.busy() {
            if self.voices[k].roll() {
                self.end(k);
            }
        }
        self.clock.beat = beat_ahead;
        self.rolled = true;
    }

    /// All voices of a sound have ended.
    fn end_all(&mut self, place: usize) {
        for k in self.voices.busy() {
            if self.voices[k].sound == place {
                self.end(k);
            }
        }
    }

    /// A voice has ended.
    pub(crate) fn end(&mut self, k: usize) {
        let which = self.voices[k].which;
        self.voices.end(k);
        self.report(which);
    }

    /// A note has ended.
    pub(crate) fn report(&mut self, which: Which) {
        if self.ended.len() < self.ended.capacity() {
            self.ended.push(which);
        }
    }

    /// Renders what is heard of a part of one grid interval.
    fn stretch(&mut self, left: &mut [f32], right: &mut [f32]) {
        let fast = self.descent.from.factor();
        if fast == 1 {
            return self.segment(left, right);
        }
        let mut sides = [[0.0; CONTROL]; 2];
        let [fast_left, fast_right] = sides.each_mut().map(|side| &mut side[..fast * left.len()]);
        self.segment(fast_left, fast_right);
        self.lanes.descend(&mut self.descent, &mut sides, left, right);
        if self.offset == 0 {
            self.descent.settle();
        }
    }

    /// Renders a part of one grid interval.
    fn segment(&mut self, left: &mut [f32], right: &mut [f32]) {
        let (at, len) = (self.offset, left.len());
        left.fill(0.0);
        right.fill(0.0);
        for place in self.sounds.taken() {
            let sound = self.sounds.get_mut(place).filter(|sound| !sound.is_gone());
            let Some(sound) = sound else { continue };
            let (mut out, mut twins) = ([[0.0; CONTROL]; 2], [[0.0; CONTROL]; 2]);
            let (mut sounding, mut faulty) = (false, None);
            for k in self.voices.busy() {
                let voice = &mut self.voices[k];
                if voice.sound != place {
                    continue;
                }
                sounding = true;
                if voice.stale {
                    voice.draw(sound, at);
                    voice.redraw(sound, at, &mut self.easel);
                }
                let mut well = render(self.lanes, voice, sound, at, len, &mut out);
                if let Some((twin, sound)) = voice.twin(sound) {
                    well &= render(self.lanes, twin, sound, at, len, &mut twins);
                }
                if !well {
                    faulty = Some(k);
                }
            }
            if sounding || !sound.is_silent() {
                sound.finish(&mut out, &mut twins, at, len);
                add(&out[0], left);
                add(&out[1], right);
            }
            // One at a time: another faulty voice is silent meanwhile, and dropped next.
            if let Some(k) = faulty {
                self.end(k);
            }
        }
        self.offset = (at + len) % CONTROL;
        self.rolled &= self.offset != 0;
    }
}

/// Whether there is such a parameter.
pub(crate) fn exists(id: Id) -> bool {
    usize::from(id.0) < cultivar_patch::defs().len()
}

/// Adds what both ears hear of a voice. Says whether all went well.
fn render(
    lanes: Isa,
    voice: &mut Voice,
    sound: &Sound,
    at: usize,
    len: usize,
    out: &mut [Block; 2],
) -> bool {
    let well = lanes.render(voice, sound, at, len, out);
    voice.right_ear().is_none_or(|right| lanes.render(right, sound, at, len, out)) && well
}

/// Adds finished sound, leaving out what is not a number or too small to matter.
fn add(from: &Block, to: &mut [f32]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += if from.abs() > 1e-15 && from.is_finite() { *from } else { 0.0 };
    }
}
