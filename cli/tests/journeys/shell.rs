//! A folder to work in, and the real program run inside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cultivar_formats::{Audio, Depth, decode, write_wav};
use serde_json::Value;

/// A folder to work in, and the program run inside it.
pub(crate) struct Shell(tempfile::TempDir);

impl Shell {
    pub(crate) fn new() -> Self {
        Shell(tempfile::tempdir().expect("folder"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn run(&self, line: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_cultivar"))
            .args(line.split_whitespace())
            .current_dir(self.0.path())
            .output()
            .expect("runs")
    }

    /// The same under limits of the system, as `sh` sets them.
    #[cfg(unix)]
    pub(crate) fn under(&self, limits: &str, line: &str) -> Output {
        Command::new("sh")
            .args(["-c", &format!("{limits}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_cultivar")])
            .args(line.split_whitespace())
            .current_dir(self.0.path())
            .output()
            .expect("runs")
    }

    /// Fails with one line on stderr: this file and this reason.
    pub(crate) fn refuses(&self, line: &str, file: &str, reason: &str) {
        assert_eq!(self.fails(line, 1), [format!("cultivar: {file}: {reason}")], "{line}");
    }

    /// The names of all files right in the folder, hidden ones too.
    pub(crate) fn files(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).expect("folder").flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    pub(crate) fn done(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(0), "{line}: {}", said(&output.stderr));
        said(&output.stdout)
    }

    /// The lines on stderr of a command that fails with `code`.
    pub(crate) fn fails(&self, line: &str, code: i32) -> Vec<String> {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(code), "{line}: {}", said(&output.stderr));
        said(&output.stderr).lines().map(str::to_owned).collect()
    }

    pub(crate) fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.done(&format!("{line} --json"))).expect("one object")
    }

    /// A decaying tone of `seconds`, its note starting after a tenth of a second.
    pub(crate) fn pluck(&self, name: &str, hertz: f32, seconds: f32, rate: u32) {
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

pub(crate) fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

pub(crate) fn loudest(audio: &Audio) -> f32 {
    audio.channels.iter().flatten().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

pub(crate) fn frames(path: &Path) -> (usize, u32) {
    let audio = decode(path).unwrap_or_else(|e| panic!("{path:?}: {e}"));
    (audio.frames(), audio.rate)
}
