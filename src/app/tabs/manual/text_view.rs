//! The text of a manual without pages: all sections below each other.

use egui::{Align, CursorIcon, Frame, Grid, Label, Margin, RichText, ScrollArea, Sense, Stroke};

use super::section_text::parts;
use super::selection::Selection;
use crate::tab_context::TabContext;
use crate::widgets::manual_figures;
use fettle_domain::{ManualId, ManualText, Section, Statement};

/// Largest line width, in points.
const MAX_WIDTH: f32 = 720.0;

/// Shows the text. With `scroll` it scrolls to the selection. Returns the index of the section, and
/// the id of the statement, that were clicked.
pub(super) fn show(
    ui: &mut egui::Ui,
    cx: &mut TabContext<'_>,
    manual: ManualId,
    (path, text): (&str, &ManualText),
    selection: &Selection,
    scroll: bool,
) -> Option<(usize, Option<String>)> {
    let mut clicked = None;
    ScrollArea::vertical().id_salt("manual_text_only").auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(MAX_WIDTH);
        ui.spacing_mut().item_spacing.y = 1.0;
        for (index, section) in text.sections.iter().enumerate() {
            let is_current = selection.section == Some(index);
            let selected = selection.statement.as_deref().filter(|_| is_current);
            ui.add_space(14.0);
            let heading = heading(ui, cx, path, section);
            if heading.clicked() {
                clicked = Some((index, None));
            }
            if scroll && is_current && selected.is_none() {
                heading.scroll_to_me(Some(Align::TOP));
            }
            manual_figures::show(ui, cx, (manual, path), &section.figures);
            for (title, statements) in parts(cx, section) {
                if statements.is_empty() {
                    continue;
                }
                ui.add_space(6.0);
                ui.strong(title);
                for one in statements {
                    let is_selected = selected == Some(one.id.as_str());
                    let response = statement(ui, cx, path, one, (is_current, is_selected));
                    if response.clicked() {
                        clicked = Some((index, Some(one.id.clone())));
                    }
                    if scroll && is_selected {
                        response.scroll_to_me(Some(Align::Center));
                    }
                    manual_figures::show(ui, cx, (manual, path), &one.figures);
                }
            }
        }
        if !text.summary.is_empty() {
            ui.add_space(18.0);
            ui.strong(cx.text("manual-summary"));
            Grid::new("manual_summary").striped(true).show(ui, |ui| {
                for row in &text.summary {
                    for cell in &row.cells {
                        ui.add(Label::new(cell).wrap());
                    }
                    ui.end_row();
                }
            });
        }
    });
    clicked
}

/// The heading of a section and its place in the file.
fn heading(
    ui: &mut egui::Ui,
    cx: &TabContext<'_>,
    path: &str,
    section: &Section,
) -> egui::Response {
    let line = ui.horizontal_wrapped(|ui| {
        let heading = RichText::new(&section.heading).heading();
        let heading = ui.add(Label::new(heading).sense(Sense::click()));
        ui.weak(cx.localizer.place(path, section.page));
        heading
    });
    line.inner.on_hover_cursor(CursorIcon::PointingHand)
}

/// One statement, clickable: with a bar in the selected section, with a frame if it is selected.
fn statement(
    ui: &mut egui::Ui,
    cx: &TabContext<'_>,
    path: &str,
    statement: &Statement,
    (is_current, is_selected): (bool, bool),
) -> egui::Response {
    let visuals = ui.visuals();
    let (fill, stroke) = if is_selected {
        (visuals.faint_bg_color, Stroke::new(1.0, visuals.warn_fg_color))
    } else {
        Default::default()
    };
    let bar = visuals.selection.bg_fill;
    let frame = Frame::new().fill(fill).stroke(stroke).corner_radius(4.0);
    let shown = frame.inner_margin(Margin::symmetric(8, 3)).show(ui, |ui| {
        ui.take_available_width();
        ui.horizontal_wrapped(|ui| {
            let text = format!("• {}", statement.text);
            let text = ui.add(Label::new(text).selectable(true).wrap().sense(Sense::click()));
            ui.weak(RichText::new(cx.localizer.place(path, statement.page())).small());
            text
        })
        .inner
    });
    if is_current {
        let rect = shown.response.rect;
        ui.painter().vline(rect.left(), rect.y_range(), Stroke::new(2.0, bar));
    }
    shown.inner.on_hover_cursor(CursorIcon::PointingHand)
}
