//! The instrument's own presets.

use std::sync::LazyLock;

use cultivar_patch::Preset;

/// All of them; `Init` is always there, and the first.
pub fn presets() -> &'static [Preset] {
    static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
        let files = cultivar_patch::factory::presets().iter();
        files.filter_map(|(_, json)| Some(Preset::from_json(json).ok()?.preset)).collect()
    });
    &PRESETS
}

/// The one of this name. Capitals do not count, nor whether words are joined by spaces or by
/// hyphens, so that a name is easy to type in a shell.
pub fn preset(name: &str) -> Option<&'static Preset> {
    let plain = |name: &str| name.to_lowercase().replace(' ', "-");
    let wanted = plain(name);
    presets().iter().find(|preset| plain(&preset.meta.name) == wanted)
}

#[cfg(test)]
mod tests {
    use super::{preset, presets};

    #[test]
    fn all_are_there_and_found_by_name() {
        assert_eq!(presets().len(), cultivar_patch::factory::presets().len());
        for name in ["Warm Pad", "warm-pad", "Init"] {
            assert!(preset(name).is_some(), "{name}");
        }
        assert!(preset("no such preset").is_none());
    }
}
