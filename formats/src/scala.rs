//! Tunings in Scala's files: scales of pitches (`.scl`) and their places on the keys (`.kbm`).
//!
//! Layout: "Scala scale file format" and "Scala keyboard mappings" by Manuel Op de Coul,
//! huygens-fokker.org/scala.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use cultivar_dsp::Tuning;
use cultivar_patch::disk;

/// Most bytes of a file.
pub const MAX_SCALA: usize = 1 << 18;
/// Most notes of a scale.
const MAX_NOTES: usize = 4096;
/// Most keys of a mapping before it repeats.
const MAX_MAP: usize = 1024;
/// Cents beyond which nothing is heard, wherever one begins.
const MAX_CENTS: f64 = 1e6;
/// Scale degrees beyond which no scale leads to anything that is heard.
const MAX_DEGREE: i32 = 1 << 16;

/// Why a text gives no scale or mapping. The words are a reason; whoever shows it names the
/// file.
#[derive(Debug, thiserror::Error)]
pub enum ScalaError {
    /// The disk says no.
    #[error("{}", disk::reason(.0))]
    Disk(#[from] io::Error),
    /// A folder, a pipe and the like.
    #[error("it is not a file")]
    NotFile,
    /// More than any scale takes.
    #[error("it is larger than {} KiB", MAX_SCALA >> 10)]
    TooLarge,
    /// A line that does not say what it should.
    #[error("line {line}: {found:?} is not {wanted}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What it says, shortened.
        found: String,
        /// What it should say.
        wanted: &'static str,
    },
    /// The text ends too early.
    #[error("it ends before {0}")]
    Ends(&'static str),
    /// Fewer pitches than announced.
    #[error("it announces {announced} notes and gives {found}")]
    Notes {
        /// Notes announced.
        announced: usize,
        /// Notes given.
        found: usize,
    },
    /// A mapping without any key.
    #[error("no key is mapped, so there is nothing to tune the reference note by")]
    Unmapped,
}

/// The pitches of a scale above its first note.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// What its author says of it.
    pub description: String,
    /// Cents above the first note; the last one is the period. Empty for a scale of one note
    /// without a period.
    cents: Vec<f64>,
}

impl Default for Scale {
    /// Twelve equal steps an octave.
    fn default() -> Self {
        Scale {
            description: "12 equal steps".into(),
            cents: (1..=12).map(|n| 100.0 * f64::from(n)).collect(),
        }
    }
}

impl Scale {
    /// Reads the text of a `.scl` file. What follows its last pitch does not count.
    pub fn parse(text: &str) -> Result<Self, ScalaError> {
        let mut lines = lines(text)?;
        let (_, description) = lines.next().ok_or(ScalaError::Ends("its description"))?;
        let count = lines.next().ok_or(ScalaError::Ends("the number of its notes"))?;
        let wanted = "a number of notes from 0 to 4096";
        let announced = number(count, wanted, 0..=MAX_NOTES as i32)? as usize;
        let cents = lines.take(announced).map(pitch).collect::<Result<Vec<_>, _>>()?;
        if cents.len() < announced {
            return Err(ScalaError::Notes { announced, found: cents.len() });
        }
        Ok(Scale { description: description.trim().into(), cents })
    }

    /// Notes until it repeats.
    pub fn notes(&self) -> usize {
        self.cents.len()
    }

    /// Cents of a degree above the first note, which is degree 0; degrees go on beyond the
    /// period in both directions.
    fn cents(&self, degree: i32) -> f64 {
        let Some(period) = self.cents.last() else { return 0.0 };
        let count = self.cents.len() as i32;
        let within = match degree.rem_euclid(count) {
            0 => 0.0,
            step => self.cents[step as usize - 1],
        };
        f64::from(degree.div_euclid(count)) * period + within
    }
}

