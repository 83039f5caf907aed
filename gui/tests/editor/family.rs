//! The Breed page and its states.

use cultivar_gui::{Breeding, Command, Family, FamilyState, Mix, Page, Section};
use egui::Key;
use egui_kittest::kittest::Queryable;

use super::data::{self, Data};
use super::{Editor, click, editor, place, wheel};

fn bred(change: impl FnOnce(&mut Family)) -> Editor {
    editor(Page::Breed, |data: &mut Data| {
        data.family = data::family();
        change(&mut data.family);
    })
}

/// What a click on `name` asks for.
fn asks(editor: &mut Editor, name: &str) -> Vec<Breeding> {
    click(editor, name);
    wishes(editor)
}

fn wishes(editor: &mut Editor) -> Vec<Breeding> {
    let commands = std::mem::take(&mut editor.state_mut().commands).into_iter();
    commands.filter_map(|c| if let Command::Breed(wish) = c { Some(wish) } else { None }).collect()
}

#[test]
fn an_empty_page_invites() {
    let mut editor = editor(Page::Breed, |_| {});
    editor.get_by_label("Cross two sounds");
    assert_eq!(asks(&mut editor, "Begin with this sound"), [Breeding::AddEdited]);
    click(&mut editor, "Choose a parent");
    click(&mut editor, "Cathedral Dust");
    assert_eq!(wishes(&mut editor), [Breeding::AddPreset("cathedral dust".into())]);
    assert_eq!(asks(&mut editor, "First litter"), [], "there is nobody to have it");
}

#[test]
fn parents_come_count_and_go() {
    let mut editor = bred(|_| {});
    click(&mut editor, "Add a parent");
    editor.get_by_label("Search for a parent").focus();
    editor.run();
    editor.get_by_label("Search for a parent").type_text("koto");
    editor.run();
    assert!(editor.query_by_label("Tin Orchard").is_none(), "it has not been looked for");
    click(&mut editor, "Paper Koto");
    assert_eq!(wishes(&mut editor), [Breeding::AddPreset("paper koto".into())]);
    assert_eq!(asks(&mut editor, "Remove parent 2, Cathedral Dust"), [Breeding::RemoveParent(1)]);
    let slider = place(&editor, "Weight of parent 3, Rust Choir");
    super::drag(&mut editor, slider - egui::vec2(40.0, 0.0), slider);
    let asked = wishes(&mut editor);
    let Some(Breeding::SetWeight { parent: 2, weight }) = asked.last() else { panic!("{asked:?}") };
    assert!((weight - 0.5).abs() < 0.02, "{weight}");
}

#[test]
fn parents_of_one_name_are_told_apart_and_eight_are_enough() {
    let mut editor = bred(|family| {
        let one = family.parents[0].clone();
        family.parents = vec![one; 8];
    });
    let last = asks(&mut editor, "Remove parent 8, Glasswing Pluck");
    assert_eq!(last, [Breeding::RemoveParent(7)]);
    click(&mut editor, "Add a parent");
    assert!(editor.query_by_label("Search for a parent").is_none());
}

#[test]
fn breeding_is_told_how() {
    let mut editor = bred(|_| {});
    assert_eq!(asks(&mut editor, Mix::Blend.doc()), [Breeding::SetMix(Mix::Blend)]);
    let lock = Breeding::Lock { section: Section::Envelopes, on: true };
    assert_eq!(asks(&mut editor, "Envelopes as in the first parent"), [lock]);
    let unlock = Breeding::Lock { section: Section::Effects, on: false };
    assert_eq!(asks(&mut editor, "Effects as in the first parent"), [unlock]);
    let asked = asks(&mut editor, "Mutation");
    assert!(matches!(asked[..], [Breeding::SetMutation(m)] if (m - 0.5).abs() < 0.02), "{asked:?}");
    assert_eq!(asks(&mut editor, "New litter"), [Breeding::NewLitter]);
    let at = place(&editor, "Mutation");
    wheel(&mut editor, at, 1.0);
    assert_eq!(wishes(&mut editor), [], "the wheel scrolls the page of a host");
}

#[test]
fn a_litter_on_its_way_says_so() {
    let mut editor = bred(|family| family.state = FamilyState::Breeding);
    editor.get_by_label("breeding…");
    assert_eq!(asks(&mut editor, "New litter"), []);
}

