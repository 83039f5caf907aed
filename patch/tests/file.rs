//! Preset files: what is written comes back, and nothing that is read can do harm.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use cultivar_patch::{
    Clip, FRAME, FileError, Kind, Loaded, MAX_BYTES, MAX_FRAMES, MAX_RECORDED, Meta, Notice,
    Origin, Parent, Partner, Point, Preset, Recording, Shape, Table, Wavetable, defs, disk, id,
};
use proptest::prelude::*;

/// A preset with something in every part of it.
fn full() -> Preset {
    let mut preset = whole();
    preset.partner = Some(Arc::new(Partner::new(whole(), vec![0.0, 0.1, 0.7, 1.0])));
    preset
}

/// The same without a partner.
fn whole() -> Preset {
    let mut preset = Preset::init();
    let mut set = |name: &str, value| preset.patch[id(name).expect(name)] = value;
    set("filter.1.on", 1.0);
    set("filter.1.cutoff", 72.1);
    set("filter.1.model", 1.0);
    set("route.1.source", 5.0);
    set("route.1.destination", id("osc.1.position").expect("position").as_destination());
    set("voice.count", 8.0);
    let saw = (0..2 * FRAME).map(|n| (n % FRAME) as f32 / 1024.0 - 1.0).collect();
    let table = Wavetable::new("Mine \"1\"", saw).expect("two frames");
    preset.tables[1] = Table::Own(Arc::new(table));
    preset.tables[2] = Table::Factory("square".into());
    let wave = |k: usize| (0..300).map(|n| ((n * k) as f32 * 0.1).sin()).collect::<Vec<f32>>();
    let recording =
        Recording::new("Knock \"2\"", 44_100, vec![wave(1), wave(3)], 61.3, Some([20, 280]));
    preset.clip = Clip::Own(Arc::new(recording.expect("two channels")));
    let point = |x, y| Point { x, y, bow: 0.1 };
    preset.shapes[3] = Shape::new([point(0.0, 0.3), point(0.2, 0.7), point(1.0, 0.0)]);
    preset.macros[0] = "Brightness".into();
    preset.meta.name = "Glöckchen \u{1f514}".into();
    preset.meta.author = "me".into();
    preset.meta.tags = vec!["bell".into(), "wood".into()];
    preset.meta.notes = "two\nlines".into();
    let parent = Parent { uuid: preset.meta.uuid, name: "Wood".into(), weight: 0.3 };
    preset.meta.origin = Some(Origin {
        operator: "section".into(),
        parents: vec![parent],
        seed: u64::MAX,
        target: Some("ab".repeat(32)),
        engine: "0.1.0".into(),
    });
    preset
}

