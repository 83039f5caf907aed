//! The audio thread's part: the engine, fed with events, parameters and finished sounds.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use cultivar_dsp::effects::Chain;
use cultivar_dsp::{Engine, Event, Timed, Which, Zones};
use cultivar_patch::schema::{Mode, NO_TIME};
use cultivar_patch::{Id, Patch};
use nice_plug::prelude::*;

use crate::clip::Clip;
use crate::handover::{Brood, Change, Inlet, KeyPress, Parcel, Shown, Spent};
use crate::instrument::Instrument;
use crate::notes;
use crate::zones::Registered;

/// Most events that are rendered in one go; more of them cut the block.
const EVENTS: usize = 4096;
/// Most engine events that one of the host's means.
const MEANINGS: usize = 8;
/// The channel of the editor's keys.
const EDITOR_CHANNEL: i16 = 15;
/// Samples that are rendered in one go of an engine on its way out.
const PIECE: usize = 64;
/// Tempo of hosts that have none.
const TEMPO: f64 = 120.0;

/// The engine and everything that feeds it.
pub struct Player {
    instrument: Arc<Instrument>,
    inlet: Inlet,
    engine: Option<Box<Engine>>,
    /// The engine that this one has succeeded, on its way out.
    leaving: Option<Box<Engine>>,
    /// The parameter values that the engine has.
    known: Patch<f32>,
    /// The values of the playing sound's partner.
    partner: Option<Patch<f32>>,
    /// The values just read from the host; whole or not used.
    fresh: Patch<f32>,
    /// The load of host parameters that the playing sound belongs to.
    load: Option<u32>,
    /// A sound that the engine had no place for yet.
    waiting: Option<Box<Parcel>>,
    /// Sounds that wait to be put on the keys of the octave.
    brood: Option<Box<Brood>>,
    clip: Option<Box<Clip>>,
    /// The clip that played before, on its way out.
    fading: Option<Box<Clip>>,
    /// Which channels belong together in the engine.
    zones: Zones,
    registered: Registered,
    events: Vec<Timed>,
    shown: Shown,
    tempo: f64,
    /// Samples since a voice sounded.
    rest: u32,
    /// Voices that the host was told of.
    told_voices: u32,
    failed: bool,
}

impl Player {
    /// One without an engine.
    pub fn new(instrument: Arc<Instrument>, inlet: Inlet) -> Self {
        Player {
            instrument,
            inlet,
            engine: None,
            leaving: None,
            known: Patch::default(),
            partner: None,
            fresh: Patch::default(),
            load: None,
            waiting: None,
            brood: None,
            clip: None,
            fading: None,
            zones: Zones::OFF,
            registered: Registered::new(),
            events: Vec::with_capacity(EVENTS),
            shown: Shown::default(),
            tempo: TEMPO,
            rest: u32::MAX,
            told_voices: 0,
            failed: false,
        }
    }

    /// Takes an engine that plays the document. May allocate.
    pub fn start(&mut self, rate: f32) {
        (self.engine, self.leaving) = (None, None);
        self.waiting = Some(self.instrument.start(rate));
        self.zones = Zones::OFF;
        self.failed = false;
        self.inlet.set_stopped(false);
        self.change_sound();
    }

    /// Frees the engines.
    pub fn stop(&mut self) {
        self.instrument.stop();
        (self.engine, self.leaving) = (None, None);
    }

    /// Silence, as if new.
    pub fn reset(&mut self) {
        if let Some(engine) = &mut self.engine {
            engine.reset();
        }
        self.dismiss();
        self.registered = Registered::new();
        self.rest = u32::MAX;
        self.shown = Shown::default();
    }

    /// Renders one block. A panic of the engine ends in silence, not in the host.
    pub fn process<P>(
        &mut self,
        left: &mut [f32],
        right: &mut [f32],
        context: &mut impl ProcessContext<P>,
    ) -> ProcessStatus
    where
        P: Plugin<SysExMessage = ()>,
    {
        if !self.failed {
            let render = AssertUnwindSafe(|| self.render(left, right, context));
            if let Ok(status) = catch_unwind(render) {
                return status;
            }
            self.failed = true;
            self.inlet.set_stopped(true);
        }
        left.fill(0.0);
        right.fill(0.0);
        ProcessStatus::Normal
    }

