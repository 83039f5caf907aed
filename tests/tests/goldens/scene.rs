//! A preset and what is played on it.

use cultivar_dsp::{Engine, Event, Sound, Timed, Which};
use cultivar_patch::{Preset, factory};

use crate::hearing;
use crate::portrait::Portrait;

const RATE: f32 = 48_000.0;
/// Beginnings of the stretches of time while the key is held, in seconds.
const HELD: [f64; 9] = [0.0, 0.03, 0.1, 0.2, 0.35, 0.6, 1.0, 1.5, 2.2];
/// The same after it is let go; the last one is the end.
const LET_GO: [f64; 4] = [0.0, 0.15, 0.5, 1.0];

/// A sound to be heard.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) name: String,
    pub(crate) preset: Preset,
    pub(crate) key: i16,
    /// Seconds that the key is held.
    pub(crate) gate: f64,
    /// What else is played, with its second.
    pub(crate) gestures: Vec<(f64, Event)>,
}

impl Scene {
    /// The name of the file that keeps its golden: its own for a preset, else its module's.
    pub(crate) fn file(&self) -> String {
        let name = self.name.split(['.', '=']).next().unwrap_or_default();
        name.trim().to_lowercase().replace(' ', "-")
    }

    /// Plays it on a new engine, and measures.
    pub(crate) fn portrait(&self) -> Portrait {
        let at = |seconds: f64| (seconds * f64::from(RATE)) as usize;
        let note = Which::key(0, self.key);
        let gestures = self.gestures.iter().map(|&(time, event)| Timed { at: at(time), event });
        let mut events: Vec<Timed> = gestures.collect();
        events.push(Timed { at: 0, event: Event::On(note, 0.8) });
        events.push(Timed { at: at(self.gate), event: Event::Off(note) });
        events.sort_by_key(|event| event.at);
        let held = HELD.into_iter().filter(|edge| *edge < self.gate - 0.05);
        let edges: Vec<f64> = held.chain(LET_GO.map(|edge| self.gate + edge)).collect();
        let mut engine = Engine::new(RATE, 0);
        assert!(engine.play(Sound::new(&self.preset, RATE)).is_ok(), "a new engine has room");
        let mut sides = [(); 2].map(|()| vec![0.0; at(edges[edges.len() - 1])]);
        let [left, right] = &mut sides;
        engine.render(&events, left, right);
        hearing::portrait(&sides, RATE.into(), self.gate, &edges)
    }
}

/// Every factory preset with a note of its register, as long as its kind of sound wants.
pub(crate) fn presets() -> impl Iterator<Item = Scene> {
    factory::presets().iter().map(|(name, json)| {
        let preset = Preset::from_json(json).expect(name).preset;
        let (key, gate) = match preset.meta.tags[0].as_str() {
            "bass" => (36, 1.5),
            "pad" | "texture" | "fx" => (60, 3.0),
            "drums" => (48, 0.4),
            _ => (60, 1.5),
        };
        Scene { name: (*name).to_owned(), preset, key, gate, gestures: Vec::new() }
    })
}
