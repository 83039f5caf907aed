//! The gardener: one thread of low priority per instance, for files and for growing.

mod arrival;
mod bed;
mod bounds;
mod changes;
mod doubts;
mod files;
mod hearing;
mod listening;
mod picture;
mod plot;
mod sample;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded, unbounded};
use cultivar_gui::{Breeding, Command, Family, Garden, Notice, PresetRow, Tone};
use cultivar_patch::{Clip, Meta, Partner, Preset, Table};
use triple_buffer::{Input, Output, triple_buffer};
use uuid::Uuid;

use crate::breeder::{Breeder, Order};
use crate::instrument::Instrument;
use crate::scales::Scales;
use crate::state::TargetFile;
use crate::window::Repaint;
use crate::{budget, partner};

use self::files::Files;
use self::plot::Plot;

pub use self::hearing::{Hearing, Note};

/// Tasks that may wait.
const TASKS: usize = 256;
/// How long the thread sleeps while growth rests.
const REST: Duration = Duration::from_millis(50);

/// Work for the gardener.
#[derive(Debug)]
pub enum Task {
    /// Look at the player's folder again.
    Scan,
    /// Read the preset of a row.
    Load(String),
    /// Read a preset file.
    LoadFile(PathBuf),
    /// Read a wavetable for an oscillator.
    LoadTable(usize, PathBuf),
    /// Read what tunes the keys.
    LoadTuning(PathBuf),
    /// Make ready what an oscillator needs to play another wavetable.
    SetTable(usize, Table),
    /// Read a recording for the sample.
    LoadRecording(PathBuf),
    /// Make ready what the sample needs to play another recording.
    SetRecording(Clip),
    /// Keep a preset under its name.
    Save(Box<Preset>),
    /// Find the way from the playing preset to that of a row.
    MorphTo(String),
    /// Mark the preset of a row, or take the mark away.
    Favourite(String, bool),
    /// Remember for ever that the player has seen the hints of the first minute.
    TourSeen,
    /// A wish of the Breed page.
    Breed(Breeding),
    /// A wish of the Grow page.
    Garden(Command),
    /// Listen again to the target of a project, without growing yet.
    Recall(TargetFile),
}

/// What came of it, for the editor to make use of.
#[derive(Debug)]
pub enum News {
    /// The player's presets.
    Rows(Vec<PresetRow>),
    /// A preset was read, from this row where it has one.
    Preset(Box<Preset>, Option<String>),
    /// A preset was kept: what it is called now, and its row.
    Saved(Box<Meta>, String),
    /// A wavetable for an oscillator.
    Table(usize, Table),
    /// A recording for the sample.
    Recording(Clip),
    /// The player's folder is new: the hints of the first minute are due.
    Welcome,
    /// A child to be edited and kept.
    Keep(Box<Preset>),
    /// What the preset of this uuid may morph to.
    Partner(Uuid, Arc<Partner>),
    /// What the keys are to be tuned by.
    Scales(Box<Scales>),
    /// Text for the clipboard.
    Copy(String),
    /// Something to read.
    Notice(Notice),
}

/// What both ends of the gardener know.
struct Shared {
    instrument: Arc<Instrument>,
    repaint: Repaint,
    breeder: Breeder,
    stop: AtomicBool,
    offline: AtomicBool,
}

impl Shared {
    /// Whether the gardener was dismissed: all work leaves off.
    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// The gardener of one instance. Its thread starts with the first task and is joined when the
/// gardener is dismissed or dropped.
pub struct Gardener {
    shared: Arc<Shared>,
    tasks: Mutex<Option<Sender<Task>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    waiting: Mutex<Option<Bench>>,
    garden: Mutex<Output<Garden>>,
    news: Receiver<News>,
}

/// What the thread works with.
struct Bench {
    tasks: Receiver<Task>,
    news: Sender<News>,
    garden: Input<Garden>,
    home: Option<PathBuf>,
}

impl Gardener {
    /// A gardener without work, for the player's folder.
    pub fn new(instrument: Arc<Instrument>, repaint: Repaint) -> Self {
        Self::at(None, instrument, repaint)
    }

