//! Editor of a person's judgement of a part: verdict buttons, defect and note.

use std::collections::VecDeque;

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
    /// Judgements to be recorded, in the order in which they were given: one at a time, so that none
    /// overtakes an earlier one of the same part.
    waiting: VecDeque<JudgeInspection>,
    /// The judgement being recorded.
    recording: Option<(JudgeInspection, Task<Judged>)>,
    /// The note being typed, and the inspection it belongs to.
    note: Option<(InspectionId, String)>,
}

impl JudgementEditor {
    /// Takes the judgement that was recorded, shows a toast and sends [`Command::Judged`]; starts to
    /// record the next one. Returns the inspection whose judgement could not be recorded.
    pub(crate) fn poll(&mut self, cx: &mut TabContext<'_>) -> Option<InspectionId> {
        let answer = self.recording.as_ref().and_then(|(_, task)| task.poll());
        let request = answer.is_some().then(|| self.recording.take()).flatten();
        self.record_next(cx);
        let (answer, (request, _)) = answer.zip(request)?;
        let is_recorded = answer.is_ok();
        toast_recorded(answer, cx);
        (!is_recorded).then_some(request.inspection)
    }

    /// Whether a judgement is not recorded yet.
    pub(crate) fn is_recording(&self) -> bool {
        self.recording.is_some() || !self.waiting.is_empty()
    }

    /// Records a judgement after those given before.
    pub(crate) fn submit(&mut self, cx: &mut TabContext<'_>, request: JudgeInspection) {
        self.waiting.push_back(request);
        self.record_next(cx);
    }

    fn record_next(&mut self, cx: &mut TabContext<'_>) {
        if self.recording.is_some() {
            return;
        }
        let Some(next) = self.waiting.front().cloned() else { return };
        // Where the engine is too busy, it is asked again with the next frame.
        if let Some(task) = cx.start_when_idle(next.clone()) {
            self.waiting.pop_front();
            self.recording = Some((next, task));
        }
    }

    /// Records a verdict on an inspected part. The note of the earlier judgement stays; where the
    /// verdict is NG, so does its defect, and without one the defect that the part resembles counts.
    pub(crate) fn submit_verdict(
        &mut self,
        cx: &mut TabContext<'_>,
        inspection: &Inspection,
        verdict: Verdict,
        before: Option<&Judgement>,
    ) {
        let Some(id) = inspection.id else { return };
        let recording = self.recording.as_ref().map(|(request, _)| request);
        let mut under_way = self.waiting.iter().rev().chain(recording);
        let before = match under_way.find(|request| request.inspection == id) {
            Some(request) => request.opinion.clone(),
            None => before.map(|judgement| judgement.opinion.clone()),
        };
        let defect = before.as_ref().and_then(|opinion| opinion.defect.clone());
        let defect = defect.or_else(|| inspection.resembled_defect().cloned());
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
        if inspection.id.is_none() {
            return;
        }
        let judged = judgement.map(|judgement| judgement.opinion.verdict);
        ui.horizontal_wrapped(|ui| {
            verdict_buttons(ui, cx, judged);
            self.take_back_button(ui, cx, inspection, judgement);
        });
        self.details(ui, cx, inspection, judgement);
    }

    /// A button that takes the judgement back, where there is one.
    pub(crate) fn take_back_button(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        inspection: &Inspection,
        judgement: Option<&Judgement>,
    ) {
        let Some(id) = inspection.id.filter(|_| judgement.is_some()) else { return };
        if ui.button(cx.text("judge-take-back")).clicked() {
            self.submit(cx, JudgeInspection { inspection: id, opinion: None });
        }
    }

    /// Who judged, the defect and the note, once a person has judged.
    pub(crate) fn details(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        inspection: &Inspection,
        judgement: Option<&Judgement>,
    ) {
        let (Some(id), Some(judgement)) = (inspection.id, judgement) else { return };
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

/// Adds a button for each verdict to the current row; that of a person is marked.
pub(crate) fn verdict_buttons(ui: &mut egui::Ui, cx: &mut TabContext<'_>, judged: Option<Verdict>) {
    for verdict in Verdict::ALL {
        let mut word = cx.text(verdict.message_id());
        let is_judged = judged == Some(verdict);
        if is_judged {
            word = format!("✔ {word}");
        }
        let text = (word.into(), verdict_mark::SMALL);
        let button = verdict_mark::button(ui, verdict, text, |button| button.selected(is_judged));
        if button.on_hover_text(cx.text("judge-hint")).clicked() {
            cx.send(Command::Judge(verdict));
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
