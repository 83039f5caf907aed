//! The reading kernel with the wide instructions of x86 processors: eight and sixteen lanes.
//!
//! The four neighbours of a cell are one load; groups of lanes are then transposed, so that
//! each register holds one neighbour of all lanes.

use std::arch::x86_64::*;

use super::kernel::{Frames, INNER, Lanes, OUTER, Phases, Reader};
use crate::math::Block;

/// Eight lanes.
pub(crate) struct Avx2;
/// Sixteen lanes.
pub(crate) struct Avx512;

/// 2⁻³².
const FRACTION: f32 = 1.0 / 4_294_967_296.0;

macro_rules! lanes {
    ($Lanes:ident, $read:ident, $play:ident) => {
        impl Lanes for $Lanes {
            #[inline(always)]
            fn fused(a: f32, b: f32, c: f32) -> f32 {
                a.mul_add(b, c)
            }

            #[inline(always)]
            unsafe fn read(frame: &[f32], bits: u32, phases: &Phases, len: usize, out: &mut Block) {
                // SAFETY: passed on.
                unsafe { $read(frame, bits, phases, len, out) }
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
                // SAFETY: passed on.
                unsafe {
                    match frames.second {
                        None => $play::<false>(frames, reader, base, len, left, right),
                        Some(_) => $play::<true>(frames, reader, base, len, left, right),
                    }
                }
            }
        }
    };
}

lanes!(Avx2, read8, play8);
lanes!(Avx512, read16, play16);

/// The four neighbours of two cells, one cell in each half of the register.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn two(frame: *const f32, low: u32, high: u32) -> __m256 {
    // SAFETY: cells lie within the frame (contract of `Lanes::read`).
    unsafe {
        _mm256_set_m128(
            _mm_loadu_ps(frame.add(high as usize)),
            _mm_loadu_ps(frame.add(low as usize)),
        )
    }
}

/// The frame between its samples at `W` cells, `z` from the middle of each.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn between8(frame: *const f32, cell: &[u32; 8], z: __m256) -> __m256 {
    // SAFETY: cells lie within the frame (contract of `Lanes::read`).
    let (r0, r1, r2, r3) = unsafe {
        (
            two(frame, cell[0], cell[4]),
            two(frame, cell[1], cell[5]),
            two(frame, cell[2], cell[6]),
            two(frame, cell[3], cell[7]),
        )
    };
    let (a, b) = (_mm256_unpacklo_ps(r0, r1), _mm256_unpackhi_ps(r0, r1));
    let (c, d) = (_mm256_unpacklo_ps(r2, r3), _mm256_unpackhi_ps(r2, r3));
    let (y0, y1) = (_mm256_shuffle_ps(a, c, 0x44), _mm256_shuffle_ps(a, c, 0xee));
    let (y2, y3) = (_mm256_shuffle_ps(b, d, 0x44), _mm256_shuffle_ps(b, d, 0xee));
    let (sum, across) = (_mm256_add_ps(y2, y1), _mm256_sub_ps(y2, y1));
    let (wide, far) = (_mm256_add_ps(y3, y0), _mm256_sub_ps(y3, y0));
    let power = |k: usize, inner: __m256, outer: __m256| {
        let outer = _mm256_mul_ps(_mm256_set1_ps(OUTER[k]), outer);
        _mm256_fmadd_ps(_mm256_set1_ps(INNER[k]), inner, outer)
    };
    let y = _mm256_fmadd_ps(z, power(3, across, far), power(2, sum, wide));
    let y = _mm256_fmadd_ps(z, y, power(1, across, far));
    _mm256_fmadd_ps(z, y, power(0, sum, wide))
}

/// Cells of phases, and distances from their middles.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn split8(phase: __m256i, bits: u32) -> ([u32; 8], __m256) {
    let (down, up) = (_mm_cvtsi32_si128(32 - bits as i32), _mm_cvtsi32_si128(bits as i32));
    let mut cell = [0u32; 8];
    // SAFETY: the array is as long as the register.
    unsafe { _mm256_storeu_si256(cell.as_mut_ptr().cast(), _mm256_srl_epi32(phase, down)) };
    let fraction = _mm256_xor_si256(_mm256_sll_epi32(phase, up), _mm256_set1_epi32(i32::MIN));
    (cell, _mm256_mul_ps(_mm256_cvtepi32_ps(fraction), _mm256_set1_ps(FRACTION)))
}

