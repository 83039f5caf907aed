//! Laws of litters.

use super::*;
use crate::NEVER;
use crate::genome::Section;
use cultivar_patch::factory;

fn patch(name: &str) -> Arc<Preset> {
    let (_, json) = factory::presets().iter().find(|(known, _)| *known == name).unwrap();
    Arc::new(Preset::from_json(json).unwrap().preset)
}

fn recipe(names: &[&str]) -> Recipe {
    Recipe { children: 6, ..Recipe::new(names.iter().map(|name| patch(name)).collect()) }
}

fn silent(mut preset: Preset, name: &str) -> Arc<Preset> {
    preset.patch.osc.iter_mut().for_each(|osc| osc.on = 0.0);
    preset.patch.noise.on = 0.0;
    preset.patch.band.iter_mut().for_each(|band| band.on = 0.0);
    preset.meta.name = name.into();
    Arc::new(preset)
}

/// The litter of a recipe: its takes are played from the last to the first, by turns in
/// different booths.
fn litter(recipe: Recipe, booths: &mut [Booth]) -> Result<Litter, Barren> {
    let mut litter = Litter::new(recipe)?;
    loop {
        let takes = litter.ask(NEVER);
        if takes.is_empty() {
            return Ok(litter);
        }
        let count = booths.len();
        let play = |take: &Take| take.play(&mut booths[take.index % count], NEVER);
        let heard = takes.iter().rev().filter_map(play).collect();
        litter.tell(heard)?;
    }
}

fn children(litter: &Litter) -> Vec<Child> {
    litter.children().map(|born| born.child.clone()).collect()
}

#[test]
fn children_are_heard_do_not_clip_and_differ() {
    let mut booth = [Booth::new()];
    for (operator, names) in Operator::ALL.into_iter().zip([
        ["Reese", "Glass Pad", "Marimba"],
        ["Supersaw Lead", "Rain", "Clav"],
        ["Warm Pad", "Synth Pluck", "Wobble"],
    ]) {
        let mut recipe = recipe(&names);
        (recipe.operator, recipe.parents[1].1) = (operator, 0.5);
        let parents: Vec<Arc<Preset>> = recipe.parents.iter().map(|(p, _)| p.clone()).collect();
        let litter = litter(recipe, &mut booth).unwrap();
        let born: Vec<&Born> = litter.children().collect();
        assert_eq!(born.len(), 6);
        let mut sounds: Vec<Heard> = Vec::new();
        let all = parents.into_iter().chain(born.iter().map(|b| Arc::new(b.child.preset.clone())));
        for (k, preset) in all.enumerate() {
            let heard = Take { index: 0, preset }.play(&mut booth[0], NEVER).unwrap();
            if k > 2 {
                let born = &born[k - 3];
                assert!(heard.finite && heard.loudness > -30.0 && heard.peak < PEAK + 0.1);
                assert!((heard.peak - born.heard.peak).abs() < 0.1, "the level was corrected");
                assert!(born.heard.outline.iter().any(|height| *height > 0.05));
                let nearest = sounds.iter().map(|s| s.distance(&heard)).fold(9.0, f32::min);
                assert!(nearest > 0.9 * UNLIKE, "{}: {nearest}", operator.id());
            }
            sounds.push(heard);
        }
    }
}

#[test]
fn a_litter_does_not_depend_on_who_plays_its_notes_when() {
    let wish = || Recipe { seed: 7, ..recipe(&["Acid Line", "Choir Pad"]) };
    let one = litter(wish(), &mut [Booth::new()]).unwrap();
    let many = litter(wish(), &mut [Booth::new(), Booth::new(), Booth::new()]).unwrap();
    assert_eq!(children(&one), children(&many));
    let other = litter(Recipe { seed: 8, ..wish() }, &mut [Booth::new()]).unwrap();
    assert_ne!(children(&one), children(&other));
}

#[test]
fn a_litter_that_was_stopped_goes_on_where_it_was() {
    let wish = || Recipe { children: 3, ..recipe(&["Kalimba", "Hoover"]) };
    let mut booth = Booth::new();
    let whole = litter(wish(), &mut [Booth::new()]).unwrap();
    let mut stopped = Litter::new(wish()).unwrap();
    assert!(stopped.ask(&|| true).is_empty());
    let takes = stopped.ask(NEVER);
    assert!(takes[0].play(&mut booth, &|| true).is_none());
    let first = takes[..2].iter().filter_map(|take| take.play(&mut booth, NEVER)).collect();
    stopped.tell(first).unwrap();
    assert_eq!(stopped.children().count(), 0);
    loop {
        let takes = stopped.ask(NEVER);
        if takes.is_empty() {
            break;
        }
        let heard = takes.iter().filter_map(|take| take.play(&mut booth, NEVER)).collect();
        stopped.tell(heard).unwrap();
    }
    assert_eq!(children(&stopped), children(&whole));
}

#[test]
fn equal_parents_and_single_ones_have_different_children() {
    for parents in [vec![patch("Koto")], vec![patch("Koto"), patch("Koto")]] {
        let recipe = Recipe { children: 4, mutation: 0.0, ..Recipe::new(parents) };
        let litter = litter(recipe, &mut [Booth::new()]).unwrap();
        assert_eq!(litter.children().count(), 4);
        assert!(litter.children().all(|born| born.apart >= UNLIKE));
    }
}

#[test]
fn one_silent_parent_is_no_dead_end_and_nothing_but_silent_ones_are_named() {
    let quiet = silent(Preset::init(), "Nothing");
    let mut booth = [Booth::new()];
    let mut with = recipe(&["Tine Piano"]);
    with.parents.push((quiet.clone(), 1.0));
    let litter = litter(with, &mut booth).unwrap();
    assert_eq!((litter.silent(), litter.children().count()), (vec![1], 6));
    let mut alone = Litter::new(Recipe::new(vec![quiet])).unwrap();
    let takes = alone.ask(NEVER);
    let heard = takes.iter().filter_map(|take| take.play(&mut booth[0], NEVER)).collect();
    let error = alone.tell(heard).unwrap_err();
    assert_eq!(error, Barren::Silent(vec!["Nothing".into()]));
    assert_eq!(error.to_string(), "no parent can be heard: Nothing");
}

#[test]
fn recipes_that_make_no_sense_are_refused() {
    let refused = |recipe: Recipe| Litter::new(recipe).err();
    assert_eq!(refused(Recipe::new(Vec::new())), Some(Barren::NoParents));
    assert_eq!(refused(Recipe::new(vec![patch("Init"); 9])), Some(Barren::TooMany(9)));
    for weights in [[0.0, 0.0], [1.0, -1.0], [f32::NAN, 1.0], [f32::INFINITY, 1.0]] {
        let mut recipe = recipe(&["Init", "Reese"]);
        recipe.parents.iter_mut().zip(weights).for_each(|((_, weight), new)| *weight = new);
        assert_eq!(refused(recipe), Some(Barren::NoWeight), "{weights:?}");
    }
}

#[test]
fn where_all_is_locked_there_are_no_children() {
    let all = Locks::of(Section::ALL.into_iter().chain([Section::Route]));
    let recipe = Recipe { locks: all, children: 2, ..recipe(&["Clav", "Koto"]) };
    let error = litter(recipe, &mut [Booth::new()]).err();
    assert_eq!(error, Some(Barren::Alike(0)));
}