#[test]
fn a_child_is_heard_loved_kept_and_planted() {
    let mut editor = bred(|_| {});
    assert_eq!(asks(&mut editor, "C#: Cathedral Pluck"), [Breeding::Select(1)]);
    let at = place(&editor, "F: Dust Pluck");
    super::double_click(&mut editor, at);
    assert_eq!(wishes(&mut editor).last(), Some(&Breeding::Plant(5)));
    assert_eq!(asks(&mut editor, "Love it no more: D"), [Breeding::Love { child: 2, on: false }]);
    assert_eq!(asks(&mut editor, "A litter of the loved one"), [Breeding::FromLoved]);
    editor.get_by_label("Child G, Wickerlight");
    editor.get_by_label("Cathedral Dust 38 %");
    editor.get_by_label("new 8 %");
    for (name, wish) in [
        ("Play it", Breeding::Play(7)),
        ("Love it", Breeding::Love { child: 7, on: true }),
        ("Keep", Breeding::Keep(7)),
        ("Plant as seed", Breeding::Plant(7)),
        ("Morph to it", Breeding::MorphTo(7)),
    ] {
        assert_eq!(asks(&mut editor, name), [wish], "{name}");
    }
    assert_eq!(asks(&mut editor, "Open in Synth"), [Breeding::Open(7)]);
    assert_eq!(editor.state().memory.settings.page, Page::Synth);
}

#[test]
fn a_child_has_a_menu() {
    let mut editor = bred(|_| {});
    editor.get_by_label("A: Rust Dust").click_secondary();
    editor.run();
    assert_eq!(asks(&mut editor, "Make it a parent too"), [Breeding::AddChild(9)]);
    editor.state_mut().data.family.selected = None;
    editor.get_by_label("A: Rust Dust").click_secondary();
    editor.run();
    assert_eq!(asks(&mut editor, "Morph to it"), [Breeding::MorphTo(9)]);
}

#[test]
fn keys_steer_the_family() {
    let mut editor = bred(|_| {});
    editor.get_by_label("Family").focus();
    editor.run();
    for (key, wish) in [
        (Key::ArrowRight, Breeding::Select(8)),
        (Key::ArrowUp, Breeding::Select(6)),
        (Key::Enter, Breeding::Play(7)),
        (Key::F, Breeding::Love { child: 7, on: true }),
        (Key::S, Breeding::Keep(7)),
        (Key::N, Breeding::NewLitter),
    ] {
        editor.key_press(key);
        editor.run();
        assert_eq!(wishes(&mut editor), [wish], "{key:?}");
    }
    editor.state_mut().data.family.selected = Some(11);
    editor.key_press(Key::ArrowRight);
    editor.run();
    assert_eq!(wishes(&mut editor), [Breeding::Select(0)], "round the clock");
}

#[test]
fn the_family_comes_onto_the_keys_and_old_litters_back() {
    let mut editor = bred(|_| {});
    assert_eq!(asks(&mut editor, "Play the family"), [Breeding::OnKeys(false)]);
    assert_eq!(asks(&mut editor, "Show Litter 2"), [Breeding::ShowLitter(1)]);
    assert_eq!(asks(&mut editor, "Show Litter 4"), [], "it is shown");
}

#[test]
fn an_error_leaves_the_family_as_it_is() {
    let words = "No parent can be heard: Rust Choir";
    let mut editor = bred(|family| family.error = Some(words.into()));
    editor.get_by_label(words);
    editor.get_by_label("D: Rust Pluck");
    assert_eq!(asks(&mut editor, "Close the message"), [Breeding::Dismiss]);
}

#[test]
fn odd_families_are_drawn() {
    let mut editor = bred(|family| {
        family.selected = Some(99);
        family.litter = Some(7);
        family.children.truncate(5);
        family.children[0].shares = vec![0, 0];
        family.children[1].shares = Vec::new();
        family.children[2].peaks = vec![[f32::NAN, f32::INFINITY]; 3];
        family.children[3].sections = vec![("Oscillators".into(), 40)];
        family.parents.iter_mut().for_each(|parent| parent.weight = 0.0);
        family.litters[1].planted = Some((0, 55));
    });
    for selected in [Some(0), Some(1), Some(2), Some(3), None] {
        editor.state_mut().data.family.selected = selected;
        editor.run();
    }
}
