//! Words for one thing: standard Korean, borrowed words, field slang, English
//! (`assets/vocabulary.txt`).
//!
//! Of general use in foundries, textile mills and tanneries; a factory's own words are found in
//! its manual as they stand, and those that its manual does not have are learnt
//! ([`Vocabulary::with_site`]).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::terms::{Word, words};
use fettle_domain::hangul::{is_noun_ending, is_particle};
use fettle_domain::{Language, english};

/// Letters that stay of an English word without its ending.
const SHORTEST_STEM: usize = 3;

/// Words for one thing.
type Group = Vec<Entry>;

/// A word of a group.
#[derive(Debug, Clone)]
struct Entry {
    /// As it is written.
    written: Cow<'static, str>,
    /// Its Hangul, without spaces.
    hangul: String,
    /// Stems of its words of other scripts.
    stems: Vec<String>,
    /// Where in a word of a text it stands.
    place: EntryPlace,
}

/// Where in a word of a text an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EntryPlace {
    /// Anywhere: a part of a compound.
    Anywhere,
    /// At its start: what a site's word means, which nobody held against all others.
    Start,
    /// The whole of it, but for particles and the like: a site's word. 우라 is not in 우라늄.
    Whole,
    /// At its start, as the stem of a verb or an adjective: `뚫~`. No word of its own.
    Stem,
}

impl Entry {
    fn new(written: &'static str) -> Self {
        match written.strip_suffix('~') {
            Some(stem) => Self::at(stem.into(), EntryPlace::Stem),
            None => Self::at(written.into(), EntryPlace::Anywhere),
        }
    }

    fn at(written: Cow<'static, str>, place: EntryPlace) -> Self {
        let (mut hangul, mut stems) = (String::new(), Vec::new());
        for word in words(&written) {
            match word {
                Word::Hangul(word) => hangul.push_str(&word),
                Word::Letters(word) => stems.push(stem(&word).to_owned()),
                Word::Number(_) => {}
            }
        }
        Self { written, hangul, stems, place }
    }

    fn is_korean(&self) -> bool {
        !self.hangul.is_empty()
    }

    fn is_word(&self) -> bool {
        self.place != EntryPlace::Stem
    }
}

static GROUPS: LazyLock<Vec<Group>> = LazyLock::new(|| {
    include_str!("../../assets/vocabulary.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split(',').map(str::trim).map(Entry::new).collect())
        .collect()
});

/// The table, and the words that a site taught beside it.
#[derive(Debug, Default, Clone)]
pub struct Vocabulary {
    site: Vec<SiteWord>,
}

/// A word of a site.
#[derive(Debug, Clone)]
struct SiteWord {
    word: Entry,
    /// Groups of the table that have one of its meanings.
    groups: Vec<usize>,
    /// Its meanings, which the manual knows.
    meanings: Vec<Entry>,
}

impl Vocabulary {
    /// The table alone.
    pub fn general() -> Self {
        Self::default()
    }

    /// The table and a site's words, each with its meanings.
    pub fn with_site<'a>(words: impl IntoIterator<Item = (&'a str, &'a [String])>) -> Self {
        let site = words.into_iter().map(|(word, meanings)| {
            let named = things(&meanings.join(", "));
            let is_one = |group: &Group| {
                let of_group = |meaning: &String| {
                    let mut words = group.iter().filter(|entry| entry.is_word());
                    words.any(|entry| entry.written == meaning.as_str())
                };
                meanings.iter().any(of_group)
            };
            let is_group = |number: &usize| GROUPS.get(*number).is_some_and(is_one);
            SiteWord {
                word: Entry::at(word.to_owned().into(), EntryPlace::Whole),
                groups: named.into_iter().filter(is_group).collect(),
                meanings: meanings
                    .iter()
                    .map(|meaning| Entry::at(meaning.clone().into(), EntryPlace::Start))
                    .collect(),
            }
        });
        Self { site: site.collect() }
    }

    /// Numbers of the things that `text` names: groups of the table, then words of the site whose
    /// meaning no group has. Two texts that share one name the same thing.
    pub fn things(&self, text: &str) -> Vec<usize> {
        let text = Text::new(text);
        let mut named = self.groups(&text);
        for (number, site) in (GROUPS.len()..).zip(&self.site) {
            let is_named = text.has(&site.word) || text.has_any(&site.meanings);
            if site.groups.is_empty() && is_named {
                named.insert(number);
            }
        }
        named.into_iter().collect()
    }

    /// The words of every group of which `text` has one, and the meanings of a site's words. Stems,
    /// which are no words, are left out.
    pub(super) fn other_words(&self, text: &str) -> BTreeSet<&str> {
        let text = Text::new(text);
        let groups = self.groups(&text);
        let of_groups = groups.iter().filter_map(|number| GROUPS.get(*number)).flatten();
        let of_site = self.said(&text).flat_map(|site| &site.meanings);
        let entries = of_groups.chain(of_site).filter(|entry| entry.is_word());
        entries.map(|entry| &*entry.written).collect()
    }

    /// `question`, and in brackets a word of `language` for each thing that it names in other words:
    /// what a text encoder does not know (slang, a loan word, the other language) it knows by
    /// those.
    pub fn explained(&self, question: &str, language: Language) -> String {
        let text = Text::new(question);
        let mut said: Vec<&str> = Vec::new();
        let is_understood = |entry: &Entry| entry.is_korean() == (language == Language::Ko);
        let of_site: Vec<&SiteWord> = self.said(&text).collect();
        let of_site_group =
            |number: &usize| of_site.iter().any(|site| site.groups.contains(number));
        for number in self.groups(&text) {
            // What a site's word means is said by the manual's own words.
            if of_site_group(&number)
                && !GROUPS.get(number).is_some_and(|group| text.has_any(group))
            {
                continue;
            }
            let Some(group) = GROUPS.get(number) else { continue };
            let mut words = group.iter().filter(|entry| entry.is_word() && is_understood(entry));
            said.extend(words.find(|entry| !text.has(entry)).map(|entry| &*entry.written));
        }
        for site in of_site {
            let mut meanings: Vec<&Entry> =
                site.meanings.iter().filter(|entry| is_understood(entry)).collect();
            if meanings.is_empty() {
                meanings = site.meanings.iter().collect();
            }
            for meaning in meanings {
                if !text.has(meaning) && !said.contains(&&*meaning.written) {
                    said.push(&meaning.written);
                }
            }
        }
        if said.is_empty() {
            question.to_owned()
        } else {
            format!("{question} ({})", said.join(", "))
        }
    }

    /// The words of the site that `text` has.
    fn said(&self, text: &Text) -> impl Iterator<Item = &SiteWord> {
        self.site.iter().filter(|site| text.has(&site.word))
    }

    /// Groups of the table that `text` names, also by words of the site.
    fn groups(&self, text: &Text) -> BTreeSet<usize> {
        let named = GROUPS.iter().enumerate().filter(|(_, group)| text.has_any(group));
        let mut named: BTreeSet<usize> = named.map(|(number, _)| number).collect();
        named.extend(self.said(text).flat_map(|site| site.groups.iter().copied()));
        named
    }
}

