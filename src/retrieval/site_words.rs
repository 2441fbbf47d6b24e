//! What a site's judged questions say about its own words: which of them mean what the manual calls
//! by other words. Proposals for a person to review, and few rather than wrong.

use std::collections::{BTreeMap, BTreeSet};

use super::known_words::{KnownWords, WantedWords};
use super::question_words::{noun_words, question_words};
use super::terms::{Word, words};
use super::vocabulary::Vocabulary;

/// How surely the manuals know a word below which it is foreign to them.
const UNKNOWN: f32 = 0.6;
/// How surely a text spells a word that it has.
const SPELLED: f32 = 0.9;
/// Questions that support a word where nobody chose the right section.
const SUPPORT: usize = 2;
/// Words of the manual for a word of the site, in each script.
const MEANINGS: usize = 2;
/// Shortest word that is learnt, in letters or syllables.
const SHORTEST: usize = 2;

/// A section of one product's manuals.
#[derive(Debug, Clone)]
pub struct TaughtSection {
    /// Its heading and the names of its defect type.
    pub names: String,
    /// All of its text.
    pub text: String,
}

/// A question to the product, with the section that it should find.
#[derive(Debug, Clone)]
pub struct JudgedQuestion<'a> {
    /// The question.
    pub question: &'a str,
    /// Position of the section.
    pub section: usize,
    /// Whether a person chose the section, rather than finding that the first one helped.
    pub is_chosen: bool,
}

/// A word of a site and what it seems to mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteWordProposal {
    /// The word.
    pub word: String,
    /// Words of the section's names.
    pub meanings: Vec<String>,
    /// Positions of the questions that support it.
    pub questions: Vec<usize>,
}

/// Words of judged questions that none of the product's `sections` and no group of the general
/// vocabulary knows, each used in questions to one section alone: in one where a person chose the
/// section and the word is surely a noun, in two in all other cases.
pub fn propose(judged: &[JudgedQuestion<'_>], sections: &[TaughtSection]) -> Vec<SiteWordProposal> {
    let general = Vocabulary::general();
    let all = sections.iter().flat_map(|section| [section.text.as_str(), section.names.as_str()]);
    let known = KnownWords::new(all);
    // Of each word the section and the questions; no section where questions disagree.
    let mut used: BTreeMap<String, (Option<usize>, Vec<usize>)> = BTreeMap::new();
    for (number, one) in judged.iter().enumerate() {
        let words: BTreeSet<String> = question_words(one.question).into_iter().collect();
        for word in words {
            let (section, questions) =
                used.entry(word).or_insert_with(|| (Some(one.section), Vec::new()));
            questions.push(number);
            if *section != Some(one.section) {
                *section = None;
            }
        }
    }
    let texts: Vec<KnownWords> = sections
        .iter()
        .map(|one| KnownWords::new([one.names.as_str(), one.text.as_str()]))
        .collect();
    let nouns: Vec<Vec<String>> = judged.iter().map(|one| noun_words(one.question)).collect();
    let mut of_sections: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut proposals = Vec::new();
    for (word, (section, questions)) in used {
        let Some((at, section)) = section.and_then(|at| Some((at, sections.get(at)?))) else {
            continue;
        };
        let is_long = word.chars().count() >= SHORTEST;
        let is_foreign = known.share(&WantedWords::new(std::slice::from_ref(&word), &general))
            < UNKNOWN
            && general.other_words(&word).is_empty();
        let is_chosen_noun = |number: &usize| {
            let is_noun = nouns.get(*number).is_some_and(|nouns| nouns.contains(&word));
            is_noun && judged.get(*number).is_some_and(|one| one.is_chosen)
        };
        let is_supported = questions.len() >= SUPPORT || questions.iter().any(is_chosen_noun);
        if !(is_long && is_foreign && is_supported) {
            continue;
        }
        let meanings = of_sections.entry(at).or_insert_with(|| meanings(section, &texts)).clone();
        if !meanings.is_empty() {
            proposals.push(SiteWordProposal { word, meanings, questions });
        }
    }
    proposals
}

/// The words of a section's names that the fewest sections, with these `texts`, have, at most two of each
/// script.
fn meanings(section: &TaughtSection, texts: &[KnownWords]) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for word in question_words(&section.names) {
        if !named.contains(&word) {
            named.push(word);
        }
    }
    let spread = |word: &String| texts.iter().filter(|text| text.spelled(word) >= SPELLED).count();
    let mut meanings = Vec::new();
    for is_hangul in [true, false] {
        let of_script =
            |word: &&String| matches!(words(word).as_slice(), [Word::Hangul(_)]) == is_hangul;
        let own: Vec<(&String, usize)> =
            named.iter().filter(of_script).map(|word| (word, spread(word))).collect();
        let Some(least) = own.iter().map(|(_, spread)| *spread).min() else { continue };
        let rarest = own.iter().filter(|(_, spread)| *spread == least);
        meanings.extend(rarest.take(MEANINGS).map(|(word, _)| (*word).clone()));
    }
    meanings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections() -> Vec<TaughtSection> {
        [
            ("hole (기공)", "탈기 장치 점검, 용탕 온도 관리"),
            ("날개 버 (burr)", "금형 접합면의 틈새, 클램프 압력"),
            ("Bent Defect (휨·압흔 불량)", "흡착패드 압력, 이송 중 표면 손상"),
        ]
        .map(|(names, text)| TaughtSection { names: names.to_owned(), text: text.to_owned() })
        .to_vec()
    }

    fn proposed(judged: &[(&str, usize, bool)]) -> Vec<(String, String, usize)> {
        let judged: Vec<_> = judged
            .iter()
            .map(|(question, section, is_chosen)| JudgedQuestion {
                question,
                section: *section,
                is_chosen: *is_chosen,
            })
            .collect();
        let proposals = propose(&judged, &sections()).into_iter();
        proposals.map(|one| (one.word, one.meanings.join(" "), one.questions.len())).collect()
    }

    #[test]
    fn only_words_with_support_are_proposed() {
        type Judged = &'static [(&'static str, usize, bool)];
        type Proposed = &'static [(&'static str, &'static str, usize)];
        let cases: [(&str, Judged, Proposed); 9] = [
            (
                "a noun, and a person chose",
                &[("오늘은 곰보가 심해요", 0, true)],
                &[("곰보", "기공 hole", 1)],
            ),
            (
                "letters among Hangul",
                &[("DG 몇 시간마다 돌려요", 0, true)],
                &[("dg", "기공 hole", 1)],
            ),
            ("nobody chose", &[("곰보가 심해요", 0, false)], &[]),
            (
                "two questions",
                &[("곰보가 심해요", 0, false), ("곰보 잡는 법", 0, false)],
                &[("곰보", "기공 hole", 2)],
            ),
            (
                "two sections: which is open",
                &[("거시기가 났어요", 0, true), ("거시기가 생겼어요", 1, true)],
                &[],
            ),
            ("no noun by its form", &[("히네리 왔어요", 2, true)], &[]),
            ("the manual knows it, of another section", &[("클램프가 곰보예요", 0, true)], &[]),
            ("the vocabulary knows it", &[("바리가 났어요", 1, true)], &[]),
            ("two names", &[("히네리를 잡고 싶어요", 2, true)], &[("히네리", "휨 압흔 bent", 1)]),
        ];
        for (why, judged, expected) in cases {
            let expected: Vec<_> = expected
                .iter()
                .map(|(word, meanings, count)| ((*word).to_owned(), (*meanings).to_owned(), *count))
                .collect();
            assert_eq!(proposed(judged), expected, "{why}");
        }
    }
}
