//! The genome: which parameters of a patch matter, in which section, and how far one step goes.

use std::ops::Range;
use std::sync::LazyLock;

use cultivar_patch::schema::{Bands, From, LfoMode, Model, Source, Spectral, Sync, Warp, ids};
use cultivar_patch::{Breed, Clip, Def, Id, Kind, Patch, Preset, Table, Unit, defs};

/// A part of the instrument that is inherited as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    /// The oscillators with their tables.
    Osc,
    /// Noise, its bands, and the sample with its recording.
    Noise,
    /// The filters and how they stand to each other.
    Filter,
    /// Envelopes.
    Env,
    /// Low-frequency oscillators, with their shapes, and macros.
    Lfo,
    /// Modulation routes; they travel with the section of their destination.
    Route,
    /// Effects.
    Fx,
    /// How notes become voices, and the end of the chain.
    Voice,
}

impl Section {
    /// The sections that are inherited as one, in the order of the signal.
    pub const ALL: [Section; 7] = [
        Section::Osc,
        Section::Noise,
        Section::Filter,
        Section::Env,
        Section::Lfo,
        Section::Fx,
        Section::Voice,
    ];

    /// Its word in commands.
    pub fn id(self) -> &'static str {
        match self {
            Section::Osc => "osc",
            Section::Noise => "noise",
            Section::Filter => "filter",
            Section::Env => "env",
            Section::Lfo => "lfo",
            Section::Route => "route",
            Section::Fx => "fx",
            Section::Voice => "voice",
        }
    }

    fn of_stem(stem: &str) -> Section {
        match stem {
            "osc" => Section::Osc,
            "noise" | "band" | "sample" => Section::Noise,
            "filter" => Section::Filter,
            "env" => Section::Env,
            "lfo" | "random" | "macro" => Section::Lfo,
            "route" => Section::Route,
            "voice" | "master" | "morph" => Section::Voice,
            _ => Section::Fx,
        }
    }
}

/// Sections that children have from their first parent as they are there. The routes that move
/// a locked section are locked with it, and so is what drives them; the master level never is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Locks(u8);

impl Locks {
    /// These sections.
    pub fn of(sections: impl IntoIterator<Item = Section>) -> Locks {
        Locks(sections.into_iter().fold(0, |bits, section| bits | 1 << section as u8))
    }

    /// Whether a section is locked.
    pub fn has(self, section: Section) -> bool {
        self.0 & 1 << section as u8 != 0
    }

    /// The modules of `patch` that are locked: those of locked sections, and all that moves
    /// them.
    pub fn modules(self, patch: &Patch<f32>) -> Vec<bool> {
        let mut locked: Vec<bool> = modules().iter().map(|m| self.has(m.section)).collect();
        let route = module(ids().route[0].source);
        // A driver may move a driver that moves a driver.
        for _ in 0..3 {
            for slot in 0..patch.route.len() {
                let Some(id) = destination(patch, slot) else { continue };
                if locked[module(id)] || locked[route + slot] {
                    locked[route + slot] = true;
                    if let Some(driver) = Driver::of(patch.route[slot].source) {
                        locked[driver.module()] = true;
                    }
                }
            }
        }
        locked
    }
}

/// One module of the instrument: its section, and its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// The section it belongs to.
    pub section: Section,
    /// Its parameters.
    pub ids: Range<u16>,
}

impl Module {
    /// The addresses of its parameters.
    pub fn ids(&self) -> impl Iterator<Item = Id> + use<> {
        self.ids.clone().map(Id)
    }

    /// Its switch, where it has one.
    pub fn switch(&self) -> Option<Id> {
        let first = Id(self.ids.start);
        (first.def().kind == Kind::Switch).then_some(first)
    }

    /// Whether it is on, or cannot be off.
    pub fn on(&self, patch: &Patch<f32>) -> bool {
        self.switch().is_none_or(|id| patch[id] > 0.5)
    }
}

/// All modules, in schema order.
pub fn modules() -> &'static [Module] {
    static MODULES: LazyLock<Vec<Module>> = LazyLock::new(|| {
        let stem = |def: &Def| Section::of_stem(def.id.split('.').next().unwrap_or_default());
        let runs = defs().chunk_by(|a, b| a.group == b.group);
        let mut start = 0;
        let module = |run: &[Def]| {
            let ids = start..start + run.len() as u16;
            start = ids.end;
            Module { section: stem(&run[0]), ids }
        };
        runs.map(module).collect()
    });
    &MODULES
}

