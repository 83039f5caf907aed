//! What the audio thread must never do.

mod cluster;

use std::time::Duration;

use clack_extensions::params::ParamInfoFlags;
use clack_host::prelude::EventBuffer;
use cultivar_gui::{Command, Effort};
use cultivar_patch::{Point, Preset, Shape, Table, defs};
use cultivar_plugin::gardener::Task;
use cultivar_tests::watch::{Counting, Seen, watch};

use crate::growth::{alone, gardener};
use crate::host::{Event, Host};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / (1u64 << 31) as f64
    }

    fn below(&mut self, end: usize) -> usize {
        ((self.next() * end as f64) as usize).min(end - 1)
    }
}

/// Keys, automation, controllers and modulation of a few seconds, block by block.
fn score(host: &Host, dice: &mut Dice) -> Vec<EventBuffer> {
    let params: Vec<_> = host.all_params().collect();
    let names_of = |flag| -> Vec<&'static str> {
        let suited = params.iter().filter(|param| param.flags.contains(flag));
        suited.map(|param| &*param.name.clone().leak()).collect()
    };
    let automated = names_of(ParamInfoFlags::IS_AUTOMATABLE);
    let modulated = names_of(ParamInfoFlags::IS_MODULATABLE_PER_NOTE_ID);
    assert!(automated.len() > 200 && modulated.len() > 100);
    let any = |dice: &mut Dice, id: u32| {
        let key = 24 + dice.below(84) as u16;
        match dice.below(12) {
            0..=3 => Event::On(key, id),
            4..=6 => Event::Off(key, id.wrapping_sub(dice.below(16) as u32)),
            7 => Event::Set(automated[dice.below(automated.len())], dice.next()),
            8 => Event::Modulate(modulated[dice.below(modulated.len())], dice.next() - 0.5),
            9 => {
                let name = modulated[dice.below(modulated.len())];
                Event::ModulateNote(name, id.wrapping_sub(dice.below(8) as u32), dice.next() - 0.5)
            }
            10 => Event::Midi([0xB0, dice.below(128) as u8, dice.below(128) as u8]),
            _ => Event::Midi([0xE0, dice.below(128) as u8, dice.below(128) as u8]),
        }
    };
    let block = |block| {
        let mut events = EventBuffer::new();
        let mut times: Vec<usize> = (0..dice.below(4)).map(|_| dice.below(256)).collect();
        times.sort_unstable();
        for time in times {
            any(dice, block).push(&mut events, time as u32, host);
        }
        events
    };
    (0..1000).map(block).collect()
}

/// The state of a project with some preset.
fn state(dice: &mut Dice) -> Vec<u8> {
    let mut preset = Preset::init();
    for (leaf, def) in preset.patch.leaves_mut().iter_mut().zip(defs()) {
        if dice.next() < 0.4 {
            *leaf = def.at(dice.next() as f32);
        }
    }
    let names = ["saw", "sine", "square"];
    preset.tables = std::array::from_fn(|_| Table::Factory(names[dice.below(3)].into()));
    preset.shapes[0] = Shape::new([Point { x: 0.5, y: dice.next() as f32, bow: 0.0 }]);
    let fields = serde_json::json!({ "preset": preset.to_json() });
    let json = serde_json::json!({ "version": "1", "params": {}, "fields": fields }).to_string();
    let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
    bytes.extend(json.as_bytes());
    bytes
}

/// Ten seconds of audio, or what `CULTIVAR_SOAK` says, while this thread loads and saves
/// projects and another one grows patches.
#[test]
fn the_audio_thread_allocates_nothing_and_calls_nothing() {
    let _alone = alone();
    let (_instrument, gardener) = gardener();
    for wish in [Command::SetEffort(Effort::Endless), Command::GrowExample(1)] {
        assert!(gardener.ask(Task::Garden(wish)));
    }
    let soak = std::env::var("CULTIVAR_SOAK").ok().and_then(|seconds| seconds.parse().ok());
    let blocks = soak.unwrap_or(10) * 48_000 / 256;
    let mut dice = Dice(1);
    let mut host = Host::running();
    let score = score(&host, &mut dice);
    let states: Vec<_> = (0..24).map(|_| state(&mut dice)).collect();
    let (mut first, mut played, mut loads) = (Seen::default(), 0, 0);
    let around = |process: &mut dyn FnMut()| {
        let seen = watch(process);
        if first == Seen::default() {
            first = seen;
        }
        played += 1;
    };
    host.perform(blocks, &score, around, |host| {
        assert!(host.load(&states[dice.below(states.len())]));
        assert!(!host.save().is_empty());
        loads += 1;
        std::thread::sleep(Duration::from_millis(5));
    });
    let tries = gardener.garden().tries;
    println!("{played} blocks, {loads} projects loaded, {tries} tries");
    assert_eq!(first, Seen::default(), "a call has its number in the table of the kernel");
    assert!(played == blocks && loads > 20, "{played} blocks, {loads} loads");
}
