//! Presets, players and dice for the tests.
#![allow(dead_code)]

use std::sync::Arc;

use cultivar_dsp::{Engine, Event, Sound, Timed, Which};
use cultivar_patch::schema::{Looped, Source, Spectral, Warp, ids};
use cultivar_patch::{
    Clip, FRAME, Id, Kind, Partner, Point, Preset, Recording, Shape, Table, Wavetable, defs,
};

/// Sample rate of all tests that do not ask for another.
pub(crate) const RATE: f32 = 48_000.0;

/// A full sine without any frills.
pub(crate) fn sine() -> Preset {
    let mut preset = Preset::init();
    preset.tables = std::array::from_fn(|_| Table::Factory("sine".into()));
    preset.patch.voice.velocity = 0.0;
    preset.patch.osc[0].level = 0.0;
    preset.patch.master.level = 0.0;
    preset
}

/// A saw without any frills.
pub(crate) fn saw() -> Preset {
    Preset { tables: std::array::from_fn(|_| Table::Factory("saw".into())), ..sine() }
}

/// A table of four frames, from few harmonics to many.
fn moving(seed: usize) -> Table {
    let sample = |k: usize| {
        let (frame, turn) = (k / FRAME, std::f32::consts::TAU * (k % FRAME) as f32 / FRAME as f32);
        (1..=2 + 7 * frame + seed).map(|h| (h as f32 * turn).sin() / h as f32).sum::<f32>() * 0.5
    };
    let table = Wavetable::new("moving", (0..4 * FRAME).map(sample).collect());
    Table::Own(Arc::new(table.expect("four finite frames")))
}

/// A short recording in stereo with a loop.
fn short() -> Clip {
    let side = |k: usize| (0..1500).map(move |n| ((n * n + 70 * k) as f32 * 3e-4).sin()).collect();
    let recording =
        Recording::new("short", 44_100, vec![side(1), side(2)], 58.5, Some([300, 1200]));
    Clip::Own(Arc::new(recording.expect("a legal recording")))
}

/// A patch that uses most of a voice.
pub(crate) fn busy() -> Preset {
    let mut preset = Preset::init();
    let patch = &mut preset.patch;
    let warps = [Warp::Fm, Warp::Sync, Warp::Mirror];
    let spectral = [Spectral::Formant, Spectral::Smear, Spectral::Tilt];
    for (k, osc) in patch.osc.iter_mut().enumerate() {
        (osc.on, osc.voices, osc.scatter, osc.level) = (1.0, 3.0 + k as f32, 0.7, -12.0);
        (osc.warp, osc.bend, osc.position) = (warps[k].value(), 0.3, 0.4);
        (osc.spectral, osc.morph) = (spectral[k].value(), 0.4);
        preset.tables[k] = moving(k);
    }
    (patch.noise.on, patch.noise.colour) = (1.0, -3.0);
    preset.clip = short();
    (patch.sample.on, patch.sample.looped) = (1.0, Looped::Alternate.value());
    for (k, band) in patch.band.iter_mut().enumerate() {
        (band.on, band.centre) = (1.0, 70.0 + 12.0 * k as f32);
    }
    for filter in &mut patch.filter {
        (filter.on, filter.drive, filter.mix) = (1.0, 9.0, 0.8);
    }
    patch.voice.glide = -5.0;
    patch.route[0].source = Source::Lfo1.value();
    patch.route[0].destination = ids().osc[0].tune.as_destination();
    patch.route[0].amount = 0.1;
    let sweep = |k: usize| {
        let line = |x, y| Point { x, y, bow: 0.2 };
        let middle = 0.1 * (k + 1) as f32;
        Shape::new([line(0.0, 0.1), line(middle, 0.9), line(1.0, 0.2)])
    };
    preset.shapes = std::array::from_fn(sweep);
    preset
}

/// An engine that plays a preset.
pub(crate) fn engine(preset: &Preset) -> Engine {
    let mut engine = Engine::new(RATE, 7);
    assert!(engine.play(Sound::new(preset, RATE)).is_ok());
    engine
}

/// A key of channel 0 goes down.
pub(crate) fn on(at: usize, key: i16) -> Timed {
    Timed { at, event: Event::On(Which::key(0, key), 0.8) }
}

/// A key of channel 0 goes up.
pub(crate) fn off(at: usize, key: i16) -> Timed {
    Timed { at, event: Event::Off(Which::key(0, key)) }
}

/// Renders one block.
pub(crate) fn perform(
    engine: &mut Engine,
    events: &[Timed],
    frames: usize,
) -> (Vec<f32>, Vec<f32>) {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    engine.render(events, &mut left, &mut right);
    (left, right)
}

