//! The way of a voice's sound to its amplifier: oscillators, noise and a recording through two
//! filters.

use cultivar_patch::Patch;
use cultivar_patch::schema::{Filters, From, Osc, To, Warp};

use crate::arc::Arc;
use crate::filter::{Filter, Line};
use crate::math::{Block, CONTROL, Span, amplitude, hash, hertz};
use crate::noise::{Bands, Noise};
use crate::oscillator::hiss::Hiss;
use crate::oscillator::kernel::Lanes;
use crate::oscillator::spectral::{Easel, Sheets, Shelf, Sitting};
use crate::oscillator::{Aim, Oscillator};
use crate::sample::{self, Sample};
use crate::sound::Sound;

/// Left and right.
type Stereo = [Block; 2];

/// The state of everything before the amplifier of one voice.
#[derive(Clone, Debug)]
pub(crate) struct Timbre {
    oscillators: [Oscillator; 3],
    /// Their levels.
    levels: [Arc; 3],
    /// What oscillators hear that listen to noise.
    hiss: Hiss,
    sheets: Sheets,
    /// Bit per oscillator: whether another one listens to it.
    listened: u8,
    noise: Noise,
    bands: Bands,
    sample: Sample,
    filters: [Filter; 2],
}

/// What a timbre keeps on the heap; without it a timbre is a plain value, and copying one
/// allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct Belongings {
    sheets: Sheets,
    lines: [Line; 2],
}

impl Belongings {
    /// Takes over what the filters of another one remember.
    pub(crate) fn remember(&mut self, other: &Belongings) {
        for (line, other) in self.lines.iter_mut().zip(&other.lines) {
            line.remember(other);
        }
    }
}

impl Timbre {
    pub(crate) fn new() -> Self {
        Timbre {
            oscillators: std::array::from_fn(|_| Oscillator::new()),
            levels: [Arc::default(); 3],
            hiss: Hiss::default(),
            sheets: Sheets::new(),
            listened: 0,
            noise: Noise::new(),
            bands: Bands::new(),
            sample: Sample::new(),
            filters: std::array::from_fn(|_| Filter::new()),
        }
    }

    /// A note begins; `seed` draws phases and noise.
    pub(crate) fn start(&mut self, patch: &Patch<f32>, seed: u32) {
        for (k, osc) in self.oscillators.iter_mut().enumerate() {
            osc.start(&patch.osc[k], hash(seed ^ (k as u32 + 1)));
        }
        self.levels = [Arc::default(); 3];
        self.hiss.start(hash(seed ^ 21));
        self.noise.start(hash(seed ^ 11));
        self.bands.start(hash(seed ^ 12));
        self.sample.start(&patch.sample);
        self.filters.iter_mut().for_each(Filter::start);
    }

    /// The note has begun: what is switched on from now on comes in softly.
    pub(crate) fn begun(&mut self) {
        self.oscillators.iter_mut().for_each(Oscillator::begun);
        self.noise.begun();
        self.bands.begun();
        self.sample.begun();
        self.filters.iter_mut().for_each(Filter::begun);
    }

    /// Draws all lines to where `patch` wants them at the end of the grid interval, for a pitch
    /// in MIDI note numbers. Bits of `moved` say of which oscillators a knob may have moved.
    #[inline(always)]
    pub(crate) fn aim(
        &mut self,
        patch: &Patch<f32>,
        sound: &Sound,
        span: &Span,
        note: f32,
        moved: u8,
    ) {
        let above = note - 60.0;
        // Who listens to whom is no matter of routes.
        if moved == u8::MAX {
            self.listened = (0..3).fold(0, |all, k| all | u8::from(is_listened_to(patch, k)) << k);
        }
        for (k, osc) in self.oscillators.iter_mut().enumerate() {
            let knobs = &patch.osc[k];
            let heard = self.listened >> k & 1 == 1;
            if knobs.on >= 0.5 || heard || osc.is_loud() {
                let same = moved >> k & 1 == 0;
                if same && self.levels[k].is_straight() && osc.rests(note, &sound.tables[k]) {
                    osc.go_on(span, heard);
                    self.levels[k].go_on(span);
                    continue;
                }
                let turns = |knobs: &Osc<f32>| {
                    let pitch = 60.0 + knobs.key * above + knobs.tune + 0.01 * knobs.fine;
                    hertz(pitch) / sound.rate
                };
                // Noise has no frequency, and what folds back from it is noise. An oscillator that
                // is off hears nothing.
                let modulator = match ear(patch, k) {
                    Some(Ear::Osc(other)) if knobs.on >= 0.5 => turns(&patch.osc[other]),
                    _ => 0.0,
                };
                let (turns, limit) = (turns(knobs), reach(sound.rate));
                let aim = Aim { span: *span, turns, modulator, limit, heard };
                osc.aim(knobs, &sound.tables[k], &aim);
                let level = if knobs.on >= 0.5 { amplitude(knobs.level) } else { 0.0 };
                self.levels[k].aim(span, level);
                osc.settle(same, note, &sound.tables[k]);
            }
        }
        if patch.noise.on >= 0.5 || self.noise.is_loud() {
            self.noise.aim(span, &patch.noise, sound.rate);
        }
        if patch.band.iter().any(|band| band.on >= 0.5) || self.bands.is_loud() {
            self.bands.aim(span, &patch.band, &patch.noise, above, sound.rate);
        }
        if patch.sample.on >= 0.5 || self.sample.is_loud() {
            let (span, rate) = (*span, sound.rate);
            let aim = sample::Aim { span, note, rate, limit: reach(rate) };
            self.sample.aim(&patch.sample, &sound.tape, &aim);
        }
        for (filter, knobs) in self.filters.iter_mut().zip(&patch.filter) {
            if knobs.on >= 0.5 || filter.is_heard() {
                filter.aim(span, knobs, above, sound.rate);
            }
        }
    }

