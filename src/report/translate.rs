//! Access to messages in the language of a report.

/// Formats the message with an id and values. Callers supply the language; this crate has no
/// messages of its own.
pub type Translate<'a> = dyn Fn(&str, &[(&str, String)]) -> String + 'a;
