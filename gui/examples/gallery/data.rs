//! Made-up data: a preset, its tables, a garden, a list of presets.

use std::f32::consts::TAU;
use std::sync::Arc;

use cultivar_gui::{
    Aspect, ChildView, Effort, EnvelopeHead, FactoryName, Family, FamilyState, Garden, GardenState,
    Kin, LitterRow, Live, Moved, NodeView, Notice, ParentCard, PresetRow, Section, Session, Side,
    Stage, StrandView, TargetView, Tone, View,
};
use cultivar_patch::schema::{Division, Filters, LfoMode, Model, Source, Sync, Warp, ids};
use cultivar_patch::{FRAME, Id, Partner, Patch, Point, Preset, Shape, Table, Wavetable};

/// Everything a view borrows from.
pub(crate) struct Data {
    pub(crate) preset: Preset,
    pub(crate) saved: Patch<f32>,
    pub(crate) tables: [Arc<Wavetable>; 3],
    pub(crate) factory_tables: Vec<FactoryName>,
    pub(crate) factory_recordings: Vec<FactoryName>,
    pub(crate) live: Live,
    pub(crate) garden: Garden,
    pub(crate) family: Family,
    pub(crate) presets: Vec<PresetRow>,
    pub(crate) way_to: Option<String>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) keys: [bool; 128],
    pub(crate) dirty: bool,
    pub(crate) session: Session,
}

impl Data {
    /// The view of the data.
    pub(crate) fn view(&self) -> View<'_> {
        View {
            preset: &self.preset,
            saved: Some(&self.saved),
            tables: self.tables.clone(),
            factory_tables: &self.factory_tables,
            factory_recordings: &self.factory_recordings,
            live: &self.live,
            peaks: [0.42, 0.36],
            voices: self.keys.iter().filter(|on| **on).count(),
            cpu: 0.03,
            keys: self.keys,
            garden: &self.garden,
            family: &self.family,
            presets: &self.presets,
            current: Some(1),
            dirty: self.dirty,
            undo: true,
            redo: false,
            side: Side::A,
            way_to: self.way_to.as_deref(),
            notices: &self.notices,
            session: self.session.clone(),
        }
    }

    /// A plucked sound in the middle of a chord, with a garden that grew it.
    pub(crate) fn new() -> Self {
        let preset = preset();
        let mut saved = preset.patch;
        saved[ids().filter[0].cutoff] -= 8.0;
        let tables = [plucked_table(), organ_table(), choir_table()];
        let mut keys = [false; 128];
        [60, 64, 67].into_iter().for_each(|key| keys[key] = true);
        Data {
            preset,
            saved,
            tables,
            factory_tables: named(&[
                "Saw", "Square", "Triangle", "Sine", "Glass", "Choir", "Formant", "Bell",
            ]),
            factory_recordings: named(&["Knock", "Plectrum", "Soft mallet", "Breath"]),
            live: live(),
            garden: garden(),
            family: Family::default(),
            presets: presets(),
            way_to: None,
            notices: Vec::new(),
            keys,
            dirty: true,
            session: Session::default(),
        }
    }

    /// On the way to a pad.
    pub(crate) fn with_partner(mut self) -> Self {
        let mut pad = Preset::init();
        pad.meta.name = "Cathedral Dust".into();
        self.preset.partner = Some(Arc::new(Partner::new(pad, Vec::new())));
        self.preset.patch.morph.position = 0.36;
        self
    }

    /// A notice of every tone.
    pub(crate) fn with_notices(mut self) -> Self {
        let notice = |tone, text: &str| Notice { tone, text: text.into() };
        self.notices = vec![
            notice(Tone::Good, "Saved “Glasswing Pluck”"),
            notice(Tone::Error, "kick.wav: no sound in the file (0 samples)"),
        ];
        self
    }
}

