//! Errors of manuals.

use super::message::{Message, at, file, reason};
use fettle_manuals::{ManualDamage, ManualsError};

pub(super) fn manuals(error: &ManualsError) -> Message {
    match error {
        ManualsError::NotAPdf { path } => ("error-pdf-not", vec![at(path)]),
        ManualsError::OtherFormat { path } => ("error-manual-format", vec![at(path)]),
        ManualsError::OtherDocument { path, document } => (document.message_id(), vec![at(path)]),
        ManualsError::Empty { path } => ("error-manual-empty", vec![at(path)]),
        ManualsError::NoActionRecords { path } => ("error-no-action-records", vec![at(path)]),
        ManualsError::Encrypted { path } => ("error-pdf-encrypted", vec![at(path)]),
        ManualsError::NoText { path, .. } => ("error-pdf-no-text", vec![at(path)]),
        ManualsError::Scan { path, .. } => ("error-pdf-scan", vec![at(path)]),
        ManualsError::UnreadableLetters { path, letters } => {
            ("error-pdf-letters", vec![at(path), ("letters", (*letters).into())])
        }
        ManualsError::Damaged { path, why } => {
            let limit = match why {
                ManualDamage::TooMany(limit) => *limit,
                _ => 0,
            };
            (why.message_id(), vec![at(path), ("limit", limit.into())])
        }
        ManualsError::NoTesseract { path } => ("error-no-tesseract", vec![at(path)]),
        ManualsError::Tesseract { path, why } => {
            ("error-tesseract", vec![at(path), ("reason", why.clone().into())])
        }
        ManualsError::Cancelled => ("error-cancelled", vec![]),
        ManualsError::NoPage { path, page, pages } => (
            "error-pdf-no-page",
            vec![at(path), ("page", (*page).into()), ("pages", (*pages).into())],
        ),
        ManualsError::NoFigure { path } => ("error-manual-figure", vec![at(path)]),
        ManualsError::Io { path, source } => file(path, source),
        other => ("error-manuals", vec![reason(other)]),
    }
}
