//! What a question asks for: the defects that it names, what it excludes, and how many sections it
//! goes across.

use super::corpus::{Corpus, Passage};
use super::literal::Lookup;
use fettle_domain::{DefectCode, DefectType, ProductCode};
use fettle_manuals::named_defects;
use fettle_retrieval::asked_value::{AskedValue, asked_value};
use fettle_retrieval::denial::asks_for_the_opposite;
use fettle_retrieval::exclusion::read_question;
use fettle_retrieval::question_words::question_words;
use fettle_retrieval::vocabulary::Vocabulary;

/// Share of the things in a defect's name above which a text that names them names the defect.
const MOST: f32 = 0.5;
/// What joins two things that are both asked for.
const JOINING: [&str; 16] = [
    "와",
    "과",
    "랑",
    "이랑",
    "하고",
    "및",
    "둘 다",
    "뿐만",
    "뿐 아니라",
    "and",
    "both",
    "or",
    "이나",
    "또는",
    "&",
    "+",
];
/// What asks for defects rather than about one.
const ASKING_FOR_DEFECTS: [&str; 24] = [
    "which defects",
    "what defects",
    "which defect ",
    "what defect ",
    "all defects",
    "which problems",
    "what problems",
    "어떤 불량",
    "무슨 불량",
    "어느 불량",
    "모든 불량",
    "불량들",
    "불량은 어떤",
    "불량은 뭐",
    "불량은 무엇",
    "불량을 모두",
    "불량 모두",
    "불량 전부",
    "불량을 전부",
    "불량은?",
    "어떤 결함",
    "무슨 결함",
    "결함들",
    "나머지 불량",
];

/// A question, read.
pub(super) struct Asked {
    /// The question without what it excludes.
    pub(super) text: String,
    /// What it excludes, in its own words.
    pub(super) excluded: Vec<String>,
    /// Words that say what it is about.
    pub(super) words: Vec<String>,
    /// Defect types that it names by their names.
    pub(super) named: Vec<(ProductCode, DefectCode)>,
    /// Defect types that it names in any words.
    pub(super) meant: Vec<(ProductCode, DefectCode)>,
    /// Defect types that it excludes.
    left_out: Vec<(ProductCode, DefectCode)>,
    /// Products that it names.
    pub(super) products: Vec<ProductCode>,
    /// Whether it joins several things.
    pub(super) joins: bool,
    /// Whether it asks which defects.
    pub(super) asks_for_defects: bool,
    /// The question as a look-up of what is printed.
    pub(super) lookup: Lookup,
    /// Whether it asks for the opposite of what manuals say.
    pub(super) denies: bool,
    /// The kind of value that it asks for.
    pub(super) value: Option<AskedValue>,
}

impl Asked {
    pub(super) fn read(question: &str, corpus: &Corpus) -> Self {
        let (defects, vocabulary) = (&corpus.topics, &corpus.vocabulary);
        let all_named = |text: &str, loosely| all_named(text, defects, loosely, vocabulary);
        let read = read_question(question, |phrase| !all_named(phrase, true).is_empty());
        let left_out: Vec<_> =
            read.excluded.iter().flat_map(|phrase| all_named(phrase, true)).collect();
        let is_kept = |named: &(ProductCode, DefectCode)| !left_out.contains(named);
        let mut named = by_name(&read.asked, defects);
        let mut meant = all_named(&read.asked, false);
        named.retain(is_kept);
        meant.retain(is_kept);
        let lower = read.asked.to_lowercase();
        let in_words = vocabulary.things(&read.asked);
        let names_product = |code: &ProductCode| {
            let names = corpus.product_names(code);
            vocabulary.things(&names).iter().any(|thing| in_words.contains(thing))
                || question_words(&names).iter().any(|name| {
                    name.chars().count() > 1
                        && question_words(&read.asked).iter().any(|word| word == name)
                })
        };
        let codes = corpus.products.iter().map(|product| product.code.clone());
        Self {
            words: question_words(&read.asked),
            products: codes.filter(names_product).collect(),
            joins: JOINING.iter().any(|joining| joins_words(&lower, joining)),
            asks_for_defects: ASKING_FOR_DEFECTS.iter().any(|asking| lower.contains(asking)),
            lookup: Lookup::new(&read.asked),
            denies: asks_for_the_opposite(&read.asked),
            value: asked_value(&read.asked),
            text: read.asked,
            excluded: read.excluded,
            named,
            meant,
            left_out,
        }
    }

