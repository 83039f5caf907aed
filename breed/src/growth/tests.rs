//! Laws of growth.

use super::*;
use crate::proposers;

const RATE: f32 = 16_000.0;

/// A short plucked sound of our own engine.
fn target() -> Arc<Target> {
    let mut preset = Preset::init();
    preset.patch.filter[0].on = 1.0;
    preset.patch.filter[0].cutoff = 80.0;
    preset.patch.env[0].sustain = 0.0;
    preset.patch.env[0].decay = -1.5;
    let note = cultivar_dsp::Note { key: 57.0, velocity: 0.8, gate: 0.2, length: 0.25 };
    let [left, right] = cultivar_dsp::render(&preset, &note, RATE);
    let mono: Vec<f32> = left.iter().zip(&right).map(|(l, r)| 0.5 * (l + r)).collect();
    Arc::new(Target::listen(&mono, RATE).unwrap())
}

fn growth(seed: u64, extract: bool) -> Growth {
    let settings = Settings { seed, name: "Pluck".into(), ..Settings::default() };
    Growth::new(target(), settings, proposers(extract, vec![Preset::init()]))
}

/// Everything that a player can see of a growth.
fn seen(growth: &Growth) -> Vec<Vec<(u64, f32, u64, String)>> {
    let of = |n: &Node| {
        (genome::key(&n.preset), n.distances.total, n.tries, n.preset.meta.uuid.to_string())
    };
    growth.strands().iter().map(|s| s.nodes().iter().map(of).collect()).collect()
}

#[test]
fn strands_do_not_depend_on_who_judges_when() {
    let mut one = growth(3, true);
    one.step(120);
    let mut many = growth(3, true);
    let target = target();
    let mut judges: Vec<Judge> = (0..3).map(|_| Judge::new(&target)).collect();
    while many.tries() < 120 {
        let trials = many.ask(NEVER);
        // Backwards, each trial by another judge.
        let verdict = |t: &Trial| t.judge(&target, &mut judges[t.index as usize % 3], NEVER);
        let verdicts = trials.iter().rev().filter_map(verdict).collect();
        many.tell(verdicts);
    }
    assert_eq!(seen(&one), seen(&many));
    let mut other = growth(4, true);
    other.step(120);
    assert_ne!(seen(&one), seen(&other));
}

#[test]
fn parameters_alone_come_nearer() {
    let near: Box<dyn Proposer> = Box::new(crate::proposer::Near::new(vec![Preset::init()]));
    let mut growth = Growth::new(target(), Settings::default(), vec![near]);
    growth.step(16);
    let first = growth.best().unwrap().1.distances.total;
    let progress = growth.step(300);
    let last = growth.best().unwrap().1.distances.total;
    assert!(last < 0.8 * first, "{first} to {last}");
    assert!(progress.score > 60.0 && progress.news, "{progress:?}");
}

#[test]
fn nodes_come_nearer_one_by_one_and_say_what_they_are() {
    let mut growth = growth(1, true);
    growth.step(400);
    assert!(growth.strands().iter().all(|s| s.best().is_some()));
    for (k, strand) in growth.strands().iter().enumerate() {
        assert!(strand.nodes().len() <= crate::strand::MAX_NODES);
        for pair in strand.nodes().windows(2) {
            assert!(pair[1].distances.total < pair[0].distances.total);
            assert!(pair[1].tries > pair[0].tries);
        }
        for node in strand.nodes() {
            assert_eq!(node.preset.meta.name, format!("Pluck strand {}", k + 1));
            let origin = node.preset.meta.origin.as_ref().unwrap();
            assert_eq!((origin.operator.as_str(), origin.seed), ("grow", 1));
            assert_eq!(origin.target.as_ref(), Some(&growth.target().hash));
        }
    }
}

#[test]
fn strands_stay_different() {
    let mut growth = growth(5, true);
    growth.step(500);
    let bests: Vec<_> = growth.strands().iter().filter_map(Strand::best).collect();
    let mut apart = Vec::new();
    for (k, a) in bests.iter().enumerate() {
        apart.extend(bests[..k].iter().map(|b| moves::novelty(&a.preset, &b.preset)));
    }
    let mean = apart.iter().sum::<f32>() / apart.len() as f32;
    let least = apart.iter().copied().fold(1.0, f32::min);
    assert!(mean > 0.3 && least > 0.0, "mean {mean}, least {least}");
}

