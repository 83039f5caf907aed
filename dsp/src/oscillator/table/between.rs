//! Wavetables between two others, mixed harmonic by harmonic.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use cultivar_patch::{FRAME, Wavetable};
use realfft::num_complex::Complex;

use super::{FFTS, Mip, Pen};

/// Most frames of a table between two others; between its frames it is read in straight lines.
const FRAMES: usize = 33;
/// Pairs of tables whose mixtures are kept.
const KEPT: usize = 8;
/// How far beyond half a turn a phase may go to follow the frame before.
const BEYOND: f32 = 0.25;

/// Harmonics of a frame.
type Spectrum = Vec<Complex<f32>>;
/// Two tables and the mixtures of them.
type Entry = ([Weak<Wavetable>; 2], Arc<[Arc<Mip>]>);

static CACHE: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

/// `count` tables at equal distances between two others: kept from earlier, or made now
/// (milliseconds). Not for the audio thread.
pub(crate) fn between(a: &Arc<Wavetable>, b: &Arc<Wavetable>, count: usize) -> Arc<[Arc<Mip>]> {
    let pair = [a, b];
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    // The weak pointers keep addresses from being used again.
    let is_pair = |(tables, mips): &Entry| {
        let same = |k: usize| tables[k].as_ptr() == Arc::as_ptr(pair[k]);
        same(0) && same(1) && mips.len() == count
    };
    let entry = match cache.iter().position(is_pair) {
        Some(found) => cache.remove(found),
        None => (pair.map(Arc::downgrade), mixtures(a, b, count).into()),
    };
    let mips = entry.1.clone();
    cache.retain(|(tables, _)| tables.iter().all(|table| table.strong_count() > 0));
    let spare = (cache.len() + 1).saturating_sub(KEPT);
    cache.drain(..spare);
    cache.push(entry);
    mips
}

fn mixtures(a: &Wavetable, b: &Wavetable, count: usize) -> Vec<Arc<Mip>> {
    let frames = a.len().max(b.len()).min(FRAMES);
    let mut mips: Vec<Mip> = (0..count).map(|_| Mip::blank(frames)).collect();
    let mut pen = Pen::new();
    let mut turned = vec![0.0; FRAME / 2 + 1];
    for frame in 0..frames {
        let place = frame as f32 / (frames.max(2) - 1) as f32;
        let [from, to] = [a, b].map(|table| spectrum(table, place, &mut pen.scratch));
        turn(&from, &to, &mut turned);
        for (k, mip) in mips.iter_mut().enumerate() {
            let mixed = mix(&from, &to, &turned, (k + 1) as f32 / (count + 1) as f32);
            mip.fill(frame, &mixed, &mut pen);
        }
    }
    mips.into_iter().map(Arc::new).collect()
}

/// The spectrum of a table read at a place, 0 to 1.
fn spectrum(table: &Wavetable, place: f32, scratch: &mut [Complex<f32>]) -> Spectrum {
    let at = place * (table.len() - 1) as f32;
    let (first, share) = (at as usize, at.fract());
    let second = table.frame((first + 1).min(table.len() - 1));
    let mut cycle: Vec<f32> =
        table.frame(first).iter().zip(second).map(|(a, b)| a + share * (b - a)).collect();
    let mut spectrum = FFTS.forward.make_output_vec();
    // The lengths are those of the plan itself.
    let _ = FFTS.forward.process_with_scratch(&mut cycle, &mut spectrum, scratch);
    spectrum
}

/// How far each harmonic turns from one spectrum to the other, in turns: the shorter way, or
/// the little longer one where the frame before took that.
fn turn(from: &Spectrum, to: &Spectrum, turned: &mut [f32]) {
    for ((from, to), turned) in from.iter().zip(to).zip(turned) {
        let shorter = (to * from.conj()).arg() / std::f32::consts::TAU;
        let longer = shorter + (*turned - shorter).round();
        *turned = if longer.abs() <= 0.5 + BEYOND { longer } else { shorter };
    }
}

