//! Files replaced whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// How the name of a half-written file ends. What bears it and is not being written is debris
/// of a crash.
pub const TEMPORARY: &str = ".cultivar.tmp";

/// Replaces the file at `path` by what `write` writes. The bytes go to a temporary file in the
/// same folder, reach the disk, and only then take the name; on any error the old file stays
/// as it was and the temporary one goes. A folder, a pipe or a device is never replaced.
pub fn replace<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<(), E>,
) -> Result<(), E> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&path) {
        Ok(there) if there.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory))?,
        Ok(there) if !there.is_file() => Err(io::Error::other("it is not a file"))?,
        _ => (),
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let temporary = Temporary(folder.join(temporary_name()));
    let file = File::options().write(true).read(true).create_new(true).open(&temporary.0)?;
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    out.flush()?;
    out.get_ref().sync_all()?;
    drop(out);
    fs::rename(&temporary.0, &path)?;
    std::mem::forget(temporary);
    sync_folder(folder)?;
    Ok(())
}

/// A name that no other process and no other thread of this one uses.
fn temporary_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!(".{}-{}{TEMPORARY}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A temporary file that goes unless it is renamed.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // Where even this fails, the library removes the debris at its next start.
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some network and FUSE file systems cannot sync a folder; the rename stands.
        Err(e) if matches!(e.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Ok(())
        }
        other => other,
    }
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// What went wrong with a file, as a player says it.
pub fn reason(error: &io::Error) -> String {
    use io::ErrorKind as K;
    let known = match error.kind() {
        K::NotFound => "there is no such file or folder",
        K::PermissionDenied => "permission denied",
        K::StorageFull | K::QuotaExceeded => "the disk is full",
        K::ReadOnlyFilesystem => "the disk is read-only",
        K::IsADirectory => "it is a folder",
        K::NotADirectory => "part of its path is not a folder",
        K::InvalidFilename => "the name is too long or not allowed here",
        K::FileTooLarge => "it is too large for this disk",
        _ => {
            let text = error.to_string();
            return text.split(" (os error").next().unwrap_or(&text).to_lowercase();
        }
    };
    known.to_owned()
}
