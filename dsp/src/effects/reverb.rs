//! Reverb: a network of sixteen delay lines that feed each other, behind diffusers.
//!
//! After Jot and Chaigne (AES 1991): the lines are mixed by an orthogonal matrix, which neither
//! adds nor takes energy, and each line loses what its length asks for, so that the whole falls
//! by 60 dB in the time that was set.

use cultivar_patch::schema;

use super::insert::Effect;
use super::line::{Head, Line};
use super::ramp::{Block, Ramp, pace};
use super::{TICK, blend, flush, hertz, within};

/// Lines of the network.
const LINES: usize = 16;
/// Lengths of the lines at size 0.5 in milliseconds: no two have a common measure.
const LENGTHS: Lanes = [
    25.31, 27.74, 30.17, 32.93, 35.41, 38.89, 41.23, 44.69, 47.51, 51.37, 54.83, 58.61, 62.47,
    66.83, 70.61, 75.17,
];
/// The lines are that much longer at size 1 and that much shorter at size 0.
const STRETCH: f32 = 3.0;
/// Lengths of the diffusers of each side in milliseconds.
const DIFFUSERS: [[f32; 4]; 2] = [[3.59, 5.23, 8.17, 12.73], [3.91, 4.83, 8.93, 11.87]];
/// Most that a diffuser passes on without delay.
const DIFFUSION: f32 = 0.62;
/// Lines whose length wanders, how fast in hertz, and how far in seconds.
const WANDERERS: [(usize, f64); 8] =
    [(1, 0.31), (2, 0.43), (5, 0.53), (6, 0.67), (9, 0.79), (10, 0.37), (13, 0.61), (14, 0.71)];
const WANDER: f64 = 0.000_17;
/// Longest wait in seconds.
const PREDELAY: f32 = 0.5;
/// How much faster the highest end dies than the rest.
const DAMPING: f32 = 6.0;
/// Most samples that the longest line changes its length by per tick: a third of time's speed.
const SLEW: f32 = TICK as f32 / 3.0;
/// Level of what the diffusers pass by the network.
const EARLY: f32 = 0.3;
/// Level of the network, for noise in a middling room to leave as loud as it came.
const LEVEL: f32 = 0.9;

/// A value for each line.
type Lanes = [f32; LINES];

/// A value for each line on its way to its aim.
#[derive(Clone, Copy)]
struct Moving {
    from: Lanes,
    to: Lanes,
}

pub(super) struct Reverb {
    sample_rate: f32,
    sides: [Side; 2],
    lines: [Line; LINES],
    /// Size of the room as a factor of the lengths; none before the first aim.
    stretch: Option<f32>,
    /// Whole samples.
    lengths: Moving,
    /// What wandering adds, in samples.
    offsets: Moving,
    /// Turns of the wanderers.
    turns: [f64; 8],
    /// Gain of the high end per round.
    high: Moving,
    /// Gain of the low end per round, less that of the high end.
    low: Moving,
    damp: Ramp,
    damped: Lanes,
    width: Ramp,
    dry: Ramp,
    wet: Ramp,
}

struct Side {
    predelay: Line,
    head: Head,
    block: Block,
    diffusers: [Diffuser; 4],
}

/// An all-pass that smears a click into a burst (Schroeder 1962).
struct Diffuser {
    line: Line,
    length: usize,
    gain: f32,
}

/// Seconds for the tail to fall by 60 dB.
pub(super) fn tail(values: &schema::Reverb<f32>) -> f32 {
    within(values.predelay, -10.0, -1.0).exp2() + decay(values) + 0.1
}

fn decay(values: &schema::Reverb<f32>) -> f32 {
    within(values.decay, -3.0, 6.0).exp2()
}

impl Moving {
    fn new(value: f32) -> Self {
        Moving { from: [value; LINES], to: [value; LINES] }
    }

    fn aim(&mut self, first: bool, to: Lanes) {
        self.from = if first { to } else { self.to };
        self.to = to;
    }

    #[inline(always)]
    fn at(&self, share: f32) -> Lanes {
        std::array::from_fn(|i| self.from[i] + (self.to[i] - self.from[i]) * share)
    }
}

impl Diffuser {
    #[inline(always)]
    fn run(&mut self, x: &mut [f32]) {
        let mut late = [0.0; TICK];
        let late = &mut late[..x.len()];
        self.line.copy(self.length, late);
        let mut kept = [0.0; TICK];
        let kept = &mut kept[..x.len()];
        for ((x, late), kept) in x.iter_mut().zip(late.iter()).zip(kept.iter_mut()) {
            *kept = flush(*x + self.gain * late);
            *x = late - self.gain * *kept;
        }
        self.line.extend(kept);
    }
}

