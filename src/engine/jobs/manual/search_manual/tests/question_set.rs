//! Written questions to manuals, with the sections that answer them.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use fettle_testing::data::checkout;

/// A question and what a right answer is.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Question {
    /// `tuned`: looked at while the method was chosen and fitted; others are only counted.
    pub(super) set: String,
    /// The product that it is about.
    pub(super) product: String,
    /// Sections that answer it, as `product/defect`; none where no manual does.
    pub(super) expect: Vec<String>,
    /// Sections of other manuals that say the same.
    pub(super) also: Vec<String>,
    /// Codes of the defects that it excludes.
    pub(super) excluded: Vec<String>,
    pub(super) question: String,
}

/// A question of the first set, which asks for one section.
#[derive(Deserialize)]
struct OneSection {
    set: String,
    product: String,
    defect: String,
    also: Vec<String>,
    question: String,
}

/// The 130 questions that ask for one section.
pub(super) fn first_questions() -> Vec<Question> {
    read::<OneSection>("questions.json")
        .into_iter()
        .map(|OneSection { set, product, defect, also, question }| {
            let expect = vec![format!("{product}/{defect}")];
            Question { set, product, expect, also, excluded: Vec::new(), question }
        })
        .collect()
}

/// The questions of a file of `tests/retrieval`.
pub(super) fn questions(file: &str) -> Vec<Question> {
    read(file)
}

/// The words of a site that `jargon_questions.json` uses.
pub(super) fn jargon() -> Vec<String> {
    #[derive(Deserialize)]
    struct Jargon {
        jargon: String,
    }
    read::<Jargon>("jargon_questions.json").into_iter().map(|one| one.jargon).collect()
}

fn read<T: DeserializeOwned>(file: &str) -> Vec<T> {
    let path = checkout().join("tests/retrieval").join(file);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}
