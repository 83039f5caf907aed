//! The filter of a voice: saturation in front, then one of the models, against the dry sound.

mod clean;
mod comb;
mod diode;
mod dirty;
mod ladder;
mod phaser;
#[cfg(test)]
mod rig;
mod still;
#[cfg(test)]
mod tests;
mod twice;
mod vowel;

use std::f32::consts::PI;

use cultivar_patch::schema::{Filter as Knobs, Model};

use crate::math::{Block, CONTROL, COUNT, Ramp, Span, exp2, hertz};
use crate::oscillator::kernel::Lanes;
use crate::saturation::Saturation;
use clean::Clean;
use comb::Comb;
pub(crate) use comb::Line;
use diode::Diode;
use dirty::Dirty;
use ladder::Ladder;
use phaser::Phaser;
use twice::{LATE, Twice};
use vowel::Vowel;

/// Left and right.
type Two = [f32; 2];

/// Damping (one over Q) at a resonance of 0 to 1: Q from 0.5 to 40, exponentially.
#[inline(always)]
pub(crate) fn damping(resonance: f32) -> f32 {
    2.0 * exp2(-6.322 * resonance)
}

/// Prewarped frequency of a corner in hertz.
fn prewarped(corner: f32, rate: f32) -> f32 {
    (PI * (corner / rate).clamp(1e-5, 0.49)).tan()
}

/// Puts states that are nearly nothing to rest: they must not decay to numbers that processors
/// are slow with.
#[inline(always)]
fn settle<'a>(states: impl IntoIterator<Item = &'a mut f32>) {
    for state in states {
        *state = if state.abs() < 1e-15 { 0.0 } else { *state };
    }
}

/// What the parameters want of a model.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Wanted {
    /// Choice of the model.
    model: f32,
    /// Pitch of the corner or middle, in MIDI note numbers.
    note: f32,
    resonance: f32,
    morph: f32,
}

impl Wanted {
    const NOTHING: Wanted = Wanted { model: f32::NAN, note: 0.0, resonance: 0.0, morph: 0.0 };

    fn corner(&self) -> f32 {
        hertz(self.note)
    }
}

/// The state of one model. A box would be an allocation where models change: on the audio thread.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)]
enum Body {
    Clean(Clean),
    Ladder(Twice<Ladder>),
    Diode(Twice<Diode>),
    Dirty(Twice<Dirty>),
    Comb(Comb),
    Vowel(Vowel),
    Phaser(Phaser),
}

impl Body {
    /// A model at rest.
    fn of(model: Model) -> Self {
        match model {
            Model::Ladder => Body::Ladder(Twice::default()),
            Model::Diode => Body::Diode(Twice::default()),
            Model::Dirty => Body::Dirty(Twice::default()),
            Model::CombPlus | Model::CombMinus => Body::Comb(Comb::default()),
            Model::Vowel => Body::Vowel(Vowel::default()),
            Model::Phaser => Body::Phaser(Phaser::default()),
            _ => Body::Clean(Clean::new()),
        }
    }

    /// What goes on as another model, where the two are near enough to share a state.
    fn turned(&self, model: Model) -> Self {
        match (self, Body::of(model)) {
            (Body::Clean(clean), Body::Clean(_)) => Body::Clean(clean.turned()),
            (_, other) => other,
        }
    }

    /// Works out the ends of the lines.
    fn tune(&mut self, wanted: &Wanted, rate: f32) {
        match self {
            Body::Clean(body) => body.tune(wanted, rate),
            Body::Ladder(body) => body.tune(wanted, rate),
            Body::Diode(body) => body.tune(wanted, rate),
            Body::Dirty(body) => body.tune(wanted, rate),
            Body::Comb(body) => body.tune(wanted, rate),
            Body::Vowel(body) => body.tune(wanted, rate),
            Body::Phaser(body) => body.tune(wanted, rate),
        }
    }

    /// Draws the lines to their ends; what is `fresh` begins there, from rest.
    #[inline(always)]
    fn aim(&mut self, span: &Span, fresh: bool, line: &mut Line) {
        match self {
            Body::Clean(body) => body.aim(span, fresh),
            other => other.aim_other(span, fresh, line),
        }
    }

