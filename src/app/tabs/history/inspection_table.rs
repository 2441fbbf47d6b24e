//! The table of inspections. Only visible rows are drawn, and pages are fetched as they come into
//! view.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use egui::{Align, Button, Layout, RichText, Sense, vec2};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::thumbnail_cache::ThumbnailCache;
use crate::widgets::verdict_mark;
use fettle_domain::{
    HistoryColumn, HistoryFilter, HistoryOrder, InspectionId, InspectionPage, InspectionRow,
};
use fettle_engine::ListInspections;

/// Rows per page that is fetched.
const PAGE_ROWS: usize = 100;
/// Height of the header, in points.
const HEADER_HEIGHT: f32 = 30.0;
/// Height of a row, in points.
const ROW_HEIGHT: f32 = 44.0;
/// Width of a row's thumbnail, in points.
const THUMBNAIL_WIDTH: f32 = 56.0;
/// Widths of the columns between the thumbnail and the last one, in points, where there is room.
const COLUMN_WIDTHS: [f32; 7] = [150.0, 200.0, 100.0, 100.0, 80.0, 80.0, 70.0];
/// Width of the table with these columns, in points.
const USUAL_WIDTH: f32 = 960.0;
/// Columns are not made narrower than by this factor.
const LEAST_SCALE: f32 = 0.5;

type Pages = HashMap<usize, Vec<InspectionRow>>;

/// The inspections that match a filter, as far as they are fetched.
#[derive(Default)]
pub(super) struct InspectionTable {
    filter: HistoryFilter,
    order: HistoryOrder,
    total: Option<usize>,
    pages: Pages,
    fetching: HashMap<usize, Task<InspectionPage>>,
    thumbnails: ThumbnailCache,
    error: Option<String>,
    /// The rows marked with Ctrl, for export and comparison.
    marked: BTreeSet<InspectionId>,
    /// The row to scroll to in the next frame.
    scroll_to: Option<usize>,
}

impl InspectionTable {
    /// Fetches the first page of `filter`, newest first. The old rows stay until it arrives.
    pub(super) fn load(&mut self, cx: &mut TabContext<'_>, filter: HistoryFilter) {
        if self.filter != filter {
            self.marked.clear();
        }
        self.filter = filter;
        self.error = None;
        self.fetching.clear();
        self.fetch(cx, 0);
    }

    /// The number of matching inspections, once it is known.
    pub(super) fn total(&self) -> Option<usize> {
        self.total
    }

    /// The marked inspections, newest first.
    pub(super) fn marked(&self) -> Vec<InspectionId> {
        self.marked.iter().rev().copied().collect()
    }

