//! Where sounds live in an engine: how they come, take each other's place, and go.

use std::ops::Index;

use crate::engine::Engine;
use crate::pool::bits;
use crate::sound::Sound;

/// Sounds that may live at once, those that only ring out among them. One more makes the
/// oldest fade.
pub const SOUNDS: usize = 28;
/// Sounds that may fade while others take their places.
const LEAVING: usize = 4;
/// Places for sounds.
const PLACES: usize = SOUNDS + LEAVING;

/// The places, and which of them are taken.
pub(crate) struct Places {
    sounds: [Option<Box<Sound>>; PLACES],
    /// Bit per place.
    taken: u64,
}

impl Places {
    pub(crate) const FREE: Places = Places { sounds: [const { None }; PLACES], taken: 0 };

    /// The places that are taken.
    #[inline(always)]
    pub(crate) fn taken(&self) -> impl Iterator<Item = usize> + use<> {
        bits(self.taken)
    }

    /// A sound to be changed.
    #[inline(always)]
    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut Sound> {
        self.sounds[place].as_deref_mut()
    }

    /// All sounds.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Sound> {
        self.sounds.iter().flatten().map(Box::as_ref)
    }

    /// All sounds, to be changed.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Sound> {
        self.sounds.iter_mut().flatten().map(Box::as_mut)
    }

    /// A place that is not taken.
    fn free(&self) -> Option<usize> {
        Some(self.taken.trailing_ones() as usize).filter(|&place| place < PLACES)
    }

    fn put(&mut self, place: usize, sound: Box<Sound>) {
        self.sounds[place] = Some(sound);
        self.taken |= 1 << place;
    }

    fn take(&mut self, place: usize) -> Option<Box<Sound>> {
        self.taken &= !(1 << place);
        self.sounds[place].take()
    }
}

impl Index<usize> for Places {
    type Output = Option<Box<Sound>>;
    #[inline(always)]
    fn index(&self, place: usize) -> &Self::Output {
        &self.sounds[place]
    }
}

impl Engine {
    /// Makes a sound the playing one; held notes keep theirs. Gives it back where it was made
    /// for another sample rate, or where there is no room: fetch what has `retired` and try
    /// again. Room comes within 30 ms of sound, however long the others would ring.
    pub fn play(&mut self, sound: Box<Sound>) -> Result<(), Box<Sound>> {
        self.current = Some(self.admit(sound)?);
        self.thin_out();
        Ok(())
    }

    /// Puts a sound on one of the twelve keys of the octave (0 is C), for when the keymap is
    /// on. Gives it back where there is no room.
    pub fn assign(&mut self, key: usize, sound: Box<Sound>) -> Result<(), Box<Sound>> {
        if key >= self.children.len() {
            return Err(sound);
        }
        self.children[key] = Some(self.admit(sound)?);
        self.thin_out();
        Ok(())
    }

    /// Whether the keys of the octave play the sounds assigned to them.
    pub fn keymap(&mut self, on: bool) {
        self.keymapped = on;
    }

    /// Takes all sounds off the keys of the octave.
    pub fn clear_keymap(&mut self) {
        self.children = [None; 12];
        self.keymapped = false;
    }

    /// Makes a sound the playing one, and held notes change over to it in 30 ms. Gives it back
    /// where there is no room.
    pub fn audition(&mut self, sound: Box<Sound>) -> Result<(), Box<Sound>> {
        let place = self.admit(sound)?;
        self.current = Some(place);
        self.change_over(place);
        self.thin_out();
        Ok(())
    }

    /// Puts an edited version in the place of the playing sound: held notes go on with its
    /// tables and shapes, move to its values as if knobs were turned, and the effects ring on.
    /// Returns the sound that is no longer needed, to be freed elsewhere.
    pub fn exchange(&mut self, mut sound: Box<Sound>) -> Option<Box<Sound>> {
        let Some(place) = self.current.filter(|_| sound.rate == self.rate) else {
            return self.play(sound).err();
        };
        let mut old = self.sounds.take(place);
        if let Some(old) = old.as_deref_mut() {
            self.voices.each(|voice| {
                if voice.sound == place {
                    voice.interrupt(self.offset, old);
                }
            });
            sound.take_over(old);
            self.voices.each(|voice| {
                if voice.sound == place {
                    voice.follow(&sound);
                }
            });
        }
        self.sounds.put(place, sound);
        old
    }

    /// A sound that nothing uses any more, to be freed elsewhere.
    pub fn retired(&mut self) -> Option<Box<Sound>> {
        let place = self.sounds.taken().find(|&place| {
            let silent = self.sounds[place].as_ref().is_some_and(|sound| sound.is_silent());
            silent && !self.is_wanted(place) && !self.is_played(place)
        })?;
        self.keys.forget(place);
        self.sounds.take(place)
    }

    /// Gives the playing sound back, with all voices cut off.
    pub fn take(&mut self) -> Option<Box<Sound>> {
        self.voices.clear();
        self.current.take().and_then(|place| self.sounds.take(place))
    }

    fn admit(&mut self, mut sound: Box<Sound>) -> Result<usize, Box<Sound>> {
        let Some(place) = self.sounds.free().filter(|_| sound.rate == self.rate) else {
            return Err(sound);
        };
        self.admitted += 1;
        (sound.number, sound.tempo) = (self.admitted, self.clock.tempo as f32);
        self.sounds.put(place, sound);
        Ok(place)
    }

    /// Lets a sound fade where more stay than there may be: the oldest that only rings out,
    /// or else the oldest that new notes do not play.
    fn thin_out(&mut self) {
        if self.sounds.taken().filter(|&place| self.stays(place)).count() <= SOUNDS {
            return;
        }
        let dispensable =
            self.sounds.taken().filter(|&place| self.stays(place) && !self.is_wanted(place));
        let rank = |&place: &usize| {
            (self.is_played(place), self.sounds[place].as_ref().map(|sound| sound.number))
        };
        if let Some(oldest) = dispensable.min_by_key(rank)
            && let Some(sound) = self.sounds.get_mut(oldest)
        {
            sound.leave();
        }
    }

    /// Whether new notes may play the sound of a place.
    fn is_wanted(&self, place: usize) -> bool {
        self.current == Some(place) || self.children.contains(&Some(place))
    }

    /// Whether notes play the sound of a place.
    fn is_played(&self, place: usize) -> bool {
        self.voices.iter().any(|voice| voice.sound == place)
    }

    /// Whether the sound of a place will still be there after the shortest of times.
    fn stays(&self, place: usize) -> bool {
        let Some(sound) = &self.sounds[place] else { return false };
        let over = sound.is_silent() && !self.is_played(place);
        self.is_wanted(place) || !(sound.leaves() || over)
    }
}
