//! The sections of a manual, and the warnings about its text.

use egui::text::LayoutJob;
use egui::{Align, Button, Layout, TextFormat, TextStyle};

use crate::tab_context::TabContext;
use fettle_domain::{ManualFormat, ManualText, ProductCode, Section};
use fettle_engine::explain_manual_warning;
use fettle_i18n::Value;

/// Shows the sections and warnings. Returns the index of the section that was clicked.
pub(super) fn show(
    ui: &mut egui::Ui,
    cx: &TabContext<'_>,
    (path, text): (&str, &ManualText),
    product: Option<&ProductCode>,
    selected: Option<usize>,
) -> Option<usize> {
    if text.sections.is_empty() {
        ui.label(cx.text("manual-no-sections"));
    }
    let mut clicked = None;
    ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
        for (index, section) in text.sections.iter().enumerate() {
            let is_selected = selected == Some(index);
            let job = label(ui, cx, (path, section), product, is_selected);
            if ui.add(Button::selectable(is_selected, job).wrap()).clicked() {
                clicked = Some(index);
            }
        }
    });
    if !text.warnings.is_empty() {
        ui.add_space(10.0);
        let count = [("count", text.warnings.len().into())];
        ui.colored_label(ui.visuals().warn_fg_color, cx.localizer.with("manual-warnings", &count));
        for warning in &text.warnings {
            ui.small(explain_manual_warning(warning, path, cx.localizer.language));
        }
    }
    clicked
}

/// The name of the defect, and below it the heading and pages as printed.
fn label(
    ui: &egui::Ui,
    cx: &TabContext<'_>,
    (path, section): (&str, &Section),
    product: Option<&ProductCode>,
    is_selected: bool,
) -> LayoutJob {
    let visuals = ui.visuals();
    let (colour, weak) = if is_selected {
        (visuals.selection.stroke.color, visuals.selection.stroke.color)
    } else {
        (visuals.strong_text_color(), visuals.weak_text_color())
    };
    let mut job = LayoutJob::default();
    let mut add = |text: &str, style: TextStyle, colour| {
        job.append(text, 0.0, TextFormat::simple(style.resolve(ui.style()), colour));
    };
    let pages = page_range(cx, path, section);
    match &section.defect {
        Some(code) => {
            add(&cx.defect_name(product, code), TextStyle::Body, colour);
            add(&format!("\n{} · {pages}", section.heading), TextStyle::Small, weak);
        }
        None => {
            add(&section.heading, TextStyle::Body, colour);
            let unknown = cx.text("manual-unknown-defect");
            add(&format!("\n{unknown} · {pages}"), TextStyle::Small, weak);
        }
    }
    job
}

/// The pages, paragraphs or lines of a section.
fn page_range(cx: &TabContext<'_>, path: &str, section: &Section) -> String {
    let spans = section.all_statements().flat_map(|statement| &statement.spans);
    let last = spans.map(|span| span.page).max().unwrap_or(section.page);
    if last > section.page {
        let values = [("first", Value::from(section.page)), ("last", last.into())];
        cx.localizer.with(ManualFormat::of_stored(path).range_message_id(), &values)
    } else {
        cx.localizer.place(path, section.page)
    }
}
