//! Laws of crossover.

use super::*;
use crate::genome::{Section, destination, live, module, modules, section};
use crate::wild;
use cultivar_patch::schema::{LfoMode, Source, ids};
use cultivar_patch::{Id, Table};

fn parents(count: usize) -> Vec<Preset> {
    let mut rng = Rng::new(11);
    (0..count).map(|_| wild::preset(&mut rng)).collect()
}

fn with<'a>(parents: &'a [(&'a Preset, f32)], operator: Operator) -> Cross<'a> {
    Cross { parents, operator, mutation: 0.0, locks: Locks::default(), donors: &[] }
}

fn child(parents: &[&Preset], operator: Operator, seed: u64) -> Child {
    let parents: Vec<(&Preset, f32)> = parents.iter().map(|p| (*p, 1.0)).collect();
    with(&parents, operator).child(seed).unwrap()
}

/// Whether a gene of the child is what its ancestry says.
fn is_as_traced(child: &Child, parents: &[Preset], id: Id) -> bool {
    let patch = &child.preset.patch;
    let Gene::Of { parent, at } = child.ancestry.trace.genes[id] else { return true };
    let (parent, own) = (&parents[usize::from(parent)].patch, Gene::Of { parent, at });
    let slot = (module(id)).checked_sub(module(ids().route[0].source)).filter(|slot| *slot < 32);
    let old = |id: Id| parent.route[module(id) - module(ids().route[0].source)];
    match slot {
        // The source may have been renumbered: it is then the module that came along.
        Some(slot) if id == ids().route[slot].source => {
            let (now, then) = (patch.route[slot].source, old(Id(at)).source);
            match (genome::Driver::of(now), genome::Driver::of(then)) {
                // Where it did not move, its numbers may be from others.
                (Some(now), Some(then)) => {
                    let then = modules()[then.module()].ids.clone();
                    let came = |id: Id| match (child.ancestry.trace.genes[id], own) {
                        (Gene::Of { parent, at }, Gene::Of { parent: mine, .. }) => {
                            parent == mine && then.contains(&at)
                        }
                        _ => false,
                    };
                    let now = &modules()[now.module()];
                    now.ids == then || now.ids().any(came)
                }
                _ => now == then,
            }
        }
        Some(slot) if id == ids().route[slot].destination => {
            let (now, then) = (patch.route[slot].destination, old(Id(at)).destination);
            let (now, then) = (Id::from_destination(now), Id::from_destination(then));
            let Gene::Of { parent, .. } = own else { return false };
            let came = then.map(|then| Gene::Of { parent, at: then.0 });
            now == then || now.map(|now| child.ancestry.trace.genes[now]) == came
        }
        _ => patch[id] == parent[Id(at)],
    }
}

#[test]
fn every_gene_is_what_its_ancestry_says() {
    let parents = parents(4);
    let refs: Vec<&Preset> = parents.iter().collect();
    for operator in Operator::ALL {
        for seed in 0..40 {
            let child = child(&refs, operator, seed);
            for id in ids().leaves() {
                assert!(is_as_traced(&child, &parents, *id), "{}: {}", operator.id(), id.def().id);
            }
            let trace = &child.ancestry.trace;
            for (k, gene) in trace.tables.iter().enumerate() {
                match *gene {
                    Gene::Of { parent, at } => assert_eq!(
                        child.preset.tables[k],
                        parents[usize::from(parent)].tables[usize::from(at)]
                    ),
                    gene => assert_eq!((gene, operator), (Gene::Blend, Operator::Blend)),
                }
            }
            match trace.clip {
                Gene::Of { parent, .. } => {
                    assert_eq!(child.preset.clip, parents[usize::from(parent)].clip);
                    let switch = trace.genes[ids().sample.on];
                    assert!(matches!(switch, Gene::Of { parent: of, .. } if of == parent));
                }
                gene => panic!("a recording is {gene:?}"),
            }
            for (k, gene) in trace.shapes.iter().enumerate() {
                if let Gene::Of { parent, at } = *gene {
                    let own = &parents[usize::from(parent)].shapes[usize::from(at)];
                    assert_eq!(child.preset.shapes[k], *own);
                }
            }
            let heard = live(&child.preset);
            let news =
                ids().leaves().iter().filter(|id| heard[**id] && trace.genes[**id] == Gene::New);
            assert_eq!((news.count(), child.ancestry.new), (0, 0), "nothing was mutated");
        }
    }
}

#[test]
fn per_cents_add_up_to_100_and_follow_the_weights() {
    let parents = parents(4);
    let mut first = 0.0;
    for operator in Operator::ALL {
        for seed in 0..40 {
            let weighted: Vec<_> = parents.iter().zip([5.0, 1.0, 1.0, 1.0]).collect();
            let mut cross = with(&weighted, operator);
            cross.mutation = 0.02 * (seed % 20) as f32;
            let child = cross.child(seed).unwrap();
            let Ancestry { parents, new, .. } = &child.ancestry;
            let all = parents.iter().map(|p| u32::from(*p)).sum::<u32>() + u32::from(*new);
            assert_eq!(all, 100);
            assert_eq!(*new == 0, cross.mutation == 0.0 || *new == 0);
            first += f32::from(parents[0]) / 120.0;
            let origin = child.preset.meta.origin.unwrap();
            assert_eq!((origin.operator.as_str(), origin.seed), (operator.id(), seed));
            for (parent, share) in origin.parents.iter().zip(parents) {
                assert!((100.0 * parent.weight - f32::from(*share)).abs() < 1e-3);
            }
        }
    }
    assert!((40.0..75.0).contains(&first), "{first}");
}

#[test]
fn halfway_between_two_numbers_is_their_mean_as_it_is_perceived() {
    let (mut a, mut b) = (Preset::init(), Preset::init());
    for (preset, hertz, seconds) in [(&mut a, 200.0f32, 0.05f32), (&mut b, 3200.0, 0.8)] {
        preset.patch.filter[0].on = 1.0;
        preset.patch.filter[0].cutoff = crate::listen::pitch::note_of(hertz);
        preset.patch.env[0].release = seconds.log2();
    }
    let parents = [(&a, 1.0), (&b, 1.0)];
    let mut rng = Rng::new(0);
    let mut line = Line::new(&parents, &[1.0, 1.0], Locks::default(), &mut rng).unwrap();
    line.build(false);
    line.blend();
    let hertz = crate::listen::pitch::frequency_of(line.child.patch.filter[0].cutoff);
    let seconds = line.child.patch.env[0].release.exp2();
    assert!((hertz - 800.0).abs() < 0.1, "{hertz} Hz");
    assert!((seconds - 0.2).abs() < 1e-4, "{seconds} s");
}

#[test]
fn blends_lie_between_the_parents() {
    let parents = parents(4);
    let refs: Vec<&Preset> = parents.iter().collect();
    let mut blended = 0;
    for seed in 0..40 {
        let child = child(&refs, Operator::Blend, seed);
        for id in ids().leaves() {
            if child.ancestry.trace.genes[*id] != Gene::Blend || section(*id) == Section::Route {
                continue;
            }
            blended += 1;
            let values = parents.iter().map(|p| p.patch[*id]);
            let (least, most) = values.fold((f32::MAX, f32::MIN), |(l, m), v| (l.min(v), m.max(v)));
            let value = child.preset.patch[*id];
            assert!((least - 1e-4..=most + 1e-4).contains(&value), "{}", id.def().id);
            assert_eq!(id.def().legal(value), value);
        }
        assert!(child.preset.tables.iter().any(|table| matches!(table, Table::Own(_))));
    }
    assert!(blended > 400, "{blended}");
}

#[test]
fn routes_travel_with_what_they_move_and_bring_their_drivers() {
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
    for (operator, seed) in (0..400).map(|k| (Operator::ALL[k % 2], k as u64)) {
        let child = child(&[&a, &b], operator, seed).preset.patch;
        let find = |amount: f32| (0..32).find(|s| child.route[*s].amount == amount);
        let rate = |slot: usize| match Driver::of(child.route[slot].source) {
            Some(Driver::Lfo(k)) => child.lfo[k].rate,
            other => panic!("{other:?}"),
        };
        assert_eq!(find(0.3).is_some(), child.filter[0].on == 1.0);
        // Gene by gene, the number may be of any parent in which that LFO moves something.
        let known = |rate: f32, own: f32| match operator {
            Operator::Section => rate == own,
            _ => [2.5, -1.0, -3.0].contains(&rate),
        };
        assert!(find(0.3).is_none_or(|slot| known(rate(slot), 2.5)));
        let Some(slot) = find(0.5) else { continue };
        both += u32::from(find(0.3).is_some());
        assert!(known(rate(slot), -1.0));
        let (rated, amounted) = (find(0.25).unwrap(), find(0.75).unwrap());
        assert!(known(rate(rated), -3.0));
        let Some(Driver::Lfo(moved)) = Driver::of(child.route[slot].source) else { panic!() };
        assert_eq!(destination(&child, rated), Some(ids.lfo[moved].rate));
        assert_eq!(destination(&child, amounted), Some(ids.route[slot].amount));
    }
    assert!(both > 20, "{both}");
}

#[test]
fn a_child_repeats_and_morphs_to_nobody() {
    let parents = parents(3);
    let refs: Vec<&Preset> = parents.iter().collect();
    for operator in Operator::ALL {
        let (one, two) = (child(&refs, operator, 5), child(&refs, operator, 5));
        assert_eq!(one, two);
        assert!(one.preset.partner.is_none());
        assert_ne!(one.preset.meta.uuid, child(&refs, operator, 6).preset.meta.uuid);
    }
    assert!(with(&[], Operator::Section).child(0).is_none());
}

#[test]
fn what_is_locked_stays_as_it_is_in_the_first_parent() {
    let parents = parents(5);
    let weighted: Vec<(&Preset, f32)> = parents.iter().map(|p| (p, 1.0)).collect();
    let first = &parents[0];
    for (k, kept) in Section::ALL.into_iter().chain([Section::Route]).enumerate() {
        for operator in Operator::ALL {
            for seed in 0..12 {
                let mut cross = with(&weighted, operator);
                cross.locks = Locks::of([kept, Section::ALL[(k + 3) % 7]]);
                cross.mutation = 0.1 * seed as f32;
                cross.donors = &parents;
                let child = cross.child(seed).unwrap().preset;
                for id in ids().leaves().iter().filter(|id| cross.locks.has(section(**id))) {
                    let why = format!("{} with {kept:?} locked", id.def().id);
                    assert_eq!(child.patch[*id], first.patch[*id], "{why}");
                }
                if cross.locks.has(Section::Osc) {
                    assert_eq!(child.tables, first.tables);
                }
                if cross.locks.has(Section::Noise) {
                    assert_eq!(child.clip, first.clip);
                }
                if cross.locks.has(Section::Lfo) {
                    assert_eq!(child.shapes, first.shapes);
                }
                assert_eq!(moved(&child, cross.locks), moved(first, cross.locks));
            }
        }
    }
}

/// The routes into locked sections, and all that the first of their drivers is set to.
fn moved(preset: &Preset, locks: Locks) -> Vec<(Id, String)> {
    let patch = &preset.patch;
    let into = |slot: usize| {
        let to = destination(patch, slot).filter(|to| locks.has(section(*to)))?;
        let driver = genome::Driver::of(patch.route[slot].source);
        let set: Vec<f32> = driver.map_or(Vec::new(), |driver| {
            modules()[driver.module()].ids().map(|id| patch[id]).collect()
        });
        Some((to, format!("{:?} {set:?}", patch.route[slot].amount)))
    };
    let mut all: Vec<(Id, String)> = (0..patch.route.len()).filter_map(into).collect();
    all.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    all
}

#[test]
fn one_parent_has_children_by_mutation() {
    let parents = parents(1);
    let weighted = [(&parents[0], 1.0)];
    let mut cross = with(&weighted, Operator::Gene);
    assert_eq!(cross.child(1).unwrap().preset.patch, parents[0].patch);
    cross.mutation = 0.5;
    let child = cross.child(1).unwrap();
    assert_ne!(child.preset.patch, parents[0].patch);
    assert!(child.ancestry.new > 0 && child.ancestry.parents[0] > 20, "{:?}", child.ancestry);
}

#[test]
fn macros_that_move_nothing_lose_their_names() {
    let mut named = parents(2);
    for preset in &mut named {
        preset.macros = std::array::from_fn(|k| format!("Knob {k}"));
    }
    for seed in 0..20 {
        let child = child(&[&named[0], &named[1]], Operator::Section, seed).preset;
        for (k, name) in child.macros.iter().enumerate() {
            let source = genome::Driver::Macro(k).source();
            let used = child.patch.route.iter().any(|route| route.source == source);
            assert_eq!(!name.is_empty(), used, "macro {k}");
        }
    }
}
