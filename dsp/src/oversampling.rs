//! How many samples are worked out for each one heard, and the way down to those.

use crate::halfband::{Halfband, Steep};
use crate::math::{Block, CONTROL};
use crate::oscillator::kernel::Plain;

/// How many times as fast as heard an engine works. What bends a wave folds back less the faster
/// it works; the time it takes grows in the same measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Oversampling {
    /// As fast as heard: what bends a wave is oversampled by itself.
    #[default]
    None,
    /// Twice as fast.
    Twice,
    /// Four times as fast.
    Fourfold,
}

impl Oversampling {
    /// All of them, the slowest engine last.
    pub const ALL: [Oversampling; 3] =
        [Oversampling::None, Oversampling::Twice, Oversampling::Fourfold];

    /// Samples worked out for each one heard: 1, 2 or 4.
    pub const fn factor(self) -> usize {
        match self {
            Oversampling::None => 1,
            Oversampling::Twice => 2,
            Oversampling::Fourfold => 4,
        }
    }

    /// The one with this factor.
    pub fn of(factor: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.factor() == factor)
    }
}

/// The way down from the samples worked out to those heard.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Descent {
    pub(crate) from: Oversampling,
    /// From four times to twice, left and right; what it leaves above hearing goes in the second.
    first: [Halfband; 2],
    second: [Steep; 2],
}

impl Descent {
    pub(crate) fn new(from: Oversampling) -> Self {
        Descent { from, ..Descent::default() }
    }

    /// Thins `sides` out to as many samples as `left` and `right` have; what they held is lost.
    pub(crate) fn run(&mut self, sides: &mut [Block; 2], left: &mut [f32], right: &mut [f32]) {
        for (k, (side, out)) in sides.iter_mut().zip([left, right]).enumerate() {
            if self.from == Oversampling::Fourfold {
                let mut twice = [0.0; CONTROL / 2];
                let twice = &mut twice[..2 * out.len()];
                self.first[k].down::<Plain>(side, twice);
                self.second[k].down::<Plain>(twice, out);
            } else {
                self.second[k].down::<Plain>(side, out);
            }
        }
    }

    /// Puts states that are nearly nothing to rest.
    pub(crate) fn settle(&mut self) {
        self.first.iter_mut().for_each(Halfband::settle);
        self.second.iter_mut().for_each(Halfband::settle);
    }
}
