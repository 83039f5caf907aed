//! Ways between factory presets.

use cultivar_dsp::render;
use cultivar_patch::{Loaded, factory};

use super::*;

fn preset(name: &str) -> Preset {
    let mut all = factory::presets().iter().map(|(_, text)| Preset::from_json(text));
    let named = |loaded: Loaded| Some(loaded.preset).filter(|preset| preset.meta.name == name);
    all.find_map(|loaded| named(loaded.ok()?)).unwrap_or_else(|| panic!("{name}"))
}

fn hear(preset: &Preset) -> Vec<f32> {
    let [left, right] = render(preset, &NOTE, RATE);
    left.iter().zip(&right).map(|(l, r)| 0.5 * (l + r)).collect()
}

fn walked(preset: &Preset, count: usize) -> Vec<f32> {
    let place = |k: usize| k as f32 / (count - 1) as f32;
    let sounds: Vec<Vec<f32>> = (0..count).map(|k| hear(&at(preset, place(k)))).collect();
    steps(&sounds, RATE)
}

#[test]
fn steps_are_even_and_ends_exact() {
    for (a, b) in [("Choir Pad", "House Organ"), ("Marimba", "Deep Sub")] {
        let (a, b) = (preset(a), preset(b));
        let way = morph(&a, &b);
        let sizes = walked(&way, 33);
        let mean = sizes.iter().sum::<f32>() / sizes.len() as f32;
        let most = sizes.iter().copied().fold(0.0, f32::max);
        assert!(most < 2.5 * mean, "{}: {:.2} of {mean}", way.meta.name, most / mean);
        assert!(hear(&at(&way, 0.0)) == hear(&a) && hear(&at(&way, 1.0)) == hear(&b));
        let inside = |position| {
            let mut preset = way.clone();
            preset.patch.morph.position = position;
            hear(&preset)
        };
        assert!(inside(0.0) == hear(&a) && inside(1.0) == hear(&b));
    }
}

#[test]
fn the_same_pair_has_the_same_way_and_a_file_keeps_it() {
    let (a, b) = (preset("Init"), preset("Clav"));
    let way = morph(&a, &b);
    assert_eq!(way, morph(&a, &b));
    let origin = way.meta.origin.clone().expect("an origin");
    assert_eq!((origin.operator.as_str(), origin.parents.len()), ("morph", 2));
    let kept = Preset::from_json(way.to_json()).expect("a preset");
    assert_eq!((kept.notices, kept.preset), (vec![], way));
}

#[test]
fn a_way_that_nobody_waits_for_is_left() {
    let (a, b) = (preset("Init"), preset("Clav"));
    let asked = std::cell::Cell::new(0);
    let soon = || asked.replace(asked.get() + 1) > 8;
    assert!(partner(&a, &b, &soon).is_none());
    assert_eq!(asked.get(), 10, "it went on");
    assert_eq!(partner(&a, &b, NEVER).map(Arc::new), morph(&a, &b).partner);
}

#[test]
fn silence_and_likeness_are_ways_too() {
    let (a, mut mute) = (preset("Init"), preset("Init"));
    mute.patch.osc[0].on = 0.0;
    for (from, to) in [(&a, &a), (&a, &mute), (&mute, &mute)] {
        let way = morph(from, to);
        let partner = way.partner.expect("a partner");
        assert!(partner.along(0.0) == 0.0 && partner.along(1.0) == 1.0);
        assert!(partner.knots().windows(2).all(|pair| pair[0] <= pair[1]));
    }
}
