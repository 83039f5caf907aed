//! The audio thread's part, block by block.

use cultivar_patch::schema::{Polarity, Source, Sync, ids};
use cultivar_patch::{Clip, Partner, Point, Preset, Recording, Shape, Table};

use super::*;

#[test]
fn a_tail_is_the_release_and_the_effects_at_the_tempo_of_the_song() {
    let mut patch = Patch::default();
    patch.env[0].release = 1.0;
    assert!((tail(&patch, 120.0) - 2.1).abs() < 1e-3);
    patch.env[0].release = NO_TIME;
    patch.delay.on = 1.0;
    patch.delay.sync = Sync::Tempo.value();
    let [slow, fast] = [60.0, 180.0].map(|tempo| tail(&patch, tempo) - 0.1);
    assert!((slow / fast - 3.0).abs() < 1e-3, "{slow} s and {fast} s");
}

#[test]
fn the_tail_of_a_morph_is_the_longer_of_both() {
    let (short, mut long) = (Preset::init(), Preset::init());
    long.patch.env[0].release = 2.0;
    let longest = (tail(&long.patch, TEMPO) * 48_000.0) as u32;
    assert!(longest > 4 * 48_000);
    for (a, b) in [(&short, &long), (&long, &short)] {
        let (instrument, inlet) = Instrument::new();
        instrument.load(&mut instrument.document(), a.clone());
        let partner = Arc::new(Partner::new(b.clone(), Vec::new()));
        instrument.pair(&mut instrument.document(), Some(partner));
        let mut player = Player::new(Arc::new(instrument), inlet);
        player.start(48_000.0);
        player.rest = 0;
        assert_eq!(player.status(64), ProcessStatus::Tail(longest));
        player.rest = longest;
        assert_eq!(player.status(64), ProcessStatus::Normal);
    }
}

/// A host whose events are a fault.
struct Faulty(Transport);

impl ProcessContext<crate::Cultivar> for Faulty {
    fn plugin_api(&self) -> nice_plug::context::PluginApi {
        nice_plug::context::PluginApi::Clap
    }

    fn execute_background(&self, (): ()) {}

    fn execute_gui(&self, (): ()) {}

    fn transport(&self) -> &Transport {
        &self.0
    }

    fn next_event(&mut self) -> Option<NoteEvent<()>> {
        panic!("a fault in the middle of a block")
    }

    fn try_send_event(
        &mut self,
        _: NoteEvent<()>,
    ) -> Result<(), (NoteEvent<()>, nice_plug::context::process::SendEventError)> {
        Ok(())
    }

    fn set_latency_samples(&self, _: u32) {}

    fn request_restart(&self) {}

    fn set_current_voice_capacity(&self, _: u32) {}
}

#[test]
fn a_fault_is_silence_until_the_host_starts_anew() {
    let (instrument, inlet) = Instrument::new();
    let instrument = Arc::new(instrument);
    let mut player = Player::new(instrument.clone(), inlet);
    player.start(48_000.0);
    let (mut left, mut right) = (vec![9.0; 64], vec![9.0; 64]);
    let mut host = Faulty(Transport::new(48_000.0));
    let status = player.process(&mut left, &mut right, &mut host);
    assert_eq!(status, ProcessStatus::Normal);
    assert!(left.iter().chain(&right).all(|s| *s == 0.0));
    assert!(instrument.outlet.stopped());
    player.start(48_000.0);
    assert!(!instrument.outlet.stopped());
}