    /// Whether nothing moves in what has just been drawn but phases, and nothing will while the
    /// patch stays.
    pub(crate) fn is_calm(&self, patch: &Patch<f32>) -> bool {
        let sources = [&patch.noise.on, &patch.sample.on];
        let bands = patch.band.iter().map(|band| &band.on);
        let silent = sources.into_iter().chain(bands).all(|on| *on < 0.5)
            && !(self.noise.is_loud() || self.bands.is_loud() || self.sample.is_loud());
        let oscillators = self.oscillators.iter().zip(&self.levels).zip(&patch.osc).enumerate();
        let mut filters = self.filters.iter().zip(&patch.filter);
        silent
            && oscillators.into_iter().all(|(k, ((osc, level), knobs))| {
                let heard = self.listened >> k & 1 == 1;
                let acts = knobs.on >= 0.5 || heard || osc.is_loud();
                !acts || !heard && osc.is_level() && level.is_still()
            })
            && filters
                .all(|(filter, knobs)| knobs.on < 0.5 && !filter.is_heard() || filter.is_calm())
    }

    /// Goes on from a grid point to the next where it is calm.
    pub(crate) fn go_on(&mut self) {
        for (osc, level) in self.oscillators.iter_mut().zip(&mut self.levels) {
            if osc.is_loud() {
                osc.go_on(&Span::WHOLE, false);
                level.go_on(&Span::WHOLE);
            }
        }
        for filter in self.filters.iter_mut().filter(|filter| filter.is_heard()) {
            filter.go_on();
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
            if knobs.on >= 0.5 || osc.is_loud() || self.listened >> k & 1 == 1 {
                let sitting = Sitting { k, order: 3 * order + k, grid };
                osc.redraw(knobs, &sound.tables[k], &sitting, &mut self.sheets, easel);
            }
        }
    }

    /// Gives away what it keeps on the heap.
    pub(crate) fn lend(&mut self) -> Belongings {
        let lines = self.filters.each_mut().map(|filter| std::mem::take(filter.line()));
        Belongings { sheets: std::mem::take(&mut self.sheets), lines }
    }

    /// Takes it back. Where the oscillators have become those of another timbre, nothing in the
    /// frames is theirs.
    pub(crate) fn take(&mut self, own: Belongings, changed: bool) {
        self.sheets = own.sheets;
        for (filter, line) in self.filters.iter_mut().zip(own.lines) {
            *filter.line() = line;
        }
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
            into(way(patch, patch.noise.to), len, &mut buses, |l, r| {
                noise.render(base, len, l, r);
                bands.render(base, len, l, r);
            });
        }
        if self.sample.is_loud() {
            let sample = &mut self.sample;
            into(way(patch, patch.sample.to), len, &mut buses, |l, r| {
                sample.render(&sound.tape, base, len, l, r);
            });
        }
        let [first, second, direct] = &mut buses;
        let [one, two] = &mut self.filters;
        let filters = Filters::of(patch.voice.filters);
        if filters == Filters::Split {
            // Both hear all of it; of each, one side is taken.
            mix(second, first, len);
            *second = *first;
        }
        one.render::<L>(base, len, first);
        match filters {
            Filters::Serial => mix(first, second, len),
            Filters::Parallel => mix(first, direct, len),
            Filters::Split => {}
        }
        two.render::<L>(base, len, second);
        if filters == Filters::Split {
            second[0] = first[0];
        }
        mix(second, direct, len);
        *direct
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
            let other = match ear(patch, k) {
                None => &[[0.0; CONTROL]; 2],
                Some(Ear::Osc(other)) => {
                    if self.oscillators[k].is_behind() {
                        let past = self.oscillators[other].past::<L>(shelf(other));
                        self.oscillators[k].catch_up(&past);
                    }
                    heard = self.oscillators[other].pilot::<L>(shelf(other), base, len);
                    &heard
                }
                Some(Ear::Noise) => {
                    heard = self.hiss.halves();
                    &heard
                }
            };
            let osc = &mut self.oscillators[k];
            let level = &self.levels[k];
            into(way(patch, knobs.to), len, buses, |l, r| {
                let before = if level.is_straight() { None } else { Some([*l, *r]) };
                osc.render::<L>(shelf(k), other, base, len, l, r);
                if let Some([left, right]) = &before {
                    level.bend(left, base, len, l);
                    level.bend(right, base, len, r);
                }
            });
        }
        self.hiss.pass(len);
    }
}

