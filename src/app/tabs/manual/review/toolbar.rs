//! What stands above the tree: the keys, each a button, and the question about a label.

use egui::{Button, Frame, RichText, Ui};

use super::actions::ReviewAction;
use super::keys::{KINDS, KindKey};
use super::rows::RowItem;
use crate::tab_context::TabContext;
use fettle_domain::{LabelRule, LinePlace, ManualEdit};

/// What the buttons depend on.
pub(super) struct Toolbar {
    /// The selected row.
    pub(super) row: Option<RowItem>,
    pub(super) can_undo: bool,
    pub(super) is_changed: bool,
}

impl Toolbar {
    /// Draws the keys of the selected row. Returns the action whose button was pressed.
    pub(super) fn show(&self, ui: &mut Ui, cx: &TabContext<'_>) -> Option<ReviewAction> {
        use ReviewAction as A;
        let row = self.row;
        let is_line = matches!(row, Some(RowItem::Line(_)));
        let is_statement = matches!(row, Some(RowItem::Line(LinePlace::Statement { .. })));
        let is_section = matches!(row, Some(RowItem::Section(_)));
        let is_part = matches!(row, Some(RowItem::Part(..)));
        let mut buttons: Vec<(String, A, bool)> = KINDS
            .into_iter()
            .map(|KindKey { kind, digit, .. }| {
                let label = format!("{digit} {}", cx.text(kind.message_id()));
                (label, A::SetKind(kind), is_line || is_part)
            })
            .collect();
        let none = if is_section { "review-no-heading" } else { "review-no-statement" };
        let more = [
            ("0", none, A::NoStatement, is_statement || is_part || is_section),
            ("M", "review-merge", A::Merge { spaced: true }, is_line),
            ("S", "review-split", A::AskSplit, is_statement),
            ("L", "review-label", A::AskLabel, is_line),
            ("F2", "review-defect", A::AskDefect, is_line || is_section),
        ];
        buttons.extend(
            more.map(|(key, id, action, can)| (format!("{key} {}", cx.text(id)), action, can)),
        );
        let mut pressed = None;
        ui.horizontal_wrapped(|ui| {
            for (label, action, can) in buttons {
                if ui.add_enabled(can, Button::new(label).small()).clicked() {
                    pressed = Some(action);
                }
            }
        });
        pressed
    }

    /// Draws the buttons that end the review. Returns the action whose button was pressed.
    pub(super) fn show_end(&self, ui: &mut Ui, cx: &TabContext<'_>) -> Option<ReviewAction> {
        let buttons = [
            ("review-save", "Ctrl+Enter", ReviewAction::Save, self.is_changed),
            ("review-undo", "Ctrl+Z", ReviewAction::Undo, self.can_undo),
            ("review-leave", "Esc", ReviewAction::Leave, true),
        ];
        let mut pressed = None;
        for (id, key, action, can) in buttons {
            let button = Button::new(cx.text(id)).shortcut_text(key);
            if ui.add_enabled(can, button).clicked() {
                pressed = Some(action);
            }
        }
        pressed
    }
}

/// Asks what an unknown label stands for. `for_all`: whether the answer holds for all manuals.
pub(super) fn ask_label(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    label: &str,
    for_all: &mut bool,
) -> Option<ReviewAction> {
    let mut answer = None;
    Frame::group(ui.style()).show(ui, |ui| {
        let question = cx.localizer.with("review-question", &[("label", label.into())]);
        ui.label(RichText::new(question).strong());
        ui.horizontal_wrapped(|ui| {
            for KindKey { kind, .. } in KINDS {
                if ui.button(cx.text(kind.message_id())).clicked() {
                    let rule = LabelRule { label: label.to_owned(), kind };
                    answer = Some(name_label(rule, *for_all));
                }
            }
        });
        ui.checkbox(for_all, cx.text("review-for-all"));
    });
    answer
}

/// The action by which a label gets its meaning.
pub(super) fn name_label(rule: LabelRule, for_all: bool) -> ReviewAction {
    match for_all {
        true => ReviewAction::NameLabelEverywhere(rule),
        false => ReviewAction::Edit(vec![ManualEdit::NameLabel(rule)]),
    }
}
