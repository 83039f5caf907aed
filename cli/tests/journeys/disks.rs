//! Places where nothing can be written: one line, and what was there stays as it was.

use std::fs;
#[cfg(target_os = "linux")]
use std::process::Command;

use crate::shell::Shell;
#[cfg(unix)]
use crate::shell::said;

#[test]
fn a_place_that_takes_no_file_is_named() {
    let shell = Shell::new();
    fs::write(shell.path("file"), "mine").expect("write");
    fs::create_dir(shell.path("folder")).expect("folder");
    let long = format!("{}.wav", "a".repeat(300));
    for (place, reason) in [
        ("no/x.wav", "there is no such file or folder"),
        ("file/x.wav", "part of its path is not a folder"),
        ("folder", "it is a folder"),
        (&long, "the name is too long or not allowed here"),
    ] {
        shell.refuses(&format!("render factory:Init -o {place} --tail 0"), place, reason);
    }
    shell.pluck("a.wav", 330.0, 0.2, 48_000);
    for (place, reason) in
        [("file", "it is not a folder"), ("file/out", "part of its path is not a folder")]
    {
        shell.refuses(&format!("match a.wav -o {place} --tries 8"), place, reason);
    }
    // A folder that is missing is made, with all above it.
    shell.done("match a.wav -o new/deeper --tries 8 --strands 2");
    assert!(shell.path("new/deeper/a.cultivar").exists());
    assert_eq!(fs::read(shell.path("file")).expect("read"), b"mine");
    assert_eq!(shell.files("."), ["a.wav", "file", "folder", "new"], "no debris");
    assert_eq!(shell.files("folder"), [""; 0]);
}

#[test]
fn a_preset_of_a_newer_version_stays() {
    let shell = Shell::new();
    shell.pluck("a.wav", 330.0, 0.2, 48_000);
    shell.done("match a.wav -o out --tries 8 --strands 1");
    let path = shell.path("out/a.cultivar");
    let text = fs::read_to_string(&path).expect("read");
    let newer = text.replace("\"version\": 1", "\"version\": 7");
    assert_ne!(newer, text);
    fs::write(&path, &newer).expect("write");
    let reason = "a newer Cultivar wrote it (file version 7); save under another name";
    shell.refuses("match a.wav -o out --tries 8 --strands 1", "out/a.cultivar", reason);
    assert_eq!(fs::read_to_string(&path).expect("read"), newer);
}

/// A pipe or a device is not replaced by a file, and nobody waits for it.
#[test]
#[cfg(unix)]
fn what_is_no_file_stays_what_it_is() {
    use std::os::unix::fs::FileTypeExt;
    let shell = Shell::new();
    let made = std::process::Command::new("mkfifo").arg(shell.path("pipe.wav")).status();
    if !made.is_ok_and(|status| status.success()) {
        return println!("skipped: no mkfifo on this machine");
    }
    shell.refuses("render factory:Init -o pipe.wav", "pipe.wav", "it is not a file");
    shell.refuses("render pipe.wav -o x.wav", "pipe.wav", "it is not a file");
    shell.refuses("info pipe.wav", "pipe.wav", "it is not a file");
    shell.refuses("match pipe.wav -o out --tries 8", "pipe.wav", "it is not a file");
    assert!(fs::metadata(shell.path("pipe.wav")).expect("there").file_type().is_fifo());
}

/// A limit on the size of files fails in the middle of writing, as a full disk does.
#[test]
#[cfg(unix)]
fn a_file_that_does_not_fit_leaves_the_old_one() {
    let shell = Shell::new();
    shell.pluck("a.wav", 330.0, 0.2, 48_000);
    shell.done("render factory:Init -o x.wav");
    shell.done("match a.wav -o out --tries 8 --strands 2");
    let before = |name: &str| fs::read(shell.path(name)).expect(name);
    let (sound, preset) = (before("x.wav"), before("out/a.cultivar"));
    let files = (shell.files("."), shell.files("out"));
    let limits = "trap '' XFSZ; ulimit -f 8";
    for (line, file) in [
        ("render factory:Kick -o x.wav", "x.wav"),
        ("match a.wav -o out --tries 8 --strands 2 --seed 9", "out/a.wav"),
    ] {
        let output = shell.under(limits, line);
        assert_eq!(output.status.code(), Some(1), "{line}");
        let reason = format!("cultivar: {file}: it is too large for this disk");
        assert_eq!(said(&output.stderr), reason, "{line}");
    }
    assert!(before("x.wav") == sound && before("out/a.cultivar") == preset);
    assert_eq!((shell.files("."), shell.files("out")), files, "no debris");
}

/// Runs a script in a mount space of its own, where that is allowed: its output.
#[cfg(target_os = "linux")]
fn mounted(shell: &Shell, script: &str) -> Option<String> {
    for space in ["-rm", "-m"] {
        let output = Command::new("unshare")
            .args([space, "sh", "-c", script, env!("CARGO_BIN_EXE_cultivar")])
            .current_dir(shell.path("."))
            .output();
        let text = output.map(|output| said(&output.stdout)).unwrap_or_default();
        if text.starts_with("mounted") {
            return Some(text);
        }
    }
    println!("skipped: this machine does not let us mount a disk");
    None
}

/// A disk filled to the last byte, with a match on it.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_loses_nothing() {
    let shell = Shell::new();
    shell.pluck("a.wav", 330.0, 0.2, 48_000);
    fs::create_dir(shell.path("disk")).expect("folder");
    shell.done("match a.wav -o old --tries 8 --strands 1");
    let script = r#"
        mount -t tmpfs -o size=8m none disk && echo mounted || exit
        cp old/a.cultivar old/a.wav disk/ && cat /dev/zero > disk/ballast 2>/dev/null
        "$0" match a.wav -o disk --tries 8 --strands 1 --seed 9 2>&1; echo "code $?"
        "$0" render factory:Kick -o disk/x.wav 2>&1; echo "code $?"
        cmp disk/a.cultivar old/a.cultivar && cmp disk/a.wav old/a.wav && ls -A disk"#;
    let Some(text) = mounted(&shell, script) else { return };
    let full = |file: &str| format!("cultivar: disk/{file}: the disk is full\ncode 1\n");
    let kept = "a.cultivar\na.wav\nballast";
    assert_eq!(text, format!("mounted\n{}{}{kept}", full("a.wav"), full("x.wav")));
}

#[test]
#[cfg(target_os = "linux")]
fn a_read_only_disk_is_named() {
    let shell = Shell::new();
    shell.pluck("a.wav", 330.0, 0.2, 48_000);
    fs::create_dir(shell.path("disk")).expect("folder");
    let script = r#"
        mount -t tmpfs -o ro none disk && echo mounted || exit
        "$0" render factory:Kick -o disk/x.wav 2>&1; echo "code $?"
        "$0" match a.wav -o disk --tries 8 --strands 1 2>&1; echo "code $?"
        "$0" match a.wav -o disk/out --tries 8 --strands 1 2>&1; echo "code $?""#;
    let Some(text) = mounted(&shell, script) else { return };
    let said = |file: &str| format!("\ncultivar: {file}: the disk is read-only\ncode 1");
    let lines = ["disk/x.wav", "disk/a.wav", "disk/out"].map(said).concat();
    assert_eq!(text, format!("mounted{lines}"));
}
