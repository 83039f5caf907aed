//! Files over the window: what would become of them, said before they are let go.

use std::path::Path;

use egui::{Align2, Color32, Order, Rect, Stroke, StrokeKind, vec2};

use crate::desk::Desk;
use crate::memory::{Page, Tab};
use crate::paint::{speak, text_in};
use crate::theme::{Palette, ROUND, Weight, size};
use crate::{Breeding, Command};

/// What a file is, as far as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sound,
    Preset,
    Tuning,
    /// Nothing that can be used, and why.
    Other(&'static str),
}

fn kind(path: &Path) -> Kind {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("wav" | "wave" | "aif" | "aiff" | "aifc" | "flac" | "mp3" | "ogg" | "oga") => {
            Kind::Sound
        }
        Some("cultivar") => Kind::Preset,
        Some("scl" | "kbm") => Kind::Tuning,
        Some("mp4" | "mov" | "avi" | "mkv" | "webm") => Kind::Other("a video"),
        Some("mid" | "midi") => Kind::Other("a MIDI file"),
        Some("m4a" | "aac" | "wma" | "opus") => {
            Kind::Other("a kind of sound that cannot be read yet")
        }
        Some("png" | "jpg" | "jpeg" | "gif") => Kind::Other("a picture"),
        Some("zip" | "rar" | "7z") => Kind::Other("an archive: unpack it first"),
        Some(_) => Kind::Other("not a sound file"),
        None => Kind::Other("a folder, or a file without an ending"),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into())
}

/// The oscillator under the pointer, where its panels are on screen.
fn osc_under(ui: &egui::Ui, desk: &Desk) -> Option<usize> {
    let shown = desk.memory.settings.page == Page::Synth && desk.memory.tab == Tab::Voice;
    let at = ui.ctx().pointer_latest_pos().filter(|_| shown)?;
    desk.memory.osc_panels.iter().position(|panel| panel.contains(at))
}

/// Shows what a drop would do, and does it. `page` is all below the header, above the keyboard.
pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk, page: Rect) {
    let over: Vec<_> = ui.input(|i| i.raw.hovered_files.iter().map(|f| f.path.clone()).collect());
    if let Some(first) = over.first() {
        let name = first.as_deref().map_or("the file".into(), file_name);
        let what = first.as_deref().map_or(Kind::Sound, kind);
        announce(ui, desk, page, what, &name, over.len());
    }
    let dropped: Vec<_> =
        ui.input(|i| i.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
    let Some(first) =
        dropped.iter().find(|path| !matches!(kind(path), Kind::Other(_))).or(dropped.first())
    else {
        return;
    };
    match (kind(first), osc_under(ui, desk)) {
        (Kind::Sound, Some(osc)) => desk.ask(Command::LoadTable { osc, path: first.clone() }),
        (Kind::Sound, None) => {
            desk.memory.settings.page = Page::Grow;
            desk.ask(Command::Grow { path: first.clone() });
        }
        (Kind::Preset, _) if desk.memory.settings.page == Page::Breed => {
            desk.ask(Command::Breed(Breeding::AddFile(first.clone())));
        }
        (Kind::Preset, _) => desk.ask(Command::LoadFile(first.clone())),
        (Kind::Tuning, _) => desk.ask(Command::LoadTuning(first.clone())),
        (Kind::Other(why), _) => {
            let words = format!("{}: {why}", file_name(first));
            desk.hint(ui.ctx(), &words);
        }
    }
}

fn announce(ui: &egui::Ui, desk: &Desk, page: Rect, what: Kind, name: &str, count: usize) {
    let p = Palette::of(ui);
    let osc = osc_under(ui, desk);
    let (words, ink) = match (what, osc) {
        (Kind::Sound, Some(k)) => {
            (format!("Read {name} as a wavetable of oscillator {}", ["A", "B", "C"][k]), p.target)
        }
        (Kind::Sound, None) => (format!("Grow from {name}"), p.target),
        (Kind::Preset, _) if desk.memory.settings.page == Page::Breed => {
            (format!("Breed with {name}"), p.leaf)
        }
        (Kind::Preset, _) => (format!("Load the preset {name}"), p.leaf),
        (Kind::Tuning, _) => (format!("Tune the keys by {name}"), p.leaf),
        (Kind::Other(why), _) => (format!("{name} is {why}"), p.amber),
    };
    let glow = match osc.filter(|_| what == Kind::Sound) {
        Some(k) => desk.memory.osc_panels[k],
        None => page.shrink(6.0),
    };
    let top = egui::LayerId::new(Order::Foreground, ui.scope_id().with("drop"));
    let painter = ui.ctx().layer_painter(top);
    painter.rect_filled(page, 0.0, p.ground.gamma_multiply(0.45));
    for (width, strength) in (1..=9).map(|n| (26.0 - 2.6 * n as f32, 0.035)).chain([(2.0, 1.0)]) {
        let line = Stroke::new(width, ink.gamma_multiply(strength));
        painter.rect_stroke(glow, ROUND + 4, line, StrokeKind::Inside);
    }
    let banner = Rect::from_center_size(page.center(), vec2(460.0, 84.0));
    painter.rect_filled(banner, ROUND + 6, p.raised);
    painter.rect_stroke(
        banner,
        ROUND + 6,
        Stroke::new(1.0, ink.gamma_multiply(0.6)),
        StrokeKind::Inside,
    );
    let write = |rect: Rect, words: &str, size: f32, weight, ink: Color32| {
        text_in(&painter, rect, Align2::CENTER_CENTER, words, size, weight, ink);
    };
    let upper = Rect::from_center_size(banner.center() - vec2(0.0, 12.0), vec2(430.0, 24.0));
    write(upper, &words, size::LARGE + 1.0, Weight::Bold, ink);
    speak(ui, upper, &words);
    let hint = match what {
        Kind::Other(_) => "WAV, FLAC, AIFF, MP3 and OGG sounds and Cultivar presets are welcome",
        _ if count > 1 => "One file at a time: the first one counts",
        Kind::Sound if osc.is_none() => "Strands of patches grow towards this sound",
        _ => "Let go to load it",
    };
    let lower = Rect::from_center_size(banner.center() + vec2(0.0, 16.0), vec2(430.0, 18.0));
    write(lower, hint, size::SMALL, Weight::Regular, p.muted);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_what_can_be_done() {
        assert_eq!(kind(Path::new("/a/Kick 01.WAV")), Kind::Sound);
        assert_eq!(kind(Path::new("Pluck.cultivar")), Kind::Preset);
        assert_eq!(kind(Path::new("31edo.SCL")), Kind::Tuning);
        assert!(
            matches!(kind(Path::new("holiday.mp4")), Kind::Other(why) if why.contains("video"))
        );
        assert!(matches!(kind(Path::new("/samples")), Kind::Other(why) if why.contains("folder")));
    }
}
