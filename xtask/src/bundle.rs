//! The plug-in as hosts want it: bundled, and installed for the user.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::system;

/// How the plug-in is built.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Build {
    /// For players.
    Release,
    /// For tests: quick to build.
    Debug,
}

impl Build {
    pub(crate) fn from_args(args: &[String]) -> Self {
        if args.iter().any(|arg| arg == "--debug") { Build::Debug } else { Build::Release }
    }
}

/// Builds both bundles; returns the folder that holds `Cultivar.clap` and `Cultivar.vst3`.
pub(crate) fn bundle(build: Build) -> Result<PathBuf> {
    let mut args = vec!["bundle".to_owned(), "cultivar-plugin".to_owned()];
    if build == Build::Release {
        args.push("--release".to_owned());
    }
    nice_plug_xtask::main_with_args("cargo xtask", args)?;
    Ok(system::target_dir()?.join("bundled"))
}

/// Bundles and copies into the user's plug-in folders.
pub(crate) fn install() -> Result<()> {
    let bundled = bundle(Build::Release)?;
    for (name, folder) in folders()? {
        let (from, to) = (bundled.join(name), folder.join(name));
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        replace(&from, &to).with_context(|| format!("cannot install {}", to.display()))?;
        println!("installed {}", to.display());
    }
    Ok(())
}

/// The user's own plug-in folders, by the conventions of each system.
fn folders() -> Result<[(&'static str, PathBuf); 2]> {
    let var = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let home = || var("HOME").context("no HOME: whose plug-in folders?");
    let (clap, vst3) = if cfg!(windows) {
        let common = var("LOCALAPPDATA").context("no LOCALAPPDATA")?.join("Programs/Common");
        (common.join("CLAP"), common.join("VST3"))
    } else if cfg!(target_os = "macos") {
        let plugins = home()?.join("Library/Audio/Plug-Ins");
        (plugins.join("CLAP"), plugins.join("VST3"))
    } else {
        (home()?.join(".clap"), home()?.join(".vst3"))
    };
    Ok([("Cultivar.clap", clap), ("Cultivar.vst3", vst3)])
}

/// Puts a copy of `from` in the place of `to`: the old one goes only when the new one is whole.
fn replace(from: &Path, to: &Path) -> Result<()> {
    if !from.exists() {
        bail!("{} was not built", from.display());
    }
    let fresh = to.with_extension("new");
    remove(&fresh)?;
    copy(from, &fresh)?;
    remove(to)?;
    std::fs::rename(&fresh, to)?;
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    if path.is_dir() {
        std::fs::remove_dir_all(path)?;
    } else if path.exists() {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        std::fs::create_dir_all(to)?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else {
        std::fs::copy(from, to)?;
    }
    Ok(())
}
