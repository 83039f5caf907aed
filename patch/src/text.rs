//! Values as the player reads and types them.

use crate::schema::{NO_TIME, SILENCE_DB};
use crate::{Def, Id, Kind, Unit, defs};

/// Words for the value of a switch, and for no sound or no time.
const ON: &str = "on";
const OFF: &str = "off";
/// The word for a route without a destination.
const NOTHING: &str = "None";

impl Def {
    /// The value with its unit: `-6.0 dB`, `440 Hz`, `1.25 s`, `30 L`, `Low-pass 24`. It is
    /// rounded to what is worth reading; [`Def::parse`] of it is the rounded value.
    pub fn text(&self, value: f32) -> String {
        let value = self.legal(value);
        match self.kind {
            Kind::Whole => format!("{value}"),
            Kind::Switch => if value > 0.5 { ON } else { OFF }.into(),
            Kind::Choice(options) => options[value as usize].name.into(),
            Kind::Destination => {
                Id::from_destination(value).map_or(NOTHING.into(), |id| id.def().full_name())
            }
            Kind::Real => {
                let text = real_text(self, f64::from(value));
                let least = |read: f32| self.has_off() && read <= self.min;
                if self.parse(&text).is_some_and(least) { OFF.into() } else { text }
            }
        }
    }

    /// The value that a text means, nearest legal; nothing where it means none. Units may be
    /// left out, capitals and spaces do not matter, decimals take a point or a comma.
    pub fn parse(&self, text: &str) -> Option<f32> {
        let text = text.trim().to_lowercase().replace('\u{2212}', "-");
        let same = |word: &str| word.to_lowercase() == text;
        match self.kind {
            Kind::Whole => split(&text).filter(|(_, unit)| unit.is_empty()).map(|(n, _)| n as f32),
            Kind::Switch => match text.as_str() {
                "on" | "yes" | "true" | "1" => Some(1.0),
                "off" | "no" | "false" | "0" => Some(0.0),
                _ => None,
            },
            Kind::Choice(options) => {
                let place = options.iter().position(|o| same(o.name) || same(o.id));
                place.map(|k| k as f32)
            }
            Kind::Destination => {
                let named = |def: &Def| def.modulated && (same(&def.full_name()) || same(&def.id));
                let place = defs().iter().position(named).map(|k| Id(k as u16).as_destination());
                place.or_else(|| (same(NOTHING) || same(OFF)).then_some(0.0))
            }
            Kind::Real => self.parse_real(&text),
        }
        .map(|value| self.legal(value))
    }

    /// Whether the least value is silence or no time.
    fn has_off(&self) -> bool {
        match self.unit {
            Unit::Decibels => self.min <= SILENCE_DB,
            Unit::LogSeconds => self.min <= NO_TIME,
            _ => false,
        }
    }

    fn parse_real(&self, text: &str) -> Option<f32> {
        match (self.unit, text) {
            (_, "off" | "none" | "-inf" | "-inf db" | "-∞" | "-∞ db") if self.has_off() => {
                return Some(self.min);
            }
            (Unit::Pan, "c" | "centre" | "center" | "middle") => return Some(0.0),
            (Unit::Note, name) if name.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                return note_named(name);
            }
            _ => {}
        }
        let (number, unit) = split(text)?;
        let scaled = number * factor(self.unit, unit)?;
        let value = match self.unit {
            Unit::Note | Unit::LogSeconds | Unit::LogHertz if scaled < 0.0 => return None,
            Unit::Note => 69.0 + 12.0 * (scaled / 440.0).log2(),
            Unit::LogSeconds | Unit::LogHertz => scaled.log2(),
            _ => scaled,
        };
        Some(value as f32)
    }
}

/// How far a route of `amount` (−1 to 1) moves `destination`, in its unit: `+24 st`. Times
/// and rates are multiplied: `×4`.
pub fn amount_text(destination: Id, amount: f32) -> String {
    let def = destination.def();
    let moved = f64::from(amount) * f64::from(def.span());
    match def.unit {
        Unit::LogSeconds | Unit::LogHertz => format!("×{}", significant(moved.exp2(), 3)),
        Unit::Pan => linear_text(Unit::Ratio, moved, true),
        Unit::Note => linear_text(Unit::Semitones, moved, true),
        unit => linear_text(unit, moved, true),
    }
}

/// The amount (−1 to 1) that a text means, as [`amount_text`] writes it.
pub fn parse_amount(destination: Id, text: &str) -> Option<f32> {
    let def = destination.def();
    let text = text.trim().to_lowercase().replace('\u{2212}', "-");
    let unit = match def.unit {
        Unit::Pan => Unit::Ratio,
        Unit::Note => Unit::Semitones,
        unit => unit,
    };
    let moved = match unit {
        Unit::LogSeconds | Unit::LogHertz => {
            let (times, unit) = split(text.trim_start_matches(['×', 'x', '*']))?;
            if times < 0.0 || !unit.is_empty() {
                return None;
            }
            times.log2()
        }
        unit => {
            let (number, suffix) = split(&text)?;
            number * factor(unit, suffix)?
        }
    };
    Some((moved / f64::from(def.span())).clamp(-1.0, 1.0) as f32)
}

