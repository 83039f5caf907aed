//! How many samples are worked out for each one heard, and the way down to those.

use crate::halfband::{Halfband, Steep};
use crate::math::{Block, CONTROL, alike};
use crate::oscillator::kernel::Lanes;

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
    /// Whether the sides have ever differed; until then the right one is not gone.
    apart: bool,
}

impl Descent {
    pub(crate) fn new(from: Oversampling) -> Self {
        Descent { from, ..Descent::default() }
    }

    /// Thins `sides` out to as many samples as `left` and `right` have; what they held is lost.
    #[inline(always)]
    pub(crate) fn run<L: Lanes>(
        &mut self,
        sides: &mut [Block; 2],
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let len = self.from.factor() * left.len();
        if !self.apart && !alike(&sides[0][..len], &sides[1][..len]) {
            self.apart = true;
            (self.first[1], self.second[1]) = (self.first[0], self.second[0]);
        }
        let gone = if self.apart { 2 } else { 1 };
        let outs = [&mut *left, &mut *right];
        for (k, (side, out)) in sides.iter_mut().zip(outs).enumerate().take(gone) {
            if self.from == Oversampling::Fourfold {
                let mut twice = [0.0; CONTROL / 2];
                let twice = &mut twice[..2 * out.len()];
                self.first[k].down::<L>(side, twice);
                self.second[k].down::<L>(twice, out);
            } else {
                self.second[k].down::<L>(side, out);
            }
        }
        if !self.apart {
            right.copy_from_slice(left);
        }
    }

    /// Puts states that are nearly nothing to rest.
    pub(crate) fn settle(&mut self) {
        self.first.iter_mut().for_each(Halfband::settle);
        self.second.iter_mut().for_each(Halfband::settle);
    }
}
