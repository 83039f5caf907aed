//! Children from a shell: which files there are, whose they are, and what is said where there
//! are none.

use std::fs;

use cultivar_patch::{Preset, Table, id};

use crate::shell::{Shell, frames, loudest, said};
use cultivar_formats::decode;

fn preset(shell: &Shell, file: &str, change: impl FnOnce(&mut Preset)) {
    let mut preset = Preset::init();
    change(&mut preset);
    preset.save(&shell.path(file)).expect("save");
}

#[test]
fn a_litter_is_twelve_presets_with_their_sounds() {
    let shell = Shell::new();
    let line = "breed factory:Reese factory:Kalimba -o out --weights 3,1 --operator blend --seed 4";
    let json = shell.json(line);
    let children = json["children"].as_array().expect("children");
    assert_eq!((children.len(), shell.files("out").len()), (12, 24));
    let mut names = Vec::new();
    for child in children {
        let text = |key: &str| child[key].as_str().expect(key).to_owned();
        let loaded = Preset::load(&shell.path(&text("file"))).expect("a preset");
        assert_eq!((loaded.notices.len(), &loaded.preset.meta.name), (0, &text("name")));
        let origin = loaded.preset.meta.origin.expect("an origin");
        assert_eq!(
            (origin.operator.as_str(), origin.seed.into()),
            ("blend", child["seed"].clone())
        );
        assert_eq!(origin.parents[1].name, "Kalimba");
        let parents = child["parents"].as_array().expect("parents").iter();
        let shares = parents.chain([&child["new"]]).map(|share| share.as_u64().expect("a share"));
        assert_eq!(shares.sum::<u64>(), 100);
        assert_eq!(frames(&shell.path(&text("wav"))), (96_000, 48_000));
        let peak = 20.0 * loudest(&decode(&shell.path(&text("wav"))).expect("sound")).log10();
        assert!(peak < -3.0 && peak > -40.0, "{}: {peak} dB", text("name"));
        assert!((child["peak"].as_f64().expect("a peak") as f32 - peak).abs() < 0.01);
        names.push(text("name"));
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 12);
    let first = |shell: &Shell| fs::read(shell.path(&format!("out/{}", shell.files("out")[0])));
    let before = first(&shell).expect("bytes");
    fs::remove_dir_all(shell.path("out")).expect("gone");
    shell.done(&format!("{line} --threads 1"));
    assert!(first(&shell).expect("bytes") == before, "the same on any number of threads");
}

#[test]
fn what_is_locked_comes_from_the_first_parent() {
    let shell = Shell::new();
    preset(&shell, "a.cultivar", |preset| {
        preset.patch[id("filter.1.on").expect("on")] = 1.0;
        preset.patch[id("filter.1.cutoff").expect("cutoff")] = 71.0;
        preset.meta.name = "A".into();
    });
    let line =
        "breed a.cultivar factory:Clav -o out --children 3 --mutation 0.8 --lock filter,fx env";
    for child in shell.json(line)["children"].as_array().expect("children") {
        let child = Preset::load(&shell.path(child["file"].as_str().expect("a file")));
        let (child, first) = (child.expect("a preset").preset.patch, Preset::init().patch);
        assert_eq!((child.filter[0].on, child.filter[0].cutoff), (1.0, 71.0));
        assert_eq!((child.env, child.reverb), (first.env, first.reverb));
    }
}

#[test]
fn wrong_usage_is_said_before_anything_is_made() {
    let shell = Shell::new();
    for line in [
        "breed",
        "breed factory:Init",
        "breed factory:Init factory:Kick -o out --weights 1",
        "breed factory:Init factory:Kick -o out --weights 0,0",
        "breed factory:Init factory:Kick -o out --weights 1,-1",
        "breed factory:Init factory:Kick -o out --operator kiss",
        "breed factory:Init factory:Kick -o out --lock all",
        "breed factory:Init factory:Kick -o out --mutation 2",
        "breed factory:Init factory:Kick -o out --children 0",
        &format!("breed{} -o out", " factory:Init".repeat(9)),
    ] {
        let lines = shell.fails(line, 2);
        assert!(lines[0].starts_with("error: "), "{line}: {lines:?}");
    }
    assert!(!shell.path("out").exists());
}

#[test]
fn parents_that_are_no_good_are_named() {
    let shell = Shell::new();
    let hush = |preset: &mut Preset| {
        preset.patch.osc[0].on = 0.0;
        preset.meta.name = "Hush".into();
    };
    preset(&shell, "hush.cultivar", hush);
    let none = "no parent can be heard: Hush";
    shell.refuses("breed hush.cultivar -o out", "hush.cultivar", none);
    shell.refuses(
        "breed factory:None factory:Init -o out",
        "factory:None",
        "there is no such factory preset",
    );
    shell.refuses("breed no.cultivar -o out", "no.cultivar", "there is no such file or folder");
    assert!(!shell.path("out").exists());
    let locks = "--lock osc noise filter env lfo route fx voice";
    let alike =
        "only 0 children that can be heard and differ were found; unlock a section, or mutate more";
    let line = format!("breed factory:Init factory:Init -o out --children 2 {locks}");
    shell.refuses(&line, "factory:Init, factory:Init", alike);

    let said_of = |line: &str| {
        let output = shell.run(line);
        assert_eq!(output.status.code(), Some(0), "{line}: {}", said(&output.stderr));
        said(&output.stderr)
    };
    let some = said_of("breed factory:Koto hush.cultivar -o some --children 2");
    assert_eq!(some, "cultivar: hush.cultivar: nothing is heard of it at middle C");
    preset(&shell, "lost.cultivar", |preset| preset.tables[1] = Table::Factory("glorp".into()));
    let lost = said_of("breed lost.cultivar factory:Koto -o lost --children 2");
    assert_eq!(
        lost,
        "cultivar: lost.cultivar: there is no wavetable \"glorp\" here; a saw plays in its place"
    );
    let newer = Preset::init().to_json().replace("\"version\": 1", "\"version\": 99");
    fs::write(shell.path("newer.cultivar"), newer).expect("write");
    let newer = said_of("breed newer.cultivar factory:Koto -o newer --children 2");
    assert!(
        newer.contains("newer.cultivar: it is of a newer Cultivar (file version 99)"),
        "{newer}"
    );
}

#[test]
fn a_parent_is_never_overwritten_by_its_child() {
    let shell = Shell::new();
    shell.done("breed factory:Koto factory:Koto -o . --children 1 --mutation 0.9");
    let child = shell.files(".").into_iter().find(|name| name.ends_with("cultivar")).expect("one");
    fs::rename(shell.path(&child), shell.path("a.cultivar")).expect("renamed");
    shell.done("breed a.cultivar -o . --children 1 --mutation 0.9");
    let files = shell.files(".");
    let own = files.iter().find(|name| name.ends_with("cultivar") && **name != "a.cultivar");
    let (own, before) = (own.expect("a child"), fs::read(shell.path("a.cultivar")).expect("bytes"));
    fs::copy(shell.path("a.cultivar"), shell.path(own)).expect("copied");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_cultivar"))
        .args(["breed", own, "-o", ".", "--children", "1", "--mutation", "0.9"])
        .current_dir(shell.path("."))
        .output();
    let output = output.expect("runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output.stderr).ends_with("choose another folder with -o"));
    assert!(fs::read(shell.path(own)).expect("bytes") == before);
}
