//! What reaches the engine while it plays: notes, controllers, expressions, parameter changes.

use cultivar_patch::Id;

/// Which notes an event means. −1 in a field means any; a host that gives no note ids uses −1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Which {
    /// The host's number of the note.
    pub id: i32,
    /// Channel, 0 to 15.
    pub channel: i16,
    /// MIDI key, 0 to 127.
    pub key: i16,
}

impl Which {
    /// Every note.
    pub const ANY: Which = Which { id: -1, channel: -1, key: -1 };

    /// The note of a key on a channel, without an id.
    pub fn key(channel: i16, key: i16) -> Self {
        Which { id: -1, channel, key }
    }

    /// Every note of a channel.
    pub fn channel(channel: i16) -> Self {
        Which { id: -1, channel, key: -1 }
    }

    /// Whether a sounding note is meant.
    pub fn means(self, note: Which) -> bool {
        let same = |a: i32, b: i32| a < 0 || b < 0 || a == b;
        same(self.id, note.id)
            && same(self.channel.into(), note.channel.into())
            && same(self.key.into(), note.key.into())
    }
}

/// Something that happens at a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// A key goes down with a velocity of 0 to 1.
    On(Which, f32),
    /// How fast a key that goes up was let go, 0 to 1; told before its `Off`.
    Lift(Which, f32),
    /// A key goes up.
    Off(Which),
    /// Notes stop at once, without their release.
    Choke(Which),
    /// Pitch wheel of the notes' channel, −1 to 1.
    Bend(Which, f32),
    /// Modulation wheel of the notes' channel, 0 to 1.
    Wheel(Which, f32),
    /// Pressure on a channel or on a key, 0 to 1.
    Pressure(Which, f32),
    /// Slide or brightness, −1 to 1.
    Slide(Which, f32),
    /// Sustain pedal of the notes' channel.
    Sustain(Which, bool),
    /// Tuning of notes in semitones.
    Tuning(Which, f32),
    /// Loudness of notes as an amplitude, 0 to 4.
    Volume(Which, f32),
    /// Place of notes, −1 (left) to 1 (right).
    Pan(Which, f32),
    /// A parameter of the playing sound takes a plain value.
    Set(Id, f32),
    /// A parameter is moved by part of its range, −1 to 1: for one note, or for all of the
    /// playing sound where `Which` is [`Which::ANY`].
    Modulate(Which, Id, f32),
    /// Every key goes up.
    AllNotesOff,
    /// Silence at once.
    AllSoundOff,
}

/// An event and the sample of the block it falls on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timed {
    /// Sample within the block; past the end means at the end.
    pub at: usize,
    /// What happens.
    pub event: Event,
}
