//! The causes and actions of a section as text.

use egui::{CursorIcon, Frame, Label, Margin, Sense, Stroke};

use crate::tab_context::TabContext;
use crate::widgets::manual_figures;
use fettle_domain::{ManualId, Section, SectionPart, Statement};

/// Ids of the statements that the mouse touched.
#[derive(Default)]
pub(super) struct SectionResponse {
    pub(super) clicked: Option<String>,
    pub(super) hovered: Option<String>,
}

/// Shows a section of a manual at a path; the statement `selected` is framed.
pub(super) fn show(
    ui: &mut egui::Ui,
    cx: &mut TabContext<'_>,
    (manual, path): (ManualId, &str),
    section: &Section,
    selected: Option<&str>,
) -> SectionResponse {
    let mut touched = SectionResponse::default();
    ui.horizontal_wrapped(|ui| {
        ui.heading(&section.heading);
        if ui.button(cx.text("button-copy")).clicked() {
            ui.copy_text(clipboard_text(cx, section));
        }
    });
    manual_figures::show(ui, cx, (manual, path), &section.figures);
    for (title, statements) in parts(cx, section) {
        ui.add_space(8.0);
        ui.strong(title);
        if statements.is_empty() {
            ui.weak(cx.text("report-nothing"));
        }
        for one in statements {
            let response = statement(ui, one, selected == Some(one.id.as_str()));
            if response.clicked() {
                touched.clicked = Some(one.id.clone());
            }
            if response.hovered() {
                touched.hovered = Some(one.id.clone());
            }
            manual_figures::show(ui, cx, (manual, path), &one.figures);
        }
    }
    touched
}

/// Titles and statements of a section's parts: causes and actions, then the others as printed.
pub(super) fn parts<'a>(
    cx: &TabContext<'_>,
    section: &'a Section,
) -> Vec<(String, &'a [Statement])> {
    let own = [
        (cx.text("manual-causes"), &*section.causes),
        (cx.text("manual-actions"), &*section.actions),
    ];
    let label = |part: &SectionPart| match part.label.as_str() {
        // A person placed the statements: no label is printed above them.
        "" => cx.text(part.kind.message_id()),
        label => label.to_owned(),
    };
    let others = section.parts.iter().map(|part| (label(part), &*part.statements));
    own.into_iter().chain(others).collect()
}

/// One statement, clickable.
fn statement(ui: &mut egui::Ui, statement: &Statement, is_selected: bool) -> egui::Response {
    let visuals = ui.visuals();
    let (fill, stroke) = if is_selected {
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

/// The section as text for the clipboard.
fn clipboard_text(cx: &TabContext<'_>, section: &Section) -> String {
    let mut text = section.heading.clone();
    for (title, statements) in parts(cx, section) {
        text = format!("{text}\n\n{title}");
        for statement in statements {
            text = format!("{text}\n• {}", statement.text);
        }
    }
    text
}
