//! The kinds of morph: what each does to the harmonics of a frame.

use cultivar_patch::schema::Spectral;
use realfft::num_complex::Complex;

use super::SPECTRUM;
use crate::math::{bipolar, exp2, hash};

/// Slopes of a tilt in decibels per octave, at an amount of −1 and of 1.
const SLOPES: [f32; 2] = [-24.0, 12.0];
/// Octaves in which a cut fades.
const EDGE: f32 = 1.0;
/// Octaves that a formant moves.
const OCTAVES: f32 = 2.0;
/// Most that a formant lifts a harmonic.
const LIFT: f32 = 100.0;
/// Neighbours on either side that a harmonic leaks to, or stands out from.
const NEIGHBOURS: usize = 8;
/// Share of a leaking neighbour's phase.
const LEANING: f32 = 1.0 / 64.0;
/// Octaves of amplitude, up and down, that random numbers lie apart.
const SPREAD: f32 = 4.0;
/// What the random numbers below and above 0 are drawn from.
const SEEDS: [u32; 2] = [0x5eed_0001, 0x5eed_0002];
/// Turns of the cycle by which an octave of harmonics is later than the one below.
const DELAY: f64 = 1.0 / 8.0;
/// Most that keeping the power may lift a frame: 12 dB.
const MOST: f32 = 3.981_071_7;
/// As good as nothing, to divide by.
const TINY: f32 = 1e-30;

type Harmonics = [Complex<f32>];
/// A number for each harmonic, with room for its neighbours on either side.
type Wide = [f32; NEIGHBOURS + SPECTRUM + NEIGHBOURS];

/// What the morphs work with.
#[derive(Debug)]
pub(super) struct Bench {
    /// Octaves of each harmonic above the fundamental.
    octaves: [f32; SPECTRUM],
    /// Turns by which each harmonic is later, where it is delayed in proportion to its octave.
    delays: [f32; SPECTRUM],
    taken: Wide,
    around: [f32; SPECTRUM + 2],
}

impl Bench {
    pub(super) fn new() -> Self {
        let octave = |h: usize| (h.max(1) as f64).log2();
        // The phase whose slope is the delay: the integral of the logarithm.
        let delay = |h: usize| {
            DELAY * (h as f64 * octave(h) - (h.max(1) - 1) as f64 * std::f64::consts::LOG2_E)
        };
        Bench {
            octaves: std::array::from_fn(|h| octave(h) as f32),
            delays: std::array::from_fn(|h| delay(h) as f32),
            taken: [0.0; NEIGHBOURS + SPECTRUM + NEIGHBOURS],
            around: [0.0; SPECTRUM + 2],
        }
    }

    /// Morphs the harmonics of a table into the first ones of a frame, as many as there is
    /// room for. The power of these stays what it was, within [`MOST`], but where a cut takes
    /// away.
    pub(super) fn morph(
        &mut self,
        kind: Spectral,
        amount: f32,
        table: &Harmonics,
        to: &mut Harmonics,
    ) {
        match kind {
            Spectral::None => to.copy_from_slice(&table[..to.len()]),
            Spectral::Tilt => self.tilt(amount, table, to),
            Spectral::Cut => return self.cut(amount, table, to),
            Spectral::Stretch => stretch(amount, table, to),
            Spectral::Formant => self.shift(amount, table, to),
            Spectral::Smear if amount > 0.0 => self.smear(amount, table, to),
            Spectral::Smear => self.contrast(-amount, table, to),
            Spectral::Random => draw_lots(amount, table, to),
            Spectral::Disperse => return self.disperse(amount, table, to),
        }
        keep_power(table, to);
    }

    /// A slope of so many decibels per octave, from the fundamental on.
    fn tilt(&self, amount: f32, table: &Harmonics, to: &mut Harmonics) {
        let slope = if amount < 0.0 { -amount * SLOPES[0] } else { amount * SLOPES[1] };
        let power = slope * (std::f32::consts::LOG2_10 / 20.0);
        scale(table, to, |h| exp2(power * self.octaves[h]));
    }

