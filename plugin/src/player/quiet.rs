//! A host that says nothing but the events it was given, for measuring what the player does by
//! itself. Examples use it, too.

use std::collections::VecDeque;

use nice_plug::context::PluginApi;
use nice_plug::context::process::{ProcessContext, SendEventError, Transport};
use nice_plug::midi::NoteEvent;

use crate::Cultivar;

/// A host with the events of its next block.
pub(crate) struct Quiet(pub(crate) Transport, pub(crate) VecDeque<NoteEvent<()>>);

impl ProcessContext<Cultivar> for Quiet {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }

    fn execute_background(&self, (): ()) {}

    fn execute_gui(&self, (): ()) {}

    fn transport(&self) -> &Transport {
        &self.0
    }

    fn next_event(&mut self) -> Option<NoteEvent<()>> {
        self.1.pop_front()
    }

    fn try_send_event(&mut self, _: NoteEvent<()>) -> Result<(), (NoteEvent<()>, SendEventError)> {
        Ok(())
    }

    fn set_latency_samples(&self, _: u32) {}

    fn request_restart(&self) {}

    fn set_current_voice_capacity(&self, _: u32) {}
}
