//! What lies between the two ends of a morph: what moves, and what must be crossfaded.

use cultivar_patch::schema::{Source, ids};
use cultivar_patch::{Breed, Id, Kind, Patch};

use crate::timbre::is_listened_to;

/// The ends of a morph.
pub(super) struct Ends {
    /// The two patches as they are heard alone.
    pub(super) alone: [Patch<f32>; 2],
    /// The same where the way begins and ends: what is idle at one end has the other's values,
    /// so that nothing moves towards what nobody hears. They sound as the ends do alone.
    outer: [Patch<f32>; 2],
    /// The same on the way: effects and routes that are not in use have no share.
    inner: [Patch<f32>; 2],
    /// What does not move: the first end's on one half of the way, the second's on the other.
    held: Patch<bool>,
}

impl Ends {
    pub(super) fn new(first: Patch<f32>, second: Patch<f32>) -> Self {
        let alone = [first, second];
        let mut ends = Ends { alone, outer: alone, inner: alone, held: Patch::from_fn(|_| false) };
        ends.meet();
        ends
    }

    /// Works out anew what lies between the ends.
    pub(super) fn meet(&mut self) {
        (self.outer, self.inner) = (self.alone, self.alone);
        self.held = Patch::from_fn(|id| {
            let def = id.def();
            def.kind != Kind::Real || matches!(def.breed, Breed::Tune | Breed::Leap)
        });
        let ids = ids();
        for (k, osc) in ids.osc.iter().enumerate() {
            self.lend(osc.on, osc.to, Some(osc.on), |patch| sounds(patch, k));
        }
        let noise = |patch: &Patch<f32>| {
            patch.noise.on >= 0.5 || patch.band.iter().any(|band| band.on >= 0.5)
        };
        self.lend(ids.noise.on, ids.noise.to, Some(ids.noise.on), noise);
        let sample = |patch: &Patch<f32>| patch.sample.on >= 0.5;
        self.lend(ids.sample.on, ids.sample.to, Some(ids.sample.on), sample);
        for (k, band) in ids.band.iter().enumerate() {
            self.lend(band.on, band.key, Some(band.on), |patch| patch.band[k].on >= 0.5);
        }
        for (k, env) in ids.env.iter().enumerate() {
            let source = Source::Env1 as usize + k;
            self.lend(env.delay, env.release_curve, None, |p| k == 0 || drives(p, source));
        }
        for (k, lfo) in ids.lfo.iter().enumerate() {
            self.lend(lfo.mode, lfo.stereo, None, |p| drives(p, Source::Lfo1 as usize + k));
        }
        for (k, random) in ids.random.iter().enumerate() {
            let source = Source::Random1 as usize + k;
            self.lend(random.shape, random.division, None, |p| drives(p, source));
        }
        for filter in ids.filter {
            self.dip(filter.on, filter.mix, filter.mix);
        }
        let [first, .., last] = ids.eq_band;
        self.lend(first.shape, last.width, None, |patch| patch.eq.on >= 0.5);
        for effect in ids.effects() {
            self.dip(*effect.on, *effect.mix, *effect.mix);
        }
        (0..ids.route.len()).for_each(|k| self.meet_routes(k));
    }

    /// The patch at a point of the way, 0 to 1, on its first or second half.
    pub(super) fn at(&self, share: f32, second: bool) -> Patch<f32> {
        if share <= 0.0 || share >= 1.0 {
            return self.outer[usize::from(share >= 1.0)];
        }
        let [first, last] = self.inner.each_ref().map(Patch::leaves);
        let (held, mut patch) = (self.held.leaves(), self.inner[usize::from(second)]);
        for (k, value) in patch.leaves_mut().iter_mut().enumerate() {
            if !held[k] {
                *value = first[k] + share * (last[k] - first[k]);
            }
        }
        patch
    }

    /// Where a module is heard at one end only, lends its values to the other, but for its
    /// switch. Says where it is idle.
    fn lend(
        &mut self,
        from: Id,
        to: Id,
        switch: Option<Id>,
        heard: impl Fn(&Patch<f32>) -> bool,
    ) -> Option<usize> {
        let idle = self.idle(heard)?;
        for id in (from.0..=to.0).map(Id).filter(|id| Some(*id) != switch) {
            let lent = self.alone[1 - idle][id];
            (self.inner[idle][id], self.outer[idle][id]) = (lent, lent);
        }
        Some(idle)
    }

    /// The end at which alone something is not heard.
    fn idle(&self, heard: impl Fn(&Patch<f32>) -> bool) -> Option<usize> {
        let [first, second] = self.alone.each_ref().map(heard);
        (first != second).then_some(usize::from(first))
    }

    /// The same for a module that is as good as off where it has no share: so it comes in.
    fn dip(&mut self, on: Id, to: Id, mix: Id) {
        if let Some(idle) = self.lend(on, to, Some(on), |patch| patch[on] >= 0.5) {
            self.inner[idle][on] = 1.0;
            (self.inner[idle][mix], self.outer[idle][mix]) = (0.0, 0.0);
        }
    }

