//! The engine's figures beside a peer and beside the machine's limit, in a page made by one command.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::{flame, system};

/// What the peer and its meters need.
const PACKAGES: &[&str] = &["vita==0.1.0", "numpy<3", "soundfile==0.13.1"];
const DEBIAN: &[&str] = &["gcc", "libc6-dev", "python3", "python3-venv", "valgrind"];
/// Speeds that are asked for, as multiples of the peer's.
const RATIOS: [(&str, f64); 4] = [
    ("v1_1osc_filter", 10.0),
    ("v1_2osc8uni_2filters", 3.0),
    ("v1_2osc8uni_2filters_fx", 3.0),
    ("v1_3osc16uni_filter", 6.0),
];
/// Loads that both play at the same oversampling: its factor, ours and the peer's, which
/// oversamples twice where nothing is said.
const EQUAL: [(usize, &str, &str); 5] = [
    (1, "v1_1osc_filter", "v1_1osc_filter_os1"),
    (2, "v1_1osc_filter_os2", "v1_1osc_filter"),
    (4, "v1_1osc_filter_os4", "v1_1osc_filter_os4"),
    (1, "match_setparams_1s", "match_setparams_1s_os1"),
    (2, "match_setparams_1s_os2", "match_setparams_1s"),
];
/// Chords, which the peer's wheel does not play: asked for as multiples of what was measured of
/// it elsewhere, in seconds of sound per second.
const CHORDS: [(&str, f64, f64); 2] =
    [("v16_1osc_filter", 7.6, 10.0), ("v16_2osc8uni_2filters_fx", 2.9, 8.0)];
/// What the peer did there under a load that it plays here too.
const THERE: (&str, f64) = ("v1_1osc_filter", 47.7);
/// Candidates per second and core that are asked for there, and the peer's load beside it.
const CANDIDATES: [(&str, &str, f64); 2] = [
    ("match_loadpatch_1s", "match_loadjson_1s", 700.0),
    ("match_setparams_1s", "match_setparams_1s", 1000.0),
];
/// Loads of ours, and the limit of the machine for as many voices that do the same.
const LIMITS: [(&str, &str); 2] = [
    ("v16_1osc", "avx2_loads_cubic_osc_only_16v"),
    ("v16_1osc_filter", "avx2_loads_cubic_svf_16v"),
];
/// Tones whose purity is asked for: wave, keys, limits in decibels.
const TONES: [(&str, &[u32], &[f64]); 3] = [
    ("saw", &[36, 84, 96, 108], &[-100.0, -100.0, -100.0, -100.0]),
    ("sync", &[60, 84, 96], &[-45.0, -45.0, -48.0]),
    ("drive", &[60, 84, 96], &[-70.0, -65.0, -60.0]),
];

/// `cargo xtask performance BENCH [ROUNDS]`: runs the side-by-side bench of the folder `BENCH`
/// (`bench.py`, `alias.py`, `envelope.py`, `roofline.c`, `peer_vita.py`, `tones_vita.py`) and
/// writes `docs/performance.md`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let [bench, rest @ ..] = args else {
        bail!("usage: cargo xtask performance BENCH [ROUNDS]");
    };
    let rounds = rest.first().map_or("3", String::as_str);
    let bench = std::fs::canonicalize(bench).with_context(|| format!("no folder {bench}"))?;
    system::need_packages(DEBIAN)?;
    let stand = Stand::set_up(bench)?;
    let speeds = stand.speeds(rounds)?;
    let (ours, peers) = stand.tones()?;
    let mut page = String::from("# How fast and how clean the engine is\n\n");
    stand.head(&mut page, rounds)?;
    speed(&mut page, &speeds)?;
    purity(&mut page, &ours, &peers)?;
    stand.envelope(&mut page)?;
    stand.costs(&mut page)?;
    std::fs::write("docs/performance.md", &page)?;
    println!("{page}");
    Ok(())
}

/// Everything that is measured with.
struct Stand {
    bench: PathBuf,
    python: PathBuf,
    cultivar: PathBuf,
    tones: PathBuf,
    /// Where the outcome goes.
    out: PathBuf,
}

/// Seconds of sound per second of the processor, by engine and load.
type Speeds = BTreeMap<(String, String), f64>;