    fn render<P>(
        &mut self,
        left: &mut [f32],
        right: &mut [f32],
        context: &mut impl ProcessContext<P>,
    ) -> ProcessStatus
    where
        P: Plugin<SysExMessage = ()>,
    {
        let begin = Instant::now();
        self.change_sound();
        self.put_on_keys();
        self.follow_tuning();
        self.follow_parameters();
        self.tell_voices(context);
        self.follow_transport(context.transport());
        self.press_keys();
        let mut done = 0;
        while let Some(event) = context.next_event() {
            let at = (event.timing() as usize).clamp(done, left.len());
            if self.events.len() + MEANINGS > EVENTS {
                self.render_part(&mut left[done..at], &mut right[done..at]);
                self.tell_ended(context, at);
                done = at;
            }
            if let Some(zones) = self.registered.hear(&event, self.zones) {
                self.render_part(&mut left[done..at], &mut right[done..at]);
                self.tell_ended(context, at);
                done = at;
                self.put_together(zones);
                self.inlet.set_zones(zones);
            }
            notes::translate(&event, |event| {
                self.note_key(event);
                self.events.push(Timed { at: at - done, event });
            });
        }
        self.render_part(&mut left[done..], &mut right[done..]);
        self.tell_ended(context, left.len());
        self.play_leaving(left, right, context);
        self.play_clip(left, right);
        self.return_sounds();
        self.show(begin, left.len());
        self.status(left.len())
    }

    /// Plays the newest sound that was sent.
    fn change_sound(&mut self) {
        if let Some(mut parcel) = self.inlet.take() {
            if let Some(mut passed_over) = self.waiting.take() {
                parcel.supersede(&mut passed_over);
                self.inlet.give_back(Spent::Parcel(passed_over));
            }
            self.waiting = Some(parcel);
        }
        let Some(mut parcel) = self.waiting.take() else { return };
        // One at a time is on its way out.
        if parcel.engine.is_some() && self.leaving.is_some() {
            self.waiting = Some(parcel);
            return;
        }
        if let Some(mut engine) = parcel.engine.take() {
            self.leaving = self.engine.take();
            self.leaving.iter_mut().for_each(|old| engine.succeed(old));
            self.engine = Some(engine);
        }
        let Some(engine) = &mut self.engine else { return };
        let refused = parcel.sound.take().and_then(|sound| match parcel.change {
            Change::Play => engine.play(sound).err(),
            Change::Audition => engine.audition(sound).err(),
            Change::Exchange => {
                let edited = engine.exchange(sound);
                edited.into_iter().for_each(|old| self.inlet.give_back(Spent::Sound(old)));
                None
            }
        });
        if refused.is_some() {
            parcel.sound = refused;
            self.waiting = Some(parcel);
            return;
        }
        (self.known, self.partner) = (parcel.values, parcel.partner);
        self.load = parcel.load;
        self.inlet.give_back(Spent::Parcel(parcel));
    }

    /// Puts the newest brood on the keys of the octave, as far as there is room in the engine.
    fn put_on_keys(&mut self) {
        if let Some(brood) = self.inlet.take_brood()
            && let Some(passed_over) = self.brood.replace(brood)
        {
            self.inlet.give_back(Spent::Brood(passed_over));
        }
        let Some(engine) = &mut self.engine else { return };
        engine.keymap(self.inlet.on_keys());
        let Some(mut brood) = self.brood.take() else { return };
        if brood.rate == engine.sound_rate() {
            for (key, place) in brood.sounds.iter_mut().enumerate() {
                *place = place.take().and_then(|sound| engine.assign(key, sound).err());
            }
            if brood.sounds.iter().any(Option::is_some) {
                self.brood = Some(brood);
                return;
            }
        }
        self.inlet.give_back(Spent::Brood(brood));
    }

