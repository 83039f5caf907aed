//! Patches of tones: harmonics, alone or with what is left of the target without them.

use cultivar_patch::schema::ids;
use cultivar_patch::{MAX_POINTS, Table};

use super::bands;
use super::draft::Draft;
use super::frames::FRAME_RMS;
use super::grains::{self, Grains};
use super::harmonics::Tune;
use super::layer::{FINE, Layer, contour};
use super::partials;
use super::release::Release;
use super::residue::residue;
use crate::listen::pitch::frequency_of;
use crate::{Stop, Target};

/// Frames of the harmonic layer.
const FRAMES: usize = 64;
/// Least seconds of the window in which harmonics are measured.
const WINDOW: f32 = 0.012;

/// What joins the harmonics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Nothing: the harmonics take the level of the whole.
    Nothing,
    /// Bands of noise.
    Bands,
    /// Frames of the rest itself, in the second oscillator.
    Grains,
}

/// A patch of harmonics whose level, place and pitch follow the target.
pub(crate) fn harmonic(target: &Target, name: &str, rest: Rest, stop: Stop) -> Option<Draft> {
    let tune = Tune::of(target, MAX_POINTS);
    let mut layer = Layer::of(target, name, tune, None, FRAMES, WINDOW, stop)?;
    let whole = contour(target);
    let release = Release::of(target, &whole, FINE);
    if rest == Rest::Nothing {
        layer.level = whole;
    }
    let mut draft = Draft::new(target, name);
    release.set(&mut draft);
    let peak = layer.level.iter().copied().fold(f32::MIN, f32::max);
    draft.loudness(peak, FRAME_RMS);
    layer.add(&mut draft, target, 0, peak, &release);
    if rest != Rest::Nothing {
        let mut left = residue(&target.samples, &layer.sound(target, stop)?, stop)?;
        release.make_up(&mut left, target.rate);
        match rest {
            Rest::Bands => {
                let root = Some(frequency_of(target.period));
                bands::add(&mut draft, &bands::bands(&left, target.rate, 4, root, stop)?);
            }
            _ => breath(&mut draft, target, name, &left, 1, stop)?,
        }
    }
    Some(draft)
}

/// A patch of partials that are no harmonics of one note, with frames of what is left.
pub(crate) fn partials(target: &Target, name: &str, stop: Stop) -> Option<Draft> {
    let layers = partials::layers(target, name, 2, FRAMES, stop)?;
    let release = Release::of(target, &contour(target), FINE);
    let mut draft = Draft::new(target, name);
    release.set(&mut draft);
    let levels = layers.iter().flat_map(|layer| &layer.level);
    let peak = levels.copied().reduce(f32::max)?;
    draft.loudness(peak, FRAME_RMS);
    let mut tones = vec![0.0; target.samples.len()];
    for (osc, layer) in layers.iter().enumerate() {
        layer.add(&mut draft, target, osc, peak, &release);
        tones.iter_mut().zip(layer.sound(target, stop)?).for_each(|(t, s)| *t += s);
    }
    let mut left = residue(&target.samples, &tones, stop)?;
    release.make_up(&mut left, target.rate);
    breath(&mut draft, target, name, &left, 2, stop)?;
    Some(draft)
}

/// Puts `left` into oscillator `osc` as frames of itself.
fn breath(
    draft: &mut Draft,
    target: &Target,
    name: &str,
    left: &[f32],
    osc: usize,
    stop: Stop,
) -> Option<()> {
    let Grains { note, table, level, seconds } = grains::cut(target, name, left, stop)?;
    let to = ids().osc[osc];
    let master = draft.preset.patch.master.level;
    draft.preset.patch.osc[osc].on = 1.0;
    draft.preset.tables[osc] = Table::Own(table);
    draft.tune(target, osc, note);
    draft.preset.patch.osc[osc].level = to.level.def().legal(level - master);
    draft.follow(to.position, &grains::sweep(), seconds);
    Some(())
}

/// A patch of nothing but noise bands.
pub(crate) fn noise(target: &Target, name: &str, stop: Stop) -> Option<Draft> {
    let whole = contour(target);
    let release = Release::of(target, &whole, FINE);
    let mut samples = target.samples.clone();
    release.make_up(&mut samples, target.rate);
    let found = bands::bands(&samples, target.rate, 4, None, stop)?;
    let peak = found.iter().flat_map(|b| &b.level).copied().fold(f32::MIN, f32::max);
    let mut draft = Draft::new(target, name);
    release.set(&mut draft);
    draft.loudness(peak, 1.0);
    bands::add(&mut draft, &found);
    (!found.is_empty()).then_some(draft)
}
