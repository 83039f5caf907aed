//! What a shell user does, with the real program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cultivar_formats::{Audio, Depth, decode, write_wav};
use cultivar_patch::{Preset, id};
use serde_json::Value;

/// A folder to work in, and the program run inside it.
struct Shell(tempfile::TempDir);

impl Shell {
    fn new() -> Self {
        Shell(tempfile::tempdir().expect("folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, line: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_cultivar"))
            .args(line.split_whitespace())
            .current_dir(self.0.path())
            .output()
            .expect("runs")
    }

    fn done(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(0), "{line}: {}", said(&output.stderr));
        said(&output.stdout)
    }

    /// The lines on stderr of a command that fails with `code`.
    fn fails(&self, line: &str, code: i32) -> Vec<String> {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(code), "{line}: {}", said(&output.stderr));
        said(&output.stderr).lines().map(str::to_owned).collect()
    }

    fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.done(&format!("{line} --json"))).expect("one object")
    }

    /// A decaying tone of `seconds`, its note starting after a tenth of a second.
    fn pluck(&self, name: &str, hertz: f32, seconds: f32, rate: u32) {
        let begin = rate as usize / 10;
        let sample = |n: usize| {
            let t = n.saturating_sub(begin) as f32 / rate as f32;
            let tone = |k: f32| (std::f32::consts::TAU * k * hertz * t).sin() / k;
            if n < begin {
                0.0
            } else {
                0.4 * (-4.0 * t).exp() * (tone(1.0) + tone(2.0) + tone(3.0))
            }
        };
        let samples: Vec<f32> = (0..(seconds * rate as f32) as usize).map(sample).collect();
        write_wav(&self.path(name), &[&samples], rate, Depth::Float32).expect("write");
    }
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

