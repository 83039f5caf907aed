"""The source's side of the X drag-and-drop protocol: drags files as a file manager does."""

import time
from pathlib import Path

from Xlib import X, Xatom, display, error
from Xlib.protocol import event

VERSION = 5


def now():
    """The X server's clock: milliseconds since the machine started."""
    return int(time.monotonic() * 1000) & 0xFFFFFFFF


class Refused(Exception):
    """Nothing under the pointer takes drags."""


class Source:
    """A drag of `files` from a window of our own on the display `name`."""

    def __init__(self, name, files):
        self.display = display.Display(name)
        self.root = self.display.screen().root
        self.uris = "".join(Path(f).resolve().as_uri() + "\r\n" for f in files).encode()
        self.window = self.root.create_window(-9, -9, 1, 1, 0, X.CopyFromParent)
        self.window.set_selection_owner(self.atom("XdndSelection"), X.CurrentTime)
        self.target = None  # what the pointer is over
        self.mailbox = None  # who gets the messages: the target or its proxy
        self.status = None
        self.finished = None

    def atom(self, name):
        return self.display.intern_atom(name)

    def number(self, window, name):
        """First number of a property, or None."""
        try:
            found = window.get_full_property(self.atom(name), X.AnyPropertyType)
        except error.XError:
            return None
        return found.value[0] if found and len(found.value) else None

    def under(self, x, y):
        """The outermost window at a place that knows drags, and who reads its messages."""
        window = self.root
        while True:
            child = window.translate_coords(self.root, x, y).child
            if child == X.NONE:
                raise Refused(f"no drop target at {x}, {y}")
            window = child
            proxy = self.number(window, "XdndProxy")
            if proxy:
                proxy = self.display.create_resource_object("window", proxy)
                if self.number(proxy, "XdndProxy") == proxy.id:
                    return window, proxy
            if self.number(window, "XdndAware"):
                return window, window

    def send(self, kind, *numbers):
        data = ([self.window.id, *numbers] + [0] * 5)[:5]
        message = event.ClientMessage(
            window=self.target, client_type=self.atom(kind), data=(32, data)
        )
        self.mailbox.send_event(message)
        self.display.flush()

    def over(self, x, y, to=None):
        """Moves to a place on the screen; True if a drop there would do something. `to` addresses
        a window by its id, past any proxy, instead of whatever is there."""
        if to is None:
            target, mailbox = self.under(x, y)
        else:
            target = mailbox = self.display.create_resource_object("window", to)
        if self.target is None or target.id != self.target.id:
            self.leave()
            self.target, self.mailbox = target, mailbox
            self.send("XdndEnter", VERSION << 24, self.atom("text/uri-list"))
        self.status = None
        copy = self.atom("XdndActionCopy")
        self.send("XdndPosition", 0, (x << 16) | y, now(), copy)
        self.pump(3, lambda: self.status is not None)
        if self.status is None:
            raise Refused(f"window {self.target.id:#x} does not answer")
        return self.status

    def leave(self):
        if self.target is not None:
            self.send("XdndLeave")
        self.target = self.mailbox = None

    def drop(self):
        """Lets go; True if the target took the files."""
        self.finished = None
        self.send("XdndDrop", 0, now())
        self.pump(5, lambda: self.finished is not None)
        self.target = self.mailbox = None
        if self.finished is None:
            raise Refused("the drop was never finished")
        return self.finished

    def pump(self, seconds, until=lambda: False):
        """Answers the target until something is known or the time is over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not until():
            while self.display.pending_events():
                self.answer(self.display.next_event())
            time.sleep(0.005)

    def answer(self, message):
        if message.type == X.SelectionRequest:
            self.hand_out(message)
        elif message.type == X.ClientMessage:
            numbers = message.data[1]
            if self.target is None or numbers[0] != self.target.id:
                return  # about an earlier target
            if message.client_type == self.atom("XdndStatus"):
                self.status = bool(numbers[1] & 1)
            elif message.client_type == self.atom("XdndFinished"):
                self.finished = bool(numbers[1] & 1)

    def hand_out(self, request):
        """Gives the list of files to the target."""
        uris, given = self.atom("text/uri-list"), X.NONE
        if request.target == uris:
            request.requestor.change_property(request.property, uris, 8, self.uris)
            given = request.property
        elif request.target == self.atom("TARGETS"):
            request.requestor.change_property(request.property, Xatom.ATOM, 32, [uris])
            given = request.property
        notify = event.SelectionNotify(
            time=request.time,
            requestor=request.requestor,
            selection=request.selection,
            target=request.target,
            property=given,
        )
        request.requestor.send_event(notify)
        self.display.flush()
