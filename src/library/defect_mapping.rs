//! `defect_mapping.json` and `defect_config.json`: the replaced system's names of products and
//! defects.
//!
//! The file is an object with one entry for each product, by code, or an object with such an object
//! under the key `products`. Accepted shapes, which may be mixed:
//!
//! ```json
//! { "products": { "prod1": { "name_ko": "주조제품 A형",
//!                            "defects": { "hole": { "en": "hole", "ko": "기공" } } } } }
//! { "products": { "prod1": { "name": "제품1", "defects": ["hole", "burr"] } } }
//! { "prod1": { "hole": { "ko": "기공", "en": "hole", "full_name": "hole (기공)" } } }
//! { "prod1": { "hole": "기공" } }
//! ```
//!
//! A product's entry may have the keys `name`, `name_ko` or `ko`, and `name_en` or `en`; all other
//! keys are defects, unless there is a key `defects`, which then holds all of them. A defect's
//! entry is its Korean name, or an object with any of `ko` (`name_ko`, `name`), `en` (`name_en`)
//! and `full_name`. Missing names are derived from the code: English name `hole`, full name
//! `hole (기공)`.

use serde_json::{Map, Value};

use super::file_names::legacy_defect_code;
use fettle_domain::{DefectType, Product, ProductCode};

/// Keys of Korean and English names, in order of precedence.
const KOREAN: &[&str] = &["name_ko", "ko", "name"];
const ENGLISH: &[&str] = &["name_en", "en"];

/// The contents of a mapping file, and its problems.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DefectMapping {
    /// Products with their names.
    pub products: Vec<Product>,
    /// Their defect types.
    pub defects: Vec<DefectType>,
    /// Descriptions of entries without an accepted shape.
    pub problems: Vec<String>,
}

/// Parses a mapping file. Parsing never fails: entries without an accepted shape become problems.
pub(crate) fn parse_defect_mapping(bytes: &[u8]) -> DefectMapping {
    let mut mapping = DefectMapping::default();
    // Windows editors write a byte order mark.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match serde_json::from_slice::<Value>(bytes) {
        Ok(Value::Object(entries)) => {
            let products = entries.get("products").and_then(Value::as_object);
            for (code, entry) in products.unwrap_or(&entries) {
                mapping.read_product(code, entry);
            }
        }
        Ok(_) => mapping.problems.push("not an object of products".to_owned()),
        Err(error) => mapping.problems.push(format!("not JSON: {error}")),
    }
    mapping
}

impl DefectMapping {
    fn read_product(&mut self, code: &str, entry: &Value) {
        let code = match ProductCode::new(code) {
            Ok(code) => code,
            Err(error) => return self.problems.push(error.to_string()),
        };
        let Value::Object(entry) = entry else {
            return self.problems.push(format!("'{code}': not an object of defects"));
        };
        let name_ko = text(entry, KOREAN).unwrap_or(code.as_str()).to_owned();
        let name_en = text(entry, ENGLISH).unwrap_or(code.as_str()).to_owned();
        match entry.get("defects") {
            Some(Value::Object(defects)) => {
                for (defect, names) in defects {
                    self.read_defect(&code, defect, names);
                }
            }
            Some(Value::Array(defects)) => {
                for defect in defects {
                    match defect.as_str() {
                        Some(name) => self.read_defect(&code, name, &Value::Object(Map::new())),
                        None => self.problems.push(format!("'{code}': a defect is not a name")),
                    }
                }
            }
            Some(_) => {
                self.problems.push(format!("'{code}': 'defects' is neither an object nor a list"))
            }
            None => {
                let is_name = |key: &str| KOREAN.contains(&key) || ENGLISH.contains(&key);
                for (defect, names) in entry.iter().filter(|(key, _)| !is_name(key)) {
                    self.read_defect(&code, defect, names);
                }
            }
        }
        self.products.push(Product { code, name_ko, name_en });
    }

    fn read_defect(&mut self, product: &ProductCode, code: &str, names: &Value) {
        let code = match legacy_defect_code(code) {
            Ok(code) => code,
            Err(error) => return self.problems.push(format!("'{product}': {error}")),
        };
        let (korean, english, full) = match names {
            Value::String(korean) => (filled(korean), None, None),
            Value::Object(names) => {
                (text(names, KOREAN), text(names, ENGLISH), text(names, &["full_name"]))
            }
            _ => {
                let problem = format!("'{product}': '{code}' is neither a name nor an object");
                return self.problems.push(problem);
            }
        };
        let name_en = english.unwrap_or(code.as_str()).to_owned();
        let name_ko = korean.map_or_else(|| name_en.clone(), str::to_owned);
        let full_name = match (full, korean) {
            (Some(full), _) => full.to_owned(),
            (None, Some(korean)) => format!("{name_en} ({korean})"),
            (None, None) => name_en.clone(),
        };
        self.defects.push(DefectType {
            product: product.clone(),
            code,
            name_ko,
            name_en,
            full_name,
        });
    }
}

