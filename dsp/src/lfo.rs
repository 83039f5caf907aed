//! A low-frequency oscillator over a drawn shape.

use cultivar_patch::schema::{Division, Lfo, LfoMode, Polarity, Sync};
use cultivar_patch::{MAX_POINTS, Shape, bowed};

use crate::math::{exp2, seconds};

/// A line of a shape, ready to be evaluated.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    x: f32,
    y: f32,
    rise: f32,
    /// One over the width.
    pace: f32,
    bow: f32,
    /// How much steeper the line begins than the one before it ended; 0 where there is a jump.
    corner: f32,
    /// How far from the corner it may be rounded, as a part of the shape.
    room: f32,
}

impl Line {
    /// Slopes where the line begins and where it ends.
    fn slopes(&self) -> [f32; 2] {
        let k = -10.0 * self.bow;
        let bent = if k.abs() < 1e-3 { [1.0; 2] } else { [k / k.exp_m1(), -k / (-k).exp_m1()] };
        bent.map(|slope| slope * self.rise * self.pace)
    }
}

/// A drawn shape compiled for exact evaluation: its lines, found again from a hint.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    lines: [Line; MAX_POINTS],
    len: usize,
    end: f32,
}

/// Seconds before and after a corner of a shape in which it is rounded: a corner would be heard
/// in what the shape moves, far away from the harmonics. Faster shapes are rounded less.
const ROUND: f32 = 0.006;

/// How far a corner may be rounded, in parts of its lines' rise over its change of slope: the
/// shape changes by a twenty-fifth of the rise at most.
const ROUNDED: f32 = 0.27;

/// How far a corner of slope 1, seen through a window of half a width `wide` either side, is
/// from the lines that meet there, at a distance from it: the window is Hann's.
fn rounding(distance: f32, wide: f32) -> f32 {
    let rest = 1.0 - distance / wide;
    let wave = 1.0 - (std::f32::consts::PI * rest).cos();
    wide * (0.25 * rest * rest - wave * (0.5 / std::f32::consts::PI.powi(2)))
}

impl Curve {
    /// Compiles a shape; lines without width are jumps and go.
    pub(crate) fn new(shape: &Shape) -> Self {
        let mut curve = Curve { lines: [Line::default(); MAX_POINTS], len: 0, end: 0.0 };
        for pair in shape.points().windows(2) {
            let width = pair[1].x - pair[0].x;
            if width > 0.0 {
                curve.lines[curve.len] = Line {
                    x: pair[0].x,
                    y: pair[0].y,
                    rise: pair[1].y - pair[0].y,
                    pace: 1.0 / width,
                    bow: pair[0].bow,
                    ..Line::default()
                };
                curve.len += 1;
            }
        }
        curve.end = shape.points().last().map_or(0.5, |p| p.y);
        curve.find_corners();
        curve
    }

    /// Works out where lines meet; the last one meets the first.
    fn find_corners(&mut self) {
        for k in 0..self.len {
            let before = self.lines[if k == 0 { self.len - 1 } else { k - 1 }];
            let line = &mut self.lines[k];
            if (before.y + before.rise - line.y).abs() < 1e-5 {
                line.corner = line.slopes()[0] - before.slopes()[1];
                // Rounding reaches to the next corners, and changes little of the shape.
                let rise = line.rise.abs().max(before.rise.abs());
                let most = ROUNDED * rise / line.corner.abs().max(1e-9);
                line.room = (1.0 / line.pace.max(before.pace)).min(most);
            }
        }
    }

    /// Height at `x`, where all is run through at so many times per second: corners are rounded,
    /// that at either end where `closed`.
    #[inline]
    fn rounded(&self, x: f32, hint: &mut u8, speed: f32, closed: bool) -> f32 {
        let height = self.at(x, hint);
        if x >= 1.0 || self.len == 0 {
            return height;
        }
        let k = usize::from(*hint);
        let (line, next) = (&self.lines[k], &self.lines[if k + 1 < self.len { k + 1 } else { 0 }]);
        let end = if k + 1 < self.len { next.x } else { 1.0 };
        let near = |corner: &Line, distance: f32, inside: bool| {
            let wide = (ROUND * speed).min(corner.room);
            let round = distance < wide && corner.corner != 0.0 && (inside || closed);
            if round { corner.corner * rounding(distance, wide) } else { 0.0 }
        };
        height + near(line, x - line.x, k > 0) + near(next, end - x, k + 1 < self.len)
    }

