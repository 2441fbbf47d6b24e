//! The tab that inspects images: the part, its verdict, similar defects and the report.

mod banner;
mod batch;
mod demo_bar;
mod glance;
mod inspect_tab;
mod layout;
mod operator_view;
mod part_jobs;
mod recent_menu;
mod running_inspection;
mod shown_part;
mod stage_line;
mod strip;
mod strip_order;
#[cfg(test)]
mod tests;
mod welcome_screen;

use std::path::{Path, PathBuf};

use egui::{CentralPanel, Key, Panel};

use self::batch::{Batch, BatchPart};
use self::inspect_tab::InspectTab;
use self::part_jobs::{PartNews, Typed};
use self::running_inspection::is_of_model;
use self::shown_part::ShownPart;
use super::tab::{Tab, TabEntry};
use crate::command::{Command, TabId, ctrl};
use crate::dialogs::Dialog;
use crate::dialogs::image_files::{ImageList, ImageSource, PendingImages, collect_images};
use crate::dialogs::register_defect::RegisterDefectDialog;
use crate::tab_context::TabContext;
use crate::widgets::inspection::findings;
use crate::widgets::inspection::opinions::PersonsVerdict;
use crate::widgets::screenshot::ScreenshotTarget;
use fettle_domain::{Inspection, InspectionId};
use fettle_engine::{EngineError, Inspect, Inspected, InspectionSelection, Judged};

pub(super) const TAB: TabEntry = TabEntry {
    id: TabId::Inspect,
    label: "tab-inspect",
    shortcut: ctrl(Key::Num1),
    make: || Box::<InspectTab>::default(),
};

