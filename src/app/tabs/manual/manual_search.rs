//! Search in the manuals of a product: a question, and the reply to it.

use egui::{Button, Key, Role, TextEdit, WidgetInfo};

use super::manual_reply::{self, ReplyClick};
use crate::command::{Citation, Command, TabId};
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::widgets::feedback_buttons::FeedbackButtons;
use fettle_domain::{DefectCode, FeedbackSubject, ProductCode};
use fettle_engine::{ManualAnswer, SearchManual};

/// Statements found at most.
const TOP_K: usize = 6;

/// The question and its answer.
#[derive(Default)]
pub(super) struct ManualSearch {
    question: String,
    found: Loadable<ManualAnswer>,
    /// The question as it was asked last.
    asked: Option<FeedbackSubject>,
    feedback: FeedbackButtons,
}

impl ManualSearch {
    /// Takes the answer. Returns whether feedback on it was recorded.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) -> bool {
        self.found.poll(cx);
        self.feedback.poll(cx)
    }

    /// Forgets the answer and cancels a running search.
    pub(super) fn clear(&mut self) {
        self.found = Loadable::default();
    }

    /// Shows the search field and the statements found. Returns the statement that was clicked.
    pub(super) fn show(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        product: &ProductCode,
    ) -> Option<Citation> {
        ui.horizontal(|ui| {
            let (hint, find) = (cx.text("manual-question"), cx.text("manual-find"));
            let room = ui.available_width() - 80.0;
            let line = TextEdit::singleline(&mut self.question).hint_text(&hint);
            let line = ui.add(line.desired_width(room.max(80.0)));
            line.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &hint));
            let enter = line.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let can_search = !self.question.trim().is_empty() && !self.found.is_loading();
            let pressed = ui.add_enabled(can_search, Button::new(find)).clicked();
            if can_search && (enter || pressed) {
                self.ask(cx, Some(product.clone()), None);
            }
        });
        if self.found.is_loading() {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(cx.text("manual-finding"));
                if ui.button(cx.text("command-stop")).clicked() {
                    cx.send(Command::Stop);
                }
            });
        }
        if let Some(error) = self.found.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
            if ui.button(cx.text("manual-models")).clicked() {
                cx.send(Command::Show(TabId::Settings));
            }
        }
        let clicked = self.answers(ui, cx);
        if let (Some(answer), Some(asked)) = (self.found.answer(), &self.asked) {
            let shown = || Some(answer.shown());
            self.feedback.show(ui, cx, asked, Some(product), shown);
        }
        ui.separator();
        clicked
    }

    /// The reply to the question.
    fn answers(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) -> Option<Citation> {
        let clicked = manual_reply::show(ui, cx, self.found.answer()?)?;
        match clicked {
            ReplyClick::Cite(citation) => return Some(citation),
            ReplyClick::Means(candidate) => {
                let product = Some(candidate.product);
                self.ask(cx, product, candidate.defect);
            }
        }
        None
    }

    /// Asks again what was answered by words alone, now that passages are embedded.
    pub(super) fn ask_by_meaning(&mut self, cx: &mut TabContext<'_>) {
        let is_by_words = self.found.answer().is_some_and(|answer| answer.notice.is_some());
        let Some(FeedbackSubject::Answer { question, product, defect }) = &self.asked else {
            return;
        };
        if is_by_words && !self.found.is_loading() {
            let (question, product) = (question.clone(), product.clone());
            let defect = defect.clone();
            let request = SearchManual { question, product, defect, top: TOP_K, embed: false };
            self.found.load(cx, request);
        }
    }

    /// Asks the question, of one defect type where it is known.
    fn ask(
        &mut self,
        cx: &mut TabContext<'_>,
        product: Option<ProductCode>,
        defect: Option<DefectCode>,
    ) {
        self.found = Loadable::default();
        let question = self.question.trim().to_owned();
        self.asked = Some(FeedbackSubject::answer(&question, product.clone(), defect.clone()));
        // Passages are embedded beside: until then words answer.
        let request = SearchManual { question, product, defect, top: TOP_K, embed: false };
        self.found.load(cx, request);
    }
}
