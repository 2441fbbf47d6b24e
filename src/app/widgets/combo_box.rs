//! Combo boxes with a label in front: one of several values, with or without an empty choice.

use egui::{ComboBox, TextStyle, TextWrapMode, Ui, WidgetText};

use crate::tab_context::TabContext;
use fettle_domain::{DefectCode, ProductCode};

/// Least width of a combo box, in points.
pub(crate) const MIN_WIDTH: f32 = 100.0;

/// A combo box behind its label, in a row of its own. `width` is its least width, in points.
pub(crate) fn labelled_combo(
    ui: &mut Ui,
    label: &str,
    selected_text: impl Into<WidgetText>,
    width: f32,
    menu: impl FnOnce(&mut Ui),
) {
    let selected_text = selected_text.into();
    wrap_before(ui, label, &selected_text, width);
    ui.horizontal(|ui| labelled_combo_cells(ui, label, selected_text, width, menu));
}

/// Begins a new row where a row that wraps has no room for label and box: together they are one item,
/// of which the row does not know how wide it will be.
fn wrap_before(ui: &mut Ui, label: &str, selected_text: &WidgetText, width: f32) {
    if !ui.layout().main_wrap() || ui.cursor().left() <= ui.max_rect().left() {
        return;
    }
    let width_of = |text: WidgetText| {
        let style = TextStyle::Button;
        text.into_galley(ui, Some(TextWrapMode::Extend), f32::INFINITY, style).size().x
    };
    let spacing = ui.spacing();
    let sign = spacing.icon_width + spacing.icon_spacing + 2.0 * spacing.button_padding.x;
    let boxed = (width_of(selected_text.clone()) + sign).max(width);
    if ui.available_size_before_wrap().x < width_of(label.into()) + spacing.item_spacing.x + boxed {
        ui.end_row();
    }
}

/// A label and its combo box as two cells of a grid.
pub(crate) fn labelled_combo_cells(
    ui: &mut Ui,
    label: &str,
    selected_text: impl Into<WidgetText>,
    width: f32,
    menu: impl FnOnce(&mut Ui),
) {
    let name = ui.label(label);
    let combo = ComboBox::from_id_salt(label).selected_text(selected_text).width(width);
    let menu = |ui: &mut Ui| {
        raise(ui);
        menu(ui);
    };
    combo.show_ui(ui, menu).response.labelled_by(name.id);
}

/// Puts the list of a combo box above the dialog that it belongs to: egui raises it when it is made,
/// and the dialog, opened anew, would cover it the second time.
pub(crate) fn raise(list: &Ui) {
    list.ctx().move_to_top(list.layer_id());
}

/// A combo box of all products and an empty choice labelled `none`. Returns whether the selection
/// changed.
pub(crate) fn optional_product_combo(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    selected: &mut Option<ProductCode>,
    none: &str,
) -> bool {
    let codes = cx.catalogue.products().iter().map(|one| &one.product.code);
    optional_combo(ui, &cx.text("label-product"), selected, none, codes, |code| {
        cx.product_name(code)
    })
}

/// A combo box of all products without an empty choice. Returns the product where another one was
/// selected.
pub(crate) fn product_combo(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    selected: Option<&ProductCode>,
) -> Option<ProductCode> {
    let name = selected.map(|code| cx.product_name(code)).unwrap_or_default();
    let label = cx.text("label-product");
    let mut clicked = None;
    labelled_combo(ui, &label, name, 180.0, |ui| {
        for code in cx.catalogue.products().iter().map(|one| &one.product.code) {
            let is_selected = selected == Some(code);
            let response = ui.selectable_label(is_selected, cx.product_name(code));
            if response.clicked() && !is_selected {
                clicked = Some(code.clone());
            }
        }
    });
    clicked
}

/// A combo box of the defect types of `product` and an empty choice labelled `none`. Returns
/// whether the selection changed.
pub(crate) fn optional_defect_combo(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    product: Option<&ProductCode>,
    selected: &mut Option<DefectCode>,
    none: &str,
) -> bool {
    let codes = cx.catalogue.defects(product).iter().map(|(defect, _)| &defect.code);
    let name = |code: &DefectCode| cx.defect_name(product, code);
    optional_combo(ui, &cx.text("judge-defect"), selected, none, codes, name)
}

/// A combo box of `values` and an empty choice labelled `none`. Returns whether the selection
/// changed.
pub(crate) fn optional_combo<'a, T: Clone + PartialEq + 'a>(
    ui: &mut Ui,
    label: &str,
    selected: &mut Option<T>,
    none: &str,
    values: impl IntoIterator<Item = &'a T>,
    name: impl Fn(&T) -> String,
) -> bool {
    let before = selected.clone();
    let selected_text = selected.as_ref().map_or_else(|| none.to_owned(), &name);
    labelled_combo(ui, label, selected_text, MIN_WIDTH, |ui| {
        ui.selectable_value(selected, None, none);
        for value in values {
            ui.selectable_value(selected, Some(value.clone()), name(value));
        }
    });
    *selected != before
}