#[target_feature(enable = "avx2,fma")]
unsafe fn read8(frame: &[f32], bits: u32, phases: &Phases, len: usize, out: &mut Block) {
    for n in (0..len).step_by(8) {
        // SAFETY: `n` + 8 ≤ 32, cells lie within the frame (contract of `Lanes::read`).
        unsafe {
            let (cell, z) = split8(_mm256_loadu_si256(phases.as_ptr().add(n).cast()), bits);
            let y = between8(frame.as_ptr(), &cell, z);
            _mm256_storeu_ps(out.as_mut_ptr().add(n), y);
        }
    }
}

#[target_feature(enable = "avx2,fma")]
unsafe fn play8<const TWO: bool>(
    frames: &Frames,
    reader: &Reader,
    base: usize,
    len: usize,
    left: &mut Block,
    right: &mut Block,
) {
    let ones = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    let (first, second) = (frames.first.as_ptr(), frames.second.unwrap_or(&[]).as_ptr());
    let (start, speed) =
        (_mm256_set1_epi32(reader.phase as i32), _mm256_set1_epi32(reader.speed as i32));
    let bend = _mm256_set1_epi32(reader.bend);
    for n in (0..len).step_by(8) {
        let count = _mm256_add_epi32(ones, _mm256_set1_epi32((base + n) as i32));
        let before = _mm256_sub_epi32(count, _mm256_set1_epi32(1));
        let bent = _mm256_srli_epi32(_mm256_mullo_epi32(count, before), 1);
        let straight = _mm256_add_epi32(start, _mm256_mullo_epi32(count, speed));
        let (cell, z) =
            split8(_mm256_add_epi32(straight, _mm256_mullo_epi32(bent, bend)), frames.bits);
        let count = _mm256_cvtepi32_ps(count);
        let at = |start: f32, step: f32| {
            _mm256_fmadd_ps(count, _mm256_set1_ps(step), _mm256_set1_ps(start))
        };
        // SAFETY: `n` + 8 ≤ 32, cells lie within the frames (contract of `Lanes::play`).
        unsafe {
            let mut y = between8(first, &cell, z);
            if TWO {
                let share = at(frames.share.start, frames.share.step);
                y = _mm256_fmadd_ps(share, _mm256_sub_ps(between8(second, &cell, z), y), y);
            }
            for (out, line) in [(&mut *left, &reader.left), (&mut *right, &reader.right)] {
                let out = out.as_mut_ptr().add(n);
                let sum = _mm256_fmadd_ps(at(line.start, line.step), y, _mm256_loadu_ps(out));
                _mm256_storeu_ps(out, sum);
            }
        }
    }
}

/// The four neighbours of four cells, one cell in each quarter of the register.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
unsafe fn four(frame: *const f32, cell: [u32; 4]) -> __m512 {
    // SAFETY: as in `two`.
    unsafe {
        let low = _mm512_castps256_ps512(two(frame, cell[0], cell[1]));
        _mm512_insertf32x8(low, two(frame, cell[2], cell[3]), 1)
    }
}

/// The frame between its samples at `W` cells, `z` from the middle of each.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
unsafe fn between16(frame: *const f32, cell: &[u32; 16], z: __m512) -> __m512 {
    // SAFETY: cells lie within the frame (contract of `Lanes::read`).
    let (r0, r1, r2, r3) = unsafe {
        (
            four(frame, [cell[0], cell[4], cell[8], cell[12]]),
            four(frame, [cell[1], cell[5], cell[9], cell[13]]),
            four(frame, [cell[2], cell[6], cell[10], cell[14]]),
            four(frame, [cell[3], cell[7], cell[11], cell[15]]),
        )
    };
    let (a, b) = (_mm512_unpacklo_ps(r0, r1), _mm512_unpackhi_ps(r0, r1));
    let (c, d) = (_mm512_unpacklo_ps(r2, r3), _mm512_unpackhi_ps(r2, r3));
    let (y0, y1) = (_mm512_shuffle_ps(a, c, 0x44), _mm512_shuffle_ps(a, c, 0xee));
    let (y2, y3) = (_mm512_shuffle_ps(b, d, 0x44), _mm512_shuffle_ps(b, d, 0xee));
    let (sum, across) = (_mm512_add_ps(y2, y1), _mm512_sub_ps(y2, y1));
    let (wide, far) = (_mm512_add_ps(y3, y0), _mm512_sub_ps(y3, y0));
    let power = |k: usize, inner: __m512, outer: __m512| {
        let outer = _mm512_mul_ps(_mm512_set1_ps(OUTER[k]), outer);
        _mm512_fmadd_ps(_mm512_set1_ps(INNER[k]), inner, outer)
    };
    let y = _mm512_fmadd_ps(z, power(3, across, far), power(2, sum, wide));
    let y = _mm512_fmadd_ps(z, y, power(1, across, far));
    _mm512_fmadd_ps(z, y, power(0, sum, wide))
}