/// Turns per sample that harmonics may reach: what folds back stays above 20 kHz, where the
/// rate allows it.
fn reach(rate: f32) -> f32 {
    (rate * 0.5).max(rate - 20_000.0).min(28_000.0) / rate
}

/// What an oscillator listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ear {
    /// The bare sound of an oscillator.
    Osc(usize),
    Noise,
}

/// What oscillator `k` listens to, if it does.
#[inline(always)]
fn ear(patch: &Patch<f32>, k: usize) -> Option<Ear> {
    let knobs = &patch.osc[k];
    let listens = Warp::of(knobs.warp).listens();
    listens.then(|| From::of(knobs.from).oscillator(k).map_or(Ear::Noise, Ear::Osc))
}

/// Whether an oscillator, be it itself, listens to oscillator `k`.
pub(crate) fn is_listened_to(patch: &Patch<f32>, k: usize) -> bool {
    let hears = |osc: usize| patch.osc[osc].on >= 0.5 && ear(patch, osc) == Some(Ear::Osc(k));
    (0..3).any(hears)
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

/// Where a source goes: split filters hear the same, so that what goes to both goes there once.
fn way(patch: &Patch<f32>, to: f32) -> To {
    match (To::of(to), Filters::of(patch.voice.filters)) {
        (To::Both, Filters::Split) => To::Filter1,
        (to, _) => to,
    }
}

/// Renders a source into the buses it goes to.
#[inline(always)]
fn into(to: To, len: usize, buses: &mut [Stereo; 3], render: impl FnOnce(&mut Block, &mut Block)) {
    let bus = match to {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oscillator::kernel::Plain;
    use cultivar_patch::Preset;
    use cultivar_patch::schema::Model;

    /// A second of an oscillator and noise that both go to `to`, with filters that stand as
    /// `filters` says; `change` has the last word.
    fn play(to: To, filters: Filters, change: impl Fn(&mut Patch<f32>)) -> [Vec<f32>; 2] {
        let mut preset = Preset::init();
        let patch = &mut preset.patch;
        (patch.osc[0].to, patch.noise.to, patch.noise.on) = (to.value(), to.value(), 1.0);
        patch.voice.filters = filters.value();
        for (k, filter) in patch.filter.iter_mut().enumerate() {
            (filter.on, filter.cutoff) = (1.0, 60.0 + 24.0 * k as f32);
            filter.model = [Model::Ladder, Model::High12][k].value();
        }
        change(patch);
        let sound = Sound::new(&preset, 48_000.0);
        let (mut timbre, patch) = (Timbre::new(), sound.values);
        timbre.start(&patch, hash(5));
        let mut out = [Vec::new(), Vec::new()];
        for _ in 0..100 {
            timbre.aim(&patch, &sound, &Span::WHOLE, 60.0, u8::MAX);
            timbre.begun();
            let sides = timbre.render::<Plain>(&patch, &sound, 0, CONTROL);
            out.iter_mut().zip(sides).for_each(|(out, side)| out.extend(side));
        }
        out
    }

    #[test]
    fn split_filters_have_a_side_each_of_all_that_goes_into_either() {
        let split = play(To::Filter1, Filters::Split, |_| {});
        let first = play(To::Filter1, Filters::Parallel, |_| {});
        let second = play(To::Filter2, Filters::Parallel, |_| {});
        assert!(split[0] == first[0] && split[1] == second[1]);
        assert!(split[0] != second[0] && split[1] != first[1]);
        assert!(split == play(To::Filter2, Filters::Split, |_| {}));
        assert!(split == play(To::Both, Filters::Split, |_| {}));
        // One source to the one, one to the other: the same again.
        let mixed = play(To::Filter1, Filters::Split, |patch| patch.noise.to = To::Filter2.value());
        assert!(split == mixed);
    }

    #[test]
    fn a_split_filter_leaves_the_other_side_alone() {
        let usual = play(To::Both, Filters::Split, |_| {});
        let other = play(To::Both, Filters::Split, |patch| patch.filter[0].resonance = 0.9);
        assert!(usual[0] != other[0] && usual[1] == other[1]);
        let other = play(To::Both, Filters::Split, |patch| patch.filter[1].on = 0.0);
        assert!(usual[0] == other[0] && usual[1] != other[1]);
    }
}
