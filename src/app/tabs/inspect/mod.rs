//! The pipeline at a glance: the part, the verdict, what it resembles and what to do.

pub(super) mod findings;
mod first_run;
mod operator;
pub(super) mod report;
mod steps;
pub(super) mod view;

use std::path::PathBuf;

use egui::{CentralPanel, Panel, ScrollArea};

use super::Tab;
use crate::command::Command;
use crate::desk::Desk;
use crate::dialogs::Dialog;
use crate::dialogs::files::{Gathered, Gathering, Source, gather_from};
use crate::dialogs::register_defect::RegisterDefectDialog;
use crate::tasks::Task;
use crate::widgets::choice::product_choice;
use crate::widgets::judging::Judging;
use crate::widgets::part_view::PartView;
use crate::widgets::view_copy::Keep;
use fettle_domain::{Inspection, Judgement};
use fettle_engine::{Chosen, EngineError, Inspect, Inspected, JobEvent};

pub(super) fn make() -> Box<dyn Tab> {
    Box::<InspectTab>::default()
}

/// An inspection under way.
struct Running {
    task: Task<Inspected>,
    /// What the language model has written of the report so far.
    written: String,
    /// What the one that looks at pictures has, since it was its turn.
    seen: Option<String>,
}

/// The part shown.
struct Shown {
    inspection: Inspection,
    view: PartView,
}

impl Shown {
    fn new(inspected: Inspected) -> Self {
        let Inspected { inspection, picture, map, pictures, .. } = inspected;
        let view = PartView::new(picture, map, pictures.as_deref(), inspection.anomaly.done());
        Self { inspection, view }
    }
}

#[derive(Default)]
struct InspectTab {
    gathering: Option<Gathering>,
    /// The images opened, and which is shown.
    files: Vec<PathBuf>,
    at: usize,
    running: Option<Running>,
    shown: Option<Shown>,
    /// Why the image shown could not be inspected.
    error: Option<String>,
    judging: Judging,
    /// What a person said of the part shown.
    judgement: Option<Judgement>,
    first_run: first_run::FirstRun,
    registering: Option<RegisterDefectDialog>,
}

