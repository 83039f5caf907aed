//! What the editor remembers between frames: where the player looks and what the hand holds.

use std::collections::BTreeSet;

use cultivar_patch::{Id, schema::Source};

use crate::curves::Curves;

/// The pages of the editor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// A target and what grows towards it.
    Grow,
    /// Parents and the children they have.
    Breed,
    /// The whole voice.
    #[default]
    Synth,
}

/// The tabs of the Synth page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Oscillators and noise.
    #[default]
    Voice,
    /// Effects.
    Effects,
    /// Modulation routes.
    Routes,
}

/// What the player has set up once, to be kept from one opening of the window to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The page last looked at.
    pub page: Page,
    /// The light theme instead of the dark one.
    pub light: bool,
    /// No movement that tells nothing.
    pub reduced_motion: bool,
    /// The computer's keyboard plays.
    pub computer_keys: bool,
    /// A node is heard when the pointer rests on it.
    pub hover_sound: bool,
    /// Size of the editor, 0.75 to 2.
    pub zoom: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            page: Page::Synth,
            light: false,
            reduced_motion: false,
            computer_keys: false,
            hover_sound: true,
            zoom: 1.0,
        }
    }
}

/// What the editor remembers between frames.
#[derive(Debug, Default)]
pub struct Memory {
    /// What to keep beyond this window.
    pub settings: Settings,
    /// The tab of the Synth page.
    pub tab: Tab,
    /// The envelope shown, 0 to 3.
    pub env: usize,
    /// The low-frequency oscillator shown, 0 to 5; from 6 on the generators of random movement.
    pub lfo: usize,
    /// The band of noise shown, 0 to 3.
    pub band: usize,
    /// Whether the list of presets is open.
    pub presets_open: bool,
    /// The hint of the first minute that is shown, 0 to 2.
    pub tour: Option<usize>,
    /// Every parameter that has had a place on screen, where somebody wants to know.
    pub seen: Option<BTreeSet<Id>>,
    pub(crate) search: String,
    pub(crate) only_favourites: bool,
    pub(crate) saving: Option<Saving>,
    pub(crate) renaming: Option<String>,
    pub(crate) typing: Option<Typing>,
    pub(crate) naming: Option<(usize, String)>,
    pub(crate) held: Option<Held>,
    pub(crate) source_hovered: Option<Source>,
    pub(crate) source_hovering: Option<Source>,
    pub(crate) pointed: Option<(Id, f64)>,
    pub(crate) snap: bool,
    /// How far the effects are scrolled.
    pub(crate) rack: f32,
    pub(crate) osc_panels: Vec<egui::Rect>,
    pub(crate) mouse_key: Option<u8>,
    pub(crate) computer_keys_down: Vec<(egui::Key, u8)>,
    pub(crate) octave: i32,
    pub(crate) curves: Curves,
    pub(crate) hint: Option<(String, f64)>,
    pub(crate) seed_text: Option<String>,
    /// The part of the target between its handles while one of them is held.
    pub(crate) part: Option<[f32; 2]>,
    /// The node under the pointer, since when, and whether it is being heard.
    pub(crate) node_hovered: Option<(usize, usize, f64, bool)>,
    /// Whether the target was heard last, and the match is next.
    pub(crate) target_heard: bool,
    /// What is looked for in the list of possible parents.
    pub(crate) parent_search: String,
}

impl Memory {
    /// Opens the tab on which a parameter lies and marks it for a while.
    pub(crate) fn point_at(&mut self, id: Id, now: f64) {
        let word = |k: usize| id.def().id.split('.').nth(k);
        let number = || word(1).and_then(|n| n.parse::<usize>().ok()).map_or(0, |n| n - 1);
        self.tab = match word(0) {
            Some("route") => Tab::Routes,
            Some(
                "distortion" | "fx_filter" | "phaser" | "flanger" | "chorus" | "eq" | "eq_band",
            )
            | Some("compressor" | "delay" | "reverb") => Tab::Effects,
            _ => Tab::Voice,
        };
        match word(0) {
            Some("env") => self.env = number(),
            Some("lfo") => self.lfo = number(),
            Some("random") => self.lfo = 6 + number(),
            Some("band") => self.band = number(),
            _ => {}
        }
        self.pointed = Some((id, now + 3.0));
    }
}

/// The save dialog.
#[derive(Clone, Debug, Default)]
pub(crate) struct Saving {
    pub(crate) name: String,
    pub(crate) tags: String,
    pub(crate) fresh: bool,
}

/// A value being typed.
#[derive(Clone, Debug)]
pub(crate) struct Typing {
    pub(crate) id: Id,
    pub(crate) text: String,
    pub(crate) fresh: bool,
}

/// A knob in the hand: where it would stand if it could stand anywhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    /// The parameter of the knob.
    pub(crate) knob: Id,
    /// The parameter that moves: the knob's own, or the amount of a route to it.
    pub(crate) id: Id,
    pub(crate) position: f32,
}
