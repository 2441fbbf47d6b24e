//! Works of others that the program is made of or runs, and their licences.

use std::sync::LazyLock;

use serde::Deserialize;

/// A work of others, as the list of licences shows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct LicensedWork {
    pub(crate) name: String,
    /// Empty where the work has none, or it is not known.
    #[serde(default)]
    pub(crate) version: String,
    /// An SPDX expression, or what the author says instead.
    pub(crate) licence: String,
    /// The address of its source; empty where none is named.
    #[serde(default)]
    pub(crate) source: String,
}

impl LicensedWork {
    fn new(name: &str, licence: &str, source: &str) -> Self {
        let [name, licence, source] = [name, licence, source].map(str::to_owned);
        Self { name, version: String::new(), licence, source }
    }

    /// A licensed work without source, such as a model.
    pub(crate) fn named(name: &str, licence: &str) -> Self {
        Self::new(name, licence, "")
    }

    /// Whether name, version or licence contain each word of `wanted`, in upper or lower case.
    pub(crate) fn matches(&self, wanted: &str) -> bool {
        let own = format!("{} {} {}", self.name, self.version, self.licence).to_lowercase();
        wanted.to_lowercase().split_whitespace().all(|word| own.contains(word))
    }

    /// Name, version, licence and source, separated by tabulators.
    pub(crate) fn line(&self) -> String {
        format!("{}\t{}\t{}\t{}", self.name, self.version, self.licence, self.source)
    }
}

/// The crates that are linked into the program: `assets/licences.json`, which a test of
/// `tests/architecture/` holds against `Cargo.lock`.
pub(crate) fn crates() -> &'static [LicensedWork] {
    static CRATES: LazyLock<Vec<LicensedWork>> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../assets/licences.json")).unwrap_or_default()
    });
    &CRATES
}

/// What is in the program and is no crate: fonts, and libraries that crates bring along.
pub(crate) fn bundled() -> Vec<LicensedWork> {
    [
        ("FAISS", "MIT", "https://github.com/facebookresearch/faiss"),
        ("NanumGothic (Fettle Gothic)", "OFL-1.1", "https://hangeul.naver.com/font"),
        ("Oniguruma", "BSD-2-Clause", "https://github.com/kkos/oniguruma"),
        ("SQLite", "blessing (public domain)", "https://www.sqlite.org"),
    ]
    .map(|(name, licence, source)| LicensedWork::new(name, licence, source))
    .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_linked_crate_has_a_version_and_a_licence() {
        assert!(crates().len() > 400, "{}", crates().len());
        for work in crates() {
            assert!(!work.version.is_empty() && !work.licence.is_empty(), "{work:?}");
        }
        let names = |name: &str| crates().iter().any(|work| work.name == name);
        assert!(names("egui") && names("candle-core") && !names("fettle-app"));
    }

    #[test]
    fn words_find_name_version_and_licence() {
        let work = LicensedWork {
            name: "candle-core".to_owned(),
            version: "0.11.1".to_owned(),
            licence: "MIT OR Apache-2.0".to_owned(),
            source: String::new(),
        };
        for (wanted, found) in [
            ("", true),
            ("CANDLE", true),
            ("apache candle", true),
            ("0.11", true),
            ("candle gpl", false),
            ("한글", false),
        ] {
            assert_eq!(work.matches(wanted), found, "{wanted}");
        }
    }
}
