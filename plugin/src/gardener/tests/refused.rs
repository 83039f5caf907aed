//! What cannot be used: said with its name in one line, with nothing lost.

use super::*;

use std::fs::{self, File};
use std::io::Write;

use cultivar_patch::Preset;

/// A file of 32-bit floats with whatever is announced in its header.
fn wav(channels: u16, rate: u32, samples: &[f32], announced: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut put = |part: &[u8]| bytes.extend_from_slice(part);
    put(b"RIFF");
    put(&(36 + announced).to_le_bytes());
    put(b"WAVEfmt ");
    put(&16u32.to_le_bytes());
    put(&3u16.to_le_bytes());
    put(&channels.to_le_bytes());
    put(&rate.to_le_bytes());
    put(&(rate * 4 * u32::from(channels)).to_le_bytes());
    put(&(4 * channels).to_le_bytes());
    put(&32u16.to_le_bytes());
    put(b"data");
    put(&announced.to_le_bytes());
    samples.iter().for_each(|sample| put(&sample.to_le_bytes()));
    bytes
}

fn whole(channels: u16, rate: u32, samples: &[f32]) -> Vec<u8> {
    wav(channels, rate, samples, 4 * samples.len() as u32)
}

impl Yard {
    /// A garden that grows towards a tone, with a node.
    fn growing() -> Self {
        let yard = Yard::new();
        yard.drop_sound("tone.wav", &tones(&[220.0], 0.6));
        yard.grown();
        yard
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).expect("a file");
        path
    }

    /// Drops what cannot be a target, on an empty garden and on one that grows.
    fn refuses(&self, path: PathBuf, reason: &str) {
        let before = self.garden();
        self.ask(Command::Grow { path: path.clone() });
        let told = self.wait("a refusal", |g| g.error.is_some());
        let error = told.error.clone().unwrap_or_default();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        assert!(error.starts_with(&format!("{name}: ")) && error.contains(reason), "{error}");
        assert!(!error.contains('\n') && error.len() < 120, "{error}");
        assert_eq!(told.target, before.target);
        assert_eq!(told.strands.len(), before.strands.len());
        if before.state == GardenState::Growing {
            self.wait("growing on", |g| g.tries > told.tries || g.state == GardenState::Settled);
        } else {
            assert_eq!(told.state, before.state);
        }
        self.ask(Command::Dismiss);
        self.wait("quiet", |g| g.error.is_none());
    }
}

/// Cases that need no more than their bytes.
fn refused(name: &str, bytes: &[u8], reason: &str) {
    let empty = Yard::new();
    empty.refuses(empty.write(name, bytes), reason);
    assert_eq!(empty.garden().state, GardenState::Empty);
    drop(empty);
    let growing = Yard::growing();
    growing.refuses(growing.write(name, bytes), reason);
}

#[test]
fn noise_that_calls_itself_a_sound() {
    refused("song.wav", b"\x07\x99 this is no sound at all \xff\xd8", "it is not an audio file");
}

#[test]
fn an_empty_file() {
    refused("empty.wav", b"", "it is empty");
}

#[test]
fn a_silent_sound() {
    refused("rest.wav", &whole(1, RATE, &[0.0; 4800]), "silent");
}

#[test]
fn one_sample() {
    refused("tick.wav", &whole(1, RATE, &[0.5]), "10 ms is the least");
}

#[test]
fn nothing_but_what_is_no_number() {
    refused("nan.wav", &whole(1, RATE, &[f32::NAN; 4800]), "silent");
}

#[test]
fn no_channels() {
    refused("none.wav", &whole(0, RATE, &[0.1; 64]), "it has 0 channels");
}

#[test]
fn a_video() {
    refused("film.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom rest of it", "it is a video (MP4)");
}

#[test]
fn a_folder() {
    let yard = Yard::growing();
    let path = yard.folder.path().join("Kicks");
    fs::create_dir(&path).expect("a folder");
    yard.refuses(path, "it is a folder");
}

#[test]
fn what_is_not_there() {
    let yard = Yard::growing();
    yard.refuses(yard.folder.path().join("gone.wav"), "no such file");
}

#[test]
fn a_name_that_cannot_be_read() {
    let yard = Yard::growing();
    let name = "音 \u{1f33f}\u{202e}.wav";
    yard.refuses(yard.write(name, b"?"), "it is not an audio file");
}

