//! Which manual, which section of it, and what of it could not be placed.

use egui::text::LayoutJob;
use egui::{Align, Button, Layout, TextFormat, TextStyle};

use crate::desk::Desk;
use fettle_domain::{
    ManualFormat, ManualId, ManualText, ManualWarning, ProductCode, RegisteredManual, Section,
};
use fettle_i18n::Value;

/// The manuals, the newest first; another one than `open`, where it was clicked.
pub(super) fn manuals(
    ui: &mut egui::Ui,
    manuals: &[RegisteredManual],
    open: Option<ManualId>,
) -> Option<ManualId> {
    let mut clicked = None;
    ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
        for manual in manuals.iter().rev() {
            let name = manual.path.rsplit('/').next().unwrap_or(&manual.path);
            let is_open = open == Some(manual.id);
            let button = ui.add(Button::selectable(is_open, name).truncate());
            if button.on_hover_text(&manual.path).clicked() && !is_open {
                clicked = Some(manual.id);
            }
        }
    });
    clicked
}

/// The sections; the place of the one that was clicked.
pub(super) fn show(
    ui: &mut egui::Ui,
    desk: &Desk<'_>,
    (path, text): (&str, &ManualText),
    product: Option<&ProductCode>,
    chosen: Option<usize>,
) -> Option<usize> {
    if text.sections.is_empty() {
        ui.label(desk.text("manual-no-sections"));
    }
    let mut clicked = None;
    ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
        for (place, section) in text.sections.iter().enumerate() {
            let is_chosen = chosen == Some(place);
            let job = label(ui, desk, (path, section), product, is_chosen);
            if ui.add(Button::selectable(is_chosen, job).wrap()).clicked() {
                clicked = Some(place);
            }
        }
    });
    if !text.warnings.is_empty() {
        ui.add_space(10.0);
        let count = [("count", text.warnings.len().into())];
        ui.colored_label(ui.visuals().warn_fg_color, desk.words.with("manual-warnings", &count));
        for warning in &text.warnings {
            ui.small(warned(desk, path, warning));
        }
    }
    clicked
}

/// The defect's name, and below it heading and pages as printed.
fn label(
    ui: &egui::Ui,
    desk: &Desk<'_>,
    (path, section): (&str, &Section),
    product: Option<&ProductCode>,
    is_chosen: bool,
) -> LayoutJob {
    let visuals = ui.visuals();
    let (colour, weak) = if is_chosen {
        (visuals.selection.stroke.color, visuals.selection.stroke.color)
    } else {
        (visuals.strong_text_color(), visuals.weak_text_color())
    };
    let mut job = LayoutJob::default();
    let mut add = |text: &str, style: TextStyle, colour| {
        job.append(text, 0.0, TextFormat::simple(style.resolve(ui.style()), colour));
    };
    let pages = pages(desk, path, section);
    match &section.defect {
        Some(code) => {
            add(&desk.defect_name(product, code), TextStyle::Body, colour);
            add(&format!("\n{} · {pages}", section.heading), TextStyle::Small, weak);
        }
        None => {
            add(&section.heading, TextStyle::Body, colour);
            let unknown = desk.text("manual-unknown-defect");
            add(&format!("\n{unknown} · {pages}"), TextStyle::Small, weak);
        }
    }
    job
}

fn pages(desk: &Desk<'_>, path: &str, section: &Section) -> String {
    let spans = section.statements().flat_map(|statement| &statement.spans);
    let last = spans.map(|span| span.page).max().unwrap_or(section.page);
    if last > section.page {
        let values = [("first", Value::from(section.page)), ("last", last.into())];
        desk.words.with(ManualFormat::stored(path).places(), &values)
    } else {
        desk.words.place(path, section.page)
    }
}

fn warned(desk: &Desk<'_>, path: &str, warning: &ManualWarning) -> String {
    match warning {
        ManualWarning::Unplaced { page, text } => {
            let place = desk.words.place(path, *page);
            let values = [("place", Value::from(place)), ("text", text.clone().into())];
            desk.words.with("warning-unplaced", &values)
        }
        ManualWarning::Incomplete { heading } => {
            desk.words.with("warning-incomplete", &[("heading", heading.clone().into())])
        }
        ManualWarning::NoSection { defect } => {
            desk.words.with("warning-no-section", &[("defect", defect.to_string().into())])
        }
        ManualWarning::Recognised { page } => {
            desk.words.with("warning-recognised", &[("page", (*page).into())])
        }
        ManualWarning::EmptyPage { page } => {
            desk.words.with("warning-empty-page", &[("page", (*page).into())])
        }
    }
}
