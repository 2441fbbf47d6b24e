//! Whether a product can be inspected: its bank, the index, its manuals, and what brings them
//! up to date.

use crate::asked::Asked;
use crate::clock::days_since;
use crate::command::Command;
use crate::desk::Desk;
use crate::tasks::Task;
use crate::under_way;
use crate::widgets::bank_warnings::bank_warnings;
use fettle_domain::ProductCode;
use fettle_engine::{
    BankInfo, BankState, BuildIndex, BuiltIndex, EngineError, FitBank, FittedBank, IndexInfo,
    IndexState, ProductSummary, UndoBank, UndoneBank,
};
use fettle_i18n::Value;

/// What is known of a product's bank and of the index.
#[derive(Default)]
pub(super) struct Readiness {
    bank: Asked<Option<BankState>>,
    index: Asked<Option<IndexState>>,
    fitting: Option<(ProductCode, Task<FittedBank>)>,
    indexing: Option<Task<BuiltIndex>>,
    undoing: Option<Task<UndoneBank>>,
}

impl Readiness {
    /// Another product is shown: nothing is known of its bank.
    pub(super) fn another(&mut self) {
        self.bank = Asked::default();
    }

    /// Asks for what is not known of `product`.
    pub(super) fn ask_once(&mut self, desk: &mut Desk<'_>, product: &ProductCode) {
        self.bank.ask_once(desk, BankInfo(product.clone()));
        self.index.ask_once(desk, IndexInfo);
    }

    /// Asks anew: the library changed.
    pub(super) fn ask(&mut self, desk: &mut Desk<'_>, product: &ProductCode) {
        self.bank.ask(desk, BankInfo(product.clone()));
        self.index.ask(desk, IndexInfo);
    }

    /// Fits a bank of `product`, unless one is being fitted.
    pub(super) fn fit(&mut self, desk: &mut Desk<'_>, product: &ProductCode) {
        if self.fitting.is_none() {
            let task = desk.start(FitBank::new(product.clone()));
            self.fitting = task.map(|task| (product.clone(), task));
        }
    }

    /// Brings the index in line with the library, unless that is being done.
    pub(super) fn build_index(&mut self, desk: &mut Desk<'_>) {
        if self.indexing.is_none() {
            self.indexing = desk.start(BuildIndex { rebuild: false });
        }
    }

    pub(super) fn poll(&mut self, desk: &mut Desk<'_>) {
        self.bank.poll(desk);
        self.index.poll(desk);
        let fitted = self.fitting.as_ref().and_then(|(_, task)| task.poll());
        if let Some(answer) = fitted {
            self.fitting = None;
            say_fitted(desk, answer);
        }
        if let Some(answer) = self.indexing.as_ref().and_then(Task::poll) {
            self.indexing = None;
            say_indexed(desk, answer);
        }
        if let Some(answer) = self.undoing.as_ref().and_then(Task::poll) {
            self.undoing = None;
            say_undone(desk, answer);
        }
    }

    pub(super) fn show(
        &mut self,
        ui: &mut egui::Ui,
        desk: &mut Desk<'_>,
        summary: &ProductSummary,
    ) {
        self.bank(ui, desk, &summary.product.code);
        self.index(ui, desk);
        ui.horizontal_wrapped(|ui| {
            ui.strong(desk.text("label-manual"));
            if summary.manuals.is_empty() {
                ui.label(desk.text("library-no-manual"));
            }
            for manual in &summary.manuals {
                ui.label(manual.rsplit('/').next().unwrap_or(manual)).on_hover_text(manual);
            }
        });
    }

    fn bank(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>, product: &ProductCode) {
        ui.horizontal_wrapped(|ui| {
            ui.strong(desk.text("label-bank"));
            match (self.bank.answer(), self.bank.error()) {
                (_, Some(error)) => {
                    ui.colored_label(ui.visuals().error_fg_color, error);
                }
                (None, None) => {
                    ui.spinner();
                }
                (Some(None), _) => {
                    ui.label(desk.text("library-no-bank"));
                }
                (Some(Some(bank)), _) => bank_line(ui, desk, bank),
            }
            let fit = egui::Button::new(desk.text("library-fit"));
            if ui.add_enabled(self.fitting.is_none(), fit).clicked() {
                desk.send(Command::FitBank);
            }
            let later = matches!(self.bank.answer(), Some(Some(bank)) if bank.bank.version > 1);
            let undo = egui::Button::new(desk.text("library-undo-bank"));
            if later && ui.add_enabled(self.undoing.is_none(), undo).clicked() {
                self.undoing = desk.start(UndoBank(product.clone()));
            }
        });
        if let Some((product, task)) = &self.fitting {
            let values = [("product", product.to_string().into())];
            ui.label(desk.words.with("library-fitting", &values));
            under_way::show(ui, desk, task);
        }
    }

