//! The engine's render never allocates, frees, locks or calls the system.
//!
//! With the feature `sanitize` the toolchain's realtime sanitizer watches too, and aborts the
//! process on anything that may block. `CULTIVAR_SOAK` sets the seconds of audio (10 by default).

use cultivar_dsp::{Engine, Event, Sound, Timed, Which};
use cultivar_patch::schema::{Source, Spectral, ids};
use cultivar_patch::{Id, Preset, defs};
use cultivar_tests::watch::{Counting, Seen, page_faults, watch};

const RATE: f32 = 48_000.0;
const BLOCK: usize = 64;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How a sound comes.
#[derive(Clone, Copy)]
enum Way {
    Play,
    Audition,
    Exchange,
    Assign(usize),
}

/// What the audio thread does in one block; nothing else in this file is watched.
fn audio_thread(
    engine: &mut Engine,
    fresh: &mut Option<(Way, Box<Sound>)>,
    old: &mut Option<Box<Sound>>,
    events: &[Timed],
    out: &mut [[f32; BLOCK]; 2],
) {
    if let Some((way, sound)) = fresh.take_if(|_| old.is_none()) {
        let back = match way {
            Way::Play => engine.play(sound).err(),
            Way::Audition => engine.audition(sound).err(),
            Way::Assign(key) => engine.assign(key, sound).err(),
            Way::Exchange => {
                *old = engine.exchange(sound);
                None
            }
        };
        *fresh = back.map(|sound| (way, sound));
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
    let (mut fresh, mut old) = (Some((Way::Play, any_sound(&mut dice))), None);
    let mut out = [[0.0; BLOCK]; 2];
    let mut events = Vec::with_capacity(8);
    let mut loudest = 0.0f32;
    for block in 0..blocks {
        events.clear();
        if block % 4 == 0 {
            let at = dice.below(BLOCK);
            events.push(Timed { at, event: any_event(&mut dice) });
        }
        if block % 100 == 0 {
            let ways = [Way::Play, Way::Audition, Way::Exchange, Way::Assign(dice.below(12))];
            fresh = Some((ways[dice.below(4)], any_sound(&mut dice)));
        }
        let seen = watch(&mut || {
            audio_thread(&mut engine, &mut fresh, &mut old, &events, &mut out);
        });
        drop(old.take());
        assert_eq!(seen, Seen::default(), "in block {block}");
        loudest = out.iter().flatten().fold(loudest, |top, x| top.max(x.abs()));
        assert!(loudest.is_finite());
    }
    assert!(loudest > 0.01, "nothing was played");
}

/// Memory that a system only promised is asked for page by page by whoever uses it first.
#[test]
fn the_memory_of_a_sound_is_there_before_it_plays() {
    let mut preset = Preset::init();
    let patch = &mut preset.patch;
    (patch.chorus.on, patch.delay.on, patch.reverb.on) = (1.0, 1.0, 1.0);
    // Every voice draws frames of its own.
    (patch.osc[0].spectral, patch.osc[0].tune) = (Spectral::Tilt.value(), -48.0);
    (patch.route[0].source, patch.route[0].amount) = (Source::Lfo1.value(), 0.5);
    patch.route[0].destination = ids().osc[0].morph.as_destination();
    let mut engine = Engine::new(RATE, 1);
    engine.keymap(true);
    let mut strike = |keys: std::ops::Range<i16>| {
        for key in keys.clone() {
            assert!(engine.assign(key as usize, Sound::new(&preset, RATE)).is_ok());
        }
        let on = |key| Timed { at: 0, event: Event::On(Which::key(0, 60 + key), 0.8) };
        let mut events: Vec<Timed> = keys.map(on).collect();
        let mut out = [[0.0; BLOCK]; 2];
        let before = page_faults();
        for _ in 0..40 {
            audio_thread(&mut engine, &mut None, &mut None, &events, &mut out);
            events.clear();
        }
        page_faults() - before
    };
    println!("{} with the first note", strike(0..1));
    let faults = strike(1..12);
    println!("{faults} with eleven more");
    assert!(faults < 40, "{faults} pages were missing");
}

/// The sanitizer would end the process at what these tests do.
#[cfg(not(feature = "sanitize"))]
mod the_watch_sees {
    use super::*;

    #[test]
    fn allocations_and_frees() {
        let seen = watch(&mut || drop(std::hint::black_box(Box::new(1))));
        assert_eq!(seen, Seen { allocations: 2, call: None });
        assert_eq!(watch(&mut || ()), Seen::default());
    }

    #[test]
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    fn system_calls_and_lets_them_pass() {
        let mut parent = 0;
        // SAFETY: asks for a number.
        let seen = watch(&mut || parent = unsafe { libc::getppid() });
        let call = Some(libc::SYS_getppid);
        assert_eq!(seen.call, call, "this kernel does not tell (Linux 5.11 or newer does)");
        assert_eq!(parent as u32, std::os::unix::process::parent_id());
        let (lock, released) = (std::sync::Mutex::new(0), std::sync::Barrier::new(2));
        std::thread::scope(|scope| {
            let guard = lock.lock();
            let waiting = scope.spawn(|| {
                released.wait();
                watch(&mut || drop(lock.lock())).call
            });
            released.wait();
            std::thread::sleep(std::time::Duration::from_millis(100));
            drop(guard);
            assert_eq!(waiting.join().ok().flatten(), Some(libc::SYS_futex), "a wait for a lock");
        });
        assert_eq!(watch(&mut || ()).call, None, "what is over is forgotten");
    }

    #[test]
    fn only_its_own_thread() {
        let stop = std::sync::atomic::AtomicBool::new(false);
        let relaxed = std::sync::atomic::Ordering::Relaxed;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(relaxed) {
                    drop(std::hint::black_box(vec![0; 1 << 20]));
                    std::thread::yield_now();
                }
            });
            let begin = std::time::Instant::now();
            while begin.elapsed().as_millis() < 100 {
                assert_eq!(watch(&mut || ()), Seen::default());
            }
            stop.store(true, relaxed);
        });
    }
}

/// Run by the test below in a process of its own.
#[test]
#[ignore = "aborts on purpose"]
#[cfg(feature = "sanitize")]
fn allocating_in_realtime() {
    watch(&mut || drop(std::hint::black_box(Box::new(1))));
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
