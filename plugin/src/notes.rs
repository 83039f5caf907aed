//! The host's note events in the engine's words.

use cultivar_dsp::{Event, Which};
use cultivar_patch::{Id, defs};
use nice_plug::midi::{Channel, Key, VoiceID};
use nice_plug::prelude::{NoteEvent, control_change};

/// Tells `then` every engine event that `event` means, in order.
pub fn translate(event: &NoteEvent<()>, mut then: impl FnMut(Event)) {
    use NoteEvent::*;
    match *event {
        NoteOn { voice_id, channel, key: Key::Number(key), velocity, .. } => {
            let note = which(voice_id, channel, Key::Number(key));
            then(Event::On(note, bounded(velocity, 0.0, 1.0)));
        }
        NoteOff { voice_id, channel, key, velocity, .. } => {
            let note = which(voice_id, channel, key);
            then(Event::Lift(note, bounded(velocity, 0.0, 1.0)));
            then(Event::Off(note));
        }
        Choke { voice_id, channel, key, .. } => then(Event::Choke(which(voice_id, channel, key))),
        PolyPressure { voice_id, channel, key, pressure, .. } => {
            then(Event::Pressure(which(voice_id, channel, key), bounded(pressure, 0.0, 1.0)));
        }
        PolyVolume { voice_id, channel, key, gain, .. } => {
            then(Event::Volume(which(voice_id, channel, key), bounded(gain, 0.0, 4.0)));
        }
        PolyPan { voice_id, channel, key, pan, .. } => {
            then(Event::Pan(which(voice_id, channel, key), bounded(pan, -1.0, 1.0)));
        }
        PolyTuning { voice_id, channel, key, tuning, .. } => {
            then(Event::Tuning(which(voice_id, channel, key), bounded(tuning, -120.0, 120.0)));
        }
        PolyBrightness { voice_id, channel, key, brightness, .. } => {
            let slide = bounded(2.0 * brightness - 1.0, -1.0, 1.0);
            then(Event::Slide(which(voice_id, channel, key), slide));
        }
        PolyModulation { voice_id, poly_modulation_id, normalized_offset, .. } => {
            let note = which(VoiceID::ID(voice_id), Channel::Wildcard, Key::Wildcard);
            if let Some(id) = modulated(poly_modulation_id) {
                then(Event::Modulate(note, id, bounded(normalized_offset, -1.0, 1.0)));
            }
        }
        MidiChannelPressure { channel, pressure, .. } => {
            then(Event::Pressure(Which::channel(channel.into()), bounded(pressure, 0.0, 1.0)));
        }
        MidiPitchBend { channel, value, .. } => {
            then(Event::Bend(
                Which::channel(channel.into()),
                bounded(2.0 * value - 1.0, -1.0, 1.0),
            ));
        }
        MidiCC { channel, cc, value, .. } => controller(channel, cc, value, then),
        _ => {}
    }
}

/// The host's own name of a note that has ended.
pub fn ended(note: Which, at: usize) -> NoteEvent<()> {
    let in_midi = |number: i16| u8::try_from(number).ok().filter(|number| *number < 128);
    NoteEvent::VoiceTerminated {
        timing: at as u32,
        voice_id: if note.id < 0 { VoiceID::Wildcard } else { VoiceID::ID(note.id) },
        channel: in_midi(note.channel).map_or(Channel::Wildcard, Channel::Number),
        key: in_midi(note.key).map_or(Key::Wildcard, Key::Number),
    }
}

fn controller(channel: u8, cc: u8, value: f32, mut then: impl FnMut(Event)) {
    let channel = Which::channel(channel.into());
    match cc {
        control_change::MODULATION_MSB => then(Event::Wheel(channel, bounded(value, 0.0, 1.0))),
        control_change::DAMPER_PEDAL => then(Event::Sustain(channel, value >= 0.5)),
        // The slide of an MPE keyboard; 64 of 127 is its middle.
        control_change::SOUND_CONTROLLER_5 => {
            let slide = bounded((127.0 * value - 64.0) / 63.0, -1.0, 1.0);
            then(Event::Slide(channel, slide));
        }
        control_change::ALL_SOUND_OFF => then(Event::AllSoundOff),
        control_change::RESET_ALL_CONTROLLERS => {
            then(Event::Bend(channel, 0.0));
            then(Event::Wheel(channel, 0.0));
            then(Event::Pressure(channel, 0.0));
            then(Event::Slide(channel, 0.0));
            then(Event::Sustain(channel, false));
        }
        // The mode messages after it mean all notes off, too.
        control_change::ALL_NOTES_OFF..=127 => then(Event::AllNotesOff),
        _ => {}
    }
}

/// `value` within its range; what is not a number is nothing.
fn bounded(value: f32, min: f32, max: f32) -> f32 {
    if value.is_nan() { 0.0 } else { value.clamp(min, max) }
}

fn which(voice: VoiceID, channel: Channel, key: Key) -> Which {
    Which {
        id: voice.id().unwrap_or(-1),
        channel: channel.number().map_or(-1, i16::from),
        key: key.number().map_or(-1, i16::from),
    }
}

/// The parameter that was declared with this number for polyphonic modulation.
fn modulated(poly_modulation_id: u32) -> Option<Id> {
    let id = Id(u16::try_from(poly_modulation_id).ok()?);
    defs().get(usize::from(id.0)).filter(|def| def.modulated).map(|_| id)
}