    /// The same for another folder.
    pub fn at(home: Option<PathBuf>, instrument: Arc<Instrument>, repaint: Repaint) -> Self {
        let (task_in, task_out) = bounded(TASKS);
        let (news_in, news_out) = unbounded();
        let (garden_in, garden_out) = triple_buffer(&plot::empty());
        let bench = Bench { tasks: task_out, news: news_in, garden: garden_in, home };
        let shared = Arc::new(Shared {
            breeder: Breeder::new(instrument.clone(), repaint.clone(), bench.news.clone()),
            instrument,
            repaint,
            stop: AtomicBool::new(false),
            offline: AtomicBool::new(false),
        });
        let weak = Arc::downgrade(&shared);
        shared.instrument.on_family(move || {
            if let Some(shared) = weak.upgrade() {
                shared.breeder.tell(Order::Recall);
            }
        });
        Gardener {
            shared,
            tasks: Mutex::new(Some(task_in)),
            thread: Mutex::new(None),
            waiting: Mutex::new(Some(bench)),
            garden: Mutex::new(garden_out),
            news: news_out,
        }
    }

    /// Gives the gardener something to do; false where it has too much to do already.
    pub fn ask(&self, task: Task) -> bool {
        let task = match task {
            Task::Breed(wish) if !needs_gardener(&wish) => {
                return self.shared.breeder.tell(Order::Wish(wish));
            }
            task => task,
        };
        if let Some(bench) = lock(&self.waiting).take() {
            let shared = self.shared.clone();
            let name = "cultivar gardener".to_owned();
            let work = move || Worker::new(shared, bench).run();
            *lock(&self.thread) = std::thread::Builder::new().name(name).spawn(work).ok();
        }
        lock(&self.tasks).as_ref().is_some_and(|tasks| tasks.try_send(task).is_ok())
    }

    /// The newest picture of the garden.
    pub fn garden(&self) -> Garden {
        lock(&self.garden).read().clone()
    }

    /// The newest picture of the family.
    pub fn family(&self) -> Family {
        self.shared.breeder.family()
    }

    /// News since the last call.
    pub fn news(&self) -> impl Iterator<Item = News> + '_ {
        self.news.try_iter()
    }

    /// Waits for the family of a project that was just loaded, at most so long: what is rendered
    /// offline must not depend on how soon it is there.
    pub fn settle_family(&self, patience: Duration) {
        self.shared.breeder.settle(patience);
    }

    /// Lets growth rest while the host renders offline: what is rendered must not depend on it,
    /// nor wait for it.
    pub fn set_offline(&self, offline: bool) {
        self.shared.offline.store(offline, Ordering::Relaxed);
    }

    /// Ends the thread and waits for it: some hundredths of a second of work.
    pub fn dismiss(&self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.shared.breeder.leave_off();
        lock(&self.tasks).take();
        if let Some(thread) = lock(&self.thread).take() {
            // Its panics were caught and told already.
            let _ = thread.join();
        }
        self.shared.breeder.dismiss();
    }
}

impl Drop for Gardener {
    fn drop(&mut self) {
        self.dismiss();
    }
}

/// The lock of a mutex, whoever panicked with it: what it guards is whole at any time.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The thread's own end.
struct Worker {
    shared: Arc<Shared>,
    bench: Bench,
    files: Files,
    plot: Plot,
}

impl Worker {
    fn new(shared: Arc<Shared>, bench: Bench) -> Self {
        let instrument = shared.instrument.clone();
        let files = Files::new(bench.news.clone(), bench.home.clone(), instrument);
        let plot = Plot::new(shared.clone(), bench.news.clone());
        Worker { shared, bench, files, plot }
    }

