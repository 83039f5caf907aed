//! The clipboard as X has it: whoever copied hands the text out, piece by piece if it is long.

use x11rb::connection::RequestConnection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt as _, EventMask, GetPropertyReply, PropMode, Property,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent,
};
use x11rb::wrapper::ConnectionExt as _;

use super::{Done, Wire};
use crate::window::{Incoming, Shared};

/// Text longer than this is not pasted, in bytes; a patch with its tables is below.
const LONGEST: usize = 1 << 24;

/// What was copied here, and what is on its way here.
pub(super) struct Clipboard<'a> {
    wire: &'a Wire,
    shared: &'a Shared,
    copied: Option<String>,
    /// Pieces of a long text so far.
    pieces: Option<Vec<u8>>,
}

impl<'a> Clipboard<'a> {
    pub(super) fn new(wire: &'a Wire, shared: &'a Shared) -> Self {
        Self { wire, shared, copied: None, pieces: None }
    }

    /// Becomes the owner of the clipboard.
    pub(super) fn copy(&mut self, text: String) -> Done {
        self.copied = Some(text);
        let clipboard = self.wire.atoms.CLIPBOARD;
        let now = x11rb::CURRENT_TIME;
        self.wire.connection.set_selection_owner(self.wire.proxy, clipboard, now)?;
        Ok(())
    }

    /// Asks the owner for the text.
    pub(super) fn paste(&mut self) -> Done {
        if let Some(text) = &self.copied {
            self.shared.send(Incoming::Pasted(text.clone()));
            return Ok(());
        }
        self.pieces = None;
        let atoms = &self.wire.atoms;
        let (proxy, now) = (self.wire.proxy, x11rb::CURRENT_TIME);
        let (kind, place) = (atoms.UTF8_STRING, atoms.CULTIVAR_SELECTION);
        self.wire.connection.convert_selection(proxy, atoms.CLIPBOARD, kind, place, now)?;
        Ok(())
    }

    /// Takes an event that has to do with the clipboard.
    pub(super) fn event(&mut self, event: &Event) -> Done {
        let atoms = &self.wire.atoms;
        match event {
            Event::SelectionRequest(request) => self.hand_out(request),
            Event::SelectionClear(clear) if clear.selection == atoms.CLIPBOARD => {
                self.copied = None;
                Ok(())
            }
            Event::SelectionNotify(notify) if notify.property == atoms.CULTIVAR_SELECTION => {
                let reply = self.collect()?;
                if reply.type_ == atoms.INCR {
                    self.pieces = Some(Vec::new());
                } else {
                    self.pasted(reply.value);
                }
                Ok(())
            }
            Event::PropertyNotify(notify)
                if notify.atom == atoms.CULTIVAR_SELECTION
                    && notify.state == Property::NEW_VALUE
                    && self.pieces.is_some() =>
            {
                let piece = self.collect()?.value;
                self.piece(&piece);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Reads what was put down for us, and so asks for the next piece.
    fn collect(&self) -> Result<GetPropertyReply, x11rb::errors::ReplyOrIdError> {
        let (place, longest) = (self.wire.atoms.CULTIVAR_SELECTION, (LONGEST / 4) as u32);
        let proxy = self.wire.proxy;
        let any = AtomEnum::ANY;
        Ok(self.wire.connection.get_property(true, proxy, place, any, 0, longest)?.reply()?)
    }

    fn piece(&mut self, piece: &[u8]) {
        let Some(pieces) = &mut self.pieces else { return };
        if piece.is_empty() {
            let text = std::mem::take(pieces);
            self.pieces = None;
            self.pasted(text);
        } else if pieces.len() + piece.len() > LONGEST {
            tracing::warn!("the clipboard holds more than {LONGEST} bytes, not pasted");
            self.pieces = None;
        } else {
            pieces.extend_from_slice(piece);
        }
    }

    fn pasted(&self, text: Vec<u8>) {
        match String::from_utf8(text) {
            Ok(text) if !text.is_empty() => self.shared.send(Incoming::Pasted(text)),
            Ok(_) => {}
            Err(error) => tracing::debug!("the clipboard holds no text: {error}"),
        }
    }

    /// Gives the text to whoever asks.
    fn hand_out(&self, request: &SelectionRequestEvent) -> Done {
        let property = match request.property {
            // Very old programs name no place.
            x11rb::NONE => request.target,
            property => property,
        };
        let text =
            self.copied.as_deref().filter(|_| request.selection == self.wire.atoms.CLIPBOARD);
        let given = match text {
            Some(text) => self.put(request, property, text)?,
            None => false,
        };
        let notify = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property: if given { property } else { x11rb::NONE },
        };
        let nobody = EventMask::NO_EVENT;
        self.wire.connection.send_event(false, request.requestor, nobody, notify)?;
        Ok(())
    }

    fn put(
        &self,
        request: &SelectionRequestEvent,
        property: Atom,
        text: &str,
    ) -> Result<bool, x11rb::errors::ReplyOrIdError> {
        let (atoms, connection) = (&self.wire.atoms, &self.wire.connection);
        let (replace, to) = (PropMode::REPLACE, request.requestor);
        let texts = [atoms.UTF8_STRING, atoms.TEXT_UTF8, atoms.TEXT_PLAIN];
        if request.target == atoms.TARGETS {
            let targets = [&[atoms.TARGETS][..], &texts].concat();
            connection.change_property32(replace, to, property, AtomEnum::ATOM, &targets)?;
            return Ok(true);
        }
        let fits = text.len() + 64 < connection.maximum_request_bytes();
        if !texts.contains(&request.target) || !fits {
            return Ok(false);
        }
        connection.change_property8(replace, to, property, request.target, text.as_bytes())?;
        Ok(true)
    }
}
