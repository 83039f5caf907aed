//! The report of a growth: players, waveforms and spectrograms side by side, in one HTML page.

mod picture;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cultivar_patch::disk;

use crate::shell::Failure;

/// One strand as a row of the table.
pub(crate) struct Row {
    pub(crate) name: String,
    /// 0 (unrelated) to 100 (identical).
    pub(crate) score: f32,
    /// Named likenesses, each 0 to 1.
    pub(crate) parts: Vec<(&'static str, f32)>,
    /// Preset file beside the report.
    pub(crate) file: String,
}

/// One target and what grew towards it.
pub(crate) struct Grown<'a> {
    pub(crate) name: &'a str,
    /// What analysis said: note, length, doubts.
    pub(crate) heard: String,
    pub(crate) rate: u32,
    pub(crate) target: Vec<f32>,
    pub(crate) best: Vec<f32>,
    pub(crate) strands: Vec<Row>,
    pub(crate) tries: u64,
    pub(crate) seconds: f32,
}

const STYLE: &str = "body{background:#12161A;color:#E6EDF3;font:15px/1.5 Inter,system-ui,sans-serif;\
margin:40px auto;max-width:1000px;padding:0 20px}h1{font-weight:600}h2{margin:48px 0 4px}\
.heard{color:#9AA7B2;margin:0 0 16px}.pair{display:grid;grid-template-columns:1fr 1fr;gap:20px}\
.card{background:#1B2127;border-radius:8px;padding:14px}.card h3{margin:0 0 8px;font-size:15px}\
.target h3{color:#5CC8FF}.best h3{color:#7BD88F}img{width:100%;border-radius:4px;display:block;\
margin-bottom:8px;image-rendering:auto}audio{width:100%}table{border-collapse:collapse;width:100%;\
margin-top:16px}td,th{padding:6px 10px;text-align:right;border-bottom:1px solid #2C353D}\
td:first-child,th:first-child{text-align:left}th{color:#9AA7B2;font-weight:500}\
.bar{display:inline-block;height:8px;border-radius:4px;background:#7BD88F;vertical-align:middle}\
.track{display:inline-block;width:60px;height:8px;border-radius:4px;background:#2C353D}";

/// Writes the page; sounds and pictures are inside it, so that the one file can be sent on. One
/// target after the other: no more than one is held in memory.
pub(crate) fn write<'a>(
    path: &Path,
    grown: impl Iterator<Item = Result<Grown<'a>, Failure>>,
) -> anyhow::Result<Vec<Failure>> {
    let mut failures = Vec::new();
    disk::replace(path, |out| {
        write!(
            out,
            "<!doctype html><html lang=en><meta charset=utf-8><title>Cultivar report</title>\
             <style>{STYLE}</style><h1>What grew</h1>"
        )?;
        for grown in grown {
            match grown {
                Ok(grown) => {
                    let mut part = String::new();
                    section(&mut part, &grown)?;
                    out.write_all(part.as_bytes())?;
                }
                Err(failure) => failures.push(failure),
            }
        }
        anyhow::Ok(())
    })?;
    Ok(failures)
}

fn section(page: &mut String, grown: &Grown<'_>) -> anyhow::Result<()> {
    let score = grown.strands.first().map_or(0.0, |best| best.score);
    write!(
        page,
        "<h2>{}</h2><p class=heard>{} · {} tries in {:.1} s · best {score:.0} of 100</p><div class=pair>",
        escape(grown.name),
        escape(&grown.heard),
        grown.tries,
        grown.seconds
    )?;
    // Both pictures share one scale: a quiet match must look quiet.
    let loudest = picture::loudest(&grown.target);
    let peak = grown.target.iter().chain(&grown.best).fold(1e-6f32, |top, x| top.max(x.abs()));
    for (class, title, sound, colour) in [
        ("target", "Target", &grown.target, [0x5C, 0xC8, 0xFF]),
        ("best", "Best strand", &grown.best, [0x7B, 0xD8, 0x8F]),
    ] {
        let wave = data_url("image/png", &picture::waveform(sound, peak, colour)?);
        let spectrogram =
            data_url("image/png", &picture::spectrogram(sound, grown.rate, loudest, colour)?);
        let audio = data_url("audio/wav", &wav(sound, grown.rate)?);
        write!(
            page,
            "<div class='card {class}'><h3>{title}</h3><img alt='waveform' src='{wave}'>\
             <img alt='spectrogram, 40 Hz to 16 kHz' src='{spectrogram}'>\
             <audio controls src='{audio}'></audio></div>"
        )?;
    }
    page.push_str("</div>");
    table(page, &grown.strands)
}

fn table(page: &mut String, rows: &[Row]) -> anyhow::Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    page.push_str("<table><tr><th>strand<th>score");
    for (name, _) in &first.parts {
        write!(page, "<th>{}", escape(name))?;
    }
    for row in rows {
        write!(
            page,
            "<tr><td><a style='color:inherit' href='{}'>{}</a><td>{:.1}",
            escape(&row.file),
            escape(&row.name),
            row.score
        )?;
        for (_, part) in &row.parts {
            let width = 60.0 * part.clamp(0.0, 1.0);
            write!(
                page,
                "<td><span class=track><span class=bar style='width:{width:.0}px'></span></span>"
            )?;
        }
    }
    page.push_str("</table>");
    Ok(())
}

fn data_url(kind: &str, bytes: &[u8]) -> String {
    format!("data:{kind};base64,{}", STANDARD.encode(bytes))
}

/// 16-bit WAV: every browser plays it.
fn wav(sound: &[f32], rate: u32) -> anyhow::Result<Vec<u8>> {
    let bytes = 2 * u32::try_from(sound.len())?;
    let mut out = Vec::with_capacity(44 + bytes as usize);
    out.extend(b"RIFF");
    out.extend((36 + bytes).to_le_bytes());
    out.extend(b"WAVEfmt ");
    out.extend(16u32.to_le_bytes());
    out.extend([1, 0, 1, 0]);
    out.extend(rate.to_le_bytes());
    out.extend((2 * rate).to_le_bytes());
    out.extend([2, 0, 16, 0]);
    out.extend(b"data");
    out.extend(bytes.to_le_bytes());
    for sample in sound {
        out.extend(((sample.clamp(-1.0, 1.0) * 32767.0).round() as i16).to_le_bytes());
    }
    Ok(out)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('\'', "&#39;")
}
