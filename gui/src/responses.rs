//! Responses of filters and effects over pitch, from their analog prototypes.

use std::f32::consts::{FRAC_PI_2, LN_2, LOG10_2, SQRT_2, TAU};

use cultivar_patch::schema::{BandShape, Model};

/// A complex number: real and imaginary part.
type Complex = (f32, f32);

fn times(a: Complex, b: Complex) -> Complex {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

fn plus(a: Complex, b: Complex) -> Complex {
    (a.0 + b.0, a.1 + b.1)
}

fn scaled(a: Complex, by: f32) -> Complex {
    (a.0 * by, a.1 * by)
}

fn over(a: Complex, b: Complex) -> Complex {
    let norm = (b.0 * b.0 + b.1 * b.1).max(1e-12);
    times(a, (b.0 / norm, -b.1 / norm))
}

fn turned(angle: f32) -> Complex {
    (angle.cos(), angle.sin())
}

/// Gain in decibels of `wet` beside what is left of the dry sound.
fn decibels(wet: Complex, mix: f32) -> f32 {
    let (re, im) = plus((1.0 - mix, 0.0), scaled(wet, mix));
    20.0 * (re * re + im * im).sqrt().max(1e-6).log10()
}

/// How often the pitch `note` is as high as the pitch `against`.
fn ratio(note: f32, against: f32) -> f32 {
    ((note - against) / 12.0).exp2()
}

/// What the response of a filter depends on, in the plain values of its knobs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Response {
    pub(crate) model: Model,
    pub(crate) cutoff: f32,
    pub(crate) resonance: f32,
    pub(crate) morph: f32,
    pub(crate) mix: f32,
}

/// What the morph of a model is called on its knob; nothing where a model has none.
pub(crate) fn morph_name(model: Model) -> Option<&'static str> {
    match model {
        Model::Morph12 | Model::Morph24 => Some("Morph"),
        Model::CombPlus | Model::CombMinus => Some("Dull"),
        Model::Vowel => Some("Vowel"),
        Model::Phaser => Some("Apart"),
        Model::Dirty => Some("Morph"),
        _ => None,
    }
}

impl Response {
    /// What differs where responses differ.
    pub(crate) fn key(&self) -> impl std::hash::Hash + use<> {
        let numbers = [self.cutoff, self.resonance, self.morph, self.mix];
        (self.model as usize, numbers.map(f32::to_bits))
    }

    /// Gain in decibels at the pitch `note`.
    pub(crate) fn db(&self, note: f32) -> f32 {
        decibels(self.wet(note), self.mix)
    }

    fn wet(&self, note: f32) -> Complex {
        let w = ratio(note, self.cutoff);
        match self.model {
            Model::Ladder => ladder(w, 4.0 * self.loop_gain()),
            Model::Diode => diode(w, 18.39 * self.loop_gain()),
            Model::Dirty => self.dirty(w),
            Model::CombPlus => self.comb(note, 1.0),
            Model::CombMinus => self.comb(note, -1.0),
            Model::Vowel => self.vowel(note),
            Model::Phaser => self.notches(w),
            _ => self.state_variable(w),
        }
    }

    /// Sections of second order, H = N / (s² + k s + 1).
    fn state_variable(&self, w: f32) -> Complex {
        /// Damping of the section of a 24 dB response that does not resonate.
        const BUTTERWORTH: f32 = 1.848;
        let k = 2.0 * (-6.322 * self.resonance).exp2();
        let h = |octaves: f32, k: f32| self.section(w * (-octaves).exp2(), k);
        match self.model {
            Model::Low24 | Model::High24 | Model::Band24 | Model::Morph24 => {
                times(h(0.0, k.min(BUTTERWORTH)), h(0.0, BUTTERWORTH))
            }
            Model::Notch24 => times(h(-0.5, k), h(0.5, k)),
            _ => h(0.0, k),
        }
    }

    /// One section at `w` times its corner with damping `k`.
    fn section(&self, w: f32, k: f32) -> Complex {
        let (re, im) = (1.0 - w * w, k * w);
        let numerator = match self.model {
            Model::Band12 | Model::Band24 => (0.0, im),
            Model::High12 | Model::High24 => (-w * w, 0.0),
            Model::Notch12 | Model::Notch24 => (re, 0.0),
            Model::Morph12 | Model::Morph24 => {
                let [low, band, high] = self.shares();
                (low - high * w * w, band * im)
            }
            _ => (1.0, 0.0),
        };
        over(numerator, (re, im))
    }

