//! A manual without pages in the order in which it is written, beside the tree.

use egui::{Align, Button, Layout, RichText, ScrollArea, Ui};

use super::row_texts::DocumentLine;
use super::rows::RowItem;

/// Shows headings, statements and other lines by their places. Returns the row that was clicked. With
/// `scroll` the selected row comes into view.
pub(super) fn show(
    ui: &mut Ui,
    lines: &[DocumentLine],
    selected: Option<RowItem>,
    scroll: bool,
) -> Option<RowItem> {
    let mut clicked = None;
    ui.spacing_mut().item_spacing.y = 2.0;
    ScrollArea::vertical().id_salt("review_document").auto_shrink(false).show(ui, |ui| {
        ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
            for DocumentLine { row, text, is_strong } in lines {
                let is_selected = selected.is_some_and(|selected| row.is_in(selected));
                let said = RichText::new(text);
                let said = if *is_strong { said.strong() } else { said };
                let response = ui.add(Button::selectable(is_selected, said).wrap());
                if response.clicked() {
                    clicked = Some(*row);
                }
                if scroll && selected == Some(*row) {
                    response.scroll_to_me(Some(Align::Center));
                }
            }
        });
    });
    clicked
}
