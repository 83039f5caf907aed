//! Modulation: sources move parameters along routes.

use std::mem::offset_of;
use std::ops::Range;

use cultivar_patch::schema::{Source, ids};
use cultivar_patch::{Id, Patch, bowed};

/// Number of sources, nothing included.
pub(crate) const SOURCES: usize = Source::OPTIONS.len();

/// The value of every source, in the order of [`Source`].
pub(crate) type Sources = [f32; SOURCES];

const _: () = assert!(SOURCES <= 32, "a bit for each of them");

/// Place of an envelope, LFO or macro among the sources.
pub(crate) const ENV: usize = Source::Env1 as usize;
/// Place of the first LFO among the sources.
pub(crate) const LFO: usize = Source::Lfo1 as usize;
/// Place of the first random generator among the sources.
pub(crate) const RANDOM: usize = Source::Random1 as usize;
/// Place of the first macro among the sources.
pub(crate) const MACRO: usize = Source::Macro1 as usize;

const ROUTES: usize = 32;
/// Most parameters that a host moves for one note at once.
const MOVES: usize = 16;

/// A route in use.
#[derive(Clone, Copy, Debug)]
struct Route {
    /// Which of the patch's routes it is.
    index: u8,
    source: u8,
    destination: Id,
    curve: f32,
    span: f32,
}

/// Parameters that a host moves by part of their range, for one note or for all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moves {
    moves: [(Id, f32); MOVES],
    len: usize,
}

impl Moves {
    pub(crate) const NONE: Moves = Moves { moves: [(Id(0), 0.0); MOVES], len: 0 };

    /// Moves a parameter; the newest amount counts. More than sixteen are not moved.
    pub(crate) fn set(&mut self, id: Id, amount: f32) {
        match self.moves[..self.len].iter_mut().find(|(other, _)| *other == id) {
            Some(old) => old.1 = amount,
            None if self.len < MOVES => {
                self.moves[self.len] = (id, amount);
                self.len += 1;
            }
            None => {}
        }
    }

    /// Whether nothing is moved.
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn all(&self) -> &[(Id, f32)] {
        &self.moves[..self.len]
    }
}

/// The routes of a patch that do something, those that move amounts of others first.
#[derive(Clone, Debug)]
pub(crate) struct Routes {
    routes: [Route; ROUTES],
    len: usize,
    /// Bit per source: whether a route listens to it.
    listened: u32,
    /// Bit per oscillator: whether a route moves it.
    pub(crate) oscillators: u8,
}

/// Where parameters belong: to each voice, or to the sound behind all voices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Realm {
    /// Oscillators, filters, envelopes, and everything else of a voice.
    Voice,
    /// Effects and the end of the chain.
    Sound,
}

/// The addresses of some modules.
macro_rules! addresses {
    ($($module:ident)+) => {
        [$({
            let from = offset_of!(Patch<u8>, $module);
            from..from + width(|patch| &patch.$module)
        }),+]
    };
}

/// How many parameters a module has.
const fn width<M>(_: fn(&Patch<u8>) -> &M) -> usize {
    size_of::<M>()
}

/// The modules that lie behind all voices.
const BEHIND: [Range<usize>; 12] = addresses!(
    distortion fx_filter phaser flanger chorus eq eq_band compressor delay reverb master morph
);

impl Realm {
    fn has(self, id: Id) -> bool {
        let behind = BEHIND.iter().any(|module| module.contains(&usize::from(id.0)));
        behind == (self == Realm::Sound)
    }
}

