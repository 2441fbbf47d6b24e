//! The tab of all recorded inspections: filters, table, details and comparison.

mod action_form;
mod action_records;
#[cfg(test)]
mod action_tests;
mod details;
mod filter_bar;
#[cfg(test)]
mod gallery_tests;
mod inspection_comparison;
mod inspection_gallery;
mod inspection_list;
mod inspection_rows;
mod inspection_table;
#[cfg(test)]
mod tests;

use egui::{Button, CentralPanel, Key, Panel, ScrollArea};

use self::action_records::ActionRecords;
use self::details::{Details, Editors};
use self::filter_bar::FilterBar;
use self::inspection_comparison::InspectionComparison;
use self::inspection_list::{Chosen, InspectionList};
use super::last_drawn::LastDrawn;
use super::quit_after_judging::QuitAfterJudging;
use super::tab::{Tab, TabEntry};
use crate::command::{Command, TabId, ctrl};
use crate::dialogs::form::modal;
use crate::dialogs::save_file::{PendingPath, save_as};
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::feedback_buttons::FeedbackButtons;
use crate::widgets::inspection::findings;
use crate::widgets::judgement_editor::JudgementEditor;
use crate::widgets::measuring::MeasureTool;
use crate::widgets::screenshot::ScreenshotTarget;
use crate::widgets::side_panel::side_panel_of_least;
use fettle_domain::InspectionId;
use fettle_engine::{EngineError, ExportInspections, ExportedInspections, InspectionSelection};
use fettle_i18n::Value;

pub(super) const TAB: TabEntry = TabEntry {
    id: TabId::History,
    label: "tab-history",
    shortcut: ctrl(Key::Num5),
    make: || Box::<HistoryTab>::default(),
};

/// Width that the details need, in points: that of the days and the owner of an action.
const LEAST_DETAILS: f32 = 460.0;

#[derive(Default)]
struct HistoryTab {
    drawn: LastDrawn,
    filters: FilterBar,
    list: InspectionList,
    details: Option<Details>,
    /// Whether the details have the whole tab.
    is_large: bool,
    /// Whether details were opened since the filters were set from elsewhere: at first, the newest are.
    has_opened: bool,
    /// The inspection whose details nobody asked for.
    opened_itself: Option<InspectionId>,
    /// Shown in place of filters, table and details.
    comparison: Option<InspectionComparison>,
    judgement_editor: JudgementEditor,
    actions: ActionRecords,
    feedback: FeedbackButtons,
    /// Whether the window was asked to close while something typed about actions is not saved.
    asks_drafts: bool,
    quit: QuitAfterJudging,
    saving: Option<PendingPath>,
    exporting: Option<Task<ExportedInspections>>,
}

