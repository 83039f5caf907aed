//! Sounds that are no good: each is refused in one line, or used as far as it goes.

use std::fs::{self, File};
use std::io::Write;
use std::time::Instant;

use cultivar_formats::{Depth, decode, write_wav};

use crate::shell::{Shell, said};

/// A WAV header that announces `bytes` of sound.
fn header(format: u16, channels: u16, rate: u32, bits: u16, bytes: u32) -> Vec<u8> {
    let align = channels * (bits / 8);
    let mut out = b"RIFF".to_vec();
    out.extend((36 + bytes).to_le_bytes());
    out.extend(b"WAVEfmt \x10\0\0\0");
    out.extend([format, channels].map(u16::to_le_bytes).concat());
    out.extend([rate, rate * u32::from(align)].map(u32::to_le_bytes).concat());
    out.extend([align, bits].map(u16::to_le_bytes).concat());
    out.extend(b"data");
    out.extend(bytes.to_le_bytes());
    out
}

/// A tone in 16 bits.
fn tone(rate: u32, seconds: f32) -> Vec<u8> {
    let sample = |n: usize| (9000.0 * (0.058 * n as f32 * 48e3 / rate as f32).sin()) as i16;
    (0..(seconds * rate as f32) as usize).flat_map(|n| sample(n).to_le_bytes()).collect()
}

#[test]
fn what_holds_no_sound_is_refused() {
    let shell = Shell::new();
    let mp4 = [b"\0\0\0\x1cftypisom\0\0\x02\0isomavc1mp41".as_slice(), &[7; 5000]].concat();
    let no_channel = [header(1, 0, 48_000, 16, 4000), vec![1; 4000]].concat();
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("empty.wav", vec![], "it is empty"),
        ("film.wav", mp4, "it is a video (MP4); take its sound out first"),
        ("none.wav", no_channel, "it has 0 channels; 1 to 26 can be read"),
        ("head.wav", header(1, 1, 48_000, 16, 0), "there are no samples in it"),
        (
            "still.wav",
            [header(1, 1, 0, 16, 8), vec![1; 8]].concat(),
            "its sampling rate of 0 Hz is not 1 to 768000 Hz",
        ),
        ("odd.wav", vec![b'R'; 3000], "it is not an audio file"),
        ("cut.flac", b"fLaC".to_vec(), "its FLAC data cannot be read (it is cut off)"),
        (
            "talk.opus",
            b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\x13OpusHead".to_vec(),
            "Opus is not read; convert it to WAV, AIFF, FLAC, MP3 or Ogg Vorbis",
        ),
    ];
    for (name, bytes, reason) in cases {
        fs::write(shell.path(name), bytes).expect("write");
        shell.refuses(&format!("match {name} -o out --tries 8"), name, reason);
        if name != "odd.wav" {
            shell.refuses(&format!("info {name}"), name, reason);
        }
    }
    shell.refuses("info odd.wav", "odd.wav", "it is neither audio nor a preset");
    fs::create_dir(shell.path("folder.wav")).expect("folder");
    shell.refuses("info folder.wav", "folder.wav", "it is a folder");
    let empty = "there is no audio file in it";
    shell.refuses("match folder.wav -o out --tries 8", "folder.wav", empty);
    assert_eq!(shell.files("out"), [""; 0], "nothing is written for nothing");
}