/// [`Vocabulary::things`] of the table alone.
pub fn things(text: &str) -> Vec<usize> {
    let text = Text::new(text);
    let named = GROUPS.iter().enumerate().filter(|(_, group)| text.has_any(group));
    named.map(|(number, _)| number).collect()
}

struct Text {
    /// Runs of Hangul words with nothing but spaces between them.
    runs: Vec<Vec<String>>,
    /// Stems of the words of other scripts.
    stems: Vec<String>,
}

impl Text {
    fn new(text: &str) -> Self {
        let (mut runs, mut stems): (Vec<Vec<String>>, Vec<String>) = (vec![Vec::new()], Vec::new());
        for word in words(text) {
            match (word, runs.last_mut()) {
                (Word::Hangul(word), Some(run)) => run.push(word),
                (Word::Letters(word), _) => {
                    runs.push(Vec::new());
                    stems.push(stem(&word).to_owned());
                }
                _ => runs.push(Vec::new()),
            }
        }
        Self { runs, stems }
    }

    fn has_any(&self, group: &[Entry]) -> bool {
        group.iter().any(|entry| self.has(entry))
    }

    fn has(&self, entry: &Entry) -> bool {
        let Entry { hangul, stems, place, .. } = entry;
        if hangul.is_empty() {
            return !stems.is_empty()
                && self.stems.windows(stems.len()).any(|run| run == stems.as_slice());
        }
        let mut all = self.runs.iter().flatten();
        if entry.is_word() && hangul.chars().count() == 1 {
            // One syllable is a part of many words that have nothing to do with it.
            return all.any(|word| {
                word.strip_prefix(hangul.as_str())
                    .is_some_and(|rest| rest.is_empty() || is_particle(rest))
            });
        }
        // Inside a word (a compound), or over spaces from the start of a word: `송송` after
        // `구멍이` holds no `이송`.
        let inside =
            *place == EntryPlace::Anywhere && all.any(|word| word.contains(hangul.as_str()));
        let ends = |rest: &str| *place != EntryPlace::Whole || is_whole(rest);
        inside || self.runs.iter().any(|run| starts_at_a_word(run, hangul, ends))
    }
}

/// Whether a word of a site with `rest` behind it is that word: before particles, or as the first part of
/// a compound with a word that the table knows.
fn is_whole(rest: &str) -> bool {
    let is_known =
        |entry: &Entry| entry.hangul.chars().count() > 1 && rest.starts_with(entry.hangul.as_str());
    is_noun_ending(rest) || GROUPS.iter().flatten().any(is_known)
}