    /// Gives the engine the newest tuning and zones.
    fn follow_tuning(&mut self) {
        if let Some(engine) = &mut self.engine
            && let Some(tuning) = self.inlet.take_tuning()
        {
            engine.tune(&tuning);
            self.inlet.give_back(Spent::Tuning(tuning));
        }
        let zones = self.inlet.zones();
        if zones != self.zones {
            self.put_together(zones);
        }
    }

    /// Lets channels belong together.
    fn put_together(&mut self, zones: Zones) {
        self.zones = zones;
        self.engine.iter_mut().for_each(|engine| engine.mpe(zones));
    }

    /// Gives the engine what the host has changed, if it belongs to the playing sound.
    fn follow_parameters(&mut self) {
        let Some(engine) = &mut self.engine else { return };
        let read = self.instrument.params.read(&mut self.fresh);
        if read.is_none() || read != self.load {
            return;
        }
        let pairs = self.known.leaves_mut().iter_mut().zip(self.fresh.leaves());
        for (address, (known, fresh)) in pairs.enumerate() {
            if *known != *fresh {
                *known = *fresh;
                engine.set(Id(address as u16), *fresh);
            }
        }
    }

    fn follow_transport(&mut self, transport: &Transport) {
        self.tempo = transport.tempo.unwrap_or(TEMPO);
        if let Some(engine) = &mut self.engine {
            let beat = transport.pos_beats();
            engine.transport(self.tempo, beat.unwrap_or(0.0), transport.playing && beat.is_some());
        }
    }

    fn press_keys(&mut self) {
        while self.events.len() + MEANINGS < EVENTS
            && let Some(key) = self.inlet.key()
        {
            let which = |key: u8| Which::key(EDITOR_CHANNEL, i16::from(key));
            let event = match key {
                KeyPress::Down(key, velocity) => Event::On(which(key), velocity),
                KeyPress::Up(key) => Event::Off(which(key)),
                KeyPress::Panic => {
                    end(&mut self.inlet, &mut self.clip);
                    end(&mut self.inlet, &mut self.fading);
                    Event::AllSoundOff
                }
            };
            self.note_key(event);
            self.events.push(Timed { at: 0, event });
        }
    }

    /// Remembers which keys are down.
    fn note_key(&mut self, event: Event) {
        let bit = |note: Which| u32::try_from(note.key).ok().and_then(|key| 1u128.checked_shl(key));
        match event {
            Event::On(note, _) => self.shown.keys |= bit(note).unwrap_or(0),
            Event::Off(note) | Event::Choke(note) => self.shown.keys &= !bit(note).unwrap_or(!0),
            Event::AllNotesOff | Event::AllSoundOff => self.shown.keys = 0,
            _ => {}
        }
    }

    fn render_part(&mut self, left: &mut [f32], right: &mut [f32]) {
        match &mut self.engine {
            Some(engine) => engine.render(&self.events, left, right),
            None => {
                left.fill(0.0);
                right.fill(0.0);
            }
        }
        self.events.clear();
    }

    /// Adds the engine that fades.
    fn play_leaving<P>(
        &mut self,
        left: &mut [f32],
        right: &mut [f32],
        context: &mut impl ProcessContext<P>,
    ) where
        P: Plugin<SysExMessage = ()>,
    {
        let Some(old) = &mut self.leaving else { return };
        let mut done = 0;
        for (left, right) in left.chunks_mut(PIECE).zip(right.chunks_mut(PIECE)) {
            let mut sides = [[0.0; PIECE]; 2];
            let [l, r] = sides.each_mut().map(|side| &mut side[..left.len()]);
            old.render(&[], l, r);
            left.iter_mut().zip(l).for_each(|(sum, x)| *sum += *x);
            right.iter_mut().zip(r).for_each(|(sum, x)| *sum += *x);
            done += left.len();
            // What goes on in the other engine has not ended.
            let goes_on = |note| self.engine.as_ref().is_some_and(|engine| engine.plays(note));
            for &note in old.ended().iter().filter(|note| !goes_on(**note)) {
                let _ = context.try_send_event(notes::ended(note, done - 1));
            }
        }
        if old.has_left() && self.inlet.has_room() {
            self.dismiss();
        }
    }