impl Reverb {
    pub(super) fn new(sample_rate: f32) -> Self {
        let samples = |ms: f32| ((ms * 0.001 * sample_rate).round() as usize).max(TICK + 2);
        let side = |lengths: [f32; 4]| Side {
            predelay: Line::new((PREDELAY * sample_rate) as usize + TICK),
            head: Head::default(),
            block: Block::new(40.0, sample_rate),
            diffusers: lengths.map(|ms| Diffuser {
                line: Line::new(samples(ms)),
                length: samples(ms),
                gain: DIFFUSION,
            }),
        };
        let slack = (WANDER * f64::from(sample_rate)) as usize + 4;
        Reverb {
            sample_rate,
            sides: DIFFUSERS.map(side),
            lines: LENGTHS.map(|ms| Line::new(samples(STRETCH * ms) + slack)),
            stretch: None,
            lengths: Moving::new(0.0),
            offsets: Moving::new(0.0),
            turns: std::array::from_fn(|k| k as f64 / 8.0),
            high: Moving::new(0.0),
            low: Moving::new(0.0),
            damp: Ramp::default(),
            damped: [0.0; LINES],
            width: Ramp::default(),
            dry: Ramp::default(),
            wet: Ramp::default(),
        }
    }

    fn aim_lengths(&mut self, size: f32) {
        let first = self.stretch.is_none();
        let aim = STRETCH.powf(2.0 * within(size, 0.0, 1.0) - 1.0);
        let slew = SLEW / (LENGTHS[LINES - 1] * 0.001 * self.sample_rate);
        let stretch = self.stretch.map_or(aim, |last| last + (aim - last).clamp(-slew, slew));
        self.stretch = Some(stretch);
        let swing = WANDER * f64::from(self.sample_rate);
        let least = (TICK + 4) as f32 + swing as f32;
        let scale = stretch * 0.001 * self.sample_rate;
        self.lengths.aim(first, LENGTHS.map(|ms| (ms * scale).round().max(least.ceil())));
        let mut offsets = [0.0; LINES];
        for ((line, rate), turn) in WANDERERS.iter().zip(&mut self.turns) {
            *turn = (*turn + rate * TICK as f64 / f64::from(self.sample_rate)).fract();
            offsets[*line] = (swing * (std::f64::consts::TAU * *turn).sin()) as f32;
        }
        self.offsets.aim(first, offsets);
    }

    /// Reads all lines into `lanes`, sample by sample.
    #[inline(always)]
    fn read_lines(&self, at: usize, lanes: &mut [Lanes]) {
        for (i, line) in self.lines.iter().enumerate() {
            let mut out = [0.0; TICK];
            let out = &mut out[..lanes.len()];
            let from = f64::from(self.lengths.from[i]) + f64::from(self.offsets.from[i]);
            let to = f64::from(self.lengths.to[i]) + f64::from(self.offsets.to[i]);
            line.read(at, from, to, out);
            for (lane, y) in lanes.iter_mut().zip(out.iter()) {
                lane[i] = *y;
            }
        }
    }

    /// Takes from `lanes` what a round costs, more of the high end than of the low one.
    #[inline(always)]
    fn lose(&mut self, at: usize, lanes: &mut [Lanes]) {
        let mut damped = self.damped;
        for (k, lane) in lanes.iter_mut().enumerate() {
            let share = ((at + k) as i32 + 1) as f32 * (1.0 / TICK as f32);
            let (high, low, damp) = (self.high.at(share), self.low.at(share), self.damp.at(at + k));
            for i in 0..LINES {
                damped[i] += damp * (lane[i] - damped[i]);
                lane[i] = high[i] * lane[i] + low[i] * damped[i];
            }
        }
        self.damped = damped;
    }
}

impl Effect for Reverb {
    type Values = schema::Reverb<f32>;

