//! What is asked of the player about a target, and what each answer does.

use cultivar_breed::listen::notes;
use cultivar_breed::target::LONGEST;
use cultivar_breed::{Doubt, Target};
use cultivar_gui::Help;

use super::hearing::{Hearing, Note};
use super::picture::note_name;

/// Seconds of the short parts that are offered.
const SHORT: f32 = 3.0;

/// A question to the player.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Question {
    /// What is doubtful, or was done.
    pub(super) text: String,
    /// What may be done, and what it is called.
    pub(super) fixes: Vec<(String, Fix)>,
    /// What the question is about, so that it is asked once.
    pub(super) about: About,
}

/// What a fix does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fix {
    /// The sound is heard in another way, and all grows anew.
    Hear(Hearing),
    /// The question is settled as it is.
    Agree(Hearing),
    /// What was there before the last change comes back.
    Undo,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    Notes,
    Pitch,
    Length,
    Peaks,
    Damage,
    /// A change that the player has made.
    Change,
}

impl Question {
    /// A change that can be taken back.
    pub(super) fn changed(text: String) -> Self {
        Question { text, fixes: vec![("Undo".into(), Fix::Undo)], about: About::Change }
    }

    /// The question as the page shows it.
    pub(super) fn help(&self) -> Help {
        Help {
            text: self.text.clone(),
            fixes: self.fixes.iter().map(|(name, _)| name.clone()).collect(),
            calm: self.about == About::Change,
        }
    }
}

/// Questions about a target that was heard in this way. `more` says that the file goes on after
/// `sound`.
pub(super) fn questions(
    target: &Target,
    hearing: &Hearing,
    sound: &[f32],
    rate: f32,
    more: bool,
) -> Vec<Question> {
    let asks = |doubt: &Doubt| match doubt {
        // Whose note it is has been decided by the player.
        Doubt::Polyphonic { .. } | Doubt::NoPitch if hearing.note != Note::Heard => None,
        Doubt::Polyphonic { notes } => Some(several(target, hearing, notes)),
        Doubt::NoPitch => Some(no_pitch(target, hearing)),
        Doubt::TooLong { seconds } => {
            Some(too_long(target, hearing, sound, rate, (*seconds, more)))
        }
        Doubt::Clipped => Some(Question {
            text: "Its peaks are clipped; the distortion is matched too".into(),
            fixes: vec![(
                "Mend the peaks".into(),
                Fix::Hear(Hearing { mended: true, ..hearing.clone() }),
            )],
            about: About::Peaks,
        }),
        Doubt::Damaged { .. } | Doubt::Overdriven { .. } => {
            Some(Question { text: sentence(doubt), fixes: Vec::new(), about: About::Damage })
        }
    };
    target.doubts.iter().filter_map(asks).collect()
}

fn several(target: &Target, hearing: &Hearing, notes: &[f32]) -> Question {
    let mut sorted = notes.to_vec();
    sorted.sort_by(f32::total_cmp);
    let names: Vec<String> = sorted.iter().map(|note| note_name(note.round())).collect();
    let ends = [sorted.first(), sorted.last()].into_iter().flatten().map(|note| note.round());
    let other = ends.filter(|key| *key != f32::from(target.key()));
    let mut fixes: Vec<(String, Fix)> = other.map(|key| key_fix(hearing, key)).collect();
    fixes.push(("It is a texture".into(), Fix::Hear(texture(hearing))));
    let own = note_name(f32::from(target.key()));
    let text = format!("{} sound at once; they grow as one, on {own}", names.join(", "));
    Question { text, fixes, about: About::Notes }
}

fn no_pitch(target: &Target, hearing: &Hearing) -> Question {
    let strongest = notes::sounding(&target.samples, target.rate, None).first().copied();
    // Where no tone stands out, any key is as good; this one is in the middle of most keyboards.
    let key = strongest.map_or(48.0, f32::round).clamp(0.0, 127.0);
    let fixes =
        vec![key_fix(hearing, key), ("It is a texture".into(), Fix::Agree(texture(hearing)))];
    Question {
        text: "No steady pitch was found; it grows as a noise".into(),
        fixes,
        about: About::Pitch,
    }
}

fn too_long(
    target: &Target,
    hearing: &Hearing,
    sound: &[f32],
    rate: f32,
    (seconds, more): (f32, bool),
) -> Question {
    let part = |from: f32, length: f32| {
        Fix::Hear(Hearing { part: Some([from, from + length]), ..hearing.clone() })
    };
    let first = target.onset;
    let mut fixes = vec![(format!("First {SHORT:.0} s"), part(first, SHORT))];
    let loudest = loudest(sound, rate, SHORT);
    if (loudest - first).abs() > 0.5 {
        fixes.push((format!("Loudest {SHORT:.0} s"), part(loudest, SHORT)));
    }
    let over = if more { "more than " } else { "" };
    let text = format!("It lasts {over}{seconds:.0} s; {LONGEST:.0} s are matched");
    Question { text, fixes, about: About::Length }
}

fn key_fix(hearing: &Hearing, key: f32) -> (String, Fix) {
    let name = format!("Key is {}", note_name(key));
    (name, Fix::Hear(Hearing { note: Note::Key(key), ..hearing.clone() }))
}

fn texture(hearing: &Hearing) -> Hearing {
    Hearing { note: Note::Texture, ..hearing.clone() }
}

/// Where the loudest stretch of so many seconds begins.
fn loudest(sound: &[f32], rate: f32, seconds: f32) -> f32 {
    const STEP: f32 = 0.1;
    let power = |part: &[f32]| part.iter().map(|s| f64::from(s * s)).sum::<f64>();
    let steps: Vec<f64> = sound.chunks(((STEP * rate) as usize).max(1)).map(power).collect();
    let window = ((seconds / STEP) as usize).clamp(1, steps.len().max(1));
    let sums = steps.windows(window).map(|w| w.iter().sum::<f64>()).enumerate();
    let best = sums.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
    best.map_or(0.0, |(k, _)| k as f32 * STEP)
}

/// A doubt in its own words, with a capital.
fn sentence(doubt: &Doubt) -> String {
    let words = doubt.to_string();
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loudest_part_is_found() {
        let mut sound = vec![0.01; 48_000 * 20];
        sound[48_000 * 12..48_000 * 15].fill(0.5);
        assert!((loudest(&sound, 48_000.0, 3.0) - 12.0).abs() < 0.11);
        assert_eq!(loudest(&[0.3; 480_000], 48_000.0, 3.0), 0.0, "of equals the first");
        assert_eq!(loudest(&[], 48_000.0, 3.0), 0.0);
    }
}
