//! What is searched for, among what, and what it suggests.

use egui::RichText;

use super::SearchTab;
use super::views::MainHit;
use crate::command::Command;
use crate::desk::Desk;
use crate::tabs::TabId;
use crate::under_way;
use crate::widgets::choice::{defect_choice, product_choice};
use fettle_domain::Suggestion;
use fettle_engine::{Among, Query};
use fettle_i18n::Value;

impl SearchTab {
    pub(super) fn asking(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        ui.add_space(4.0);
        ui.strong(desk.text("search-by-picture"));
        ui.horizontal_wrapped(|ui| {
            if ui.button(desk.text("command-open")).clicked() {
                desk.send(Command::OpenImages);
            }
            if let Some(Query::Region(path, _)) = &self.query
                && ui.button(desk.text("search-whole")).clicked()
            {
                self.search(Query::Picture(path.clone()));
            }
        });
        ui.weak(desk.text("search-hint"));
        ui.add_space(12.0);
        if let Some(words) = self.words.show(ui, desk) {
            self.search(Query::Words(words));
        }
        ui.add_space(12.0);
        self.filters(ui, desk);
        ui.add_space(12.0);
        if let Some(found) = self.found.answer()
            && !matches!(self.query, Some(Query::Words(_)))
        {
            suggestion(ui, desk, found.suggestion.as_ref());
        }
        self.index_behind(ui, desk);
    }

    fn filters(&mut self, ui: &mut egui::Ui, desk: &Desk<'_>) {
        ui.strong(desk.text("search-among"));
        let Among { product, defect } = &mut self.among;
        let any = desk.text("filter-any");
        let mut changed = product_choice(ui, desk, product, &any);
        if changed {
            // Another product's defects are others.
            *defect = None;
        }
        changed |= defect_choice(ui, desk, product.as_ref(), defect, &any);
        if changed {
            self.again();
        }
    }

    /// That the library knows more than is found, and what helps.
    fn index_behind(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        if let Some(building) = &self.building {
            ui.add_space(12.0);
            under_way::show(ui, desk, building);
            return;
        }
        let Some(Some(index)) = self.index.answer() else { return };
        if index.behind == 0 {
            return;
        }
        ui.add_space(12.0);
        let values = [("count", Value::from(index.behind))];
        let text = desk.words.with("library-index-behind", &values);
        ui.colored_label(ui.visuals().warn_fg_color, text);
        if ui.button(desk.text("library-build-index")).clicked() {
            self.build_index(desk);
        }
    }

    /// What is shown instead of hits: what to do, that it is searched, or what went wrong.
    pub(super) fn middle(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        let error = self.found.error().or(self.index.error()).map(str::to_owned);
        if let Some(error) = error {
            notice(ui, |ui| {
                ui.colored_label(ui.visuals().error_fg_color, error);
                if ui.button(desk.text("history-again")).clicked() {
                    self.index = Default::default();
                    self.again();
                }
            });
        } else if matches!(self.index.answer(), Some(None)) {
            self.no_index(ui, desk);
        } else if self.query.is_none() {
            notice(ui, |ui| {
                ui.heading(desk.text("search-invite"));
                ui.weak(desk.text("search-invite-how"));
            });
        } else {
            self.hits(ui, desk);
        }
    }

    fn hits(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        let hit = self.found.answer().and_then(|found| found.hits.get(self.at));
        let inspection = self.inspection.answer().copied().flatten();
        let none = self.found.answer().is_some_and(|found| found.hits.is_empty());
        if none {
            notice(ui, |ui| {
                ui.heading(desk.text("search-none"));
                if self.among != Among::default()
                    && ui.button(desk.text("search-among-all")).clicked()
                {
                    self.among = Among::default();
                    self.again();
                }
            });
            return;
        }
        let Some(query) = &self.query else { return };
        let hit = hit.map(|hit| MainHit { hit, place: self.at + 1, inspection });
        if let Some(region) = self.views.show(ui, desk, query, hit)
            && let Query::Picture(path) | Query::Region(path, _) = query
        {
            let path = path.clone();
            self.query = Some(Query::Region(path, region));
            self.again();
        }
    }

    /// There is no index yet: what makes one.
    fn no_index(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        let products = desk.catalogue.products().iter();
        let images: usize = products.flat_map(|one| &one.defects).map(|(_, count)| count).sum();
        notice(ui, |ui| {
            ui.heading(desk.text("search-no-index"));
            if images == 0 {
                ui.label(desk.text("search-no-defects"));
                if ui.button(desk.text("search-to-library")).clicked() {
                    desk.send(Command::Show(TabId::Library));
                }
            } else if self.building.is_none() {
                let values = [("count", Value::from(images))];
                ui.label(desk.words.with("search-to-index", &values));
                if ui.button(desk.text("library-build-index")).clicked() {
                    self.build_index(desk);
                }
            } else {
                ui.spinner();
            }
        });
    }
}

/// What the neighbours vote for.
fn suggestion(ui: &mut egui::Ui, desk: &Desk<'_>, suggestion: Option<&Suggestion>) {
    ui.strong(desk.text("search-suggestion"));
    let Some(suggestion) = suggestion else {
        ui.label(desk.text("inspect-unknown"));
        return;
    };
    let defect = match &suggestion.defect {
        Some(defect) => desk.defect_name(Some(&suggestion.product), defect),
        None => desk.text("search-defect-unknown"),
    };
    ui.label(RichText::new(defect).size(20.0).strong());
    ui.label(desk.product_name(&suggestion.product));
    let values =
        [("percent", Value::Number { value: f64::from(suggestion.confidence * 100.0), digits: 0 })];
    ui.label(desk.words.with("search-confidence", &values));
}

/// Words in the middle of the room.
fn notice(ui: &mut egui::Ui, show: impl FnOnce(&mut egui::Ui)) {
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.3);
        ui.set_max_width(560.0);
        show(ui);
    });
}
