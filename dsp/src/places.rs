//! Where sounds live in an engine: how they come, take each other's place, and go.

use crate::engine::Engine;
use crate::sound::Sound;

/// Sounds that may live at once, those that only ring out among them. One more makes the
/// oldest fade.
pub const SOUNDS: usize = 28;
/// Sounds that may fade while others take their places.
const LEAVING: usize = 4;
/// Places for sounds.
pub(crate) const PLACES: usize = SOUNDS + LEAVING;

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
        let mut old = self.sounds[place].take();
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
        self.sounds[place] = Some(sound);
        old
    }

    /// A sound that nothing uses any more, to be freed elsewhere.
    pub fn retired(&mut self) -> Option<Box<Sound>> {
        let place = (0..PLACES).find(|&place| {
            let silent = self.sounds[place].as_ref().is_some_and(|sound| sound.is_silent());
            silent && !self.is_wanted(place) && !self.is_played(place)
        })?;
        self.keys.forget(place);
        self.sounds[place].take()
    }

    /// Gives the playing sound back, with all voices cut off.
    pub fn take(&mut self) -> Option<Box<Sound>> {
        self.voices.clear();
        self.current.take().and_then(|place| self.sounds[place].take())
    }

    fn admit(&mut self, mut sound: Box<Sound>) -> Result<usize, Box<Sound>> {
        let free = self.sounds.iter().position(Option::is_none);
        let Some(place) = free.filter(|_| sound.rate == self.rate) else { return Err(sound) };
        self.admitted += 1;
        (sound.number, sound.tempo) = (self.admitted, self.clock.tempo as f32);
        self.sounds[place] = Some(sound);
        Ok(place)
    }

    /// Lets a sound fade where more stay than there may be: the oldest that only rings out,
    /// or else the oldest that new notes do not play.
    fn thin_out(&mut self) {
        if (0..PLACES).filter(|&place| self.stays(place)).count() <= SOUNDS {
            return;
        }
        let dispensable = (0..PLACES).filter(|&place| self.stays(place) && !self.is_wanted(place));
        let rank = |&place: &usize| {
            (self.is_played(place), self.sounds[place].as_ref().map(|sound| sound.number))
        };
        if let Some(oldest) = dispensable.min_by_key(rank)
            && let Some(sound) = &mut self.sounds[oldest]
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
