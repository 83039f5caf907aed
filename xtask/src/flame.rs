//! Where the engine's instructions go: counted one by one, shown by source file and as flames.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::system;

/// Instructions by the way that led to them: `outer;inner;innermost`.
type Folded = BTreeMap<String, u64>;

/// What a load costs.
pub(crate) struct Costs {
    folded: Folded,
    /// Instructions by source file of the engine, or by library.
    files: BTreeMap<String, u64>,
}

/// Counts what happens in `Engine::render` while `command` runs. Calls are counted by
/// callgrind; the functions that were inlined on the way to an instruction come from the debug
/// information of `program`.
pub(crate) fn count(program: &Path, args: &[&str], into: &Path) -> Result<Costs> {
    let mut run = Command::new("valgrind");
    run.args(["-q", "--tool=callgrind", "--toggle-collect=*Engine*render*"]);
    run.args(["--dump-instr=yes", "--compress-pos=no", "--compress-strings=no"]);
    run.arg(format!("--callgrind-out-file={}", into.display())).arg(program).args(args);
    system::run(run.stdout(Stdio::null()))?;
    let (own, others) = read(&std::fs::read_to_string(into)?, program);
    let mut costs = Costs { folded: Folded::new(), files: BTreeMap::new() };
    for (address, frames) in frames(program, own.keys())? {
        let count = own.get(&address).copied().unwrap_or_default();
        let file = frames.last().map_or("standard library", |frame| frame.file.as_str());
        *costs.files.entry(file.to_owned()).or_default() += count;
        let mut names: Vec<&str> = frames.iter().map(|frame| frame.name.as_str()).collect();
        names.dedup();
        *costs.folded.entry(names.join(";")).or_default() += count;
    }
    for (library, count) in others {
        *costs.files.entry(library.clone()).or_default() += count;
        *costs.folded.entry(library).or_default() += count;
    }
    if costs.total() == 0 {
        bail!("no instruction of the engine was counted");
    }
    Ok(costs)
}

impl Costs {
    fn total(&self) -> u64 {
        self.files.values().sum()
    }

    /// Shares of all instructions by source file, most first.
    pub(crate) fn shares(&self) -> Vec<(&str, f64)> {
        let all = self.total() as f64;
        let mut shares: Vec<_> =
            self.files.iter().map(|(file, count)| (file.as_str(), *count as f64 / all)).collect();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1));
        shares
    }

    /// Draws the flames.
    pub(crate) fn draw(&self, title: &str, to: &Path) -> Result<()> {
        let mut options = inferno::flamegraph::Options::default();
        options.title = title.to_owned();
        options.count_name = "instructions".into();
        options.min_width = 0.2;
        options.no_javascript = true;
        let lines: Vec<String> =
            self.folded.iter().map(|(way, count)| format!("{way} {count}")).collect();
        let mut svg = Vec::new();
        let lines = lines.iter().map(String::as_str);
        inferno::flamegraph::from_lines(&mut options, lines, &mut svg)?;
        std::fs::write(to, svg).with_context(|| format!("cannot write {}", to.display()))
    }
}

/// Counts by address within `program`, and by name of the other libraries.
fn read(profile: &str, program: &Path) -> (BTreeMap<u64, u64>, BTreeMap<String, u64>) {
    let (mut own, mut others) = (BTreeMap::new(), BTreeMap::new());
    let (mut object, mut called) = (String::new(), false);
    for line in profile.lines() {
        if let Some(name) = line.strip_prefix("ob=") {
            object = name.to_owned();
        } else if line.starts_with("calls=") {
            // The next line is what the callee cost, which is counted there.
            called = true;
        } else if let Some(rest) = line.strip_prefix("0x") {
            let mut words = rest.split(' ');
            let address = words.next().and_then(|word| u64::from_str_radix(word, 16).ok());
            let count = words.nth(1).and_then(|word| word.parse::<u64>().ok());
            if let (Some(address), Some(count), false) = (address, count, called) {
                if Path::new(&object) == program {
                    *own.entry(address).or_default() += count;
                } else {
                    let name = object.rsplit('/').next().unwrap_or_default();
                    let name = name.split('.').next().unwrap_or_default();
                    *others.entry(name.to_owned()).or_default() += count;
                }
            }
            called = false;
        }
    }
    (own, others)
}

/// A function of the engine on the way to an instruction.
struct Frame {
    /// Its file below `dsp/src`.
    file: String,
    /// File and function.
    name: String,
}

/// The functions of the engine that lead to each address, outermost first.
fn frames<'a>(
    program: &Path,
    addresses: impl Iterator<Item = &'a u64>,
) -> Result<Vec<(u64, Vec<Frame>)>> {
    let mut run = Command::new("addr2line");
    run.args(["-a", "-i", "-f", "-C", "-e"]).arg(program);
    let mut tool = run
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start addr2line, which is part of binutils")?;
    let list: String = addresses.map(|address| format!("{address:#x}\n")).collect();
    let mut input = tool.stdin.take().context("addr2line takes no addresses")?;
    let writer = std::thread::spawn(move || input.write_all(list.as_bytes()));
    let output = tool.wait_with_output()?;
    let _ = writer.join();
    let mut all: Vec<(u64, Vec<Frame>)> = Vec::new();
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(address) = line.strip_prefix("0x") {
            all.push((u64::from_str_radix(address, 16)?, Vec::new()));
        } else if let (Some(place), Some((_, frames))) = (lines.next(), all.last_mut())
            && let Some(frame) = frame(line, place)
        {
            // The innermost comes first.
            frames.insert(0, frame);
        }
    }
    Ok(all)
}

/// A function by its name and `file:line`; none where it is not the engine's.
fn frame(function: &str, place: &str) -> Option<Frame> {
    let (_, path) = place.split_once("/dsp/src/")?;
    let file = path.split(':').next()?.to_owned();
    // What is generic, and of what.
    let plain = function.split('<').find(|part| !part.is_empty()).unwrap_or(function);
    let name = plain.trim_end_matches("::").rsplit("::").next().unwrap_or(plain);
    let name = if name.starts_with('{') { "closure" } else { name };
    let stem = file.trim_end_matches(".rs").trim_end_matches("/mod");
    Some(Frame { name: format!("{stem}::{name}"), file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_without_what_callees_cost() {
        let profile = "ob=/a/cultivar\nfn=render\n0x10 5 100\n0x14 6 20\ncalls=3 0x40\n0x14 6 \
                       9000\n0x10 5 1\nob=/lib/libm.so.6\nfn=tanf\n0x10 1 7\n";
        let (own, others) = read(profile, Path::new("/a/cultivar"));
        assert_eq!(own, BTreeMap::from([(0x10, 101), (0x14, 20)]));
        assert_eq!(others, BTreeMap::from([("libm".to_owned(), 7)]));
    }

    #[test]
    fn frames_are_the_engines_own() {
        let named = |function, place| frame(function, place).map(|frame| frame.name);
        let still = named("run_whole<cultivar_dsp::x86::Avx2>", "/x/dsp/src/filter/still.rs:40");
        assert_eq!(still.as_deref(), Some("filter/still::run_whole"));
        let engine = named("cultivar_dsp::filter::Filter::aim", "/x/dsp/src/filter/mod.rs:9");
        assert_eq!(engine.as_deref(), Some("filter::aim"));
        let closure = named("{closure#0}<f32>", "/x/dsp/src/voice.rs:9 (discriminator 3)");
        assert_eq!(closure.as_deref(), Some("voice::closure"));
        assert_eq!(named("fold<f32>", "/rustc/library/core/src/iter.rs:7"), None);
    }
}
