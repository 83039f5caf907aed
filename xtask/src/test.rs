//! Everything that must pass before a change lands, in order of cost.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::bundle::{self, Build};
use crate::{system, tidy};

/// Debian packages that the build and the tests need.
pub(crate) const BUILD_PACKAGES: &[&str] =
    &["gcc", "libc6-dev", "pkg-config", "libasound2-dev", "libjack-jackd2-dev"];
const TEST_PACKAGES: &[&str] = &[
    "python3",
    "python3-venv",
    "xvfb",
    "xauth",
    "openbox",
    "x11-utils",
    "libgl1-mesa-dri",
    "libgl1",
    "libegl1",
    "libx11-6",
    "libxcursor1",
    "libxrandr2",
    "libxinerama1",
    "libx11-xcb1",
    "libxkbcommon-x11-0",
    "libfreetype6",
    "libfontconfig1",
    "libasound2",
    // They assemble the kernels of the inference engine for other systems.
    "clang",
    "llvm",
];

/// Python packages of the hosts, pinned.
const HOSTS: &[&str] = &["pedalboard==0.9.26", "dawdreamer==0.9.0", "numpy<3", "python-xlib==0.33"];

/// Other systems that must at least compile.
const FOREIGN_TARGETS: &[&str] = &["x86_64-pc-windows-gnu", "aarch64-apple-darwin"];

/// Runs all steps, goes on after a failed one, and says at the end what failed.
pub(crate) fn run() -> Result<()> {
    system::need_packages(BUILD_PACKAGES)?;
    system::need_packages(TEST_PACKAGES)?;
    let mut report = Report::default();
    report.step("tidy", tidy::run);
    report.step("format", || system::run(system::cargo().args(["fmt", "--all", "--check"])));
    report.step("lints", lints);
    report.step("tests", || system::run(system::cargo().args(["test", "--workspace"])));
    report.step("realtime sanitizer", realtime_sanitizer);
    let mut bundled = None;
    report.step("bundle", || {
        bundled = Some(bundle::bundle(Build::Debug)?);
        Ok(())
    });
    if let Some(bundled) = bundled {
        hosts(&mut report, &bundled);
        validators(&mut report, &bundled);
    }
    report.step("other systems", other_systems);
    report.finish()
}

fn lints() -> Result<()> {
    let args = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
    system::run(system::cargo().args(args))
}

/// The engine's render and the plug-in's whole `process` under the toolchain's realtime
/// sanitizer, which aborts on anything that may block. It is a compiler flag not yet stable,
/// hence the bootstrap switch, and a target folder of its own.
fn realtime_sanitizer() -> Result<()> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        println!("skipped: the realtime sanitizer needs Linux on x86-64");
        return Ok(());
    }
    let target = system::target_dir()?.join("rtsan");
    for (tests, some) in [("realtime", ""), ("clap", "realtime::")] {
        let mut test = system::cargo();
        test.args(["test", "-p", "cultivar-tests", "--features", "sanitize"])
            .args(["--target", "x86_64-unknown-linux-gnu", "--test", tests, some])
            .env("CARGO_TARGET_DIR", &target)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", "-Zsanitizer=realtime");
        system::run(&mut test)?;
    }
    Ok(())
}

/// The bundles in real hosts: every script of `tests/hosts` with the bundle folder.
fn hosts(report: &mut Report, bundled: &Path) {
    let mut python = None;
    report.step("hosts: install", || {
        python = Some(system::python("hosts", HOSTS)?);
        Ok(())
    });
    let Some(python) = python else { return };
    let Ok(scripts) = std::fs::read_dir("tests/hosts") else { return };
    let mut scripts: Vec<_> = scripts.flatten().map(|entry| entry.path()).collect();
    scripts.retain(|path| {
        path.extension().is_some_and(|extension| extension == "py")
            && !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('_'))
    });
    scripts.sort();
    for script in scripts {
        let name = format!("host: {}", script.file_stem().unwrap_or_default().display());
        report.step(&name, || system::run(Command::new(&python).arg(&script).arg(bundled)));
    }
}

