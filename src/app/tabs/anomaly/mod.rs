//! The tab of memory banks: scores, threshold, error rates and fitting of a product's bank.

mod bank_fitting;
mod image_change;
mod image_row;
mod known_defects;
mod moved_limits;
mod rate_card;
mod score_axis;
mod score_histogram;
mod suspicious_normals;
#[cfg(test)]
mod tests;

use egui::{CentralPanel, Key, Panel, ScrollArea};

use self::bank_fitting::BankFitting;
use self::image_change::ImageChange;
use self::score_histogram::ScoreHistogram;
use self::suspicious_normals::{SuspiciousNormals, Wanted};
use super::tab::{Tab, TabEntry};
use crate::clock::local_time;
use crate::command::{Command, TabId, ctrl};
use crate::loadable::Loadable;
use crate::product_state::ProductState;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::bank_warnings::bank_warnings;
use crate::widgets::bank_words::sensitivity_texts;
use crate::widgets::catalogue_error;
use crate::widgets::combo_box::product_combo;
use crate::widgets::patch_viewer::PatchViewer;
use crate::widgets::side_panel::side_panel;
use crate::widgets::threshold_rule::describe_rule;
use fettle_domain::ProductCode;
use fettle_engine::{
    BankInfo, BankState, BankStatistics, BankStats, BankVersion, EngineError, LimitChange,
    ListBanks, Rethreshold, Rethresholded,
};
use fettle_i18n::Value;

pub(super) const TAB: TabEntry = TabEntry {
    id: TabId::Anomaly,
    label: "tab-anomaly",
    shortcut: ctrl(Key::Num3),
    make: || Box::<AnomalyTab>::default(),
};

#[derive(Default)]
struct AnomalyTab {
    /// The product of the loaded data.
    product: Option<ProductCode>,
    bank: Loadable<Option<BankState>>,
    versions: Loadable<Vec<BankVersion>>,
    stats: Loadable<BankStatistics>,
    scores: Option<ScoreHistogram>,
    suspicious: SuspiciousNormals,
    image_change: ImageChange,
    viewer: Option<PatchViewer>,
    fitting: BankFitting,
    /// The change of thresholds in progress.
    changing: Option<(LimitChange, Task<Rethresholded>)>,
}

impl Tab for AnomalyTab {
    fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.bank.poll(cx);
        self.versions.poll(cx);
        if self.stats.poll(cx)
            && let Some(stats) = self.stats.answer()
        {
            self.scores = Some(ScoreHistogram::of(stats, self.scores.take()));
        }
        self.fitting.poll(cx);
        self.image_change.poll(cx);
        if let Some(viewer) = &mut self.viewer {
            viewer.poll(cx);
        }
        let answer = self.changing.as_ref().and_then(|(_, task)| task.poll());
        if let Some(answer) = answer
            && let Some((change, _)) = self.changing.take()
        {
            toast_thresholds(cx, change, answer);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        let Some(product) = selected_product(cx) else {
            return no_product(ui, cx);
        };
        if self.product.as_ref() != Some(&product) {
            self.reset(product.clone());
        }
        self.bank.load_once(cx, BankInfo(product.clone()));
        if matches!(self.bank.answer(), Some(Some(_))) {
            self.versions.load_once(cx, ListBanks(product.clone()));
            self.stats.load_once(cx, BankStats { product: product.clone(), plot: None });
        }
        side_panel(ui, Panel::left("anomaly_bank"), 340.0).show(ui, |ui| {
            ScrollArea::vertical()
                .auto_shrink(false)
                .show(ui, |ui| self.bank_panel(ui, cx, &product));
        });
        CentralPanel::default().show(ui, |ui| self.scores_panel(ui, cx, &product));
        if let Some(viewer) = &mut self.viewer
            && !viewer.show(ui.ctx(), cx)
        {
            self.viewer = None;
        }
        self.image_change.dialog(ui.ctx(), cx);
    }

    fn command(&mut self, command: &Command, _ctx: &egui::Context, cx: &mut TabContext<'_>) {
        match command {
            Command::Rethreshold(request) if self.changing.is_none() => {
                let task = cx.start(request.clone());
                self.changing = task.map(|task| (request.change, task));
            }
            Command::LibraryChanged(_) => {
                self.fitting.reload_preferences();
                let (is_known, versions) = (self.bank.answer().is_some(), self.versions.answer());
                if let (Some(product), true) = (&self.product, is_known) {
                    self.bank.load(cx, BankInfo(product.clone()));
                    if versions.is_some() {
                        self.versions.load(cx, ListBanks(product.clone()));
                        let product = product.clone();
                        self.stats.load(cx, BankStats { product, plot: None });
                    }
                } else {
                    // After an error the next frame loads again.
                    self.bank = Loadable::default();
                }
            }
            Command::Stop => {
                if let Some(product) = &self.product {
                    cx.stop_fit(product);
                }
            }
            _ => {}
        }
    }
}

impl AnomalyTab {
    /// Forgets what was loaded of the former product.
    fn reset(&mut self, product: ProductCode) {
        self.product = Some(product);
        (self.bank, self.versions) = (Loadable::default(), Loadable::default());
        (self.stats, self.scores) = (Loadable::default(), None);
        self.viewer = None;
    }

