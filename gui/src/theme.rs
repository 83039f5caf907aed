//! Every colour, size and typeface of the editor.

use std::sync::Arc;

use egui::{Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Stroke};

/// Size of the editor at 100 %, in logical points.
pub const SIZE: egui::Vec2 = egui::vec2(1120.0, 720.0);
/// Height of the header.
pub(crate) const HEADER: f32 = 44.0;
/// Height of the on-screen keyboard.
pub(crate) const KEYBOARD: f32 = 72.0;
/// Space between panels, and between a panel and the window.
pub(crate) const GAP: f32 = 6.0;
/// Space between the frame of a panel and what is in it.
pub(crate) const PAD: f32 = 12.0;
/// Corner radius of panels.
pub(crate) const ROUND: u8 = 6;
/// Corner radius of the dark wells that drawings lie in.
pub(crate) const WELL_ROUND: u8 = 5;
/// Height of chips and menus.
pub(crate) const CHIP: f32 = 22.0;
/// Height of the line a panel's title stands in.
pub(crate) const TITLE: f32 = 28.0;

/// Text sizes, in points.
pub(crate) mod size {
    /// Names and values under knobs.
    pub(crate) const TINY: f32 = 10.5;
    /// Chips, rows, hints.
    pub(crate) const SMALL: f32 = 11.5;
    /// Titles of panels.
    pub(crate) const BODY: f32 = 12.5;
    /// The name of the instrument and of the preset.
    pub(crate) const LARGE: f32 = 14.0;
    /// A score.
    pub(crate) const SCORE: f32 = 21.0;
}

/// The colours of a theme, by what they mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Palette {
    /// Behind everything, and in the wells of drawings.
    pub(crate) ground: Color32,
    /// Panels.
    pub(crate) panel: Color32,
    /// The garden's bed, between ground and panel.
    pub(crate) bed: Color32,
    /// Things that stand on a panel.
    pub(crate) raised: Color32,
    /// The same under the pointer.
    pub(crate) lifted: Color32,
    /// Lines, and the tracks of knobs.
    pub(crate) line: Color32,
    /// Text.
    pub(crate) text: Color32,
    /// Text of the second rank.
    pub(crate) muted: Color32,
    /// Hints, and what is off.
    pub(crate) faint: Color32,
    /// Growth: oscillator A, envelopes, what goes well.
    pub(crate) leaf: Color32,
    /// Behind a chosen page or row.
    pub(crate) moss: Color32,
    /// A stem.
    pub(crate) stem: Color32,
    /// The target; oscillator B.
    pub(crate) target: Color32,
    /// Behind the target.
    pub(crate) pool: Color32,
    /// Choice, macros; oscillator C.
    pub(crate) amber: Color32,
    /// Modulation, noise.
    pub(crate) mauve: Color32,
    /// Filters, favourites, warnings.
    pub(crate) coral: Color32,
    /// Errors.
    pub(crate) error: Color32,
    /// Text on a leaf-coloured button.
    pub(crate) on_leaf: Color32,
    /// White keys of the keyboard.
    pub(crate) ivory: Color32,
    /// Keys that sound.
    pub(crate) struck: Color32,
    /// Black keys of the keyboard.
    pub(crate) ebony: Color32,
    /// Hues of the strands.
    pub(crate) strands: [Color32; 8],
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const DARK: Palette = Palette {
    ground: rgb(0x12161a),
    panel: rgb(0x1a2026),
    bed: rgb(0x151a1f),
    raised: rgb(0x222a31),
    lifted: rgb(0x2a333b),
    line: rgb(0x2c353d),
    text: rgb(0xe6edf3),
    muted: rgb(0x9aa7b2),
    faint: rgb(0x7d8a96),
    leaf: rgb(0x7bd88f),
    moss: rgb(0x24352b),
    stem: rgb(0x4b5b52),
    target: rgb(0x5cc8ff),
    pool: rgb(0x1d2b36),
    amber: rgb(0xf2c14e),
    mauve: rgb(0xb48cff),
    coral: rgb(0xff8c69),
    error: rgb(0xf0686c),
    on_leaf: rgb(0x0e1a12),
    ivory: rgb(0xdde5ea),
    struck: rgb(0x7bd88f),
    ebony: rgb(0x1b2127),
    strands: [
        rgb(0x7bd88f),
        rgb(0x5cc8ff),
        rgb(0xf2c14e),
        rgb(0xb48cff),
        rgb(0xff8c69),
        rgb(0x4fd6c2),
        rgb(0xf27fb2),
        rgb(0xa5c261),
    ],
};

