//! Tasks of the workspace: demo, test, bundle, install, tidy.

mod bundle;
mod demo;
mod flame;
mod performance;
mod score;
mod system;
mod test;
mod tidy;
mod train;
mod transposed;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask demo      grow patches towards an example sound, write a report
cargo xtask test      install what is missing, build, run every test
cargo xtask bundle    build Cultivar.clap and Cultivar.vst3 [--debug]
cargo xtask install   bundle, then copy into the user's plug-in folders
cargo xtask tidy      rooms, sizes, words
cargo xtask schema    what a genome is, in models/schema.json
cargo xtask train     --small | --large [SEED]: pairs, training, models/onnx, card
cargo xtask score     TARGETS YARDSTICK [WAY..]: the matcher's figures, in docs/matching.md
cargo xtask performance BENCH [ROUNDS]: the engine's figures, in docs/performance.md";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    let done = system::enter_root().and_then(|()| match command.as_str() {
        "demo" => demo::run(),
        "test" => test::run(),
        "bundle" => bundle::bundle(bundle::Build::from_args(&rest)).map(|_| ()),
        "install" => bundle::install(),
        "tidy" => tidy::run(),
        "schema" => train::schema(),
        "train" => train::run(&rest),
        "score" => score::run(&rest),
        "performance" => performance::run(&rest),
        _ => {
            eprintln!("{USAGE}");
            std::process::exit(2);
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
