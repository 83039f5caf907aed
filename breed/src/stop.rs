//! When to leave off: a question that long work asks every few milliseconds.

/// Whether what is worked for is not wanted any more. Work that is stopped gives nothing and
/// leaves everything as it was; work that is not stopped does not depend on having been asked.
pub type Stop<'a> = &'a dyn Fn() -> bool;

/// Works to the end.
pub const NEVER: Stop<'static> = &|| false;

/// Nothing where work is to stop here: `go_on(stop)?`.
pub(crate) fn go_on(stop: Stop) -> Option<()> {
    (!stop()).then_some(())
}
