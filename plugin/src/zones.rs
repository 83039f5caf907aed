//! How MPE comes on: by the registered parameters of controllers, and with the project.
//!
//! MIDI 1.0 (registered parameter 0, pitch-bend sensitivity) and MIDI Polyphonic Expression 1.0
//! (registered parameter 6, the MPE configuration message).

use cultivar_dsp::{Zone, Zones};
use nice_plug::prelude::NoteEvent;

/// Controllers that choose a registered parameter and give it a value.
const DATA: u8 = 6;
const UNREGISTERED: [u8; 2] = [98, 99];
const LOW: u8 = 100;
const HIGH: u8 = 101;
/// Parameters.
const BEND: [u8; 2] = [0, 0];
const CONFIGURATION: [u8; 2] = [0, 6];
const NOTHING: [u8; 2] = [127, 127];
/// Most semitones of a bend.
const MAX_BEND: u8 = 96;

/// The parameter that each channel has chosen, high number first.
#[derive(Clone, Copy, Debug)]
pub struct Registered([[u8; 2]; 16]);

impl Registered {
    /// Nothing is chosen.
    pub fn new() -> Self {
        Registered([NOTHING; 16])
    }

    /// Hears an event. Gives the zones where it has changed them. Ranges are whole semitones;
    /// they count within zones only: elsewhere the patch has its own.
    pub fn hear(&mut self, event: &NoteEvent<()>, zones: Zones) -> Option<Zones> {
        let &NoteEvent::MidiCC { channel, cc, value, .. } = event else { return None };
        let chosen = self.0.get_mut(usize::from(channel))?;
        let value = (127.0 * value).round() as u8;
        match cc {
            HIGH => chosen[0] = value,
            LOW => chosen[1] = value,
            _ if UNREGISTERED.contains(&cc) => *chosen = NOTHING,
            DATA => {
                let changed = match *chosen {
                    CONFIGURATION => configured(channel, value, zones),
                    BEND => ranged(channel, value.min(MAX_BEND), zones),
                    _ => zones,
                };
                return Some(changed).filter(|changed| *changed != zones);
            }
            _ => {}
        }
        None
    }
}

impl Default for Registered {
    fn default() -> Self {
        Registered::new()
    }
}

fn configured(channel: u8, members: u8, mut zones: Zones) -> Zones {
    if matches!(channel, 0 | 15) && members <= 15 {
        zones.configure(channel == 15, members);
    }
    zones
}

fn ranged(channel: u8, semitones: u8, mut zones: Zones) -> Zones {
    let Some((_, upper)) = zones.zone_of(channel.into()) else { return zones };
    let zone = if upper { &mut zones.upper } else { &mut zones.lower };
    let master = if upper { 15 } else { 0 };
    if channel == master {
        zone.master_bend = Some(semitones);
    } else {
        zone.bend = semitones;
    }
    zones
}

