//! Drawn curves: the few points whose straight lines follow a measured contour best.

use cultivar_patch::{MAX_POINTS, Point, Shape};

/// A polyline over a contour: rising places in steps of the contour, and heights.
#[derive(Clone, Debug, PartialEq)]
pub struct Polyline {
    /// Index into the contour and height of every corner.
    pub corners: Vec<(usize, f32)>,
}

impl Polyline {
    /// Follows `contour` with at most `most` corners (2 to [`MAX_POINTS`]), fewer where the
    /// largest weighted error is below `tolerance`. `weight` says how much each place counts.
    pub fn fit(contour: &[f32], weight: &[f32], most: usize, tolerance: f32) -> Polyline {
        let last = contour.len().saturating_sub(1);
        if last == 0 {
            let height = contour.first().copied().unwrap_or(0.0);
            return Polyline { corners: vec![(0, height), (1, height)] };
        }
        let mut places = vec![0, last];
        let mut worst: Vec<Split> = vec![Split::find(contour, weight, 0, last)];
        while places.len() < most.clamp(2, MAX_POINTS) {
            let best = worst.iter().enumerate().max_by(|a, b| a.1.gain.total_cmp(&b.1.gain));
            let Some((k, split)) = best else { break };
            let split = *split;
            if split.largest < tolerance || split.gain <= 0.0 {
                // The segment with the most to gain is good enough: try the one with the
                // largest single error before stopping.
                let peak =
                    worst.iter().enumerate().max_by(|a, b| a.1.largest.total_cmp(&b.1.largest));
                let Some((k, &split)) = peak else { break };
                if split.largest < tolerance {
                    break;
                }
                insert(contour, weight, &mut places, &mut worst, k, split.place);
                continue;
            }
            insert(contour, weight, &mut places, &mut worst, k, split.place);
        }
        let heights = heights(contour, weight, &places);
        Polyline { corners: places.into_iter().zip(heights).collect() }
    }

    /// Height at a place between the first and the last corner.
    pub fn at(&self, place: f32) -> f32 {
        let next = self.corners.partition_point(|c| (c.0 as f32) <= place);
        match (next.checked_sub(1).map(|k| self.corners[k]), self.corners.get(next)) {
            (Some(a), Some(b)) => a.1 + (b.1 - a.1) * (place - a.0 as f32) / (b.0 - a.0) as f32,
            (Some(a), None) => a.1,
            (None, Some(b)) => b.1,
            (None, None) => 0.0,
        }
    }

    /// Lowest and highest corner.
    pub fn range(&self) -> (f32, f32) {
        let heights = self.corners.iter().map(|c| c.1);
        heights.fold((f32::INFINITY, f32::NEG_INFINITY), |(lo, hi), y| (lo.min(y), hi.max(y)))
    }

    /// A shape that runs through the corners, `low` at 0 and `high` at 1.
    pub fn shape(&self, low: f32, high: f32) -> Shape {
        let end = self.corners.last().map_or(1, |c| c.0).max(1) as f32;
        let span = (high - low).max(1e-6);
        let point = |&(x, y): &(usize, f32)| Point {
            x: x as f32 / end,
            y: ((y - low) / span).clamp(0.0, 1.0),
            bow: 0.0,
        };
        Shape::new(self.corners.iter().map(point))
    }
}

fn insert(
    contour: &[f32],
    weight: &[f32],
    places: &mut Vec<usize>,
    worst: &mut Vec<Split>,
    segment: usize,
    place: usize,
) {
    places.insert(segment + 1, place);
    worst[segment] = Split::find(contour, weight, places[segment], place);
    worst.insert(segment + 1, Split::find(contour, weight, place, places[segment + 2]));
}

/// Where a segment is best broken in two.
#[derive(Clone, Copy)]
struct Split {
    place: usize,
    /// Weighted squared error of the whole segment.
    gain: f32,
    /// Largest weighted error within.
    largest: f32,
}

impl Split {
    fn find(contour: &[f32], weight: &[f32], from: usize, to: usize) -> Split {
        let mut split = Split { place: from, gain: 0.0, largest: 0.0 };
        let slope = (contour[to] - contour[from]) / (to - from) as f32;
        for k in from + 1..to {
            let off = contour[k] - contour[from] - slope * (k - from) as f32;
            let error = off.abs() * weight[k];
            split.gain += error * error;
            if error > split.largest {
                split.largest = error;
                split.place = k;
            }
        }
        if split.place == from {
            split.gain = 0.0;
        }
        split
    }
}

/// The heights of corners at `places` that make the weighted squared error least: a
/// tridiagonal system over hat functions.
fn heights(contour: &[f32], weight: &[f32], places: &[usize]) -> Vec<f32> {
    let n = places.len();
    let (mut diagonal, mut beside, mut right) = (vec![0.0_f64; n], vec![0.0_f64; n], vec![0.0; n]);
    for k in 0..n {
        // A little pull to the contour itself keeps corners without weight in place.
        diagonal[k] += 1e-3;
        right[k] += 1e-3 * f64::from(contour[places[k]]);
    }
    for k in 0..n - 1 {
        let (from, to) = (places[k], places[k + 1]);
        let last = usize::from(k + 2 == n);
        for i in from..to + last {
            let w = f64::from(weight[i] * weight[i]);
            let b = (i - from) as f64 / (to - from) as f64;
            let (a, y) = (1.0 - b, f64::from(contour[i]));
            diagonal[k] += w * a * a;
            diagonal[k + 1] += w * b * b;
            beside[k] += w * a * b;
            right[k] += w * a * y;
            right[k + 1] += w * b * y;
        }
    }
    for k in 1..n {
        let share = beside[k - 1] / diagonal[k - 1];
        diagonal[k] -= share * beside[k - 1];
        right[k] -= share * right[k - 1];
    }
    let mut heights = vec![0.0_f64; n];
    for k in (0..n).rev() {
        let after = if k + 1 < n { beside[k] * heights[k + 1] } else { 0.0 };
        heights[k] = (right[k] - after) / diagonal[k];
    }
    heights.into_iter().map(|y| y as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bent_line_is_found_again() {
        let truth = Polyline { corners: vec![(0, 0.0), (10, 1.0), (50, -2.0), (100, 0.5)] };
        let contour: Vec<f32> = (0..=100).map(|k| truth.at(k as f32)).collect();
        let fit = Polyline::fit(&contour, &vec![1.0; 101], 64, 1e-3);
        assert_eq!(fit.corners.len(), 4);
        for (a, b) in fit.corners.iter().zip(&truth.corners) {
            assert_eq!(a.0, b.0);
            assert!((a.1 - b.1).abs() < 1e-3);
        }
    }

    #[test]
    fn more_corners_never_fit_worse_and_64_are_the_most() {
        let contour: Vec<f32> =
            (0..400).map(|k| (k as f32 * 0.1).sin() + (k as f32).sqrt()).collect();
        let weight = vec![1.0; 400];
        let error = |most| {
            let fit = Polyline::fit(&contour, &weight, most, 0.0);
            assert!(fit.corners.len() <= MAX_POINTS);
            contour.iter().enumerate().map(|(k, y)| (fit.at(k as f32) - y).powi(2)).sum::<f32>()
        };
        let errors: Vec<f32> = [2, 8, 32, 64, 500].map(error).to_vec();
        assert!(errors.windows(2).all(|e| e[1] <= e[0] + 1e-6), "{errors:?}");
        assert!(errors[3] < 0.1, "{errors:?}");
    }
}