    #[inline(never)]
    fn aim_other(&mut self, span: &Span, fresh: bool, line: &mut Line) {
        match self {
            Body::Clean(_) => {}
            Body::Ladder(body) => body.aim(span, fresh),
            Body::Diode(body) => body.aim(span, fresh),
            Body::Dirty(body) => body.aim(span, fresh),
            Body::Comb(body) => body.aim(span, fresh, line),
            Body::Vowel(body) => body.aim(span, fresh),
            Body::Phaser(body) => body.aim(span, fresh),
        }
    }

    /// Filters in place.
    #[inline(always)]
    fn render<L: Lanes>(
        &mut self,
        base: usize,
        len: usize,
        sides: &mut [Block; 2],
        line: &mut Line,
    ) {
        match self {
            Body::Clean(body) => body.render::<L>(base, len, sides),
            other => other.render_other::<L>(base, len, sides, line),
        }
    }

    #[inline(always)]
    fn render_other<L: Lanes>(
        &mut self,
        base: usize,
        len: usize,
        sides: &mut [Block; 2],
        line: &mut Line,
    ) {
        match self {
            Body::Clean(_) => {}
            Body::Ladder(body) => body.render::<L>(base, len, sides),
            Body::Diode(body) => body.render::<L>(base, len, sides),
            Body::Dirty(body) => body.render::<L>(base, len, sides),
            Body::Comb(body) => body.render(base, len, sides, line),
            Body::Vowel(body) => body.render(base, len, sides),
            Body::Phaser(body) => body.render(base, len, sides),
        }
    }

    /// Whether it works at twice the rate, and what comes out is late.
    fn is_late(&self) -> bool {
        matches!(self, Body::Ladder(_) | Body::Diode(_) | Body::Dirty(_))
    }
}

/// The state of one filter of one voice.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    saturation: Saturation,
    body: Body,
    /// The model before, while it fades out.
    leaving: Body,
    leave: Ramp,
    /// Whether the model began from rest when the one before left.
    rested: bool,
    /// The past of a comb.
    line: Line,
    /// Last samples of the dry sound.
    dry: [[f32; LATE]; 2],
    wet: Ramp,
    /// What the ends of the lines were made for.
    known: Wanted,
    fresh: bool,
}

impl Filter {
    pub(crate) fn new() -> Self {
        Filter {
            saturation: Saturation::default(),
            body: Body::of(Model::Low12),
            leaving: Body::of(Model::Low12),
            leave: Ramp::default(),
            rested: false,
            line: Line::new(),
            dry: [[0.0; LATE]; 2],
            wet: Ramp::default(),
            known: Wanted::NOTHING,
            fresh: true,
        }
    }

    /// A note begins.
    pub(crate) fn start(&mut self) {
        self.wet = Ramp::default();
        self.fresh = true;
    }

    /// Draws all lines to where the parameters want them at the end of the grid interval;
    /// `above` is how far the note lies above middle C, in semitones.
    #[inline(always)]
    pub(crate) fn aim(&mut self, span: &Span, knobs: &Knobs<f32>, above: f32, rate: f32) {
        let &Knobs { model, resonance, morph, .. } = knobs;
        let note = knobs.cutoff + knobs.key * above;
        let wanted = Wanted { model, note, resonance, morph };
        // What was not heard begins from rest.
        let fresh = self.fresh || !self.is_heard();
        let mut new = fresh;
        if wanted != self.known {
            new |= self.change(&wanted, fresh);
            self.body.tune(&wanted, rate);
        }
        self.body.aim(span, new, &mut self.line);
        if fresh {
            self.leave = Ramp::default();
            self.dry = [[0.0; LATE]; 2];
        } else if !self.leave.is_silent() {
            self.leave.aim(span, 0.0);
            self.leaving.aim(span, false, &mut self.line);
        }
        self.saturation.aim(span, fresh, knobs.drive);
        let wet = if knobs.on >= 0.5 { knobs.mix } else { 0.0 };
        if self.fresh {
            self.wet = Ramp::still(wet);
        }
        self.wet.aim(span, wet);
        self.fresh = false;
    }

