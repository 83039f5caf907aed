//! Pairs to learn from, and models that are used, left out or refused.

use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::shell::Shell;

const FILES: [&str; 5] =
    ["genome-00000.npy", "heard-00000.npy", "manifest.json", "note-00000.npy", "sound-00000.npy"];

/// All bytes of a folder.
fn bytes(shell: &Shell, folder: &str) -> Vec<(String, Vec<u8>)> {
    let read = |name: String| {
        let bytes = fs::read(shell.path(&format!("{folder}/{name}"))).expect("bytes");
        (name, bytes)
    };
    shell.files(folder).into_iter().map(read).collect()
}

#[test]
fn the_same_seed_gives_the_same_pairs_on_any_number_of_threads() {
    let shell = Shell::new();
    let json = shell.json("dataset --n 12 --seed 5 -o one --threads 1");
    assert_eq!((json["pairs"].as_u64(), json["new"].as_u64()), (Some(12), Some(12)));
    assert_eq!(shell.files("one"), FILES);
    shell.done("dataset --n 12 --seed 5 -o two --threads 3");
    assert!(bytes(&shell, "one") == bytes(&shell, "two"));
    shell.done("dataset --n 12 --seed 6 -o three");
    assert!(bytes(&shell, "one") != bytes(&shell, "three"));
}

#[test]
fn pairs_are_arrays_that_numpy_reads() {
    let shell = Shell::new();
    let json = shell.json("dataset --n 3 -o pairs");
    let manifest = fs::read_to_string(shell.path("pairs/manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("json");
    assert_eq!(manifest["schema"], json["schema"]);
    let width = manifest["width"].as_u64().expect("a width") as usize;
    let length = manifest["length"].as_u64().expect("a length") as usize;
    let expected = [("genome", "<f4", 4, width), ("heard", "|u1", 1, width), ("note", "<f4", 4, 3)];
    for (what, kind, size, columns) in expected.into_iter().chain([("sound", "<i2", 2, length)]) {
        let bytes = fs::read(shell.path(&format!("pairs/{what}-00000.npy"))).expect("bytes");
        assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
        let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        let words = String::from_utf8_lossy(&bytes[10..10 + header]);
        assert!(words.contains(&format!("'{kind}'")), "{words}");
        assert!(words.contains(&format!("(3, {columns})")), "{words}");
        assert_eq!((10 + header) % 64, 0);
        assert_eq!(bytes.len(), 10 + header + 3 * size * columns);
    }
}

#[test]
fn pairs_that_were_begun_are_gone_on_with() {
    let shell = Shell::new();
    shell.done("dataset --n 270 --seed 1 -o whole");
    let mut killed = Command::new(env!("CARGO_BIN_EXE_cultivar"))
        .args(["dataset", "--n", "270", "--seed", "1", "-o"])
        .arg(shell.path("killed"))
        .spawn()
        .expect("runs");
    let first = shell.path("killed/note-00000.npy");
    for _ in 0..6000 {
        if first.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    killed.kill().expect("killed");
    killed.wait().expect("gone");
    fs::write(shell.path("killed/.1-0.cultivar.tmp"), "debris").expect("written");
    shell.done("dataset --n 270 --seed 1 -o killed");
    assert!(bytes(&shell, "killed") == bytes(&shell, "whole"));
    let again = shell.json("dataset --n 270 --seed 1 -o killed");
    assert_eq!(again["new"], 0);
    let more = shell.json("dataset --n 280 --seed 1 -o killed");
    assert_eq!(more["new"], 24);
}

#[test]
fn pairs_of_another_seed_are_left_alone() {
    let shell = Shell::new();
    shell.done("dataset --n 2 --seed 1 -o pairs");
    let before = bytes(&shell, "pairs");
    let reason = "it holds pairs whose seed is 1, not 2; choose another folder with -o";
    shell.refuses("dataset --n 2 --seed 2 -o pairs", "pairs/manifest.json", reason);
    assert!(bytes(&shell, "pairs") == before);
    fs::write(shell.path("pairs/manifest.json"), "no json").expect("written");
    let said = shell.fails("dataset --n 2 --seed 1 -o pairs", 1);
    assert!(said[0].contains("pairs/manifest.json: it is no manifest"), "{said:?}");
}

#[test]
fn a_model_that_is_refused_is_named_and_growth_goes_on() {
    let shell = Shell::new();
    shell.pluck("a.wav", 220.0, 0.3, 16_000);
    let grow = "match a.wav -o out --tries 20 --no-extract";
    let with = shell.json(grow);
    assert!(with["model"].is_string() && with["model_refused"].is_null(), "{with}");
    let without = shell.json(&format!("{grow} --no-model"));
    assert!(without["model"].is_null() && without["model_refused"].is_null(), "{without}");
    fs::write(shell.path("other.onnx"), "no network").expect("written");
    let refused = shell.json(&format!("{grow} --model other.onnx"));
    assert!(refused["model"].is_null() && refused["ok"] == true, "{refused}");
    assert_eq!(refused["model_refused"], "proposer.json: there is no such file or folder");
    assert_eq!(refused["sounds"][0]["tries"], 20);
    let native = shell.json(&format!("{grow} --onnxruntime lib.so"));
    assert_eq!(native["model_refused"], "lib.so: its path must be absolute");
    let output = shell.run(&format!("{grow} --no-model --model other.onnx"));
    assert_eq!(output.status.code(), Some(2));
}