impl Tab for HistoryTab {
    fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.list.rows.poll(cx);
        if self.judgement_editor.poll(cx).is_some() {
            self.quit.stay();
        }
        self.quit.poll(cx, self.judgement_editor.unrecorded());
        self.feedback.poll(cx);
        if let Some(comparison) = &mut self.comparison {
            comparison.poll(cx);
        }
        if let Some(details) = &mut self.details
            && let Some((id, state)) = details.poll(cx)
        {
            self.list.rows.update(id, |row| row.action = state);
        }
        if let Some((id, change)) = self.actions.poll(cx) {
            self.list.rows.update(id, |row| row.action = change.state);
            if let Some(details) = &mut self.details {
                details.set_action(id, change);
            }
        }
        if let Some(chosen) = self.saving.as_ref().and_then(PendingPath::poll) {
            self.saving = None;
            if let Some(path) = chosen {
                self.exporting =
                    cx.start(ExportInspections { filter: self.filters.filter(), path });
            }
        }
        if let Some(answer) = self.exporting.as_ref().and_then(Task::poll) {
            self.exporting = None;
            toast_exported(answer, cx);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        if self.asks_drafts {
            self.ask_drafts(ui.ctx(), cx);
        }
        if self.drawn.is_reopened(ui.ctx()) {
            self.list.rows.load(cx, self.filters.filter());
        }
        if let Some(comparison) = &mut self.comparison {
            if !comparison.show(ui, cx) {
                self.comparison = None;
            }
            return;
        }
        if self.is_large && self.details.is_some() {
            return self.large_details(ui, cx);
        }
        Panel::top("history_filters").show(ui, |ui| self.toolbar(ui, cx));
        if let Some(details) = &mut self.details {
            let panel =
                side_panel_of_least(ui, Panel::right("history_details"), 440.0, LEAST_DETAILS);
            let editors = Editors {
                judgement: &mut self.judgement_editor,
                actions: &mut self.actions,
                feedback: &mut self.feedback,
            };
            panel.show(ui, |ui| {
                ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                    details.show(ui, cx, editors);
                });
            });
        }
        if self.details.is_none()
            && !self.has_opened
            && self.list.rows.is_current()
            && let Some(newest) = self.list.rows.neighbour(None, 0)
        {
            self.has_opened = true;
            self.open(cx, newest);
            self.opened_itself = Some(newest);
        }
        CentralPanel::default().show(ui, |ui| {
            let selected = self.details.as_ref().map(|details| details.id);
            let opened = selected.filter(|id| self.opened_itself != Some(*id));
            if let Some(Chosen { id, is_double }) = self.list.show(ui, cx, (selected, opened)) {
                self.open(cx, id);
                self.is_large = is_double;
            }
            if let Some(id) = self.list.vertical_key(ui, cx, selected) {
                self.open(cx, id);
            }
        });
    }

    fn has_unsaved(&self) -> bool {
        self.actions.has_drafts() || self.judgement_editor.unrecorded() > 0
    }

    fn command(&mut self, command: &Command, ctx: &egui::Context, cx: &mut TabContext<'_>) {
        match command {
            Command::Quit if self.actions.has_drafts() => self.asks_drafts = true,
            Command::Quit => self.close_or_wait(cx),
            Command::Stop if self.comparison.is_some() => self.comparison = None,
            Command::Stop if self.stop_measuring() => {}
            Command::Stop if self.is_large => self.is_large = false,
            Command::Measured(id, kept) => {
                if let Some(tool) = self.details.as_mut().and_then(Details::measure_tool) {
                    tool.take_kept(*id, kept);
                }
            }
            // These concern the opened inspection, which the comparison hides.
            Command::NextImage
            | Command::PreviousImage
            | Command::Confirm
            | Command::Judge(_)
            | Command::Measure
            | Command::SearchShown
                if self.comparison.is_some() => {}
            Command::Measure => {
                if let Some(tool) = self.details.as_mut().and_then(Details::measure_tool) {
                    tool.toggle();
                }
            }
            Command::NextImage | Command::PreviousImage => {
                let by = if *command == Command::NextImage { 1 } else { -1 };
                let selected = self.details.as_ref().map(|details| details.id);
                if let Some(id) = self.list.rows.neighbour(selected, by) {
                    self.open(cx, id);
                }
            }
            Command::Confirm | Command::Judge(_) => {
                let Some(opened) = self.details.as_ref().and_then(Details::opened) else { return };
                let found = opened.inspection.verdict;
                let verdict = if let Command::Judge(verdict) = command { *verdict } else { found };
                let (inspection, judgement) = (&opened.inspection, opened.judgement.as_ref());
                let editor = &mut self.judgement_editor;
                let is_recorded = editor.submit_verdict(cx, inspection, verdict, judgement);
                debug_assert!(is_recorded, "it was read from its record");
            }
            Command::SearchShown => {
                if let Some(opened) = self.details.as_ref().and_then(Details::opened) {
                    findings::search(cx, &opened.inspection);
                }
            }
            Command::CopyView | Command::SaveView => {
                let target = if *command == Command::SaveView {
                    ScreenshotTarget::File
                } else {
                    ScreenshotTarget::Clipboard
                };
                if let Some(comparison) = &mut self.comparison {
                    comparison.take_screenshot(ctx, target);
                } else if let Some(details) = &mut self.details {
                    details.take_screenshot(ctx, target);
                }
            }
            Command::OpenInspection(id) => {
                self.comparison = None;
                self.open(cx, *id);
            }
            Command::ShowHistory(wanted) => {
                self.comparison = None;
                self.is_large = false;
                self.details = None;
                self.has_opened = false;
                self.filters.set(wanted);
                self.list.rows.load(cx, self.filters.filter());
            }
            Command::CompareInspections => match self.list.rows.marked().as_slice() {
                // The older inspection is on the left.
                [newer, older] => {
                    self.comparison = Some(InspectionComparison::open(cx, [*older, *newer]))
                }
                _ => cx.toasts.error(cx.text("history-compare-hint")),
            },
            Command::SavePdf | Command::Print => {
                let opened = self.details.as_ref().map(|details| vec![details.id]);
                let marked = Some(self.list.rows.marked()).filter(|marked| !marked.is_empty());
                if let Some(ids) = marked.or(opened) {
                    let which = InspectionSelection::Ids(ids);
                    cx.send(match command {
                        Command::Print => Command::PrintInspections(which),
                        _ => Command::ExportPdf(which),
                    });
                }
            }
            Command::ShowOnPhone => match self.details.as_ref().map(|details| details.id) {
                Some(id) => cx.send(Command::OpenOnPhone(id)),
                None => cx.toasts.error(cx.text("phone-nothing")),
            },
            Command::InspectionsRecorded => self.list.rows.renew(),
            Command::RemoveAction(request) => self.actions.remove(cx, *request),
            Command::UndoActionImport(import) => self.actions.undo_import(cx, *import),
            Command::ActionsChanged => self.actions.reload(cx),
            Command::Rejudge(request) => self.judgement_editor.take_back(cx, request.clone()),
            Command::Judged(judged) => {
                let opinion = judged.now.as_ref().map(|now| &now.opinion);
                self.list.rows.update(judged.inspection, |row| {
                    row.judged = opinion.map(|opinion| opinion.verdict);
                    let defect = opinion.and_then(|opinion| opinion.defect.clone());
                    row.defect = defect.or(row.defect.take());
                });
                if let Some(details) = &mut self.details {
                    details.set_judgement(judged);
                }
                if let Some(comparison) = &mut self.comparison {
                    comparison.set_judgement(judged);
                }
            }
            Command::Stop => {
                if let Some(task) = &self.exporting {
                    cx.stop(task.status());
                }
            }
            _ => {}
        }
    }
}

