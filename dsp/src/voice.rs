//! One sounding note.

mod twin;

use cultivar_patch::schema::Source;
use cultivar_patch::{Id, Patch};

use crate::envelope::Stage;
use crate::event::Which;
use crate::math::{Block, CONTROL, COUNT, Ramp, Span, bipolar, hash, pan, seconds};
use crate::motion::Motion;
use crate::mpe::Above;
use crate::oscillator::kernel::Lanes;
use crate::routes::{ENV, LFO, MACRO, Moves, SOURCES, Sources};
use crate::sound::Sound;
use crate::timbre::Timbre;

/// Sizes of a stretch that add up to more are a fault.
const FAULT: f32 = 1e6;

/// What a player does to a note after it began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expression {
    pub(crate) bend: f32,
    pub(crate) wheel: f32,
    pub(crate) pressure: f32,
    pub(crate) slide: f32,
    pub(crate) tuning: f32,
    pub(crate) volume: f32,
    pub(crate) pan: f32,
}

impl Expression {
    pub(crate) const NONE: Expression = Expression {
        bend: 0.0,
        wheel: 0.0,
        pressure: 0.0,
        slide: 0.0,
        tuning: 0.0,
        volume: 1.0,
        pan: 0.0,
    };
}

/// How far a voice is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// Not in use.
    Idle,
    /// Its key is down.
    Held,
    /// Its key is up, the pedal is down.
    Sustained,
    /// Its envelopes are in their release.
    Released,
    /// Fades because its place is wanted.
    Fading,
}

/// The beginning of a note.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Onset {
    pub(crate) which: Which,
    /// Place of its sound in the engine.
    pub(crate) sound: usize,
    pub(crate) velocity: f32,
    /// Number of the note since the engine began.
    pub(crate) order: u32,
    pub(crate) seed: u32,
    pub(crate) expression: Expression,
    /// What comes from the master channel, for a note of a zone.
    pub(crate) above: Option<Above>,
    /// Pitch of its key in MIDI note numbers.
    pub(crate) home: f32,
    /// Semitones from the note to where the pitch comes from.
    pub(crate) away: f32,
}

/// The state of one voice.
#[derive(Clone, Debug)]
pub(crate) struct Voice {
    pub(crate) life: Life,
    pub(crate) which: Which,
    pub(crate) sound: usize,
    pub(crate) order: u32,
    pub(crate) expression: Expression,
    /// What comes from the master channel, for a note of a zone.
    pub(crate) above: Option<Above>,
    /// Pitch of its key in MIDI note numbers.
    pub(crate) home: f32,
    pub(crate) moves: Moves,
    pub(crate) velocity: f32,
    random: f32,
    /// Values of this note: the sound's, moved by the routes.
    patch: Patch<f32>,
    /// The motion at `now_at`, and what it will be at the next grid point.
    now: Motion,
    ahead: Motion,
    now_at: usize,
    /// Where in the grid interval the lines were drawn.
    drawn_at: usize,
    /// Whether the lines must be drawn anew before the next sample.
    pub(crate) stale: bool,
    fresh: bool,
    timbre: Timbre,
    left: Ramp,
    right: Ramp,
    /// Sources at the next grid point.
    sources: Sources,
    /// The same note in the other side's sound, for as long as both sides of a morph sound. A
    /// twin has none of its own.
    twin: Option<Box<Voice>>,
    twinned: bool,
}

impl Voice {
    /// A voice with its twin.
    pub(crate) fn new() -> Self {
        Voice { twin: Some(Box::new(Voice::alone())), ..Voice::alone() }
    }

    fn alone() -> Self {
        Voice {
            life: Life::Idle,
            which: Which::ANY,
            sound: 0,
            order: 0,
            expression: Expression::NONE,
            above: None,
            home: 0.0,
            moves: Moves::NONE,
            velocity: 0.0,
            random: 0.0,
            patch: Patch::from_fn(|_| 0.0),
            now: Motion::default(),
            ahead: Motion::default(),
            now_at: 0,
            drawn_at: 0,
            stale: false,
            fresh: true,
            timbre: Timbre::new(),
            left: Ramp::default(),
            right: Ramp::default(),
            sources: [0.0; SOURCES],
            twin: None,
            twinned: false,
        }
    }

    /// Begins a note `at` samples into the grid interval.
    pub(crate) fn start(&mut self, onset: &Onset, sound: &Sound, at: usize) {
        self.now = Motion::new();
        self.patch = sound.values;
        self.timbre.start(&self.patch, onset.seed);
        (self.left, self.right) = (Ramp::default(), Ramp::default());
        self.moves = Moves::NONE;
        self.fresh = true;
        (self.now_at, self.drawn_at) = (at, at);
        self.adopt(onset, sound);
        self.now.advance(0.0, &self.patch, sound);
        self.twinned = sound.twin().is_some();
        self.with_twin(sound, |twin, sound| twin.start(onset, sound, at));
    }

