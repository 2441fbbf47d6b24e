//! Parser of a model's answer: labels, sentences and citations.

use unicode_normalization::UnicodeNormalization;

use super::list_marker::split_marker;
use super::words::words;
use fettle_domain::ReportPart;
use fettle_domain::hangul::is_hangul;

/// Width of about two printed lines, in Latin letters. Longer sentences only repeat the manual's
/// statements, which the report shows below them.
const MAX_SENTENCE_WIDTH: usize = 240;

/// A sentence of the answer.
pub(super) struct AnswerSentence {
    pub(super) part: ReportPart,
    pub(super) text: String,
}

/// Parses an answer in the form that [`super::prompt()`] asks for. Text before the first label is
/// left out.
pub(super) fn parse_answer(answer: &str) -> Vec<AnswerSentence> {
    let mut out = Vec::new();
    let mut part = None;
    for line in answer.lines().flat_map(split_at_labels) {
        let line: String =
            line.chars().filter(|c| !c.is_control() && !"*#`_".contains(*c)).collect();
        let line = split_marker(&line).1;
        let (label, rest) = match line.split_once([':', '：']) {
            Some((label, rest)) => (label, rest),
            None => (line, ""),
        };
        let text = match part_of_label(label) {
            Some(labelled) => {
                part = Some(labelled);
                rest
            }
            None => line,
        };
        let Some(part) = part else { continue };
        for sentence in split_sentences(&without_citations(text)) {
            if words(&sentence).is_empty() || display_width(&sentence) > MAX_SENTENCE_WIDTH {
                continue;
            }
            out.push(AnswerSentence { part, text: sentence });
        }
    }
    out
}

/// Width of a text in Latin letters; a Hangul letter is two wide.
fn display_width(text: &str) -> usize {
    text.nfc().map(|c| if is_hangul(c) { 2 } else { 1 }).sum()
}

/// An answer that was cut off, up to the end of its last whole sentence, citation or line. The
/// point of `4.5` ends no sentence.
pub fn whole_sentences(answer: &str) -> &str {
    let ends = |(at, c): &(usize, char)| {
        let before = answer.get(..*at).unwrap_or_default();
        let after = answer.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
        let is_boundary = match after {
            Some(after) => after.is_whitespace() || after == '[',
            None => !before.ends_with(|c: char| c.is_ascii_digit()),
        };
        matches!(c, ']' | '\n') || matches!(c, '.' | '!' | '?' | '。') && is_boundary
    };
    let end = answer.char_indices().rfind(ends).map_or(0, |(at, c)| at + c.len_utf8());
    answer.get(..end).unwrap_or_default()
}

/// Splits a line before each label that follows a sentence or a citation: small models put all
/// parts on one line.
fn split_at_labels(line: &str) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in line.split_whitespace() {
        let label =
            word.strip_suffix([':', '：']).is_some_and(|label| part_of_label(label).is_some());
        match lines.last_mut() {
            Some(last) if !label || !last.ends_with(['.', '!', '?', '。', ']']) => {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The report part with this label.
fn part_of_label(label: &str) -> Option<ReportPart> {
    let label = words(label).concat();
    match label.as_str() {
        "원인" | "발생원인" | "원인분석" | "cause" | "causes" => Some(ReportPart::Causes),
        "조치" | "조치사항" | "대응" | "대책" | "action" | "actions" => {
            Some(ReportPart::Actions)
        }
        "예방" | "예방조치" | "재발방지" | "prevention" => Some(ReportPart::Prevention),
        _ => None,
    }
}

/// A text without its citations, such as `[c1, a2]`.
fn without_citations(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        // Without a closing bracket, the answer was cut off within a citation.
        let Some((inside, after)) = after.split_once(']') else { return out };
        let mut tags = inside.split(|c: char| !c.is_ascii_alphanumeric()).filter(|t| !t.is_empty());
        let is_citation =
            !inside.is_empty() && tags.all(|tag| is_statement_number(&tag.to_lowercase()));
        if !is_citation {
            out.push_str(inside);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn is_statement_number(text: &str) -> bool {
    let digits = text.strip_prefix(['a', 'c']);
    digits.is_some_and(|d| !d.is_empty() && d.chars().all(|c| c.is_ascii_digit()))
}

/// Splits a text after `.`, `!`, `?` before a space or the end; `1.5` stays whole.
fn split_sentences(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut sentence = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        sentence.push(c);
        let ends = matches!(c, '.' | '!' | '?' | '。')
            && chars.peek().is_none_or(|next| next.is_whitespace());
        if ends || chars.peek().is_none() {
            let whole = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
            // `불량 .` is left by a citation that was removed, `마모과(과)` by the form in the prompt.
            let whole = whole.replace(" .", ".").replace("과(과)", "과").replace("와(와)", "와");
            if !whole.is_empty() {
                out.push(whole);
            }
            sentence.clear();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_was_cut_off_ends_with_a_whole_sentence() {
        for (answer, whole) in [
            ("원인: 마모입니다. [c1]\n조치: 칼날을", "원인: 마모입니다. [c1]\n"),
            ("원인: 마모입니다. [c1", "원인: 마모입니다."),
            ("조치: ±5℃ 유지. 예방: 4.", "조치: ±5℃ 유지."),
            ("A hole. It is 4.5 mm wi", "A hole."),
            ("A hole. It is round.", "A hole. It is round."),
            ("원인: 마모", ""),
            ("", ""),
        ] {
            assert_eq!(whole_sentences(answer), whole);
        }
    }

    #[test]
    fn sentences_longer_than_two_lines_are_left_out() {
        for (sentence, kept) in [
            ("칼날 마모 ".repeat(13), true),
            ("칼날 마모 ".repeat(30), false),
            ("worn blade ".repeat(20), true),
            ("worn blade ".repeat(30), false),
        ] {
            assert_eq!(
                parse_answer(&format!("원인: {sentence}")).len(),
                usize::from(kept),
                "{sentence}"
            );
        }
    }

    #[test]
    fn labels_on_one_line_are_parts_of_their_own() {
        let parts = |answer: &str| {
            parse_answer(answer)
                .into_iter()
                .map(|sentence| (sentence.part, sentence.text))
                .collect::<Vec<_>>()
        };
        let apart = "Causes: worn blade.\nActions: change it.";
        assert_eq!(parts("Causes: worn blade. Actions: change it."), parts(apart));
        assert_eq!(
            parts("원인: 마모 [c1] 조치: 교체 [a1]"),
            parts("원인: 마모 [c1]\n조치: 교체 [a1]")
        );
    }
}
