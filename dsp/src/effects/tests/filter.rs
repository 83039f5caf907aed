//! The filter of all voices against the filter of one.

use cultivar_patch::schema::Model;

use super::*;
use crate::filter::Filter;
use crate::math::Span;
use crate::oscillator::kernel::Plain;

#[test]
fn it_is_the_filter_of_a_voice() {
    let x = noise(0.3, 200 * TICK);
    for (model, mix) in [(Model::Low24, 1.0), (Model::Band12, 0.4), (Model::Notch24, 1.0)] {
        let patch = patch(|p| {
            (p.fx_filter.on, p.fx_filter.model) = (1.0, model.value());
            (p.fx_filter.cutoff, p.fx_filter.resonance) = (80.0, 0.6);
            (p.fx_filter.drive, p.fx_filter.mix) = (9.0, mix);
            let filter = &mut p.filter[0];
            (filter.on, filter.model, filter.cutoff) = (1.0, model.value(), 80.0);
            (filter.resonance, filter.drive, filter.mix) = (0.6, 9.0, mix);
        });
        let y = through(&x, &patch);
        let mut filter = Filter::new();
        filter.start();
        for (k, (l, r)) in x[0].chunks(TICK).zip(x[1].chunks(TICK)).enumerate() {
            let mut sides = [[0.0; TICK]; 2];
            sides[0].copy_from_slice(l);
            sides[1].copy_from_slice(r);
            filter.aim(&Span::WHOLE, &patch.filter[0], 0.0, RATE);
            filter.render::<Plain>(0, TICK, &mut sides);
            for (side, y) in sides.iter().zip(&y) {
                let near = side.iter().zip(&y[k * TICK..]).all(|(a, b)| (a - b).abs() < 1e-5);
                assert!(near, "{model:?} differs in tick {k}");
            }
        }
    }
}

#[test]
fn whatever_sounds_by_itself_ends_after_the_last_sound() {
    for model in 0..=Model::Dirty as usize {
        let patch = patch(|p| {
            (p.fx_filter.on, p.fx_filter.model) = (1.0, model as f32);
            (p.fx_filter.cutoff, p.fx_filter.resonance) = (40.0, 1.0);
        });
        let mut chain = Chain::new(RATE);
        let [mut left, mut right] = noise(0.3, TICK);
        let ticks = (0..).take_while(|_| {
            chain.control(&patch, 120.0);
            chain.render(&mut left, &mut right);
            assert!(left.iter().all(|x| x.is_finite()));
            left.fill(0.0);
            right.fill(0.0);
            !chain.silent()
        });
        let time = (ticks.take(seconds(6.0) / TICK).count() * TICK) as f32 / RATE;
        assert!(time < 5.0, "model {model} sounds on for {time} s");
        let told = Chain::tail_seconds(&patch, 120.0);
        assert!(told > 0.3 && told <= 4.0, "model {model}: {told} s");
    }
}

#[test]
fn a_held_tone_is_heard_for_ever() {
    let x = sine(220.0, 0.3, seconds(6.0));
    let y = through(&x, &patch(|p| p.fx_filter.on = 1.0));
    let level = |time: f32| rms(&y[0][seconds(time)..][..seconds(0.5)]);
    assert!((level(5.0) / level(0.5) - 1.0).abs() < 1e-3);
}

#[test]
fn another_model_comes_without_a_click() {
    let x = sine(220.0, 0.3, seconds(1.0));
    let y = run(RATE, &x, |t| {
        patch(|p| {
            p.fx_filter.on = 1.0;
            p.fx_filter.model = ((t / 250) % 7) as f32;
        })
    });
    let step = |n: usize| (y[0][n + 1] - y[0][n]).abs();
    let steepest = (seconds(0.1)..x[0].len() - 1).map(step).fold(0.0, f32::max);
    assert!(steepest < 0.3 * TAU * 220.0 / RATE * 1.5, "{steepest}");
}