/// The spectrum at `share` of the way: sizes go straight, phases turn, and the power of the
/// whole goes straight too.
fn mix(from: &Spectrum, to: &Spectrum, turned: &[f32], share: f32) -> Spectrum {
    let power = |spectrum: &Spectrum| {
        spectrum[1..].iter().map(|x| f64::from(x.norm_sqr())).sum::<f64>().sqrt() as f32
    };
    let mut mixed: Spectrum = from
        .iter()
        .zip(to)
        .zip(turned)
        .map(|((from, to), turned)| {
            let (a, b) = (from.norm(), to.norm());
            // A harmonic that only one of them has keeps its phase.
            let start = if a > 0.0 { from.arg() } else { to.arg() };
            let angle = start + if a > 0.0 { share * turned * std::f32::consts::TAU } else { 0.0 };
            Complex::from_polar(a + share * (b - a), angle)
        })
        .collect();
    let wanted = power(from) + share * (power(to) - power(from));
    let found = power(&mixed);
    if found > 0.0 {
        mixed.iter_mut().for_each(|x| *x *= wanted / found);
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oscillator::table::mip;

    fn table(frames: usize, wave: impl Fn(usize, f32) -> f32) -> Arc<Wavetable> {
        let samples =
            (0..frames * FRAME).map(|n| wave(n / FRAME, (n % FRAME) as f32 / FRAME as f32));
        Arc::new(Wavetable::new("t", samples.collect()).unwrap())
    }

    fn saw(phase: f32) -> f32 {
        2.0 * phase.fract() - 1.0
    }

    fn rms(frame: &[f32]) -> f32 {
        (frame.iter().map(|x| x * x).sum::<f32>() / frame.len() as f32).sqrt()
    }

    /// One cycle of the longest level.
    fn cycle(mip: &Mip, frame: usize) -> Vec<f32> {
        let (samples, bits) = mip.frame(0, frame);
        samples[1..=1 << bits].to_vec()
    }

    #[test]
    fn opposite_phases_never_dip() {
        let (a, b) = (table(1, |_, x| saw(x)), table(1, |_, x| -saw(x)));
        let mips = between(&a, &b, 3);
        let mut way = vec![cycle(&mip(&a), 0)];
        way.extend(mips.iter().map(|mip| cycle(mip, 0)));
        way.push(cycle(&mip(&b), 0));
        let whole = rms(&way[0]);
        for pair in way.windows(2) {
            for k in 0..=8 {
                let share = k as f32 / 8.0;
                let mixed: Vec<f32> =
                    pair[0].iter().zip(&pair[1]).map(|(a, b)| a + share * (b - a)).collect();
                let decibels = 20.0 * (rms(&mixed) / whole).log10();
                assert!((-0.8..0.1).contains(&decibels), "{decibels} dB");
            }
        }
    }

    #[test]
    fn neighbouring_frames_turn_alike() {
        // The phase between the tables passes half a turn from frame to frame.
        let (a, b) =
            (table(33, |_, x| saw(x)), table(33, |k, x| saw(x + 0.45 + 0.1 * k as f32 / 32.0)));
        let mips = between(&a, &b, 3);
        let sine = |frame: &[f32]| {
            let turn = |n: usize| std::f32::consts::TAU * n as f32 / frame.len() as f32;
            let part = |f: fn(f32) -> f32| -> f32 {
                frame.iter().enumerate().map(|(n, x)| x * f(turn(n))).sum()
            };
            part(f32::cos).atan2(part(f32::sin))
        };
        for frame in 1..33 {
            let step = sine(&cycle(&mips[1], frame)) - sine(&cycle(&mips[1], frame - 1));
            let step = (step + 3.0).rem_euclid(std::f32::consts::TAU) - 3.0;
            assert!(step.abs() < 0.05, "frame {frame}: {step}");
        }
    }

    #[test]
    fn tables_are_made_once_and_not_kept_for_ever() {
        let make = || table(1, |_, x| saw(x));
        let (a, b) = (make(), make());
        let first = between(&a, &b, 3);
        assert!(Arc::ptr_eq(&first, &between(&a, &b, 3)));
        let weak = Arc::downgrade(&first);
        drop((a, first));
        between(&b, &make(), 3);
        assert!(weak.upgrade().is_none());
    }
}
