//! The model that proposes patches: an ear and a flow, and the card that says what they are.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use cultivar_breed::Rng;
use cultivar_patch::hex;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::Refusal;
use crate::dataset::{LENGTH, RATE};
use crate::engine::Network;
use crate::genome::layout;

/// Genomes that are dreamt up together.
pub const BATCH: usize = 32;
/// Name of the card in its folder.
pub const CARD: &str = "proposer.json";
/// The largest file that is read as part of a model: 64 MiB.
const MAX_BYTES: u64 = 64 << 20;

/// The model that this build carries: its card, and the files that the card names.
const EMBEDDED: (&str, [(&str, &[u8]); 2]) = (
    include_str!("../onnx/proposer.json"),
    [
        ("ear.onnx", include_bytes!("../onnx/ear.onnx")),
        ("flow.onnx", include_bytes!("../onnx/flow.onnx")),
    ],
);

/// What a card says of its model, as far as it matters for running it.
#[derive(Clone, Debug, Deserialize)]
struct Card {
    name: String,
    schema: String,
    /// Numbers in what the ear hears.
    heard: usize,
    /// Steps from noise to a genome.
    steps: usize,
    /// How much more a genome follows the sound than the average genome does; 1 is as it was learned.
    guidance: f32,
    ear: Part,
    flow: Part,
}

/// A file of a model.
#[derive(Clone, Debug, Deserialize)]
struct Part {
    file: String,
    bytes: usize,
    sha256: String,
}

impl Part {
    fn check(&self, bytes: &[u8]) -> Result<(), Refusal> {
        let file = self.file.clone();
        if bytes.len() != self.bytes {
            return Err(Refusal::Length { file, wanted: self.bytes, found: bytes.len() });
        }
        if hex(&Sha256::digest(bytes)) != self.sha256 {
            return Err(Refusal::Damaged { file });
        }
        Ok(())
    }
}

/// A model that hears a sound and dreams up patches for it.
pub struct Model {
    card: Card,
    ear: Network,
    flow: Network,
}

/// Genomes on their way from noise.
pub struct Dream {
    values: Vec<f32>,
    step: usize,
}

impl Model {
    /// The model of this build, loaded by the first who asks.
    pub fn embedded() -> Result<Arc<Model>, Refusal> {
        static MODEL: OnceLock<Result<Arc<Model>, Refusal>> = OnceLock::new();
        let load = || {
            let (card, files) = EMBEDDED;
            let found = |name: &str| files.iter().find(|(file, _)| *file == name);
            Model::load(CARD, card.as_bytes(), |name| {
                let missing = || Refusal::Damaged { file: name.into() };
                found(name).map(|(_, bytes)| bytes.to_vec()).ok_or_else(missing)
            })
        };
        MODEL.get_or_init(|| load().map(Arc::new)).clone()
    }

    /// A model from its card, from the folder of its card, or from any of its files beside it.
    pub fn open(path: &Path) -> Result<Model, Refusal> {
        let card = match path.extension() {
            Some(extension) if extension == "json" => path.to_owned(),
            Some(_) if !path.is_dir() => path.with_file_name(CARD),
            _ => path.join(CARD),
        };
        let folder = card.parent().unwrap_or(Path::new("")).to_owned();
        Model::load(&card.display().to_string(), &read(&card)?, |name| {
            // A card may only name files beside it.
            let plain = Path::new(name).file_name().is_some_and(|file| file == name);
            let outside = || Refusal::NoCard {
                file: card.display().to_string(),
                reason: format!("{name} is not the name of a file beside it"),
            };
            if plain { read(&folder.join(name)) } else { Err(outside()) }
        })
    }

