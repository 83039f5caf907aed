//! The way of a voice's sound to its amplifier: oscillators and noise through two filters.

use cultivar_patch::Patch;
use cultivar_patch::schema::{Filters, Osc, To, Warp};

use crate::filter::Filter;
use crate::math::{Block, CONTROL, Span, hash, hertz};
use crate::noise::{Bands, Noise};
use crate::oscillator::kernel::Lanes;
use crate::oscillator::spectral::{Easel, Sheets, Shelf, Sitting};
use crate::oscillator::{Aim, Oscillator};
use crate::sound::Sound;

/// Left and right.
type Stereo = [Block; 2];

/// The state of everything before the amplifier of one voice.
#[derive(Clone, Debug)]
pub(crate) struct Timbre {
    oscillators: [Oscillator; 3],
    sheets: Sheets,
    noise: Noise,
    bands: Bands,
    filters: [Filter; 2],
}

impl Timbre {
    pub(crate) fn new() -> Self {
        Timbre {
            oscillators: std::array::from_fn(|_| Oscillator::new()),
            sheets: Sheets::new(),
            noise: Noise::new(),
            bands: Bands::new(),
            filters: std::array::from_fn(|_| Filter::new()),
        }
    }

    /// A note begins; `seed` draws phases and noise.
    pub(crate) fn start(&mut self, patch: &Patch<f32>, seed: u32) {
        for (k, osc) in self.oscillators.iter_mut().enumerate() {
            osc.start(&patch.osc[k], hash(seed ^ (k as u32 + 1)));
        }
        self.noise.start(hash(seed ^ 11));
        self.bands.start(hash(seed ^ 12));
        self.filters.iter_mut().for_each(Filter::start);
    }

    /// The note has begun: what is switched on from now on comes in softly.
    pub(crate) fn begun(&mut self) {
        self.oscillators.iter_mut().for_each(Oscillator::begun);
        self.noise.begun();
        self.bands.begun();
        self.filters.iter_mut().for_each(Filter::begun);
    }

    /// Draws all lines to where `patch` wants them at the end of the grid interval, for a pitch
    /// in MIDI note numbers.
    #[inline(always)]
    pub(crate) fn aim(&mut self, patch: &Patch<f32>, sound: &Sound, span: &Span, note: f32) {
        let above = note - 60.0;
        for (k, osc) in self.oscillators.iter_mut().enumerate() {
            let knobs = &patch.osc[k];
            let heard = is_listened_to(patch, k);
            if knobs.on >= 0.5 || heard || osc.is_loud() {
                let turns = |knobs: &Osc<f32>| {
                    let pitch = 60.0 + knobs.key * above + knobs.tune + 0.01 * knobs.fine;
                    hertz(pitch) / sound.rate
                };
                let listens = listens(knobs.warp);
                let modulator = if listens { turns(&patch.osc[next(k)]) } else { 0.0 };
                let (turns, limit) = (turns(knobs), reach(sound.rate));
                let aim = Aim { span: *span, turns, modulator, limit, heard };
                osc.aim(knobs, &sound.tables[k], &aim);
            }
        }
        if patch.noise.on >= 0.5 || self.noise.is_loud() {
            self.noise.aim(span, &patch.noise, sound.rate);
        }
        if patch.band.iter().any(|band| band.on >= 0.5) || self.bands.is_loud() {
            self.bands.aim(span, &patch.band, &patch.noise, above, sound.rate);
        }
        for (filter, knobs) in self.filters.iter_mut().zip(&patch.filter) {
            if knobs.on >= 0.5 || filter.is_heard() {
                filter.aim(span, knobs, above, sound.rate);
            }
        }
    }

    /// Turns oscillators whose harmonics are morphed to frames of their own, after their lines
    /// were drawn: at a grid point or within an interval. `order` tells voices apart.
    pub(crate) fn redraw(
        &mut self,
        patch: &Patch<f32>,
        sound: &Sound,
        order: usize,
        grid: bool,
        easel: &mut Easel,
    ) {
        for (k, osc) in self.oscillators.iter_mut().enumerate() {
            let knobs = &patch.osc[k];
            if knobs.on >= 0.5 || osc.is_loud() || is_listened_to(patch, k) {
                let sitting = Sitting { k, order: 3 * order + k, grid };
                osc.redraw(knobs, &sound.tables[k], &sitting, &mut self.sheets, easel);
            }
        }
    }

    /// Gives its own frames away, so that it is a plain value.
    pub(crate) fn lend_sheets(&mut self) -> Sheets {
        std::mem::take(&mut self.sheets)
    }

