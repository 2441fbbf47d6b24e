//! The message about an undone registration.

use crate::tab_context::TabContext;
use fettle_engine::{UndoRegistration, UndoneRegistration};

/// The text of the toast after an undone registration.
pub(super) fn undo_message(cx: &TabContext<'_>, undone: &UndoneRegistration) -> String {
    match &undone.request {
        UndoRegistration::Images { new, .. } if new.is_empty() => {
            cx.text("library-region-taken-back")
        }
        UndoRegistration::Images { .. } => {
            cx.localizer.with("library-taken-back", &[("count", undone.images.into())])
        }
        UndoRegistration::Product(product) => {
            let values = [("name", cx.product_name(product).into())];
            cx.localizer.with("library-taken-back-one", &values)
        }
        UndoRegistration::DefectType(product, defect) => {
            let values = [("name", cx.defect_name(Some(product), defect).into())];
            cx.localizer.with("library-taken-back-one", &values)
        }
        UndoRegistration::Manual { replaced, .. } if replaced.is_empty() => {
            cx.text("library-manual-taken-back")
        }
        UndoRegistration::Manual { .. } => cx.text("library-manual-restored"),
    }
}
