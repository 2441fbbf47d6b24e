//! Defect types named in a heading or a question: by code, English, Korean or full name, in any
//! order, case and punctuation.

use fettle_domain::hangul::is_hangul;
use fettle_domain::{DefectCode, DefectType};

use super::words::words;

/// Words of headings that name no particular defect.
const GENERIC: [&str; 8] =
    ["defects", "defect", "불량", "결함", "유형", "type", "계속", "continued"];

/// Words between the names of two defects.
const JOINING: [&str; 7] = ["및", "또는", "그리고", "과", "와", "and", "or"];

/// The names of all defect types of a product, prepared for comparison.
#[derive(Debug)]
pub(super) struct DefectNameIndex {
    defects: Vec<DefectNames>,
    /// All names and parts of names without spaces, each with the place of its defect, longest first.
    by_length: Vec<(String, usize)>,
}

/// The names of one defect type.
#[derive(Debug)]
struct DefectNames {
    code: DefectCode,
    /// Code and whole names, each as its words, longest first.
    forms: Vec<Vec<String>>,
    /// Parts of the Korean name: `파단·절상` → `파단`, `절상`.
    parts: Vec<Vec<String>>,
}

/// The defect type that a heading names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedDefect {
    pub(super) code: DefectCode,
    /// Whether the heading consists of the defect's names alone.
    pub(super) exact: bool,
}

impl DefectNameIndex {
    pub(super) fn new(defects: &[DefectType]) -> Self {
        let defects: Vec<DefectNames> = defects
            .iter()
            .map(|defect| {
                let whole =
                    [defect.code.as_str(), &defect.name_en, &defect.name_ko, &defect.full_name];
                let mut forms: Vec<Vec<String>> =
                    whole.iter().map(|name| without_generic(&words(name))).collect();
                forms.retain(|form| !form.is_empty());
                forms.sort_by_key(|form| std::cmp::Reverse(length(form)));
                forms.dedup();
                let mut parts: Vec<Vec<String>> = defect
                    .name_ko
                    .split(['·', '/', ',', '∙', 'ㆍ'])
                    .map(|part| without_generic(&words(part)))
                    .collect();
                parts.retain(|part| length(part) >= 2);
                DefectNames { code: defect.code.clone(), forms, parts }
            })
            .collect();
        let mut by_length: Vec<(String, usize)> = defects
            .iter()
            .enumerate()
            .flat_map(|(at, defect)| {
                let forms = defect.forms.iter().chain(&defect.parts);
                forms.map(move |form| (form.concat(), at))
            })
            .collect();
        by_length.sort_by_key(|(form, _)| std::cmp::Reverse(form.chars().count()));
        Self { defects, by_length }
    }

    /// Whether the product has no defect types.
    pub(super) fn is_empty(&self) -> bool {
        self.defects.is_empty()
    }

    /// The defect type that `heading` names, or `None` if the heading names none or several. Of
    /// `Metal Contamination (금속 이물 오염)` what stands in brackets is the same name once more: where
    /// it names another defect, too, what stands before it counts.
    pub(super) fn find(&self, heading: &str) -> Option<NamedDefect> {
        self.find_in(heading).or_else(|| {
            let (before, _) = heading.split_once(['(', '（'])?;
            let named = self.find_in(before)?;
            Some(NamedDefect { exact: false, ..named })
        })
    }