    /// Goes on as another note: the sound does not break off, the envelopes start anew.
    pub(crate) fn restart(&mut self, onset: &Onset, sound: &Sound) {
        self.adopt(onset, sound);
        self.now.restart();
        self.random = random(onset.seed);
        self.with_twin(sound, |twin, sound| twin.restart(onset, sound));
    }

    /// Goes on as another note, envelopes and all.
    pub(crate) fn take(&mut self, onset: &Onset, sound: &Sound) {
        self.adopt(onset, sound);
        self.with_twin(sound, |twin, sound| twin.adopt(onset, sound));
    }

    fn adopt(&mut self, onset: &Onset, sound: &Sound) {
        let &Onset { which, sound: place, velocity, order, seed, expression, away, above, home } =
            onset;
        self.life = Life::Held;
        (self.which, self.sound, self.order) = (which, place, order);
        (self.velocity, self.expression) = (velocity, expression);
        (self.above, self.home) = (above, home);
        if self.fresh {
            self.random = random(seed);
        }
        let time = seconds(sound.values.voice.glide);
        self.now.glide = if time > 0.0 { (away, time) } else { (0.0, 0.0) };
        self.stale = true;
    }

    /// Lets the key go.
    pub(crate) fn release(&mut self) {
        self.life = Life::Released;
        self.move_on(Motion::release);
    }

    /// Fades quickly: its place is wanted.
    pub(crate) fn fade(&mut self) {
        self.life = Life::Fading;
        self.move_on(|motion| motion.leave(false));
    }

    /// Gives way to another voice of the same note.
    pub(crate) fn give_way(&mut self) {
        self.life = Life::Fading;
        self.move_on(|motion| motion.leave(true));
    }

    /// Comes in for another voice of the same note.
    pub(crate) fn come_in(&mut self, life: Life) {
        self.life = life;
        self.move_on(Motion::enter);
    }

    /// Something happens to the motion, the twin's too.
    fn move_on(&mut self, f: impl Fn(&mut Motion)) {
        f(&mut self.now);
        if let Some(twin) = self.twin.as_mut().filter(|_| self.twinned) {
            f(&mut twin.now);
        }
        self.stale = true;
    }

    /// Whether it sounds for a key that has not been let go or stolen.
    pub(crate) fn is_live(&self) -> bool {
        !matches!(self.life, Life::Idle | Life::Fading)
    }

    /// Loudness now, for choosing whom to steal.
    pub(crate) fn loudness(&self) -> f32 {
        let twin = self.twin.as_ref().filter(|_| self.twinned);
        self.left.end.max(self.right.end).max(twin.map_or(0.0, |twin| twin.loudness()))
    }

    /// Pitch it sounds at or glides to, in MIDI note numbers.
    pub(crate) fn pitch(&self) -> f32 {
        self.home + self.now.glide.0
    }

    /// Brings the motion to `at` samples into the grid interval, so that something can happen.
    pub(crate) fn interrupt(&mut self, at: usize, sound: &Sound) {
        if at > self.now_at {
            let time = (at - self.now_at) as f32 / sound.rate;
            self.now.advance(time, &self.patch, sound);
            self.now_at = at;
        }
        self.stale = true;
        self.with_twin(sound, |twin, sound| twin.interrupt(at, sound));
    }

    /// Reaches a grid point. Says whether the voice has ended.
    pub(crate) fn roll(&mut self) -> bool {
        self.now = self.ahead;
        self.now_at = 0;
        self.stale = true;
        let twin = self.twin.as_mut().filter(|_| self.twinned);
        twin.is_none_or(|twin| twin.roll()) & self.now.is_over()
    }

    /// A value of the sound has changed.
    pub(crate) fn set(&mut self, id: Id, value: f32) {
        self.patch[id] = value;
    }

    /// All values of the sound may have changed.
    pub(crate) fn set_all(&mut self, sound: &Sound) {
        self.patch = sound.values;
        self.with_twin(sound, |twin, sound| twin.patch = sound.values);
    }

    /// A host's modulation of this note.
    pub(crate) fn modulate(&mut self, id: Id, amount: f32) {
        self.moves.set(id, amount);
        self.stale = true;
    }

    /// Draws all lines from `at` samples into the grid interval to its end.
    pub(crate) fn draw(&mut self, sound: &Sound, at: usize) {
        if self.fresh {
            let span = Span { elapsed: 0, over: true, left: CONTROL };
            self.aim(sound, &span, self.now);
        }
        let over = at == 0;
        let elapsed = if over { CONTROL - self.drawn_at } else { at - self.drawn_at };
        let span = match self.fresh {
            true => Span { elapsed: 0, over: true, left: CONTROL - at },
            false => Span { elapsed, over, left: CONTROL - at },
        };
        self.ahead = self.now;
        self.ahead.advance(span.left as f32 / sound.rate, &self.patch, sound);
        self.aim(sound, &span, self.ahead);
        self.drawn_at = at;
        self.stale = false;
        if std::mem::take(&mut self.fresh) {
            self.timbre.begun();
        }
        let (expression, moves) = (self.expression, self.moves);
        let (above, home) = (self.above, self.home);
        self.with_twin(sound, |twin, sound| {
            (twin.expression, twin.moves) = (expression, moves);
            (twin.above, twin.home) = (above, home);
            twin.draw(sound, at);
        });
    }

