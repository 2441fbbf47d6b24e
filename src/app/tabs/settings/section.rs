//! What all sections of the settings share.

use egui::Ui;

use crate::tab_context::TabContext;
use fettle_i18n::Value;

/// Gap between two sections, in points.
pub(super) const GAP: f32 = 14.0;

/// Shows an error, or a spinner while there is none.
pub(super) fn spinner_or_error(ui: &mut Ui, error: Option<&str>) {
    match error {
        Some(error) => ui.colored_label(ui.visuals().error_fg_color, error),
        None => ui.spinner(),
    };
}

/// A size in megabytes for people; `?` where it is unknown.
pub(super) fn megabytes(cx: &TabContext<'_>, bytes: Option<u64>) -> String {
    let Some(bytes) = bytes else { return "?".to_owned() };
    let size = Value::Number { value: bytes as f64 / 1e6, digits: 0 };
    cx.localizer.with("settings-megabytes", &[("size", size)])
}