    /// Takes the pages that were fetched.
    pub(super) fn poll(&mut self, cx: &TabContext<'_>) {
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
                Err(error) => self.error = Some(error.explain(cx.localizer.language)),
            }
        }
    }

    /// Updates the row of `id`, if it is fetched.
    pub(super) fn update(&mut self, id: InspectionId, update: impl FnOnce(&mut InspectionRow)) {
        let mut rows = self.pages.values_mut().flatten();
        if let Some(row) = rows.find(|row| row.id == id) {
            update(row);
        }
    }

    /// The inspection `by` rows below the selected one, if it is fetched, and scrolls to it. The
    /// first inspection where none is selected.
    pub(super) fn neighbour(
        &mut self,
        selected: Option<InspectionId>,
        by: isize,
    ) -> Option<InspectionId> {
        let place = selected.and_then(|id| {
            self.pages.iter().find_map(|(page, rows)| {
                Some(page * PAGE_ROWS + rows.iter().position(|row| row.id == id)?)
            })
        });
        let place = place.map_or(Some(0), |place| place.checked_add_signed(by))?;
        let id = row(&self.pages, place)?.id;
        self.scroll_to = Some(place);
        Some(id)
    }

    /// Starts to fetch a page.
    fn fetch(&mut self, cx: &mut TabContext<'_>, page: usize) {
        let request = ListInspections {
            filter: self.filter.clone(),
            order: self.order,
            skip: page * PAGE_ROWS,
            limit: PAGE_ROWS,
        };
        if let Some(task) = cx.start(request) {
            self.fetching.insert(page, task);
        }
    }

    /// Shows the table with the selected row, and the one that a person opened. Returns the inspection
    /// that was clicked without Ctrl.
    pub(super) fn show(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        (selected, opened): (Option<InspectionId>, Option<InspectionId>),
    ) -> Option<InspectionId> {
        if let Some(error) = &self.error {
            ui.colored_label(ui.visuals().error_fg_color, error);
            if ui.button(cx.text("history-again")).clicked() {
                self.load(cx, self.filter.clone());
            }
            return None;
        }
        let Some(total) = self.total else {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(cx.text("history-loading"));
            });
            return None;
        };
        if total == 0 {
            let all = self.filter == HistoryFilter::default();
            let id = if all { "history-none" } else { "history-nothing-found" };
            ui.centered_and_justified(|ui| ui.weak(cx.text(id)));
            return None;
        }
        self.thumbnails.begin_frame(ui.ctx(), cx);
        let modifiers = ui.input(|input| input.modifiers);
        let mut clicked = None;
        let mut visible: Option<Range<usize>> = None;
        // In a narrow window all columns stay in view, each narrower.
        let scale = (ui.available_width() / USUAL_WIDTH).clamp(LEAST_SCALE, 1.0);
        let widths = COLUMN_WIDTHS.map(|width| (width * scale).floor());
        let mut table = TableBuilder::new(ui)
            // Widths that a person set hold for windows of this kind.
            .id_salt(("history_table", scale < 1.0))
            .striped(true)
            .resizable(true)
            .sense(Sense::click())
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(Column::exact(THUMBNAIL_WIDTH));
        for width in widths {
            table = table.column(Column::initial(width).clip(true));
        }
        table = table.column(Column::remainder().clip(true));
        if let Some(place) = self.scroll_to.take() {
            table = table.scroll_to_row(place, None);
        }
        let order = self.order;
        let mut sorted = None;
        let header = |mut row: TableRow<'_, '_>| {
            row.col(|ui| {
                ui.strong(cx.text("history-picture"));
            });
            for (title, column) in COLUMNS {
                row.col(|ui| sorted = sort_button(ui, cx, title, column, order).or(sorted));
            }
        };
        let Self { pages, thumbnails, marked, .. } = self;
        let mut missing = Vec::new();
        table.header(HEADER_HEIGHT, header).body(|body| {
            body.rows(ROW_HEIGHT, total, |mut line| {
                let place = line.index();
                let range = visible.get_or_insert(place..place + 1);
                range.end = range.end.max(place + 1);
                let Some(row) = row(pages, place) else {
                    line.col(|ui| {
                        ui.weak("…");
                    });
                    return;
                };
                let is_selected = selected == Some(row.id) || marked.contains(&row.id);
                line.set_selected(is_selected);
                line.col(|ui| {
                    let Some(path) = row.image_path.as_deref() else {
                        ui.weak("–");
                        return;
                    };
                    let (frame, _) = ui.allocate_exact_size(ui.available_size(), Sense::empty());
                    let frame = frame.shrink2(vec2(0.0, 2.0));
                    if !thumbnails.paint(ui, cx.localizer, path, frame) {
                        missing.push(path);
                    }
                });
                if cells(&mut line, cx, row, is_selected) || line.response().clicked() {
                    clicked = Some(row.id);
                }
            });
        });
        thumbnails.request(cx, missing.into_iter());
        if let Some(order) = sorted {
            self.order = order;
            self.load(cx, self.filter.clone());
        }
        if let Some(visible) = visible {
            self.fetch_visible(cx, visible);
        }
        // Ctrl marks or unmarks a row; the first Ctrl marks the opened inspection too.
        let id = clicked?;
        if !modifiers.command {
            self.marked.clear();
            return Some(id);
        }
        if self.marked.is_empty() {
            self.marked.extend(opened.filter(|opened| *opened != id));
        }
        if !self.marked.remove(&id) {
            self.marked.insert(id);
        }
        None
    }

    /// Fetches the pages of the visible rows, and cancels fetching others.
    fn fetch_visible(&mut self, cx: &mut TabContext<'_>, visible: Range<usize>) {
        let pages = visible.start / PAGE_ROWS..visible.end.saturating_sub(1) / PAGE_ROWS + 1;
        // Page 0 also renews the total.
        self.fetching.retain(|page, _| *page == 0 || pages.contains(page));
        if self.fetching.contains_key(&0) {
            return;
        }
        for page in pages {
            if !self.pages.contains_key(&page) && !self.fetching.contains_key(&page) {
                self.fetch(cx, page);
            }
        }
    }
}

