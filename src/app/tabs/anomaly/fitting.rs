//! Fitting a bank with all its options, and the banks there are.

use egui::{Button, CollapsingHeader, DragValue, Grid, Ui};

use super::rule::{choose, number, rule_words};
use crate::asked::Asked;
use crate::clock::local_time;
use crate::desk::Desk;
use crate::tabs::library::readiness::{say_fitted, say_undone};
use crate::tasks::Task;
use crate::under_way;
use crate::widgets::choice::{WIDTH, named_list};
use fettle_domain::{InputFit, ProductCode, RecipeChoice, ThresholdRule};
use fettle_engine::{
    AskPreferences, BankVersion, FitBank, FittedBank, Preferences, UndoBank, UndoneBank,
};
use fettle_i18n::Value;

/// The size that is offered first where none was chosen, in pixels.
const SIDE: u32 = 256;
/// Fewer normal images give no bank.
const FEWEST: usize = 3;

/// The options chosen, and the jobs under way.
pub(super) struct Fitting {
    ratio: f32,
    /// `None`: that of the settings.
    rule: Option<ThresholdRule>,
    preferences: Asked<Preferences>,
    recipe: RecipeChoice,
    task: Option<(ProductCode, Task<FittedBank>)>,
    undoing: Option<Task<UndoneBank>>,
}

impl Default for Fitting {
    fn default() -> Self {
        Self {
            ratio: FitBank::RATIO,
            rule: None,
            preferences: Asked::default(),
            recipe: RecipeChoice::default(),
            task: None,
            undoing: None,
        }
    }
}

/// All ways to bring a picture to the network's size, with the ids of their messages.
const FITS: [(InputFit, &str); 5] = [
    (InputFit::Shorter, "fit-shorter"),
    (InputFit::Crop, "fit-crop"),
    (InputFit::Square, "fit-square"),
    (InputFit::Letterbox, "fit-letterbox"),
    (InputFit::Native, "fit-native"),
];

impl Fitting {
    /// The settings may have changed.
    pub(super) fn look_again(&mut self) {
        self.preferences = Asked::default();
    }

    /// Takes what became of the jobs.
    pub(super) fn poll(&mut self, desk: &mut Desk<'_>) {
        self.preferences.poll(desk);
        if let Some(answer) = self.task.as_ref().and_then(|(_, task)| task.poll()) {
            self.task = None;
            say_fitted(desk, answer);
        }
        if let Some(answer) = self.undoing.as_ref().and_then(Task::poll) {
            self.undoing = None;
            say_undone(desk, answer);
        }
    }

    /// Stops a fit; the bank in use stays.
    pub(super) fn stop(&self) {
        if let Some((_, task)) = &self.task {
            task.cancel();
        }
    }

