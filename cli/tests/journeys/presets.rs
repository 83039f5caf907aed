//! Presets that are no good: refused in one line, or played with a word about what is odd.

use std::fs;

use cultivar_patch::{Preset, id};

use crate::shell::{Shell, said};

/// A preset as text, with some fields more.
fn text(more: &str) -> String {
    let uuid = "11111111-2222-3333-4444-555555555555";
    format!(r#"{{"format":"cultivar","version":1,"uuid":"{uuid}","name":"A"{more}}}"#)
}

#[test]
fn cut_at_any_byte_it_is_refused() {
    let shell = Shell::new();
    let mut preset = Preset::init();
    preset.patch[id("filter.1.cutoff").expect("cutoff")] = 70.0;
    let good = preset.to_json();
    let body = good.trim_end().len();
    for end in (1..body).step_by(body / 40) {
        fs::write(shell.path("cut.cultivar"), &good[..end]).expect("write");
        let line = ["render cut.cultivar -o x.wav", "info cut.cultivar"][end % 2];
        let lines = shell.fails(line, 1);
        let [only] = lines.as_slice() else { panic!("cut at {end}: {lines:?}") };
        let reason = only.strip_prefix("cultivar: cut.cultivar: ").expect(only);
        let place = reason.strip_prefix("it is damaged at byte ").expect(reason);
        let place = place.strip_suffix(": the file is cut off here").expect(reason);
        let place: usize = place.parse().expect("a number");
        assert!((end - 1..=end).contains(&place), "{end}: {reason}");
    }
    assert!(!shell.path("x.wav").exists());
}

#[test]
fn what_is_no_preset_is_refused() {
    let shell = Shell::new();
    shell.pluck("sound.cultivar", 330.0, 0.1, 48_000);
    fs::write(shell.path("empty.cultivar"), "").expect("write");
    fs::write(shell.path("bytes.cultivar"), [0xff, 0xfe, 0, 1, 2]).expect("write");
    fs::write(shell.path("other.cultivar"), r#"{"format":"vital"}"#).expect("write");
    fs::write(shell.path("table.cultivar"), text(r#","tables":[{"frames":1}]"#)).expect("write");
    fs::create_dir(shell.path("folder.cultivar")).expect("folder");
    let huge = fs::File::create(shell.path("huge.cultivar")).expect("create");
    huge.set_len(40 << 20).expect("a hole");
    let table = "tables, number 1: it has neither a name of the instrument's own nor data";
    for (name, reason) in [
        ("sound.cultivar", "it is not a Cultivar preset"),
        ("empty.cultivar", "it is empty"),
        ("bytes.cultivar", "it is not a Cultivar preset"),
        ("other.cultivar", "it is not a Cultivar preset"),
        ("table.cultivar", table),
        ("folder.cultivar", "it is not a file"),
        ("huge.cultivar", "it is larger than a preset can be (32 MiB)"),
        ("none.cultivar", "there is no such file or folder"),
    ] {
        shell.refuses(&format!("render {name} -o x.wav"), name, reason);
    }
    assert!(!shell.path("x.wav").exists());
}

#[test]
fn what_is_odd_is_said_and_played() {
    let shell = Shell::new();
    fs::write(shell.path("plain.cultivar"), text("")).expect("write");
    shell.done("render plain.cultivar -o plain.wav");
    let plain = fs::read(shell.path("plain.wav")).expect("read");
    let newer = text("").replace("\"version\":1", "\"version\":99");
    let version = "it is of a newer Cultivar (file version 99); it may sound different here";
    for (text, word) in [
        (newer, version),
        (text(r#","colour":"blue""#), "colour: not known here, kept as it is"),
        (text(r#","params":{"lfo.9.rate":1}"#), "lfo.9.rate: not known here, kept as it is"),
        (
            text(r#","params":{"osc.1.tune":"high"}"#),
            "osc.1.tune: it is not a number, the default is taken",
        ),
    ] {
        fs::write(shell.path("odd.cultivar"), text).expect("write");
        let output = shell.run("render odd.cultivar -o odd.wav");
        assert_eq!(output.status.code(), Some(0), "{word}");
        assert_eq!(said(&output.stderr), format!("cultivar: odd.cultivar: {word}"));
        assert!(fs::read(shell.path("odd.wav")).expect("read") == plain, "{word}");
    }
}
