//! How the factory presets sound: loud enough, alike in loudness, never clipping, each its own.

use cultivar_patch::{Preset, Table, factory};

use crate::{Engine, Event, Note, Sound, Studio, Timed, Which};

const RATE: f32 = 48_000.0;
/// Loudness of a note at velocity 0.8, in LUFS, and how far a preset may be away from it.
const LOUDNESS: f32 = -16.0;
const SLACK: f32 = 1.0;

type Stereo = [Vec<f32>; 2];

/// All but the initial patch, with a note of their natural register and its length.
fn all() -> Vec<(Preset, Note)> {
    let presets = factory::presets().iter().skip(1);
    let presets = presets.map(|(name, json)| Preset::from_json(json).expect(name).preset);
    presets.map(|preset| (note(&preset), preset)).map(|(note, preset)| (preset, note)).collect()
}

fn note(preset: &Preset) -> Note {
    let (key, gate) = match preset.meta.tags[0].as_str() {
        "bass" => (36.0, 1.5),
        "pad" | "texture" => (60.0, 3.0),
        "fx" => (60.0, 4.0),
        "drums" => (48.0, 0.4),
        _ => (60.0, 1.5),
    };
    Note { key, gate, velocity: 0.8, length: gate + 0.5 }
}

fn render(studio: &mut Studio, preset: &Preset, note: &Note) -> Stereo {
    let mut out = [(); 2].map(|()| vec![0.0; studio.samples(note)]);
    let [left, right] = &mut out;
    studio.render(preset, note, left, right);
    out
}

/// A major chord with its octave.
fn chord(preset: &Preset, note: &Note) -> Stereo {
    let mut engine = Engine::new(RATE, 0);
    let _ = engine.play(Sound::new(preset, RATE));
    let which = |step: i16| Which { id: -1, channel: 0, key: note.key as i16 + step };
    let on = |step| Timed { at: 0, event: Event::On(which(step), note.velocity) };
    let mut out = [(); 2].map(|()| vec![0.0; (note.gate * RATE) as usize]);
    let [left, right] = &mut out;
    engine.render(&[0, 4, 7, 12].map(on), left, right);
    out
}

fn peak(x: &Stereo) -> f32 {
    x.iter().flatten().fold(0.0, |peak, y| peak.max(y.abs()))
}

/// Loudness of the loudest 400 ms, in LUFS (ITU-R BS.1770, whose filters are for 48 kHz).
fn loudness(x: &Stereo) -> f32 {
    let window = (0.4 * RATE) as usize;
    let mut powers = vec![0.0f64; x[0].len() + window];
    for side in x {
        for (power, y) in powers.iter_mut().zip(weighted(side)) {
            *power += y * y;
        }
    }
    let mut sum = 0.0;
    let mut most = 0.0f64;
    for n in 0..powers.len() {
        sum += powers[n] - if n >= window { powers[n - window] } else { 0.0 };
        most = most.max(sum);
    }
    (-0.691 + 10.0 * (most / window as f64).max(1e-12).log10()) as f32
}

fn weighted(x: &[f32]) -> impl Iterator<Item = f64> {
    let shelf = ([1.535_124_86, -2.691_696_19, 1.198_392_81], [-1.690_659_293, 0.732_480_774]);
    let high = ([1.0, -2.0, 1.0], [-1.990_047_455, 0.990_072_250]);
    let mut states = [[0.0f64; 2]; 2];
    x.iter().map(move |x| {
        let mut y = f64::from(*x);
        for ((b, a), s) in [shelf, high].into_iter().zip(&mut states) {
            let out = b[0] * y + s[0];
            *s = [b[1] * y - a[0] * out + s[1], b[2] * y - a[1] * out];
            y = out;
        }
        y
    })
}