    fn aim(&mut self, sound: &Sound, span: &Span, motion: Motion) {
        let (expression, _) = self.expressed();
        self.listen(sound, &motion, &expression);
        sound.routes.apply(
            &sound.values,
            &self.sources,
            [&sound.moves, &self.moves],
            &mut self.patch,
        );
        // The bend's range may have been moved by a route.
        let (_, bend) = self.expressed();
        let patch = &self.patch;
        let note = self.home + motion.glide.0 + bend + expression.tuning;
        self.timbre.aim(patch, sound, span, note);
        let amount = patch.voice.velocity;
        let struck = 1.0 - amount + amount * self.velocity;
        let level = motion.level() * struck * struck * expression.volume;
        let (left, right) = pan(expression.pan);
        self.left.aim(span, level * left);
        self.right.aim(span, level * right);
    }

    /// What the player does to it, and the semitones by which that bends it.
    fn expressed(&self) -> (Expression, f32) {
        let range = self.patch.voice.bend;
        match &self.above {
            None => (self.expression, self.expression.bend * range),
            Some(above) => above.add(&self.expression, range),
        }
    }

    fn listen(&mut self, sound: &Sound, motion: &Motion, expression: &Expression) {
        let sources = &mut self.sources;
        for (source, env) in sources[ENV..].iter_mut().zip(&motion.env) {
            *source = env.level;
        }
        for (source, lfo) in sources[LFO..].iter_mut().zip(&motion.lfo) {
            *source = lfo.value;
        }
        for (source, knob) in sources[MACRO..].iter_mut().zip(&sound.values.macros) {
            *source = knob.value;
        }
        sources[Source::Velocity as usize] = self.velocity;
        sources[Source::Key as usize] =
            ((f32::from(self.which.key) - 60.0) / 60.0).clamp(-1.0, 1.0);
        sources[Source::Random as usize] = self.random;
        sources[Source::Wheel as usize] = expression.wheel;
        sources[Source::Pressure as usize] = expression.pressure;
        sources[Source::Slide as usize] = expression.slide;
        sources[Source::Bend as usize] = expression.bend;
    }

    /// The sources at the next grid point, of this voice and of its twin.
    pub(crate) fn sources(&self) -> [Sources; 2] {
        let twin = self.twin.as_ref().filter(|_| self.twinned);
        [self.sources, twin.map_or(self.sources, |twin| twin.sources)]
    }

    /// Where everything is, for the editor.
    pub(crate) fn playhead(&self, sound: &Sound) -> Playhead {
        Playhead {
            env: self.ahead.env.map(|env| (env.stage, env.progress)),
            lfo: self.ahead.lfo.map(|lfo| lfo.place),
            position: self.timbre.positions(sound),
        }
    }

    /// Adds `len` samples, from `at` samples into the grid interval. Says whether all went
    /// well; if not, nothing is added and the voice must be dropped.
    #[inline(always)]
    pub(crate) fn render<L: Lanes>(
        &mut self,
        sound: &Sound,
        at: usize,
        len: usize,
        out: &mut [Block; 2],
    ) -> bool {
        if self.left.is_silent() && self.right.is_silent() {
            return true;
        }
        let base = at - self.drawn_at;
        let direct = self.timbre.render::<L>(&self.patch, sound, base, len);
        let sizes = sum_of_sizes(&direct[0], len) + sum_of_sizes(&direct[1], len);
        if sizes.is_nan() || sizes > FAULT {
            return false;
        }
        for (side, line) in [&self.left, &self.right].into_iter().enumerate() {
            let count = &COUNT[base..][..len];
            for ((out, x), &count) in out[side].iter_mut().zip(&direct[side]).zip(count) {
                *out += x * line.at(count);
            }
        }
        true
    }
}

/// Positions of the newest voice, for the editor.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Playhead {
    /// Stage of each envelope and how much of it has passed, 0 to 1.
    pub env: [(Stage, f32); 4],
    /// Place of each LFO in its shape, 0 to 1.
    pub lfo: [f32; 6],
    /// Where each oscillator reads its wavetable, 0 to 1.
    pub position: [f32; 3],
}

/// The number drawn for a note, −1 to 1.
fn random(seed: u32) -> f32 {
    bipolar(hash(seed ^ 13))
}

/// Sum of absolute values; no number where one of them is none.
#[inline(always)]
fn sum_of_sizes(block: &Block, len: usize) -> f32 {
    let (chunks, rest) = block[..len].as_chunks::<8>();
    let mut sums = [0.0; 8];
    for chunk in chunks {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += x.abs();
        }
    }
    sums.iter().sum::<f32>() + rest.iter().map(|x| x.abs()).sum::<f32>()
}
