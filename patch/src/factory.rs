//! Factory presets, carried in the binary.

/// Names the presets, each with its file.
macro_rules! presets {
    ($($name:literal = $file:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../factory/", $file, ".cultivar")))),+]
    };
}

/// The name and the file of every preset, in the order in which players see them. The first is
/// `Init`; names and uuids are for ever.
pub fn presets() -> &'static [(&'static str, &'static str)] {
    PRESETS
}

const PRESETS: &[(&str, &str)] = presets! {
    "Init" = "init",
    "Deep Sub" = "deep-sub",
    "Rubber Bass" = "rubber-bass",
    "Reese" = "reese",
    "Acid Line" = "acid-line",
    "FM Bass" = "fm-bass",
    "Growl Bass" = "growl-bass",
    "Wobble" = "wobble",
    "Finger Bass" = "finger-bass",
    "Boom 808" = "boom-808",
    "Ladder Bass" = "ladder-bass",
    "Diode Squelch" = "diode-squelch",
    "Formant Growl" = "formant-growl",
    "Supersaw Lead" = "supersaw-lead",
    "Solo Square" = "solo-square",
    "Sync Lead" = "sync-lead",
    "Whistle" = "whistle",
    "Hoover" = "hoover",
    "Burning String" = "burning-string",
    "Talking Lead" = "talking-lead",
    "Vowel Machine" = "vowel-machine",
    "Warm Pad" = "warm-pad",
    "Glass Pad" = "glass-pad",
    "Choir Pad" = "choir-pad",
    "Dawn" = "dawn",
    "Dark Drone" = "dark-drone",
    "Pulse Pad" = "pulse-pad",
    "Breathing" = "breathing",
    "Perlin Drift" = "perlin-drift",
    "Tine Piano" = "tine-piano",
    "Reed Piano" = "reed-piano",
    "Felt Piano" = "felt-piano",
    "Clav" = "clav",
    "Digital Keys" = "digital-keys",
    "Chord Stab" = "chord-stab",
    "Nylon" = "nylon",
    "Koto" = "koto",
    "Synth Pluck" = "synth-pluck",
    "Trance Pluck" = "trance-pluck",
    "Pixel Pluck" = "pixel-pluck",
    "Comb Harp" = "comb-harp",
    "Laser Harp" = "laser-harp",
    "Marimba" = "marimba",
    "Vibraphone" = "vibraphone",
    "Tubular Bell" = "tubular-bell",
    "Music Box" = "music-box",
    "Kalimba" = "kalimba",
    "Glass Strike" = "glass-strike",
    "Drawbar Organ" = "drawbar-organ",
    "Cathedral" = "cathedral",
    "House Organ" = "house-organ",
    "String Ensemble" = "string-ensemble",
    "Cello Solo" = "cello-solo",
    "Pizzicato" = "pizzicato",
    "Brass Section" = "brass-section",
    "French Horn" = "french-horn",
    "Synth Brass" = "synth-brass",
    "Kick" = "kick",
    "Snare" = "snare",
    "Closed Hat" = "closed-hat",
    "Tom" = "tom",
    "Clap" = "clap",
    "Riser" = "riser",
    "Impact" = "impact",
    "Laser" = "laser",
    "Through Zero" = "through-zero",
    "Red Alert" = "red-alert",
    "Rain" = "rain",
    "Wind" = "wind",
    "Stardust" = "stardust",
    "Broken Radio" = "broken-radio",
    "Underwater" = "underwater",
};

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::presets;
    use crate::schema::Source;
    use crate::{Id, Preset};

    fn all() -> impl Iterator<Item = (&'static str, Preset)> {
        presets().iter().map(|(name, json)| {
            let loaded = Preset::from_json(json).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(loaded.notices, [], "{name}");
            (*name, loaded.preset)
        })
    }

    #[test]
    fn every_preset_reads_without_a_word() {
        let (mut names, mut uuids) = (HashSet::new(), HashSet::new());
        for (name, preset) in all() {
            assert_eq!(preset.meta.name, name);
            assert!(names.insert(name.to_lowercase()), "{name} is there twice");
            assert!(uuids.insert(preset.meta.uuid), "{name} has the uuid of another");
            assert!(!preset.meta.tags.is_empty() && preset.meta.author == "Cultivar", "{name}");
        }
        assert!(names.len() > 40 && presets()[0].0 == "Init");
    }

    #[test]
    fn init_is_the_initial_patch() {
        let (_, init) = all().next().expect("there is one");
        assert_eq!(init.patch, Preset::init().patch);
    }

    #[test]
    fn every_type_of_sound_is_there() {
        let firsts: HashSet<_> = all().map(|(_, preset)| preset.meta.tags[0].clone()).collect();
        for kind in [
            "bass", "lead", "pad", "keys", "pluck", "mallet", "organ", "strings", "brass", "drums",
            "fx", "texture",
        ] {
            assert!(firsts.contains(kind), "{kind}");
        }
    }

    #[test]
    fn macros_with_a_name_move_something_and_others_do_not() {
        for (name, preset) in all() {
            for (k, knob) in preset.macros.iter().enumerate() {
                let source = Source::Macro1.value() + k as f32;
                let moves = preset.patch.route.iter().any(|route| {
                    route.source == source
                        && route.amount != 0.0
                        && Id::from_destination(route.destination).is_some()
                });
                assert_eq!(moves, !knob.is_empty(), "{name}: macro {} {knob:?}", k + 1);
            }
        }
    }
}
