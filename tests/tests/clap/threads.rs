//! What the growing threads of this process do, as Linux tells it.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::DirEntry;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Threads, each with the processor time it has had.
pub(crate) type Threads = HashMap<OsString, Duration>;

/// The threads of this process that grow patches.
pub(crate) fn growing() -> Threads {
    named("cultivar gard")
}

/// The threads of all instances of this process.
pub(crate) fn ours() -> Threads {
    named("cultivar ")
}

fn named(start: &str) -> Threads {
    let tasks = std::fs::read_dir("/proc/self/task").expect("threads are listed");
    let read = |task: &DirEntry, what| std::fs::read_to_string(task.path().join(what)).ok();
    let known = |task: DirEntry| {
        read(&task, "comm").filter(|name| name.starts_with(start))?;
        let spent = read(&task, "schedstat")?.split_whitespace().next()?.parse().ok()?;
        Some((task.file_name(), Duration::from_nanos(spent)))
    };
    tasks.flatten().filter_map(known).collect()
}

/// How long `work` took, and the most processor time that one of these threads had meanwhile.
pub(crate) fn watched(threads: &Threads, work: impl FnOnce()) -> (Duration, Duration) {
    let done = AtomicBool::new(false);
    let spent = |known: &Duration, thread: &OsString, now: &Threads| {
        now.get(thread).map(|now| now.saturating_sub(*known))
    };
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut most = Duration::ZERO;
            while !done.load(Ordering::Relaxed) {
                let now = ours();
                let each = threads.iter().filter_map(|(thread, known)| spent(known, thread, &now));
                most = each.fold(most, Duration::max);
                std::thread::sleep(Duration::from_millis(1));
            }
            most
        });
        let begin = Instant::now();
        work();
        let took = begin.elapsed();
        done.store(true, Ordering::Relaxed);
        (took, watch.join().expect("the watch does not panic"))
    })
}