    /// Shares of low, band and high on the way from one to the next.
    fn shares(&self) -> [f32; 3] {
        let near = |place: f32| (1.0 - 2.0 * (self.morph - place).abs()).max(0.0);
        [0.0, 0.5, 1.0].map(|place| (FRAC_PI_2 * near(place)).sin())
    }

    /// A section whose resonance is given back to what is damped to a Q of a half.
    fn dirty(&self, w: f32) -> Complex {
        let damping = 2.0 * (1.0 - self.loop_gain());
        let [low, band, high] = self.shares();
        over((low - high * w * w, band * w), (1.0 - w * w, damping * w))
    }

    /// Gain of a loop against the least that oscillates; drawn as if it did not.
    fn loop_gain(&self) -> f32 {
        (1.05 * self.resonance).min(0.99)
    }

    /// A comb whose echo comes round through a low-pass of first order, as loud as before for a
    /// sound of all pitches.
    fn comb(&self, note: f32, sign: f32) -> Complex {
        let w = ratio(note, self.cutoff);
        // Teeth too fine to be drawn are left out.
        let seen = (1.4 - 0.1 * w).clamp(0.0, 1.0);
        let round = (1.0 - (-10.0 * self.resonance).exp2()).min(0.985) * seen;
        let corner = (7.0 * (1.0 - self.morph)).exp2();
        let share = (8.0 * self.morph).min(1.0);
        let dull = over((1.0, 0.0), (1.0, share * w / corner));
        // The delay is shorter by as much as the low-pass is late.
        let late = (share / corner).atan() / TAU;
        let echo = times(turned(-TAU * w * (1.0 - late)), dull);
        let level = (1.0 - round * round).sqrt();
        over((level, 0.0), plus((1.0, 0.0), scaled(echo, -round * sign)))
    }

    /// Three formants of a, e, i, o and u.
    fn vowel(&self, note: f32) -> Complex {
        /// Hertz and decibels, after Gordon Peterson and Harold Barney, "Control methods used in
        /// a study of the vowels", 1952, with half of the fall.
        const VOWELS: [[(f32, f32); 3]; 5] = [
            [(730.0, -0.5), (1090.0, -2.5), (2440.0, -14.0)],
            [(530.0, -1.0), (1840.0, -8.5), (2480.0, -12.0)],
            [(270.0, -2.0), (2290.0, -12.0), (3010.0, -14.0)],
            [(570.0, 0.0), (840.0, -3.5), (2410.0, -17.0)],
            [(300.0, -1.5), (870.0, -9.5), (2240.0, -21.5)],
        ];
        /// The cutoff at which the formants stand where they were measured.
        const MEASURED: f32 = 96.0;
        let at = 4.0 * self.morph.clamp(0.0, 1.0);
        let from = (at as usize).min(3);
        let part = at - from as f32;
        let damping = 2.0 * (-6.322 * (0.316 + 0.684 * self.resonance)).exp2();
        let formant = |k: usize| {
            let ((low, quiet), (high, loud)) = (VOWELS[from][k], VOWELS[from + 1][k]);
            let hertz = low * (high / low).powf(part);
            let level = 10.0_f32.powf((quiet + part * (loud - quiet)) / 20.0);
            let middle = 69.0 + 12.0 * (hertz / 440.0).log2();
            let w = ratio(note, middle + self.cutoff - MEASURED);
            scaled(over((0.0, damping * w), (1.0 - w * w, damping * w)), level)
        };
        // Signs by turns, so that neighbours do not cancel between their middles.
        plus(plus(formant(0), scaled(formant(1), -1.0)), formant(2))
    }

    /// Two all-pass stages at each of three corners, and what goes round them.
    fn notches(&self, w: f32) -> Complex {
        let apart = 2.0 * self.morph;
        let pair = |side: f32| {
            let stage = all_pass(w * (-apart * side).exp2());
            times(stage, stage)
        };
        let chain = times(times(pair(-1.0), pair(0.0)), pair(1.0));
        let round = 0.9 * self.resonance;
        let level = 0.5 * (1.0 - round * round).sqrt();
        let sum = plus((1.0, 0.0), chain);
        over(scaled(sum, level), plus((1.0, 0.0), scaled(chain, -round)))
    }
}

fn all_pass(w: f32) -> Complex {
    over((1.0, -w), (1.0, w))
}

/// Four poles in a row, and what goes round them; what feedback takes away is given back.
fn ladder(w: f32, feedback: f32) -> Complex {
    let pole = (1.0, w);
    let four = times(times(pole, pole), times(pole, pole));
    over((1.0 + feedback, 0.0), plus(four, (feedback, 0.0)))
}

