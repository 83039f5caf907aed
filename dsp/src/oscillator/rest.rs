//! An oscillator at rest: nothing of it moves but its phase.

use super::table::Mip;
use super::{Oscillator, Warp};
use crate::math::Span;

/// Grid intervals after which all lines are level.
const LEVEL: u8 = 2;

/// What an oscillator has been told again and again.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rest {
    note: f32,
    table: u64,
    intervals: u8,
}

impl Oscillator {
    /// Whether all lines are level where the note and the table are still these, and so are all
    /// knobs: then it has to go on, and nothing else.
    #[inline(always)]
    pub(crate) fn rests(&self, note: f32, table: &Mip) -> bool {
        let Rest { note: before, table: known, intervals } = self.rest;
        intervals >= LEVEL && before == note && known == table.number()
    }

    /// Whether all lines are level, for the note and the table it was told last.
    pub(crate) fn is_level(&self) -> bool {
        self.rest.intervals >= LEVEL
    }

    /// Goes on without anything being drawn; `heard` says whether its pilot does.
    #[inline(always)]
    pub(crate) fn go_on(&mut self, span: &Span, heard: bool) {
        let elapsed = span.elapsed as u32;
        for copy in &mut self.copies[..self.sounding] {
            copy.phase = copy.phase_after(elapsed);
        }
        if heard {
            self.pilot.phase = self.pilot.phase_after(elapsed);
        }
        self.left = span.left;
    }

    /// Takes note of what it was told; `same` says that no knob has moved since the last time.
    #[inline(always)]
    pub(crate) fn settle(&mut self, same: bool, note: f32, table: &Mip) {
        let plain = self.warp == Warp::None && self.pairs[0].shown().is_none();
        let whole = self.sounding == self.unison.copies;
        let Rest { note: before, table: known, intervals } = self.rest;
        let again = same && plain && whole && before == note && known == table.number();
        let intervals = if again { (intervals + 1).min(LEVEL) } else { 0 };
        self.rest = Rest { note, table: table.number(), intervals };
    }
}