/// The module of a parameter, as an index into [`modules`].
pub fn module(id: Id) -> usize {
    modules().partition_point(|module| module.ids.end <= id.0)
}

/// The section of a parameter.
pub fn section(id: Id) -> Section {
    modules()[module(id)].section
}

/// A module whose output drives routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Driver {
    /// An envelope; 0 is the amplifier's.
    Env(usize),
    /// A low-frequency oscillator.
    Lfo(usize),
    /// A generator of random movement.
    Random(usize),
    /// A macro.
    Macro(usize),
}

impl Driver {
    /// The driver behind a source; nothing for what the player does.
    pub fn of(source: f32) -> Option<Driver> {
        let source = Source::of(source) as usize;
        let from = |first: Source, count: usize| {
            source.checked_sub(first as usize).filter(|index| *index < count)
        };
        from(Source::Env1, 4)
            .map(Driver::Env)
            .or(from(Source::Lfo1, 6).map(Driver::Lfo))
            .or(from(Source::Random1, 2).map(Driver::Random))
            .or(from(Source::Macro1, 8).map(Driver::Macro))
    }

    /// The source that means this driver.
    pub fn source(self) -> f32 {
        let source = match self {
            Driver::Env(k) => Source::Env1 as usize + k,
            Driver::Lfo(k) => Source::Lfo1 as usize + k,
            Driver::Random(k) => Source::Random1 as usize + k,
            Driver::Macro(k) => Source::Macro1 as usize + k,
        };
        source as f32
    }

    /// Its module, as an index into [`modules`].
    pub fn module(self) -> usize {
        let ids = ids();
        module(match self {
            Driver::Env(k) => ids.env[k].attack,
            Driver::Lfo(k) => ids.lfo[k].mode,
            Driver::Random(k) => ids.random[k].shape,
            Driver::Macro(k) => ids.macros[k].value,
        })
    }
}

/// What the route in this slot moves, where it moves anything.
pub fn destination(patch: &Patch<f32>, route: usize) -> Option<Id> {
    let route = &patch.route[route];
    Id::from_destination(route.destination).filter(|_| Source::of(route.source) != Source::None)
}

/// The oscillator that oscillator `k` listens to, where it listens to one.
fn listened(patch: &Patch<f32>, k: usize) -> Option<usize> {
    let osc = &patch.osc[k];
    Warp::of(osc.warp).listens().then(|| From::of(osc.from).oscillator(k))?
}

/// The modules that are heard: switched on, or driving something that is.
fn heard(patch: &Patch<f32>) -> Vec<bool> {
    let mut heard: Vec<bool> =
        modules().iter().map(|m| m.switch().is_some_and(|id| patch[id] > 0.5)).collect();
    for k in (0..patch.osc.len()).filter(|k| patch.osc[*k].on > 0.5) {
        if let Some(other) = listened(patch, k) {
            heard[module(ids().osc[other].on)] = true;
        }
    }
    for band in &ids().eq_band {
        heard[module(band.gain)] = patch.eq.on > 0.5;
    }
    heard[module(ids().env[0].attack)] = true;
    heard[module(ids().voice.mode)] = true;
    heard[module(ids().master.level)] = true;
    // A driver may move a driver that moves a driver.
    for _ in 0..3 {
        for slot in 0..patch.route.len() {
            let Some(id) = destination(patch, slot).filter(|id| heard[module(*id)]) else {
                continue;
            };
            debug_assert!(id.def().modulated);
            heard[module(ids().route[slot].amount)] = true;
            if let Some(driver) = Driver::of(patch.route[slot].source) {
                heard[driver.module()] = true;
            }
        }
    }
    heard
}

