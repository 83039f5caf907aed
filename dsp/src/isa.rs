//! The voice, compiled for several instruction sets; the processor chooses.

use crate::math::Block;
use crate::oscillator::kernel::Plain;
#[cfg(target_arch = "x86_64")]
use crate::oscillator::kernel::{Avx2, Avx512};
use crate::sound::Sound;
use crate::voice::Voice;

/// The widest instructions of this processor.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Isa {
    Plain,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Isa {
    pub(crate) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            let wide = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            if wide && is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
                return Isa::Avx512;
            }
            if wide {
                return Isa::Avx2;
            }
        }
        Isa::Plain
    }

    /// Renders a voice with these instructions.
    #[inline]
    pub(crate) fn render(
        self,
        voice: &mut Voice,
        sound: &Sound,
        at: usize,
        len: usize,
        out: &mut [Block; 2],
    ) -> bool {
        match self {
            Isa::Plain => plain(voice, sound, at, len, out),
            // SAFETY: `detect` has seen the instructions.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { avx2(voice, sound, at, len, out) },
            // SAFETY: `detect` has seen the instructions.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { avx512(voice, sound, at, len, out) },
        }
    }
}

fn plain(v: &mut Voice, s: &Sound, at: usize, len: usize, out: &mut [Block; 2]) -> bool {
    v.render::<Plain>(s, at, len, out)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2(v: &mut Voice, s: &Sound, at: usize, len: usize, out: &mut [Block; 2]) -> bool {
    v.render::<Avx2>(s, at, len, out)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
fn avx512(v: &mut Voice, s: &Sound, at: usize, len: usize, out: &mut [Block; 2]) -> bool {
    v.render::<Avx512>(s, at, len, out)
}
