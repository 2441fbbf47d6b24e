//! The tab of all recorded inspections: filters, table, details and comparison.

mod action_form;
mod action_records;
#[cfg(test)]
mod action_tests;
mod details;
mod filter_bar;
mod inspection_comparison;
mod inspection_table;
#[cfg(test)]
mod tests;

use egui::{Button, CentralPanel, Key, Panel, ScrollArea};

use self::action_records::ActionRecords;
use self::details::{Details, Editors};
use self::filter_bar::FilterBar;
use self::inspection_comparison::InspectionComparison;
use self::inspection_table::InspectionTable;
use super::last_drawn::LastDrawn;
use super::tab::{Tab, TabEntry};
use crate::command::{Command, TabId, ctrl};
use crate::dialogs::form::modal;
use crate::dialogs::save_file::{PendingPath, save_as};
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::feedback_buttons::FeedbackButtons;
use crate::widgets::inspection::findings;
use crate::widgets::judgement_editor::JudgementEditor;
use crate::widgets::screenshot::ScreenshotTarget;
use crate::widgets::side_panel::side_panel;
use fettle_domain::InspectionId;
use fettle_engine::{EngineError, ExportInspections, ExportedInspections, InspectionSelection};
use fettle_i18n::Value;

pub(super) const TAB: TabEntry = TabEntry {
    id: TabId::History,
    label: "tab-history",
    shortcut: ctrl(Key::Num5),
    make: || Box::<HistoryTab>::default(),
};

#[derive(Default)]
struct HistoryTab {
    drawn: LastDrawn,
    filters: FilterBar,
    table: InspectionTable,
    details: Option<Details>,
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
    saving: Option<PendingPath>,
    exporting: Option<Task<ExportedInspections>>,
}

impl Tab for HistoryTab {
    fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.table.poll(cx);
        self.judgement_editor.poll(cx);
        self.feedback.poll(cx);
        if let Some(comparison) = &mut self.comparison {
            comparison.poll(cx);
        }
        if let Some(details) = &mut self.details
            && let Some((id, state)) = details.poll(cx)
        {
            self.table.update(id, |row| row.action = state);
        }
        if let Some((id, change)) = self.actions.poll(cx) {
            self.table.update(id, |row| row.action = change.state);
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
            self.table.load(cx, self.filters.filter());
        }
        if let Some(comparison) = &mut self.comparison {
            if !comparison.show(ui, cx) {
                self.comparison = None;
            }
            return;
        }
        Panel::top("history_filters").show(ui, |ui| self.toolbar(ui, cx));
        if let Some(details) = &mut self.details {
            let panel = side_panel(ui, Panel::right("history_details"), 440.0);
            panel.show(ui, |ui| {
                ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                    let editors = Editors {
                        judgement: &mut self.judgement_editor,
                        actions: &mut self.actions,
                        feedback: &mut self.feedback,
                    };
                    details.show(ui, cx, editors);
                });
            });
        }
        if self.details.is_none()
            && !self.has_opened
            && let Some(newest) = self.table.neighbour(None, 0)
        {
            self.has_opened = true;
            self.open(cx, newest);
            self.opened_itself = Some(newest);
        }
        CentralPanel::default().show(ui, |ui| {
            let selected = self.details.as_ref().map(|details| details.id);
            let opened = selected.filter(|id| self.opened_itself != Some(*id));
            if let Some(id) = self.table.show(ui, cx, (selected, opened)) {
                self.open(cx, id);
            }
        });
    }

    fn has_unsaved(&self) -> bool {
        self.actions.has_drafts()
    }

    fn command(&mut self, command: &Command, ctx: &egui::Context, cx: &mut TabContext<'_>) {
        match command {
            Command::Quit if self.actions.has_drafts() => self.asks_drafts = true,
            Command::Stop if self.comparison.is_some() => self.comparison = None,
            // These concern the opened inspection, which the comparison hides.
            Command::NextImage
            | Command::PreviousImage
            | Command::Confirm
            | Command::Judge(_)
            | Command::SearchShown
                if self.comparison.is_some() => {}
            Command::NextImage | Command::PreviousImage => {
                let by = if *command == Command::NextImage { 1 } else { -1 };
                let selected = self.details.as_ref().map(|details| details.id);
                if let Some(id) = self.table.neighbour(selected, by) {
                    self.open(cx, id);
                }
            }
            Command::Confirm | Command::Judge(_) => {
                let Some(opened) = self.details.as_ref().and_then(Details::opened) else { return };
                let found = opened.inspection.verdict;
                let verdict = if let Command::Judge(verdict) = command { *verdict } else { found };
                let (inspection, judgement) = (&opened.inspection, opened.judgement.as_ref());
                self.judgement_editor.submit_verdict(cx, inspection, verdict, judgement);
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
                self.details = None;
                self.has_opened = false;
                self.filters.set(wanted);
                self.table.load(cx, self.filters.filter());
            }
            Command::CompareInspections => match self.table.marked().as_slice() {
                // The older inspection is on the left.
                [newer, older] => {
                    self.comparison = Some(InspectionComparison::open(cx, [*older, *newer]))
                }
                _ => cx.toasts.error(cx.text("history-compare-hint")),
            },
            Command::SavePdf => {
                let opened = self.details.as_ref().map(|details| vec![details.id]);
                let marked = Some(self.table.marked()).filter(|marked| !marked.is_empty());
                if let Some(ids) = marked.or(opened) {
                    cx.send(Command::ExportPdf(InspectionSelection::Ids(ids)));
                }
            }
            Command::RemoveAction(request) => self.actions.remove(cx, *request),
            Command::UndoActionImport(import) => self.actions.undo_import(cx, *import),
            Command::ActionsChanged => self.actions.reload(cx),
            Command::Rejudge(request) => self.judgement_editor.submit(cx, request.clone()),
            Command::Judged(judged) => {
                let opinion = judged.now.as_ref().map(|now| &now.opinion);
                self.table.update(judged.inspection, |row| {
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
                    task.cancel();
                }
            }
            _ => {}
        }
    }
}

impl HistoryTab {
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

    /// The button that exports the marked inspections, or all that match the filter, as PDF.
    fn pdf_button(&self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        let marked = self.table.marked();
        let (label, which) = if marked.is_empty() {
            (cx.text("history-pdf"), InspectionSelection::Filtered(self.filters.filter()))
        } else {
            let count = [("count", marked.len().into())];
            (cx.localizer.with("history-pdf-marked", &count), InspectionSelection::Ids(marked))
        };
        let has_rows = self.table.total().is_some_and(|total| total > 0);
        let button = ui.add_enabled(has_rows, Button::new(label));
        if button.on_hover_text(cx.text("history-pdf-hint")).clicked() {
            cx.send(Command::ExportPdf(which));
        }
    }

    /// Filters, number of inspections, and buttons to export and compare.
    fn toolbar(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        ui.horizontal_wrapped(|ui| {
            if self.filters.show(ui, cx) {
                self.table.load(cx, self.filters.filter());
            }
        });
        ui.horizontal(|ui| {
            if let Some(total) = self.table.total() {
                ui.label(cx.localizer.with("history-total", &[("total", total.into())]));
            }
            self.pdf_button(ui, cx);
            let two = self.table.marked().len() == 2;
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
                        self.saving.is_none() && self.table.total().is_some_and(|n| n > 0);
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
