//! Where a bent cycle breaks off: its corners, rounded within a sample of twice the rate.

use cultivar_patch::schema::Warp;

use super::warp::{closed, law};

/// What the sound is at a phase: its value, and its slope per turn of the table.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Touch {
    pub(crate) value: f32,
    pub(crate) slope: f32,
}

/// How the sound breaks off at a place in the cycle.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Corner {
    /// Change of value.
    jump: f32,
    /// Change of slope, per turn of the oscillator.
    slope: f32,
}

impl Corner {
    fn opposite(self) -> Self {
        Corner { jump: -self.jump, slope: -self.slope }
    }

    /// What rounds it at `step` turns per sample.
    #[inline(always)]
    pub(super) fn near(&self, step: f32) -> Near {
        Near { pace: 1.0 / step, jump: self.jump, bend: self.slope * step }
    }
}

/// The corners of a bent cycle.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Corners {
    /// At the start of the cycle.
    pub(super) first: Corner,
    /// Where a pulse ends, a mirrored cycle turns or a squeezed one has its middle.
    pub(super) second: Corner,
    /// Values at the ends of the steeper part: as they have to be, and as its own level of the
    /// table has them.
    pub(super) even: [f32; 2],
    pub(super) steep: [f32; 2],
    /// Least share of the cycle in which the fundamental runs through whole.
    pub(super) narrow: f32,
}

impl Corners {
    /// The corners of a warp, from the sound at the [`ends`](super::warp::ends) of its cycle, in
    /// the even and in the steeper part.
    #[inline(always)]
    pub(crate) fn of(
        warp: Warp,
        amount: f32,
        even: [Touch; 2],
        steep: [Touch; 2],
        narrow: f32,
    ) -> Self {
        let law = law(warp, amount);
        let (first, second) = match warp {
            Warp::Sync | Warp::Formant => {
                let open = if warp == Warp::Sync { 1.0 } else { 1.0 - closed(amount) };
                let jump = even[0].value - open * even[1].value;
                let slope = law * (even[0].slope - open * even[1].slope);
                (Corner { jump, slope }, Corner::default())
            }
            Warp::Pulse => {
                let start = Corner { jump: even[0].value, slope: even[0].slope / law };
                (start, start.opposite())
            }
            Warp::Mirror => {
                let back = fading(law, narrow) * steep[0].slope / law;
                let slope = even[0].slope / (1.0 - law) + back;
                let start = Corner { jump: 0.0, slope };
                (start, start.opposite())
            }
            Warp::Squeeze => {
                let left = fading(law, narrow);
                let rise = |touch: [Touch; 2]| touch[1].value - touch[0].value;
                let line = rise(even) - left * rise(steep);
                let [first, second] = [0, 1].map(|end| {
                    let inside = (line + 0.5 * left * steep[end].slope) / law;
                    let slope = inside - 0.5 * even[end].slope / (1.0 - law);
                    Corner { jump: 0.0, slope }
                });
                (first, second.opposite())
            }
            _ => (Corner::default(), Corner::default()),
        };
        let value = |touch: [Touch; 2]| touch.map(|touch| touch.value);
        Corners { first, second, even: value(even), steep: value(steep), narrow }
    }
}

/// How much of a steeper part that takes `share` of a cycle is left: where it is too narrow for
/// the fundamental it fades.
#[inline(always)]
pub(super) fn fading(share: f32, narrow: f32) -> f32 {
    let part = (share / narrow).min(1.0);
    part * part
}

/// What rounds a corner within a sample on either side of it.
#[derive(Clone, Copy)]
pub(super) struct Near {
    /// Samples per turn.
    pace: f32,
    jump: f32,
    /// Change of slope per sample.
    bend: f32,
}

impl Near {
    /// What there is to be added at a phase since the corner: the polynomial residuals of a step
    /// (Välimäki and Huovilainen, 2007) and of a bend (Esqueda, Välimäki and Bilbao, 2016).
    #[inline(always)]
    pub(super) fn rest(&self, since: f32) -> f32 {
        let after = (1.0 - since * self.pace).max(0.0);
        let before = (1.0 - (1.0 - since) * self.pace).max(0.0);
        let (a, b) = (after * after, before * before);
        0.5 * self.jump * (b - a) + self.bend * (1.0 / 6.0) * (a * after + b * before)
    }
}