    /// Height at `x` (0 to 1). `hint` remembers the line from call to call.
    #[inline]
    fn at(&self, x: f32, hint: &mut u8) -> f32 {
        if x >= 1.0 || self.len == 0 {
            return self.end;
        }
        let mut k = usize::from(*hint).min(self.len - 1);
        if x < self.lines[k].x {
            k = 0;
        }
        while k + 1 < self.len && x >= self.lines[k + 1].x {
            k += 1;
        }
        *hint = k as u8;
        let line = &self.lines[k];
        let t = ((x - line.x) * line.pace).min(1.0);
        line.y + line.rise * if line.bow == 0.0 { t } else { bowed(t, line.bow) }
    }
}

/// How fast a shape is run through: times per second.
pub(crate) fn speed(lfo: &Lfo<f32>, tempo: f32) -> f32 {
    match Sync::of(lfo.sync) {
        Sync::Time => exp2(lfo.rate),
        Sync::Tempo => tempo / (60.0 * Division::of(lfo.division).beats()),
    }
}

/// How much faster it is for a key so many semitones above middle C.
fn keyed(lfo: &Lfo<f32>, above: f32) -> f32 {
    if lfo.key == 0.0 { 1.0 } else { exp2(lfo.key * above * (1.0 / 12.0)) }
}

/// What one voice's low-frequency oscillators are told beside their knobs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cue {
    /// Semitones of the key above middle C.
    pub(crate) above: f32,
    /// Whether the key is held.
    pub(crate) held: bool,
    /// Whether it is the right ear that listens.
    pub(crate) right: bool,
    /// Beats per minute.
    pub(crate) tempo: f32,
}

/// The state of one low-frequency oscillator of one voice.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Oscillation {
    /// Times through the shape since the delay ended.
    turns: f64,
    /// Seconds since the note began, 64 at most.
    age: f32,
    hint: u8,
    /// Output now.
    pub(crate) value: f32,
    /// Place in the shape, 0 to 1, for the editor.
    pub(crate) place: f32,
}

impl Oscillation {
    /// Begins anew.
    pub(crate) fn start(&mut self) {
        *self = Oscillation::default();
    }

