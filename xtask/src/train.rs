//! The model made anew: data, training, export, judgement and card, in one go.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::system;
use crate::test::BUILD_PACKAGES;

/// Where the training lives.
const TRAIN: &str = "models/train";
/// Where its outcome goes.
const ONNX: &str = "models/onnx";
/// What the layout of a genome is written to.
const SCHEMA: &str = "models/schema.json";

/// How much to learn.
struct Size {
    config: &'static str,
    pairs: &'static str,
    /// Fresh pairs on which the outcome is judged.
    judged: &'static str,
}

const SMALL: Size = Size { config: "small", pairs: "60000", judged: "100" };
const LARGE: Size = Size { config: "large", pairs: "1000000", judged: "1000" };

/// `cargo xtask schema`: writes down what a genome is.
pub(crate) fn schema() -> Result<()> {
    let mut print = system::cargo();
    print.args(["run", "-q", "-p", "cultivar-models", "--example", "schema"]);
    let out = print.output().context("cannot start cargo")?;
    if !out.status.success() || out.stdout.is_empty() {
        bail!("no schema: {}", String::from_utf8_lossy(&out.stderr));
    }
    if std::fs::read(SCHEMA).is_ok_and(|known| known == out.stdout) {
        println!("{SCHEMA} is as it was");
    } else {
        std::fs::write(SCHEMA, &out.stdout)?;
        println!("{SCHEMA} is new: the model has to be trained anew");
    }
    Ok(())
}

/// `cargo xtask train --small|--large [SEED]`: schema, pairs, training, ONNX files, card.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let (size, seed) = match args {
        [size] => (size, "0"),
        [size, seed] if seed.parse::<u64>().is_ok() => (size, seed.as_str()),
        _ => bail!("usage: cargo xtask train --small|--large [SEED]"),
    };
    let size = match size.as_str() {
        "--small" => SMALL,
        "--large" => LARGE,
        other => bail!("{other} is not --small or --large"),
    };
    system::need_packages(BUILD_PACKAGES)?;
    system::need_packages(&["python3", "python3-venv"])?;
    let begun = Instant::now();
    let stage = |name: &str| println!("── {name} ({:.0} s so far)", begun.elapsed().as_secs_f32());
    stage("schema");
    schema()?;
    stage("Python");
    let python = python()?;
    stage("pairs");
    system::run(system::cargo().args(["build", "-p", "cultivar-cli"]))?;
    let target = system::target_dir()?;
    let pairs = target.join(format!("train/pairs-{}-{seed}", size.pairs));
    forget_old(&pairs)?;
    let mut dataset = Command::new(target.join("debug/cultivar"));
    dataset.args(["dataset", "--n", size.pairs, "--seed", seed, "-o"]).arg(&pairs);
    system::run(&mut dataset)?;
    stage("training");
    let out = target.join(format!("train/run-{}-{seed}", size.config));
    let script = |name: &str| Path::new(TRAIN).join(name);
    let mut train = Command::new(&python);
    train.arg(script("train.py")).arg(&pairs).args(["--config", size.config, "--seed", seed]);
    system::run(train.arg("-o").arg(&out))?;
    stage("export");
    let model = out.join("model.pt");
    system::run(Command::new(&python).arg(script("export.py")).arg(&model).args(["-o", ONNX]))?;
    stage("judgement");
    let judgement = judged(size.judged)?;
    let mut evaluate = Command::new(&python);
    evaluate.arg(script("evaluate.py")).arg(&model).arg(&pairs).args(["-o", ONNX, "--judged"]);
    system::run(evaluate.arg(&judgement))?;
    println!(
        "── done in {:.0} s; try `cargo test -p cultivar-models`",
        begun.elapsed().as_secs_f32()
    );
    Ok(())
}

fn python() -> Result<PathBuf> {
    let requirements = std::fs::read_to_string(format!("{TRAIN}/requirements.txt"))?;
    let packages: Vec<&str> =
        requirements.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    system::python("train", &packages)
}

/// Pairs of another schema or engine are of no use.
fn forget_old(pairs: &Path) -> Result<()> {
    let read = |path: &Path| -> Option<serde_json::Value> {
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    };
    let manifest = read(&pairs.join("manifest.json"));
    let schema = read(Path::new(SCHEMA)).context("no schema")?;
    if manifest.is_some_and(|manifest| manifest["schema"] != schema["hash"]) {
        std::fs::remove_dir_all(pairs)?;
    }
    Ok(())
}

/// Judges the model's proposals for fresh pairs; where the judgement is written.
fn judged(count: &str) -> Result<PathBuf> {
    let mut judge = system::cargo();
    judge.args(["run", "-q", "-p", "cultivar-models", "--example", "judge", "--"]);
    let out = judge.args([&format!("{ONNX}/proposer.json"), count]).output()?;
    if !out.status.success() {
        bail!("the model was not judged: {}", String::from_utf8_lossy(&out.stderr));
    }
    let path = system::target_dir()?.join("train/judged.json");
    std::fs::write(&path, &out.stdout)?;
    println!("{}", String::from_utf8_lossy(&out.stdout).trim_end());
    Ok(path)
}
