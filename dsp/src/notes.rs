//! How keys become voices: polyphony, stealing, mono and legato, pedals, expressions.

use cultivar_patch::schema::Mode;

use crate::engine::{Engine, VOICES, exists};
use crate::event::{Event, Which};
use crate::math::hash;
use crate::mpe::Zones;
use crate::voice::{Expression, Life, Onset};

/// Keys held at once that a mono sound remembers.
const HELD: usize = 32;

/// What is known of each MIDI channel.
#[derive(Clone, Debug)]
pub(crate) struct Channels {
    expression: [Expression; 16],
    pedal: [bool; 16],
}

impl Default for Channels {
    fn default() -> Self {
        Channels { expression: [Expression::NONE; 16], pedal: [false; 16] }
    }
}

impl Channels {
    /// What is known of a channel; nothing of one beyond 0 to 15.
    pub(crate) fn expression(&self, channel: i16) -> Expression {
        let known = usize::try_from(channel).ok().and_then(|k| self.expression.get(k));
        known.copied().unwrap_or(Expression::NONE)
    }
}

/// A key that is down.
#[derive(Clone, Copy, Debug)]
struct Held {
    which: Which,
    velocity: f32,
    sound: usize,
}

/// Keys that are down, oldest first, for sounds that share one voice among them; and the pitch
/// that glides start from.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    held: [Held; HELD],
    len: usize,
    last: Option<f32>,
}

impl Default for Keys {
    fn default() -> Self {
        let nobody = Held { which: Which::ANY, velocity: 0.0, sound: 0 };
        Keys { held: [nobody; HELD], len: 0, last: None }
    }
}

impl Keys {
    fn press(&mut self, held: Held) {
        if self.len == HELD {
            self.held.rotate_left(1);
            self.len -= 1;
        }
        self.held[self.len] = held;
        self.len += 1;
    }

    fn retain(&mut self, keep: impl Fn(&Held) -> bool) {
        let mut kept = 0;
        for k in 0..self.len {
            if keep(&self.held[k]) {
                self.held[kept] = self.held[k];
                kept += 1;
            }
        }
        self.len = kept;
    }

    fn newest(&self, sound: usize) -> Option<Held> {
        self.held[..self.len].iter().rev().find(|held| held.sound == sound).copied()
    }

    /// Keys play other sounds from now on.
    pub(crate) fn change_over(&mut self, to: impl Fn(usize) -> Option<usize>) {
        for held in &mut self.held[..self.len] {
            held.sound = to(held.sound).unwrap_or(held.sound);
        }
    }

    /// A sound goes.
    pub(crate) fn forget(&mut self, sound: usize) {
        self.retain(|held| held.sound != sound);
    }
}

fn channel(which: Which) -> Option<usize> {
    usize::try_from(which.channel).ok().filter(|&channel| channel < 16)
}

/// A number within bounds; `least` where it is none.
fn within(value: f32, least: f32, most: f32) -> f32 {
    if value.is_nan() { least } else { value.clamp(least, most) }
}

/// Whether a pedal is down that sustains a note: that of its channel, or of its zone.
fn is_pressed(pedals: &[bool; 16], zones: Zones, which: Which) -> bool {
    let master = zones.master(which.channel).map(|channel| Which { channel, ..which });
    [Some(which), master].into_iter().flatten().filter_map(channel).any(|k| pedals[k])
}

impl Engine {
    /// Something happens to notes.
    pub(crate) fn note(&mut self, event: Event) {
        match event {
            Event::On(which, velocity) => self.press(which, within(velocity, 0.0, 1.0)),
            Event::Lift(which, x) => {
                let x = within(x, 0.0, 1.0);
                self.each(which, |voice| voice.lift(x));
            }
            Event::Off(which) => self.let_go(which),
            Event::Choke(which) => self.choke(which),
            Event::Sustain(which, down) => self.pedal(which, down),
            Event::AllNotesOff => self.let_go(Which::ANY),
            Event::AllSoundOff => self.choke(Which::ANY),
            Event::Modulate(which, id, amount) => {
                if amount.is_finite() && exists(id) {
                    let amount = amount.clamp(-1.0, 1.0);
                    self.each(which, |voice| voice.modulate(id, amount));
                }
            }
            Event::Bend(which, x) => {
                self.express(which, within(x, -1.0, 1.0), |e, x| e.bend = x);
            }
            Event::Wheel(which, x) => {
                self.express(which, within(x, 0.0, 1.0), |e, x| e.wheel = x);
            }
            Event::Pressure(which, x) => {
                self.express(which, within(x, 0.0, 1.0), |e, x| e.pressure = x);
            }
            Event::Slide(which, x) => {
                self.express(which, within(x, -1.0, 1.0), |e, x| e.slide = x);
            }
            Event::Tuning(which, x) => {
                self.express(which, within(x, -120.0, 120.0), |e, x| e.tuning = x);
            }
            Event::Volume(which, x) => {
                self.express(which, within(x, 0.0, 4.0), |e, x| e.volume = x);
            }
            Event::Pan(which, x) => {
                self.express(which, within(x, -1.0, 1.0), |e, x| e.pan = x);
            }
            Event::Set(..) => {}
        }
    }