    /// Sends the engine that this one has succeeded back to be freed.
    fn dismiss(&mut self) {
        self.leaving.take().into_iter().for_each(|old| self.inlet.give_back(Spent::Engine(old)));
    }

    /// Adds the clip that plays.
    fn play_clip(&mut self, left: &mut [f32], right: &mut [f32]) {
        if let Some(clip) = self.inlet.take_clip() {
            end(&mut self.inlet, &mut self.fading);
            self.fading = self.clip.replace(clip);
            self.fading.iter_mut().for_each(|clip| clip.fade());
        }
        let rate = self.engine.as_ref().map_or(0.0, |engine| engine.rate());
        for place in [&mut self.clip, &mut self.fading] {
            if rate > 0.0
                && let Some(clip) = place
            {
                self.rest = 0;
                if !clip.add_to(left, right, rate) {
                    end(&mut self.inlet, place);
                }
            }
        }
    }

    /// Tells the host which notes have ended; `until` is where the rendered part ends.
    fn tell_ended<P>(&self, context: &mut impl ProcessContext<P>, until: usize)
    where
        P: Plugin<SysExMessage = ()>,
    {
        for &note in self.engine.iter().flat_map(|engine| engine.ended()) {
            // A host without room for it loses a hint, nothing else.
            let _ = context.try_send_event(notes::ended(note, until.saturating_sub(1)));
        }
    }

    /// Tells the host how many voices the patch may use.
    fn tell_voices<P: Plugin>(&mut self, context: &mut impl ProcessContext<P>) {
        let voice = &self.known.voice;
        let poly = Mode::of(voice.mode) == Mode::Poly;
        let voices = if poly { voice.count as u32 } else { 1 };
        if voices != self.told_voices {
            self.told_voices = voices;
            context.set_current_voice_capacity(voices);
        }
    }

    fn return_sounds(&mut self) {
        let Some(engine) = &mut self.engine else { return };
        while self.inlet.has_room()
            && let Some(sound) = engine.retired()
        {
            self.inlet.give_back(Spent::Sound(sound));
        }
    }

    fn show(&mut self, begin: Instant, frames: usize) {
        let Some(engine) = &mut self.engine else { return };
        let deadline = frames as f32 / engine.rate();
        let effort = begin.elapsed().as_secs_f32() / deadline.max(f32::MIN_POSITIVE);
        self.shown.effort += 0.1 * (effort.min(4.0) - self.shown.effort);
        self.shown.peaks = engine.peaks();
        self.shown.voices = engine.voices();
        self.shown.playhead = engine.playhead();
        self.inlet.show(&self.shown);
    }

    /// Asks to be called for as long as something may sound.
    fn status(&mut self, frames: usize) -> ProcessStatus {
        let Some(engine) = &self.engine else { return ProcessStatus::Normal };
        self.rest = if engine.voices() > 0 { 0 } else { self.rest.saturating_add(frames as u32) };
        // Either end of a morph may still ring.
        let ends = [Some(&self.known), self.partner.as_ref()].into_iter().flatten();
        let tail = ends.map(|patch| tail(patch, self.tempo)).fold(0.0, f32::max);
        let tail = (tail * engine.rate()) as u32;
        if self.rest > tail { ProcessStatus::Normal } else { ProcessStatus::Tail(tail) }
    }
}

/// Sends a clip back to be freed.
fn end(inlet: &mut Inlet, clip: &mut Option<Box<Clip>>) {
    clip.take().into_iter().for_each(|clip| inlet.give_back(Spent::Clip(clip)));
}

/// Seconds until a patch has fallen silent after its last key.
fn tail(patch: &Patch<f32>, tempo: f64) -> f32 {
    let release = patch.env[0].release;
    let release = if release <= NO_TIME { 0.0 } else { release.exp2() };
    release + Chain::tail_seconds(patch, tempo as f32) + 0.1
}

#[cfg(test)]
mod brood;
#[cfg(test)]
mod expressive;
#[cfg(test)]
mod faster;
#[cfg(test)]
mod first_sound;
#[cfg(test)]
mod quiet;
#[cfg(test)]
mod tests;
