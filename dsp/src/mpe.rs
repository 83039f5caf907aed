//! Zones of channels whose notes are bent and pressed one by one.
//!
//! MIDI Polyphonic Expression 1.0 (MMA and AMEI, M1-100-UM): a zone is a master channel, 1 or
//! 16, and the member channels next to it. Each member carries one note; what comes on the
//! master is meant for all notes of the zone and is added to their own.

use crate::engine::Engine;
use crate::event::Which;
use crate::voice::{Expression, Life, Voice};

/// Most member channels of both zones together, where there are both.
const MEMBERS: u8 = 14;

/// The member channels of a master channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    /// How many member channels there are, 0 (no such zone) to 15.
    pub members: u8,
    /// Semitones of a full bend on a member channel, 0 to 96.
    pub bend: u8,
    /// Semitones of a full bend on the master channel, 0 to 96; none for those of the patch.
    pub master_bend: Option<u8>,
}

impl Zone {
    /// No zone.
    pub const NONE: Zone = Zone { members: 0, bend: 48, master_bend: None };

    /// A zone of so many members, at most 15, that bend by 48 semitones.
    pub fn of(members: u8) -> Self {
        Zone { members: members.min(15), ..Zone::NONE }
    }
}

/// Which channels belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zones {
    /// The zone of the lowest channel, with its members above it.
    pub lower: Zone,
    /// The zone of the highest channel, with its members below it.
    pub upper: Zone,
}

impl Zones {
    /// No zones: every channel is for itself.
    pub const OFF: Zones = Zones { lower: Zone::NONE, upper: Zone::NONE };

    /// All channels in one zone, the lowest its master.
    pub fn whole() -> Self {
        Zones { lower: Zone::of(15), upper: Zone::NONE }
    }

    /// Whether there is a zone.
    pub fn is_on(&self) -> bool {
        self.lower.members > 0 || self.upper.members > 0
    }

    /// Gives the lower or the upper zone so many members, by which the other one may shrink or
    /// go; both bend as new ones do only in the zone that is meant.
    pub fn configure(&mut self, upper: bool, members: u8) {
        let (this, other) = match upper {
            true => (&mut self.upper, &mut self.lower),
            false => (&mut self.lower, &mut self.upper),
        };
        *this = Zone::of(members);
        other.members = other.members.min(MEMBERS.saturating_sub(this.members));
    }

    /// The zone that a channel, 0 to 15, is the master of or belongs to, and whether it is the
    /// upper one.
    pub fn zone_of(&self, channel: i16) -> Option<(Zone, bool)> {
        let (lower, upper) = (i16::from(self.lower.members), i16::from(self.upper.members));
        match channel {
            0..=15 if lower > 0 && channel <= lower => Some((self.lower, false)),
            0..=15 if upper > 0 && channel >= 15 - upper => Some((self.upper, true)),
            _ => None,
        }
    }

    /// The master channel of a member channel; none for masters and for others.
    pub(crate) fn master(&self, channel: i16) -> Option<i16> {
        let master = if self.zone_of(channel)?.1 { 15 } else { 0 };
        Some(master).filter(|&master| master != channel)
    }
}

/// What comes from the master channel of a note's zone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Above {
    expression: Expression,
    zone: Zone,
}

impl Above {
    /// A note's expression with that of its master channel added, and the semitones by which
    /// both bend it; `range` are those of the patch.
    pub(crate) fn add(&self, own: &Expression, range: f32) -> (Expression, f32) {
        let (master, zone) = (&self.expression, self.zone);
        let master_range = zone.master_bend.map_or(range, f32::from);
        let semitones = master.bend * master_range + own.bend * f32::from(zone.bend);
        let mut sum = *own;
        sum.bend = (own.bend + master.bend).clamp(-1.0, 1.0);
        sum.wheel = (own.wheel + master.wheel).min(1.0);
        sum.pressure = (own.pressure + master.pressure).min(1.0);
        sum.slide = (own.slide + master.slide).clamp(-1.0, 1.0);
        sum.tuning = own.tuning + master.tuning;
        sum.volume = own.volume * master.volume;
        sum.pan = (own.pan + master.pan).clamp(-1.0, 1.0);
        (sum, semitones)
    }
}

impl Engine {
    /// Channels belong together like this from now on, those of sounding notes too.
    pub fn mpe(&mut self, zones: Zones) {
        self.zones = zones;
        self.put_above(Which::ANY);
    }

    /// What comes from above to a note.
    pub(crate) fn above(&self, which: Which) -> Option<Above> {
        let (zone, _) = self.zones.zone_of(which.channel)?;
        let expression = self.channels.expression(self.zones.master(which.channel)?);
        Some(Above { expression, zone })
    }

    /// Brings what the master channels meant say to the notes of their zones.
    pub(crate) fn put_above(&mut self, masters: Which) {
        for k in self.voices.busy() {
            let which = self.voices[k].which;
            let master = self.zones.master(which.channel);
            let meant = masters.channel < 0 || master == Some(masters.channel);
            if !meant || !self.voices[k].is_live() {
                continue;
            }
            let above = self.above(which);
            if let Some(sound) = self.sounds[self.voices[k].sound].as_ref() {
                self.voices[k].interrupt(self.offset, sound);
                self.voices[k].above = above;
            }
        }
    }
}

impl Voice {
    /// Whether it follows what comes on its channel. A note of a zone that was let go does not:
    /// its channel may carry another one by now.
    pub(crate) fn hears_its_channel(&self) -> bool {
        self.above.is_none() || self.life == Life::Held
    }
}
