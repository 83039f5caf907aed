//! What moves, in the editor's words.

use cultivar_dsp::Stage as Phase;
use cultivar_gui::{EnvelopeHead, Live, Stage};
use cultivar_patch::schema::{Env, ids};
use cultivar_patch::{Patch, bowed};

use crate::handover::Shown;

/// The newest voice; nothing moves where none sounds.
pub(super) fn of(shown: &Shown, patch: &Patch<f32>) -> Live {
    let Some(head) = shown.playhead.filter(|_| shown.voices > 0) else { return Live::default() };
    let positions = ids().osc.iter().zip(head.position);
    Live {
        values: positions.map(|(osc, position)| (osc.position, position)).collect(),
        envelopes: std::array::from_fn(|k| {
            let (phase, at) = head.env[k];
            let stage = stage(phase)?;
            Some(EnvelopeHead { stage, at, level: level(stage, at, &patch.env[k]) })
        }),
        lfos: head.lfo.map(Some),
    }
}

fn stage(phase: Phase) -> Option<Stage> {
    Some(match phase {
        Phase::Delay => Stage::Delay,
        Phase::Attack => Stage::Attack,
        Phase::Hold => Stage::Hold,
        Phase::Decay => Stage::Decay,
        Phase::Sustain => Stage::Sustain,
        Phase::Release => Stage::Release,
        Phase::Done => return None,
    })
}

/// Height of an envelope's drawing where the voice is in it.
fn level(stage: Stage, at: f32, env: &Env<f32>) -> f32 {
    match stage {
        Stage::Delay => 0.0,
        Stage::Attack => bowed(at, env.attack_curve),
        Stage::Hold => 1.0,
        Stage::Decay => 1.0 + (env.sustain - 1.0) * bowed(at, env.decay_curve),
        Stage::Sustain => env.sustain,
        Stage::Release => env.sustain * (1.0 - bowed(at, env.release_curve)),
    }
}