impl Tab for InspectTab {
    fn poll(&mut self, desk: &mut Desk<'_>) {
        self.first_run.poll(desk);
        if let Some(gathered) = self.gathering.as_ref().and_then(Gathering::poll) {
            self.gathering = None;
            if let Some(Gathered { files, first }) = gathered {
                (self.files, self.at) = (files, first);
                self.inspect(desk);
            }
        }
        self.judging.poll(desk);
        let Some(running) = &mut self.running else { return };
        let Running { task, written, seen } = running;
        let shown = &mut self.shown;
        let answer = task.poll_with(|event| match event {
            JobEvent::Text(text) => written.push_str(&text),
            JobEvent::View(text) => seen.get_or_insert_default().push_str(&text),
            JobEvent::Found(found) => match shown {
                // The report is done; where somebody looks at the part stays.
                Some(shown) if shown.inspection.id == found.inspection.id => {
                    shown.inspection = found.inspection;
                    written.clear();
                }
                _ => *shown = Some(Shown::new(*found)),
            },
            JobEvent::Progress(_) => {}
        });
        if task.progress().is_some_and(|progress| progress.step == "progress-view") {
            seen.get_or_insert_default();
        }
        let Some(answer) = answer else { return };
        self.running = None;
        match answer {
            Ok(inspected) => match &mut self.shown {
                // The pictures are those shown already.
                Some(shown) => shown.inspection = inspected.inspection,
                None => self.shown = Some(Shown::new(inspected)),
            },
            // What the manual says is there and recorded; only the model was stopped.
            Err(EngineError::Cancelled) if self.shown.is_some() => {
                desk.toasts.done(desk.text("inspect-model-stopped"));
            }
            Err(EngineError::Cancelled) => self.error = Some(desk.text("inspect-stopped")),
            Err(error) => self.error = Some(error.explain(desk.words.0)),
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        if desk.view.operator && !self.files.is_empty() {
            self.operator(ui, desk);
        } else {
            self.whole(ui, desk);
        }
        if let Some(dialog) = &mut self.registering
            && !dialog.show(ui.ctx(), desk)
        {
            self.registering = None;
        }
    }

    fn command(&mut self, command: &Command, ctx: &egui::Context, desk: &mut Desk<'_>) {
        match command {
            Command::OpenImages => {
                self.gathering = gather_from(ctx, Source::Dialog(desk.text("command-open")));
            }
            Command::InspectFiles(paths) => {
                self.gathering = gather_from(ctx, Source::Paths(paths.clone()));
            }
            Command::NextImage if self.at + 1 < self.files.len() => {
                self.at += 1;
                self.inspect(desk);
            }
            Command::PreviousImage if self.at > 0 => {
                self.at -= 1;
                self.inspect(desk);
            }
            Command::CopyView | Command::SaveView => {
                let to_file = *command == Command::SaveView;
                let keep = if to_file { Keep::File } else { Keep::Clipboard };
                if let Some(shown) = &mut self.shown {
                    shown.view.keep(ctx, keep);
                }
            }
            Command::SearchShown => {
                if let Some(inspection) = self.inspection() {
                    findings::search(desk, inspection);
                }
            }
            Command::LoadDemo => self.first_run.load_demo(desk),
            Command::InspectAgain => self.inspect(desk),
            Command::SavePdf => {
                if let Some(id) = self.inspection().and_then(|inspection| inspection.id) {
                    desk.send(Command::ExportPdf(Chosen::These(vec![id])));
                }
            }
            Command::RegisterDefect => self.register_defect(desk),
            Command::LibraryChanged(_) => {
                self.first_run.look_again();
            }
            Command::Stop => {
                if let Some(running) = &self.running {
                    running.task.cancel();
                }
            }
            Command::Confirm | Command::Judge(_) => {
                let Some(inspection) = self.inspection() else { return };
                let Some(id) = inspection.id else { return };
                let said = inspection.verdict;
                let verdict = if let Command::Judge(verdict) = command { *verdict } else { said };
                self.judging.judge(desk, id, verdict, self.judgement.as_ref());
            }
            Command::Rejudge(request) => self.judging.say(desk, request.clone()),
            Command::Judged(judged)
                if self.inspection().is_some_and(|shown| shown.id == Some(judged.inspection)) =>
            {
                self.judgement = judged.now.clone();
            }
            _ => {}
        }
    }
}

impl InspectTab {
    fn inspection(&self) -> Option<&Inspection> {
        self.shown.as_ref().map(|shown| &shown.inspection)
    }

    /// Inspects the image that is its turn; one under way is given up.
    fn inspect(&mut self, desk: &mut Desk<'_>) {
        let Some(image) = self.files.get(self.at).cloned() else { return };
        (self.running, self.shown, self.error) = (None, None, None);
        self.judgement = None;
        let request = Inspect {
            image,
            product: desk.view.product.clone(),
            with_llm: desk.view.with_llm,
            out: None,
        };
        self.running =
            desk.start(request).map(|task| Running { task, written: String::new(), seen: None });
    }

    /// Asks which known defect the part inspected shows; what it resembles is chosen already.
    fn register_defect(&mut self, desk: &Desk<'_>) {
        let Some(shown) = &self.shown else { return };
        let inspection = &shown.inspection;
        let Some(kept) = &inspection.image_path else { return };
        let suggestion =
            inspection.similarity.done().and_then(|similarity| similarity.suggestion.as_ref());
        // Another product's defect is none of this one.
        let defect = suggestion
            .filter(|suggestion| inspection.product.as_ref() == Some(&suggestion.product))
            .and_then(|suggestion| suggestion.defect.clone());
        self.registering = Some(RegisterDefectDialog::new(
            desk.engine.workspace().root().join(kept),
            inspection.product.clone(),
            defect,
            inspection.anomaly.done().map(|anomaly| anomaly.regions.clone()).unwrap_or_default(),
        ));
    }

