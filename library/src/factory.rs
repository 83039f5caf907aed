//! The instrument's own presets.

use std::sync::LazyLock;

use cultivar_patch::Preset;
use uuid::Uuid;

/// All of them; `Init` is always there.
pub fn presets() -> &'static [Preset] {
    static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
        let mut init = Preset::init();
        // The same in every run, so that it can be a favourite.
        init.meta.uuid = Uuid::from_u128(0x6375_6c74_6976_6172_0000_0000_0000_0001);
        vec![init]
    });
    &PRESETS
}

/// The one of this name.
pub fn preset(name: &str) -> Option<&'static Preset> {
    presets().iter().find(|preset| preset.meta.name == name)
}
