//! What the audio thread must never do.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use clack_host::prelude::EventBuffer;
use cultivar_gui::Command;
use cultivar_plugin::gardener::Task;

use crate::growth::{alone, gardener};
use crate::host::{Event, Host};

thread_local! {
    /// Allocations and frees of this thread while it counts.
    static COUNT: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The system's allocator, counting for threads that ask.
struct Counting;

fn count() {
    // A thread that is going away has nothing left to count.
    let _ = COUNT.try_with(|count| count.set(count.get().map(|n| n + 1)));
}

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count();
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations and frees of `work` on this thread.
fn allocations(work: impl FnOnce()) -> u64 {
    COUNT.set(Some(0));
    work();
    COUNT.replace(None).unwrap_or(0)
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(1)))), 2);
    assert_eq!(allocations(|| ()), 0);
}

/// Ten seconds of keys, automation, modulation, controllers and states loaded meanwhile.
/// Ten seconds of audio, or what `CULTIVAR_SOAK` says, while another thread grows patches.
#[test]
fn nothing_is_allocated_or_freed_while_it_plays() {
    let _alone = alone();
    let (_instrument, gardener) = gardener();
    assert!(gardener.ask(Task::Garden(Command::GrowExample(1))));
    let soak = std::env::var("CULTIVAR_SOAK").ok().and_then(|seconds| seconds.parse().ok());
    let blocks = soak.unwrap_or(10) * 48_000 / 256;
    let mut host = Host::running();
    let states: Vec<Vec<u8>> = [0.2, 0.9]
        .into_iter()
        .map(|position| {
            host.sound_of(64, &[Event::Set("Oscillator 1 Position", position)]);
            host.save()
        })
        .collect();
    let mut sound = [vec![0.0; 256], vec![0.0; 256]];
    let mut total = 0;
    for block in 0..blocks {
        let mut events = EventBuffer::new();
        let key = 36 + (block * 7 % 48) as u16;
        let cutoff = f64::from(block % 100) / 100.0;
        for (time, event) in [
            (0, Event::On(key, block)),
            (3, Event::Set("Filter 1 Cutoff", cutoff)),
            (17, Event::ModulateNote("Filter 1 Cutoff", block, 0.3)),
            (40, Event::Modulate("Oscillator 1 Level", -0.1)),
            (99, Event::Midi([0xB0, 1, (block % 128) as u8])),
            (200, Event::Off(36 + ((block + 40) * 7 % 48) as u16, block.wrapping_sub(8))),
        ] {
            event.push(&mut events, time, &host);
        }
        if block % 97 == 50 {
            assert!(host.load(&states[(block / 97) as usize % 2]));
        }
        host.block_into(&mut sound, &events, |process| total += allocations(process));
    }
    assert_eq!(total, 0, "allocations and frees on the audio thread");
}
