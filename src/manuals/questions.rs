//! Questions and answers: `Q: 왜 기공이 생기나?`, `A: …`; `문`, `답`; `질문 1)`, `답변 1)`.

use fettle_domain::StatementKind;

use super::defect_names::DefectNameIndex;
use super::label_stems::{kind_of, stems_of};
use super::list_marker::{ListMarker, split_marker};
use super::marks::{Mark, Origin, PartMark};
use super::rows::Row;
use super::words::words;

/// Words before a question and before its answer, the longest first.
const QUESTION: [&str; 6] = ["question", "질문", "물음", "문의", "문", "q"];
const ANSWER: [&str; 5] = ["answer", "답변", "대답", "답", "a"];
/// Beginnings of words that hold the letters of another word: 왜곡 asks for no reason.
const OTHER_WORDS: [&str; 3] = ["왜곡", "왜소", "왜형"];
/// Beginnings of English questions about what to do.
const WHAT_TO_DO: [&str; 6] =
    ["what should", "what can", "what do", "how do i", "how can", "how should"];

/// The text behind one of `words`, a number and a sign: `Q1. …`, `[질문] …`, `답: …`.
fn behind<'a>(text: &'a str, starts: &[&str]) -> Option<&'a str> {
    let (marker, rest) = split_marker(text);
    let text = if marker == Some(ListMarker::Bullet) { rest } else { text.trim() };
    let inner = text.trim_start_matches(['[', '(', '【', '<', '*']);
    let is_bracketed = inner.len() < text.len();
    let word: usize = inner.chars().take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum();
    let (word, rest) = inner.split_at_checked(word)?;
    if !starts.iter().any(|start| word.eq_ignore_ascii_case(start)) {
        return None;
    }
    let rest = rest.trim_start().trim_start_matches(['-', '#']);
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let signs = if is_bracketed { ":：.)]】>*" } else { ":：.)．" };
    let text = rest.trim_start_matches(|c: char| signs.contains(c));
    (text.len() < rest.len()).then(|| text.trim())
}

/// The kind of the answer to a question.
fn kind_of_question(text: &str) -> StatementKind {
    let mut all = words(text);
    all.retain(|word| !OTHER_WORDS.iter().any(|other| word.starts_with(other)));
    let known: Vec<_> = stems_of(&all, false).into_iter().flatten().collect();
    let lower = text.trim().to_lowercase();
    let asks_what_to_do = WHAT_TO_DO.iter().any(|start| lower.starts_with(start));
    let is_definition = ["이란", "란?", "무엇인가", "무엇입니까", "what is", "what are"];
    let kind = kind_of(&known).filter(|kind| *kind != StatementKind::Other);
    match kind {
        Some(kind) => kind,
        None if asks_what_to_do && !known.is_empty() => StatementKind::Action,
        None if known.iter().all(|stem| !super::label_stems::is_telling(*stem))
            && is_definition.iter().any(|words| lower.contains(words)) =>
        {
            StatementKind::Symptom
        }
        None => StatementKind::Other,
    }
}

/// Marks the questions of a document, and takes the signs from its answers.
pub(super) fn mark_questions(rows: Vec<Row>, names: &DefectNameIndex) -> Vec<Row> {
    let rows: Vec<Row> = rows.into_iter().flat_map(part_answer).collect();
    let is_question = |row: &Row| is_free(row) && behind(&row.text, &QUESTION).is_some();
    let is_answer = |row: &Row| is_free(row) && behind(&row.text, &ANSWER).is_some();
    let has_pair = rows.windows(2).any(|pair| match pair {
        [question, answer] => is_question(question) && is_answer(answer),
        _ => false,
    });
    if !has_pair {
        return rows;
    }
    let mut asked = false;
    let mark = |row: Row| {
        if let Some(question) = behind(&row.text, &QUESTION).filter(|_| is_free(&row)) {
            asked = true;
            let mark = PartMark {
                kind: kind_of_question(question),
                label: question.to_owned(),
                rest: None,
                defect: names.find(question).map(|named| named.code),
                origin: Origin::Question,
            };
            return row.piece(question, Some(Mark::Part(mark)));
        }
        match behind(&row.text, &ANSWER).filter(|_| asked && is_free(&row)) {
            Some(answer) => row.piece(answer, Some(Mark::Answer)),
            None => row,
        }
    };
    rows.into_iter().map(mark).collect()
}

fn is_free(row: &Row) -> bool {
    row.segments.len() == 1 && row.mark.is_none()
}

/// A question and its answer on one line as two rows; also in cells side by side.
fn part_answer(row: Row) -> Vec<Row> {
    if row.mark.is_some() || behind(&row.text, &QUESTION).is_none() {
        return vec![row];
    }
    let starts = row.text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at);
    for at in starts {
        let Some((question, answer)) = row.text.split_at_checked(at) else { continue };
        let ends = question.trim_end().ends_with(['?', '？', '.', '요', '까', '나', '가', '지']);
        if ends && behind(answer, &ANSWER).is_some() {
            let one = |text: &str| {
                let mut piece = row.piece(text.trim(), None);
                piece.segments.truncate(1);
                piece.piece(text.trim(), None)
            };
            return vec![one(question), one(answer)];
        }
    }
    vec![row]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_ask_for_parts() {
        use StatementKind::{Action, Cause, Inspection, Other, Prevention, Symptom};
        for (question, expected) in [
            ("왜 기공이 생기나?", Cause),
            ("기공이 발생하는 이유는 무엇인가요?", Cause),
            ("기공의 원인은?", Cause),
            ("Why does porosity occur?", Cause),
            ("What causes porosity?", Cause),
            ("기공이 나오면 어떻게 해야 하나요?", Action),
            ("기공의 대책은 무엇입니까?", Action),
            ("왜곡이 생기면 어떻게 조치하나요?", Action),
            ("How do I fix it?", Action),
            ("What should the operator do about porosity?", Action),
            ("기공을 예방하려면 어떻게 하나요?", Prevention),
            ("How can porosity be prevented?", Prevention),
            ("기공은 어떻게 확인하나요?", Inspection),
            ("기공이란 무엇인가요?", Symptom),
            ("What is porosity?", Symptom),
            ("기공의 원인과 대책은?", Other),
            ("담당자는 누구인가요?", Other),
        ] {
            assert_eq!(kind_of_question(question), expected, "{question}");
        }
    }

    #[test]
    fn signs_of_questions_and_answers() {
        for text in
            ["Q: 왜?", "Q. 왜?", "Q1) 왜?", "[Q] 왜?", "질문 2: 왜?", "- 문: 왜?", "【질문】 왜?"]
        {
            assert_eq!(behind(text, &QUESTION), Some("왜?"), "{text}");
        }
        for text in ["QC 검사", "문제: 긁힘", "Q 왜?", "질문이 있으면 문의"] {
            assert_eq!(behind(text, &QUESTION), None, "{text}");
        }
    }
}
