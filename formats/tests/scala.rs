//! Scala's files: the pitches they mean, and what is wrong with those that mean none.

use cultivar_dsp::Tuning;
use cultivar_formats::{MAX_SCALA, Mapping, ScalaError, Scale, read_scala, tuning};
use proptest::prelude::*;

/// A keyboard mapping of these numbers.
fn kbm(header: [&str; 7], map: &str) -> String {
    format!("! made for a test\n{}\n! the map\n{map}", header.join("\n! next\n"))
}

#[track_caller]
fn scale(text: &str) -> Scale {
    Scale::parse(text).unwrap_or_else(|e| panic!("{text:?}: {e}"))
}

#[track_caller]
fn mapping(text: &str) -> Mapping {
    Mapping::parse(text).unwrap_or_else(|e| panic!("{text:?}: {e}"))
}

/// The frequency of a key in hertz; none where it is silent.
fn hertz(tuning: &Tuning, key: i16) -> Option<f64> {
    tuning.pitch(key).map(|pitch| 440.0 * ((f64::from(pitch) - 69.0) / 12.0).exp2())
}

/// Asserts the frequency of a key to a hundredth of a cent.
#[track_caller]
fn check(tuning: &Tuning, key: i16, ideal: f64) {
    let found = hertz(tuning, key).unwrap_or_else(|| panic!("key {key} is silent"));
    let cents = 1200.0 * (found / ideal).log2();
    assert!(cents.abs() < 0.01, "key {key}: {found} Hz, not {ideal} Hz");
}

const MIDDLE_C: f64 = 261.625_565_300_6;

#[test]
fn every_way_to_write_a_pitch_is_read() {
    let text = "\u{feff}! pitches.scl\r\n!\r\n\r\n 9 notes\r\n!\r\n 81/64\r\n408.\r\n 408.0 cents\r\n \
                5\r\n -5.0\r\n10/20\r\n 5/4   E\\\r\n\t3 / 2 fifth\r\n2\r\n\r\nwhat follows\r\n";
    let scale = scale(text);
    assert_eq!((scale.notes(), scale.description.as_str()), (9, ""));
    let tuning = tuning(&scale, &Mapping::default()).expect("tuned");
    let ratio = |cents: f64| (cents / 1200.0).exp2();
    let wanted = [
        81.0 / 64.0,
        ratio(408.0),
        ratio(408.0),
        5.0,
        ratio(-5.0),
        0.5,
        1.25,
        1.5,
        2.0,
        81.0 / 32.0,
    ];
    for (k, wanted) in wanted.into_iter().enumerate() {
        check(&tuning, 61 + k as i16, MIDDLE_C * wanted);
    }
    check(&tuning, 60, MIDDLE_C);
    check(&tuning, 51, MIDDLE_C / 2.0);
}

#[test]
fn twelve_equal_steps_are_equal_temperament_to_the_bit() {
    let steps: String = (1..12).map(|n| format!("{n}00.0\n")).collect();
    let scale = scale(&format!("12\n12\n{steps}2/1\n"));
    assert_eq!(tuning(&scale, &Mapping::default()).expect("tuned"), Tuning::equal());
    assert_eq!(tuning(&Scale::default(), &Mapping::default()).expect("tuned"), Tuning::equal());
    let a440 = mapping(&kbm(["0", "0", "127", "60", "69", "440.0", "0"], ""));
    assert_eq!(tuning(&scale, &a440).expect("tuned"), Tuning::equal());
}

#[test]
fn a_scale_need_not_repeat_at_the_octave() {
    // Bohlen and Pierce's thirteen steps of a twelfth.
    let steps: String =
        (1..13).map(|n| format!("{:.6}\n", 1901.955 / 13.0 * f64::from(n))).collect();
    let tuning =
        tuning(&scale(&format!("BP\n13\n{steps}3/1\n")), &Mapping::default()).expect("tuned");
    check(&tuning, 73, 3.0 * MIDDLE_C);
    check(&tuning, 47, MIDDLE_C / 3.0);
    check(&tuning, 86, 9.0 * MIDDLE_C);
    check(&tuning, 61, MIDDLE_C * 3f64.powf(1.0 / 13.0));
}

#[test]
fn a_scale_of_no_notes_has_one_pitch() {
    let tuning = tuning(&scale("one pitch\n0\n"), &Mapping::default()).expect("tuned");
    for key in [0, 60, 61, 127] {
        check(&tuning, key, MIDDLE_C);
    }
}

