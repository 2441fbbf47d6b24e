//! The corrections made so far, in words, each with a button that removes it.

use egui::{CollapsingHeader, Label, Ui, WidgetInfo};

use super::actions::ReviewAction;
use super::draft::ReviewDraft;
use crate::tab_context::TabContext;
use fettle_domain::{DefectCode, ManualEdit, ProductCode};

/// Shows the list, where there are corrections. Returns what a person removes.
pub(super) fn show(ui: &mut Ui, cx: &TabContext<'_>, draft: &ReviewDraft) -> Option<ReviewAction> {
    let corrections = draft.corrections();
    let count = corrections.edits.len() + corrections.labels.len();
    if count == 0 {
        return None;
    }
    let product = &draft.review().manual.product;
    let mut removed = None;
    let title = cx.localizer.with("review-corrections", &[("count", count.into())]);
    CollapsingHeader::new(title).id_salt("review_corrections").show(ui, |ui| {
        for (index, rule) in corrections.labels.iter().enumerate() {
            let kind = cx.text(rule.kind.message_id());
            let values = [("text", rule.label.as_str().into()), ("kind", kind.into())];
            let said = cx.localizer.with("review-edit-label-all", &values);
            if line(ui, cx, &said, false) {
                removed = Some(ReviewAction::RemoveLabel(index));
            }
        }
        for (index, edit) in corrections.edits.iter().enumerate() {
            if line(ui, cx, &in_words(cx, product, edit), draft.is_missed(edit)) {
                removed = Some(ReviewAction::RemoveEdit(index));
            }
        }
    });
    removed
}

/// A correction and the button that removes it; whether the button was pressed.
fn line(ui: &mut Ui, cx: &TabContext<'_>, said: &str, is_missed: bool) -> bool {
    let mut is_removed = false;
    ui.horizontal(|ui| {
        let name = format!("{}: {said}", cx.text("review-remove"));
        let button = ui.small_button("×");
        button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
        is_removed = button.on_hover_text(cx.text("review-remove")).clicked();
        if is_missed {
            let said = format!("{said} ({})", cx.text("review-missed"));
            let said = egui::RichText::new(said).small().color(ui.visuals().warn_fg_color);
            ui.add(Label::new(said).wrap());
        } else {
            ui.add(Label::new(egui::RichText::new(said).small()).wrap());
        }
    });
    is_removed
}

/// An edit in words.
fn in_words(cx: &TabContext<'_>, product: &ProductCode, edit: &ManualEdit) -> String {
    let text = ("text", edit.subject().into());
    let name = |defect: &Option<DefectCode>| match defect {
        Some(code) => cx.defect_name(Some(product), code),
        None => cx.text("review-no-defect"),
    };
    let say = |id, values: &[_]| cx.localizer.with(id, values);
    match edit {
        ManualEdit::NameLabel(rule) => {
            say("review-edit-label", &[text, ("kind", cx.text(rule.kind.message_id()).into())])
        }
        ManualEdit::NameHeading { defect, .. } => {
            say("review-edit-heading", &[text, ("defect", name(defect).into())])
        }
        ManualEdit::Place { section, kind, .. } => say(
            "review-edit-place",
            &[
                text,
                ("heading", section.heading.as_str().into()),
                ("kind", cx.text(kind.message_id()).into()),
            ],
        ),
        ManualEdit::Dismiss { .. } => say("review-edit-dismiss", &[text]),
        ManualEdit::Merge { into, .. } => {
            say("review-edit-merge", &[text, ("into", into.text.as_str().into())])
        }
        ManualEdit::Split { pieces, .. } => {
            say("review-edit-split", &[text, ("count", pieces.len().into())])
        }
        ManualEdit::StartPart { kind, .. } => {
            say("review-edit-part", &[text, ("kind", cx.text(kind.message_id()).into())])
        }
        ManualEdit::StartSection { defect, .. } => {
            say("review-edit-section", &[text, ("defect", name(defect).into())])
        }
        ManualEdit::JoinSection { .. } => say("review-edit-join", &[text]),
    }
}
