//! A manual without pages in the order in which it is written, beside the tree.

use egui::{Align, Button, Layout, RichText, ScrollArea, Ui};

use super::actions::label_of;
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
    // Of labels those of causes and actions are not kept.
    let is_written = |row: &RowItem| match *row {
        RowItem::Section(_) | RowItem::Line(_) => true,
        RowItem::Part(section, part) => label_of(text, section, part).is_some(),
        RowItem::Unassigned | RowItem::Warning(_) => false,
    };
    let mut lines: Vec<(u32, RowItem)> = rows
        .iter()
        .filter(|row| is_written(row))
        .map(|row| (row.page(text).unwrap_or(0), *row))
        .collect();
    lines.sort_by_key(|(place, _)| *place);
    let mut clicked = None;
    ui.spacing_mut().item_spacing.y = 2.0;
    ScrollArea::vertical().id_salt("review_document").auto_shrink(false).show(ui, |ui| {
        ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
            for (place, row) in lines {
                let is_selected = selected.is_some_and(|selected| row.is_in(selected));
                let place = cx.localizer.place(path, place);
                let said = match row {
                    RowItem::Part(section, part) => {
                        label_of(text, section, part).unwrap_or_default().to_owned()
                    }
                    row => row.text(text),
                };
                let said = format!("{place}  {said}");
                let said = match row {
                    RowItem::Section(_) | RowItem::Part(..) => RichText::new(said).strong(),
                    _ => RichText::new(said),
                };
                let response = ui.add(Button::selectable(is_selected, said).wrap());
                if response.clicked() {
                    clicked = Some(row);
                }
                if scroll && selected == Some(row) {
                    response.scroll_to_me(Some(Align::Center));
                }
            }
        });
    });
    clicked
}
