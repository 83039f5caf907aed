//! Noise with a slope, and four bands of it.

use cultivar_patch::schema::{Band, Noise as Knobs};

use crate::math::{Block, CONTROL, COUNT, Ramp, Span, amplitude, bipolar, exp2, hash, hertz, pan};

/// Amplitude at which evenly distributed noise is as loud (RMS) as a full sine.
const LOUD: f32 = 1.224_744_9;
/// Sections of the sloping filter.
const SECTIONS: usize = 9;
/// Lowest corner of the sloping filter in hertz; the others lie an octave and a quarter apart.
const LOWEST: f32 = 18.0;
const APART: f32 = 1.25;
/// Where the sloping filter leaves the level as it is, in hertz.
const PIVOT: f32 = 1000.0;

/// Fills `out` with noise from −1 to 1: the hash of a counter.
#[inline(always)]
fn fill(seed: u32, count: u32, out: &mut Block, len: usize) {
    for (n, out) in out[..len].iter_mut().enumerate() {
        *out = LOUD * bipolar(hash(seed ^ hash(count.wrapping_add(n as u32))));
    }
}

/// A filter whose response falls or rises by the same number of decibels in every octave:
/// poles an octave and a quarter apart, each with a zero beside it.
#[derive(Clone, Copy, Debug)]
struct Slope {
    colour: f32,
    gain: f32,
    /// Feedback and feed-forward of every section.
    pole: [f32; SECTIONS],
    zero: [f32; SECTIONS],
    state: [[f32; 2]; SECTIONS],
}

impl Slope {
    fn new() -> Self {
        Slope {
            colour: 0.0,
            gain: 1.0,
            pole: [0.0; SECTIONS],
            zero: [0.0; SECTIONS],
            state: [[0.0; 2]; SECTIONS],
        }
    }

    /// Follows the knob, in decibels per octave.
    fn follow(&mut self, colour: f32, rate: f32) {
        if colour == self.colour {
            return;
        }
        self.colour = colour;
        let corner = |hertz: f32| {
            let g = (std::f32::consts::PI * (hertz / rate).min(0.45)).tan();
            (1.0 - g) / (1.0 + g)
        };
        let mut level = 1.0;
        for k in 0..SECTIONS {
            let pole = LOWEST * exp2(APART * k as f32);
            let zero = pole * exp2(-APART * colour / 6.020_6);
            (self.pole[k], self.zero[k]) = (corner(pole), corner(zero));
            let turns = std::f32::consts::TAU * PIVOT / rate;
            let size = |c: f32| (1.0 - 2.0 * c * turns.cos() + c * c).sqrt();
            level *= size(self.pole[k]) / size(self.zero[k]);
        }
        self.gain = level;
    }

    #[inline(always)]
    fn render(&mut self, sides: [&mut [f32]; 2]) {
        let [left, right] = sides;
        for (k, state) in self.state.iter_mut().enumerate() {
            let (pole, zero) = (self.pole[k], self.zero[k]);
            let mut s = *state;
            for (l, r) in left.iter_mut().zip(right.iter_mut()) {
                // Transposed direct form: y = x + s, s = pole · y − zero · x.
                let (x, y) = ([*l, *r], [*l + s[0], *r + s[1]]);
                s = [pole * y[0] - zero * x[0], pole * y[1] - zero * x[1]];
                (*l, *r) = (y[0], y[1]);
            }
            *state = s.map(|s| if s.abs() < 1e-15 { 0.0 } else { s });
        }
        left.iter_mut().chain(right).for_each(|x| *x *= self.gain);
    }
}

/// Full-band noise of one voice.
#[derive(Clone, Debug)]
pub(crate) struct Noise {
    seed: u32,
    count: u32,
    slope: Slope,
    left: [Ramp; 2],
    right: [Ramp; 2],
    fresh: bool,
}

