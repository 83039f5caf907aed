//! Parameters as hosts see them.

use std::collections::{BTreeMap, BTreeSet};

use clack_extensions::params::ParamInfoFlags;
use clack_extensions::remote_controls::{PluginRemoteControls, RemoteControlsPageBuffer};
use cultivar_patch::{Kind, defs};

use crate::host::{Event, Host};

#[test]
fn every_automated_parameter_of_the_schema_is_there_once_in_its_module() {
    let host = Host::new();
    let listed: BTreeMap<String, String> =
        host.all_params().map(|p| (p.name.clone(), p.module.clone())).collect();
    let wanted: BTreeMap<String, String> = (defs().iter().filter(|def| def.automated))
        .map(|def| (def.full_name(), def.group.clone()))
        .chain([("Edits".into(), "Project".into())])
        .collect();
    assert_eq!(listed, wanted);
    let ids: BTreeSet<u32> = host.all_params().map(|p| p.id.get()).collect();
    assert_eq!(ids.len(), wanted.len(), "two string ids share a number");
}

#[test]
fn only_lists_that_may_grow_are_kept_from_automation() {
    let host = Host::new();
    for def in defs().iter().filter(|def| def.automated) {
        let param = host.param(&def.full_name());
        let automatable = param.flags.contains(ParamInfoFlags::IS_AUTOMATABLE);
        let grows = matches!(def.kind, Kind::Choice(_) | Kind::Destination);
        assert_eq!(automatable, !grows, "{}", def.id);
        let per_note = param.flags.contains(ParamInfoFlags::IS_MODULATABLE_PER_NOTE_ID);
        assert_eq!(per_note, def.modulated, "{}", def.id);
    }
}

#[test]
fn texts_read_back_as_the_values_they_show() {
    let mut host = Host::new();
    let params: Vec<_> = host.all_params().cloned().collect();
    for param in params {
        for step in 0..=8 {
            let stepped = param.flags.contains(ParamInfoFlags::IS_STEPPED);
            let value = param.max * f64::from(step) / 8.0;
            let value = if stepped { value.round() } else { value };
            let text = host.text(&param, value);
            assert!(!text.trim().is_empty(), "{} at {value}", param.name);
            let back = host.parse(&param, &text);
            let back = back.unwrap_or_else(|| panic!("{}: cannot read {text:?}", param.name));
            assert_eq!(host.text(&param, back), text, "{} at {value}", param.name);
            let near = if stepped { 1e-3 } else { 0.01 };
            assert!((back - value).abs() <= near, "{}: {value} → {text} → {back}", param.name);
        }
        assert_eq!(host.parse(&param, "no such value"), None, "{}", param.name);
    }
}

#[test]
fn a_value_set_by_the_host_is_the_value_it_reads() {
    let mut host = Host::running();
    host.sound_of(64, &[Event::Set("Filter 1 Cutoff", 0.25), Event::Set("Filter 1 On", 1.0)]);
    assert!((host.value("Filter 1 Cutoff") - 0.25).abs() < 1e-6);
    assert_eq!(host.value("Filter 1 On"), 1.0);
}

#[test]
fn every_module_has_pages_of_eight_knobs() {
    let mut host = Host::new();
    let params: BTreeMap<u32, String> =
        host.all_params().map(|p| (p.id.get(), p.module.clone())).collect();
    let paged = host.with_handle(|handle| {
        let pages: PluginRemoteControls = handle.get_extension().expect("remote controls");
        let mut paged = BTreeSet::new();
        for index in 0..pages.count(handle) {
            let mut buffer = RemoteControlsPageBuffer::new();
            let page = pages.get(handle, index, &mut buffer).expect("a page");
            for id in page.param_ids.into_iter().flatten() {
                let module = params[&id.get()].as_bytes();
                assert_eq!(module, page.section_name, "a knob on a page of another module");
                assert!(paged.insert(id.get()), "a knob on two pages");
            }
        }
        paged
    });
    let wanted = params.iter().filter(|(_, module)| *module != "Project").count();
    assert_eq!(paged.len(), wanted);
}