    /// A low-pass whose edge comes down from the highest harmonic to the fundamental, or a
    /// high-pass whose edge rises, as far as the frame has harmonics.
    fn cut(&self, amount: f32, table: &Harmonics, to: &mut Harmonics) {
        let highest = self.octaves[SPECTRUM - 1];
        let fade = |beyond: f32| {
            let x = (1.0 - beyond * (1.0 / EDGE)).clamp(0.0, 1.0);
            x * x * (3.0 - 2.0 * x)
        };
        if amount < 0.0 {
            let edge = (1.0 + amount) * highest;
            scale(table, to, |h| fade(self.octaves[h] - edge));
        } else {
            let edge = (amount * highest).min(self.octaves[to.len() - 1]);
            scale(table, to, |h| fade(edge - self.octaves[h]));
        }
    }

    /// The envelope of the amplitudes moved along the harmonics. A comb of weak and strong
    /// neighbours is no part of it: it is the root of the mean power of each harmonic and its
    /// neighbours.
    fn shift(&mut self, amount: f32, table: &Harmonics, to: &mut Harmonics) {
        self.take(table, |x| x.norm_sqr());
        self.taken[NEIGHBOURS] = self.taken[NEIGHBOURS + 1];
        let power = &self.taken[NEIGHBOURS - 1..];
        for (h, around) in self.around[..SPECTRUM].iter_mut().enumerate() {
            *around = (0.25 * (power[h] + power[h + 2]) + 0.5 * power[h + 1]).sqrt();
        }
        let around = &self.around;
        let ratio = exp2(-OCTAVES * amount);
        scale(table, to, |h| {
            let place = (h as f32 * ratio).clamp(1.0, SPECTRUM as f32);
            let share = place - place as usize as f32;
            let [a, b] = [around[place as usize], around[place as usize + 1]];
            ((a + share * (b - a)) / around[h].max(TINY)).min(LIFT)
        });
    }

    /// Amplitudes leak to the neighbours. Each harmonic keeps its phase; where there was none, it
    /// leans on the one before.
    fn smear(&mut self, amount: f32, table: &Harmonics, to: &mut Harmonics) {
        self.take(table, |x| x.norm_sqr().sqrt());
        self.look_around(amount * NEIGHBOURS as f32, to.len());
        let leaning = LEANING * amount;
        let mut unit = Complex::new(0.0, -1.0);
        for ((to, from), &size) in to.iter_mut().zip(table).zip(&self.around).skip(1) {
            let leant = from + unit * (leaning * size);
            let power = leant.norm_sqr();
            if power > TINY {
                unit = leant / power.sqrt();
            }
            *to = unit * size;
        }
    }

    /// What stands out from its neighbours does so more, what is weaker falls.
    fn contrast(&mut self, amount: f32, table: &Harmonics, to: &mut Harmonics) {
        self.take(table, |x| x.norm_sqr());
        self.look_around(NEIGHBOURS as f32, to.len());
        let (power, around) = (&self.taken[NEIGHBOURS..], &self.around);
        scale(table, to, |h| 1.0 + amount * (power[h] / around[h].max(TINY) - 1.0));
    }

    /// Every octave later than the one below by the same part of a turn, or earlier.
    fn disperse(&self, amount: f32, table: &Harmonics, to: &mut Harmonics) {
        for ((to, from), delay) in to.iter_mut().zip(table).zip(&self.delays) {
            *to = from * circle(amount * delay).conj();
        }
    }

    /// Takes the size or the power of each harmonic.
    fn take(&mut self, table: &Harmonics, of: impl Fn(&Complex<f32>) -> f32) {
        for (taken, x) in self.taken[NEIGHBOURS..].iter_mut().zip(table) {
            *taken = of(x);
        }
        self.taken[NEIGHBOURS] = 0.0;
    }