/// The first text under one of `keys` that is not blank.
fn text<'a>(object: &'a Map<String, Value>, keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|key| filled(object.get(*key)?.as_str()?))
}

/// The trimmed text, unless it is blank.
fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(mapping: &DefectMapping) -> Vec<[&str; 5]> {
        mapping
            .defects
            .iter()
            .map(|d| {
                [d.product.as_str(), d.code.as_str(), d.name_ko.as_str(), &d.name_en, &d.full_name]
            })
            .collect()
    }

    #[test]
    fn every_documented_shape_is_read() {
        let cases: &[(&str, &str, [&str; 5])] = &[
            (
                r#"{"prod1": {"hole": {"ko": "기공", "en": "pore", "full_name": "hole (기공)"}}}"#,
                "prod1",
                ["prod1", "hole", "기공", "pore", "hole (기공)"],
            ),
            (
                r#"{"prod1": {"hole": "기공"}}"#,
                "prod1",
                ["prod1", "hole", "기공", "hole", "hole (기공)"],
            ),
            (
                r#"{"prod1": {"name": "주조제품 A형", "defects": {"hole": "기공"}}}"#,
                "주조제품 A형",
                ["prod1", "hole", "기공", "hole", "hole (기공)"],
            ),
            (
                r#"{"prod1": {"name": "주조제품 A형", "hole": {"name_en": "hole"}}}"#,
                "주조제품 A형",
                ["prod1", "hole", "hole", "hole", "hole"],
            ),
            (
                r#"{"products": {"prod1": {"name_ko": "주조제품 A형",
                    "defects": {"Open_Seam": {"en": "Open_Seam", "ko": "측면뜯김"}}}}}"#,
                "주조제품 A형",
                ["prod1", "Open-Seam", "측면뜯김", "Open_Seam", "Open_Seam (측면뜯김)"],
            ),
            (
                r#"{"products": {"prod1": {"name": "제품1", "defects": ["hole"]}}}"#,
                "제품1",
                ["prod1", "hole", "hole", "hole", "hole"],
            ),
        ];
        for (json, product, defect) in cases {
            for json in [json.as_bytes().to_vec(), format!("\u{feff}{json}").into_bytes()] {
                let mapping = parse_defect_mapping(&json);
                assert_eq!(mapping.problems, Vec::<String>::new());
                assert_eq!(mapping.products[0].name_ko, *product);
                assert_eq!(names(&mapping), [*defect]);
            }
        }
    }

    #[test]
    fn entries_without_a_shape_are_problems_and_the_rest_is_read() {
        let json =
            r#"{"a_b": {}, "p": 3, "q": {"x": 1, "y z": "n", "ok": "좋음"}, "r": {"defects": 3}}"#;
        let mapping = parse_defect_mapping(json.as_bytes());
        assert_eq!(mapping.problems.len(), 5, "{:?}", mapping.problems);
        assert_eq!(names(&mapping), [["q", "ok", "좋음", "ok", "ok (좋음)"]]);
        for json in ["", "[]", "{", "null", "\u{feff}"] {
            assert_eq!(parse_defect_mapping(json.as_bytes()).problems.len(), 1, "{json:?}");
        }
    }

    proptest! {
        #[test]
        fn a_mutated_mapping_never_panics(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
            keep in any::<prop::sample::Index>(),
        ) {
            let mut json = r#"{"prod1": {"name": "주조", "defects": {"hole": {"ko": "기공"}}},
                              "grid": {"glue": "접착제"}, "deep": {"a": {"b": {"c": []}}}}"#
                .as_bytes()
                .to_vec();
            for (at, byte) in changes {
                let at = at.index(json.len());
                json[at] = byte;
            }
            json.truncate(keep.index(json.len() + 1));
            let mapping = parse_defect_mapping(&json);
            for defect in &mapping.defects {
                prop_assert!(!defect.full_name.is_empty() && !defect.name_ko.is_empty());
            }
        }
    }
}
