//! The player's folder: what is kept is found again, and nothing is lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use cultivar_library::{Library, Place, Query, Row, file_name, step};
use cultivar_patch::{Origin, Preset};

fn named(name: &str) -> Preset {
    let mut preset = Preset::init();
    preset.meta.name = name.into();
    preset
}

fn mine(library: &Library) -> Vec<&str> {
    library.search(&Query::parse("is:mine")).iter().map(|row| row.name.as_str()).collect()
}

/// All files under a folder, by their path from it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.expect("entry").path()) {
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

#[test]
fn what_is_saved_is_listed_and_loaded() {
    let home = tempfile::tempdir().expect("home");
    let mut library = Library::open(home.path().join("not yet"));
    assert_eq!((mine(&library).len(), library.trouble().len()), (0, 0));
    let mut wood = named("Wooden bell");
    wood.meta.tags = vec!["bell".into()];
    wood.meta.origin = Some(Origin { operator: "grow".into(), ..Origin::default() });
    let path = library.save(&mut wood).expect("save");
    assert_eq!(path, library.folder().join("Wooden bell.cultivar"));
    library.save(&mut named("a")).expect("save");
    library.save(&mut named("Zither")).expect("save");
    assert_eq!(mine(&library), ["a", "Wooden bell", "Zither"]);
    let again = Library::open(library.home());
    assert_eq!(again.rows(), library.rows());
    let found = again.search(&Query::parse("tag:bell by:grow"));
    assert_eq!(found.len(), 1);
    assert_eq!(again.load(&found[0].place).expect("load").preset, wood);
}

#[test]
fn factory_presets_are_there_too() {
    let home = tempfile::tempdir().expect("home");
    let mut library = Library::open(home.path());
    let init = Place::Factory("Init".into());
    assert!(library.rows().iter().any(|row| row.place == init));
    let mut preset = library.load(&init).expect("init").preset;
    let factory = preset.meta.uuid;
    library.save(&mut preset).expect("save");
    assert_ne!(preset.meta.uuid, factory, "a copy of a factory preset is another preset");
    let error = library.load(&Place::Factory("None".into())).expect_err("none").to_string();
    assert_eq!(error, "None: there is no such factory preset");
}

#[test]
fn no_preset_overwrites_another() {
    let home = tempfile::tempdir().expect("home");
    let mut library = Library::open(home.path());
    let (mut first, mut second) = (named("Bell"), named("Bell"));
    let name = |path: PathBuf| path.file_name().expect("name").to_string_lossy().into_owned();
    assert_eq!(name(library.save(&mut first).expect("save")), "Bell.cultivar");
    assert_eq!(name(library.save(&mut second).expect("save")), "Bell 2.cultivar");
    first.meta.notes = "changed".into();
    assert_eq!(name(library.save(&mut first).expect("save")), "Bell.cultivar");
    assert_eq!(name(library.save(&mut named("bell?")).expect("save")), "bell.cultivar");
    // Under a new name it is a new preset; the old one stays as it was.
    let old = first.meta.uuid;
    first.meta.name = "Gong".into();
    library.save(&mut first).expect("save");
    assert_ne!(first.meta.uuid, old);
    assert_eq!(mine(&library), ["Bell", "Bell", "bell?", "Gong"]);
    // Files that are no presets are nobody's to replace.
    fs::write(library.folder().join("Song.cultivar"), "a song").expect("write");
    assert_eq!(name(library.save(&mut named("Song")).expect("save")), "Song 2.cultivar");
    assert_eq!(fs::read(library.folder().join("Song.cultivar")).expect("read"), b"a song");
}

#[test]
fn hostile_names_stay_in_the_folder() {
    let home = tempfile::tempdir().expect("home");
    let mut library = Library::open(home.path().join("home"));
    let long = "x".repeat(300);
    let names = ["../x", "/abs", r"..\..\x", "CON", "NUL", &long, "dot.", "\u{202e}fdp", "", "é\0"];
    for name in names {
        library.save(&mut named(name)).unwrap_or_else(|e| panic!("{name:?}: {e}"));
    }
    assert_eq!(mine(&library).len(), names.len());
    let all = files(home.path());
    let inside = |path: &PathBuf| path.parent() == Some(library.folder().as_path());
    assert_eq!(all.iter().filter(|path| inside(path)).count(), names.len(), "{all:?}");
    assert_eq!(all.len(), names.len() + 1, "and the lock: {all:?}");
    for row in library.search(&Query::parse("is:mine")) {
        library.load(&row.place).expect("every one can be loaded");
    }
    assert_eq!(file_name("NUL"), "_NUL");
}

#[test]
fn unreadable_files_are_listed_with_their_reason() {
    let home = tempfile::tempdir().expect("home");
    let mut library = Library::open(home.path());
    let path = library.save(&mut named("Good")).expect("save");
    let text = fs::read_to_string(&path).expect("read");
    fs::create_dir(library.folder().join("sub")).expect("sub");
    let write = |name: &str, text: &str| fs::write(library.folder().join(name), text).expect(name);
    write("sub/Cut.cultivar", &text[..text.len() / 2]);
    write("Empty.cultivar", "");
    write("Text.CULTIVAR", "hello");
    write("unrelated.txt", "hello");
    fs::create_dir(library.folder().join("Folder.cultivar")).expect("folder");
    library.scan();
    let rows = library.search(&Query::parse("is:unreadable"));
    let reasons: Vec<_> =
        rows.iter().map(|row| (row.name.as_str(), row.trouble.as_deref().expect("why"))).collect();
    let offset = text.len() / 2 - 1;
    assert_eq!(
        reasons,
        [
            ("Cut", format!("it is damaged at byte {offset}: the file is cut off here").as_str()),
            ("Empty", "it is empty"),
            ("Text", "it is not a Cultivar preset"),
        ]
    );
    fs::write(library.folder().join("Empty.cultivar"), &text).expect("mend");
    library.scan();
    assert_eq!(library.search(&Query::parse("is:unreadable")).len(), 2, "a mended file is seen");
}

