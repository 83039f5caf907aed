//! Lets a model propose patches for sounds of the engine that it has never heard, and for sound
//! files; renders and judges them. Prints one JSON object.
//!
//! `judge CARD PAIRS [SOUND..]`: CARD is a card or `-` for the embedded model.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use cultivar_breed::proposer::{Near, Stock};
use cultivar_breed::{Judge, NEVER, Proposer, Rng, Target, Trial};
use cultivar_models::dataset::{Maker, RATE};
use cultivar_models::{BATCH, Learned, Model};
use cultivar_patch::Preset;
use serde_json::json;

/// Seed of the pairs that nothing is trained on.
const HELD_OUT: u64 = 0x4e1d_0007;

/// Scores of what a proposer gives for a target: of the first, and of the best.
fn judged(proposer: &mut dyn Proposer, target: &Target) -> (f32, f32) {
    let mut judge = Judge::new(target);
    let presets = proposer.propose(target, BATCH, &mut Rng::new(1), NEVER);
    let scores = presets.into_iter().enumerate().filter_map(|(index, preset)| {
        let trial = Trial { index: index as u64, preset: Arc::new(preset), polish: false };
        Some(trial.judge(target, &mut judge, NEVER)?.distances.score)
    });
    let scores: Vec<f32> = scores.collect();
    let best = scores.iter().fold(0.0f32, |a, b| a.max(*b));
    (scores.iter().sum::<f32>() / scores.len().max(1) as f32, best)
}

#[derive(Default)]
struct Sums {
    targets: f32,
    model: (f32, f32),
    stock: f32,
    near: f32,
}

impl Sums {
    fn add(&mut self, model: &Arc<Model>, patches: &[Preset], target: &Target) -> [f32; 3] {
        let learned = judged(&mut Learned::new(model.clone(), 0), target);
        let stock = judged(&mut Stock::default(), target).1;
        let near = judged(&mut Near::new(patches.to_vec()), target).1;
        self.targets += 1.0;
        self.model = (self.model.0 + learned.0, self.model.1 + learned.1);
        self.stock += stock;
        self.near += near;
        [learned.1, stock, near]
    }

    fn json(&self) -> serde_json::Value {
        let mean = |sum: f32| f64::from((sum / self.targets.max(1.0) * 100.0).round()) / 100.0;
        json!({
            "targets": self.targets, "proposals": BATCH,
            "mean": mean(self.model.0), "best": mean(self.model.1),
            "best_of_stock_tables": mean(self.stock), "best_near_patches": mean(self.near),
        })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [card, count, sounds @ ..] = args.as_slice() else {
        return Err("usage: judge CARD|- PAIRS [SOUND..]".into());
    };
    let begun = Instant::now();
    let model = match card.as_str() {
        "-" => Model::embedded()?,
        card => Arc::new(Model::open(Path::new(card))?),
    };
    let load = begun.elapsed();
    let factory = cultivar_patch::factory::presets().iter();
    let patches: Vec<Preset> =
        factory.filter_map(|(_, json)| Some(Preset::from_json(json).ok()?.preset)).collect();
    let (mut own, mut foreign) = (Sums::default(), Sums::default());
    let mut maker = Maker::new(&patches);
    for index in 0..count.parse()? {
        let pair = maker.pair(HELD_OUT, index);
        let samples: Vec<f32> = pair.samples.iter().map(|s| f32::from(*s) / 32768.0).collect();
        if let Ok(target) = Target::listen(&samples, RATE) {
            own.add(&model, &patches, &target);
        }
    }
    for sound in sounds {
        let audio = cultivar_formats::decode_start(Path::new(sound), 10.0)?;
        let target = Target::listen(&audio.mono(), audio.rate as f32)?;
        let [learned, stock, near] = foreign.add(&model, &patches, &target);
        eprintln!("learned {learned:5.1}  stock {stock:5.1}  near {near:5.1}  {sound}");
    }
    let mut rng = Rng::new(2);
    let begun = Instant::now();
    let heard = model.hear(&vec![0.1; cultivar_models::dataset::LENGTH], 60.0, 1.0)?;
    let mut dream = model.dream(&mut rng);
    while !model.step(&mut dream, &heard)? {}
    let proposals = begun.elapsed();
    let json = json!({
        "model": model.name(),
        "load_ms": load.as_secs_f32() * 1e3,
        "proposals_ms": proposals.as_secs_f32() * 1e3,
        "own": own.json(),
        "foreign": foreign.json(),
    });
    println!("{json:#}");
    Ok(())
}