    /// Codes of the defect types that it names by their names.
    pub(super) fn named_codes(&self, defects: &[DefectType]) -> Vec<DefectCode> {
        let codes = self.named.iter().map(|(_, code)| code);
        codes.filter(|code| defects.iter().any(|defect| defect.code == **code)).cloned().collect()
    }

    pub(super) fn names(&self, passage: &Passage<'_>) -> bool {
        is_of(&self.named, passage)
    }

    pub(super) fn means(&self, passage: &Passage<'_>) -> bool {
        is_of(&self.meant, passage) || is_of(&self.named, passage)
    }

    pub(super) fn excludes(&self, passage: &Passage<'_>) -> bool {
        is_of(&self.left_out, passage)
    }
}

fn is_of(defects: &[(ProductCode, DefectCode)], passage: &Passage<'_>) -> bool {
    defects.iter().any(|(product, defect)| {
        *product == passage.manual.product && passage.topic == Some(defect)
    })
}

/// Whether `joining` stands in `text` as a word or as the end of one before another.
fn joins_words(text: &str, joining: &str) -> bool {
    let is_letters = joining.chars().all(|c| c.is_ascii_alphabetic());
    let padded = format!(" {text} ");
    if is_letters || joining == "및" || joining == "또는" {
        return padded.contains(&format!(" {joining} "));
    }
    padded.contains(&format!("{joining} "))
}

fn by_name(text: &str, defects: &[DefectType]) -> Vec<(ProductCode, DefectCode)> {
    let mut found = Vec::new();
    for of_product in defects.chunk_by(|a, b| a.product == b.product) {
        let Some(first) = of_product.first() else { continue };
        let codes = named_defects(text, of_product);
        found.extend(codes.into_iter().map(|code| (first.product.clone(), code)));
    }
    found
}

/// Defect types of each product that `text` names by their names, or by other words for most of the
/// things in them; where it names none so and `loosely`, those of which it names the most things.
fn all_named(
    text: &str,
    defects: &[DefectType],
    loosely: bool,
    vocabulary: &Vocabulary,
) -> Vec<(ProductCode, DefectCode)> {
    let said = vocabulary.things(text);
    let mut found = Vec::new();
    for of_product in defects.chunk_by(|a, b| a.product == b.product) {
        let mut own = by_name(text, of_product);
        let shared: Vec<(usize, f32)> =
            of_product.iter().map(|defect| shared_things(defect, &said, vocabulary)).collect();
        let most = shared.iter().map(|(count, _)| *count).max().unwrap_or_default();
        let by_count = loosely && own.is_empty() && shared.iter().all(|(_, share)| *share <= MOST);
        for ((count, share), defect) in shared.into_iter().zip(of_product) {
            let key = (defect.product.clone(), defect.code.clone());
            let is_meant = share > MOST || (by_count && count == most);
            if count > 0 && is_meant && !own.contains(&key) {
                own.push(key);
            }
        }
        found.append(&mut own);
    }
    found
}

/// How many of the things in a defect's names are `said`, and their largest share in one of the
/// names, 0 to 1.
fn shared_things(defect: &DefectType, said: &[usize], vocabulary: &Vocabulary) -> (usize, f32) {
    let of_name = |name: &str| {
        let things = vocabulary.things(name);
        let shared = things.iter().filter(|thing| said.contains(thing)).count();
        (shared, shared as f32 / things.len().max(1) as f32)
    };
    let (ko, en) = (of_name(&defect.name_ko), of_name(&defect.name_en));
    (ko.0.max(en.0), ko.1.max(en.1))
}
