//! What is kept of a sound: figures of the whole, and levels by octave and stretch of time.

use std::fmt::Write as _;

use crate::hearing::BANDS;

/// Least level that is kept, in decibels.
pub(crate) const FLOOR: f32 = -99.9;
/// How far bands may be under the loudest one of their stretch, and of the whole sound, before
/// they no longer matter; in decibels.
const MASKED: f32 = -50.0;
const FAINT: f32 = -70.0;
/// How far a band may be away from its golden, in decibels.
const BAND_SLACK: f32 = 1.0;
/// Names of the octaves.
const OCTAVES: [&str; BANDS] = ["31", "63", "125", "250", "500", "1k", "2k", "4k", "8k", "16k"];

/// A figure of a whole sound.
struct Figure {
    name: &'static str,
    unit: &'static str,
    /// How far it may be away from its golden.
    slack: f32,
    digits: usize,
}

/// Level and peak against full scale; the strongest partial of the held part as a MIDI note,
/// where it stands out; sides against the middle and left against right, as far as 40 dB; the
/// moment after which the sound stays 60 dB under its loudest.
const FIGURES: [Figure; 6] = [
    Figure { name: "level", unit: "dB", slack: 0.5, digits: 1 },
    Figure { name: "peak", unit: "dB", slack: 1.0, digits: 1 },
    Figure { name: "pitch", unit: "semitones", slack: 0.02, digits: 3 },
    Figure { name: "width", unit: "dB", slack: 1.0, digits: 1 },
    Figure { name: "balance", unit: "dB", slack: 0.5, digits: 1 },
    Figure { name: "end", unit: "s", slack: 0.04, digits: 2 },
];

/// A stretch of time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slice {
    /// Where it begins, in seconds.
    pub(crate) start: f32,
    /// Level of each octave in decibels.
    pub(crate) levels: [f32; BANDS],
}

/// How a sound measures.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Portrait {
    /// In the order of [`FIGURES`].
    pub(crate) figures: [Option<f32>; FIGURES.len()],
    pub(crate) slices: Vec<Slice>,
}

impl Portrait {
    /// A sound of the same level in every octave.
    pub(crate) fn even(level: f32) -> Self {
        let slice = Slice { start: 0.0, levels: [level; BANDS] };
        Portrait { figures: [Some(level), None, None, None, None, None], slices: vec![slice] }
    }

    /// What is heard to differ in `other`, the worst first; each with how many times the slack
    /// it is away.
    pub(crate) fn differences(&self, other: &Portrait) -> Vec<(f32, String)> {
        let mut all = Vec::new();
        for ((figure, kept), found) in FIGURES.iter().zip(self.figures).zip(other.figures) {
            let Some(kept) = kept else { continue };
            let Some(found) = found else {
                all.push((f32::INFINITY, format!("{} is no longer there", figure.name)));
                continue;
            };
            let Figure { name, unit, slack, digits } = *figure;
            // Late ends are less sharp.
            let slack = if name == "end" { slack + 0.03 * kept } else { slack };
            let apart = found - kept;
            let apart = if name == "pitch" { harmonic(apart) } else { apart };
            if apart.abs() > slack {
                let text = format!("{name} {apart:+.digits$} {unit} ({found:.digits$})");
                all.push((apart.abs() / slack, text));
            }
        }
        if self.slices.len() != other.slices.len() {
            all.push((f32::INFINITY, format!("{} stretches of time", other.slices.len())));
        }
        let loudest = self.loudest().max(other.loudest());
        for (kept, found) in self.slices.iter().zip(&other.slices) {
            let top = kept.loudest().max(found.loudest());
            let masked = (top + MASKED).max(loudest + FAINT);
            for (octave, (kept, new)) in OCTAVES.iter().zip(kept.levels.iter().zip(&found.levels)) {
                let apart = new.max(masked) - kept.max(masked);
                if apart.abs() > BAND_SLACK {
                    let start = found.start;
                    let text = format!("{octave} Hz from {start:.2} s {apart:+.1} dB ({new:.1})");
                    all.push((apart.abs() / BAND_SLACK, text));
                }
            }
        }
        all.sort_by(|a, b| b.0.total_cmp(&a.0));
        all
    }

    fn loudest(&self) -> f32 {
        self.slices.iter().map(Slice::loudest).fold(FLOOR, f32::max)
    }

    /// The portrait as text: a line for each figure, then a line for each stretch of time.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (Figure { name, digits, .. }, value) in FIGURES.iter().zip(self.figures) {
            let _ = match value {
                Some(value) => writeln!(text, "{name} {:.digits$}", plain(value, *digits)),
                None => writeln!(text, "{name} -"),
            };
        }
        let _ = write!(text, "    #");
        OCTAVES.iter().for_each(|name| text += &format!(" {name:>5}"));
        text.push('\n');
        for slice in &self.slices {
            let _ = write!(text, "{:.3}", slice.start);
            slice.levels.iter().for_each(|level| text += &format!(" {:5.1}", plain(*level, 1)));
            text.push('\n');
        }
        text
    }

    /// Reads what [`Self::text`] has written, without its comments.
    pub(crate) fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let mut portrait = Portrait::default();
        for line in lines {
            let mut words = line.split_whitespace();
            let name = words.next().unwrap_or_default();
            let wrong = |_| format!("{line:?} is not understood");
            let numbers = words.clone().map(str::parse::<f32>);
            if let Some(place) = FIGURES.iter().position(|figure| figure.name == name) {
                let value = words.next().filter(|word| *word != "-");
                portrait.figures[place] = value.map(str::parse).transpose().map_err(wrong)?;
            } else {
                let start = name.parse().map_err(wrong)?;
                let levels = numbers.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
                let levels = levels.try_into().map_err(|_| format!("{line:?}: not {BANDS}"))?;
                portrait.slices.push(Slice { start, levels });
            }
        }
        Ok(portrait)
    }
}

impl Slice {
    fn loudest(&self) -> f32 {
        self.levels.iter().copied().fold(FLOOR, f32::max)
    }
}

/// An interval in semitones, less the nearest one between two low harmonics: which of them is
/// the strongest is a matter of level, and the octaves tell it.
fn harmonic(interval: f32) -> f32 {
    let harmonics = (1..=8).flat_map(|p| (1..=8).map(move |q| p as f32 / q as f32));
    let rests = harmonics.map(|ratio| interval - 12.0 * ratio.log2());
    rests.min_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(interval)
}

/// `value` with no minus before a zero.
fn plain(value: f32, digits: usize) -> f32 {
    let unit = 10f32.powi(digits as i32);
    (value * unit).round() / unit + 0.0
}
