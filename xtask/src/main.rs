//! Tasks of the workspace: bundle, install, tidy, test, demo.

fn main() {}
