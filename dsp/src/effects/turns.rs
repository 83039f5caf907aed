//! The turns of the effects: which comes after which, and how that changes while they sound.

use super::dip::Dip;

/// The effects, in the order of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Distortion,
    Filter,
    Phaser,
    Flanger,
    Chorus,
    Eq,
    Compressor,
    Delay,
    Reverb,
}

/// How many they are.
pub(super) const SLOTS: usize = 9;

/// One of each.
type Row = [Slot; SLOTS];

const ALL: Row = [
    Slot::Distortion,
    Slot::Filter,
    Slot::Phaser,
    Slot::Flanger,
    Slot::Chorus,
    Slot::Eq,
    Slot::Compressor,
    Slot::Delay,
    Slot::Reverb,
];

pub(super) struct Turns {
    /// Places of the effects that were asked for last.
    places: [f32; SLOTS],
    /// The order in which they take their turns.
    order: Row,
    /// The order that was asked for.
    wanted: Row,
    /// Those that take part, in their order.
    walk: Row,
    walkers: usize,
    dip: Dip,
}

impl Turns {
    pub(super) fn new(sample_rate: f32) -> Self {
        Turns {
            places: [0.0; SLOTS],
            order: ALL,
            wanted: ALL,
            walk: ALL,
            walkers: 0,
            dip: Dip::new(sample_rate),
        }
    }

    pub(super) fn clear(&mut self) {
        self.walkers = 0;
        self.dip.clear();
    }

    /// One tick: goes on to the order of `places`, at once where nobody can hear it and in a
    /// dip of loudness where somebody can.
    pub(super) fn aim(&mut self, places: [f32; SLOTS], silent: bool) {
        if places != self.places {
            self.places = places;
            self.wanted = sorted(&places);
        }
        if self.order != self.wanted && (silent || self.dip.is_shut() || self.is_unheard()) {
            self.order = self.wanted;
        }
        self.dip.aim(self.order != self.wanted);
    }

    /// Whether those that take part keep their order.
    fn is_unheard(&self) -> bool {
        let walk = &self.walk[..self.walkers];
        let mut rest = self.wanted.iter().filter(|slot| walk.contains(slot));
        walk.iter().all(|slot| rest.next() == Some(slot))
    }

    /// Whether none takes part.
    pub(super) fn is_empty(&self) -> bool {
        self.walkers == 0 && self.dip.is_open()
    }

    /// Whether any takes part.
    #[inline(always)]
    pub(super) fn has_any(&self) -> bool {
        self.walkers > 0
    }

    /// Collects those that take part.
    pub(super) fn gather(&mut self, takes_part: impl Fn(Slot) -> bool) {
        self.walkers = 0;
        for slot in self.order.into_iter().filter(|slot| takes_part(*slot)) {
            self.walk[self.walkers] = slot;
            self.walkers += 1;
        }
    }

    /// The effect whose turn is `k`-th.
    #[inline(always)]
    pub(super) fn turn(&self, k: usize) -> Option<Slot> {
        self.walk[..self.walkers].get(k).copied()
    }

    /// Keeps edges out of what hears the sound from sample `at` of the tick on: while the order
    /// changes, nothing goes in anywhere and nothing comes out, but what is inside stays.
    #[inline(always)]
    pub(super) fn soften(&self, at: usize, left: &mut [f32], right: &mut [f32]) {
        if !self.dip.is_open() {
            self.dip.take(at, [left, right]);
        }
    }
}

/// All by their places, those of one place in the order of the schema.
fn sorted(places: &[f32; SLOTS]) -> Row {
    let mut row = ALL;
    row.sort_unstable_by(|a, b| {
        let [x, y] = [a, b].map(|slot| *slot as usize);
        places[x].total_cmp(&places[y]).then(x.cmp(&y))
    });
    row
}
