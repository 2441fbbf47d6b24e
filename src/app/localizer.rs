//! Messages in the language of the window.

use fettle_domain::{Language, ManualFormat};
use fettle_i18n::Value;

/// Looks messages up in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Localizer {
    pub(super) language: Language,
}

impl Localizer {
    pub(super) fn new(language: Language) -> Self {
        Self { language }
    }

    /// The message `id`.
    pub(super) fn text(self, id: &str) -> String {
        fettle_i18n::text(self.language, id)
    }

    /// The message `id` with its values.
    pub(super) fn with(self, id: &str, values: &[(&str, Value)]) -> String {
        fettle_i18n::text_with(self.language, id, values)
    }

    /// A place (from 1) in the manual at `path`: a page, paragraph or line, as its format has.
    pub(super) fn place(self, path: &str, place: impl Into<Value>) -> String {
        self.with(ManualFormat::of_stored(path).position_message_id(), &[("page", place.into())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_as_the_format_of_the_manual_has_it() {
        let localizer = Localizer::new(Language::En);
        // Path, expected.
        for (path, expected) in [("a.pdf", "p. 3"), ("a.docx", "paragraph 3"), ("a.txt", "line 3")]
        {
            assert_eq!(localizer.place(path, 3_u32), expected);
        }
    }
}
