//! The instrument's own wavetables and recordings, made by formula on first use and kept.
//!
//! The further into a table, the brighter it is, so that any decaying envelope or velocity on
//! the position dulls the sound the way struck and blown things do.

mod acoustic;
mod analog;
mod cycle;
mod digital;
pub mod recordings;
mod voices;

use std::sync::{Arc, LazyLock, OnceLock};

use cultivar_patch::Wavetable;

use cycle::Recipe;

/// All recipes, in the order in which players see them.
static RECIPES: LazyLock<Vec<&'static Recipe>> = LazyLock::new(|| {
    let rooms = [analog::RECIPES, digital::RECIPES, voices::RECIPES, acoustic::RECIPES];
    rooms.into_iter().flatten().collect()
});

/// The ids of all factory tables. An id is for ever.
pub fn names() -> &'static [&'static str] {
    static NAMES: LazyLock<Vec<&'static str>> =
        LazyLock::new(|| RECIPES.iter().map(|recipe| recipe.id).collect());
    &NAMES
}

/// The name of a factory table on screen; nothing for an unknown id.
pub fn title(id: &str) -> Option<&'static str> {
    index(id).map(|k| RECIPES[k].title)
}

/// The factory table with this id; nothing for an unknown id. Built on first use, which takes
/// milliseconds, and kept as long as the program runs.
pub fn table(id: &str) -> Option<Arc<Wavetable>> {
    static TABLES: LazyLock<Vec<OnceLock<Option<Arc<Wavetable>>>>> =
        LazyLock::new(|| RECIPES.iter().map(|_| OnceLock::new()).collect());
    let index = index(id)?;
    TABLES[index].get_or_init(|| RECIPES[index].table().map(Arc::new)).clone()
}

fn index(id: &str) -> Option<usize> {
    names().iter().position(|name| *name == id)
}

#[cfg(test)]
mod presets;
#[cfg(test)]
mod tests;
