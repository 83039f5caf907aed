//! The garden as plain data for the Grow page.

use cultivar_breed::explain::Reason;
use cultivar_breed::genome::modules;
use cultivar_breed::{Node, Strand, Target};
use cultivar_gui::{Aspect, Garden, GardenState, Moved, NodeView, StrandView, TargetView};
use cultivar_patch::{Id, Preset};

use super::bed::Bed;
use super::doubts::Question;
use super::hearing::{Hearing, Note};
use super::plot::{Plot, empty};

/// Slices of a waveform.
const SLICES: usize = 512;
/// Hues of strands.
const HUES: usize = 8;
/// Least gain that is worth naming.
const WORTH: f32 = 0.05;
/// Changes that are named.
const CHANGES: usize = 3;
/// Trials without improvement after which a strand counts as withered.
const WITHERED: u32 = 160;

/// The picture of a plot.
pub(super) fn of(plot: &Plot, auditioning: bool) -> Garden {
    if let Some(arrival) = &plot.arrival {
        return listening(plot, arrival.sound.view.clone());
    }
    let bed = plot.bed.as_ref();
    let strands = bed.map_or(&[][..], |bed| bed.growth.strands());
    let shares = bed.map_or(&[][..], |bed| &bed.shares);
    let chosen = bed.and_then(Bed::chosen_node);
    Garden {
        target: plot.sample.as_ref().map(|sample| sample.view.clone()),
        state: if plot.parked() { GardenState::Paused } else { plot.state.clone() },
        strands: strands.iter().enumerate().map(|(k, s)| strand(k, s, shares)).collect(),
        selected: bed.and_then(Bed::selected),
        auditioning,
        aspects: chosen.map(aspects).unwrap_or_default(),
        moved: bed.map(moved).unwrap_or_default(),
        tries: bed.map_or(0, |bed| bed.growth.tries()),
        seconds: bed.map_or(0.0, |bed| bed.spent),
        random_score: bed.and_then(Bed::random_score).unwrap_or(Garden::default().random_score),
        help: plot.questions.front().map(Question::help),
        ..settings(plot)
    }
}

/// The garden while a sound is listened to: its waveform, and nothing that grew before.
fn listening(plot: &Plot, sound: TargetView) -> Garden {
    Garden { target: Some(sound), state: GardenState::Analysing, ..settings(plot) }
}

/// What the player has set.
fn settings(plot: &Plot) -> Garden {
    Garden {
        error: plot.error.clone(),
        effort: plot.effort,
        strand_count: plot.strands,
        surprise: plot.surprise,
        seed: plot.seed,
        locked: plot.kept.sections.clone(),
        target_gain: plot.target_gain,
        model_off: plot.model_off.clone(),
        ..empty()
    }
}

fn strand(k: usize, strand: &Strand, shares: &[f32]) -> StrandView {
    let node = |n: &Node| NodeView { score: n.distances.score, label: n.moved.to_string() };
    StrandView {
        nodes: strand.nodes().iter().map(node).collect(),
        share: shares.get(k).copied().unwrap_or_default(),
        withered: strand.stale() > WITHERED,
        hue: k % HUES,
    }
}

fn aspects(node: &Node) -> Vec<Aspect> {
    let d = &node.distances;
    let parts = [
        ("Pitch", d.pitch),
        ("Envelope", d.envelope),
        ("Brightness", d.brightness),
        ("Noise", d.noise),
        ("Movement", d.movement),
    ];
    let aspect = |(name, distance): (&str, f32)| Aspect {
        name: name.into(),
        likeness: Some((1.0 - distance).clamp(0.0, 1.0)),
        note: String::new(),
    };
    parts.into_iter().map(aspect).collect()
}

/// What helped the chosen node on most, the weightiest first.
fn moved(bed: &Bed) -> Vec<Moved> {
    let Some([before, node]) = bed.step() else { return Vec::new() };
    let (before, after) = (&*before.preset, &*node.preset);
    let worth = bed.reasons().iter().filter(|reason| reason.gain >= WORTH).take(CHANGES);
    worth.map(|reason| told(reason, before, after)).collect()
}

/// A reason in words.
fn told(reason: &Reason, before: &Preset, after: &Preset) -> Moved {
    let first = Id(modules()[reason.change.module].ids.start);
    let (title, text) = match reason.change.id {
        Some(id) => {
            let [old, new] = [before, after].map(|preset| id.def().text(preset.patch[id]));
            (id.def().full_name(), format!("{old} → {new}"))
        }
        None => (first.def().group.to_owned(), "drawn anew".to_owned()),
    };
    Moved { title, text, gain: reason.gain, id: reason.change.id.or(Some(first)) }
}

/// The picture of a sound of which nothing is heard yet.
pub(super) fn sound(name: &str, sound: &[f32], rate: f32) -> TargetView {
    let slice = sound.len().div_ceil(SLICES).max(1);
    let peak = |part: &[f32]| {
        let ends = part.iter().fold([0.0f32; 2], |[low, high], &s| [low.min(s), high.max(s)]);
        ends.map(|end| end.clamp(-1.0, 1.0))
    };
    TargetView {
        name: name.to_owned(),
        peaks: sound.chunks(slice).map(peak).collect(),
        end: 1.0,
        length: length(sound.len() as f32 / rate),
        ..TargetView::default()
    }
}

/// The picture of a target: the sound it was cut from, `seconds` long, and what was heard in it.
pub(super) fn target(
    sound: &TargetView,
    seconds: f32,
    target: &Target,
    hearing: &Hearing,
) -> TargetView {
    let seconds = seconds.max(f32::MIN_POSITIVE);
    TargetView {
        onset: (target.onset / seconds).clamp(0.0, 1.0),
        end: ((target.onset + target.duration) / seconds).clamp(0.0, 1.0),
        note: if target.confidence > 0.0 { note_name(target.note) } else { String::new() },
        by_hand: hearing.note != Note::Heard,
        length: length(target.duration),
        kinds: kinds(target),
        ..sound.clone()
    }
}

/// A pitch in words: `G3 +6 ¢`.
pub(super) fn note_name(note: f32) -> String {
    const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
    let key = note.round() as i32;
    let cents = (100.0 * (note - key as f32)).round() as i32;
    let name = format!("{}{}", NAMES[key.rem_euclid(12) as usize], key.div_euclid(12) - 1)
        .replace('-', "−");
    if cents == 0 { name } else { format!("{name} {cents:+} ¢").replace('-', "−") }
}

fn length(seconds: f32) -> String {
    if seconds < 1.0 { format!("{:.0} ms", 1000.0 * seconds) } else { format!("{seconds:.1} s") }
}

fn kinds(target: &Target) -> Vec<String> {
    let struck = target.attack < 0.05 && target.decay.is_finite();
    let words = [
        (struck, "struck"),
        (!struck && target.attack > 0.15, "swelling"),
        (!target.decay.is_finite(), "sustained"),
        (target.noisiness > 0.5, "noisy"),
    ];
    words.into_iter().filter(|(is, _)| *is).map(|(_, word)| word.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pitches_are_named_as_players_name_them() {
        for (number, name) in [(69.0, "A4"), (60.04, "C4 +4 ¢"), (54.94, "G3 −6 ¢"), (0.0, "C−1")]
        {
            assert_eq!(note_name(number), name);
        }
    }
}