impl Routes {
    /// Picks the routes of one realm. Allocates nothing.
    pub(crate) fn of(patch: &Patch<f32>, realm: Realm) -> Self {
        let unused = Route { index: 0, source: 0, destination: Id(0), curve: 0.0, span: 0.0 };
        let mut routes = Routes { routes: [unused; ROUTES], len: 0, listened: 0, oscillators: 0 };
        // Amounts of routes count in both realms: what they move may lie in either. So do rates
        // of LFOs and random generators: voices share those that run free.
        for (pass, index) in (0..ROUTES).map(|k| (0, k)).chain((0..ROUTES).map(|k| (1, k))) {
            let route = &patch.route[index];
            let source = Source::of(route.source);
            let Some(destination) = Id::from_destination(route.destination) else { continue };
            let to_amount = is_amount(destination);
            if source == Source::None || to_amount != (pass == 0) {
                continue;
            }
            let shared = realm == Realm::Sound && is_rate(destination);
            if to_amount || shared || realm.has(destination) {
                routes.routes[routes.len] = Route {
                    index: index as u8,
                    source: source as u8,
                    destination,
                    curve: route.curve,
                    span: destination.def().span(),
                };
                routes.len += 1;
                routes.listened |= 1 << source as u32;
                for (k, osc) in ids().osc.iter().enumerate() {
                    let moved = (osc.on..=osc.to).contains(&destination);
                    routes.oscillators |= u8::from(moved) << k;
                }
            }
        }
        routes
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether a route listens to a source.
    pub(crate) fn hears(&self, source: usize) -> bool {
        self.listened >> source & 1 == 1
    }

    /// Whether a route listens to one of `count` neighbouring sources.
    #[inline]
    pub(crate) fn hears_any(&self, first: usize, count: usize) -> bool {
        self.listened >> first & ((1 << count) - 1) != 0
    }

    /// Writes every moved parameter into `patch`, starting from `base`. Parameters nobody moves
    /// are left alone.
    #[inline]
    pub(crate) fn apply(
        &self,
        base: &Patch<f32>,
        sources: &Sources,
        moves: [&Moves; 2],
        patch: &mut Patch<f32>,
    ) {
        let routes = &self.routes[..self.len];
        let moves = moves.map(Moves::all);
        if self.len == 0 && moves[0].is_empty() && moves[1].is_empty() {
            return;
        }
        for route in routes {
            patch[route.destination] = base[route.destination];
        }
        for &(id, _) in moves.into_iter().flatten() {
            patch[id] = base[id];
        }
        for &(id, amount) in moves.into_iter().flatten() {
            patch[id] += amount * id.def().span();
        }
        for route in routes {
            let source = sources[usize::from(route.source)];
            let bent = match route.curve {
                0.0 => source,
                curve => bowed(source.abs(), curve).copysign(source),
            };
            let amount = patch.route[usize::from(route.index)].amount.clamp(-1.0, 1.0);
            patch[route.destination] += amount * bent * route.span;
        }
        for id in
            routes.iter().map(|r| r.destination).chain(moves.into_iter().flatten().map(|m| m.0))
        {
            patch[id] = id.def().legal(patch[id]);
        }
    }
}

fn is_amount(id: Id) -> bool {
    ids().route.iter().any(|route| route.amount == id)
}

fn is_rate(id: Id) -> bool {
    let ids = ids();
    ids.lfo.iter().any(|lfo| lfo.rate == id) || ids.random.iter().any(|random| random.rate == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(patch: &mut Patch<f32>, k: usize, source: Source, to: Id, amount: f32) {
        patch.route[k].source = source.value();
        patch.route[k].destination = to.as_destination();
        patch.route[k].amount = amount;
    }

    #[test]
    fn an_amount_moves_by_its_share_of_the_range_and_stays_in_it() {
        let mut base = Patch::default();
        let cutoff = ids().filter[0].cutoff;
        route(&mut base, 0, Source::Macro1, cutoff, 0.25);
        let routes = Routes::of(&base, Realm::Voice);
        let mut sources = [0.0; SOURCES];
        let mut patch = base;
        for (macro_, expected) in [(0.5, 96.0 + 0.125 * 128.0), (9.0, 136.0), (0.0, 96.0)] {
            sources[MACRO] = macro_;
            routes.apply(&base, &sources, [&Moves::NONE; 2], &mut patch);
            assert_eq!(patch[cutoff], expected);
        }
    }

    #[test]
    fn amounts_are_destinations_wherever_their_route_lies() {
        let mut base = Patch::default();
        let level = ids().osc[0].level;
        route(&mut base, 3, Source::Macro1, level, 0.0);
        route(&mut base, 9, Source::Macro2, ids().route[3].amount, 0.5);
        let routes = Routes::of(&base, Realm::Voice);
        let mut sources = [0.0; SOURCES];
        (sources[MACRO], sources[MACRO + 1]) = (-0.1, 0.5);
        let mut patch = base;
        routes.apply(&base, &sources, [&Moves::NONE; 2], &mut patch);
        assert!((patch[level] - (-6.0 - 0.1 * 0.5 * 78.0)).abs() < 1e-4);
    }

    #[test]
    fn effects_belong_to_the_sound() {
        let ids = ids();
        for id in [ids.reverb.mix, ids.distortion.drive, ids.master.level] {
            assert!(Realm::Sound.has(id) && !Realm::Voice.has(id));
        }
        for id in [ids.osc[0].level, ids.route[31].amount, ids.filter[1].mix, ids.voice.filters] {
            assert!(Realm::Voice.has(id));
        }
        for (address, def) in cultivar_patch::defs().iter().enumerate() {
            let effect = def.id.ends_with(".place") || def.id.starts_with("eq.");
            assert!(!effect || Realm::Sound.has(Id(address as u16)), "{}", def.id);
        }
    }
}
