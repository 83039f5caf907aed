//! The matcher's figures: a folder of targets grown in several ways, rated by an independent
//! yardstick, in a page made by one command.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{system, transposed};

/// A way to grow: its name on the command line and on the page, and what is asked for, in words.
struct Way {
    word: &'static str,
    title: &'static str,
    options: &'static [&'static str],
    asked: &'static str,
}

/// All of them. The first is the one that every sound is listed for.
const WAYS: [Way; 9] = [
    Way {
        word: "10s",
        title: "10 s",
        options: &["--seconds", "10"],
        asked: "mean ≥ 89, median ≥ 91, MSS ≤ 2.2, every family ≥ 80",
    },
    Way { word: "1s", title: "1 s", options: &["--seconds", "1"], asked: "mean ≥ 80" },
    Way { word: "3s", title: "3 s", options: &["--seconds", "3"], asked: "mean ≥ 86" },
    Way { word: "30s", title: "30 s", options: &["--seconds", "30"], asked: "–" },
    Way {
        word: "knobs",
        title: "parameters only, 20 s",
        options: &["--seconds", "20", "--no-extract"],
        asked: "mean ≥ 70, MSS ≤ 5.0",
    },
    Way {
        word: "no-model",
        title: "parameters only, 20 s, no model",
        options: &["--seconds", "20", "--no-extract", "--no-model"],
        asked: "–",
    },
    Way {
        word: "no-search",
        title: "first ideas alone",
        options: &["--tries", "8", "--no-simplify"],
        asked: "–",
    },
    Way {
        word: "burdened",
        title: "10 s, not made simple",
        options: &["--seconds", "10", "--no-simplify"],
        asked: "–",
    },
    Way {
        word: "random",
        title: "best of 2,000 random patches",
        options: &["--random", "2000"],
        asked: "–",
    },
];

/// The word for patches that are played at other keys than they were grown at.
const TRANSPOSED: &str = "transposed";

/// `cargo xtask score TARGETS YARDSTICK [WAY..]`: grows towards every sound of `TARGETS` on two
/// threads in the ways named, or in all, and lets `YARDSTICK/score_set.py` rate the outcome.
/// Writes `docs/matching.md` of these and of those that were rated before. What was broken off
/// goes on, unless the program was built anew.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let [targets, yardstick, words @ ..] = args else {
        bail!("usage: cargo xtask score TARGETS YARDSTICK [WAY..]");
    };
    let all: Vec<&str> = WAYS.iter().map(|way| way.word).chain([TRANSPOSED]).collect();
    if let Some(word) = words.iter().find(|word| !all.contains(&word.as_str())) {
        bail!("there is no way {word:?} to grow; there are {}", all.join(", "));
    }
    let (targets, yardstick) = (Path::new(targets), Path::new(yardstick));
    let requirements = std::fs::read_to_string(yardstick.join("requirements.txt"))
        .with_context(|| format!("no yardstick in {}", yardstick.display()))?;
    let packages: Vec<&str> =
        requirements.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let python = system::python("yardstick", &packages)?;
    let release = ["build", "--release", "-p", "cultivar-cli"];
    system::run(system::cargo().args(release))?;
    let cultivar = system::target_dir()?.join("release/cultivar");
    let out = system::target_dir()?.join("score");
    std::fs::create_dir_all(&out)?;

    let rate = |targets: &Path, folder: &Path, json: &Path| {
        let mut score = Command::new(&python);
        score.arg(yardstick.join("score_set.py")).arg(targets).arg(folder);
        system::run(score.arg("--json").arg(json))
    };
    let chosen = |word: &str| words.is_empty() || words.iter().any(|chosen| chosen == word);
    for way in WAYS.iter().filter(|way| chosen(way.word)) {
        let folder = out.join(way.word);
        system::drop_stale(&folder, &cultivar)?;
        let mut grow = Command::new(&cultivar);
        grow.args(["match", "--threads", "2", "--json"]).args(way.options);
        let told = grow.arg("--bank").arg(&folder).arg(targets).output()?;
        if !told.status.success() {
            bail!("{}", String::from_utf8_lossy(&told.stderr));
        }
        std::fs::write(out.join(format!("{}.told.json", way.word)), told.stdout)?;
        rate(targets, &folder, &out.join(format!("{}.json", way.word)))?;
    }
    if chosen(TRANSPOSED) {
        for (step, real, played) in transposed::play(&cultivar, &out.join(TRANSPOSED))? {
            rate(&real, &played, &out.join(format!("{TRANSPOSED}{step:+}.json")))?;
        }
    }
    let rated: Vec<(&Way, Rated)> =
        WAYS.iter().filter_map(|way| Some((way, Rated::read(&out, way.word)?))).collect();
    let page = page(&rated, &travelled(&out)?)?;
    std::fs::create_dir_all("docs")?;
    std::fs::write("docs/matching.md", &page)?;
    println!("{page}");
    Ok(())
}

