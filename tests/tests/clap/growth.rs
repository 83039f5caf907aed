//! Growing beside playing: threads that come, work and go.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use cultivar_gui::{Command, GardenState};
use cultivar_plugin::gardener::{Gardener, Task};
use cultivar_plugin::instrument::Instrument;
use cultivar_plugin::window::Repaint;

#[cfg(target_os = "linux")]
use crate::threads::{growing, watched};

pub(crate) fn gardener() -> (Arc<Instrument>, Gardener) {
    let (instrument, _inlet) = Instrument::new();
    let instrument = Arc::new(instrument);
    (instrument.clone(), Gardener::new(instrument, Repaint::default()))
}

/// Held by every test that has a gardener: one of them counts the threads of the process.
static ALONE: Mutex<()> = Mutex::new(());

pub(crate) fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until `done`, at most ten seconds.
fn wait(what: &str, mut done: impl FnMut() -> bool) -> Duration {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < Duration::from_secs(20), "{what} did not come");
        std::thread::sleep(Duration::from_millis(2));
    }
    begin.elapsed()
}

#[cfg(target_os = "linux")]
#[test]
fn gardeners_grow_side_by_side_and_leave_no_thread_behind() {
    let _alone = alone();
    let before = growing().len();
    let ((_a, one), (_b, two)) = (gardener(), gardener());
    assert_eq!(growing().len(), before, "no thread before there is work");
    for gardener in [&one, &two] {
        assert!(gardener.ask(Task::Garden(Command::GrowExample(0))));
    }
    let planted = |g: &Gardener| g.garden().strands.iter().any(|strand| !strand.nodes.is_empty());
    wait("the first strands", || planted(&one) && planted(&two));
    assert_eq!(one.garden().state, GardenState::Growing);

    drop(one);
    assert_eq!(growing().len(), before + 1);
    let tries = two.garden().tries;
    wait("more tries", || two.garden().tries > tries);

    two.set_offline(true);
    wait("rest", || two.garden().state == GardenState::Paused);
    let parked = two.garden().tries;
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(two.garden().tries, parked, "it grows on while the host renders offline");
    two.set_offline(false);
    wait("growing on", || two.garden().tries > parked);
    drop(two);
    assert_eq!(growing().len(), before);
}

/// Deleted at any moment, while patches are cut from the target, polished or judged, an instance
/// is gone within a tenth of a second: that much work at most, for on a busy machine its thread
/// of low priority may wait long before it can do it.
#[cfg(target_os = "linux")]
#[test]
fn a_growing_gardener_goes_at_once_at_any_moment() {
    let _alone = alone();
    let (mut longest, mut most) = (Duration::ZERO, Duration::ZERO);
    for k in 0..20 {
        let (_instrument, gardener) = gardener();
        assert!(gardener.ask(Task::Garden(Command::GrowExample(k % 4))));
        wait("a target", || gardener.garden().target.is_some());
        // Moments of a sequence that leaves no gaps: multiples of the golden ratio.
        let moment = (f64::from(k as u32) * 0.618_034).fract();
        std::thread::sleep(Duration::from_secs_f64(0.5 * moment));
        let (took, spent) = watched(&growing(), || drop(gardener));
        (longest, most) = (longest.max(took), most.max(spent));
    }
    println!("a growing gardener went within {longest:?}, {most:?} of them work");
    assert!(most < Duration::from_millis(100), "{most:?} of work before it went");
    assert!(longest < Duration::from_secs(2), "{longest:?} before it went");
    assert_eq!(growing().len(), 0);
}

#[test]
fn what_cannot_be_grown_towards_is_said_with_its_name_and_loses_nothing() {
    let _alone = alone();
    let (_instrument, gardener) = gardener();
    let path = std::env::temp_dir().join("cultivar-no-such-sound.wav");
    assert!(gardener.ask(Task::Garden(Command::Grow { path: path.clone() })));
    wait("an error", || gardener.garden().error.is_some());
    let text = gardener.garden().error.unwrap_or_default();
    assert!(text.starts_with("cultivar-no-such-sound.wav: "), "{text}");
    gardener.ask(Task::Garden(Command::Dismiss));
    wait("an empty garden", || gardener.garden().error.is_none());
    assert_eq!(gardener.garden().state, GardenState::Empty);
    gardener.ask(Task::Garden(Command::GrowExample(3)));
    wait("a target", || gardener.garden().target.is_some());
    gardener.ask(Task::Garden(Command::Grow { path }));
    wait("another error", || gardener.garden().error.is_some());
    assert!(gardener.garden().target.is_some(), "the target before is gone");
    wait("growth that goes on", || gardener.garden().state == GardenState::Growing);
}
