//! What the routes of a voice listen to.

use cultivar_patch::schema::Source;

use super::{Expression, Voice};
use crate::routes::{ENV, LFO, MACRO, RANDOM, Sources};
use crate::sound::Sound;

impl Voice {
    /// Takes the value of every source at the next grid point; `expression` is what the player
    /// does.
    pub(super) fn listen(&mut self, sound: &Sound, expression: &Expression) {
        let (sources, motion) = (&mut self.sources, &self.ahead);
        for (source, env) in sources[ENV..].iter_mut().zip(&motion.env) {
            *source = env.level;
        }
        for (source, lfo) in sources[LFO..].iter_mut().zip(&motion.lfo) {
            *source = lfo.value;
        }
        for (source, walk) in sources[RANDOM..].iter_mut().zip(&motion.random) {
            *source = walk.value;
        }
        for (source, knob) in sources[MACRO..].iter_mut().zip(&sound.values.macros) {
            *source = knob.value;
        }
        sources[Source::Velocity as usize] = self.velocity;
        sources[Source::Lift as usize] = self.lift;
        sources[Source::Key as usize] = (motion.above / 60.0).clamp(-1.0, 1.0);
        sources[Source::Random as usize] = self.random;
        sources[Source::Wheel as usize] = expression.wheel;
        sources[Source::Pressure as usize] = expression.pressure;
        sources[Source::Slide as usize] = expression.slide;
        sources[Source::Bend as usize] = expression.bend;
    }

    /// The sources at the next grid point, of this voice (of its left ear) and of its twin.
    pub(crate) fn sources(&self) -> [Sources; 2] {
        let twin = self.twin.as_ref().filter(|_| self.twinned);
        [self.sources, twin.map_or(self.sources, |twin| twin.sources)]
    }
}
