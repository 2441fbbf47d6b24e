//! Editor of a person's judgement of a part: verdict buttons, defect and note.

use egui::TextEdit;

use super::combo_box::optional_defect_combo;
use super::verdict_mark;
use crate::clock::local_time;
use crate::command::Command;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_domain::{Inspection, InspectionId, Judgement, Opinion, ProductCode, Verdict};
use fettle_engine::{EngineError, JudgeInspection, Judged};

/// Verdict, defect and note of the inspection shown, and the jobs that record them.
#[derive(Default)]
pub(crate) struct JudgementEditor {
    // Every job is kept: dropping a task cancels its job.
    tasks: Vec<Task<Judged>>,
    /// The note being typed, and the inspection it belongs to.
    note: Option<(InspectionId, String)>,
}

impl JudgementEditor {
    /// Takes the judgements that were recorded, shows a toast for each and sends
    /// [`Command::Judged`].
    pub(crate) fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.tasks.retain(|task| match task.poll() {
            None => true,
            Some(answer) => {
                toast_recorded(answer, cx);
                false
            }
        });
    }

    /// Starts to record a judgement.
    pub(crate) fn submit(&mut self, cx: &mut TabContext<'_>, request: JudgeInspection) {
        self.tasks.extend(cx.start(request));
    }

    /// Starts to record a verdict; the note of the earlier judgement stays, and so does its defect
    /// where the verdict is NG.
    pub(crate) fn submit_verdict(
        &mut self,
        cx: &mut TabContext<'_>,
        id: InspectionId,
        verdict: Verdict,
        before: Option<&Judgement>,
    ) {
        let before = before.map(|judgement| judgement.opinion.clone());
        let defect = before.as_ref().and_then(|opinion| opinion.defect.clone());
        let opinion = Opinion {
            verdict,
            defect: defect.filter(|_| verdict == Verdict::Ng),
            note: before.map(|opinion| opinion.note).unwrap_or_default(),
        };
        self.submit(cx, JudgeInspection { inspection: id, opinion: Some(opinion) });
    }

    /// Shows the verdict buttons and, once a person has judged, who judged, the defect and the
    /// note.
    pub(crate) fn show(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        inspection: &Inspection,
        judgement: Option<&Judgement>,
    ) {
        let Some(id) = inspection.id else { return };
        let judged = judgement.map(|judgement| judgement.opinion.verdict);
        ui.horizontal_wrapped(|ui| {
            for verdict in Verdict::ALL {
                let mut word = cx.text(verdict.message_id());
                if judged == Some(verdict) {
                    word = format!("✔ {word}");
                }
                let (side, is_judged) = (verdict_mark::SMALL, judged == Some(verdict));
                let button = verdict_mark::button(ui, verdict, (word.into(), side), |button| {
                    button.selected(is_judged)
                });
                if button.on_hover_text(cx.text("judge-hint")).clicked() {
                    cx.send(Command::Judge(verdict));
                }
            }
            if judgement.is_some() && ui.button(cx.text("judge-take-back")).clicked() {
                self.submit(cx, JudgeInspection { inspection: id, opinion: None });
            }
        });
        let Some(judgement) = judgement else { return };
        let by = [("by", judgement.by.clone().into()), ("time", local_time(&judgement.at).into())];
        ui.small(cx.localizer.with("judge-by", &by));
        let opinion = &judgement.opinion;
        let product = inspection.product.as_ref();
        if opinion.verdict == Verdict::Ng && !cx.catalogue.defects(product).is_empty() {
            self.defect_combo(ui, cx, id, product, opinion);
        }
        self.note_field(ui, cx, id, opinion);
    }

    fn defect_combo(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        id: InspectionId,
        product: Option<&ProductCode>,
        opinion: &Opinion,
    ) {
        let mut selected = opinion.defect.clone();
        let none = cx.text("judge-no-defect");
        if optional_defect_combo(ui, cx, product, &mut selected, &none) {
            let opinion = Opinion { defect: selected, ..opinion.clone() };
            self.submit(cx, JudgeInspection { inspection: id, opinion: Some(opinion) });
        }
    }

    fn note_field(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        id: InspectionId,
        opinion: &Opinion,
    ) {
        let of_this = self.note.take().filter(|(of, _)| *of == id);
        let mut note = of_this.map_or_else(|| opinion.note.clone(), |(_, note)| note);
        let hint = cx.text("judge-note");
        let edit = TextEdit::singleline(&mut note).hint_text(&hint).desired_width(f32::INFINITY);
        let edit = ui.add(edit);
        edit.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, &hint));
        if edit.lost_focus() && note != opinion.note {
            let opinion = Opinion { note, ..opinion.clone() };
            self.submit(cx, JudgeInspection { inspection: id, opinion: Some(opinion) });
        } else if edit.has_focus() {
            self.note = Some((id, note));
        }
    }
}

/// A toast for a recorded judgement, with a button that restores the one before.
fn toast_recorded(answer: Result<Judged, EngineError>, cx: &mut TabContext<'_>) {
    let judged = match answer {
        Ok(judged) => judged,
        Err(error) => return cx.toasts.error(error.explain(cx.localizer.language)),
    };
    let id = ("id", judged.inspection.to_string().into());
    let text = match &judged.now {
        None => cx.localizer.with("judged-none", &[id]),
        Some(now) => {
            let verdict = cx.text(now.opinion.verdict.message_id());
            let values = [id, ("verdict", verdict.into()), ("by", now.by.clone().into())];
            cx.localizer.with("judged-as", &values)
        }
    };
    let opinion = judged.before.as_ref().map(|before| before.opinion.clone());
    let undo = JudgeInspection { inspection: judged.inspection, opinion };
    cx.toasts.done_with_action(text, cx.text("judge-undo"), Command::Rejudge(undo));
    cx.send(Command::Judged(judged));
}