impl Stand {
    fn set_up(bench: PathBuf) -> Result<Self> {
        let python = system::python("performance", PACKAGES)?;
        let build = ["build", "--profile", "bench", "-p", "cultivar-cli", "--bin", "cultivar"];
        system::run(system::cargo().args(build))?;
        let build = ["build", "--profile", "bench", "-p", "cultivar-dsp", "--example", "tones"];
        system::run(system::cargo().args(build))?;
        let target = system::target_dir()?;
        let out = target.join("performance");
        std::fs::create_dir_all(&out)?;
        let cc = ["-O3", "-march=native", "-ffast-math", "-o"];
        let mut limit = Command::new("cc");
        limit.args(cc).arg(out.join("roofline")).arg(bench.join("roofline.c"));
        system::run(limit.args(["-lm", "-lpthread"]))?;
        Ok(Stand {
            bench,
            python,
            cultivar: target.join("release/cultivar"),
            tones: target.join("release/examples/tones"),
            out,
        })
    }

    /// Rounds of all engines and loads by turns, so that what disturbs hits everybody.
    fn speeds(&self, rounds: &str) -> Result<Speeds> {
        let limits: Vec<&str> = LIMITS.iter().map(|(_, limit)| *limit).collect();
        let named = Command::new(&self.cultivar).args(["bench", "--list"]).output()?;
        let named = String::from_utf8_lossy(&named.stdout);
        let faster = EQUAL.iter().filter(|(factor, ..)| *factor > 1).map(|(_, ours, _)| *ours);
        let loads: Vec<&str> = named.lines().chain(faster).collect();
        let peers = json!({"engines": [
            {"name": "roofline", "cmd": [self.out.join("roofline")], "loads": limits, "seconds": 1},
            {"name": "vital", "cmd": [self.python, self.bench.join("peer_vita.py")],
             "env": {"OPENBLAS_NUM_THREADS": "1"}},
            {"name": "cultivar", "cmd": [self.cultivar, "bench"], "loads": loads},
        ]});
        let (list, json) = (self.out.join("peers.json"), self.out.join("speeds.json"));
        std::fs::write(&list, peers.to_string())?;
        let mut run = Command::new(&self.python);
        run.arg(self.bench.join("bench.py")).arg("--peers").arg(&list);
        system::run(run.args(["--rounds", rounds, "--seconds", "3"]).arg("--out").arg(&json))?;
        let read: Value = serde_json::from_str(&std::fs::read_to_string(&json)?)?;
        let results = read["results"].as_object().context("the bench gave no results")?;
        let mut speeds = Speeds::new();
        for result in results.values() {
            let runs = result["runs"].as_array().map_or(&[][..], Vec::as_slice);
            let mut figures: Vec<f64> =
                runs.iter().filter_map(|run| run["x_cpu"].as_f64()).collect();
            figures.sort_by(f64::total_cmp);
            let word = |key: &str| result[key].as_str().unwrap_or_default().to_owned();
            if let Some(median) = figures.get(figures.len() / 2) {
                speeds.insert((word("engine"), word("load")), *median);
            }
        }
        Ok(speeds)
    }

