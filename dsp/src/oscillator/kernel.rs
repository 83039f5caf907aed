//! Reading a band-limited frame between its samples: four neighbours, third order.
//!
//! The kernel is the symmetric piecewise cubic of width four whose images are least for
//! content up to an eighth of the table's sampling rate (weighted with the fourth power of the
//! period, so that low harmonics are cleanest): −87 dB at the edge, −108 dB at half of it. Its
//! response in the pass-band is undone exactly, harmonic by harmonic, when the table is drawn.

use crate::math::{Block, CONTROL};

/// Weights of the sum and difference of the inner and the outer pair of neighbours, per power
/// of the distance from their middle: z⁰ and z² take sums, z¹ and z³ differences.
const INNER: [f32; 4] = [0.465_823_182, 0.541_787_278, -0.249_935_923, -0.484_015_835];
const OUTER: [f32; 4] = [0.034_176_819, 0.152_738_559, 0.249_935_908, 0.161_333_701];

/// Phases of a grid interval, in 2⁻³² turns.
pub(crate) type Phases = [u32; CONTROL];

/// Response of the kernel at `place` cycles per table sample.
pub(crate) fn response(place: f64) -> f64 {
    let steps = 256;
    let mut sum = 0.0;
    for (weights, offset) in [(INNER, 0.0), (OUTER, 1.0)] {
        for k in 0..steps {
            let t = (f64::from(k) + 0.5) / f64::from(steps);
            let z = t - 0.5;
            let [c0, c1, c2, c3] = weights.map(f64::from);
            let value = c0 - z * (c1 - z * (c2 - z * c3));
            sum += value * (std::f64::consts::TAU * place * (offset + t)).cos();
        }
    }
    2.0 * sum / f64::from(steps)
}

/// The instruction sets that the inner loops are made for. Results differ by rounding only.
pub(crate) trait Lanes {
    /// Reads `frame` (one sample of guard in front, three behind, 2^`bits` between) at the
    /// first `len` phases, rounded up to whole groups of lanes.
    ///
    /// # Safety
    /// `frame` has 2^`bits` + 4 samples; the processor has the instructions.
    unsafe fn read(frame: &[f32], bits: u32, phases: &Phases, len: usize, out: &mut Block);
}

/// Whatever the compiler finds.
pub(crate) struct Plain;