/// Presets are loaded on one thread as fast as can be, blocks begin on another.
#[test]
fn no_block_plays_half_of_a_preset() {
    let (instrument, inlet) = Instrument::new();
    let instrument = Arc::new(instrument);
    let mut player = Player::new(instrument.clone(), inlet);
    player.start(48_000.0);
    let all_at = |position: f32| {
        let mut preset = Preset::init();
        preset.patch = Patch::from_fn(|id| id.def().at(position));
        preset
    };
    let presets = [all_at(0.25), all_at(0.75)];
    let first = player.known;
    std::thread::scope(|scope| {
        let loading = scope.spawn(|| {
            for k in 0..600 {
                let mut document = instrument.document();
                instrument.load(&mut document, presets[k % 2].clone());
            }
        });
        let mut seen = 0;
        while !loading.is_finished() {
            player.change_sound();
            player.follow_parameters();
            player.return_sounds();
            let whole = presets.iter().any(|preset| preset.patch == player.known);
            assert!(whole || player.known == first, "after {seen} blocks");
            seen += 1;
        }
        assert!(seen > 100, "only {seen} blocks");
    });
    player.change_sound();
    player.follow_parameters();
    assert_eq!(player.known, presets[1].patch, "the last one counts");
}

/// A player on a patch whose level is the first LFO's shape, and that rings for a minute; a key
/// is held.
fn ringing() -> (Arc<Instrument>, Player) {
    let (instrument, inlet) = Instrument::new();
    let instrument = Arc::new(instrument);
    let mut preset = Preset::init();
    let patch = &mut preset.patch;
    (patch.reverb.on, patch.reverb.decay, patch.reverb.mix) = (1.0, 6.0, 0.1);
    (patch.osc[0].level, patch.lfo[0].polarity) = (-60.0, Polarity::Unipolar.value());
    patch.route[0].source = Source::Lfo1.value();
    patch.route[0].destination = ids().osc[0].level.as_destination();
    patch.route[0].amount = 1.0;
    preset.shapes[0] = flat(0.0);
    instrument.load(&mut instrument.document(), preset);
    let mut player = Player::new(instrument.clone(), inlet);
    player.start(48_000.0);
    let event = Event::On(Which::key(0, 60), 1.0);
    player.events.push(Timed { at: 0, event });
    (instrument, player)
}

fn flat(height: f32) -> Shape {
    Shape::new([Point { x: 0.0, y: height, bow: 0.0 }])
}

/// Loudness of the next 1600 samples, a frame of the editor.
fn frame(player: &mut Player) -> f32 {
    let (mut left, mut right) = (vec![0.0; 1600], vec![0.0; 1600]);
    player.change_sound();
    player.follow_parameters();
    player.render_part(&mut left, &mut right);
    player.return_sounds();
    (left.iter().map(|x| x * x).sum::<f32>() / left.len() as f32).sqrt()
}

/// Lets the hand do `edit` in every frame, and tells how loud the last ones are.
fn drag(edit: impl Fn(f32, &mut Preset)) -> (f32, f32, Player) {
    const FRAMES: usize = 200;
    let (instrument, mut player) = ringing();
    let (mut early, mut late) = (0.0, 0.0);
    for k in 0..FRAMES {
        let mut document = instrument.document();
        let mut preset = instrument.preset(&document);
        edit(k as f32 / FRAMES as f32, &mut preset);
        instrument.rebuild(&mut document, preset);
        let loud = frame(&mut player);
        assert!(player.waiting.is_none(), "edit {k} does not play");
        match k {
            10 => early = loud,
            _ => late = loud,
        }
        instrument.outlet.free();
    }
    (early, late, player)
}

#[test]
fn every_frame_of_a_dragged_shape_is_heard_under_a_held_key_and_a_long_reverb() {
    let (early, late, player) = drag(|share, preset| preset.shapes[0] = flat(share));
    assert!(late > 30.0 * early, "the level stays at {early}, {late}");
    let engine = player.engine.as_ref().expect("it was started");
    assert_eq!(engine.voices(), 1, "the note goes on, it does not begin again");
}

#[test]
fn every_frame_of_changing_tables_is_heard_too() {
    let names = ["saw", "square", "sine"];
    let (early, late, _) = drag(|share, preset| {
        preset.shapes[0] = flat(share);
        preset.tables[0] = Table::Factory(names[(share * 600.0) as usize % 3].into());
    });
    assert!(late > 30.0 * early, "the level stays at {early}, {late}");
}

