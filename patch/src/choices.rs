//! The choices of the instrument: every option with its word for ever.

use crate::def::Option_;
use crate::tree::options;

options! {
    /// How the phase of an oscillator is bent before it reads its table.
    Warp {
        /// Untouched.
        None = "none", "None",
        /// A hard-synced, faster copy.
        Sync = "sync", "Sync",
        /// Phase bent towards both ends of the cycle.
        Bend = "bend", "Bend",
        /// The cycle squeezed into its first part, silence after it.
        Pulse = "pulse", "PWM",
        /// The cycle read forwards, then backwards.
        Mirror = "mirror", "Mirror",
        /// Phase modulation by what it listens to.
        Fm = "fm", "Phase mod",
        /// Amplitude multiplied by what it listens to.
        Ring = "ring", "Ring mod",
        /// The first half of the cycle squeezed together, the second drawn apart.
        Squeeze = "squeeze", "Squeeze",
        /// The cycle read in steps.
        Quantise = "quantise", "Quantise",
        /// The cycle run through faster within its period and faded towards its end, so that
        /// its harmonics move as formants do.
        Formant = "formant", "Formant",
        /// Frequency modulation by what it listens to, through zero.
        Frequency = "frequency", "Freq mod",
        /// Amplitude raised and lowered by what it listens to.
        Amplitude = "amplitude", "Amp mod",
    }
}

impl Warp {
    /// Whether it listens to something beside its own oscillator.
    pub fn listens(self) -> bool {
        matches!(self, Warp::Fm | Warp::Ring | Warp::Frequency | Warp::Amplitude)
    }
}

options! {
    /// What an oscillator listens to.
    From {
        /// The next oscillator; the last one listens to itself.
        Next = "next", "Next",
        /// Oscillator 1.
        Osc1 = "osc.1", "Oscillator 1",
        /// Oscillator 2.
        Osc2 = "osc.2", "Oscillator 2",
        /// Oscillator 3.
        Osc3 = "osc.3", "Oscillator 3",
        /// White noise.
        Noise = "noise", "Noise",
    }
}

impl From {
    /// The oscillator of three (0 to 2) that oscillator `k` listens to; none where that is noise.
    pub fn oscillator(self, k: usize) -> Option<usize> {
        match self {
            From::Next => Some((k + 1).min(2)),
            From::Osc1 => Some(0),
            From::Osc2 => Some(1),
            From::Osc3 => Some(2),
            From::Noise => None,
        }
    }
}

options! {
    /// The chord that the copies of an oscillator are dealt to, in semitones from the note.
    Stack {
        /// All at the note.
        Unison = "unison", "Unison",
        /// 0, 12.
        Octave = "octave", "Octave",
        /// −12, 0, 12.
        Octaves = "octaves", "Two octaves",
        /// 0, 7.
        Fifth = "fifth", "Fifth",
        /// 0, 7, 12.
        Power = "power", "Power chord",
        /// 0, 4, 7.
        Major = "major", "Major",
        /// 0, 3, 7.
        Minor = "minor", "Minor",
        /// 0, 4, 7, 11.
        Major7 = "major7", "Major 7th",
        /// 0, 3, 7, 10.
        Minor7 = "minor7", "Minor 7th",
        /// Each copy one harmonic of the note: the first, the second, the third, …
        Harmonics = "harmonics", "Harmonics",
        /// Each copy one odd harmonic of the note: the first, the third, the fifth, …
        Odd = "odd", "Odd harmonics",
    }
}

