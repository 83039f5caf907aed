//! A sound played as it is: the target, to be held beside what grows.

/// Mono samples on their way through the output.
pub struct Clip {
    samples: Vec<f32>,
    rate: f32,
    /// Samples played so far, with their fraction.
    at: f64,
    /// 1, or less while it fades.
    gain: f32,
    fades: bool,
}

/// Seconds in which a clip fades that is ended.
const FADE: f32 = 0.01;

impl Clip {
    /// All of `samples`, `rate` per second.
    pub fn new(samples: Vec<f32>, rate: f32) -> Self {
        Clip { samples, rate, at: 0.0, gain: 1.0, fades: false }
    }

    /// From now on it fades, and ends soon.
    pub fn fade(&mut self) {
        self.fades = true;
    }

    /// Adds the next part to both sides at `rate` samples per second; whether there is more.
    pub fn add_to(&mut self, left: &mut [f32], right: &mut [f32], rate: f32) -> bool {
        let step = f64::from(self.rate / rate);
        let fall = if self.fades { 1.0 / (FADE * rate) } else { 0.0 };
        for (left, right) in left.iter_mut().zip(right) {
            let sample = self.gain * self.sample();
            self.gain = (self.gain - fall).max(0.0);
            *left += sample;
            *right += sample;
            self.at += step;
        }
        self.gain > 0.0 && self.at < self.samples.len() as f64
    }

    /// The sample at the present place, by Hermite's cubic through its four neighbours.
    fn sample(&self) -> f32 {
        let place = self.at as usize;
        let t = (self.at - place as f64) as f32;
        let at = |k: usize| (place + k).checked_sub(1).and_then(|k| self.samples.get(k));
        let [a, b, c, d] = [0, 1, 2, 3].map(|k| at(k).copied().unwrap_or(0.0));
        let slope = [0.5 * (c - a), 0.5 * (d - b)];
        let rise = b - c;
        let cubic = 2.0 * rise + slope[0] + slope[1];
        let square = -3.0 * rise - 2.0 * slope[0] - slope[1];
        ((cubic * t + square) * t + slope[0]) * t + b
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_that_is_ended_fades_without_a_click() {
        let mut clip = Clip::new(vec![1.0; 48_000], 48_000.0);
        let (mut left, mut right) = (vec![0.0; 1000], vec![0.0; 1000]);
        assert!(clip.add_to(&mut left[..200], &mut right[..200], 48_000.0));
        clip.fade();
        assert!(!clip.add_to(&mut left[200..], &mut right[200..], 48_000.0));
        assert!(left.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.01), "a click");
        assert_eq!((left[199], left[999]), (1.0, 0.0));
    }

    #[test]
    fn a_clip_is_itself_at_its_own_rate_and_keeps_its_pitch_at_others() {
        let sine = |k: usize, rate: f32| (k as f32 * 440.0 * std::f32::consts::TAU / rate).sin();
        let samples: Vec<f32> = (0..4800).map(|k| sine(k, 48_000.0)).collect();
        let mut own = [vec![0.0; 4800], vec![0.0; 4800]];
        let [left, right] = &mut own;
        assert!(!Clip::new(samples.clone(), 48_000.0).add_to(left, right, 48_000.0));
        assert_eq!(own, [samples.clone(), samples.clone()]);

        let mut clip = Clip::new(samples, 48_000.0);
        let mut sound = vec![0.0; 4410];
        for (left, right) in sound.chunks_mut(100).zip(vec![0.0; 4410].chunks_mut(100)) {
            clip.add_to(left, right, 44_100.0);
        }
        // The last sample has no neighbour to lead to.
        let wrong = |k: &usize| (sound[*k] - sine(*k, 44_100.0)).abs() > 1e-3;
        assert_eq!((1..4405).find(wrong), None);
    }
}