    fn index(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        ui.horizontal_wrapped(|ui| {
            ui.strong(desk.text("library-index"));
            match (self.index.answer(), self.index.error()) {
                (_, Some(error)) => {
                    ui.colored_label(ui.visuals().error_fg_color, error);
                }
                (None, None) => {
                    ui.spinner();
                }
                (Some(None), _) => {
                    ui.label(desk.text("library-no-index"));
                }
                (Some(Some(index)), _) => {
                    let values = [("total", Value::from(index.images))];
                    ui.label(desk.words.with("library-index-holds", &values));
                    if index.behind > 0 {
                        let values = [("count", Value::from(index.behind))];
                        ui.colored_label(
                            ui.visuals().warn_fg_color,
                            desk.words.with("library-index-behind", &values),
                        );
                    }
                }
            }
            let build = egui::Button::new(desk.text("library-build-index"));
            if ui.add_enabled(self.indexing.is_none(), build).clicked() {
                desk.send(Command::BuildIndex);
            }
        });
        if let Some(task) = &self.indexing {
            under_way::show(ui, desk, task);
        }
    }
}

/// Says what became of a fit.
pub(in crate::tabs) fn say_fitted(desk: &mut Desk<'_>, answer: Result<FittedBank, EngineError>) {
    ended(desk, answer, |desk, fitted| {
        let values = [
            ("product", Value::from(fitted.bank.product.to_string())),
            ("version", fitted.bank.version.into()),
            ("rows", fitted.rows.into()),
            ("images", fitted.images.into()),
            ("model", fitted.bank.model.to_string().into()),
            ("image", fitted.thresholds.image.into()),
            ("pixel", fitted.thresholds.pixel.into()),
        ];
        desk.words.with("bank-fitted", &values)
    });
}

/// Says what became of the index.
pub(in crate::tabs) fn say_indexed(desk: &mut Desk<'_>, answer: Result<BuiltIndex, EngineError>) {
    ended(desk, answer, |desk, built| {
        for refused in &built.refused {
            let values = [
                ("path", refused.path.display().to_string().into()),
                ("reason", refused.error.explain(desk.words.0).into()),
            ];
            desk.toasts.error(desk.words.with("registered-refused", &values));
        }
        let values = [
            ("total", Value::from(built.total)),
            ("added", built.added.into()),
            ("removed", built.removed.into()),
            ("model", built.model.to_string().into()),
        ];
        desk.words.with("index-built", &values)
    });
}

/// Says which bank is in use again.
pub(in crate::tabs) fn say_undone(desk: &mut Desk<'_>, answer: Result<UndoneBank, EngineError>) {
    ended(desk, answer, |desk, undone| {
        let values = [
            ("product", Value::from(undone.bank.product.to_string())),
            ("version", undone.bank.version.into()),
            ("from", undone.undone.version.into()),
        ];
        desk.words.with("bank-undone", &values)
    });
}

/// Says what came of a job, and that the library changed.
pub(super) fn ended<A>(
    desk: &mut Desk<'_>,
    answer: Result<A, EngineError>,
    say: impl FnOnce(&mut Desk<'_>, A) -> String,
) {
    match answer {
        Ok(answer) => {
            let text = say(desk, answer);
            desk.toasts.done(text);
        }
        Err(error) => desk.toasts.error(error.explain(desk.words.0)),
    }
    desk.send(Command::LibraryChanged(None));
}

fn bank_line(ui: &mut egui::Ui, desk: &Desk<'_>, bank: &BankState) {
    let values = [
        ("version", Value::from(bank.bank.version)),
        ("age", age(desk, &bank.created_at).into()),
        ("images", bank.images.into()),
        ("image", bank.thresholds.image.into()),
        ("pixel", bank.thresholds.pixel.into()),
    ];
    let model = bank.bank.model.to_string();
    ui.label(desk.words.with("library-bank", &values)).on_hover_text(model);
    bank_warnings(ui, desk, bank);
}

/// How long ago that was; the text itself where it is no time.
fn age(desk: &Desk<'_>, created_at: &str) -> String {
    match days_since(created_at) {
        None => created_at.to_owned(),
        Some(0) => desk.text("library-today"),
        Some(days) => desk.words.with("library-days", &[("days", days.into())]),
    }
}
