//! The tab that inspects images: the part, its verdict, similar defects and the report.

mod image_queue;
mod operator_view;
mod pipeline_steps;
mod running_inspection;
mod shown_part;
#[cfg(test)]
mod tests;
mod welcome_screen;

use egui::{CentralPanel, Key, Panel, ScrollArea};

use self::image_queue::ImageQueue;
use self::operator_view::OperatorView;
use self::running_inspection::RunningInspection;
use self::shown_part::ShownPart;
use self::welcome_screen::WelcomeScreen;
use super::tab::{Tab, TabEntry};
use crate::command::{Command, TabId, ctrl};
use crate::dialogs::Dialog;
use crate::dialogs::image_files::{ImageList, ImageSource, PendingImages, collect_images};
use crate::dialogs::register_defect::RegisterDefectDialog;
use crate::tab_context::TabContext;
use crate::widgets::combo_box::optional_product_combo;
use crate::widgets::feedback_buttons::FeedbackButtons;
use crate::widgets::inspection::{findings, model_view, past_actions, report_view, verdict_banner};
use crate::widgets::judgement_editor::JudgementEditor;
use crate::widgets::screenshot::ScreenshotTarget;
use fettle_domain::{FeedbackSubject, Inspection, Judgement};
use fettle_engine::{EngineError, Inspect, InspectionSelection};

pub(super) const TAB: TabEntry = TabEntry {
    id: TabId::Inspect,
    label: "tab-inspect",
    shortcut: ctrl(Key::Num1),
    make: || Box::<InspectTab>::default(),
};

#[derive(Default)]
struct InspectTab {
    pending_images: Option<PendingImages>,
    queue: ImageQueue,
    running: Option<RunningInspection>,
    shown: Option<ShownPart>,
    /// Why the current image could not be inspected.
    error: Option<String>,
    judgement_editor: JudgementEditor,
    /// A person's judgement of the part shown.
    judgement: Option<Judgement>,
    /// Feedback on the report shown.
    feedback: FeedbackButtons,
    welcome: WelcomeScreen,
    registering: Option<RegisterDefectDialog>,
}

