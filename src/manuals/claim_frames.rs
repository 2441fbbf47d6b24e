//! What surrounds a statement in a sentence without adding to it: `원인은 … 때문입니다`, `The cause is …`,
//! `… should be …`.
//!
//! A frame of a cause says that it is a cause, which its part of the manual says too. A frame of an
//! action says that it is to be done.

use super::claim_words::{ClaimWord, claim_words};
use super::korean_forms::{Form, WordRole, reason_forms};
use fettle_domain::StatementKind;

/// Beginnings of a sentence about a cause, longest first. `*` stands for the heading's words.
const CAUSE_OPENINGS: [&str; 21] = [
    "이 불량의 발생 원인은",
    "이 불량의 원인은",
    "이 불량은",
    "불량의 원인은",
    "불량 원인은",
    "발생 원인은",
    "원인은",
    "the cause is that",
    "the cause is",
    "the causes are",
    "the defect is caused by",
    "the defect comes from",
    "it is caused by",
    "it comes from",
    "it happens because of",
    "it happens because",
    "it occurs because",
    "this is caused by",
    "this comes from",
    "cause is",
    "caused by",
];
/// Beginnings of a sentence about an action.
const ACTION_OPENINGS: [&str; 4] = ["조치로", "조치는", "조치로는", "as an action"];

/// The sentence without the beginning that only says which part it belongs to.
pub(super) fn without_opening(words: &[ClaimWord], kind: StatementKind) -> &[ClaimWord] {
    let openings: &[&str] = match kind {
        StatementKind::Cause => &CAUSE_OPENINGS,
        StatementKind::Action => &ACTION_OPENINGS,
        _ => &[],
    };
    for opening in openings {
        let opening = claim_words(opening);
        if let Some(rest) = words.get(opening.len()..).filter(|rest| !rest.is_empty())
            && opening.iter().zip(words).all(|(a, b)| a.text == b.text)
        {
            return rest;
        }
    }
    words
}

/// The readings of a sentence whose end says no more than that it is a cause, or is to be done. The
/// sentence as it is comes first.
pub(super) fn endings(words: &[ClaimWord], kind: StatementKind) -> Vec<Vec<ClaimWord>> {
    let mut out = vec![words.to_vec()];
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    match (kind, texts.as_slice()) {
        (StatementKind::Cause, [.., "인해", end] | [.., "때문에", end]) if is_occurring(end) =>
        {
            out.extend(reason(words, 2));
        }
        (StatementKind::Cause, [.., end]) if is_occurring(end) => out.extend(reason(words, 1)),
        (StatementKind::Cause, [.., "원인입니다"] | [.., "때문입니다"])
        | (StatementKind::Cause, [.., "원인이다"] | [.., "때문이다"]) => {
            out.extend(with_last_bare(words, 1, &[WordRole::Subject, WordRole::Bare]));
        }
        (StatementKind::Cause, [.., "원인이", "됩니다"]) => {
            out.extend(with_last_bare(words, 2, &[WordRole::Subject]));
        }
        // 점검해야 합니다.
        (StatementKind::Action, [.., duty, "합니다" | "한다"]) => {
            if let Some(stem) = duty.strip_suffix("해야").filter(|stem| !stem.is_empty()) {
                out.extend(with_last(
                    words,
                    1,
                    Form { stem: stem.to_owned(), role: WordRole::Active },
                ));
            }
        }
        // 점검을 실시합니다.
        (StatementKind::Action, [.., end]) if is_carrying_out(end) => {
            out.extend(with_last_bare(words, 1, &[WordRole::Object]));
        }
        _ => {}
    }
    out
}

/// A Korean prohibition with one and the same end, whichever it has: 말 것, 마십시오, 않습니다.
pub(super) fn with_one_prohibition(words: &[ClaimWord], kind: StatementKind) -> Vec<ClaimWord> {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let cut = match texts.as_slice() {
        _ if kind == StatementKind::Cause => 0,
        [.., "말", "것"] | [.., "말아야", "합니다" | "한다" | "함"] => 2,
        [.., "않습니다" | "않음" | "않는다" | "마십시오" | "마세요" | "마라"] => {
            1
        }
        _ => 0,
    };
    let mut out = words.get(..words.len().saturating_sub(cut)).unwrap_or_default().to_vec();
    if cut > 0 {
        out.extend(claim_words("않음"));
    }
    out
}

fn is_occurring(word: &str) -> bool {
    ["발생합니다", "발생한다", "발생함", "생깁니다", "생긴다"].contains(&word)
}

fn is_carrying_out(word: &str) -> bool {
    let stem = ["합니다", "한다", "하십시오", "해"].iter().find_map(|end| word.strip_suffix(end));
    stem.is_some_and(|stem| ["실시", "시행", "수행"].contains(&stem))
}

/// The words before the last `cut`, whose own last word gives the reason: `…로`, `…되어`, `…않아`.
fn reason(words: &[ClaimWord], cut: usize) -> Vec<Vec<ClaimWord>> {
    let mut out: Vec<_> =
        with_last_bare(words, cut, &[WordRole::Other("로"), WordRole::Bare]).into_iter().collect();
    if let Some(last) = last_before(words, cut) {
        let reasons = reason_forms(&last.text).into_iter();
        out.extend(reasons.filter_map(|form| with_last(words, cut, form)));
    }
    out
}

fn last_before(words: &[ClaimWord], cut: usize) -> Option<&ClaimWord> {
    words.len().checked_sub(cut + 1).and_then(|at| words.get(at))
}

/// The words before the last `cut`; of the last one only the readings of `roles`, without particle.
fn with_last_bare(words: &[ClaimWord], cut: usize, roles: &[WordRole]) -> Option<Vec<ClaimWord>> {
    let forms: Vec<Form> = last_before(words, cut)?
        .forms
        .iter()
        .filter(|form| roles.contains(&form.role))
        .map(|form| Form::bare(&form.stem))
        .collect();
    let mut out = words.get(..words.len().checked_sub(cut)?)?.to_vec();
    out.last_mut()?.forms = forms;
    Some(out)
}

/// The words before the last `cut`, the last of which is read as `form`.
fn with_last(words: &[ClaimWord], cut: usize, form: Form) -> Option<Vec<ClaimWord>> {
    let mut out = words.get(..words.len().checked_sub(cut)?)?.to_vec();
    out.last_mut()?.forms = vec![form];
    Some(out)
}
