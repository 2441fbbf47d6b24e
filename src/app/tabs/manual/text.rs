//! Causes and actions of a section, as text.

use egui::{CursorIcon, Frame, Label, Margin, Sense, Stroke};

use crate::desk::Desk;
use fettle_domain::{Section, Statement};

/// Ids of statements.
#[derive(Default)]
pub(super) struct Pointed {
    pub(super) clicked: Option<String>,
    /// The cursor is over it.
    pub(super) hovered: Option<String>,
}

/// Draws them; what the mouse does with them.
pub(super) fn show(
    ui: &mut egui::Ui,
    desk: &Desk<'_>,
    section: &Section,
    chosen: Option<&str>,
) -> Pointed {
    let mut pointed = Pointed::default();
    ui.horizontal_wrapped(|ui| {
        ui.heading(&section.heading);
        if ui.button(desk.text("button-copy")).clicked() {
            ui.copy_text(as_text(desk, section));
        }
    });
    for (title, statements) in
        [("manual-causes", &section.causes), ("manual-actions", &section.actions)]
    {
        ui.add_space(8.0);
        ui.strong(desk.text(title));
        if statements.is_empty() {
            ui.weak(desk.text("report-nothing"));
        }
        for one in statements {
            let response = statement(ui, one, chosen == Some(one.id.as_str()));
            if response.clicked() {
                pointed.clicked = Some(one.id.clone());
            }
            if response.hovered() {
                pointed.hovered = Some(one.id.clone());
            }
        }
    }
    pointed
}

fn statement(ui: &mut egui::Ui, statement: &Statement, is_chosen: bool) -> egui::Response {
    let visuals = ui.visuals();
    let (fill, stroke) = if is_chosen {
        (visuals.faint_bg_color, Stroke::new(1.0, visuals.warn_fg_color))
    } else {
        Default::default()
    };
    let frame = Frame::new().fill(fill).stroke(stroke).corner_radius(4.0);
    let inner = frame.inner_margin(Margin::symmetric(6, 3)).show(ui, |ui| {
        ui.take_available_width();
        let text = format!("• {}", statement.text);
        ui.add(Label::new(text).selectable(true).wrap().sense(Sense::click()))
    });
    inner.inner.on_hover_cursor(CursorIcon::PointingHand)
}

/// The section for the clipboard.
fn as_text(desk: &Desk<'_>, section: &Section) -> String {
    let mut text = section.heading.clone();
    for (title, statements) in
        [("manual-causes", &section.causes), ("manual-actions", &section.actions)]
    {
        text = format!("{text}\n\n{}", desk.text(title));
        for statement in statements {
            text = format!("{text}\n• {}", statement.text);
        }
    }
    text
}
