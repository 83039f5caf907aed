//! Audio files decoded.

use std::fs::{self, File};
use std::io::{self, Cursor, Read, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use cultivar_patch::{RecordingError, disk};
use symphonia::core::codecs::audio::AudioDecoder;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, ReadOnlySource};

use crate::sniff::{self, HEAD, Kind};
use crate::wav;

/// Longest audio that [`decode`] reads, in seconds.
pub const LONGEST: f64 = 600.0;
/// Most channels.
pub const MAX_CHANNELS: usize = 26;
/// Highest sampling rate, in hertz.
pub const MAX_RATE: u32 = 768_000;
/// Most samples of all channels together.
const MAX_SAMPLES: usize = 1 << 26;
/// Packets in a row that may be unreadable before the rest is given up.
const MAX_DAMAGE: usize = 256;

/// Samples of a file, and what was odd about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Audio {
    /// Samples of each channel, nominally within ±1; all channels are equally long.
    pub channels: Vec<Vec<f32>>,
    /// Sampling rate in hertz.
    pub rate: u32,
    /// The kind of the file.
    pub kind: Kind,
    /// What to know about the samples.
    pub notes: Vec<Note>,
}

impl Audio {
    /// Number of samples of one channel.
    pub fn frames(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.frames() as f64 / f64::from(self.rate)
    }

    /// Length in seconds of the whole file, where only its start was read and it says so.
    pub fn whole(&self) -> f64 {
        let announced = self.notes.iter().find_map(|note| match note {
            Note::Start { of, .. } => *of,
            _ => None,
        });
        announced.unwrap_or_else(|| self.seconds())
    }

    /// Mean of all channels.
    pub fn mono(&self) -> Vec<f32> {
        let mut mono = vec![0.0; self.frames()];
        for channel in &self.channels {
            mono.iter_mut().zip(channel).for_each(|(sum, sample)| *sum += sample);
        }
        let share = 1.0 / self.channels.len().max(1) as f32;
        mono.iter_mut().for_each(|sample| *sample *= share);
        mono
    }
}

/// Something about a file that was read all the same.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Note {
    /// Only the start was read.
    #[error("only its first {used:.1} s{} are used", of_seconds(.of))]
    Start {
        /// Seconds that were read.
        used: f64,
        /// Seconds of the whole file, where it announces them.
        of: Option<f64>,
    },
    /// It ends before it says it does.
    #[error("it is cut off: {found} of {announced} samples are there")]
    Truncated {
        /// Samples of one channel that are there.
        found: u64,
        /// Samples of one channel that the header announces.
        announced: u64,
    },
    /// Parts of it cannot be decoded and are left out.
    #[error("{0} damaged parts are left out")]
    Damaged(usize),
    /// Samples that are not finite numbers, taken as silence.
    #[error("{0} samples are not numbers and count as silence")]
    NotNumbers(usize),
}

fn of_seconds(of: &Option<f64>) -> String {
    of.map_or(String::new(), |seconds| format!(" of {seconds:.1} s"))
}

