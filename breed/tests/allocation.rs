//! Judging allocates nothing once a judge has heard a sound as long as the target.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use cultivar_breed::{Judge, Rng};

struct Counting;

static COUNT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: `at` came from `System` with this layout.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn judging_does_not_allocate() {
    let mut rng = Rng::new(1);
    let mut noise = |len: usize| (0..len).map(|_| 0.1 * rng.normal()).collect::<Vec<f32>>();
    let sounds = [noise(44_100), noise(44_100), noise(60_000), noise(10), Vec::new()];
    let mut judge = Judge::of(&sounds[0], 44_100.0);
    judge.distance(&sounds[2]);
    let before = COUNT.load(Ordering::Relaxed);
    let total: f32 = sounds.iter().map(|sound| judge.distance(sound).total).sum();
    assert_eq!(COUNT.load(Ordering::Relaxed), before);
    assert!(total > 0.0);
}