impl Tab for InspectTab {
    fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.welcome.poll(cx);
        if let Some(collected) = self.pending_images.as_ref().and_then(PendingImages::poll) {
            self.pending_images = None;
            if let Some(ImageList { files, first }) = collected {
                self.queue = ImageQueue::new(files, first);
                self.inspect(cx);
            }
        }
        self.judgement_editor.poll(cx);
        self.feedback.poll(cx);
        let Some(running) = &mut self.running else { return };
        let Some(answer) = running.poll(&mut self.shown) else { return };
        self.running = None;
        match answer {
            Ok(inspected) => match &mut self.shown {
                // The pictures shown are those of this inspection already.
                Some(shown) => shown.inspection = inspected.inspection,
                None => self.shown = Some(ShownPart::new(inspected)),
            },
            // The manual's report is shown and recorded; only the model was stopped.
            Err(EngineError::Cancelled) if self.shown.is_some() => {
                cx.toasts.done(cx.text("inspect-model-stopped"));
            }
            Err(EngineError::Cancelled) => self.error = Some(cx.text("inspect-stopped")),
            Err(error) => self.error = Some(error.explain(cx.localizer.language)),
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        if cx.view.operator && !self.queue.is_empty() {
            let view = OperatorView {
                queue: &self.queue,
                shown: self.shown.as_mut(),
                judged: self.judgement.as_ref().map(|judgement| judgement.opinion.verdict),
                error: self.error.as_deref(),
                is_running: self.running.is_some(),
            };
            view.show(ui, cx);
        } else {
            self.full_view(ui, cx);
        }
        if let Some(dialog) = &mut self.registering
            && !dialog.show(ui.ctx(), cx)
        {
            self.registering = None;
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
            Command::NextImage if self.queue.has_next() => {
                self.queue.next();
                self.inspect(cx);
            }
            Command::PreviousImage if self.queue.has_previous() => {
                self.queue.previous();
                self.inspect(cx);
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
            Command::SearchShown => {
                if let Some(inspection) = self.inspection() {
                    findings::search(cx, inspection);
                }
            }
            Command::StartDemo => self.welcome.load_demo(cx),
            Command::InspectAgain => self.inspect(cx),
            Command::SavePdf => {
                if let Some(id) = self.inspection().and_then(|inspection| inspection.id) {
                    cx.send(Command::ExportPdf(InspectionSelection::Ids(vec![id])));
                }
            }
            Command::RegisterDefect => self.register_defect(cx),
            Command::LibraryChanged(_) => {
                self.welcome.reload();
            }
            Command::Stop => {
                if let Some(running) = &self.running {
                    running.cancel();
                }
            }
            Command::Confirm | Command::Judge(_) => {
                let Some(inspection) = self.inspection() else { return };
                let Some(id) = inspection.id else { return };
                let found = inspection.verdict;
                let verdict = if let Command::Judge(verdict) = command { *verdict } else { found };
                self.judgement_editor.submit_verdict(cx, id, verdict, self.judgement.as_ref());
            }
            Command::Rejudge(request) => self.judgement_editor.submit(cx, request.clone()),
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
    /// The inspection of the part shown.
    fn inspection(&self) -> Option<&Inspection> {
        self.shown.as_ref().map(|shown| &shown.inspection)
    }

    /// Inspects the current image; a running inspection is cancelled.
    fn inspect(&mut self, cx: &mut TabContext<'_>) {
        let Some(image) = self.queue.current().map(ToOwned::to_owned) else { return };
        (self.running, self.shown, self.error) = (None, None, None);
        self.judgement = None;
        let request = Inspect {
            image,
            product: cx.view.product.clone(),
            with_llm: cx.view.with_llm,
            out: None,
        };
        self.running = cx.start(request).map(RunningInspection::new);
    }

    /// Opens the dialog that registers the part as a known defect; the suggested defect is
    /// selected.
    fn register_defect(&mut self, cx: &TabContext<'_>) {
        let Some(shown) = &self.shown else { return };
        let inspection = &shown.inspection;
        let Some(stored) = &inspection.image_path else { return };
        let suggestion =
            inspection.similarity.done().and_then(|similarity| similarity.suggestion.as_ref());
        // The suggestion may be about another product.
        let defect = suggestion
            .filter(|suggestion| inspection.product.as_ref() == Some(&suggestion.product))
            .and_then(|suggestion| suggestion.defect.clone());
        self.registering = Some(RegisterDefectDialog::new(
            cx.engine.workspace().file(stored),
            inspection.product.clone(),
            defect,
            inspection.anomaly.done().map(|anomaly| anomaly.regions.clone()).unwrap_or_default(),
        ));
    }

    /// The view with findings, report and toolbar.
    fn full_view(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        Panel::top("inspect_tools").show(ui, |ui| self.toolbar(ui, cx));
        if self.queue.is_empty() {
            CentralPanel::default().show(ui, |ui| self.welcome.show(ui, cx));
            return;
        }
        Panel::left("inspect_findings").resizable(true).default_size(330.0).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.findings_panel(ui, cx));
        });
        Panel::right("inspect_report").resizable(true).default_size(400.0).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.report_panel(ui, cx));
        });
        CentralPanel::default().show(ui, |ui| self.picture_panel(ui, cx));
    }

    fn toolbar(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        ui.horizontal_wrapped(|ui| {
            if ui.button(cx.text("command-open")).clicked() {
                cx.send(Command::OpenImages);
            }
            let back = egui::Button::new("◀");
            let back = ui.add_enabled(self.queue.has_previous(), back);
            if back.on_hover_text(cx.text("command-previous")).clicked() {
                cx.send(Command::PreviousImage);
            }
            let next = egui::Button::new("▶");
            let next = ui.add_enabled(self.queue.has_next(), next);
            if next.on_hover_text(cx.text("command-next")).clicked() {
                cx.send(Command::NextImage);
            }
            if let Some(file) = self.queue.current() {
                ui.label(self.queue.position());
                ui.strong(self.queue.file_name()).on_hover_text(file.display().to_string());
            }
            ui.separator();
            let by_neighbours = cx.text("inspect-by-neighbours");
            let mut product = cx.view.product.take();
            optional_product_combo(ui, cx, &mut product, &by_neighbours);
            cx.view.product = product;
            let label = cx.text("inspect-with-llm");
            let hint = cx.text("inspect-with-llm-hint");
            ui.checkbox(&mut cx.view.with_llm, label).on_hover_text(hint);
            if self.running.is_some() && ui.button(cx.text("command-stop")).clicked() {
                cx.send(Command::Stop);
            } else if self.running.is_none()
                && !self.queue.is_empty()
                && ui.button(cx.text("command-again")).clicked()
            {
                cx.send(Command::InspectAgain);
            }
        });
    }

    fn findings_panel(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        let progress = self.running.as_ref().and_then(|running| running.progress());
        let inspection = self.shown.as_ref().map(|shown| &shown.inspection);
        let ended = inspection.filter(|_| self.running.is_none());
        let mut clicked_region = None;
        match inspection {
            Some(inspection) => {
                verdict_banner::show_with_reasons(ui, cx, inspection);
                self.judgement_editor.show(ui, cx, inspection, self.judgement.as_ref());
                ui.add_space(6.0);
                clicked_region = findings::show(ui, cx, inspection);
                ui.add_space(4.0);
                if ui.button(cx.text("command-register-defect")).clicked() {
                    cx.send(Command::RegisterDefect);
                }
            }
            None if self.running.is_some() => {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label(cx.text("inspect-running"));
                });
            }
            None => {}
        }
        if let Some(error) = &self.error {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        ui.add_space(10.0);
        pipeline_steps::show(ui, cx, progress.as_ref(), ended);
        if let (Some(region), Some(shown)) = (clicked_region, &mut self.shown) {
            shown.view.zoom_to(region);
        }
    }

    fn report_panel(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        let Some(shown) = &self.shown else { return };
        let inspection = &shown.inspection;
        report_view::show(ui, cx, inspection);
        past_actions::show(ui, cx, inspection);
        if let (Some(id), Some(_)) = (inspection.id, inspection.report.done()) {
            let subject = FeedbackSubject::Report { inspection: id };
            let product = inspection.product.as_ref();
            self.feedback.show(ui, cx, &subject, product, || None);
        }
        match &self.running {
            Some(RunningInspection { view_text: Some(text), .. }) => {
                model_view::show_unfinished(ui, cx, text);
            }
            Some(running) => report_view::show_unfinished(ui, cx, &running.report_text),
            None => model_view::show(ui, cx, &shown.inspection),
        }
    }

    fn picture_panel(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        match &mut self.shown {
            Some(shown) => shown.view.show(ui, cx, &shown.inspection),
            None => {
                ui.centered_and_justified(|ui| {
                    let waiting = self.running.as_ref().map(|_| cx.text("inspect-running"));
                    ui.weak(waiting.unwrap_or_default());
                });
            }
        }
    }
}
