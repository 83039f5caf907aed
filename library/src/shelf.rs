//! The player's folder of presets and the list of them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use cultivar_patch::{EXTENSION, Loaded, Meta, Preset, disk};
use uuid::Uuid;

use crate::{Place, Query, Row, Trouble, factory, favourites, file_name};

/// Folders within folders that are looked into.
const MAX_DEPTH: usize = 8;
/// Most files of one library.
const MAX_FILES: usize = 100_000;
/// How old a half-written file must be to be debris: nobody writes for that long.
const DEBRIS: Duration = Duration::from_secs(600);

/// The player's presets, and those of the instrument.
#[derive(Debug)]
pub struct Library {
    home: PathBuf,
    rows: Vec<Row>,
    favourites: BTreeSet<Uuid>,
    trouble: Vec<Trouble>,
    /// What is known of each file by its length and time, so that a second look is quick.
    known: HashMap<PathBuf, (Stamp, Row)>,
}

/// Length and time of a file: while both stay, so does what is in it.
type Stamp = (u64, Option<SystemTime>);

impl Library {
    /// Opens the library in `home` and reads its list. Works without the folder, which is
    /// made when something is first kept; what goes wrong is in [`Library::trouble`].
    pub fn open(home: impl Into<PathBuf>) -> Self {
        let home = home.into();
        let mut library = Library {
            home,
            rows: Vec::new(),
            favourites: BTreeSet::new(),
            trouble: Vec::new(),
            known: HashMap::new(),
        };
        library.scan();
        library
    }

    /// The player's folder.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The folder of the player's presets.
    pub fn folder(&self) -> PathBuf {
        self.home.join("Presets")
    }

    /// All presets, by name.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The presets that a search finds, by name.
    pub fn search(&self, query: &Query) -> Vec<&Row> {
        self.rows.iter().filter(|row| query.matches(row)).collect()
    }

    /// What went wrong while the list was read.
    pub fn trouble(&self) -> &[Trouble] {
        &self.trouble
    }

    /// Reads the list anew and removes what crashes left behind.
    pub fn scan(&mut self) {
        self.trouble.clear();
        match favourites::read(&self.home) {
            Ok(favourites) => self.favourites = favourites,
            Err(trouble) => self.trouble.push(trouble),
        }
        let mut found = Walk::default();
        found.sweep(&self.home);
        found.folder(&self.folder(), MAX_DEPTH);
        self.trouble.append(&mut found.trouble);
        // What lies in a folder that cannot be read is not worth its own line.
        let folders: Vec<PathBuf> = self.trouble.iter().map(|t| t.path.clone()).collect();
        let within = |path: &Path| folders.iter().any(|f| path != f && path.starts_with(f));
        self.trouble.retain(|trouble| !within(&trouble.path));
        let mut known = std::mem::take(&mut self.known);
        for (path, stamp) in found.files {
            let row = match known.remove(&path) {
                Some((then, row)) if then == stamp => row,
                _ => match Meta::load(&path) {
                    Ok(meta) => Row::new(Place::File(path.clone()), meta),
                    Err(e) => Row::unreadable(path.clone(), e.to_string()),
                },
            };
            self.known.insert(path, (stamp, row));
        }
        let factory = factory::presets().iter();
        let factory = factory
            .map(|preset| Row::new(Place::Factory(preset.meta.name.clone()), preset.meta.clone()));
        self.rows = factory.chain(self.known.values().map(|(_, row)| row.clone())).collect();
        for row in &mut self.rows {
            row.favourite = self.favourites.contains(&row.uuid);
        }
        self.rows.sort_by(|a, b| a.order().cmp(&b.order()));
    }

    /// Reads a preset.
    pub fn load(&self, place: &Place) -> Result<Loaded, Trouble> {
        match place {
            Place::File(path) => Preset::load(path).map_err(|e| Trouble::new(path, e)),
            Place::Factory(name) => match factory::preset(name) {
                Some(preset) => Ok(Loaded { preset: preset.clone(), notices: Vec::new() }),
                None => Err(Trouble::new(Path::new(name), "there is no such factory preset")),
            },
        }
    }

    /// Keeps a preset under its name and returns its file. A file that holds another preset
    /// is never touched: the name gets a number. The preset gets a new identity where another
    /// one already bears its own.
    pub fn save(&mut self, preset: &mut Preset) -> Result<PathBuf, Trouble> {
        let folder = self.folder();
        fs::create_dir_all(&folder).map_err(|e| Trouble::io(&folder, &e))?;
        let _lock = self.lock();
        let name = file_name(&preset.meta.name);
        let uuid = preset.meta.uuid;
        let own = |path: &Path| Meta::load(path).is_ok_and(|meta| meta.uuid == uuid);
        let free = |path: &PathBuf| !path.exists() || own(path);
        let path = numbered(&folder, &name).find(free);
        let path = path.ok_or_else(|| Trouble::new(&folder.join(name), "the name is taken"))?;
        let other = |row: &&Row| row.uuid == uuid && row.place != Place::File(path.clone());
        if self.rows.iter().any(|row| other(&row)) {
            preset.meta.uuid = Uuid::new_v4();
        }
        preset.save(&path).map_err(|e| Trouble::new(&path, e))?;
        self.scan();
        Ok(path)
    }

