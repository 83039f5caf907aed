//! `cultivar`: the instrument in a shell.

fn main() {}
