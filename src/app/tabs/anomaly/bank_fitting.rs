//! Fitting of a memory bank with all options, and the versions of the bank.

use egui::{Button, CollapsingHeader, DragValue, Grid, Ui};

use crate::clock::local_time;
use crate::job_progress;
use crate::loadable::Loadable;
use crate::outcome_toasts::toast_bank_undone;
use crate::product_state::{FEWEST_NORMALS, ProductState};
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::combo_box::{MIN_WIDTH, labelled_combo};
use crate::widgets::primary_button::step_button;
use crate::widgets::threshold_rule::{describe_rule, number_field, rule_editor};
use fettle_domain::{InputFit, ProductCode, RecipeChoice, ThresholdRule};
use fettle_engine::{
    BankReadiness, BankVersion, FitBank, GetPreferences, Preferences, ProductSummary, UndoBank,
    UndoneBank,
};
use fettle_i18n::Value;

/// Input side that is proposed first, in pixels.
const DEFAULT_SIDE: u32 = 256;

/// The options of the next fit, and the running jobs.
pub(super) struct BankFitting {
    /// Coreset sampling ratio, 0 to 1.
    ratio: f32,
    /// The rule of this fit; `None` for that of the settings.
    rule: Option<ThresholdRule>,
    preferences: Loadable<Preferences>,
    recipe: RecipeChoice,
    undoing: Option<Task<UndoneBank>>,
}

impl Default for BankFitting {
    fn default() -> Self {
        Self {
            ratio: FitBank::RATIO,
            rule: None,
            preferences: Loadable::default(),
            recipe: RecipeChoice::default(),
            undoing: None,
        }
    }
}

/// All ways to fit a picture into the network's input, with the locale ids of their names.
const INPUT_FITS: [(InputFit, &str); 6] = [
    (InputFit::Shorter, "fit-shorter"),
    (InputFit::Crop, "fit-crop"),
    (InputFit::Square, "fit-square"),
    (InputFit::Letterbox, "fit-letterbox"),
    (InputFit::Native, "fit-native"),
    (InputFit::Fine, "fit-fine"),
];

impl BankFitting {
    /// Loads the preferences again with the next frame.
    pub(super) fn reload_preferences(&mut self) {
        self.preferences = Loadable::default();
    }

    /// Takes the outcomes of jobs.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.preferences.poll(cx);
        if let Some(answer) = self.undoing.as_ref().and_then(Task::poll) {
            self.undoing = None;
            toast_bank_undone(cx, answer);
        }
    }

    /// Shows the options, expanded while the product has no bank, and the progress of the fit.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        product: &ProductCode,
        summary: &ProductSummary,
    ) {
        let state = ProductState::of(cx, summary);
        let has_bank = summary.bank != BankReadiness::None;
        let normals = summary.normal_images;
        self.preferences.load_once(cx, GetPreferences);
        let title = if has_bank { "scores-refit" } else { "scores-fit" };
        let header = CollapsingHeader::new(cx.text(title)).id_salt((title, product));
        header.default_open(!has_bank).show(ui, |ui| {
            let values = [("count", Value::from(normals))];
            ui.label(cx.localizer.with("scores-normals", &values));
            self.options(ui, cx);
            if let ProductState::NeedsImages { .. } = state {
                let values = [("needed", Value::from(FEWEST_NORMALS))];
                let text = cx.localizer.with("scores-too-few", &values);
                ui.colored_label(ui.visuals().warn_fg_color, text);
            }
            let is_next = state.can_fit() && state != ProductState::Ready;
            let fit = step_button(ui, cx.text("library-fit"), is_next);
            if ui.add_enabled(state.can_fit(), fit).clicked() {
                let request = FitBank {
                    ratio: self.ratio,
                    rule: self.rule,
                    recipe: self.recipe.clone(),
                    ..FitBank::new(product.clone())
                };
                cx.fit(request);
            }
        });
        if let Some(job) = cx.fits.of(product) {
            let values = [("product", product.to_string().into())];
            ui.label(cx.localizer.with("library-fitting", &values));
            job_progress::show_status(ui, cx, job);
        }
    }

    fn options(&mut self, ui: &mut Ui, cx: &TabContext<'_>) {
        let mut percent = self.ratio * 100.0;
        let field = DragValue::new(&mut percent).range(0.1..=100.0).speed(0.1).suffix(" %");
        if number_field(ui, cx, "scores-ratio", field) {
            self.ratio = percent / 100.0;
        }
        let selected = INPUT_FITS.iter().find(|(fit, _)| *fit == self.recipe.fit);
        let selected = selected.map_or_else(String::new, |(_, id)| cx.text(id));
        let label = cx.text("scores-input");
        labelled_combo(ui, &label, selected, MIN_WIDTH, |ui| {
            for (fit, id) in INPUT_FITS {
                ui.selectable_value(&mut self.recipe.fit, fit, cx.text(id));
            }
        });
        if self.recipe.fit != InputFit::Native {
            let mut own = self.recipe.side.is_some();
            if ui.checkbox(&mut own, cx.text("scores-own-side")).changed() {
                self.recipe.side = own.then_some(DEFAULT_SIDE);
            }
            if let Some(side) = &mut self.recipe.side {
                let field = DragValue::new(side).range(64..=2048).suffix(" px");
                number_field(ui, cx, "scores-side", field);
            }
        }
        self.threshold_rule(ui, cx);
        ui.small(cx.text("settings-roles-hint"));
    }

    /// The threshold rule: that of the settings, or one for this fit.
    fn threshold_rule(&mut self, ui: &mut Ui, cx: &TabContext<'_>) {
        let Some(preferences) = self.preferences.answer() else { return };
        let usual = preferences.threshold_rule;
        let mut own = self.rule.is_some();
        if ui.checkbox(&mut own, cx.text("scores-own-rule")).changed() {
            self.rule = own.then_some(usual);
        }
        match &mut self.rule {
            // The fit itself refuses the cost rule where no defects are known.
            Some(rule) => rule_editor(ui, cx, rule, true),
            None => {
                let values = [("rule", describe_rule(cx, &usual).into())];
                ui.label(cx.localizer.with("scores-usual-rule", &values));
            }
        }
    }

    /// The versions of the product's bank, newest first, and a button that returns to the one
    /// before.
    pub(super) fn versions(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        product: &ProductCode,
        versions: &[BankVersion],
    ) {
        let title = cx.localizer.with("scores-versions", &[("count", versions.len().into())]);
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
                            cx.localizer.with("library-index-holds", &[("total", count.into())])
                        }
                        None => cx.text("bank-version-unreadable"),
                    };
                    let fitted = ui.label(local_time(&one.created_at));
                    if let Some(version) = one.extends {
                        let values = [("version", Value::from(version))];
                        fitted.on_hover_text(cx.localizer.with("bank-version-extends", &values));
                    }
                    ui.label(images);
                    ui.label(format!("{:.2}", one.thresholds.image))
                        .on_hover_text(cx.text("scores-threshold"));
                    ui.end_row();
                }
            });
            let active = versions.iter().find(|one| one.active);
            let earlier = active.is_some_and(|active| {
                versions.iter().any(|one| one.bank.version < active.bank.version)
            });
            let back = Button::new(cx.text("library-undo-bank"));
            if ui.add_enabled(earlier && self.undoing.is_none(), back).clicked() {
                self.undoing = cx.start(UndoBank(product.clone()));
            }
        });
    }
}
