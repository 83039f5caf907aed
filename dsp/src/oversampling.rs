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
    /// From four times to twice; what it leaves above hearing goes in the second.
    first: Halfband,
    second: Steep,
}

impl Descent {
    pub(crate) fn new(from: Oversampling) -> Self {
        Descent { from, ..Descent::default() }
    }

    /// Thins `sides` out to as many samples as `left` and `right` have.
    pub(crate) fn run(&mut self, sides: &[Block; 2], left: &mut [f32], right: &mut [f32]) {
        let fast = self.from.factor();
        let pairs = |k: usize| [0, 1].map(|side: usize| [sides[side][k], sides[side][k + 1]]);
        for (n, (left, right)) in left.iter_mut().zip(right).take(CONTROL / fast).enumerate() {
            let two = match self.from {
                Oversampling::None => return,
                Oversampling::Twice => pairs(2 * n),
                Oversampling::Fourfold => {
                    let early = self.first.down::<Plain>(pairs(4 * n));
                    let late = self.first.down::<Plain>(pairs(4 * n + 2));
                    [[early[0], late[0]], [early[1], late[1]]]
                }
            };
            [*left, *right] = self.second.down::<Plain>(two);
        }
    }

    /// Puts states that are nearly nothing to rest.
    pub(crate) fn settle(&mut self) {
        self.first.settle();
        self.second.settle();
    }
}
