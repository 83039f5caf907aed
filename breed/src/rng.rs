//! Seeded random numbers: uniform, normal, weighted.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// The random numbers of everything that breeds. The same seed gives the same numbers on
/// every machine.
#[derive(Clone, Debug)]
pub struct Rng(Pcg64Mcg);

impl Rng {
    /// Numbers from a seed.
    pub fn new(seed: u64) -> Self {
        Rng(Pcg64Mcg::seed_from_u64(seed))
    }

    /// Numbers of their own for one of many streams of the same seed.
    pub fn stream(seed: u64, stream: u64) -> Self {
        Rng::new(seed ^ stream.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.random()
    }

    /// A number from 0 up to, not including, 1.
    pub fn unit(&mut self) -> f32 {
        self.0.random()
    }

    /// A number from `low` up to `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// A whole number below `count`; 0 where there is none.
    pub fn below(&mut self, count: usize) -> usize {
        if count < 2 { 0 } else { self.0.random_range(0..count) }
    }

    /// Whether something that happens `probability` of the time happens now.
    pub fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// A number of the standard normal distribution (Box and Muller 1958).
    pub fn normal(&mut self) -> f32 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f32::consts::TAU * self.unit()).cos()
    }

    /// An index drawn in proportion to the weights; weights that are not positive are never
    /// drawn while another is positive.
    pub fn weighted(&mut self, weights: &[f32]) -> usize {
        let total: f32 = weights.iter().map(|w| w.max(0.0)).sum();
        let mut left = self.unit() * total;
        let mut last = 0;
        for (index, weight) in weights.iter().enumerate().filter(|(_, w)| **w > 0.0) {
            last = index;
            left -= weight;
            if left < 0.0 {
                break;
            }
        }
        last
    }

    /// One of the items; nothing where there is none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_have_mean_0_and_variance_1() {
        let mut rng = Rng::new(1);
        let draws: Vec<f32> = (0..20_000).map(|_| rng.normal()).collect();
        let mean = draws.iter().sum::<f32>() / 20_000.0;
        let variance = draws.iter().map(|x| x * x).sum::<f32>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
    }

    #[test]
    fn streams_of_one_seed_differ_and_repeat() {
        assert_ne!(Rng::stream(7, 0).bits(), Rng::stream(7, 1).bits());
        assert_eq!(Rng::stream(7, 3).bits(), Rng::stream(7, 3).bits());
    }

    #[test]
    fn weights_are_kept() {
        let mut rng = Rng::new(2);
        let hits = (0..4000).filter(|_| rng.weighted(&[1.0, 0.0, 3.0]) == 2).count();
        assert!((2800..3200).contains(&hits), "{hits}");
    }
}
