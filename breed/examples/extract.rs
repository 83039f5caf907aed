//! Extracts patches from WAV files and writes their renders:
//! `cargo run -p cultivar-breed --example extract -- OUT FILE..`

use std::path::Path;
use std::time::Instant;

use cultivar_breed::{Judge, NEVER, Target, extract};
use cultivar_dsp::Studio;
use cultivar_patch::Preset;

/// The target's note of a preset, in mono, as long as the target.
fn render(studio: &mut Studio, target: &Target, preset: &Preset) -> Vec<f32> {
    let (mut left, mut right) = (target.samples.clone(), target.samples.clone());
    studio.render(preset, &target.played(), &mut left, &mut right);
    left.iter().zip(&right).map(|(l, r)| 0.5 * (l + r)).collect()
}

fn read(path: &Path) -> Result<(Vec<f32>, f32), hound::Error> {
    let mut wav = hound::WavReader::open(path)?;
    let spec = wav.spec();
    let samples: Vec<f32> = match spec.sample_format {
        hound::SampleFormat::Float => wav.samples::<f32>().collect::<Result<_, _>>()?,
        hound::SampleFormat::Int => {
            let scale = 0.5_f32.powi(i32::from(spec.bits_per_sample) - 1);
            wav.samples::<i32>().map(|s| s.map(|s| s as f32 * scale)).collect::<Result<_, _>>()?
        }
    };
    let channels = usize::from(spec.channels.max(1));
    let mono = samples.chunks(channels).map(|c| c.iter().sum::<f32>() / channels as f32);
    Ok((mono.collect(), spec.sample_rate as f32))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("OUT FILE..")?;
    for path in arguments {
        let path = Path::new(&path);
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let (samples, rate) = read(path)?;
        let began = Instant::now();
        let target = Target::listen(&samples, rate)?;
        let heard = began.elapsed().as_millis();
        let mut judge = Judge::new(&target);
        let mut studio = Studio::new(target.rate);
        let mut line = format!("{name:34} listen {heard} ms");
        let mut best: Option<(f32, Vec<f32>)> = None;
        for &variant in &extract::Variant::ALL {
            let began = Instant::now();
            let Some(preset) = extract::extract(&target, variant) else { continue };
            let took = began.elapsed().as_millis();
            let began = Instant::now();
            let sound = render(&mut studio, &target, &preset);
            let rendered = began.elapsed().as_millis();
            let score = judge.distance(&sound).score;
            let mut play = |preset: &Preset| Some(render(&mut studio, &target, preset));
            let polished = extract::polish(&target, &preset, &mut play, NEVER).unwrap_or(preset);
            let finer = render(&mut studio, &target, &polished);
            let after = judge.distance(&finer).score;
            let sound = if after > score { finer } else { sound };
            line += &format!("  {} {score:.1} > {after:.1} ({took}+{rendered} ms)", variant.name());
            write(Path::new(&out), variant.name(), name, &target, samples.len(), &sound)?;
            if best.as_ref().is_none_or(|b| score.max(after) > b.0) {
                best = Some((score.max(after), sound));
            }
        }
        if let Some((_, sound)) = best {
            write(Path::new(&out), "best", name, &target, samples.len(), &sound)?;
        }
        println!("{line}");
    }
    Ok(())
}

fn write(
    out: &Path,
    folder: &str,
    name: &str,
    target: &Target,
    length: usize,
    sound: &[f32],
) -> Result<(), Box<dyn std::error::Error>> {
    let folder = out.join(folder);
    std::fs::create_dir_all(&folder)?;
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: target.rate as u32,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut wav = hound::WavWriter::create(folder.join(name), spec)?;
    let silent = (target.onset * target.rate).round() as usize;
    let placed = std::iter::repeat_n(&0.0, silent).chain(sound).chain(std::iter::repeat(&0.0));
    for sample in placed.take(length) {
        wav.write_sample(*sample)?;
    }
    Ok(wav.finalize()?)
}
