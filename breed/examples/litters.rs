//! Breeds litters of random factory patches and says how they came out:
//! `cargo run --profile bench -p cultivar-breed --example litters -- LITTERS [THREADS]`

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use cpu_time::ThreadTime;
use cultivar_breed::cross::Gene;
use cultivar_breed::litter::{Heard, Take};
use cultivar_breed::{Barren, Booth, Litter, NEVER, Operator, Recipe, Rng};
use cultivar_dsp::{Note, Studio};
use cultivar_patch::{Preset, factory};

const RATE: f32 = 48_000.0;

/// Plays all takes on as many threads as there are booths; the most seconds of work of one.
fn play(takes: &[Take], booths: &mut [Booth]) -> (Vec<Heard>, f64) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        for booth in booths {
            let next = &next;
            running.push(scope.spawn(move || {
                let begin = ThreadTime::now();
                let take = || takes.get(next.fetch_add(1, Ordering::Relaxed));
                let heard: Vec<Heard> = std::iter::from_fn(|| take()?.play(booth, NEVER)).collect();
                (heard, begin.elapsed().as_secs_f64())
            }));
        }
        let done = running.into_iter().map(|thread| thread.join().unwrap_or_default());
        done.fold((Vec::new(), 0.0), |(mut all, most), (heard, worked)| {
            all.extend(heard);
            (all, f64::max(most, worked))
        })
    })
}

fn recipe(patches: &[Arc<Preset>], rng: &mut Rng, seed: u64) -> Recipe {
    let count = 2 + rng.below(3);
    let mut recipe = Recipe::new(Vec::new());
    while recipe.parents.len() < count {
        let parent = rng.pick(patches).cloned().unwrap_or_else(|| Arc::new(Preset::init()));
        if recipe.parents.iter().all(|(known, _)| known.meta.uuid != parent.meta.uuid) {
            recipe.parents.push((parent, rng.between(0.2, 1.0)));
        }
    }
    recipe.operator = Operator::ALL[seed as usize % 3];
    recipe.mutation = 0.4 * rng.unit();
    recipe.seed = seed;
    recipe
}

/// What is wrong with a child's ancestry.
fn untrue(recipe: &Recipe, child: &cultivar_breed::Child) -> usize {
    let ids = cultivar_patch::schema::ids();
    let level = ids.master.level;
    let ends: Vec<_> = ids.route.iter().flat_map(|r| [r.source, r.destination]).collect();
    let wrong =
        ids.leaves().iter().filter(|id| **id != level && !ends.contains(id)).filter(
            |id| match child.ancestry.trace.genes[**id] {
                Gene::Of { parent, at } => {
                    let parent = &recipe.parents[usize::from(parent)].0;
                    parent.patch[cultivar_patch::Id(at)] != child.preset.patch[**id]
                }
                _ => false,
            },
        );
    let sum: u32 = child.ancestry.parents.iter().map(|p| u32::from(*p)).sum();
    wrong.count() + usize::from(sum + u32::from(child.ancestry.new) != 100)
}

/// What came out of all litters.
#[derive(Default)]
struct Census {
    children: usize,
    silent: usize,
    broken: usize,
    clipping: usize,
    untrue: usize,
    /// Highest samples at velocities 0.8 and 1.
    highest: [f32; 2],
    /// Distances of each child to the nearest of its family.
    apart: Vec<f32>,
    /// Seconds of each litter, and what they would be were no other program running: work of
    /// the busiest thread of each round.
    times: Vec<f64>,
    works: Vec<f64>,
    rounds: usize,
}

impl Census {
    fn count(&mut self, recipe: &Recipe, litter: &Litter, studio: &mut Studio) {
        for born in litter.children() {
            self.children += 1;
            self.apart.push(born.apart);
            self.untrue += untrue(recipe, &born.child);
            for (highest, velocity) in self.highest.iter_mut().zip([0.8, 1.0]) {
                let note = Note { velocity, ..Note::default() };
                let mut sides = [(); 2].map(|()| vec![0.0; studio.samples(&note)]);
                let [left, right] = &mut sides;
                studio.render(&born.child.preset, &note, left, right);
                let all = sides.iter().flatten();
                let peak = all.clone().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
                let power = all.clone().map(|s| s * s).sum::<f32>() / (2.0 * RATE);
                *highest = highest.max(peak);
                self.clipping += usize::from(peak > 1.0);
                self.broken += usize::from(all.clone().any(|sample| !sample.is_finite()));
                self.silent += usize::from(power.sqrt() < 1e-3);
            }
        }
    }

    fn print(mut self) {
        let Census { children, silent, broken, clipping, untrue, rounds, .. } = self;
        println!("{children} children in {rounds} rounds: {silent} silent, {broken} not finite,");
        println!("{clipping} over 0 dBFS, {untrue} genes not as traced");
        let [soft, hard] = self.highest.map(|peak| 20.0 * peak.log10());
        println!("highest peak {soft:.1} dBFS at velocity 0.8, {hard:.1} dBFS at 1");
        self.apart.sort_by(f32::total_cmp);
        let (nearest, middle) = (self.apart[0], self.apart[children / 2]);
        let near = self.apart.iter().filter(|apart| **apart < 0.06).count();
        println!("nearest {nearest:.3}, median {middle:.3}, {near} too near");
        for (what, mut times) in [("", self.times), (" of work", self.works)] {
            times.sort_by(f64::total_cmp);
            let mean = 1e3 * times.iter().sum::<f64>() / times.len() as f64;
            let at = |part: f64| 1e3 * times[((times.len() - 1) as f64 * part) as usize];
            let (late, last) = (at(0.95), at(1.0));
            println!("ms{what} a litter: mean {mean:.0}, 95 % {late:.0}, worst {last:.0}");
        }
    }
}

fn main() -> Result<(), Barren> {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<usize>().unwrap_or(2));
    let (litters, threads) = (args.next().unwrap_or(500), args.next().unwrap_or(2));
    let load = |(_, json): &(&str, &str)| Some(Arc::new(Preset::from_json(json).ok()?.preset));
    let patches: Vec<Arc<Preset>> = factory::presets().iter().filter_map(load).collect();
    let mut booths: Vec<Booth> = (0..threads).map(|_| Booth::new()).collect();
    let (mut census, mut studio) = (Census::default(), Studio::new(RATE));
    let mut rng = Rng::new(2024);
    for seed in 0..litters as u64 {
        let recipe = recipe(&patches, &mut rng, seed);
        let (begin, alone, mut worked) = (Instant::now(), ThreadTime::now(), 0.0);
        let mut litter = Litter::new(recipe.clone())?;
        loop {
            let takes = litter.ask(NEVER);
            if takes.is_empty() {
                break;
            }
            census.rounds += 1;
            let (heard, most) = play(&takes, &mut booths);
            worked += most;
            litter.tell(heard)?;
        }
        census.times.push(begin.elapsed().as_secs_f64());
        census.works.push(worked + alone.elapsed().as_secs_f64());
        census.count(&recipe, &litter, &mut studio);
    }
    census.print();
    Ok(())
}