#[test]
fn white_keys_play_a_scale_of_seven() {
    // Just intonation on the white keys, A at 440 Hz; the black ones are silent.
    let just = scale("just\n7\n9/8\n5/4\n4/3\n3/2\n5/3\n15/8\n2/1\n");
    let map = "0\nx\n1\nX\n2\n3\nx\n4\nx\n5\nx\n6\n";
    let white = mapping(&kbm(["12", "0", "127", "60", "69", "440.0", "7"], map));
    let tuning = tuning(&just, &white).expect("tuned");
    let c = 440.0 * 3.0 / 5.0;
    for (key, ratio) in [(60, 1.0), (62, 1.125), (64, 1.25), (67, 1.5), (69, 5.0 / 3.0), (84, 4.0)]
    {
        check(&tuning, key, c * ratio);
    }
    check(&tuning, 59, c * 15.0 / 16.0);
    for key in [1, 61, 63, 66, 68, 70, 126] {
        assert_eq!(tuning.pitch(key), None, "key {key}");
    }
}

#[test]
fn patterns_rise_by_their_own_octave_and_keys_beyond_the_range_stay() {
    let edo = scale(&format!(
        "31\n31\n{}2/1\n",
        (1..31).map(|n| format!("{:.6}\n", 1200.0 / 31.0 * f64::from(n))).collect::<String>()
    ));
    // Three keys a pattern, which rises by a fifth of 18 steps; entries beyond the scale, too.
    let three = mapping(&kbm(["3", "40", "80", "57", "60", "400", "18"], "0\r\n-5\r\n36"));
    let tuning = tuning(&edo, &three).expect("tuned");
    let step = |n: f64| (n / 31.0).exp2();
    check(&tuning, 60, 400.0);
    check(&tuning, 57, 400.0 * step(-18.0));
    check(&tuning, 61, 400.0 * step(-5.0));
    check(&tuning, 62, 400.0 * step(36.0));
    check(&tuning, 56, 400.0 * step(-18.0 - 18.0 + 36.0));
    assert_eq!(tuning.pitch(39), Some(39.0));
    assert_eq!(tuning.pitch(81), Some(81.0));
    assert_eq!(tuning.pitch(128), None);
}

#[test]
fn keys_left_out_at_the_end_are_unmapped_and_an_unmapped_reference_lies_between() {
    let header = ["12", "0", "127", "59", "69", "440", "12"];
    let left_out = mapping(&kbm(header, "0\nx\n2\nx\n4\n5\nx\n7\nx\n9\n\n \n"));
    let tuned = tuning(&Scale::default(), &left_out).expect("tuned");
    assert_eq!((tuned.pitch(69), tuned.pitch(70)), (None, None));
    // 68 and 71 are its neighbours.
    check(&tuned, 68, 440.0 * (-1f64 / 12.0).exp2());
    check(&tuned, 71, 440.0 * (2f64 / 12.0).exp2());
    let none = mapping(&kbm(header, ""));
    assert!(matches!(tuning(&Scale::default(), &none), Err(ScalaError::Unmapped)));
}

#[test]
fn errors_name_the_line_and_what_it_should_say() {
    let long = format!("a\n{}\n", "9".repeat(9999));
    let cases: &[(&str, &str)] = &[
        ("", "description"),
        ("! only\n! remarks\n", "description"),
        ("a\n", "number of its notes"),
        ("a\nmany\n", "line 2: \"many\""),
        ("a\n-1\n", "line 2"),
        ("a\n4097\n", "0 to 4096"),
        (&long, "line 2"),
        ("a\n2\n! b\n3/2\nhigh\n", "line 5: \"high\" is not a pitch"),
        ("a\n2\n3/2\n\n", "line 4: \"\""),
        ("a\n2\n3/2\n", "announces 2 notes and gives 1"),
        ("a\n1\n-3/2\n", "line 3"),
        ("a\n1\n0\n", "line 3"),
        ("a\n1\n3/0\n", "line 3"),
        ("a\n1\n3//2\n", "line 3"),
        ("a\n1\n1.2.3\n", "line 3"),
        ("a\n1\n99999999.0\n", "cents"),
        ("a\n1\n99999999999999999999999\n", "line 3"),
    ];
    for (text, wanted) in cases {
        let said = Scale::parse(text).expect_err(text).to_string();
        assert!(said.contains(wanted), "{text:?}: {said}");
        assert!(said.len() < 200, "{said}");
    }
    let good = ["2", "0", "127", "60", "69", "440.0", "12"];
    let cases = [
        (0, "1025", "size of its map", "0 to 1024"),
        (1, "128", "first key", "line 4"),
        (2, "-1", "last key", "line 6"),
        (3, "c", "middle key", "line 8"),
        (4, "", "reference key", "line 10"),
        (5, "0", "reference frequency", "line 12"),
        (5, "inf", "reference frequency", "line 12"),
        (5, "nan", "reference frequency", "line 12"),
        (6, "2/1", "octave", "line 14"),
    ];
    for (place, bad, missing, wanted) in cases {
        let mut header = good;
        header[place] = bad;
        let said = Mapping::parse(&kbm(header, "0\n1")).expect_err(bad).to_string();
        assert!(said.contains(wanted), "{bad:?}: {said}");
        let said = Mapping::parse(&good[..place].join("\n")).expect_err(missing).to_string();
        assert!(said.contains(missing), "{missing}: {said}");
    }
    for (map, wanted) in [("0\ny", "line 17: \"y\""), ("\n0", "line 16"), ("0.5\n1", "line 16")] {
        let said = Mapping::parse(&kbm(good, map)).expect_err(map).to_string();
        assert!(said.contains(wanted), "{map:?}: {said}");
    }
}