/// Amplitudes of the two sources in the two ears: alike at a spread of 0, apart at 1.
fn ears(spread: f32) -> (f32, f32) {
    let (sin, cos) = (spread * std::f32::consts::FRAC_PI_4).sin_cos();
    (cos, sin)
}

impl Noise {
    pub(crate) fn new() -> Self {
        let still = [Ramp::default(); 2];
        Noise { seed: 0, count: 0, slope: Slope::new(), left: still, right: still, fresh: true }
    }

    /// A note begins.
    pub(crate) fn start(&mut self, seed: u32) {
        *self = Noise { seed, ..Noise::new() };
    }

    /// Draws all lines anew.
    pub(crate) fn aim(&mut self, span: &Span, knobs: &Knobs<f32>, rate: f32) {
        self.slope.follow(knobs.colour, rate);
        let level = if knobs.on >= 0.5 { amplitude(knobs.level) } else { 0.0 };
        let ((mid, side), (left, right)) = (ears(knobs.spread), pan(knobs.pan));
        let ends =
            [level * left * mid, level * left * side, level * right * mid, -level * right * side];
        let lines = self.left.iter_mut().chain(&mut self.right);
        for (line, end) in lines.zip(ends) {
            if self.fresh {
                *line = Ramp::still(end);
            }
            line.aim(span, end);
        }
        self.fresh = false;
    }

    /// The note has begun.
    pub(crate) fn begun(&mut self) {
        self.fresh = false;
    }

    /// Whether anything sounds in this interval.
    #[inline(always)]
    pub(crate) fn is_loud(&self) -> bool {
        !self.left.iter().chain(&self.right).all(Ramp::is_silent)
    }

    /// Adds `len` samples to both sides.
    #[inline(always)]
    pub(crate) fn render(&mut self, base: usize, len: usize, left: &mut Block, right: &mut Block) {
        if !self.is_loud() {
            return;
        }
        let (mut a, mut b) = ([0.0; CONTROL], [0.0; CONTROL]);
        fill(self.seed, self.count, &mut a, len);
        fill(self.seed ^ 0x5bd1_e995, self.count, &mut b, len);
        self.count = self.count.wrapping_add(len as u32);
        if self.slope.colour != 0.0 {
            self.slope.render([&mut a[..len], &mut b[..len]]);
        }
        for (lines, out) in [(&self.left, left), (&self.right, right)] {
            let sources = a.iter().zip(&b).zip(&COUNT[base..][..len]);
            for (out, ((a, b), &count)) in out.iter_mut().zip(sources) {
                *out += a * lines[0].at(count) + b * lines[1].at(count);
            }
        }
    }
}

/// Lanes of the band filters: four bands, left and right.
const LANES: usize = 8;
type Lane = [f32; LANES];

/// Band-pass sections in lanes.
#[derive(Clone, Copy, Debug, Default)]
struct Sections {
    band: Lane,
    low: Lane,
}

/// The four noise bands of one voice: two band-pass sections in a row each, side by side.
#[derive(Clone, Debug)]
pub(crate) struct Bands {
    seed: u32,
    count: u32,
    sections: [Sections; 2],
    /// Of the coefficients of the sections: g and k.
    g: Lane,
    k: Lane,
    level: [Ramp; LANES],
    fresh: bool,
    /// Amplitudes of the second source on the two sides.
    spread: (f32, f32),
}

/// Damping of each of two equal sections so that together they are `octaves` wide (−3 dB).
fn damping(octaves: f32) -> f32 {
    let ratio = exp2(octaves);
    // Two sections in a row are 0.6436 as wide as one.
    (ratio - 1.0) / ratio.sqrt() / 0.643_6
}

impl Bands {
    pub(crate) fn new() -> Self {
        Bands {
            seed: 0,
            count: 0,
            sections: [Sections::default(); 2],
            g: [0.1; LANES],
            k: [1.0; LANES],
            level: [Ramp::default(); LANES],
            fresh: true,
            spread: (1.0, 0.0),
        }
    }