/// Figures of one way to grow.
struct Rated {
    /// Score and MSS of the yardstick by sound, and the matcher's own score.
    sounds: BTreeMap<String, [f64; 3]>,
    families: BTreeMap<String, f64>,
}

impl Rated {
    fn read(out: &Path, word: &str) -> Option<Rated> {
        let told = read(&out.join(format!("{word}.told.json")))?;
        let own: BTreeMap<&str, f64> = (told["sounds"].as_array()?.iter())
            .filter_map(|sound| Some((sound["name"].as_str()?, sound["score"].as_f64()?)))
            .collect();
        let value = read(&out.join(format!("{word}.json")))?;
        let sounds = value["rows"].as_array()?.iter().filter_map(|row| {
            let name = row["file"].as_str()?.trim_end_matches(".wav");
            let number = |key: &str| row[key].as_f64().unwrap_or(0.0);
            let own = own.get(name).copied().unwrap_or(0.0);
            Some((name.to_owned(), [number("score"), number("hayes_mss"), own]))
        });
        let families = value["families"].as_object()?.iter();
        let families = families.filter_map(|(name, mean)| Some((name.clone(), mean.as_f64()?)));
        Some(Rated { sounds: sounds.collect(), families: families.collect() })
    }

    /// All figures of one kind, rising.
    fn sorted(&self, k: usize) -> Vec<f64> {
        let mut figures: Vec<f64> = self.sounds.values().map(|figures| figures[k]).collect();
        figures.sort_by(f64::total_cmp);
        figures
    }

    fn mean(&self, k: usize) -> f64 {
        let figures = self.sorted(k);
        figures.iter().sum::<f64>() / figures.len().max(1) as f64
    }

    fn median(&self, k: usize) -> f64 {
        let figures = self.sorted(k);
        figures.get(figures.len() / 2).copied().unwrap_or(0.0)
    }
}