/// Power by third of an octave and fifth of the time, in decibels, loudness left out.
fn portrait(x: &Stereo) -> Vec<f32> {
    const FRAME: usize = 4096;
    let fft = realfft::RealFftPlanner::<f32>::new().plan_fft_forward(FRAME);
    let mut bins = fft.make_output_vec();
    let mut portrait = Vec::new();
    for slice in 0..5 {
        let start = slice * (x[0].len() - FRAME) / 5;
        let window = |n: usize| 0.5 - 0.5 * (std::f32::consts::TAU * n as f32 / FRAME as f32).cos();
        let mono = |n: usize| x[0][start + n] + x[1][start + n];
        let mut frame: Vec<f32> = (0..FRAME).map(|n| window(n) * mono(n)).collect();
        fft.process(&mut frame, &mut bins).expect("lengths agree");
        for third in 0..27 {
            let edge = |k: i32| (4.0 * (k as f32 / 3.0).exp2()) as usize;
            let band = edge(third)..edge(third + 1).min(bins.len());
            let power = bins[band].iter().map(|b| b.norm_sqr()).sum::<f32>();
            portrait.push(10.0 * (power + 1e-3).log10());
        }
    }
    let mean = portrait.iter().sum::<f32>() / portrait.len() as f32;
    portrait.iter().map(|p| p - mean).collect()
}

#[test]
fn presets_are_alike_in_loudness_and_chords_do_not_clip() {
    let mut studio = Studio::new(RATE);
    let mut bad = Vec::new();
    for (preset, note) in all() {
        let sound = render(&mut studio, &preset, &note);
        assert!(sound.iter().flatten().all(|y| y.is_finite()), "{}", preset.meta.name);
        let (loudness, peak) = (loudness(&sound), peak(&sound).max(peak(&chord(&preset, &note))));
        if (loudness - LOUDNESS).abs() > SLACK || peak > 1.0 {
            bad.push(format!("{}: {loudness:.1} LUFS, peak {peak:.2}", preset.meta.name));
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn presets_differ_from_one_another() {
    let mut studio = Studio::new(RATE);
    let note = Note { gate: 1.0, length: 1.5, ..Note::default() };
    let portraits: Vec<_> = all()
        .iter()
        .map(|(preset, _)| {
            (preset.meta.name.clone(), portrait(&render(&mut studio, preset, &note)))
        })
        .collect();
    for (n, (a, pa)) in portraits.iter().enumerate() {
        for (b, pb) in &portraits[..n] {
            let apart =
                pa.iter().zip(pb).map(|(x, y)| (x - y).abs()).sum::<f32>() / pa.len() as f32;
            assert!(apart > 3.0, "{a} and {b} are {apart:.1} dB apart");
        }
    }
}

#[test]
fn presets_answer_to_velocity_and_macros() {
    let mut studio = Studio::new(24_000.0);
    for (preset, note) in all() {
        let name = &preset.meta.name;
        let note = Note { gate: 0.7, length: 0.8, ..note };
        let plain = render(&mut studio, &preset, &note);
        let soft = render(&mut studio, &preset, &Note { velocity: 0.2, ..note });
        assert!(change(&plain, &soft) > 0.05, "{name} does not answer to velocity");
        for (k, knob) in preset.macros.iter().enumerate().filter(|(_, knob)| !knob.is_empty()) {
            let [low, high] = [0.0, 1.0].map(|value| {
                let mut moved = preset.clone();
                moved.patch.macros[k].value = value;
                render(&mut studio, &moved, &note)
            });
            assert!(change(&low, &high) > 0.05, "{name} does not answer to {knob}");
            assert!(peak(&high) < 2.0, "{name} bursts at {knob}");
        }
    }
}

/// The greatest difference of two sounds, as a share of the louder one's peak.
fn change(a: &Stereo, b: &Stereo) -> f32 {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.fold(0.0f32, |most, (x, y)| most.max((x - y).abs())) / peak(a).max(peak(b)).max(1e-3)
}

#[test]
fn presets_play_known_tables_and_end() {
    let mut engine = Engine::new(24_000.0, 0);
    for (preset, note) in all() {
        let name = &preset.meta.name;
        for table in &preset.tables {
            let Table::Factory(id) = table else { panic!("{name} carries a table") };
            assert!(super::names().contains(&id.as_str()), "{name}: {id}");
        }
        engine.reset();
        let _ = engine.take();
        let _ = engine.play(Sound::new(&preset, 24_000.0));
        let which = Which { id: 0, channel: 0, key: note.key as i16 };
        let mut out = [(); 2].map(|()| vec![0.0; 24_000]);
        let [left, right] = &mut out;
        let off = Timed { at: 2400, event: Event::Off(which) };
        engine.render(&[Timed { at: 0, event: Event::On(which, 0.8) }, off], left, right);
        let mut seconds = 1;
        while peak(&out) > 1e-4 {
            let [left, right] = &mut out;
            engine.render(&[], left, right);
            seconds += 1;
            assert!(seconds < 30, "{name} never ends");
        }
    }
}