#[test]
fn ten_hours_are_read_at_the_beginning_only() {
    let yard = Yard::new();
    let tone: Vec<f32> = tones(&[220.0], 1.0).into_iter().step_by(3).collect();
    let samples = 36_000 * 8_000;
    let path = yard.write("radio.wav", &wav(1, 8_000, &tone, 4 * samples));
    // The rest is a hole in the file: it takes no room on the disk.
    let file = File::options().write(true).open(&path).expect("the file");
    file.set_len(44 + 4 * u64::from(samples)).expect("a long file");
    let begin = Instant::now();
    yard.ask(Command::Grow { path });
    yard.wait("a target", |g| g.target.as_ref().is_some_and(|t| !t.note.is_empty()));
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
    yard.grown();
    assert_eq!(yard.notices(), [], "its length is no surprise");
}

#[test]
fn a_few_bad_samples_cost_only_a_warning() {
    let yard = Yard::new();
    let mut sound = tones(&[220.0], 0.6);
    sound[2000..2010].fill(f32::NAN);
    sound[3000] = f32::INFINITY;
    let path = yard.write("glitch.wav", &whole(1, RATE, &sound));
    yard.ask(Command::Grow { path });
    yard.grown();
    let notices = yard.notices();
    let [notice] = &notices[..] else { panic!("{notices:?}") };
    assert_eq!(notice.tone, Tone::Warning);
    assert_eq!(notice.text, "glitch.wav: 11 samples are not numbers and count as silence.");
}

#[test]
fn a_sound_at_192_khz_grows_like_any_other() {
    let yard = Yard::new();
    let sample = |k: usize| (k as f32 * 440.0 * TAU / 192_000.0).sin() * 0.4;
    let sound: Vec<f32> = (0..96_000).map(|k| sample(k) * (-3e-5 * k as f32).exp()).collect();
    yard.ask(Command::Grow { path: yard.write("studio.wav", &whole(1, 192_000, &sound)) });
    let garden = yard.grown();
    assert_eq!(garden.error, None);
    assert!(garden.target.expect("a target").note.starts_with("A4"));
}

