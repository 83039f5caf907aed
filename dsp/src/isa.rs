//! The voice and the way down from oversampling, compiled for several instruction sets; the
//! processor chooses.

use crate::math::Block;
use crate::oscillator::kernel::Plain;
#[cfg(target_arch = "x86_64")]
use crate::oscillator::kernel::{Avx2, Avx512};
use crate::oversampling::Descent;
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

impl Isa {
    /// Goes down from oversampling with these instructions.
    pub(crate) fn descend(
        self,
        descent: &mut Descent,
        sides: &mut [Block; 2],
        left: &mut [f32],
        right: &mut [f32],
    ) {
        match self {
            Isa::Plain => descent.run::<Plain>(sides, left, right),
            // SAFETY: `detect` has seen the instructions.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { avx2_down(descent, sides, left, right) },
            // SAFETY: `detect` has seen the instructions.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { avx512_down(descent, sides, left, right) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2_down(d: &mut Descent, sides: &mut [Block; 2], left: &mut [f32], right: &mut [f32]) {
    d.run::<Avx2>(sides, left, right);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
fn avx512_down(d: &mut Descent, sides: &mut [Block; 2], left: &mut [f32], right: &mut [f32]) {
    d.run::<Avx512>(sides, left, right);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, Event, Sound, Timed, Which};
    use cultivar_patch::Preset;
    use cultivar_patch::schema::{Source, Spectral, Warp, ids};

    fn play(lanes: Isa) -> Vec<f32> {
        let mut preset = Preset::init();
        for (k, osc) in preset.patch.osc.iter_mut().enumerate() {
            (osc.on, osc.voices, osc.bend) = (1.0, 3.0, 0.3);
            osc.warp = [Warp::None, Warp::Sync, Warp::Fm][k].value();
            osc.spectral = [Spectral::Formant, Spectral::None, Spectral::Smear][k].value();
            osc.morph = 0.4;
        }
        for filter in &mut preset.patch.filter {
            (filter.on, filter.drive) = (1.0, 6.0);
        }
        preset.patch.band[0].on = 1.0;
        let route = &mut preset.patch.route[0];
        (route.source, route.amount) = (Source::Lfo1.value(), 0.3);
        route.destination = ids().osc[0].morph.as_destination();
        let mut engine = Engine::new(48_000.0, 3);
        engine.lanes = lanes;
        assert!(engine.play(Sound::new(&preset, 48_000.0)).is_ok());
        let (mut left, mut right) = (vec![0.0; 9600], vec![0.0; 9600]);
        let on = |at, key| Timed { at, event: Event::On(Which::key(0, key), 0.8) };
        engine.render(&[on(3, 48), on(700, 55)], &mut left, &mut right);
        left.extend(right);
        left
    }

    #[test]
    fn all_instruction_sets_sound_the_same() {
        let plain = play(Isa::Plain);
        let power = |x: &mut dyn Iterator<Item = f32>| x.map(|x| x * x).sum::<f32>();
        let near = |other: &[f32]| {
            let wrong = power(&mut plain.iter().zip(other).map(|(a, b)| a - b));
            let decibels = 10.0 * (wrong / power(&mut plain.iter().copied())).log10();
            assert!(decibels < -90.0, "{decibels} dB");
        };
        near(&play(Isa::detect()));
        #[cfg(target_arch = "x86_64")]
        if matches!(Isa::detect(), Isa::Avx512) {
            near(&play(Isa::Avx2));
        }
    }
}
