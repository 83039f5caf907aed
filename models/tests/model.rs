//! The model of this build, and models that must be refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cultivar_breed::{NEVER, Proposer, Rng, Target};
use cultivar_models::dataset::{LENGTH, Maker, RATE};
use cultivar_models::genome::layout;
use cultivar_models::{BATCH, CARD, Learned, Model, Refusal};
use cultivar_patch::Preset;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Greatest difference between what the exported networks and what PyTorch say.
const TOLERANCE: f32 = 1e-3;

fn onnx() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("onnx")
}

/// A copy of the model that may be spoilt.
struct Copy(tempfile::TempDir);

impl Copy {
    fn new() -> Self {
        let copy = Copy(tempfile::tempdir().expect("a folder"));
        for file in [CARD, "ear.onnx", "flow.onnx"] {
            fs::copy(onnx().join(file), copy.path(file)).expect("copied");
        }
        copy
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn bytes(&self, file: &str) -> Vec<u8> {
        fs::read(self.path(file)).expect("a file")
    }

    fn put(&self, file: &str, bytes: &[u8]) {
        fs::write(self.path(file), bytes).expect("written");
    }

    fn card(&self, change: impl Fn(&mut Value)) {
        let mut card: Value = serde_json::from_slice(&self.bytes(CARD)).expect("a card");
        change(&mut card);
        self.put(CARD, card.to_string().as_bytes());
    }

    /// Puts other bytes in the place of a network, and makes the card vouch for them.
    fn forge(&self, part: &str, bytes: &[u8]) {
        self.put(&format!("{part}.onnx"), bytes);
        let sha: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        self.card(|card| {
            card[part]["bytes"] = bytes.len().into();
            card[part]["sha256"] = sha.clone().into();
        });
    }

    fn refusal(&self) -> Refusal {
        Model::open(self.0.path()).err().expect("refused")
    }
}

fn numbers(text: &Value) -> Vec<f32> {
    let bytes = STANDARD.decode(text.as_str().expect("text")).expect("base64");
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

fn apart(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn networks_say_what_they_said_when_they_were_trained() {
    let model = Model::embedded().expect("a model");
    let known = fs::read_to_string(onnx().join("parity.json")).expect("parity.json");
    let known: Vec<Value> = serde_json::from_str(&known).expect("pairs");
    assert!(!known.is_empty());
    for pair in known {
        let bytes = STANDARD.decode(pair["samples"].as_str().expect("text")).expect("base64");
        let sample = |b: &[u8]| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32767.0;
        let mut samples: Vec<f32> = bytes.chunks_exact(2).map(sample).collect();
        samples.resize(LENGTH, 0.0);
        let note = |k: usize| pair["note"][k].as_f64().expect("a number") as f32;
        let heard = model.hear(&samples, note(0), note(1)).expect("it runs");
        let ear = apart(&heard, &numbers(&pair["heard"]));
        assert!(ear < TOLERANCE, "ear: {ear}");
        let values = numbers(&pair["values"]).repeat(BATCH);
        let means = model.means(&values, 0.5, &numbers(&pair["heard"])).expect("it runs");
        let flow = apart(&means, &numbers(&pair["means"]).repeat(BATCH));
        assert!(flow < TOLERANCE, "flow: {flow}");
    }
}

#[test]
fn the_model_is_loaded_once_and_shared() {
    let models: Vec<Arc<Model>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| Model::embedded().unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(models.iter().all(|model| Arc::ptr_eq(model, &models[0])));
}

/// A second of the instrument.
fn target() -> Target {
    let parents = [Preset::init()];
    let pair = Maker::new(&parents).pair(99, 4);
    let samples: Vec<f32> = pair.samples.iter().map(|s| f32::from(*s) / 32768.0).collect();
    Target::listen(&samples, RATE).expect("a sound")
}

#[test]
fn proposals_are_legal_different_and_the_same_every_time() {
    let model = Model::embedded().expect("a model");
    let target = target();
    let propose = |seed: u64| {
        let mut learned = Learned::new(model.clone(), seed);
        let mut presets = learned.propose(&target, 20, &mut Rng::new(1), NEVER);
        presets.extend(learned.propose(&target, 20, &mut Rng::new(1), NEVER));
        presets
    };
    let presets = propose(1);
    assert!(presets.len() > 20);
    let keys = |presets: &[Preset]| -> Vec<u64> {
        presets.iter().map(cultivar_breed::genome::key).collect()
    };
    assert_eq!(keys(&presets), keys(&propose(1)));
    let mut distinct = keys(&presets);
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), presets.len());
    assert_ne!(keys(&presets), keys(&propose(2)));
    assert!(layout().width > 0);
}

#[test]
fn a_copy_is_as_good_as_the_original() {
    let copy = Copy::new();
    for path in [copy.0.path().to_owned(), copy.path(CARD), copy.path("flow.onnx")] {
        Model::open(&path).unwrap_or_else(|e| panic!("{path:?}: {e}"));
    }
}

#[test]
fn a_file_cut_short_is_refused() {
    for part in ["ear.onnx", "flow.onnx"] {
        let copy = Copy::new();
        let bytes = copy.bytes(part);
        copy.put(part, &bytes[..bytes.len() / 2]);
        assert!(matches!(copy.refusal(), Refusal::Length { file, .. } if file == part));
        copy.put(part, &[]);
        assert!(matches!(copy.refusal(), Refusal::Length { found: 0, .. }));
    }
}

#[test]
fn a_flipped_bit_is_refused() {
    let copy = Copy::new();
    let mut bytes = copy.bytes("ear.onnx");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    copy.put("ear.onnx", &bytes);
    assert_eq!(copy.refusal(), Refusal::Damaged { file: "ear.onnx".into() });
}

#[test]
fn a_model_of_another_schema_is_refused() {
    let copy = Copy::new();
    copy.card(|card| card["schema"] = "0123456789".into());
    let refusal = copy.refusal();
    assert!(matches!(&refusal, Refusal::Schema { .. }));
    assert!(refusal.to_string().contains("01234567"), "{refusal}");
}

#[test]
fn networks_for_something_else_are_refused() {
    let copy = Copy::new();
    let (ear, flow) = (copy.bytes("ear.onnx"), copy.bytes("flow.onnx"));
    copy.forge("ear", &flow);
    assert_eq!(copy.refusal(), Refusal::Foreign { file: "ear.onnx".into() });
    copy.forge("ear", &ear);
    copy.forge("flow", &ear);
    assert_eq!(copy.refusal(), Refusal::Foreign { file: "flow.onnx".into() });
    copy.forge("flow", b"RIFF....WAVEfmt is no network");
    assert!(matches!(copy.refusal(), Refusal::Unreadable { .. }));
}

#[test]
fn forged_damage_is_an_error_and_no_crash() {
    let copy = Copy::new();
    let whole = copy.bytes("flow.onnx");
    let mut rng = Rng::new(11);
    for _ in 0..12 {
        let mut bytes = whole.clone();
        // The graph lies in the beginning, weights after it.
        for _ in 0..4 {
            let at = rng.below(4000);
            bytes[at] ^= 1 << rng.below(8);
        }
        copy.forge("flow", &bytes);
        if let Ok(model) = Model::open(copy.0.path()) {
            let mut dream = model.dream(&mut rng);
            let _ = model.step(&mut dream, &vec![0.0; 64]);
        }
    }
    copy.forge("flow", &whole[..whole.len() / 3]);
    let _ = Model::open(copy.0.path()).map(|_| ());
}

#[test]
fn what_is_no_model_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = Model::open(folder.path()).err().expect("refused");
    assert!(matches!(&missing, Refusal::Missing { .. }), "{missing}");
    let copy = Copy::new();
    copy.put(CARD, b"{ not a card");
    assert!(matches!(copy.refusal(), Refusal::NoCard { .. }));
    let copy = Copy::new();
    copy.card(|card| card["ear"]["file"] = "../ear.onnx".into());
    let refusal = copy.refusal();
    assert!(matches!(&refusal, Refusal::NoCard { .. }), "{refusal}");
}
