//! The host's windows around the editor, each told that our window speaks for it in drags.
//!
//! Most drag sources look at the top-level window under the pointer and no further, so a drop on
//! an embedded editor only arrives if that window names a proxy.

use std::sync::atomic::Ordering;

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, PropMode, Window};
use x11rb::wrapper::ConnectionExt as _;

use super::{Done, Wire};

/// Windows that carry our `XdndProxy`.
pub(super) struct Ancestors<'a> {
    wire: &'a Wire,
    marked: Vec<Marked>,
}

struct Marked {
    window: Window,
    /// Who spoke for it before: the host itself or another plug-in.
    before: Option<Window>,
}

impl<'a> Ancestors<'a> {
    pub(super) fn new(wire: &'a Wire) -> Self {
        Self { wire, marked: Vec::new() }
    }

    /// Finds the editor's ancestors and marks those that are new.
    pub(super) fn look(&mut self) -> Done {
        let chain = self.chain()?;
        let gone: Vec<_> = self.marked.extract_if(.., |m| !chain.contains(&m.window)).collect();
        gone.iter().for_each(|marked| self.release(marked));
        for window in chain {
            let current = self.wire.window_in(window, self.wire.atoms.XdndProxy)?;
            let current = current.filter(|proxy| self.alive(*proxy));
            // Another plug-in in the same host window may have come after us; it passes on to us.
            let known = self.marked.iter().any(|m| m.window == window);
            if current == Some(self.wire.proxy) || (known && current.is_some()) {
                continue;
            }
            self.marked.retain(|m| m.window != window);
            self.marked.push(Marked { window, before: current });
            self.name(window, self.wire.proxy)?;
        }
        self.wire.connection.flush()?;
        Ok(())
    }

    /// The editor and its ancestors up to the window the window manager knows, or up to the one
    /// below the root if none is known yet. Never the window manager's own frame.
    fn chain(&self) -> Result<Vec<Window>, x11rb::errors::ReplyOrIdError> {
        let connection = &self.wire.connection;
        let mut chain = Vec::new();
        let mut window = self.wire.editor;
        loop {
            chain.push(window);
            let state = self.wire.atoms.WM_STATE;
            let state = connection.get_property(false, window, state, AtomEnum::ANY, 0, 0)?;
            let parent = connection.query_tree(window)?.reply()?.parent;
            let embedded = parent != self.wire.root && parent != x11rb::NONE;
            if window == self.wire.editor {
                let top = state.reply()?.type_ != x11rb::NONE;
                let parent = if embedded && !top { parent } else { 0 };
                self.wire.parent.store(parent, Ordering::Relaxed);
                if top {
                    return Ok(chain);
                }
            } else if state.reply()?.type_ != x11rb::NONE {
                return Ok(chain);
            }
            if !embedded {
                return Ok(chain);
            }
            window = parent;
        }
    }

    /// The window that takes drags on `window` outside the editor: who spoke for it before us, or
    /// itself if it knows drags at all.
    pub(super) fn host_of(&self, window: Window) -> Option<Window> {
        let before = self.marked.iter().find(|m| m.window == window)?.before;
        if let Some(before) = before.filter(|proxy| self.alive(*proxy)) {
            return Some(before);
        }
        let aware = self.wire.atoms.XdndAware;
        let reply = self.wire.connection.get_property(false, window, aware, AtomEnum::ANY, 0, 1);
        (reply.ok()?.reply().ok()?.type_ != x11rb::NONE).then_some(window)
    }

    /// Whether a proxy still is one: it names itself, as the protocol demands.
    fn alive(&self, proxy: Window) -> bool {
        self.wire.window_in(proxy, self.wire.atoms.XdndProxy).ok().flatten() == Some(proxy)
    }

    /// Takes our name off every window that still bears it.
    pub(super) fn leave(&mut self) {
        for marked in std::mem::take(&mut self.marked) {
            self.release(&marked);
        }
        let _ = self.wire.connection.flush();
    }

    /// Windows that no longer exist answer with an error, which is as good.
    fn release(&self, marked: &Marked) {
        let property = self.wire.atoms.XdndProxy;
        if self.wire.window_in(marked.window, property).ok().flatten() != Some(self.wire.proxy) {
            return;
        }
        let _ = match marked.before.filter(|proxy| self.alive(*proxy)) {
            Some(before) => self.name(marked.window, before),
            None => self
                .wire
                .connection
                .delete_property(marked.window, property)
                .map(drop)
                .map_err(Into::into),
        };
    }

    fn name(&self, window: Window, proxy: Window) -> Done {
        let (property, kind) = (self.wire.atoms.XdndProxy, AtomEnum::WINDOW);
        self.wire.connection.change_property32(
            PropMode::REPLACE,
            window,
            property,
            kind,
            &[proxy],
        )?;
        Ok(())
    }
}
