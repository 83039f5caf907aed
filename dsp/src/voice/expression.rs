//! What a player does to a note after it began.

/// What reaches a note beside its key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expression {
    pub(crate) bend: f32,
    pub(crate) wheel: f32,
    pub(crate) pressure: f32,
    pub(crate) slide: f32,
    pub(crate) tuning: f32,
    pub(crate) volume: f32,
    pub(crate) pan: f32,
}

impl Expression {
    pub(crate) const NONE: Expression = Expression {
        bend: 0.0,
        wheel: 0.0,
        pressure: 0.0,
        slide: 0.0,
        tuning: 0.0,
        volume: 1.0,
        pan: 0.0,
    };
}
