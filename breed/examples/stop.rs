//! How long a growth takes to heed a stop: the most processor time between two questions whether
//! to, while it listens, asks and judges, and while the strands have children:
//! `cargo run --profile bench -p cultivar-breed --example stop -- TRIES FILE..`

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cpu_time::ThreadTime;
use cultivar_breed::{
    Booth, Growth, Judge, Litter, Operator, Recipe, Settings, Target, Verdict, genome, proposers,
};

/// When it was last asked whether to stop, and the longest wait of each stage.
struct Watch {
    last: ThreadTime,
    stage: &'static str,
    longest: HashMap<&'static str, Duration>,
}

impl Watch {
    fn look(&mut self) {
        let longest = self.longest.entry(self.stage).or_default();
        *longest = self.last.elapsed().max(*longest);
        self.last = ThreadTime::now();
    }

    fn begin(&mut self, stage: &'static str) {
        self.look();
        self.stage = stage;
    }
}

fn read(path: &str) -> Result<(Vec<f32>, f32), hound::Error> {
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
    let mut args = std::env::args().skip(1);
    let tries: u64 = args.next().ok_or("TRIES FILE..")?.parse()?;
    for file in args {
        let (samples, rate) = read(&file)?;
        let watch = Watch { last: ThreadTime::now(), stage: "", longest: HashMap::new() };
        let watch = RefCell::new(watch);
        let stop = || {
            watch.borrow_mut().look();
            false
        };
        watch.borrow_mut().begin("listen");
        let target = Arc::new(Target::listen_until(&samples, rate, &stop)?);
        watch.borrow_mut().begin("judge's ear");
        let mut judge = Judge::new(&target);
        watch.borrow_mut().begin("new");
        let settings = Settings::default();
        let mut growth = Growth::new(target.clone(), settings, proposers(true, Vec::new()));
        while growth.tries() < tries {
            watch.borrow_mut().begin("ask");
            let trials = growth.ask(&stop);
            let mut verdicts: Vec<Verdict> = Vec::new();
            for trial in &trials {
                watch.borrow_mut().begin(if trial.polish { "polish" } else { "judge" });
                verdicts.extend(trial.judge(&target, &mut judge, &stop));
            }
            watch.borrow_mut().begin("tell");
            growth.tell(verdicts);
        }
        watch.borrow_mut().begin("booth");
        let bests = growth.strands().iter().filter_map(|strand| strand.best());
        let mut recipe = Recipe::new(bests.map(|node| node.preset.clone()).take(3).collect());
        recipe.operator = Operator::Blend;
        let mut booth = Booth::new();
        let mut litter = Litter::new(recipe)?;
        loop {
            watch.borrow_mut().begin("litter");
            let takes = litter.ask(&stop);
            if takes.is_empty() {
                break;
            }
            watch.borrow_mut().begin("play");
            let heard = takes.iter().filter_map(|take| take.play(&mut booth, &stop)).collect();
            watch.borrow_mut().begin("family");
            litter.tell(heard)?;
        }
        watch.borrow_mut().begin("");
        let mut key = 0;
        for node in growth.strands().iter().flat_map(|strand| strand.nodes()) {
            let total = u64::from(node.distances.total.to_bits());
            key = genome::key(&node.preset) ^ total.rotate_left(32) ^ u64::rotate_left(key, 7);
        }
        let mut longest: Vec<_> =
            watch.borrow_mut().longest.drain().filter(|l| !l.0.is_empty()).collect();
        longest.sort_by_key(|l| std::cmp::Reverse(l.1));
        let text = longest.iter().map(|(stage, t)| format!("{stage} {:.1}", 1e3 * t.as_secs_f64()));
        let text: Vec<String> = text.collect();
        println!("{file}: {:.1} s, strands {key:016x}; ms: {}", target.duration, text.join(", "));
    }
    Ok(())
}