#[test]
fn where_nothing_can_be_heard_nothing_grows() {
    let shell = Shell::new();
    let write = |name: &str, samples: &[f32]| {
        write_wav(&shell.path(name), &[samples], 48_000, Depth::Float32).expect("write");
    };
    write("silent.wav", &[0.0; 48_000]);
    write("one.wav", &[0.5]);
    let nan = f32::NAN.to_le_bytes().repeat(48_000);
    let nan = [header(3, 1, 48_000, 32, nan.len() as u32), nan].concat();
    fs::write(shell.path("nan.wav"), nan).expect("write");
    let silent = "the sound is silent in its first 30 seconds";
    let short = "the sound lasts 0.0 ms; 10 ms is the least";
    for (name, reason) in [("silent.wav", silent), ("one.wav", short), ("nan.wav", silent)] {
        shell.refuses(&format!("match {name} -o out --tries 8"), name, reason);
        let json = shell.json(&format!("info {name}"));
        assert_eq!(json["target"], false, "{name}");
        let doubts = json["doubts"].as_array().expect("doubts");
        let wanted = format!("cannot be grown towards: {reason}");
        assert!(doubts.iter().any(|doubt| *doubt == wanted.as_str()), "{name}: {doubts:?}");
    }
    let doubts = &shell.json("info nan.wav")["doubts"];
    assert_eq!(doubts[0], "48000 samples are not numbers and count as silence");
}

#[test]
fn a_high_rate_is_kept() {
    let shell = Shell::new();
    shell.pluck("high.wav", 330.0, 0.3, 192_000);
    assert_eq!(shell.json("info high.wav")["rate"], 192_000);
    shell.done("match high.wav -o out --tries 8 --strands 2");
    let audio = decode(&shell.path("out/high.wav")).expect("read");
    assert_eq!((audio.rate, audio.frames()), (192_000, 57_600));
}

/// Ten hours at 8 kHz: one file announces them and stops after a second, one is all there with
/// a hole in it. Both take the memory and the time of what is heard of them.
#[test]
fn ten_hours_are_heard_from_their_start() {
    let shell = Shell::new();
    let bytes = 2 * 8_000 * 36_000;
    let start = [header(1, 1, 8_000, 16, bytes), tone(8_000, 1.0)].concat();
    fs::write(shell.path("head.wav"), &start).expect("write");
    let mut long = File::create(shell.path("long.wav")).expect("create");
    long.write_all(&start).expect("write");
    long.set_len(44 + u64::from(bytes)).expect("a hole");
    let begun = Instant::now();
    let json = shell.json("info head.wav");
    assert_eq!((json["seconds"].as_f64(), json["target"].as_bool()), (Some(1.0), Some(true)));
    assert_eq!(json["doubts"][0], "it is cut off: 8000 of 288000000 samples are there");
    let json = shell.json("info long.wav");
    assert_eq!((json["seconds"].as_f64(), json["target"].as_bool()), (Some(36e3), Some(true)));
    assert_eq!(json["doubts"][0], "only its first 600.0 s of 36000.0 s are used");
    for name in ["head", "long"] {
        let line = format!("match {name}.wav -o out --tries 8 --strands 2 --threads 1");
        // Far less address space than the file, threads and all, would take.
        #[cfg(target_os = "linux")]
        let output = shell.under("ulimit -v 500000", &line);
        #[cfg(not(target_os = "linux"))]
        let output = shell.run(&line);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", said(&output.stderr));
        assert!(shell.path(&format!("out/{name}.cultivar")).exists());
    }
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

#[test]
#[cfg(unix)]
fn what_may_not_be_read_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let shell = Shell::new();
    shell.pluck("mine.wav", 330.0, 0.2, 48_000);
    let closed = fs::Permissions::from_mode(0o000);
    fs::set_permissions(shell.path("mine.wav"), closed).expect("close");
    if File::open(shell.path("mine.wav")).is_ok() {
        println!("skipped: whoever runs this may read everything");
    } else {
        shell.refuses("info mine.wav", "mine.wav", "permission denied");
        shell.refuses("match mine.wav -o out --tries 8", "mine.wav", "permission denied");
        shell.refuses("render mine.wav -o x.wav", "mine.wav", "permission denied");
    }
    // A file that opens, and whose every read fails.
    if cfg!(target_os = "linux") {
        for line in ["info /proc/self/mem", "match /proc/self/mem -o out --tries 8"] {
            shell.refuses(line, "/proc/self/mem", "input/output error");
        }
    }
}