/// The genes that change what is heard: parameters of modules that are on or drive something,
/// of routes that move something, without what the other settings of the module make idle.
pub fn live(preset: &Preset) -> Patch<bool> {
    let patch = &preset.patch;
    let heard = heard(patch);
    let mut live = Patch::from_fn(|id| heard[module(id)] && id.def().breed != Breed::Never);
    for (k, osc) in patch.osc.iter().enumerate() {
        let unison = osc.voices > 1.5;
        let ids = &ids().osc[k];
        for id in [ids.detune, ids.curve, ids.stack, ids.spread, ids.blend] {
            live[id] &= unison;
        }
        live[ids.bend] &= Warp::of(osc.warp) != Warp::None;
        live[ids.from] &= Warp::of(osc.warp).listens();
        live[ids.morph] &= Spectral::of(osc.spectral) != Spectral::None;
        if let Table::Own(table) = &preset.tables[k] {
            live[ids.position] &= table.len() > 1;
        }
    }
    for (k, lfo) in patch.lfo.iter().enumerate() {
        live[ids().lfo[k].hold] &= LfoMode::of(lfo.mode) == LfoMode::Sustain;
    }
    for (model, morph) in filters() {
        live[morph] &= Model::of(patch[model]).morphs();
    }
    let three = Bands::of(patch.compressor.bands) == Bands::Three;
    for id in [ids().compressor.low, ids().compressor.mid, ids().compressor.high] {
        live[id] &= three;
    }
    for (sync, time, division) in clocks() {
        let tempo = Sync::of(patch[sync]) == Sync::Tempo;
        live[time] &= !tempo;
        live[division] &= tempo;
    }
    live
}

/// Model and morph of every filter, the effect's last.
fn filters() -> [(Id, Id); 3] {
    let ids = ids();
    let [one, two] = &ids.filter;
    let fx = &ids.fx_filter;
    [(one.model, one.morph), (two.model, two.morph), (fx.model, fx.morph)]
}

/// What counts seconds or beats: the switch between them, the one and the other.
pub fn clocks() -> Vec<(Id, Id, Id)> {
    let ids = ids();
    let lfos = ids.lfo.iter().map(|lfo| (lfo.sync, lfo.rate, lfo.division));
    let randoms = ids.random.iter().map(|random| (random.sync, random.rate, random.division));
    let (phaser, flanger, delay) = (&ids.phaser, &ids.flanger, &ids.delay);
    let effects = [
        (phaser.sync, phaser.rate, phaser.division),
        (flanger.sync, flanger.rate, flanger.division),
        (delay.sync, delay.time, delay.division),
    ];
    lfos.chain(randoms).chain(effects).collect()
}

/// One small step of a parameter in plain units: clearly heard, still the same sound.
pub fn step(patch: &Patch<f32>, id: Id) -> f32 {
    let slot = module(id).checked_sub(module(ids().route[0].source));
    if let Some(slot) = slot.filter(|slot| *slot < patch.route.len())
        && id == ids().route[slot].amount
    {
        // As far as a step of what the route moves.
        let moved = destination(patch, slot).filter(|to| section(*to) != Section::Route);
        return moved.map_or(0.05, |to| (2.0 * unit_step(to) / to.def().span()).min(0.1));
    }
    unit_step(id)
}

fn unit_step(id: Id) -> f32 {
    match id.def().unit {
        Unit::Ratio => 0.06,
        Unit::Bipolar => 0.1,
        Unit::Pan => 0.2,
        Unit::Turn => 0.1,
        Unit::Decibels => 2.0,
        Unit::Semitones => 0.1,
        Unit::Note => 3.0,
        Unit::Cents => 4.0,
        Unit::LogSeconds => 0.4,
        Unit::LogHertz => 0.3,
        Unit::Octaves => 0.3,
        Unit::Slope => 0.8,
        Unit::Count => 1.0,
    }
}

