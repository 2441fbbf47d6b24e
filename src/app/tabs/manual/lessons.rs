//! What feedback teaches, to be accepted or refused, and the export of all feedback.

use egui::{CollapsingHeader, RichText, Role, WidgetInfo};

use super::super::last_drawn::LastDrawn;
use crate::clock::local_time;
use crate::dialogs::save_file::{PendingPath, save_as};
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_domain::{Lesson, LessonDecision, ProductCode};
use fettle_engine::{
    DecideLessons, EngineError, ExportFeedback, ExportedFeedback, HasFeedback, ListLessons,
    ReviewedLesson,
};
use fettle_i18n::Value;

/// The lessons of a product.
#[derive(Default)]
pub(super) struct Lessons {
    drawn: LastDrawn,
    product: Option<ProductCode>,
    lessons: Loadable<Vec<ReviewedLesson>>,
    /// Whether there is feedback to export, also on reports.
    has_feedback: Loadable<bool>,
    deciding: Option<Task<Vec<ReviewedLesson>>>,
    saving: Option<PendingPath>,
    exporting: Option<Task<ExportedFeedback>>,
}

impl Lessons {
    /// Takes the answers of the engine.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.lessons.poll(cx);
        self.has_feedback.poll(cx);
        if let Some(answer) = self.deciding.as_ref().and_then(Task::poll) {
            self.deciding = None;
            if let Err(error) = answer {
                cx.toasts.error(error.explain(cx.localizer.language));
            }
            self.reload(cx);
        }
        if let Some(chosen) = self.saving.as_ref().and_then(PendingPath::poll) {
            self.saving = None;
            self.exporting = chosen.and_then(|path| cx.start(ExportFeedback(path)));
        }
        if let Some(answer) = self.exporting.as_ref().and_then(Task::poll) {
            self.exporting = None;
            toast_exported(answer, cx);
        }
    }

    /// Lists what is taught about the questions to a product.
    pub(super) fn list(&mut self, cx: &mut TabContext<'_>, product: ProductCode) {
        self.product = Some(product);
        self.reload(cx);
    }

    /// Lists it anew.
    pub(super) fn reload(&mut self, cx: &mut TabContext<'_>) {
        if self.product.is_some() {
            self.lessons.load(cx, ListLessons(self.product.clone()));
            self.has_feedback.load(cx, HasFeedback);
        }
    }

    /// Shows the list, closed at first; nothing where nobody has given feedback.
    pub(super) fn show(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        // Feedback is given in other tabs, too.
        if self.drawn.is_reopened(ui.ctx()) {
            self.reload(cx);
        }
        for error in self.lessons.error().into_iter().chain(self.has_feedback.error()) {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        let lessons = self.lessons.answer().map_or(&[][..], Vec::as_slice);
        let has_feedback = self.has_feedback.answer().is_some_and(|given| *given);
        if lessons.is_empty() && !has_feedback {
            return;
        }
        let open = lessons.iter().filter(|one| one.decided.is_none()).count();
        let title = cx.localizer.with("lessons-title", &[("count", open.into())]);
        let mut decision = None;
        CollapsingHeader::new(title).id_salt("lessons").show(ui, |ui| {
            ui.small(cx.text(if lessons.is_empty() { "lessons-none" } else { "lessons-hint" }));
            ui.add_enabled_ui(self.deciding.is_none(), |ui| {
                for lesson in lessons {
                    ui.separator();
                    if let Some(chosen) = one(ui, cx, lesson) {
                        decision = Some((lesson.id.clone(), chosen));
                    }
                }
            });
            ui.separator();
            let label = cx.text("feedback-export");
            let is_idle = self.saving.is_none() && self.exporting.is_none();
            if ui.add_enabled(is_idle, egui::Button::new(&label)).clicked() {
                self.saving = save_as(ui.ctx(), label, "fettle-feedback.csv");
            }
        });
        if let Some((id, decision)) = decision {
            self.deciding = cx.start(DecideLessons { ids: vec![id], decision });
        }
    }
}

/// One lesson with its support and its buttons. Returns what was decided.
fn one(
    ui: &mut egui::Ui,
    cx: &TabContext<'_>,
    lesson: &ReviewedLesson,
) -> Option<Option<LessonDecision>> {
    let title = match &lesson.lesson {
        Lesson::Word { word, meanings, .. } => {
            let values = [("word", word.clone().into()), ("meanings", meanings.join(", ").into())];
            cx.localizer.with("lesson-word", &values)
        }
        Lesson::Question { question, section } => {
            let heading = section.heading.clone();
            let values = [("question", question.clone().into()), ("heading", heading.into())];
            cx.localizer.with("lesson-question", &values)
        }
        Lesson::Report { product, defect, section } => {
            let defect = cx.defect_name(Some(product), defect);
            let values = [("defect", defect.into()), ("heading", section.heading.clone().into())];
            cx.localizer.with("lesson-report", &values)
        }
    };
    ui.label(&title);
    if matches!(lesson.lesson, Lesson::Word { .. }) {
        for question in &lesson.questions {
            ui.label(RichText::new(format!("“{question}”")).small().weak());
        }
    }
    for inspection in &lesson.inspections {
        let id = [("id", inspection.to_string().into())];
        let of = cx.localizer.with("feedback-of-report", &id);
        ui.label(RichText::new(of).small().weak());
    }
    let mut decided = None;
    ui.horizontal_wrapped(|ui| {
        let button = |ui: &mut egui::Ui, id: &str| {
            let label = cx.text(id);
            let button = ui.button(&label);
            let name = format!("{label}: {title}");
            button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            button.clicked()
        };
        match &lesson.decided {
            None => {
                if button(ui, "lesson-accept") {
                    decided = Some(Some(LessonDecision::Accepted));
                }
                if button(ui, "lesson-refuse") {
                    decided = Some(Some(LessonDecision::Refused));
                }
            }
            Some(known) => {
                let values = [
                    ("state", Value::from(cx.text(known.decision.message_id()))),
                    ("by", known.by.clone().into()),
                    ("time", local_time(&known.at).into()),
                ];
                ui.small(cx.localizer.with("lesson-decided", &values));
                if button(ui, "judge-undo") {
                    decided = Some(None);
                }
            }
        }
    });
    decided
}

fn toast_exported(answer: Result<ExportedFeedback, EngineError>, cx: &mut TabContext<'_>) {
    match answer {
        Ok(written) => {
            let path = written.path.display().to_string();
            let values = [("rows", written.rows.into()), ("path", path.into())];
            cx.toasts.done(cx.localizer.with("feedback-exported", &values));
        }
        Err(EngineError::Cancelled) => {}
        Err(error) => cx.toasts.error(error.explain(cx.localizer.language)),
    }
}
