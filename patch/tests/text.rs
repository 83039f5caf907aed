//! What the player reads and types, over the whole schema.

use cultivar_patch::{Def, Id, Kind, Unit, amount_text, defs, id, parse_amount};

fn def(name: &str) -> &'static Def {
    id(name).unwrap_or_else(|| panic!("{name}")).def()
}

/// How far a text may be from its value, in plain units: half of its last digit.
fn step(def: &Def, value: f32) -> f32 {
    match (def.kind, def.unit) {
        (Kind::Real, Unit::Ratio | Unit::Bipolar | Unit::Pan) => 0.0006,
        (Kind::Real, Unit::Turn) => 0.06 / 360.0,
        (Kind::Real, Unit::Decibels | Unit::Cents | Unit::Slope) => 0.06,
        (Kind::Real, Unit::Semitones | Unit::Octaves) => 0.006,
        // Four digits of a frequency, three of a time or a rate.
        (Kind::Real, Unit::Note) => 12.0 * (1.0f32 + 0.6e-3).log2(),
        (Kind::Real, Unit::LogSeconds | Unit::LogHertz) => (1.0f32 + 0.6e-2).log2(),
        (Kind::Destination, _) if Id::from_destination(value).is_none() => value,
        _ => 0.0,
    }
}

#[test]
fn every_text_reads_back() {
    for def in defs() {
        for k in 0..=1000 {
            let value = def.at(k as f32 / 1000.0);
            let text = def.text(value);
            let read = def.parse(&text).unwrap_or_else(|| panic!("{}: {text:?}", def.id));
            assert!((read - value).abs() <= step(def, value), "{}: {value} {text} {read}", def.id);
            assert_eq!(def.text(read), text, "{}: {value} {read}", def.id);
            assert_eq!(def.parse(&text.to_uppercase()), Some(read), "{}: {text}", def.id);
            assert!(!text.starts_with("-0 ") && text.len() < 32, "{}: {text}", def.id);
        }
    }
}

#[test]
fn two_options_never_read_alike() {
    for def in defs() {
        if let Kind::Choice(options) = def.kind {
            for (k, option) in options.iter().enumerate() {
                assert_eq!(def.parse(option.name), Some(k as f32), "{}", def.id);
                assert_eq!(def.parse(option.id), Some(k as f32), "{}", def.id);
            }
        }
    }
    let mut names: Vec<String> = defs().iter().map(Def::full_name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), defs().len(), "full names are unique");
}

#[test]
fn texts_are_what_a_player_expects() {
    let check =
        |name: &str, value: f32, text: &str| assert_eq!(def(name).text(value), text, "{name}");
    check("osc.1.level", -6.0, "-6.0 dB");
    check("osc.1.level", -72.0, "off");
    check("osc.1.level", -0.01, "0.0 dB");
    check("filter.1.drive", 0.0, "0.0 dB");
    check("filter.1.cutoff", 69.0, "440 Hz");
    check("filter.1.cutoff", 105.0, "3.52 kHz");
    check("filter.1.model", 1.0, "Low-pass 24");
    check("env.1.attack", 0.321928, "1.25 s");
    check("env.1.attack", -6.3808, "12 ms");
    check("env.1.attack", -0.0001, "1 s");
    check("env.1.delay", -13.0, "off");
    check("osc.1.position", 0.5, "50 %");
    check("osc.1.position", 0.123, "12.3 %");
    check("osc.1.pan", 0.0, "C");
    check("osc.1.pan", -0.3, "30 L");
    check("osc.1.pan", 1.0, "100 R");
    check("osc.1.tune", -7.0, "-7 st");
    check("osc.1.tune", 12.5, "+12.5 st");
    check("osc.1.fine", 0.0, "0 ct");
    check("osc.1.detune", 20.0, "20 ct");
    check("osc.1.phase", 0.25, "90°");
    check("osc.1.on", 1.0, "on");
    check("noise.colour", -3.0, "-3 dB/oct");
    check("band.1.width", 1.0, "1 oct");
    check("lfo.1.rate", 1.0, "2 Hz");
    check("lfo.1.rate", -6.0, "0.0156 Hz");
    check("lfo.1.division", 6.0, "1/2 dotted");
    check("voice.count", 16.0, "16");
    check("route.1.amount", -0.5, "-50 %");
    check("route.1.destination", 0.0, "None");
    let cutoff = id("filter.1.cutoff").expect("cutoff").as_destination();
    check("route.1.destination", cutoff, "Filter 1 Cutoff");
    check("master.level", f32::NAN, "-6.0 dB");
}

