//! Patches grown towards sounds.

use std::fs;

use cultivar_formats::{Depth, decode, write_wav};
use cultivar_patch::Preset;
use serde_json::Value;

use crate::shell::{Shell, frames, said};

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

/// What a bank tells about its sounds, without the time it took.
fn told(json: &Value) -> Value {
    let mut json = json.clone();
    for sound in json["sounds"].as_array_mut().expect("sounds") {
        sound["seconds"].take();
    }
    json
}

#[test]
fn a_bank_that_was_broken_off_is_gone_on_with() {
    let shell = Shell::new();
    fs::create_dir_all(shell.path("in")).expect("folder");
    for (name, hertz) in [("in/a.wav", 220.0), ("in/b.wav", 330.0), ("in/c.wav", 440.0)] {
        shell.pluck(name, hertz, 0.2, 24_000);
    }
    let line = "match in --bank bank --tries 40 --strands 2 --threads 2";
    let whole = shell.json(line);
    let read = |file: &str| fs::read(shell.path(file)).expect("file");
    let presets = ["bank/a.cultivar", "bank/b.cultivar", "bank/c.wav", "bank/c.strand-2.cultivar"];
    let before = presets.map(read);
    let table = String::from_utf8(read("bank/bank.csv")).expect("text");
    assert_eq!(table.lines().count(), 4);
    assert!(table.lines().nth(2).is_some_and(|line| line.contains("in/b.wav,b,64.")), "{table}");
    // Killed while it wrote a line: the second sound is half told, the third not at all.
    let journal = String::from_utf8(read("bank/journal.jsonl")).expect("text");
    let lines: Vec<&str> = journal.lines().collect();
    assert_eq!(lines.len(), 3);
    let torn = format!("{}\n{}", lines[0], &lines[1][..lines[1].len() / 2]);
    fs::write(shell.path("bank/journal.jsonl"), torn).expect("write");
    fs::remove_file(shell.path("bank/c.wav")).expect("there");
    let again = shell.json(line);
    assert_eq!(told(&again), told(&whole));
    assert_eq!(presets.map(read), before);
    // What was done was not done again, what was torn off was.
    assert_eq!(again["sounds"][0]["seconds"], whole["sounds"][0]["seconds"]);
    assert_ne!(again["sounds"][1]["seconds"], whole["sounds"][1]["seconds"]);
    let report = String::from_utf8(read("bank/report.html")).expect("text");
    assert_eq!(report.matches("<h2>").count(), 3);
    // Another seed is another bank.
    let other = shell.json(&format!("{line} --seed 1"));
    assert_ne!(other["sounds"][0]["seconds"], whole["sounds"][0]["seconds"]);
    shell.fails("match in --bank bank -o out", 2);
}
