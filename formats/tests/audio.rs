//! Audio files: what is in them comes out, and nothing in them can do harm.

use std::f64::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};

use cultivar_formats::{
    Audio, AudioError, Depth, Kind, Note, decode, decode_bytes, decode_start, kind, load_recording,
    write_wav,
};
use cultivar_patch::{MAX_RECORDED, RecordingError};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/audio").join(name)
}

/// Amplitude of `frequency` in the middle half of a channel, by correlation.
fn amplitude(samples: &[f32], rate: u32, frequency: f64) -> f64 {
    let middle = &samples[samples.len() / 4..samples.len() * 3 / 4];
    let (mut re, mut im) = (0.0, 0.0);
    for (n, &sample) in middle.iter().enumerate() {
        let phase = TAU * frequency * n as f64 / f64::from(rate);
        re += f64::from(sample) * phase.cos();
        im += f64::from(sample) * phase.sin();
    }
    2.0 * re.hypot(im) / middle.len() as f64
}

/// The fixtures hold 440 Hz at 0.5 on the left and 660 Hz at 0.25 on the right.
fn check_tone(name: &str, kind: Kind, rate: u32, seconds: f64, tolerance: f64) {
    let audio = decode(&fixture(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!((audio.kind, audio.rate, audio.channels.len()), (kind, rate, 2), "{name}");
    assert_eq!(audio.notes, [], "{name}");
    assert!((audio.seconds() - seconds).abs() < 0.06, "{name}: {} s", audio.seconds());
    let [left, right] = audio.channels.as_slice() else { panic!("{name}") };
    let near = |found: f64, expected: f64| {
        assert!((found - expected).abs() < tolerance, "{name}: {found}, not {expected}");
    };
    near(amplitude(left, rate, 440.0), 0.5);
    near(amplitude(right, rate, 660.0), 0.25);
    let mono = audio.mono();
    near(amplitude(&mono, rate, 440.0), 0.25);
    assert_eq!(mono.len(), left.len());
    let bytes = fs::read(fixture(name)).expect("bytes");
    assert_eq!(decode_bytes(&bytes).expect(name), audio);
}

#[test]
fn every_kind_is_decoded() {
    check_tone("tone.flac", Kind::Flac, 16_000, 0.1, 0.01);
    check_tone("tone.aiff", Kind::Aiff, 16_000, 0.1, 0.01);
    check_tone("tone_u8.wav", Kind::Wav, 16_000, 0.1, 0.02);
    check_tone("tone_s24.wav", Kind::Wav, 16_000, 0.1, 0.01);
    check_tone("tone_f64.wav", Kind::Wav, 16_000, 0.1, 0.01);
    check_tone("tone.mp3", Kind::Mp3, 44_100, 0.2, 0.03);
    check_tone("tone_16k.mp3", Kind::Mp3, 16_000, 0.1, 0.1);
    check_tone("tone.ogg", Kind::Ogg, 16_000, 0.1, 0.06);
}

#[test]
fn a_file_becomes_a_recording() {
    let (recording, notes) = load_recording(&fixture("tone_s24.wav"), 69.0).expect("a tone");
    let audio = decode(&fixture("tone_s24.wav")).expect("a tone");
    assert_eq!((recording.name(), recording.rate(), recording.root()), ("tone_s24", 16_000, 69.0));
    assert_eq!(
        (recording.channels(), recording.looped(), notes),
        (&audio.channels[..], None, vec![])
    );
    let long =
        Audio { channels: vec![vec![0.1; MAX_RECORDED + 7]; 3], rate: 48_000, ..audio.clone() };
    let (recording, notes) = long.recording("long", 60.0).expect("a start");
    assert_eq!((recording.len(), recording.channels().len()), (MAX_RECORDED, 1));
    assert_eq!(notes[0].to_string(), "only its first 10.0 s of 10.0 s are used");
    let slow = Audio { rate: 1_000, ..audio };
    let error = slow.recording("slow", 60.0).expect_err("too slow");
    assert!(matches!(error, AudioError::Recording(RecordingError::Rate(1_000))), "{error}");
}

/// A header of a WAV file of 32-bit numbers, and `data`.
fn wav(format: u16, channels: u16, rate: u32, bits: u16, data: &[u8]) -> Vec<u8> {
    let align = channels.wrapping_mul(bits / 8);
    let mut out = b"RIFF".to_vec();
    out.extend(u32::to_le_bytes(36 + data.len() as u32));
    out.extend(b"WAVEfmt ");
    out.extend(16u32.to_le_bytes());
    out.extend(format.to_le_bytes());
    out.extend(channels.to_le_bytes());
    out.extend(rate.to_le_bytes());
    out.extend(rate.wrapping_mul(u32::from(align)).to_le_bytes());
    out.extend(align.to_le_bytes());
    out.extend(bits.to_le_bytes());
    out.extend(b"data");
    out.extend((data.len() as u32).to_le_bytes());
    out.extend(data);
    out
}

fn floats(samples: &[f32]) -> Vec<u8> {
    wav(3, 1, 48_000, 32, &samples.iter().flat_map(|s| s.to_le_bytes()).collect::<Vec<_>>())
}

fn refused(bytes: &[u8]) -> String {
    decode_bytes(bytes).expect_err("refused").to_string()
}

#[test]
fn what_is_written_is_read() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("out.wav");
    let left: Vec<f32> = (0..777).map(|n| (n as f32 * 0.1).sin() * 1.5).collect();
    let right: Vec<f32> = left.iter().map(|s| -s * 0.5).collect();
    write_wav(&path, &[&left, &right], 96_000, Depth::Float32).expect("write");
    let audio = decode(&path).expect("read");
    assert_eq!(audio.channels, [left.clone(), right.clone()], "32 bits lose nothing");
    assert_eq!((audio.rate, audio.notes), (96_000, vec![]));
    write_wav(&path, &[&left, &right], 44_100, Depth::Int16).expect("write");
    let audio = decode(&path).expect("read");
    for (found, sample) in audio.channels[0].iter().zip(&left) {
        assert!((found - sample.clamp(-1.0, 1.0)).abs() < 1e-4, "{found} {sample}");
    }
    write_wav(&path, &[&[f32::NAN, f32::INFINITY, 0.5]], 48_000, Depth::Float32).expect("write");
    assert_eq!(decode(&path).expect("read").channels, [[0.0, 0.0, 0.5]]);
    assert!(matches!(write_wav(&path, &[], 48_000, Depth::Float32), Err(AudioError::Channels(0))));
    assert_eq!(decode(&path).expect("read").channels, [[0.0, 0.0, 0.5]], "the old file stays");
    let nowhere = folder.path().join("none/out.wav");
    let error = write_wav(&nowhere, &[&left], 48_000, Depth::Float32).expect_err("refused");
    assert_eq!(error.to_string(), "there is no such file or folder");
}

#[test]
fn only_the_start_is_read_where_that_is_enough() {
    let bytes = floats(&vec![0.25; 48_000]);
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("long.wav");
    fs::write(&path, &bytes).expect("write");
    let audio = decode_start(&path, 0.5).expect("start");
    assert_eq!((audio.frames(), audio.seconds(), audio.whole()), (24_000, 0.5, 1.0));
    assert_eq!(audio.notes, [Note::Start { used: 0.5, of: Some(1.0) }]);
    assert_eq!(audio.notes[0].to_string(), "only its first 0.5 s of 1.0 s are used");
    let audio = decode_start(&path, 1.0).expect("all");
    assert_eq!((audio.frames(), audio.notes), (48_000, vec![]));
    assert_eq!(decode_start(&path, -1.0).expect("one").frames(), 1);
    assert_eq!(decode_start(&path, f64::NAN).expect("one").frames(), 1);
    // Ten hours: a header that announces them and a file with a hole in it.
    let ten_hours = 48_000 * 36_000u64 / 2 * 2;
    let mut header = wav(1, 1, 48_000, 16, &[]);
    header[40..44].copy_from_slice(&(2 * ten_hours as u32).to_le_bytes());
    header[4..8].copy_from_slice(&(2 * ten_hours as u32 + 36).to_le_bytes());
    fs::write(&path, header).expect("write");
    fs::File::options()
        .write(true)
        .open(&path)
        .expect("open")
        .set_len(44 + 2 * ten_hours)
        .expect("hole");
    let begun = std::time::Instant::now();
    let audio = decode_start(&path, 10.0).expect("start");
    let start = Note::Start { used: 10.0, of: Some(36_000.0) };
    assert_eq!((audio.frames(), audio.notes), (480_000, vec![start]));
    assert!(begun.elapsed().as_secs_f64() < 2.0, "{:?}", begun.elapsed());
}

#[test]
fn odd_samples_are_counted_and_silent() {
    let audio = decode_bytes(&floats(&[0.5, f32::NAN, f32::INFINITY, 1e30])).expect("read");
    assert_eq!(audio.channels, [[0.5, 0.0, 0.0, 1e30]]);
    assert_eq!(audio.notes, [Note::NotNumbers(2)]);
    assert_eq!(decode_bytes(&floats(&[0.5])).expect("one sample").frames(), 1);
}

#[test]
fn what_is_cut_off_keeps_what_is_there() {
    let bytes = floats(&vec![0.25; 10_000]);
    let audio = decode_bytes(&bytes[..44 + 4 * 6000 + 2]).expect("read");
    let Audio { channels, notes, .. } = audio;
    assert_eq!(notes, [Note::Truncated { found: channels[0].len() as u64, announced: 10_000 }]);
    assert!(channels[0].len() > 6000 - 1152 && channels[0].iter().all(|s| *s == 0.25));
    let flac = fs::read(fixture("tone.flac")).expect("flac");
    for name in ["tone.mp3", "tone.aiff", "tone_s24.wav"] {
        let bytes = fs::read(fixture(name)).expect(name);
        let whole = decode_bytes(&bytes).expect(name).frames();
        let part = decode_bytes(&bytes[..bytes.len() * 3 / 4]).expect(name).frames();
        assert!(part > 0 && part < whole, "{name}: {part} of {whole}");
    }
    assert!(decode_bytes(&flac[..flac.len() / 2]).map_or(true, |audio| !audio.notes.is_empty()));
}

#[test]
fn a_recording_that_was_never_finished_is_read_to_its_end() {
    let whole = floats(&vec![0.25; 10_000]);
    for (riff, data) in [(0, 0), (36, 0), (0, 40_000), (36, 40_000), (u32::MAX, u32::MAX)] {
        let mut bytes = whole.clone();
        bytes[4..8].copy_from_slice(&u32::to_le_bytes(riff));
        bytes[40..44].copy_from_slice(&u32::to_le_bytes(data));
        let audio = decode_bytes(&bytes).unwrap_or_else(|e| panic!("{riff} {data}: {e}"));
        assert_eq!(audio.channels, [vec![0.25; 10_000]], "{riff} {data}");
    }
}

#[test]
fn what_is_not_audio_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("folder");
    let reason = |path: &Path| decode(path).expect_err("refused").to_string();
    assert_eq!(reason(folder.path()), "it is a folder");
    assert_eq!(reason(&folder.path().join("none.wav")), "there is no such file or folder");
    let check = |bytes: &[u8], expected: &str| assert_eq!(refused(bytes), expected);
    check(b"", "it is empty");
    check(b"hello", "it is not an audio file");
    check(&[0; 5000], "it is not an audio file");
    check(b"\x89PNG\r\n\x1a\n", "it is not an audio file");
    check(b"\xff\xfb", "it is not an audio file");
    check(br#"{"format": "cultivar"}"#, "it is not an audio file");
    check(b"RIFF\x14\x17\0\0AVI LIST", "it is a video (AVI); take its sound out first");
    check(b"\0\0\0\x1cftypisom\0\0", "it is a video (MP4); take its sound out first");
    check(b"\0\0\0\x14ftypqt  \0\0", "it is a video (QuickTime); take its sound out first");
    let webm = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webmB\x87";
    check(webm, "it is a video (WebM); take its sound out first");
    check(b"\x1a\x45\xdf\xa3\xa3", "it is a video (Matroska); take its sound out first");
    let convert = "is not read; convert it to WAV, AIFF, FLAC, MP3 or Ogg Vorbis";
    check(b"\0\0\0\x1cftypM4A \0\0", &format!("M4A {convert}"));
    check(b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\x13OpusHead", &format!("Opus {convert}"));
    check(&wav(1, 0, 48_000, 16, &[0; 8]), "it has 0 channels; 1 to 26 can be read");
    check(&wav(1, 27, 48_000, 16, &[0; 8]), "it has 27 channels; 1 to 26 can be read");
    check(&wav(1, 65_535, 48_000, 16, &[0; 8]), "it has 65535 channels; 1 to 26 can be read");
    check(&wav(1, 1, 0, 16, &[0; 8]), "its sampling rate of 0 Hz is not 1 to 768000 Hz");
    check(
        &wav(1, 1, 4_000_000_000, 16, &[0; 8]),
        "its sampling rate of 4000000000 Hz is not 1 to 768000 Hz",
    );
    check(&wav(1, 1, 48_000, 16, &[]), "there are no samples in it");
    let damaged = refused(&wav(77, 1, 48_000, 16, &[0; 8]));
    assert!(damaged.starts_with("its WAV data cannot be read ("), "{damaged}");
    check(b"fLaC", "its FLAC data cannot be read (it is cut off)");
}

#[test]
fn many_channels_at_the_highest_rate_are_read() {
    let audio = decode_bytes(&wav(1, 26, 768_000, 16, &[1; 104])).expect("read");
    assert_eq!((audio.channels.len(), audio.frames(), audio.rate), (26, 2, 768_000));
}

#[test]
fn kinds_are_told_by_content() {
    for (name, expected) in [
        ("tone.flac", Kind::Flac),
        ("tone.mp3", Kind::Mp3),
        ("tone_16k.mp3", Kind::Mp3),
        ("tone.ogg", Kind::Ogg),
        ("../presets/v1/pluck.cultivar", Kind::Preset),
    ] {
        assert_eq!(kind(&fs::read(fixture(name)).expect(name)), expected, "{name}");
    }
    // An MP3 without tags, from the middle of a stream, behind some bytes of something else.
    let mp3 = fs::read(fixture("tone.mp3")).expect("mp3");
    let frame = mp3.windows(2).position(|w| w == [0xff, 0xfb]).expect("frame");
    assert_eq!(kind(&[b"junk".as_slice(), &mp3[frame..]].concat()), Kind::Mp3);
}

/// Cut at many places and with bits flipped at many places, every kind is read or refused, and
/// what is read is finite and bounded.
#[test]
fn damage_does_no_harm() {
    let mut seed = 1u64;
    let mut random = move || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 33) as usize
    };
    let mut read = 0;
    for entry in fs::read_dir(fixture("")).expect("fixtures") {
        let path = entry.expect("entry").path();
        let good = fs::read(&path).expect("bytes");
        let mut check = |bytes: &[u8]| {
            if let Ok(audio) = decode_bytes(bytes) {
                read += 1;
                assert!(audio.frames() <= 1 << 24, "{path:?}: {}", audio.frames());
                assert!(audio.channels.iter().flatten().all(|s| s.is_finite()), "{path:?}");
                assert!(audio.channels.iter().all(|c| c.len() == audio.frames()), "{path:?}");
            }
        };
        for end in (0..good.len().min(200)).chain((0..40).map(|k| k * good.len() / 40)) {
            check(&good[..end]);
        }
        for case in 0..400 {
            let mut bad = good.clone();
            // Headers matter most, so half of the flips go there.
            let reach = if case % 2 == 0 { bad.len().min(128) } else { bad.len() };
            for _ in 0..1 + random() % 4 {
                bad[random() % reach] ^= 1 << (random() % 8);
            }
            check(&bad);
        }
    }
    assert!(read > 500, "most damage leaves something to hear: {read}");
}
