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

/// A judgement to be recorded.
#[derive(Debug, Clone)]
struct Given {
    request: JudgeInspection,
    /// Whether it takes another one back: it is not offered to be taken back in turn, or Ctrl+Z would
    /// go to and fro between the two and never reach what was done before them.
    takes_back: bool,
}

/// A note that is being typed.
#[derive(Debug)]
struct TypedNote {
    inspection: InspectionId,
    /// The judgement that it belongs to, as it was recorded when its field was drawn last.
    opinion: Opinion,
    text: String,
    /// The note that is recorded, or on its way to be.
    kept: String,
    /// Frames since its field was drawn last.
    unseen: u8,
}

/// Frames without its field after which a note is taken as it is: another part is shown, or another tab.
/// One frame may pass before the field is drawn at all.
const UNSEEN: u8 = 2;

/// Verdict, defect and note of the inspection shown, and the jobs that record them.
#[derive(Default)]
pub(crate) struct JudgementEditor {
    /// Judgements to be recorded, in the order in which they were given: one at a time, so that none
    /// overtakes an earlier one of the same part.
    waiting: VecDeque<Given>,
    /// The judgement being recorded.
    recording: Option<(Given, Task<Judged>)>,
    note: Option<TypedNote>,
}

impl JudgementEditor {
    /// Takes the judgement that was recorded, shows a toast and sends [`Command::Judged`]; starts to
    /// record the next one. Returns the inspection whose judgement could not be recorded.
    pub(crate) fn poll(&mut self, cx: &mut TabContext<'_>) -> Option<InspectionId> {
        let answer = self.recording.as_ref().and_then(|(_, task)| task.poll());
        let given = answer.is_some().then(|| self.recording.take()).flatten();
        if let Some(note) = &mut self.note {
            note.unseen = note.unseen.saturating_add(1);
            if note.unseen > UNSEEN {
                self.keep_note(cx);
                self.note = None;
            }
        }
        self.record_next(cx);
        let (answer, (given, _)) = answer.zip(given)?;
        let is_recorded = answer.is_ok();
        if !is_recorded {
            // The field shows again what is recorded.
            self.note.take_if(|note| note.inspection == given.request.inspection);
        }
        toast_recorded(answer, given.takes_back, cx);
        (!is_recorded).then_some(given.request.inspection)
    }

    /// How many judgements are not recorded yet, with the note that is being typed.
    pub(crate) fn unrecorded(&self) -> usize {
        let typed = self.note.as_ref().filter(|note| note.text != note.kept);
        self.waiting.len() + usize::from(self.recording.is_some()) + usize::from(typed.is_some())
    }

    /// Records the note that is being typed, if it says something else than the recorded one.
    pub(crate) fn keep_note(&mut self, cx: &mut TabContext<'_>) {
        let Some(note) = self.note.as_mut().filter(|note| note.text != note.kept) else { return };
        note.kept.clone_from(&note.text);
        let (inspection, text, opinion) =
            (note.inspection, note.text.clone(), note.opinion.clone());
        // A verdict that was given meanwhile stays; a judgement that was taken back has no note.
        let opinion = self.under_way(inspection).map_or(Some(opinion), Clone::clone);
        if let Some(opinion) = opinion {
            let opinion = Some(Opinion { note: text, ..opinion });
            self.submit(cx, JudgeInspection { inspection, opinion });
        }
    }

    /// What was said last of an inspection and is not recorded yet.
    fn under_way(&self, id: InspectionId) -> Option<&Option<Opinion>> {
        let recording = self.recording.as_ref().map(|(given, _)| given);
        let mut under_way = self.waiting.iter().rev().chain(recording);
        under_way.find(|given| given.request.inspection == id).map(|given| &given.request.opinion)
    }

    /// Gives up the judgements that are not recorded yet.
    pub(crate) fn give_up(&mut self) {
        self.waiting.clear();
        self.recording = None;
    }

    /// Records a judgement after those given before.
    fn submit(&mut self, cx: &mut TabContext<'_>, request: JudgeInspection) {
        self.waiting.push_back(Given { request, takes_back: false });
        self.record_next(cx);
    }

    /// Records what stood before a judgement that is taken back.
    pub(crate) fn take_back(&mut self, cx: &mut TabContext<'_>, request: JudgeInspection) {
        self.waiting.push_back(Given { request, takes_back: true });
        self.record_next(cx);
    }

    fn record_next(&mut self, cx: &mut TabContext<'_>) {
        if self.recording.is_some() {
            return;
        }
        let Some(next) = self.waiting.front().cloned() else { return };
        // Where the engine is too busy, it is asked again with the next frame.
        if let Some(task) = cx.start_when_idle(next.request.clone()) {
            self.waiting.pop_front();
            self.recording = Some((next, task));
        }
    }

    /// Records a verdict on an inspected part. The note of the earlier judgement stays; where the
    /// verdict is NG, so does its defect, and without one the defect that the part resembles counts.
    /// Returns whether there is a record to judge: an inspection that could not be recorded has none.
    #[must_use]
    pub(crate) fn submit_verdict(
        &mut self,
        cx: &mut TabContext<'_>,
        inspection: &Inspection,
        verdict: Verdict,
        before: Option<&Judgement>,
    ) -> bool {
        let Some(id) = inspection.id else { return false };
        let before = match self.under_way(id) {
            Some(opinion) => opinion.clone(),
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
        true
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
        if self.note.as_ref().is_some_and(|note| note.inspection != id) {
            self.keep_note(cx);
            self.note = None;
        }
        // What is recorded counts where nothing else was typed, or where it changed since.
        let typed = self.note.take().filter(|note| {
            note.text != note.kept || note.kept != opinion.note && note.opinion.note == opinion.note
        });
        let (mut text, kept) = match typed {
            Some(note) => (note.text, note.kept),
            None => (opinion.note.clone(), opinion.note.clone()),
        };
        let hint = cx.text("judge-note");
        let edit = TextEdit::singleline(&mut text).hint_text(&hint).desired_width(f32::INFINITY);
        let edit = ui.add(edit);
        edit.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, &hint));
        let is_typing = edit.has_focus();
        if is_typing || text != opinion.note {
            let opinion = opinion.clone();
            self.note = Some(TypedNote { inspection: id, opinion, text, kept, unseen: 0 });
        }
        if !is_typing {
            self.keep_note(cx);
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

/// A toast for a recorded judgement, with a button that restores the one before unless it `takes_back`
/// another one itself.
fn toast_recorded(answer: Result<Judged, EngineError>, takes_back: bool, cx: &mut TabContext<'_>) {
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
    if takes_back {
        cx.toasts.done(text);
    } else {
        let opinion = judged.before.as_ref().map(|before| before.opinion.clone());
        let undo = JudgeInspection { inspection: judged.inspection, opinion };
        cx.toasts.done_with_action(text, cx.text("judge-undo"), Command::Rejudge(undo));
    }
    cx.send(Command::Judged(judged));
}