/// Whether `wanted` stands in the joined words of `run` from the start of one of them, up to where a
/// word `ends`.
fn starts_at_a_word(run: &[String], wanted: &str, ends: impl Fn(&str) -> bool) -> bool {
    (0..run.len()).any(|start| {
        let mut rest = wanted;
        for word in run.iter().skip(start) {
            if let Some(behind) = word.strip_prefix(rest) {
                return ends(behind);
            }
            match rest.strip_prefix(word.as_str()) {
                Some(more) => rest = more,
                None => return false,
            }
        }
        false
    })
}

fn stem(word: &str) -> &str {
    english::stem(word, SHORTEST_STEM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_brings_the_others_of_its_group() {
        for (text, word, expected) in [
            ("기스가 났어요", "긁힘", true),
            ("scratches", "긁힘", true),
            ("blow holes in it", "기공", true),
            ("nozzles", "노즐", true),
            ("칼이 닳았다", "칼날", true),
            ("칼국수", "칼날", false),
            ("원단이 뻥 뚫렸어요", "천공", true),
            ("구멍이 송송", "이송", false),
            ("금 형", "몰드", true),
            ("버튼", "burr", false),
            ("바리", "burr", true),
            ("wholesale", "구멍", false),
            ("", "burr", false),
        ] {
            let general = Vocabulary::general();
            let words = general.other_words(text);
            assert_eq!(words.contains(word), expected, "{text}: {words:?}");
        }
    }

    #[test]
    fn a_question_is_explained_in_the_language_of_the_manual() {
        for (question, language, expected) in [
            ("기스가 났어요", Language::Ko, "기스가 났어요 (긁힘)"),
            ("porosity", Language::Ko, "porosity (기공)"),
            ("기공", Language::En, "기공 (porosity)"),
            ("왜 이래요?", Language::Ko, "왜 이래요?"),
        ] {
            assert_eq!(Vocabulary::general().explained(question, language), expected);
        }
    }

    #[test]
    fn texts_that_name_one_thing_share_a_number() {
        let share = |a: &str, b: &str| {
            let b = things(b);
            things(a).iter().any(|thing| b.contains(thing))
        };
        for (a, b, expected) in [
            ("찢어진 거", "절상·찢김", true),
            ("porosity", "hole (기공)", true),
            ("휘어진 거", "휨·압흔", true),
            ("기공", "날개 버", false),
            ("", "", false),
        ] {
            assert_eq!(share(a, b), expected, "{a} / {b}");
        }
    }

    #[test]
    fn the_table_is_whole() {
        assert!(GROUPS.len() > 50);
        for group in GROUPS.iter() {
            let written: Vec<_> =
                group.iter().map(|e| (&e.written, e.place == EntryPlace::Stem)).collect();
            let unique: BTreeSet<_> = written.iter().collect();
            assert!(group.len() > 1, "{written:?}");
            assert_eq!(unique.len(), group.len(), "{written:?}");
            let says = |entry: &Entry| !entry.hangul.is_empty() || !entry.stems.is_empty();
            assert!(group.iter().all(says), "{written:?}");
        }
    }
    #[test]
    fn a_word_of_a_site_means_what_it_was_taught() {
        let meanings = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let taught: [(&str, Vec<String>); 3] = [
            ("곰보", meanings(&["기공", "hole"])),
            ("DG", meanings(&["아르곤 탈기"])),
            ("꽁지", meanings(&["꼬리표"])),
        ];
        let site = Vocabulary::with_site(taught.iter().map(|(word, m)| (*word, m.as_slice())));
        let shares = |a: &str, b: &str| {
            let b = site.things(b);
            site.things(a).iter().any(|thing| b.contains(thing))
        };
        for (a, b, expected) in [
            // A group of the table has the meaning.
            ("곰보투성이예요", "기공", true),
            ("곰보", "porosity", true),
            ("dg는 언제", "아르곤 탈기 공정", true),
            // None has.
            ("꽁지가 없어요", "꼬리표 부착", true),
            ("꽁지", "기공", false),
            // As a word alone, with particles and in compounds.
            ("노랑곰보", "기공", false),
            ("곰보구멍", "기공", true),
            ("곰 보가 났어요", "기공", true),
            ("곰보면", "기공", true),
            ("곰보빵집", "기공", false),
            ("꽁지머리", "꼬리표 부착", false),
        ] {
            assert_eq!(shares(a, b), expected, "{a} / {b}");
        }
        assert!(site.other_words("곰보").contains("기공"));
        assert!(site.other_words("곰보").contains("porosity"));
        for (question, language, expected) in [
            ("곰보가 났어요", Language::Ko, "곰보가 났어요 (기공)"),
            ("곰보가 났어요", Language::En, "곰보가 났어요 (hole)"),
            ("DG 언제 해요", Language::Ko, "DG 언제 해요 (아르곤 탈기)"),
            ("기스가 났어요", Language::Ko, "기스가 났어요 (긁힘)"),
        ] {
            assert_eq!(site.explained(question, language), expected);
        }
    }
}
