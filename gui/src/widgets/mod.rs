//! The editor's own widgets.

mod button;
mod chip;
mod knob;
mod knob_menu;
mod section;
mod select;
mod slider;
mod source;

pub(crate) use button::{icon_button, main_button, plain_button};
pub(crate) use chip::{chip, chip_width, dot, switch, tag};
pub(crate) use knob::{Knob, knob_row, wheel_steps};
pub(crate) use knob_menu::amount_text;
pub(crate) use section::{panel, section, well};
pub(crate) use select::{dropdown, select, source_menu};
pub(crate) use slider::{ParamSlider, slide};
pub(crate) use source::{source_chip, source_colour, source_grip};