/// Renders events in blocks of these sizes, over and over.
pub(crate) fn in_cuts(
    preset: &Preset,
    events: &[Timed],
    length: usize,
    sizes: &[usize],
) -> (Vec<f32>, Vec<f32>) {
    let mut engine = engine(preset);
    let (mut left, mut right) = (vec![0.0; length], vec![0.0; length]);
    let mut from = 0;
    for size in sizes.iter().cycle() {
        let until = (from + size).min(length);
        let mine = events.iter().filter(|e| (from..until).contains(&e.at));
        let mine: Vec<Timed> = mine.map(|e| Timed { at: e.at - from, ..*e }).collect();
        engine.render(&mine, &mut left[from..until], &mut right[from..until]);
        from = until;
        if from == length {
            break;
        }
    }
    (left, right)
}

/// Greatest amplitude.
pub(crate) fn peak(x: &[f32]) -> f32 {
    x.iter().fold(0.0, |peak, x| peak.max(x.abs()))
}

/// Reproducible chance.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A whole number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    /// A number from 0 to 1.
    pub(crate) fn part(&mut self) -> f32 {
        self.below(1 << 24) as f32 / (1 << 24) as f32
    }

    /// A number that a careless host might send.
    pub(crate) fn wild(&mut self) -> f32 {
        match self.below(12) {
            0 => f32::NAN,
            1 => f32::INFINITY,
            2 => -1e30,
            3 => 1e-40,
            _ => self.part() * 2.0 - 0.5,
        }
    }
}

/// The way from one preset to another.
pub(crate) fn morph(from: &Preset, to: &Preset, position: f32) -> Preset {
    let partner = Some(Arc::new(Partner::new(to.clone(), Vec::new())));
    let mut preset = Preset { partner, ..from.clone() };
    preset.patch.morph.position = position;
    preset
}

/// A preset of random, sometimes mad values, every other one with a partner.
pub(crate) fn random_preset(dice: &mut Dice) -> Preset {
    let (preset, partner) = (random_sound(dice), random_sound(dice));
    let position = preset.patch.morph.position;
    if dice.below(2) == 0 { preset } else { morph(&preset, &partner, position) }
}

fn random_sound(dice: &mut Dice) -> Preset {
    let mut preset = Preset::init();
    for (k, def) in defs().iter().enumerate() {
        preset.patch[Id(k as u16)] = match (dice.below(40), def.kind) {
            (0, _) => f32::NAN,
            (1, _) => 1e30,
            (2, _) => f32::NEG_INFINITY,
            (_, Kind::Switch) => dice.below(2) as f32,
            _ => def.min + def.span() * dice.part(),
        };
    }
    for shape in &mut preset.shapes {
        let points = 2 + dice.below(20);
        *shape = Shape::new((0..points).map(|_| Point {
            x: dice.wild(),
            y: dice.wild(),
            bow: dice.wild(),
        }));
    }
    let tables = ["saw", "sine", "square", "no such table"];
    preset.tables = std::array::from_fn(|_| Table::Factory(tables[dice.below(4)].into()));
    let clips = ["knock", "breath", "no such recording"];
    preset.clip = clips.get(dice.below(4)).map_or_else(short, |id| Clip::Factory((*id).into()));
    preset
}

/// Any event at all.
pub(crate) fn random_event(dice: &mut Dice) -> Timed {
    let which = match dice.below(4) {
        0 => Which::ANY,
        1 => Which { id: dice.below(9) as i32, channel: -1, key: -1 },
        _ => Which { id: -1, channel: dice.below(20) as i16 - 2, key: dice.below(140) as i16 - 5 },
    };
    let id = Id(dice.below(defs().len() + 5) as u16);
    let event = match dice.below(25) {
        0 => Event::Off(which),
        1 => Event::Choke(which),
        2 => Event::Bend(which, dice.wild()),
        3 => Event::Wheel(which, dice.wild()),
        4 => Event::Pressure(which, dice.wild()),
        5 => Event::Slide(which, dice.wild()),
        6 => Event::Sustain(which, dice.below(2) == 1),
        7 => Event::Tuning(which, dice.wild() * 30.0),
        8 => Event::Volume(which, dice.wild()),
        9 => Event::Pan(which, dice.wild()),
        10 => Event::AllNotesOff,
        11 => Event::AllSoundOff,
        12 | 13 => Event::Modulate(which, id, dice.wild()),
        24 => Event::Lift(which, dice.wild()),
        14..18 => match defs().get(usize::from(id.0)) {
            Some(def) => Event::Set(id, def.min + def.span() * dice.wild()),
            None => Event::Set(id, dice.wild()),
        },
        _ => Event::On(which, dice.wild()),
    };
    Timed { at: dice.below(300), event }
}

/// The greatest step between neighbouring samples.
pub(crate) fn step(x: &[f32]) -> f32 {
    x.windows(2).fold(0.0, |step, w| step.max((w[1] - w[0]).abs()))
}
