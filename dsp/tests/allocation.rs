//! The audio thread never allocates or frees.

mod stage;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use cultivar_dsp::{Engine, Oversampling, Sound, Studio, Timed, Tuning, Zones};
use stage::{Dice, RATE, busy, engine, random_event, random_preset};

thread_local! {
    static TOUCHED: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, counting what one thread allocates and frees.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count() {
    let _ = TOUCHED.try_with(|touched| touched.set(touched.get() + 1));
}

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count();
        // SAFETY: passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

fn touched<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let before = TOUCHED.with(Cell::get);
    let result = work();
    (TOUCHED.with(Cell::get) - before, result)
}

#[test]
fn playing_touches_no_heap() {
    let mut dice = Dice(3);
    let mut engine = engine(&busy());
    let (mut left, mut right) = ([0.0; 300], [0.0; 300]);
    for round in 0..200 {
        let mut events: Vec<Timed> = (0..8).map(|_| random_event(&mut dice)).collect();
        events.sort_by_key(|e| e.at);
        let mut sound = (round % 10 == 0).then(|| Sound::new(&random_preset(&mut dice), RATE));
        let (count, _old) = touched(|| {
            engine.transport(137.0, f64::from(round), round % 3 == 0);
            engine.tune(&Tuning::new(|key| (key as u32 % 7 != round % 7).then_some(key as f32)));
            engine.mpe(if round % 3 == 0 { Zones::whole() } else { Zones::OFF });
            let back = sound.take().map(|sound| match round % 20 {
                0 => engine.play(sound),
                _ => engine.audition(sound),
            });
            engine.render(&events, &mut left, &mut right);
            (engine.retired(), engine.playhead(), engine.peaks(), back)
        });
        assert_eq!(count, 0, "round {round}");
    }
    assert_eq!(touched(|| engine.reset()).0, 0);
}

#[test]
fn a_studio_touches_no_heap_once_warm() {
    let preset = busy();
    let note = cultivar_dsp::Note { length: 0.1, ..Default::default() };
    let mut studio = Studio::new(RATE);
    let (mut left, mut right) = ([0.0; 4800], [0.0; 4800]);
    studio.render(&preset, &note, &mut left, &mut right);
    let first = left;
    let (count, ()) = touched(|| studio.render(&preset, &note, &mut left, &mut right));
    assert_eq!(count, 0);
    assert!(left == first);
}

#[test]
fn an_engine_takes_the_place_of_another_without_the_heap() {
    let mut dice = Dice(9);
    for preset in [busy(), random_preset(&mut dice), random_preset(&mut dice)] {
        let mut old = engine(&preset);
        let (mut left, mut right) = ([0.0; 300], [0.0; 300]);
        old.render(&[stage::on(0, 50), stage::on(7, 57)], &mut left, &mut right);
        let mut new = Engine::oversampled(RATE, Oversampling::Fourfold, 7);
        assert!(new.play(Sound::new(&preset, new.sound_rate())).is_ok());
        let (count, ()) = touched(|| {
            new.succeed(&mut old);
            for _ in 0..10 {
                new.render(&[], &mut left, &mut right);
                old.render(&[], &mut left, &mut right);
            }
        });
        assert_eq!(count, 0);
    }
}
