//! Writes the test tones of the alias meter: `cargo run --example tones -- DIR`.

use std::io::Write;
use std::path::Path;

use cultivar_dsp::{Note, render};
use cultivar_patch::schema::{Source, Warp, ids};
use cultivar_patch::{FRAME, Preset, Table, Wavetable};

const RATE: u32 = 48_000;

/// Names of tones, warps and how far they go.
const WARPS: [(&str, Warp, f32); 11] = [
    ("bend", Warp::Bend, 0.5),
    ("pulse", Warp::Pulse, 0.5),
    ("mirror", Warp::Mirror, 0.5),
    ("mirrorlittle", Warp::Mirror, 0.15),
    ("fm", Warp::Fm, 0.4),
    ("ring", Warp::Ring, 1.0),
    ("squeeze", Warp::Squeeze, 0.5),
    ("quantise", Warp::Quantise, 0.7),
    ("formant", Warp::Formant, 0.5),
    ("frequency", Warp::Frequency, 0.4),
    ("amplitude", Warp::Amplitude, 1.0),
];

/// One frame with harmonics 1 to 1023 falling as one over their number, or the first alone.
fn table(harmonics: usize) -> Table {
    let sample = |n: usize| {
        let turn = std::f64::consts::TAU * n as f64 / FRAME as f64;
        let saw = |k: usize| (turn * k as f64).sin() / k as f64;
        (1..=harmonics).map(saw).sum::<f64>() as f32
            * if harmonics > 1 { std::f32::consts::FRAC_2_PI } else { 1.0 }
    };
    let samples = (0..FRAME).map(sample).collect();
    Wavetable::new("tone", samples).map_or(Table::Factory("saw".into()), |t| Table::Own(t.into()))
}

fn base(table: &Table) -> Preset {
    let mut preset = Preset::init();
    preset.tables = std::array::from_fn(|_| table.clone());
    preset.patch.env[0].attack = -13.0;
    preset.patch.voice.velocity = 0.0;
    preset
}

/// A stereo file of 32-bit floats.
fn write(path: &Path, [left, right]: &[Vec<f32>; 2]) -> std::io::Result<()> {
    let bytes = (left.len() * 8) as u32;
    let mut out = Vec::with_capacity(bytes as usize + 44);
    out.extend(b"RIFF");
    out.extend((bytes + 36).to_le_bytes());
    out.extend(b"WAVEfmt ");
    out.extend(16u32.to_le_bytes());
    out.extend([3u16, 2].map(u16::to_le_bytes).concat());
    out.extend([RATE, RATE * 8].map(u32::to_le_bytes).concat());
    out.extend([8u16, 32].map(u16::to_le_bytes).concat());
    out.extend(b"data");
    out.extend(bytes.to_le_bytes());
    for (l, r) in left.iter().zip(right) {
        out.extend(l.to_le_bytes());
        out.extend(r.to_le_bytes());
    }
    std::fs::File::create(path)?.write_all(&out)
}

fn main() -> std::io::Result<()> {
    let dir = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let (saw, sine) = (table(1023), table(1));
    let put = |wave: &str, preset: &Preset, key: u8| {
        let (gate, length) = if wave == "env" { (0.6, 1.0) } else { (4.0, 4.0) };
        let note = Note { key: key.into(), velocity: 1.0, gate, length };
        let path = Path::new(&dir).join(format!("cultivar_{wave}_os1_m{key}.wav"));
        write(&path, &render(preset, &note, RATE as f32))
    };
    std::fs::create_dir_all(&dir)?;
    for key in [36, 60, 84, 96, 108, 120] {
        put("saw", &base(&saw), key)?;
    }
    for key in [84, 108] {
        put("sine", &base(&sine), key)?;
    }
    for key in [60, 84, 96] {
        let mut sync = base(&saw);
        (sync.patch.osc[0].warp, sync.patch.osc[0].bend) = (Warp::Sync.value(), 0.53);
        put("sync", &sync, key)?;
        for (name, warp, bend) in WARPS {
            let mut warped = base(&saw);
            (warped.patch.osc[0].warp, warped.patch.osc[0].bend) = (warp.value(), bend);
            // What the first oscillator listens to lies an octave above.
            (warped.tables[1], warped.patch.osc[1].tune) = (sine.clone(), 12.0);
            put(name, &warped, key)?;
        }
        let mut drive = base(&saw);
        let filter = &mut drive.patch.filter[0];
        (filter.on, filter.cutoff, filter.drive, filter.resonance) = (1.0, 100.0, 20.0, 0.3);
        put("drive", &drive, key)?;
    }
    let mut am = base(&sine);
    am.patch.osc[0].level = -12.0;
    am.patch.route[0].source = Source::Lfo1.value();
    am.patch.route[0].destination = ids().osc[0].level.as_destination();
    am.patch.route[0].amount = 0.1;
    put("amlfo", &am, 84)?;
    let mut cut = base(&saw);
    let filter = &mut cut.patch.filter[0];
    (filter.on, filter.cutoff, filter.resonance) = (1.0, 60.0, 0.5);
    cut.patch.route[0].source = Source::Lfo1.value();
    cut.patch.route[0].destination = ids().filter[0].cutoff.as_destination();
    cut.patch.route[0].amount = 0.25;
    put("cutlfo", &cut, 57)?;
    let mut env = base(&sine);
    let e = &mut env.patch.env[0];
    (e.attack, e.decay, e.sustain, e.release) = (0.1f32.log2(), 0.2f32.log2(), 0.5, 0.1f32.log2());
    put("env", &env, 84)?;
    Ok(())
}
