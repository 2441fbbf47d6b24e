//! An inspection of the past, as it was.

use crate::clock::local_time;
use crate::desk::Desk;
use crate::tabs::inspect::{findings, report, view};
use crate::tasks::Task;
use crate::widgets::judging::Judging;
use crate::widgets::part_view::PartView;
use crate::widgets::view_copy::Keep;
use fettle_domain::{ActionChange, ActionState, InspectionId};
use fettle_engine::{Judged, OpenInspection, OpenedInspection, SetAction};

/// Height of the picture and what is chosen above it, in points.
const PICTURE: f32 = 600.0;

/// The inspection opened.
pub(super) struct Details {
    pub(super) id: InspectionId,
    opening: Option<Task<OpenedInspection>>,
    opened: Option<OpenedInspection>,
    error: Option<String>,
    acting: Option<Task<ActionChange>>,
    view: Option<PartView>,
}

impl Details {
    pub(super) fn open(desk: &mut Desk<'_>, id: InspectionId) -> Self {
        Self {
            id,
            opening: desk.start(OpenInspection(id)),
            opened: None,
            error: None,
            acting: None,
            view: None,
        }
    }

    pub(super) fn opened(&self) -> Option<&OpenedInspection> {
        self.opened.as_ref()
    }

    /// Why it cannot be opened.
    pub(super) fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Takes what its jobs answered; the state of the action where it was changed.
    pub(super) fn poll(&mut self, desk: &mut Desk<'_>) -> Option<(InspectionId, ActionState)> {
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
                Err(error) => self.error = Some(error.explain(desk.words.0)),
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
                desk.toasts.error(error.explain(desk.words.0));
                None
            }
        }
    }

    /// Has what is seen of the part kept.
    pub(super) fn keep(&mut self, ctx: &egui::Context, in_file: bool) {
        if let Some(view) = &mut self.view {
            view.keep(ctx, if in_file { Keep::File } else { Keep::Clipboard });
        }
    }

    /// Takes what was judged, if it is this one.
    pub(super) fn judged(&mut self, judged: &Judged) {
        if let Some(opened) = &mut self.opened
            && judged.inspection == self.id
        {
            opened.judgement = judged.now.clone();
        }
    }

    pub(super) fn show(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>, judging: &mut Judging) {
        if let Some(error) = &self.error {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        let Some(opened) = &self.opened else {
            if self.opening.is_some() {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label(desk.text("history-opening"));
                });
            }
            return;
        };
        let inspection = &opened.inspection;
        ui.strong(&inspection.source);
        findings::verdict(ui, desk, inspection.verdict);
        judging.show(ui, desk, inspection, opened.judgement.as_ref());
        action(ui, desk, self.id, opened.action.as_ref(), &mut self.acting);
        ui.add_space(6.0);
        if let Some(view) = &mut self.view {
            let room = egui::vec2(ui.available_width(), PICTURE);
            ui.allocate_ui(room, |ui| view.show(ui, desk, inspection));
        }
        if let Some(notice) = &opened.notice {
            ui.small(format!("⚠ {notice}"));
        }
        ui.add_space(6.0);
        if let (Some(region), Some(view)) = (findings::show(ui, desk, inspection), &mut self.view) {
            view.look_at(region);
        }
        ui.add_space(10.0);
        ui.separator();
        report::show(ui, desk, inspection);
        view::show(ui, desk, inspection);
    }
}

/// Whether what the inspection asks for is done, and who said so.
fn action(
    ui: &mut egui::Ui,
    desk: &mut Desk<'_>,
    id: InspectionId,
    change: Option<&ActionChange>,
    acting: &mut Option<Task<ActionChange>>,
) {
    let state = change.map(|change| change.state).unwrap_or_default();
    ui.horizontal_wrapped(|ui| {
        let mut is_done = state == ActionState::Done;
        let label = desk.text("history-action-done");
        let checkbox = egui::Checkbox::new(&mut is_done, label);
        if ui.add_enabled(acting.is_none(), checkbox).changed() {
            let state = if is_done { ActionState::Done } else { ActionState::Open };
            *acting = desk.start(SetAction { inspection: id, state });
        }
        if let Some(change) = change {
            let values = [
                ("state", desk.text(change.state.word()).into()),
                ("by", change.by.clone().into()),
                ("time", local_time(&change.at).into()),
            ];
            ui.small(desk.words.with("history-action-by", &values));
        }
    });
}