/// Zones as one number, for a single atomic step from thread to thread.
pub fn to_bits(zones: Zones) -> u64 {
    let part = |z: Zone| [z.members, z.bend, z.master_bend.unwrap_or(u8::MAX), 0];
    let ([a, b, c, d], [e, f, g, h]) = (part(zones.lower), part(zones.upper));
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

/// The way back; whatever the number, the zones are legal.
pub fn from_bits(bits: u64) -> Zones {
    let [a, b, c, _, e, f, g, _] = bits.to_le_bytes();
    let zone = |members: u8, bend: u8, master: u8| Zone {
        members: members.min(15),
        bend: bend.min(MAX_BEND),
        master_bend: Some(master).filter(|master| *master <= MAX_BEND),
    };
    let (lower, mut upper) = (zone(a, b, c), zone(e, f, g));
    if lower.members > 0 {
        upper.members = upper.members.min(14u8.saturating_sub(lower.members));
    }
    Zones { lower, upper }
}

/// Zones as a session writes them.
pub mod text {
    use cultivar_dsp::{Zone, Zones};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// The words of a zone: members, semitones of their bend and of the master's.
    #[derive(Clone, Copy, Serialize, Deserialize)]
    struct Words(u8, u8, Option<u8>);

    impl From<Zone> for Words {
        fn from(zone: Zone) -> Self {
            Words(zone.members, zone.bend, zone.master_bend)
        }
    }

    impl From<Words> for Zone {
        fn from(Words(members, bend, master_bend): Words) -> Self {
            Zone { members, bend, master_bend }
        }
    }

    /// Writes both zones, the lower one first.
    pub fn serialize<S: Serializer>(zones: &Zones, to: S) -> Result<S::Ok, S::Error> {
        [Words::from(zones.lower), Words::from(zones.upper)].serialize(to)
    }

    /// Reads them; what is beyond the legal is held there.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Zones, D::Error> {
        let [lower, upper] = <[Words; 2]>::deserialize(from)?;
        let zones = Zones { lower: lower.into(), upper: upper.into() };
        Ok(super::from_bits(super::to_bits(zones)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What controllers with these numbers and values lead to.
    fn heard(channel: u8, controllers: &[(u8, u8)], before: Zones) -> Zones {
        let mut registered = Registered::new();
        controllers.iter().fold(before, |zones, &(cc, value)| {
            let value = f32::from(value) / 127.0;
            let event = NoteEvent::MidiCC { timing: 0, channel, cc, value };
            registered.hear(&event, zones).unwrap_or(zones)
        })
    }

    fn parameter(number: u8, value: u8) -> [(u8, u8); 3] {
        [(HIGH, 0), (LOW, number), (DATA, value)]
    }

    #[test]
    fn the_configuration_message_makes_zones_and_ends_them() {
        let whole = heard(0, &parameter(6, 15), Zones::OFF);
        assert_eq!(whole, Zones::whole());
        let both = heard(15, &parameter(6, 4), whole);
        assert_eq!((both.lower.members, both.upper.members), (10, 4));
        assert!(!heard(0, &parameter(6, 0), whole).is_on());
        for channel in 1..15 {
            assert_eq!(heard(channel, &parameter(6, 3), Zones::OFF), Zones::OFF);
        }
        assert_eq!(heard(0, &parameter(6, 16), Zones::OFF), Zones::OFF);
    }

    #[test]
    fn the_range_of_bends_is_that_of_masters_or_of_all_members() {
        let zones = heard(0, &parameter(0, 7), Zones::whole());
        assert_eq!((zones.lower.bend, zones.lower.master_bend), (48, Some(7)));
        let zones = heard(9, &parameter(0, 24), zones);
        assert_eq!((zones.lower.bend, zones.lower.master_bend), (24, Some(7)));
        assert_eq!(heard(3, &parameter(0, 24), Zones::OFF), Zones::OFF);
        // A zone that is configured anew begins with its usual ranges.
        assert_eq!(heard(0, &parameter(6, 15), zones), Zones::whole());
    }

    #[test]
    fn data_without_a_parameter_mean_nothing() {
        let cases: [&[(u8, u8)]; 4] = [
            &[(DATA, 15)],
            &[(HIGH, 0), (DATA, 15)],
            &[(HIGH, 0), (LOW, 6), (99, 1), (DATA, 15)],
            &[(HIGH, 0), (LOW, 6), (HIGH, 127), (LOW, 127), (DATA, 15)],
        ];
        for case in cases {
            assert_eq!(heard(0, case, Zones::OFF), Zones::OFF, "{case:?}");
        }
    }

    #[test]
    fn bits_lead_there_and_back_and_are_always_legal() {
        let lower = Zone { members: 9, bend: 2, master_bend: Some(96) };
        let zones = Zones { lower, upper: Zone::of(5) };
        assert_eq!(from_bits(to_bits(zones)), zones);
        let wild = from_bits(u64::MAX);
        assert_eq!((wild.lower.members, wild.upper.members), (15, 0));
        assert!(wild.lower.bend <= MAX_BEND && wild.lower.master_bend.is_none());
    }
}