const LIGHT: Palette = Palette {
    ground: rgb(0xf4f6f2),
    panel: rgb(0xe7ebe4),
    bed: rgb(0xeef1ec),
    raised: rgb(0xf6f8f4),
    lifted: rgb(0xffffff),
    line: rgb(0xc6cec5),
    text: rgb(0x1c2420),
    muted: rgb(0x4b5751),
    faint: rgb(0x5e6a64),
    leaf: rgb(0x207237),
    moss: rgb(0xcfe6d3),
    stem: rgb(0xa9b8ae),
    target: rgb(0x0e6b9e),
    pool: rgb(0xd5e6f0),
    amber: rgb(0x8a6100),
    mauve: rgb(0x6a3fc4),
    coral: rgb(0xb0432a),
    error: rgb(0xb3262b),
    on_leaf: rgb(0xf4fbf5),
    ivory: rgb(0xffffff),
    struck: rgb(0x63bd7b),
    ebony: rgb(0x2a322e),
    strands: [
        rgb(0x207237),
        rgb(0x0e6b9e),
        rgb(0x8a6100),
        rgb(0x6a3fc4),
        rgb(0xb0432a),
        rgb(0x0f7467),
        rgb(0xa8326b),
        rgb(0x566f1c),
    ],
};

impl Palette {
    /// The palette that `ui` is drawn in.
    pub(crate) fn of(ui: &egui::Ui) -> &'static Palette {
        if ui.visuals().dark_mode { &DARK } else { &LIGHT }
    }

    /// The hue of oscillator `k`.
    pub(crate) fn osc(&self, k: usize) -> Color32 {
        [self.leaf, self.target, self.amber][k % 3]
    }
}

/// The weights of the typeface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Medium,
    Bold,
}

const MEDIUM: &str = "Inter Medium";
const BOLD: &str = "Inter SemiBold";

/// The typeface at `size` points.
pub(crate) fn font(size: f32, weight: Weight) -> FontId {
    match weight {
        Weight::Regular => FontId::proportional(size),
        Weight::Medium => FontId::new(size, FontFamily::Name(MEDIUM.into())),
        Weight::Bold => FontId::new(size, FontFamily::Name(BOLD.into())),
    }
}

/// Puts the typeface and both themes into `ctx`, once; says whether they were there already.
/// Where not, they count from the next pass on.
pub(crate) fn install(ctx: &egui::Context) -> bool {
    let bold = FontFamily::Name(BOLD.into());
    if ctx.fonts(|fonts| fonts.definitions().families.contains_key(&bold)) {
        return true;
    }
    ctx.set_fonts(fonts());
    ctx.style_mut_of(egui::Theme::Dark, |style| dress(style, &DARK));
    ctx.style_mut_of(egui::Theme::Light, |style| dress(style, &LIGHT));
    false
}

/// Lets menus fade in and rows slide, or not.
pub(crate) fn pace(ui: &egui::Ui, reduced_motion: bool) {
    let time = if reduced_motion { 0.0 } else { 0.1 };
    if ui.style().animation_time != time {
        ui.ctx().all_styles_mut(|style| style.animation_time = time);
    }
}