#[test]
fn favourites_are_shared_by_all_instances() {
    let home = tempfile::tempdir().expect("home");
    let mut one = Library::open(home.path());
    let (mut a, mut b) = (named("A"), named("B"));
    one.save(&mut a).expect("save");
    one.save(&mut b).expect("save");
    let mut two = Library::open(home.path());
    one.mark(a.meta.uuid, true).expect("mark");
    two.mark(b.meta.uuid, true).expect("mark");
    one.scan();
    let marked = |library: &Library| library.search(&Query::parse("is:favourite")).len();
    assert_eq!((marked(&one), marked(&two)), (2, 2));
    one.mark(b.meta.uuid, false).expect("mark");
    assert_eq!(marked(&one), 1);
    let path = home.path().join("favourites.json");
    fs::write(&path, "{\"favourites\": [").expect("damage");
    one.scan();
    assert!(one.trouble()[0].to_string().contains("it was damaged and is now"));
    assert_eq!(fs::read(home.path().join("favourites.damaged.json")).expect("kept").len(), 16);
    one.scan();
    assert_eq!(one.trouble(), []);
}

#[test]
fn many_writers_lose_nothing() {
    let home = tempfile::tempdir().expect("home");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut library = Library::open(home.path());
                for _ in 0..10 {
                    let mut preset = named("Same");
                    library.save(&mut preset).expect("save");
                    library.mark(preset.meta.uuid, true).expect("mark");
                }
            });
        }
    });
    let library = Library::open(home.path());
    assert_eq!(library.search(&Query::parse("is:mine is:favourite")).len(), 40);
}

#[test]
fn tags_change_and_removed_presets_are_set_aside() {
    let home = tempfile::tempdir().expect("home");
    let mut library = Library::open(home.path());
    let mut preset = named("Bell");
    let path = library.save(&mut preset).expect("save");
    library.edit(&path, |meta| meta.tags.push("metal".into())).expect("edit");
    assert_eq!(library.search(&Query::parse("tag:metal")).len(), 1);
    let aside = library.remove(&path).expect("remove");
    assert!(mine(&library).is_empty());
    assert_eq!(Preset::load(&aside).expect("kept").preset.meta.tags, ["metal"]);
    library.save(&mut named("Bell")).expect("save");
    let again = library.remove(&path).expect("remove");
    assert_ne!(aside, again, "nothing set aside is overwritten");
    let error = library.remove(&path).expect_err("gone").to_string();
    assert!(error.ends_with("there is no such file or folder"), "{error}");
}

#[test]
fn debris_of_crashes_goes_and_work_in_progress_stays() {
    let home = tempfile::tempdir().expect("home");
    let mut library = Library::open(home.path());
    library.save(&mut named("Bell")).expect("save");
    let (old, young) =
        (library.folder().join(".1-0.cultivar.tmp"), library.folder().join(".2-0.cultivar.tmp"));
    for path in [&old, &young] {
        fs::write(path, "half").expect("write");
    }
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    let file = fs::File::options().write(true).open(&old).expect("open");
    file.set_modified(hour_ago).expect("age");
    library.scan();
    assert_eq!((old.exists(), young.exists()), (false, true));
    assert_eq!(mine(&library), ["Bell"]);
}

#[test]
fn a_home_that_cannot_be_is_one_clear_line() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("file");
    fs::write(&file, "x").expect("write");
    let mut library = Library::open(&file);
    assert!(library.rows().iter().any(|row| row.name == "Init"), "the instrument's own stay");
    let error = library.save(&mut named("Bell")).expect_err("no folder").to_string();
    assert!(error.starts_with(&file.join("Presets").display().to_string()), "{error}");
    assert_eq!(error.lines().count(), 1);
    assert!(library.mark(Default::default(), true).is_err());
}

#[cfg(unix)]
#[test]
fn links_in_circles_end() {
    let home = tempfile::tempdir().expect("home");
    let mut library = Library::open(home.path());
    library.save(&mut named("Bell")).expect("save");
    std::os::unix::fs::symlink(library.folder(), library.folder().join("round")).expect("link");
    let other = home.path().join("elsewhere");
    fs::create_dir(&other).expect("folder");
    named("Far").save(&other.join("Far.cultivar")).expect("save");
    std::os::unix::fs::symlink(&other, library.folder().join("far")).expect("link");
    library.scan();
    assert_eq!(mine(&library), ["Bell", "Far"]);
}

#[test]
fn stepping_goes_round_and_leaves_out_what_cannot_be_read() {
    let home = tempfile::tempdir().expect("home");
    let mut library = Library::open(home.path());
    for name in ["A", "B", "D"] {
        library.save(&mut named(name)).expect("save");
    }
    fs::write(library.folder().join("C.cultivar"), "broken").expect("write");
    library.scan();
    let rows: Vec<&Row> = library.search(&Query::parse("is:mine"));
    let go = |from: Option<usize>, by| {
        step(&rows, from.map(|k| &rows[k].place), by).map(|row| row.name.as_str())
    };
    assert_eq!(rows.len(), 4);
    assert_eq!(go(None, 1), Some("A"));
    assert_eq!(go(None, -1), Some("D"));
    assert_eq!(go(Some(0), 1), Some("B"));
    assert_eq!(go(Some(1), 1), Some("D"));
    assert_eq!(go(Some(3), 1), Some("A"));
    assert_eq!(go(Some(0), -1), Some("D"));
    assert_eq!(step(&[], None, 1), None);
}
