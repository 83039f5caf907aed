//! What a host's project keeps of an instance: one preset and what the editor remembers.

use std::collections::BTreeMap;
use std::sync::Arc;

use cultivar_dsp::{Oversampling, Tuning, Zones};
use cultivar_gui::{Page, Settings};
use cultivar_patch::{FileError, Preset};
use nice_plug::prelude::PluginState;

use crate::gardener::Hearing;
use crate::scales::Scales;
use crate::window::Extent;
use crate::zones;

/// Field of the preset, a preset file as text.
const PRESET: &str = "preset";
/// Field of the family, as its breeder wrote it down.
const FAMILY: &str = "family";
/// Field of the files that the keys are tuned by.
const SCALES: &str = "scales";
/// Field of the session.
const SESSION: &str = "session";
/// Most bytes of a session.
const MAX_SESSION: usize = 1 << 20;
/// Most bytes of a family.
pub const MAX_FAMILY: usize = 32 << 20;

/// A sound that patches grow towards.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct TargetFile {
    /// Where the sound came from.
    pub path: String,
    /// SHA-256 (hex) of its samples.
    pub hash: String,
    /// What the player has said of it.
    pub hearing: Hearing,
}

/// A page of the editor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// A target and what grows towards it.
    Grow,
    /// Parents and their children.
    Breed,
    /// The whole voice.
    #[default]
    Synth,
}

/// What the editor remembers besides the preset.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Session {
    /// Count of the edits that no parameter shows.
    pub edits: i32,
    /// The sound on the Grow page.
    pub target: Option<TargetFile>,
    /// Seed of the next growth.
    pub seed: u64,
    /// Names of the presets kept from growths.
    pub kept: Vec<String>,
    /// The page that was open.
    pub page: Shown,
    /// Whether the light theme is on.
    pub light: bool,
    /// Whether nothing moves that tells nothing.
    pub still: bool,
    /// Whether the computer's keyboard plays.
    pub computer_keys: bool,
    /// Whether nodes sound under the pointer.
    pub hover_sound: bool,
    /// Which channels belong together.
    #[serde(with = "zones::text")]
    pub zones: Zones,
    /// How many times as fast as heard the engine works.
    #[serde(with = "factor")]
    pub oversampling: Oversampling,
    /// Width and height of the editor in points.
    pub size: [f32; 2],
    /// The editor's zoom, 1 for none.
    pub zoom: f32,
}

impl Default for Session {
    fn default() -> Self {
        Session {
            edits: 0,
            target: None,
            seed: 1,
            kept: Vec::new(),
            page: Shown::Synth,
            light: false,
            still: false,
            computer_keys: false,
            hover_sound: true,
            zones: Zones::OFF,
            oversampling: Oversampling::None,
            size: Extent::DEFAULT,
            zoom: 1.0,
        }
    }
}

impl Session {
    /// What the editor is to remember while it is open.
    pub fn settings(&self) -> Settings {
        Settings {
            page: match self.page {
                Shown::Grow => Page::Grow,
                Shown::Breed => Page::Breed,
                Shown::Synth => Page::Synth,
            },
            light: self.light,
            reduced_motion: self.still,
            computer_keys: self.computer_keys,
            hover_sound: self.hover_sound,
            zoom: self.zoom,
        }
    }

    /// Takes what the editor remembers.
    pub fn set_settings(&mut self, settings: &Settings) {
        self.page = match settings.page {
            Page::Grow => Shown::Grow,
            Page::Breed => Shown::Breed,
            Page::Synth => Shown::Synth,
        };
        self.light = settings.light;
        self.still = settings.reduced_motion;
        self.computer_keys = settings.computer_keys;
        self.hover_sound = settings.hover_sound;
        self.zoom = settings.zoom;
    }
}

/// Oversampling as a session writes it: by its factor.
mod factor {
    use cultivar_dsp::Oversampling;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(one: &Oversampling, to: S) -> Result<S::Ok, S::Error> {
        one.factor().serialize(to)
    }

    /// Reads it; a factor that there is not is none.
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Oversampling, D::Error> {
        Ok(Oversampling::of(usize::deserialize(from)?).unwrap_or_default())
    }
}

/// One finished state, as a project holds it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The sound.
    pub preset: Preset,
    /// What the editor remembers.
    pub session: Session,
    /// The family on the Breed page, as its breeder wrote it down; empty for none.
    pub family: Arc<str>,
    /// The files that the keys are tuned by.
    pub scales: Arc<Scales>,
}

/// What was found in a project's state, and what was odd about it.
#[derive(Debug)]
pub struct Restored {
    /// The state, legal in every part.
    pub snapshot: Snapshot,
    /// The pitches that its scales mean.
    pub tuning: Tuning,
    /// One line each for the player.
    pub notices: Vec<String>,
}

impl Snapshot {
    /// The fields that the framework keeps.
    pub fn fields(&self) -> BTreeMap<String, String> {
        let session = serde_json::to_string(&self.session).unwrap_or_default();
        let mut fields =
            BTreeMap::from([(PRESET.into(), self.preset.to_json()), (SESSION.into(), session)]);
        if !self.family.is_empty() {
            fields.insert(FAMILY.into(), self.family.to_string());
        }
        if !self.scales.is_empty() {
            fields.insert(SCALES.into(), self.scales.to_json());
        }
        fields
    }

