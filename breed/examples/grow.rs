//! Grows patches towards WAV files and writes the best of each beside its scores:
//! `cargo run --profile bench -p cultivar-breed --example grow -- OUT [--tries N] [--seconds S]
//! [--threads N] [--seed N] [--no-extract] FILE..`

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use cultivar_breed::{Growth, Judge, NEVER, Settings, Target, Trial, perform, proposers};

struct Options {
    out: String,
    tries: u64,
    seconds: f32,
    threads: usize,
    seed: u64,
    extract: bool,
    files: Vec<String>,
}

fn options() -> Result<Options, Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let mut options = Options {
        out: args.next().ok_or("no folder to write to")?,
        tries: u64::MAX,
        seconds: f32::INFINITY,
        threads: 2,
        seed: 0,
        extract: true,
        files: Vec::new(),
    };
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or("a value is missing");
        match arg.as_str() {
            "--tries" => options.tries = value()?.parse()?,
            "--seconds" => options.seconds = value()?.parse()?,
            "--threads" => options.threads = value()?.parse()?,
            "--seed" => options.seed = value()?.parse()?,
            "--no-extract" => options.extract = false,
            _ => options.files.push(arg),
        }
    }
    Ok(options)
}

fn load(path: &str) -> Result<(Vec<f32>, u32), hound::Error> {
    let mut wav = hound::WavReader::open(path)?;
    let spec = wav.spec();
    let samples: Vec<f32> = match spec.sample_format {
        hound::SampleFormat::Float => wav.samples::<f32>().collect::<Result<_, _>>()?,
        hound::SampleFormat::Int => {
            let scale = 0.5f32.powi(i32::from(spec.bits_per_sample) - 1);
            wav.samples::<i32>().map(|s| s.map(|s| s as f32 * scale)).collect::<Result<_, _>>()?
        }
    };
    let channels = usize::from(spec.channels.max(1));
    let mono = |frame: &[f32]| frame.iter().sum::<f32>() / frame.len() as f32;
    Ok((samples.chunks(channels).map(mono).collect(), spec.sample_rate))
}

fn save(path: &Path, sides: &[Vec<f32>; 2], rate: u32) -> Result<(), hound::Error> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: rate,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut wav = hound::WavWriter::create(path, spec)?;
    for (left, right) in sides[0].iter().zip(&sides[1]) {
        wav.write_sample(0.5 * (left + right))?;
    }
    wav.finalize()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = options()?;
    std::fs::create_dir_all(&options.out)?;
    for file in &options.files {
        let (samples, rate) = load(file)?;
        let name = Path::new(file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let began = Instant::now();
        let target = Arc::new(Target::listen(&samples, rate as f32)?);
        let out = Path::new(&options.out).join(format!("{name}.wav"));
        let best = grow(&target, &name, &options);
        let frames = ((target.onset + target.duration) * rate as f32).round() as usize;
        save(&out, &perform(&best, &target, rate as f32, frames), rate)?;
        println!("{name} took {:.2} s", began.elapsed().as_secs_f32());
    }
    Ok(())
}

/// Judges a batch on several threads.
fn judge(trials: &[Trial], target: &Target, judges: &mut [Judge]) -> Vec<cultivar_breed::Verdict> {
    let part = trials.len().div_ceil(judges.len()).max(1);
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        for (trials, judge) in trials.chunks(part).zip(judges) {
            running.push(scope.spawn(move || {
                let judged = trials.iter().filter_map(|t| t.judge(target, judge, NEVER));
                judged.collect::<Vec<_>>()
            }));
        }
        running.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    })
}

fn grow(target: &Arc<Target>, name: &str, options: &Options) -> cultivar_patch::Preset {
    let settings = Settings { seed: options.seed, name: name.into(), ..Settings::default() };
    let began = Instant::now();
    let elapsed = || began.elapsed().as_secs_f32();
    let mut growth = Growth::new(target.clone(), settings, proposers(options.extract, Vec::new()));
    let mut judges: Vec<Judge> = (0..options.threads).map(|_| Judge::new(target)).collect();
    let (mut first, mut longest, mut asking) = (0.0, 0.0f32, 0.0);
    let mut milestones = String::new();
    while growth.tries() < options.tries && elapsed() < options.seconds {
        let start = elapsed();
        let trials = growth.ask(NEVER);
        if trials.is_empty() {
            break;
        }
        asking += elapsed() - start;
        let verdicts = judge(&trials, target, &mut judges);
        growth.tell(verdicts);
        longest = longest.max(elapsed() - start);
        if first == 0.0 {
            first = elapsed();
        }
        if (growth.tries().max(1) as f32).log2().floor()
            > ((growth.tries() - trials.len() as u64).max(1) as f32).log2().floor()
        {
            milestones += &format!(" {}:{:.1}", growth.tries(), growth.progress().score);
        }
    }
    println!(
        "{name}: {:.1} after {} tries, {:.0} tries/s; first node {first:.2} s, longest batch \
         {longest:.2} s, asking {asking:.2} s;{milestones}",
        growth.progress().score,
        growth.tries(),
        growth.tries() as f32 / elapsed(),
    );
    for (k, strand) in growth.strands().iter().enumerate() {
        let Some(best) = strand.best() else { continue };
        let d = &best.distances;
        let moved: Vec<String> = strand.nodes().iter().map(|n| n.moved.to_string()).collect();
        println!(
            "  strand {}: {:5.1} tries {:4} stale {:3} nodes {:2} pitch {:.2} envelope {:.2} \
             brightness {:.2} noise {:.2} movement {:.2} | {}",
            k + 1,
            d.score,
            strand.tries(),
            strand.stale(),
            strand.nodes().len(),
            d.pitch,
            d.envelope,
            d.brightness,
            d.noise,
            d.movement,
            moved.join(" > "),
        );
    }
    match growth.best() {
        Some((_, node)) => (*node.preset).clone(),
        None => cultivar_patch::Preset::init(),
    }
}
