//! The instrument in a host.

pub mod window;
