//! Litters beside playing: twelve sounds exchanged under held keys.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cultivar_gui::{Breeding, FamilyState};
use cultivar_plugin::Cultivar;
use cultivar_plugin::gardener::{Gardener, Task};
use cultivar_plugin::handover::KeyPress;
use cultivar_plugin::instrument::Instrument;
use cultivar_plugin::player::Player;
use cultivar_plugin::window::Repaint;
use cultivar_tests::watch::{Seen, watch};
use nice_plug::context::PluginApi;
use nice_plug::context::process::{ProcessContext, SendEventError, Transport};
use nice_plug::midi::NoteEvent;

use crate::growth::alone;

/// A host without events.
struct Quiet(Transport);

impl ProcessContext<Cultivar> for Quiet {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }

    fn execute_background(&self, (): ()) {}

    fn execute_gui(&self, (): ()) {}

    fn transport(&self) -> &Transport {
        &self.0
    }

    fn next_event(&mut self) -> Option<NoteEvent<()>> {
        None
    }

    fn try_send_event(&mut self, _: NoteEvent<()>) -> Result<(), (NoteEvent<()>, SendEventError)> {
        Ok(())
    }

    fn set_latency_samples(&self, _: u32) {}

    fn request_restart(&self) {}

    fn set_current_voice_capacity(&self, _: u32) {}
}

#[test]
fn litters_come_onto_held_keys_without_an_allocation() {
    let _alone = alone();
    let (instrument, inlet) = Instrument::new();
    let instrument = Arc::new(instrument);
    let gardener = Gardener::new(instrument.clone(), Repaint::default());
    let mut player = Player::new(instrument.clone(), inlet);
    player.start(48_000.0);
    let ask = |wish| assert!(gardener.ask(Task::Breed(wish)));
    for name in ["Warm Pad", "Reese", "Glass Pad"] {
        ask(Breeding::AddPreset(format!("factory:{name}")));
    }
    ask(Breeding::OnKeys(true));
    let mut host = Quiet(Transport::new(48_000.0));
    let (mut left, mut right) = (vec![0.0; 256], vec![0.0; 256]);
    let (wanted, litters) = (6, AtomicUsize::new(0));
    let (mut seen, mut loudest) = (Vec::new(), 0.0f32);
    for block in 0..40_000 {
        let family = gardener.family();
        litters.store(family.litters.len(), Ordering::Relaxed);
        if family.litters.len() >= wanted {
            break;
        }
        if block % 8 == 0 && family.parents.len() >= 2 && family.state != FamilyState::Breeding {
            ask(Breeding::NewLitter);
        }
        // A cluster, held and let go again.
        if block % 40 == 0 {
            let key = 48 + (block / 40 % 24) as u8;
            instrument.outlet.press(KeyPress::Down(key, 0.7));
            instrument.outlet.press(KeyPress::Up(48 + (key + 12 - 48) % 24));
        }
        let now = watch(&mut || {
            player.process(&mut left, &mut right, &mut host);
        });
        if now != Seen::default() {
            seen.push((block, now));
        }
        assert!(left.iter().chain(&right).all(|x| x.is_finite()));
        loudest = left.iter().chain(&right).fold(loudest, |peak, x| peak.max(x.abs()));
        instrument.outlet.free();
        std::thread::sleep(Duration::from_millis(2));
    }
    let litters = litters.into_inner();
    println!("{litters} litters under held keys, peak {:.1} dB", 20.0 * loudest.log10());
    assert!(litters >= wanted, "only {litters} litters");
    assert!(seen.is_empty(), "{seen:?}");
    assert!(loudest > 0.01, "nothing sounds");
}
