//! Two instances in one process: one goes while everything works.

use std::ffi::OsString;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clack_host::prelude::EventBuffer;
use cultivar_breed::Operator;
use cultivar_breed::cross::Cross;
use cultivar_breed::genome::Locks;
use cultivar_dsp::{Note, Studio};
use cultivar_gui::{Breeding, Command, Effort};
use cultivar_patch::{Preset, factory};
use cultivar_plugin::gardener::Task;

use crate::growth::alone;
use crate::host::Event;
use crate::threads::{Threads, growing, ours, watched};
use crate::windowless::Instance;

/// Pairs of a preset and its sound, one after the other: children of the factory's presets.
fn render_pairs(rendered: &AtomicUsize, stop: &AtomicBool) {
    let read = |(_, json): &(&str, &str)| Some(Preset::from_json(json).ok()?.preset);
    let parents: Vec<Preset> = factory::presets().iter().filter_map(read).collect();
    let mut studio = Studio::new(44_100.0);
    let note = Note::default();
    let mut sides = [(); 2].map(|()| vec![0.0; studio.samples(&note)]);
    for seed in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let parent = |k: usize| (&parents[(seed as usize * 7 + k * 13) % parents.len()], 1.0);
        let parents = [parent(0), parent(1)];
        let operator = Operator::ALL[seed as usize % 3];
        let (locks, donors) = (Locks::default(), &[][..]);
        let cross = Cross { parents: &parents, operator, mutation: 0.3, locks, donors };
        let child = cross.child(seed).expect("it has parents").preset;
        let [left, right] = &mut sides;
        studio.render(&child, &note, left, right);
        assert!(left.iter().chain(right.iter()).all(|x| x.is_finite()), "{child:?}");
        rendered.fetch_add(1, Ordering::Relaxed);
    }
}

/// One that grows patches, with a note held.
fn grower(k: usize) -> Instance {
    let mut instance = Instance::running();
    for wish in [Command::SetEffort(Effort::Endless), Command::GrowExample(k % 4)] {
        assert!(instance.gardener().ask(Task::Garden(wish)));
    }
    instance.sound_of(512, &[Event::On(60, 1)]);
    instance
}

/// One that breeds, with a note held.
fn breeder() -> Instance {
    let mut instance = Instance::running();
    instance.add_parents(&["Warm Pad", "Reese"]);
    instance.ask(Breeding::OnKeys(true));
    instance.ask(Breeding::NewLitter);
    instance.sound_of(512, &[Event::On(62, 1)]);
    instance
}

/// An instance with the threads that came with it.
struct Working {
    instance: Instance,
    threads: Vec<OsString>,
}

/// Begins the work of an instance; `threads` tells those of its kind.
fn begin(instance: impl FnOnce() -> Instance, threads: fn() -> Threads) -> Working {
    let before = threads();
    let instance = instance();
    loop {
        let new = threads().into_keys().filter(|thread| !before.contains_key(thread));
        let threads: Vec<OsString> = new.collect();
        if !threads.is_empty() {
            return Working { instance, threads };
        }
        std::thread::yield_now();
    }
}

/// How long it takes until nothing is left of an instance, and the most work of its threads
/// until then.
fn farewell(going: Working) -> (Duration, Duration) {
    let Working { instance, threads } = going;
    let is_of_it = |thread: &OsString| threads.contains(thread);
    let known = ours().into_iter().filter(|(thread, _)| is_of_it(thread)).collect();
    watched(&known, || {
        let begin = Instant::now();
        drop(instance);
        while ours().keys().any(is_of_it) {
            assert!(begin.elapsed() < Duration::from_secs(3), "it does not go");
            std::thread::yield_now();
        }
    })
}

/// The same while another one plays at the pace of a host.
fn farewell_beside(staying: &mut Working, going: Working) -> (Duration, Duration) {
    let (mut going, mut took) = (Some(going), Default::default());
    let paced = |process: &mut dyn FnMut()| {
        process();
        std::thread::sleep(Duration::from_millis(4));
    };
    staying.instance.perform(40, &[EventBuffer::new()], paced, |_| match going.take() {
        Some(going) => took = farewell(going),
        None => std::thread::sleep(Duration::from_millis(1)),
    });
    took
}

/// The longest time, the one in the middle, and the most work.
fn told(times: &[(Duration, Duration)]) -> String {
    let (mut took, mut spent): (Vec<_>, Vec<_>) = times.iter().copied().unzip();
    took.sort();
    spent.sort();
    let [.., longest] = &took[..] else { return "none".into() };
    let (count, middle, most) = (took.len(), took[took.len() / 2], spent[spent.len() - 1]);
    format!("{count} within {longest:.0?}, {middle:.0?} in the middle, {most:.0?} of work")
}

/// One after the other is deleted at any moment of its work, or for as many seconds as
/// `CULTIVAR_SOAK` says.
#[test]
fn an_instance_is_deleted_while_another_works_and_training_data_are_rendered() {
    let _alone = alone();
    let soak = std::env::var("CULTIVAR_SOAK").ok().and_then(|seconds| seconds.parse().ok());
    let soak = Duration::from_secs(soak.unwrap_or(0));
    let (rendered, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (start, mut growers, mut breeders) = (Instant::now(), Vec::new(), Vec::new());
    std::thread::scope(|scope| {
        scope.spawn(|| render_pairs(&rendered, &stop));
        /// Stops the rendering even if something fails.
        struct Stop<'a>(&'a AtomicBool);
        impl Drop for Stop<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let _stop = Stop(&stop);
        while breeders.len() < 2 || start.elapsed() < soak {
            let k = growers.len() + breeders.len();
            let mut breeding = begin(breeder, ours);
            let mut growing = begin(|| grower(k), growing);
            // Moments of a sequence that leaves no gaps: multiples of the golden ratio.
            let moment = (k as f64 * 0.618_034).fract();
            std::thread::sleep(Duration::from_secs_f64(0.8 * moment));
            if k % 2 == 0 {
                growers.push(farewell_beside(&mut breeding, growing));
                breeding.instance.wait_for_litters(1);
            } else {
                breeders.push(farewell_beside(&mut growing, breeding));
                let gardener = growing.instance.gardener();
                let tries = gardener.garden().tries;
                growing.instance.wait("more tries", |_| gardener.garden().tries > tries);
            }
        }
    });
    assert!(ours().is_empty(), "{:?}", ours());
    let pairs = rendered.into_inner();
    println!("beside {pairs} pairs: growers {}; breeders {}", told(&growers), told(&breeders));
    assert!(pairs > 0);
    let work = growers.iter().chain(&breeders).map(|(_, work)| *work).max();
    assert!(work < Some(Duration::from_millis(100)), "{work:?} of work before it went");
}
