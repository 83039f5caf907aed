//! The instrument's own recordings: short noises of things that are struck, blown and rubbed,
//! made by formula on first use and kept.
//!
//! What rings is a sum of decaying sines, what rubs or blows is noise through resonances. All
//! are at 48 kHz and peak at [`PEAK`].

use std::f32::consts::TAU;
use std::sync::{Arc, LazyLock, OnceLock};

use cultivar_patch::Recording;

use super::cycle::{dice, glide};

/// Sampling rate in hertz.
const RATE: f32 = 48_000.0;
/// Peak of every recording.
const PEAK: f32 = 0.9;
/// Seconds in which a recording that does not loop fades at its end.
const FADE: f32 = 0.01;

/// How a recording is made.
struct Recipe {
    id: &'static str,
    title: &'static str,
    /// MIDI note that it is in tune with, where it has a pitch.
    root: f32,
    /// Where its loop begins, in seconds; the loop ends with the recording.
    looped: Option<f32>,
    make: fn() -> Vec<Vec<f32>>,
}

/// All recipes, in the order in which players see them; the first one is that of a new patch.
/// Ids are for ever.
#[rustfmt::skip]
const RECIPES: &[Recipe] = &[
    Recipe { id: "knock", title: "Hammer knock", root: 60.0, looped: None, make: knock },
    Recipe { id: "pick", title: "Plectrum", root: 60.0, looped: None, make: pick },
    Recipe { id: "mallet", title: "Soft mallet", root: 60.0, looped: None, make: mallet },
    Recipe { id: "key-click", title: "Key click", root: 60.0, looped: None, make: key_click },
    Recipe { id: "chiff", title: "Pipe chiff", root: 72.0, looped: None, make: chiff },
    Recipe { id: "bow", title: "Bow scratch", root: 60.0, looped: None, make: bow },
    Recipe { id: "breath", title: "Breath", root: 60.0, looped: Some(0.4), make: breath },
    Recipe { id: "crackle", title: "Vinyl crackle", root: 60.0, looped: Some(0.0), make: crackle },
    Recipe { id: "ping", title: "Metal ping", root: 72.0, looped: None, make: ping },
    Recipe { id: "glass", title: "Glass", root: 84.0, looped: None, make: glass },
    Recipe { id: "thump", title: "Drum thump", root: 36.0, looped: None, make: thump },
    Recipe { id: "rattle", title: "Snare rattle", root: 60.0, looped: Some(0.2), make: rattle },
];

/// The ids of all factory recordings. An id is for ever.
pub fn names() -> &'static [&'static str] {
    static NAMES: LazyLock<Vec<&'static str>> =
        LazyLock::new(|| RECIPES.iter().map(|recipe| recipe.id).collect());
    &NAMES
}

/// The name of a factory recording on screen; nothing for an unknown id.
pub fn title(id: &str) -> Option<&'static str> {
    RECIPES.iter().find(|recipe| recipe.id == id).map(|recipe| recipe.title)
}

/// The factory recording with this id; nothing for an unknown id. Made on first use, which takes
/// milliseconds, and kept as long as the program runs.
pub fn recording(id: &str) -> Option<Arc<Recording>> {
    made(RECIPES.iter().position(|recipe| recipe.id == id)?)
}

/// The recording of a new patch.
pub(crate) fn first() -> Option<Arc<Recording>> {
    made(0)
}

fn made(index: usize) -> Option<Arc<Recording>> {
    static MADE: [OnceLock<Option<Arc<Recording>>>; RECIPES.len()] =
        [const { OnceLock::new() }; RECIPES.len()];
    MADE[index].get_or_init(|| RECIPES[index].recording().map(Arc::new)).clone()
}

impl Recipe {
    /// Makes the recording: no constant part, and an end without a click.
    fn recording(&self) -> Option<Recording> {
        let mut channels = (self.make)();
        channels.iter_mut().for_each(|channel| high_pass(channel, 20.0));
        if self.looped.is_none() {
            channels.iter_mut().for_each(|channel| fade(channel));
        }
        let all = channels.iter().flatten();
        let peak = all.fold(1e-9f32, |peak, x| peak.max(x.abs()));
        channels.iter_mut().flatten().for_each(|x| *x *= PEAK / peak);
        let frames = channels.first()?.len();
        let looped = self.looped.map(|start| [(start * RATE) as usize, frames]);
        Recording::new(self.title, RATE as u32, channels, self.root, looped).ok()
    }
}