    /// A note begins.
    pub(crate) fn start(&mut self, seed: u32) {
        *self = Bands { seed, ..Bands::new() };
    }

    /// Draws all lines anew; `above` is how far the note lies above middle C, in semitones.
    /// A band at 0 dB is as loud as noise at 0 dB, however wide it is.
    pub(crate) fn aim(
        &mut self,
        span: &Span,
        bands: &[Band<f32>; 4],
        noise: &Knobs<f32>,
        above: f32,
        rate: f32,
    ) {
        let ((mid, side), (left, right)) = (ears(noise.spread), pan(noise.pan));
        self.spread = (mid, side);
        for (k, band) in bands.iter().enumerate() {
            let on = band.on >= 0.5;
            let turns = (hertz(band.centre + band.key * above) / rate).clamp(1e-5, 0.45);
            let g = (std::f32::consts::PI * turns).tan();
            let damping = damping(band.width);
            // Share of white noise's power that two sections let through.
            let share = (0.5 * damping * g / (1.0 + g * g)).min(1.0);
            let level = if on { amplitude(band.level) / share.sqrt() } else { 0.0 };
            for (lane, place) in [(k, left), (k + 4, right)] {
                (self.g[lane], self.k[lane]) = (g, damping);
                if self.fresh {
                    self.level[lane] = Ramp::still(level * place);
                }
                self.level[lane].aim(span, level * place);
            }
        }
        self.fresh = false;
        for section in &mut self.sections {
            for state in section.band.iter_mut().chain(&mut section.low) {
                *state = if state.abs() < 1e-15 { 0.0 } else { *state };
            }
        }
    }

    /// The note has begun.
    pub(crate) fn begun(&mut self) {
        self.fresh = false;
    }

    /// Whether anything sounds in this interval.
    #[inline(always)]
    pub(crate) fn is_loud(&self) -> bool {
        !self.level.iter().all(Ramp::is_silent)
    }

    /// Adds `len` samples to both sides.
    #[inline(always)]
    pub(crate) fn render(&mut self, base: usize, len: usize, left: &mut Block, right: &mut Block) {
        if !self.is_loud() {
            return;
        }
        let (mut a, mut b) = ([0.0; CONTROL], [0.0; CONTROL]);
        fill(self.seed, self.count, &mut a, len);
        fill(self.seed ^ 0x5bd1_e995, self.count, &mut b, len);
        self.count = self.count.wrapping_add(len as u32);
        let (mid, side) = self.spread;
        let a1: Lane = std::array::from_fn(|n| 1.0 / (1.0 + self.g[n] * (self.g[n] + self.k[n])));
        let a2: Lane = std::array::from_fn(|n| self.g[n] * a1[n]);
        let a3: Lane = std::array::from_fn(|n| self.g[n] * a2[n]);
        let mut sections = self.sections;
        for n in 0..len {
            let ears = [mid * a[n] + side * b[n], mid * a[n] - side * b[n]];
            let mut x: Lane = std::array::from_fn(|lane| ears[lane / 4]);
            for section in &mut sections {
                for lane in 0..LANES {
                    let rest = x[lane] - section.low[lane];
                    let band = a1[lane] * section.band[lane] + a2[lane] * rest;
                    let low = section.low[lane] + a2[lane] * section.band[lane] + a3[lane] * rest;
                    section.band[lane] = 2.0 * band - section.band[lane];
                    section.low[lane] = 2.0 * low - section.low[lane];
                    x[lane] = self.k[lane] * band;
                }
            }
            let count = COUNT[base + n];
            let loud: Lane = std::array::from_fn(|lane| x[lane] * self.level[lane].at(count));
            left[n] += (loud[0] + loud[1]) + (loud[2] + loud[3]);
            right[n] += (loud[4] + loud[5]) + (loud[6] + loud[7]);
        }
        self.sections = sections;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cultivar_patch::Patch;
    use std::f32::consts::TAU;

    const RATE: f32 = 48_000.0;

    /// Renders seconds of something, left and right.
    fn run(seconds: f32, mut one: impl FnMut(&mut Block, &mut Block)) -> [Vec<f32>; 2] {
        let mut sides = [vec![], vec![]];
        for _ in 0..(seconds * RATE) as usize / CONTROL {
            let (mut l, mut r) = ([0.0; CONTROL], [0.0; CONTROL]);
            one(&mut l, &mut r);
            sides[0].extend(l);
            sides[1].extend(r);
        }
        sides
    }

    fn noise(knobs: &Knobs<f32>) -> [Vec<f32>; 2] {
        let mut noise = Noise::new();
        noise.start(5);
        run(2.0, |l, r| {
            noise.aim(&Span::WHOLE, knobs, RATE);
            noise.render(0, CONTROL, l, r);
        })
    }

    fn decibels(x: &[f32]) -> f32 {
        10.0 * (x.iter().map(|x| x * x).sum::<f32>() / x.len() as f32).log10()
    }

    fn likeness([l, r]: &[Vec<f32>; 2]) -> f32 {
        let product: f32 = l.iter().zip(r).map(|(l, r)| l * r).sum();
        let power = |x: &[f32]| x.iter().map(|x| x * x).sum::<f32>();
        product / (power(l) * power(r)).sqrt()
    }

    /// Power in the octave around a frequency, in decibels.
    fn octave(x: &[f32], hertz: f32) -> f32 {
        let steps = 24;
        let tone = |hertz: f32| {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, x) in x.iter().enumerate() {
                let (sin, cos) = (TAU * (hertz / RATE * n as f32).fract()).sin_cos();
                re += x * cos;
                im += x * sin;
            }
            re * re + im * im
        };
        let sum: f32 = (0..steps)
            .map(|k| hertz * exp2(k as f32 / steps as f32 - 0.5))
            .map(|f| f * tone(f))
            .sum();
        10.0 * sum.log10()
    }

