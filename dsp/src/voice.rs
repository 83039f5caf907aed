//! One sounding note.

mod calm;
mod expression;
mod listen;
mod right;
mod twin;

use cultivar_patch::{Id, Patch};

use crate::arc::Arc;
use crate::envelope::Stage;
use crate::event::Which;
use crate::math::{Block, CONTROL, Span, bipolar, hash, pan, seconds};
use crate::motion::Motion;
use crate::mpe::Above;
use crate::oscillator::kernel::Lanes;
use crate::oscillator::spectral::Easel;
use crate::routes::{Moves, SOURCES, Sources};
use crate::sound::Sound;
use crate::timbre::Timbre;
pub(crate) use expression::Expression;

/// Sizes of a stretch that add up to more are a fault.
const FAULT: f32 = 1e6;

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
    /// How fast its key was let go; 0 while it is held.
    lift: f32,
    random: f32,
    /// Values of this note: the sound's, moved by the routes.
    patch: Patch<f32>,
    /// Whether any of them may have moved by itself since the lines were drawn.
    touched: bool,
    /// The motion at `now_at`, and what it will be at the next grid point.
    now: Motion,
    ahead: Motion,
    now_at: usize,
    /// Where in the grid interval the lines were drawn.
    drawn_at: usize,
    /// Whether the lines must be drawn anew before the next sample.
    pub(crate) stale: bool,
    fresh: bool,
    /// Whether nothing has moved since the lines were drawn.
    calm: bool,
    timbre: Timbre,
    left: Arc,
    right: Arc,
    /// Sources at the next grid point.
    sources: Sources,
    /// The same note in the other side's sound, for as long as both sides of a morph sound. A
    /// twin has none of its own.
    twin: Option<Box<Voice>>,
    twinned: bool,
    /// The same note as the right ear hears it, once its LFOs are ahead there; this voice is then
    /// heard on the left alone. A voice of the right ear has none of its own.
    right_ear: Option<Box<Voice>>,
    /// Which sides of it are heard.
    heard: Heard,
}

/// The sides of a voice that are heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    Both,
    Left,
    Right,
}

impl Voice {
    /// A voice with its twin, and with one for the right ear of each.
    pub(crate) fn new() -> Self {
        Voice { twin: Some(Box::new(Voice::eared())), ..Voice::eared() }
    }

