//! An engine that works faster than it is heard, and one that takes the place of another.

mod stage;

use cultivar_dsp::{Engine, Event, Oversampling, Sound, Timed, Which};
use cultivar_patch::Preset;
use cultivar_patch::schema::{Source, ids};
use stage::{Dice, RATE, busy, off, on, peak, perform, random_event, random_preset, step};

/// An engine of a preset that works faster.
fn faster(preset: &Preset, oversampling: Oversampling) -> Engine {
    let mut engine = Engine::oversampled(RATE, oversampling, 7);
    assert!(engine.play(Sound::new(preset, engine.sound_rate())).is_ok());
    engine
}

/// The next samples of both, while one takes the place of the other.
fn both(new: &mut Engine, old: &mut Engine, frames: usize) -> Vec<f32> {
    let (new, old) = (perform(new, &[], frames).0, perform(old, &[], frames).0);
    new.iter().zip(&old).map(|(a, b)| a + b).collect()
}

#[test]
fn however_blocks_are_cut_the_samples_are_the_same() {
    let events = [on(3, 50), on(1000, 57), off(3001, 50), on(3001, 62), off(4500, 62)];
    for oversampling in Oversampling::ALL {
        let cut = |size: usize| {
            let mut engine = faster(&busy(), oversampling);
            let mut sides = (Vec::new(), Vec::new());
            for from in (0..6000).step_by(size) {
                let mine = events.iter().filter(|e| (from..from + size).contains(&e.at));
                let mine: Vec<Timed> = mine.map(|e| Timed { at: e.at - from, ..*e }).collect();
                let (left, right) = perform(&mut engine, &mine, size.min(6000 - from));
                sides.0.extend(left);
                sides.1.extend(right);
            }
            sides
        };
        let whole = cut(6000);
        assert!(peak(&whole.0) > 0.01);
        for size in [1, 7, 64, 1024] {
            assert!(cut(size) == whole, "{oversampling:?}, blocks of {size}");
        }
    }
}

#[test]
fn notes_begin_in_time_and_in_tune() {
    let mut preset = stage::sine();
    preset.patch.env[0].attack = -13.0;
    let [once, twice, fourfold] = Oversampling::ALL.map(|oversampling| {
        let mut engine = faster(&preset, oversampling);
        assert_eq!(engine.rate(), RATE);
        let (sound, _) = perform(&mut engine, &[on(1001, 69)], 24_000);
        assert!(sound[..1001].iter().all(|x| x.abs() < 1e-6));
        // Where a turn begins after some hundred, and how loud it is.
        let rises = |n: &usize| sound[n - 1] <= 0.0 && sound[*n] > 0.0;
        ((20_000..24_000).find(rises).expect("a tone"), peak(&sound[12_000..]))
    });
    for (begin, loud) in [twice, fourfold] {
        // The way down takes some samples.
        assert!((once.0..once.0 + 8).contains(&begin), "{begin}, not {}", once.0);
        assert!((loud / once.1 - 1.0).abs() < 1e-3, "{loud}, not {}", once.1);
    }
}

#[test]
fn held_notes_go_on_in_the_engine_that_succeeds() {
    let mut preset = stage::sine();
    preset.patch.env[0].attack = 1.0;
    preset.patch.env[0].release = 2.0;
    let ways = [
        (Oversampling::None, Oversampling::Fourfold),
        (Oversampling::Fourfold, Oversampling::Twice),
        (Oversampling::Twice, Oversampling::None),
    ];
    for (from, to) in ways {
        let mut old = faster(&preset, from);
        perform(&mut old, &[on(0, 45), on(10, 57), off(60_000, 57)], 60_001);
        let (before, _) = perform(&mut old, &[], 2400);
        let mut new = faster(&preset, to);
        new.succeed(&mut old);
        assert_eq!(new.voices(), 2, "the one held and the one let go");
        let between = both(&mut new, &mut old, 2400);
        assert!(old.has_left(), "it fades in 30 ms");
        assert!(step(&between) < 1.5 * step(&before), "{} {}", step(&between), step(&before));
        let (after, _) = perform(&mut new, &[], 2400);
        assert!(peak(&after) > 0.8 * peak(&before), "the attack began anew");
        // The keys are known to it.
        perform(&mut new, &[off(0, 45)], 48_000 * 8);
        assert_eq!(new.voices(), 0);
    }
}

#[test]
fn modulation_goes_on_where_it_was() {
    let mut preset = stage::sine();
    let route = &mut preset.patch.route[0];
    (route.source, route.amount) = (Source::Lfo1.value(), 0.5);
    route.destination = ids().osc[0].tune.as_destination();
    preset.patch.lfo[0].rate = -2.0;
    let play = |change: bool| {
        let mut engine = faster(&preset, Oversampling::None);
        let bend = Timed { at: 0, event: Event::Bend(Which::channel(0), 0.5) };
        perform(&mut engine, &[on(0, 57), bend], 30_000);
        if change {
            let mut new = faster(&preset, Oversampling::Twice);
            new.succeed(&mut engine);
            engine = new;
        }
        let (sound, _) = perform(&mut engine, &[], 9600);
        sound[4800..].windows(2).filter(|w| w[0] <= 0.0 && w[1] > 0.0).count()
    };
    let (alone, changed) = (play(false), play(true));
    assert!(alone.abs_diff(changed) <= 1, "{alone} and {changed} turns");
}

#[test]
fn keys_of_the_octave_go_on_with_their_own_sounds() {
    let preset = stage::sine();
    let child = |level: f32| {
        let mut preset = preset.clone();
        preset.patch.osc[0].level = level;
        preset
    };
    let fitted = |oversampling| {
        let mut engine = faster(&preset, oversampling);
        let rate = engine.sound_rate();
        assert!(engine.assign(2, Sound::new(&child(-20.0), rate)).is_ok());
        engine
    };
    let mut old = fitted(Oversampling::None);
    old.keymap(true);
    perform(&mut old, &[on(0, 62)], 4800);
    let mut new = fitted(Oversampling::Twice);
    new.succeed(&mut old);
    let sound = perform(&mut new, &[], 4800).0;
    let loud = peak(&sound[2400..]);
    assert!((loud - 0.1).abs() < 0.01, "{loud}: not the child's");
    perform(&mut new, &[off(0, 62)], 24_000);
    let sound = perform(&mut new, &[on(0, 63)], 4800).0;
    assert!(peak(&sound) > 0.9, "not the playing sound");
}

#[test]
fn wild_sounds_are_taken_over_too() {
    let mut dice = Dice(12);
    for round in 0..24 {
        let preset = random_preset(&mut dice);
        let [from, to] = [0, 0].map(|_| Oversampling::ALL[dice.below(3)]);
        let mut old = faster(&preset, from);
        for _ in 0..3 {
            let mut events: Vec<Timed> = (0..8).map(|_| random_event(&mut dice)).collect();
            events.sort_by_key(|e| e.at);
            perform(&mut old, &events, 512);
        }
        let mut new = faster(&preset, to);
        new.succeed(&mut old);
        let sound = both(&mut new, &mut old, 4096);
        assert!(sound.iter().all(|x| x.is_finite()), "round {round}");
        assert!(old.has_left(), "round {round}");
    }
}
