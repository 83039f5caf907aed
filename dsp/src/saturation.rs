//! Saturation of a stereo sound at twice the rate, without audible aliases.

use crate::halfband::Halfband;
use crate::math::{COUNT, Ramp, Span, gain};

/// Saturation at twice the rate: straight at a drive of 1, at higher ones steeper in the middle
/// and bounded at the rails.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Saturation {
    drive: Ramp,
    /// Share of the saturated sound: it comes and goes within a grid interval.
    share: Ramp,
    up: Halfband,
    down: Halfband,
    /// Last sample and its square root, for the averages.
    last: [[f32; 2]; 2],
}

impl Saturation {
    /// Draws the lines to a drive in decibels.
    pub(crate) fn aim(&mut self, span: &Span, fresh: bool, decibels: f32) {
        let drive = gain(decibels);
        let share = if decibels > 0.0 { 1.0 } else { 0.0 };
        if fresh {
            (self.drive, self.share) = (Ramp::still(drive), Ramp::still(share));
        }
        self.drive.aim(span, drive);
        self.share.aim(span, share);
        if fresh || (self.share.start == 0.0 && share > 0.0) {
            (self.up, self.down) = (Halfband::default(), Halfband::default());
            self.last = [[0.0; 2], [1.0; 2]];
        }
        if !self.share.is_silent() {
            self.up.settle();
            self.down.settle();
        }
    }

    /// Saturates in place. Where drive is high, each sample is the mean of the curve over the
    /// way from the last one (antiderivative antialiasing; Parker, Zavalishin and Le Bivic,
    /// 2016): for y = d·x/√(1 + (d² − 1)·x²) that mean is d·(x + x')/(√… + √…').
    #[inline(always)]
    pub(crate) fn render(&mut self, base: usize, left: &mut [f32], right: &mut [f32]) {
        if self.share.is_silent() {
            return;
        }
        let counts = &COUNT[base..];
        for ((left, right), &count) in left.iter_mut().zip(right).zip(counts) {
            let drive = self.drive.at(count);
            let (bend, averaged) = (drive * drive - 1.0, 1.0 - 1.0 / drive);
            let mut twice = self.up.up([*left, *right]);
            for pair in &mut twice {
                for (side, x) in pair.iter_mut().enumerate() {
                    let [last, last_root] = [self.last[0][side], self.last[1][side]];
                    let root = (1.0 + bend * *x * *x).sqrt();
                    (self.last[0][side], self.last[1][side]) = (*x, root);
                    let (mean, now) = ((*x + last) / (root + last_root), *x / root);
                    *x = drive * (now + averaged * (mean - now));
                }
            }
            let [l, r] = self.down.down(twice);
            let share = self.share.at(count);
            *left += share * (l - *left);
            *right += share * (r - *right);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::CONTROL;

    #[test]
    fn saturation_is_absent_without_drive_and_bounded_with() {
        let mut saturation = Saturation::default();
        saturation.aim(&Span::WHOLE, true, 0.0);
        let (mut left, mut right) = ([0.3; CONTROL], [-2.0; CONTROL]);
        saturation.render(0, &mut left, &mut right);
        assert_eq!((left, right), ([0.3; CONTROL], [-2.0; CONTROL]));
        saturation.aim(&Span::WHOLE, true, 36.0);
        for _ in 0..10 {
            (left, right) = ([0.3; CONTROL], [-2.0; CONTROL]);
            saturation.render(0, &mut left, &mut right);
        }
        assert!(left.iter().all(|x| (x - 1.0).abs() < 0.01), "{left:?}");
        assert!(right.iter().all(|x| (x + 1.0).abs() < 0.01), "{right:?}");
    }
}
