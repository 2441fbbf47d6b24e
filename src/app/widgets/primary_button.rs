//! The one filled button of a view: what is to be done next.

use egui::{Button, RichText, Ui};

use crate::fonts::bold;
use crate::theme::{BODY, accent};

/// A button labelled `text`, filled where it `is_next`.
pub(crate) fn step_button(ui: &Ui, text: String, is_next: bool) -> Button<'static> {
    if !is_next {
        return Button::new(text);
    }
    let (fill, ink) = accent(ui.visuals());
    Button::new(RichText::new(text).color(ink).font(bold(BODY))).fill(fill)
}
