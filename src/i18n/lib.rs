//! Messages of the user interface, in Korean and English.
//!
//! Messages are in `assets/locales/*.ftl` ([Fluent](https://projectfluent.org)), which are compiled
//! into the program. A test checks that both files have the same ids.

mod bundle;
mod functions;

use std::sync::LazyLock;

use fluent_bundle::types::{FluentNumber, FluentNumberOptions};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::langid;

use self::bundle::Bundle;
use fettle_domain::Language;

const KO: &str = include_str!("../../assets/locales/ko.ftl");
const EN: &str = include_str!("../../assets/locales/en.ftl");

static KO_BUNDLE: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::Ko, KO));
static EN_BUNDLE: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::En, EN));

fn bundle(language: Language, source: &str) -> Bundle {
    let locale = match language {
        Language::Ko => langid!("ko"),
        Language::En => langid!("en"),
    };
    let mut bundle = Bundle::new_concurrent(vec![locale]);
    // Isolation marks are invisible characters, which show up in terminals and files.
    bundle.set_use_isolating(false);
    functions::add_all(&mut bundle, language);
    // Messages that parse are kept even if others do not; a test rejects such locales.
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(good, _)| good);
    bundle.add_resource_overriding(resource);
    bundle
}

/// A value for a placeable of a message.
#[derive(Debug, Clone)]
pub enum Value {
    /// A text, inserted unchanged.
    Text(String),
    /// A number with a fixed number of decimals.
    Number {
        /// The number.
        value: f64,
        /// Digits after the decimal point.
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

/// A number with two decimals.
impl From<f32> for Value {
    fn from(value: f32) -> Self {
        Self::Number { value: f64::from(value), digits: 2 }
    }
}

/// The message `id` in `language`.
pub fn text(language: Language, id: &str) -> String {
    text_with(language, id, &[])
}

/// The message `id` in `language`, with its placeables replaced by `values`.
///
/// An unknown id is returned as the text.
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
        args.set(*name, fluent_value(value));
    }
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&args), &mut errors);
    if !errors.is_empty() {
        tracing::warn!(id, ?errors, "message lacks a value");
    }
    text.into_owned()
}

