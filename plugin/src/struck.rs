//! A key that is struck to let something be heard, and let go when it has sounded long enough.

use std::time::{Duration, Instant};

use crate::handover::{KeyPress, Outlet};

/// How hard it is struck, 0 to 1.
const VELOCITY: f32 = 0.8;

/// The key that sounds, and when to let it go; one at a time.
#[derive(Debug, Default)]
pub(crate) struct Struck(Option<(u8, Instant)>);

impl Struck {
    /// Strikes a key for some time. The one that sounds is let go.
    pub(crate) fn strike(&mut self, outlet: &Outlet, key: u8, time: Duration) {
        if let Some((sounding, _)) = self.0.take() {
            outlet.press(KeyPress::Up(sounding));
        }
        outlet.press(KeyPress::Down(key, VELOCITY));
        self.0 = Some((key, Instant::now() + time));
    }

    /// How long it still has to sound; nothing where no key sounds.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        self.0.map(|(_, until)| until.saturating_duration_since(Instant::now()))
    }

    /// Lets the key go if it has sounded long enough.
    pub(crate) fn let_go(&mut self, outlet: &Outlet) {
        if let Some((key, _)) = self.0.take_if(|(_, until)| Instant::now() >= *until) {
            outlet.press(KeyPress::Up(key));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handover::pair;

    #[test]
    fn a_key_sounds_as_long_as_it_is_to_and_no_longer_than_the_next() {
        let (outlet, mut inlet) = pair();
        let mut keys = || std::iter::from_fn(|| inlet.key()).collect::<Vec<_>>();
        let mut struck = Struck::default();
        assert_eq!(struck.time_left(), None);
        struck.strike(&outlet, 60, Duration::from_secs(100));
        struck.let_go(&outlet);
        assert!(struck.time_left().is_some_and(|left| left > Duration::from_secs(50)));
        assert_eq!(keys(), [KeyPress::Down(60, VELOCITY)], "it sounds on");
        struck.strike(&outlet, 62, Duration::ZERO);
        assert_eq!(keys(), [KeyPress::Up(60), KeyPress::Down(62, VELOCITY)]);
        struck.let_go(&outlet);
        struck.let_go(&outlet);
        assert_eq!(keys(), [KeyPress::Up(62)], "once");
        assert_eq!(struck.time_left(), None);
    }
}
