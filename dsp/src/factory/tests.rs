//! Laws of the factory tables.

use std::collections::HashSet;

use cultivar_patch::{FRAME, Wavetable};
use realfft::RealFftPlanner;

use super::{names, table, title};

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum()
}

fn correlation(a: &[f32], b: &[f32]) -> f64 {
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

fn all() -> impl Iterator<Item = (&'static str, std::sync::Arc<Wavetable>)> {
    names().iter().map(|id| (*id, table(id).expect(id)))
}

#[test]
fn ids_are_unique_words_with_titles() {
    let unique: HashSet<_> = names().iter().collect();
    let titles: HashSet<_> = names().iter().map(|id| title(id).expect(id)).collect();
    assert!(unique.len() == names().len() && titles.len() == names().len());
    assert!(names().len() >= 60, "{}", names().len());
    for id in names() {
        assert!(id.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-')), "{id}");
    }
    assert!(table("no such table").is_none() && title("").is_none());
}

#[test]
fn tables_are_built_once() {
    let (a, b) = (table("saw"), table("saw"));
    assert!(std::sync::Arc::ptr_eq(&a.expect("saw"), &b.expect("saw")));
}

#[test]
fn frames_are_finite_within_one_without_dc_or_nyquist() {
    for (id, table) in all() {
        assert!((1..=64).contains(&table.len()), "{id}: {} frames", table.len());
        let peak = table.samples().iter().fold(0.0f32, |p, y| p.max(y.abs()));
        assert!((0.999..=1.0).contains(&peak), "{id} peaks at {peak}");
        for frame in (0..table.len()).map(|k| table.frame(k)) {
            assert!(frame.iter().all(|y| y.is_finite()), "{id}");
            let dc: f64 = frame.iter().map(|y| f64::from(*y)).sum::<f64>() / FRAME as f64;
            let sign = |n: usize| 1.0 - 2.0 * (n % 2) as f64;
            let nyquist: f64 = frame.iter().enumerate().map(|(n, y)| sign(n) * f64::from(*y)).sum();
            assert!(dc.abs() < 1e-5 && nyquist.abs() < 1e-2, "{id}: {dc} {nyquist}");
            let rms = (dot(frame, frame) / FRAME as f64).sqrt();
            assert!(rms > 0.05, "{id} has a frame of {rms} rms");
        }
    }
}

#[test]
fn neighbouring_frames_add_up() {
    // Half-way between two equal frames correlated by c the power is (1 + c) / 2.
    let least = |table: &Wavetable| {
        let pairs = (1..table.len()).map(|k| correlation(table.frame(k - 1), table.frame(k)));
        pairs.fold(1.0, f64::min)
    };
    let bad: Vec<_> = all().map(|(id, t)| (id, least(&t))).filter(|(_, c)| *c < 0.65).collect();
    assert!(bad.is_empty(), "{bad:?}");
}

#[test]
fn frames_differ_along_a_table() {
    let ends = |table: &Wavetable| correlation(table.frame(0), table.frame(table.len() - 1));
    let many = all().filter(|(_, table)| table.len() > 1);
    let bad: Vec<_> = many.map(|(id, t)| (id, ends(&t))).filter(|(_, c)| *c > 0.97).collect();
    assert!(bad.is_empty(), "first and last frame are alike: {bad:?}");
}

#[test]
fn tables_differ_from_one_another() {
    // Loudness by harmonic in eighths of the table, phases left out.
    let mut planner = RealFftPlanner::<f32>::new();
    let fft = planner.plan_fft_forward(FRAME);
    let portrait = |table: &Wavetable| -> Vec<f32> {
        let places = (0..8).map(|n| n * (table.len() - 1) / 7);
        let spectrum = |k: usize| {
            let (mut frame, mut bins) = (table.frame(k).to_vec(), fft.make_output_vec());
            fft.process(&mut frame, &mut bins).expect("lengths agree");
            let power = bins.iter().map(|b| b.norm_sqr()).sum::<f32>().sqrt();
            bins.iter().map(|b| (b.norm() / power).sqrt()).collect::<Vec<_>>()
        };
        places.flat_map(spectrum).collect()
    };
    let portraits: Vec<_> = all().map(|(id, table)| (id, portrait(&table))).collect();
    for (n, (a, pa)) in portraits.iter().enumerate() {
        for (b, pb) in &portraits[..n] {
            let alike = correlation(pa, pb);
            assert!(alike < 0.985, "{a} and {b} are alike by {alike}");
        }
    }
}

#[test]
fn the_basic_waves_have_their_textbook_harmonics() {
    let mut planner = RealFftPlanner::<f32>::new();
    let fft = planner.plan_fft_forward(FRAME);
    // Share of the even harmonics, and by which power of its number a harmonic is weaker.
    for (id, even, power) in [("saw", 1.0, 1), ("square", 0.0, 1), ("triangle", 0.0, 2)] {
        let (mut frame, mut bins) = (table(id).expect(id).frame(0).to_vec(), fft.make_output_vec());
        fft.process(&mut frame, &mut bins).expect("lengths agree");
        for k in 1..200 {
            let ratio = bins[k].norm() / bins[1].norm();
            let law = if k % 2 == 0 { even } else { 1.0 } / (k as f32).powi(power);
            assert!((ratio - law).abs() < 1e-4, "{id}: harmonic {k} is {ratio}");
        }
    }
}