impl HistoryTab {
    /// Has the window wait for judgements that are not recorded yet; asked to close once more, gives them
    /// up.
    fn close_or_wait(&mut self, cx: &mut TabContext<'_>) {
        self.judgement_editor.keep_note(cx);
        if self.quit.ask_again(cx, self.judgement_editor.unrecorded()) {
            self.judgement_editor.give_up();
        }
    }

    /// Ends measuring in the picture; whether it was under way.
    fn stop_measuring(&mut self) -> bool {
        let tool = self.details.as_mut().and_then(Details::measure_tool);
        tool.is_some_and(MeasureTool::stop)
    }

    /// Asks whether the window closes although something typed is not saved.
    fn ask_drafts(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) {
        let modal = modal(ctx, "action_drafts", &cx.text("action-drafts-title"), |ui| {
            ui.label(cx.text("action-drafts-text"));
            ui.add_space(8.0);
            ui.horizontal(|ui| {
                let stay = ui.button(cx.text("action-drafts-stay")).clicked();
                let close = ui.button(cx.text("action-drafts-close")).clicked();
                (stay, close)
            })
            .inner
        });
        let (stay, close) = modal.inner;
        if close {
            self.actions.drop_drafts();
            cx.send(Command::Quit);
        }
        self.asks_drafts = !(stay || close || modal.should_close());
    }