#[test]
fn files_are_read_in_both_encodings_and_not_beyond_their_bound() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.scl");
    for bytes in [&b"Ma\xeflle\n1\n2/1\n"[..], "Maïlle\n1\n2/1\n".as_bytes()] {
        std::fs::write(&path, bytes).expect("written");
        assert_eq!(scale(&read_scala(&path).expect("read")).description, "Maïlle");
    }
    std::fs::write(&path, vec![b'!'; MAX_SCALA + 1]).expect("written");
    assert!(matches!(read_scala(&path), Err(ScalaError::TooLarge)));
    assert!(matches!(read_scala(folder.path()), Err(ScalaError::NotFile)));
    assert!(matches!(read_scala(&folder.path().join("b.scl")), Err(ScalaError::Disk(_))));
    assert!(matches!(Scale::parse(&"!\n".repeat(MAX_SCALA)), Err(ScalaError::TooLarge)));
}

/// Lines such as these files have, and such as they do not.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i32>().prop_map(|n| n.to_string()),
        (-200..200i32).prop_map(|n| n.to_string()),
        any::<f64>().prop_map(|x| format!("{x:.3}")),
        (any::<u64>(), any::<u64>()).prop_map(|(a, b)| format!("{a}/{b}")),
        Just("x".to_owned()),
        Just(String::new()),
        Just("! remark".to_owned()),
        ".{0,12}",
    ]
}

proptest! {
    #[test]
    fn no_text_does_harm(
        text in prop::collection::vec(line(), 0..40).prop_map(|lines| lines.join("\n")),
        degrees in prop::collection::vec(prop::option::of(-70_000..70_000i32), 0..20),
        octave in -70_000..70_000i32,
        keys in prop::array::uniform4(-1..129i32),
        cents in prop::collection::vec(-1.1e6..1.1e6f64, 0..9),
    ) {
        let parsed = (Scale::parse(&text), Mapping::parse(&text));
        let notes: String = cents.iter().map(|cents| format!("{cents:.4}\n")).collect();
        let scale = Scale::parse(&format!("wild\n{}\n{notes}", cents.len()));
        let entry = |degree: &Option<i32>| degree.map_or("x".into(), |degree| degree.to_string());
        let map: Vec<String> = degrees.iter().map(entry).collect();
        let [first, last, middle, reference] = keys.map(|key| key.to_string());
        let (size, octave) = (map.len().to_string(), octave.to_string());
        let [size, octave] = [size.as_str(), octave.as_str()];
        let header = [size, &first, &last, &middle, &reference, "1e-3", octave];
        let mapping = Mapping::parse(&kbm(header, &map.join("\n")));
        for scale in [parsed.0, scale, Ok(Scale::default())].iter().flatten() {
            for mapping in [&parsed.1, &mapping, &Ok(Mapping::default())].into_iter().flatten() {
                if let Ok(tuning) = tuning(scale, mapping) {
                    let pitches = (0..128).filter_map(|key| tuning.pitch(key));
                    pitches.for_each(|pitch| assert!((-64.0..=192.0).contains(&pitch)));
                }
            }
        }
    }
}
