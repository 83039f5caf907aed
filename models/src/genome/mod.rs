//! The genome: a patch as one note of it is heard, as a vector of numbers between 0 and 1.
//!
//! A number is a parameter's place in its range, a choice has one place for each option, a shape
//! is its height at even distances. Two patches that differ only in what one ear does not hear
//! in one note have the same genome, as have two whose envelopes, LFOs or routes stand in
//! another order.

mod layout;
mod plain;
mod read;
mod write;

pub use layout::{Form, Group, HEIGHTS, Layout, ROUTES, layout};
pub use plain::plain;
pub use read::read;
pub use write::{Genome, write};

#[cfg(test)]
mod tests;