options! {
    /// How the harmonics of a table are changed; nothing at an amount of 0.
    Spectral {
        /// Untouched.
        None = "none", "None",
        /// Darker below 0, brighter above.
        Tilt = "tilt", "Tilt",
        /// Harmonics taken away from the top below 0, from the bottom above.
        Cut = "cut", "Cut",
        /// Harmonics pushed together below 0, drawn apart above.
        Stretch = "stretch", "Stretch",
        /// Formants moved down below 0, up above, the harmonics staying where they are.
        Formant = "formant", "Formant shift",
        /// Neighbours made unlike below 0, alike above.
        Smear = "smear", "Smear",
        /// Amplitudes drawn at random, one draw below 0, another above.
        Random = "random", "Random",
        /// Phases spread, high harmonics early below 0, late above.
        Disperse = "disperse", "Disperse",
    }
}

options! {
    /// How a recording goes on at its end.
    Looped {
        /// It ends.
        Once = "once", "Once",
        /// From the start of its loop again.
        Forward = "forward", "Loop",
        /// Backwards and forwards through its loop.
        Alternate = "alternate", "Ping-pong",
    }
}

options! {
    /// Where a source goes.
    To {
        /// Into filter 1 (and on into filter 2 where they are serial).
        Filter1 = "filter.1", "Filter 1",
        /// Into filter 2.
        Filter2 = "filter.2", "Filter 2",
        /// Into both filters.
        Both = "both", "Both",
        /// Past the filters.
        Direct = "direct", "Direct",
    }
}

options! {
    /// The response of a filter.
    Model {
        /// Low-pass, 12 dB per octave.
        Low12 = "low12", "Low-pass 12",
        /// Low-pass, 24 dB per octave.
        Low24 = "low24", "Low-pass 24",
        /// Band-pass, 12 dB per octave.
        Band12 = "band12", "Band-pass 12",
        /// Band-pass, 24 dB per octave.
        Band24 = "band24", "Band-pass 24",
        /// High-pass, 12 dB per octave.
        High12 = "high12", "High-pass 12",
        /// High-pass, 24 dB per octave.
        High24 = "high24", "High-pass 24",
        /// One notch.
        Notch12 = "notch12", "Notch 12",
        /// Two notches.
        Notch24 = "notch24", "Notch 24",
        /// From low-pass over band-pass to high-pass, 12 dB per octave.
        Morph12 = "morph12", "Morph 12",
        /// From low-pass over band-pass to high-pass, 24 dB per octave.
        Morph24 = "morph24", "Morph 24",
        /// A ladder of four poles that saturates and oscillates by itself.
        Ladder = "ladder", "Ladder",
        /// A ladder of diodes.
        Diode = "diode", "Diode",
        /// A comb with its peaks at the harmonics of the cutoff.
        CombPlus = "comb_plus", "Comb",
        /// A comb with its peaks at the odd harmonics of half the cutoff.
        CombMinus = "comb_minus", "Comb odd",
        /// Three formants of a voice.
        Vowel = "vowel", "Vowel",
        /// Notches of an all-pass chain.
        Phaser = "phaser", "Phaser",
        /// A state-variable filter that saturates within its loop.
        Dirty = "dirty", "Dirty",
    }
}

impl Model {
    /// Whether it has anything to be morphed.
    pub fn morphs(self) -> bool {
        use Model::{CombMinus, CombPlus, Dirty, Morph12, Morph24, Phaser, Vowel};
        matches!(self, Morph12 | Morph24 | CombPlus | CombMinus | Vowel | Phaser | Dirty)
    }
}

options! {
    /// How the two filters stand to each other.
    Filters {
        /// Filter 1 feeds filter 2.
        Serial = "serial", "Serial",
        /// Both feed the effects.
        Parallel = "parallel", "Parallel",
        /// Filter 1 hears the left side of what goes into either, filter 2 the right side.
        Split = "split", "Split",
    }
}

options! {
    /// When a low-frequency oscillator starts and stops.
    LfoMode {
        /// From its phase at every note.
        Note = "note", "Note",
        /// Runs on, shared by all notes, with the song position where the host gives one.
        Free = "free", "Free",
        /// Once through its shape at every note, then holds the end.
        Once = "once", "One shot",
        /// Once through its shape at every note, waiting at its hold point until the key is let
        /// go.
        Sustain = "sustain", "Sustain",
    }
}

