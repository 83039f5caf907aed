//! Telling the host what the player's hand does.

use cultivar_patch::{Patch, schema};
use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::ParamPtr;

use crate::params::HostParams;

/// The host, as an editor reaches it. It may ask for the state in the middle of any of these
/// calls, so the document must not be locked by the caller.
pub(super) struct Host(GuiContext);

impl Host {
    pub(super) fn new(context: GuiContext) -> Self {
        Host(context)
    }

    /// The hand takes hold of a parameter.
    pub(super) fn begin(&self, param: ParamPtr) {
        // SAFETY: the parameter belongs to the instrument, which the editor keeps alive.
        unsafe { self.0.raw_begin_set_parameter(param) };
    }

    /// The parameter goes to a position of its range, 0 to 1.
    pub(super) fn set(&self, param: ParamPtr, position: f32) {
        // SAFETY: as in `begin`.
        unsafe { self.0.raw_set_parameter_normalized(param, position) };
    }

    /// The hand lets go.
    pub(super) fn end(&self, param: ParamPtr) {
        // SAFETY: as in `begin`.
        unsafe { self.0.raw_end_set_parameter(param) };
    }

    /// All of it at once.
    pub(super) fn tell(&self, param: ParamPtr, position: f32) {
        self.begin(param);
        self.set(param, position);
        self.end(param);
    }

    /// Tells every parameter that differs between two patches.
    pub(super) fn tell_changes(&self, params: &HostParams, before: &Patch<f32>, now: &Patch<f32>) {
        for &id in schema::ids().leaves() {
            if let Some(param) = params.pointer(id).filter(|_| before[id] != now[id]) {
                self.tell(param, id.def().position(now[id]));
            }
        }
    }

    /// Lets the host know that the project has changed where no parameter shows it.
    pub(super) fn touch(&self, params: &HostParams) {
        self.tell(params.edits(), params.next_edit());
    }
}