/// Validators, wherever they are installed.
fn validators(report: &mut Report, bundled: &Path) {
    let clap = bundled.join("Cultivar.clap");
    let vst3 = bundled.join("Cultivar.vst3");
    let found = |variable: &str, program: &str| {
        let named = std::env::var(variable).ok();
        named.or_else(|| system::has_program(program).then(|| program.to_owned()))
    };
    match found("CLAP_VALIDATOR", "clap-validator") {
        None => println!("skipped: clap-validator is not installed"),
        Some(program) => report.step("clap-validator", || {
            let args = ["validate", "--only-failed", "--hide-output"];
            system::run(Command::new(&program).args(args).arg(&clap))?;
            system::run(Command::new(&program).args(["fuzz", "-j1", "-d20s"]).arg(&clap))
        }),
    }
    match found("VST3_VALIDATOR", "vst3-validator") {
        None => println!("skipped: Steinberg's validator is not installed"),
        Some(program) => report.step("vst3 validator", || {
            steinberg(&program, &vst3, &[])?;
            steinberg(&program, &vst3, &["-e"])
        }),
    }
    match found("PLUGINVAL", "pluginval") {
        None => println!("skipped: pluginval is not installed"),
        Some(program) => report.step("pluginval", || {
            let args = ["-a", &program, "--strictness-level", "10", "--timeout-ms", "240000"];
            system::run(Command::new("xvfb-run").args(args).arg("--validate").arg(&vst3))
        }),
    }
}

/// Steinberg's validator tells its verdict in words, not by its exit status.
fn steinberg(program: &str, bundle: &Path, extra: &[&str]) -> Result<()> {
    let out = Command::new(program).args(extra).arg(bundle).output()?;
    let text = String::from_utf8_lossy(&out.stdout);
    let Some(verdict) = text.lines().rev().find(|line| line.starts_with("Result:")) else {
        bail!("no verdict: {text}");
    };
    println!("{verdict}");
    if !verdict.contains(" 0 tests failed") {
        bail!("{text}");
    }
    Ok(())
}

fn other_systems() -> Result<()> {
    for target in FOREIGN_TARGETS {
        let added = system::has_program("rustup")
            && system::run(Command::new("rustup").args(["target", "add", target])).is_ok();
        if !added {
            println!("skipped: no standard library for {target} on this machine");
            continue;
        }
        for room in [&["cultivar-plugin", "--lib"][..], &["cultivar-cli"]] {
            let mut check = system::cargo();
            check.args(["check", "--quiet", "--target", target, "-p"]).args(room);
            let named = target.replace('-', "_");
            check.env(format!("CC_{named}"), "clang").env(format!("AR_{named}"), "llvm-ar");
            system::run(&mut check)?;
        }
    }
    Ok(())
}

#[derive(Default)]
struct Report {
    passed: Vec<String>,
    failed: Vec<String>,
}

impl Report {
    fn step(&mut self, name: &str, step: impl FnOnce() -> Result<()>) {
        println!("── {name}");
        let start = Instant::now();
        let outcome = step();
        let line = format!("{name} ({:.0} s)", start.elapsed().as_secs_f32());
        match outcome {
            Ok(()) => self.passed.push(line),
            Err(error) => {
                eprintln!("xtask: {name}: {error:#}");
                self.failed.push(line);
            }
        }
    }

    fn finish(self) -> Result<()> {
        println!("──");
        self.passed.iter().for_each(|line| println!("passed  {line}"));
        self.failed.iter().for_each(|line| println!("FAILED  {line}"));
        println!("{} passed, {} failed", self.passed.len(), self.failed.len());
        if !self.failed.is_empty() {
            bail!("{} of the steps failed", self.failed.len());
        }
        Ok(())
    }
}