impl Tab for InspectTab {
    fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.welcome.poll(cx);
        if let Some(collected) = self.pending_images.as_ref().and_then(PendingImages::poll) {
            self.pending_images = None;
            if let Some(ImageList { files, first }) = collected {
                note_folder(cx, files.get(first).map(PathBuf::as_path));
                self.batch = Batch::new(files, first);
                self.inspect(cx, false);
            }
        }
        if let Some(id) = self.judgement_editor.poll(cx) {
            self.quit.stay();
            let before = self.shown.as_ref().filter(|shown| shown.inspection.id == Some(id));
            let before = before.and_then(|shown| shown.judgement.as_ref());
            let person = before.map(|judgement| PersonsVerdict::Said(judgement.opinion.verdict));
            for part in self.batch.of_inspection(id) {
                part.opinions.person = person.unwrap_or_default();
            }
        }
        self.feedback.poll(cx);
        for news in self.jobs.poll(cx, self.batch.current_file()) {
            self.take(cx, news);
        }
        self.quit.poll(cx, self.unrecorded());
    }

    fn ui(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        if self.batch.is_empty() {
            self.invitation(ui, cx);
        } else if cx.view.operator {
            self.inspectors_view(ui, cx, true);
        } else {
            self.glance(ui, cx);
        }
        if let Some(dialog) = &mut self.registering
            && !dialog.show(ui.ctx(), cx)
        {
            self.registering = None;
        }
    }

    fn own_window(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        if self.batch.is_empty() {
            let invitation = egui::RichText::new(cx.text("inspect-invite")).size(32.0);
            ui.centered_and_justified(|ui| ui.label(invitation));
        } else {
            // The dialog would open in the other window.
            ui.push_id("own_window", |ui| self.inspectors_view(ui, cx, false));
        }
    }

    fn command(&mut self, command: &Command, ctx: &egui::Context, cx: &mut TabContext<'_>) {
        match command {
            Command::OpenImages => {
                self.pending_images =
                    collect_images(ctx, ImageSource::Dialog(cx.text("command-open")));
            }
            Command::InspectFiles(paths) => {
                self.pending_images = collect_images(ctx, ImageSource::Paths(paths.clone()));
            }
            Command::NextImage | Command::PreviousImage => {
                let (previous, next) = self.batch.neighbours(cx.view.unjudged_first);
                let wanted = if *command == Command::NextImage { next } else { previous };
                if let Some(index) = wanted {
                    self.go_to(cx, index);
                }
            }
            Command::CopyView | Command::SaveView => {
                let target = if *command == Command::SaveView {
                    ScreenshotTarget::File
                } else {
                    ScreenshotTarget::Clipboard
                };
                if let Some(shown) = &mut self.shown {
                    shown.view.take_screenshot(ctx, target);
                }
            }
            // The inspector's view has room for the verdict alone.
            Command::Measure if cx.view.operator => {}
            Command::Measure => {
                if let Some(shown) = &mut self.shown {
                    shown.view.measure.toggle();
                }
            }
            Command::SearchShown => {
                if let Some(inspection) = self.inspection() {
                    findings::search(cx, inspection);
                }
            }
            Command::StartDemo(missing) => self.welcome.load_demo(cx, missing.clone()),
            Command::InspectAgain => self.inspect(cx, true),
            Command::SavePdf => {
                if let Some(id) = self.inspection().and_then(|inspection| inspection.id) {
                    cx.send(Command::ExportPdf(InspectionSelection::Ids(vec![id])));
                }
            }
            Command::ShowOnPhone => match self.inspection().and_then(|inspection| inspection.id) {
                Some(id) => cx.send(Command::OpenOnPhone(id)),
                None => cx.toasts.error(cx.text("phone-nothing")),
            },
            Command::Print => {
                if let Some(id) = self.inspection().and_then(|inspection| inspection.id) {
                    cx.send(Command::PrintInspections(InspectionSelection::Ids(vec![id])));
                }
            }
            Command::RegisterDefect => self.register_defect(cx),
            Command::LibraryChanged(_) => {
                self.welcome.reload();
            }
            Command::Stop if self.stop_measuring() => {}
            Command::Stop => match self.jobs.running(self.batch.current_file()) {
                Some(running) => running.stop(cx),
                None if cx.view.operator => cx.send(Command::OperatorView),
                None => {}
            },
            Command::Confirm => self.judge(cx, None),
            Command::Judge(verdict) => self.judge(cx, Some(*verdict)),
            Command::Rejudge(request) => self.judgement_editor.take_back(cx, request.clone()),
            Command::Judged(judged) => self.take_judgement(judged),
            Command::Measured(id, kept) => {
                if let Some(shown) = &mut self.shown {
                    shown.view.measure.take_kept(*id, kept);
                }
            }
            Command::Quit => self.close_or_wait(cx),
            _ => {}
        }
    }

    /// Judgements that are not recorded yet.
    fn has_unsaved(&self) -> bool {
        self.unrecorded() > 0
    }
}

/// Notes the folder of an opened file for the next time; not that of a picture that was pasted, which is
/// swept.
fn note_folder(cx: &mut TabContext<'_>, file: Option<&Path>) {
    let file = file.and_then(|file| std::path::absolute(file).ok());
    let scratch = cx.engine.workspace().scratch_dir();
    let folder = file.as_deref().and_then(Path::parent);
    if let Some(folder) = folder.filter(|folder| !folder.starts_with(&scratch)) {
        cx.view.recent_folders.note(folder);
    }
}

impl InspectTab {
    /// Has the window wait for judgements that are not recorded yet; asked to close once more, gives them
    /// up.
    fn close_or_wait(&mut self, cx: &mut TabContext<'_>) {
        self.judgement_editor.keep_note(cx);
        if self.quit.ask_again(cx, self.unrecorded()) {
            self.jobs.forget_typed();
            self.judgement_editor.give_up();
        }
    }

    /// How many judgements are not recorded yet.
    fn unrecorded(&self) -> usize {
        self.jobs.typed() + self.judgement_editor.unrecorded()
    }

    /// The current part, once it is inspected.
    fn current_part(&self) -> Option<&ShownPart> {
        let current = self.batch.current_file();
        self.shown.as_ref().filter(|shown| current == Some(&shown.image))
    }