fn preset() -> Preset {
    let mut preset = Preset::init();
    preset.meta.name = "Glasswing Pluck".into();
    preset.meta.tags = vec!["pluck".into(), "bright".into()];
    preset.tables[1] = Table::Factory("glass".into());
    preset.tables[0] = Table::Own(plucked_table());
    let names = ["Body", "Bite", "Age", "Air", "Motion", "Wide", "Grit", "Morph"];
    preset.macros = names.map(str::to_owned);
    let i = ids();
    let (a, b, noise) = (&i.osc[0], &i.osc[1], &i.noise);
    let settings = [
        (a.position, 0.42),
        (a.level, -2.1),
        (a.voices, 5.0),
        (a.detune, 14.0),
        (a.warp, Warp::Bend.value()),
        (a.bend, 0.2),
        (b.on, 1.0),
        (b.position, 0.55),
        (b.level, -9.0),
        (b.tune, 12.0),
        (b.pan, 0.2),
        (b.phase, 0.25),
        (b.voices, 3.0),
        (noise.on, 1.0),
        (noise.level, -24.0),
        (noise.colour, -3.0),
        (i.band[0].on, 1.0),
        (i.band[0].centre, 88.0),
        (i.band[0].level, -10.0),
        (i.band[1].on, 1.0),
        (i.band[1].centre, 112.0),
        (i.band[1].width, 0.6),
        (i.filter[0].on, 1.0),
        (i.filter[0].model, Model::Low24.value()),
        (i.filter[0].cutoff, 88.0),
        (i.filter[0].resonance, 0.62),
        (i.filter[0].drive, 6.0),
        (i.filter[0].key, 0.5),
        (i.filter[1].on, 1.0),
        (i.filter[1].model, Model::Notch24.value()),
        (i.filter[1].cutoff, 74.0),
        (i.voice.filters, Filters::Parallel.value()),
        (i.env[0].attack, -8.0),
        (i.env[0].decay, -1.2),
        (i.env[0].sustain, 0.4),
        (i.env[0].release, -1.6),
        (i.env[0].decay_curve, 0.5),
        (i.env[1].decay, -2.0),
        (i.env[1].sustain, 0.0),
        (i.lfo[0].mode, LfoMode::Once.value()),
        (i.lfo[0].rate, -0.5),
        (i.lfo[1].sync, Sync::Tempo.value()),
        (i.lfo[1].division, Division::D1_8.value()),
        (i.distortion.on, 1.0),
        (i.chorus.on, 1.0),
        (i.chorus.mix, 0.4),
        (i.delay.sync, Sync::Tempo.value()),
        (i.delay.division, Division::D1_8d.value()),
        (i.eq.on, 1.0),
        (i.eq_band[0].gain, -5.0),
        (i.eq_band[1].frequency, 88.0),
        (i.eq_band[1].gain, 4.5),
        (i.eq_band[2].gain, 3.0),
        (i.reverb.on, 1.0),
        (i.reverb.size, 0.6),
        (i.reverb.decay, 1.2),
    ];
    for (id, value) in settings {
        preset.patch[id] = value;
    }
    for (k, value) in [0.4, 0.6, 0.2, 0.5, 0.3, 0.7, 0.1, 0.0].into_iter().enumerate() {
        preset.patch.macros[k].value = value;
    }
    preset.shapes[0] = strummed();
    routes(&mut preset.patch);
    preset
}

fn routes(patch: &mut Patch<f32>) {
    let i = ids();
    let routes: [(Source, Id, f32); 7] = [
        (Source::Lfo1, i.osc[0].position, 0.35),
        (Source::Env2, i.filter[0].cutoff, 0.25),
        (Source::Velocity, i.osc[0].level, 0.15),
        (Source::Macro2, i.filter[0].resonance, 0.2),
        (Source::Lfo2, i.osc[0].detune, 0.15),
        (Source::Random, i.osc[1].fine, 0.05),
        (Source::Macro4, i.reverb.mix, 0.4),
    ];
    for (k, (source, destination, amount)) in routes.into_iter().enumerate() {
        patch.route[k].source = source.value();
        patch.route[k].destination = destination.as_destination();
        patch.route[k].amount = amount;
    }
}

/// A level as growth draws it: a quick rise, a long fall, a little unrest.
fn strummed() -> Shape {
    Shape::new((0..=24).map(|k| {
        let t = k as f32;
        let unrest = 0.05 * (t * 2.3).sin() * (t * 0.7).cos();
        let y = 1.15 * (-t * 0.11).exp() * (1.0 - (-t * 0.9).exp()) + unrest;
        Point { x: t / 24.0, y: y.clamp(0.0, 1.0), bow: 0.0 }
    }))
}

fn table(name: &str, frames: usize, sample: impl Fn(f32, f32) -> f32) -> Arc<Wavetable> {
    let samples = (0..frames * FRAME).map(|k| {
        let (frame, at) = (k / FRAME, k % FRAME);
        let place = if frames > 1 { frame as f32 / (frames - 1) as f32 } else { 0.0 };
        sample(place, at as f32 / FRAME as f32)
    });
    Arc::new(Wavetable::new(name, samples.collect()).expect("whole frames of finite samples"))
}

/// Sines of given loudness, one on top of the other.
fn partials(at: f32, count: usize, loudness: impl Fn(f32) -> f32, drift: f32) -> f32 {
    let partial = |n: usize| {
        let n = n as f32;
        loudness(n) * (TAU * (n * at + drift * n * n * 0.013)).sin()
    };
    (1..=count).map(partial).sum()
}

