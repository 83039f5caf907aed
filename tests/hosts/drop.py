"""The drop journey: a sound dragged onto the editor inside a host makes patches grow.

    drop.py BUNDLES [--plugin NAME] [--pictures FOLDER]

Starts its own display with a window manager, opens BUNDLES/NAME.vst3 in DawDreamer, and drags files
over it: a film is refused, a sound is taken whether the editor or the host's window is addressed,
the first patch that grows is chosen by its key and heard in the host's output, clicks leave the
keyboard with the editor, the editor follows the host's size, and the host outlives the closing of
its window. The same again with a bundle in which the learned model is damaged: patches grow without
it. Growth is seen in the plug-in's log (`NICE_LOG`): a line with "growing from" and the file's name. Times depend on the machine; they are printed.
"""

import argparse
import ctypes
import math
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
import wave
from pathlib import Path

from Xlib import XK, X, display, error
from Xlib.ext import xtest
from Xlib.protocol import event

from _xdnd import Source

SCREEN = "1600x1100x24"


@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
def report_x_error(_display, _event):
    """Goes on after an X error, as applications made with JUCE do: inside Python it leaves Xlib's
    own handler in place, which exits when a window it asks about is just gone."""
    print("host: an X error", flush=True)
    return 0


def host(bundle):
    """The host's process: one plug-in, its editor, its sound. Ends with the window."""
    import dawdreamer

    ctypes.CDLL("libX11.so.6").XSetErrorHandler(report_x_error)
    engine = dawdreamer.RenderEngine(44100, 512)
    plugin = engine.make_plugin_processor("plugin", bundle)
    engine.load_graph([(plugin, [])])

    def listen():
        """Plays on and says when the first sound came out."""
        block = 0.05
        while True:
            begin = time.monotonic()
            engine.render(block)
            if abs(engine.get_audio()).max() > 1e-3:
                print(f"host: heard {time.monotonic()}", flush=True)
                return
            time.sleep(max(0, begin + block - time.monotonic()))

    threading.Thread(target=listen, daemon=True).start()
    plugin.open_editor()
    print("host: editor closed", flush=True)


class Desk:
    """A display of our own, and what runs on it."""

    def __init__(self, folder):
        self.folder = folder
        self.running = []
        read, write = os.pipe()
        self.start("xvfb", ["Xvfb", "-displayfd", str(write), "-screen", "0", SCREEN], fds=[write])
        os.close(write)
        number = os.fdopen(read).readline().strip()
        assert number, (folder / "xvfb.log").read_text()
        self.name = f":{number}"
        self.start("openbox", ["openbox"])
        self.display = display.Display(self.name)
        self.root = self.display.screen().root

    def start(self, name, command, fds=(), **environment):
        env = os.environ | {"LIBGL_ALWAYS_SOFTWARE": "1"} | environment
        if self.running:
            env["DISPLAY"] = self.name
        log = open(self.folder / f"{name}.log", "w")
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log, pass_fds=fds)
        self.running.append(process)
        return process

    def stop(self):
        for process in reversed(self.running):
            process.terminate()
        for process in self.running:
            process.wait(10)

    def windows(self, window=None):
        """Every window, outermost first."""
        try:
            children = (window or self.root).query_tree().children
        except error.XError:
            return
        for child in children:
            yield child
            yield from self.windows(child)

    def has(self, window, name):
        try:
            return window.get_full_property(self.display.intern_atom(name), X.AnyPropertyType)
        except error.XError:
            return None

    def editor(self):
        """The plug-in's window: the innermost that names a proxy for drags."""
        marked = [w for w in self.windows() if self.has(w, "XdndProxy")]
        shown = [w for w in marked if w.get_geometry().width > 1]
        return shown[-1] if shown else None

    def top(self, window):
        """The host's window around it, as the window manager knows it."""
        while not self.has(window, "WM_STATE"):
            window = window.query_tree().parent
            assert window.id != self.root.id, "the editor is in no host's window"
        return window

    def place(self, window, x=0.5, y=0.5):
        """A place within a window, on the screen."""
        size = window.get_geometry()
        corner = self.root.translate_coords(window, 0, 0)
        return int(corner.x + size.width * x), int(corner.y + size.height * y)

    def click(self, x, y):
        xtest.fake_input(self.display, X.MotionNotify, x=x, y=y)
        for kind in (X.ButtonPress, X.ButtonRelease):
            xtest.fake_input(self.display, kind, 1)
        self.display.sync()

    def has_keyboard(self, window):
        """Whether typed keys go to a window wherever the pointer is."""
        focus = self.display.get_input_focus().focus
        return getattr(focus, "id", None) == window.id

    def press(self, name):
        key = self.display.keysym_to_keycode(XK.string_to_keysym(name))
        for kind in (X.KeyPress, X.KeyRelease):
            xtest.fake_input(self.display, kind, key)
        self.display.sync()

    def picture(self, folder, name):
        if folder:
            command = ["import", "-display", self.name, "-window", "root", folder / f"{name}.png"]
            subprocess.run(command, check=True)


