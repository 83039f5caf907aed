//! What a program can check of the house style: rooms, sizes, words.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use cargo_metadata::{DependencyKind, MetadataCommand};

/// Lines above which a file is an error, and above which it is named.
const FILE_HARD: usize = 600;
const FILE_SOFT: usize = 400;

/// Each room and the rooms it may use.
const ROOMS: &[(&str, &[&str])] = &[
    ("patch", &[]),
    ("dsp", &["patch"]),
    ("breed", &["patch", "dsp"]),
    ("library", &["patch", "dsp"]),
    ("formats", &["patch", "dsp"]),
    ("models", &["patch", "dsp", "breed", "library", "formats"]),
    ("gui", &["patch"]),
    ("plugin", &["patch", "dsp", "breed", "library", "formats", "models", "gui"]),
    ("cli", &["patch", "dsp", "breed", "library", "formats", "models"]),
    ("xtask", &[]),
    ("tests", &["patch", "dsp", "breed", "library", "formats", "models", "gui", "plugin", "cli"]),
];

/// Crates that only one room may know.
const OWNERS: &[(&str, &str)] = &[
    ("nice-plug", "plugin"),
    ("baseview", "plugin"),
    ("egui_glow", "plugin"),
    ("rfd", "plugin"),
    ("symphonia", "formats"),
    ("hound", "formats"),
    ("ort", "models"),
    ("ort-sys", "models"),
    ("ort-tract", "models"),
];

/// Crates that a room must do without, in its own code.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("dsp", &["serde", "serde_json", "crossbeam-channel", "ringbuf", "tracing", "rayon"]),
    ("breed", &["serde_json", "crossbeam-channel", "rayon", "tracing"]),
    ("gui", &["crossbeam-channel", "ringbuf", "atomic_float", "triple_buffer"]),
    ("patch", &["egui", "crossbeam-channel", "ringbuf", "rayon"]),
];

/// Runs every check; all findings are printed before the error.
pub(crate) fn run() -> Result<()> {
    let mut findings = Vec::new();
    edges(&mut findings)?;
    for room in ROOMS.iter().map(|(room, _)| *room) {
        for file in rust_files(Path::new(room))? {
            text(&file, &std::fs::read_to_string(&file)?, &mut findings);
        }
    }
    for finding in &findings {
        eprintln!("tidy: {finding}");
    }
    if !findings.is_empty() {
        bail!("{} untidy places", findings.len());
    }
    println!("tidy: {} rooms in order", ROOMS.len());
    Ok(())
}

/// Room edges, from the manifests as cargo reads them.
fn edges(findings: &mut Vec<String>) -> Result<()> {
    let metadata = MetadataCommand::new().no_deps().exec()?;
    let allowed: BTreeMap<_, _> = ROOMS.iter().copied().collect();
    let room = |package: &str| package.strip_prefix("cultivar-").map(str::to_owned);
    for package in &metadata.packages {
        let Some(here) = room(&package.name) else {
            findings.push(format!("{} is not named cultivar-ROOM", package.name));
            continue;
        };
        let Some(may) = allowed.get(here.as_str()) else {
            findings.push(format!("{here} is a room that tidy does not know"));
            continue;
        };
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            let test_only = dependency.kind == DependencyKind::Development;
            if let Some(there) = room(name).filter(|there| !may.contains(&there.as_str())) {
                findings.push(format!("{here} must not use {there}"));
            }
            let owner = OWNERS.iter().find(|(owned, _)| *owned == name).map(|(_, owner)| *owner);
            if !test_only && owner.is_some_and(|owner| owner != here && here != "xtask") {
                findings.push(format!("{here} must not know {name}"));
            }
            let forbidden = FORBIDDEN.iter().find(|(room, _)| *room == here);
            if !test_only && forbidden.is_some_and(|(_, names)| names.contains(&name)) {
                findings.push(format!("{here} must do without {name}"));
            }
        }
        let manifest = std::fs::read_to_string(&package.manifest_path)?;
        if !manifest.contains("[lints]\nworkspace = true") {
            findings.push(format!("{here} does not take the workspace's lints"));
        }
    }
    Ok(())
}

/// Size, opening sentence and forbidden words of one file.
fn text(path: &Path, text: &str, findings: &mut Vec<String>) {
    let path = path.display();
    let lines = text.lines().count();
    if lines > FILE_HARD {
        findings.push(format!("{path}: {lines} lines, {FILE_HARD} at most"));
    } else if lines > FILE_SOFT {
        println!("tidy: {path} has grown to {lines} lines");
    }
    if !text.starts_with("//! ") {
        findings.push(format!("{path}: does not open with one sentence about itself"));
    }
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    for (number, line) in text.lines().enumerate() {
        if words.iter().any(|word| line.contains(word)) {
            findings.push(format!("{path}:{}: unfinished business", number + 1));
        }
    }
}

fn rust_files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
