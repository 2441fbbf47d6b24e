//! The sections of a manual, and the warnings about its text.

use egui::text::LayoutJob;
use egui::{Align, Button, Layout, TextFormat, TextStyle};

use crate::tab_context::TabContext;
use fettle_domain::{ManualFormat, ManualText, ManualWarning, ProductCode, Section};
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
            ui.small(warning_text(cx, path, warning));
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

fn warning_text(cx: &TabContext<'_>, path: &str, warning: &ManualWarning) -> String {
    match warning {
        ManualWarning::Unplaced { page, text } => {
            let place = cx.localizer.place(path, *page);
            let values = [("place", Value::from(place)), ("text", text.clone().into())];
            cx.localizer.with("warning-unplaced", &values)
        }
        ManualWarning::Incomplete { heading, page, missing } => {
            let values = [
                ("heading", heading.clone().into()),
                ("place", cx.localizer.place(path, *page).into()),
                ("part", cx.text(missing.message_id()).into()),
            ];
            cx.localizer.with("warning-incomplete", &values)
        }
        ManualWarning::UnknownPart { heading, label, page } => {
            let values = [
                ("heading", heading.clone().into()),
                ("label", label.clone().into()),
                ("place", cx.localizer.place(path, *page).into()),
            ];
            cx.localizer.with("warning-unknown-part", &values)
        }
        ManualWarning::LongPart { heading, part, page, count } => {
            let values = [
                ("heading", heading.clone().into()),
                ("part", cx.text(part.message_id()).into()),
                ("place", cx.localizer.place(path, *page).into()),
                ("count", (*count).into()),
            ];
            cx.localizer.with("warning-long-part", &values)
        }
        ManualWarning::RepeatedSection { defect, first, page } => {
            let values = [
                ("defect", defect.to_string().into()),
                ("first", cx.localizer.place(path, *first).into()),
                ("place", cx.localizer.place(path, *page).into()),
            ];
            cx.localizer.with("warning-repeated-section", &values)
        }
        ManualWarning::Disagreement { heading, subject, first, first_page, second, page } => {
            let values = [
                ("heading", heading.clone().into()),
                ("subject", subject.clone().into()),
                ("first", first.clone().into()),
                ("first_place", cx.localizer.place(path, *first_page).into()),
                ("second", second.clone().into()),
                ("place", cx.localizer.place(path, *page).into()),
            ];
            cx.localizer.with("warning-disagreement", &values)
        }
        ManualWarning::NoSection { defect } => {
            cx.localizer.with("warning-no-section", &[("defect", defect.to_string().into())])
        }
        ManualWarning::Recognised { page } => {
            cx.localizer.with("warning-recognised", &[("page", (*page).into())])
        }
        ManualWarning::EmptyPage { page } => {
            cx.localizer.with("warning-empty-page", &[("page", (*page).into())])
        }
        ManualWarning::PartlyRead { page } => {
            cx.localizer.with("warning-partly-read", &[("page", (*page).into())])
        }
        ManualWarning::UnreadableLetters { page, letters } => {
            let values = [("page", Value::from(*page)), ("letters", (*letters).into())];
            cx.localizer.with("warning-unreadable-letters", &values)
        }
        ManualWarning::HiddenText { page, text } => {
            let values = [("page", Value::from(*page)), ("text", text.clone().into())];
            cx.localizer.with("warning-hidden-text", &values)
        }
        ManualWarning::Aside { page, text } => {
            let values = [("page", Value::from(*page)), ("text", text.clone().into())];
            cx.localizer.with("warning-aside", &values)
        }
        ManualWarning::StruckOut { page, text } => {
            let values = [("page", Value::from(*page)), ("text", text.clone().into())];
            cx.localizer.with("warning-struck-out", &values)
        }
        ManualWarning::PicturePage { page } => {
            cx.localizer.with("warning-picture-page", &[("page", (*page).into())])
        }
        ManualWarning::PagesMissing { read, stated } => {
            let values = [("read", Value::from(*read)), ("stated", (*stated).into())];
            cx.localizer.with("warning-pages-missing", &values)
        }
        ManualWarning::CutShort => cx.localizer.with("warning-cut-short", &[]),
        ManualWarning::Note { page, text } => {
            let values = [("page", Value::from(*page)), ("text", text.clone().into())];
            cx.localizer.with("warning-note", &values)
        }
    }
}