options! {
    /// How a generator of random movement moves.
    Wander {
        /// A new number at every step.
        Steps = "steps", "Sample & hold",
        /// Smoothly from number to number (gradient noise).
        Perlin = "perlin", "Perlin",
        /// Around the two wings of Lorenz's attractor.
        Lorenz = "lorenz", "Lorenz",
    }
}

options! {
    /// What a rate counts.
    Sync {
        /// Seconds.
        Time = "time", "Time",
        /// Beats of the song.
        Tempo = "tempo", "Tempo",
    }
}

options! {
    /// Length in beats of the song.
    Division {
        /// A quarter note.
        D1_4 = "1/4", "1/4",
        /// Eight bars.
        D8_1 = "8/1", "8 bars",
        /// Four bars.
        D4_1 = "4/1", "4 bars",
        /// Two bars.
        D2_1 = "2/1", "2 bars",
        /// One bar.
        D1_1 = "1/1", "1 bar",
        /// A half note.
        D1_2 = "1/2", "1/2",
        /// A dotted half.
        D1_2d = "1/2d", "1/2 dotted",
        /// A half-note triplet.
        D1_2t = "1/2t", "1/2 triplet",
        /// A dotted quarter.
        D1_4d = "1/4d", "1/4 dotted",
        /// A quarter-note triplet.
        D1_4t = "1/4t", "1/4 triplet",
        /// An eighth.
        D1_8 = "1/8", "1/8",
        /// A dotted eighth.
        D1_8d = "1/8d", "1/8 dotted",
        /// An eighth triplet.
        D1_8t = "1/8t", "1/8 triplet",
        /// A sixteenth.
        D1_16 = "1/16", "1/16",
        /// A dotted sixteenth.
        D1_16d = "1/16d", "1/16 dotted",
        /// A sixteenth triplet.
        D1_16t = "1/16t", "1/16 triplet",
        /// A thirty-second.
        D1_32 = "1/32", "1/32",
    }
}

impl Division {
    /// Length in quarter-note beats (4/4 bars).
    pub fn beats(self) -> f32 {
        match self {
            Division::D8_1 => 32.0,
            Division::D4_1 => 16.0,
            Division::D2_1 => 8.0,
            Division::D1_1 => 4.0,
            Division::D1_2 => 2.0,
            Division::D1_2d => 3.0,
            Division::D1_2t => 4.0 / 3.0,
            Division::D1_4 => 1.0,
            Division::D1_4d => 1.5,
            Division::D1_4t => 2.0 / 3.0,
            Division::D1_8 => 0.5,
            Division::D1_8d => 0.75,
            Division::D1_8t => 1.0 / 3.0,
            Division::D1_16 => 0.25,
            Division::D1_16d => 0.375,
            Division::D1_16t => 1.0 / 6.0,
            Division::D1_32 => 0.125,
        }
    }
}

options! {
    /// The range of a low-frequency oscillator's output.
    Polarity {
        /// −1 to 1.
        Bipolar = "bipolar", "Bipolar",
        /// 0 to 1.
        Unipolar = "unipolar", "Unipolar",
    }
}