    /// Aliases of our tones and of the peer's, in decibels below the harmonics, by file.
    fn tones(&self) -> Result<(BTreeMap<String, f64>, BTreeMap<String, f64>)> {
        let folder = self.out.join("tones");
        system::run(Command::new(&self.tones).arg(&folder))?;
        let mut peer = Command::new(&self.python);
        system::run(peer.arg(self.bench.join("tones_vita.py")).arg(&folder))?;
        let measure = |prefix: &str| -> Result<BTreeMap<String, f64>> {
            let mut all = BTreeMap::new();
            for entry in std::fs::read_dir(&folder)?.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if let Some(tone) = name.strip_prefix(prefix).and_then(|n| n.strip_suffix(".wav")) {
                    let guard = match tone.split('_').next() {
                        Some("amlfo") => Some("250"),
                        Some("cutlfo") => Some("60"),
                        _ => None,
                    };
                    let line = self.metered("alias.py", &entry.path(), guard)?;
                    let figure = if guard.is_some() { "spur_dbc" } else { "alias_db" };
                    all.insert(tone.to_owned(), line[figure].as_f64().unwrap_or(f64::NAN));
                }
            }
            Ok(all)
        };
        Ok((measure("cultivar_")?, measure("vita_")?))
    }

    /// What a meter prints of a file.
    fn metered(&self, meter: &str, file: &Path, guard: Option<&str>) -> Result<Value> {
        let mut run = Command::new(&self.python);
        run.arg(self.bench.join(meter)).arg(file);
        if let Some(guard) = guard {
            run.args(["--guard-hz", guard]);
        }
        let out = run.output().with_context(|| format!("cannot start {meter}"))?;
        let text = String::from_utf8_lossy(&out.stdout);
        let line = text.lines().find(|line| line.starts_with('{'));
        let line = line.with_context(|| format!("{meter} says nothing of {}", file.display()))?;
        Ok(serde_json::from_str(line)?)
    }

    fn head(&self, page: &mut String, rounds: &str) -> Result<()> {
        let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model =
            cpu.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
        writeln!(
            page,
            "Made by `cargo xtask performance BENCH {rounds}` on {}: 48 kHz, blocks of 64, one \
             thread, processor time, medians of {rounds} interleaved rounds. Vital is the `vita` \
             0.1.0 wheel at its default of twice oversampling; Cultivar runs at the host's rate \
             and oversamples what bends. Speeds are seconds of sound per second.\n",
            model.unwrap_or("an unknown processor")
        )?;
        Ok(())
    }

    /// When the stages of an envelope happen.
    fn envelope(&self, page: &mut String) -> Result<()> {
        let tone = self.out.join("tones/cultivar_env_os1_m84.wav");
        let line = self.metered("envelope.py", &tone, None)?;
        let figure = |key: &str| line[key].as_f64().unwrap_or(f64::NAN);
        *page += "## Envelope\n\nA sine with attack 100 ms, decay 200 ms to one half, release 100 ms.\n\n";
        *page += "| peak after ms | sustain / peak | release to −60 dB after ms |\n|---|---|---|\n";
        writeln!(
            page,
            "| {} | {} | {} |\n",
            figure("peak_ms"),
            figure("sustain_over_peak"),
            figure("release_m60_ms")
        )?;
        Ok(())
    }

    /// Where the instructions go, counted by callgrind on the eight-lane build of the voice.
    fn costs(&self, page: &mut String) -> Result<()> {
        *page += "## Where the instructions go\n\nShares of `Engine::render` by source file, counted \
                  by callgrind (which knows the eight-lane instructions; sixteen lanes need \
                  fewer). The flames show what was inlined into what.\n";
        for load in ["v16_1osc_filter", "v16_2osc8uni_2filters_fx", "match_setparams_1s"] {
            let args = ["bench", "--load", load, "--seconds", "0.2"];
            let into = self.out.join(format!("{load}.callgrind"));
            let costs = flame::count(&self.cultivar, &args, &into)?;
            let picture = format!("pictures/flames-{load}.svg");
            costs.draw(load, &Path::new("docs").join(&picture))?;
            let named = costs.shares().into_iter().filter(|(_, share)| *share >= 0.02);
            let named: Vec<String> =
                named.map(|(file, share)| format!("`{file}` {:.0} %", 100.0 * share)).collect();
            writeln!(page, "\n[`{load}`]({picture}): {}", named.join(" · "))?;
        }
        Ok(())
    }
}

/// A figure beside what is asked.
fn verdict(reached: bool) -> &'static str {
    if reached { "yes" } else { "**no**" }
}