/// Takes a constant part away.
fn high_pass(x: &mut [f32], hertz: f32) {
    let pace = 1.0 - (-TAU * hertz / RATE).exp();
    let mut low = 0.0;
    for x in x {
        low += pace * (*x - low);
        *x -= low;
    }
}

/// Fades the end.
fn fade(x: &mut [f32]) {
    let len = (FADE * RATE) as usize;
    for (k, x) in x.iter_mut().rev().take(len).enumerate() {
        let part = k as f32 / len as f32;
        *x *= part * part * (3.0 - 2.0 * part);
    }
}

/// Samples of some seconds; the argument is the time.
fn drawn(seconds: f32, height: impl FnMut(f32) -> f32) -> Vec<f32> {
    (0..(seconds * RATE) as usize).map(|n| n as f32 / RATE).map(height).collect()
}

/// White noise.
fn hiss(seconds: f32, seed: u64) -> Vec<f32> {
    (0..(seconds * RATE) as u64).map(|n| dice(seed, n)).collect()
}

/// What is left of something after `time`, where the time constant is `decay`.
fn decayed(time: f32, decay: f32) -> f32 {
    (-time / decay).exp()
}

/// A rise in a time, as round at its end as at its beginning.
fn risen(time: f32, rise: f32) -> f32 {
    let part = (time / rise).clamp(0.0, 1.0);
    part * part * (3.0 - 2.0 * part)
}

/// Decaying sines: frequency in hertz, amplitude, time constant in seconds.
fn ringing(seconds: f32, modes: &[(f32, f32, f32)]) -> Vec<f32> {
    drawn(seconds, |t| {
        modes.iter().map(|(f, a, decay)| a * decayed(t, *decay) * (TAU * f * t).sin()).sum()
    })
}

/// A resonance: a band-pass with a peak of 1 (state-variable, trapezoidal).
fn resonance(x: &[f32], hertz: f32, quality: f32) -> Vec<f32> {
    let g = (0.5 * TAU * hertz / RATE).tan();
    let k = 1.0 / quality;
    let a = 1.0 / (1.0 + g * (g + k));
    let (mut band, mut low) = (0.0, 0.0);
    let step = |x: &f32| {
        let rest = x - low;
        let y = a * (band + g * rest);
        let l = low + g * y;
        (band, low) = (2.0 * y - band, 2.0 * l - low);
        k * y
    };
    x.iter().map(step).collect()
}

/// A sound and how loud it is at any time.
type Part<'a> = (&'a [f32], &'a dyn Fn(f32) -> f32);

/// The sum of some sounds.
fn mixed(parts: &[Part]) -> Vec<f32> {
    let len = parts.iter().map(|(x, _)| x.len()).max().unwrap_or_default();
    let at = |n: usize| {
        let part = |(x, loud): &Part| x.get(n).map_or(0.0, |x| x * loud(n as f32 / RATE));
        parts.iter().map(part).sum()
    };
    (0..len).map(at).collect()
}

/// A felted hammer on wood: damped modes of a board, and the felt itself.
fn knock() -> Vec<Vec<f32>> {
    let modes: Vec<_> = (0..14)
        .map(|k| {
            let f = glide(150.0, 2600.0, k as f32 / 13.0) * (1.0 + 0.08 * dice(3, k));
            (f, (f / 150.0).powf(-0.7) * (0.7 + 0.3 * dice(4, k)), 3.5 / f + 0.006)
        })
        .collect();
    let felt = resonance(&hiss(0.2, 5), 900.0, 0.6);
    let board = ringing(0.2, &modes);
    vec![mixed(&[
        (&board, &|t| risen(t, 0.001)),
        (&felt, &|t| 1.6 * risen(t, 0.0006) * decayed(t, 0.004)),
    ])]
}

/// A plectrum that slides off a string: a scrape, a pause and a snap.
fn pick() -> Vec<Vec<f32>> {
    let noise = hiss(0.12, 7);
    let scrape = resonance(&noise, 4200.0, 1.2);
    let snap = resonance(&noise, 2300.0, 0.7);
    let body = ringing(0.12, &[(210.0, 0.25, 0.02), (390.0, 0.18, 0.014), (720.0, 0.1, 0.008)]);
    let after = |t: f32| t - 0.007;
    vec![mixed(&[
        (&scrape, &|t| 0.5 * risen(t, 0.003) * (1.0 - risen(t - 0.0045, 0.001))),
        (&snap, &|t| if after(t) < 0.0 { 0.0 } else { 1.6 * decayed(after(t), 0.0025) }),
        (&body, &|t| risen(after(t), 0.002)),
    ])]
}