options! {
    /// What drives a route.
    Source {
        /// Nothing: the route is unused.
        None = "none", "None",
        /// Envelope 1, the amplifier's.
        Env1 = "env.1", "Envelope 1",
        /// Envelope 2.
        Env2 = "env.2", "Envelope 2",
        /// Envelope 3.
        Env3 = "env.3", "Envelope 3",
        /// Envelope 4.
        Env4 = "env.4", "Envelope 4",
        /// LFO 1.
        Lfo1 = "lfo.1", "LFO 1",
        /// LFO 2.
        Lfo2 = "lfo.2", "LFO 2",
        /// LFO 3.
        Lfo3 = "lfo.3", "LFO 3",
        /// LFO 4.
        Lfo4 = "lfo.4", "LFO 4",
        /// LFO 5.
        Lfo5 = "lfo.5", "LFO 5",
        /// LFO 6.
        Lfo6 = "lfo.6", "LFO 6",
        /// Macro 1.
        Macro1 = "macro.1", "Macro 1",
        /// Macro 2.
        Macro2 = "macro.2", "Macro 2",
        /// Macro 3.
        Macro3 = "macro.3", "Macro 3",
        /// Macro 4.
        Macro4 = "macro.4", "Macro 4",
        /// Macro 5.
        Macro5 = "macro.5", "Macro 5",
        /// Macro 6.
        Macro6 = "macro.6", "Macro 6",
        /// Macro 7.
        Macro7 = "macro.7", "Macro 7",
        /// Macro 8.
        Macro8 = "macro.8", "Macro 8",
        /// How hard the key was struck, 0 to 1.
        Velocity = "velocity", "Velocity",
        /// How far the key lies from middle C, in fives of octaves, −1 to 1.
        Key = "key", "Key",
        /// A number drawn anew for every note, −1 to 1.
        Random = "random", "Random",
        /// Modulation wheel, 0 to 1.
        Wheel = "wheel", "Mod wheel",
        /// Channel or key pressure, 0 to 1.
        Pressure = "pressure", "Pressure",
        /// Slide or brightness of the note, −1 to 1.
        Slide = "slide", "Slide",
        /// Pitch bend, −1 to 1.
        Bend = "bend", "Pitch bend",
        /// Random generator 1, −1 to 1.
        Random1 = "random.1", "Random 1",
        /// Random generator 2, −1 to 1.
        Random2 = "random.2", "Random 2",
        /// How fast the key was let go, 0 to 1; 0 while it is held.
        Lift = "lift", "Lift",
    }
}

options! {
    /// All-pass stages of a phaser.
    Stages {
        /// Four.
        S4 = "4", "4",
        /// Two.
        S2 = "2", "2",
        /// Six.
        S6 = "6", "6",
        /// Eight.
        S8 = "8", "8",
        /// Twelve.
        S12 = "12", "12",
    }
}

impl Stages {
    /// How many they are.
    pub fn count(self) -> usize {
        match self {
            Stages::S2 => 2,
            Stages::S4 => 4,
            Stages::S6 => 6,
            Stages::S8 => 8,
            Stages::S12 => 12,
        }
    }
}

options! {
    /// The response of a band of the equaliser.
    BandShape {
        /// Raises or lowers around the frequency.
        Bell = "bell", "Bell",
        /// Raises or lowers what is below it.
        LowShelf = "low_shelf", "Low shelf",
        /// Raises or lowers what is above it.
        HighShelf = "high_shelf", "High shelf",
        /// Takes away what is below it, 12 dB per octave.
        LowCut = "low_cut", "Low cut",
        /// Takes away what is above it, 12 dB per octave.
        HighCut = "high_cut", "High cut",
    }
}

options! {
    /// What a compressor measures.
    Bands {
        /// The whole sound.
        One = "one", "One band",
        /// Three bands, each for itself.
        Three = "three", "Three bands",
    }
}

options! {
    /// The curve of the distortion.
    Curve {
        /// Hyperbolic tangent.
        Soft = "soft", "Soft",
        /// Straight, then flat.
        Hard = "hard", "Hard",
        /// Folds back at the rails.
        Fold = "fold", "Fold",
        /// One rail softer than the other: even harmonics.
        Tube = "tube", "Tube",
    }
}

options! {
    /// How keys share voices.
    Mode {
        /// Every key its own voice.
        Poly = "poly", "Poly",
        /// One voice, started anew by every key.
        Mono = "mono", "Mono",
        /// One voice whose envelopes run on while keys overlap.
        Legato = "legato", "Legato",
    }
}