fn plucked_table() -> Arc<Wavetable> {
    table("Nylon guitar (grown)", 24, |place, at| {
        0.7 * partials(at, 9, |n| (-(n - 1.0) * (0.35 + 0.5 * place)).exp(), place)
    })
}

fn organ_table() -> Arc<Wavetable> {
    table("Glass organ", 16, |place, at| {
        let loudness = |n: f32| match n as usize {
            1 => 0.6,
            2 => 0.5 * place,
            4 => 0.35,
            8 => 0.3 * (1.0 - place),
            _ => 0.0,
        };
        partials(at, 8, loudness, place * 0.4)
    })
}

fn choir_table() -> Arc<Wavetable> {
    table("Saw", 1, |_, at| 1.0 - 2.0 * at)
}

fn named(names: &[&str]) -> Vec<FactoryName> {
    let entry = |name: &&str| FactoryName { id: name.to_lowercase(), title: (*name).into() };
    names.iter().map(entry).collect()
}

fn live() -> Live {
    let i = ids();
    let head = |stage, at, level| Some(EnvelopeHead { stage, at, level });
    Live {
        values: vec![
            (i.osc[0].position, 0.58),
            (i.filter[0].cutoff, 102.0),
            (i.filter[0].resonance, 0.7),
            (i.osc[0].detune, 19.0),
            (i.reverb.mix, 0.45),
        ],
        envelopes: [head(Stage::Decay, 0.62, 0.47), head(Stage::Decay, 0.8, 0.1), None, None],
        lfos: [Some(0.38), Some(0.7), None, None, None, None],
    }
}

/// A garden in the middle of its growth.
pub(crate) fn garden() -> Garden {
    let best = [80.0, 66.0, 93.0, 58.0, 74.0, 40.0, 86.0, 62.0];
    let counts = [9, 7, 12, 6, 8, 4, 10, 7];
    let strand = |k: usize| StrandView {
        nodes: (0..counts[k])
            .map(|n| {
                let t = (n + 1) as f32 / counts[k] as f32;
                let score = 22.0 + (best[k] - 22.0) * t.powf(0.72);
                NodeView { score, label: "Filter 1 cutoff".into() }
            })
            .collect(),
        share: if k == 2 { 0.32 } else { 0.1 },
        withered: k == 5,
        hue: k,
    };
    let aspect = |name: &str, likeness: Option<f32>, note: &str| Aspect {
        name: name.into(),
        likeness,
        note: note.into(),
    };
    let moved = |title: &str, text: &str, gain, id| Moved {
        title: title.into(),
        text: text.into(),
        gain,
        id,
    };
    Garden {
        target: Some(target()),
        state: GardenState::Growing,
        strands: (0..8).map(strand).collect(),
        selected: Some((2, 11)),
        auditioning: true,
        aspects: vec![
            aspect("Pitch", Some(0.98), ""),
            aspect("Envelope", Some(0.93), ""),
            aspect("Brightness", Some(0.88), ""),
            aspect("Noise", Some(0.71), ""),
            aspect("Movement", Some(0.90), ""),
            aspect("Stereo", None, "mono target"),
        ],
        moved: vec![
            moved("Wavetable from target", "24 frames", 31.0, None),
            moved("Filter 1 cutoff", "+7.2 st", 4.1, Some(ids().filter[0].cutoff)),
            moved("Envelope 1 decay", "0.34 → 0.09 s", 2.6, Some(ids().env[0].decay)),
        ],
        tries: 6412,
        seconds: 8.0,
        effort: Effort::Normal,
        locked: vec![Section::Filters, Section::Effects],
        examples: examples(),
        ..Garden::default()
    }
}

pub(crate) fn examples() -> Vec<String> {
    ["Glass", "Pluck", "Voice", "Kick"].map(str::to_owned).to_vec()
}

/// A struck string of 1.4 seconds.
fn target() -> TargetView {
    let peaks = (0..400).map(|k| {
        let t = k as f32;
        let beat = 0.62 + 0.38 * (t * 0.13).sin();
        let grain = 0.55 + 0.45 * ((t * 12.9898).sin() * 43_758.547).fract().abs();
        let rise = ((t - 22.0) / 8.0).clamp(0.0, 1.0);
        let level = (-(t - 22.0).max(0.0) * 0.009).exp() * beat * grain * rise;
        [-level * 0.95, level]
    });
    TargetView {
        name: "nylon_guitar.wav".into(),
        peaks: peaks.collect(),
        onset: 0.055,
        end: 0.93,
        note: "G3 +6 ¢".into(),
        by_hand: false,
        length: "1.4 s".into(),
        kinds: vec!["plucked".into()],
    }
}

