//! The drop site: the target's side of the X drag-and-drop protocol, version 5, for lists of files.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, SelectionNotifyEvent, Window,
};

use super::ancestors::Ancestors;
use super::{Done, Wire};
use crate::window::fault::guarded;
use crate::window::{Drag, Incoming, Shared};

/// The protocol's version; it has not changed since 2002.
pub(super) const VERSION: u32 = 5;
/// A list of files longer than this is not read, in bytes.
const LONGEST: u32 = 1 << 22;

/// Answers drags over the editor and over the host's windows around it.
pub(super) struct DropSite<'a> {
    wire: &'a Wire,
    shared: &'a Shared,
    accepts: fn(&[PathBuf]) -> bool,
    visit: Option<Visit>,
}

/// One drag, from entering to leaving or dropping.
struct Visit {
    source: Window,
    /// The window the source believes to be over.
    target: Window,
    /// How it came in, for the host.
    entered: ClientMessageEvent,
    lists_files: bool,
    over: Over,
    files: Files,
    /// Physical pixels from the editor's corner.
    at: [f32; 2],
    /// Whether the player has let go before the files were known.
    let_go: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    Nobody,
    Editor,
    Host(Window),
}

enum Files {
    Unknown,
    Asked,
    Known { files: Vec<PathBuf>, welcome: bool },
}

impl<'a> DropSite<'a> {
    pub(super) fn new(wire: &'a Wire, shared: &'a Shared, accepts: fn(&[PathBuf]) -> bool) -> Self {
        Self { wire, shared, accepts, visit: None }
    }

    /// Takes a message of the protocol.
    pub(super) fn message(&mut self, message: &ClientMessageEvent, host: &Ancestors) -> Done {
        if message.format != 32 {
            return Ok(());
        }
        let atoms = &self.wire.atoms;
        let source = message.data.as_data32()[0];
        if message.type_ == atoms.XdndEnter {
            return self.enter(message);
        }
        let Some(visit) = self.visit.take_if(|visit| visit.source == source) else {
            return Ok(());
        };
        if message.type_ == atoms.XdndPosition {
            self.position(visit, message, host)
        } else if message.type_ == atoms.XdndLeave {
            self.leave(&visit, message)
        } else if message.type_ == atoms.XdndDrop {
            self.let_go(visit, message)
        } else {
            self.visit = Some(visit);
            Ok(())
        }
    }

    fn enter(&mut self, message: &ClientMessageEvent) -> Done {
        if let Some(old) = self.visit.take() {
            self.go(&old);
        }
        let [source, flags, kinds @ ..] = message.data.as_data32();
        let lists_files = if flags & 1 == 0 {
            kinds.contains(&self.wire.atoms.URI_LIST)
        } else {
            let list = self.wire.atoms.XdndTypeList;
            let reply =
                self.wire.connection.get_property(false, source, list, AtomEnum::ATOM, 0, 1024)?;
            let reply = reply.reply()?;
            reply.value32().is_some_and(|mut kinds| kinds.any(|k| k == self.wire.atoms.URI_LIST))
        };
        self.visit = Some(Visit {
            source,
            target: message.window,
            entered: *message,
            lists_files,
            over: Over::Nobody,
            files: Files::Unknown,
            at: [0.0; 2],
            let_go: false,
        });
        Ok(())
    }

    fn position(
        &mut self,
        mut visit: Visit,
        message: &ClientMessageEvent,
        host: &Ancestors,
    ) -> Done {
        let [_, _, place, time, _] = message.data.as_data32();
        let over = self.find(&mut visit, (place >> 16) as i16, place as i16, host)?;
        if over != visit.over {
            self.cross(&visit, over)?;
            visit.over = over;
        }
        match (over, &visit.files) {
            (Over::Host(window), _) => self.wire.send(window, *message)?,
            (Over::Nobody, _) => self.status(&visit, false)?,
            (Over::Editor, _) if !visit.lists_files => self.status(&visit, false)?,
            (Over::Editor, Files::Unknown) => {
                self.ask(time)?;
                visit.files = Files::Asked;
            }
            (Over::Editor, Files::Asked) => {}
            (Over::Editor, Files::Known { files, welcome }) => {
                self.tell(Drag::Over { files: files.clone(), at: visit.at });
                self.status(&visit, *welcome)?;
            }
        }
        self.visit = Some(visit);
        Ok(())
    }

    /// Over whom the pointer is, at a place on the root window.
    fn find(
        &self,
        visit: &mut Visit,
        x: i16,
        y: i16,
        host: &Ancestors,
    ) -> Result<Over, x11rb::errors::ReplyOrIdError> {
        let wire = self.wire;
        let place = wire.connection.translate_coordinates(wire.root, wire.editor, x, y)?;
        let size = wire.connection.get_geometry(wire.editor)?;
        let (place, size) = (place.reply()?, size.reply()?);
        visit.at = [f32::from(place.dst_x), f32::from(place.dst_y)];
        let inside = |at: i16, side: u16| (0..i32::from(side)).contains(&i32::from(at));
        if inside(place.dst_x, size.width) && inside(place.dst_y, size.height) {
            return Ok(Over::Editor);
        }
        Ok(host.host_of(visit.target).map_or(Over::Nobody, Over::Host))
    }

    /// The pointer goes from the editor to the host's own window, or comes back.
    fn cross(&self, visit: &Visit, to: Over) -> Done {
        match visit.over {
            Over::Editor => self.tell(Drag::Left),
            Over::Host(window) => {
                let left = self.wire.atoms.XdndLeave;
                let data = [visit.source, 0, 0, 0, 0];
                self.wire.send(window, ClientMessageEvent::new(32, visit.target, left, data))?;
            }
            Over::Nobody => {}
        }
        match to {
            Over::Host(window) => self.wire.send(window, visit.entered),
            _ => Ok(()),
        }
    }