    #[test]
    fn white_noise_is_as_loud_as_a_sine_and_spread_tells_the_ears_apart() {
        let mut knobs = Knobs { on: 1.0, level: 0.0, ..Patch::<f32>::default().noise };
        for (spread, like) in [(0.0, 1.0), (1.0, 0.0)] {
            knobs.spread = spread;
            let sides = noise(&knobs);
            assert!((decibels(&sides[0]) + 3.01).abs() < 0.1);
            assert!((likeness(&sides) - like).abs() < 0.02, "{}", likeness(&sides));
        }
    }

    #[test]
    fn colour_is_a_slope_in_decibels_per_octave() {
        let mut knobs = Knobs { on: 1.0, level: 0.0, spread: 0.0, ..Patch::<f32>::default().noise };
        for colour in [-9.0, -6.0, -3.0, 3.0, 6.0] {
            knobs.colour = colour;
            let [x, _] = noise(&knobs);
            // Octaves of white noise rise by 3 dB.
            let slope = (octave(&x, 4000.0) - octave(&x, 250.0)) / 4.0 - 3.01;
            assert!((slope - colour).abs() < 0.7, "{colour}: {slope}");
        }
    }

    #[test]
    fn a_band_is_as_loud_as_its_level_however_wide() {
        let patch = Patch::<f32>::default();
        let mut bands = patch.band;
        for (centre, width) in [(84.0, 0.3), (84.0, 1.0), (96.0, 2.0), (60.0, 1.0), (90.0, 5.0)] {
            bands[2] = Band { on: 1.0, level: -6.0, centre, width, key: 0.0 };
            let mut state = Bands::new();
            state.start(3);
            let [x, _] = run(4.0, |l, r| {
                state.aim(&Span::WHOLE, &bands, &patch.noise, 0.0, RATE);
                state.render(0, CONTROL, l, r);
            });
            let level = decibels(&x) + 3.01;
            assert!((level + 6.0).abs() < 1.0, "{centre} {width}: {level} dB");
        }
    }
}