/// Which degree of a scale each key plays, and how high one of them sounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// Keys that are tuned; others stay as they are without a tuning.
    first: i32,
    last: i32,
    /// The key of the first entry.
    middle: i32,
    /// The key whose frequency is given, in hertz.
    reference: i32,
    frequency: f64,
    /// The degree by which the pattern rises from one repetition to the next; 0 for the period.
    octave: i32,
    /// Degree of each key of the pattern; empty where each key is one degree above the last.
    degrees: Vec<Option<i32>>,
}

impl Default for Mapping {
    /// Middle C begins the scale and sounds as it does in equal temperament.
    fn default() -> Self {
        let frequency = 440.0 * (-0.75f64).exp2();
        let degrees = Vec::new();
        Mapping { first: 0, last: 127, middle: 60, reference: 60, frequency, octave: 0, degrees }
    }
}

impl Mapping {
    /// Reads the text of a `.kbm` file. Keys at the end of the pattern may be left out and are
    /// unmapped then.
    pub fn parse(text: &str) -> Result<Self, ScalaError> {
        let mut lines = lines(text)?;
        let mut header = |what, wanted, range| {
            number(lines.next().ok_or(ScalaError::Ends(what))?, wanted, range)
        };
        let size = "a number of keys from 0 to 1024";
        let size = header("the size of its map", size, 0..=MAX_MAP as i32)? as usize;
        let key = "a key from 0 to 127";
        let first = header("its first key", key, 0..=127)?;
        let last = header("its last key", key, 0..=127)?;
        let middle = header("its middle key", key, 0..=127)?;
        let reference = header("its reference key", key, 0..=127)?;
        let frequency = hertz(lines.next().ok_or(ScalaError::Ends("its reference frequency"))?)?;
        let degree = "a scale degree";
        let octave = lines.next().ok_or(ScalaError::Ends("its octave"))?;
        let octave = number(octave, degree, -MAX_DEGREE..=MAX_DEGREE)?;
        let degrees = entries(lines.take(size), size)?;
        Ok(Mapping { first, last, middle, reference, frequency, octave, degrees })
    }

    /// Cents of a key above the middle one; none for unmapped keys.
    fn cents(&self, scale: &Scale, key: i32) -> Option<f64> {
        let above = key - self.middle;
        let size = self.degrees.len() as i32;
        if size == 0 {
            return Some(scale.cents(above));
        }
        let degree = self.degrees[above.rem_euclid(size) as usize]?;
        let octave = if self.octave == 0 { scale.notes() as i32 } else { self.octave };
        Some(scale.cents(degree) + f64::from(above.div_euclid(size)) * scale.cents(octave))
    }

    /// The same for the reference key. Where it is unmapped, it lies on the line between its
    /// nearest neighbours that are not.
    fn reference_cents(&self, scale: &Scale) -> Option<f64> {
        let find = |step: i32| {
            let mut keys = (0..=self.degrees.len() as i32).map(|n| self.reference + n * step);
            keys.find_map(|key| Some((key, self.cents(scale, key)?)))
        };
        let ((low, below), (high, above)) = (find(-1)?, find(1)?);
        let share = f64::from(self.reference - low) / f64::from((high - low).max(1));
        Some(below + share * (above - below))
    }
}

/// The pitch of every key that plays `scale` in the places of `mapping`.
pub fn tuning(scale: &Scale, mapping: &Mapping) -> Result<Tuning, ScalaError> {
    let at = mapping.reference_cents(scale).ok_or(ScalaError::Unmapped)?;
    let reference = 69.0 + 12.0 * (mapping.frequency / 440.0).log2();
    Ok(Tuning::new(|key| {
        let key = key as i32;
        if !(mapping.first..=mapping.last).contains(&key) {
            return Some(key as f32);
        }
        let cents = mapping.cents(scale, key)? - at;
        Some((reference + 0.01 * cents) as f32)
    }))
}

