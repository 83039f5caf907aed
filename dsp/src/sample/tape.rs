//! A recording made ready to be read at any speed: band-limited copies of it, and its seams.

use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use cultivar_patch::{Clip, Recording};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use crate::factory::recordings;
use crate::oscillator::kernel::{INNER, OUTER, response};

/// Half-octave steps of the band, from that of the recording down.
pub(super) const LEVELS: usize = 20;
/// Samples of the first copy per frame of the recording: at least eight for every period of
/// the highest frequency, where the reading kernel's images stay 87 dB below it.
const FINE: usize = 4;
/// Silent frames before and after the recording.
const AROUND: usize = 32;
/// Fewest frames that are transformed: enough for the last level.
const LEAST: usize = 4096;
/// Longest time in seconds in which one pass of a loop fades into the next.
const SEAM: f64 = 0.01;
/// Samples of band-limited copies that are kept though no sound plays them: 64 MB.
const SPARE: usize = 16 << 20;

/// A band-limited copy.
#[derive(Clone, Copy, Debug, Default)]
struct Copy {
    start: usize,
    /// Samples of one channel.
    len: usize,
    /// Samples per frame of the recording.
    scale: f64,
}

/// Where a loop begins and ends, and how one pass goes over into the next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seam {
    /// Where it begins and ends, in frames.
    pub(super) start: f64,
    pub(super) end: f64,
    /// How long one pass fades into the next, in frames.
    pub(super) width: f64,
    /// How alike what fades out is to what fades in, at the end and at the start: 0 to 1.
    pub(super) like: [f32; 2],
}

/// Band-limited copies of a recording.
pub(crate) struct Tape {
    /// Sampling rate of the recording in hertz.
    pub(super) rate: f32,
    /// MIDI note that it was played at.
    pub(super) root: f32,
    /// Frames of the recording.
    pub(super) frames: f64,
    pub(super) stereo: bool,
    /// The loop from its start again, and the one backwards and forwards.
    pub(super) forward: Seam,
    pub(super) alternate: Seam,
    copies: [Copy; LEVELS],
    samples: Vec<f32>,
}

impl Tape {
    /// One frame of nothing.
    fn silent() -> Self {
        let loops = Seam { start: 0.0, end: 1.0, width: 0.0, like: [1.0; 2] };
        Tape {
            rate: 48_000.0,
            root: 60.0,
            frames: 1.0,
            stereo: false,
            forward: loops,
            alternate: loops,
            copies: [Copy { start: 0, len: 4, scale: 1.0 }; LEVELS],
            samples: vec![0.0; 4],
        }
    }

    fn new(recording: &Recording) -> Self {
        let channels = recording.channels();
        let (forward, alternate) = seams(recording);
        let mut tape = Tape {
            rate: recording.rate() as f32,
            root: recording.root(),
            frames: recording.len() as f64,
            stereo: channels.len() > 1,
            forward,
            alternate,
            copies: [Copy::default(); LEVELS],
            samples: Vec::new(),
        };
        let whole = recording.len() + 2 * AROUND;
        let padded = transformed(whole);
        let mut end = 0;
        for (level, copy) in tape.copies.iter_mut().enumerate() {
            let long = length(padded, level);
            let scale = long as f64 / padded as f64;
            let len = ((whole as f64 * scale).ceil() as usize + 4).min(long);
            *copy = Copy { start: end, len, scale };
            end += len * channels.len();
        }
        tape.samples = vec![0.0; end];
        for (k, channel) in channels.iter().enumerate() {
            tape.draw(k, channel, padded);
        }
        tape
    }

    /// Draws all copies of a channel, evened out for the reading kernel.
    fn draw(&mut self, channel: usize, samples: &[f32], padded: usize) {
        let mut planner = RealFftPlanner::<f32>::new();
        let forward = planner.plan_fft_forward(padded);
        let (mut wave, mut spectrum) = (forward.make_input_vec(), forward.make_output_vec());
        wave[AROUND..][..samples.len()].copy_from_slice(samples);
        // Here and below the buffers come from the plan itself, so their lengths always agree.
        let _ = forward.process(&mut wave, &mut spectrum);
        for (level, copy) in self.copies.iter().enumerate() {
            let long = length(padded, level);
            let inverse = planner.plan_fft_inverse(long);
            let (mut limited, mut out) = (inverse.make_input_vec(), inverse.make_output_vec());
            let band = 0.5 * padded as f64 * 0.5f64.powf(0.5 * level as f64);
            let bins = limited.iter_mut().zip(&spectrum).take(band.ceil() as usize);
            for (k, (to, from)) in bins.enumerate() {
                let even = evened(k as f64 / long as f64) / padded as f64;
                *to = Complex::new(from.re * even as f32, from.im * even as f32);
            }
            // What a transform back to real samples demands.
            limited[0].im = 0.0;
            let _ = inverse.process(&mut limited, &mut out);
            let to = &mut self.samples[copy.start + channel * copy.len..][..copy.len];
            to.copy_from_slice(&out[..copy.len]);
        }
    }

    /// The copy for a speed in frames per sample, where frequencies may reach `limit` turns per
    /// sample. Half an octave apart: so little is lost that nobody hears it.
    pub(super) fn level_for(speed: f64, limit: f32) -> usize {
        let most = 0.5 * speed / f64::from(limit);
        if most <= 1.0 {
            return 0;
        }
        ((2.0 * most.log2() - 1e-3).ceil() as usize).min(LEVELS - 1)
    }