    /// Takes another model, where another is wanted; the one before fades out. Says whether the
    /// new one begins from rest.
    fn change(&mut self, wanted: &Wanted, fresh: bool) -> bool {
        let (model, before) = (Model::of(wanted.model), Model::of(self.known.model));
        let comb = |model| matches!(model, Model::CombPlus | Model::CombMinus);
        self.known = *wanted;
        if fresh {
            // A body of the same kind is put to rest where it is.
            if std::mem::discriminant(&self.body) != std::mem::discriminant(&Body::of(model)) {
                self.body = Body::of(model);
            }
            return true;
        }
        if model == before || (comb(model) && comb(before)) {
            return false;
        }
        let next = self.body.turned(model);
        self.leaving = std::mem::replace(&mut self.body, next);
        self.leave = Ramp::still(1.0);
        self.rested = !matches!((&self.leaving, &self.body), (Body::Clean(_), Body::Clean(_)));
        self.rested
    }

    /// What it keeps on the heap.
    pub(crate) fn line(&mut self) -> &mut Line {
        &mut self.line
    }

    /// The note has begun.
    pub(crate) fn begun(&mut self) {
        self.fresh = false;
    }

    /// Whether anything of it is heard in this interval.
    #[inline(always)]
    pub(crate) fn is_heard(&self) -> bool {
        !self.wet.is_silent()
    }

    /// Whether nothing moves in what has just been drawn, and nothing will while the knobs stay.
    pub(crate) fn is_calm(&self) -> bool {
        let body = match &self.body {
            Body::Clean(body) => body.is_still(),
            _ => false,
        };
        body && self.leave.is_silent() && self.wet.is_still() && self.saturation.is_still()
    }

    /// Goes on from a grid point to the next where it is calm.
    pub(crate) fn go_on(&mut self) {
        if let Body::Clean(body) = &mut self.body {
            body.settle();
        }
    }

    /// Filters `len` samples in place, `base` samples after the last aim.
    #[inline(always)]
    pub(crate) fn render<L: Lanes>(&mut self, base: usize, len: usize, sides: &mut [Block; 2]) {
        if !self.is_heard() {
            return;
        }
        let whole = self.wet.is_still() && self.wet.end == 1.0;
        if whole && self.leave.is_silent() && !self.saturation.is_heard() && !self.body.is_late() {
            return self.body.render::<L>(base, len, sides, &mut self.line);
        }
        let mut dry = *sides;
        if self.saturation.is_heard() {
            self.saturation.render::<L>(base, len, sides, &mut dry);
        }
        if self.leave.is_silent() {
            self.body.render::<L>(base, len, sides, &mut self.line);
        } else {
            self.fade::<L>(base, len, sides);
        }
        if self.body.is_late() {
            self.delay(len, &mut dry);
        }
        if !whole {
            blend(&self.wet, base, len, &dry, sides);
        }
    }

    /// Filters with two models, one of which fades out. The other fades in: if it began from
    /// rest, already what goes into it, so that no edge rings on in it.
    #[inline(never)]
    fn fade<L: Lanes>(&mut self, base: usize, len: usize, sides: &mut [Block; 2]) {
        let mut old = *sides;
        self.leaving.render::<L>(base, len, &mut old, &mut self.line);
        let share = Ramp { start: 1.0 - self.leave.start, step: -self.leave.step, end: 1.0 };
        if self.rested {
            blend(&share, base, len, &[[0.0; CONTROL]; 2], sides);
            self.body.render::<L>(base, len, sides, &mut self.line);
            blend(&self.leave, base, len, &[[0.0; CONTROL]; 2], &mut old);
            for (side, old) in sides.iter_mut().zip(&old) {
                side[..len].iter_mut().zip(old).for_each(|(x, old)| *x += old);
            }
        } else {
            self.body.render::<L>(base, len, sides, &mut self.line);
            blend(&share, base, len, &old, sides);
        }
    }

    /// Makes the dry sound late.
    fn delay(&mut self, len: usize, dry: &mut [Block; 2]) {
        for (past, dry) in self.dry.iter_mut().zip(dry) {
            let mut line = [0.0; LATE + CONTROL];
            line[..LATE].copy_from_slice(past);
            line[LATE..].copy_from_slice(dry);
            dry[..len].copy_from_slice(&line[..len]);
            past.copy_from_slice(&line[len..][..LATE]);
        }
    }
}

/// Mixes a share of what is in `sides` with the rest of `other`.
#[inline(always)]
fn blend(share: &Ramp, base: usize, len: usize, other: &[Block; 2], sides: &mut [Block; 2]) {
    for (side, other) in sides.iter_mut().zip(other) {
        for ((side, other), &count) in side.iter_mut().zip(other).zip(&COUNT[base..][..len]) {
            *side = other + share.at(count) * (*side - other);
        }
    }
}
