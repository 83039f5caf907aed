//! Notes played into files, files described, the engine measured.

use std::fs;

use cultivar_formats::{Depth, decode, write_wav};
use cultivar_patch::{Preset, id};
use serde_json::Value;

use crate::shell::{Shell, frames, loudest};

#[test]
fn a_patch_is_rendered_at_any_note_length_and_rate() {
    let shell = Shell::new();
    shell.done("render factory:Init -o a.wav");
    assert_eq!(frames(&shell.path("a.wav")), (96_000, 48_000));
    let json =
        shell.json("render factory:Init -o b.wav --gate 0.1 --tail 0.25 --rate 44100 --note 72.5");
    assert_eq!(frames(&shell.path("b.wav")), (15_435, 44_100));
    assert_eq!((json["ok"].as_bool(), json["seconds"].as_f64()), (Some(true), Some(0.35)));
    let audio = decode(&shell.path("b.wav")).expect("read");
    let peak = 20.0 * loudest(&audio).log10();
    assert!((json["peak"].as_f64().expect("peak") as f32 - peak).abs() < 0.01 && peak > -40.0);
    let first = fs::read(shell.path("a.wav")).expect("bytes");
    shell.done("render factory:Init -o a.wav");
    assert_eq!(fs::read(shell.path("a.wav")).expect("bytes"), first, "the same every time");
}

#[test]
fn a_scale_and_a_mapping_tune_the_note() {
    let shell = Shell::new();
    let write = |name: &str, text: &str| fs::write(shell.path(name), text).expect("written");
    write("thirds.scl", "! a test\nthirds\n1\n5/4\n");
    write("white.kbm", "2\n0\n127\n60\n60\n261.6256\n1\n0\nx\n");
    let third = 12.0 * 1.25f64.log2();
    let pitch = |line: &str| shell.json(line)["pitch"].as_f64().expect("pitch");
    let render = "render factory:Init -o a.wav --gate 0.2 --tail 0.1";
    assert_eq!(pitch(&format!("{render} --note 61.5")), 61.5);
    let tuned = pitch(&format!("{render} --note 61 --tuning thirds.scl"));
    assert!((tuned - 60.0 - third).abs() < 1e-3, "{tuned}");
    let both = format!("{render} --tuning thirds.scl --mapping white.kbm");
    let tuned = pitch(&format!("{both} --note 62"));
    assert!((tuned - 60.0 - third).abs() < 1e-3, "{tuned}");
    shell.refuses(&format!("{both} --note 61"), "white.kbm", "key 61 is not mapped");
    write("bad.scl", "bad\n1\n\n");
    let why = "line 3: \"\" is not a pitch in cents or as a ratio";
    shell.refuses(&format!("{render} --tuning bad.scl"), "bad.scl", why);
    shell.refuses(
        &format!("{render} --tuning no.scl"),
        "no.scl",
        "there is no such file or folder",
    );
}

#[test]
fn a_preset_file_is_played_and_described() {
    let shell = Shell::new();
    let mut preset = Preset::init();
    preset.meta.name = "Quiet".into();
    preset.patch[id("master.level").expect("level")] = -40.0;
    preset.save(&shell.path("quiet.cultivar")).expect("save");
    shell.done("render quiet.cultivar -o quiet.wav");
    shell.done("render factory:Init -o init.wav");
    let peak = |name: &str| loudest(&decode(&shell.path(name)).expect("read"));
    let ratio = 20.0 * (peak("quiet.wav") / peak("init.wav")).log10();
    assert!((ratio + 34.0).abs() < 0.1, "{ratio} dB");
    let text = shell.done("info quiet.cultivar");
    assert!(text.contains("“Quiet”") && text.contains("master.level"), "{text}");
    assert!(text.contains("-40.0 dB"), "{text}");
    let json = shell.json("info quiet.cultivar");
    assert_eq!(json["params"], serde_json::json!({ "master.level": -40.0 }));
    assert_eq!(shell.json("info factory:Init")["name"], "Init");
}