/// A number stays one, so that plurals and durations can be told from it.
fn fluent_value(value: &Value) -> FluentValue<'static> {
    let (value, digits) = match value {
        Value::Text(text) => return FluentValue::from(text.clone()),
        Value::Number { value, digits } => (*value, *digits),
    };
    let written = format!("{value:.digits$}");
    match written.parse::<f64>() {
        Ok(rounded) if rounded.is_finite() => {
            let minimum_fraction_digits = (digits > 0).then_some(digits);
            let options = FluentNumberOptions { minimum_fraction_digits, ..Default::default() };
            FluentValue::Number(FluentNumber::new(rounded, options))
        }
        _ => FluentValue::from(written),
    }
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
            functions::add_all(&mut bundle, Language::En);
            bundle.add_resource(resource).unwrap();
            bundle
        };
        let mut found = Vec::new();
        let message = bundle.get_message(id).unwrap();
        let _text = bundle.format_pattern(message.value().unwrap(), None, &mut found);
        found.iter().map(|error| error.to_string()).collect()
    }

    #[test]
    fn both_locales_parse_and_have_the_same_messages() {
        for source in [KO, EN] {
            FluentResource::try_new(source.to_owned()).unwrap();
        }
        assert_eq!(ids(KO), ids(EN));
        for id in ids(EN) {
            assert_eq!(placeables(KO, &id), placeables(EN, &id), "{id}");
        }
    }

    /// Message ids in the sources, such as `"error-busy"`. Ids that are composed (`skip-…`) are not found.
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
            // Names of requests have the same form.
            let code = code.split("fn name(&self)").map(|rest| match rest.split_once('}') {
                Some((name, after)) if name.len() < 80 => after,
                _ => rest,
            });
            for literal in code.flat_map(|code| code.split('"').skip(1).step_by(2)) {
                let is_id = literal.chars().all(|c| c.is_ascii_lowercase() || c == '-');
                let Some((topic, rest)) = literal.split_once('-') else { continue };
                if is_id && topics.contains(topic) && !rest.is_empty() && !rest.ends_with('-') {
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
        assert!(unused.is_empty(), "unused messages: {unused:?}");
    }

    #[test]
    fn no_message_leaves_the_form_of_a_particle_to_the_reader() {
        for (first, second) in [
            ("이", "가"),
            ("을", "를"),
            ("은", "는"),
            ("과", "와"),
            ("으로", "로"),
            ("으", "로"),
            ("아", "야"),
        ] {
            for pair in [
                format!("{first}({second})"),
                format!("{second}({first})"),
                format!("({first}){second}"),
            ] {
                let line = KO.lines().find(|line| line.contains(&pair));
                assert_eq!(line, None, "{pair}");
            }
        }
        let said = |product: &str| {
            text_with(Language::Ko, "registered-product", &[("product", product.into())])
        };
        assert_eq!(said("주조"), "주조를 등록했습니다.");
        assert_eq!(said("금형"), "금형을 등록했습니다.");
        assert_eq!(said("bottle"), "bottle을 등록했습니다.");
    }

    #[test]
    fn no_particle_after_a_value_is_fixed() {
        let particles = ["이", "가", "을", "를", "은", "는", "과", "와", "로", "으로"];
        for line in KO.lines() {
            for rest in line.split('}').skip(1) {
                let word: String = rest.chars().take_while(|c| c.is_alphabetic()).collect();
                assert!(!particles.contains(&word.as_str()), "{line}");
            }
        }
    }

    #[test]
    fn one_is_singular_and_all_else_plural() {
        for (count, expected) in [(0_usize, "0 jobs are"), (1, "1 job is"), (2, "2 jobs are")] {
            let said = text_with(Language::En, "quit-title", &[("count", count.into())]);
            assert_eq!(said, format!("{expected} under way"));
        }
        for (count, expected) in [(1_usize, "one file"), (3, "3 files")] {
            let values = [("files", count.into()), ("size", 1.5_f32.into()), ("path", "a".into())];
            let said = text_with(Language::En, "backup-done", &values);
            assert_eq!(said, format!("Backed up: {expected}, 1.50 MB, to a"));
        }
    }

    #[test]
    fn no_english_message_says_one_of_many() {
        // All plurals that a message has beside their singular.
        let calls = EN.split("PLURAL(").skip(1).filter_map(|call| call.split_once(") }"));
        let plural = |(arguments, _): (&str, &str)| arguments.split('"').nth(3).map(str::to_owned);
        let plurals: BTreeSet<String> = calls.filter_map(plural).collect();
        assert!(plurals.contains("images") && plurals.contains("jobs are"));
        let mut wrong = Vec::new();
        for id in ids(EN) {
            let unknown = placeables(EN, &id);
            let names: Vec<&str> =
                unknown.iter().filter_map(|error| Some(error.split_once('$')?.1)).collect();
            let values: Vec<(&str, Value)> =
                names.iter().map(|name| (*name, Value::from(1_usize))).collect();
            let said = format!(" {} ", text_with(Language::En, &id, &values));
            let is_wrong = |plural: &String| {
                let one = format!(" 1 {plural}");
                let mut after = said.match_indices(&one).map(|(at, _)| said.get(at + one.len()..));
                // A comma or a full stop ends the word, too.
                after.any(|rest| rest.is_some_and(|rest| !rest.starts_with(char::is_alphabetic)))
            };
            // These two are chosen by their count.
            if plurals.iter().any(is_wrong) && !id.starts_with("count-") {
                wrong.push(format!("{id}: {said}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_message_is_formatted_in_both_languages() {
        let values = [("score", 3.456_f32), ("calibrated", 1.5), ("threshold", 2.0)];
        let values = values.map(|(name, value)| (name, Value::from(value)));
        insta::assert_snapshot!(
            [Language::Ko, Language::En]
                .map(|language| text_with(language, "situation-score-ng", &values))
                .join("\n")
        );
    }
}
