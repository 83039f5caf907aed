//! What programs read: the keys that `docs/shell.md` promises, all of them and no others.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use cultivar_formats::{Depth, write_wav};
use cultivar_patch::{Clip, Preset, Recording};
use serde_json::Value;

use crate::shell::Shell;

/// The keys that the page names under a heading, with those of every command.
fn documented(heading: &str) -> BTreeSet<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/shell.md");
    let page = fs::read_to_string(page).expect("the page");
    let section = |heading: &str| {
        let begin = page.find(&format!("\n## {heading}\n")).expect(heading) + 4;
        let rest = &page[begin..];
        rest[..rest.find("\n## ").unwrap_or(rest.len())].to_owned()
    };
    let named = |line: &str| -> Vec<String> {
        line.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let word = |key: &String| {
        key.chars().all(|c| c.is_ascii_lowercase() || "_.[]".contains(c)) && key != "null"
    };
    let sections = [section("every command"), section(heading)];
    let lines = sections.iter().flat_map(|section| section.lines());
    let keys = lines.filter(|line| line.starts_with("* ")).flat_map(named).filter(word);
    keys.filter(|key| !key.ends_with('_')).collect()
}

/// The paths of all values; `params` and what is `null` are left whole.
fn paths(value: &Value, here: &str, out: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) if here != "params" => {
            let below =
                |key: &str| if here.is_empty() { key.into() } else { format!("{here}.{key}") };
            map.iter().for_each(|(key, value)| paths(value, &below(key), out));
        }
        Value::Array(list) => {
            list.iter().for_each(|item| paths(item, &format!("{here}[]"), out));
            if list.iter().all(|item| !item.is_object()) {
                out.insert(format!("{here}[]"));
            }
        }
        _ => _ = out.insert(here.to_owned()),
    }
}

/// What the answers of these commands say, put together, is what the page names; but for
/// `failed`, which is for failures.
fn check(shell: &Shell, heading: &str, lines: &[&str]) {
    let mut said = BTreeSet::new();
    for line in lines {
        let json = shell.json(line);
        assert_eq!(json["ok"], true, "{line}");
        paths(&json, "", &mut said);
    }
    let mut promised = documented(heading);
    promised.retain(|key| !key.starts_with("failed"));
    assert_eq!(said, promised, "{heading}");
}

#[test]
fn every_key_is_on_the_page_and_the_other_way_round() {
    let shell = Shell::new();
    shell.pluck("a.wav", 330.0, 0.2, 48_000);
    check(&shell, "render", &["render factory:Init -o x.wav"]);
    let grown = "match a.wav -o out --tries 16 --strands 2";
    let lines = [format!("{grown} --model none.onnx"), grown.replace("-o", "--bank")];
    check(&shell, "match", &[&lines[0], &lines[1]]);
    check(&shell, "dataset", &["dataset --n 1 -o pairs"]);
    check(&shell, "breed", &["breed factory:Kick factory:Clap -o litter --children 2"]);
    check(
        &shell,
        "morph",
        &["morph factory:Init factory:Clav -o way --steps 2 --gate 0.1 --tail 0"],
    );
    check(&shell, "info of a sound", &["info a.wav"]);
    let mut sampled = Preset::init();
    let click = Recording::new("click", 48_000, vec![vec![0.5; 64]], 60.0, Some([0, 64]));
    sampled.clip = Clip::Own(Arc::new(click.expect("a recording")));
    sampled.save(&shell.path("sampled.cultivar")).expect("saved");
    let presets = ["info out/a.cultivar", "info factory:Kick", "info sampled.cultivar"];
    check(&shell, "info of a preset", &presets);
    let loads = ["bench --load v1_silence --seconds 0.1", "bench --load match_setparams_1s"];
    check(&shell, "bench of a load", &loads.map(|load| load));
    check(&shell, "bench of a list", &["bench --list"]);
}

#[test]
fn values_are_of_their_kind() {
    let shell = Shell::new();
    shell.pluck("a.wav", 440.0, 0.5, 44_100);
    let render = shell.json("render factory:Kick -o x.wav --rate 96000 --gate 0.1 --tail 0.4");
    assert_eq!((render["file"].as_str(), render["patch"].as_str()), (Some("x.wav"), Some("Kick")));
    assert_eq!((render["rate"].as_u64(), render["seconds"].as_f64()), (Some(96_000), Some(0.5)));
    let grown = shell.json("match a.wav -o out --tries 16 --strands 2");
    let sound = &grown["sounds"][0];
    let strand = &sound["strands"][0];
    for part in ["total", "pitch", "envelope", "brightness", "noise", "movement"] {
        assert!(
            strand[part].as_f64().is_some_and(|x| (0.0..=1.0).contains(&x)),
            "{part}: {strand}"
        );
    }
    assert_eq!(sound["score"], strand["score"], "the best comes first");
    assert!((sound["heard"]["note"].as_f64().expect("a note") - 69.0).abs() < 0.1);
    let hash = sound["heard"]["hash"].as_str().expect("a hash");
    assert!(hash.len() == 64 && hash.bytes().all(|c| c.is_ascii_hexdigit()));
    let preset = shell.json("info out/a.cultivar");
    assert_eq!(preset["origin"]["target"], hash);
    assert!(preset["params"].as_object().is_some_and(|params| params.len() > 3), "{preset}");
    let bench = shell.json("bench --load v1_1osc --seconds 0.2");
    assert!(bench["x_cpu"].as_f64().is_some_and(|x| x > 1.0), "{bench}");
    assert_eq!((bench["sr"].as_f64(), bench["allocs"].as_u64()), (Some(48e3), Some(0)));
}

#[test]
fn a_failure_is_an_object_too() {
    let shell = Shell::new();
    write_wav(&shell.path("silent.wav"), &[&[0.0; 9000]], 48_000, Depth::Int16).expect("write");
    for (line, file) in [
        ("render factory:Init -o no/x.wav", "no/x.wav"),
        ("render factory:None -o x.wav", "factory:None"),
        ("match silent.wav -o out --tries 8", "silent.wav"),
        ("info none", "none"),
        ("bench --load none", "none"),
    ] {
        let output = shell.run(&format!("{line} --json"));
        assert_eq!(output.status.code(), Some(1), "{line}");
        let json: Value = serde_json::from_slice(&output.stdout).expect("one object");
        assert_eq!(
            (json["ok"].as_bool(), json["failed"][0]["file"].as_str()),
            (Some(false), Some(file))
        );
        let stderr = String::from_utf8(output.stderr).expect("text");
        let reason = json["failed"][0]["reason"].as_str().expect("a reason");
        assert_eq!(stderr, format!("cultivar: {file}: {reason}\n"), "{line}");
    }
}
