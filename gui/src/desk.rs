//! What a page works with: the view it draws, the memory it writes, the wishes it makes.

use cultivar_patch::schema::{Source, ids};
use cultivar_patch::{Def, Id};

use crate::{Command, Gesture, Memory, View};

/// A route in use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Wire {
    pub(crate) slot: usize,
    pub(crate) source: Source,
    pub(crate) destination: Option<Id>,
    pub(crate) amount: f32,
}

/// What every page and widget gets.
pub(crate) struct Desk<'a, 'v> {
    pub(crate) view: &'a View<'v>,
    pub(crate) memory: &'a mut Memory,
    pub(crate) commands: &'a mut Vec<Command>,
    /// Routes in use, in order.
    pub(crate) wires: Vec<Wire>,
}

impl<'a, 'v> Desk<'a, 'v> {
    pub(crate) fn new(
        view: &'a View<'v>,
        memory: &'a mut Memory,
        commands: &'a mut Vec<Command>,
    ) -> Self {
        let routes = view.preset.patch.route.iter().enumerate();
        let wires = routes
            .map(|(slot, route)| Wire {
                slot,
                source: Source::of(route.source),
                destination: Id::from_destination(route.destination),
                amount: route.amount,
            })
            .filter(|wire| wire.source != Source::None || wire.destination.is_some())
            .collect();
        memory.source_hovered = memory.source_hovering.take();
        Desk { view, memory, commands, wires }
    }

    /// The plain value of a parameter.
    pub(crate) fn value(&self, id: Id) -> f32 {
        self.view.preset.patch[id]
    }

    /// Whether a switch is on.
    pub(crate) fn on(&self, id: Id) -> bool {
        self.value(id) >= 0.5
    }

    /// Notes that a parameter has a place on screen, and returns what is known of it.
    pub(crate) fn show(&mut self, id: Id) -> &'static Def {
        if let Some(seen) = &mut self.memory.seen {
            seen.insert(id);
        }
        id.def()
    }

    /// Asks for a parameter to be set to the legal value nearest to `value`.
    pub(crate) fn set(&mut self, id: Id, value: f32, gesture: Gesture) {
        let value = id.def().legal(value);
        self.commands.push(Command::SetParam { id, value, gesture });
    }

    /// Asks for anything.
    pub(crate) fn ask(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Routes that move this parameter.
    pub(crate) fn wires_to(&self, id: Id) -> impl Iterator<Item = Wire> + '_ {
        self.wires.iter().copied().filter(move |wire| wire.destination == Some(id))
    }

    /// Asks for a route from `source` to `id`; says so where there is none free.
    pub(crate) fn connect(&mut self, ctx: &egui::Context, source: Source, id: Id) {
        if self.wires_to(id).any(|wire| wire.source == source) {
            self.hint(ctx, "That route is there already.");
            return;
        }
        let routes = &self.view.preset.patch.route;
        let free = routes.iter().position(|r| Source::of(r.source) == Source::None);
        match free {
            Some(slot) => {
                self.ask(Command::AddRoute { slot, source, destination: id, amount: 0.25 });
            }
            None => self.hint(ctx, "All 32 routes are in use."),
        }
    }

    /// Shows a line of text for a few seconds.
    pub(crate) fn hint(&mut self, ctx: &egui::Context, text: &str) {
        let until = ctx.input(|i| i.time) + 4.0;
        self.memory.hint = Some((text.to_owned(), until));
    }

    /// What the player calls a source: macros by their own names.
    pub(crate) fn source_name(&self, source: Source) -> String {
        let names = &self.view.preset.macros;
        let own = macro_of(source).map(|k| names[k].as_str()).filter(|name| !name.is_empty());
        let ours = Source::OPTIONS[source.value() as usize].name.replace("Envelope", "Env");
        own.map_or(ours, str::to_owned)
    }

    /// A parameter as a route destination: its module in short, then its name.
    pub(crate) fn destination_name(&self, id: Id) -> String {
        let macros = &ids().macros;
        if let Some(k) = macros.iter().position(|m| m.value == id) {
            return self.macro_name(k);
        }
        let def = id.def();
        let group = module_name(def).strip_prefix("Oscillator ").map_or(def.group.as_str(), |o| o);
        format!("{group} {}", def.name.to_lowercase().trim_end_matches('.'))
    }

    /// The same, still shorter: `F1 cutoff`.
    pub(crate) fn short_name(&self, id: Id) -> String {
        let name = self.destination_name(id);
        let shorter = [("Filter ", "F"), ("Envelope ", "Env "), ("Noise band ", "Band ")];
        let fits = shorter
            .iter()
            .find_map(|(long, short)| name.strip_prefix(long).map(|rest| format!("{short}{rest}")));
        fits.unwrap_or(name)
    }

    /// The value of a parameter as it is read.
    pub(crate) fn shown(&self, id: Id) -> String {
        minus(&id.def().text(self.value(id)))
    }

    /// The name of macro `k`, the player's where there is one.
    pub(crate) fn macro_name(&self, k: usize) -> String {
        let own = &self.view.preset.macros[k];
        if own.is_empty() { format!("Macro {}", k + 1) } else { own.clone() }
    }
}

/// The module of a parameter as the panels name it: oscillators by letters.
pub(crate) fn module_name(def: &Def) -> &str {
    match def.group.as_str() {
        "Oscillator 1" => "Oscillator A",
        "Oscillator 2" => "Oscillator B",
        "Oscillator 3" => "Oscillator C",
        other => other,
    }
}

/// Text with a leading hyphen as a true minus.
pub(crate) fn minus(text: &str) -> String {
    text.strip_prefix('-').map_or_else(|| text.to_owned(), |rest| format!("−{rest}"))
}

/// The macro a source is, where it is one.
fn macro_of(source: Source) -> Option<usize> {
    let first = Source::Macro1.value();
    let k = source.value() - first;
    (0.0..8.0).contains(&k).then_some(k as usize)
}

/// The sources, in the order of the schema, without "none".
pub(crate) fn sources() -> impl Iterator<Item = Source> {
    (1..Source::OPTIONS.len()).map(|k| Source::of(k as f32))
}