fn read(text: &str) -> Loaded {
    Preset::from_json(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

fn refused(text: impl AsRef<[u8]>) -> String {
    Preset::from_json(text).expect_err("should be refused").to_string()
}

/// A file of version 1 with `fields` in it.
fn file(fields: &str) -> String {
    let uuid = "00000000-0000-0000-0000-000000000000";
    format!(r#"{{"format":"cultivar","version":1,"uuid":"{uuid}",{fields}}}"#)
}

fn notices(fields: &str) -> Vec<String> {
    read(&file(fields)).notices.iter().map(ToString::to_string).collect()
}

#[test]
fn everything_comes_back() {
    let preset = full();
    let loaded = read(&preset.to_json());
    assert_eq!(loaded.notices, []);
    assert_eq!(loaded.preset, preset);
    assert_eq!(loaded.preset.to_json(), preset.to_json());
}

#[test]
fn only_what_is_not_default_is_written() {
    let text = Preset::init().to_json();
    assert!(text.contains(r#""params": {}"#), "{text}");
    for absent in ["tables", "recording", "shapes", "macros", "tags", "origin", "author"] {
        assert!(!text.contains(absent), "{absent} in {text}");
    }
    let text = full().to_json();
    for line in [r#""filter.1.model": "low24""#, r#""filter.1.cutoff": 72.1"#] {
        assert!(text.lines().any(|l| l.trim().trim_end_matches(',') == line), "{line} in {text}");
    }
    assert!(text.contains(r#""route.1.destination": "osc.1.position""#));
    assert!(text.contains(r#""weight":0.3"#));
}

#[test]
fn files_of_every_version_load_without_a_notice() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/presets");
    let mut found = 0;
    for version in fs::read_dir(folder).expect("presets") {
        for file in fs::read_dir(version.expect("folder").path()).expect("version") {
            let path = file.expect("file").path();
            let loaded = Preset::load(&path).unwrap_or_else(|e| panic!("{path:?}: {e}"));
            assert_eq!(loaded.notices, [], "{path:?}");
            assert_ne!(loaded.preset.patch, Preset::init().patch, "{path:?}");
            found += 1;
        }
    }
    assert!(found > 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_values_come_back_bit_for_bit(positions in prop::collection::vec(0.0f32..=1.0, 1000)) {
        let mut preset = Preset::init();
        let values = preset.patch.leaves_mut().iter_mut().zip(defs()).zip(positions);
        for ((value, def), position) in values {
            *value = def.at(position);
            let nothing = cultivar_patch::Id::from_destination(*value).is_none();
            if def.kind == Kind::Destination && nothing {
                *value = 0.0;
            }
        }
        let loaded = read(&preset.to_json());
        prop_assert_eq!(&loaded.notices, &[]);
        prop_assert_eq!(&loaded.preset, &preset);
        prop_assert_eq!(loaded.preset.to_json(), preset.to_json());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Preset::from_json(&bytes);
        let _ = Preset::from_json([file("").trim_end_matches('}').as_bytes(), &bytes].concat());
    }
}

#[test]
fn unknown_keys_stay_for_the_next_save() {
    let fields = r#""later":{"b":[1,2],"a":null},"params":{"osc.9.level":-3.5,"lfo.1.rate":2.0}"#;
    let loaded = read(&file(fields));
    let unknown = |key: &str| Notice::Unknown(key.into());
    assert_eq!(loaded.notices, [unknown("osc.9.level"), unknown("later")]);
    let again = loaded.preset.to_json();
    assert!(again.contains(r#""osc.9.level": -3.5"#) && again.contains(r#""later": {"#), "{again}");
    assert_eq!(read(&again).preset, loaded.preset);
}

#[test]
fn oddities_are_named() {
    let check = |fields: &str, expected: &str| assert_eq!(notices(fields), [expected], "{fields}");
    check(
        r#""params":{"filter.1.cutoff":900}"#,
        "filter.1.cutoff: 900 is out of range, taken as 136",
    );
    check(r#""params":{"osc.1.voices":2.5}"#, "osc.1.voices: 2.5 is out of range, taken as 3");
    check(
        r#""params":{"filter.1.cutoff":"high"}"#,
        "filter.1.cutoff: it is not a number, the default is taken",
    );
    check(
        r#""params":{"filter.1.model":"marble"}"#,
        "filter.1.model: \"marble\" is not known here, the default is taken",
    );
    check(
        r#""params":{"route.1.destination":"osc.1.on"}"#,
        "route.1.destination: \"osc.1.on\" cannot be modulated here, the default is taken",
    );
    check(r#""macros":["1","2","3","4","5","6","7","8","9"]"#, "macros: too long, cut to 8");
    check(
        r#""name":7"#,
        "name: invalid type: integer `7`, expected a string, the default is taken",
    );
    let points = vec!["[0.5,0.5,0]"; 65].join(",");
    check(&format!(r#""shapes":[[{points}]]"#), "shapes: too long, cut to 64");
    assert_eq!(notices(r#""params":{"filter.1.on":1,"filter.2.on":true},"tables":null"#), [""; 0]);
}

#[test]
fn what_cannot_be_used_is_refused_in_one_line() {
    let check = |text: &str, expected: &str| assert_eq!(refused(text), expected, "{text}");
    check("", "it is empty");
    check(" \n", "it is empty");
    check("RIFF....WAVE", "it is not a Cultivar preset");
    check("[]", "it is not a Cultivar preset");
    check("{}", "it is not a Cultivar preset");
    check(r#"{"format":"other","version":1}"#, "it is not a Cultivar preset");
    check(r#"{"format":"cultivar"}"#, "version: it is missing");
    check(r#"{"format":"cultivar","version":0}"#, "version: it must be 1 or more");
    check("{\n\"format\": x}", "it is damaged at byte 12: expected value");
    check(&file(r#""params":{"a":1"#), "it is damaged at byte 94: the file is cut off here");
    assert_eq!(refused(b"{\"format\":\"\xff"), "it is damaged at byte 11: the text is not UTF-8");
    let deep = format!(r#""later":{}"#, "[".repeat(1_000_000) + &"]".repeat(1_000_000));
    assert_eq!(refused(file(&deep)), "later: it is not known here, and too large to keep");
    let deep = format!(r#""later":{}"#, "[".repeat(1000) + &"]".repeat(1000));
    assert!(refused(file(&deep)).contains("recursion limit"), "{}", refused(file(&deep)));
    let many: String = (0..2000).map(|k| format!(r#""k{k}":0,"#)).collect();
    assert!(refused(file(&(many + r#""z":0"#))).contains("more fields than a preset can have"));
    assert_eq!(refused(vec![b' '; MAX_BYTES + 1]), "it is larger than a preset can be (32 MiB)");
}

#[test]
fn a_damaged_table_is_never_played() {
    let good = full().to_json();
    let start = good.find(r#""hash":""#).expect("hash") + 8;
    let wrong = if &good[start..=start] == "0" { "1" } else { "0" };
    let changed = format!("{}{wrong}{}", &good[..start], &good[start + 1..]);
    assert_eq!(refused(changed), "tables, number 2: its data does not match its hash");
    let check = |table: &str, why: &str| {
        let text = refused(file(&format!(r#""tables":[{table}]"#)));
        assert!(text.starts_with("tables, number 1: ") && text.contains(why), "{text}");
    };
    check(r#"{"name":"x","frames":0,"data":""}"#, "0 frames");
    check(r#"{"name":"x","frames":257,"data":""}"#, "257 frames");
    check(r#"{"name":"x","frames":1}"#, "neither");
    check(r#"{"name":"x","frames":1,"data":"!!"}"#, "damaged");
    check(r#"{"name":"x","frames":1,"data":""}"#, "damaged");
    // A stream that ends well, and too soon.
    check(r#"{"name":"x","frames":1,"data":"AwA="}"#, "not 1 frames");
}

#[test]
fn a_bomb_expands_no_further_than_a_table() {
    let data = bomb();
    let table = format!(r#""tables":[{{"frames":{MAX_FRAMES},"data":"{data}"}}]"#);
    assert_eq!(refused(file(&table)), "tables, number 1: its data is not 256 frames");
}

/// Few bytes that are 64 MiB of nothing.
fn bomb() -> String {
    use base64::Engine;
    use std::io::Write;
    let mut bomb = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 {
        bomb.write_all(&vec![0; 1 << 20]).expect("memory");
    }
    let bomb = bomb.finish().expect("memory");
    base64::engine::general_purpose::STANDARD.encode(bomb)
}

#[test]
fn a_recording_is_one_of_the_instruments_own_or_carried() {
    let recording = |text: &str| read(&file(&format!(r#""recording":{text}"#))).preset.clip;
    assert_eq!(recording("null"), Clip::default());
    assert_eq!(recording(r#"{"factory":"breath"}"#), Clip::Factory("breath".into()));
    assert_eq!(read(&file(r#""name":"old""#)).preset.clip, Clip::default());
    let mut preset = Preset::init();
    preset.clip = Clip::Factory("breath".into());
    let text = preset.to_json();
    assert!(text.contains(r#""recording": {"factory":"breath"}"#), "{text}");
    for (channels, looped) in [(1, None), (1, Some([0, 1])), (2, None)] {
        let samples = vec![vec![0.1, -8.0, f32::MIN_POSITIVE]; channels];
        let own = Recording::new("mine", 192_000, samples, 0.1, looped).expect("legal");
        preset.clip = Clip::Own(Arc::new(own));
        let loaded = read(&preset.to_json());
        assert_eq!((loaded.preset, loaded.notices), (preset.clone(), vec![]));
    }
}

#[test]
fn a_damaged_recording_is_never_played() {
    let mut preset = Preset::init();
    let own = Recording::new("mine", 48_000, vec![vec![0.5; 99]], 60.0, Some([1, 9]));
    preset.clip = Clip::Own(Arc::new(own.expect("legal")));
    let good = preset.to_json();
    let changes = [
        (r#""rate":48000"#, r#""rate":44100"#),
        (r#""root":60"#, r#""root":61"#),
        (r#""loop":[1,9]"#, r#""loop":[1,8]"#),
        (r#""hash":""#, r#""hash":"0"#),
    ];
    for (was, is) in changes {
        assert!(good.contains(was), "{was} in {good}");
        assert_eq!(refused(good.replace(was, is)), "recording: its data does not match its hash");
    }
    let check = |recording: &str, why: &str| {
        let text = refused(file(&format!(r#""recording":{recording}"#)));
        assert!(text.contains(why), "{text}");
    };
    check("7", "it is damaged at byte 91: invalid type: integer `7`");
    check("{}", "recording: 0 channels");
    check(r#"{"channels":3}"#, "recording: 3 channels");
    check(r#"{"channels":1,"frames":0}"#, "recording: 0 frames");
    check(r#"{"channels":2,"frames":480001}"#, "recording: 480001 frames are not 1 to 480000");
    check(r#"{"channels":2,"frames":99999999999999999999}"#, "damaged at byte");
    check(r#"{"channels":1,"frames":1}"#, "recording: it has neither");
    check(r#"{"channels":1,"frames":1,"data":"!!"}"#, "recording: its data is damaged");
    check(r#"{"channels":1,"frames":1,"data":"AwA="}"#, "its data is not 1 channels of 1 frames");
    assert_eq!(
        refused(good.replace(r#""rate":48000"#, r#""rate":1"#)),
        "recording: a rate of 1 Hz is not 4000 to 192000 Hz"
    );
}

#[test]
fn a_bomb_expands_no_further_than_a_recording() {
    let bomb = bomb();
    let frames = format!(r#""channels":2,"frames":{MAX_RECORDED}"#);
    let text = refused(file(&format!(r#""recording":{{{frames},"data":"{bomb}"}}"#)));
    assert_eq!(text, "recording: its data is not 2 channels of 480000 frames");
}

#[test]
fn a_partner_is_read_like_a_preset_or_refused() {
    let check = |partner: &str, why: &str| {
        assert_eq!(refused(file(&format!(r#""partner":{partner}"#))), why, "{partner}");
    };
    check(
        "7",
        "it is damaged at byte 89: invalid type: integer `7`, expected the fields of a preset",
    );
    check("{}", "partner: it is not a Cultivar preset");
    check(&file(r#""tables":[{}]"#), "partner, tables, number 1: 0 frames are not 1 to 256");
    let deep = format!(r#""partner":{}"#, file(&format!(r#""partner":{}"#, file(r#""name":"c""#))));
    let loaded = read(&file(&deep));
    let why = "partner.partner: a partner has none of its own, the default is taken";
    assert_eq!(loaded.notices.iter().map(ToString::to_string).collect::<Vec<_>>(), [why]);
    let partner = loaded.preset.partner.expect("a partner");
    assert!(partner.preset.partner.is_none() && partner.preset.unknown.is_empty());
    let odd = format!(r#""partner":{}"#, file(r#""later":1,"params":{"osc.1.level":99}"#));
    let expected = [
        "partner, osc.1.level: 99 is out of range, taken as 6",
        "partner, later: not known here, kept as it is",
    ];
    assert_eq!(notices(&odd), expected);
    assert_eq!(read(&read(&file(&odd)).preset.to_json()).preset, read(&file(&odd)).preset);
}

#[test]
fn knots_are_a_way_from_end_to_end() {
    let way = |knots: &str| {
        let text = file(&format!(r#""partner":{},"knots":{knots}"#, file(r#""name":"b""#)));
        read(&text).preset.partner.expect("a partner").knots().to_vec()
    };
    assert_eq!(way("[0.2,0.5,0.4,7,0.1]"), [0.0, 0.5, 0.5, 1.0, 1.0]);
    assert_eq!(way("[0.2]"), [0.0; 0]);
    assert_eq!(way("null"), [0.0; 0]);
    let partner = Partner::new(Preset::init(), vec![0.0, 0.8, f32::NAN, 1.0]);
    assert_eq!(partner.knots(), [0.0, 0.8, 0.8, 1.0]);
    assert_eq!([0.0, 1.0 / 6.0, 0.5, 1.0].map(|x| partner.along(x)), [0.0, 0.4, 0.8, 1.0]);
    assert_eq!(Partner::new(Preset::init(), vec![]).along(0.3), 0.3);
}

#[test]
fn cut_anywhere_or_flipped_anywhere_it_never_panics() {
    let mut preset = full();
    // A smooth table, so that the file is small enough to flip every bit of it.
    preset.tables[1] = Table::Own(Arc::new(Wavetable::new("", vec![0.0; FRAME]).expect("one")));
    let quiet = Recording::new("", 48_000, vec![vec![0.0; 9]], 60.0, None).expect("nine");
    preset.clip = Clip::Own(Arc::new(quiet));
    let good = preset.to_json().into_bytes();
    for end in 0..good.len() - 2 {
        assert!(Preset::from_json(&good[..end]).is_err(), "cut at {end}");
    }
    for bit in 0..8 * good.len() {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        if let Ok(loaded) = Preset::from_json(&bad) {
            for (def, value) in defs().iter().zip(loaded.preset.patch.leaves()) {
                assert_eq!(def.legal(*value), *value, "{} after bit {bit}", def.id);
            }
        }
    }
}

#[test]
fn a_newer_file_is_read_and_never_overwritten() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("new.cultivar");
    let text = file(r#""name":"New","params":{"lfo.1.rate":2.0}"#)
        .replace("\"version\":1", "\"version\":9");
    fs::write(&path, &text).expect("write");
    let Loaded { preset, notices } = Preset::load(&path).expect("load");
    assert_eq!((preset.meta.name.as_str(), notices), ("New", vec![Notice::Newer(9)]));
    assert!(matches!(preset.save(&path), Err(FileError::Newer(9))));
    assert_eq!(fs::read_to_string(&path).expect("still there"), text);
    preset.save(&folder.path().join("other.cultivar")).expect("elsewhere");
}

#[test]
fn saving_replaces_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.cultivar");
    full().save(&path).expect("first");
    let second = Preset::init();
    second.save(&path).expect("second");
    assert_eq!(Preset::load(&path).expect("load").preset, second);
    assert_eq!(Meta::load(&path).expect("meta"), second.meta);
    let failed = disk::replace(&path, |out| {
        std::io::Write::write_all(out, b"half")?;
        Err(std::io::Error::other("no more"))
    });
    assert!(failed.is_err());
    assert_eq!(Preset::load(&path).expect("load").preset, second);
    let names: Vec<_> =
        fs::read_dir(folder.path()).expect("list").map(|e| e.expect("entry").file_name()).collect();
    assert_eq!(names, ["a.cultivar"], "nothing half-written stays");
}

#[test]
fn places_that_are_no_files_have_a_reason() {
    let folder = tempfile::tempdir().expect("folder");
    let reason = |path: &Path| Preset::load(path).expect_err("refused").to_string();
    assert_eq!(reason(folder.path()), "it is not a file");
    let absent = folder.path().join("none").join("x.cultivar");
    assert_eq!(reason(&absent), "there is no such file or folder");
    let error = Preset::init().save(&absent).expect_err("no folder").to_string();
    assert_eq!(error, "there is no such file or folder");
    let unnamed = folder.path().join("Wood.cultivar");
    fs::write(&unnamed, file(r#""notes":"""#)).expect("write");
    assert_eq!(Preset::load(&unnamed).expect("load").preset.meta.name, "Wood");
}