/// Inter in three weights, before egui's own fonts for whatever Inter lacks.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let inter: [(&str, &'static [u8]); 3] = [
        ("Inter", include_bytes!("../assets/inter/Inter-Regular.ttf")),
        (MEDIUM, include_bytes!("../assets/inter/Inter-Medium.ttf")),
        (BOLD, include_bytes!("../assets/inter/Inter-SemiBold.ttf")),
    ];
    for (name, bytes) in inter {
        fonts.font_data.insert(name.into(), Arc::new(FontData::from_static(bytes)));
    }
    let mut chain = vec!["Inter".to_owned()];
    chain.extend(fonts.families.get(&FontFamily::Proportional).into_iter().flatten().cloned());
    for weight in [MEDIUM, BOLD] {
        let mut weighted = vec![weight.to_owned()];
        weighted.extend(chain.iter().cloned());
        fonts.families.insert(FontFamily::Name(weight.into()), weighted);
    }
    fonts.families.insert(FontFamily::Proportional, chain);
    fonts
}

/// Dresses egui's own widgets (menus, text fields, scroll bars) in a palette.
fn dress(style: &mut egui::Style, p: &Palette) {
    use egui::TextStyle::{Body, Button, Heading, Small};
    for (text, points) in
        [(Small, size::TINY), (Body, size::BODY), (Button, size::BODY), (Heading, size::LARGE)]
    {
        style.text_styles.insert(text, FontId::proportional(points));
    }
    style.spacing.item_spacing = egui::vec2(6.0, 4.0);
    style.spacing.button_padding = egui::vec2(8.0, 3.0);
    style.spacing.scroll = egui::style::ScrollStyle::thin();
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;

    let v = &mut style.visuals;
    v.override_text_color = Some(p.text);
    v.panel_fill = p.ground;
    v.window_fill = p.raised;
    v.window_stroke = Stroke::new(1.0, p.line);
    v.window_corner_radius = CornerRadius::same(ROUND + 2);
    v.menu_corner_radius = CornerRadius::same(ROUND);
    v.extreme_bg_color = p.ground;
    v.faint_bg_color = p.bed;
    v.weak_text_color = Some(p.muted);
    v.warn_fg_color = p.coral;
    v.error_fg_color = p.error;
    v.hyperlink_color = p.target;
    v.selection.bg_fill = p.moss;
    v.selection.stroke = Stroke::new(1.0, p.leaf);
    let rounded = CornerRadius::same(WELL_ROUND);
    let fills = [
        (&mut v.widgets.noninteractive, p.panel, p.line),
        (&mut v.widgets.inactive, p.raised, p.line),
        (&mut v.widgets.hovered, p.lifted, p.faint),
        (&mut v.widgets.active, p.line, p.leaf),
        (&mut v.widgets.open, p.lifted, p.line),
    ];
    for (widget, fill, frame) in fills {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, frame);
        widget.fg_stroke = Stroke::new(1.0, p.text);
        widget.corner_radius = rounded;
        widget.expansion = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance after WCAG 2.2.
    fn luminance(c: Color32) -> f32 {
        let linear = |v: u8| {
            let v = f32::from(v) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(c.r()) + 0.7152 * linear(c.g()) + 0.0722 * linear(c.b())
    }

    fn contrast(a: Color32, b: Color32) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_is_readable_on_every_ground() {
        for p in [&DARK, &LIGHT] {
            for ground in [p.ground, p.panel, p.bed] {
                let inks = [p.text, p.muted, p.faint, p.leaf, p.target, p.amber, p.mauve, p.coral];
                for ink in inks.into_iter().chain(p.strands).chain([p.error]) {
                    let ratio = contrast(ink, ground);
                    assert!(ratio >= 4.5, "{ink:?} on {ground:?}: {ratio:.2}");
                }
            }
            assert!(contrast(p.on_leaf, p.leaf) >= 4.5);
        }
    }
}
