//! Readings of a Korean word: a stem, and what its particle or ending says.
//!
//! Only endings that leave the claim as it is are taken off: statement, order, `and`, noun form. A
//! past, a condition, a possibility or a negation stays part of the stem, so that it differs from
//! the plain word.

use fettle_domain::hangul::{final_consonant, without_final_consonant};

/// What a particle or an ending says of its stem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordRole {
    /// Nothing: a noun without particle, or a word of another script.
    Bare,
    /// 을, 를.
    Object,
    /// 이, 가.
    Subject,
    /// 은, 는.
    Topic,
    /// 의.
    Genitive,
    /// An active verb: 점검합니다, 높임.
    Active,
    /// A passive verb: 배출됩니다.
    Passive,
    /// A particle whose sense must be kept: 에, 에서, 로, 만, 보다 …
    Other(&'static str),
}

/// A reading of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) stem: String,
    pub(super) role: WordRole,
}

impl Form {
    /// A word as it is.
    pub(super) fn bare(text: &str) -> Self {
        Self { stem: text.to_owned(), role: WordRole::Bare }
    }
}

const PARTICLES: [(&str, WordRole); 22] = [
    ("을", WordRole::Object),
    ("를", WordRole::Object),
    ("이", WordRole::Subject),
    ("가", WordRole::Subject),
    ("은", WordRole::Topic),
    ("는", WordRole::Topic),
    ("의", WordRole::Genitive),
    ("으로", WordRole::Other("로")),
    ("로", WordRole::Other("로")),
    ("에서", WordRole::Other("에서")),
    ("에", WordRole::Other("에")),
    ("와", WordRole::Other("와")),
    ("과", WordRole::Other("와")),
    ("도", WordRole::Other("도")),
    ("만", WordRole::Other("만")),
    ("까지", WordRole::Other("까지")),
    ("부터", WordRole::Other("부터")),
    ("보다", WordRole::Other("보다")),
    ("마다", WordRole::Other("마다")),
    ("로부터", WordRole::Other("로부터")),
    ("으로부터", WordRole::Other("로부터")),
    ("입니다", WordRole::Bare),
];

/// Endings after a whole verb stem: 낮-습니다, 높이-고.
const ENDINGS: [&str; 9] = ["습니다", "는다", "십시오", "으십시오", "세요", "음", "고", "며", "다"];
/// Endings that begin with a final consonant of the stem: 높이-ㅂ니다, 높이-ㄴ다, 높이-ㅁ.
const CONSONANT_ENDINGS: [(char, &str); 3] = [('ㅂ', "니다"), ('ㄴ', "다"), ('ㅁ', "")];

/// The readings of a Korean word, the word as it is first.
pub(super) fn forms(word: &str) -> Vec<Form> {
    let mut out = vec![Form::bare(word)];
    for (particle, role) in PARTICLES {
        if let Some(stem) = word.strip_suffix(particle).filter(|stem| !stem.is_empty()) {
            out.push(Form { stem: stem.to_owned(), role });
        }
    }
    // `막혀서` is `막혀`; `에서` is another particle than `에`.
    let reason =
        word.strip_suffix('서').filter(|stem| stem.ends_with(['아', '어', '여', '혀', '려', '져']));
    out.extend(reason.map(Form::bare));
    if matches!(word, "인해" | "인한") {
        out.push(Form::bare("인하여"));
    }
    for stem in verb_stems(word) {
        for (verb, role) in [("하", WordRole::Active), ("되", WordRole::Passive)] {
            if let Some(noun) = stem.strip_suffix(verb).filter(|noun| !noun.is_empty()) {
                out.push(Form { stem: noun.to_owned(), role });
            }
        }
        out.push(Form { stem, role: WordRole::Active });
    }
    out
}

/// The stems that a verb in one of the harmless endings may have.
fn verb_stems(word: &str) -> Vec<String> {
    let plain = ENDINGS.iter().filter_map(|ending| word.strip_suffix(ending));
    let mut out: Vec<String> = plain.filter(|stem| !stem.is_empty()).map(str::to_owned).collect();
    for (consonant, rest) in CONSONANT_ENDINGS {
        let Some(stem) = word.strip_suffix(rest) else { continue };
        if stem.chars().last().is_some_and(|last| final_consonant(last) == Some(consonant)) {
            out.push(without_final_consonant(stem));
        }
    }
    out
}

/// The stem of a verb that gives a reason: `낮아`, `막혀서` keep theirs, `마모되어` and `증가하여` have
/// their noun's.
pub(super) fn reason_forms(word: &str) -> Vec<Form> {
    let word = word.strip_suffix('서').unwrap_or(word);
    let mut out = Vec::new();
    for (ending, role) in [
        ("하여", WordRole::Active),
        ("해", WordRole::Active),
        ("되어", WordRole::Passive),
        ("돼", WordRole::Passive),
        ("아", WordRole::Active),
        ("어", WordRole::Active),
    ] {
        if let Some(stem) = word.strip_suffix(ending).filter(|stem| !stem.is_empty()) {
            out.push(Form { stem: stem.to_owned(), role });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether two words have a stem in common.
    fn related(a: &str, b: &str) -> bool {
        let (a, b) = (forms(a), forms(b));
        a.iter().any(|form| b.iter().any(|other| other.stem == form.stem))
    }

    #[test]
    fn harmless_endings_are_taken_off_and_others_are_not() {
        for (a, b, expected) in [
            ("점검", "점검합니다", true),
            ("점검", "점검을", true),
            ("높임", "높입니다", true),
            ("높임", "높이십시오", true),
            ("낮음", "낮습니다", true),
            ("않음", "않습니다", true),
            ("묻어나옴", "묻어나옵니다", true),
            ("마모", "마모입니다", true),
            ("부착", "부착됩니다", true),
            // Past, condition, negation, possibility, cause, another verb.
            ("점검", "점검했습니다", false),
            ("점검", "점검하면", false),
            ("점검", "점검하지", false),
            ("점검", "점검할", false),
            ("점검", "점검시킵니다", false),
            ("균일", "불균일", false),
            ("높임", "낮춤", false),
        ] {
            assert_eq!(related(a, b), expected, "{a}, {b}");
        }
    }
}
