//! The voices of an engine, and which of them are in use.

use crate::voice::{Life, Voice};

/// A fixed number of voices, at most 64.
#[derive(Debug)]
pub(crate) struct Pool {
    voices: Box<[Voice]>,
    /// Bit per voice.
    busy: u64,
}

/// Numbers of the bits that are set, rising.
#[inline(always)]
pub(crate) fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(bit)
    })
}

impl Pool {
    pub(crate) fn new(count: usize) -> Self {
        Pool { voices: (0..count.min(64)).map(|_| Voice::new()).collect(), busy: 0 }
    }

    /// Numbers of the voices in use.
    pub(crate) fn busy(&self) -> impl Iterator<Item = usize> + use<> {
        bits(self.busy)
    }

    /// How many voices are in use.
    pub(crate) fn len(&self) -> usize {
        self.busy.count_ones() as usize
    }

    /// The voices in use.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Voice> {
        self.busy().map(|k| &self.voices[k])
    }

    /// The voices in use, to be changed.
    pub(crate) fn each(&mut self, mut f: impl FnMut(&mut Voice)) {
        bits(self.busy).for_each(|k| f(&mut self.voices[k]));
    }

    /// The number of a voice not in use.
    pub(crate) fn idle(&self) -> Option<usize> {
        Some(self.busy.trailing_ones() as usize).filter(|&k| k < self.voices.len())
    }

    /// A voice comes into use.
    pub(crate) fn begin(&mut self, k: usize) -> &mut Voice {
        self.busy |= 1 << k;
        &mut self.voices[k]
    }

    /// A voice is no longer in use.
    pub(crate) fn end(&mut self, k: usize) {
        self.voices[k].life = Life::Idle;
        self.busy &= !(1 << k);
    }

    /// No voice is in use.
    pub(crate) fn clear(&mut self) {
        bits(self.busy).for_each(|k| self.voices[k].life = Life::Idle);
        self.busy = 0;
    }
}

impl std::ops::Index<usize> for Pool {
    type Output = Voice;
    fn index(&self, k: usize) -> &Voice {
        &self.voices[k]
    }
}

impl std::ops::IndexMut<usize> for Pool {
    fn index_mut(&mut self, k: usize) -> &mut Voice {
        &mut self.voices[k]
    }
}
