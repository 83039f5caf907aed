//! No dead knob: moving any parameter changes the sound.

use cultivar_patch::schema::{Warp, ids};
use cultivar_patch::{Id, Kind, defs};

use crate::stage::{LENGTH, difference_db, everything, perform, prepare};

/// What a parameter must at least change, in dB against the whole sound.
const ALIVE_DB: f32 = -80.0;

/// Another legal value than `value`, well away from it.
fn moved(id: Id, value: f32) -> f32 {
    let def = id.def();
    match def.kind {
        Kind::Real => def.at(if def.position(value) < 0.5 { 0.8 } else { 0.2 }),
        Kind::Whole | Kind::Switch => def.legal(if value > def.min { def.min } else { def.max }),
        Kind::Choice(_) => def.legal(if value > 0.0 { 0.0 } else { 1.0 }),
        Kind::Destination => ids().osc[2].detune.as_destination(),
    }
}

#[test]
fn every_parameter_changes_the_sound() {
    let plain = everything();
    let plain_sound = perform(&plain, |_| 512);
    let mut dead = Vec::new();
    for (at, def) in defs().iter().enumerate() {
        let id = Id(at as u16);
        let mut stage = plain.clone();
        prepare(&mut stage, id);
        let before = if stage == plain { plain_sound.clone() } else { perform(&stage, |_| 512) };
        stage.patch[id] = moved(id, stage.patch[id]);
        let heard = difference_db(&before, &perform(&stage, |_| 512));
        if heard < ALIVE_DB {
            dead.push(format!("{} ({heard:.0} dB)", def.id));
        }
    }
    assert!(dead.is_empty(), "dead: {}", dead.join(", "));
}

#[test]
fn every_option_sounds_unlike_the_others() {
    let mut same = Vec::new();
    let ids = ids();
    let choices = [
        ids.osc[0].warp,
        ids.osc[0].from,
        ids.osc[0].stack,
        ids.osc[0].spectral,
        ids.osc[0].to,
        ids.sample.looped,
        ids.filter[0].model,
        ids.voice.filters,
        ids.random[0].shape,
        ids.phaser.stages,
        ids.eq_band[1].shape,
        ids.lfo[0].mode,
        ids.lfo[0].division,
        ids.distortion.curve,
        ids.voice.mode,
    ];
    for id in choices {
        let Kind::Choice(options) = id.def().kind else { continue };
        let mut sounds: Vec<Vec<f32>> = Vec::new();
        // The next oscillator of the first is the second.
        let first = usize::from(id == ids.osc[0].from);
        for value in first..options.len() {
            let mut preset = everything();
            prepare(&mut preset, id);
            preset.patch.osc[0].bend = 0.5;
            // As many copies as the largest chord has notes.
            preset.patch.osc[0].voices = 4.0;
            preset.patch.filter[0].morph = 0.4;
            preset.patch[id] = value as f32;
            let sound = perform(&preset, |_| 512);
            for (other, heard) in sounds.iter().enumerate() {
                if difference_db(&sound, heard) < ALIVE_DB {
                    same.push(format!(
                        "{}: {} = {}",
                        id.def().id,
                        options[value].id,
                        options[first + other].id
                    ));
                }
            }
            sounds.push(sound);
        }
    }
    assert!(same.is_empty(), "{}", same.join("; "));
}

#[test]
fn the_stage_is_audible_and_even() {
    let sound = perform(&everything(), |_| 512);
    let peak = sound.iter().fold(0.0f32, |top, x| top.max(x.abs()));
    assert!((0.05..4.0).contains(&peak), "peak {peak}");
    assert_eq!(sound.len(), 2 * LENGTH);
    assert_eq!(Warp::OPTIONS.len(), 12, "a new warp needs a look at this file");
}