#[test]
fn typing_is_forgiving() {
    let check = |name: &str, text: &str, value: Option<f32>| {
        let read = def(name).parse(text);
        let near = |(a, b): (f32, f32)| (a - b).abs() < 1e-3;
        let right = read.is_some() == value.is_some() && read.zip(value).is_none_or(near);
        assert!(right, "{name} {text:?}: {read:?}, not {value:?}");
    };
    check("osc.1.level", "-6", Some(-6.0));
    check("osc.1.level", "−6,5 db", Some(-6.5));
    check("osc.1.level", "-inf", Some(-72.0));
    check("osc.1.level", "+40", Some(6.0));
    check("filter.1.cutoff", "440", Some(69.0));
    check("filter.1.cutoff", "0.44k", Some(69.0));
    check("filter.1.cutoff", "0,44 kHz", Some(69.0));
    check("filter.1.cutoff", "1,760.0 Hz", Some(93.0));
    check("filter.1.cutoff", "a4", Some(69.0));
    check("filter.1.cutoff", "Bb3", Some(58.0));
    check("filter.1.cutoff", "C#5", Some(73.0));
    check("filter.1.cutoff", "b2", Some(47.0));
    check("filter.1.cutoff", "h4", None);
    check("filter.1.cutoff", "0", Some(8.0));
    check("filter.1.cutoff", "-5", None);
    check("env.1.attack", "250ms", Some(-2.0));
    check("env.1.attack", ".25", Some(-2.0));
    check("env.1.attack", "0", Some(-13.0));
    check("env.1.attack", "none", Some(-13.0));
    check("osc.1.pan", "30l", Some(-0.3));
    check("osc.1.pan", "-30", Some(-0.3));
    check("osc.1.pan", "centre", Some(0.0));
    check("osc.1.position", "12.5", Some(0.125));
    check("osc.1.tune", "-7 semitones", Some(-7.0));
    check("osc.1.tune", "7 apples", None);
    check("osc.1.on", "Yes", Some(1.0));
    check("osc.1.voices", "7.4", Some(7.0));
    check("filter.1.model", "LOW24", Some(1.0));
    check("filter.1.model", "2", None);
    check("route.1.destination", "filter.1.cutoff", id("filter.1.cutoff").map(Id::as_destination));
    check("route.1.destination", "osc.1.on", None);
    for text in
        ["", " ", "-", ".", "+-1", "%", "1.2.3", "nan", "inf", "é", "9".repeat(400).as_str()]
    {
        for def in defs() {
            if let Some(value) = def.parse(text) {
                assert_eq!(def.legal(value), value, "{}: {text:?}", def.id);
            }
        }
    }
}

#[test]
fn amounts_are_in_units_of_their_destination() {
    let check = |name: &str, amount: f32, text: &str| {
        let destination = id(name).expect(name);
        assert_eq!(amount_text(destination, amount), text, "{name}");
        let read = parse_amount(destination, text).unwrap_or_else(|| panic!("{name}: {text}"));
        assert!((read - amount).abs() < 2e-3, "{name}: {text} {read}");
    };
    check("osc.1.tune", 0.25, "+24 st");
    check("filter.1.cutoff", -0.5, "-64 st");
    check("osc.1.level", 0.1, "+7.8 dB");
    check("osc.1.position", -0.5, "-50 %");
    check("osc.1.pan", 0.5, "+100 %");
    check("lfo.1.rate", 1.0 / 6.0, "×4");
    check("env.1.decay", -1.0 / 9.0, "×0.25");
    check("osc.1.fine", 0.0, "0 ct");
    for (k, def) in defs().iter().enumerate().filter(|(_, def)| def.modulated) {
        for amount in [-1.0, -0.37, 0.0, 0.011, 1.0] {
            let text = amount_text(Id(k as u16), amount);
            let read = parse_amount(Id(k as u16), &text);
            assert!(read.is_some_and(|r| (r - amount).abs() < 6e-3), "{}: {text} {read:?}", def.id);
        }
    }
}
