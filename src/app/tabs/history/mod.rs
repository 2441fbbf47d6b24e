//! All inspections of the past: found by what they are, opened again as they were.

mod compared;
mod details;
pub(super) mod filters;
mod list;
#[cfg(test)]
mod tests;

use egui::{Button, CentralPanel, Panel, ScrollArea};

use self::compared::Compared;
use self::details::Details;
use self::filters::Filters;
use self::list::List;
use super::inspect::findings;
use super::{LastDrawn, Tab};
use crate::command::Command;
use crate::desk::Desk;
use crate::dialogs::save::{Saving, save_as};
use crate::tasks::Task;
use crate::widgets::judging::Judging;
use fettle_domain::InspectionId;
use fettle_engine::{Chosen, EngineError, ExportInspections, ExportedInspections};
use fettle_i18n::Value;

pub(super) fn make() -> Box<dyn Tab> {
    Box::<HistoryTab>::default()
}

#[derive(Default)]
struct HistoryTab {
    drawn: LastDrawn,
    filters: Filters,
    list: List,
    details: Option<Details>,
    /// Shown in place of everything else.
    compared: Option<Compared>,
    judging: Judging,
    saving: Option<Saving>,
    exporting: Option<Task<ExportedInspections>>,
}

impl Tab for HistoryTab {
    fn poll(&mut self, desk: &mut Desk<'_>) {
        self.list.poll(desk);
        self.judging.poll(desk);
        if let Some(compared) = &mut self.compared {
            compared.poll(desk);
        }
        if let Some(details) = &mut self.details
            && let Some((id, state)) = details.poll(desk)
        {
            self.list.change(id, |row| row.action = state);
        }
        if let Some(chosen) = self.saving.as_ref().and_then(Saving::poll) {
            self.saving = None;
            if let Some(path) = chosen {
                self.exporting =
                    desk.start(ExportInspections { filter: self.filters.filter(), path });
            }
        }
        if let Some(answer) = self.exporting.as_ref().and_then(Task::poll) {
            self.exporting = None;
            exported(answer, desk);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        if self.drawn.anew(ui.ctx()) {
            self.list.load(desk, self.filters.filter());
        }
        if let Some(compared) = &mut self.compared {
            if !compared.show(ui, desk) {
                self.compared = None;
            }
            return;
        }
        Panel::top("history_filters").show(ui, |ui| self.top(ui, desk));
        if let Some(details) = &mut self.details {
            Panel::right("history_details").resizable(true).default_size(440.0).show(ui, |ui| {
                ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                    details.show(ui, desk, &mut self.judging);
                });
            });
        }
        CentralPanel::default().show(ui, |ui| {
            let selected = self.details.as_ref().map(|details| details.id);
            if let Some(id) = self.list.show(ui, desk, selected) {
                self.open(desk, id);
            }
        });
    }

    fn command(&mut self, command: &Command, ctx: &egui::Context, desk: &mut Desk<'_>) {
        match command {
            Command::Stop if self.compared.is_some() => self.compared = None,
            // They concern the one opened, which is not seen.
            Command::NextImage
            | Command::PreviousImage
            | Command::Confirm
            | Command::Judge(_)
            | Command::SearchShown
                if self.compared.is_some() => {}
            Command::NextImage | Command::PreviousImage => {
                let by = if *command == Command::NextImage { 1 } else { -1 };
                let selected = self.details.as_ref().map(|details| details.id);
                if let Some(id) = self.list.beside(selected, by) {
                    self.open(desk, id);
                }
            }
            Command::Confirm | Command::Judge(_) => {
                let Some(opened) = self.details.as_ref().and_then(Details::opened) else { return };
                let said = opened.inspection.verdict;
                let verdict = if let Command::Judge(verdict) = command { *verdict } else { said };
                if let Some(id) = opened.inspection.id {
                    self.judging.judge(desk, id, verdict, opened.judgement.as_ref());
                }
            }
            Command::SearchShown => {
                if let Some(opened) = self.details.as_ref().and_then(Details::opened) {
                    findings::search(desk, &opened.inspection);
                }
            }
            Command::CopyView | Command::SaveView => {
                let save = *command == Command::SaveView;
                if let Some(compared) = &mut self.compared {
                    compared.keep(ctx, save);
                } else if let Some(details) = &mut self.details {
                    details.keep(ctx, save);
                }
            }
            Command::OpenInspection(id) => {
                self.compared = None;
                self.open(desk, *id);
            }
            Command::CompareInspections => match self.list.marked().as_slice() {
                // The older one on the left.
                [newer, older] => self.compared = Some(Compared::open(desk, [*older, *newer])),
                _ => desk.toasts.error(desk.text("history-compare-hint")),
            },
            Command::SavePdf => {
                let opened = self.details.as_ref().map(|details| vec![details.id]);
                let marked = Some(self.list.marked()).filter(|marked| !marked.is_empty());
                if let Some(ids) = marked.or(opened) {
                    desk.send(Command::ExportPdf(Chosen::These(ids)));
                }
            }
            Command::Rejudge(request) => self.judging.say(desk, request.clone()),
            Command::Judged(judged) => {
                let opinion = judged.now.as_ref().map(|now| &now.opinion);
                self.list.change(judged.inspection, |row| {
                    row.judged = opinion.map(|opinion| opinion.verdict);
                    let defect = opinion.and_then(|opinion| opinion.defect.clone());
                    row.defect = defect.or(row.defect.take());
                });
                if let Some(details) = &mut self.details {
                    details.judged(judged);
                }
                if let Some(compared) = &mut self.compared {
                    compared.judged(judged);
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
    fn open(&mut self, desk: &mut Desk<'_>, id: InspectionId) {
        if self.details.as_ref().is_none_or(|details| details.id != id) {
            self.details = Some(Details::open(desk, id));
        }
    }

    /// Saves the rows marked, or all that the filter lets through.
    fn pdf_button(&self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        let marked = self.list.marked();
        let (label, which) = if marked.is_empty() {
            (desk.text("history-pdf"), Chosen::Filtered(self.filters.filter()))
        } else {
            let count = [("count", marked.len().into())];
            (desk.words.with("history-pdf-marked", &count), Chosen::These(marked))
        };
        let can = self.list.total().is_some_and(|total| total > 0);
        let button = ui.add_enabled(can, Button::new(label));
        if button.on_hover_text(desk.text("history-pdf-hint")).clicked() {
            desk.send(Command::ExportPdf(which));
        }
    }

    fn top(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        ui.horizontal_wrapped(|ui| {
            if self.filters.show(ui, desk) {
                self.list.load(desk, self.filters.filter());
            }
        });
        ui.horizontal(|ui| {
            if let Some(total) = self.list.total() {
                ui.label(desk.words.with("history-total", &[("total", total.into())]));
            }
            self.pdf_button(ui, desk);
            let two = self.list.marked().len() == 2;
            let compare = ui.add_enabled(two, Button::new(desk.text("history-compare")));
            let hint = desk.text("history-compare-hint");
            if compare.on_disabled_hover_text(hint).clicked() {
                desk.send(Command::CompareInspections);
            }
            match self.exporting.as_ref().map(Task::progress) {
                None => {
                    let label = desk.text("history-export");
                    let can = self.saving.is_none() && self.list.total().is_some_and(|n| n > 0);
                    if ui.add_enabled(can, Button::new(label.clone())).clicked() {
                        self.saving = save_as(ui.ctx(), label, "fettle.csv");
                    }
                }
                Some(progress) => {
                    ui.spinner();
                    if let Some(progress) = progress {
                        let done = format!("{} / {}", progress.done, progress.total.unwrap_or(0));
                        ui.label(done);
                    }
                    if ui.button(desk.text("command-stop")).clicked() {
                        desk.send(Command::Stop);
                    }
                }
            }
        });
    }
}

fn exported(answer: Result<ExportedInspections, EngineError>, desk: &mut Desk<'_>) {
    match answer {
        Ok(exported) => {
            let path = exported.path.display().to_string();
            let values = [("rows", Value::from(exported.rows)), ("path", path.into())];
            desk.toasts.done(desk.words.with("history-exported", &values));
        }
        Err(EngineError::Cancelled) => {}
        Err(error) => desk.toasts.error(error.explain(desk.words.0)),
    }
}