    /// The inspection of the current part.
    fn inspection(&self) -> Option<&Inspection> {
        self.current_part().map(|shown| &shown.inspection)
    }

    /// Ends measuring in the picture; whether it was under way.
    fn stop_measuring(&mut self) -> bool {
        self.shown.as_mut().is_some_and(|shown| shown.view.measure.stop())
    }

    /// Goes to the part at `index` of the batch.
    fn go_to(&mut self, cx: &TabContext<'_>, index: usize) {
        if index != self.batch.index() {
            self.batch.go_to(index);
            self.inspect(cx, false);
        }
    }

    /// Has the current part inspected: shown as it is recorded, or inspected `again`.
    fn inspect(&mut self, cx: &TabContext<'_>, again: bool) {
        let Some(image) = self.batch.current_file().map(Path::to_owned) else { return };
        self.error = None;
        if !again && self.current_part().is_some() {
            self.jobs.leave(Some(&image));
            return;
        }
        let request = Inspect {
            image,
            product: cx.view.product.clone(),
            with_llm: cx.view.with_llm,
            out: None,
        };
        self.jobs.ask(request, again);
    }

    /// Takes what an inspection brought: shows it where it is that of the current part, and records
    /// the judgements that waited for it.
    fn take(&mut self, cx: &mut TabContext<'_>, news: PartNews) {
        let PartNews { image, outcome, has_ended, last_step, typed } = news;
        let is_current = self.batch.current_file() == Some(&image);
        match outcome {
            Ok(inspected) => {
                let inspection = &inspected.inspection;
                for part in self.batch.of_file(&image) {
                    note_inspected(part, &inspected, &typed);
                }
                let mut is_lost = false;
                for typed in typed {
                    let verdict = typed.unwrap_or(inspection.verdict);
                    let before = inspected.judgement.as_ref();
                    let editor = &mut self.judgement_editor;
                    is_lost |= !editor.submit_verdict(cx, inspection, verdict, before);
                }
                if is_lost {
                    self.lose_judgement(cx, &image, &inspection.notices.join(" "));
                }
                if is_current {
                    self.show_inspected(&image, *inspected);
                }
            }
            Err(error) => {
                debug_assert!(has_ended, "only the end of an inspection is an error");
                let is_stopped = matches!(error, EngineError::Cancelled);
                if !typed.is_empty() {
                    self.lose_judgement(cx, &image, &error.explain(cx.localizer.language));
                }
                let shown = self.shown.as_mut().filter(|shown| is_current && shown.image == image);
                match shown {
                    // The manual's report is shown and recorded; only the model was stopped.
                    Some(shown) if is_stopped && is_of_model(last_step) => {
                        shown.stopped_at = last_step;
                        cx.toasts.done(cx.text("inspect-model-stopped"));
                    }
                    // What was found before stays.
                    Some(_) if is_stopped => cx.toasts.done(cx.text("inspect-stopped")),
                    _ => {
                        for part in self.batch.of_file(&image) {
                            part.failed = !is_stopped;
                            part.opinions.person = PersonsVerdict::None;
                        }
                        if is_current {
                            self.error = Some(match is_stopped {
                                true => cx.text("inspect-stopped"),
                                false => error.explain(cx.localizer.language),
                            });
                        }
                    }
                }
            }
        }
    }

    /// Shows an inspection of the current part. The view of one that is shown already stays.
    fn show_inspected(&mut self, image: &Path, inspected: Inspected) {
        match &mut self.shown {
            Some(shown)
                if shown.image == image && shown.inspection.id == inspected.inspection.id =>
            {
                shown.inspection = inspected.inspection;
                shown.stopped_at = None;
            }
            _ => self.shown = Some(ShownPart::new(image.to_owned(), inspected)),
        }
    }