#[test]
fn a_sound_is_described_with_what_is_heard_in_it() {
    let shell = Shell::new();
    shell.pluck("a.wav", 440.0, 1.0, 44_100);
    let json = shell.json("info a.wav");
    assert_eq!((json["rate"].as_u64(), json["channels"].as_u64()), (Some(44_100), Some(1)));
    assert_eq!(json["target"], true);
    let note = json["heard"]["note"].as_f64().expect("a note");
    let onset = json["heard"]["onset"].as_f64().expect("an onset");
    assert!((note - 69.0).abs() < 0.1 && (onset - 0.1).abs() < 0.02, "{json}");
    write_wav(&shell.path("silent.wav"), &[&[0.0; 9000]], 48_000, Depth::Int16).expect("write");
    let json = shell.json("info silent.wav");
    assert_eq!((json["target"].as_bool(), json["peak"].is_null()), (Some(false), true));
    assert!(json["doubts"][0].as_str().is_some_and(|d| d.contains("silent")), "{json}");
}

#[test]
fn failures_are_one_line_with_file_and_reason() {
    let shell = Shell::new();
    let check = |line: &str, expected: &str| assert_eq!(shell.fails(line, 1), [expected], "{line}");
    let nothing = "there is no such file or folder";
    check("render none.cultivar -o x.wav", &format!("cultivar: none.cultivar: {nothing}"));
    let factory = "cultivar: factory:None: there is no such factory preset";
    check("render factory:None -o x.wav", factory);
    check("render factory:Init -o no/x.wav", &format!("cultivar: no/x.wav: {nothing}"));
    check("info none", &format!("cultivar: none: {nothing}"));
    check("info .", "cultivar: .: it is a folder");
    fs::write(shell.path("text.txt"), "hello").expect("write");
    check("info text.txt", "cultivar: text.txt: it is neither audio nor a preset");
    fs::write(shell.path("cut.cultivar"), "{\"format\": \"cultivar\", ").expect("write");
    let cut = "cultivar: cut.cultivar: it is damaged at byte 22: the file is cut off here";
    check("render cut.cultivar -o x.wav", cut);
    check("info cut.cultivar", cut);
    fs::write(shell.path("v.mp4"), b"\0\0\0\x1cftypisom\0\0").expect("write");
    check("info v.mp4", "cultivar: v.mp4: it is a video (MP4); take its sound out first");
    assert!(!shell.path("x.wav").exists());
    let output = shell.run("info none --json");
    let json: Value = serde_json::from_slice(&output.stdout).expect("one object");
    assert_eq!(json["ok"], false);
    assert_eq!(json["failed"][0]["file"], "none");
}

#[test]
fn wrong_usage_has_its_own_exit_code() {
    let shell = Shell::new();
    for line in [
        "",
        "sing",
        "render",
        "render factory:Init",
        "render factory:Init -o x.wav --note 128",
        "render factory:Init -o x.wav --note NaN",
        "render factory:Init -o x.wav --gate -1",
        "render factory:Init -o x.wav --rate 0",
        "info",
    ] {
        assert!(!shell.fails(line, 2).is_empty(), "{line}");
    }
    assert!(shell.done("--version").starts_with("cultivar "));
}

#[test]
fn the_engine_is_measured_under_named_loads() {
    let shell = Shell::new();
    let list = shell.done("bench --list");
    for load in ["v1_1osc_filter", "v16_2osc8uni_2filters", "match_loadpatch_1s"] {
        assert!(list.lines().any(|name| name == load), "{load} in {list}");
    }
    let line = shell.done("bench --load v1_1osc_filter --seconds 0.5");
    let json: Value = serde_json::from_str(&line).expect("one line of JSON");
    assert_eq!((json["load"].as_str(), json["allocs"].as_u64()), (Some("v1_1osc_filter"), Some(0)));
    assert!(json["x_wall"].as_f64().is_some_and(|speed| speed > 1.0), "{line}");
    assert_eq!(shell.fails("bench --load none", 1).len(), 1);
    shell.fails("bench", 2);
}