    fn find_in(&self, heading: &str) -> Option<NamedDefect> {
        let heading = words(heading);
        let mut best: Option<(&DefectNames, Vec<&Vec<String>>)> = None;
        let mut others: Vec<Vec<&Vec<String>>> = Vec::new();
        for defect in &self.defects {
            let matched: Vec<_> =
                defect.forms.iter().filter(|form| contains(&heading, form)).collect();
            let Some(longest) = matched.first() else { continue };
            let better = best
                .as_ref()
                .and_then(|(_, m)| m.first())
                .is_none_or(|b| length(longest) > length(b));
            if better {
                if let Some((_, old)) = best.replace((defect, matched)) {
                    others.push(old);
                }
            } else {
                others.push(matched);
            }
        }
        let Some((defect, matched)) = best else { return self.find_part(&heading) };
        // `오염` inside `금속 이물 오염` is no second name; `hole, burr` are two.
        let ambiguous = others.iter().any(|forms| {
            !forms.iter().all(|form| matched.iter().any(|own| *own != *form && contains(own, form)))
        });
        if ambiguous {
            return None;
        }
        let mut rest = heading.concat();
        for form in matched.iter().map(|form| form.concat()).chain(GENERIC.map(str::to_owned)) {
            rest = rest.replace(&form, "");
        }
        Some(NamedDefect { code: defect.code.clone(), exact: rest.is_empty() })
    }

    /// The defect types that `heading` names, several and nothing else: `긁힘/찍힘`, `긁힘 및 찍힘 불량`.
    pub(super) fn find_several(&self, heading: &str) -> Vec<DefectCode> {
        let mut rest = words(heading).concat();
        let mut found: Vec<DefectCode> = Vec::new();
        for (form, at) in &self.by_length {
            let Some(DefectNames { code, .. }) = self.defects.get(*at) else { continue };
            if rest.contains(form) {
                rest = rest.replace(form, "\u{0}");
                if !found.contains(code) {
                    found.push(code.clone());
                }
            }
        }
        for word in GENERIC.iter().chain(&JOINING) {
            rest = rest.replace(word, "");
        }
        let is_several = found.len() > 1 && rest.chars().all(|c| c == '\u{0}');
        if is_several { found } else { Vec::new() }
    }

    /// The words of all names of a defect type.
    pub(super) fn words_of(&self, code: &DefectCode) -> Vec<String> {
        let own = self.defects.iter().filter(|defect| defect.code == *code);
        own.flat_map(|defect| defect.forms.iter().chain(&defect.parts).flatten().cloned()).collect()
    }

    /// All defect types of which `text` has a name or a part of the Korean name.
    fn find_all(&self, text: &str) -> Vec<DefectCode> {
        let text = words(text);
        let named = |defect: &&DefectNames| {
            defect.forms.iter().chain(&defect.parts).any(|form| contains(&text, form))
        };
        self.defects.iter().filter(named).map(|defect| defect.code.clone()).collect()
    }

    /// The only defect type of which `heading` has a part of the Korean name.
    fn find_part(&self, heading: &[String]) -> Option<NamedDefect> {
        let mut hits = self
            .defects
            .iter()
            .filter(|defect| defect.parts.iter().any(|part| contains(heading, part)));
        match (hits.next(), hits.next()) {
            (Some(defect), None) => Some(NamedDefect { code: defect.code.clone(), exact: false }),
            _ => None,
        }
    }
}

/// The defect types that `question` names, by code, Korean or English name or a part of the
/// Korean name. The longest name counts: `오염` inside `금속 이물 오염` is no second name.
pub fn named_defects(question: &str, defects: &[DefectType]) -> Vec<DefectCode> {
    let names = DefectNameIndex::new(defects);
    match names.find(question) {
        Some(named) => vec![named.code],
        None => names.find_all(question),
    }
}

fn without_generic(words: &[String]) -> Vec<String> {
    words.iter().filter(|word| !GENERIC.contains(&word.as_str())).cloned().collect()
}

/// Number of characters of all words.
fn length(words: &[String]) -> usize {
    words.iter().map(|word| word.chars().count()).sum()
}