/// The text of a file, in UTF-8 or else in ISO 8859-1.
pub fn read_scala(path: &Path) -> Result<String, ScalaError> {
    if !fs::metadata(path)?.is_file() {
        return Err(ScalaError::NotFile);
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_SCALA as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_SCALA {
        return Err(ScalaError::TooLarge);
    }
    let latin = |e: std::string::FromUtf8Error| e.as_bytes().iter().map(|&b| b as char).collect();
    let text = String::from_utf8(bytes).unwrap_or_else(latin);
    if text.len() > MAX_SCALA { Err(ScalaError::TooLarge) } else { Ok(text) }
}

/// A line with its number, from 1.
type Line<'t> = (usize, &'t str);

/// All lines that are no comments.
fn lines(text: &str) -> Result<impl Iterator<Item = Line<'_>>, ScalaError> {
    if text.len() > MAX_SCALA {
        return Err(ScalaError::TooLarge);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let numbered = text.lines().enumerate().map(|(k, line)| (k + 1, line));
    Ok(numbered.filter(|(_, line)| !line.starts_with('!')))
}

fn not((line, found): Line, wanted: &'static str) -> ScalaError {
    ScalaError::Line { line, found: found.trim().chars().take(40).collect(), wanted }
}

/// The first word of a line; what follows it does not count.
fn word((_, text): Line<'_>) -> &str {
    text.split_whitespace().next().unwrap_or("")
}

fn number(
    line: Line,
    wanted: &'static str,
    range: std::ops::RangeInclusive<i32>,
) -> Result<i32, ScalaError> {
    let value = word(line).parse().ok().filter(|value| range.contains(value));
    value.ok_or_else(|| not(line, wanted))
}

fn hertz(line: Line) -> Result<f64, ScalaError> {
    let value = word(line).parse().ok().filter(|hz: &f64| (1e-3..=1e6).contains(hz));
    value.ok_or_else(|| not(line, "a frequency in hertz"))
}

/// Cents of a line with a pitch: with a point it is cents, else a ratio.
fn pitch(line: Line) -> Result<f64, ScalaError> {
    let text = line.1.trim_start();
    let is_of_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | '/' | '-' | '+');
    let (text, rest) = text.split_at(text.find(|c| !is_of_number(c)).unwrap_or(text.len()));
    // A ratio may be written with spaces round its slash.
    let (text, below) = match (text.split_once('/'), rest.trim_start().strip_prefix('/')) {
        (Some((above, below)), _) if !below.is_empty() => (above, below),
        (Some((above, _)), _) => (above, word((0, rest))),
        (None, Some(below)) => (text, word((0, below))),
        (None, None) => (text, "1"),
    };
    let cents = if text.contains('.') {
        let cents = text.parse::<f64>().ok().filter(|cents| cents.abs() <= MAX_CENTS);
        cents.ok_or_else(|| not(line, "a pitch in cents"))?
    } else {
        let part = |text: &str| text.parse::<u64>().ok().filter(|part| *part > 0);
        let ratio = part(text).zip(part(below));
        let (above, below) = ratio.ok_or_else(|| not(line, "a pitch in cents or as a ratio"))?;
        1200.0 * ((above as f64).log2() - (below as f64).log2())
    };
    Ok(cents)
}

/// The pattern of a mapping. Empty lines after it count as little as those left out.
fn entries<'t>(
    lines: impl Iterator<Item = Line<'t>>,
    size: usize,
) -> Result<Vec<Option<i32>>, ScalaError> {
    let mut degrees = Vec::with_capacity(size);
    let mut blank = None;
    for line in lines {
        let degree = match word(line) {
            "" => {
                blank = blank.or(Some(line));
                continue;
            }
            "x" | "X" => None,
            _ => Some(number(line, "a scale degree or an x", -MAX_DEGREE..=MAX_DEGREE)?),
        };
        if let Some(blank) = blank {
            return Err(not(blank, "a scale degree or an x"));
        }
        degrees.push(degree);
    }
    degrees.resize(size, None);
    Ok(degrees)
}