/// A yarn mallet on a bar: the bar's first modes, soon gone, and a dull thud.
fn mallet() -> Vec<Vec<f32>> {
    let thud = resonance(&hiss(0.3, 11), 240.0, 0.8);
    let c = 261.626;
    let bar = ringing(0.3, &[(c, 1.0, 0.06), (3.98 * c, 0.3, 0.02), (9.2 * c, 0.08, 0.008)]);
    vec![mixed(&[
        (&bar, &|t| risen(t, 0.0025)),
        (&thud, &|t| 1.5 * risen(t, 0.004) * decayed(t, 0.012)),
    ])]
}

/// The contacts of an organ's key, one after the other, and the key on its bed.
fn key_click() -> Vec<Vec<f32>> {
    let contacts = [0.0f32, 0.0011, 0.0019, 0.0034];
    let clicks = drawn(0.09, |t| {
        let one = |k: usize| {
            let since = t - contacts[k];
            let f = 2100.0 + 900.0 * dice(13, k as u64);
            let loud = if since < 0.0 { 0.0 } else { decayed(since, 0.0007) };
            loud * (TAU * f * since).sin()
        };
        (0..contacts.len()).map(one).sum()
    });
    let bed = ringing(0.09, &[(140.0, 0.35, 0.018), (310.0, 0.2, 0.01), (860.0, 0.1, 0.005)]);
    vec![mixed(&[(&clicks, &|_| 1.0), (&bed, &|t| risen(t - 0.002, 0.002))])]
}

/// The wind at the lip of a pipe before the tone has settled.
fn chiff() -> Vec<Vec<f32>> {
    let noise = hiss(0.2, 17);
    let c = 523.251;
    let bands: Vec<_> = [1.0, 3.0, 5.0].map(|k| resonance(&noise, k * c, 14.0)).into();
    let wind = resonance(&noise, 3400.0, 0.7);
    let swell = |t: f32| risen(t, 0.012) * decayed(t, 0.045);
    vec![mixed(&[
        (&bands[0], &|t| risen(t, 0.03) * decayed(t, 0.06)),
        (&bands[1], &|t| 1.6 * swell(t)),
        (&bands[2], &|t| 0.9 * swell(t)),
        (&wind, &|t| 0.12 * swell(t)),
    ])]
}

/// A bow that catches a string: slips that find their period, and rosin.
fn bow() -> Vec<Vec<f32>> {
    let (mut next, mut height, mut slip) = (0.0, 0.0, 0);
    let saw = drawn(0.45, |t| {
        if t >= next {
            let wild = 0.5 * decayed(t, 0.12);
            next = t + (1.0 + wild * dice(19, slip)) / 261.626;
            (height, slip) = (1.0 + wild * dice(20, slip), slip + 1);
        }
        height -= 2.0 * 261.626 / RATE;
        height
    });
    let noise = hiss(0.45, 21);
    let (body, bridge) = (resonance(&saw, 480.0, 1.5), resonance(&saw, 2700.0, 2.0));
    let rosin = resonance(&noise, 3800.0, 0.8);
    let stroke = |t: f32| risen(t, 0.03) * decayed(t, 0.16);
    vec![mixed(&[
        (&body, &|t| 0.6 * stroke(t)),
        (&bridge, &|t| 1.2 * stroke(t)),
        (&rosin, &|t| 0.25 * risen(t, 0.01) * decayed(t, 0.09)),
    ])]
}

/// Breath through a mouth, wide: each ear has its own.
fn breath() -> Vec<Vec<f32>> {
    let ear = |seed| {
        let noise = hiss(2.0, seed);
        let (throat, mouth) = (resonance(&noise, 620.0, 2.5), resonance(&noise, 1500.0, 2.0));
        let (teeth, air) = (resonance(&noise, 3300.0, 1.5), resonance(&noise, 7500.0, 0.7));
        mixed(&[
            (&throat, &|t| risen(t, 0.12)),
            (&mouth, &|t| 0.8 * risen(t, 0.1)),
            (&teeth, &|t| 0.45 * risen(t, 0.06)),
            (&air, &|t| 0.16 * risen(t, 0.04)),
        ])
    };
    vec![ear(23), ear(24)]
}