/// Whether the words of `form` follow one another in `text`. Hangul is compared without spaces,
/// because compounds are spaced in several ways.
fn contains(text: &[String], form: &[String]) -> bool {
    if form.is_empty() {
        return false;
    }
    let is_hangul_word = |word: &String| word.chars().all(is_hangul);
    if form.iter().any(is_hangul_word) && length(form) >= 2 {
        return text.concat().contains(&form.concat());
    }
    text.windows(form.len()).any(|window| window == form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list_marker::split_marker;
    use fettle_testing::documents::defect;

    fn found(names: &DefectNameIndex, heading: &str) -> Option<(String, bool)> {
        names.find(heading).map(|named| (named.code.to_string(), named.exact))
    }

    #[test]
    fn headings_name_defects() {
        let names = DefectNameIndex::new(&[
            defect("hole", "기공", "hole", "hole (기공)"),
            defect("burr", "날개 버", "burr", "burr (날개 버, 얇은 돌출)"),
            defect("color", "오염·얼룩", "color", "Color Defect (오염·얼룩 불량)"),
            defect("metal", "금속 이물 오염", "metal contamination", "Metal (금속 이물 오염)"),
            defect("broken", "파단·절상·찢김", "broken", "Broken Defect (파단·절상·찢김 불량)"),
        ]);
        for (heading, expected) in [
            ("hole (기공)", Some(("hole", true))),
            ("기공 (HOLE)", Some(("hole", true))),
            ("3. 기공 불량", Some(("hole", false))),
            ("기공불량", Some(("hole", true))),
            ("burr (날개버, 얇은 돌출)", Some(("burr", true))),
            ("Metal Contamination Defect (금속 이물 오염 불량)", Some(("metal", true))),
            ("파단 불량", Some(("broken", false))),
            ("hole, burr 조치 매뉴얼", None),
            ("hole (기공, burr)", Some(("hole", false))),
            ("wholesale", None),
            ("발생 원인", None),
            ("", None),
        ] {
            let expected = expected.map(|(code, exact)| (code.to_owned(), exact));
            assert_eq!(found(&names, heading), expected, "{heading}");
        }
    }

    #[test]
    fn questions_name_defects() {
        let defects = [
            defect("hole", "기공", "hole", "hole (기공)"),
            defect("burr", "날개 버", "burr", "burr (날개 버, 얇은 돌출)"),
            defect("broken", "파단·절상·찢김", "broken", "Broken Defect (파단·절상·찢김 불량)"),
        ];
        for (question, expected) in [
            ("기공은 왜 생기나요?", &["hole"][..]),
            ("What to do about a burr?", &["burr"]),
            ("날개버와 기공", &["hole", "burr"]),
            ("hole or burr", &["hole", "burr"]),
            ("찢김이나 절상", &["broken"]),
            ("왜 이래요?", &[]),
            ("", &[]),
        ] {
            let named = named_defects(question, &defects);
            let named: Vec<_> = named.iter().map(DefectCode::as_str).collect();
            assert_eq!(named, expected, "{question}");
        }
    }

    #[test]
    fn headings_that_name_several_defects() {
        let names = DefectNameIndex::new(&[
            defect("scratch", "긁힘", "scratch", "scratch"),
            defect("dent", "찍힘", "dent", "dent"),
            defect("color", "오염·얼룩", "color", "Color (오염·얼룩)"),
        ]);
        for (heading, expected) in [
            ("긁힘/찍힘", 2),
            ("긁힘 및 찍힘 불량", 2),
            ("3. 긁힘, 찍힘", 2),
            ("scratch and dent", 2),
            ("긁힘(scratch) / 찍힘(dent)", 2),
            ("긁힘·찍힘 대책 매뉴얼", 0),
            ("오염·얼룩", 0),
            ("긁힘", 0),
        ] {
            let found = names.find_several(split_marker(heading).1).len();
            assert_eq!(found, expected, "{heading}");
        }
    }

    #[test]
    fn a_name_inside_a_longer_name_is_no_second_name() {
        let names = DefectNameIndex::new(&[
            defect("stain", "오염", "stain", "오염"),
            defect("metal", "금속 이물 오염", "metal", "금속 이물 오염"),
        ]);
        assert_eq!(found(&names, "금속 이물 오염 불량"), Some(("metal".to_owned(), true)));
        assert_eq!(found(&names, "오염"), Some(("stain".to_owned(), true)));
    }
}
