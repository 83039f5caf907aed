//! How many threads of the process may render for growths: all instances share them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Threads in use by growths of the process.
static IN_USE: Mutex<usize> = Mutex::new(0);
static FREED: Condvar = Condvar::new();

/// The right to render on some threads; given back when dropped.
pub struct Permit(usize);

/// Most threads that render for growths: one core stays free for audio.
pub fn limit() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
}

/// Takes up to `wish` threads, at least one; waits for one at most `patience`.
pub fn take(wish: usize, patience: Duration) -> Option<Permit> {
    let in_use = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
    let full = |in_use: &mut usize| *in_use >= limit();
    let (mut in_use, _) =
        FREED.wait_timeout_while(in_use, patience, full).unwrap_or_else(PoisonError::into_inner);
    let threads = wish.clamp(1, limit()).min(limit().saturating_sub(*in_use));
    *in_use += threads;
    // Not `then_some`: a permit for none, dropped here, would wait for the lock.
    (threads > 0).then(|| Permit(threads))
}

impl Permit {
    /// Threads that may run, the caller's own among them.
    pub fn threads(&self) -> usize {
        self.0
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        *IN_USE.lock().unwrap_or_else(PoisonError::into_inner) -= self.0;
        FREED.notify_all();
    }
}

/// Works on items on as many threads as there are workers, this one among them, until all are
/// done or `work` gives nothing for one: that thread leaves off. What it gave, in any order.
pub fn share_out<T: Sync, W: Send, R: Send>(
    items: &[T],
    workers: &mut [W],
    work: impl Fn(&T, &mut W) -> Option<R> + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let all = |worker: &mut W| {
        let mut done = Vec::new();
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed))
            && let Some(result) = work(item, worker)
        {
            done.push(result);
        }
        done
    };
    let Some((own, others)) = workers.split_first_mut() else { return Vec::new() };
    std::thread::scope(|scope| {
        let all = &all;
        let others: Vec<_> = others.iter_mut().map(|w| scope.spawn(move || all(w))).collect();
        let mut done = all(own);
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    })
}

/// Lets audio and the editor go first: this thread becomes one of low priority.
pub fn yield_to_others() {
    #[cfg(target_os = "linux")]
    // SAFETY: changes the nice value of the calling thread, which on Linux has one of its own.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, libc::gettid() as libc::id_t, 10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_permits_together_never_exceed_the_limit() {
        let soon = Duration::from_millis(1);
        let all = take(usize::MAX, soon).expect("nobody else takes any in this test");
        assert_eq!(all.threads(), limit());
        assert!(take(1, soon).is_none(), "one more than the limit");
        drop(all);
        assert_eq!(take(1, soon).map(|permit| permit.threads()), Some(1));
    }
}
