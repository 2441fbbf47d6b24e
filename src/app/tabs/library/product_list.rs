//! The list of products with their numbers of images and manuals.

use egui::{ScrollArea, Ui};

use crate::command::Command;
use crate::product_state::ProductState;
use crate::tab_context::TabContext;
use crate::widgets::catalogue_error;
use fettle_domain::ProductCode;
use fettle_i18n::Value;

/// Shows all products. Returns the product where another one than `selected` was clicked.
pub(super) fn product_list(
    ui: &mut Ui,
    cx: &mut TabContext<'_>,
    selected: Option<&ProductCode>,
) -> Option<ProductCode> {
    ui.add_space(4.0);
    if ui.button(cx.text("command-new-product")).clicked() {
        cx.send(Command::NewProduct);
    }
    ui.separator();
    catalogue_error::show(ui, cx);
    let mut clicked = None;
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| match cx.catalogue.listed() {
        None if cx.catalogue.error().is_none() => {
            ui.spinner();
            ui.label(cx.text("library-loading"));
        }
        None => {}
        Some(products) => {
            for summary in products {
                let code = &summary.product.code;
                let name = summary.product.name_and_code(cx.localizer.language);
                let is_selected = selected == Some(code);
                if ui.selectable_label(is_selected, name).clicked() && !is_selected {
                    clicked = Some(code.clone());
                }
                let defects: usize = summary.defects.iter().map(|(_, count)| count).sum();
                let values = [
                    ("normals", Value::from(summary.normal_images)),
                    ("defects", defects.into()),
                    ("manuals", summary.manuals.len().into()),
                ];
                ui.weak(cx.localizer.with("library-counts", &values));
                ui.weak(ProductState::of(cx, summary).text(cx));
                ui.add_space(4.0);
            }
        }
    });
    clicked
}