/// Dust in a groove, wide: clicks by chance, few of them loud, over a little rumble and hiss.
fn crackle() -> Vec<Vec<f32>> {
    let ear = |seed: u64| {
        let mut noise = hiss(2.5, seed);
        noise.iter_mut().for_each(|x| *x *= 0.02);
        for k in 0..90 {
            let at = (0.5 + 0.5 * dice(29 + seed % 2 * u64::from(k % 3 == 0), k)) * 2.48 * RATE;
            let loud = (0.5 + 0.5 * dice(31, k)).powi(4);
            let turn = 1.0 - 2.0 * f32::from(dice(37, k) < 0.0);
            for (n, x) in noise[at as usize..].iter_mut().take(40).enumerate() {
                *x += turn * loud * decayed(n as f32, 3.0 + 4.0 * loud);
            }
        }
        let (click, thud) = (resonance(&noise, 3600.0, 0.5), resonance(&noise, 300.0, 0.7));
        mixed(&[(&click, &|_| 1.0), (&thud, &|_| 0.5), (&noise, &|_| 0.3)])
    };
    vec![ear(40), ear(41)]
}

/// A plate of metal, struck at its edge.
fn ping() -> Vec<Vec<f32>> {
    let ratios = [1.0, 2.32, 2.76, 3.9, 5.4, 6.7, 8.93, 10.6, 13.3];
    let mode = |(k, ratio): (usize, f32)| {
        let loud = [0.8, 0.5, 1.0, 0.6, 0.7, 0.4, 0.35, 0.25, 0.15][k];
        (523.251 * ratio, loud, 0.5 * ratio.powf(-0.8))
    };
    let modes: Vec<_> = ratios.into_iter().enumerate().map(mode).collect();
    let plate = ringing(1.2, &modes);
    let strike = resonance(&hiss(1.2, 43), 6500.0, 0.8);
    vec![mixed(&[(&plate, &|t| risen(t, 0.0004)), (&strike, &|t| 1.5 * decayed(t, 0.0015))])]
}

/// A glass, tapped: pairs of modes that beat, left against right.
fn glass() -> Vec<Vec<f32>> {
    let ear = |apart: f32| {
        let modes: Vec<_> =
            [(1.0, 1.0, 0.6), (2.31, 0.6, 0.35), (4.24, 0.4, 0.2), (6.61, 0.2, 0.1)]
                .into_iter()
                .flat_map(|(ratio, loud, decay)| {
                    let f = 1046.502 * ratio;
                    [(f - 0.8, loud, decay), (f + 0.8 + apart, 0.6 * loud, decay)]
                })
                .collect();
        let tap = resonance(&hiss(1.2, 47), 5200.0, 1.5);
        let bowl = ringing(1.2, &modes);
        mixed(&[(&bowl, &|t| risen(t, 0.0006)), (&tap, &|t| 1.2 * decayed(t, 0.0012))])
    };
    vec![ear(0.0), ear(0.7)]
}

/// The skin of a big drum: a pitch that falls, and the beater.
fn thump() -> Vec<Vec<f32>> {
    let mut turns = 0.0;
    let skin = drawn(0.4, |t| {
        turns += (65.406 + 130.0 * decayed(t, 0.018)) / RATE;
        decayed(t, 0.09) * (TAU * turns).sin()
    });
    let beater = resonance(&hiss(0.4, 53), 2600.0, 0.8);
    vec![mixed(&[(&skin, &|t| risen(t, 0.0008)), (&beater, &|t| 0.5 * decayed(t, 0.0025))])]
}

/// Wires on a skin: a burst that goes over into a roll.
fn rattle() -> Vec<Vec<f32>> {
    let ear = |seed| {
        let noise = hiss(0.9, seed);
        let (wires, sizzle) = (resonance(&noise, 2800.0, 0.8), resonance(&noise, 7200.0, 0.8));
        let skin = resonance(&noise, 330.0, 4.0);
        let loud = |t: f32| 0.35 + decayed(t, 0.05);
        mixed(&[
            (&wires, &|t| risen(t, 0.0006) * loud(t)),
            (&sizzle, &|t| 0.8 * risen(t, 0.0004) * loud(t)),
            (&skin, &|t| 0.7 * risen(t, 0.002) * loud(t)),
        ])
    };
    vec![ear(59), ear(60)]
}

#[cfg(test)]
mod tests;