    /// Mean of what was taken of each harmonic and its neighbours up to `reach` away, the last of
    /// which count in part.
    fn look_around(&mut self, reach: f32, len: usize) {
        let around = &mut self.around[..len];
        around.copy_from_slice(&self.taken[NEIGHBOURS..][..len]);
        for away in 1..=NEIGHBOURS {
            let share = (reach - (away - 1) as f32).clamp(0.0, 1.0);
            let (below, above) =
                (&self.taken[NEIGHBOURS - away..], &self.taken[NEIGHBOURS + away..]);
            for ((around, below), above) in around.iter_mut().zip(below).zip(above) {
                *around += share * (below + above);
            }
        }
        let scale = 1.0 / (1.0 + 2.0 * reach);
        around.iter_mut().for_each(|around| *around *= scale);
    }
}

/// Each harmonic with a factor of its own.
#[inline(always)]
fn scale(table: &Harmonics, to: &mut Harmonics, factor: impl Fn(usize) -> f32) {
    for (h, (to, from)) in to.iter_mut().zip(table).enumerate() {
        *to = from * factor(h);
    }
}

/// Distances to the fundamental grow or shrink; who lands between two whole harmonics is shared
/// by both.
fn stretch(amount: f32, table: &Harmonics, to: &mut Harmonics) {
    to.fill(Complex::default());
    let (factor, end) = (exp2(amount), to.len());
    for (h, from) in table.iter().enumerate().skip(1) {
        let place = 1.0 + (h - 1) as f32 * factor;
        let (below, share) = (place as usize, place - place as usize as f32);
        if below >= end {
            break;
        }
        to[below] += from * (1.0 - share);
        if below + 1 < end {
            to[below + 1] += from * share;
        }
    }
}

/// Amplitudes multiplied by numbers that are the same for every note.
fn draw_lots(amount: f32, table: &Harmonics, to: &mut Harmonics) {
    let (seed, depth) = (SEEDS[usize::from(amount > 0.0)], SPREAD * amount.abs());
    scale(table, to, |h| exp2(depth * bipolar(hash(seed ^ h as u32))));
}

/// Gives morphed harmonics the power that the table's had.
fn keep_power(table: &Harmonics, to: &mut Harmonics) {
    let (wanted, found) = (power(&table[..to.len()]), power(to));
    let gain = (wanted / found.max(TINY)).sqrt().min(MOST);
    to.iter_mut().for_each(|x| *x *= gain);
}

fn power(harmonics: &Harmonics) -> f32 {
    let (chunks, rest) = harmonics[1..].as_chunks::<8>();
    let mut sums = [0.0; 8];
    for chunk in chunks {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += x.norm_sqr();
        }
    }
    sums.iter().sum::<f32>() + rest.iter().map(|x| x.norm_sqr()).sum::<f32>()
}

/// The number of size 1 at so many turns; within 1e-6 for up to a thousand turns, but for the
/// rounding of the turns themselves.
#[inline(always)]
fn circle(turns: f32) -> Complex<f32> {
    let part = turns - ((turns + 12_582_912.0) - 12_582_912.0);
    // Taylor's series of half the angle, which lies within a quarter of a turn.
    let x = part * std::f32::consts::PI;
    let y = x * x;
    let sin = x
        * (1.0
            + y * (-1.666_666_7e-1
                + y * (8.333_333e-3
                    + y * (-1.984_127e-4 + y * (2.755_731_9e-6 + y * -2.505_21e-8)))));
    let cos = 1.0
        + y * (-0.5
            + y * (4.166_666_8e-2
                + y * (-1.388_888_9e-3
                    + y * (2.480_158_7e-5 + y * (-2.755_732e-7 + y * 2.087_675_7e-9)))));
    Complex::new(1.0 - 2.0 * sin * sin, 2.0 * sin * cos)
}
