//! Laws of the genome.

use cultivar_breed::{Rng, wild};
use cultivar_patch::Preset;

use super::*;

/// Factory and random patches.
fn patches() -> Vec<Preset> {
    let factory = cultivar_patch::factory::presets().iter();
    let mut patches: Vec<Preset> =
        factory.map(|(_, json)| Preset::from_json(json).expect("a preset").preset).collect();
    let mut rng = Rng::new(5);
    patches.extend((0..100).map(|_| wild::preset(&mut rng)));
    patches
}

#[test]
fn groups_cover_the_vector() {
    let layout = layout();
    let mut next = 0;
    for group in &layout.groups {
        assert_eq!(group.at, next, "{}", group.id);
        next += group.width;
    }
    assert_eq!(next, layout.width);
}

#[test]
fn what_is_read_is_what_was_written() {
    for preset in patches() {
        let genome = write(&preset);
        assert!(genome.values.iter().all(|v| (0.0..=1.0).contains(v)), "{}", preset.meta.name);
        let again = write(&read(&genome.values));
        for group in &layout().groups {
            let heard = genome.heard[group.at] == 1;
            assert_eq!(genome.heard[group.at], again.heard[group.at], "{}", group.id);
            for at in group.range().filter(|_| heard) {
                let apart = (genome.values[at] - again.values[at]).abs();
                assert!(apart < 1e-3, "{}: {} by {apart}", preset.meta.name, group.id);
            }
        }
    }
}

#[test]
fn the_order_of_drivers_and_routes_is_no_meaning() {
    use cultivar_patch::schema::{Source, ids};
    let mut one = Preset::init();
    one.patch.lfo[0].rate = 2.0;
    one.patch.route[0].source = Source::Lfo1.value();
    one.patch.route[0].destination = ids().osc[0].fine.as_destination();
    one.patch.route[0].amount = 0.1;
    let mut other = Preset::init();
    other.patch.lfo[4].rate = 2.0;
    other.patch.route[9].source = Source::Lfo5.value();
    other.patch.route[9].destination = ids().osc[0].fine.as_destination();
    other.patch.route[9].amount = 0.1;
    other.patch.route[3].source = Source::Velocity.value();
    other.patch.route[3].destination = ids().osc[0].level.as_destination();
    other.patch.route[3].amount = 0.3;
    assert_eq!(write(&one), write(&other));
}

#[test]
fn a_genome_sounds_like_its_patch() {
    use cultivar_breed::{Judge, Target};
    const RATE: f32 = 16_000.0;
    let note = cultivar_dsp::Note { key: 57.0, velocity: 0.8, gate: 0.5, length: 0.8 };
    let mono = |preset: &Preset| -> Vec<f32> {
        let [left, right] = cultivar_dsp::render(preset, &note, RATE);
        left.iter().zip(right).map(|(l, r)| 0.5 * (l + r)).collect()
    };
    let mut scores = Vec::new();
    for mut preset in patches() {
        // What only the player moves is no part of a genome.
        for route in &mut preset.patch.route {
            use cultivar_patch::schema::Source;
            if !(Source::None as usize..Source::Macro1 as usize).contains(&(route.source as usize))
            {
                route.source = Source::None.value();
            }
        }
        if Target::listen(&mono(&preset), RATE).is_err() {
            continue;
        }
        let mut judge = Judge::of(&mono(&preset), RATE);
        let score = judge.distance(&mono(&read(&write(&preset).values))).score;
        scores.push(score);
    }
    let mean = scores.iter().sum::<f32>() / scores.len() as f32;
    assert!(mean > 90.0, "{mean}");
}

#[test]
fn any_numbers_are_a_legal_patch() {
    let mut rng = Rng::new(3);
    for values in [vec![], vec![f32::NAN; layout().width], vec![1e9; 3]] {
        read(&values);
    }
    for _ in 0..50 {
        let values: Vec<f32> = (0..layout().width).map(|_| 2.0 * rng.normal()).collect();
        let preset = read(&values);
        for (k, value) in preset.patch.leaves().iter().enumerate() {
            assert_eq!(cultivar_patch::Id(k as u16).def().legal(*value), *value);
        }
    }
}

#[test]
fn the_written_schema_is_that_of_this_build() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.json");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == layout().json(),
        "run `cargo xtask schema`, then `cargo xtask train --small`"
    );
}
