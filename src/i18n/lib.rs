//! Everything a person reads, in Korean and English.
//!
//! The words are in `assets/locales/*.ftl` ([Fluent](https://projectfluent.org)); both
//! files hold the same ids, and a test keeps it so. Locales are compiled in: there is no
//! file to lose.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::{LanguageIdentifier, langid};

use fettle_domain::Language;

const KO: &str = include_str!("../../assets/locales/ko.ftl");
const EN: &str = include_str!("../../assets/locales/en.ftl");

type Bundle = FluentBundle<FluentResource>;

static KO_BUNDLE: LazyLock<Bundle> = LazyLock::new(|| bundle(langid!("ko"), KO));
static EN_BUNDLE: LazyLock<Bundle> = LazyLock::new(|| bundle(langid!("en"), EN));

fn bundle(language: LanguageIdentifier, source: &str) -> Bundle {
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // Isolation marks are invisible characters that terminals and files do not want.
    bundle.set_use_isolating(false);
    // A damaged locale still gives the messages that parsed; a test refuses the damage.
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(good, _)| good);
    bundle.add_resource_overriding(resource);
    bundle
}

/// One value put into a message.
#[derive(Debug, Clone)]
pub enum Value {
    /// A text, put in as it is.
    Text(String),
    /// A number, written with the digits given.
    Number {
        /// The number.
        value: f64,
        /// Digits after the point.
        digits: usize,
    },
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::Number { value: count as f64, digits: 0 }
    }
}

impl From<u32> for Value {
    fn from(count: u32) -> Self {
        Self::Number { value: f64::from(count), digits: 0 }
    }
}

/// A number with two digits after the point.
impl From<f32> for Value {
    fn from(value: f32) -> Self {
        Self::Number { value: f64::from(value), digits: 2 }
    }
}

/// The message `id` in `language`.
pub fn text(language: Language, id: &str) -> String {
    text_with(language, id, &[])
}

/// The message `id` in `language`, with its placeables filled from `values`.
///
/// An unknown id comes back as itself: ugly on the screen, but nothing is lost.
pub fn text_with(language: Language, id: &str, values: &[(&str, Value)]) -> String {
    let bundle = match language {
        Language::Ko => &*KO_BUNDLE,
        Language::En => &*EN_BUNDLE,
    };
    let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
        tracing::warn!(id, "no such message");
        return id.to_owned();
    };
    let mut args = FluentArgs::new();
    for (name, value) in values {
        let value = match value {
            Value::Text(text) => text.clone(),
            Value::Number { value, digits } => format!("{value:.digits$}"),
        };
        args.set(*name, FluentValue::from(value));
    }
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&args), &mut errors);
    if !errors.is_empty() {
        tracing::warn!(id, ?errors, "message lacks a value");
    }
    text.into_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn ids(source: &str) -> BTreeSet<String> {
        source
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" ="))
            .map(|(id, _)| id.to_owned())
            .collect()
    }

    fn placeables(source: &str, id: &str) -> BTreeSet<String> {
        let resource = FluentResource::try_new(source.to_owned()).unwrap();
        let bundle = {
            let mut bundle = Bundle::new_concurrent(vec![langid!("en")]);
            bundle.add_resource(resource).unwrap();
            bundle
        };
        let mut found = Vec::new();
        let message = bundle.get_message(id).unwrap();
        let _text = bundle.format_pattern(message.value().unwrap(), None, &mut found);
        found.iter().map(|error| error.to_string()).collect()
    }

    #[test]
    fn both_locales_parse_and_say_the_same_things() {
        for source in [KO, EN] {
            FluentResource::try_new(source.to_owned()).unwrap();
        }
        assert_eq!(ids(KO), ids(EN));
        for id in ids(EN) {
            assert_eq!(placeables(KO, &id), placeables(EN, &id), "{id}");
        }
    }

    /// Ids as they stand in the sources: `"error-busy"`. Some are put together (`skip-…`).
    fn ids_in_sources(known: &BTreeSet<String>) -> BTreeSet<String> {
        let topics: BTreeSet<&str> = known.iter().filter_map(|id| id.split('-').next()).collect();
        let src = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut used = BTreeSet::new();
        for entry in walkdir::WalkDir::new(src) {
            let entry = entry.unwrap();
            if entry.path().extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let code = std::fs::read_to_string(entry.path()).unwrap();
            // Requests have names of the same form.
            let code = code.split("fn name(&self)").map(|rest| match rest.split_once('}') {
                Some((name, after)) if name.len() < 80 => after,
                _ => rest,
            });
            for literal in code.flat_map(|code| code.split('"').skip(1).step_by(2)) {
                let worded = literal.chars().all(|c| c.is_ascii_lowercase() || c == '-');
                let Some((topic, rest)) = literal.split_once('-') else { continue };
                if worded && topics.contains(topic) && !rest.is_empty() && !rest.ends_with('-') {
                    used.insert(literal.to_owned());
                }
            }
        }
        used
    }

    #[test]
    fn every_message_that_is_used_exists_and_every_one_that_exists_is_used() {
        let known = ids(EN);
        let used = ids_in_sources(&known);
        let unknown: Vec<_> = used.difference(&known).collect();
        assert!(unknown.is_empty(), "no message for {unknown:?}");
        let unused: Vec<_> =
            known.difference(&used).filter(|id| !id.starts_with("skip-")).collect();
        assert!(unused.is_empty(), "never said: {unused:?}");
    }

    #[test]
    fn a_message_is_filled_in_either_language() {
        let values = [("score", Value::from(3.456_f32)), ("threshold", Value::from(2.0_f32))];
        insta::assert_snapshot!(
            [Language::Ko, Language::En]
                .map(|language| text_with(language, "situation-score-ng", &values))
                .join("\n")
        );
    }
}
