//! Waveforms and spectrograms as PNG pictures.

use realfft::RealFftPlanner;

const WIDTH: usize = 480;
const WAVE_HEIGHT: usize = 90;
const SPECTRUM_HEIGHT: usize = 200;
const WINDOW: usize = 2048;
/// What lies this far below the loudest bin is black.
const RANGE_DB: f32 = 70.0;
/// Frequencies shown, in hertz, on a logarithmic axis.
const LOW: f32 = 40.0;
const HIGH: f32 = 16_000.0;
const PAPER: [u8; 3] = [0x12, 0x16, 0x1A];

type Colour = [u8; 3];

/// The waveform, least to greatest sample per column; `peak` fills the height.
pub(super) fn waveform(sound: &[f32], peak: f32, colour: Colour) -> anyhow::Result<Vec<u8>> {
    let mut image = Image::new(WIDTH, WAVE_HEIGHT);
    let row = |x: f32| {
        let y = (0.5 - 0.48 * (x / peak).clamp(-1.0, 1.0)) * WAVE_HEIGHT as f32;
        (y as usize).min(WAVE_HEIGHT - 1)
    };
    for x in 0..WIDTH {
        let part = slice(sound, x);
        let top = part.iter().fold(0.0f32, |top, s| top.max(*s));
        let bottom = part.iter().fold(0.0f32, |bottom, s| bottom.min(*s));
        for y in row(top)..=row(bottom) {
            image.set(x, y, colour);
        }
    }
    image.png()
}

/// Power of the loudest bin, in dB: the scale that two pictures share.
pub(super) fn loudest(sound: &[f32]) -> f32 {
    columns(sound).iter().flatten().copied().fold(-200.0, f32::max)
}

/// The spectrogram on a logarithmic frequency axis; `loudest` (dB) is the brightest.
pub(super) fn spectrogram(
    sound: &[f32],
    rate: u32,
    loudest: f32,
    colour: Colour,
) -> anyhow::Result<Vec<u8>> {
    let mut image = Image::new(WIDTH, SPECTRUM_HEIGHT);
    let bin_width = rate as f32 / WINDOW as f32;
    for (x, column) in columns(sound).iter().enumerate() {
        for y in 0..SPECTRUM_HEIGHT {
            let edge = |y: usize| {
                let up = 1.0 - y as f32 / SPECTRUM_HEIGHT as f32;
                LOW * (HIGH / LOW).powf(up) / bin_width
            };
            let (low, high) = (edge(y + 1) as usize, edge(y) as usize);
            let bins = low.min(column.len() - 1)..=high.min(column.len() - 1);
            let level = column[bins].iter().copied().fold(-200.0, f32::max);
            let light = (1.0 + (level - loudest) / RANGE_DB).clamp(0.0, 1.0);
            image.set(x, y, shade(colour, light));
        }
    }
    image.png()
}

/// From paper through the colour to near white.
fn shade(colour: Colour, light: f32) -> Colour {
    std::array::from_fn(|k| {
        let (paper, full) = (f32::from(PAPER[k]), f32::from(colour[k]));
        let value = if light < 0.75 {
            paper + (full - paper) * light / 0.75
        } else {
            full + (255.0 - full) * (light - 0.75) * 2.4
        };
        value.min(255.0) as u8
    })
}

/// Decibels per bin for every column of the picture.
fn columns(sound: &[f32]) -> Vec<Vec<f32>> {
    let fft = RealFftPlanner::<f32>::new().plan_fft_forward(WINDOW);
    let mut spectrum = fft.make_output_vec();
    let mut frame = vec![0.0; WINDOW];
    (0..WIDTH)
        .map(|x| {
            let centre = (x * sound.len() / WIDTH) as isize;
            for (k, value) in frame.iter_mut().enumerate() {
                let at = centre + k as isize - (WINDOW / 2) as isize;
                let sample = usize::try_from(at).ok().and_then(|at| sound.get(at));
                let turn = std::f32::consts::TAU * k as f32 / WINDOW as f32;
                *value = sample.copied().unwrap_or(0.0) * (0.5 - 0.5 * turn.cos());
            }
            // The lengths are the plan's own, so the transform cannot fail.
            let _ = fft.process(&mut frame, &mut spectrum);
            spectrum.iter().map(|bin| 10.0 * (bin.norm_sqr() + 1e-12).log10()).collect()
        })
        .collect()
}

/// The samples that column `x` of a waveform covers.
fn slice(sound: &[f32], x: usize) -> &[f32] {
    let from = x * sound.len() / WIDTH;
    let to = ((x + 1) * sound.len() / WIDTH).max(from + 1).min(sound.len());
    sound.get(from..to).unwrap_or(&[])
}

struct Image {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Image {
    fn new(width: usize, height: usize) -> Self {
        Image { width, height, pixels: PAPER.repeat(width * height) }
    }

    fn set(&mut self, x: usize, y: usize, colour: Colour) {
        let at = 3 * (y * self.width + x);
        self.pixels[at..at + 3].copy_from_slice(&colour);
    }

    fn png(&self) -> anyhow::Result<Vec<u8>> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header()?.write_image_data(&self.pixels)?;
        Ok(out)
    }
}
