//! The details of one inspection, as it was recorded.

use super::action_records::ActionRecords;
use crate::clock::local_time;
use crate::command::Command;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::feedback_buttons::FeedbackButtons;
use crate::widgets::inspection::similar_defects::SimilarDefects;
use crate::widgets::inspection::{findings, model_view, past_actions, report_view, verdict_banner};
use crate::widgets::judgement_editor::JudgementEditor;
use crate::widgets::measuring::MeasureTool;
use crate::widgets::part_view::PartView;
use crate::widgets::screenshot::ScreenshotTarget;
use fettle_domain::{ActionChange, ActionState, DefectCode, FeedbackSubject, InspectionId};
use fettle_engine::{Judged, OpenInspection, OpenedInspection, SetAction};

/// Height of the picture with its toolbars, in points.
const PICTURE_HEIGHT: f32 = 600.0;

/// What a person changes of an inspection. They outlive the details: what was begun about one
/// inspection is recorded while another is looked at.
pub(super) struct Editors<'a> {
    pub(super) judgement: &'a mut JudgementEditor,
    pub(super) actions: &'a mut ActionRecords,
    pub(super) feedback: &'a mut FeedbackButtons,
}

/// An opened inspection.
pub(super) struct Details {
    pub(super) id: InspectionId,
    opening: Option<Task<OpenedInspection>>,
    opened: Option<OpenedInspection>,
    error: Option<String>,
    /// The change of the action's state in progress.
    acting: Option<Task<ActionChange>>,
    view: Option<PartView>,
    similar: SimilarDefects,
}

impl Details {
    /// Starts to open an inspection.
    pub(super) fn open(cx: &mut TabContext<'_>, id: InspectionId) -> Self {
        Self {
            id,
            opening: cx.start(OpenInspection(id)),
            opened: None,
            error: None,
            acting: None,
            view: None,
            similar: SimilarDefects::default(),
        }
    }

    pub(super) fn opened(&self) -> Option<&OpenedInspection> {
        self.opened.as_ref()
    }

