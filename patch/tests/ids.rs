//! Parameters of released presets are for ever.

use std::collections::BTreeMap;

use cultivar_patch::{Def, Kind, defs};

/// What the file pins of a parameter: its id, then its kind, range, default and options.
fn line(def: &Def) -> (String, String) {
    let Def { min, max, default, unit, .. } = def;
    let pinned = match def.kind {
        Kind::Real => format!("real {unit:?} {min}..{max} default {default}"),
        Kind::Whole => format!("whole {min}..{max} default {default}"),
        Kind::Switch => format!("switch default {default}"),
        Kind::Choice(options) => {
            let words: Vec<&str> = options.iter().map(|option| option.id).collect();
            format!("choice {} default {}", words.join(","), words[*default as usize])
        }
        Kind::Destination => "destination".into(),
    };
    (def.id.clone(), pinned)
}

#[test]
fn the_parameters_are_those_of_the_list() {
    let list = include_str!("../../tests/data/param_ids.txt");
    let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let pinned: BTreeMap<String, String> = lines
        .map(|line| line.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("line"))
        .collect();
    let known: BTreeMap<String, String> = defs().iter().map(line).collect();
    assert_eq!(known.len(), defs().len(), "ids are unique");
    let lost = pinned.iter().filter(|(id, def)| known.get(*id) != Some(def));
    let lost: Vec<String> =
        lost.map(|(id, def)| format!("{id} {def}\n  is now {:?}", known.get(id))).collect();
    assert!(lost.is_empty(), "presets lose these parameters:\n{}", lost.join("\n"));
    let new = defs().iter().map(line).filter(|(id, _)| !pinned.contains_key(id));
    let new: Vec<String> = new.map(|(id, def)| format!("{id} {def}")).collect();
    assert!(new.is_empty(), "append to tests/data/param_ids.txt:\n{}", new.join("\n"));
}

#[test]
fn ids_are_words_that_files_and_hosts_can_carry() {
    for def in defs() {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '_';
        assert!(def.id.chars().all(plain) && def.id.len() <= 48, "{}", def.id);
        assert!(!def.doc.is_empty() && def.doc.ends_with('.'), "{}", def.id);
        assert!(def.min < def.max && def.legal(def.default) == def.default, "{}", def.id);
    }
}
