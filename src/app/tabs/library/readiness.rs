//! Whether a product is ready for inspection: its memory bank, the index of known defects and its
//! manuals, with the jobs that update them.

use super::checklist::{Checklist, SetupStep};
use crate::clock::days_since;
use crate::command::Command;
use crate::job_progress;
use crate::loadable::Loadable;
use crate::outcome_toasts::{toast_bank_undone, toast_indexed};
use crate::product_state::ProductState;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::bank_warnings::bank_warnings;
use crate::widgets::primary_button::step_button;
use fettle_domain::ProductCode;
use fettle_engine::{
    BankInfo, BankState, BuildIndex, BuiltIndex, IndexInfo, IndexState, ProductSummary, UndoBank,
    UndoneBank,
};
use fettle_i18n::Value;

/// The states of a product's bank and of the index, and the jobs that update them.
#[derive(Default)]
pub(super) struct Readiness {
    bank: Loadable<Option<BankState>>,
    index: Loadable<Option<IndexState>>,
    indexing: Option<Task<BuiltIndex>>,
    undoing: Option<Task<UndoneBank>>,
}

impl Readiness {
    /// Forgets the bank: another product is shown.
    pub(super) fn reset(&mut self) {
        self.bank = Loadable::default();
    }

    /// Loads the states that are not known yet.
    pub(super) fn load_once(&mut self, cx: &mut TabContext<'_>, product: &ProductCode) {
        self.bank.load_once(cx, BankInfo(product.clone()));
        self.index.load_once(cx, IndexInfo);
    }

    /// Loads the states again after the library changed.
    pub(super) fn load(&mut self, cx: &mut TabContext<'_>, product: &ProductCode) {
        self.bank.load(cx, BankInfo(product.clone()));
        self.index.load(cx, IndexInfo);
    }

    /// Starts to update the index, unless an update runs.
    pub(super) fn build_index(&mut self, cx: &mut TabContext<'_>) {
        if self.indexing.is_none() {
            self.indexing = cx.start(BuildIndex { rebuild: false });
        }
    }

    /// Takes states and the outcomes of jobs.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.bank.poll(cx);
        self.index.poll(cx);
        if let Some(answer) = self.indexing.as_ref().and_then(Task::poll) {
            self.indexing = None;
            toast_indexed(cx, answer);
        }
        if let Some(answer) = self.undoing.as_ref().and_then(Task::poll) {
            self.undoing = None;
            toast_bank_undone(cx, answer);
        }
    }

    /// Shows what is done, and one row each for bank, index and manuals. Returns the next step.
    pub(super) fn show(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        summary: &ProductSummary,
    ) -> Option<SetupStep> {
        let state = ProductState::of(cx, summary);
        let index = self.index.answer().and_then(Option::as_ref);
        let checklist = Checklist::of(state, summary, index);
        checklist.show(ui, cx);
        let next = checklist.next();
        self.bank(ui, cx, &summary.product.code, (state, next));
        self.index(ui, cx, next);
        ui.horizontal_wrapped(|ui| {
            ui.strong(cx.text("label-manual"));
            if summary.manuals.is_empty() {
                ui.label(cx.text("library-no-manual"));
            }
            for manual in &summary.manuals {
                ui.label(manual.rsplit('/').next().unwrap_or(manual)).on_hover_text(manual);
            }
        });
        next
    }

    fn bank(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        product: &ProductCode,
        (state, next): (ProductState, Option<SetupStep>),
    ) {
        ui.horizontal_wrapped(|ui| {
            ui.strong(cx.text("label-bank"));
            match (self.bank.answer(), self.bank.error()) {
                (_, Some(error)) => {
                    ui.colored_label(ui.visuals().error_fg_color, error);
                }
                (None, None) => {
                    ui.spinner();
                }
                (Some(None), _) if state == ProductState::Fitting => {
                    ui.label(state.text(cx));
                }
                (Some(None), _) => {
                    ui.label(cx.text("library-no-bank"));
                }
                (Some(Some(bank)), _) => bank_line(ui, cx, bank),
            }
            let fit = step_button(ui, cx.text("library-fit"), next == Some(SetupStep::Bank));
            let fit = ui.add_enabled(state.can_fit(), fit);
            if fit.on_disabled_hover_text(state.text(cx)).clicked() {
                cx.send(Command::FitBank);
            }
            let has_earlier =
                matches!(self.bank.answer(), Some(Some(bank)) if bank.bank.version > 1);
            let undo = egui::Button::new(cx.text("library-undo-bank"));
            if has_earlier && ui.add_enabled(self.undoing.is_none(), undo).clicked() {
                self.undoing = cx.start(UndoBank(product.clone()));
            }
        });
        if let Some(job) = cx.fits.of(product) {
            let values = [("product", product.to_string().into())];
            ui.label(cx.localizer.with("library-fitting", &values));
            job_progress::show_status(ui, cx, job);
        }
    }

    fn index(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>, next: Option<SetupStep>) {
        ui.horizontal_wrapped(|ui| {
            ui.strong(cx.text("library-index"));
            match (self.index.answer(), self.index.error()) {
                (_, Some(error)) => {
                    ui.colored_label(ui.visuals().error_fg_color, error);
                }
                (None, None) => {
                    ui.spinner();
                }
                (Some(None), _) => {
                    ui.label(cx.text("library-no-index"));
                }
                (Some(Some(index)), _) => {
                    let values = [("total", Value::from(index.images))];
                    ui.label(cx.localizer.with("library-index-holds", &values));
                    if index.behind > 0 {
                        let values = [("count", Value::from(index.behind))];
                        ui.colored_label(
                            ui.visuals().warn_fg_color,
                            cx.localizer.with("library-index-behind", &values),
                        );
                    }
                }
            }
            let is_next = next == Some(SetupStep::Index);
            let build = step_button(ui, cx.text("library-build-index"), is_next);
            if ui.add_enabled(self.indexing.is_none(), build).clicked() {
                cx.send(Command::BuildIndex);
            }
        });
        if let Some(task) = &self.indexing {
            job_progress::show(ui, cx, task);
        }
    }
}

/// Version, age, images and thresholds of the bank.
fn bank_line(ui: &mut egui::Ui, cx: &TabContext<'_>, bank: &BankState) {
    let values = [
        ("version", Value::from(bank.bank.version)),
        ("age", age(cx, &bank.created_at).into()),
        ("images", bank.images.into()),
        ("image", bank.thresholds.image.into()),
        ("pixel", bank.thresholds.pixel.into()),
    ];
    let model = bank.bank.model.to_string();
    ui.label(cx.localizer.with("library-bank", &values)).on_hover_text(model);
    bank_warnings(ui, cx, bank);
}

/// How many days ago a bank was made; the time as recorded where it cannot be parsed.
fn age(cx: &TabContext<'_>, created_at: &str) -> String {
    match days_since(created_at) {
        None => created_at.to_owned(),
        Some(0) => cx.text("library-today"),
        Some(days) => cx.localizer.with("library-days", &[("days", days.into())]),
    }
}
