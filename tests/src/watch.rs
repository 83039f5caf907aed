//! What the audio thread must never do, watched on one thread: allocations, frees, calls of the
//! system, and with the feature `sanitize` all that the toolchain's realtime sanitizer knows.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Allocations and frees of this thread while it is watched.
    static ALLOCATIONS: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The system's allocator, counting for threads that are watched. To be made the global one.
pub struct Counting;

fn count() {
    // A thread that is going away has nothing left to count.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get().map(|n| n + 1)));
}

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count();
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// What was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Allocations and frees.
    pub allocations: u64,
    /// Number of the first system call, where there was one.
    pub call: Option<i64>,
}

/// Does `work` as the audio thread would, and tells what of it the audio thread must not do.
/// With the feature `sanitize` it ends the process instead at the first thing that may block.
/// System calls are seen on Linux (5.11 or newer) on x86-64.
pub fn watch(work: &mut dyn FnMut()) -> Seen {
    let calls = calls::Watch::begin();
    ALLOCATIONS.set(Some(0));
    calls.block();
    realtime(work);
    let call = calls.end();
    Seen { allocations: ALLOCATIONS.replace(None).unwrap_or(0), call }
}

/// Pages of memory that were missing when this thread first used them, so far: each is some
/// microseconds in the kernel. Known on Linux.
pub fn page_faults() -> u64 {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: a plain structure of numbers, filled in for the thread that asks.
        let usage = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            libc::getrusage(libc::RUSAGE_THREAD, &mut usage);
            usage
        };
        usage.ru_minflt as u64
    }
    #[cfg(not(target_os = "linux"))]
    0
}

/// The audio thread, for the realtime sanitizer.
#[cfg_attr(feature = "sanitize", sanitize(realtime = "nonblocking"))]
#[inline(never)]
fn realtime(work: &mut dyn FnMut()) {
    work();
}

/// System calls by syscall user dispatch: while a byte of the thread says so, the kernel turns
/// each of its calls into a signal.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod calls {
    use std::cell::Cell;
    use std::sync::Once;
    use std::sync::atomic::{AtomicU8, Ordering};

    // From Linux' `prctl.h`; the libc crate has them for Android only.
    const DISPATCH: libc::c_int = 59;
    const OFF: libc::c_ulong = 0;
    const ON: libc::c_ulong = 1;
    const ALLOW: u8 = 0;
    const BLOCK: u8 = 1;
    /// Bytes of the instruction that calls the system.
    const INSTRUCTION: i64 = 2;

    thread_local! {
        static SELECTOR: AtomicU8 = const { AtomicU8::new(ALLOW) };
        static FIRST: Cell<Option<i64>> = const { Cell::new(None) };
    }

    /// The head of a signal's information for a call that was turned into it.
    #[repr(C)]
    struct Refused {
        head: [i32; 4],
        address: *mut libc::c_void,
        call: i32,
    }

    /// Remembers the call, and lets the thread repeat it and make all that follow.
    extern "C" fn remember(_: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
        SELECTOR.with(|selector| selector.store(ALLOW, Ordering::SeqCst));
        // SAFETY: the kernel hands both over, laid out like this for this signal.
        unsafe {
            FIRST.set(Some(i64::from((*info.cast::<Refused>()).call)));
            let context = context.cast::<libc::ucontext_t>();
            (&mut (*context).uc_mcontext.gregs)[libc::REG_RIP as usize] -= INSTRUCTION;
        }
    }

    /// A stretch of a thread's life in which its calls are watched. On a kernel that cannot do
    /// it nothing is seen, which `the_watch_sees` makes a failed test.
    pub(super) struct Watch;

    impl Watch {
        pub(super) fn begin() -> Watch {
            static HANDLER: Once = Once::new();
            HANDLER.call_once(|| {
                // SAFETY: the handler only touches the thread's own cells and its context.
                unsafe {
                    let mut action: libc::sigaction = std::mem::zeroed();
                    action.sa_sigaction = remember as *const () as usize;
                    action.sa_flags = libc::SA_SIGINFO;
                    libc::sigaction(libc::SIGSYS, &action, std::ptr::null_mut());
                }
            });
            FIRST.set(None);
            SELECTOR.with(|selector| dispatch(ON, selector.as_ptr()));
            Watch
        }

        /// From here on.
        pub(super) fn block(&self) {
            SELECTOR.with(|selector| selector.store(BLOCK, Ordering::SeqCst));
        }

        /// Until here: the first call.
        pub(super) fn end(self) -> Option<i64> {
            drop(self);
            FIRST.take()
        }
    }

    impl Drop for Watch {
        fn drop(&mut self) {
            SELECTOR.with(|selector| selector.store(ALLOW, Ordering::SeqCst));
            dispatch(OFF, std::ptr::null_mut());
        }
    }

    fn dispatch(on: libc::c_ulong, selector: *mut u8) {
        let none: libc::c_ulong = 0;
        // SAFETY: the selector belongs to this thread, which ends the watch before its own end.
        unsafe { libc::prctl(DISPATCH, on, none, none, selector) };
    }
}

/// Elsewhere system calls are not seen.
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
mod calls {
    pub(super) struct Watch;

    impl Watch {
        pub(super) fn begin() -> Watch {
            Watch
        }

        pub(super) fn block(&self) {}

        pub(super) fn end(self) -> Option<i64> {
            None
        }
    }
}
