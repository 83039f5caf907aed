//! Grown at one key, played at others: how far a patch travels over the keyboard, held beside the
//! real instruments played there.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::system;

/// What plays the real instruments: a free set of samples that has nothing to do with the targets.
const DEBIAN: [&str; 2] = ["fluidsynth", "musescore-general-soundfont-small"];
const SAMPLES: &str = "/usr/share/sounds/sf3/MuseScore_General_Lite.sf3";
/// Seconds that a key is held, and that are rendered.
const HELD: f32 = 1.0;
const WHOLE: f32 = 1.6;
/// Semitones from the key at which a patch is grown.
pub(crate) const STEPS: [i32; 5] = [0, -5, 5, -12, 12];
/// Instruments by programme of General MIDI, with the key at which patches are grown.
const INSTRUMENTS: [(&str, u8, u8); 16] = [
    ("piano", 0, 60),
    ("e-piano", 4, 60),
    ("harpsichord", 6, 60),
    ("vibraphone", 11, 65),
    ("marimba", 12, 60),
    ("organ", 19, 60),
    ("accordion", 21, 65),
    ("nylon-guitar", 24, 55),
    ("steel-guitar", 25, 55),
    ("fretless-bass", 35, 43),
    ("violin", 40, 69),
    ("cello", 42, 50),
    ("strings", 48, 60),
    ("trumpet", 56, 65),
    ("tenor-sax", 66, 57),
    ("flute", 73, 74),
];

/// Grows towards every instrument at its key and plays the patches at all others. Gives the
/// folders of the real sounds and of the played ones, by semitones from that key.
pub(crate) fn play(cultivar: &Path, out: &Path) -> Result<Vec<(i32, PathBuf, PathBuf)>> {
    system::need_packages(&DEBIAN)?;
    let folder = |what: &str, step: i32| out.join(format!("{what}{step:+}"));
    for step in STEPS {
        let real = folder("real", step);
        std::fs::create_dir_all(&real)?;
        std::fs::create_dir_all(folder("played", step))?;
        for (name, programme, key) in INSTRUMENTS {
            record(&real.join(format!("{name}.wav")), programme, shifted(key, step))?;
        }
    }
    let bank = out.join("bank");
    system::drop_stale(&bank, cultivar)?;
    let mut grow = Command::new(cultivar);
    grow.args(["match", "--threads", "2", "--seconds", "10", "--bank"]).arg(&bank);
    system::run(grow.arg(folder("real", 0)))?;
    for step in STEPS {
        for (name, _, key) in INSTRUMENTS {
            let note = shifted(key, step).to_string();
            let (gate, tail) = (HELD.to_string(), (WHOLE - HELD).to_string());
            let mut render = Command::new(cultivar);
            render.arg("render").arg(bank.join(format!("{name}.cultivar")));
            render.args(["--note", &note, "--gate", &gate, "--tail", &tail, "-o"]);
            let wav = folder("played", step).join(format!("{name}.wav"));
            let done = render.arg(wav).output()?;
            let said = String::from_utf8_lossy(&done.stderr);
            anyhow::ensure!(done.status.success(), "{name} at {step:+}: {said}");
        }
    }
    Ok(STEPS.map(|step| (step, folder("real", step), folder("played", step))).to_vec())
}

fn shifted(key: u8, step: i32) -> u8 {
    (i32::from(key) + step).clamp(0, 127) as u8
}

/// One note of an instrument in a file.
fn record(wav: &Path, programme: u8, key: u8) -> Result<()> {
    let midi = wav.with_extension("mid");
    std::fs::write(&midi, score(programme, key))?;
    let mut play = Command::new("fluidsynth");
    play.args(["-ni", "-q", "-g", "0.7", "-R", "0", "-C", "0", "-r", "44100", "-F"]).arg(wav);
    let done = play.arg(SAMPLES).arg(&midi).output().context("cannot start fluidsynth")?;
    anyhow::ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    std::fs::remove_file(&midi)?;
    Ok(())
}

/// A MIDI file: at 120 beats a minute, two of them held, and silence until the end.
fn score(programme: u8, key: u8) -> Vec<u8> {
    const TICKS: u16 = 480;
    let long = |seconds: f32| {
        let ticks = (seconds * 2.0 * f32::from(TICKS)) as u32;
        [0x80 | (ticks >> 7) as u8, (ticks & 0x7f) as u8]
    };
    let mut track = vec![0, 0xc0, programme, 0, 0x90, key, 96];
    track.extend(long(HELD));
    track.extend([0x80, key, 0]);
    track.extend(long(WHOLE - HELD));
    track.extend([0xff, 0x2f, 0]);
    let mut file = b"MThd".to_vec();
    file.extend(6u32.to_be_bytes());
    [0u16, 1, TICKS].into_iter().for_each(|word| file.extend(word.to_be_bytes()));
    file.extend(b"MTrk");
    file.extend((track.len() as u32).to_be_bytes());
    file.extend(track);
    file
}
