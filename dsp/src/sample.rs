//! A short recording that a voice plays once, in a loop, or backwards and forwards.

mod tape;

use cultivar_patch::schema::{Looped, Sample as Knobs};

use crate::math::{Block, CONTROL, COUNT, Ramp, Span, amplitude, exp2, pan};
use tape::Seam;
pub(crate) use tape::{Tape, tape};

/// Samples in which a recording comes in that does not begin at its start.
const RISE: u32 = 48;
/// Longest time in seconds in which a recording that plays once fades at its end.
const FALL: f64 = 0.002;
/// Most frames of a recording per sample.
const FASTEST: f64 = 1024.0;

/// The way through a recording. What has been walked is counted in frames from its start on;
/// where a walk is read, and what it is mixed with, follows from that alone.
#[derive(Clone, Copy, Debug)]
struct Course {
    looped: Looped,
    seam: Seam,
    /// Frames of the recording, and of the fade at its end.
    frames: f64,
    fall: f64,
}

/// Where a walk is read: forwards from `from`, or backwards from it.
#[derive(Clone, Copy, Debug)]
struct Straight {
    from: f64,
    backwards: bool,
}

impl Straight {
    #[inline(always)]
    fn at(self, walked: f64) -> f64 {
        if self.backwards { self.from - walked } else { walked }
    }
}

impl Course {
    fn new(looped: Looped, tape: &Tape) -> Self {
        let seam = match looped {
            Looped::Once | Looped::Forward => tape.forward,
            Looped::Alternate => tape.alternate,
        };
        let fall = (FALL * f64::from(tape.rate)).min(0.25 * tape.frames);
        Course { looped, seam, frames: tape.frames, fall }
    }

    /// Frames from one end of the loop to the other.
    fn length(&self) -> f64 {
        self.seam.end - self.seam.start
    }

    /// The same place in an earlier pass of the loop.
    fn folded(&self, walked: f64) -> f64 {
        let Seam { start, end, width, .. } = self.seam;
        let length = self.length();
        match self.looped {
            Looped::Once => walked.min(self.frames),
            Looped::Forward if walked < end => walked,
            Looped::Forward => start + (walked - start) % length,
            Looped::Alternate => {
                let first = start + 0.5 * width;
                let turned = first + 2.0 * length;
                if walked < turned { walked } else { first + (walked - first) % (2.0 * length) }
            }
        }
    }

    /// The straight way from one place of a walk to another, where no seam lies between.
    fn straight(&self, from: f64, to: f64) -> Option<Straight> {
        let Seam { start, end, width, .. } = self.seam;
        let ahead = Straight { from: 0.0, backwards: false };
        let (low, high) = (start + 0.5 * width, end + 0.5 * width);
        match self.looped {
            Looped::Once => (to < self.frames - self.fall).then_some(ahead),
            Looped::Forward => (to < end - width).then_some(ahead),
            Looped::Alternate if to < end - 0.5 * width => Some(ahead),
            Looped::Alternate => {
                let back = Straight { from: 2.0 * end, backwards: true };
                (from >= high && to < 2.0 * end - low).then_some(back)
            }
        }
    }

    /// What is heard at a place of a walk; `read` gives the recording at a place of its own.
    #[inline(always)]
    fn sound(&self, walked: f64, read: impl Fn(f64) -> [f32; 2]) -> [f32; 2] {
        let Seam { start, end, width, like } = self.seam;
        let at = self.folded(walked);
        match self.looped {
            Looped::Once => {
                let left = ((self.frames - at) / self.fall).clamp(0.0, 1.0) as f32;
                read(at).map(|x| left * x)
            }
            Looped::Forward if at < end - width => read(at),
            Looped::Forward => {
                let part = (at - (end - width)) / width.max(1.0);
                faded(read(at), read(at - self.length()), part, like[0])
            }
            Looped::Alternate => {
                let half = 0.5 * width;
                let back = 2.0 * end - at;
                let again = at - 2.0 * self.length();
                if at < end - half {
                    read(at)
                } else if at < end + half {
                    faded(read(at), read(back), (at - end + half) / width.max(1.0), like[0])
                } else if back > start + half {
                    read(back)
                } else {
                    faded(read(back), read(again), (start - back + half) / width.max(1.0), like[1])
                }
            }
        }
    }
}

/// From one sound to another of equal power, without a change of power on the way: `like` is
/// how alike the two are, 0 to 1.
#[inline(always)]
fn faded(from: [f32; 2], to: [f32; 2], part: f64, like: f32) -> [f32; 2] {
    let part = part.clamp(0.0, 1.0) as f32;
    let b = part * part * (3.0 - 2.0 * part);
    let a = 1.0 - b;
    let size = 1.0 / (a * a + b * b + 2.0 * like * a * b).sqrt();
    [size * (a * from[0] + b * to[0]), size * (a * from[1] + b * to[1])]
}

