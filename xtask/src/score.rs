//! The matcher's figures: a folder of targets grown, rated by an independent yardstick, in a table.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::system;

/// Random patches against which each match must win.
const RANDOM: &str = "2000";

/// `cargo xtask score TARGETS YARDSTICK [SECONDS]`: grows towards every sound of `TARGETS` on
/// two threads and lets `YARDSTICK/score_set.py` rate the outcome and, beside it, the best of
/// random patches. Writes `docs/matching.md`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let [targets, yardstick, rest @ ..] = args else {
        bail!("usage: cargo xtask score TARGETS YARDSTICK [SECONDS]");
    };
    let (targets, yardstick) = (Path::new(targets), Path::new(yardstick));
    let seconds = rest.first().map_or("10", String::as_str);
    let requirements = std::fs::read_to_string(yardstick.join("requirements.txt"))
        .with_context(|| format!("no yardstick in {}", yardstick.display()))?;
    let packages: Vec<&str> =
        requirements.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let python = system::python("yardstick", &packages)?;
    let release = ["build", "--release", "-p", "cultivar-cli"];
    system::run(system::cargo().args(release))?;
    let cultivar = system::target_dir()?.join("release/cultivar");
    let out = system::target_dir()?.join("score");

    let mut rated = Vec::new();
    for (name, extra) in
        [("grown", ["--seconds", seconds].as_slice()), ("random", ["--random", RANDOM].as_slice())]
    {
        let folder = out.join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        let mut grow = Command::new(&cultivar);
        grow.args(["match", "--threads", "2"]).args(extra).arg("-o").arg(&folder).arg(targets);
        system::run(&mut grow)?;
        rated.push(rate(&python, yardstick, targets, &folder, &out.join(format!("{name}.json")))?);
    }
    let page = page(seconds, &rated[0], &rated[1])?;
    std::fs::create_dir_all("docs")?;
    std::fs::write("docs/matching.md", &page)?;
    println!("{page}");
    Ok(())
}

/// One sound's figures.
struct Rated {
    file: String,
    score: f64,
    mss: f64,
}

fn rate(
    python: &Path,
    yardstick: &Path,
    targets: &Path,
    folder: &Path,
    json: &PathBuf,
) -> Result<Vec<Rated>> {
    let script = yardstick.join("score_set.py");
    let mut score = Command::new(python);
    score.arg(script).arg(targets).arg(folder).arg("--json").arg(json);
    system::run(&mut score)?;
    let text = std::fs::read_to_string(json)?;
    // Python writes figures that a sound does not have, such as its pitch, as NaN.
    let value: serde_json::Value = serde_json::from_str(&text.replace(": NaN", ": null"))
        .with_context(|| format!("cannot read {}", json.display()))?;
    let rows = value["rows"].as_array().context("the yardstick gave no rows")?;
    let number = |row: &serde_json::Value, key: &str| row[key].as_f64().unwrap_or(0.0);
    Ok(rows
        .iter()
        .map(|row| Rated {
            file: row["file"].as_str().unwrap_or_default().to_owned(),
            score: number(row, "score"),
            mss: number(row, "hayes_mss"),
        })
        .collect())
}

fn page(seconds: &str, grown: &[Rated], random: &[Rated]) -> Result<String> {
    let won = grown.iter().zip(random).filter(|(g, r)| g.score > r.score).count();
    let mut page = format!(
        "# How close matches come\n\n\
         Made by `cargo xtask score TARGETS YARDSTICK {seconds}`: {} sounds, {seconds} s of growth \
         each on two threads, beside the best of {RANDOM} random patches. Scores are the \
         yardstick's: 0 is unrelated, 100 identical. MSS is the multi-scale spectral distance \
         (lower is closer).\n\n\
         | | mean | median | mean MSS |\n|---|---|---|---|\n",
        grown.len()
    );
    for (name, rows) in [("grown", grown), ("best of random patches", random)] {
        let (mean, median) = (mean(rows, |r| r.score), median(rows));
        writeln!(page, "| {name} | {mean:.1} | {median:.1} | {:.2} |", mean_mss(rows))?;
    }
    writeln!(page, "\nGrown beats random on {won} of {} sounds.\n", grown.len())?;
    page += "| sound | grown | random | MSS grown |\n|---|---|---|---|\n";
    for (grown, random) in grown.iter().zip(random) {
        let name = grown.file.trim_end_matches(".wav");
        writeln!(page, "| {name} | {:.1} | {:.1} | {:.2} |", grown.score, random.score, grown.mss)?;
    }
    Ok(page)
}

fn mean(rows: &[Rated], of: impl Fn(&Rated) -> f64) -> f64 {
    rows.iter().map(of).sum::<f64>() / rows.len().max(1) as f64
}

fn mean_mss(rows: &[Rated]) -> f64 {
    mean(rows, |row| row.mss)
}

fn median(rows: &[Rated]) -> f64 {
    let mut scores: Vec<f64> = rows.iter().map(|row| row.score).collect();
    scores.sort_by(f64::total_cmp);
    scores.get(scores.len() / 2).copied().unwrap_or(0.0)
}
