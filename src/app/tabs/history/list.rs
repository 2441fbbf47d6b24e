//! The list: only rows that are seen are drawn, and pages are fetched as they come into view.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use egui::{Align, Button, Layout, RichText, Sense, vec2};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::desk::Desk;
use crate::tasks::Task;
use crate::widgets::thumbnails::Pictures;
use fettle_domain::{HistoryFilter, InspectionId, InspectionPage, InspectionRow};
use fettle_engine::ListInspections;

/// Rows fetched at once.
const PAGE: usize = 100;
/// Height of the titles in points.
const TITLES: f32 = 30.0;
/// Height of a row in points.
const ROW: f32 = 44.0;
/// Width of a row's picture in points.
const PICTURE: f32 = 56.0;

type Pages = HashMap<usize, Vec<InspectionRow>>;

/// What is known of the inspections that a filter lets through.
#[derive(Default)]
pub(super) struct List {
    filter: HistoryFilter,
    total: Option<usize>,
    pages: Pages,
    fetching: HashMap<usize, Task<InspectionPage>>,
    pictures: Pictures,
    error: Option<String>,
    /// Those marked, to be saved together.
    marked: BTreeSet<InspectionId>,
    /// The row to bring into view.
    scroll_to: Option<usize>,
}

impl List {
    /// Lists what `filter` lets through, from the newest on. What was listed is shown until then.
    pub(super) fn load(&mut self, desk: &mut Desk<'_>, filter: HistoryFilter) {
        if self.filter != filter {
            self.marked.clear();
        }
        self.filter = filter;
        self.error = None;
        self.fetching.clear();
        self.fetch(desk, 0);
    }

    /// How many inspections there are, once that is known.
    pub(super) fn total(&self) -> Option<usize> {
        self.total
    }

    /// Those marked, the newest first.
    pub(super) fn marked(&self) -> Vec<InspectionId> {
        self.marked.iter().rev().copied().collect()
    }

    /// Takes pages that were fetched.
    pub(super) fn poll(&mut self, desk: &Desk<'_>) {
        let mut answers = Vec::new();
        self.fetching.retain(|page, task| match task.poll() {
            None => true,
            Some(answer) => {
                answers.push((*page, answer));
                false
            }
        });
        for (page, answer) in answers {
            match answer {
                Ok(found) => {
                    if page == 0 {
                        self.pages.clear();
                    }
                    self.total = Some(found.total);
                    self.pages.insert(page, found.rows);
                }
                Err(error) => self.error = Some(error.explain(desk.words.0)),
            }
        }
    }

    /// Changes a row that is listed.
    pub(super) fn change(&mut self, id: InspectionId, change: impl FnOnce(&mut InspectionRow)) {
        let mut rows = self.pages.values_mut().flatten();
        if let Some(row) = rows.find(|row| row.id == id) {
            change(row);
        }
    }

    /// The inspection `by` rows below the one selected, if it is listed; the first where none is.
    pub(super) fn beside(
        &mut self,
        selected: Option<InspectionId>,
        by: isize,
    ) -> Option<InspectionId> {
        let place = selected.and_then(|id| {
            self.pages.iter().find_map(|(page, rows)| {
                Some(page * PAGE + rows.iter().position(|row| row.id == id)?)
            })
        });
        let place = place.map_or(Some(0), |place| place.checked_add_signed(by))?;
        let id = row(&self.pages, place)?.id;
        self.scroll_to = Some(place);
        Some(id)
    }

    fn fetch(&mut self, desk: &mut Desk<'_>, page: usize) {
        let request =
            ListInspections { filter: self.filter.clone(), skip: page * PAGE, limit: PAGE };
        if let Some(task) = desk.start(request) {
            self.fetching.insert(page, task);
        }
    }