    /// Takes own frames back. Where the oscillators have become those of another timbre,
    /// nothing in the frames is theirs.
    pub(crate) fn take_sheets(&mut self, sheets: Sheets, changed: bool) {
        self.sheets = sheets;
        if changed {
            self.oscillators.iter_mut().for_each(Oscillator::forget_pictures);
        }
    }

    /// Where each oscillator reads its wavetable, 0 to 1.
    pub(crate) fn positions(&self, sound: &Sound) -> [f32; 3] {
        std::array::from_fn(|k| self.oscillators[k].position(&sound.tables[k]))
    }

    /// Renders `len` samples, from `base` samples after the lines were drawn.
    #[inline(always)]
    pub(crate) fn render<L: Lanes>(
        &mut self,
        patch: &Patch<f32>,
        sound: &Sound,
        base: usize,
        len: usize,
    ) -> Stereo {
        let mut buses = [[[0.0; CONTROL]; 2]; 3];
        self.oscillate::<L>(patch, sound, base, len, &mut buses);
        if self.noise.is_loud() || self.bands.is_loud() {
            let (noise, bands) = (&mut self.noise, &mut self.bands);
            into(patch.noise.to, len, &mut buses, |l, r| {
                noise.render(base, len, l, r);
                bands.render(base, len, l, r);
            });
        }
        let [mut first, mut second, mut direct] = buses;
        let [one, two] = &mut self.filters;
        one.render(base, len, &mut first);
        match Filters::of(patch.voice.filters) {
            Filters::Serial => mix(&first, &mut second, len),
            Filters::Parallel | Filters::Split => mix(&first, &mut direct, len),
        }
        two.render(base, len, &mut second);
        mix(&second, &mut direct, len);
        direct
    }

    #[inline(always)]
    fn oscillate<L: Lanes>(
        &mut self,
        patch: &Patch<f32>,
        sound: &Sound,
        base: usize,
        len: usize,
        buses: &mut [Stereo; 3],
    ) {
        for k in 0..3 {
            if !self.oscillators[k].is_loud() {
                continue;
            }
            let knobs = &patch.osc[k];
            let shelf = |k: usize| Shelf { table: &sound.tables[k], own: &self.sheets };
            let heard;
            let other = if listens(knobs.warp) {
                heard = self.oscillators[next(k)].pilot::<L>(shelf(next(k)), base, len);
                &heard
            } else {
                &[[0.0; CONTROL]; 2]
            };
            let osc = &mut self.oscillators[k];
            into(knobs.to, len, buses, |l, r| {
                osc.render::<L>(shelf(k), other, base, len, l, r);
            });
        }
    }
}

/// Turns per sample that harmonics may reach: what folds back stays above 20 kHz, where the
/// rate allows it.
fn reach(rate: f32) -> f32 {
    (rate * 0.5).max(rate - 20_000.0).min(28_000.0) / rate
}

#[inline(always)]
fn listens(warp: f32) -> bool {
    matches!(Warp::of(warp), Warp::Fm | Warp::Ring)
}

/// The oscillator that oscillator `k` listens to.
fn next(k: usize) -> usize {
    (k + 1).min(2)
}

/// Whether another oscillator (or the last one itself) listens to oscillator `k`.
pub(crate) fn is_listened_to(patch: &Patch<f32>, k: usize) -> bool {
    let hears = |osc: usize| patch.osc[osc].on >= 0.5 && listens(patch.osc[osc].warp);
    (k > 0 && hears(k - 1)) || (k == 2 && hears(2))
}

/// Adds `from` to `to`.
#[inline(always)]
fn mix(from: &Stereo, to: &mut Stereo, len: usize) {
    for (from, to) in from.iter().zip(to) {
        for (to, from) in to[..len].iter_mut().zip(from) {
            *to += from;
        }
    }
}

/// Renders a source into the buses it goes to.
#[inline(always)]
fn into(to: f32, len: usize, buses: &mut [Stereo; 3], render: impl FnOnce(&mut Block, &mut Block)) {
    let bus = match To::of(to) {
        To::Filter1 => 0,
        To::Filter2 => 1,
        To::Direct => 2,
        To::Both => {
            let mut both = [[0.0; CONTROL]; 2];
            let [left, right] = &mut both;
            render(left, right);
            mix(&both, &mut buses[0], len);
            mix(&both, &mut buses[1], len);
            return;
        }
    };
    let [left, right] = &mut buses[bus];
    render(left, right);
}
