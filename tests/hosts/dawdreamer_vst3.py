"""The VST3 in DawDreamer: pitch, repeatability, block sizes, rates, automation, state.

    dawdreamer_vst3.py BUNDLES
"""

import math
import sys
import tempfile
from pathlib import Path

import dawdreamer
import numpy as np


def render(plugin, engine, seconds=1.5, note=69):
    plugin.clear_midi()
    plugin.add_midi_note(note, 100, 0.0, 1.0)
    engine.load_graph([(plugin, [])])
    engine.render(seconds)
    sound = engine.get_audio()
    assert np.isfinite(sound).all(), "samples that are no numbers"
    return sound


def load(bundle, rate=48000, block=512):
    engine = dawdreamer.RenderEngine(rate, block)
    return engine.make_plugin_processor("cultivar", bundle), engine


def pitch(sound, rate):
    held = sound.mean(axis=0)[int(0.1 * rate) : int(0.9 * rate)]
    size = 16 * len(held)
    spectrum = np.abs(np.fft.rfft(held * np.hanning(len(held)), size))
    low, high = int(400 * size / rate), int(480 * size / rate)
    return (low + spectrum[low:high].argmax()) * rate / size


def parameter(plugin, words):
    """The number of the first parameter whose name has all the words."""
    for entry in plugin.get_parameters_description():
        if all(word.lower() in entry["name"].lower() for word in words):
            return entry["index"]
    raise AssertionError(f"no parameter named {words}")


def main(bundles):
    bundle = str(Path(bundles) / "Cultivar.vst3")
    plugin, engine = load(bundle)
    first = render(plugin, engine)
    level = 20 * math.log10(np.abs(first).max())
    assert -40 < level < 0, f"peak {level:.1f} dBFS"
    cents = 1200 * math.log2(pitch(first, 48000) / 440)
    assert abs(cents) < 1, f"{cents:.2f} cents off"
    tail = np.abs(first[:, -2400:]).max()
    assert tail < 1e-3, f"still {tail} half a second after the key"
    print(f"plays: peak {level:.1f} dBFS, {cents:+.2f} cents")

    again, engine = load(bundle)
    assert np.array_equal(first, render(again, engine)), "two instances differ"
    cut, engine = load(bundle, block=37)
    worst = np.abs(first - render(cut, engine)[:, : first.shape[1]]).max()
    assert worst < 1e-5, f"blocks of 37 differ by {worst}"
    print("repeats: instances and block sizes agree")

    for rate in (22050, 44100, 96000, 192000):
        plugin, engine = load(bundle, rate=rate)
        cents = 1200 * math.log2(pitch(render(plugin, engine), rate) / 440)
        assert abs(cents) < 1, f"{cents:.2f} cents off at {rate} Hz"
    print("rates: in tune from 22 to 192 kHz")

    plugin, engine = load(bundle)
    level = parameter(plugin, ["master", "level"])
    # DawDreamer wants one value a sample.
    plugin.set_automation(level, np.linspace(1.0, 0.0, 72000).astype(np.float32))
    faded = render(plugin, engine)
    start, end = np.abs(faded[:, 4800:9600]).max(), np.abs(faded[:, 38400:43200]).max()
    assert end < 0.2 * start, f"automation is not heard: {start} to {end}"
    print("automation is heard")

    plugin, engine = load(bundle)
    number = parameter(plugin, ["oscillator 1", "tune"])
    plugin.set_parameter(number, 0.5 + 12 / 96)
    render(plugin, engine)  # a turned knob glides to its place
    high = render(plugin, engine)
    assert abs(1200 * math.log2(pitch(render(plugin, engine, note=57), 48000) / 440)) < 2
    with tempfile.TemporaryDirectory() as folder:
        state = str(Path(folder) / "state")
        plugin.save_state(state)
        other, engine = load(bundle)
        other.load_state(state)
        assert np.array_equal(high, render(other, engine)), "a saved state sounds different"
    print("state comes back as it was")


if __name__ == "__main__":
    main(sys.argv[1])
