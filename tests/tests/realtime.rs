//! The engine's render never allocates, frees, locks or calls the system.
//!
//! Twice: a counting allocator watches this thread, and with the feature `sanitize` the
//! toolchain's realtime sanitizer aborts the process on anything that may block.
//! `CULTIVAR_SOAK` sets the seconds of audio (10 by default).
#![cfg_attr(feature = "sanitize", feature(sanitize))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use cultivar_dsp::{Engine, Event, Sound, Timed, Which};
use cultivar_patch::{Id, Preset, defs};

const RATE: f32 = 48_000.0;
const BLOCK: usize = 64;

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    static TOUCHED: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

impl Counting {
    fn note() {
        // A thread that is ending has no locals any more, and is not the audio thread.
        let _ = WATCHED.try_with(|watched| {
            if watched.get() {
                TOUCHED.with(|touched| touched.set(touched.get() + 1));
            }
        });
    }
}

// SAFETY: every call is handed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Counting::note();
        // SAFETY: the caller's promise is handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        Counting::note();
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What the audio thread does in one block; nothing else in this file is watched.
#[cfg_attr(feature = "sanitize", sanitize(realtime = "nonblocking"))]
fn audio_thread(
    engine: &mut Engine,
    fresh: &mut Option<Box<Sound>>,
    old: &mut Option<Box<Sound>>,
    events: &[Timed],
    out: &mut [[f32; BLOCK]; 2],
) {
    if let Some(sound) = fresh.take() {
        *fresh = engine.play(sound).err();
    }
    engine.transport(133.0, 4.0, true);
    let [left, right] = out;
    engine.render(events, left, right);
    if old.is_none() {
        *old = engine.retired();
    }
}

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1u64 << 24) as f32
    }

    fn below(&mut self, end: usize) -> usize {
        ((self.next() * end as f32) as usize).min(end - 1)
    }
}

fn any_event(dice: &mut Dice) -> Event {
    let which = Which::key(0, 24 + dice.below(84) as i16);
    match dice.below(16) {
        0..=4 => Event::On(which, dice.next()),
        5..=9 => Event::Off(which),
        10 => Event::Bend(Which::channel(0), 2.0 * dice.next() - 1.0),
        11 => Event::Wheel(Which::channel(0), dice.next()),
        12 => Event::Sustain(Which::channel(0), dice.next() < 0.5),
        13 => Event::Pressure(which, dice.next()),
        14 => Event::Modulate(which, Id(dice.below(defs().len()) as u16), dice.next() - 0.5),
        _ => {
            let id = Id(dice.below(defs().len()) as u16);
            Event::Set(id, id.def().at(dice.next()))
        }
    }
}

fn any_sound(dice: &mut Dice) -> Box<Sound> {
    let mut preset = Preset::init();
    for (leaf, def) in preset.patch.leaves_mut().iter_mut().zip(defs()) {
        if dice.next() < 0.5 {
            *leaf = def.at(dice.next());
        }
    }
    Sound::new(&preset, RATE)
}

#[test]
fn nothing_but_arithmetic() {
    let seconds = std::env::var("CULTIVAR_SOAK").ok().and_then(|s| s.parse().ok()).unwrap_or(10.0);
    let blocks = (seconds * RATE / BLOCK as f32) as usize;
    let mut dice = Dice(5);
    let mut engine = Engine::new(RATE, 1);
    let (mut fresh, mut old) = (Some(any_sound(&mut dice)), None);
    let mut out = [[0.0; BLOCK]; 2];
    let mut events = Vec::with_capacity(8);
    let mut loudest = 0.0f32;
    for block in 0..blocks {
        events.clear();
        if block % 4 == 0 {
            let at = dice.below(BLOCK);
            events.push(Timed { at, event: any_event(&mut dice) });
        }
        if block % 300 == 0 {
            fresh = Some(any_sound(&mut dice));
        }
        WATCHED.set(true);
        audio_thread(&mut engine, &mut fresh, &mut old, &events, &mut out);
        WATCHED.set(false);
        drop(old.take());
        assert_eq!(TOUCHED.get(), 0, "the allocator was called in block {block}");
        loudest = out.iter().flatten().fold(loudest, |top, x| top.max(x.abs()));
        assert!(loudest.is_finite());
    }
    assert!(loudest > 0.01, "nothing was played");
}

#[test]
fn the_watch_sees_an_allocation() {
    WATCHED.set(true);
    let boxed = std::hint::black_box(Box::new(1));
    WATCHED.set(false);
    assert!(TOUCHED.replace(0) > 0, "{boxed}");
}

/// Run by the test below in a process of its own.
#[test]
#[ignore = "aborts on purpose"]
#[cfg(feature = "sanitize")]
fn allocating_in_realtime() {
    #[sanitize(realtime = "nonblocking")]
    fn careless() -> Box<u8> {
        std::hint::black_box(Box::new(1))
    }
    drop(careless());
}

#[test]
#[cfg(feature = "sanitize")]
fn the_sanitizer_sees_an_allocation() {
    let Ok(program) = std::env::current_exe() else { panic!("where is this program?") };
    let run = std::process::Command::new(program)
        .args(["allocating_in_realtime", "--exact", "--ignored"])
        .output();
    assert!(run.is_ok_and(|run| !run.status.success()), "the sanitizer is asleep");
}
