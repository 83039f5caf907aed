//! The product from outside, and what its tests share.
#![cfg_attr(feature = "sanitize", feature(sanitize))]

pub mod watch;