fn speed(page: &mut String, speeds: &Speeds) -> Result<()> {
    let of = |engine: &str, load: &str| {
        speeds.get(&(engine.to_owned(), load.to_owned())).copied().unwrap_or(f64::NAN)
    };
    *page += "## Speed\n\n| load | Cultivar | Vital | ratio | asked | reached |\n|---|---|---|---|---|---|\n";
    for (load, asked) in RATIOS {
        let (ours, theirs) = (of("cultivar", load), of("vital", load));
        let ratio = ours / theirs;
        let reached = verdict(ratio >= asked);
        writeln!(
            page,
            "| `{load}` | {ours:.0} | {theirs:.1} | {ratio:.1} | {asked:.0} | {reached} |"
        )?;
    }
    // How fast this machine is, measured by the peer.
    let pace = of("vital", THERE.0) / THERE.1;
    for (load, theirs, asked) in CHORDS {
        let ours = of("cultivar", load);
        let ratio = ours / theirs;
        let reached = verdict(ratio >= asked);
        let paced = ratio / pace;
        writeln!(
            page,
            "| `{load}` | {ours:.0} | {theirs} ¹ | {ratio:.1} ({paced:.1}) | {asked:.0} | {reached} |"
        )?;
    }
    writeln!(
        page,
        "\n¹ The wheel plays no chords: measured on another machine, where it did {} under `{}`. \
         In brackets the ratio at the pace of this one, which is {pace:.2} times that.\n",
        THERE.1, THERE.0
    )?;
    *page += "| candidates per second and core | Cultivar | Vital | asked ² | reached |\n|---|---|---|---|---|\n";
    for (load, beside, asked) in CANDIDATES {
        let (ours, theirs) = (of("cultivar", load), of("vital", beside));
        let (reached, paced) = (verdict(ours >= asked), ours / pace);
        writeln!(
            page,
            "| `{load}` | {ours:.0} ({paced:.0}) | {theirs:.1} | {asked:.0} | {reached} |"
        )?;
    }
    *page += "\n² Asked of that other machine; in brackets what would be done there.\n\n";
    *page += "| equal oversampling | Cultivar | Vital | ratio |\n|---|---|---|---|\n";
    for (factor, load, peer) in EQUAL {
        let (ours, theirs) = (of("cultivar", load), of("vital", peer));
        let ratio = ours / theirs;
        writeln!(page, "| `{load}`, {factor}× | {ours:.0} | {theirs:.1} | {ratio:.1} |")?;
    }
    *page += "\n## Distance to the machine's limit\n\nVoices by tight loops that do nothing but read \
              a table and filter, mono, sixteen of them in lanes.\n\n\
              | load | Cultivar | limit | times slower | asked |\n|---|---|---|---|---|\n";
    for (load, limit) in LIMITS {
        let (ours, limit) = (of("cultivar", load), of("roofline", limit) / 16.0);
        writeln!(page, "| `{load}` | {ours:.0} | {limit:.0} | {:.1} | 8 |", limit / ours)?;
    }
    *page += "\n### All loads\n\n| load | Cultivar | Vital |\n|---|---|---|\n";
    for ((_, load), ours) in speeds.iter().filter(|((engine, _), _)| engine == "cultivar") {
        let theirs = speeds.get(&("vital".to_owned(), load.clone()));
        let theirs = theirs.map_or_else(|| "–".to_owned(), |x| format!("{x:.1}"));
        writeln!(page, "| `{load}` | {ours:.0} | {theirs} |")?;
    }
    page.push('\n');
    Ok(())
}

fn purity(
    page: &mut String,
    ours: &BTreeMap<String, f64>,
    peers: &BTreeMap<String, f64>,
) -> Result<()> {
    *page += "## Purity\n\nWhat lies between the harmonics up to 20 kHz against them, in decibels.\n\n\
              | tone | key | Cultivar | Vital | asked | reached |\n|---|---|---|---|---|---|\n";
    for (wave, keys, limits) in TONES {
        for (key, limit) in keys.iter().zip(limits) {
            let own = ours.get(&format!("{wave}_os1_m{key}")).copied().unwrap_or(f64::NAN);
            let peer = peers.get(&format!("{wave}_os2_m{key}")).copied().unwrap_or(f64::NAN);
            let reached = verdict(own <= *limit);
            writeln!(page, "| {wave} | {key} | {own:.1} | {peer:.1} | {limit:.0} | {reached} |")?;
        }
    }
    for (tone, what) in [("amlfo_os1_m84", "level"), ("cutlfo_os1_m57", "cutoff")] {
        let own = ours.get(tone).copied().unwrap_or(f64::NAN);
        let peer = peers.get(&tone.replace("os1", "os2")).copied().unwrap_or(f64::NAN);
        let reached = verdict(own <= -100.0);
        writeln!(
            page,
            "| LFO on {what}, loudest line, dBc | | {own:.1} | {peer:.1} | -100 | {reached} |"
        )?;
    }
    let asked: Vec<&str> = TONES.iter().map(|(wave, ..)| *wave).collect();
    *page += "\n| other tones | key | Cultivar |\n|---|---|---|\n";
    for (tone, figure) in ours {
        let mut parts = tone.split("_os1_m");
        let (wave, key) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        if !asked.contains(&wave) && !["env", "amlfo", "cutlfo"].contains(&wave) {
            writeln!(page, "| {wave} | {key} | {figure:.1} |")?;
        }
    }
    page.push('\n');
    Ok(())
}
