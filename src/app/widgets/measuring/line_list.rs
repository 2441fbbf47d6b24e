//! The list of measured lines beside the picture.

use egui::{Button, Role, TextEdit, Ui, WidgetInfo};

use crate::tab_context::TabContext;
use fettle_domain::{MAX_NOTE, Measurements};
use fettle_i18n::Value;

/// What a person did in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListAction {
    Select(usize),
    Remove(usize),
    /// The text of a note changed, and no note is typed into any more.
    Noted,
}

/// Shows the lines, each with its note. `is_typed`: whether the text of a note is not kept yet.
pub(super) fn show_lines(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    measured: &mut Measurements,
    selected: Option<usize>,
    is_typed: &mut bool,
) -> Option<ListAction> {
    let mut action = None;
    let mut has_focus = false;
    let lengths: Vec<String> =
        measured.lines.iter().map(|line| measured.length_text(line.length_px())).collect();
    for (index, (line, length)) in measured.lines.iter_mut().zip(lengths).enumerate() {
        let number = ("number", Value::from(index + 1));
        let name = cx.localizer.with("measure-line", &[number.clone(), ("length", length.into())]);
        let row = ui.horizontal(|ui| {
            let row = ui.selectable_label(selected == Some(index), &name);
            if row.clicked() {
                action = Some(ListAction::Select(index));
            }
            let remove = cx.localizer.with("measure-remove", &[number]);
            let button = ui.add(Button::new("🗑"));
            button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &remove));
            if button.on_hover_text(&remove).clicked() {
                action = Some(ListAction::Remove(index));
            }
            row
        });
        let note = TextEdit::singleline(&mut line.note)
            .hint_text(cx.text("measure-note-hint"))
            .char_limit(MAX_NOTE)
            .desired_width(f32::INFINITY);
        let note = ui.add(note).labelled_by(row.inner.id);
        *is_typed |= note.changed();
        has_focus |= note.has_focus();
    }
    if *is_typed && !has_focus && action.is_none() {
        action = Some(ListAction::Noted);
    }
    action
}
