//! The tuning of a project, kept as the texts of its Scala files.

use std::path::Path;

use cultivar_dsp::Tuning;
use cultivar_formats::{MAX_SCALA, Mapping, Scale, read_scala, tuning};

/// Most bytes of both texts as a project writes them.
const MAX_FIELD: usize = 8 * MAX_SCALA;

/// A file: what it is called and what it says.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
struct Sheet {
    name: String,
    text: String,
}

/// The files that tune a project; without any, twelve equal steps an octave.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Scales {
    scale: Option<Sheet>,
    mapping: Option<Sheet>,
}

impl Scales {
    /// Whether a file's name says that it is a scale or a mapping.
    pub fn are_in(path: &Path) -> bool {
        ends(path, "scl") || ends(path, "kbm")
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.scale.is_none() && self.mapping.is_none()
    }

    /// These with another scale or mapping from a file.
    pub fn with(&self, path: &Path) -> Result<Self, String> {
        let text = read_scala(path).map_err(|e| e.to_string())?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (sheet, mut scales) = (Some(Sheet { name, text }), self.clone());
        *(if ends(path, "kbm") { &mut scales.mapping } else { &mut scales.scale }) = sheet;
        scales.tuning().map(|_| scales)
    }

    /// The pitch of every key.
    pub fn tuning(&self) -> Result<Tuning, String> {
        if self.is_empty() {
            return Ok(Tuning::equal());
        }
        let named = |sheet: &Sheet, e| format!("{}: {e}", sheet.name);
        let scale =
            self.scale.as_ref().map(|sheet| Scale::parse(&sheet.text).map_err(|e| named(sheet, e)));
        let mapping = self
            .mapping
            .as_ref()
            .map(|sheet| Mapping::parse(&sheet.text).map_err(|e| named(sheet, e)));
        let (scale, mapping) = (scale.transpose()?, mapping.transpose()?);
        tuning(&scale.unwrap_or_default(), &mapping.unwrap_or_default()).map_err(|e| e.to_string())
    }

    /// What it is called, for the player; none where there is none.
    pub fn title(&self) -> Option<String> {
        let names = [&self.scale, &self.mapping].into_iter().flatten();
        let names: Vec<_> = names.map(|sheet| sheet.name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(" · "))
    }

    /// As a project keeps them.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As a project kept them, and sane.
    pub fn from_json(json: &str) -> Result<Self, String> {
        if json.len() > MAX_FIELD {
            return Err(format!("it is larger than it can be ({} KiB)", MAX_FIELD >> 10));
        }
        let scales: Scales = serde_json::from_str(json).map_err(|e| e.to_string())?;
        scales.tuning().map(|_| scales)
    }
}

fn ends(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|own| own.eq_ignore_ascii_case(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE: &str = "! five.scl\nFive equal steps\n 5\n240.\n480.\n720.\n960.\n2/1\n";

    #[test]
    fn files_tune_and_outlive_their_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let (scale, mapping) = (folder.path().join("five.SCL"), folder.path().join("c.kbm"));
        std::fs::write(&scale, FIVE).expect("written");
        std::fs::write(&mapping, "0\n0\n127\n60\n60\n523.2511306\n0\n").expect("written");
        assert!(Scales::are_in(&scale) && Scales::are_in(&mapping));
        assert!(!Scales::are_in(Path::new("five.wav")));
        let both = Scales::default().with(&mapping).and_then(|s| s.with(&scale)).expect("sane");
        drop(folder);
        assert_eq!(both.title().as_deref(), Some("five · c"));
        let again = Scales::from_json(&both.to_json()).expect("sane");
        assert_eq!(again, both);
        let pitch = again.tuning().expect("sane").pitch(61).expect("mapped");
        assert!((pitch - 74.4).abs() < 1e-4, "{pitch}");
    }

    #[test]
    fn what_cannot_be_read_is_refused_by_name_and_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bad.scl");
        std::fs::write(&path, "bad\n1\nhigh\n").expect("written");
        let why = Scales::default().with(&path).expect_err("bad");
        assert!(why.contains("bad") && why.contains("line 3"), "{why}");
        assert!(Scales::default().with(&folder.path().join("none.scl")).is_err());
        assert!(Scales::from_json(&" ".repeat(MAX_FIELD + 1)).is_err());
        assert!(Scales::from_json("{\"scale\":{\"name\":\"a\",\"text\":\"a\"}}").is_err());
    }

    #[test]
    fn nothing_is_equal_temperament() {
        assert_eq!(Scales::default().tuning(), Ok(Tuning::equal()));
        assert_eq!(Scales::from_json("{}"), Ok(Scales::default()));
        assert_eq!(Scales::default().title(), None);
    }
}