    /// Works until the gardener is dismissed. A panic ends one piece of work, not the thread.
    fn run(mut self) {
        budget::yield_to_others();
        while !self.shared.stopped() {
            let task = match self.next_task() {
                Ok(task) => task,
                Err(_) => break,
            };
            let busy = task.is_some();
            let work = AssertUnwindSafe(|| match task {
                Some(task) => self.perform(task),
                None => self.plot.tend(&mut self.files),
            });
            if let Err(panic) = catch_unwind(work) {
                self.plot.give_up();
                let text = format!("A fault stopped this work: {}.", words(&*panic));
                let _ = self.bench.news.send(News::Notice(Notice { tone: Tone::Error, text }));
            }
            if busy || self.plot.take_changed() {
                self.bench.garden.write(self.plot.picture());
                self.shared.repaint.request();
            }
            self.shared.instrument.outlet.free();
        }
    }

    /// The next task; none where it is time to tend the plot.
    fn next_task(&mut self) -> Result<Option<Task>, ()> {
        let offline = self.shared.offline.load(Ordering::Relaxed);
        self.plot.set_offline(offline);
        if self.plot.grows() {
            return match self.bench.tasks.try_recv() {
                Ok(task) => Ok(Some(task)),
                Err(TryRecvError::Empty) => Ok(None),
                Err(TryRecvError::Disconnected) => Err(()),
            };
        }
        match self.plot.patience(REST) {
            None => self.bench.tasks.recv().map(Some).map_err(|_| ()),
            Some(patience) => match self.bench.tasks.recv_timeout(patience) {
                Ok(task) => Ok(Some(task)),
                Err(RecvTimeoutError::Timeout) => Ok(None),
                Err(RecvTimeoutError::Disconnected) => Err(()),
            },
        }
    }

    /// Brings the breeder a parent from a file or from the garden.
    fn find_parent(&mut self, wish: Breeding) {
        let found = match wish {
            Breeding::AddPreset(row) => self.files.parent(&row),
            Breeding::AddFile(path) => self.files.parent_file(&path),
            Breeding::AddNode { strand, node } => match self.plot.parent(strand, node) {
                Some(found) => Ok(found),
                None => return,
            },
            _ => return,
        };
        let told = self.shared.breeder.tell(match found {
            Ok((preset, origin)) => Order::Parent(Box::new(preset), origin),
            Err(why) => Order::Refused(why),
        });
        if !told {
            self.files.say(Tone::Warning, "Too many parents at once; try again.".into());
        }
    }

    /// Finds the way from the playing preset to that of a row.
    fn find_partner(&mut self, row: &str) {
        let shared = &self.shared;
        match self.files.parent(row) {
            Ok((to, _)) => {
                let (news, stop) = (&self.bench.news, || shared.stopped());
                partner::find(&shared.instrument, &to, news, &shared.repaint, &stop);
            }
            Err(why) => self.files.say(Tone::Error, why),
        }
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::Scan => self.files.scan(),
            Task::Load(row) => self.files.load(&row),
            Task::LoadFile(path) => self.files.load_file(&path),
            Task::LoadTable(osc, path) => self.files.load_table(osc, &path),
            Task::LoadTuning(path) => self.files.load_tuning(&path),
            Task::SetTable(osc, table) => self.files.set_table(osc, table),
            Task::LoadRecording(path) => self.files.load_recording(&path),
            Task::SetRecording(clip) => self.files.set_recording(clip),
            Task::Save(preset) => self.files.save(*preset),
            Task::MorphTo(row) => self.find_partner(&row),
            Task::Favourite(row, on) => self.files.favourite(&row, on),
            Task::TourSeen => self.files.remember_tour(),
            Task::Breed(wish) => self.find_parent(wish),
            Task::Garden(command) => self.plot.perform(command, &mut self.files),
            Task::Recall(target) => self.plot.recall(target, &mut self.files),
        }
    }
}

/// Whether a wish of the Breed page is about files or about the garden.
fn needs_gardener(wish: &Breeding) -> bool {
    matches!(wish, Breeding::AddPreset(_) | Breeding::AddFile(_) | Breeding::AddNode { .. })
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given")
}