/// The news that follow a dropped preset file.
fn loaded(yard: &Yard, path: PathBuf) -> (Option<Box<Preset>>, Vec<Notice>) {
    assert!(yard.gardener.ask(Task::LoadFile(path)));
    assert!(yard.gardener.ask(Task::Scan));
    let (mut preset, mut notices) = (None, Vec::new());
    let begin = Instant::now();
    loop {
        assert!(begin.elapsed() < Duration::from_secs(10), "no list of presets came");
        for news in yard.gardener.news() {
            match news {
                News::Preset(new, _) => preset = Some(new),
                News::Notice(notice) => notices.push(notice),
                News::Rows(_) => return (preset, notices),
                _ => {}
            }
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_preset_that_is_cut_off_is_refused_wherever_it_ends() {
    let yard = Yard::growing();
    let mut preset = Preset::init();
    preset.patch.filter[0].cutoff = 50.0;
    let text = preset.to_json();
    let whole = text.trim_end().len();
    for cut in [0, 1, whole / 3, whole / 2, whole - 1] {
        let path = yard.write("Torn.cultivar", &text.as_bytes()[..cut]);
        let (preset, notices) = loaded(&yard, path);
        assert!(preset.is_none(), "cut at {cut}");
        let [notice] = &notices[..] else { panic!("cut at {cut}: {notices:?}") };
        assert_eq!(notice.tone, Tone::Error);
        assert!(notice.text.contains("Torn.cultivar: "), "{}", notice.text);
    }
    assert_eq!(yard.garden().state, GardenState::Growing, "the garden goes on");
}

#[test]
fn a_preset_of_a_newer_version_is_loaded_with_one_warning() {
    let yard = Yard::new();
    let text = Preset::init().to_json();
    let mut json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    json["version"] = 900.into();
    for k in 0..40 {
        json[format!("granular {k}")] = 0.5.into();
    }
    let path = yard.write("Tomorrow.cultivar", json.to_string().as_bytes());
    let (preset, notices) = loaded(&yard, path);
    assert_eq!(preset.expect("a preset").unknown.len(), 40, "they stay for the next save");
    let [notice] = &notices[..] else { panic!("{notices:?}") };
    assert_eq!(notice.tone, Tone::Warning);
    assert!(notice.text.starts_with("Tomorrow.cultivar: it is of a newer"), "{}", notice.text);
    assert!(notice.text.ends_with("and 40 more like this."), "{}", notice.text);
}

/// Saves a node and waits for what is said of it.
fn saving(yard: &Yard) -> Notice {
    let garden = yard.grown();
    let strand = garden.strands.iter().position(|s| !s.nodes.is_empty()).expect("a strand");
    yard.notices();
    yard.ask(Command::SaveNode { strand, node: 0 });
    let begin = Instant::now();
    loop {
        assert!(begin.elapsed() < Duration::from_secs(10), "nothing was said");
        if let Some(notice) = yard.notices().pop() {
            return notice;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_missing_folder_is_made_and_one_that_cannot_be_is_named() {
    let yard = Yard::growing();
    assert!(!yard.folder.path().join("home").exists());
    assert_eq!(saving(&yard).tone, Tone::Good);
    fs::remove_dir_all(yard.folder.path().join("home")).expect("removed");
    assert_eq!(saving(&yard).tone, Tone::Good, "it went away while the editor was open");
    fs::remove_dir_all(yard.folder.path().join("home")).expect("removed");
    yard.write("home", b"a file is in the way");
    let notice = saving(&yard);
    assert_eq!(notice.tone, Tone::Error);
    assert!(notice.text.contains("home/Presets: part of its path is not a folder"), "{notice:?}");
    assert_eq!(yard.garden().state, GardenState::Growing, "the garden goes on");
}

/// Runs `work` on a thread of its own where `folder` is a disk with these options; not where
/// that is not allowed.
#[cfg(target_os = "linux")]
fn on_disk(options: &std::ffi::CStr, flags: libc::c_ulong, work: impl FnOnce(TempDir) + Send) {
    use std::os::unix::ffi::OsStrExt;
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let folder = tempfile::tempdir().expect("a folder");
            let home = folder.path().join("home");
            fs::create_dir(&home).expect("a folder");
            let home = std::ffi::CString::new(home.as_os_str().as_bytes()).expect("a path");
            // SAFETY: all strings end with a zero; what is mounted is seen by this thread and
            // those it starts, and goes with them.
            let mounted = unsafe {
                let none = c"none".as_ptr();
                let private = libc::MS_REC | libc::MS_PRIVATE;
                let (tmpfs, options) = (c"tmpfs".as_ptr(), options.as_ptr().cast());
                libc::unshare(libc::CLONE_NEWNS) == 0
                    && libc::mount(none, c"/".as_ptr(), none, private, std::ptr::null()) == 0
                    && libc::mount(none, home.as_ptr(), tmpfs, flags, options) == 0
            };
            if mounted {
                work(folder);
            } else {
                eprintln!("skipped: no right to mount a disk here");
            }
        });
        thread.join().expect("the test");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_and_a_read_only_one_are_named_and_nothing_is_left_behind() {
    for (options, flags, reason) in [
        (c"size=4k", 0, "the disk is full"),
        (c"size=64k", libc::MS_RDONLY, "the disk is read-only"),
    ] {
        on_disk(options, flags, |folder| {
            let home = folder.path().join("home");
            let yard = Yard::within(folder);
            yard.drop_sound("tone.wav", &tones(&[220.0], 0.6));
            let notice = saving(&yard);
            assert_eq!(notice.tone, Tone::Error);
            assert!(notice.text.ends_with(reason), "{notice:?}");
            let left = fs::read_dir(home.join("Presets")).into_iter().flatten().count();
            assert_eq!(left, 0, "debris");
            assert_eq!(yard.garden().state, GardenState::Growing, "the garden goes on");
        });
    }
}

#[test]
fn a_file_that_grows_while_it_is_read_does_no_harm() {
    let yard = Yard::new();
    let path = yard.write("live.wav", &wav(1, RATE, &tones(&[220.0], 0.3), 1 << 20));
    let mut file = File::options().append(true).open(&path).expect("the file");
    file.write_all(&[0; 999]).expect("more");
    yard.ask(Command::Grow { path });
    yard.grown();
    let notices = yard.notices();
    assert!(notices.iter().any(|n| n.text.contains("it is cut off")), "{notices:?}");
}
