//! One engine takes the place of another that works at another rate, while notes sound.

use crate::engine::Engine;
use crate::event::Which;
use crate::sound::Sound;

impl Engine {
    /// Goes on where another engine is, which fades from now on and is to be heard along with
    /// this one until it [`has_left`](Engine::has_left). Its notes, held or let go, go on here:
    /// those of a key of the octave with the sound that is on this key, all others with the
    /// playing one. What rings in its effects fades with it. Allocates nothing.
    pub fn succeed(&mut self, other: &mut Engine) {
        (*self.channels, *self.keys) = ((*other.channels).clone(), (*other.keys).clone());
        (self.zones, self.keymapped) = (other.zones, other.keymapped);
        (self.order, self.clock) = (other.order, other.clock);
        let (olds, news, current) = (other.children, self.children, self.current);
        let heir = |place: usize| {
            let key = olds.iter().position(|child| *child == Some(place));
            key.and_then(|key| news[key]).or(current)
        };
        self.keys.change_over(heir);
        let playing = other.current.and_then(|place| other.sounds[place].as_ref());
        if let (Some(old), Some(place)) = (playing, current)
            && let Some(sound) = self.sounds.get_mut(place)
        {
            sound.run_on(old);
        }
        for k in other.voices.busy() {
            let old = &mut other.voices[k];
            let (Some(from), Some(place)) = (&other.sounds[old.sound], heir(old.sound)) else {
                continue;
            };
            if old.is_live()
                && let (Some(sound), Some(free)) = (&self.sounds[place], self.voices.idle())
            {
                old.interrupt(other.offset, from);
                self.voices.begin(free).run_on(old, place, sound, self.offset);
            }
        }
        other.sounds.iter_mut().for_each(Sound::leave);
    }

    /// Whether nothing is to be heard any more of an engine that another one has succeeded.
    pub fn has_left(&self) -> bool {
        self.voices.len() == 0 && self.sounds.iter().all(Sound::is_silent)
    }

    /// Whether a voice plays this note that has not been stolen.
    pub fn plays(&self, note: Which) -> bool {
        self.voices.iter().any(|voice| voice.is_live() && voice.which == note)
    }
}