/// Identity of what sounds: presets with one key render the same samples.
pub fn key(preset: &Preset) -> u64 {
    // Multiply and rotate, as in the hasher of rustc: fast, and the same on every machine.
    let mix = |key: u64, bits: u64| (key.rotate_left(5) ^ bits).wrapping_mul(0x517c_c1b7_2722_0a95);
    let mut key = 0;
    for value in preset.patch.leaves() {
        key = mix(key, value.to_bits().into());
    }
    for table in &preset.tables {
        key = match table {
            Table::Factory(name) => name.bytes().fold(key, |key, byte| mix(key, byte.into())),
            Table::Own(table) => table.samples().chunks(2).fold(key, |key, pair| {
                let second = pair.get(1).map_or(0, |s| s.to_bits());
                mix(key, u64::from(pair[0].to_bits()) << 32 | u64::from(second))
            }),
        };
    }
    key = match &preset.clip {
        Clip::Factory(name) => name.bytes().fold(key, |key, byte| mix(key, byte.into())),
        Clip::Own(own) => {
            let [start, end] = own.looped().unwrap_or_default().map(|place| place as u64);
            let rate = u64::from(own.rate()) << 32 | u64::from(own.root().to_bits());
            let head = [own.channels().len() as u64, rate, start, end].into_iter().fold(key, mix);
            let samples = own.channels().iter().flatten();
            samples.fold(head, |key, sample| mix(key, sample.to_bits().into()))
        }
    };
    for point in preset.shapes.iter().flat_map(|shape| shape.points()) {
        for value in [point.x, point.y, point.bow] {
            key = mix(key, value.to_bits().into());
        }
    }
    key ^ key >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_cover_the_schema() {
        let ids: Vec<Id> = modules().iter().flat_map(Module::ids).collect();
        assert!(ids.iter().enumerate().all(|(k, id)| id.0 as usize == k));
        assert_eq!(ids.len(), defs().len());
        assert_eq!(section(cultivar_patch::schema::ids().band[2].level), Section::Noise);
        assert_eq!(section(cultivar_patch::schema::ids().reverb.mix), Section::Fx);
    }

    #[test]
    fn only_what_is_heard_is_live() {
        let ids = cultivar_patch::schema::ids();
        let mut preset = Preset::init();
        let initial = live(&preset);
        assert!(initial[ids.osc[0].level] && initial[ids.env[0].decay]);
        assert!(!initial[ids.osc[1].level] && !initial[ids.lfo[0].rate]);
        assert!(!initial[ids.osc[0].detune] && !initial[ids.master.level]);
        assert!(!initial[ids.sample.level] && !initial[ids.sample.start]);
        preset.patch.sample.on = 1.0;
        assert!(live(&preset)[ids.sample.level] && live(&preset)[ids.sample.start]);
        preset.patch.sample.on = 0.0;
        preset.patch.osc[0].voices = 5.0;
        preset.patch.route[7].source = Source::Lfo3.value();
        preset.patch.route[7].destination = ids.osc[0].position.as_destination();
        let routed = live(&preset);
        assert!(routed[ids.osc[0].detune] && routed[ids.lfo[2].rate]);
        assert!(routed[ids.route[7].amount] && !routed[ids.route[6].amount]);
        preset.patch.route[7].destination = ids.filter[0].cutoff.as_destination();
        assert!(!live(&preset)[ids.lfo[2].rate], "the filter is off");
    }

    #[test]
    fn drivers_and_sources_agree() {
        for source in 0..Source::OPTIONS.len() {
            if let Some(driver) = Driver::of(source as f32) {
                assert_eq!(driver.source(), source as f32);
            }
        }
        assert_eq!(Driver::of(Source::Wheel.value()), None);
        assert_eq!(Driver::of(Source::Macro8.value()), Some(Driver::Macro(7)));
    }

    #[test]
    fn keys_tell_sounds_apart_not_names() {
        let mut preset = Preset::init();
        let before = key(&preset);
        preset.meta.name = "Other".into();
        assert_eq!(key(&preset), before);
        preset.patch.osc[0].level += 1.0;
        assert_ne!(key(&preset), before);
        let own = |rate, root, looped, samples: [f32; 2]| {
            let channels = vec![samples.to_vec()];
            let recording = cultivar_patch::Recording::new("r", rate, channels, root, looped);
            Clip::Own(std::sync::Arc::new(recording.expect("legal")))
        };
        let clips = [
            Clip::default(),
            Clip::Factory("glass".into()),
            own(48_000, 60.0, None, [0.1, 0.2]),
            own(44_100, 60.0, None, [0.1, 0.2]),
            own(48_000, 61.0, None, [0.1, 0.2]),
            own(48_000, 60.0, Some([0, 1]), [0.1, 0.2]),
            own(48_000, 60.0, None, [0.1, 0.3]),
        ];
        let keys = clips.map(|clip| key(&Preset { clip, ..preset.clone() }));
        assert!((0..keys.len()).all(|k| !keys[..k].contains(&keys[k])));
    }
}
