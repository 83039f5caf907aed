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
}

/// A drawn shape compiled for exact evaluation: its lines, found again from a hint.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    lines: [Line; MAX_POINTS],
    len: usize,
    end: f32,
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
                };
                curve.len += 1;
            }
        }
        curve.end = shape.points().last().map_or(0.5, |p| p.y);
        curve
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
#[derive(Clone, Copy, Debug, Default)]
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
        self.turns += f64::from(passed) * f64::from(speed(lfo, cue.tempo) * keyed(lfo, cue.above));
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
        let height = curve.at(self.place, &mut self.hint);
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
