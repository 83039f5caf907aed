//! Programs and packages of the machine: running the ones, installing the others by name.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Makes the workspace root the current folder.
pub(crate) fn enter_root() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent")?;
    let root = if root.is_dir() { root.to_owned() } else { std::env::current_dir()? };
    std::env::set_current_dir(&root).with_context(|| format!("cannot enter {}", root.display()))
}

/// The cargo that runs this task.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Where cargo builds.
pub(crate) fn target_dir() -> Result<PathBuf> {
    let metadata = cargo_metadata::MetadataCommand::new().no_deps().exec()?;
    Ok(metadata.target_directory.into())
}

/// Removes a bank of matches that another build of the program has grown.
pub(crate) fn drop_stale(bank: &Path, program: &Path) -> Result<()> {
    let made = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    if made(&bank.join("journal.jsonl")) < made(program) && bank.exists() {
        std::fs::remove_dir_all(bank)?;
    }
    Ok(())
}

/// Runs a command to its end; an unsuccessful one is an error that names it.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let words = words(command);
    let status = command.status().with_context(|| format!("cannot start: {words}"))?;
    if !status.success() {
        bail!("failed ({status}): {words}");
    }
    Ok(())
}

/// The command as typed.
pub(crate) fn words(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|arg| arg.to_string_lossy().into_owned()));
    words.join(" ")
}

/// Whether a program is on the path.
pub(crate) fn has_program(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(name).is_file())
}

/// Installs the Debian packages of the list that are missing. Elsewhere than on Debian, or
/// without the right to install, says what is missing and goes on: the build will tell.
pub(crate) fn need_packages(packages: &[&str]) -> Result<()> {
    if !has_program("dpkg-query") {
        eprintln!("xtask: not Debian; expected here: {}", packages.join(" "));
        return Ok(());
    }
    let missing: Vec<&str> = packages.iter().copied().filter(|name| !installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("xtask: installing {}", missing.join(" "));
    let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n");
    let apt = || {
        let mut apt = Command::new(if root { "apt-get" } else { "sudo" });
        if !root {
            apt.arg("apt-get");
        }
        apt.env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        apt
    };
    run(apt().args(["update", "-q"]))?;
    run(apt().args(["install", "-q", "-y", "--no-install-recommends"]).args(&missing))
}

fn installed(package: &str) -> bool {
    Command::new("dpkg-query")
        .args(["-W", "-f=${Status}", package])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|out| String::from_utf8_lossy(&out.stdout).contains("install ok installed"))
}

/// The folder for what is kept between runs.
pub(crate) fn cache_dir() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_else(|| "/tmp".into()));
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    cache.unwrap_or_else(|| home().join(".cache")).join("cultivar")
}

/// A Python with these packages, in a virtual environment of the user's cache.
pub(crate) fn python(name: &str, packages: &[&str]) -> Result<PathBuf> {
    let venv = cache_dir().join(format!("venv-{name}"));
    let python = venv.join("bin/python");
    let stamp = venv.join("packages.txt");
    let wanted = packages.join("\n");
    if python.is_file() && std::fs::read_to_string(&stamp).is_ok_and(|had| had == wanted) {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    let pip = ["-m", "pip", "install", "-q", "--disable-pip-version-check"];
    run(Command::new(&python).args(pip).args(packages))?;
    std::fs::write(&stamp, wanted)?;
    Ok(python)
}
