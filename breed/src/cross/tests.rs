//! Laws of crossover.

use super::*;
use crate::wild;
use cultivar_patch::schema::LfoMode;

fn parents() -> Vec<Preset> {
    let mut rng = Rng::new(11);
    (0..4).map(|_| wild::preset(&mut rng)).collect()
}

fn with(parents: &[Preset]) -> Vec<(&Preset, f32)> {
    parents.iter().map(|p| (p, 1.0)).collect()
}

/// Whether `parent` has the value of the child's gene at the same place of any module of the kind.
fn has_value(parent: &Preset, child: &Preset, id: Id) -> bool {
    let place = id.0 - modules()[module(id)].ids.start;
    let kind = |id: Id| id.def().id.split('.').next();
    let alike = modules().iter().filter(|m| kind(Id(m.ids.start)) == kind(id));
    alike.map(|m| Id(m.ids.start + place)).any(|at| parent.patch[at] == child.patch[id])
}

#[test]
fn every_gene_comes_from_the_parent_that_ancestry_names() {
    let parents = parents();
    for operator in [Operator::Section, Operator::Gene] {
        for seed in 0..40 {
            let child = cross(&with(&parents), operator, seed).unwrap();
            for id in (0..child.from.leaves().len() as u16).map(Id) {
                let parent = &parents[usize::from(child.from[id])];
                // Ends of routes are renumbered where a driver has moved.
                let end = id.def().name == "Source" || id.def().name == "Destination";
                let travels = operator == Operator::Section && moves(id);
                let known = match travels {
                    true => end || has_value(parent, &child.preset, id),
                    false => child.preset.patch[id] == parent.patch[id],
                };
                assert!(known, "{}: {}", operator.id(), id.def().id);
            }
        }
    }
}

#[test]
fn blends_lie_between_the_parents() {
    let parents = parents();
    for seed in 0..40 {
        let child = cross(&with(&parents), Operator::Blend, seed).unwrap();
        for k in 0..child.from.leaves().len() as u16 {
            let id = Id(k);
            let values: Vec<f32> = parents.iter().map(|p| p.patch[id]).collect();
            let least = values.iter().copied().fold(f32::INFINITY, f32::min);
            let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let value = child.preset.patch[id];
            assert!((least - 1e-4..=most + 1e-4).contains(&value), "{}", id.def().id);
            assert_eq!(id.def().legal(value), value);
        }
    }
}

#[test]
fn shares_add_up_to_100_and_follow_the_weights() {
    let parents = parents();
    let mut first = 0.0;
    for operator in Operator::ALL {
        for seed in 0..40 {
            let weighted: Vec<_> = parents.iter().zip([5.0, 1.0, 1.0, 1.0]).collect();
            let child = cross(&weighted, operator, seed).unwrap();
            assert!((child.shares.iter().sum::<f32>() - 100.0).abs() < 0.01);
            first += child.shares[0] / 120.0;
            let origin = child.preset.meta.origin.unwrap();
            assert_eq!(origin.operator, operator.id());
            assert_eq!(origin.parents.len(), 4);
        }
    }
    assert!((50.0..80.0).contains(&first), "{first}");
}

#[test]
fn routes_travel_with_their_drivers() {
    let ids = ids();
    let mut plain = Preset::init();
    plain.meta.name = "plain".into();
    // Parent A: LFO 1 sweeps the filter. Parent B: another LFO 1 moves the position, and
    // LFO 2 moves the rate of that LFO.
    let mut a = plain.clone();
    a.patch.filter[0].on = 1.0;
    a.patch.lfo[0].rate = 2.5;
    a.patch.lfo[0].mode = LfoMode::Once.value();
    a.patch.route[0].source = Source::Lfo1.value();
    a.patch.route[0].destination = ids.filter[0].cutoff.as_destination();
    a.patch.route[0].amount = 0.3;
    let mut b = plain.clone();
    b.patch.lfo[0].rate = -1.0;
    b.patch.lfo[1].rate = -3.0;
    for (slot, source, to, amount) in [
        (0, Source::Lfo1, ids.osc[0].position, 0.5),
        (1, Source::Lfo2, ids.lfo[0].rate, 0.25),
        (2, Source::Lfo2, ids.route[0].amount, 0.75),
    ] {
        b.patch.route[slot].source = source.value();
        b.patch.route[slot].destination = to.as_destination();
        b.patch.route[slot].amount = amount;
    }
    let mut both = 0;
    for seed in 0..200 {
        let child = cross(&[(&a, 1.0), (&b, 1.0)], Operator::Section, seed).unwrap().preset.patch;
        let find = |amount: f32| (0..32).find(|s| child.route[*s].amount == amount);
        let rate = |slot: usize| match Driver::of(child.route[slot].source) {
            Some(Driver::Lfo(k)) => child.lfo[k].rate,
            other => panic!("{other:?}"),
        };
        assert_eq!(find(0.3).is_some(), child.filter[0].on == 1.0);
        if let Some(slot) = find(0.3) {
            assert_eq!(rate(slot), 2.5);
        }
        let Some(slot) = find(0.5) else { continue };
        both += u32::from(find(0.3).is_some());
        assert_eq!(rate(slot), -1.0);
        let (rated, amounted) = (find(0.25).unwrap(), find(0.75).unwrap());
        assert_eq!(rate(rated), -3.0);
        let Some(Driver::Lfo(moved)) = Driver::of(child.route[slot].source) else { panic!() };
        assert_eq!(destination(&child, rated), Some(ids.lfo[moved].rate));
        assert_eq!(destination(&child, amounted), Some(ids.route[slot].amount));
    }
    assert!(both > 20, "{both}");
}

#[test]
fn a_child_repeats_and_has_tables_of_its_oscillators() {
    let parents = parents();
    for operator in Operator::ALL {
        let one = cross(&with(&parents), operator, 5).unwrap();
        let two = cross(&with(&parents), operator, 5).unwrap();
        assert_eq!(one.preset, two.preset);
        for (k, osc) in ids().osc.iter().enumerate() {
            let parent = &parents[usize::from(one.from[osc.on])];
            assert_eq!(one.preset.tables[k], parent.tables[k]);
        }
    }
    assert!(cross(&[], Operator::Section, 0).is_none());
}
