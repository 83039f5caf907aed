//! What a sound sounds like.

pub mod effects;
pub mod factory;
