//! Which defect type a heading names: by code, English, Korean or full name, in any
//! order, case and punctuation.

use unicode_normalization::UnicodeNormalization;

use fettle_domain::{DefectCode, DefectType};

/// Words that say "defect" and name none.
const GENERIC: [&str; 8] =
    ["defects", "defect", "불량", "결함", "유형", "type", "계속", "continued"];

/// The names of a product's defects, ready for comparison.
#[derive(Debug)]
pub(super) struct Names {
    defects: Vec<Names1>,
}

#[derive(Debug)]
struct Names1 {
    code: DefectCode,
    /// Whole names, as words.
    forms: Vec<Vec<String>>,
    /// Parts of the Korean name: `파단·절상` → `파단`, `절상`.
    parts: Vec<Vec<String>>,
}

/// A heading's defect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) code: DefectCode,
    /// The heading says nothing but the defect's names.
    pub(super) exact: bool,
}

impl Names {
    pub(super) fn new(defects: &[DefectType]) -> Self {
        let defects = defects
            .iter()
            .map(|defect| {
                let whole =
                    [defect.code.as_str(), &defect.name_en, &defect.name_ko, &defect.full_name];
                let mut forms: Vec<Vec<String>> =
                    whole.iter().map(|name| specific(&words(name))).collect();
                forms.retain(|form| !form.is_empty());
                forms.sort_by_key(|form| std::cmp::Reverse(length(form)));
                forms.dedup();
                let mut parts: Vec<Vec<String>> = defect
                    .name_ko
                    .split(['·', '/', ',', '∙', 'ㆍ'])
                    .map(|part| specific(&words(part)))
                    .collect();
                parts.retain(|part| length(part) >= 2);
                Names1 { code: defect.code.clone(), forms, parts }
            })
            .collect();
        Self { defects }
    }

    /// The defect that `heading` names; `None` where it names none, or several.
    pub(super) fn find(&self, heading: &str) -> Option<Named> {
        let said = words(heading);
        let mut best: Option<(&Names1, Vec<&Vec<String>>)> = None;
        let mut others: Vec<Vec<&Vec<String>>> = Vec::new();
        for defect in &self.defects {
            let matched: Vec<_> =
                defect.forms.iter().filter(|form| contains(&said, form)).collect();
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
        let Some((defect, matched)) = best else { return self.find_part(&said) };
        // `오염` inside `금속 이물 오염` is no second name; `hole, burr` are two.
        let ambiguous = others.iter().any(|forms| {
            !forms.iter().all(|form| matched.iter().any(|own| *own != *form && contains(own, form)))
        });
        if ambiguous {
            return None;
        }
        let mut rest = said.concat();
        for form in matched.iter().map(|form| form.concat()).chain(GENERIC.map(str::to_owned)) {
            rest = rest.replace(&form, "");
        }
        Some(Named { code: defect.code.clone(), exact: rest.is_empty() })
    }

    /// All defects of which a name, or a part of the Korean one, stands in `text`.
    fn all(&self, text: &str) -> Vec<DefectCode> {
        let said = words(text);
        let named = |defect: &&Names1| {
            defect.forms.iter().chain(&defect.parts).any(|form| contains(&said, form))
        };
        self.defects.iter().filter(named).map(|defect| defect.code.clone()).collect()
    }

    fn find_part(&self, said: &[String]) -> Option<Named> {
        let mut hits = self
            .defects
            .iter()
            .filter(|defect| defect.parts.iter().any(|part| contains(said, part)));
        match (hits.next(), hits.next()) {
            (Some(defect), None) => Some(Named { code: defect.code.clone(), exact: false }),
            _ => None,
        }
    }
}

/// The defect types that `question` names, by code, Korean or English name or a part of the
/// Korean one; none where it names none. The longest name counts: `오염` inside of
/// `금속 이물 오염` is no second one.
pub fn named_defects(question: &str, defects: &[DefectType]) -> Vec<DefectCode> {
    let names = Names::new(defects);
    match names.find(question) {
        Some(named) => vec![named.code],
        None => names.all(question),
    }
}

fn specific(words: &[String]) -> Vec<String> {
    words.iter().filter(|word| !GENERIC.contains(&word.as_str())).cloned().collect()
}

fn length(words: &[String]) -> usize {
    words.iter().map(|word| word.chars().count()).sum()
}

/// Whether the words of `form` stand in `said` one after another. Hangul is compared
/// without spaces, since writers space compounds as they like.
fn contains(said: &[String], form: &[String]) -> bool {
    if form.is_empty() {
        return false;
    }
    let hangul = |word: &String| word.chars().all(is_hangul);
    if form.iter().any(hangul) && length(form) >= 2 {
        return said.concat().contains(&form.concat());
    }
    said.windows(form.len()).any(|window| window == form)
}

pub(super) fn is_hangul(c: char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7A3}' | '\u{3131}'..='\u{318E}')
}

/// Lower-case words of letters and digits; Hangul and other scripts are parted.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut last: Option<bool> = None;
    for c in text.nfc() {
        if !c.is_alphanumeric() {
            last = None;
            continue;
        }
        let hangul = is_hangul(c);
        match out.last_mut() {
            Some(word) if last == Some(hangul) => word.extend(c.to_lowercase()),
            _ => out.push(c.to_lowercase().collect()),
        }
        last = Some(hangul);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_testing::documents::defect;

    fn found(names: &Names, heading: &str) -> Option<(String, bool)> {
        names.find(heading).map(|named| (named.code.to_string(), named.exact))
    }

    #[test]
    fn headings_name_defects() {
        let names = Names::new(&[
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
    fn a_name_inside_a_longer_name_is_no_second_name() {
        let names = Names::new(&[
            defect("stain", "오염", "stain", "오염"),
            defect("metal", "금속 이물 오염", "metal", "금속 이물 오염"),
        ]);
        assert_eq!(found(&names, "금속 이물 오염 불량"), Some(("metal".to_owned(), true)));
        assert_eq!(found(&names, "오염"), Some(("stain".to_owned(), true)));
    }
}