    /// Lets `time` seconds pass; `shared` is where the free-running one is at their end.
    #[inline]
    pub(crate) fn advance(
        &mut self,
        time: f32,
        lfo: &Lfo<f32>,
        curve: &Curve,
        cue: &Cue,
        shared: f64,
    ) {
        let delay = seconds(lfo.delay);
        let mode = LfoMode::of(lfo.mode);
        let passed = (self.age + time - delay).clamp(0.0, time);
        let ahead = if cue.right { lfo.stereo } else { 0.0 };
        let start = f64::from(lfo.phase) + f64::from(ahead);
        let before = self.turns;
        let key = if mode == LfoMode::Free { 1.0 } else { keyed(lfo, cue.above) };
        let speed = speed(lfo, cue.tempo) * key;
        self.turns += f64::from(passed) * f64::from(speed);
        let wait = f64::from(lfo.hold) - start;
        if mode == LfoMode::Sustain && cue.held && before <= wait {
            self.turns = self.turns.min(wait);
        }
        // Beyond all delays and fades age no longer matters, and must not outgrow its steps.
        self.age = (self.age + time).min(64.0);
        let after = (self.age - delay).max(0.0);
        let turns = start + if mode == LfoMode::Free { shared } else { self.turns };
        self.place = match mode {
            LfoMode::Once | LfoMode::Sustain => turns.min(1.0) as f32,
            _ => turns.fract() as f32,
        };
        let closed = matches!(mode, LfoMode::Note | LfoMode::Free);
        let height = curve.rounded(self.place, &mut self.hint, speed, closed);
        let value = match Polarity::of(lfo.polarity) {
            Polarity::Bipolar => 2.0 * height - 1.0,
            Polarity::Unipolar => height,
        };
        let fade = seconds(lfo.fade);
        self.value = if after < fade { value * after / fade } else { value };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cultivar_patch::{Patch, Point};

    const CUE: Cue = Cue { above: 0.0, held: true, right: false, tempo: 120.0 };

    #[test]
    fn curves_are_the_shapes() {
        let points = (0..40).map(|k| {
            let x = (k as f32 / 39.0).powi(2);
            Point { x, y: (k * 7 % 11) as f32 / 10.0, bow: (k % 5) as f32 / 2.0 - 1.0 }
        });
        let shape = Shape::new(points.chain([Point { x: 0.25, y: 0.0, bow: 0.0 }]));
        let curve = Curve::new(&shape);
        let mut hint = 0;
        for k in 0..=1000 {
            let x = (k * 7 % 1001) as f32 / 1000.0;
            assert!((curve.at(x, &mut hint) - shape.at(x)).abs() < 2e-4, "at {x}");
        }
    }

    #[test]
    fn corners_are_seen_through_a_window() {
        let p = |x, y, bow| Point { x, y, bow };
        let shape =
            Shape::new([p(0.0, 0.2, 0.0), p(0.3, 0.9, 0.1), p(0.6, 0.4, -0.2), p(1.0, 0.2, 0.0)]);
        let curve = Curve::new(&shape);
        let mut hint = 0;
        // Lines that are all but straight within the window: the sum over it is the obvious way.
        let wide = 0.01;
        for x in [0.0, 0.004, 0.2, 0.293, 0.3, 0.306, 0.45, 0.599, 0.605, 0.996] {
            let found = curve.rounded(x, &mut hint, wide / ROUND, true);
            let steps = 2000;
            let (mut sum, mut weights) = (0.0, 0.0);
            for k in -steps..=steps {
                let place = f64::from(k) / f64::from(steps);
                let weight = 1.0 + (std::f64::consts::PI * place).cos();
                let at = (f64::from(x) + place * f64::from(wide)).rem_euclid(1.0);
                sum += weight * f64::from(shape.at(at as f32));
                weights += weight;
            }
            let ideal = (sum / weights) as f32;
            assert!((found - ideal).abs() < 1e-3, "{found} at {x}, not {ideal}");
            let far = (found - shape.at(x)).abs();
            assert!(x != 0.3 || far > 3e-3, "{far} at the corner");
        }
    }

    #[test]
    fn jumps_are_not_rounded() {
        let p = |x, y| Point { x, y, bow: 0.0 };
        let shape = Shape::new([p(0.0, 0.0), p(0.5, 1.0), p(0.5, 0.3), p(1.0, 0.5)]);
        let curve = Curve::new(&shape);
        let mut hint = 0;
        for k in 0..1000 {
            let x = k as f32 / 1000.0;
            let found = curve.rounded(x, &mut hint, 1.0, true);
            assert!((found - shape.at(x)).abs() < 1e-5, "{found} at {x}");
        }
    }

    #[test]
    fn a_note_held_for_hours_keeps_its_rate() {
        let lfo = Patch::<f32>::default().lfo[0];
        let curve = Curve::new(&Shape::triangle());
        let mut o = Oscillation::default();
        (0..20_000).for_each(|_| o.advance(1.0, &lfo, &curve, &CUE, 0.0));
        o.advance(0.000_5, &lfo, &curve, &CUE, 0.0);
        assert!((o.place - 0.000_5).abs() < 1e-5, "{}", o.place);
    }

    #[test]
    fn one_shot_holds_its_end_and_delay_waits() {
        let mut lfo = Patch::<f32>::default().lfo[0];
        lfo.mode = LfoMode::Once.value();
        lfo.polarity = Polarity::Unipolar.value();
        lfo.delay = -3.0;
        let line = |x, y| Point { x, y, bow: 0.0 };
        let curve = Curve::new(&Shape::new([line(0.0, 0.0), line(1.0, 1.0)]));
        let mut o = Oscillation::default();
        o.advance(0.125, &lfo, &curve, &CUE, 0.0);
        assert_eq!(o.value, 0.0);
        o.advance(0.5, &lfo, &curve, &CUE, 0.0);
        assert!((o.value - 0.5).abs() < 1e-5);
        o.advance(9.0, &lfo, &curve, &CUE, 0.0);
        assert_eq!(o.value, 1.0);
    }
}
