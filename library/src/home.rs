//! Where the player's files live.

use std::path::{Path, PathBuf};

use directories::{BaseDirs, UserDirs};

/// A folder of this name beside the program or plug-in makes it portable: everything of the
/// player's lives in there.
pub const PORTABLE: &str = "CultivarUserData";

/// The player's folder, whether it exists yet or not: `CULTIVAR_HOME` where it is set, else
/// the portable folder beside `binary` where there is one, else `cultivar` among the user's
/// data (Linux) or `Cultivar` among the documents (Windows, macOS).
pub fn home(binary: Option<&Path>) -> PathBuf {
    let chosen = std::env::var_os("CULTIVAR_HOME").filter(|path| !path.is_empty());
    chosen.map(PathBuf::from).or_else(|| portable(binary?)).unwrap_or_else(usual)
}

/// The portable folder, beside the binary or beside the bundle that holds it.
fn portable(binary: &Path) -> Option<PathBuf> {
    let bundle = |folder: &&Path| {
        let name = folder.to_string_lossy();
        name.ends_with(".vst3") || name.ends_with(".clap") || name.ends_with(".app")
    };
    let beside = [Some(binary), binary.ancestors().skip(1).find(bundle)];
    let folders = beside.into_iter().flatten().filter_map(Path::parent);
    folders.map(|folder| folder.join(PORTABLE)).find(|folder| folder.is_dir())
}

fn usual() -> PathBuf {
    if cfg!(any(target_os = "windows", target_os = "macos")) {
        let dirs = UserDirs::new();
        let documents = dirs.as_ref().and_then(UserDirs::document_dir);
        let home = dirs.as_ref().map(UserDirs::home_dir);
        documents.or(home).unwrap_or(Path::new(".")).join("Cultivar")
    } else {
        let dirs = BaseDirs::new();
        dirs.as_ref().map_or(Path::new("."), BaseDirs::data_dir).join("cultivar")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portable_folder_is_found_beside_binary_and_bundle() {
        let folder = tempfile::tempdir().expect("folder");
        let plain = folder.path().join("cultivar");
        let bundled = folder.path().join("Cultivar.vst3/Contents/x86_64-linux/Cultivar.so");
        assert_eq!(portable(&plain), None);
        assert_eq!(portable(&bundled), None);
        let portable_folder = folder.path().join(PORTABLE);
        std::fs::create_dir(&portable_folder).expect("create");
        assert_eq!(portable(&plain), Some(portable_folder.clone()));
        assert_eq!(portable(&bundled), Some(portable_folder));
    }
}
