//! Rendering offline: one note of a preset, or thousands of presets one after the other.

use cultivar_patch::Preset;

use crate::engine::Engine;
use crate::event::{Event, Timed, Which};
use crate::math::CONTROL;
use crate::oversampling::Oversampling;
use crate::sample::tape;
use crate::sound::{Sound, prepare};
use crate::tuning::Tuning;

/// Samples that are rendered without asking whether to stop.
const PIECE: usize = 64 * CONTROL;

/// A note to be rendered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// MIDI note number; the part after the point is a tuning.
    pub key: f32,
    /// How hard it is struck, 0 to 1.
    pub velocity: f32,
    /// Seconds until the key is let go.
    pub gate: f32,
    /// Seconds to render.
    pub length: f32,
}

impl Default for Note {
    /// Middle C at velocity 0.8, held for one second, with one second of tail.
    fn default() -> Self {
        Note { key: 60.0, velocity: 0.8, gate: 1.0, length: 2.0 }
    }
}

/// An engine for rendering notes offline, each as if it were the first of a new engine. After
/// the first note it allocates only where a preset brings a new table. One per thread.
#[derive(Debug)]
pub struct Studio {
    engine: Engine,
}

impl Studio {
    /// A studio at a sample rate in hertz.
    pub fn new(rate: f32) -> Self {
        Studio::oversampled(rate, Oversampling::None)
    }

    /// A studio whose engine works faster than it is heard.
    pub fn oversampled(rate: f32, oversampling: Oversampling) -> Self {
        Studio { engine: Engine::oversampled(rate, oversampling, 0) }
    }

    /// Keys have other pitches from now on; the part of a note after the point is added.
    pub fn tune(&mut self, tuning: &Tuning) {
        self.engine.tune(tuning);
    }

    /// Samples of a note of this studio.
    pub fn samples(&self, note: &Note) -> usize {
        samples(note.length, self.engine.rate())
    }

    /// Renders a note of a preset into both sides, as long as they are.
    pub fn render(&mut self, preset: &Preset, note: &Note, left: &mut [f32], right: &mut [f32]) {
        self.render_until(preset, note, [left, right], &|| false);
    }

    /// Renders the same note of several presets into `out`: for each its left side, then its
    /// right one, [`samples`](Studio::samples) long. Gives how many are whole: all, unless `out`
    /// is too short or `stop` says so in between.
    pub fn render_each<'a>(
        &mut self,
        presets: impl IntoIterator<Item = &'a Preset>,
        note: &Note,
        out: &mut [f32],
        stop: &dyn Fn() -> bool,
    ) -> usize {
        let length = self.samples(note);
        if length == 0 {
            return 0;
        }
        let mut whole = 0;
        for (preset, sides) in presets.into_iter().zip(out.chunks_exact_mut(2 * length)) {
            let (left, right) = sides.split_at_mut(length);
            if !self.render_until(preset, note, [left, right], stop) {
                break;
            }
            whole += 1;
        }
        whole
    }

    /// The same, unless `stop` says so, which is asked before every table, the recording and
    /// every piece of some hundredths of a second. Gives whether all of it was rendered.
    pub fn render_until(
        &mut self,
        preset: &Preset,
        note: &Note,
        [left, right]: [&mut [f32]; 2],
        stop: &dyn Fn() -> bool,
    ) -> bool {
        for table in &preset.tables {
            if stop() {
                return false;
            }
            prepare(table);
        }
        if stop() {
            return false;
        }
        // It is kept, so that the sound finds it.
        let _ = tape(&preset.clip);
        let sound = match self.engine.take() {
            Some(mut sound) => {
                sound.load(preset);
                sound
            }
            None => Sound::new(preset, self.engine.sound_rate()),
        };
        self.engine.reset();
        // The engine has just given its only sound away, so there is room.
        let _ = self.engine.play(sound);
        let key = note.key.clamp(0.0, 127.0);
        let which = Which { id: 0, channel: 0, key: key.round() as i16 };
        let off = samples(note.gate, self.engine.rate());
        let mut events = [
            Timed { at: 0, event: Event::Tuning(Which::channel(0), key - key.round()) },
            Timed { at: 0, event: Event::On(which, note.velocity) },
            Timed { at: off, event: Event::Off(which) },
        ];
        let mut next = 0;
        for (left, right) in left.chunks_mut(PIECE).zip(right.chunks_mut(PIECE)) {
            if stop() {
                return false;
            }
            let end = next + events[next..].partition_point(|event| event.at < left.len());
            self.engine.render(&events[next..end], left, right);
            events[end..].iter_mut().for_each(|event| event.at -= left.len());
            next = end;
        }
        true
    }
}

fn samples(seconds: f32, rate: f32) -> usize {
    (f64::from(seconds.clamp(0.0, 3600.0)) * f64::from(rate)).round() as usize
}

/// One note of a preset, left and right, as if played by a new engine.
pub fn render(preset: &Preset, note: &Note, rate: f32) -> [Vec<f32>; 2] {
    let mut studio = Studio::new(rate);
    let length = studio.samples(note);
    let (mut left, mut right) = (vec![0.0; length], vec![0.0; length]);
    studio.render(preset, note, &mut left, &mut right);
    [left, right]
}