    /// Left and right of a copy at a place in frames of the recording; silence beyond its ends.
    #[inline(always)]
    pub(super) fn read(&self, level: usize, place: f64) -> [f32; 2] {
        let Copy { start, len, scale } = self.copies[level];
        let at = ((place + AROUND as f64) * scale).clamp(1.0, (len - 3) as f64);
        let cell = at as usize;
        let z = (at - cell as f64) as f32 - 0.5;
        let one = |start: usize| {
            let y = &self.samples[start + cell - 1..][..4];
            let (sum, difference) = (y[2] + y[1], y[2] - y[1]);
            let (wide_sum, wide_difference) = (y[3] + y[0], y[3] - y[0]);
            let c0 = INNER[0] * sum + OUTER[0] * wide_sum;
            let c1 = INNER[1] * difference + OUTER[1] * wide_difference;
            let c2 = INNER[2] * sum + OUTER[2] * wide_sum;
            let c3 = INNER[3] * difference + OUTER[3] * wide_difference;
            c0 + z * (c1 + z * (c2 + z * c3))
        };
        let left = one(start);
        [left, if self.stereo { one(start + len) } else { left }]
    }
}

/// Frames that are transformed for a recording: a length that is quickly transformed, and can
/// be halved as often as there are octaves.
fn transformed(frames: usize) -> usize {
    let power = frames.max(LEAST).next_power_of_two();
    if 3 * power / 4 >= frames.max(LEAST) { 3 * power / 4 } else { power }
}

/// Samples of the whole copy of a level: four per frame, three for the half octave below, and
/// half of that for every octave.
fn length(padded: usize, level: usize) -> usize {
    ((FINE - level % 2) * padded) >> (level / 2)
}

/// What undoes the response of the reading kernel, at a frequency in turns per sample of a copy.
fn evened(place: f64) -> f64 {
    const STEPS: usize = 1024;
    static FACTORS: LazyLock<Vec<f64>> = LazyLock::new(|| {
        (0..=STEPS + 1).map(|k| 1.0 / response(0.125 * k as f64 / STEPS as f64)).collect()
    });
    let at = 8.0 * place * STEPS as f64;
    let (k, part) = ((at as usize).min(STEPS), at.fract());
    FACTORS[k] + part * (FACTORS[k + 1] - FACTORS[k])
}

/// The seams of both loops. A loop that begins or ends too near an end of the recording gives
/// way by what it needs to fade.
fn seams(recording: &Recording) -> (Seam, Seam) {
    let frames = recording.len();
    let [start, end] = recording.looped().unwrap_or([0, frames]);
    let most = (SEAM * f64::from(recording.rate())) as usize;
    let half = most.min((end - start) / 4) / 2;
    let width = 2 * half;
    let channels = recording.channels();
    let first = start.max(width);
    let ahead = |n: usize| (end - width + n, first - width + n);
    let like = alike(channels, (0..width).map(ahead));
    let forward =
        Seam { start: first as f64, end: end as f64, width: width as f64, like: [like; 2] };
    let (low, high) = (start.max(half), end.min(frames - half));
    let around = |turn: usize| move |n: usize| (turn - half + n, (turn + half - n).min(frames - 1));
    let like = [high, low].map(|turn| alike(channels, (0..width).map(around(turn))));
    let alternate = Seam { start: low as f64, end: high as f64, width: width as f64, like };
    (forward, alternate)
}

/// How alike the frames of pairs are: their correlation, 0 where they are opposed.
fn alike(channels: &[Vec<f32>], pairs: impl Iterator<Item = (usize, usize)>) -> f32 {
    let (mut both, mut a, mut b) = (0.0f64, 0.0f64, 0.0f64);
    for (k, l) in pairs {
        for channel in channels {
            let (x, y) = (f64::from(channel[k]), f64::from(channel[l]));
            (both, a, b) = (both + x * y, a + x * x, b + y * y);
        }
    }
    if a * b > 0.0 { (both / (a * b).sqrt()).clamp(0.0, 1.0) as f32 } else { 1.0 }
}

/// Copies made so far, newest use last. The weak pointer keeps an address from being used
/// again, so that it identifies its recording.
static CACHE: Mutex<Vec<(Weak<Recording>, Arc<Tape>)>> = Mutex::new(Vec::new());

/// The band-limited copies of a recording: kept from earlier, or made now (milliseconds; for
/// the longest recording a tenth of a second). An unknown factory recording is that of a new
/// patch. Not for the audio thread.
pub(crate) fn tape(of: &Clip) -> Arc<Tape> {
    let recording = match of {
        Clip::Factory(name) => recordings::recording(name).or_else(recordings::first),
        Clip::Own(recording) => Some(recording.clone()),
    };
    recording.map_or_else(|| Arc::new(Tape::silent()), |recording| copies(&recording))
}

fn copies(recording: &Arc<Recording>) -> Arc<Tape> {
    let find = || {
        let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
        let found = cache.iter().position(|(weak, _)| weak.as_ptr() == Arc::as_ptr(recording))?;
        let entry = cache.remove(found);
        let tape = entry.1.clone();
        cache.push(entry);
        Some(tape)
    };
    find().unwrap_or_else(|| {
        let tape = Arc::new(Tape::new(recording));
        let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
        cache.push((Arc::downgrade(recording), tape.clone()));
        // A recording that nobody holds can never be asked for again.
        cache.retain(|(weak, _)| weak.strong_count() > 0);
        let mut size: usize = cache.iter().map(|(_, tape)| tape.samples.len()).sum();
        while size > SPARE && cache.len() > 1 {
            size -= cache.remove(0).1.samples.len();
        }
        tape
    })
}
