//! A manual without pages in the order in which it is written, beside the tree.

use egui::{Align, Button, Layout, RichText, ScrollArea, Ui};

use super::rows::RowItem;
use crate::tab_context::TabContext;
use fettle_domain::ManualText;

/// Shows headings, statements and other lines by their places. Returns the row that was clicked. With
/// `scroll` the selected row comes into view.
pub(super) fn show(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    (path, text): (&str, &ManualText),
    (rows, selected): (&[RowItem], Option<RowItem>),
    scroll: bool,
) -> Option<RowItem> {
    let is_written = |row: &RowItem| matches!(row, RowItem::Section(_) | RowItem::Line(_));
    let mut lines: Vec<(u32, RowItem)> = rows
        .iter()
        .filter(|row| is_written(row))
        .map(|row| (row.page(text).unwrap_or(0), *row))
        .collect();
    lines.sort_by_key(|(place, _)| *place);
    let mut clicked = None;
    ScrollArea::vertical().id_salt("review_document").auto_shrink(false).show(ui, |ui| {
        ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
            for (place, row) in lines {
                let is_selected = selected == Some(row);
                let place = cx.localizer.place(path, place);
                let said = format!("{place}  {}", row.text(text));
                let said = match row {
                    RowItem::Section(_) => RichText::new(said).strong(),
                    _ => RichText::new(said),
                };
                let response = ui.add(Button::selectable(is_selected, said).wrap());
                if response.clicked() {
                    clicked = Some(row);
                }
                if scroll && is_selected {
                    response.scroll_to_me(Some(Align::Center));
                }
            }
        });
    });
    clicked
}
