//! Prints how far pairs of WAV files are apart, and how long judging takes. Reads lines of two
//! paths between tabs: `cargo run --profile bench -p cultivar-breed --example distance < PAIRS`

use std::collections::HashMap;
use std::io::BufRead;
use std::time::Instant;

use cultivar_breed::Judge;

fn load(path: &str) -> Result<(Vec<f32>, f32), hound::Error> {
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
    Ok((samples.chunks(channels).map(mono).collect(), spec.sample_rate as f32))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut heard, mut took) = (0.0, 0.0);
    let mut judges: HashMap<String, (Judge, f32)> = HashMap::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let Some((a, b)) = line.split_once('\t') else { continue };
        let b = b.split('\t').next().unwrap_or(b);
        if !judges.contains_key(a) {
            let (samples, rate) = load(a)?;
            let seconds = samples.len() as f32 / rate;
            judges.insert(a.into(), (Judge::of(&samples, rate), seconds));
        }
        let Some((judge, seconds)) = judges.get_mut(a) else { continue };
        let (sound, _) = load(b)?;
        judge.distance(&sound);
        let began = Instant::now();
        let d = judge.distance(&sound);
        took += began.elapsed().as_secs_f32();
        heard += *seconds;
        println!("{a}\t{b}\t{:.5}\t{:?}", d.total, d);
    }
    eprintln!("{:.3} ms per second of sound", 1000.0 * took / heard);
    Ok(())
}
