//! One of several, or none: a product, one of its defects, anything.

use egui::{ComboBox, Ui, WidgetText};

use crate::desk::Desk;
use fettle_domain::{DefectCode, ProductCode};

/// The least width of a list, in points.
pub(crate) const WIDTH: f32 = 100.0;

/// A list that opens, behind its name; `width` is the least that it has, in points.
pub(crate) fn named_list(
    ui: &mut Ui,
    name: &str,
    shown: impl Into<WidgetText>,
    width: f32,
    add: impl FnOnce(&mut Ui),
) {
    ui.horizontal(|ui| named_cells(ui, name, shown, width, add));
}

/// The same as two cells of a grid.
pub(crate) fn named_cells(
    ui: &mut Ui,
    name: &str,
    shown: impl Into<WidgetText>,
    width: f32,
    add: impl FnOnce(&mut Ui),
) {
    let label = ui.label(name);
    let list = ComboBox::from_id_salt(name).selected_text(shown).width(width);
    list.show_ui(ui, add).response.labelled_by(label.id);
}

/// One of the products, or none, which `none` is the word for; whether another was chosen.
pub(crate) fn product_choice(
    ui: &mut Ui,
    desk: &Desk<'_>,
    chosen: &mut Option<ProductCode>,
    none: &str,
) -> bool {
    let codes = desk.catalogue.products().iter().map(|one| &one.product.code);
    choice(ui, &desk.text("label-product"), chosen, none, codes, |code| desk.product_name(code))
}

/// One of the products, where one there must be; which, if another was chosen.
pub(crate) fn product_of(
    ui: &mut Ui,
    desk: &Desk<'_>,
    shown: Option<&ProductCode>,
) -> Option<ProductCode> {
    let name = shown.map(|code| desk.product_name(code)).unwrap_or_default();
    let label = desk.text("label-product");
    let mut chosen = None;
    named_list(ui, &label, name, 180.0, |ui| {
        for code in desk.catalogue.products().iter().map(|one| &one.product.code) {
            let is_shown = shown == Some(code);
            let clicked = ui.selectable_label(is_shown, desk.product_name(code)).clicked();
            if clicked && !is_shown {
                chosen = Some(code.clone());
            }
        }
    });
    chosen
}

/// One of a product's defects, or none.
pub(crate) fn defect_choice(
    ui: &mut Ui,
    desk: &Desk<'_>,
    product: Option<&ProductCode>,
    chosen: &mut Option<DefectCode>,
    none: &str,
) -> bool {
    let codes = desk.catalogue.defects(product).iter().map(|(defect, _)| &defect.code);
    let name = |code: &DefectCode| desk.defect_name(product, code);
    choice(ui, &desk.text("judge-defect"), chosen, none, codes, name)
}

/// One of `all`, or none; whether another was chosen.
pub(crate) fn choice<'a, T: Clone + PartialEq + 'a>(
    ui: &mut Ui,
    label: &str,
    chosen: &mut Option<T>,
    none: &str,
    all: impl IntoIterator<Item = &'a T>,
    name: impl Fn(&T) -> String,
) -> bool {
    let before = chosen.clone();
    let shown = chosen.as_ref().map_or_else(|| none.to_owned(), &name);
    named_list(ui, label, shown, WIDTH, |ui| {
        ui.selectable_value(chosen, None, none);
        for one in all {
            ui.selectable_value(chosen, Some(one.clone()), name(one));
        }
    });
    *chosen != before
}