fn page(rated: &[(&Way, Rated)], travelled: &str) -> Result<String> {
    let Some((first, grown)) = rated.first() else { bail!("nothing is rated yet") };
    let mut page = format!(
        "# How close matches come\n\n\
         Made by `cargo xtask score TARGETS YARDSTICK`: {} sounds, each grown towards on two \
         threads. Scores are the yardstick's: 0 is unrelated, 100 identical. MSS is the \
         multi-scale spectral distance (lower is closer). The matcher never sees the yardstick; \
         its own score is in the last column.\n\n\
         | | mean | median | MSS | least family | asked | own score |\n|---|---|---|---|---|---|---|\n",
        grown.sounds.len()
    );
    for (way, rated) in rated {
        let least = rated.families.iter().min_by(|a, b| a.1.total_cmp(b.1));
        let least = least.map_or_else(String::new, |(name, mean)| format!("{name} {mean:.1}"));
        writeln!(
            page,
            "| {} | {:.1} | {:.1} | {:.2} | {least} | {} | {:.1} |",
            way.title,
            rated.mean(0),
            rated.median(0),
            rated.mean(1),
            way.asked,
            rated.mean(2)
        )?;
    }
    let pairs: Vec<[f64; 2]> = rated
        .iter()
        .flat_map(|(_, rated)| rated.sounds.values().map(|[score, _, own]| [*score, *own]))
        .collect();
    writeln!(
        page,
        "\nOver all of these {} matches the matcher's own score ranks as the yardstick does with a \
         correlation of {:.3} (Spearman).\n\n## By family\n",
        pairs.len(),
        spearman(&pairs)
    )?;
    let titles: Vec<&str> = rated.iter().map(|(way, _)| way.title).collect();
    writeln!(page, "| | {} |\n|---{}|", titles.join(" | "), "|---".repeat(titles.len()))?;
    for family in grown.families.keys() {
        let means = rated.iter().map(|(_, rated)| {
            rated.families.get(family).map_or_else(String::new, |mean| format!("{mean:.1}"))
        });
        writeln!(page, "| {family} | {} |", means.collect::<Vec<_>>().join(" | "))?;
    }
    page += travelled;
    writeln!(
        page,
        "\n## By sound, {}\n\n| sound | score | own | MSS |\n|---|---|---|---|",
        first.title
    )?;
    for (name, [score, mss, own]) in &grown.sounds {
        writeln!(page, "| {name} | {score:.1} | {own:.1} | {mss:.2} |")?;
    }
    Ok(page)
}

/// How far patches travel over the keyboard, where that was rated.
fn travelled(out: &Path) -> Result<String> {
    let mut page = String::new();
    for step in transposed::STEPS {
        let Some(value) = read(&out.join(format!("{TRANSPOSED}{step:+}.json"))) else { continue };
        let figure = |kind: &str, key: &str| value["aggregate"][key][kind].as_f64();
        let number = |figure: Option<f64>| figure.map_or_else(String::new, |x| format!("{x:.1}"));
        let asked = match step.abs() {
            5 => "≥ 78",
            12 => "≥ 70",
            _ => "–",
        };
        writeln!(
            page,
            "| {step:+} | {} | {} | {asked} | {} |",
            number(figure("mean", "score")),
            number(figure("median", "score")),
            number(figure("median", "f0_cents")),
        )?;
    }
    let head = "\n## Over the keyboard\n\nSixteen instruments of a free set of samples \
                (MuseScore General), grown towards at one key in 10 s and played at others, beside \
                the instruments played there.\n\n\
                | semitones | mean | median | asked | cents off |\n|---|---|---|---|---|\n";
    if !page.is_empty() {
        page.insert_str(0, head);
    }
    Ok(page)
}

/// A file of the yardstick. Python writes figures that a sound does not have, such as its pitch,
/// as NaN.
fn read(path: &Path) -> Option<Value> {
    serde_json::from_str(&std::fs::read_to_string(path).ok()?.replace(": NaN", ": null")).ok()
}

/// How alike two figures rank things, −1 to 1.
fn spearman(pairs: &[[f64; 2]]) -> f64 {
    let ranks = |k: usize| {
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        order.sort_by(|a, b| pairs[*a][k].total_cmp(&pairs[*b][k]));
        let mut ranks = vec![0.0; pairs.len()];
        order.iter().enumerate().for_each(|(rank, place)| ranks[*place] = rank as f64);
        ranks
    };
    let middle = (pairs.len() as f64 - 1.0) / 2.0;
    let (a, b) = (ranks(0), ranks(1));
    let product: f64 = a.iter().zip(&b).map(|(a, b)| (a - middle) * (b - middle)).sum();
    let square: f64 = a.iter().map(|a| (a - middle).powi(2)).sum();
    if square > 0.0 { product / square } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_compared_not_values() {
        let rising: Vec<[f64; 2]> = (0..9).map(|k| [f64::from(k), f64::from(k).exp()]).collect();
        let falling: Vec<[f64; 2]> = rising.iter().map(|[a, b]| [*a, -b]).collect();
        assert_eq!((spearman(&rising), spearman(&falling)), (1.0, -1.0));
    }
}