    /// Reads the fields that the framework kept; nothing where none of them is ours. A session
    /// that cannot be read is a new one, scales that cannot be read are none, a preset that
    /// cannot be read is an error. The family is read by its breeder.
    pub fn from_fields(fields: &BTreeMap<String, String>) -> Option<Result<Restored, FileError>> {
        let preset = fields.get(PRESET)?;
        Some(Preset::from_json(preset).map(|loaded| {
            let mut notices: Vec<String> = loaded.notices.iter().map(ToString::to_string).collect();
            let session = fields.get(SESSION).filter(|json| json.len() <= MAX_SESSION);
            let session = session.map(|json| serde_json::from_str::<Session>(json));
            if let Some(Err(error)) = &session {
                notices.push(format!("the editor's part cannot be read: {error}"));
            }
            let session = session.and_then(Result::ok).unwrap_or_default();
            let mut family = fields.get(FAMILY).map_or("", String::as_str);
            if family.len() > MAX_FAMILY {
                notices.push(format!(
                    "the family is larger than it can be ({} MiB)",
                    MAX_FAMILY >> 20
                ));
                family = "";
            }
            let family = family.into();
            let scales = fields.get(SCALES).map(|json| Scales::from_json(json));
            if let Some(Err(error)) = &scales {
                notices.push(format!("the tuning cannot be read, keys are tuned equally: {error}"));
            }
            let scales = Arc::new(scales.and_then(Result::ok).unwrap_or_default());
            let tuning = scales.tuning().unwrap_or_default();
            let snapshot = Snapshot { preset: loaded.preset, session, family, scales };
            Restored { snapshot, tuning, notices }
        }))
    }
}

/// Takes the parameters out of a state that the framework is about to load: it would set them
/// one by one while the engine plays. All of them are in the preset, which is set at once.
pub fn keep_whole(state: &mut PluginState) {
    state.params.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gardener::Note;

    fn restored(fields: &BTreeMap<String, String>) -> Restored {
        Snapshot::from_fields(fields).expect("ours").expect("sane")
    }

    #[test]
    fn a_snapshot_survives_its_fields() {
        let mut preset = Preset::init();
        preset.patch.filter[0].cutoff = 71.234_56;
        let hearing = Hearing { part: Some([0.5, 2.25]), note: Note::Key(38.0), mended: true };
        let target = Some(TargetFile { path: "/a/é.wav".into(), hash: "00ff".into(), hearing });
        let zones = Zones { upper: cultivar_dsp::Zone::of(9), ..Zones::OFF };
        let session = Session { target, seed: u64::MAX, zones, zoom: 1.25, ..Session::default() };
        let session = Session { oversampling: Oversampling::Fourfold, ..session };
        let scales = "{\"scale\":{\"name\":\"one\",\"text\":\"one\\n1\\n3/2\"}}";
        let scales = Arc::new(Scales::from_json(scales).expect("a scale"));
        let before = Snapshot { preset, session, family: "{}".into(), scales };
        let after = restored(&before.fields());
        assert_eq!(after.snapshot.preset, before.preset);
        assert_eq!(after.snapshot.session, before.session);
        assert_eq!(after.snapshot.family, before.family);
        assert_eq!(after.snapshot.scales, before.scales);
        assert_eq!(Ok(after.tuning), before.scales.tuning());
        assert_ne!(after.tuning, Tuning::equal());
        assert!(after.notices.is_empty(), "{:?}", after.notices);
    }

    #[test]
    fn a_broken_session_costs_only_the_session() {
        let mut preset = Preset::init();
        preset.patch.master.level = -20.0;
        let (session, family, scales) = (Session::default(), Arc::default(), Arc::default());
        let mut fields = Snapshot { preset, session, family, scales }.fields();
        fields.insert(SESSION.into(), "{\"zoom\":".into());
        let after = restored(&fields);
        assert_eq!(after.snapshot.preset.patch.master.level, -20.0);
        assert_eq!(after.notices.len(), 1);
    }

    #[test]
    fn broken_scales_cost_only_the_tuning() {
        let (session, family, scales) = (Session::default(), Arc::default(), Arc::default());
        let mut fields = Snapshot { preset: Preset::init(), session, family, scales }.fields();
        assert!(!fields.contains_key(SCALES), "older projects have none either");
        for broken in ["", "{\"scale\":7}", "{\"scale\":{\"name\":\"a\",\"text\":\"b\\nc\"}}"] {
            fields.insert(SCALES.into(), broken.into());
            let after = restored(&fields);
            assert!(after.snapshot.scales.is_empty() && after.tuning == Tuning::equal());
            assert_eq!(after.notices.len(), 1, "{broken}");
        }
    }

    #[test]
    fn foreign_fields_are_not_a_snapshot_and_damage_is_an_error() {
        assert!(Snapshot::from_fields(&BTreeMap::new()).is_none());
        let (session, family, scales) = (Session::default(), Arc::default(), Arc::default());
        let mut fields = Snapshot { preset: Preset::init(), session, family, scales }.fields();
        let whole = fields[PRESET].clone();
        for cut in 0..whole.trim_end().len() {
            fields.insert(PRESET.into(), whole[..cut].into());
            assert!(Snapshot::from_fields(&fields).is_some_and(|r| r.is_err()), "cut at {cut}");
        }
    }
}