/// The recording of one voice.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// Where a note begins, 0 to 1.
    begin: f32,
    /// Frames that have been walked where the lines were drawn; nothing before the first ones.
    walked: Option<f64>,
    /// Frames per sample there, and its change per sample.
    speed: f64,
    bend: f64,
    /// Samples since the recording began, as far as that matters.
    age: u32,
    /// Sampling rate of the recording that is walked through.
    rate: f32,
    course: Course,
    level: usize,
    left: Ramp,
    right: Ramp,
    over: bool,
    fresh: bool,
}

/// What the recording is told once per grid interval, besides its knobs.
pub(crate) struct Aim {
    /// The interval.
    pub(crate) span: Span,
    /// Pitch of the note in MIDI note numbers.
    pub(crate) note: f32,
    /// Sampling rate in hertz.
    pub(crate) rate: f32,
    /// Turns per sample that frequencies may reach.
    pub(crate) limit: f32,
}

impl Sample {
    pub(crate) fn new() -> Self {
        let seam = Seam::default();
        Sample {
            begin: 0.0,
            walked: None,
            speed: 0.0,
            bend: 0.0,
            age: 0,
            rate: 0.0,
            course: Course { looped: Looped::Once, seam, frames: 0.0, fall: 0.0 },
            level: 0,
            left: Ramp::default(),
            right: Ramp::default(),
            over: false,
            fresh: true,
        }
    }

    /// A note begins.
    pub(crate) fn start(&mut self, knobs: &Knobs<f32>) {
        *self = Sample { begin: knobs.start, ..Sample::new() };
    }

    /// The note has begun.
    pub(crate) fn begun(&mut self) {
        self.fresh = false;
    }

    /// Draws all lines anew.
    pub(crate) fn aim(&mut self, knobs: &Knobs<f32>, tape: &Tape, aim: &Aim) {
        let Aim { ref span, note, rate, limit } = *aim;
        let semitones = knobs.key * (note - tape.root) + knobs.tune + 0.01 * knobs.fine;
        let speed = f64::from(tape.rate) / f64::from(rate) * f64::from(exp2(semitones / 12.0));
        let speed = speed.min(FASTEST);
        let walked = match self.walked {
            Some(_) => {
                let walked = self.after(span.elapsed) * f64::from(tape.rate / self.rate);
                self.age = (self.age + span.elapsed as u32).min(RISE);
                walked
            }
            // What plays once belongs to the beginning of the note.
            None if !self.fresh && Looped::of(knobs.looped) == Looped::Once => tape.frames,
            None => {
                self.age = if self.begin > 0.0 { 0 } else { RISE };
                f64::from(self.begin) * tape.frames
            }
        };
        let now = match self.walked {
            Some(_) if !self.fresh => self.speed + self.bend * span.elapsed as f64,
            _ => speed,
        };
        self.bend = (speed - now) / span.left as f64;
        (self.speed, self.rate) = (now, tape.rate);
        self.course = Course::new(Looped::of(knobs.looped), tape);
        self.walked = Some(self.course.folded(walked));
        self.over = self.course.looped == Looped::Once && walked >= tape.frames;
        self.level = Tape::level_for(now.max(speed), limit);
        let level = if knobs.on >= 0.5 { amplitude(knobs.level) } else { 0.0 };
        let (left, right) = pan(knobs.pan);
        for (line, end) in [(&mut self.left, level * left), (&mut self.right, level * right)] {
            if self.fresh {
                *line = Ramp::still(end);
            }
            line.aim(span, end);
        }
        self.fresh = false;
    }

    /// Frames that have been walked a number of samples after the lines were drawn.
    #[inline(always)]
    fn after(&self, n: usize) -> f64 {
        let bent = (n * n.saturating_sub(1) / 2) as f64 * self.bend;
        self.walked.unwrap_or_default() + n as f64 * self.speed + bent
    }

    /// Whether anything sounds in this interval.
    #[inline(always)]
    pub(crate) fn is_loud(&self) -> bool {
        !(self.left.is_silent() && self.right.is_silent() || self.over)
    }

    /// Adds `len` samples to both sides.
    pub(crate) fn render(
        &mut self,
        tape: &Tape,
        base: usize,
        len: usize,
        left: &mut Block,
        right: &mut Block,
    ) {
        if !self.is_loud() {
            return;
        }
        let mut sound = [[0.0; 2]; CONTROL];
        let read = |place| tape.read(self.level, place);
        let places = sound[..len].iter_mut().zip(base..);
        match self.course.straight(self.after(base), self.after(base + len)) {
            Some(way) => places.for_each(|(x, n)| *x = read(way.at(self.after(n)))),
            None => places.for_each(|(x, n)| *x = self.course.sound(self.after(n), read)),
        }
        if self.age < RISE {
            for (x, n) in sound[..len].iter_mut().zip(self.age + base as u32..) {
                let risen = n.min(RISE) as f32 / RISE as f32;
                *x = x.map(|x| risen * x);
            }
        }
        let out = left.iter_mut().zip(right).zip(&sound[..len]);
        for (((left, right), x), &count) in out.zip(&COUNT[base..]) {
            *left += x[0] * self.left.at(count);
            *right += x[1] * self.right.at(count);
        }
    }
}

#[cfg(test)]
mod tests;