    /// Calls `f` for every voice meant, its motion brought to this sample.
    fn each(&mut self, which: Which, mut f: impl FnMut(&mut crate::voice::Voice)) {
        let (sounds, offset) = (&self.sounds, self.offset);
        self.voices.each(|voice| {
            let meant = voice.is_live() && which.means(voice.which);
            if let Some(sound) = sounds[voice.sound].as_ref().filter(|_| meant) {
                voice.interrupt(offset, sound);
                f(voice);
            }
        });
    }

    /// Changes an expression of the notes meant; of a whole channel, of its notes to come too.
    fn express(&mut self, which: Which, value: f32, f: impl Fn(&mut Expression, f32)) {
        let whole = which.key < 0 && which.id < 0;
        if whole {
            match channel(which) {
                Some(channel) => f(&mut self.channels.expression[channel], value),
                None => self.channels.expression.iter_mut().for_each(|e| f(e, value)),
            }
        }
        self.each(which, |voice| {
            if !whole || voice.hears_its_channel() {
                f(&mut voice.expression, value)
            }
        });
        if whole && self.zones.is_on() {
            self.put_above(which);
        }
    }

    fn pedal(&mut self, which: Which, down: bool) {
        for (k, pedal) in self.channels.pedal.iter_mut().enumerate() {
            if which.channel < 0 || channel(which) == Some(k) {
                *pedal = down;
            }
        }
        if !down {
            let (zones, pedals) = (self.zones, self.channels.pedal);
            self.each(Which::ANY, |voice| {
                let sustained = voice.life == Life::Sustained;
                if sustained && !is_pressed(&pedals, zones, voice.which) {
                    voice.release();
                }
            });
        }
    }

    fn choke(&mut self, which: Which) {
        self.keys.retain(|held| !which.means(held.which));
        self.each(which, crate::voice::Voice::fade);
    }

    /// The sound that a key plays.
    fn sound_of(&self, which: Which) -> Option<usize> {
        let child = self.children[which.key.rem_euclid(12) as usize];
        child.filter(|_| self.keymapped).or(self.current)
    }

    fn press(&mut self, which: Which, velocity: f32) {
        if !(0..128).contains(&which.key) {
            return;
        }
        let Some(place) = self.sound_of(which) else { return };
        if self.tuning.pitch(which.key).is_none() {
            return self.report(which);
        }
        self.keys.press(Held { which, velocity, sound: place });
        self.begin(which, velocity, place, false);
    }

    /// Begins a note; `again` where an older key comes back in a mono sound.
    fn begin(&mut self, which: Which, velocity: f32, place: usize, again: bool) {
        let Some(sound) = self.sounds[place].as_ref() else { return };
        let mode = Mode::of(sound.values.voice.mode);
        let count = (sound.values.voice.count as usize).clamp(1, VOICES);
        let onset = self.onset(which, velocity, place);
        self.keys.last = Some(onset.home);
        let mine = |&k: &usize| self.voices[k].is_live() && self.voices[k].sound == place;
        let alone = self.voices.busy().find(mine);
        if let (Mode::Mono | Mode::Legato, Some(k)) = (mode, alone) {
            return self.hand_over(k, onset, mode, again);
        }
        if mode == Mode::Poly {
            self.make_room(place, count);
        }
        let Some(k) = self.free_voice() else { return };
        if let Some(sound) = self.sounds[place].as_ref() {
            self.voices.begin(k).start(&onset, sound, self.offset);
        }
    }