    /// Changes what the player knows of a preset in a file: its tags, author or notes.
    pub fn edit(&mut self, path: &Path, change: impl FnOnce(&mut Meta)) -> Result<(), Trouble> {
        let _lock = self.lock();
        let Loaded { mut preset, .. } = Preset::load(path).map_err(|e| Trouble::new(path, e))?;
        change(&mut preset.meta);
        preset.save(path).map_err(|e| Trouble::new(path, e))?;
        self.scan();
        Ok(())
    }

    /// Takes a preset out of the list; its file is set aside in the folder `Removed`.
    pub fn remove(&mut self, path: &Path) -> Result<PathBuf, Trouble> {
        let aside = self.home.join("Removed");
        fs::create_dir_all(&aside).map_err(|e| Trouble::io(&aside, &e))?;
        let _lock = self.lock();
        let name = file_name(&path.file_stem().unwrap_or_default().to_string_lossy());
        let to = numbered(&aside, &name).find(|path| !path.exists());
        let to = to.ok_or_else(|| Trouble::new(&aside.join(name), "the name is taken"))?;
        fs::rename(path, &to).map_err(|e| Trouble::io(path, &e))?;
        self.scan();
        Ok(to)
    }

    /// Marks a preset, or takes the mark away.
    pub fn mark(&mut self, uuid: Uuid, favourite: bool) -> Result<(), Trouble> {
        fs::create_dir_all(&self.home).map_err(|e| Trouble::io(&self.home, &e))?;
        let _lock = self.lock();
        // Another instance may have marked others since.
        let mut marked = favourites::read(&self.home)?;
        let changed = if favourite { marked.insert(uuid) } else { marked.remove(&uuid) };
        if changed {
            favourites::write(&self.home, &marked)?;
        }
        self.favourites = marked;
        for row in &mut self.rows {
            row.favourite = self.favourites.contains(&row.uuid);
        }
        Ok(())
    }

    /// Keeps other instances from writing until it is dropped. Where the disk knows no locks,
    /// each write is still whole.
    fn lock(&self) -> Option<File> {
        let file = File::options().create(true).append(true).open(self.home.join(".lock")).ok()?;
        file.lock().ok()?;
        Some(file)
    }
}

/// `NAME.cultivar`, `NAME 2.cultivar`, `NAME 3.cultivar`, ..
fn numbered(folder: &Path, name: &str) -> impl Iterator<Item = PathBuf> {
    let first = std::iter::once(folder.join(format!("{name}.{EXTENSION}")));
    first.chain((2..10_000).map(move |n| folder.join(format!("{name} {n}.{EXTENSION}"))))
}

/// A walk through the folders.
#[derive(Default)]
struct Walk {
    files: Vec<(PathBuf, Stamp)>,
    trouble: Vec<Trouble>,
    /// Folders already seen: a link may lead back.
    seen: HashSet<PathBuf>,
}

impl Walk {
    fn folder(&mut self, folder: &Path, depth: usize) {
        let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        if depth == 0 || !self.seen.insert(real) {
            return;
        }
        self.sweep(folder);
        for path in self.entries(folder) {
            let Ok(known) = fs::metadata(&path) else { continue };
            if known.is_dir() {
                self.folder(&path, depth - 1);
            } else if is_preset(&path) && known.is_file() && self.files.len() < MAX_FILES {
                self.files.push((path, (known.len(), known.modified().ok())));
            }
        }
    }

    /// Removes half-written files that nobody is writing any more.
    fn sweep(&mut self, folder: &Path) {
        for path in self.entries(folder) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let age = || fs::metadata(&path).ok()?.modified().ok()?.elapsed().ok();
            if name.ends_with(disk::TEMPORARY) && age().is_some_and(|age| age > DEBRIS) {
                // What cannot be removed now is looked at again next time.
                let _ = fs::remove_file(&path);
            }
        }
    }

    fn entries(&mut self, folder: &Path) -> Vec<PathBuf> {
        match fs::read_dir(folder) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(e) => {
                let trouble = Trouble::io(folder, &e);
                if !self.trouble.contains(&trouble) {
                    self.trouble.push(trouble);
                }
                Vec::new()
            }
        }
    }
}

fn is_preset(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case(EXTENSION))
}
