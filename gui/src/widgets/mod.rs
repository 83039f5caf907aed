//! The editor's own widgets.

mod axes;
mod button;
mod chip;
mod chooser;
mod drag;
mod envelope;
mod knob;
mod knob_menu;
mod knob_paint;
mod response;
mod section;
mod select;
mod shape;
mod slider;
mod source;
mod waterfall;

pub(crate) use axes::Axes;
pub(crate) use button::{icon_button, main_button, plain_button};
pub(crate) use chip::{chip, chip_width, dot, switch, tag};
pub(crate) use chooser::{Chooser, Pick};
pub(crate) use drag::{drag_params, point};
pub(crate) use envelope::envelope;
pub(crate) use knob::{Knob, knob_row, scrolled, wheel_steps};
pub(crate) use knob_menu::amount_text;
pub(crate) use response::response;
pub(crate) use section::{panel, section, well};
pub(crate) use select::{destination_menu, dropdown, select, source_menu};
pub(crate) use shape::{READY, shape_editor};
pub(crate) use slider::{ParamSlider, slide};
pub(crate) use source::{source_chip, source_colour, source_grip};
pub(crate) use waterfall::waterfall;
