//! A question to the manuals of a product, and the statements that may answer it.

use egui::text::LayoutJob;
use egui::{Align, Button, Key, Layout, Role, TextEdit, TextFormat, TextStyle, WidgetInfo};

use super::Citation;
use crate::asked::Asked;
use crate::command::Command;
use crate::desk::Desk;
use crate::tabs::TabId;
use fettle_domain::ProductCode;
use fettle_engine::{FoundPassage, ManualAnswer, SearchManual};
use fettle_i18n::Value;

/// Statements shown.
const TOP: usize = 6;

/// The question.
#[derive(Default)]
pub(super) struct Ask {
    question: String,
    found: Asked<ManualAnswer>,
}

impl Ask {
    /// Takes the answer.
    pub(super) fn poll(&mut self, desk: &Desk<'_>) {
        self.found.poll(desk);
    }

    /// Forgets what was found; a search under way stops.
    pub(super) fn clear(&mut self) {
        self.found = Asked::default();
    }

    /// Draws it; the statement that was clicked.
    pub(super) fn show(
        &mut self,
        ui: &mut egui::Ui,
        desk: &mut Desk<'_>,
        product: &ProductCode,
    ) -> Option<Citation> {
        ui.horizontal(|ui| {
            let (hint, find) = (desk.text("manual-question"), desk.text("manual-find"));
            let room = ui.available_width() - 80.0;
            let line = TextEdit::singleline(&mut self.question).hint_text(&hint);
            let line = ui.add(line.desired_width(room.max(80.0)));
            line.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &hint));
            let enter = line.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let can = !self.question.trim().is_empty() && !self.found.is_awaited();
            let pressed = ui.add_enabled(can, Button::new(find)).clicked();
            if can && (enter || pressed) {
                self.found = Asked::default();
                let question = self.question.trim().to_owned();
                let product = Some(product.clone());
                self.found.ask(desk, SearchManual { question, product, top: TOP });
            }
        });
        if self.found.is_awaited() {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(desk.text("manual-finding"));
                if ui.button(desk.text("command-stop")).clicked() {
                    desk.send(Command::Stop);
                }
            });
        }
        if let Some(error) = self.found.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
            if ui.button(desk.text("manual-models")).clicked() {
                desk.send(Command::Show(TabId::Settings));
            }
        }
        let clicked = self.answers(ui, desk);
        ui.separator();
        clicked
    }

    fn answers(&self, ui: &mut egui::Ui, desk: &mut Desk<'_>) -> Option<Citation> {
        let found = self.found.answer()?;
        let mut clicked = None;
        ui.horizontal(|ui| {
            let count = [("count", Value::from(found.passages.len()))];
            ui.strong(desk.words.with("manual-found", &count));
            if ui.button(desk.text("dialog-close")).clicked() {
                desk.send(Command::Stop);
            }
        });
        if let Some(notice) = &found.notice {
            ui.colored_label(ui.visuals().warn_fg_color, notice);
            if ui.button(desk.text("manual-models")).clicked() {
                desk.send(Command::Show(TabId::Settings));
            }
        }
        if found.passages.is_empty() {
            ui.label(desk.text("manual-nothing"));
        }
        ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
            for passage in &found.passages {
                let place = desk.words.with("manual-scores", &scores(desk, passage));
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

/// How near a passage is to the question, by meaning, by words, and by both.
fn scores(desk: &Desk<'_>, passage: &FoundPassage) -> [(&'static str, Value); 4] {
    let rounded = |score: Option<f32>, digits| match score {
        Some(score) => Value::from(format!("{score:.digits$}")),
        None => Value::from("–"),
    };
    [
        ("place", desk.words.place(&passage.manual.path, passage.chunk.page).into()),
        ("meaning", rounded(passage.vector_score, 3)),
        ("words", rounded(passage.keyword_score, 1)),
        ("fused", rounded(Some(passage.fused_score), 4)),
    ]
}