    /// Why the inspection cannot be opened.
    pub(super) fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Takes the outcomes of jobs. Returns the state of the action where it changed.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) -> Option<(InspectionId, ActionState)> {
        if let Some(answer) = self.opening.as_ref().and_then(Task::poll) {
            self.opening = None;
            match answer {
                Ok(opened) => {
                    let anomaly = opened.inspection.anomaly.done();
                    self.view = opened.picture.clone().map(|picture| {
                        let pictures = opened.pictures.as_deref();
                        PartView::new(picture, opened.map.clone(), pictures, anomaly)
                    });
                    self.opened = Some(opened);
                }
                Err(error) => self.error = Some(error.explain(cx.localizer.language)),
            }
        }
        let answer = self.acting.as_ref()?.poll()?;
        self.acting = None;
        match answer {
            Ok(change) => {
                let state = change.state;
                if let Some(opened) = &mut self.opened {
                    opened.action = Some(change);
                }
                Some((self.id, state))
            }
            Err(error) => {
                cx.toasts.error(error.explain(cx.localizer.language));
                None
            }
        }
    }

    /// Takes the state of the action, as the records of inspection `id` say it.
    pub(super) fn set_action(&mut self, id: InspectionId, change: ActionChange) {
        if let Some(opened) = &mut self.opened
            && id == self.id
            && opened.action.as_ref().map(|action| action.state).unwrap_or_default() != change.state
        {
            opened.action = Some(change);
        }
    }

    /// The tool that measures in the picture.
    pub(super) fn measure_tool(&mut self) -> Option<&mut MeasureTool> {
        self.view.as_mut().map(|view| &mut view.measure)
    }

    /// Takes a screenshot of the pictures.
    pub(super) fn take_screenshot(&mut self, ctx: &egui::Context, target: ScreenshotTarget) {
        if let Some(view) = &mut self.view {
            view.take_screenshot(ctx, target);
        }
    }

    /// Takes a new judgement, if it is about this inspection.
    pub(super) fn set_judgement(&mut self, judged: &Judged) {
        if let Some(opened) = &mut self.opened
            && judged.inspection == self.id
        {
            opened.judgement = judged.now.clone();
        }
    }

    /// Shows verdict, judgement, action, pictures, findings and report.
    pub(super) fn show(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        Editors { judgement: judgement_editor, actions: records, feedback }: Editors<'_>,
    ) {
        if let Some(error) = &self.error {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        let Some(opened) = &self.opened else {
            if self.opening.is_some() {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label(cx.text("history-opening"));
                });
            }
            return;
        };
        let inspection = &opened.inspection;
        ui.strong(&inspection.source);
        if ui.button(cx.text("command-phone")).clicked() {
            cx.send(Command::OpenOnPhone(self.id));
        }
        verdict_banner::show_with_reasons(ui, cx, inspection);
        judgement_editor.show(ui, cx, inspection, opened.judgement.as_ref());
        let is_said = records.say_state();
        action(ui, cx, (self.id, is_said), opened.action.as_ref(), &mut self.acting);
        records.show(ui, cx, inspection, defect_of(opened));
        ui.add_space(6.0);
        if let Some(view) = &mut self.view {
            let room = egui::vec2(ui.available_width(), PICTURE_HEIGHT);
            ui.allocate_ui(room, |ui| view.show(ui, cx, inspection));
        }
        if let Some(notice) = &opened.notice {
            ui.small(format!("⚠ {notice}"));
        }
        ui.add_space(6.0);
        findings::show(ui, cx, inspection, &mut self.similar, self.view.as_mut());
        ui.add_space(10.0);
        ui.separator();
        report_view::show(ui, cx, inspection);
        past_actions::show(ui, cx, inspection);
        if report_view::can_be_judged(inspection) {
            let subject = FeedbackSubject::Report { inspection: self.id };
            let product = inspection.product.as_ref();
            feedback.show(ui, cx, &subject, product, || None);
        }
        model_view::show(ui, cx, inspection);
    }
}

/// The defect named by a person, else the one found by the inspection.
fn defect_of(opened: &OpenedInspection) -> Option<&DefectCode> {
    let opinion = opened.judgement.as_ref().map(|judgement| &judgement.opinion);
    let suggestion =
        opened.inspection.similarity.done().and_then(|found| found.suggestion.as_ref());
    opinion
        .and_then(|opinion| opinion.defect.as_ref())
        .or(opened.inspection.manual.done().map(|manual| &manual.defect))
        .or(suggestion.and_then(|suggestion| suggestion.defect.as_ref()))
}

/// A checkbox for whether the corrective action is done, and who set it. Where records say it, the
/// checkbox shows it.
fn action(
    ui: &mut egui::Ui,
    cx: &mut TabContext<'_>,
    (id, is_said): (InspectionId, bool),
    change: Option<&ActionChange>,
    acting: &mut Option<Task<ActionChange>>,
) {
    let state = change.map(|change| change.state).unwrap_or_default();
    ui.horizontal_wrapped(|ui| {
        let mut is_done = state == ActionState::Done;
        let label = cx.text("history-action-done");
        let checkbox = egui::Checkbox::new(&mut is_done, label);
        let response = ui.add_enabled(acting.is_none() && !is_said, checkbox);
        let response = response.on_disabled_hover_text(cx.text("action-said-by-records"));
        if response.changed() {
            let state = if is_done { ActionState::Done } else { ActionState::Open };
            *acting = cx.start(SetAction { inspection: id, state });
        }
        if let Some(change) = change {
            let values = [
                ("state", cx.text(change.state.message_id()).into()),
                ("by", change.by.clone().into()),
                ("time", local_time(&change.at).into()),
            ];
            ui.small(cx.localizer.with("history-action-by", &values));
        }
    });
}
