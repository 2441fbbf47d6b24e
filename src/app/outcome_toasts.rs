//! Toasts that report the outcome of jobs that change the library.

use crate::command::Command;
use crate::tab_context::TabContext;
use crate::widgets::bank_words::{known_defects_text, uncertainty_text};
use fettle_engine::{BuiltIndex, EngineError, FittedBank, UndoneBank};
use fettle_i18n::Value;

/// Reports a fitted bank.
pub(super) fn toast_fitted(cx: &mut TabContext<'_>, answer: Result<FittedBank, EngineError>) {
    toast_outcome(cx, answer, |cx, fitted| {
        let values = [
            ("product", Value::from(fitted.bank.product.to_string())),
            ("version", fitted.bank.version.into()),
            ("rows", fitted.rows.into()),
            ("images", fitted.images.into()),
            ("model", fitted.bank.model.to_string().into()),
            ("unsure", fitted.thresholds.unsure.into()),
            ("image", fitted.thresholds.image.into()),
            ("pixel", fitted.thresholds.pixel.into()),
        ];
        let mut lines = vec![cx.localizer.with("bank-fitted", &values)];
        lines.push(uncertainty_text(cx, &fitted.rates.uncertainty));
        lines.extend(fitted.known.as_ref().map(|known| known_defects_text(cx, known)));
        lines.join("\n")
    });
}

/// Reports a built index, and each image that it refused.
pub(super) fn toast_indexed(cx: &mut TabContext<'_>, answer: Result<BuiltIndex, EngineError>) {
    toast_outcome(cx, answer, |cx, built| {
        for rejected in &built.rejected {
            let values = [
                ("path", rejected.path.display().to_string().into()),
                ("reason", rejected.error.explain(cx.localizer.language).into()),
            ];
            cx.toasts.error(cx.localizer.with("index-refused", &values));
        }
        let values = [
            ("total", Value::from(built.total)),
            ("added", built.added.into()),
            ("removed", built.removed.into()),
            ("model", built.model.to_string().into()),
        ];
        cx.localizer.with("index-built", &values)
    });
}

/// Reports the bank that is active again after an undo.
pub(super) fn toast_bank_undone(cx: &mut TabContext<'_>, answer: Result<UndoneBank, EngineError>) {
    toast_outcome(cx, answer, |cx, undone| {
        let values = [
            ("product", Value::from(undone.bank.product.to_string())),
            ("version", undone.bank.version.into()),
            ("from", undone.undone.version.into()),
        ];
        cx.localizer.with("bank-undone", &values)
    });
}

/// Reports the outcome of a job, as `text` of its answer or as its error, and sends
/// [`Command::LibraryChanged`].
pub(super) fn toast_outcome<A>(
    cx: &mut TabContext<'_>,
    answer: Result<A, EngineError>,
    text: impl FnOnce(&mut TabContext<'_>, A) -> String,
) {
    match answer {
        Ok(answer) => {
            let text = text(cx, answer);
            cx.toasts.done(text);
        }
        // A person stopped it.
        Err(EngineError::Cancelled) => {}
        Err(error) => cx.toasts.error(error.explain(cx.localizer.language)),
    }
    cx.send(Command::LibraryChanged(None));
}
