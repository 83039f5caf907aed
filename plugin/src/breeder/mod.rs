//! The breeder: one thread of low priority per instance, for the litters of the Breed page.

mod family;
mod file;
mod litter;
mod picture;
mod project;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use cultivar_gui::{Breeding, Family as Shown};
use cultivar_patch::Preset;
use triple_buffer::{Input, Output, triple_buffer};

use crate::budget;
use crate::gardener::{News, lock};
use crate::instrument::Instrument;
use crate::struck::Struck;
use crate::window::Repaint;

use self::family::Family;
use self::file::Archive;

/// Orders that may wait.
const ORDERS: usize = 256;

/// What the breeder is told.
#[derive(Debug)]
pub enum Order {
    /// A wish of the Breed page that needs no file.
    Wish(Breeding),
    /// A preset becomes a parent; where it comes from, in words.
    Parent(Box<Preset>, String),
    /// A parent that was wished for cannot be read.
    Refused(String),
    /// A project has brought another family.
    Recall,
}

impl Order {
    /// Whether a litter that is on its way has become one that nobody wants.
    fn supersedes(&self) -> bool {
        use Breeding::*;
        match self {
            Order::Wish(wish) => {
                matches!(wish, NewLitter | FromLoved | Plant(_) | ShowLitter(_))
            }
            Order::Recall => true,
            Order::Parent(..) | Order::Refused(_) => false,
        }
    }
}

/// What both ends of the breeder know.
struct Common {
    instrument: Arc<Instrument>,
    repaint: Repaint,
    stop: AtomicBool,
    /// Counts the orders that make a litter on its way superfluous.
    wishes: AtomicU64,
    /// Orders that are not yet performed.
    open: Mutex<usize>,
    performed: Condvar,
}

/// The breeder of one instance. Its thread starts with the first order and is joined when the
/// breeder is dismissed or dropped.
pub struct Breeder {
    common: Arc<Common>,
    orders: Mutex<Option<Sender<(Order, u64)>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    waiting: Mutex<Option<Desk>>,
    shown: Mutex<Output<Shown>>,
}

/// What the thread works with.
struct Desk {
    /// Each with the number of wishes for a litter until then.
    orders: Receiver<(Order, u64)>,
    news: Sender<News>,
    shown: Input<Shown>,
}

impl Breeder {
    /// A breeder without work, whose children go out as `news`.
    pub fn new(instrument: Arc<Instrument>, repaint: Repaint, news: Sender<News>) -> Self {
        let (order_in, order_out) = bounded(ORDERS);
        let (shown_in, shown_out) = triple_buffer(&picture::of(&Family::default(), false));
        let (stop, wishes) = (AtomicBool::new(false), AtomicU64::new(0));
        Breeder {
            common: Arc::new(Common {
                instrument,
                repaint,
                stop,
                wishes,
                open: Mutex::default(),
                performed: Condvar::new(),
            }),
            orders: Mutex::new(Some(order_in)),
            thread: Mutex::new(None),
            waiting: Mutex::new(Some(Desk { orders: order_out, news, shown: shown_in })),
            shown: Mutex::new(shown_out),
        }
    }

    /// Gives the breeder something to do; false where it has too much to do already.
    pub fn tell(&self, order: Order) -> bool {
        if let Some(desk) = lock(&self.waiting).take() {
            let common = self.common.clone();
            let work = move || Worker::new(common, desk).run();
            let thread = std::thread::Builder::new().name("cultivar breeder".to_owned());
            *lock(&self.thread) = thread.spawn(work).ok();
        }
        let supersedes = u64::from(order.supersedes());
        let number = self.common.wishes.fetch_add(supersedes, Ordering::Relaxed) + supersedes;
        let orders = lock(&self.orders);
        let mut open = lock(&self.common.open);
        let told = orders.as_ref().is_some_and(|orders| orders.try_send((order, number)).is_ok());
        *open += usize::from(told);
        told
    }

    /// Waits until nothing is left to be done, at most so long.
    pub(crate) fn settle(&self, patience: Duration) {
        let open = lock(&self.common.open);
        let busy = |open: &mut usize| *open > 0 && !self.common.stop.load(Ordering::Relaxed);
        drop(self.common.performed.wait_timeout_while(open, patience, busy));
    }

    /// The newest picture of the family.
    pub fn family(&self) -> Shown {
        lock(&self.shown).read().clone()
    }

    /// Lets the thread leave off, without waiting for it.
    pub(crate) fn leave_off(&self) {
        self.common.stop.store(true, Ordering::Relaxed);
        lock(&self.orders).take();
    }

    /// Ends the thread and waits for it.
    pub fn dismiss(&self) {
        self.leave_off();
        if let Some(thread) = lock(&self.thread).take() {
            // Its panics were caught and told already.
            let _ = thread.join();
        }
    }
}

impl Drop for Breeder {
    fn drop(&mut self) {
        self.dismiss();
    }
}

/// The thread's own end.
struct Worker {
    common: Arc<Common>,
    desk: Desk,
    family: Family,
    /// Wishes for a litter until the order that is performed.
    wishes: u64,
    struck: Struck,
    archive: Archive,
    /// The family as the project has it from here.
    kept: String,
    /// Whether that leaves out what is shown.
    short: bool,
}

impl Worker {
    fn new(common: Arc<Common>, desk: Desk) -> Self {
        Worker {
            common,
            desk,
            family: Family::default(),
            wishes: 0,
            struck: Struck::default(),
            archive: Archive::default(),
            kept: String::new(),
            short: false,
        }
    }

    /// Works until the breeder is dismissed. A panic ends one piece of work, not the thread.
    fn run(mut self) {
        budget::yield_to_others();
        while !self.common.stop.load(Ordering::Relaxed) {
            let order = match self.struck.time_left() {
                None => self.desk.orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(patience) => self.desk.orders.recv_timeout(patience),
            };
            match order {
                Ok((order, number)) => {
                    self.wishes = number;
                    let work = AssertUnwindSafe(|| {
                        self.perform(order);
                        self.show(false);
                        // Of many orders at once the last is soon enough.
                        if self.desk.orders.is_empty() {
                            self.remember();
                        }
                    });
                    if catch_unwind(work).is_err() {
                        self.family.error = Some("A fault stopped this litter".into());
                        self.show(false);
                    }
                    *lock(&self.common.open) -= 1;
                    self.common.performed.notify_all();
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.struck.let_go(&self.common.instrument.outlet)
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.common.instrument.outlet.free();
        }
    }

    /// Shows the family as it is now.
    fn show(&mut self, breeding: bool) {
        self.desk.shown.write(picture::of(&self.family, breeding));
        self.common.repaint.request();
    }
}