def wait_for(what, found, seconds=30):
    """The first truth `found` tells, or a failed test."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = found()
        if result:
            print(f"ok: {what}", flush=True)
            return result
        time.sleep(0.05)
    raise SystemExit(f"FAILED: {what} within {seconds} s")


def check(what, truth):
    if not truth:
        raise SystemExit(f"FAILED: {what}")
    print(f"ok: {what}", flush=True)


def sound(path):
    """Half a second of a decaying A."""
    samples = (math.exp(-6 * i / 44100) * math.sin(math.tau * 440 * i / 44100) for i in range(22050))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 44100, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", int(20000 * s)) for s in samples))
    return path


def journey(bundle, folder, pictures, acts):
    """Opens the editor in a host, does all acts, closes the window."""
    log = folder / "plugin.log"
    desk = Desk(folder)
    try:
        command = [sys.executable, __file__, "--host", str(bundle)]
        process = desk.start("host", command, NICE_LOG=str(log))
        editor = wait_for("the editor opens", desk.editor)
        time.sleep(1)
        for act in acts:
            act(desk, editor, log, folder, pictures)
        close(desk, desk.top(editor))
        wait_for("the host ends with its window", lambda: process.poll() is not None, 20)
        check("the host survives its editor", process.wait() == 0)
    except BaseException:
        for name in (folder / "host.log", log):
            print(name.read_text() if name.exists() else f"no {name.name}", file=sys.stderr)
        raise
    finally:
        desk.stop()


def told(log, *words):
    """Whether a line of the plug-in's log holds all these words."""
    lines = log.read_text().splitlines() if log.exists() else []
    return any(all(word in line for word in words) for line in lines)


