//! Cultivar as a plug-in: parameters, state, threads and window of an instance in a host.

pub mod breeder;
pub mod budget;
pub mod clip;
pub mod document;
pub mod editor;
pub mod gardener;
pub mod handover;
pub mod instrument;
pub mod notes;
pub mod params;
pub mod partner;
pub mod player;
pub mod scales;
pub mod state;
mod struck;
pub mod window;
pub mod zones;

use std::sync::Arc;
use std::time::Duration;

use nice_plug::prelude::*;

use crate::editor::Editor;
use crate::gardener::Gardener;
use crate::instrument::Instrument;
use crate::player::Player;
use crate::window::{Repaint, WindowEditor};

/// Most voices of an instance.
const VOICES: u32 = 32;

/// How long a host that renders offline waits for the family of its project.
const PATIENCE: Duration = Duration::from_secs(10);

/// One instance in a host.
pub struct Cultivar {
    instrument: Arc<Instrument>,
    gardener: Arc<Gardener>,
    player: Player,
    repaint: Repaint,
}

impl Default for Cultivar {
    fn default() -> Self {
        let (instrument, inlet) = Instrument::new();
        let instrument = Arc::new(instrument);
        let repaint = Repaint::default();
        Cultivar {
            gardener: Arc::new(Gardener::new(instrument.clone(), repaint.clone())),
            player: Player::new(instrument.clone(), inlet),
            instrument,
            repaint,
        }
    }
}

impl Cultivar {
    /// What people share with the audio thread.
    pub fn instrument(&self) -> &Arc<Instrument> {
        &self.instrument
    }

    /// What is done beside playing.
    pub fn gardener(&self) -> &Arc<Gardener> {
        &self.gardener
    }

    /// Makes an engine for what the host is about to do. May allocate.
    pub fn start(&mut self, config: &BufferConfig) {
        let offline = config.process_mode == ProcessMode::Offline;
        self.gardener.set_offline(offline);
        if offline {
            self.gardener.settle_family(PATIENCE);
        }
        self.player.start(config.sample_rate);
    }

    /// Renders one block.
    pub fn render<P>(
        &mut self,
        buffer: &mut Buffer,
        context: &mut impl ProcessContext<P>,
    ) -> ProcessStatus
    where
        P: Plugin<SysExMessage = ()>,
    {
        match buffer.as_slice() {
            [left, right] => self.player.process(left, right, context),
            _ => ProcessStatus::Normal,
        }
    }
}

impl Drop for Cultivar {
    fn drop(&mut self) {
        // An editor's thread may hold the gardener a little longer; its thread must be gone now.
        self.gardener.dismiss();
    }
}

impl Plugin for Cultivar {
    const NAME: &'static str = "Cultivar";
    const VENDOR: &'static str = "Cultivar";
    const URL: &'static str = env!("CARGO_PKG_REPOSITORY");
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout {
        main_input_channels: None,
        main_output_channels: NonZeroU32::new(2),
        ..AudioIOLayout::const_default()
    }];
    const MIDI_INPUT: MidiConfig = MidiConfig::MidiCCs;
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;
    const INPUT_EVENT_CAPACITY: usize = 4096;

    type Editor = WindowEditor<Editor>;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.instrument.clone()
    }

    fn editor(&mut self, _executor: AsyncExecutor<Self>) -> Option<Self::Editor> {
        let (instrument, gardener) = (self.instrument.clone(), self.gardener.clone());
        let (extent, repaint) = (self.instrument.extent.clone(), self.repaint.clone());
        let bell = repaint.clone();
        Some(WindowEditor::new(Self::NAME, extent, repaint, move |_context, host| {
            Editor::new(instrument.clone(), gardener.clone(), host, bell.clone())
        }))
    }

    fn filter_state(state: &mut PluginState) {
        state::keep_whole(state);
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        buffer: &BufferConfig,
        _context: &mut impl ActivateContext<Self>,
    ) -> bool {
        self.start(buffer);
        true
    }

    fn reset(&mut self) {
        self.player.reset();
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        self.render(buffer, context)
    }

    fn deactivate(&mut self) {
        self.player.stop();
    }
}

impl ClapPlugin for Cultivar {
    const CLAP_ID: &'static str = "org.cultivar-synth.cultivar";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("A wavetable synthesizer that grows its own patches");
    const CLAP_MANUAL_URL: Option<&'static str> = Some(Self::URL);
    const CLAP_SUPPORT_URL: Option<&'static str> = Some(Self::URL);
    const CLAP_FEATURES: &'static [ClapFeature] =
        &[ClapFeature::Instrument, ClapFeature::Synthesizer, ClapFeature::Stereo];
    const CLAP_POLY_MODULATION_CONFIG: Option<PolyModulationConfig> = Some(PolyModulationConfig {
        max_voice_capacity: VOICES,
        supports_overlapping_voices: true,
    });

    fn remote_controls(&self, context: &mut impl RemoteControlsContext) {
        self.instrument.params.remote_controls(context);
    }
}

impl Vst3Plugin for Cultivar {
    const VST3_CLASS_ID: [u8; 16] = *b"CultivarSynthOne";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Instrument, Vst3SubCategory::Synth, Vst3SubCategory::Stereo];
}

nice_export_clap!(Cultivar);
nice_export_vst3!(Cultivar);
