//! A manual without pages to be seen: what was read of it, under each other.

use egui::{Align, CursorIcon, Frame, Grid, Label, Margin, RichText, ScrollArea, Sense, Stroke};

use super::focus::Focus;
use crate::desk::Desk;
use fettle_domain::{ManualText, Section, Statement};

/// No line is longer, in points.
const WIDEST: f32 = 720.0;

/// Draws it; the section, and the statement of it, that was clicked. `bring`: what is looked at
/// is scrolled into view.
pub(super) fn show(
    ui: &mut egui::Ui,
    desk: &Desk<'_>,
    (path, text): (&str, &ManualText),
    focus: &Focus,
    bring: bool,
) -> Option<(usize, Option<String>)> {
    let mut clicked = None;
    ScrollArea::vertical().id_salt("manual_text_only").auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(WIDEST);
        ui.spacing_mut().item_spacing.y = 1.0;
        for (place, section) in text.sections.iter().enumerate() {
            let looked_at = focus.section == Some(place);
            let chosen = focus.statement.as_deref().filter(|_| looked_at);
            ui.add_space(14.0);
            let heading = heading(ui, desk, path, section);
            if heading.clicked() {
                clicked = Some((place, None));
            }
            if bring && looked_at && chosen.is_none() {
                heading.scroll_to_me(Some(Align::TOP));
            }
            for (title, statements) in
                [("manual-causes", &section.causes), ("manual-actions", &section.actions)]
            {
                if statements.is_empty() {
                    continue;
                }
                ui.add_space(6.0);
                ui.strong(desk.text(title));
                for one in statements {
                    let is_chosen = chosen == Some(one.id.as_str());
                    let response = statement(ui, desk, path, one, (looked_at, is_chosen));
                    if response.clicked() {
                        clicked = Some((place, Some(one.id.clone())));
                    }
                    if bring && is_chosen {
                        response.scroll_to_me(Some(Align::Center));
                    }
                }
            }
        }
        if !text.summary.is_empty() {
            ui.add_space(18.0);
            ui.strong(desk.text("manual-summary"));
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

fn heading(ui: &mut egui::Ui, desk: &Desk<'_>, path: &str, section: &Section) -> egui::Response {
    let line = ui.horizontal_wrapped(|ui| {
        let heading = RichText::new(&section.heading).heading();
        let heading = ui.add(Label::new(heading).sense(Sense::click()));
        ui.weak(desk.words.place(path, section.page));
        heading
    });
    line.inner.on_hover_cursor(CursorIcon::PointingHand)
}

/// What is looked at has a bar beside it; what is chosen of it, a frame.
fn statement(
    ui: &mut egui::Ui,
    desk: &Desk<'_>,
    path: &str,
    statement: &Statement,
    (looked_at, is_chosen): (bool, bool),
) -> egui::Response {
    let visuals = ui.visuals();
    let (fill, stroke) = if is_chosen {
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
            ui.weak(RichText::new(desk.words.place(path, statement.page())).small());
            text
        })
        .inner
    });
    if looked_at {
        let rect = shown.response.rect;
        ui.painter().vline(rect.left(), rect.y_range(), Stroke::new(2.0, bar));
    }
    shown.inner.on_hover_cursor(CursorIcon::PointingHand)
}