/// The same of stages of which each loads the one before; they ring at √(10/7) times the corner
/// of a stage alone.
fn diode(w: f32, feedback: f32) -> Complex {
    let s = (0.0, (10.0_f32 / 7.0).sqrt() * w);
    let terms = [1.0, 7.0, 15.0, 10.0, 1.0 + feedback];
    let sum = terms.into_iter().fold((0.0, 0.0), |sum, term| plus(times(sum, s), (term, 0.0)));
    over((1.0 + feedback, 0.0), sum)
}

/// A band of the equaliser, in plain values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EqBand {
    pub(crate) shape: BandShape,
    pub(crate) frequency: f32,
    pub(crate) gain: f32,
    pub(crate) width: f32,
}

impl EqBand {
    /// After Robert Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter
    /// coefficients", with the width in octaves.
    fn wet(&self, note: f32) -> Complex {
        let w = ratio(note, self.frequency);
        let square = w * w;
        let a = 10.0_f32.powf(self.gain / 40.0);
        let damping = match self.shape {
            BandShape::Bell => 2.0 * (0.5 * LN_2 * self.width).sinh(),
            // As steep as it can be without a bump, or gentler.
            _ => {
                let slope = 40.0 * LOG10_2 * self.width / self.gain.abs().max(0.1);
                let root = a.max(1.0 / a);
                ((slope * (root * root - 1.0) - (root - 1.0).powi(2)) / root).max(2.0).sqrt()
            }
        };
        match self.shape {
            BandShape::Bell => {
                over((1.0 - square, w * a * damping), (1.0 - square, w * damping / a))
            }
            BandShape::LowShelf => {
                let side = a.sqrt() * damping * w;
                over(scaled((a - square, side), a), (1.0 - a * square, side))
            }
            BandShape::HighShelf => {
                let side = a.sqrt() * damping * w;
                over(scaled((1.0 - a * square, side), a), (a - square, side))
            }
            BandShape::LowCut => over((-square, 0.0), (1.0 - square, w * SQRT_2)),
            BandShape::HighCut => over((1.0, 0.0), (1.0 - square, w * SQRT_2)),
        }
    }
}

/// Gain in decibels of bands one after the other at the pitch `note`.
pub(crate) fn equaliser_db(bands: &[EqBand], mix: f32, note: f32) -> f32 {
    decibels(bands.iter().map(|band| band.wet(note)).fold((1.0, 0.0), times), mix)
}

/// A chain with feedback round it and past it, which stays an all-pass, beside the dry sound.
fn mixed(chain: Complex, feedback: f32, mix: f32) -> f32 {
    let wet = over(plus(chain, (-feedback, 0.0)), plus((1.0, 0.0), scaled(chain, -feedback)));
    decibels(wet, mix)
}

/// Gain in decibels at the pitch `note` of a phaser of so many stages, all at `centre`.
pub(crate) fn phaser_db(stages: usize, centre: f32, feedback: f32, mix: f32, note: f32) -> f32 {
    let stage = all_pass(ratio(note, centre));
    mixed((0..stages).fold((1.0, 0.0), |sum, _| times(sum, stage)), feedback, mix)
}

/// Gain in decibels at the pitch `note` of a flanger whose delay lasts `delay` seconds.
pub(crate) fn flanger_db(delay: f32, feedback: f32, mix: f32, note: f32) -> f32 {
    let turns = delay * 440.0 * ratio(note, 69.0);
    // Teeth too fine to be drawn are left out.
    let seen = (1.4 - 0.1 * turns).clamp(0.0, 1.0);
    seen * mixed(turned(-TAU * turns), feedback, mix) + (seen - 1.0) * 3.0 * mix
}

#[cfg(test)]
mod tests {
    use std::f32::consts::FRAC_1_SQRT_2;

    use super::*;

    fn response(model: Model, resonance: f32) -> Response {
        Response { model, cutoff: 69.0, resonance, morph: 0.0, mix: 1.0 }
    }

    #[test]
    fn a_filter_passes_what_its_name_says() {
        let at = |model, note| response(model, 0.3).db(note);
        // Two octaves above the corner: 12 dB per octave and stage.
        assert!((at(Model::Low12, 105.0) + 36.0).abs() < 1.0);
        assert!((at(Model::Low24, 105.0) + 72.0).abs() < 1.0);
        assert!((at(Model::High12, 33.0) + 36.0).abs() < 1.0);
        assert!(at(Model::Low24, 20.0).abs() < 0.1 && at(Model::High24, 130.0).abs() < 0.1);
        assert!(at(Model::Band12, 69.0).abs() < 0.1 && at(Model::Notch12, 69.0) < -60.0);
        // Q is 40 at full resonance, one over the square root of two near a resonance of 0.08.
        assert!((response(Model::Low12, 1.0).db(69.0) - 32.0).abs() < 0.1);
        assert!((response(Model::Low24, 0.0).db(69.0) + 10.7).abs() < 0.1);
        assert!(Response { mix: 0.0, ..response(Model::Low12, 0.95) }.db(100.0).abs() < 1e-3);
    }