    /// Draws it; the inspection that was clicked.
    pub(super) fn show(
        &mut self,
        ui: &mut egui::Ui,
        desk: &mut Desk<'_>,
        selected: Option<InspectionId>,
    ) -> Option<InspectionId> {
        if let Some(error) = &self.error {
            ui.colored_label(ui.visuals().error_fg_color, error);
            if ui.button(desk.text("history-again")).clicked() {
                self.load(desk, self.filter.clone());
            }
            return None;
        }
        let Some(total) = self.total else {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(desk.text("history-loading"));
            });
            return None;
        };
        if total == 0 {
            let all = self.filter == HistoryFilter::default();
            let id = if all { "history-none" } else { "history-nothing-found" };
            ui.centered_and_justified(|ui| ui.weak(desk.text(id)));
            return None;
        }
        self.pictures.take(ui.ctx(), desk);
        let modifiers = ui.input(|input| input.modifiers);
        let mut clicked = None;
        let mut seen: Option<Range<usize>> = None;
        let mut table = TableBuilder::new(ui)
            .id_salt("history_table")
            .striped(true)
            .resizable(true)
            .sense(Sense::click())
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(Column::exact(PICTURE))
            .column(Column::initial(150.0).clip(true))
            .column(Column::initial(200.0).clip(true))
            .column(Column::initial(100.0).clip(true))
            .column(Column::initial(100.0).clip(true))
            .column(Column::initial(80.0).clip(true))
            .column(Column::initial(80.0).clip(true))
            .column(Column::initial(70.0).clip(true))
            .column(Column::remainder().clip(true));
        if let Some(place) = self.scroll_to.take() {
            table = table.scroll_to_row(place, None);
        }
        let titles = [
            "history-picture",
            "label-time",
            "history-file",
            "label-product",
            "judge-defect",
            "label-verdict",
            "history-judged",
            "label-score",
            "history-action",
        ];
        let header = |mut row: TableRow<'_, '_>| {
            for title in titles {
                row.col(|ui| {
                    ui.strong(desk.text(title));
                });
            }
        };
        let Self { pages, pictures, marked, .. } = self;
        let mut lacking = Vec::new();
        table.header(TITLES, header).body(|body| {
            body.rows(ROW, total, |mut line| {
                let place = line.index();
                let range = seen.get_or_insert(place..place + 1);
                range.end = range.end.max(place + 1);
                let Some(row) = row(pages, place) else {
                    line.col(|ui| {
                        ui.weak("…");
                    });
                    return;
                };
                let chosen = selected == Some(row.id) || marked.contains(&row.id);
                line.set_selected(chosen);
                line.col(|ui| {
                    let Some(path) = row.image_path.as_deref() else {
                        ui.weak("–");
                        return;
                    };
                    let (frame, _) = ui.allocate_exact_size(ui.available_size(), Sense::empty());
                    let frame = frame.shrink2(vec2(0.0, 2.0));
                    if !pictures.paint(ui, desk.words, path, frame) {
                        lacking.push(path);
                    }
                });
                if cells(&mut line, desk, row, chosen) || line.response().clicked() {
                    clicked = Some(row.id);
                }
            });
        });
        pictures.ask(desk, lacking.into_iter());
        if let Some(seen) = seen {
            self.bring(desk, seen);
        }
        // With Ctrl one more is marked, or one less; what is opened is marked with the first.
        let id = clicked?;
        if !modifiers.command {
            self.marked.clear();
            return Some(id);
        }
        if self.marked.is_empty() {
            self.marked.extend(selected.filter(|selected| *selected != id));
        }
        if !self.marked.remove(&id) {
            self.marked.insert(id);
        }
        None
    }

    /// Fetches the pages of the rows seen, and no other.
    fn bring(&mut self, desk: &mut Desk<'_>, seen: Range<usize>) {
        let pages = seen.start / PAGE..seen.end.saturating_sub(1) / PAGE + 1;
        // Page 0 also renews the list.
        self.fetching.retain(|page, _| *page == 0 || pages.contains(page));
        if self.fetching.contains_key(&0) {
            return;
        }
        for page in pages {
            if !self.pages.contains_key(&page) && !self.fetching.contains_key(&page) {
                self.fetch(desk, page);
            }
        }
    }
}

/// When an inspection was made (RFC 3339), on the clock of where that was.
pub(super) fn time_there(created_at: &str) -> String {
    let time: String = created_at.chars().take(19).collect();
    time.replace('T', " ")
}

/// The row at `place`, where it is fetched.
fn row(pages: &Pages, place: usize) -> Option<&InspectionRow> {
    pages.get(&(place / PAGE))?.get(place % PAGE)
}

/// Draws a row but for its picture; whether its name was clicked.
fn cells(
    line: &mut TableRow<'_, '_>,
    desk: &Desk<'_>,
    row: &InspectionRow,
    selected: bool,
) -> bool {
    let mut clicked = false;
    let text = |ui: &mut egui::Ui, text: &str| {
        // Selectable letters would take the row's clicks.
        ui.add(egui::Label::new(text).selectable(false).truncate());
    };
    let dash = || "–".to_owned();
    line.col(|ui| {
        text(ui, &time_there(&row.created_at));
    });
    line.col(|ui| {
        let name = Button::selectable(selected, row.file_name()).truncate();
        clicked = ui.add(name).on_hover_text(&row.source).clicked();
    });
    line.col(|ui| {
        text(ui, &row.product.as_ref().map_or_else(dash, |product| desk.product_name(product)))
    });
    line.col(|ui| {
        let name = |defect| desk.defect_name(row.product.as_ref(), defect);
        text(ui, &row.defect.as_ref().map_or_else(dash, name));
    });
    line.col(|ui| text(ui, &desk.text(row.verdict.word())));
    line.col(|ui| {
        let Some(judged) = row.judged else { return };
        let word = RichText::new(desk.text(judged.word()));
        // Overruled: that is what one looks for.
        let word = if judged == row.verdict { word } else { word.strong().underline() };
        ui.add(egui::Label::new(word).selectable(false).truncate());
    });
    line.col(|ui| {
        text(ui, &row.image_score.map_or_else(dash, |score| format!("{score:.2}")));
    });
    line.col(|ui| {
        text(ui, &row.asks_for().map_or_else(String::new, |state| desk.text(state.word())))
    });
    clicked
}
