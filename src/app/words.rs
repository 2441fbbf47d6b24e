//! Messages in the language of the window.

use fettle_domain::{Language, ManualFormat};
use fettle_i18n::Value;

/// All words of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words(pub(super) Language);

impl Words {
    /// The message `id`.
    pub(super) fn text(self, id: &str) -> String {
        fettle_i18n::text(self.0, id)
    }

    /// A place (from 1) in the manual at `path`: its page, paragraph or line.
    pub(super) fn place(self, path: &str, place: impl Into<Value>) -> String {
        self.with(ManualFormat::stored(path).place(), &[("page", place.into())])
    }

    /// The message `id` with its values.
    pub(super) fn with(self, id: &str, values: &[(&str, Value)]) -> String {
        fettle_i18n::text_with(self.0, id, values)
    }
}
