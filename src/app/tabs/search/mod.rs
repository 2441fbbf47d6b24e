//! The tab that searches known defects by a picture, a region of a picture, or text.

mod hit_comparison;
mod hit_strip;
mod index_status;
mod notice;
mod query_form;
mod suggestion;
#[cfg(test)]
mod tests;
mod text_query;

use std::path::PathBuf;

use egui::{CentralPanel, Key, Panel, ScrollArea};

use self::hit_comparison::{HitComparison, RankedHit};
use self::hit_strip::HitStrip;
use self::index_status::IndexStatus;
use self::notice::notice;
use self::query_form::{QueryChange, QueryForm};
use super::tab::{Tab, TabEntry};
use crate::command::{Command, TabId, ctrl};
use crate::dialogs::image_files::{ImageList, ImageSource, PendingImages, collect_images};
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use fettle_domain::{Hit, InspectionId, Similarity};
use fettle_engine::{FindInspection, Query, Search, SearchFilter};

/// Hits found at most.
const TOP_K: usize = 24;

pub(super) const TAB: TabEntry = TabEntry {
    id: TabId::Search,
    label: "tab-search",
    shortcut: ctrl(Key::Num2),
    make: || Box::<SearchTab>::default(),
};

#[derive(Default)]
struct SearchTab {
    pending_images: Option<PendingImages>,
    query: Option<Query>,
    form: QueryForm,
    index: IndexStatus,
    found: Loadable<Similarity>,
    /// Index of the hit that is compared with the query.
    selected: usize,
    /// The inspection that the selected hit was registered from.
    inspection: Loadable<Option<InspectionId>>,
    comparison: HitComparison,
    strip: HitStrip,
}

impl Tab for SearchTab {
    fn poll(&mut self, cx: &mut TabContext<'_>) {
        if let Some(collected) = self.pending_images.as_ref().and_then(PendingImages::poll) {
            self.pending_images = None;
            if let Some(ImageList { mut files, first }) = collected
                && first < files.len()
            {
                self.search(Query::Picture(files.swap_remove(first)));
            }
        }
        // Every model has an index of its own.
        if self.form.text.poll(cx) && cx.catalogue.defect_images() > 0 {
            self.index.build(cx);
        }
        self.index.poll(cx);
        self.found.poll(cx);
        self.inspection.poll(cx);
        self.comparison.poll(cx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        self.index.load_once(cx);
        if let Some(query) = &self.query
            && self.index.exists()
        {
            let (query, filter) = (query.clone(), self.form.filter.clone());
            self.found.load_once(cx, Search { query, top: TOP_K, filter });
        }
        if let Some(image) = self.selected_hit().map(|hit| hit.image) {
            self.inspection.load_once(cx, FindInspection(image));
        }
        Panel::left("search_query").resizable(true).default_size(310.0).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.query_panel(ui, cx));
        });
        if let Some(found) = self.found.answer().filter(|found| !found.hits.is_empty()) {
            let shown = Panel::bottom("search_hits")
                .resizable(false)
                .show(ui, |ui| self.strip.show(ui, cx, &found.hits, self.selected));
            if let Some(index) = shown.inner {
                self.select(index);
            }
        }
        CentralPanel::default().show(ui, |ui| self.result_panel(ui, cx));
    }

    fn command(&mut self, command: &Command, ctx: &egui::Context, cx: &mut TabContext<'_>) {
        match command {
            Command::OpenImages => {
                let source = ImageSource::Dialog(cx.text("command-open"));
                self.pending_images = collect_images(ctx, source);
            }
            Command::SearchFor(query) => self.search(query.clone()),
            Command::NextImage => self.select(self.selected.saturating_add(1)),
            Command::PreviousImage => self.select(self.selected.saturating_sub(1)),
            Command::LibraryChanged(_) => {
                self.index.reload();
                self.form.text.reload_model();
                self.clear_result();
            }
            Command::Stop => self.index.cancel(cx),
            _ => {}
        }
    }

    fn dropped(&mut self, paths: &[PathBuf], ctx: &egui::Context, _cx: &TabContext<'_>) -> bool {
        self.pending_images = collect_images(ctx, ImageSource::Paths(paths.to_vec()));
        true
    }
}

impl SearchTab {
    /// Searches for `query` with the next frame.
    fn search(&mut self, query: Query) {
        if let Query::Words(text) = &query {
            self.form.text.typed.clone_from(text);
        }
        self.query = Some(query);
        self.comparison.reset();
        self.clear_result();
    }

    /// Forgets the result, which belongs to another query, filter or index. The next frame searches
    /// again.
    fn clear_result(&mut self) {
        self.found = Loadable::default();
        self.selected = 0;
        self.inspection = Loadable::default();
    }

    /// Selects the hit at `index`, if there is one.
    fn select(&mut self, index: usize) {
        let count = self.found.answer().map_or(0, |found| found.hits.len());
        if index < count && index != self.selected {
            self.selected = index;
            self.inspection = Loadable::default();
        }
    }

    fn selected_hit(&self) -> Option<&Hit> {
        self.found.answer()?.hits.get(self.selected)
    }

    /// Query, filters, suggestion and state of the index.
    fn query_panel(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        match self.form.show(ui, cx, self.query.as_ref()) {
            Some(QueryChange::Query(query)) => self.search(query),
            Some(QueryChange::Filter) => self.clear_result(),
            None => {}
        }
        if let Some(found) = self.found.answer()
            && !matches!(self.query, Some(Query::Words(_)))
        {
            suggestion::show(ui, cx, found.suggestion.as_ref());
        }
        self.index.show_outdated(ui, cx);
    }

    /// The selected hit, or a notice in its place.
    fn result_panel(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        let error = self.found.error().or(self.index.error()).map(str::to_owned);
        if let Some(error) = error {
            notice(ui, |ui| {
                ui.colored_label(ui.visuals().error_fg_color, error);
                if ui.button(cx.text("history-again")).clicked() {
                    self.index.reload();
                    self.clear_result();
                }
            });
        } else if self.index.is_missing() {
            self.index.show_missing(ui, cx);
        } else if self.query.is_none() {
            notice(ui, |ui| {
                ui.heading(cx.text("search-invite"));
                ui.weak(cx.text("search-invite-how"));
            });
        } else if self.found.answer().is_some_and(|found| found.hits.is_empty()) {
            self.no_hits(ui, cx);
        } else {
            self.compare(ui, cx);
        }
    }

    /// Shows that nothing was found, and a button that clears the filters.
    fn no_hits(&mut self, ui: &mut egui::Ui, cx: &TabContext<'_>) {
        notice(ui, |ui| {
            ui.heading(cx.text("search-none"));
            if self.form.filter != SearchFilter::default()
                && ui.button(cx.text("search-among-all")).clicked()
            {
                self.form.filter = SearchFilter::default();
                self.clear_result();
            }
        });
    }

    /// Shows the selected hit beside the query; a region drawn on the query is searched for.
    fn compare(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        let Some(query) = &self.query else { return };
        let hit = self.found.answer().and_then(|found| found.hits.get(self.selected));
        let inspection = self.inspection.answer().copied().flatten();
        let hit = hit.map(|hit| RankedHit { hit, rank: self.selected + 1, inspection });
        if let Some(region) = self.comparison.show(ui, cx, query, hit)
            && let Query::Picture(path) | Query::Region(path, _) = query
        {
            self.query = Some(Query::Region(path.clone(), region));
            self.clear_result();
        }
    }
}
