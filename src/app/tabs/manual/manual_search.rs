//! Search in the manuals of a product: a question, and the statements that may answer it.

use egui::text::LayoutJob;
use egui::{Align, Button, Key, Layout, Role, TextEdit, TextFormat, TextStyle, WidgetInfo};

use crate::command::{Citation, Command, TabId};
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use fettle_domain::ProductCode;
use fettle_engine::{FoundPassage, ManualAnswer, SearchManual};
use fettle_i18n::Value;

/// Statements found at most.
const TOP_K: usize = 6;

/// The question and its answer.
#[derive(Default)]
pub(super) struct ManualSearch {
    question: String,
    found: Loadable<ManualAnswer>,
}

impl ManualSearch {
    /// Takes the answer.
    pub(super) fn poll(&mut self, cx: &TabContext<'_>) {
        self.found.poll(cx);
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
                self.found = Loadable::default();
                let question = self.question.trim().to_owned();
                let product = Some(product.clone());
                self.found.load(cx, SearchManual { question, product, top: TOP_K });
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
        ui.separator();
        clicked
    }

    /// The statements found, as buttons.
    fn answers(&self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) -> Option<Citation> {
        let found = self.found.answer()?;
        let mut clicked = None;
        ui.horizontal(|ui| {
            let count = [("count", Value::from(found.passages.len()))];
            ui.strong(cx.localizer.with("manual-found", &count));
            if ui.button(cx.text("dialog-close")).clicked() {
                cx.send(Command::Stop);
            }
        });
        if let Some(notice) = &found.notice {
            ui.colored_label(ui.visuals().warn_fg_color, notice);
            if ui.button(cx.text("manual-models")).clicked() {
                cx.send(Command::Show(TabId::Settings));
            }
        }
        if found.passages.is_empty() {
            ui.label(cx.text("manual-nothing"));
        }
        ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
            for passage in &found.passages {
                let place = cx.localizer.with("manual-scores", &scores(cx, passage));
                let mut job = LayoutJob::default();
                let visuals = ui.visuals();
                for (text, style, colour) in [
                    (
                        &format!("{}\n", passage.chunk.heading),
                        TextStyle::Small,
                        visuals.text_color(),
                    ),
                    (&passage.chunk.words, TextStyle::Body, visuals.strong_text_color()),
                    (&format!("\n{place}"), TextStyle::Small, visuals.weak_text_color()),
                ] {
                    job.append(text, 0.0, TextFormat::simple(style.resolve(ui.style()), colour));
                }
                let path = &passage.manual.path;
                if ui.add(Button::selectable(false, job).wrap()).on_hover_text(path).clicked() {
                    clicked = Some(Citation {
                        manual: passage.manual.id,
                        heading: None,
                        statement: Some(passage.chunk.statement.clone()),
                        page: passage.chunk.page,
                        lines: Vec::new(),
                    });
                }
            }
        });
        clicked
    }
}

/// Place and scores of a passage: by vector, by keywords, and fused.
fn scores(cx: &TabContext<'_>, passage: &FoundPassage) -> [(&'static str, Value); 4] {
    let rounded = |score: Option<f32>, digits| match score {
        Some(score) => Value::from(format!("{score:.digits$}")),
        None => Value::from("–"),
    };
    [
        ("place", cx.localizer.place(&passage.manual.path, passage.chunk.page).into()),
        ("meaning", rounded(passage.vector_score, 3)),
        ("words", rounded(passage.keyword_score, 1)),
        ("fused", rounded(Some(passage.fused_score), 4)),
    ]
}
