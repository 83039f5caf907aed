//! Reading a band-limited frame between its samples: four neighbours, third order.
//!
//! The kernel is the symmetric piecewise cubic of width four whose images are least for
//! content up to an eighth of the table's sampling rate (weighted with the fourth power of the
//! period, so that low harmonics are cleanest): −87 dB at the edge, −108 dB at half of it. Its
//! response in the pass-band is undone exactly, harmonic by harmonic, when the table is drawn.

use crate::math::{Block, CONTROL, COUNT, Ramp};

/// Weights of the sum and difference of the inner and the outer pair of neighbours, per power
/// of the distance from their middle: z⁰ and z² take sums, z¹ and z³ differences.
pub(crate) const INNER: [f32; 4] = [0.465_823_17, 0.541_787_27, -0.249_935_93, -0.484_015_82];
pub(crate) const OUTER: [f32; 4] = [0.034_176_82, 0.152_738_56, 0.249_935_91, 0.161_333_7];

/// Phases of a grid interval, in 2⁻³² turns.
pub(crate) type Phases = [u32; CONTROL];

/// Response of the kernel at `place` cycles per table sample, by Gauss's quadrature.
pub(crate) fn response(place: f64) -> f64 {
    /// Places and weights of eight points between −1 and 1; the other four mirror these.
    const POINTS: [(f64, f64); 4] = [
        (0.183_434_642_495_649_8, 0.362_683_783_378_362),
        (0.525_532_409_916_329, 0.313_706_645_877_887_3),
        (0.796_666_477_413_626_7, 0.222_381_034_453_374_5),
        (0.960_289_856_497_536_2, 0.101_228_536_290_376_3),
    ];
    let mut sum = 0.0;
    for (weights, offset) in [(INNER, 0.0), (OUTER, 1.0)] {
        let [c0, c1, c2, c3] = weights.map(f64::from);
        for (point, weight) in POINTS {
            for z in [-0.5 * point, 0.5 * point] {
                let value = c0 - z * (c1 - z * (c2 - z * c3));
                let turns = place * (offset + 0.5 + z);
                sum += weight * value * (std::f64::consts::TAU * turns).cos();
            }
        }
    }
    sum
}

/// One copy of an oscillator: where it is in its cycle, how it moves, how loud it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reader {
    /// In 2⁻³² turns, where the lines were drawn.
    pub(crate) phase: u32,
    /// Turns per sample there.
    pub(crate) speed: u32,
    /// Change of the speed per sample.
    pub(crate) bend: i32,
    pub(crate) left: Ramp,
    pub(crate) right: Ramp,
}

impl Reader {
    /// Phase a number of samples after the lines were drawn.
    #[inline(always)]
    pub(crate) fn phase_after(&self, n: u32) -> u32 {
        let bent = (n.wrapping_mul(n.wrapping_sub(1)) >> 1).wrapping_mul(self.bend as u32);
        self.phase.wrapping_add(n.wrapping_mul(self.speed)).wrapping_add(bent)
    }

    /// Phases from `base` samples after the lines were drawn.
    #[inline(always)]
    pub(crate) fn phases(&self, base: usize) -> Phases {
        let mut phases = [0; CONTROL];
        for (n, phase) in phases.iter_mut().enumerate() {
            *phase = self.phase_after((base + n) as u32);
        }
        phases
    }

    /// Phases half a sample later.
    #[inline(always)]
    pub(crate) fn phases_between(&self, base: usize) -> Phases {
        let mut phases = [0; CONTROL];
        for (n, phase) in phases.iter_mut().enumerate() {
            let n = (base + n) as u32;
            let speed = self.speed.wrapping_add(n.wrapping_mul(self.bend as u32));
            *phase = self.phase_after(n).wrapping_add(speed >> 1);
        }
        phases
    }

    /// Adds a sound at this copy's loudness.
    #[inline(always)]
    pub(crate) fn add(
        &self,
        sound: &Block,
        base: usize,
        len: usize,
        left: &mut Block,
        right: &mut Block,
    ) {
        for (out, line) in [(left, &self.left), (right, &self.right)] {
            for ((out, sound), &count) in out.iter_mut().zip(sound).zip(&COUNT[base..][..len]) {
                *out += sound * line.at(count);
            }
        }
    }
}

/// A frame, or two of one level with the way from the first to the second.
#[derive(Clone, Copy)]
pub(crate) struct Frames<'a> {
    pub(crate) first: &'a [f32],
    pub(crate) second: Option<&'a [f32]>,
    /// Binary logarithm of their length.
    pub(crate) bits: u32,
    /// Share of the second.
    pub(crate) share: Ramp,
}

/// The instruction sets that the inner loops are made for. Results differ by rounding only.
pub(crate) trait Lanes {
    /// `a` · `b` + `c`, rounded once where there is an instruction for it.
    fn fused(a: f32, b: f32, c: f32) -> f32;

    /// Reads `frame` (one sample of guard in front, three behind, 2^`bits` between) at the
    /// first `len` phases, rounded up to whole groups of lanes.
    ///
    /// # Safety
    /// `frame` has 2^`bits` + 4 samples; the processor has the instructions.
    unsafe fn read(frame: &[f32], bits: u32, phases: &Phases, len: usize, out: &mut Block);

    /// Adds a copy to both sides: `len` samples, rounded up to whole groups of lanes, from
    /// `base` samples after its lines were drawn.
    ///
    /// # Safety
    /// As for `read`, for both frames.
    unsafe fn play(
        frames: &Frames,
        reader: &Reader,
        base: usize,
        len: usize,
        left: &mut Block,
        right: &mut Block,
    );
}