#[test]
fn another_recording_comes_under_a_held_key_without_a_click() {
    let constant = |height: f32| {
        let channels = vec![vec![height; 90_000]];
        let recording = Recording::new("constant", 48_000, channels, 60.0, None);
        Clip::Own(Arc::new(recording.expect("legal")))
    };
    let (instrument, inlet) = Instrument::new();
    let instrument = Arc::new(instrument);
    let mut preset = Preset { clip: constant(0.8), ..Preset::init() };
    (preset.patch.osc[0].on, preset.patch.filter[0].on) = (0.0, 0.0);
    (preset.patch.sample.on, preset.patch.sample.level) = (1.0, 0.0);
    instrument.load(&mut instrument.document(), preset.clone());
    let mut player = Player::new(instrument.clone(), inlet);
    player.start(48_000.0);
    let event = Event::On(Which::key(0, 60), 1.0);
    player.events.push(Timed { at: 0, event });
    let mut heard = Vec::new();
    for _ in 0..2 {
        let (mut left, mut right) = (vec![0.0; 9_600], vec![0.0; 9_600]);
        player.change_sound();
        player.render_part(&mut left, &mut right);
        heard.extend(left);
        preset.clip = constant(-0.8);
        instrument.rebuild(&mut instrument.document(), preset.clone());
    }
    let (before, after) = (heard[9_599], heard[19_199]);
    assert!(before > 0.1 && (after / before + 1.0).abs() < 0.01, "{before}, then {after}");
    let steps = heard[9_000..].windows(2).map(|w| (w[1] - w[0]).abs());
    let steepest = steps.fold(0.0, f32::max);
    assert!(steepest < 0.05 * before, "a step of {steepest} at {before}");
}

#[test]
fn held_notes_go_the_way_to_a_partner_that_came_after_them() {
    let (instrument, mut player) = ringing();
    frame(&mut player);
    let mut loud = instrument.document().preset.clone();
    loud.patch.osc[0].level = -6.0;
    let partner = Arc::new(Partner::new(loud, Vec::new()));
    instrument.pair(&mut instrument.document(), Some(partner));
    let before = frame(&mut player);
    assert!(before < 1e-3, "at the beginning of the way nothing is new: {before}");
    instrument.params.write_one(ids().morph.position, 1.0);
    let after = (0..10).map(|_| frame(&mut player)).last().unwrap_or_default();
    assert!(after > 0.1, "the held note stays where it was: {after}");
    let voices = |player: &Player| player.engine.as_ref().map(|engine| engine.voices());
    assert_eq!(voices(&player), Some(1), "it goes on");
    // Without the partner it begins anew as what it was.
    instrument.pair(&mut instrument.document(), None);
    frame(&mut player);
    frame(&mut player);
    assert_eq!(voices(&player), Some(1));
    assert!(instrument.preset(&instrument.document()).partner.is_none());
}

#[test]
fn an_edit_of_a_sound_that_never_played_comes_as_that_would_have() {
    let (instrument, mut player) = ringing();
    frame(&mut player);
    let edit = |height| {
        let mut document = instrument.document();
        let mut preset = instrument.preset(&document);
        preset.shapes[0] = flat(height);
        instrument.rebuild(&mut document, preset);
    };
    // Another preset, edited before a block began: the held note keeps its silence.
    let mut loud = instrument.document().preset.clone();
    loud.shapes[0] = flat(1.0);
    instrument.load(&mut instrument.document(), loud);
    edit(0.9);
    assert!(frame(&mut player) < 1e-3, "the held note plays the other preset");
    // What is tried out is not what the edit is of.
    instrument.try_out(&Preset::init());
    frame(&mut player);
    edit(0.8);
    frame(&mut player);
    frame(&mut player);
    let engine = player.engine.as_ref().expect("it was started");
    assert!(engine.voices() > 0 && !instrument.is_trying_out());
}
