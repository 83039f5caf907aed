//! Prints what is heard in WAV files: `cargo run -p cultivar-breed --example listen -- FILE..`

use cultivar_breed::Target;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        let mut wav = hound::WavReader::open(&path)?;
        let spec = wav.spec();
        let scale = match spec.sample_format {
            hound::SampleFormat::Float => 1.0,
            hound::SampleFormat::Int => 0.5_f32.powi(i32::from(spec.bits_per_sample) - 1),
        };
        let samples: Vec<f32> = match spec.sample_format {
            hound::SampleFormat::Float => wav.samples::<f32>().collect::<Result<_, _>>()?,
            hound::SampleFormat::Int => wav
                .samples::<i32>()
                .map(|s| s.map(|s| s as f32 * scale))
                .collect::<Result<_, _>>()?,
        };
        let channels = usize::from(spec.channels.max(1));
        let mono: Vec<f32> =
            samples.chunks(channels).map(|c| c.iter().sum::<f32>() / channels as f32).collect();
        let began = std::time::Instant::now();
        match Target::listen(&mono, spec.sample_rate as f32) {
            Ok(t) => {
                println!(
                    "{path}: onset {:.4} duration {:.3} note {:.2} confidence {:.2} voiced {:.2} noise {:.2} \
                     attack {:.3} decay {:.3} release {:.3} ({:.0} ms)",
                    t.onset,
                    t.duration,
                    t.note,
                    t.confidence,
                    t.voiced,
                    t.noisiness,
                    t.attack,
                    t.decay,
                    t.release,
                    1000.0 * began.elapsed().as_secs_f32()
                );
                t.doubts.iter().for_each(|doubt| println!("    {doubt}"));
            }
            Err(refusal) => println!("{path}: {refusal}"),
        }
    }
    Ok(())
}