    /// Draws the options, which are open where there is no bank yet.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        desk: &mut Desk<'_>,
        product: &ProductCode,
        normals: usize,
        has_bank: bool,
    ) {
        self.preferences.ask_once(desk, AskPreferences);
        let title = if has_bank { "scores-refit" } else { "scores-fit" };
        let header = CollapsingHeader::new(desk.text(title)).id_salt((title, product));
        header.default_open(!has_bank).show(ui, |ui| {
            let values = [("count", Value::from(normals))];
            ui.label(desk.words.with("scores-normals", &values));
            self.options(ui, desk);
            if normals < FEWEST {
                let values = [("needed", Value::from(FEWEST))];
                let text = desk.words.with("scores-too-few", &values);
                ui.colored_label(ui.visuals().warn_fg_color, text);
            }
            let can = self.task.is_none() && normals >= FEWEST;
            if ui.add_enabled(can, Button::new(desk.text("library-fit"))).clicked() {
                let request = FitBank {
                    ratio: self.ratio,
                    rule: self.rule,
                    recipe: self.recipe.clone(),
                    ..FitBank::new(product.clone())
                };
                self.task = desk.start(request).map(|task| (product.clone(), task));
            }
        });
        if let Some((product, task)) = &self.task {
            let values = [("product", product.to_string().into())];
            ui.label(desk.words.with("library-fitting", &values));
            under_way::show(ui, desk, task);
        }
    }

    fn options(&mut self, ui: &mut Ui, desk: &Desk<'_>) {
        let mut percent = self.ratio * 100.0;
        let field = DragValue::new(&mut percent).range(0.1..=100.0).speed(0.1).suffix(" %");
        if number(ui, desk, "scores-ratio", field) {
            self.ratio = percent / 100.0;
        }
        let shown = FITS.iter().find(|(fit, _)| *fit == self.recipe.fit);
        let shown = shown.map_or_else(String::new, |(_, id)| desk.text(id));
        let label = desk.text("scores-input");
        named_list(ui, &label, shown, WIDTH, |ui| {
            for (fit, id) in FITS {
                ui.selectable_value(&mut self.recipe.fit, fit, desk.text(id));
            }
        });
        if self.recipe.fit != InputFit::Native {
            let mut own = self.recipe.side.is_some();
            if ui.checkbox(&mut own, desk.text("scores-own-side")).changed() {
                self.recipe.side = own.then_some(SIDE);
            }
            if let Some(side) = &mut self.recipe.side {
                let field = DragValue::new(side).range(64..=2048).suffix(" px");
                number(ui, desk, "scores-side", field);
            }
        }
        self.threshold_rule(ui, desk);
        ui.small(desk.text("settings-roles-hint"));
    }

    /// By which rule the limits are set: as always, or as this fit says.
    fn threshold_rule(&mut self, ui: &mut Ui, desk: &Desk<'_>) {
        let Some(preferences) = self.preferences.answer() else { return };
        let usual = preferences.threshold_rule;
        let mut own = self.rule.is_some();
        if ui.checkbox(&mut own, desk.text("scores-own-rule")).changed() {
            self.rule = own.then_some(usual);
        }
        match &mut self.rule {
            // Whether defects are known, the fit itself says.
            Some(rule) => choose(ui, desk, rule, true),
            None => {
                let values = [("rule", rule_words(desk, &usual).into())];
                ui.label(desk.words.with("scores-usual-rule", &values));
            }
        }
    }

    /// The product's banks, newest first, and the way back.
    pub(super) fn versions(
        &mut self,
        ui: &mut Ui,
        desk: &mut Desk<'_>,
        product: &ProductCode,
        versions: &[BankVersion],
    ) {
        let title = desk.words.with("scores-versions", &[("count", versions.len().into())]);
        CollapsingHeader::new(title).id_salt("anomaly_versions").show(ui, |ui| {
            Grid::new("anomaly_versions").num_columns(4).striped(true).show(ui, |ui| {
                for one in versions.iter().rev() {
                    let version = format!("{}", one.bank.version);
                    match one.active {
                        true => ui.strong(format!("✔ {version}")),
                        false => ui.label(version),
                    };
                    let images = match one.images {
                        Some(count) => {
                            desk.words.with("library-index-holds", &[("total", count.into())])
                        }
                        None => desk.text("bank-version-unreadable"),
                    };
                    let fitted = ui.label(local_time(&one.created_at));
                    if let Some(version) = one.extends {
                        let values = [("version", Value::from(version))];
                        fitted.on_hover_text(desk.words.with("bank-version-extends", &values));
                    }
                    ui.label(images);
                    ui.label(format!("{:.2}", one.thresholds.image))
                        .on_hover_text(desk.text("scores-threshold"));
                    ui.end_row();
                }
            });
            let active = versions.iter().find(|one| one.active);
            let earlier = active.is_some_and(|active| {
                versions.iter().any(|one| one.bank.version < active.bank.version)
            });
            let back = Button::new(desk.text("library-undo-bank"));
            if ui.add_enabled(earlier && self.undoing.is_none(), back).clicked() {
                self.undoing = desk.start(UndoBank(product.clone()));
            }
        });
    }
}
