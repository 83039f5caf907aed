//! The garden as plain data for the Grow page.

use cultivar_breed::{Node, Strand, Target};
use cultivar_gui::{Aspect, Garden, GardenState, Moved, NodeView, StrandView, TargetView};
use cultivar_patch::schema::ids;

use super::plot::{Plot, empty};

/// Slices of a waveform.
const SLICES: usize = 512;
/// Hues of strands.
const HUES: usize = 8;
/// Least gain that is worth naming.
const WORTH: f32 = 0.05;
/// Changes that are named.
const CHANGES: usize = 6;
/// Trials without improvement after which a strand counts as withered.
const WITHERED: u32 = 160;

/// The picture of a plot.
pub(super) fn of(plot: &Plot, auditioning: bool) -> Garden {
    let strands = plot.growth.as_ref().map_or(&[][..], |growth| growth.strands());
    let chosen = plot.chosen_node();
    let selected = plot.chosen.zip(chosen).and_then(|(chosen, node)| {
        let nodes = strands.get(chosen.strand)?.nodes();
        Some((chosen.strand, nodes.iter().position(|n| n.tries == node.tries)?))
    });
    let before =
        selected.and_then(|(strand, node)| strands[strand].nodes().get(node.checked_sub(1)?));
    Garden {
        target: plot.sample.as_ref().map(|sample| sample.view.clone()),
        state: if plot.parked() { GardenState::Paused } else { plot.state.clone() },
        strands: strands.iter().enumerate().map(|(k, s)| strand(k, s, &plot.shares)).collect(),
        selected,
        auditioning,
        aspects: chosen.map(aspects).unwrap_or_default(),
        moved: chosen.zip(before).map(|(node, before)| moved(before, node)).unwrap_or_default(),
        tries: plot.growth.as_ref().map_or(0, |growth| growth.tries()),
        seconds: plot.spent,
        effort: plot.effort,
        strand_count: plot.strands,
        surprise: plot.surprise,
        seed: plot.seed,
        locked: plot.kept.sections.clone(),
        random_score: plot.random_score().unwrap_or(Garden::default().random_score),
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

/// The parameters that changed most between two nodes, with their share of what was gained.
fn moved(before: &Node, node: &Node) -> Vec<Moved> {
    let (old, new) = (&before.preset.patch, &node.preset.patch);
    let mut changes: Vec<_> = (ids().leaves().iter())
        .map(|&id| (id, (id.def().position(new[id]) - id.def().position(old[id])).abs()))
        .filter(|(_, change)| *change > 1e-4)
        .collect();
    changes.sort_by(|a, b| b.1.total_cmp(&a.1));
    let total: f32 = changes.iter().map(|(_, change)| change).sum();
    let gained = node.distances.score - before.distances.score;
    let named = changes.into_iter().take(CHANGES).map(|(id, change)| Moved {
        title: id.def().full_name(),
        text: format!("{} → {}", id.def().text(old[id]), id.def().text(new[id])),
        gain: gained * change / total,
        id: Some(id),
    });
    named.filter(|moved| moved.gain >= WORTH).collect()
}

/// The picture of a target: the sound it was cut from, and what was heard in it.
pub(super) fn target(name: &str, sound: &[f32], rate: f32, target: &Target) -> TargetView {
    let seconds = (sound.len() as f32 / rate).max(f32::MIN_POSITIVE);
    let slice = sound.len().div_ceil(SLICES).max(1);
    let peak = |part: &[f32]| {
        let ends = part.iter().fold([0.0f32; 2], |[low, high], &s| [low.min(s), high.max(s)]);
        ends.map(|end| end.clamp(-1.0, 1.0))
    };
    TargetView {
        name: name.to_owned(),
        peaks: sound.chunks(slice).map(peak).collect(),
        onset: (target.onset / seconds).clamp(0.0, 1.0),
        end: ((target.onset + target.duration) / seconds).clamp(0.0, 1.0),
        note: if target.confidence > 0.0 { note(target.note) } else { String::new() },
        length: length(target.duration),
        kinds: kinds(target),
    }
}

/// A pitch in words: `G3 +6 ¢`.
fn note(note: f32) -> String {
    const NAMES: [&str; 12] = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];
    let key = note.round() as i32;
    let cents = (100.0 * (note - key as f32)).round() as i32;
    let name = format!("{}{}", NAMES[key.rem_euclid(12) as usize], key.div_euclid(12) - 1);
    if cents == 0 { name } else { format!("{name} {cents:+} ¢") }
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
        (target.confidence == 0.0, "unpitched"),
    ];
    words.into_iter().filter(|(is, _)| *is).map(|(_, word)| word.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pitches_are_named_as_players_name_them() {
        for (number, name) in [(69.0, "A4"), (60.04, "C4 +4 ¢"), (54.94, "G3 -6 ¢"), (0.0, "C-1")]
        {
            assert_eq!(note(number), name);
        }
    }
}
