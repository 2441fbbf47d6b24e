//! What the review screen asks in a form over it.

use egui::{TextEdit, Ui};

use super::actions::ReviewAction;
use super::keys::{KINDS, KindKey};
use crate::dialogs::form::{DialogAction, buttons, error_label, modal};
use crate::tab_context::TabContext;
use crate::widgets::combo_box::optional_defect_combo;
use fettle_domain::{DefectCode, LineRef, ManualEdit, ProductCode, SectionRef, same_text};

/// A form that is open.
pub(super) enum ReviewForm {
    /// Where a statement is to be split.
    Split {
        /// The statement.
        line: LineRef,
        /// Its text, in which a person starts new lines.
        text: String,
        /// Whether the text was given the keyboard.
        has_keyboard: bool,
    },
    /// Which defect a heading names.
    Defect {
        /// The heading.
        heading: Heading,
        /// The defect.
        defect: Option<DefectCode>,
    },
    /// What stands below a label.
    Label {
        /// The label.
        line: LineRef,
    },
    /// What to do with corrections that are not saved.
    Leave,
}

/// A heading, seen by the parser or by a person.
pub(super) enum Heading {
    Known(SectionRef),
    New(LineRef),
}

/// What a person answered.
pub(super) enum FormAnswer {
    /// Nothing yet.
    Open,
    /// The form is to be closed.
    Close,
    /// The form is to be closed, and this is to be done.
    Do(ReviewAction),
    /// The screen is to be left without saving.
    Discard,
}

impl ReviewForm {
    /// Shows the form.
    pub(super) fn show(
        &mut self,
        ctx: &egui::Context,
        cx: &TabContext<'_>,
        product: &ProductCode,
    ) -> FormAnswer {
        let title = match self {
            Self::Split { .. } => cx.text("review-split"),
            Self::Defect { heading, .. } => {
                cx.localizer.with("review-defect-title", &[("text", heading.text().into())])
            }
            Self::Label { line } => {
                cx.localizer.with("review-question", &[("label", line.text.as_str().into())])
            }
            Self::Leave => cx.text("review-leave-title"),
        };
        let shown = modal(ctx, "review_form", &title, |ui| match self {
            Self::Split { line, text, has_keyboard } => split(ui, cx, line, (text, has_keyboard)),
            Self::Defect { heading, defect } => {
                let none = cx.text("review-no-defect");
                optional_defect_combo(ui, cx, Some(product), defect, &none);
                match buttons(ui, cx, "review-apply", true) {
                    DialogAction::Wait => FormAnswer::Open,
                    DialogAction::Cancel => FormAnswer::Close,
                    DialogAction::Confirm => {
                        let edit = heading.named(defect.clone());
                        FormAnswer::Do(ReviewAction::Edit(vec![edit]))
                    }
                }
            }
            Self::Label { line } => label(ui, cx, line),
            Self::Leave => leave(ui, cx),
        });
        match shown.inner {
            FormAnswer::Open if shown.should_close() => FormAnswer::Close,
            answer => answer,
        }
    }
}

impl Heading {
    fn text(&self) -> &str {
        match self {
            Self::Known(section) => &section.heading,
            Self::New(line) => &line.text,
        }
    }

    /// The edit by which the heading names a defect.
    fn named(&self, defect: Option<DefectCode>) -> ManualEdit {
        match self {
            Self::Known(section) => ManualEdit::NameHeading { section: section.clone(), defect },
            Self::New(line) => ManualEdit::StartSection { line: line.clone(), defect },
        }
    }
}

fn split(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    line: &LineRef,
    (text, has_keyboard): (&mut String, &mut bool),
) -> FormAnswer {
    // Before the text takes it: Enter alone starts a new line. The event knows its modifiers also where
    // they are released already.
    let confirmed =
        ui.input_mut(|input| input.consume_key(egui::Modifiers::COMMAND, egui::Key::Enter));
    let hint = ui.label(cx.text("review-split-hint"));
    let edit = TextEdit::multiline(text).desired_width(f32::INFINITY).desired_rows(3);
    let field = ui.add(edit).labelled_by(hint.id);
    if !std::mem::replace(has_keyboard, true) {
        field.request_focus();
    }
    let is_same = same_text(text, &line.text);
    if !is_same {
        error_label(ui, &cx.text("review-split-changed"));
    }
    let pieces: Vec<String> =
        text.lines().map(str::trim).filter(|piece| !piece.is_empty()).map(str::to_owned).collect();
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        let can_split = is_same && pieces.len() > 1;
        let button = egui::Button::new(cx.text("review-apply"));
        if ui.add_enabled(can_split, button).clicked() || (confirmed && can_split) {
            let edit = ManualEdit::Split { line: line.clone(), pieces };
            FormAnswer::Do(ReviewAction::Edit(vec![edit]))
        } else if ui.button(cx.text("dialog-cancel")).clicked() {
            FormAnswer::Close
        } else {
            FormAnswer::Open
        }
    })
    .inner
}

fn label(ui: &mut Ui, cx: &TabContext<'_>, line: &LineRef) -> FormAnswer {
    let mut answer = FormAnswer::Open;
    ui.horizontal_wrapped(|ui| {
        for KindKey { kind, digit, key } in KINDS {
            let text = format!("{digit} {}", cx.text(kind.message_id()));
            let pressed = ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, key));
            if ui.button(text).clicked() || pressed {
                let edit = ManualEdit::StartPart { line: line.clone(), kind };
                answer = FormAnswer::Do(ReviewAction::Edit(vec![edit]));
            }
        }
    });
    ui.add_space(8.0);
    if ui.button(cx.text("dialog-cancel")).clicked() {
        answer = FormAnswer::Close;
    }
    answer
}

fn leave(ui: &mut Ui, cx: &TabContext<'_>) -> FormAnswer {
    ui.label(cx.text("review-leave-text"));
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        if ui.button(cx.text("review-save-and-leave")).clicked() {
            FormAnswer::Do(ReviewAction::Save)
        } else if ui.button(cx.text("review-discard")).clicked() {
            FormAnswer::Discard
        } else if ui.button(cx.text("review-stay")).clicked() {
            FormAnswer::Close
        } else {
            FormAnswer::Open
        }
    })
    .inner
}
