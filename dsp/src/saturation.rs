//! Saturation of a stereo sound at four times the rate, without audible aliases.

use crate::halfband::Halfband;
use crate::math::{Block, CONTROL, COUNT, Ramp, Span, alike, gain};
use crate::oscillator::kernel::Lanes;

/// Samples of a grid interval at twice the rate.
const TWICE: usize = 2 * CONTROL;
/// Weights beside the middle one of the short half-band filter between twice and four times the
/// rate, from the outside in: at 48 kHz flat within 0.09 dB to 20 kHz, −40 dB from 76 kHz on.
const OUTER: f32 = -0.043_928_61;
const INNER: f32 = 0.293_928_61;
/// Samples of the past that the short filter needs.
const PAST: usize = 3;
/// Samples by which the saturated sound is late, rounded.
const LATE: usize = 4;

/// Samples at twice the rate behind those of the past.
type Line = [f32; PAST + TWICE];

/// One side between twice and four times the rate: the past of what goes in, of its square root
/// and of what comes out.
#[derive(Clone, Copy, Debug)]
struct Side {
    input: [f32; PAST],
    root: f32,
    early: f32,
    late: [f32; PAST],
}

impl Side {
    const REST: Side = Side { input: [0.0; PAST], root: 1.0, early: 0.0, late: [0.0; PAST] };

    /// Saturates what `line` holds behind its first [`PAST`] samples; `len` of it count.
    ///
    /// Each sample is the mean of the curve over the way from the last one (antiderivative
    /// antialiasing; Parker, Zavalishin and Le Bivic, 2016): for y = d·x/√(1 + (d² − 1)·x²) that
    /// mean is d·(x + x')/(√… + √…').
    #[inline(always)]
    fn saturate(&mut self, line: &mut Line, drive: &[f32; TWICE], len: usize) {
        line[..PAST].copy_from_slice(&self.input);
        self.input.copy_from_slice(&line[len..][..PAST]);
        // Earlier samples lie between those of the line, later ones are these. Every loop fills
        // lines of its own, so that all of them run in lanes.
        let (mut between, mut early_roots) = ([0.0; TWICE], [0.0; TWICE]);
        let mut late_roots = [0.0; 1 + TWICE];
        late_roots[0] = self.root;
        for n in 0..TWICE {
            let bend = drive[n] * drive[n] - 1.0;
            let (outer, inner) = (line[n] + line[n + 3], line[n + 1] + line[n + 2]);
            let x = 2.0 * (OUTER * outer + INNER * inner);
            between[n] = x;
            early_roots[n] = (1.0 + bend * x * x).sqrt();
            late_roots[1 + n] = (1.0 + bend * line[n + 2] * line[n + 2]).sqrt();
        }
        let (mut early, mut late) = ([0.0; 1 + TWICE], [0.0; PAST + TWICE]);
        early[0] = self.early;
        late[..PAST].copy_from_slice(&self.late);
        for n in 0..TWICE {
            let before = early_roots[n] + late_roots[n];
            let after = early_roots[n] + late_roots[1 + n];
            // One division serves both.
            let share = drive[n] / (before * after);
            early[1 + n] = (between[n] + line[n + 1]) * after * share;
            late[PAST + n] = (between[n] + line[n + 2]) * before * share;
        }
        for n in 0..TWICE {
            let (outer, inner) = (late[n] + late[n + 3], late[n + 1] + late[n + 2]);
            line[PAST + n] = 0.5 * early[n] + (OUTER * outer + INNER * inner);
        }
        (self.root, self.early) = (late_roots[len], early[len]);
        self.late.copy_from_slice(&late[len..][..PAST]);
    }
}

/// The way of one side up, through the curve and down.
#[derive(Clone, Copy, Debug)]
struct Way {
    up: Halfband,
    side: Side,
    down: Halfband,
}

impl Way {
    /// What becomes of `from`, which is at most an interval long.
    #[inline(always)]
    fn saturate<L: Lanes>(&mut self, from: &[f32], drive: &[f32; TWICE]) -> Block {
        let (mut line, mut wet) = ([0.0; PAST + TWICE], [0.0; CONTROL]);
        let len = from.len();
        self.up.up::<L>(from, &mut line[PAST..]);
        self.side.saturate(&mut line, drive, 2 * len);
        self.down.down::<L>(&mut line[PAST..], &mut wet[..len]);
        wet
    }
}

/// Saturation: straight at a drive of 1, at higher ones steeper in the middle and bounded at the
/// rails.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Saturation {
    /// What the drive is on its way to, in decibels.
    known: f32,
    drive: Ramp,
    /// Share of the saturated sound: it comes and goes within a grid interval.
    share: Ramp,
    ways: [Way; 2],
    /// Whether the sides have ever differed; until then the second way is not gone.
    apart: bool,
    /// Last samples of the dry sound.
    dry: [[f32; LATE]; 2],
}

impl Default for Saturation {
    fn default() -> Self {
        let way = Way { up: Halfband::default(), side: Side::REST, down: Halfband::default() };
        Saturation {
            known: 0.0,
            drive: Ramp::still(1.0),
            share: Ramp::default(),
            ways: [way; 2],
            apart: false,
            dry: [[0.0; LATE]; 2],
        }
    }
}