#[test]
fn nothing_is_done_without_a_budget() {
    let mut growth = growth(0, true);
    assert_eq!(growth.step(0), Progress { tries: 0, score: 0.0, news: false });
    assert!(growth.best().is_none());
}

#[test]
fn the_first_batch_gives_a_node() {
    let mut growth = growth(0, true);
    let progress = growth.step(1);
    assert!(progress.news && progress.tries <= 16, "{progress:?}");
    assert!(growth.best().is_some());
}

#[test]
fn verdicts_that_never_come_are_given_up() {
    let mut growth = growth(0, false);
    growth.ask(NEVER);
    let trials = growth.ask(NEVER);
    let stranger = Verdict {
        index: 999,
        preset: trials[0].preset.clone(),
        distances: Default::default(),
        heard: Heard::default(),
    };
    growth.tell(vec![stranger]);
    assert_eq!(growth.tries(), 0);
    assert!(!trials.is_empty());
    growth.step(20);
    assert!(growth.best().is_some());
}

struct Silent;

impl Proposer for Silent {
    fn name(&self) -> &'static str {
        "silent"
    }

    fn propose(&mut self, _: &Target, count: usize, _: &mut Rng, _: Stop) -> Vec<Preset> {
        let mut preset = Preset::init();
        preset.patch.osc[0].on = 0.0;
        vec![preset; count]
    }
}

#[test]
fn silent_patches_are_worth_nothing_and_harm_nothing() {
    let mut growth = Growth::new(target(), Settings::default(), vec![Box::new(Silent)]);
    growth.step(8);
    assert_eq!(growth.progress().score, 0.0);
    growth.step(200);
    assert!(growth.progress().score > 0.0, "structure moves find a source of sound");
}

/// Says stop when asked for the `n`th time, and counts how often it is asked after that.
fn at_question(n: u32, after: &std::cell::Cell<u32>) -> impl Fn() -> bool {
    let asked = std::cell::Cell::new(0);
    move || {
        asked.set(asked.get() + 1);
        let stop = asked.get() >= n;
        after.set(after.get() + u32::from(stop));
        stop
    }
}

#[test]
fn work_leaves_off_where_it_is_stopped_and_nothing_is_lost() {
    let mut whole = growth(3, true);
    whole.step(40);
    let mut stopped = growth(3, true);
    for n in [1, 2, 5, 20, 60, 100] {
        let after = Default::default();
        assert!(stopped.ask(&at_question(n, &after)).is_empty(), "question {n}");
        assert!(after.get() < 8, "asked {} times after question {n}", after.get());
    }
    stopped.step(40);
    assert_eq!(seen(&stopped), seen(&whole));

    let (target, preset) = (target(), stopped.best().unwrap().1.preset.clone());
    let trial = Trial { index: 0, preset, polish: true };
    let mut judge = Judge::new(&target);
    for n in [1, 4, 10, 60, 100, 130, 200] {
        let after = Default::default();
        let verdict = trial.judge(&target, &mut judge, &at_question(n, &after));
        assert_eq!(verdict.is_none(), after.get() > 0, "question {n}");
        assert!(after.get() < 4, "asked {} times after question {n}", after.get());
    }
    let distances = |judge: &mut Judge| trial.judge(&target, judge, NEVER).unwrap().distances;
    assert_eq!(distances(&mut judge), distances(&mut Judge::new(&target)));
    for n in [1, 20, 40] {
        let after = Default::default();
        let heard = Target::listen_until(&target.samples, target.rate, &at_question(n, &after));
        assert_eq!(heard, Err(crate::Refusal::Stopped));
    }
}

#[test]
fn without_proposers_nothing_grows() {
    let mut growth = Growth::new(target(), Settings::default(), Vec::new());
    assert_eq!(growth.step(50).tries, 0);
}

#[test]
fn withered_strands_are_planted_anew() {
    let mut growth = growth(2, false);
    growth.step(300);
    let planted = |g: &Growth| g.strands().iter().map(Strand::planted).sum::<u32>();
    let before = planted(&growth);
    let best = growth.best().unwrap().1.distances.total;
    growth.step(2000);
    assert!(planted(&growth) > before, "{before} plants");
    assert!(growth.best().unwrap().1.distances.total <= best);
}
