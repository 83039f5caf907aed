//! The host's view of the parameters, walked from the schema.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering, fence};

use cultivar_patch::{Def, Id, Kind, Patch, defs};
use nice_plug::params::InternalParamMut;
use nice_plug::prelude::*;

/// Id of the parameter that counts edits which no other parameter shows.
pub const EDITS: &str = "edits";
/// Where the count of edits starts again.
const EDITS_MAX: i32 = 9999;

/// A host parameter of the kind that suits its declaration.
enum Leaf {
    Real(FloatParam),
    Whole(IntParam),
    Switch(BoolParam),
    /// Seen by the engine, not by hosts.
    Private(AtomicF32),
}

/// The values of all parameters of the schema, shared by all threads; those that are automated
/// are host parameters. Real plain values are the schema's own; hosts see their position in the
/// range, which is linear in it.
pub struct HostParams {
    leaves: Box<[Leaf]>,
    edits: IntParam,
    /// Odd while a whole patch is being written.
    sequence: AtomicU32,
    /// Number of the sounds that came with a whole patch.
    loads: AtomicU32,
}

impl HostParams {
    /// Every parameter at its default.
    pub fn new() -> Self {
        HostParams {
            leaves: defs().iter().zip(0..).map(|(def, address)| leaf(def, address)).collect(),
            // Hosts call a project changed when a parameter changes, and in no other case; so
            // an edit of a table, a shape or a route has to move one.
            edits: IntParam::new("Edits", 0, IntRange::Linear { min: 0, max: EDITS_MAX })
                .non_automatable(),
            sequence: AtomicU32::new(0),
            loads: AtomicU32::new(0),
        }
    }

    /// String id, pointer and group of every parameter, in schema order.
    pub fn map(&self) -> Vec<(String, ParamPtr, String)> {
        let of_schema = defs()
            .iter()
            .zip(&self.leaves)
            .filter_map(|(def, leaf)| Some((def.id.clone(), leaf.pointer()?, def.group.clone())));
        of_schema.chain([(EDITS.into(), self.edits.as_ptr(), "Project".into())]).collect()
    }

    /// The pointer by which the framework knows a parameter; `None` for one that hosts do not see.
    pub fn pointer(&self, id: Id) -> Option<ParamPtr> {
        self.leaf(id)?.pointer()
    }

    /// The pointer of the count of edits.
    pub fn edits(&self) -> ParamPtr {
        self.edits.as_ptr()
    }

    /// The count of edits.
    pub fn edit_count(&self) -> i32 {
        self.edits.unmodulated_plain_value()
    }

    /// Position in its range (0 to 1) of the count that follows this one.
    pub fn next_edit(&self) -> f32 {
        self.edits.preview_normalized((self.edit_count() + 1) % (EDITS_MAX + 1))
    }

    /// The values as the player set them, without the host's modulation, over those of `patch`.
    /// A value that the host could not tell from the patch's own stays exactly the patch's own.
    pub fn over(&self, patch: &Patch<f32>) -> Patch<f32> {
        Patch::from_fn(|id| match self.leaf(id) {
            Some(leaf) if !leaf.shows(patch[id]) => id.def().legal(leaf.kept()),
            _ => patch[id],
        })
    }

    /// Reads all values with the host's modulation into `patch`, and says of which load they
    /// are; `None` while a whole patch is being written, and what was read is not to be used.
    pub fn read(&self, patch: &mut Patch<f32>) -> Option<u32> {
        let before = self.sequence.load(Ordering::Acquire);
        if before % 2 == 1 {
            return None;
        }
        for (value, leaf) in patch.leaves_mut().iter_mut().zip(&self.leaves) {
            *value = leaf.heard();
        }
        let load = self.loads.load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        (self.sequence.load(Ordering::Relaxed) == before).then_some(load)
    }

    /// The number of the last load.
    pub fn loads(&self) -> u32 {
        self.loads.load(Ordering::Acquire)
    }

    /// Writes all values, without telling the host; nobody reads half of them. One at a time:
    /// the caller holds the lock of the document.
    pub fn write(&self, patch: &Patch<f32>) {
        self.undivided(|| self.write_all(patch));
    }

    /// The same as part of a load that comes with a sound of its own: `deliver` is given the
    /// number of the load, and values count for the engine only once it plays that sound.
    pub fn load(&self, patch: &Patch<f32>, deliver: impl FnOnce(u32)) {
        self.undivided(|| {
            self.write_all(patch);
            deliver(self.loads.fetch_add(1, Ordering::Relaxed) + 1);
        });
    }

    fn write_all(&self, patch: &Patch<f32>) {
        for (value, leaf) in patch.leaves().iter().zip(&self.leaves) {
            leaf.write(*value);
        }
    }