/// A note: how fast it begins, decays and beats.
fn note(rise: f32, decay: f32, beat: f32) -> Vec<[f32; 2]> {
    let slice = |k: usize| {
        let t = k as f32;
        let grain = 0.55 + 0.45 * ((t * 12.9898).sin() * 43_758.547).fract().abs();
        let beat = 0.65 + 0.35 * (t * beat).sin();
        let level = (t / rise).min(1.0) * (-(t - rise).max(0.0) * decay).exp() * grain * beat;
        [-level * 0.9, level]
    };
    (0..120).map(slice).collect()
}

/// Three parents and their fourth litter.
pub(crate) fn family() -> Family {
    let parent = |hue, name: &str, origin: &str, weight, peaks| ParentCard {
        hue,
        name: name.into(),
        origin: origin.into(),
        weight,
        peaks,
        trouble: String::new(),
    };
    let names = [
        "Glasswing Dust",
        "Cathedral Pluck",
        "Rust Pluck",
        "Glasswing Choir",
        "Cathedral Choir",
        "Dust Pluck",
        "Glass Cathedral",
        "Wickerlight",
        "Choir Pluck",
        "Rust Dust",
        "Pluck Cathedral",
        "Glass Rust",
    ];
    let child = |(k, name): (usize, &str)| {
        let a = [42, 18, 61, 30, 12, 55, 8, 44, 70, 25, 33, 15][k];
        let b = [36, 60, 14, 52, 30, 20, 72, 38, 12, 18, 30, 41][k];
        let new = [8, 6, 9, 4, 7, 11, 5, 8, 6, 12, 9, 10][k];
        let from = |section: &str, parent| (section.to_owned(), parent);
        ChildView {
            name: name.into(),
            peaks: note(1.0 + (k % 4) as f32 * 9.0, 0.012 + 0.004 * (k % 5) as f32, 0.1 * k as f32),
            shares: vec![a, b, 100 - a - b - new],
            new,
            sections: vec![
                from("Oscillators", 0),
                from("Filters", 0),
                from("Envelopes", 1),
                from("Modulation", 1),
                from("Effects", 2),
            ],
            loved: k == 2,
        }
    };
    let litter = |n: usize, parents: &[&str], planted| LitterRow {
        title: format!("Litter {n}"),
        parents: parents.iter().map(|name| (*name).to_owned()).collect(),
        seed: 0x91c2 + 4711 * n as u64,
        planted,
    };
    let all = ["Glasswing Pluck", "Cathedral Dust", "Rust Choir"];
    Family {
        parents: vec![
            parent(
                0,
                "Glasswing Pluck",
                "grown from nylon_guitar.wav",
                0.55,
                note(2.0, 0.03, 0.13),
            ),
            parent(1, "Cathedral Dust", "factory · pad", 0.3, note(30.0, 0.008, 0.05)),
            parent(3, "Rust Choir", "mine · vocal", 0.15, note(12.0, 0.014, 0.4)),
        ],
        mutation: 0.34,
        locked: vec![Section::Filters, Section::Effects],
        state: FamilyState::Ready,
        litter: Some(3),
        litters: vec![
            litter(1, &all[..2], None),
            litter(2, &["Pluck Dust"], Some((0, 4))),
            litter(3, &all, None),
            litter(4, &all, None),
        ],
        kin: [0, 1, 3].into_iter().zip(all).map(|(hue, n)| Kin { name: n.into(), hue }).collect(),
        children: names.into_iter().enumerate().map(child).collect(),
        selected: Some(7),
        on_keys: true,
        ..Family::default()
    }
}

fn presets() -> Vec<PresetRow> {
    let rows = [
        ("Wickerlight", "pluck, warm", "grown from cedar.wav", true),
        ("Glasswing Pluck", "pluck, bright, moving", "grown from nylon_guitar.wav", true),
        ("Cedar Thumb", "bass, woody", "mine", false),
        ("Cathedral Dust", "pad, wide", "factory", false),
        ("Harp of Nails", "pluck, metallic", "grown from harp.flac", false),
        ("Paper Koto", "pluck, dry", "factory", true),
        ("Bamboo Rain", "texture, moving", "mine", false),
        ("Small Guitar, Big Room", "pluck, wide", "grown from nylon_guitar.wav", false),
        ("Hollow Reed Tap", "drum, woody", "factory", false),
        ("Kalimba Fog", "mallet, soft", "factory", false),
        ("Tin Orchard", "texture, noisy", "mine", false),
        ("Moss & Wire", "lead, rough", "factory", false),
    ];
    let row = |(name, tags, origin, favourite): (&str, &str, &str, bool)| PresetRow {
        id: name.to_lowercase(),
        name: name.into(),
        tags: tags.split(", ").map(str::to_owned).collect(),
        origin: origin.into(),
        favourite,
    };
    rows.into_iter().map(row).collect()
}
