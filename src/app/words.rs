//! Messages in the language of the window.

use crate::domain::{Language, Product};
use crate::i18n::{self, Value};

/// All words of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words(pub(super) Language);

impl Words {
    /// The message `id`.
    pub(super) fn text(self, id: &str) -> String {
        i18n::text(self.0, id)
    }

    /// A product's name and code.
    pub(super) fn product_name(self, product: &Product) -> String {
        let (name, other) = match self.0 {
            Language::Ko => (&product.name_ko, &product.name_en),
            Language::En => (&product.name_en, &product.name_ko),
        };
        match [name, other].into_iter().find(|name| !name.is_empty()) {
            Some(name) => format!("{name} ({})", product.code),
            None => product.code.to_string(),
        }
    }

    /// The message `id` with its values.
    pub(super) fn with(self, id: &str, values: &[(&str, Value)]) -> String {
        i18n::text_with(self.0, id, values)
    }
}
