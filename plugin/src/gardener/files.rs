//! Files of the player: presets in and out, wavetables and recordings in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossbeam_channel::Sender;
use cultivar_breed::Target;
use cultivar_breed::extract::{Variant, extract};
use cultivar_gui::{Notice, PresetRow, Tone};
use cultivar_library::{Library, Place, Row, Trouble, home};
use cultivar_patch::{Clip, FRAME, Loaded, MAX_FRAMES, Preset, Table, TableError, Wavetable};

use super::News;
use crate::instrument::Instrument;

/// The file that says that the hints of the first minute were seen.
const TOUR: &str = ".tour-seen";

/// The player's folder, opened when it is first needed.
pub(super) struct Files {
    library: Option<Library>,
    news: Sender<News>,
    /// The folder where it is not the player's usual one.
    home: Option<PathBuf>,
    instrument: Arc<Instrument>,
}

impl Files {
    pub(super) fn new(
        news: Sender<News>,
        home: Option<PathBuf>,
        instrument: Arc<Instrument>,
    ) -> Self {
        Files { library: None, news, home, instrument }
    }

    /// Reads the list anew.
    pub(super) fn scan(&mut self) {
        match &mut self.library {
            Some(library) => library.scan(),
            none => *none = Some(open(self.home.as_deref())),
        }
        let trouble = self.library().trouble().to_vec();
        trouble.into_iter().for_each(|trouble| self.warn(&trouble));
        if !self.library().home().join(TOUR).exists() {
            let _ = self.news.send(News::Welcome);
        }
        self.tell_rows();
    }

    /// Leaves a mark in the player's folder that the hints of the first minute were seen. Where
    /// there is no such folder they come again; that is not worth a word.
    pub(super) fn remember_tour(&mut self) {
        let home = self.library().home();
        let _ = std::fs::create_dir_all(home);
        let _ = std::fs::write(home.join(TOUR), "");
    }

    /// Reads the preset of a row.
    pub(super) fn load(&mut self, row: &str) {
        let found = self.library().rows().iter().find(|r| id(&r.place) == row).cloned();
        match found {
            Some(found) => {
                let loaded = self.library().load(&found.place);
                self.tell_loaded(loaded, Some(row.to_owned()), &found.name);
            }
            None => self.say(Tone::Error, format!("{row}: it is not in the list any more")),
        }
    }

    /// Reads a preset file that may lie anywhere.
    pub(super) fn load_file(&mut self, path: &Path) {
        let loaded = self.library().load(&Place::File(path.to_owned()));
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        self.tell_loaded(loaded, None, &name);
    }

    /// The preset of a row as a parent, and where it comes from in words.
    pub(super) fn parent(&mut self, row: &str) -> Result<(Preset, String), String> {
        let found = self.library().rows().iter().find(|r| id(&r.place) == row).cloned();
        let found = found.ok_or_else(|| format!("{row}: it is not in the list any more"))?;
        let shown = shown(&found);
        let kind = shown.tags.first().map(|tag| format!(" · {tag}")).unwrap_or_default();
        let loaded = self.library().load(&found.place).map_err(|e| e.to_string())?;
        Ok((self.told(loaded, &found.name), shown.origin + &kind))
    }