fn real_text(def: &Def, value: f64) -> String {
    match def.unit {
        Unit::Pan => {
            let side = if value < 0.0 { "L" } else { "R" };
            match decimals(100.0 * value.abs(), 1) {
                zero if zero == "0" => "C".into(),
                amount => format!("{amount} {side}"),
            }
        }
        Unit::Note => hertz(440.0 * ((value - 69.0) / 12.0).exp2(), 4),
        Unit::LogHertz => hertz(value.exp2(), 3),
        Unit::LogSeconds => {
            let seconds = rounded(value.exp2(), 3);
            if seconds < 1.0 {
                format!("{} ms", significant(1000.0 * seconds, 3))
            } else {
                format!("{} s", significant(seconds, 3))
            }
        }
        unit => linear_text(unit, value, def.min < 0.0 && unit != Unit::Decibels),
    }
}

/// Text of a unit whose plain value is shown times a factor.
fn linear_text(unit: Unit, value: f64, signed: bool) -> String {
    let (scale, suffix, places) = match unit {
        Unit::Ratio | Unit::Bipolar | Unit::Pan => (100.0, " %", 1),
        Unit::Turn => (360.0, "°", 1),
        Unit::Decibels => (1.0, " dB", 1),
        Unit::Semitones | Unit::Note => (1.0, " st", 2),
        Unit::Cents => (1.0, " ct", 1),
        Unit::Octaves | Unit::LogHertz | Unit::LogSeconds => (1.0, " oct", 2),
        Unit::Slope => (1.0, " dB/oct", 1),
        Unit::Count => (1.0, "", 2),
    };
    let shown = scale * value;
    let number = match unit {
        // Levels keep their decimal, as on every mixer.
        Unit::Decibels => format!("{:.1}", zero_is_plus(shown, 1)),
        _ => decimals(shown, places),
    };
    let plus = if signed && zero_is_plus(shown, places) > 0.0 { "+" } else { "" };
    format!("{plus}{number}{suffix}")
}

/// What a number with this unit behind it is worth in plain values, or in hertz and seconds
/// where plain values are their logarithms.
fn factor(unit: Unit, suffix: &str) -> Option<f64> {
    Some(match (unit, suffix) {
        (Unit::Ratio | Unit::Bipolar, "" | "%") => 0.01,
        (Unit::Pan, "" | "%" | "r" | "right") => 0.01,
        (Unit::Pan, "l" | "left") => -0.01,
        (Unit::Turn, "" | "°" | "deg" | "degrees") => 1.0 / 360.0,
        (Unit::Decibels, "" | "db") => 1.0,
        (Unit::Semitones, "" | "st" | "semi" | "semitones") => 1.0,
        (Unit::Cents, "" | "ct" | "c" | "cent" | "cents") => 1.0,
        (Unit::Note | Unit::LogHertz, "" | "hz") => 1.0,
        (Unit::Note | Unit::LogHertz, "k" | "khz") => 1000.0,
        (Unit::LogSeconds, "" | "s" | "sec" | "seconds") => 1.0,
        (Unit::LogSeconds, "m" | "ms") => 1e-3,
        (Unit::LogSeconds, "us" | "µs" | "μs") => 1e-6,
        (Unit::Octaves, "" | "oct" | "octaves") => 1.0,
        (Unit::Slope, "" | "db" | "db/oct") => 1.0,
        (Unit::Count, "") => 1.0,
        _ => return None,
    })
}

/// A number and what follows it. Where there is a point, commas part thousands.
fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let of_number = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | ',');
    let end = text.find(|c| !of_number(c)).unwrap_or(text.len());
    let comma = if text[..end].contains('.') { "" } else { "." };
    let number = text[..end].replace(',', comma).parse().ok()?;
    Some((number, text[end..].trim()))
}

/// The MIDI number of a note's name: `a4` is 69.
fn note_named(name: &str) -> Option<f32> {
    let mut rest = name.chars();
    let step = match rest.next()? {
        'c' => 0,
        'd' => 2,
        'e' => 4,
        'f' => 5,
        'g' => 7,
        'a' => 9,
        'b' => 11,
        _ => return None,
    };
    let rest = rest.as_str();
    let (bent, octave) = match rest.chars().next()? {
        '#' | '♯' => (1, rest.trim_start_matches(['#', '♯'])),
        'b' | '♭' => (-1, rest.trim_start_matches(['b', '♭'])),
        _ => (0, rest),
    };
    let octave: i32 = octave.parse().ok().filter(|octave| (-2..=10).contains(octave))?;
    Some((12 * (octave + 1) + step + bent) as f32)
}

fn hertz(hertz: f64, digits: usize) -> String {
    let hertz = rounded(hertz, digits);
    if hertz < 1000.0 {
        format!("{} Hz", significant(hertz, digits))
    } else {
        format!("{} kHz", significant(hertz / 1000.0, digits))
    }
}

/// `value` to so many digits that count.
fn rounded(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits - 1).parse().unwrap_or(value)
}

fn significant(value: f64, digits: usize) -> String {
    rounded(value, digits).to_string()
}

/// `value` to so many decimals at most, without trailing zeros.
fn decimals(value: f64, places: usize) -> String {
    zero_is_plus(value, places).to_string()
}

/// `value` rounded to so many decimals; zero without a sign.
fn zero_is_plus(value: f64, places: usize) -> f64 {
    format!("{value:.places$}").parse::<f64>().unwrap_or(value) + 0.0
}
