//! The desktop's file dialogs, asked without waiting: the answer comes when the player is done.

use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use rfd::{AsyncFileDialog, FileHandle};

use super::Repaint;

/// What a dialog says and offers.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Title of the dialog.
    pub title: String,
    /// Kinds of files: a name and its extensions, without dots.
    pub kinds: Vec<(String, Vec<String>)>,
    /// The folder to begin in.
    pub folder: Option<PathBuf>,
    /// The name to begin with when saving.
    pub name: Option<String>,
}

/// Why there is no dialog.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDialog {
    /// Nothing on this desktop shows one.
    #[error(
        "no file dialog here: install xdg-desktop-portal or zenity, or drop the file on the window"
    )]
    Missing,
    /// It did not come up.
    #[error("the file dialog did not open; drop the file on the window instead")]
    Failed,
}

/// A dialog that is open, or has just been answered. Dropped, it stays on the screen, but its
/// answer goes nowhere.
pub struct Dialog {
    answer: Receiver<Answer>,
}

/// The chosen file, or none if the player changed their mind.
pub type Answer = Result<Option<PathBuf>, NoDialog>;

impl Dialog {
    /// Asks for a file to load; `repaint` is called when the answer is there. Call on the editor's
    /// thread.
    pub fn load(question: Question, repaint: Repaint) -> Result<Self, NoDialog> {
        Self::ask(question, repaint, AsyncFileDialog::pick_file)
    }

    /// Asks where to save; `repaint` is called when the answer is there. Call on the editor's
    /// thread.
    pub fn save(question: Question, repaint: Repaint) -> Result<Self, NoDialog> {
        Self::ask(question, repaint, AsyncFileDialog::save_file)
    }

    /// The answer, once; `None` while the player is still choosing.
    pub fn answer(&self) -> Option<Answer> {
        match self.answer.try_recv() {
            Ok(answer) => Some(answer),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err(NoDialog::Failed)),
        }
    }

    fn ask<F>(
        question: Question,
        repaint: Repaint,
        open: impl FnOnce(AsyncFileDialog) -> F,
    ) -> Result<Self, NoDialog>
    where
        F: Future<Output = Option<FileHandle>> + Send + 'static,
    {
        if !available() {
            return Err(NoDialog::Missing);
        }
        let mut dialog = AsyncFileDialog::new().set_title(question.title);
        for (name, extensions) in &question.kinds {
            dialog = dialog.add_filter(name, extensions);
        }
        if let Some(folder) = question.folder {
            dialog = dialog.set_directory(folder);
        }
        if let Some(name) = question.name {
            dialog = dialog.set_file_name(name);
        }
        let chosen = open(dialog);
        let (tell, answer) = sync_channel(1);
        let wait = move || {
            let asked = Instant::now();
            let file = block_on(chosen).map(|file| file.path().to_owned());
            // Nobody changes their mind this fast: nothing was shown.
            let failed = file.is_none() && asked.elapsed() < Duration::from_millis(150);
            let _ = tell.send(if failed { Err(NoDialog::Failed) } else { Ok(file) });
            repaint.request();
        };
        let thread = thread::Builder::new().name("cultivar-dialog".into());
        thread.spawn(wait).map_err(|_| NoDialog::Failed)?;
        Ok(Self { answer })
    }
}

/// Whether anything here can show a dialog.
#[cfg(target_os = "linux")]
fn available() -> bool {
    use std::env::{split_paths, var_os};
    let in_path = |folder: PathBuf| folder.join("zenity").is_file();
    let zenity = var_os("PATH").is_some_and(|path| split_paths(&path).any(in_path));
    let bus = var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
        || var_os("XDG_RUNTIME_DIR").is_some_and(|dir| PathBuf::from(dir).join("bus").exists());
    let service = "dbus-1/services/org.freedesktop.portal.Desktop.service";
    let folders = var_os("XDG_DATA_DIRS").unwrap_or("/usr/local/share:/usr/share".into());
    let portal = || split_paths(&folders).any(|folder| folder.join(service).is_file());
    // Inside a sandbox the portal is always there, its file is not.
    let sandbox = || PathBuf::from("/.flatpak-info").exists();
    zenity || (bus && (portal() || sandbox()))
}

#[cfg(not(target_os = "linux"))]
fn available() -> bool {
    true
}

/// Waits for a future on this thread.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}