    /// Judges the current part, at once or when it is inspected, and goes on to the next.
    fn judge(&mut self, cx: &mut TabContext<'_>, typed: Typed) {
        let Some(image) = self.batch.current_file().map(Path::to_owned) else { return };
        let waits_for = match self.shown.as_ref().filter(|shown| shown.image == image) {
            Some(shown) => {
                let verdict = typed.unwrap_or(shown.inspection.verdict);
                let (inspection, before) = (&shown.inspection, shown.judgement.as_ref());
                if !self.judgement_editor.submit_verdict(cx, inspection, verdict, before) {
                    let reason = inspection.notices.join(" ");
                    return self.lose_judgement(cx, &image, &reason);
                }
                Some(verdict)
            }
            None if self.jobs.note(&image, typed) => typed,
            None => {
                let file = [("file", file_name(&image).into())];
                return cx.toasts.error(cx.localizer.with("judge-nothing", &file));
            }
        };
        for part in self.batch.of_file(&image) {
            part.opinions.person = PersonsVerdict::Waiting(waits_for);
        }
        if cx.view.goes_on
            && let Some(next) = self.batch.following(cx.view.unjudged_first)
        {
            self.go_to(cx, next);
        }
    }

    /// Says that a judgement of the part `image` cannot be recorded, and why; nothing waits for it any
    /// more.
    fn lose_judgement(&mut self, cx: &mut TabContext<'_>, image: &Path, reason: &str) {
        self.quit.stay();
        for part in self.batch.of_file(image) {
            part.opinions.person = PersonsVerdict::None;
        }
        let values = [("file", file_name(image).into()), ("reason", reason.into())];
        cx.toasts.error(cx.localizer.with("judge-lost", &values));
    }

    /// Takes a judgement that was recorded.
    fn take_judgement(&mut self, judged: &Judged) {
        let said = judged.now.as_ref().map(|now| PersonsVerdict::Said(now.opinion.verdict));
        for part in self.batch.of_inspection(judged.inspection) {
            part.opinions.person = said.unwrap_or_default();
        }
        if let Some(shown) = &mut self.shown
            && shown.inspection.id == Some(judged.inspection)
        {
            shown.judgement = judged.now.clone();
        }
    }

    /// Opens the dialog that registers the part as a known defect; the suggested defect is
    /// selected.
    fn register_defect(&mut self, cx: &TabContext<'_>) {
        let Some(inspection) = self.inspection() else { return };
        let Some(stored) = &inspection.image_path else { return };
        self.registering = Some(RegisterDefectDialog::new(
            cx.engine.workspace().file(stored),
            inspection.product.clone(),
            inspection.resembled_defect().cloned(),
            inspection.anomaly.done().map(|anomaly| anomaly.regions.clone()).unwrap_or_default(),
        ));
    }

    /// What to do before the first image.
    fn invitation(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        Panel::top("inspect_open").show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                if ui.button(cx.text("command-open")).clicked() {
                    cx.send(Command::OpenImages);
                }
                self.recent.show(ui, cx);
                glance::product_choice(ui, cx);
                // The inspector's view has no menu: this is the way back that a pointer finds.
                if cx.view.operator && ui.button(cx.text("operator-leave")).clicked() {
                    cx.send(Command::OperatorView);
                }
            });
        });
        CentralPanel::default().show(ui, |ui| self.welcome.show(ui, cx));
    }
}

/// Notes the inspection of a part of the batch, and the judgements that waited for it.
fn note_inspected(part: &mut BatchPart, inspected: &Inspected, typed: &[Typed]) {
    let found = inspected.inspection.verdict;
    let id: Option<InspectionId> = inspected.inspection.id;
    let is_another = part.inspection != id;
    (part.inspection, part.failed) = (id, false);
    part.opinions.machine = Some(found);
    if let Some(last) = typed.last() {
        part.opinions.person = PersonsVerdict::Waiting(Some(last.unwrap_or(found)));
    } else if is_another && let Some(judgement) = &inspected.judgement {
        part.opinions.person = PersonsVerdict::Said(judgement.opinion.verdict);
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
