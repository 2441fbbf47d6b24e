//! The form of a search: picture, text and filters.

use egui::Ui;

use super::text_query::TextQuery;
use crate::command::Command;
use crate::tab_context::TabContext;
use crate::widgets::combo_box::{optional_defect_combo, optional_product_combo};
use fettle_engine::{Query, SearchFilter};

/// Text and filters of the search.
#[derive(Default)]
pub(super) struct QueryForm {
    pub(super) text: TextQuery,
    /// The product and defect to search among.
    pub(super) filter: SearchFilter,
}

/// A change by a person.
pub(super) enum QueryChange {
    Query(Query),
    Filter,
}

impl QueryForm {
    /// Shows the form. `query` is the current query. Returns what changed.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        query: Option<&Query>,
    ) -> Option<QueryChange> {
        let mut change = None;
        ui.add_space(4.0);
        ui.strong(cx.text("search-by-picture"));
        ui.horizontal_wrapped(|ui| {
            if ui.button(cx.text("command-open")).clicked() {
                cx.send(Command::OpenImages);
            }
            if let Some(Query::Region(path, _)) = query
                && ui.button(cx.text("search-whole")).clicked()
            {
                change = Some(QueryChange::Query(Query::Picture(path.clone())));
            }
        });
        ui.weak(cx.text("search-hint"));
        ui.add_space(12.0);
        if let Some(text) = self.text.show(ui, cx) {
            change = Some(QueryChange::Query(Query::Words(text)));
        }
        ui.add_space(12.0);
        if self.filters(ui, cx) {
            change = change.or(Some(QueryChange::Filter));
        }
        ui.add_space(12.0);
        change
    }

    /// The choice of product and defect. Returns whether one changed.
    fn filters(&mut self, ui: &mut Ui, cx: &TabContext<'_>) -> bool {
        ui.strong(cx.text("search-among"));
        let SearchFilter { product, defect } = &mut self.filter;
        let any = cx.text("filter-any");
        let product_changed = optional_product_combo(ui, cx, product, &any);
        if product_changed {
            // Defect types belong to a product.
            *defect = None;
        }
        product_changed | optional_defect_combo(ui, cx, product.as_ref(), defect, &any)
    }
}
