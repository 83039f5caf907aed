//! A generator of random movement: steps, gradient noise, Lorenz's attractor.

use cultivar_patch::schema::{Division, Random, Sync, Wander};

use crate::math::{bipolar, exp2, hash};

/// Steps of the attractor per number: the movement is worked out on a grid of its own, so that
/// it is the same however often it is looked at.
const STEPS: f64 = 64.0;
/// Time of the attractor per number: about once round a wing.
const ORBIT: f32 = 0.75;
/// Time of one step.
const STEP: f32 = ORBIT / STEPS as f32;
/// Steps after which the attractor has forgotten where it was set down.
const SETTLING: usize = 2 * STEPS as usize;
/// Size of the attractor's x that counts as 1; it stays below.
const WIDE: f32 = 20.0;

/// How many numbers pass per second.
fn speed(random: &Random<f32>, tempo: f32) -> f32 {
    match Sync::of(random.sync) {
        Sync::Time => exp2(random.rate),
        Sync::Tempo => tempo / (60.0 * Division::of(random.division).beats()),
    }
}

/// The state of one generator. Where it is in its movement is a function of the numbers that
/// have passed and of the seed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Walk {
    seed: u32,
    /// Numbers that have passed.
    turns: f64,
    /// Where on the attractor it was at its last step; nowhere yet where all is zero.
    place: [f32; 3],
    /// Output now, −1 to 1.
    pub(crate) value: f32,
}

impl Walk {
    /// A movement from its beginning.
    pub(crate) fn new(seed: u32) -> Self {
        Walk { seed, ..Walk::default() }
    }

    /// Lets `time` seconds pass.
    #[inline]
    pub(crate) fn advance(&mut self, time: f32, random: &Random<f32>, tempo: f32) {
        let turns = self.turns + f64::from(time) * f64::from(speed(random, tempo));
        self.go(Wander::of(random.shape), turns);
    }

    /// Lets `time` seconds pass up to a place in the song, in quarter notes, where there is one.
    /// Where tempo counts, the numbers belong to the song; the attractor has no way back, and
    /// runs on.
    pub(crate) fn follow(
        &mut self,
        time: f32,
        random: &Random<f32>,
        tempo: f32,
        beat: Option<f64>,
    ) {
        let shape = Wander::of(random.shape);
        let synced = Sync::of(random.sync) == Sync::Tempo && shape != Wander::Lorenz;
        match beat.filter(|_| synced) {
            Some(beat) => self.go(shape, beat / f64::from(Division::of(random.division).beats())),
            None => self.advance(time, random, tempo),
        }
    }

    fn go(&mut self, shape: Wander, turns: f64) {
        let (number, part) = (turns.floor(), (turns - turns.floor()) as f32);
        // Beats before the song's beginning count, too.
        let number = number as i64 as u32;
        self.value = match shape {
            Wander::Steps => bipolar(self.drawn(number)),
            Wander::Perlin => {
                gradients([self.drawn(number), self.drawn(number.wrapping_add(1))].map(slope), part)
            }
            Wander::Lorenz => self.orbit(turns),
        };
        self.turns = turns;
    }

    fn drawn(&self, number: u32) -> u32 {
        hash(self.seed.wrapping_add(hash(number)))
    }

    /// The attractor's x after so many numbers.
    fn orbit(&mut self, turns: f64) -> f32 {
        if self.place == [0.0; 3] {
            let [x, y, z] = [0, 1, 2].map(|k| bipolar(self.drawn(k)));
            self.place = [10.0 * x, 10.0 * y, 27.0 + 8.0 * z];
            (0..SETTLING).for_each(|_| self.place = stepped(self.place));
        }
        let (before, now) = ((self.turns * STEPS).floor(), (turns * STEPS).floor());
        (0..(now - before).clamp(0.0, 65_536.0) as usize)
            .for_each(|_| self.place = stepped(self.place));
        let (from, to) = (self.place, stepped(self.place));
        let part = (turns * STEPS - now) as f32;
        let x = hermite([from[0], to[0]], [from, to].map(|at| STEP * flow(at)[0]), part);
        (x * (1.0 / WIDE)).clamp(-1.0, 1.0)
    }
}

/// A slope of −1 to −0.5 or 0.5 to 1: never flat, so that the range is used.
fn slope(hash: u32) -> f32 {
    let drawn = bipolar(hash);
    0.5 * drawn + 0.5f32.copysign(drawn)
}

/// Gradient noise between two numbers, −1 to 1, with the quintic of Ken Perlin, "Improving
/// noise", 2002.
fn gradients(slopes: [f32; 2], t: f32) -> f32 {
    let share = t * t * t * (t * (6.0 * t - 15.0) + 10.0);
    let [a, b] = [slopes[0] * t, slopes[1] * (t - 1.0)];
    2.0 * (a + share * (b - a))
}

/// How the attractor moves (Edward Lorenz, "Deterministic nonperiodic flow", 1963).
fn flow([x, y, z]: [f32; 3]) -> [f32; 3] {
    [10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z]
}

/// One step of the attractor, by Runge and Kutta's rule of fourth order.
fn stepped(at: [f32; 3]) -> [f32; 3] {
    let along = |by: [f32; 3], h: f32| std::array::from_fn(|k| at[k] + h * by[k]);
    let a = flow(at);
    let b = flow(along(a, 0.5 * STEP));
    let c = flow(along(b, 0.5 * STEP));
    let d = flow(along(c, STEP));
    std::array::from_fn(|k| at[k] + STEP / 6.0 * (a[k] + 2.0 * (b[k] + c[k]) + d[k]))
}