impl Lanes for Plain {
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
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Block, INNER, Lanes, OUTER, Phases};
    use std::arch::x86_64::*;

    /// Eight lanes.
    pub(crate) struct Avx2;
    /// Sixteen lanes.
    pub(crate) struct Avx512;

    impl Lanes for Avx2 {
        #[inline(always)]
        unsafe fn read(frame: &[f32], bits: u32, phases: &Phases, len: usize, out: &mut Block) {
            // SAFETY: passed on.
            unsafe { read8(frame, bits, phases, len, out) }
        }
    }

    impl Lanes for Avx512 {
        #[inline(always)]
        unsafe fn read(frame: &[f32], bits: u32, phases: &Phases, len: usize, out: &mut Block) {
            // SAFETY: passed on.
            unsafe { read16(frame, bits, phases, len, out) }
        }
    }

    /// The four neighbours of two cells, one cell in each half of the register.
    #[inline]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn pair(frame: *const f32, low: u32, high: u32) -> __m256 {
        // SAFETY: cells lie within the frame (contract of `Lanes::read`).
        unsafe {
            _mm256_set_m128(
                _mm_loadu_ps(frame.add(high as usize)),
                _mm_loadu_ps(frame.add(low as usize)),
            )
        }
    }

    #[target_feature(enable = "avx2,fma")]
    unsafe fn read8(frame: &[f32], bits: u32, phases: &Phases, len: usize, out: &mut Block) {
        let base = frame.as_ptr();
        let (down, up) = (_mm_cvtsi32_si128(32 - bits as i32), _mm_cvtsi32_si128(bits as i32));
        let (top, scale) = (_mm256_set1_epi32(i32::MIN), _mm256_set1_ps(1.0 / 4_294_967_296.0));
        let inner = INNER.map(|w| _mm256_set1_ps(w));
        let outer = OUTER.map(|w| _mm256_set1_ps(w));
        for n in (0..len).step_by(8) {
            // SAFETY: `n` + 8 ≤ 32, cells lie within the frame (contract of `Lanes::read`).
            unsafe {
                let phase = _mm256_loadu_si256(phases.as_ptr().add(n).cast());
                let mut cell = [0u32; 8];
                _mm256_storeu_si256(cell.as_mut_ptr().cast(), _mm256_srl_epi32(phase, down));
                let fraction = _mm256_xor_si256(_mm256_sll_epi32(phase, up), top);
                let z = _mm256_mul_ps(_mm256_cvtepi32_ps(fraction), scale);
                let r0 = pair(base, cell[0], cell[4]);
                let r1 = pair(base, cell[1], cell[5]);
                let r2 = pair(base, cell[2], cell[6]);
                let r3 = pair(base, cell[3], cell[7]);
                let (a, b) = (_mm256_unpacklo_ps(r0, r1), _mm256_unpackhi_ps(r0, r1));
                let (c, d) = (_mm256_unpacklo_ps(r2, r3), _mm256_unpackhi_ps(r2, r3));
                let (y0, y1) = (_mm256_shuffle_ps(a, c, 0x44), _mm256_shuffle_ps(a, c, 0xee));
                let (y2, y3) = (_mm256_shuffle_ps(b, d, 0x44), _mm256_shuffle_ps(b, d, 0xee));
                let (sum, difference) = (_mm256_add_ps(y2, y1), _mm256_sub_ps(y2, y1));
                let (wide, across) = (_mm256_add_ps(y3, y0), _mm256_sub_ps(y3, y0));
                let c0 = _mm256_fmadd_ps(inner[0], sum, _mm256_mul_ps(outer[0], wide));
                let c1 = _mm256_fmadd_ps(inner[1], difference, _mm256_mul_ps(outer[1], across));
                let c2 = _mm256_fmadd_ps(inner[2], sum, _mm256_mul_ps(outer[2], wide));
                let c3 = _mm256_fmadd_ps(inner[3], difference, _mm256_mul_ps(outer[3], across));
                let y = _mm256_fmadd_ps(z, _mm256_fmadd_ps(z, _mm256_fmadd_ps(z, c3, c2), c1), c0);
                _mm256_storeu_ps(out.as_mut_ptr().add(n), y);
            }
        }
    }

    /// The four neighbours of four cells, one cell in each quarter of the register.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
    unsafe fn four(frame: *const f32, cell: [u32; 4]) -> __m512 {
        // SAFETY: as in `pair`.
        unsafe {
            let low = _mm512_castps256_ps512(pair(frame, cell[0], cell[1]));
            _mm512_insertf32x8(low, pair(frame, cell[2], cell[3]), 1)
        }
    }

    #[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
    unsafe fn read16(frame: &[f32], bits: u32, phases: &Phases, len: usize, out: &mut Block) {
        let base = frame.as_ptr();
        let (down, up) = (_mm_cvtsi32_si128(32 - bits as i32), _mm_cvtsi32_si128(bits as i32));
        let (top, scale) = (_mm512_set1_epi32(i32::MIN), _mm512_set1_ps(1.0 / 4_294_967_296.0));
        let inner = INNER.map(|w| _mm512_set1_ps(w));
        let outer = OUTER.map(|w| _mm512_set1_ps(w));
        for n in (0..len).step_by(16) {
            // SAFETY: `n` + 16 ≤ 32, cells lie within the frame (contract of `Lanes::read`).
            unsafe {
                let phase = _mm512_loadu_si512(phases.as_ptr().add(n).cast());
                let mut k = [0u32; 16];
                _mm512_storeu_si512(k.as_mut_ptr().cast(), _mm512_srl_epi32(phase, down));
                let fraction = _mm512_xor_si512(_mm512_sll_epi32(phase, up), top);
                let z = _mm512_mul_ps(_mm512_cvtepi32_ps(fraction), scale);
                let r0 = four(base, [k[0], k[4], k[8], k[12]]);
                let r1 = four(base, [k[1], k[5], k[9], k[13]]);
                let r2 = four(base, [k[2], k[6], k[10], k[14]]);
                let r3 = four(base, [k[3], k[7], k[11], k[15]]);
                let (a, b) = (_mm512_unpacklo_ps(r0, r1), _mm512_unpackhi_ps(r0, r1));
                let (c, d) = (_mm512_unpacklo_ps(r2, r3), _mm512_unpackhi_ps(r2, r3));
                let y0 = _mm512_shuffle_ps(a, c, 0x44);
                let y1 = _mm512_shuffle_ps(a, c, 0xee);
                let y2 = _mm512_shuffle_ps(b, d, 0x44);
                let y3 = _mm512_shuffle_ps(b, d, 0xee);
                let (sum, difference) = (_mm512_add_ps(y2, y1), _mm512_sub_ps(y2, y1));
                let (wide, across) = (_mm512_add_ps(y3, y0), _mm512_sub_ps(y3, y0));
                let c0 = _mm512_fmadd_ps(inner[0], sum, _mm512_mul_ps(outer[0], wide));
                let c1 = _mm512_fmadd_ps(inner[1], difference, _mm512_mul_ps(outer[1], across));
                let c2 = _mm512_fmadd_ps(inner[2], sum, _mm512_mul_ps(outer[2], wide));
                let c3 = _mm512_fmadd_ps(inner[3], difference, _mm512_mul_ps(outer[3], across));
                let y = _mm512_fmadd_ps(z, _mm512_fmadd_ps(z, _mm512_fmadd_ps(z, c3, c2), c1), c0);
                _mm512_storeu_ps(out.as_mut_ptr().add(n), y);
            }
        }
    }
}

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
    fn the_response_is_one_at_nothing_and_falls() {
        assert!((response(0.0) - 1.0).abs() < 1e-3);
        assert!((response(0.125) - 0.887).abs() < 1e-3);
    }
}
