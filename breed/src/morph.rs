//! The way from one preset to another, in steps that are heard as equal.

use std::sync::Arc;

use cultivar_dsp::{Note, Studio};
use cultivar_patch::{MAX_KNOTS, Origin, Parent, Partner, Preset};

use crate::cross::uuid;
use crate::stop::go_on;
use crate::{Judge, NEVER, Stop};

/// Sample rate in hertz at which ways are measured.
const RATE: f32 = 16_000.0;
/// The note that is heard along the way.
const NOTE: Note = Note { key: 60.0, velocity: 0.8, gate: 0.6, length: 0.85 };
/// Places that are heard at equal distances, both ends among them, and in all. Fine steps add up
/// to more than coarse ones, and between places nothing is known: so the way that was levelled
/// roughly is heard again in steps as long as a player's.
const ROUGH: [usize; 2] = [5, 9];
const FINE: [usize; 2] = [33, 36];
/// Least distance between places, as a share of the way.
const NEAREST: f32 = 1.0 / 2048.0;
/// Share of the mean that a stretch as wide counts at least, so that nothing is passed in a jump.
const FLOOR: f32 = 0.05;

/// A preset that is `a` and morphs to `b`, with a name and an origin of its own.
pub fn morph(a: &Preset, b: &Preset) -> Preset {
    let mut preset = a.clone();
    preset.partner = partner(a, b, NEVER).map(Arc::new);
    preset.patch.morph.position = 0.0;
    let parent =
        |of: &Preset| Parent { uuid: of.meta.uuid, name: of.meta.name.clone(), weight: 0.5 };
    preset.meta.name = format!("{} to {}", a.meta.name, b.meta.name);
    preset.meta.uuid = uuid(&[a.meta.uuid, b.meta.uuid], 0);
    preset.meta.origin = Some(Origin {
        operator: "morph".into(),
        parents: vec![parent(a), parent(b)],
        engine: env!("CARGO_PKG_VERSION").into(),
        ..Origin::default()
    });
    preset
}

/// What `a` takes as its partner to morph to `b`; nothing if stopped. The way is measured by
/// rendering a note at some forty places, so that equal steps of the position are heard as
/// about equal. The same two presets give the same way.
pub fn partner(a: &Preset, b: &Preset, stop: Stop) -> Option<Partner> {
    let straight = Partner::new(b.clone(), Vec::new());
    let mut ear = Ear::new(Preset { partner: Some(Arc::new(straight)), ..a.clone() });
    let rough = ear.walk(ROUGH, |share| share, stop)?;
    let rough = Partner::new(b.clone(), level(&rough));
    let fine = ear.walk(FINE, |share| rough.along(share), stop)?;
    Some(Partner::new(b.clone(), level(&fine)))
}

/// The preset that sounds at a position (0 to 1) of a preset's way: at the ends the two presets
/// themselves, between them the preset with its position set.
pub fn at(preset: &Preset, position: f32) -> Preset {
    let mut there = preset.clone();
    match &preset.partner {
        Some(partner) if position >= 1.0 => return partner.preset.clone(),
        Some(_) if position <= 0.0 => there.partner = None,
        _ => {
            there.patch.morph.position = position.clamp(0.0, 1.0);
            there.meta.name += &format!(", {:.1} %", 100.0 * position);
            there.meta.uuid = uuid(&[preset.meta.uuid], u64::from(position.to_bits()));
        }
    }
    there
}

/// How far each sound (mono, at `rate` hertz) is from the next one, as [`Judge`] hears it; level
/// counts for nothing.
pub fn steps(sounds: &[Vec<f32>], rate: f32) -> Vec<f32> {
    sounds.windows(2).map(|pair| apart(&pair[0], &pair[1], rate)).collect()
}

fn apart(a: &[f32], b: &[f32], rate: f32) -> f32 {
    if a == b { 0.0 } else { Judge::of(a, rate).distance(b).total }
}

/// A stretch of the way: where it begins, and how far its ends are apart.
struct Stretch {
    from: f32,
    size: f32,
}

fn stretches(sounds: &[(f32, Vec<f32>)]) -> Vec<Stretch> {
    let pairs = sounds.windows(2);
    pairs.map(|p| Stretch { from: p[0].0, size: apart(&p[0].1, &p[1].1, RATE) }).collect()
}

/// Plays places of a way.
struct Ear {
    studio: Studio,
    straight: Preset,
}

impl Ear {
    fn new(straight: Preset) -> Self {
        Ear { studio: Studio::new(RATE), straight }
    }

    fn hear(&mut self, place: f32) -> Vec<f32> {
        self.straight.patch.morph.position = place;
        let length = self.studio.samples(&NOTE);
        let (mut left, mut right) = (vec![0.0; length], vec![0.0; length]);
        self.studio.render(&self.straight, &NOTE, &mut left, &mut right);
        left.iter().zip(&right).map(|(l, r)| 0.5 * (l + r)).collect()
    }

    /// Hears the way: first at equal shares of it, then wherever a stretch is longest.
    fn walk(
        &mut self,
        [first, all]: [usize; 2],
        place: impl Fn(f32) -> f32,
        stop: Stop,
    ) -> Option<Vec<Stretch>> {
        let places = (0..first).map(|k| place(k as f32 / (first - 1) as f32));
        let heard = places.map(|place| go_on(stop).map(|()| (place, self.hear(place))));
        let mut sounds: Vec<(f32, Vec<f32>)> = heard.collect::<Option<_>>()?;
        let mut way = stretches(&sounds);
        while sounds.len() < all {
            go_on(stop)?;
            let wide = |k: &usize| sounds[k + 1].0 - sounds[*k].0 > 2.0 * NEAREST;
            let longer = |a: &usize, b: &usize| way[*a].size.total_cmp(&way[*b].size);
            let longest = (0..way.len()).filter(wide).max_by(longer);
            let Some(k) = longest.filter(|k| way[*k].size > 0.0) else { break };
            let place = 0.5 * (sounds[k].0 + sounds[k + 1].0);
            sounds.insert(k + 1, (place, self.hear(place)));
            way.splice(k..=k, stretches(&sounds[k..k + 3]));
        }
        Some(way)
    }
}

/// Knots at equal distances along what was heard.
fn level(way: &[Stretch]) -> Vec<f32> {
    let least = FLOOR * way.iter().map(|s| s.size).sum::<f32>();
    let ends = way.iter().skip(1).map(|next| next.from).chain([1.0]);
    let mut whole = 0.0;
    // Where each stretch ends, and how far that has been heard to be from the start.
    let marks: Vec<(f32, f32)> = way
        .iter()
        .zip(ends)
        .map(|(stretch, end)| {
            whole += stretch.size.max(least * (end - stretch.from));
            (end, whole)
        })
        .collect();
    if whole <= 0.0 {
        return Vec::new();
    }
    let last = MAX_KNOTS - 1;
    (0..=last)
        .map(|k| {
            let heard = whole * k as f32 / last as f32;
            let next = marks.partition_point(|(_, far)| *far < heard).min(marks.len() - 1);
            let (from, before) = if next == 0 { (0.0, 0.0) } else { marks[next - 1] };
            let (to, after) = marks[next];
            from + (to - from)
                * ((heard - before) / (after - before).max(f32::MIN_POSITIVE)).min(1.0)
        })
        .collect()
}

#[cfg(test)]
mod tests;
