//! A product's memory bank as an engineer sees it: its scores, its threshold, how often that is
//! wrong, and how it was fitted.

mod fitting;
mod odd;
pub(super) mod rule;
mod scores;
#[cfg(test)]
mod tests;

use egui::{CentralPanel, Panel, ScrollArea};

use self::fitting::Fitting;
use self::odd::{Odd, Seen};
use self::rule::rule_words;
use self::scores::Scores;
use super::Tab;
use crate::asked::Asked;
use crate::catalogue::Catalogue;
use crate::clock::local_time;
use crate::command::Command;
use crate::desk::Desk;
use crate::tasks::Task;
use crate::widgets::bank_warnings::bank_warnings;
use crate::widgets::choice::product_of;
use crate::widgets::patches::Patches;
use fettle_domain::{ProductCode, ThresholdRule};
use fettle_engine::{
    BankInfo, BankState, BankStatistics, BankStats, BankVersion, EngineError, LimitChange,
    ListBanks, Rethreshold, Rethresholded,
};
use fettle_i18n::Value;

pub(super) fn make() -> Box<dyn Tab> {
    Box::<AnomalyTab>::default()
}

#[derive(Default)]
struct AnomalyTab {
    /// Whose the answers are.
    of: Option<ProductCode>,
    bank: Asked<Option<BankState>>,
    versions: Asked<Vec<BankVersion>>,
    stats: Asked<BankStatistics>,
    scores: Option<Scores>,
    odd: Odd,
    looked_at: Option<Patches>,
    fitting: Fitting,
    changing: Option<(LimitChange, Task<Rethresholded>)>,
}

/// What a person wants of the scores.
enum Wish {
    Set(ThresholdRule),
    Look(Seen),
}

impl Tab for AnomalyTab {
    fn poll(&mut self, desk: &mut Desk<'_>) {
        self.bank.poll(desk);
        self.versions.poll(desk);
        if self.stats.poll(desk)
            && let Some(stats) = self.stats.answer()
        {
            self.scores = Some(Scores::of(stats, self.scores.take()));
        }
        self.fitting.poll(desk);
        if let Some(looked_at) = &mut self.looked_at {
            looked_at.poll(desk);
        }
        let answer = self.changing.as_ref().and_then(|(_, task)| task.poll());
        if let Some(answer) = answer
            && let Some((change, _)) = self.changing.take()
        {
            changed(desk, change, answer);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        let Some(product) = chosen(desk) else {
            return no_product(ui, desk);
        };
        if self.of.as_ref() != Some(&product) {
            self.another(product.clone());
        }
        self.bank.ask_once(desk, BankInfo(product.clone()));
        if matches!(self.bank.answer(), Some(Some(_))) {
            self.versions.ask_once(desk, ListBanks(product.clone()));
            self.stats.ask_once(desk, BankStats { product: product.clone(), plot: None });
        }
        Panel::left("anomaly_bank").resizable(true).default_size(340.0).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.left(ui, desk, &product));
        });
        CentralPanel::default().show(ui, |ui| self.middle(ui, desk, &product));
        if let Some(looked_at) = &mut self.looked_at
            && !looked_at.show(ui.ctx(), desk)
        {
            self.looked_at = None;
        }
    }

    fn command(&mut self, command: &Command, _ctx: &egui::Context, desk: &mut Desk<'_>) {
        match command {
            Command::Rethreshold(request) if self.changing.is_none() => {
                let task = desk.start(request.clone());
                self.changing = task.map(|task| (request.change, task));
            }
            Command::LibraryChanged(_) => {
                self.fitting.look_again();
                let (bank, versions) = (self.bank.answer().is_some(), self.versions.answer());
                if let (Some(product), true) = (&self.of, bank) {
                    self.bank.ask(desk, BankInfo(product.clone()));
                    if versions.is_some() {
                        self.versions.ask(desk, ListBanks(product.clone()));
                        let product = product.clone();
                        self.stats.ask(desk, BankStats { product, plot: None });
                    }
                } else {
                    // What went wrong may go well now.
                    self.bank = Asked::default();
                }
            }
            Command::Stop => self.fitting.stop(),
            _ => {}
        }
    }
}

impl AnomalyTab {
    /// Nothing is known of another product's bank.
    fn another(&mut self, product: ProductCode) {
        self.of = Some(product);
        (self.bank, self.versions) = (Asked::default(), Asked::default());
        (self.stats, self.scores) = (Asked::default(), None);
        self.looked_at = None;
    }