    fn undivided(&self, write: impl FnOnce()) {
        /// Ends the writing even if it panics.
        struct End<'a>(&'a AtomicU32);
        impl Drop for End<'_> {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::Release);
            }
        }
        self.sequence.fetch_add(1, Ordering::Relaxed);
        fence(Ordering::Release);
        let _end = End(&self.sequence);
        write();
    }

    /// Writes one value, without telling the host.
    pub fn write_one(&self, id: Id, value: f32) {
        if let Some(leaf) = self.leaf(id) {
            leaf.write(id.def().legal(value));
        }
    }

    /// Writes the count of edits, without telling the host.
    pub fn write_edits(&self, count: i32) {
        // SAFETY: as in `Leaf::write`.
        unsafe { self.edits._internal_set_plain_value(count.clamp(0, EDITS_MAX)) };
    }

    /// Adds the pages of every module; the framework cuts them into eight knobs each.
    pub fn remote_controls(&self, context: &mut impl RemoteControlsContext) {
        let all: Vec<(&Def, &Leaf)> =
            defs().iter().zip(&self.leaves).filter(|(def, _)| def.automated).collect();
        for module in all.chunk_by(|a, b| a.0.group == b.0.group) {
            let group = module[0].0.group.as_str();
            context.add_section(group, |section| {
                section.add_page(group, |page| module.iter().for_each(|m| m.1.put_on(page)));
            });
        }
    }

    fn leaf(&self, id: Id) -> Option<&Leaf> {
        self.leaves.get(usize::from(id.0))
    }
}

impl Default for HostParams {
    fn default() -> Self {
        HostParams::new()
    }
}

fn leaf(def: &'static Def, address: u32) -> Leaf {
    if !def.automated {
        return Leaf::Private(AtomicF32::new(def.default));
    }
    let name = def.full_name();
    let range = IntRange::Linear { min: def.min as i32, max: def.max as i32 };
    let whole = |name| {
        IntParam::new(name, def.default as i32, range)
            .with_value_to_string(Arc::new(|value| def.text(value as f32)))
            .with_string_to_value(Arc::new(|text| def.parse(text).map(|value| value as i32)))
    };
    match def.kind {
        Kind::Real => {
            let range = FloatRange::Linear { min: def.min, max: def.max };
            let param = FloatParam::new(name, def.default, range)
                .with_value_to_string(Arc::new(|value| def.text(value)))
                .with_string_to_value(Arc::new(|text| def.parse(text)));
            Leaf::Real(if def.modulated { param.with_poly_modulation_id(address) } else { param })
        }
        Kind::Switch => {
            let param = BoolParam::new(name, def.default >= 0.5)
                .with_value_to_string(Arc::new(|on| def.text(f32::from(u8::from(on)))))
                .with_string_to_value(Arc::new(|text| def.parse(text).map(|value| value >= 0.5)));
            Leaf::Switch(param)
        }
        Kind::Whole => Leaf::Whole(whole(name)),
        // A new option would move the automation of all others.
        Kind::Choice(_) | Kind::Destination => Leaf::Whole(whole(name).non_automatable()),
    }
}

impl Leaf {
    fn pointer(&self) -> Option<ParamPtr> {
        match self {
            Leaf::Real(param) => Some(param.as_ptr()),
            Leaf::Whole(param) => Some(param.as_ptr()),
            Leaf::Switch(param) => Some(param.as_ptr()),
            Leaf::Private(_) => None,
        }
    }

    /// The plain value with the host's modulation.
    fn heard(&self) -> f32 {
        match self {
            Leaf::Real(param) => param.modulated_plain_value(),
            Leaf::Whole(param) => param.modulated_plain_value() as f32,
            Leaf::Switch(param) => f32::from(u8::from(param.modulated_plain_value())),
            Leaf::Private(value) => value.load(Ordering::Relaxed),
        }
    }

    /// The plain value without the host's modulation.
    fn kept(&self) -> f32 {
        match self {
            Leaf::Real(param) => param.unmodulated_plain_value(),
            Leaf::Whole(param) => param.unmodulated_plain_value() as f32,
            Leaf::Switch(param) => f32::from(u8::from(param.unmodulated_plain_value())),
            Leaf::Private(value) => value.load(Ordering::Relaxed),
        }
    }

    /// Whether the host, which sees positions, sees this plain value.
    fn shows(&self, plain: f32) -> bool {
        match self {
            Leaf::Real(param) => {
                let shown = param.unmodulated_normalized_value();
                shown == param.preview_normalized(plain) || param.unmodulated_plain_value() == plain
            }
            _ => self.kept() == plain,
        }
    }

    fn write(&self, plain: f32) {
        // SAFETY: the framework asks that nobody else set values, since it tells hosts and
        // editors of every change; whoever writes through `HostParams` does that by a rescan or
        // a gesture. The setters only store to atomics.
        unsafe {
            match self {
                Leaf::Real(param) => param._internal_set_plain_value(plain),
                Leaf::Whole(param) => param._internal_set_plain_value(plain as i32),
                Leaf::Switch(param) => param._internal_set_plain_value(plain >= 0.5),
                Leaf::Private(value) => value.swap(plain, Ordering::Relaxed) != plain,
            };
        }
    }

    fn put_on(&self, page: &mut impl RemoteControlsPage) {
        match self {
            Leaf::Real(param) => page.add_param(param),
            Leaf::Whole(param) => page.add_param(param),
            Leaf::Switch(param) => page.add_param(param),
            Leaf::Private(_) => {}
        }
    }
}
