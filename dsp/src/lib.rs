//! What a sound sounds like.

pub mod factory;
