//! Saying what a part really is: buttons under the verdict, and what was said.

use egui::{Button, TextEdit};

use super::choice::defect_choice;
use crate::clock::local_time;
use crate::command::Command;
use crate::desk::Desk;
use crate::tasks::Task;
use fettle_domain::{Inspection, InspectionId, Judgement, Opinion, ProductCode, Verdict};
use fettle_engine::{EngineError, JudgeInspection, Judged};

/// Judgements being recorded.
#[derive(Default)]
pub(crate) struct Judging {
    // All of them: giving up a task cancels it.
    tasks: Vec<Task<Judged>>,
    /// The note being written, and of which inspection.
    note: Option<(InspectionId, String)>,
}

impl Judging {
    /// Takes what was recorded: says so, and tells all tabs.
    pub(crate) fn poll(&mut self, desk: &mut Desk<'_>) {
        self.tasks.retain(|task| match task.poll() {
            None => true,
            Some(answer) => {
                recorded(answer, desk);
                false
            }
        });
    }

    /// Has this recorded.
    pub(crate) fn say(&mut self, desk: &mut Desk<'_>, request: JudgeInspection) {
        self.tasks.extend(desk.start(request));
    }

    /// Has a verdict recorded, with the defect and note of before.
    pub(crate) fn judge(
        &mut self,
        desk: &mut Desk<'_>,
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
        self.say(desk, JudgeInspection { inspection: id, opinion: Some(opinion) });
    }

    /// Draws the buttons and what was said.
    pub(crate) fn show(
        &mut self,
        ui: &mut egui::Ui,
        desk: &mut Desk<'_>,
        inspection: &Inspection,
        judgement: Option<&Judgement>,
    ) {
        let Some(id) = inspection.id else { return };
        let said = judgement.map(|judgement| judgement.opinion.verdict);
        ui.horizontal_wrapped(|ui| {
            for verdict in Verdict::ALL {
                let mut word = desk.text(verdict.word());
                if said == Some(verdict) {
                    word = format!("✔ {word}");
                }
                let button = Button::new(word).selected(said == Some(verdict));
                if ui.add(button).on_hover_text(desk.text("judge-hint")).clicked() {
                    desk.send(Command::Judge(verdict));
                }
            }
            if judgement.is_some() && ui.button(desk.text("judge-take-back")).clicked() {
                self.say(desk, JudgeInspection { inspection: id, opinion: None });
            }
        });
        let Some(judgement) = judgement else { return };
        let by = [("by", judgement.by.clone().into()), ("time", local_time(&judgement.at).into())];
        ui.small(desk.words.with("judge-by", &by));
        let opinion = &judgement.opinion;
        let product = inspection.product.as_ref();
        if opinion.verdict == Verdict::Ng && !desk.catalogue.defects(product).is_empty() {
            self.defect(ui, desk, id, product, opinion);
        }
        self.note(ui, desk, id, opinion);
    }

    fn defect(
        &mut self,
        ui: &mut egui::Ui,
        desk: &mut Desk<'_>,
        id: InspectionId,
        product: Option<&ProductCode>,
        opinion: &Opinion,
    ) {
        let mut chosen = opinion.defect.clone();
        let none = desk.text("judge-no-defect");
        if defect_choice(ui, desk, product, &mut chosen, &none) {
            let opinion = Opinion { defect: chosen, ..opinion.clone() };
            self.say(desk, JudgeInspection { inspection: id, opinion: Some(opinion) });
        }
    }

    fn note(
        &mut self,
        ui: &mut egui::Ui,
        desk: &mut Desk<'_>,
        id: InspectionId,
        opinion: &Opinion,
    ) {
        let of_this = self.note.take().filter(|(of, _)| *of == id);
        let mut note = of_this.map_or_else(|| opinion.note.clone(), |(_, note)| note);
        let hint = desk.text("judge-note");
        let edit = TextEdit::singleline(&mut note).hint_text(&hint).desired_width(f32::INFINITY);
        let edit = ui.add(edit);
        edit.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, &hint));
        if edit.lost_focus() && note != opinion.note {
            let opinion = Opinion { note, ..opinion.clone() };
            self.say(desk, JudgeInspection { inspection: id, opinion: Some(opinion) });
        } else if edit.has_focus() {
            self.note = Some((id, note));
        }
    }
}

fn recorded(answer: Result<Judged, EngineError>, desk: &mut Desk<'_>) {
    let judged = match answer {
        Ok(judged) => judged,
        Err(error) => return desk.toasts.error(error.explain(desk.words.0)),
    };
    let id = ("id", judged.inspection.to_string().into());
    let text = match &judged.now {
        None => desk.words.with("judged-none", &[id]),
        Some(now) => {
            let verdict = desk.text(now.opinion.verdict.word());
            let values = [id, ("verdict", verdict.into()), ("by", now.by.clone().into())];
            desk.words.with("judged-as", &values)
        }
    };
    let opinion = judged.before.as_ref().map(|before| before.opinion.clone());
    let undo = JudgeInspection { inspection: judged.inspection, opinion };
    desk.toasts.done_offering(text, desk.text("judge-undo"), Command::Rejudge(undo));
    desk.send(Command::Judged(judged));
}