    /// Opens the details of an inspection, unless they are open.
    fn open(&mut self, cx: &mut TabContext<'_>, id: InspectionId) {
        if self.details.as_ref().is_none_or(|details| details.id != id) {
            self.details = Some(Details::open(cx, id));
            self.has_opened = true;
            self.opened_itself = None;
            self.actions.open(cx, id);
        }
    }

    /// The details over the whole tab, with the way back to the list.
    fn large_details(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        Panel::top("history_large").show(ui, |ui| {
            if ui.button(cx.text("history-back")).clicked() {
                self.is_large = false;
            }
        });
        let Some(details) = &mut self.details else { return };
        let editors = Editors {
            judgement: &mut self.judgement_editor,
            actions: &mut self.actions,
            feedback: &mut self.feedback,
        };
        CentralPanel::default().show(ui, |ui| {
            ScrollArea::vertical().id_salt("history_large").auto_shrink(false).show(ui, |ui| {
                details.show(ui, cx, editors);
            });
        });
    }

    /// The button that exports the marked inspections, or all that match the filter, as PDF.
    fn pdf_button(&self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        let marked = self.list.rows.marked();
        let (label, which) = if marked.is_empty() {
            (cx.text("history-pdf"), InspectionSelection::Filtered(self.filters.filter()))
        } else {
            let count = [("count", marked.len().into())];
            (cx.localizer.with("history-pdf-marked", &count), InspectionSelection::Ids(marked))
        };
        let has_rows = self.list.rows.total().is_some_and(|total| total > 0);
        let button = ui.add_enabled(has_rows, Button::new(label));
        if button.on_hover_text(cx.text("history-pdf-hint")).clicked() {
            cx.send(Command::ExportPdf(which));
        }
    }

    /// Filters, number of inspections, and buttons to export and compare.
    fn toolbar(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        ui.horizontal_wrapped(|ui| {
            if self.filters.show(ui, cx) {
                self.list.rows.load(cx, self.filters.filter());
            }
        });
        ui.horizontal_wrapped(|ui| {
            self.list.tools(ui, cx);
            ui.separator();
            if let Some(total) = self.list.rows.total() {
                ui.label(cx.localizer.with("history-total", &[("total", total.into())]));
            }
            self.pdf_button(ui, cx);
            let two = self.list.rows.marked().len() == 2;
            let compare = ui.add_enabled(two, Button::new(cx.text("history-compare")));
            let hint = cx.text("history-compare-hint");
            if compare.on_disabled_hover_text(hint).clicked() {
                cx.send(Command::CompareInspections);
            }
            if ui.button(cx.text("actions-import")).clicked() {
                cx.send(Command::ImportActions);
            }
            match self.exporting.as_ref().map(Task::progress) {
                None => {
                    let label = cx.text("history-export");
                    let can_export =
                        self.saving.is_none() && self.list.rows.total().is_some_and(|n| n > 0);
                    if ui.add_enabled(can_export, Button::new(label.clone())).clicked() {
                        self.saving = save_as(ui.ctx(), label, "fettle.csv");
                    }
                }
                Some(progress) => {
                    ui.spinner();
                    if let Some(progress) = progress {
                        let done = format!("{} / {}", progress.done, progress.total.unwrap_or(0));
                        ui.label(done);
                    }
                    if ui.button(cx.text("command-stop")).clicked() {
                        cx.send(Command::Stop);
                    }
                }
            }
        });
    }
}

/// Reports an export to CSV.
fn toast_exported(answer: Result<ExportedInspections, EngineError>, cx: &mut TabContext<'_>) {
    match answer {
        Ok(exported) => {
            let path = exported.path.display().to_string();
            let values = [("rows", Value::from(exported.rows)), ("path", path.into())];
            cx.toasts.done(cx.localizer.with("history-exported", &values));
        }
        Err(EngineError::Cancelled) => {}
        Err(error) => cx.toasts.error(error.explain(cx.localizer.language)),
    }
}