    fn leave(&self, visit: &Visit, message: &ClientMessageEvent) -> Done {
        match visit.over {
            Over::Host(window) => self.wire.send(window, *message),
            _ => {
                self.go(visit);
                Ok(())
            }
        }
    }

    fn let_go(&mut self, mut visit: Visit, message: &ClientMessageEvent) -> Done {
        if let Over::Host(window) = visit.over {
            return self.wire.send(window, *message);
        }
        if !visit.lists_files || matches!(visit.files, Files::Known { .. }) {
            return self.finish(visit);
        }
        if matches!(visit.files, Files::Unknown) {
            self.ask(message.data.as_data32()[2])?;
            visit.files = Files::Asked;
        }
        visit.over = Over::Editor;
        visit.let_go = true;
        self.visit = Some(visit);
        Ok(())
    }

    /// Asks the source which files they are.
    fn ask(&self, time: u32) -> Done {
        let atoms = &self.wire.atoms;
        let (selection, property) = (atoms.XdndSelection, atoms.XdndSelection);
        let proxy = self.wire.proxy;
        self.wire.connection.convert_selection(proxy, selection, atoms.URI_LIST, property, time)?;
        Ok(())
    }

    /// The source has answered.
    pub(super) fn data(&mut self, notify: &SelectionNotifyEvent) -> Done {
        let mut list = Vec::new();
        if notify.property != x11rb::NONE {
            let (proxy, property) = (self.wire.proxy, notify.property);
            let reply = self.wire.connection.get_property(
                true,
                proxy,
                property,
                AtomEnum::ANY,
                0,
                LONGEST / 4,
            )?;
            list = reply.reply()?.value;
        }
        let Some(mut visit) = self.visit.take_if(|visit| matches!(visit.files, Files::Asked))
        else {
            return Ok(());
        };
        let files = files_in(&list);
        let accepts = self.accepts;
        let welcome = !files.is_empty() && guarded(|| accepts(&files)).unwrap_or(false);
        visit.files = Files::Known { files: files.clone(), welcome };
        if visit.let_go {
            return self.finish(visit);
        }
        if visit.over == Over::Editor {
            self.tell(Drag::Over { files, at: visit.at });
            self.status(&visit, welcome)?;
        }
        self.visit = Some(visit);
        Ok(())
    }

    fn finish(&self, visit: Visit) -> Done {
        let (source, target, at) = (visit.source, visit.target, visit.at);
        let over = visit.over == Over::Editor;
        let taken = match visit.files {
            Files::Known { files, welcome: true } if over => {
                self.tell(Drag::Dropped { files, at });
                true
            }
            _ => {
                self.tell(Drag::Left);
                false
            }
        };
        let action = if taken { self.wire.atoms.XdndActionCopy } else { x11rb::NONE };
        let data = [target, taken.into(), action, 0, 0];
        let finished = self.wire.atoms.XdndFinished;
        self.wire.send(source, ClientMessageEvent::new(32, source, finished, data))
    }

    /// Tells the source whether a drop here would do anything, and to keep us posted.
    fn status(&self, visit: &Visit, welcome: bool) -> Done {
        let action = if welcome { self.wire.atoms.XdndActionCopy } else { x11rb::NONE };
        let data = [visit.target, u32::from(welcome) | 2, 0, 0, action];
        let status = self.wire.atoms.XdndStatus;
        self.wire.send(visit.source, ClientMessageEvent::new(32, visit.source, status, data))
    }

    fn go(&self, visit: &Visit) {
        if visit.over == Over::Editor {
            self.tell(Drag::Left);
        }
    }

    fn tell(&self, drag: Drag) {
        self.shared.send(Incoming::Drag(drag));
    }
}

/// The local files in a `text/uri-list`; what is no local file is left out.
fn files_in(list: &[u8]) -> Vec<PathBuf> {
    let lines = list.split(|byte| matches!(byte, b'\r' | b'\n' | 0));
    lines.filter(|line| !line.starts_with(b"#")).filter_map(file_of).collect()
}

/// `file:///path`, `file://localhost/path` or `file:/path`, percent-encoded.
fn file_of(uri: &[u8]) -> Option<PathBuf> {
    let rest = uri.strip_prefix(b"file:")?;
    let path = match rest.strip_prefix(b"//") {
        Some(rest) => rest.strip_prefix(b"localhost").unwrap_or(rest),
        None => rest,
    };
    path.starts_with(b"/").then(|| PathBuf::from(OsString::from_vec(decode(path))))
}

fn decode(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(list: &str, files: &[&str]) {
        let files: Vec<_> = files.iter().map(PathBuf::from).collect();
        assert_eq!(files_in(list.as_bytes()), files, "{list:?}");
    }

    #[test]
    fn lists_of_files_are_read_whoever_wrote_them() {
        check("file:///a/kick.wav\r\n", &["/a/kick.wav"]);
        check("file://localhost/a/b%20c.wav\nfile:/d.flac", &["/a/b c.wav", "/d.flac"]);
        check("# dragged\r\nfile:///%C3%A9t%C3%A9.wav\r\n\0", &["/été.wav"]);
        check("https://a.b/c.wav\r\nfile:///d.wav\r\n", &["/d.wav"]);
        check("file://elsewhere/d.wav\r\nfile:relative\r\n\r\n", &[]);
        check("file:///100%.wav\r\nfile:///%zz%4", &["/100%.wav", "/%zz%4"]);
        check("", &[]);
    }
}