/// The columns after the picture, with their titles.
const COLUMNS: [(&str, HistoryColumn); 8] = [
    ("label-time", HistoryColumn::Time),
    ("history-file", HistoryColumn::Source),
    ("label-product", HistoryColumn::Product),
    ("judge-defect", HistoryColumn::Defect),
    ("label-verdict", HistoryColumn::Verdict),
    ("history-judged", HistoryColumn::Judged),
    ("label-score", HistoryColumn::Score),
    ("history-action", HistoryColumn::Action),
];

/// The title of a column, with a sign where the list is sorted by it. Returns the order that a click asks
/// for: the other direction, or the usual one of another column.
fn sort_button(
    ui: &mut egui::Ui,
    cx: &TabContext<'_>,
    title: &str,
    column: HistoryColumn,
    order: HistoryOrder,
) -> Option<HistoryOrder> {
    let is_sorted = order.column == column;
    let sign = match (is_sorted, order.ascending) {
        (false, _) => "",
        (true, true) => " ▲",
        (true, false) => " ▼",
    };
    let text = RichText::new(format!("{}{sign}", cx.text(title))).strong();
    let button = ui.add(Button::new(text).frame(false).truncate());
    let hint = cx.localizer.with("history-sort", &[("column", cx.text(title).into())]);
    if !button.on_hover_text(hint).clicked() {
        return None;
    }
    let ascending = match is_sorted {
        true => !order.ascending,
        // Newest and highest first, names from A.
        false => !matches!(column, HistoryColumn::Time | HistoryColumn::Score),
    };
    Some(HistoryOrder { column, ascending })
}

/// The time of an inspection (RFC 3339) in the time zone in which it was recorded.
pub(super) fn recorded_time(created_at: &str) -> String {
    let time: String = created_at.chars().take(19).collect();
    time.replace('T', " ")
}

/// The row at `place`, if its page is fetched.
fn row(pages: &Pages, place: usize) -> Option<&InspectionRow> {
    pages.get(&(place / PAGE_ROWS))?.get(place % PAGE_ROWS)
}

/// Draws the cells of a row after the thumbnail. Returns whether the name was clicked.
fn cells(
    line: &mut TableRow<'_, '_>,
    cx: &TabContext<'_>,
    row: &InspectionRow,
    selected: bool,
) -> bool {
    let mut clicked = false;
    let text = |ui: &mut egui::Ui, text: &str| {
        // Selectable text would swallow clicks on the row.
        ui.add(egui::Label::new(text).selectable(false).truncate());
    };
    let dash = || "–".to_owned();
    line.col(|ui| {
        text(ui, &recorded_time(&row.created_at));
    });
    line.col(|ui| {
        let name = Button::selectable(selected, row.file_name()).truncate();
        clicked = ui.add(name).on_hover_text(&row.source).clicked();
    });
    line.col(|ui| {
        text(ui, &row.product.as_ref().map_or_else(dash, |product| cx.product_name(product)))
    });
    line.col(|ui| {
        let name = |defect| cx.defect_name(row.product.as_ref(), defect);
        text(ui, &row.defect.as_ref().map_or_else(dash, name));
    });
    line.col(|ui| {
        let word = RichText::new(cx.text(row.verdict.message_id()));
        verdict_mark::show_with_word(ui, word, row.verdict);
    });
    line.col(|ui| {
        let Some(judged) = row.judged else { return };
        let word = RichText::new(cx.text(judged.message_id()));
        // A judgement that overrules the verdict stands out.
        let word = if judged == row.verdict { word } else { word.strong().underline() };
        verdict_mark::show_with_word(ui, word, judged);
    });
    line.col(|ui| {
        text(ui, &row.image_score.map_or_else(dash, |score| format!("{score:.2}")));
    });
    line.col(|ui| {
        text(
            ui,
            &row.required_action().map_or_else(String::new, |state| cx.text(state.message_id())),
        )
    });
    clicked
}