    fn aim(&mut self, values: &Self::Values, _tempo: f32) {
        let first = self.stretch.is_none();
        self.aim_lengths(values.size);

        let decay = decay(values);
        let damp = within(values.damp, 40.0, 136.0);
        let open = within((damp - 130.0) / 6.0, 0.0, 1.0);
        let per_sample = -3.0 * std::f32::consts::LOG2_10 / (decay * self.sample_rate);
        let low = self.lengths.to.map(|length| (length * per_sample).exp2());
        let faster = 1.0 + (DAMPING - 1.0) * (1.0 - open);
        let high = self.lengths.to.map(|length| (length * per_sample * faster).exp2());
        self.high.aim(first, high);
        self.low.aim(first, std::array::from_fn(|i| low[i] - high[i]));
        self.damp.aim(pace(hertz(damp), self.sample_rate));
        self.damped = self.damped.map(flush);

        let wait = within(values.predelay, -10.0, -1.0).exp2() * self.sample_rate;
        for side in &mut self.sides {
            side.head.aim(f64::from(wait));
            side.block.flush();
            for diffuser in &mut side.diffusers {
                // It must have died well before the tail has.
                let loss = (2.0 * diffuser.length as f32 * per_sample).exp2();
                diffuser.gain = loss.min(DIFFUSION);
            }
        }

        let (dry, wet) = blend(values.mix);
        let kept = low.iter().map(|g| g * g).sum::<f32>() / LINES as f32;
        // Between equally loud for a held sound and equally loud for a short one.
        self.wet.aim(wet * LEVEL * (1.0 - kept).max(0.0).sqrt().sqrt());
        self.dry.aim(dry);
        self.width.aim(within(values.width, 0.0, 1.0));
    }

    #[inline(always)]
    fn process(&mut self, at: usize, left: &mut [f32], right: &mut [f32]) {
        let length = left.len();
        let mut input = [[0.0; TICK]; 2];
        for ((side, x), input) in self.sides.iter_mut().zip([&*left, &*right]).zip(&mut input) {
            let input = &mut input[..length];
            side.head.read(&side.predelay, at, input);
            side.predelay.extend(x);
            for x in input.iter_mut() {
                *x = side.block.next(*x);
            }
            for diffuser in &mut side.diffusers {
                diffuser.run(input);
            }
        }
        let mut lanes = [[0.0; LINES]; TICK];
        let lanes = &mut lanes[..length];
        self.read_lines(at, lanes);
        self.lose(at, lanes);
        // From here on time runs along the rows, so that nothing waits for its neighbour.
        let mut rows = [[0.0; TICK]; LINES];
        for (k, lane) in lanes.iter().enumerate() {
            for (row, y) in rows.iter_mut().zip(lane) {
                row[k] = *y;
            }
        }
        let mut sums = input.map(|x| x.map(|x| EARLY * x));
        for (i, row) in rows.iter().enumerate() {
            for (sum, y) in sums[i % 2].iter_mut().zip(row) {
                *sum += SIGNS[i / 2] * y;
            }
        }
        hadamard(&mut rows);
        for (i, (row, line)) in rows.iter_mut().zip(&mut self.lines).enumerate() {
            for (y, x) in row.iter_mut().zip(&input[i % 2]) {
                *y = flush(0.25 * *y + IN[i] * x);
            }
            line.extend(&row[..length]);
        }
        for (k, (l, r)) in left.iter_mut().zip(right.iter_mut()).enumerate() {
            let now = at + k;
            let [a, b] = [sums[0][k], sums[1][k]];
            let (middle, side) = (0.5 * (a + b), 0.5 * (a - b));
            let side = self.width.at(now) * side;
            let (dry, wet) = (self.dry.at(now), self.wet.at(now));
            *l = dry * *l + wet * (middle + side);
            *r = dry * *r + wet * (middle - side);
        }
    }

    fn clear(&mut self) {
        for side in &mut self.sides {
            side.predelay.clear();
            side.head.clear();
            side.block.clear();
            side.diffusers.iter_mut().for_each(|diffuser| diffuser.line.clear());
        }
        self.lines.iter_mut().for_each(Line::clear);
        self.stretch = None;
        self.turns = std::array::from_fn(|k| k as f64 / 8.0);
        self.damped = [0.0; LINES];
        for ramp in [&mut self.damp, &mut self.width, &mut self.dry, &mut self.wet] {
            ramp.clear();
        }
    }

    fn memory(&self) -> usize {
        let longest = self.lengths.to[LINES - 1].max(self.lengths.from[LINES - 1]);
        self.sides[0].head.distance() + 2 * longest as usize
    }
}

/// Signs with which the lines of one side add up.
const SIGNS: [f32; LINES / 2] = [1.0, -1.0, 1.0, 1.0, -1.0, 1.0, -1.0, -1.0];
/// Gains into the lines: those of one side take in its whole power.
const IN: Lanes = {
    const G: f32 = 0.353_553_4;
    [G, G, G, -G, -G, G, G, G, -G, -G, G, -G, -G, G, -G, -G]
};

/// Multiplies all columns by the Hadamard matrix of order 16, whose square is 16 times the
/// identity.
#[inline(always)]
fn hadamard(rows: &mut [[f32; TICK]; LINES]) {
    for half in [8, 4, 2, 1] {
        for i in (0..LINES).filter(|i| i & half == 0) {
            let (head, rest) = rows.split_at_mut(i + half);
            for (a, b) in head[i].iter_mut().zip(&mut rest[0]) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
    }
}