    fn onset(&mut self, which: Which, velocity: f32, sound: usize) -> Onset {
        self.order = self.order.wrapping_add(1);
        let home = self.tuning.pitch(which.key).unwrap_or(f32::from(which.key));
        Onset {
            which,
            sound,
            velocity,
            order: self.order,
            seed: hash(self.seed().wrapping_add(hash(self.order))),
            expression: channel(which)
                .map_or(Expression::NONE, |channel| self.channels.expression[channel]),
            above: self.above(which),
            home,
            away: self.keys.last.map_or(0.0, |last| last - home),
        }
    }

    /// The one voice of a mono sound goes on as another note.
    fn hand_over(&mut self, k: usize, mut onset: Onset, mode: Mode, again: bool) {
        let Some(sound) = self.sounds[onset.sound].as_ref() else { return };
        let voice = &mut self.voices[k];
        voice.interrupt(self.offset, sound);
        onset.away = voice.pitch() - onset.home;
        let ended = voice.which;
        let held = voice.life == Life::Held;
        if again || (mode == Mode::Legato && held) {
            voice.take(&onset, sound);
        } else {
            voice.restart(&onset, sound);
        }
        if ended != onset.which {
            self.report(ended);
        }
    }

    /// Lets voices of a sound fade until one more may begin.
    fn make_room(&mut self, place: usize, count: usize) {
        let live = |v: &&crate::voice::Voice| v.is_live();
        let mine = self.voices.iter().filter(live).filter(|v| v.sound == place).count();
        let all = self.voices.iter().filter(live).count();
        if mine < count && all < VOICES {
            return;
        }
        // First those let go, the quietest of them; then the oldest.
        let candidates = self.voices.busy().filter(|&k| {
            self.voices[k].is_live() && (mine < count || self.voices[k].sound == place)
        });
        let rank = |k: &usize| {
            let voice = &self.voices[*k];
            let released = voice.life == Life::Released;
            let quiet = if released { voice.loudness().to_bits() } else { u32::MAX };
            (!released, quiet, voice.order)
        };
        if let Some(k) = candidates.min_by_key(rank) {
            if let Some(sound) = self.sounds[self.voices[k].sound].as_ref() {
                self.voices[k].interrupt(self.offset, sound);
            }
            self.voices[k].fade();
        }
    }

    /// A voice nobody uses, or else the one that has faded furthest.
    fn free_voice(&mut self) -> Option<usize> {
        if let Some(k) = self.voices.idle() {
            return Some(k);
        }
        let fading = self.voices.busy().filter(|&k| self.voices[k].life == Life::Fading);
        let k = fading
            .min_by(|&a, &b| self.voices[a].loudness().total_cmp(&self.voices[b].loudness()))?;
        self.end(k);
        Some(k)
    }

    fn let_go(&mut self, which: Which) {
        self.keys.retain(|held| !which.means(held.which));
        for k in self.voices.busy() {
            let voice = &self.voices[k];
            if voice.life != Life::Held || !which.means(voice.which) {
                continue;
            }
            let place = voice.sound;
            let Some(sound) = self.sounds[place].as_ref() else { continue };
            let mono = Mode::of(sound.values.voice.mode) != Mode::Poly;
            if let Some(held) = self.keys.newest(place).filter(|_| mono) {
                self.begin(held.which, held.velocity, place, true);
                continue;
            }
            let pedal = is_pressed(&self.channels.pedal, self.zones, voice.which);
            let voice = &mut self.voices[k];
            voice.interrupt(self.offset, sound);
            if pedal { voice.life = Life::Sustained } else { voice.release() }
        }
    }

    /// Held notes change over to another sound.
    pub(crate) fn change_over(&mut self, place: usize) {
        for k in self.voices.busy() {
            let old = &self.voices[k];
            let held = matches!(old.life, Life::Held | Life::Sustained);
            if !held || old.sound == place {
                continue;
            }
            let (which, velocity, life) = (old.which, old.velocity, old.life);
            let (expression, home, from) = (old.expression, old.home, old.sound);
            let Some(free) = self.voices.idle() else { return };
            let onset = Onset { expression, home, away: 0.0, ..self.onset(which, velocity, place) };
            if let Some(sound) = self.sounds[from].as_ref() {
                self.voices[k].interrupt(self.offset, sound);
            }
            self.voices[k].give_way();
            if let Some(sound) = self.sounds[place].as_ref() {
                let voice = self.voices.begin(free);
                voice.start(&onset, sound, self.offset);
                voice.come_in(life);
            }
        }
        self.keys.change_over(|_| Some(place));
    }
}