    fn left(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>, product: &ProductCode) {
        ui.add_space(4.0);
        if let Some(other) = product_of(ui, desk, Some(product)) {
            desk.view.bank_product = Some(other);
        }
        ui.add_space(8.0);
        if let Some(Some(bank)) = self.bank.answer() {
            bank_lines(ui, desk, bank, self.stats.answer());
            ui.add_space(8.0);
        }
        let normals = desk.catalogue.of(product).map_or(0, |summary| summary.normal_images);
        let has_bank = !matches!(self.bank.answer(), Some(None));
        self.fitting.show(ui, desk, product, normals, has_bank);
        if let Some(versions) = self.versions.answer() {
            self.fitting.versions(ui, desk, product, versions);
        }
    }

    fn middle(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>, product: &ProductCode) {
        if let Some(error) = self.bank.error().or(self.stats.error()) {
            ui.add_space(24.0);
            ui.colored_label(ui.visuals().error_fg_color, error);
            if ui.button(desk.text("history-again")).clicked() {
                self.another(product.clone());
            }
            return;
        }
        if matches!(self.bank.answer(), Some(None)) {
            ui.vertical_centered(|ui| {
                ui.add_space(ui.available_height() * 0.3);
                ui.heading(desk.text("scores-no-bank"));
                ui.label(desk.text("scores-no-bank-hint"));
            });
            return;
        }
        let (Some(stats), Some(scores)) = (self.stats.answer(), &mut self.scores) else {
            ui.add_space(24.0);
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(desk.text("scores-loading"));
            });
            return;
        };
        let mut wish = None;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let can = self.changing.is_none();
            wish = scores.show(ui, desk, stats, can);
            ui.add_space(12.0);
            let seen = self.odd.show(ui, desk, stats, scores.limit);
            wish = wish.take().or(seen.map(Wish::Look));
        });
        match wish {
            Some(Wish::Set(rule)) => {
                let change = LimitChange::By(rule);
                desk.send(Command::Rethreshold(Rethreshold { product: product.clone(), change }));
            }
            Some(Wish::Look(seen)) => self.looked_at = Some(seen.patches(desk)),
            None => {}
        }
    }
}

/// The product chosen, or the first.
fn chosen(desk: &Desk<'_>) -> Option<ProductCode> {
    let codes = || desk.catalogue.products().iter().map(|summary| &summary.product.code);
    let chosen = codes().find(|code| Some(*code) == desk.view.bank_product.as_ref());
    chosen.or(codes().next()).cloned()
}

/// What is shown before the first product.
fn no_product(ui: &mut egui::Ui, desk: &mut Desk<'_>) {
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.3);
        if desk.catalogue.error().is_some() {
            Catalogue::show_error(ui, desk);
        } else if desk.catalogue.known().is_none() {
            ui.spinner();
        } else {
            ui.heading(desk.text("library-empty"));
            ui.add_space(12.0);
            if ui.button(desk.text("command-new-product")).clicked() {
                desk.send(Command::NewProduct);
            }
        }
    });
}

/// What the bank is.
fn bank_lines(
    ui: &mut egui::Ui,
    desk: &Desk<'_>,
    bank: &BankState,
    stats: Option<&BankStatistics>,
) {
    let values = [
        ("version", Value::from(bank.bank.version)),
        ("time", local_time(&bank.created_at).into()),
    ];
    ui.strong(desk.words.with("scores-bank", &values));
    let values = [
        ("rows", Value::from(bank.rows)),
        ("images", bank.images.into()),
        ("held", bank.held_out.into()),
    ];
    ui.label(desk.words.with("scores-bank-of", &values));
    ui.label(bank.bank.model.to_string());
    let values = [("image", bank.thresholds.image.into()), ("pixel", bank.thresholds.pixel.into())];
    ui.label(desk.words.with("scores-limits", &values));
    if let Some(stats) = stats {
        ui.weak(rule_words(desk, &stats.rule));
    }
    bank_warnings(ui, desk, bank);
}

/// Says which limits are in force now, and offers those of before.
fn changed(desk: &mut Desk<'_>, change: LimitChange, answer: Result<Rethresholded, EngineError>) {
    let changed = match answer {
        Ok(changed) => changed,
        Err(error) => return desk.toasts.error(error.explain(desk.words.0)),
    };
    let product = changed.bank.product.clone();
    let values = [
        ("product", Value::from(product.to_string())),
        ("image", changed.thresholds.image.into()),
        ("before", changed.before.image.into()),
        ("pixel", changed.thresholds.pixel.into()),
    ];
    let text = desk.words.with("threshold-changed", &values);
    match change {
        LimitChange::By(_) => {
            let undo = Rethreshold { product, change: LimitChange::Undo };
            let label = desk.text("judge-undo");
            desk.toasts.done_offering(text, label, Command::Rethreshold(undo));
        }
        LimitChange::Undo => desk.toasts.done(text),
    }
    desk.send(Command::LibraryChanged(None));
}
