//! What a file is, told by its first bytes.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// How many bytes tell what a file is.
pub(crate) const HEAD: usize = 8192;

/// The kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Audio in a RIFF/WAVE file.
    Wav,
    /// Audio in an AIFF or AIFF-C file.
    Aiff,
    /// FLAC.
    Flac,
    /// MPEG audio, layer 3.
    Mp3,
    /// Ogg, with Vorbis or FLAC inside.
    Ogg,
    /// A Cultivar preset, by its looks.
    Preset,
    /// A video, named by its container.
    Video(&'static str),
    /// Audio of a kind that is not read, named.
    OtherAudio(&'static str),
    /// Nothing at all.
    Empty,
    /// A folder.
    Folder,
    /// A pipe, a device and the like.
    NotFile,
    /// Anything else.
    Other,
}

impl Kind {
    /// The name of the format.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Wav => "WAV",
            Kind::Aiff => "AIFF",
            Kind::Flac => "FLAC",
            Kind::Mp3 => "MP3",
            Kind::Ogg => "Ogg",
            Kind::Preset => "Cultivar preset",
            Kind::Video(name) | Kind::OtherAudio(name) => name,
            Kind::Empty => "empty file",
            Kind::Folder => "folder",
            Kind::NotFile => "not a file",
            Kind::Other => "unknown",
        }
    }

    /// Whether [`crate::decode`] reads it.
    pub fn is_audio(self) -> bool {
        matches!(self, Kind::Wav | Kind::Aiff | Kind::Flac | Kind::Mp3 | Kind::Ogg)
    }
}

/// The kind of the file at `path`. Never opens what is not a plain file.
pub fn kind_of_file(path: &Path) -> io::Result<Kind> {
    let known = fs::metadata(path)?;
    if known.is_dir() {
        return Ok(Kind::Folder);
    }
    if !known.is_file() {
        return Ok(Kind::NotFile);
    }
    let mut head = Vec::with_capacity(HEAD);
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(kind(&head))
}

/// The kind of a file that starts with `head`; a few thousand bytes are enough.
pub fn kind(head: &[u8]) -> Kind {
    let at = |place: usize, word: &[u8]| head.get(place..).is_some_and(|h| h.starts_with(word));
    let riff = at(0, b"RIFF") || at(0, b"RIFX");
    let mpeg4 = [b"ftyp", b"moov", b"mdat", b"wide", b"free"].iter().any(|word| at(4, *word));
    match () {
        _ if head.is_empty() => Kind::Empty,
        _ if riff && at(8, b"WAVE") => Kind::Wav,
        _ if riff && at(8, b"AVI ") => Kind::Video("AVI"),
        _ if at(0, b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) => Kind::Aiff,
        _ if at(0, b"fLaC") => Kind::Flac,
        _ if at(0, b"OggS") => ogg(head),
        _ if at(0, b"ID3") => Kind::Mp3,
        _ if at(4, b"ftypM4A") || at(4, b"ftypM4B") => Kind::OtherAudio("M4A"),
        _ if at(4, b"ftypqt") => Kind::Video("QuickTime"),
        _ if at(4, b"ftyp") => Kind::Video("MP4"),
        _ if mpeg4 => Kind::Video("QuickTime"),
        _ if at(0, b"\x1a\x45\xdf\xa3") => matroska(head),
        _ if at(0, b"FLV\x01") => Kind::Video("Flash"),
        _ if at(0, b"\x00\x00\x01\xba") || at(0, b"\x00\x00\x01\xb3") => Kind::Video("MPEG"),
        _ if at(0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11") => Kind::OtherAudio("Windows Media"),
        _ if at(0, b"RF64") || at(0, b"BW64") => Kind::OtherAudio("RF64"),
        _ if at(0, b"riff\x2e\x91\xcf\x11") => Kind::OtherAudio("Wave64"),
        _ if at(0, b"caff") => Kind::OtherAudio("CAF"),
        _ if at(0, b".snd") => Kind::OtherAudio("AU"),
        _ if at(0, b"wvpk") => Kind::OtherAudio("WavPack"),
        _ if at(0, b"MAC ") => Kind::OtherAudio("Monkey's Audio"),
        _ if preset(head) => Kind::Preset,
        _ if mp3(head) => Kind::Mp3,
        _ => Kind::Other,
    }
}

/// Ogg by what its first page announces.
fn ogg(head: &[u8]) -> Kind {
    let first = &head[..head.len().min(512)];
    let says = |word: &[u8]| first.windows(word.len()).any(|window| window == word);
    match () {
        _ if says(b"\x80theora") => Kind::Video("Ogg Theora"),
        _ if says(b"OpusHead") => Kind::OtherAudio("Opus"),
        _ if says(b"Speex   ") => Kind::OtherAudio("Speex"),
        _ => Kind::Ogg,
    }
}

fn matroska(head: &[u8]) -> Kind {
    let webm = head[..head.len().min(64)].windows(4).any(|word| word == b"webm");
    Kind::Video(if webm { "WebM" } else { "Matroska" })
}

fn preset(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = head[..head.len().min(256)].trim_ascii_start();
    let says = |word: &[u8]| text.windows(word.len()).any(|window| window == word);
    text.starts_with(b"{") && says(b"\"format\"") && says(b"\"cultivar\"")
}

/// Whether two frames of MPEG audio follow each other somewhere near the start: one header
/// alone also turns up in files that are no audio.
fn mp3(head: &[u8]) -> bool {
    (0..head.len()).any(|start| {
        let Some(length) = frame_length(&head[start..]) else { return false };
        match head.get(start + length..) {
            Some(next) if next.len() >= 4 => frame_length(next).is_some(),
            // A file of one frame, or a head that ends before the second.
            _ => start == 0,
        }
    })
}

/// Bytes of the frame of MPEG audio (layer 3) that starts here, where one does. Layout and
/// tables: ISO/IEC 11172-3, 2.4.2.3.
fn frame_length(bytes: &[u8]) -> Option<usize> {
    const KBITS: [[usize; 14]; 2] = [
        [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];
    let [a, b, c, _] = *bytes.first_chunk()?;
    let (version, layer) = ((b >> 3) & 3, (b >> 1) & 3);
    if a != 0xff || b & 0xe0 != 0xe0 || version == 1 || layer != 1 {
        return None;
    }
    let half = usize::from(version != 3);
    let kbits = *KBITS[half].get(usize::from(c >> 4).checked_sub(1)?)?;
    let rate = *[44_100, 48_000, 32_000].get(usize::from(c >> 2 & 3))?;
    let rate = rate >> [2, 0, 1, 0][usize::from(version)];
    Some((144_000 >> half) * kbits / rate + usize::from(c >> 1 & 1))
}