    /// A preset file that may lie anywhere, likewise.
    pub(super) fn parent_file(&mut self, path: &Path) -> Result<(Preset, String), String> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        match self.library().load(&Place::File(path.to_owned())) {
            Ok(loaded) => Ok((self.told(loaded, &name), name)),
            Err(trouble) => Err(format!("{name}: {}", trouble.reason)),
        }
    }

    /// Keeps a preset; what it is called then, and its row.
    pub(super) fn save(&mut self, mut preset: Preset) {
        match self.library().save(&mut preset) {
            Ok(path) => {
                let row = id(&Place::File(path));
                self.say(Tone::Good, format!("{} is kept.", preset.meta.name));
                let _ = self.news.send(News::Saved(Box::new(preset.meta), row));
            }
            Err(trouble) => self.say(Tone::Error, trouble.to_string()),
        }
        self.tell_rows();
    }

    /// Keeps a preset that is not the one being edited.
    pub(super) fn keep(&mut self, mut preset: Preset) {
        match self.library().save(&mut preset) {
            Ok(_) => self.say(Tone::Good, format!("{} is kept.", preset.meta.name)),
            Err(trouble) => self.say(Tone::Error, trouble.to_string()),
        }
        self.tell_rows();
    }

    /// Marks a preset, or takes the mark away.
    pub(super) fn favourite(&mut self, row: &str, on: bool) {
        let uuid = self.library().rows().iter().find(|r| id(&r.place) == row).map(|r| r.uuid);
        if let Some(Err(trouble)) = uuid.map(|uuid| self.library().mark(uuid, on)) {
            self.say(Tone::Error, trouble.to_string());
        }
        self.tell_rows();
    }

    /// Reads a wavetable from a sound file: its frames where it is a wavetable, frames cut from
    /// the sound where it is another one.
    pub(super) fn load_table(&mut self, osc: usize, path: &Path) {
        match table(path) {
            Ok(table) => self.set_table(osc, Table::Own(Arc::new(table))),
            Err(reason) => self.say(Tone::Error, format!("{}: {reason}", path.display())),
        }
    }

    /// Reads a recording from a sound file, in tune with middle C; says what was odd about it.
    pub(super) fn load_recording(&mut self, path: &Path) {
        match cultivar_formats::load_recording(path, 60.0) {
            Ok((recording, notes)) => {
                let say = |note| self.say(Tone::Warning, format!("{}: {note}.", path.display()));
                notes.iter().for_each(say);
                self.set_recording(Clip::Own(Arc::new(recording)));
            }
            Err(reason) => self.say(Tone::Error, format!("{}: {reason}", path.display())),
        }
    }

    /// Reads a scale or a mapping, to be used with what the keys are tuned by already.
    pub(super) fn load_tuning(&mut self, path: &Path) {
        let scales = self.instrument.document().scales.clone();
        match scales.with(path) {
            Ok(scales) => {
                let _ = self.news.send(News::Scales(Box::new(scales)));
            }
            Err(why) => self.say(Tone::Error, format!("{}: {why}", path.display())),
        }
    }

    /// Hands over a wavetable for an oscillator, with all made ready that it takes to play it.
    pub(super) fn set_table(&mut self, osc: usize, table: Table) {
        self.prepare(|preset| preset.tables[osc] = table.clone());
        let _ = self.news.send(News::Table(osc, table));
    }

    /// Hands over a recording for the sample, likewise.
    pub(super) fn set_recording(&mut self, clip: Clip) {
        self.prepare(|preset| preset.clip = clip.clone());
        let _ = self.news.send(News::Recording(clip));
    }

    /// Makes ready what it takes to play the preset as it will be.
    fn prepare(&self, change: impl FnOnce(&mut Preset)) {
        let mut preset = {
            let document = self.instrument.document();
            self.instrument.preset(&document)
        };
        change(&mut preset);
        self.instrument.prepare(&preset);
    }

    /// Presets to grow from: those of the instrument and of the player that can be read.
    pub(super) fn patches(&mut self) -> Vec<Preset> {
        /// More than these add little and take long to read.
        const MOST: usize = 256;
        let library = self.library();
        let readable = library.rows().iter().filter(|row| row.trouble.is_none()).take(MOST);
        readable.filter_map(|row| library.load(&row.place).ok()).map(|l| l.preset).collect()
    }

    pub(super) fn say(&self, tone: Tone, text: String) {
        let _ = self.news.send(News::Notice(Notice { tone, text }));
    }

    fn library(&mut self) -> &mut Library {
        self.library.get_or_insert_with(|| open(self.home.as_deref()))
    }

    fn warn(&self, trouble: &Trouble) {
        self.say(Tone::Warning, trouble.to_string());
    }

    fn tell_loaded(&self, loaded: Result<Loaded, Trouble>, row: Option<String>, name: &str) {
        match loaded {
            Ok(loaded) => {
                let preset = self.told(loaded, name);
                self.instrument.prepare(&preset);
                let _ = self.news.send(News::Preset(Box::new(preset), row));
            }
            Err(trouble) => self.say(Tone::Error, trouble.to_string()),
        }
    }

    /// The preset that was loaded; says what was odd about it.
    fn told(&self, Loaded { preset, notices }: Loaded, name: &str) -> Preset {
        if let [first, others @ ..] = &notices[..] {
            let more = match others.len() {
                0 => String::new(),
                n => format!("; and {n} more like this"),
            };
            self.say(Tone::Warning, format!("{name}: {first}{more}."));
        }
        preset
    }

    fn tell_rows(&mut self) {
        let rows = self.library().rows().iter().map(shown).collect();
        let _ = self.news.send(News::Rows(rows));
    }
}

