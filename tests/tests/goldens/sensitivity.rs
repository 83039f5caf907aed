//! The goldens can fail: whatever is changed on purpose is refused, by name.

use std::collections::BTreeMap;
use std::fs;

use cultivar_patch::{Id, Preset, Table};

use crate::file::{self, Golden};
use crate::portrait::Portrait;
use crate::{features, scene};

/// Something done to a factory preset, and what must be said about it.
struct Nudge {
    preset: &'static str,
    says: &'static str,
    nudge: fn(&mut Preset),
}

const NUDGES: [Nudge; 10] = [
    Nudge { preset: "Rubber Bass", says: "500 Hz from 0.20 s -", nudge: cutoff },
    Nudge { preset: "Reese", says: "2k Hz from ", nudge: cutoff },
    Nudge { preset: "Warm Pad", says: "16k Hz from ", nudge: cutoff },
    Nudge { preset: "Init", says: "pitch +0.0", nudge: |p| p.patch.osc[0].fine += 5.0 },
    Nudge { preset: "Kick", says: "level +0.6 dB", nudge: |p| p.patch.master.level += 0.6 },
    Nudge { preset: "Init", says: "balance -", nudge: |p| p.patch.osc[0].pan += 0.2 },
    Nudge {
        preset: "Nylon",
        says: "16k Hz from 1.50 s +",
        nudge: |p| p.patch.env[0].release += 0.5,
    },
    Nudge { preset: "Marimba", says: "width +", nudge: |p| p.patch.reverb.mix += 0.1 },
    Nudge { preset: "Wobble", says: "from ", nudge: |p| p.patch.lfo[0].division = 0.0 },
    Nudge {
        preset: "Cello Solo",
        says: "more",
        nudge: |p| p.tables[0] = Table::Factory("comb".into()),
    },
];

fn cutoff(preset: &mut Preset) {
    preset.patch.filter[0].cutoff -= 2.0;
}

#[test]
fn what_a_player_hears_is_refused() {
    let mut wrong = Vec::new();
    for Nudge { preset, says, nudge } in NUDGES {
        let mut scene = scene::presets().find(|scene| scene.name == preset).expect(preset);
        nudge(&mut scene.preset);
        let kept = file::read(&file::folder("presets"), &scene.file()).expect(preset);
        let said = kept.differences(&Golden::from([(preset.to_owned(), scene.portrait())]));
        let named = said.iter().all(|line| line.starts_with(preset) && line.contains(says));
        if said.len() != 1 || !named {
            wrong.push(format!("{preset}, {says:?}: {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The golden of every parameter and option refuses the stage on which it is played, so none of
/// them can cease to work unheard.
#[test]
fn every_feature_is_heard() {
    let mut unheard = Vec::new();
    let mut stages: Vec<(Preset, Portrait)> = Vec::new();
    let ids: Vec<Id> = features::ids().collect();
    assert!(ids.len() > 80, "{} parameters", ids.len());
    for id in ids {
        let still = features::still(id);
        let same = |(stage, _): &&(Preset, Portrait)| {
            let Preset { patch, tables, partner, .. } = &still.preset;
            (&stage.patch, &stage.tables, &stage.partner) == (patch, tables, partner)
        };
        let before = match stages.iter().find(same) {
            Some((_, portrait)) => portrait.clone(),
            None => still.portrait(),
        };
        let kept = file::read(&file::folder("features"), &still.file()).expect(&still.name);
        for value in features::values(id).into_iter().filter(|v| *v != still.preset.patch[id]) {
            let name = features::moved(id, value).name;
            let before = Golden::from([(name.clone(), before.clone())]);
            if !kept.differences(&before).iter().any(|line| line.starts_with(&name)) {
                unheard.push(name);
            }
        }
        stages.push((still.preset, before));
    }
    assert!(unheard.is_empty(), "not heard: {unheard:#?}");
}

#[test]
fn goldens_are_complete_and_nothing_more() {
    let folder = tempfile::tempdir().expect("folder");
    let sound = |level: f32| Golden::from([("A = 1".to_owned(), Portrait::even(level))]);
    let found = BTreeMap::from([("a".to_owned(), sound(-20.0))]);
    let changes = |found: &BTreeMap<_, _>, update| file::changes(folder.path(), found, update);
    assert_eq!(changes(&found, false), ["a: a sound without a golden"]);
    assert_eq!(changes(&found, true).len(), 1);
    assert_eq!(changes(&found, true), [""; 0], "written");
    assert_eq!(file::read(folder.path(), "a"), Ok(sound(-20.0)), "and read as it was");
    assert_eq!(changes(&BTreeMap::from([("a".into(), sound(-20.4))]), false), [""; 0]);
    let louder = changes(&BTreeMap::from([("a".into(), sound(-18.9))]), false);
    let told = "A = 1: level +1.1 dB (-18.9); 31 Hz from 0.00 s +1.1 dB (-18.9); 63 Hz";
    assert!(louder.len() == 1 && louder[0].starts_with(told), "{louder:?}");
    assert!(louder[0].ends_with("; and 5 more"), "{louder:?}");
    fs::write(folder.path().join("b.txt"), "").expect("write");
    fs::write(folder.path().join("c.wav"), "").expect("write");
    let mut extra = changes(&found, false);
    extra.sort();
    assert_eq!(extra, ["b.txt: a golden without a sound", "c.wav: a golden without a sound"]);
    assert_eq!(changes(&BTreeMap::new(), true).len(), 3);
    assert_eq!(changes(&BTreeMap::new(), false), [""; 0], "all gone");
    fs::write(folder.path().join("a.txt"), "[A = 1]\nlevel loud\n").expect("write");
    assert_eq!(changes(&found, false), ["a: \"level loud\" is not understood"]);
}
