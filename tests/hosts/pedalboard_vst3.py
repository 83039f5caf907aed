"""The VST3 in pedalboard: readable parameters, a note, the state and back.

    pedalboard_vst3.py BUNDLES

Loading takes pedalboard a while: it asks for the text of every value of every MIDI controller.
"""

import sys
from pathlib import Path

import numpy as np
from pedalboard import load_plugin


def render(plugin):
    events = [(bytes([0x90, 60, 100]), 0.0), (bytes([0x80, 60, 0]), 0.5)]
    return plugin(events, duration=1.0, sample_rate=44100, num_channels=2, reset=True)


def main(bundles):
    plugin = load_plugin(str(Path(bundles) / "Cultivar.vst3"))
    assert plugin.is_instrument
    ours = [name for name in plugin.parameters if name.startswith("oscillator")]
    assert len(ours) > 30, f"only {len(ours)} oscillator parameters: {ours[:5]}"
    sound = render(plugin)
    assert np.isfinite(sound).all() and np.abs(sound).max() > 0.01
    assert np.array_equal(sound, render(plugin)), "two renders differ"
    state = plugin.raw_state
    level = next(p for name, p in plugin.parameters.items() if name.startswith("master_level"))
    level.raw_value = 0.3
    quiet = render(plugin)
    assert np.abs(quiet).max() < 0.5 * np.abs(sound).max(), "the master level does nothing"
    plugin.raw_state = state
    assert np.array_equal(sound, render(plugin)), "a state does not come back"
    print(f"{len(plugin.parameters)} parameters; peak {np.abs(sound).max():.3f}")


if __name__ == "__main__":
    main(sys.argv[1])
