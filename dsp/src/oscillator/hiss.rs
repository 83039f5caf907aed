//! White noise for the oscillators that listen to it.

use crate::math::{Block, CONTROL, bipolar, hash};

/// Amplitude at which evenly distributed noise is as loud (RMS) as a full sine.
const LOUD: f32 = 1.224_744_9;

/// The noise of one voice: the hash of a counter.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hiss {
    seed: u32,
    count: u32,
}

impl Hiss {
    /// A note begins.
    pub(crate) fn start(&mut self, seed: u32) {
        *self = Hiss { seed, count: 0 };
    }

    /// The noise at each sample and half a sample later.
    #[inline(always)]
    pub(crate) fn halves(&self) -> [Block; 2] {
        let mut halves = [[0.0; CONTROL]; 2];
        for (half, out) in halves.iter_mut().enumerate() {
            for (n, out) in out.iter_mut().enumerate() {
                let count = self.count.wrapping_add(n as u32).wrapping_mul(2) + half as u32;
                *out = LOUD * bipolar(hash(self.seed ^ hash(count)));
            }
        }
        halves
    }

    /// Samples pass.
    #[inline(always)]
    pub(crate) fn pass(&mut self, len: usize) {
        self.count = self.count.wrapping_add(len as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_loud_as_a_sine_and_white() {
        let (mut hiss, mut heard) = (Hiss::default(), Vec::new());
        hiss.start(7);
        for len in [32, 5, 17].iter().cycle().take(3000) {
            let [early, late] = hiss.halves();
            heard.extend(early.iter().zip(&late).take(*len).flat_map(|(a, b)| [*a, *b]));
            hiss.pass(*len);
        }
        let count = heard.len() as f32;
        let power = heard.iter().map(|x| x * x).sum::<f32>() / count;
        assert!((power - 0.5).abs() < 0.01, "{power}");
        for lag in [1, 2, 3, 64] {
            let alike = heard.iter().zip(&heard[lag..]).map(|(a, b)| a * b).sum::<f32>() / count;
            assert!(alike.abs() < 0.01, "{lag}: {alike}");
        }
    }
}