def damaged(bundle, folder):
    """A copy of the bundle with one bit of its learned model turned over."""
    copy = folder / bundle.name
    shutil.copytree(bundle, copy)
    network = (Path(__file__).parents[2] / "models/onnx/flow.onnx").read_bytes()
    for file in filter(Path.is_file, copy.rglob("*")):
        at = file.read_bytes().find(network)
        if at >= 0:
            with open(file, "r+b") as binary:
                binary.seek(at + len(network) // 2)
                binary.write(bytes([network[len(network) // 2] ^ 1]))
            return copy
    raise SystemExit("FAILED: the model is nowhere in the bundle")


def unlearned(desk, editor, log, folder, pictures):
    """Growth where the model is damaged."""
    path = sound(folder / "bell.wav")
    drag = Source(desk.name, [path])
    drag.over(*desk.place(editor, 0.75, 0.45))
    dropped = time.monotonic()
    check("a sound is taken where the model is damaged", drag.drop())
    wait_for("growth starts without the model", lambda: told(log, "growing from", path.name))
    first_sound(desk, editor, folder / "host.log", dropped)
    drag.pump(1)
    desk.picture(pictures, "drop-model-off")
    check("the log says why", told(log, "growing without the model", "flow.onnx"))


def drags(desk, editor, log, folder, pictures):
    def growing(path):
        return told(log, "growing from", path.name)

    def here():
        """Away from the oscillators, where a sound would become a wavetable."""
        return desk.place(editor, 0.75, 0.45)

    desk.picture(pictures, "drop-open")
    film = folder / "film.mp4"
    film.write_bytes(b"\0\0\0\x18ftypmp42")
    drag = Source(desk.name, [film])
    # The first answer may come before the page has drawn; the picture needs it drawn.
    accepted = drag.over(*here())
    drag.pump(1)
    desk.picture(pictures, "drop-refused")
    check("a film is refused while it hovers", not accepted)
    check("a film is refused when let go", not drag.drop())

    first = sound(folder / "kick é 1.wav")
    drag = Source(desk.name, [first])
    accepted = drag.over(*here())
    drag.pump(1)
    desk.picture(pictures, "drop-hover")
    check("a sound is welcome", accepted)
    target, _ = drag.under(*here())
    check("the drag addresses the host's own window", target.id == desk.top(editor).id)
    dropped = time.monotonic()
    check("a sound is taken through the host's window", drag.drop())
    wait_for("growth starts from it", lambda: growing(first))
    first_sound(desk, editor, folder / "host.log", dropped)
    for _ in range(8):
        desk.click(*desk.place(editor, 0.3, 0.2))
        # The window manager and the host each take the keyboard for themselves.
        time.sleep(0.3)
        wait_for("the editor has the keyboard", lambda: desk.has_keyboard(editor), 3)
    drag.pump(2)
    desk.picture(pictures, "drop-growing")

    second = sound(folder / "bell.wav")
    drag = Source(desk.name, [second])
    drag.over(*desk.place(editor, 0.7, 0.4), to=editor.id)
    drag.over(*here(), to=editor.id)
    check("a sound is taken by a source that knows no proxies", drag.drop())
    wait_for("growth starts from the second", lambda: growing(second))

    drag = Source(desk.name, [sound(folder / "away.wav")])
    drag.over(*here())
    drag.leave()
    drag.pump(1)
    check("a drag that leaves does nothing", not growing(folder / "away.wav"))
    check("the learned model takes part", not told(log, "growing without the model"))


def first_sound(desk, editor, host_log, dropped):
    """Chooses the first strand by its key and plays it, as soon as there is one."""

    def heard():
        # A place in the garden where nothing is, to give it the keys.
        desk.click(*desk.place(editor, 0.3, 0.2))
        desk.press("1")
        desk.press("Return")
        lines = [line for line in host_log.read_text().splitlines() if "host: heard" in line]
        return float(lines[0].split()[-1]) if lines else None

    sound = wait_for("the first patch is heard in the host's output", heard)
    print(f"    {sound - dropped:.2f} s after the drop", flush=True)


def resizing(desk, editor, _log, _folder, pictures):
    top = desk.top(editor)
    before, size = editor.get_geometry(), top.get_geometry()
    top.configure(width=size.width + 120, height=size.height + 60)
    desk.display.sync()

    def follows():
        now = editor.get_geometry()
        return abs(now.width - before.width - 120) < 3 and abs(now.height - before.height - 60) < 3

    wait_for("the editor follows the host's size", follows, 10)
    time.sleep(0.5)
    desk.picture(pictures, "drop-resized")


def close(desk, top):
    """Clicks the window's close button."""
    atom = desk.display.intern_atom
    data = (32, [atom("WM_DELETE_WINDOW"), X.CurrentTime, 0, 0, 0])
    top.send_event(event.ClientMessage(window=top, client_type=atom("WM_PROTOCOLS"), data=data))
    desk.display.flush()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bundles", type=Path)
    parser.add_argument("--plugin", default="Cultivar")
    parser.add_argument("--pictures", type=Path)
    asked = parser.parse_args()
    if asked.pictures:
        asked.pictures.mkdir(parents=True, exist_ok=True)
    bundle = (asked.bundles / f"{asked.plugin}.vst3").resolve()
    with tempfile.TemporaryDirectory() as folder:
        journey(bundle, Path(folder), asked.pictures, [drags, resizing])
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        journey(damaged(bundle, folder), folder, asked.pictures, [unlearned])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--host"]:
        host(sys.argv[2])
    else:
        main()