/// A cubic from one value to another with the given slopes.
fn hermite([a, b]: [f32; 2], [u, v]: [f32; 2], t: f32) -> f32 {
    let rise = b - a;
    a + t * (u + t * (3.0 * rise - 2.0 * u - v + t * (u + v - 2.0 * rise)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cultivar_patch::Patch;

    /// The movement of a generator, looked at `count` times, `apart` seconds each.
    fn movement(shape: Wander, seed: u32, apart: f32, count: usize) -> Vec<f32> {
        let random = Random { shape: shape.value(), rate: 3.0, ..Patch::default().random[0] };
        let mut walk = Walk::new(seed);
        (0..count)
            .map(|_| {
                walk.advance(apart, &random, 120.0);
                walk.value
            })
            .collect()
    }

    const ALL: [Wander; 3] = [Wander::Steps, Wander::Perlin, Wander::Lorenz];

    #[test]
    fn movement_uses_its_range_and_stays_in_it() {
        for shape in ALL {
            let x = movement(shape, 5, 1.0 / 512.0, 200_000);
            assert!(x.iter().all(|x| x.abs() <= 1.0), "{shape:?}");
            let mean = x.iter().sum::<f32>() / x.len() as f32;
            let size = (x.iter().map(|x| x * x).sum::<f32>() / x.len() as f32).sqrt();
            let (least, most) = x.iter().fold((0f32, 0f32), |(a, b), &x| (a.min(x), b.max(x)));
            assert!(mean.abs() < 0.05, "{shape:?}: mean {mean}");
            assert!(least < -0.85 && most > 0.85, "{shape:?}: {least} to {most}");
            assert!((0.3..0.65).contains(&size), "{shape:?}: {size}");
        }
    }

    #[test]
    fn steps_are_equally_likely_everywhere() {
        let x = movement(Wander::Steps, 9, 0.125, 8000);
        for k in 0..8 {
            let (low, high) = (k as f32 / 4.0 - 1.0, k as f32 / 4.0 - 0.75);
            let count = x.iter().filter(|x| (low..high).contains(*x)).count();
            assert!((850..1150).contains(&count), "{low} to {high}: {count}");
        }
        // Neighbours know nothing of each other.
        let sum: f32 = x.windows(2).map(|w| w[0] * w[1]).sum();
        assert!((3.0 * sum / x.len() as f32).abs() < 0.05);
    }

    #[test]
    fn numbers_come_at_their_rate() {
        let x = movement(Wander::Steps, 3, 1.0 / 1024.0, 10 * 1024);
        let changes = x.windows(2).filter(|w| w[0] != w[1]).count();
        assert!((79..=80).contains(&changes), "{changes} in ten seconds at 8 Hz");
    }

    #[test]
    fn smooth_movement_has_no_steps() {
        for shape in [Wander::Perlin, Wander::Lorenz] {
            let x = movement(shape, 4, 1.0 / 4096.0, 40_000);
            let step = x.windows(2).fold(0f32, |step, w| step.max((w[1] - w[0]).abs()));
            assert!(step < 0.03, "{shape:?}: {step}");
            let bend =
                x.windows(3).fold(0f32, |bend, w| bend.max((w[2] - 2.0 * w[1] + w[0]).abs()));
            assert!(bend < 0.000_5, "{shape:?}: {bend}");
        }
    }

    #[test]
    fn movement_is_the_same_however_often_it_is_looked_at() {
        for shape in ALL {
            let coarse = movement(shape, 8, 1.0 / 32.0, 640);
            let fine = movement(shape, 8, 1.0 / 1024.0, 640 * 32);
            for (k, x) in coarse.iter().enumerate() {
                assert_eq!(*x, fine[32 * k + 31], "{shape:?} after {k}");
            }
        }
    }

    #[test]
    fn seeds_repeat_and_differ() {
        for shape in ALL {
            let [a, b, c] = [1, 1, 2].map(|seed| movement(shape, seed, 0.05, 400));
            assert!(a == b && a != c, "{shape:?}");
        }
    }

    #[test]
    fn the_attractor_is_chaotic() {
        let run = |mut at: [f32; 3]| {
            (0..3000).for_each(|_| at = stepped(at));
            at[0]
        };
        let start = movement(Wander::Lorenz, 1, 0.1, 3)[2];
        let apart = run([start * WIDE, 1.0, 25.0]) - run([start * WIDE + 1e-4, 1.0, 25.0]);
        assert!(apart.abs() > 0.1, "{apart}");
        // It changes wings, at no regular times.
        let x = movement(Wander::Lorenz, 6, 1.0 / 64.0, 20_000);
        let wings: Vec<usize> = (1..x.len()).filter(|&k| x[k - 1] < 0.0 && x[k] >= 0.0).collect();
        let gaps: Vec<usize> = wings.windows(2).map(|w| w[1] - w[0]).collect();
        assert!(gaps.len() > 100, "{}", gaps.len());
        assert!(gaps.iter().max() > gaps.iter().min().map(|least| 3 * least).as_ref());
    }

    #[test]
    fn the_song_has_its_numbers() {
        let random = Random { sync: Sync::Tempo.value(), ..Patch::default().random[0] };
        let mut walk = Walk::new(1);
        let mut at = |beat: f64| {
            walk.follow(0.01, &random, 120.0, Some(beat));
            walk.value
        };
        let (a, b) = (at(3.2), at(4.2));
        assert!(a != b && at(3.9) == a && at(-1.5) == at(-1.2) && at(4.99) == b);
    }
}
