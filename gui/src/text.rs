//! Values as they are written on screen and typed by the player.

use cultivar_patch::schema::{NO_TIME, SILENCE_DB};
use cultivar_patch::{Def, Kind, Unit};

/// A plain value in words.
pub(crate) fn text(def: &Def, value: f32) -> String {
    match def.kind {
        Kind::Switch => return if value >= 0.5 { "On" } else { "Off" }.into(),
        Kind::Choice(options) => {
            let k = (value.round().max(0.0) as usize).min(options.len() - 1);
            return options[k].name.into();
        }
        Kind::Whole => return format!("{value:.0}"),
        Kind::Real | Kind::Destination => {}
    }
    let signed = |value: f32, digits: usize, unit: &str| {
        let zero = value.abs() < 0.5 * 0.1_f32.powi(digits as i32);
        let sign = if zero {
            ""
        } else if value < 0.0 {
            "−"
        } else {
            "+"
        };
        format!("{sign}{:.digits$}{unit}", value.abs())
    };
    match def.unit {
        Unit::Count => format!("{value:.2}"),
        Unit::Ratio => format!("{:.0} %", value * 100.0),
        Unit::Bipolar => signed(value * 100.0, 0, " %"),
        Unit::Pan => match value {
            v if v.abs() < 0.005 => "C".into(),
            v if v < 0.0 => format!("{:.0} L", -v * 100.0),
            v => format!("{:.0} R", v * 100.0),
        },
        Unit::Turn => format!("{:.0}°", value * 360.0),
        Unit::Decibels if value <= SILENCE_DB && def.min <= SILENCE_DB => "−∞ dB".into(),
        Unit::Decibels => signed(value, 1, " dB"),
        Unit::Semitones => signed(value, 1, " st"),
        Unit::Note => hertz(440.0 * ((value - 69.0) / 12.0).exp2()),
        Unit::Cents => signed(value, 0, " ¢"),
        Unit::LogSeconds if value <= NO_TIME && def.min <= NO_TIME => "0 s".into(),
        Unit::LogSeconds => seconds(value.exp2()),
        Unit::LogHertz => hertz(value.exp2()),
        Unit::Octaves => format!("{value:.1} oct"),
        Unit::Slope => signed(value, 1, " dB/oct"),
    }
}

fn seconds(s: f32) -> String {
    match s {
        s if s < 0.01 => format!("{:.1} ms", s * 1e3),
        s if s < 1.0 => format!("{:.0} ms", s * 1e3),
        s if s < 10.0 => format!("{s:.2} s"),
        s => format!("{s:.1} s"),
    }
}

fn hertz(f: f32) -> String {
    match f {
        f if f < 10.0 => format!("{f:.2} Hz"),
        f if f < 1000.0 => format!("{f:.0} Hz"),
        f if f < 10_000.0 => format!("{:.2} kHz", f / 1e3),
        f => format!("{:.1} kHz", f / 1e3),
    }
}

/// The plain value that typed text means, where it means one.
pub(crate) fn parse(def: &Def, typed: &str) -> Option<f32> {
    let typed = typed.trim().to_lowercase().replace('−', "-").replace(',', ".");
    let word = |option: &str| option.to_lowercase() == typed;
    match def.kind {
        Kind::Switch if word("on") => return Some(1.0),
        Kind::Switch if word("off") => return Some(0.0),
        Kind::Choice(options) => {
            return options.iter().position(|o| word(o.name) || word(o.id)).map(|k| k as f32);
        }
        _ => {}
    }
    if def.unit == Unit::Pan && typed == "c" {
        return Some(0.0);
    }
    if typed.contains('∞') {
        return Some(def.min);
    }
    let end = typed.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c)));
    let (number, unit) = typed.split_at(end.unwrap_or(typed.len()));
    let number: f32 = number.parse().ok()?;
    let unit = unit.trim();
    let logarithm = |x: f32| if x > 0.0 { x.log2() } else { def.min };
    let kilo = if unit.starts_with('k') { 1e3 } else { 1.0 };
    let plain = match def.unit {
        Unit::Ratio | Unit::Bipolar => number / 100.0,
        Unit::Pan if unit.starts_with('l') => -number / 100.0,
        Unit::Pan => number / 100.0,
        Unit::Turn => number / 360.0,
        Unit::Note if number > 0.0 => 69.0 + 12.0 * (number * kilo / 440.0).log2(),
        Unit::LogSeconds if unit == "ms" => logarithm(number / 1e3),
        Unit::LogSeconds => logarithm(number),
        Unit::LogHertz => logarithm(number * kilo),
        _ => number,
    };
    Some(def.legal(plain))
}

#[cfg(test)]
mod tests {
    use cultivar_patch::defs;

    use super::*;

    #[test]
    fn what_is_written_can_be_typed() {
        for def in defs().iter().filter(|def| def.kind != Kind::Destination) {
            for step in 0..=20 {
                let value = def.at(step as f32 / 20.0);
                let shown = text(def, value);
                let typed = parse(def, &shown).unwrap_or_else(|| panic!("{}: {shown}", def.id));
                assert_eq!(text(def, typed), shown, "{}", def.id);
            }
        }
    }
}