    fn eared() -> Self {
        Voice { right_ear: Some(Box::new(Voice::alone())), ..Voice::alone() }
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
            lift: 0.0,
            random: 0.0,
            patch: Patch::from_fn(|_| 0.0),
            touched: true,
            now: Motion::default(),
            ahead: Motion::default(),
            now_at: 0,
            drawn_at: 0,
            stale: false,
            fresh: true,
            calm: false,
            timbre: Timbre::new(),
            left: Arc::default(),
            right: Arc::default(),
            sources: [0.0; SOURCES],
            twin: None,
            twinned: false,
            right_ear: None,
            heard: Heard::Both,
        }
    }

    /// Begins a note `at` samples into the grid interval.
    pub(crate) fn start(&mut self, onset: &Onset, sound: &Sound, at: usize) {
        self.now = Motion::new(onset.seed);
        (self.patch, self.touched) = (sound.values, true);
        self.timbre.start(&self.patch, onset.seed);
        (self.left, self.right) = (Arc::default(), Arc::default());
        self.moves = Moves::NONE;
        self.fresh = true;
        (self.now_at, self.drawn_at) = (at, at);
        self.adopt(onset, sound);
        self.now.advance(0.0, &self.patch, sound);
        self.heard = Heard::Both;
        if sound.is_wide() {
            self.widen();
        }
        if let Some(right) = self.right_ear() {
            right.now.advance(0.0, &right.patch, sound);
        }
        self.twinned = sound.twin().is_some();
        self.with_twin(sound, |twin, sound| twin.start(onset, sound, at));
    }

    /// Comes in for a voice of another engine, `at` samples into the grid interval: what moves goes
    /// on from where it is there, and it is as loud.
    pub(crate) fn run_on(&mut self, old: &Voice, place: usize, sound: &Sound, at: usize) {
        let onset = Onset {
            which: old.which,
            sound: place,
            velocity: old.velocity,
            order: old.order,
            seed: hash(old.order),
            expression: old.expression,
            above: old.above,
            home: old.home,
            away: 0.0,
        };
        self.start(&onset, sound, at);
        self.life = old.life;
        self.catch_up(old);
    }

    /// Moves from where another voice is, and so do those that sound with it.
    fn catch_up(&mut self, old: &Voice) {
        let right = self.now.right;
        self.now = old.now;
        self.now.right = right;
        self.now.enter();
        // The engine may not have reached its first grid point.
        self.ahead = self.now;
        (self.lift, self.random, self.moves) = (old.lift, old.random, old.moves);
        let ear = old.right_ear.as_deref().filter(|_| old.heard == Heard::Left);
        if let Some(right) = self.right_ear() {
            right.catch_up(ear.unwrap_or(old));
        }
        let twin = old.twin.as_deref().filter(|_| old.twinned);
        if let Some(own) = self.twin.as_deref_mut().filter(|_| self.twinned) {
            own.catch_up(twin.unwrap_or(old));
        }
    }

    /// Goes on as another note: the sound does not break off, the envelopes start anew.
    pub(crate) fn restart(&mut self, onset: &Onset, sound: &Sound) {
        self.adopt(onset, sound);
        self.now.restart(onset.seed);
        self.random = random(onset.seed);
        self.with_others(sound, |other, sound| other.restart(onset, sound));
    }

    /// Goes on as another note, envelopes and all.
    pub(crate) fn take(&mut self, onset: &Onset, sound: &Sound) {
        self.adopt(onset, sound);
        self.with_others(sound, |other, sound| other.take(onset, sound));
    }

    fn adopt(&mut self, onset: &Onset, sound: &Sound) {
        let &Onset { which, sound: place, velocity, order, seed, expression, away, above, home } =
            onset;
        self.life = Life::Held;
        (self.which, self.sound, self.order) = (which, place, order);
        (self.velocity, self.lift, self.expression) = (velocity, 0.0, expression);
        (self.above, self.home) = (above, home);
        if self.fresh {
            self.random = random(seed);
        }
        let time = seconds(sound.values.voice.glide);
        self.now.above = home - 60.0;
        self.now.glide = if time > 0.0 { (away, time) } else { (0.0, 0.0) };
        (self.stale, self.calm) = (true, false);
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

    /// The key goes up so fast.
    pub(crate) fn lift(&mut self, speed: f32) {
        if self.life == Life::Held {
            self.lift = speed;
        }
    }

    /// Something happens to the motion, and to that of all who sound with it.
    fn move_on(&mut self, f: fn(&mut Motion)) {
        f(&mut self.now);
        self.others().for_each(|other| other.move_on(f));
        (self.stale, self.calm) = (true, false);
    }

    /// Whether it sounds for a key that has not been let go or stolen.
    pub(crate) fn is_live(&self) -> bool {
        !matches!(self.life, Life::Idle | Life::Fading)
    }

    /// Loudness now, for choosing whom to steal.
    pub(crate) fn loudness(&self) -> f32 {
        let own = self.left.line.end.max(self.right.line.end);
        let twin = self.twin.as_deref().filter(|_| self.twinned);
        let right = self.right_ear.as_deref().filter(|_| self.heard == Heard::Left);
        [twin, right]
            .into_iter()
            .flatten()
            .fold(own, |loudest, other| loudest.max(other.loudness()))
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
        (self.stale, self.calm) = (true, false);
        self.with_others(sound, |other, sound| other.interrupt(at, sound));
    }

    /// Reaches a grid point. Says whether the voice has ended.
    pub(crate) fn roll(&mut self) -> bool {
        if !self.calm {
            self.now = self.ahead;
        }
        self.now_at = 0;
        self.stale = true;
        let over = self.now.is_over();
        self.others().fold(over, |over, other| other.roll() & over)
    }

    /// A value of the sound has changed.
    pub(crate) fn set(&mut self, id: Id, value: f32) {
        self.patch[id] = value;
        self.touched = true;
        if let Some(right) = self.right_ear() {
            right.patch[id] = value;
            right.touched = true;
        }
    }

    /// All values of the sound may have changed.
    pub(crate) fn set_all(&mut self, sound: &Sound) {
        (self.patch, self.touched) = (sound.values, true);
        self.with_others(sound, |other, sound| other.set_all(sound));
    }

    /// Its key has another pitch.
    pub(crate) fn retune(&mut self, home: f32) {
        (self.home, self.touched) = (home, true);
    }

    /// A host's modulation of this note.
    pub(crate) fn modulate(&mut self, id: Id, amount: f32) {
        self.moves.set(id, amount);
        (self.stale, self.calm) = (true, false);
    }

    /// Draws all lines from `at` samples into the grid interval to its end.
    pub(crate) fn draw(&mut self, sound: &Sound, at: usize) {
        if at == 0 && self.stays_calm(sound) {
            return self.go_on();
        }
        if self.heard == Heard::Both && sound.is_wide() {
            self.widen();
        }
        self.ahead = self.now;
        if self.fresh {
            let span = Span { elapsed: 0, over: true, left: CONTROL };
            self.aim(sound, &span);
        }
        let over = at == 0;
        let elapsed = if over { CONTROL - self.drawn_at } else { at - self.drawn_at };
        let span = match self.fresh {
            true => Span { elapsed: 0, over: true, left: CONTROL - at },
            false => Span { elapsed, over, left: CONTROL - at },
        };
        self.ahead.advance(span.left as f32 / sound.rate, &self.patch, sound);
        self.aim(sound, &span);
        self.drawn_at = at;
        self.stale = false;
        self.calm = self.is_calm(&span, sound);
        if std::mem::take(&mut self.fresh) {
            self.timbre.begun();
        }
        if !self.twinned && self.heard != Heard::Left {
            return;
        }
        let (expression, moves, lift) = (self.expression, self.moves, self.lift);
        let (above, home) = (self.above, self.home);
        self.with_others(sound, |other, sound| {
            (other.expression, other.moves, other.lift) = (expression, moves, lift);
            (other.above, other.home) = (above, home);
            other.draw(sound, at);
        });
    }

    /// Draws own frames of the oscillators where they are due, after the lines were drawn `at`
    /// samples into the grid interval.
    pub(crate) fn redraw(&mut self, sound: &Sound, at: usize, easel: &mut Easel) {
        // The two sides of a morph draw at different times.
        let order = self.order as usize + if self.twin.is_none() { 2 } else { 0 };
        self.timbre.redraw(&self.patch, sound, order, at == 0, easel);
        if let Some(right) = self.right_ear() {
            right.redraw(sound, at, easel);
        }
        self.with_twin(sound, |twin, sound| twin.redraw(sound, at, easel));
    }

    /// Draws all lines to where the motion is ahead.
    fn aim(&mut self, sound: &Sound, span: &Span) {
        let (expression, _) = self.expressed();
        if !sound.routes.is_empty() || sound.listens() {
            self.listen(sound, &expression);
        }
        sound.routes.apply(
            &sound.values,
            &self.sources,
            [&sound.moves, &self.moves],
            &mut self.patch,
        );
        // The bend's range may have been moved by a route.
        let (_, bend) = self.expressed();
        let patch = &self.patch;
        let note = self.home + self.ahead.glide.0 + bend + expression.tuning;
        let all = std::mem::take(&mut self.touched);
        let all = all || !self.moves.is_empty() || !sound.moves.is_empty();
        let moved = if all { u8::MAX } else { sound.routes.oscillators };
        self.timbre.aim(patch, sound, span, note, moved);
        let amount = patch.voice.velocity;
        let struck = 1.0 - amount + amount * self.velocity;
        let level = self.ahead.level() * struck * struck * expression.volume;
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
        if self.left.line.is_silent() && self.right.line.is_silent() {
            return true;
        }
        let base = at - self.drawn_at;
        let direct = self.timbre.render::<L>(&self.patch, sound, base, len);
        let sizes = sum_of_sizes(&direct[0], len) + sum_of_sizes(&direct[1], len);
        if sizes.is_nan() || sizes > FAULT {
            return false;
        }
        let lines = [&self.left, &self.right].into_iter().enumerate();
        let (from, until) = self.sides();
        for (side, line) in lines.take(until).skip(from) {
            line.add(&direct[side], base, len, &mut out[side]);
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
    // By halves: no lane waits for all before it.
    for half in [4, 2, 1] {
        for k in 0..half {
            sums[k] += sums[k + half];
        }
    }
    rest.iter().fold(sums[0], |sum, x| sum + x.abs())
}