fn open(folder: Option<&Path>) -> Library {
    Library::open(folder.map_or_else(|| home(binary().as_deref()), Path::to_owned))
}

/// The file that this code was loaded from: the plug-in, not its host.
#[cfg(target_os = "linux")]
fn binary() -> Option<PathBuf> {
    use std::ffi::{CStr, OsStr};
    use std::os::unix::ffi::OsStrExt;
    let here = binary as *const () as *const libc::c_void;
    let mut info = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: `here` lies in this binary, whose name lives as long as it is loaded.
    let name = unsafe {
        if libc::dladdr(here, info.as_mut_ptr()) == 0 {
            return None;
        }
        let name = info.assume_init().dli_fname;
        if name.is_null() {
            return None;
        }
        CStr::from_ptr(name)
    };
    PathBuf::from(OsStr::from_bytes(name.to_bytes())).canonicalize().ok()
}

/// The file of the running program; a plug-in on these systems is not portable.
#[cfg(not(target_os = "linux"))]
fn binary() -> Option<PathBuf> {
    std::env::current_exe().ok()
}

fn id(place: &Place) -> String {
    match place {
        Place::Factory(name) => format!("factory:{name}"),
        Place::File(path) => path.display().to_string(),
    }
}

fn shown(row: &Row) -> PresetRow {
    let origin = match (&row.trouble, &row.place) {
        (Some(trouble), _) => trouble.clone(),
        (None, Place::Factory(_)) => "factory".into(),
        (None, Place::File(_)) if row.made_by.is_empty() => "mine".into(),
        (None, Place::File(_)) => row.made_by.clone(),
    };
    PresetRow {
        id: id(&row.place),
        name: row.name.clone(),
        tags: row.tags.clone(),
        origin,
        favourite: row.favourite,
    }
}

fn table(path: &Path) -> Result<Wavetable, String> {
    // Even at the lowest rate there is, this is more than the most frames take.
    let seconds = (MAX_FRAMES * FRAME) as f64 / 1000.0;
    let audio = cultivar_formats::decode_start(path, seconds).map_err(|e| e.to_string())?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let mono = audio.mono();
    match Wavetable::new(name.clone(), mono.clone()) {
        Err(TableError::Length(_)) => cut(&name, &mono, audio.rate as f32),
        table => table.map_err(|e| e.to_string()),
    }
}

/// The table of the first patch that can be cut from a sound.
fn cut(name: &str, mono: &[f32], rate: f32) -> Result<Wavetable, String> {
    let target = Target::listen(mono, rate).map_err(|e| e.to_string())?;
    let cut = [Variant::Harmonic, Variant::Grains].into_iter();
    let mut tables = cut.filter_map(|variant| extract(&target, variant)).map(|p| p.tables);
    match tables.next() {
        Some([Table::Own(table), ..]) => {
            Wavetable::new(name, table.samples().to_vec()).map_err(|e| e.to_string())
        }
        _ => Err("no wavetable can be cut from it".into()),
    }
}