impl Saturation {
    /// Draws the lines to a drive in decibels.
    pub(crate) fn aim(&mut self, span: &Span, fresh: bool, decibels: f32) {
        let rests = decibels == self.known && self.drive.is_still() && self.share.is_still();
        if !fresh && (rests || decibels <= 0.0 && !self.is_heard()) {
            return;
        }
        self.known = decibels;
        let drive = gain(decibels);
        let share = if decibels > 0.0 { 1.0 } else { 0.0 };
        if fresh {
            (self.drive, self.share) = (Ramp::still(drive), Ramp::still(share));
        }
        self.drive.aim(span, drive);
        self.share.aim(span, share);
        if fresh || (self.share.start == 0.0 && share > 0.0) {
            let Saturation { known, drive, share, .. } = *self;
            *self = Saturation { known, drive, share, ..Saturation::default() };
        }
    }

    /// Whether its lines stay where they are.
    pub(crate) fn is_still(&self) -> bool {
        self.share.is_silent() || self.share.is_still() && self.drive.is_still()
    }

    /// Whether anything of it is heard in this interval.
    #[inline(always)]
    pub(crate) fn is_heard(&self) -> bool {
        !self.share.is_silent()
    }

    /// Saturates in place; `dry` becomes as late as the saturated sound.
    #[inline(always)]
    pub(crate) fn render<L: Lanes>(
        &mut self,
        base: usize,
        len: usize,
        sides: &mut [Block; 2],
        dry: &mut [Block; 2],
    ) {
        if !self.apart && !alike(&sides[0][..len], &sides[1][..len]) {
            (self.apart, self.ways[1]) = (true, self.ways[0]);
        }
        let drive = std::array::from_fn(|n| self.drive.at(base as f32 + 0.5 * n as f32));
        let gone = if self.apart { 2 } else { 1 };
        let mut wet = [[0.0; CONTROL]; 2];
        for ((way, side), wet) in self.ways[..gone].iter_mut().zip(&*sides).zip(&mut wet) {
            if base == 0 {
                way.up.settle();
                way.down.settle();
            }
            *wet = way.saturate::<L>(&side[..len], &drive);
        }
        if !self.apart {
            wet[1] = wet[0];
        }
        for (side, wet) in sides.iter_mut().zip(&wet) {
            for ((x, wet), &count) in side.iter_mut().zip(wet).zip(&COUNT[base..][..len]) {
                *x += self.share.at(count) * (wet - *x);
            }
        }
        self.delay(base, len, dry);
    }

    /// Makes the dry sound late.
    #[inline(always)]
    fn delay(&mut self, base: usize, len: usize, dry: &mut [Block; 2]) {
        for (past, dry) in self.dry.iter_mut().zip(dry) {
            let mut line = [0.0; LATE + CONTROL];
            line[..LATE].copy_from_slice(past);
            line[LATE..].copy_from_slice(dry);
            for ((dry, late), &count) in dry[..len].iter_mut().zip(&line).zip(&COUNT[base..]) {
                *dry += self.share.at(count) * (late - *dry);
            }
            past.copy_from_slice(&line[len..][..LATE]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::CONTROL;
    use crate::oscillator::kernel::Plain;

    #[test]
    fn saturation_is_absent_without_drive_and_bounded_with() {
        let mut saturation = Saturation::default();
        saturation.aim(&Span::WHOLE, true, 0.0);
        let still = [[0.3; CONTROL], [-2.0; CONTROL]];
        let mut sides = still;
        assert!(!saturation.is_heard());
        saturation.aim(&Span::WHOLE, true, 36.0);
        for _ in 0..10 {
            sides = still;
            let mut dry = still;
            saturation.render::<Plain>(0, CONTROL, &mut sides, &mut dry);
        }
        let [left, right] = sides;
        assert!(left.iter().all(|x| (x - 1.0).abs() < 0.01), "{left:?}");
        assert!(right.iter().all(|x| (x + 1.0).abs() < 0.01), "{right:?}");
    }

    /// Against the curve itself, for a sine too slow to alias.
    #[test]
    fn what_is_saturated_is_late_by_as_much_as_the_dry_sound() {
        let (mut saturation, mut wrong, mut power) = (Saturation::default(), 0.0, 0.0);
        let wave = |n: f64| (n * 0.05).sin() as f32;
        let (drive, mut clock) = (gain(12.0), 0);
        for len in [CONTROL, 5, 1, 26, 32, 31, 1, 32, 32, 32] {
            saturation.aim(&Span::WHOLE, clock == 0, 12.0);
            let block: Block = std::array::from_fn(|n| wave((clock + n) as f64));
            let (mut sides, mut dry) = ([block; 2], [block; 2]);
            saturation.render::<Plain>(0, len, &mut sides, &mut dry);
            for n in (0..len).filter(|n| clock + n > 100) {
                assert!((dry[0][n] - wave((clock + n) as f64 - LATE as f64)).abs() < 1e-6);
                // The filters are late by 3.74 samples.
                let x = wave((clock + n) as f64 - 3.74);
                let ideal = drive * x / (1.0 + (drive * drive - 1.0) * x * x).sqrt();
                wrong += (sides[1][n] - ideal).powi(2);
                power += ideal * ideal;
            }
            clock += len;
        }
        let decibels = 10.0 * (wrong / power).log10();
        assert!(decibels < -40.0, "{decibels} dB");
    }
}
