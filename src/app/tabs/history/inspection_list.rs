//! The list of inspections, as a table or as a gallery: same rows, same selection, same keys.

use egui::{Button, ComboBox, Key, Slider, Ui};

use super::inspection_gallery::{InspectionGallery, SIDES};
use super::inspection_rows::InspectionRows;
use super::inspection_table::{self, COLUMNS, usual_order};
use crate::tab_context::TabContext;
use fettle_domain::{HistoryFilter, HistoryOrder, InspectionId};

/// Rows, and how they are drawn.
#[derive(Default)]
pub(super) struct InspectionList {
    pub(super) rows: InspectionRows,
    gallery: InspectionGallery,
    /// Whether the last frame drew the gallery; `None` before the first.
    was_gallery: Option<bool>,
}

/// What a person chose in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) id: InspectionId,
    /// Whether it is to have the whole tab.
    pub(super) is_double: bool,
}

impl InspectionList {
    /// Shows the list with the selected row, and the one that a person opened. Returns the inspection
    /// that was clicked without Ctrl.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        (selected, opened): (Option<InspectionId>, Option<InspectionId>),
    ) -> Option<Chosen> {
        if let Some(error) = &self.rows.error {
            ui.colored_label(ui.visuals().error_fg_color, error);
            if ui.button(cx.text("history-again")).clicked() {
                self.rows.load(cx, self.rows.filter.clone());
            }
            return None;
        }
        let Some(total) = self.rows.total else {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(cx.text("history-loading"));
            });
            return None;
        };
        if total == 0 {
            let all = self.rows.filter == HistoryFilter::default();
            let id = if all { "history-none" } else { "history-nothing-found" };
            ui.centered_and_justified(|ui| ui.weak(cx.text(id)));
            return None;
        }
        let is_gallery = cx.view.history_gallery;
        if self.was_gallery.replace(is_gallery).is_some_and(|was| was != is_gallery) {
            // What was in view before is in view after.
            self.rows.scroll_to = selected.and_then(|id| self.rows.place_of(id));
        }
        self.rows.thumbnails.begin_frame(ui.ctx(), cx);
        let modifiers = ui.input(|input| input.modifiers);
        let drawn = match is_gallery {
            true => self.gallery.show(&mut self.rows, ui, cx, selected),
            false => inspection_table::show(&mut self.rows, ui, cx, selected),
        };
        if let Some(order) = drawn.sorted {
            self.rows.sort(cx, order);
        }
        if let Some(visible) = drawn.visible {
            self.rows.fetch_visible(cx, visible);
        }
        let id = self.rows.click(drawn.clicked?, modifiers, opened)?;
        Some(Chosen { id, is_double: drawn.is_double })
    }

    /// The inspection that an arrow up or down leads to.
    pub(super) fn vertical_key(
        &mut self,
        ui: &Ui,
        cx: &TabContext<'_>,
        selected: Option<InspectionId>,
    ) -> Option<InspectionId> {
        // An arrow moves the focus of the keyboard, where a widget has it, and lists and menus.
        let is_taken = ui.memory(|memory| memory.focused().is_some())
            || ui.memory(|memory| memory.top_modal_layer().is_some())
            || egui::Popup::is_any_open(ui.ctx());
        if is_taken {
            return None;
        }
        let (up, down) =
            ui.input(|input| (input.key_pressed(Key::ArrowUp), input.key_pressed(Key::ArrowDown)));
        let rows = if cx.view.history_gallery { self.gallery.columns() } else { 1 };
        let by = (isize::from(down) - isize::from(up)) * isize::try_from(rows).unwrap_or(1);
        if by == 0 { None } else { self.rows.neighbour(selected, by) }
    }

    /// The choice between table and gallery, and what the gallery has in place of the table's titles: its
    /// order, and the size of its pictures.
    pub(super) fn tools(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        for (label, is_gallery) in [("history-as-table", false), ("history-as-gallery", true)] {
            let is_chosen = cx.view.history_gallery == is_gallery;
            if ui.selectable_label(is_chosen, cx.text(label)).clicked() {
                cx.view.history_gallery = is_gallery;
            }
        }
        if !cx.view.history_gallery {
            return;
        }
        let order = self.rows.order;
        let label = ui.label(cx.text("history-order"));
        let title = COLUMNS.iter().find(|(_, column)| *column == order.column);
        let title = title.map(|(title, _)| cx.text(title)).unwrap_or_default();
        let combo = ComboBox::from_id_salt("history_order").selected_text(title);
        let combo = combo.show_ui(ui, |ui| {
            let mut wanted = None;
            for (title, column) in COLUMNS {
                let is_chosen = column == order.column;
                if ui.selectable_label(is_chosen, cx.text(title)).clicked() && !is_chosen {
                    wanted = Some(usual_order(column));
                }
            }
            wanted
        });
        combo.response.labelled_by(label.id);
        let mut wanted = combo.inner.flatten();
        let (sign, name) = match order.ascending {
            true => ("▲", "history-ascending"),
            false => ("▼", "history-descending"),
        };
        let name = cx.text(name);
        let turn = ui.add(Button::new(sign));
        turn.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
        if turn.on_hover_text(&name).clicked() {
            wanted = Some(HistoryOrder { ascending: !order.ascending, ..order });
        }
        if let Some(order) = wanted {
            self.rows.sort(cx, order);
        }
        let label = ui.label(cx.text("library-thumbnails"));
        let slider = Slider::new(&mut cx.view.gallery_side, SIDES).show_value(false);
        ui.add(slider).labelled_by(label.id);
    }
}