    fn bank_panel(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>, product: &ProductCode) {
        ui.add_space(4.0);
        if let Some(other) = product_combo(ui, cx, Some(product)) {
            cx.view.bank_product = Some(other);
        }
        ui.add_space(8.0);
        if let Some(Some(bank)) = self.bank.answer() {
            bank_lines(ui, cx, bank, self.stats.answer());
            if let Some(stats) = self.stats.answer() {
                ui.add_space(8.0);
                known_defects::show(ui, cx, product, stats, self.changing.is_none());
                sensitivity(ui, cx, stats);
            }
            ui.add_space(8.0);
        }
        let catalogue = cx.catalogue;
        if let Some(summary) = catalogue.product(product) {
            ui.label(ProductState::of(cx, summary).text(cx));
            self.fitting.show(ui, cx, product, summary);
        }
        if let Some(versions) = self.versions.answer() {
            self.fitting.versions(ui, cx, product, versions);
        }
    }

    fn scores_panel(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>, product: &ProductCode) {
        if let Some(error) = self.bank.error().or(self.stats.error()) {
            ui.add_space(24.0);
            ui.colored_label(ui.visuals().error_fg_color, error);
            if ui.button(cx.text("history-again")).clicked() {
                self.reset(product.clone());
            }
            return;
        }
        if matches!(self.bank.answer(), Some(None)) {
            ui.vertical_centered(|ui| {
                ui.add_space(ui.available_height() * 0.3);
                let state = ProductState::of_code(cx, product);
                let is_fitting = state == Some(ProductState::Fitting);
                let title = if is_fitting { "state-fitting" } else { "scores-no-bank" };
                ui.heading(cx.text(title));
                if !is_fitting {
                    ui.label(cx.text("scores-no-bank-hint"));
                }
            });
            return;
        }
        let (Some(stats), Some(scores)) = (self.stats.answer(), &mut self.scores) else {
            ui.add_space(24.0);
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(cx.text("scores-loading"));
            });
            return;
        };
        let (mut rule, mut wanted) = (None, None);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let can_apply = self.changing.is_none();
            rule = scores.show(ui, cx, stats, can_apply);
            ui.add_space(12.0);
            wanted = self.suspicious.show(ui, cx, (product, stats), scores.limits.tried);
        });
        if let Some(rule) = rule {
            let change = LimitChange::By(rule);
            cx.send(Command::Rethreshold(Rethreshold { product: product.clone(), change }));
        }
        match wanted {
            Some(Wanted::Look(image)) => self.viewer = Some(image.viewer(cx)),
            Some(change) => self.image_change.begin(cx, change),
            None => {}
        }
    }
}

/// The selected product, or the first.
fn selected_product(cx: &TabContext<'_>) -> Option<ProductCode> {
    let codes = || cx.catalogue.products().iter().map(|summary| &summary.product.code);
    let selected = codes().find(|code| Some(*code) == cx.view.bank_product.as_ref());
    selected.or(codes().next()).cloned()
}

/// The tab before a product is registered.
fn no_product(ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.3);
        if cx.catalogue.error().is_some() {
            catalogue_error::show(ui, cx);
        } else if cx.catalogue.listed().is_none() {
            ui.spinner();
        } else {
            ui.heading(cx.text("library-empty"));
            ui.add_space(12.0);
            if ui.button(cx.text("command-new-product")).clicked() {
                cx.send(Command::NewProduct);
            }
        }
    });
}

/// How scores of normal pictures change with light, focus and position.
fn sensitivity(ui: &mut egui::Ui, cx: &TabContext<'_>, stats: &BankStatistics) {
    if let Some(found) = &stats.sensitivity {
        ui.add_space(8.0);
        ui.strong(cx.text("sensitivity-title"));
        for line in sensitivity_texts(cx, found) {
            ui.label(line);
        }
    }
}

/// Version, size, model, thresholds and rule of the bank.
fn bank_lines(
    ui: &mut egui::Ui,
    cx: &TabContext<'_>,
    bank: &BankState,
    stats: Option<&BankStatistics>,
) {
    let values = [
        ("version", Value::from(bank.bank.version)),
        ("time", local_time(&bank.created_at).into()),
    ];
    ui.strong(cx.localizer.with("scores-bank", &values));
    let values = [
        ("rows", Value::from(bank.rows)),
        ("images", bank.images.into()),
        ("held", bank.held_out.into()),
    ];
    ui.label(cx.localizer.with("scores-bank-of", &values));
    ui.label(bank.bank.model.to_string());
    let limits = bank.thresholds;
    let values = [
        ("unsure", Value::from(limits.unsure)),
        ("image", limits.image.into()),
        ("pixel", limits.pixel.into()),
    ];
    ui.label(cx.localizer.with("scores-limits", &values));
    if let Some(stats) = stats {
        ui.weak(describe_rule(cx, &stats.rule));
    }
    bank_warnings(ui, cx, bank);
}

/// Reports the thresholds now in force, with a button that restores those before.
fn toast_thresholds(
    cx: &mut TabContext<'_>,
    change: LimitChange,
    answer: Result<Rethresholded, EngineError>,
) {
    let changed = match answer {
        Ok(changed) => changed,
        Err(error) => return cx.toasts.error(error.explain(cx.localizer.language)),
    };
    let product = changed.bank.product.clone();
    let values = [
        ("product", Value::from(product.to_string())),
        ("unsure", changed.thresholds.unsure.into()),
        ("image", changed.thresholds.image.into()),
        ("before", changed.before.image.into()),
        ("pixel", changed.thresholds.pixel.into()),
    ];
    let text = cx.localizer.with("threshold-changed", &values);
    match change {
        LimitChange::By(_) => {
            let undo = Rethreshold { product, change: LimitChange::Undo };
            let label = cx.text("judge-undo");
            cx.toasts.done_with_action(text, label, Command::Rethreshold(undo));
        }
        LimitChange::Undo => cx.toasts.done(text),
    }
    cx.send(Command::LibraryChanged(None));
}
