//! The inspections that match a filter, in their order. Pages are fetched as they come into view.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use egui::Modifiers;

use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::thumbnail_cache::ThumbnailCache;
use fettle_domain::{HistoryFilter, HistoryOrder, InspectionId, InspectionPage, InspectionRow};
use fettle_engine::{EngineError, ListInspections};

/// Rows per page that is fetched.
const PAGE_ROWS: usize = 100;

/// The fetched pages by their number.
pub(super) type Pages = HashMap<usize, Vec<InspectionRow>>;

/// The inspections that match a filter, as far as they are fetched.
#[derive(Default)]
pub(super) struct InspectionRows {
    pub(super) filter: HistoryFilter,
    pub(super) order: HistoryOrder,
    pub(super) total: Option<usize>,
    pub(super) pages: Pages,
    fetching: HashMap<usize, Task<InspectionPage>>,
    /// Whether there are newer inspections than those fetched.
    is_outdated: bool,
    pub(super) thumbnails: ThumbnailCache,
    pub(super) error: Option<String>,
    /// The rows marked with Ctrl, for export and comparison.
    pub(super) marked: BTreeSet<InspectionId>,
    /// The row to scroll to in the next frame.
    pub(super) scroll_to: Option<usize>,
}

/// What a person did with the rows that a table or a gallery drew.
#[derive(Default)]
pub(super) struct Drawn {
    /// The places that were drawn.
    pub(super) visible: Option<Range<usize>>,
    pub(super) clicked: Option<InspectionId>,
    /// Whether the click was the second of two.
    pub(super) is_double: bool,
    /// The order that is asked for.
    pub(super) sorted: Option<HistoryOrder>,
}

impl Drawn {
    /// Notes that the row at `place` was drawn.
    pub(super) fn note(&mut self, place: usize) {
        let range = self.visible.get_or_insert(place..place + 1);
        range.start = range.start.min(place);
        range.end = range.end.max(place + 1);
    }
}

impl InspectionRows {
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

    /// Whether the rows are those of the filter, and not of the one before.
    pub(super) fn is_current(&self) -> bool {
        self.total.is_some() && !self.fetching.contains_key(&0) && self.error.is_none()
    }

    /// The number of matching inspections, once it is known.
    pub(super) fn total(&self) -> Option<usize> {
        self.total
    }

    /// The marked inspections, newest first.
    pub(super) fn marked(&self) -> Vec<InspectionId> {
        self.marked.iter().rev().copied().collect()
    }

    /// Has the rows fetched anew once nothing else is and the engine has room: there are newer inspections,
    /// which nobody here asked for.
    pub(super) fn renew(&mut self) {
        self.is_outdated = true;
    }

    /// Takes the pages that were fetched.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) {
        if self.is_outdated && self.fetching.is_empty() {
            let task = cx.start_when_idle(self.request(0));
            self.is_outdated = task.is_none();
            self.fetching.extend(task.map(|task| (0, task)));
        }
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
        let place = selected.and_then(|id| self.place_of(id));
        let place = place.map_or(Some(0), |place| place.checked_add_signed(by))?;
        let id = row(&self.pages, place)?.id;
        self.scroll_to = Some(place);
        Some(id)
    }

    /// The place of an inspection, if it is fetched.
    pub(super) fn place_of(&self, id: InspectionId) -> Option<usize> {
        self.pages.iter().find_map(|(page, rows)| {
            Some(page * PAGE_ROWS + rows.iter().position(|row| row.id == id)?)
        })
    }

    /// Takes a click: Ctrl marks or unmarks the row, and the first Ctrl marks the opened inspection too.
    /// Returns the inspection that was clicked without Ctrl.
    pub(super) fn click(
        &mut self,
        id: InspectionId,
        modifiers: Modifiers,
        opened: Option<InspectionId>,
    ) -> Option<InspectionId> {
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

    /// Lists the rows in another order.
    pub(super) fn sort(&mut self, cx: &mut TabContext<'_>, order: HistoryOrder) {
        self.order = order;
        self.load(cx, self.filter.clone());
    }

    fn request(&self, page: usize) -> ListInspections {
        ListInspections {
            filter: self.filter.clone(),
            order: self.order,
            skip: page * PAGE_ROWS,
            limit: PAGE_ROWS,
        }
    }

    /// Starts to fetch a page.
    fn fetch(&mut self, cx: &mut TabContext<'_>, page: usize) {
        match cx.start(self.request(page)) {
            Some(task) => {
                self.fetching.insert(page, task);
            }
            // The rows of another filter would stay.
            None if page == 0 => {
                self.error = Some(EngineError::Busy.explain(cx.localizer.language));
            }
            None => {}
        }
    }

    /// Fetches the pages of the visible rows, and cancels fetching others.
    pub(super) fn fetch_visible(&mut self, cx: &mut TabContext<'_>, visible: Range<usize>) {
        // And as much below: who goes down by keys does not wait at the end of a page.
        let end = (visible.end + visible.len()).min(self.total.unwrap_or(visible.end));
        let pages = visible.start / PAGE_ROWS..end.saturating_sub(1) / PAGE_ROWS + 1;
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

/// The row at `place`, if its page is fetched.
pub(super) fn row(pages: &Pages, place: usize) -> Option<&InspectionRow> {
    pages.get(&(place / PAGE_ROWS))?.get(place % PAGE_ROWS)
}
