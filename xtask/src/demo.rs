//! The main job on an example sound: grow, keep the best, show it in a report.

use std::io::{IsTerminal, Write};
use std::process::Command;

use anyhow::Result;

use crate::system;
use crate::test::BUILD_PACKAGES;

const SOUND: &str = "library/sounds/harp.wav";

/// Builds the shell tool, grows patches towards the example, writes everything to
/// `target/demo`, and offers the standalone instrument where there is a display.
pub(crate) fn run() -> Result<()> {
    system::need_packages(BUILD_PACKAGES)?;
    system::run(system::cargo().args(["build", "--release", "-p", "cultivar-cli"]))?;
    let target = system::target_dir()?;
    let (out, cultivar) = (target.join("demo"), target.join("release/cultivar"));
    let mut grow = Command::new(cultivar);
    grow.args(["match", SOUND, "--seconds", "10", "--report", "-o"]).arg(&out);
    system::run(&mut grow)?;
    println!("target, best match and strands: {}", out.display());
    println!("report: {}", out.join("report.html").display());
    if std::env::var_os("DISPLAY").is_some() && asked("Open the instrument? [y/N] ")? {
        let features = ["--features", "standalone", "--bin", "cultivar-standalone"];
        let build = ["run", "--release", "-p", "cultivar-plugin"];
        system::run(system::cargo().args(build).args(features))?;
    }
    Ok(())
}

/// Asks on a terminal; anywhere else the answer is no.
fn asked(question: &str) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    print!("{question}");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("y"))
}
