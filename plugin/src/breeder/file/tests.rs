//! Families as text: whole, damaged, hostile, too large.

use std::sync::Arc;

use cultivar_breed::NEVER;
use cultivar_library::factory;
use cultivar_patch::{FRAME, MAX_FRAMES, Preset, Table, Wavetable};

use super::super::family::{Child, Family, Kept, Parent};
use super::{Archive, read};

fn parent(preset: Preset) -> Parent {
    let (origin, peaks, trouble) = ("factory".into(), Arc::default(), String::new());
    Parent { preset: Arc::new(preset), origin, weight: 0.5, hue: 3, peaks, trouble }
}

fn table(seed: usize, frames: usize) -> Table {
    let wave = (0..frames * FRAME).map(|k| ((k + seed) as f32 / 100.0).sin()).collect();
    Table::Own(Arc::new(Wavetable::new("Mine", wave).expect("whole frames")))
}

/// Two parents and a litter of two.
fn family() -> Family {
    let mut family = Family::default();
    let mut own = factory::presets()[5].clone();
    own.tables[1] = table(0, 1);
    family.parents = vec![parent(factory::presets()[2].clone()), parent(own)];
    let child = |k: usize| Child {
        preset: Arc::new(factory::presets()[8 + k].clone()),
        outline: vec![0.25, 0.5],
        shares: vec![30, 50],
        new: 20,
        sections: [Some(0), None, Some(1), None, None, None, None],
        loved: k == 1,
    };
    family.litters.push_back(Kept {
        number: 4,
        parents: family.parents.clone(),
        ways: family.ways.clone(),
        seed: 99,
        planted: None,
        children: vec![child(0), child(1)],
    });
    (family.born, family.shown) = (4, Some(0));
    family
}

fn text(family: &Family) -> String {
    Archive::default().write(family, NEVER).expect("it is not stopped").text
}

fn refusal(text: &str) -> String {
    match read(text, NEVER) {
        Err(why) => why,
        Ok(family) => panic!("{} parents", family.map_or(0, |family| family.parents.len())),
    }
}

#[test]
fn a_family_is_read_as_it_was_written() {
    let before = family();
    let text = text(&before);
    assert_eq!(text.matches("\"data\"").count(), 1, "a wavetable is there once");
    let after = read(&text, NEVER).expect("sane").expect("not stopped");
    assert_eq!(self::text(&after), text);
    let presets = |family: &Family| -> Vec<Preset> {
        family.parents.iter().map(|parent| (*parent.preset).clone()).collect()
    };
    assert_eq!(presets(&after), presets(&before));
    assert_eq!(after.litters[0].children, before.litters[0].children);
    assert_eq!((after.born, after.shown, after.litters[0].seed), (4, Some(0), 99));
    assert!(read(&text, &|| true).expect("sane").is_none(), "it stops");
    assert!(self::text(&Family::default()).is_empty());
}

#[test]
fn damage_is_refused_or_read_as_something_legal() {
    let text = text(&family());
    for cut in (1..text.len()).step_by(97) {
        refusal(&text[..cut]);
    }
    for place in (0..text.len()).step_by(61) {
        let mut bytes = text.clone().into_bytes();
        bytes[place] ^= 1 << (place % 7);
        let Ok(damaged) = String::from_utf8(bytes) else { continue };
        if let Ok(Some(family)) = read(&damaged, NEVER) {
            assert!(family.parents.len() <= 2 && family.shown.is_none_or(|shown| shown == 0));
        }
    }
}

#[test]
fn what_is_wrong_with_a_family_is_said() {
    let text = text(&family());
    let change = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        refusal(&text.replacen(from, to, 1))
    };
    assert!(change("\"version\":1,\"tables\"", "\"version\":9,\"tables\"").contains("version 9"));
    assert!(change("\"shares\":[30,50]", "\"shares\":[30]").contains("litter 4: the shares"));
    assert!(change("\"shares\":[30,50]", "\"shares\":[31,50]").contains("litter 4: the shares"));
    assert!(change("{\"preset\":1,", "{\"preset\":77,").contains("preset 78 is missing"));
    assert!(change("\"operator\":\"section\"", "\"operator\":\"x\"").contains("\"x\""));
    assert!(change("\"locked\":[]", "\"locked\":[\"y\"]").contains("\"y\""));
    let many = ["\"effects\""; 6].join(",");
    assert!(change("\"locked\":[]", &format!("\"locked\":[{many}]")).contains("at most 5"));
    let none = text.find("\"tables\":[").expect("tables");
    let end = text.find("],\"presets\":").expect("presets");
    let bare = format!("{}\"tables\":[{}", &text[..none], &text[end..]);
    assert!(refusal(&bare).contains("a wavetable is missing"));
}

#[test]
fn what_is_too_large_stays_out_oldest_first() {
    let mut family = family();
    let mut litter = family.litters[0].clone();
    // Three tables of the largest size each: six megabytes of a preset.
    let large = |k: usize| {
        let mut preset = factory::presets()[k].clone();
        preset.tables = [0, 1, 2].map(|j| table(10 * k + j, MAX_FRAMES));
        Arc::new(preset)
    };
    litter.planted = Some((0, 1));
    litter.number = 5;
    family.litters.push_back(litter.clone());
    (litter.number, litter.planted) = (6, Some((1, 0)));
    litter.children[0].preset = large(1);
    family.litters.push_back(litter.clone());
    (family.born, family.shown) = (6, Some(2));
    let mut archive = Archive::default();
    let numbers = |text: &str| -> Vec<(usize, Option<(usize, usize)>)> {
        let read = read(text, NEVER).expect("sane").expect("not stopped");
        read.litters.iter().map(|litter| (litter.number, litter.planted)).collect()
    };
    let written = archive.write(&family, NEVER).expect("not stopped");
    assert_eq!(numbers(&written.text), [(4, None), (5, Some((0, 1))), (6, Some((1, 0)))]);
    assert!(!written.short);

    // With two more of them only the newest is left of the large ones.
    for (number, k) in [(7, 2), (8, 3)] {
        (litter.number, litter.children[0].preset) = (number, large(k));
        family.litters.push_back(litter.clone());
    }
    (family.born, family.shown) = (8, Some(4));
    let written = archive.write(&family, NEVER).expect("not stopped");
    assert_eq!(numbers(&written.text), [(7, None), (8, None)]);
    // The one that is shown comes before newer ones.
    family.shown = Some(2);
    let written = archive.write(&family, NEVER).expect("not stopped");
    assert_eq!(numbers(&written.text), [(6, None), (8, None)]);

    family.litters[2].children[1].preset = large(4);
    family.litters[2].parents = vec![parent((*large(5)).clone()); 2];
    let written = archive.write(&family, NEVER).expect("not stopped");
    assert!(written.short && numbers(&written.text).is_empty(), "what is shown is too large");
}