    #[test]
    fn a_morphing_filter_goes_from_low_over_band_to_high() {
        let pairs = [(Model::Morph12, [Model::Low12, Model::Band12, Model::High12]), {
            (Model::Morph24, [Model::Low24, Model::Band24, Model::High24])
        }];
        for (morphing, plain) in pairs {
            for (model, morph) in plain.into_iter().zip([0.0, 0.5, 1.0]) {
                for note in [40.0, 60.0, 69.0, 90.0] {
                    let wet = Response { morph, ..response(morphing, 0.4) }.db(note);
                    assert!((wet - response(model, 0.4).db(note)).abs() < 1e-3, "{model:?}");
                }
            }
        }
    }

    #[test]
    fn ladders_fall_by_four_poles_and_ring_at_their_corner() {
        let octave = |model, resonance| {
            let high = response(model, resonance);
            high.db(105.0) - high.db(117.0)
        };
        assert!((octave(Model::Ladder, 0.0) - 24.0).abs() < 0.3);
        assert!((octave(Model::Diode, 0.0) - 24.0).abs() < 1.0);
        for model in [Model::Ladder, Model::Diode] {
            let ringing = response(model, 0.9);
            let peak = (0..120).max_by(|a, b| {
                ringing.db(*a as f32 + 16.0).total_cmp(&ringing.db(*b as f32 + 16.0))
            });
            let peak = peak.unwrap_or(0) as f32 + 16.0;
            assert!((peak - 69.0).abs() < 2.0, "{model:?} rings at {peak}");
        }
    }

    #[test]
    fn combs_ring_at_the_harmonics_they_are_told_to() {
        let octaves = |n: f32| 69.0 + 12.0 * n.log2();
        let (plus, minus) = (response(Model::CombPlus, 0.9), response(Model::CombMinus, 0.9));
        for n in [1.0, 2.0, 3.0] {
            assert!(plus.db(octaves(n)) > plus.db(octaves(n - 0.5)) + 15.0);
            assert!(minus.db(octaves(n - 0.5)) > minus.db(octaves(n)) + 15.0);
        }
        let dull = Response { morph: 1.0, ..plus };
        assert!(dull.db(octaves(3.0)) < plus.db(octaves(3.0)) - 6.0);
    }

    #[test]
    fn bands_of_the_equaliser_have_their_gain_and_width() {
        let band = |shape| EqBand { shape, frequency: 69.0, gain: 12.0, width: 2.0 };
        let at = |shape, note| equaliser_db(&[band(shape)], 1.0, note);
        assert!((at(BandShape::Bell, 69.0) - 12.0).abs() < 0.01);
        // At the edges of its width a bell has half its gain.
        assert!((at(BandShape::Bell, 81.0) - 6.0).abs() < 0.05);
        assert!((at(BandShape::LowShelf, 0.0) - 12.0).abs() < 0.3);
        assert!(at(BandShape::LowShelf, 140.0).abs() < 0.3);
        assert!((at(BandShape::HighShelf, 140.0) - 12.0).abs() < 0.3);
        let corner = 20.0 * FRAC_1_SQRT_2.log10();
        assert!((at(BandShape::LowCut, 69.0) - corner).abs() < 0.01);
        assert!((at(BandShape::HighCut, 105.0) + 36.0).abs() < 0.5);
        assert!(equaliser_db(&[band(BandShape::Bell)], 0.0, 69.0).abs() < 1e-4);
    }

    #[test]
    fn a_phaser_has_a_notch_for_every_two_stages() {
        let gains: Vec<f32> =
            (160..1360).map(|n| phaser_db(4, 76.0, 0.0, 0.5, n as f32 / 10.0)).collect();
        let notches = gains.windows(3).filter(|w| w[1] < w[0] && w[1] < w[2] && w[1] < -30.0);
        assert_eq!(notches.count(), 2);
        assert!(flanger_db(1.0 / 440.0, 0.0, 0.5, 57.0) < -60.0);
        assert!(flanger_db(1.0 / 440.0, 0.0, 0.5, 69.0).abs() < 0.01);
    }
}