/// Why a file gives no audio. The text is a reason; whoever shows it names the file.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// The disk says no.
    #[error("{}", disk::reason(.0))]
    Disk(#[from] io::Error),
    /// A folder.
    #[error("it is a folder")]
    Folder,
    /// A pipe, a device and the like.
    #[error("it is not a file")]
    NotFile,
    /// Nothing in it.
    #[error("it is empty")]
    Empty,
    /// A video.
    #[error("it is a video ({0}); take its sound out first")]
    Video(&'static str),
    /// Audio of a kind that is not read.
    #[error("{0} is not read; convert it to WAV, AIFF, FLAC, MP3 or Ogg Vorbis")]
    OtherAudio(&'static str),
    /// Something else.
    #[error("it is not an audio file")]
    NotAudio,
    /// No channel, or more than any sound has.
    #[error("it has {0} channels; 1 to {MAX_CHANNELS} can be read")]
    Channels(usize),
    /// A rate that no sound has.
    #[error("its sampling rate of {0} Hz is not 1 to {MAX_RATE} Hz")]
    Rate(u32),
    /// A header and nothing behind it.
    #[error("there are no samples in it")]
    NoSamples,
    /// Damaged beyond use.
    #[error("its {kind} data cannot be read ({why})")]
    Damaged {
        /// The kind of the file.
        kind: &'static str,
        /// What the decoder says.
        why: String,
    },
    /// It cannot be the recording of a preset.
    #[error("{0}")]
    Recording(#[from] RecordingError),
    /// More samples than the file format can hold.
    #[error("a WAV file cannot hold that much")]
    TooLong,
}

/// Decodes the file at `path`, at most [`LONGEST`] seconds of it.
pub fn decode(path: &Path) -> Result<Audio, AudioError> {
    decode_start(path, LONGEST)
}

/// Decodes the first `seconds` of the file at `path` and reads no further.
pub fn decode_start(path: &Path, seconds: f64) -> Result<Audio, AudioError> {
    let known = fs::metadata(path)?;
    if known.is_dir() {
        return Err(AudioError::Folder);
    }
    if !known.is_file() {
        return Err(AudioError::NotFile);
    }
    read(|| File::open(path), seconds)
}

/// Decodes a file that lies in memory, at most [`LONGEST`] seconds of it.
pub fn decode_bytes(bytes: &[u8]) -> Result<Audio, AudioError> {
    read(|| Ok(Cursor::new(bytes)), LONGEST)
}

fn read<'s, S: MediaSource + 's>(
    open: impl Fn() -> io::Result<S>,
    seconds: f64,
) -> Result<Audio, AudioError> {
    let mut head = Vec::with_capacity(HEAD);
    open()?.take(HEAD as u64).read_to_end(&mut head)?;
    let kind = match sniff::kind(&head) {
        Kind::Empty => return Err(AudioError::Empty),
        Kind::Video(name) => return Err(AudioError::Video(name)),
        Kind::OtherAudio(name) => return Err(AudioError::OtherAudio(name)),
        kind if kind.is_audio() => kind,
        _ => return Err(AudioError::NotAudio),
    };
    if kind == Kind::Wav
        && let Some((channels, rate)) = wav::announced(&head)
    {
        check(usize::from(channels), rate)?;
    }
    // The decoders are written to return errors, yet on damaged input arithmetic in them can
    // still overflow; what a file says must never end the process.
    let decoded = catch_unwind(AssertUnwindSafe(|| {
        let mut source = open()?;
        if let Some(mended) = (kind == Kind::Wav).then(|| wav::mended(&head)).flatten() {
            source.seek(SeekFrom::Start(mended.len() as u64))?;
            let whole = ReadOnlySource::new(Cursor::new(mended).chain(source));
            return Decoding::open(Box::new(whole), kind)?.run(seconds);
        }
        match Decoding::open(Box::new(source), kind) {
            // Chunks behind the sound are looked for first; where the file ends before them,
            // it is read as a stream.
            Err(_) if kind == Kind::Aiff => {
                Decoding::open(Box::new(ReadOnlySource::new(open()?)), kind)?.run(seconds)
            }
            decoding => decoding?.run(seconds),
        }
    }));
    let nonsense = || AudioError::Damaged { kind: kind.name(), why: "nonsense in it".into() };
    decoded.unwrap_or_else(|_| Err(nonsense()))
}

fn check(channels: usize, rate: u32) -> Result<(), AudioError> {
    if channels == 0 || channels > MAX_CHANNELS {
        return Err(AudioError::Channels(channels));
    }
    if rate == 0 || rate > MAX_RATE {
        return Err(AudioError::Rate(rate));
    }
    Ok(())
}

/// A file while it is decoded.
struct Decoding<'s> {
    format: Box<dyn FormatReader + 's>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    /// Samples of one channel that the header announces, where that can be trusted.
    announced: Option<u64>,
    kind: Kind,
}

impl<'s> Decoding<'s> {
    fn open(source: Box<dyn MediaSource + 's>, kind: Kind) -> Result<Self, AudioError> {
        let stream = MediaSourceStream::new(source, Default::default());
        let probe = symphonia::default::get_probe();
        let damaged = |e: Error| AudioError::Damaged { kind: kind.name(), why: said(&e) };
        let format = probe
            .probe(&Hint::new(), stream, Default::default(), Default::default())
            .map_err(damaged)?;
        let track = format.default_track(TrackType::Audio).ok_or(AudioError::NoSamples)?;
        let params = track.codec_params.as_ref().and_then(|params| params.audio());
        let params = params.ok_or(AudioError::NotAudio)?;
        if let Some((channels, rate)) = params.channels.as_ref().zip(params.sample_rate) {
            check(channels.count(), rate)?;
        }
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(params, &Default::default())
            .map_err(damaged)?;
        // The length of an MP3 is an estimate unless its encoder left a note.
        let announced = track.num_frames.filter(|_| kind != Kind::Mp3);
        Ok(Decoding { decoder, track: track.id, announced, kind, format })
    }

    fn run(mut self, seconds: f64) -> Result<Audio, AudioError> {
        let (mut channels, mut rate) = (Vec::<Vec<f32>>::new(), 0);
        let (mut damage, mut in_a_row) = (0, 0);
        let mut room = usize::MAX;
        let mut packet = Vec::new();
        let mut stopped = String::new();
        while channels.first().map_or(0, Vec::len) < room && in_a_row < MAX_DAMAGE {
            let next = match self.format.next_packet() {
                Ok(Some(next)) if next.track_id == self.track => next,
                Ok(Some(_)) => continue,
                Ok(None) => break,
                Err(e) => {
                    stopped = said(&e);
                    break;
                }
            };
            let Ok(decoded) = self.decoder.decode(&next) else {
                damage += 1;
                in_a_row += 1;
                continue;
            };
            in_a_row = 0;
            let spec = decoded.spec();
            if channels.is_empty() {
                check(spec.channels().count(), spec.rate())?;
                channels.resize_with(spec.channels().count(), Vec::new);
                rate = spec.rate();
                room = (seconds.max(0.0) * f64::from(rate)) as usize;
                room = room.clamp(1, MAX_SAMPLES / channels.len());
            } else if spec.rate() != rate || spec.channels().count() != channels.len() {
                damage += 1;
                break;
            }
            decoded.copy_to_vecs_planar::<f32>(&mut packet);
            channels.iter_mut().zip(&packet).for_each(|(all, new)| all.extend_from_slice(new));
        }
        let found = channels.first().map_or(0, Vec::len);
        if found == 0 && damage == 0 && stopped.is_empty() {
            return Err(AudioError::NoSamples);
        } else if found == 0 {
            let why = if stopped.is_empty() { "no part can be decoded".into() } else { stopped };
            return Err(AudioError::Damaged { kind: self.kind.name(), why });
        }
        channels.iter_mut().for_each(|channel| channel.truncate(room));
        let notes = self.notes(found, room, rate, damage, &mut channels);
        Ok(Audio { channels, rate, kind: self.kind, notes })
    }

    fn notes(
        &self,
        found: usize,
        room: usize,
        rate: u32,
        damage: usize,
        channels: &mut [Vec<f32>],
    ) -> Vec<Note> {
        let mut notes = Vec::new();
        let longer = self.announced.is_some_and(|announced| announced > room as u64);
        if found > room || (found == room && longer) {
            let seconds = |frames: u64| frames as f64 / f64::from(rate);
            notes.push(Note::Start { used: seconds(room as u64), of: self.announced.map(seconds) });
        } else if let Some(announced) = self.announced.filter(|&frames| frames > found as u64) {
            notes.push(Note::Truncated { found: found as u64, announced });
        }
        if damage > 0 {
            notes.push(Note::Damaged(damage));
        }
        let mut strange = 0;
        for sample in channels.iter_mut().flatten().filter(|sample| !sample.is_finite()) {
            *sample = 0.0;
            strange += 1;
        }
        if strange > 0 {
            notes.push(Note::NotNumbers(strange));
        }
        notes
    }
}

/// The decoder's words in one line.
fn said(error: &Error) -> String {
    match error {
        Error::IoError(e) if e.kind() == io::ErrorKind::UnexpectedEof => "it is cut off".into(),
        Error::IoError(e) => disk::reason(e),
        other => other.to_string(),
    }
}
