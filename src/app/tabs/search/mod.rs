//! Known defects that resemble a picture, a part of one, or words.

mod asking;
mod strip;
#[cfg(test)]
pub(super) mod tests;
mod views;
mod words;

use std::path::PathBuf;

use egui::{CentralPanel, Panel, ScrollArea};

use self::strip::Strip;
use self::views::Views;
use self::words::Words;
use super::Tab;
use super::library::readiness::say_indexed;
use crate::asked::Asked;
use crate::command::Command;
use crate::desk::Desk;
use crate::dialogs::files::{Gathered, Gathering, Source, gather_from};
use crate::tasks::Task;
use fettle_domain::{Hit, InspectionId, Similarity};
use fettle_engine::{
    Among, BuildIndex, BuiltIndex, IndexInfo, IndexState, InspectionOf, Query, Search,
};

/// Hits asked for.
const TOP: usize = 24;

pub(super) fn make() -> Box<dyn Tab> {
    Box::<SearchTab>::default()
}

#[derive(Default)]
struct SearchTab {
    gathering: Option<Gathering>,
    query: Option<Query>,
    words: Words,
    among: Among,
    index: Asked<Option<IndexState>>,
    building: Option<Task<BuiltIndex>>,
    found: Asked<Similarity>,
    /// Which hit is shown large, and the inspection that it comes from.
    at: usize,
    inspection: Asked<Option<InspectionId>>,
    views: Views,
    strip: Strip,
}

impl Tab for SearchTab {
    fn poll(&mut self, desk: &mut Desk<'_>) {
        if let Some(gathered) = self.gathering.as_ref().and_then(Gathering::poll) {
            self.gathering = None;
            if let Some(Gathered { mut files, first }) = gathered
                && first < files.len()
            {
                self.search(Query::Picture(files.swap_remove(first)));
            }
        }
        self.index.poll(desk);
        if self.words.poll(desk) {
            // Another model has another index.
            let known = desk.catalogue.products().iter().flat_map(|one| &one.defects);
            if known.map(|(_, images)| images).sum::<usize>() > 0 {
                self.build_index(desk);
            }
        }
        self.found.poll(desk);
        self.inspection.poll(desk);
        self.views.poll(desk);
        if let Some(answer) = self.building.as_ref().and_then(Task::poll) {
            self.building = None;
            say_indexed(desk, answer);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        self.index.ask_once(desk, IndexInfo);
        // Nothing is searched for where nothing is indexed.
        if let (Some(query), Some(Some(_))) = (&self.query, self.index.answer()) {
            let (query, among) = (query.clone(), self.among.clone());
            self.found.ask_once(desk, Search { query, top: TOP, among });
        }
        if let Some(hit) = self.hit() {
            let of = InspectionOf(hit.image);
            self.inspection.ask_once(desk, of);
        }
        Panel::left("search_query").resizable(true).default_size(310.0).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.asking(ui, desk));
        });
        if let Some(found) = self.found.answer().filter(|found| !found.hits.is_empty()) {
            let shown = Panel::bottom("search_hits")
                .resizable(false)
                .show(ui, |ui| self.strip.show(ui, desk, &found.hits, self.at));
            if let Some(at) = shown.inner {
                self.swap(at);
            }
        }
        CentralPanel::default().show(ui, |ui| self.middle(ui, desk));
    }

    fn command(&mut self, command: &Command, ctx: &egui::Context, desk: &mut Desk<'_>) {
        match command {
            Command::OpenImages => {
                self.gathering = gather_from(ctx, Source::Dialog(desk.text("command-open")));
            }
            Command::SearchFor(query) => self.search(query.clone()),
            Command::NextImage => self.swap(self.at.saturating_add(1)),
            Command::PreviousImage => self.swap(self.at.saturating_sub(1)),
            Command::LibraryChanged(_) => {
                self.index = Asked::default();
                self.words.look_again();
                self.again();
            }
            Command::Stop => {
                if let Some(building) = &self.building {
                    building.cancel();
                }
            }
            _ => {}
        }
    }

    fn dropped(&mut self, paths: &[PathBuf], ctx: &egui::Context, _desk: &Desk<'_>) -> bool {
        self.gathering = gather_from(ctx, Source::Paths(paths.to_vec()));
        true
    }
}

impl SearchTab {
    /// Searches for something else.
    fn search(&mut self, query: Query) {
        if let Query::Words(words) = &query {
            self.words.typed.clone_from(words);
        }
        self.query = Some(query);
        self.views.another();
        self.again();
    }

    /// What was found is of another query, filter or index: it is searched for anew.
    fn again(&mut self) {
        self.found = Asked::default();
        self.at = 0;
        self.inspection = Asked::default();
    }

    /// Shows another hit large, if there are so many.
    fn swap(&mut self, at: usize) {
        let count = self.found.answer().map_or(0, |found| found.hits.len());
        if at < count && at != self.at {
            self.at = at;
            self.inspection = Asked::default();
        }
    }

    /// The hit shown large.
    fn hit(&self) -> Option<&Hit> {
        self.found.answer()?.hits.get(self.at)
    }

    fn build_index(&mut self, desk: &mut Desk<'_>) {
        if self.building.is_none() {
            self.building = desk.start(BuildIndex { rebuild: false });
        }
    }
}