    fn load(
        name: &str,
        card: &[u8],
        file: impl Fn(&str) -> Result<Vec<u8>, Refusal>,
    ) -> Result<Model, Refusal> {
        let card: Card = serde_json::from_slice(card)
            .map_err(|e| Refusal::NoCard { file: name.into(), reason: e.to_string() })?;
        let wanted = layout().hash();
        if card.schema != wanted {
            return Err(Refusal::Schema { wanted, found: card.schema });
        }
        let network = |part: &Part, shapes: &[&[i64]]| {
            let bytes = file(&part.file)?;
            part.check(&bytes)?;
            let network = Network::load(&part.file, &bytes)?;
            if network.takes(shapes) {
                Ok(network)
            } else {
                Err(Refusal::Foreign { file: part.file.clone() })
            }
        };
        let (batch, width, heard) = (BATCH as i64, layout().width as i64, card.heard as i64);
        Ok(Model {
            ear: network(&card.ear, &[&[1, LENGTH as i64], &[1, 2]])?,
            flow: network(&card.flow, &[&[batch, width], &[1, 1], &[1, heard]])?,
            card: Card { steps: card.steps.clamp(1, 100), ..card },
        })
    }

    /// What its card calls it.
    pub fn name(&self) -> &str {
        &self.card.name
    }

    /// What is heard in [`LENGTH`] samples at [`RATE`] of a note: its key, and seconds until it is
    /// let go.
    pub fn hear(&self, samples: &[f32], key: f32, gate: f32) -> Result<Vec<f32>, Refusal> {
        debug_assert_eq!(samples.len(), LENGTH, "{RATE} Hz");
        self.ear.run([(&[1, LENGTH], samples), (&[1, 2], &[key, gate])])
    }

    /// Noise from which [`BATCH`] genomes will come.
    pub fn dream(&self, rng: &mut Rng) -> Dream {
        let values = (0..BATCH * layout().width).map(|_| rng.normal()).collect();
        Dream { values, step: 0 }
    }

    /// Brings a dream one step nearer to genomes of what was heard. Gives whether it is over.
    pub fn step(&self, dream: &mut Dream, heard: &[f32]) -> Result<bool, Refusal> {
        let steps = self.card.steps;
        if dream.step >= steps {
            return Ok(true);
        }
        let time = dream.step as f32 / steps as f32;
        let mut means = self.means(&dream.values, time, heard)?;
        if self.card.guidance != 1.0 {
            let blind = self.means(&dream.values, time, &vec![0.0; heard.len()])?;
            for (mean, blind) in means.iter_mut().zip(blind) {
                *mean = blind + self.card.guidance * (*mean - blind);
            }
        }
        // An Euler step of the velocity (mean − value) / (1 − time).
        let part = 1.0 / (steps - dream.step) as f32;
        for (value, mean) in dream.values.iter_mut().zip(means) {
            *value += part * (mean - *value);
        }
        dream.step += 1;
        Ok(dream.step == steps)
    }

    /// The mean genomes (−1 to 1) that [`BATCH`] places on the way from noise may become, at a
    /// `time` from 0 (noise) to 1.
    pub fn means(&self, values: &[f32], time: f32, heard: &[f32]) -> Result<Vec<f32>, Refusal> {
        let width = layout().width;
        self.flow.run([(&[BATCH, width], values), (&[1, 1], &[time]), (&[1, heard.len()], heard)])
    }
}

impl Dream {
    /// The genomes as they are now, each number between 0 and 1.
    pub fn genomes(&self) -> impl Iterator<Item = Vec<f32>> + '_ {
        let unit = |v: &f32| (0.5 + 0.5 * v).clamp(0.0, 1.0);
        self.values.chunks(layout().width).map(move |one| one.iter().map(unit).collect())
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Refusal> {
    let missing = |reason: String| Refusal::Missing { file: path.to_owned(), reason };
    let size =
        std::fs::metadata(path).map_err(|e| missing(cultivar_patch::disk::reason(&e)))?.len();
    if size > MAX_BYTES {
        return Err(missing(format!("it has {size} bytes; {MAX_BYTES} is the most for a model")));
    }
    std::fs::read(path).map_err(|e| missing(cultivar_patch::disk::reason(&e)))
}