/// Cells of phases, and distances from their middles.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
fn split16(phase: __m512i, bits: u32) -> ([u32; 16], __m512) {
    let (down, up) = (_mm_cvtsi32_si128(32 - bits as i32), _mm_cvtsi32_si128(bits as i32));
    let mut cell = [0u32; 16];
    // SAFETY: the array is as long as the register.
    unsafe { _mm512_storeu_si512(cell.as_mut_ptr().cast(), _mm512_srl_epi32(phase, down)) };
    let fraction = _mm512_xor_si512(_mm512_sll_epi32(phase, up), _mm512_set1_epi32(i32::MIN));
    (cell, _mm512_mul_ps(_mm512_cvtepi32_ps(fraction), _mm512_set1_ps(FRACTION)))
}

#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
unsafe fn read16(frame: &[f32], bits: u32, phases: &Phases, len: usize, out: &mut Block) {
    for n in (0..len).step_by(16) {
        // SAFETY: `n` + 16 ≤ 32, cells lie within the frame (contract of `Lanes::read`).
        unsafe {
            let (cell, z) = split16(_mm512_loadu_si512(phases.as_ptr().add(n).cast()), bits);
            let y = between16(frame.as_ptr(), &cell, z);
            _mm512_storeu_ps(out.as_mut_ptr().add(n), y);
        }
    }
}

#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
unsafe fn play16<const TWO: bool>(
    frames: &Frames,
    reader: &Reader,
    base: usize,
    len: usize,
    left: &mut Block,
    right: &mut Block,
) {
    let ones = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    let (first, second) = (frames.first.as_ptr(), frames.second.unwrap_or(&[]).as_ptr());
    let (start, speed) =
        (_mm512_set1_epi32(reader.phase as i32), _mm512_set1_epi32(reader.speed as i32));
    let bend = _mm512_set1_epi32(reader.bend);
    for n in (0..len).step_by(16) {
        let count = _mm512_add_epi32(ones, _mm512_set1_epi32((base + n) as i32));
        let before = _mm512_sub_epi32(count, _mm512_set1_epi32(1));
        let bent = _mm512_srli_epi32(_mm512_mullo_epi32(count, before), 1);
        let straight = _mm512_add_epi32(start, _mm512_mullo_epi32(count, speed));
        let (cell, z) =
            split16(_mm512_add_epi32(straight, _mm512_mullo_epi32(bent, bend)), frames.bits);
        let count = _mm512_cvtepi32_ps(count);
        let at = |start: f32, step: f32| {
            _mm512_fmadd_ps(count, _mm512_set1_ps(step), _mm512_set1_ps(start))
        };
        // SAFETY: `n` + 16 ≤ 32, cells lie within the frames (contract of `Lanes::play`).
        unsafe {
            let mut y = between16(first, &cell, z);
            if TWO {
                let share = at(frames.share.start, frames.share.step);
                y = _mm512_fmadd_ps(share, _mm512_sub_ps(between16(second, &cell, z), y), y);
            }
            for (out, line) in [(&mut *left, &reader.left), (&mut *right, &reader.right)] {
                let out = out.as_mut_ptr().add(n);
                let sum = _mm512_fmadd_ps(at(line.start, line.step), y, _mm512_loadu_ps(out));
                _mm512_storeu_ps(out, sum);
            }
        }
    }
}
