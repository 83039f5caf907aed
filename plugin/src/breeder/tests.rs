//! The breeder at work.

use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, unbounded};
use cultivar_gui::{Breeding, CHILDREN, Family as Shown, FamilyState, Mix, Section};
use cultivar_library::factory;
use cultivar_patch::schema::ids;
use cultivar_patch::{FRAME, Partner, Preset, Table, Wavetable};
use nice_plug::prelude::Params;

use super::*;
use crate::handover::Inlet;

/// Held by every test that breeds: there are only so many cores.
static ALONE: Mutex<()> = Mutex::new(());

struct Barn {
    breeder: Breeder,
    instrument: Arc<Instrument>,
    news: Receiver<News>,
    _inlet: Inlet,
    _alone: MutexGuard<'static, ()>,
}

impl Barn {
    fn new() -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (instrument, inlet) = Instrument::new();
        let instrument = Arc::new(instrument);
        let (news_in, news) = unbounded();
        let breeder = Breeder::new(instrument.clone(), Repaint::default(), news_in);
        Barn { breeder, instrument, news, _inlet: inlet, _alone: alone }
    }

    /// With these factory presets as parents.
    fn with(names: &[&str]) -> Self {
        let barn = Barn::new();
        for name in names {
            barn.parent(factory::preset(name).expect("a factory preset").clone());
        }
        barn.wait("the parents", |family| family.parents.len() == names.len());
        barn
    }

    fn parent(&self, preset: Preset) {
        assert!(self.breeder.tell(Order::Parent(Box::new(preset), "factory".into())));
    }

    fn wish(&self, wish: Breeding) {
        assert!(self.breeder.tell(Order::Wish(wish)));
    }

    fn wait(&self, what: &str, done: impl Fn(&Shown) -> bool) -> Shown {
        let begin = Instant::now();
        loop {
            let family = self.breeder.family();
            if done(&family) {
                return family;
            }
            assert!(begin.elapsed() < Duration::from_secs(30), "{what} did not come: {family:?}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits for the litter of this number.
    fn litter(&self, number: usize) -> Shown {
        let title = format!("Litter {number}");
        self.wait(&title, |family| {
            let shown = family.litter.and_then(|k| family.litters.get(k));
            family.state == FamilyState::Ready && shown.is_some_and(|litter| litter.title == title)
        })
    }

    /// The preset that the editor is sent.
    fn sent(&self) -> (Box<Preset>, bool) {
        match self.news.recv_timeout(Duration::from_secs(10)) {
            Ok(News::Keep(preset)) => (preset, true),
            Ok(News::Preset(preset, None)) => (preset, false),
            other => panic!("{other:?}"),
        }
    }
}

const PARENTS: [&str; 2] = ["Warm Pad", "Reese"];

#[test]
fn parents_have_twelve_children_whose_ancestry_adds_up() {
    let barn = Barn::with(&PARENTS);
    assert_eq!(barn.breeder.family().state, FamilyState::Waiting);
    barn.wish(Breeding::NewLitter);
    let family = barn.litter(1);
    assert_eq!(family.children.len(), CHILDREN);
    assert_eq!(family.kin.iter().map(|kin| kin.name.as_str()).collect::<Vec<_>>(), PARENTS);
    for child in &family.children {
        let sum = child.shares.iter().chain([&child.new]).map(|share| u32::from(*share)).sum();
        assert_eq!((child.shares.len(), sum), (2, 100u32), "{child:?}");
        assert!(child.peaks.iter().any(|[_, high]| *high > 0.01), "it is drawn: {child:?}");
        assert!(!child.name.is_empty());
    }
    let seeds = family.litters[0].seed;
    barn.wish(Breeding::NewLitter);
    let again = barn.litter(2);
    assert_ne!(again.litters[1].seed, seeds);
    assert_ne!(again.children, family.children);
    barn.wish(Breeding::ShowLitter(0));
    let back = barn.wait("the first litter", |family| family.litter == Some(0));
    assert_eq!(back.children, family.children, "all litters stay");
}

#[test]
fn the_same_family_has_the_same_litters() {
    let bred = || {
        let barn = Barn::with(&PARENTS);
        barn.wish(Breeding::SetMix(Mix::Gene));
        barn.wish(Breeding::SetWeight { parent: 1, weight: 0.8 });
        barn.wish(Breeding::NewLitter);
        barn.litter(1)
    };
    assert_eq!(bred(), bred());
}

#[test]
fn locked_sections_are_the_first_parents() {
    let barn = Barn::with(&PARENTS);
    barn.wish(Breeding::Lock { section: Section::Filters, on: true });
    barn.wish(Breeding::SetMutation(0.5));
    barn.wish(Breeding::NewLitter);
    barn.litter(1);
    barn.wish(Breeding::Open(3));
    let (child, kept) = barn.sent();
    assert!(!kept);
    let first = factory::preset(PARENTS[0]).expect("a factory preset");
    let filter = &ids().filter[0];
    for id in [filter.on, filter.model, filter.cutoff, filter.resonance, filter.drive] {
        assert_eq!(child.patch[id], first.patch[id], "{}", id.def().id);
    }
    assert_ne!(child.patch, first.patch);
}

#[test]
fn a_child_is_kept_planted_and_loved() {
    let barn = Barn::with(&PARENTS);
    barn.wish(Breeding::NewLitter);
    let family = barn.litter(1);
    barn.wish(Breeding::Keep(4));
    let (kept, is_kept) = barn.sent();
    assert!(is_kept);
    assert_eq!(kept.meta.name, family.children[4].name);
    assert_eq!(kept.meta.origin.as_ref().map(|origin| origin.parents.len()), Some(2));

    barn.wish(Breeding::Plant(4));
    let planted = barn.litter(2);
    assert_eq!(planted.parents.len(), 1);
    assert_eq!(planted.kin[0].name, kept.meta.name);
    assert_eq!(planted.litters[1].planted, Some((0, 4)));

    for child in [1, 5, 6] {
        barn.wish(Breeding::Love { child, on: child != 5 });
    }
    barn.wish(Breeding::FromLoved);
    let loved = barn.litter(3);
    let names: Vec<&str> = loved.kin.iter().map(|kin| kin.name.as_str()).collect();
    assert_eq!(names, [&planted.children[1].name, &planted.children[6].name]);
    barn.wish(Breeding::ShowLitter(0));
    let back = barn.wait("grandmother", |family| family.litter == Some(0));
    assert_eq!(back.parents.len(), 2, "with the parents that had it");
}

#[test]
fn the_playing_preset_gets_a_child_as_its_partner() {
    let barn = Barn::with(&PARENTS);
    barn.wish(Breeding::NewLitter);
    let family = barn.litter(1);
    barn.wish(Breeding::OnKeys(true));
    barn.wish(Breeding::MorphTo(7));
    let to = || barn.instrument.document().way_to.clone();
    let begin = Instant::now();
    while to().is_none() {
        assert!(begin.elapsed() < Duration::from_secs(30), "nobody says where the way leads");
    }
    assert_eq!(to().as_ref(), Some(&family.children[7].name));
    let playing = barn.instrument.document().preset.meta.uuid;
    let Ok(News::Partner(of, partner)) = barn.news.recv_timeout(Duration::from_secs(30)) else {
        panic!("no partner came");
    };
    assert_eq!((of, &partner.preset.meta.name), (playing, &family.children[7].name));
    assert!(partner.knots().len() > 2, "the way is measured");
    barn.wait("the keys", |family| !family.on_keys);
    assert_eq!(to(), None, "it is there");
}

#[test]
fn nobody_wants_a_litter_that_a_newer_one_supersedes() {
    let barn = Barn::with(&PARENTS);
    for _ in 0..5 {
        barn.wish(Breeding::NewLitter);
    }
    let begin = Instant::now();
    let family = barn.wait("one litter", |family| {
        family.state == FamilyState::Ready && !family.children.is_empty()
    });
    assert!(family.litters.len() < 3, "{} litters were had", family.litters.len());
    println!("{} of 5 litters in {:?}", family.litters.len(), begin.elapsed());
}

#[test]
fn parents_that_cannot_be_heard_are_named_and_nothing_is_lost() {
    let barn = Barn::with(&PARENTS);
    barn.wish(Breeding::NewLitter);
    let family = barn.litter(1);
    let mut mute = Preset::init();
    mute.meta.name = "Mute".into();
    mute.patch.osc[0].on = 0.0;
    barn.wish(Breeding::RemoveParent(0));
    barn.wish(Breeding::RemoveParent(0));
    barn.parent(mute);
    barn.wish(Breeding::NewLitter);
    let told = barn.wait("a reason", |family| family.error.is_some());
    assert_eq!(told.error.as_deref(), Some("No parent can be heard: Mute"));
    assert_eq!(told.parents[0].trouble, "it cannot be heard");
    assert_eq!(told.children, family.children, "the litter before is still there");
    assert_eq!(told.kin, family.kin, "and so are the names of its parents");
    barn.wish(Breeding::Dismiss);
    barn.wait("quiet", |family| family.error.is_none());
    // Beside one that can be heard it does no harm.
    barn.parent(factory::preset(PARENTS[1]).expect("a factory preset").clone());
    barn.wish(Breeding::NewLitter);
    assert_eq!(barn.litter(2).children.len(), CHILDREN);
}

#[test]
fn odd_parents_and_odd_wishes_are_borne() {
    let barn = Barn::new();
    barn.wish(Breeding::NewLitter);
    let told = barn.wait("a reason", |family| family.error.is_some());
    assert_eq!(told.error.as_deref(), Some("A litter needs a parent"));
    let wishes = [
        Breeding::RemoveParent(9),
        Breeding::SetWeight { parent: 9, weight: 0.5 },
        Breeding::Select(9),
        Breeding::Play(9),
        Breeding::Keep(9),
        Breeding::Plant(9),
        Breeding::MorphTo(9),
        Breeding::AddChild(9),
        Breeding::FromLoved,
        Breeding::ShowLitter(9),
        Breeding::Love { child: 9, on: true },
        Breeding::OnKeys(true),
        Breeding::Dismiss,
    ];
    wishes.into_iter().for_each(|wish| barn.wish(wish));
    let mut odd = Preset::init();
    odd.tables[0] = Table::Factory("from tomorrow".into());
    barn.parent(odd);
    let family = barn.wait("a parent", |family| !family.parents.is_empty());
    assert_eq!(family.parents[0].trouble, "no wavetable “from tomorrow”: a saw instead");
    barn.wish(Breeding::SetWeight { parent: 0, weight: 0.0 });
    barn.wish(Breeding::NewLitter);
    let told = barn.wait("a reason", |family| family.error.is_some());
    assert!(told.error.expect("a reason").contains("weights"));
    barn.wish(Breeding::SetWeight { parent: 0, weight: f32::NAN });
    barn.wish(Breeding::SetWeight { parent: 0, weight: 0.3 });
    barn.wish(Breeding::NewLitter);
    barn.litter(1);
    for _ in 0..9 {
        barn.wish(Breeding::AddEdited);
    }
    let full = barn.wait("a full tray", |family| family.error.is_some());
    assert_eq!(full.parents.len(), cultivar_gui::MOST_PARENTS);
}

#[test]
fn a_breeder_goes_within_a_tenth_of_a_second() {
    let barn = Barn::with(&PARENTS);
    barn.wish(Breeding::NewLitter);
    barn.wait("breeding", |family| family.state == FamilyState::Breeding);
    let begin = Instant::now();
    barn.breeder.dismiss();
    let took = begin.elapsed();
    println!("gone after {took:?}");
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert!(!barn.breeder.tell(Order::Wish(Breeding::NewLitter)));
    assert_eq!(barn.instrument.rate(), 0.0);
}

/// A project of a family with everything in it, and the family.
fn project() -> (Barn, Fields, Shown) {
    let barn = Barn::with(&PARENTS);
    let mut own = factory::preset("Felt Piano").expect("a factory preset").clone();
    let wave = (0..2 * FRAME).map(|k| (k as f32 / 100.0).sin()).collect();
    own.tables[0] = Table::Own(Arc::new(Wavetable::new("Mine", wave).expect("two frames")));
    let other = Preset { meta: own.meta.clone(), ..factory::presets()[3].clone() };
    let other = Preset { tables: own.tables.clone(), ..other };
    own.partner = Some(Arc::new(Partner::new(other, vec![0.0, 0.25, 1.0])));
    barn.parent(own);
    for wish in [
        Breeding::SetWeight { parent: 1, weight: 0.8 },
        Breeding::SetMix(Mix::Gene),
        Breeding::SetMutation(0.3),
        Breeding::Lock { section: Section::Effects, on: true },
        Breeding::NewLitter,
    ] {
        barn.wish(wish);
    }
    barn.litter(1);
    barn.wish(Breeding::Plant(3));
    barn.litter(2);
    for child in [0, 7] {
        barn.wish(Breeding::Love { child, on: true });
    }
    barn.wish(Breeding::Select(7));
    let family = barn.wait("a choice", |family| family.selected == Some(7));
    let fields = barn.saved(|fields| fields["family"].contains("\"selected\":7"));
    (barn, fields, family)
}

type Fields = std::collections::BTreeMap<String, String>;

impl Barn {
    /// What a project keeps, as soon as it is `new`.
    fn saved(&self, new: impl Fn(&Fields) -> bool) -> Fields {
        let begin = Instant::now();
        loop {
            let fields = self.instrument.serialize_fields();
            if fields.contains_key("family") && new(&fields) {
                return fields;
            }
            assert!(begin.elapsed() < Duration::from_secs(30), "the project keeps nothing new");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn load(&self, fields: &Fields) {
        self.instrument.deserialize_fields(fields);
        assert!(self.breeder.tell(Order::Recall));
    }
}

#[test]
fn a_family_comes_back_with_its_project() {
    let (before, fields, family) = project();
    println!("{} bytes of family", fields["family"].len());
    before.wish(Breeding::Keep(7));
    let (child, _) = before.sent();
    drop(before);
    let after = Barn::new();
    after.load(&fields);
    let shown = after.wait("the family", |family| !family.litters.is_empty());
    assert_eq!(shown, family);
    assert_eq!(after.instrument.serialize_fields(), fields, "the same bytes");
    after.wish(Breeding::Keep(7));
    assert_eq!(after.sent().0, child);

    after.wish(Breeding::ShowLitter(0));
    let back = after.wait("the first litter", |family| family.litter == Some(0));
    assert_eq!(back.parents.len(), 3);
    assert_eq!(back.locked, [Section::Effects]);
    after.wish(Breeding::NewLitter);
    assert_eq!(after.litter(3).litters[2].parents, back.litters[0].parents, "it has more children");
}

#[test]
fn a_project_without_a_family_has_an_empty_page() {
    let (barn, fields, _) = project();
    let without = Instrument::new().0.serialize_fields();
    assert!(!without.contains_key("family"));
    barn.load(&without);
    barn.wait("an empty page", |family| family.state == FamilyState::Empty);
    assert_eq!(barn.instrument.serialize_fields().get("family"), None);
    barn.load(&fields);
    barn.wait("the family", |family| family.litters.len() == 2);
}

#[test]
fn a_family_that_cannot_be_read_is_told_and_stays_in_the_project() {
    let (barn, mut fields, _) = project();
    let whole = fields["family"].clone();
    let preset = Preset::from_json(&fields["preset"]).expect("a preset").preset;
    for (damaged, word) in [
        (whole[..whole.len() / 2].to_owned(), "EOF"),
        (whole.replacen("\"version\":1", "\"version\":2", 1), "newer Cultivar"),
        ("[[[[[[".into(), "invalid type"),
    ] {
        fields.insert("family".into(), damaged.clone());
        barn.load(&fields);
        let told = barn.wait("a reason", |family| {
            family.litters.is_empty() && family.error.as_ref().is_some_and(|e| e.contains(word))
        });
        assert!(told.error.expect("a reason").starts_with("The project's family cannot be read"));
        barn.wish(Breeding::Dismiss);
        barn.wait("quiet", |family| family.error.is_none());
        assert_eq!(barn.instrument.serialize_fields()["family"], damaged);
        assert_eq!(barn.instrument.document().preset, preset, "the sound is there");
    }
    barn.parent(preset);
    let saved = barn.saved(|fields| fields["family"].contains("\"version\":1"));
    assert!(saved["family"].len() < whole.len(), "until there is another one");
}

#[test]
fn a_project_that_comes_while_a_litter_is_bred_wins() {
    let (barn, fields, family) = project();
    barn.wish(Breeding::NewLitter);
    barn.wait("breeding", |family| family.state == FamilyState::Breeding);
    let mut edited = fields.clone();
    edited.insert("family".into(), fields["family"].replace("\"selected\":7", "\"selected\":3"));
    barn.load(&edited);
    let shown = barn.wait("the family", |family| family.selected == Some(3));
    assert_eq!(shown.litters, family.litters);
    assert_eq!(barn.instrument.serialize_fields(), edited);
}