/// Whatever the compiler finds.
pub(crate) struct Plain;

impl Lanes for Plain {
    #[inline(always)]
    fn fused(a: f32, b: f32, c: f32) -> f32 {
        a * b + c
    }

    #[inline(always)]
    unsafe fn read(frame: &[f32], bits: u32, phases: &Phases, len: usize, out: &mut Block) {
        for (out, &phase) in out.iter_mut().zip(phases).take(len) {
            let cell = (phase >> (32 - bits)) as usize;
            // SAFETY: `cell` < 2^bits, and the frame has four samples more (contract).
            let y: [f32; 4] =
                unsafe { frame.as_ptr().add(cell).cast::<[f32; 4]>().read_unaligned() };
            let z = ((phase << bits) ^ 0x8000_0000) as i32 as f32 * (1.0 / 4_294_967_296.0);
            let (sum, difference) = (y[2] + y[1], y[2] - y[1]);
            let (wide_sum, wide_difference) = (y[3] + y[0], y[3] - y[0]);
            let c0 = INNER[0] * sum + OUTER[0] * wide_sum;
            let c1 = INNER[1] * difference + OUTER[1] * wide_difference;
            let c2 = INNER[2] * sum + OUTER[2] * wide_sum;
            let c3 = INNER[3] * difference + OUTER[3] * wide_difference;
            *out = c0 + z * (c1 + z * (c2 + z * c3));
        }
    }

    #[inline(always)]
    unsafe fn play(
        frames: &Frames,
        reader: &Reader,
        base: usize,
        len: usize,
        left: &mut Block,
        right: &mut Block,
    ) {
        let phases = reader.phases(base);
        let mut sound = [0.0; CONTROL];
        // SAFETY: passed on.
        unsafe { Self::read(frames.first, frames.bits, &phases, len, &mut sound) };
        if let Some(second) = frames.second {
            let mut other = [0.0; CONTROL];
            // SAFETY: passed on.
            unsafe { Self::read(second, frames.bits, &phases, len, &mut other) };
            for ((x, y), &count) in sound.iter_mut().zip(&other).zip(&COUNT[base..][..len]) {
                *x += frames.share.at(count) * (y - *x);
            }
        }
        reader.add(&sound, base, len, left, right);
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) use super::x86::{Avx2, Avx512};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_instruction_sets_read_the_same() {
        let frame: Vec<f32> = (0..132).map(|k| ((k * 37 % 101) as f32 / 50.0) - 1.0).collect();
        let phases: Phases = std::array::from_fn(|n| (n as u32).wrapping_mul(0x9e37_79b9));
        let mut plain = [0.0; CONTROL];
        // SAFETY: 128 samples and four more; instructions are checked below.
        unsafe {
            Plain::read(&frame, 7, &phases, CONTROL, &mut plain);
            #[cfg(target_arch = "x86_64")]
            {
                let mut wide = [0.0; CONTROL];
                let close =
                    |a: &Block, b: &Block| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    Avx2::read(&frame, 7, &phases, CONTROL, &mut wide);
                    assert!(close(&plain, &wide));
                }
                if is_x86_feature_detected!("avx512dq") {
                    Avx512::read(&frame, 7, &phases, CONTROL, &mut wide);
                    assert!(close(&plain, &wide));
                }
            }
        }
    }

    #[test]
    fn all_instruction_sets_play_the_same() {
        let frame: Vec<f32> = (0..132).map(|k| ((k * 37 % 101) as f32 / 50.0) - 1.0).collect();
        let second: Vec<f32> = frame.iter().rev().copied().collect();
        let reader = Reader {
            phase: 0x1234_5678,
            speed: 0x0765_4321,
            bend: -70_000,
            left: Ramp { start: 0.5, step: 0.01, end: 0.82 },
            right: Ramp { start: 0.8, step: -0.01, end: 0.48 },
        };
        for second in [None, Some(&second[..])] {
            let share = Ramp { start: 0.1, step: 0.02, end: 0.74 };
            let frames = Frames { first: &frame, second, bits: 7, share };
            let mut plain = [[0.25; CONTROL]; 2];
            let [l, r] = &mut plain;
            // SAFETY: 128 samples and four more; instructions are checked below.
            unsafe {
                Plain::play(&frames, &reader, 5, 27, l, r);
                #[cfg(target_arch = "x86_64")]
                {
                    let close = |a: &Block, b: &Block| {
                        a.iter().zip(b).take(27).all(|(a, b)| (a - b).abs() < 1e-4)
                    };
                    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                        let [mut l, mut r] = [[0.25; CONTROL]; 2];
                        Avx2::play(&frames, &reader, 5, 27, &mut l, &mut r);
                        assert!(close(&plain[0], &l) && close(&plain[1], &r));
                    }
                    if is_x86_feature_detected!("avx512dq") {
                        let [mut l, mut r] = [[0.25; CONTROL]; 2];
                        Avx512::play(&frames, &reader, 5, 27, &mut l, &mut r);
                        assert!(close(&plain[0], &l) && close(&plain[1], &r));
                    }
                }
            }
        }
    }

    #[test]
    fn the_response_is_one_at_nothing_and_falls() {
        assert!((response(0.0) - 1.0).abs() < 1e-3);
        assert!((response(0.125) - 0.887).abs() < 1e-3);
    }
}