    fn whole(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        Panel::top("inspect_tools").show(ui, |ui| self.tools(ui, desk));
        if self.files.is_empty() {
            CentralPanel::default().show(ui, |ui| self.first_run.show(ui, desk));
            return;
        }
        Panel::left("inspect_findings").resizable(true).default_size(330.0).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.left(ui, desk));
        });
        Panel::right("inspect_report").resizable(true).default_size(400.0).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.right(ui, desk));
        });
        CentralPanel::default().show(ui, |ui| self.middle(ui, desk));
    }

    fn tools(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        ui.horizontal_wrapped(|ui| {
            if ui.button(desk.text("command-open")).clicked() {
                desk.send(Command::OpenImages);
            }
            let back = egui::Button::new("◀");
            let back = ui.add_enabled(self.at > 0, back);
            if back.on_hover_text(desk.text("command-previous")).clicked() {
                desk.send(Command::PreviousImage);
            }
            let onward = egui::Button::new("▶");
            let onward = ui.add_enabled(self.at + 1 < self.files.len(), onward);
            if onward.on_hover_text(desk.text("command-next")).clicked() {
                desk.send(Command::NextImage);
            }
            if let Some(file) = self.files.get(self.at) {
                let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
                let place = format!("{} / {}", self.at + 1, self.files.len());
                ui.label(place);
                ui.strong(name.unwrap_or_default()).on_hover_text(file.display().to_string());
            }
            ui.separator();
            let by_neighbours = desk.text("inspect-by-neighbours");
            let mut product = desk.view.product.take();
            product_choice(ui, desk, &mut product, &by_neighbours);
            desk.view.product = product;
            let label = desk.text("inspect-with-llm");
            let hint = desk.text("inspect-with-llm-hint");
            ui.checkbox(&mut desk.view.with_llm, label).on_hover_text(hint);
            if self.running.is_some() && ui.button(desk.text("command-stop")).clicked() {
                desk.send(Command::Stop);
            } else if self.running.is_none()
                && !self.files.is_empty()
                && ui.button(desk.text("command-again")).clicked()
            {
                desk.send(Command::InspectAgain);
            }
        });
    }

    fn left(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        let progress = self.running.as_ref().and_then(|running| running.task.progress());
        let inspection = self.shown.as_ref().map(|shown| &shown.inspection);
        let ended = inspection.filter(|_| self.running.is_none());
        let mut looked_at = None;
        match inspection {
            Some(inspection) => {
                findings::verdict(ui, desk, inspection.verdict);
                self.judging.show(ui, desk, inspection, self.judgement.as_ref());
                ui.add_space(6.0);
                looked_at = findings::show(ui, desk, inspection);
                ui.add_space(4.0);
                if ui.button(desk.text("command-register-defect")).clicked() {
                    desk.send(Command::RegisterDefect);
                }
            }
            None if self.running.is_some() => {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label(desk.text("inspect-running"));
                });
            }
            None => {}
        }
        if let Some(error) = &self.error {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        ui.add_space(10.0);
        steps::show(ui, desk, progress.as_ref(), ended);
        if let (Some(region), Some(shown)) = (looked_at, &mut self.shown) {
            shown.view.look_at(region);
        }
    }

    fn right(&self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        let Some(shown) = &self.shown else { return };
        report::show(ui, desk, &shown.inspection);
        match &self.running {
            Some(Running { seen: Some(seen), .. }) => view::show_unfinished(ui, desk, seen),
            Some(running) => report::show_unfinished(ui, desk, &running.written),
            None => view::show(ui, desk, &shown.inspection),
        }
    }

    fn middle(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        match &mut self.shown {
            Some(shown) => shown.view.show(ui, desk, &shown.inspection),
            None => {
                ui.centered_and_justified(|ui| {
                    let waiting = self.running.as_ref().map(|_| desk.text("inspect-running"));
                    ui.weak(waiting.unwrap_or_default());
                });
            }
        }
    }
}