fn loudest(audio: &Audio) -> f32 {
    audio.channels.iter().flatten().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

fn frames(path: &Path) -> (usize, u32) {
    let audio = decode(path).unwrap_or_else(|e| panic!("{path:?}: {e}"));
    (audio.frames(), audio.rate)
}

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
fn patches_grow_towards_a_sound() {
    let shell = Shell::new();
    shell.pluck("bell.wav", 440.0, 0.5, 44_100);
    let json = shell.json("match bell.wav -o out --tries 40 --strands 3 --seed 5 --report");
    let sound = &json["sounds"][0];
    assert_eq!((sound["name"].as_str(), sound["tries"].as_u64()), (Some("bell"), Some(40)));
    assert!(sound["score"].as_f64().is_some_and(|score| score > 60.0), "{json}");
    let scores: Vec<f64> = sound["strands"]
        .as_array()
        .expect("strands")
        .iter()
        .map(|strand| strand["score"].as_f64().expect("score"))
        .collect();
    assert!(scores.len() > 1 && scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    // The match is as long as the sound, at its rate, and its note starts where the sound's does.
    assert_eq!(frames(&shell.path("out/bell.wav")), (22_050, 44_100));
    let audio = decode(&shell.path("out/bell.wav")).expect("read");
    let begin = audio.mono().iter().position(|s| s.abs() > 0.02).expect("a note") as f32 / 44_100.0;
    assert!((begin - 0.1).abs() < 0.02, "begins at {begin} s");
    // Its preset says how it came to be, and plays.
    let preset = Preset::load(&shell.path("out/bell.cultivar")).expect("preset").preset;
    let origin = preset.meta.origin.expect("an origin");
    assert_eq!((preset.meta.name.as_str(), origin.operator.as_str()), ("bell", "grow"));
    assert_eq!((origin.seed, origin.target.as_deref()), (5, sound["heard"]["hash"].as_str()));
    shell.done("render out/bell.cultivar -o again.wav --note 69 --gate 0.2 --tail 0.1");
    assert!(shell.path("out/bell.strand-2.cultivar").exists());
    let report = fs::read_to_string(shell.path("out/report.html")).expect("report");
    assert!(report.contains("bell") && report.contains("data:audio/wav;base64,"));
}

#[test]
fn the_same_seed_and_tries_give_the_same_strands_on_any_number_of_threads() {
    let shell = Shell::new();
    shell.pluck("a.wav", 220.0, 0.3, 48_000);
    for (folder, more) in [("one", "--threads 1"), ("two", "--threads 2"), ("other", "--seed 1")] {
        shell.done(&format!("match a.wav -o {folder} --tries 300 --strands 3 --no-extract {more}"));
    }
    let read = |folder: &str, file: &str| fs::read(shell.path(folder).join(file)).expect(file);
    for file in ["a.cultivar", "a.strand-2.cultivar", "a.wav"] {
        assert_eq!(read("one", file), read("two", file), "{file}");
    }
    assert_ne!(read("one", "a.cultivar"), read("other", "a.cultivar"));
}

#[test]
fn one_bad_sound_does_not_stop_the_others() {
    let shell = Shell::new();
    fs::create_dir_all(shell.path("in/deeper")).expect("folders");
    fs::create_dir(shell.path("empty")).expect("folder");
    for name in ["in/b.wav", "in/a.wav", "b.wav"] {
        shell.pluck(name, 330.0, 0.2, 48_000);
    }
    fs::write(shell.path("in/read me.txt"), "hello").expect("write");
    fs::write(shell.path("text.wav"), "hello").expect("write");
    write_wav(&shell.path("silent.wav"), &[&[0.0; 9000]], 48_000, Depth::Int16).expect("write");
    let line = "match text.wav in silent.wav none empty b.wav -o out --tries 8 --strands 2";
    let output = shell.run(&format!("{line} --json"));
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output.stderr);
    let expected = [
        "cultivar: empty: there is no audio file in it",
        "cultivar: text.wav: it is not an audio file",
        "cultivar: silent.wav: the sound is silent in its first 30 seconds",
        "cultivar: none: there is no such file or folder",
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
    let json: Value = serde_json::from_slice(&output.stdout).expect("one object");
    let names: Vec<&str> = json["sounds"]
        .as_array()
        .expect("sounds")
        .iter()
        .map(|sound| sound["name"].as_str().expect("name"))
        .collect();
    assert_eq!((names, json["ok"].as_bool()), (vec!["a", "b", "b 2"], Some(false)));
    assert_eq!(json["failed"].as_array().map(Vec::len), Some(4));
    for file in ["a.wav", "a.cultivar", "b.wav", "b 2.wav", "b 2.cultivar"] {
        assert!(shell.path("out").join(file).exists(), "{file}");
    }
}

#[test]
fn a_sound_is_never_overwritten_by_its_match() {
    let shell = Shell::new();
    shell.pluck("a.wav", 330.0, 0.2, 48_000);
    let before = fs::read(shell.path("a.wav")).expect("read");
    let lines = shell.fails("match a.wav -o . --tries 8", 1);
    let reason = "it would be overwritten by its match; choose another folder with -o";
    assert_eq!(lines, [format!("cultivar: a.wav: {reason}")]);
    assert_eq!(fs::read(shell.path("a.wav")).expect("read"), before);
    assert_eq!(shell.fails("match a.wav -o a.wav --tries 8", 1).len(), 1);
    for wrong in ["match a.wav", "match -o out", "match a.wav -o out --strands 0"] {
        shell.fails(wrong, 2);
    }
}

#[test]
fn growth_ends_in_time() {
    let shell = Shell::new();
    shell.pluck("a.wav", 330.0, 0.2, 48_000);
    let begun = std::time::Instant::now();
    let json = shell.json("match a.wav -o out --seconds 1");
    let seconds = json["sounds"][0]["seconds"].as_f64().expect("seconds");
    assert!((1.0..4.0).contains(&seconds) && begun.elapsed().as_secs() < 15, "{seconds} s");
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
