//! Feature goldens: how every factory preset and every parameter sounds, kept as measured levels.
//!
//! `CULTIVAR_GOLDENS=write` rewrites the files of `tests/data/goldens`; the test then names what
//! has changed and fails where anything has, so that a rewrite is never taken for a pass.

mod features;
mod file;
mod hearing;
mod portrait;
mod scene;
mod sensitivity;

use std::collections::BTreeMap;

use file::Golden;
use scene::Scene;

/// Checks every golden of a folder, or rewrites what has changed.
fn check(folder: &str, found: BTreeMap<String, Golden>) {
    let path = file::folder(folder);
    let write = std::env::var("CULTIVAR_GOLDENS").is_ok_and(|word| word == "write");
    let changes = file::changes(&path, &found, write);
    let advice = if write { "rewritten: look at them" } else { "CULTIVAR_GOLDENS=write accepts" };
    let (count, told) = (changes.len(), changes.join("\n"));
    assert!(changes.is_empty(), "{count} {folder} have changed ({advice}):\n{told}");
}

#[test]
fn factory_presets_sound_as_kept() {
    let golden = |scene: &Scene| Golden::from([(scene.name.clone(), scene.portrait())]);
    let goldens = scene::presets().map(|scene| (scene.file(), golden(&scene)));
    check("presets", goldens.collect());
}

#[test]
fn features_sound_as_kept() {
    let mut goldens = BTreeMap::<String, Golden>::new();
    for scene in features::scenes() {
        let golden = goldens.entry(scene.file()).or_default();
        golden.insert(scene.name.clone(), scene.portrait());
    }
    check("features", goldens);
}