    /// A route that is used at one end only comes in from nothing; two different routes are held.
    fn meet_routes(&mut self, k: usize) {
        let ids = &ids().route[k];
        let used = |patch: &Patch<f32>| is_used(patch, k);
        if let Some(idle) = self.idle(used) {
            for id in [ids.source, ids.destination, ids.curve] {
                self.inner[idle][id] = self.alone[1 - idle][id];
            }
            self.inner[idle][ids.amount] = 0.0;
        }
        let [first, second] = &self.inner;
        let differ = [ids.source, ids.destination].into_iter().any(|id| first[id] != second[id]);
        if differ {
            (self.held[ids.amount], self.held[ids.curve]) = (true, true);
        }
    }
}

/// Whether oscillator `k` is heard, be it through another one.
pub(super) fn sounds(patch: &Patch<f32>, k: usize) -> bool {
    patch.osc[k].on >= 0.5 || is_listened_to(patch, k)
}

fn is_used(patch: &Patch<f32>, route: usize) -> bool {
    let route = &patch.route[route];
    Source::of(route.source) != Source::None && Id::from_destination(route.destination).is_some()
}

fn drives(patch: &Patch<f32>, source: usize) -> bool {
    let driven = |k: usize| is_used(patch, k) && patch.route[k].source as usize == source;
    (0..patch.route.len()).any(driven)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cultivar_patch::schema::To;

    #[test]
    fn numbers_move_and_choices_wait_for_the_middle() {
        let (mut a, mut b) = (Patch::default(), Patch::default());
        (a.filter[0].on, b.filter[0].on) = (1.0, 1.0);
        (a.filter[0].cutoff, b.filter[0].cutoff) = (60.0, 100.0);
        (a.osc[0].to, b.osc[0].to) = (To::Both.value(), To::Direct.value());
        (a.osc[0].tune, b.osc[0].tune) = (0.0, -12.0);
        let ends = Ends::new(a, b);
        assert_eq!(ends.at(0.25, false).filter[0].cutoff, 70.0);
        assert_eq!(ends.at(0.25, true).filter[0].cutoff, 70.0);
        assert_eq!(ends.at(0.75, true).osc[0].to, b.osc[0].to);
        assert_eq!(ends.at(0.75, false).osc[0].tune, 0.0);
        assert_eq!(ends.at(0.25, true).osc[0].tune, -12.0);
        assert!(ends.at(0.0, true) == a && ends.at(1.0, false) == b);
    }

    #[test]
    fn what_is_idle_at_one_end_does_not_move() {
        let (a, mut b) = (Patch::default(), Patch::default());
        (b.osc[1].on, b.osc[1].level, b.osc[1].position) = (1.0, -20.0, 0.7);
        (b.reverb.on, b.reverb.decay, b.reverb.mix) = (1.0, 4.0, 0.6);
        (b.eq.on, b.eq.place, b.eq_band[1].gain) = (1.0, 2.0, 9.0);
        let ids = ids();
        b.route[3].source = Source::Lfo2.value();
        b.route[3].destination = ids.osc[0].pan.as_destination();
        (b.route[3].amount, b.lfo[1].rate) = (0.8, 3.0);
        let ends = Ends::new(a, b);
        let first = ends.at(0.0, false);
        assert_eq!((first.reverb.on, first.reverb.mix, first.osc[1].on), (0.0, 0.0, 0.0));
        assert_eq!(first.route[3], a.route[3]);
        let patch = ends.at(0.25, false);
        let osc = &patch.osc[1];
        assert_eq!((osc.on, osc.level, osc.position), (0.0, -20.0, 0.7));
        assert_eq!((patch.reverb.on, patch.reverb.decay), (1.0, 4.0));
        assert!((patch.reverb.mix - 0.15).abs() < 1e-6);
        assert_eq!((first.eq.on, first.eq.mix, first.eq_band[1].gain), (0.0, 0.0, 9.0));
        assert_eq!((patch.eq.on, patch.eq.mix, patch.eq.place), (1.0, 0.25, 2.0));
        assert_eq!(patch.eq_band[1].gain, 9.0);
        assert!((patch.route[3].amount - 0.2).abs() < 1e-6);
        assert_eq!((patch.route[3].source, patch.lfo[1].rate), (b.route[3].source, 3.0));
    }

    #[test]
    fn different_routes_of_one_number_are_not_mixed() {
        let (mut a, mut b) = (Patch::default(), Patch::default());
        for (patch, source, amount) in [(&mut a, Source::Lfo1, 0.2), (&mut b, Source::Wheel, -1.0)]
        {
            patch.route[0].source = source.value();
            patch.route[0].destination = ids().osc[0].pan.as_destination();
            patch.route[0].amount = amount;
        }
        let ends = Ends::new(a, b);
        assert_eq!(ends.at(0.5, false).route[0], a.route[0]);
        assert_eq!(ends.at(0.5, true).route[0], b.route[0]);
    }
}
