//! The stems of a text's words, and the kind that stems say together.

use fettle_domain::StatementKind;
use fettle_domain::hangul::is_hangul;

use super::label_words::Stem::{
    self, Action, Aspect, Cause, Close, Inspection, Never, Other, Outcome, OwnAction, Prevention,
    Qualifier, Record, Symptom, Unfit,
};
use super::label_words::{ENGLISH_BEGINNINGS, ENGLISH_WORDS, KOREAN_BY_LETTER};

/// Whether a stem says what a label is about.
pub(super) fn is_telling(stem: Stem) -> bool {
    !matches!(stem, Qualifier | Close | Never | Unfit)
}

/// The stems of words, however many; `None` for a word that is unknown. With `whole`, nothing after the
/// first unknown word is looked at.
pub(super) fn stems_of(words: &[String], whole: bool) -> Vec<Option<Stem>> {
    let mut out = Vec::new();
    let mut before: Option<String> = None;
    // Korean compounds are spaced in several ways: neighbouring words are one.
    let mut runs = words.chunk_by(|a, b| is_korean(a) && is_korean(b)).peekable();
    while let Some(run) = runs.next() {
        match run {
            // *Due to* tells causes, *Due* a day.
            [word] if word == "due" && is_to(runs.peek()) => out.push(Some(Cause)),
            // `what to do`, `what you must not do`, but not `how do you`.
            [word] if word == "do" => {
                let is_action = matches!(before.as_deref(), Some("to" | "not"));
                out.push(Some(if is_action { Action } else { Qualifier }));
            }
            [word] if !is_korean(word) => {
                let number = word.chars().all(char::is_numeric);
                out.push(if number { Some(Qualifier) } else { english_stem(word) });
            }
            _ => korean_stems(&run.concat(), whole, &mut out),
        }
        if whole && out.last() == Some(&None) {
            break;
        }
        before = run.last().cloned();
    }
    out
}

fn is_to(run: Option<&&[String]>) -> bool {
    matches!(run, Some([word]) if word == "to")
}

/// Whether a word is Hangul.
pub(super) fn is_korean(word: &str) -> bool {
    word.chars().all(is_hangul)
}

/// Appends the stems of a compound, the longest first; `None` for each letter that belongs to none.
/// With `whole`, stops at the first of those.
fn korean_stems(compound: &str, whole: bool, out: &mut Vec<Option<Stem>>) {
    let mut rest = compound;
    while let Some(first) = rest.chars().next() {
        let words = KOREAN_BY_LETTER.get(&first).map(Vec::as_slice).unwrap_or_default();
        let found = words.iter().find_map(|(word, stem)| Some((*stem, rest.strip_prefix(word)?)));
        match found {
            Some((stem, after)) => {
                out.push(Some(stem));
                rest = after;
            }
            None => {
                out.push(None);
                if whole {
                    return;
                }
                rest = rest.strip_prefix(first).unwrap_or_default();
            }
        }
    }
}

fn english_stem(word: &str) -> Option<Stem> {
    // A whole word before a beginning: `do` before none, `sign` before `significant`.
    let beginnings = || ENGLISH_BEGINNINGS.iter().find(|(start, _)| word.starts_with(start));
    ENGLISH_WORDS.get(word).copied().or_else(|| beginnings().map(|(_, stem)| *stem))
}

/// The kind that stems say together; `None` where they say nothing, or two things at once.
pub(super) fn kind_of(stems: &[Stem]) -> Option<StatementKind> {
    let has = |stem: Stem| stems.contains(&stem);
    let last = |one: &Stem| matches!(one, Inspection | Action | OwnAction);
    let action = has(Action) || has(OwnAction);
    if has(Cause) {
        // 원인 및 대책 are two parts in one.
        return (!has(OwnAction) && !has(Action)).then_some(StatementKind::Cause);
    }
    if has(Prevention) && !has(OwnAction) {
        return Some(StatementKind::Prevention);
    }
    if action && has(Inspection) {
        let is_inspection = stems.iter().rfind(|one| last(one)) == Some(&Inspection);
        return Some(if is_inspection { StatementKind::Inspection } else { StatementKind::Action });
    }
    if action {
        return Some(StatementKind::Action);
    }
    if has(Inspection) {
        return Some(StatementKind::Inspection);
    }
    if has(Symptom) {
        return Some(StatementKind::Symptom);
    }
    let other = [Other, Aspect, Record, Outcome].into_iter().any(has);
    other.then_some(StatementKind::Other)
}
