//! Grounding of a model's answer in the manual: each sentence is cited to the statements that support
//! it, or marked as the model's own.
//!
//! Code decides about support, not the model. A sentence is supported if
//! - the statements have most of its content terms and all of its numbers,
//! - no word is a misspelt word of the statements,
//! - the sentence negates nothing that the statements affirm.
//!
//! A citation by the model counts only if the cited statement shares content with the sentence.

use std::collections::HashSet;

use fettle_domain::hangul::is_hangul;
use fettle_domain::{
    Author, Language, ModelId, Report, ReportLine, ReportPart, Section, Statement, StatementKind,
    Support,
};

use super::answer::{AnswerSentence, parse_answer};
use super::answer_validation::{AnswerProblem, repeats_phrase, validate};
use super::content_overlap::{content_terms, is_negated, numbers};
use super::typo::find_typo;
use super::words::words;

/// A sentence of the answer and the report part that it belongs to.
#[derive(Debug, Clone, PartialEq)]
struct GroundedLine {
    /// Causes, actions or prevention.
    part: ReportPart,
    /// The sentence and its support.
    line: ReportLine,
}

/// The least share of a sentence's terms that the statements together have.
const MIN_COVERAGE: f64 = 0.6;
/// The least share of a sentence's terms that a statement adds as a further source.
const MIN_SHARE: f64 = 0.2;
/// The same for a statement that the model cites.
const MIN_SHARE_IF_CITED: f64 = 0.1;
const MAX_SENTENCES_PER_PART: usize = 3;

/// Parses an answer to [`super::prompt()`] and aligns its sentences with the statements of `section`.
///
/// # Errors
/// [`AnswerProblem`] if the answer is invalid; nothing of an invalid answer is shown.
fn align(answer: &str, section: &Section) -> Result<Vec<GroundedLine>, AnswerProblem> {
    // Reasoning before the answer and chat markup after it are no part of the answer.
    let answer = answer.rsplit("</think>").next().unwrap_or_default();
    let answer = answer.split("<|").next().unwrap_or_default().trim();
    if answer.is_empty() {
        return Err(AnswerProblem::Empty);
    }
    validate(answer)?;
    let sentences = parse_answer(answer);
    if sentences.is_empty() {
        return Err(AnswerProblem::Unreadable);
    }
    let mut out: Vec<GroundedLine> = Vec::new();
    let mut seen: HashSet<(ReportPart, String)> = HashSet::new();
    for AnswerSentence { part, text, cited } in sentences {
        if repeats_phrase(&text)
            || is_redundant(&text, part, section)
            || !seen.insert((part, normalized(&text)))
        {
            continue;
        }
        if out.iter().filter(|line| line.part == part).count() < MAX_SENTENCES_PER_PART {
            let support = support_of(&text, part, &cited, section);
            out.push(GroundedLine { part, line: ReportLine { text, support } });
        }
    }
    Ok(out)
}

/// Adds a model's sentences to the evidence report: supported ones before the manual's statements as
/// an introduction, unsupported ones after them and marked.
///
/// The manual's statements stay complete and as printed. A sentence that cites a statement which the
/// evidence report lacks counts as unsupported.
fn merge(evidence: Report, lines: Vec<GroundedLine>, model: &ModelId) -> Report {
    let mut report = evidence;
    let known: HashSet<String> = report
        .sections
        .iter()
        .flat_map(|section| &section.lines)
        .filter_map(|line| match &line.support {
            Support::Manual { statements } => Some(statements.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    for section in &mut report.sections {
        if section.part == ReportPart::Situation {
            continue;
        }
        let (mut supported, mut own) = (Vec::new(), Vec::new());
        for GroundedLine { line, .. } in lines.iter().filter(|line| line.part == section.part) {
            match &line.support {
                Support::Paraphrase { statements }
                    if !statements.is_empty() && statements.iter().all(|id| known.contains(id)) =>
                {
                    supported.push(line.clone());
                }
                _ => {
                    own.push(ReportLine { text: line.text.clone(), support: Support::Unsupported })
                }
            }
        }
        if !(supported.is_empty() && own.is_empty()) {
            report.author = Author::Model { model: model.clone() };
        }
        supported.append(&mut section.lines);
        supported.append(&mut own);
        section.lines = supported;
    }
    report
}

/// Adds a model's answer to the evidence report.
///
/// Returns the report with the usable sentences, or the unchanged evidence report and the problem of
/// the answer. With `supported_only`, sentences without support are left out.
pub fn ground_answer(
    evidence: Report,
    section: &Section,
    answer: &str,
    model: &ModelId,
    supported_only: bool,
) -> (Report, Option<AnswerProblem>) {
    match align(answer, section) {
        Ok(mut lines) => {
            lines.retain(|line| !supported_only || line.line.support != Support::Unsupported);
            (merge(evidence, lines, model), None)
        }
        Err(problem) => (evidence, Some(problem)),
    }
}

/// Whether `section` is written in `language`. Sentences in another language cannot be compared with
/// the section.
pub fn is_written_in(section: &Section, language: Language) -> bool {
    let letters = || {
        let texts = section.statements().map(|statement| statement.text.as_str());
        texts.flat_map(str::chars).filter(|c| c.is_alphabetic())
    };
    // Korean manuals have many English names: a quarter of the letters decides.
    let korean = letters().filter(|c| is_hangul(*c)).count() * 4 > letters().count();
    korean == (language == Language::Ko)
}

/// Whether a sentence repeats the heading, a statement, or a fragment of a statement in the same part:
/// the report has those already.
fn is_redundant(text: &str, part: ReportPart, section: &Section) -> bool {
    let terms = content_terms(text);
    let printed: &[Statement] = match part {
        ReportPart::Causes => &section.causes,
        ReportPart::Actions => &section.actions,
        // Which actions also prevent is a claim that the manual does not make.
        ReportPart::Prevention | ReportPart::Situation => &[],
    };
    terms.is_subset(&content_terms(&section.heading))
        || section.statements().any(|statement| normalized(&statement.text) == normalized(text))
        || printed.iter().any(|statement| terms.is_subset(&content_terms(&statement.text)))
}

/// Letters and digits of a text in lower case.
fn normalized(text: &str) -> String {
    words(text).concat()
}

/// The support of a sentence by the statements of its part.
fn support_of(text: &str, part: ReportPart, cited: &[String], section: &Section) -> Support {
    let (kind, statements): (_, &[Statement]) = match part {
        ReportPart::Causes => (StatementKind::Cause, &section.causes),
        ReportPart::Actions | ReportPart::Prevention => (StatementKind::Action, &section.actions),
        ReportPart::Situation => return Support::Unsupported,
    };
    // The defect's name claims nothing.
    let name = content_terms(&section.heading);
    let claim: HashSet<String> = content_terms(text).difference(&name).cloned().collect();
    if claim.is_empty() {
        return Support::Unsupported;
    }
    let letter = if kind == StatementKind::Cause { 'c' } else { 'a' };
    let mut candidates: Vec<(bool, &Statement, HashSet<String>)> = (1..)
        .zip(statements)
        .map(|(number, statement)| {
            let shared = claim.intersection(&content_terms(&statement.text)).cloned().collect();
            (cited.contains(&format!("{letter}{number}")), statement, shared)
        })
        .collect();
    // The statement that shares most terms comes first. Another one is a source only if it adds terms.
    candidates.sort_by_key(|(cited, _, shared)| std::cmp::Reverse((shared.len(), *cited)));
    let mut sources: Vec<&Statement> = Vec::new();
    let mut found: HashSet<String> = HashSet::new();
    for (cited, statement, shared) in candidates {
        let new = shared.difference(&found).count() as f64 / claim.len() as f64;
        let needed = if cited { MIN_SHARE_IF_CITED } else { MIN_SHARE };
        if new > 0.0 && new >= needed {
            sources.push(statement);
            found.extend(shared);
        }
    }
    sources.sort_by_key(|source| statements.iter().position(|s| s.id == source.id));
    let covered = found.len() as f64 / claim.len() as f64;
    let source_text: String = sources.iter().map(|s| s.text.as_str()).collect::<Vec<_>>().join(" ");
    let given: HashSet<String> = numbers(&source_text).into_iter().collect();
    let heading: HashSet<String> = numbers(&section.heading).into_iter().collect();
    let numbers_given =
        numbers(text).iter().all(|number| given.contains(number) || heading.contains(number));
    let is_denial = is_negated(text) && !is_negated(&source_text);
    let printed = section.statements().map(|statement| statement.text.as_str());
    let has_typo = find_typo(text, printed.chain([section.heading.as_str()])).is_some();
    if sources.is_empty() || covered < MIN_COVERAGE || !numbers_given || is_denial || has_typo {
        return Support::Unsupported;
    }
    Support::Paraphrase { statements: sources.iter().map(|s| s.id.clone()).collect() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::compose::compose;
    use fettle_testing::documents::section;

    fn cited(answer: &str) -> Vec<(ReportPart, Vec<String>)> {
        let lines = align(answer, &section("hole", "hole (기공)")).unwrap();
        lines
            .into_iter()
            .map(|line| match line.line.support {
                Support::Paraphrase { statements } => (line.part, statements),
                _ => (line.part, Vec::new()),
            })
            .collect()
    }

    #[test]
    fn sentences_are_cited_by_content_not_by_claim() {
        use ReportPart::{Actions, Causes, Prevention};
        for (answer, part, expected) in [
            // A paraphrase with the right citation.
            ("원인: 주형 배출구 막힘과 탈기 불량입니다. [c2]", Causes, vec!["hole.c2"]),
            // A paraphrase with the wrong citation.
            ("원인: 주형 배출구 막힘이 원인입니다. [c1]", Causes, vec!["hole.c2"]),
            // Two statements in one sentence.
            (
                "조치: 탈기 장치를 점검하고 배출 통로를 청소합니다.",
                Actions,
                vec!["hole.a1", "hole.a3"],
            ),
            ("예방: 배출 통로 정기 청소를 합니다. [a3]", Prevention, vec!["hole.a3"]),
            // The manual has nothing of the sentence, whatever it cites.
            ("원인: 작업자가 졸음운전을 하였습니다. [c1]", Causes, vec![]),
            // A number that the manual lacks.
            ("조치: 용탕 온도를 ±9℃로 유지합니다. [a2]", Actions, vec![]),
            ("조치: 용탕 온도를 항상 ±5℃로 유지합니다. [a2]", Actions, vec!["hole.a2"]),
            // The opposite of what the manual says.
            ("조치: 탈기 장치 점검을 하지 마십시오. [a1]", Actions, vec![]),
            // An action is no cause.
            ("원인: 배출 통로 정기 청소입니다. [a3]", Causes, vec![]),
            // A word of the manual, misspelt.
            ("원인: 주형 배츨구가 막혀 있고 탈기 불량이 있습니다. [c2]", Causes, vec![]),
            // The id of another section.
            ("원인: 금형 접합면 틈새 누유 [burr.c1]", Causes, vec![]),
        ] {
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(cited(answer), [(part, expected)], "{answer}");
        }
    }

    #[test]
    fn a_section_has_a_language() {
        let mut section = section("hole", "hole (기공)");
        let languages =
            |section: &Section| [Language::Ko, Language::En].map(|of| is_written_in(section, of));
        section.causes[0].text = "탈기(De-gassing) 장치, TiN coating 점검".to_owned();
        assert_eq!(languages(&section), [true, false]);
        for statement in section.causes.iter_mut().chain(&mut section.actions) {
            statement.text = "Gas trapped in the melt (기공)".to_owned();
        }
        assert_eq!(languages(&section), [false, true]);
    }

    #[test]
    fn english_answers_too() {
        let mut english = section("hole", "hole");
        english.causes[0].text = "Gas trapped in the melt during pouring".to_owned();
        let lines =
            align("Causes: Mostly gas trapped in the melt during pouring. [c1]", &english).unwrap();
        let expected = Support::Paraphrase { statements: vec!["hole.c1".to_owned()] };
        assert_eq!(lines[0].line.support, expected);
    }

    #[test]
    fn a_fragment_of_a_printed_statement_is_left_out() {
        for (answer, kept) in [
            ("원인: 주형 배출구가 막힘. [c2]", 0),
            ("조치: 용탕 온도를 ±5℃로 유지합니다. [a2]", 0),
            ("조치: 용탕 온도를 ±9℃로 유지합니다. [a2]", 1),
            ("원인: 주형 배출구 막힘과 용탕 내 가스입니다. [c2]", 1),
            // The same phrase twice in a sentence.
            ("예방: 센서 감시 장치 점검하고 탈기 센서 감시 장치 점검합니다.", 1),
            ("예방: 탈기 센서 감시 장치 도입하고 탈기 센서 감시 장치 도입하여 점검합니다.", 0),
            // That an action also prevents is the model's claim.
            ("예방: 탈기 장치를 점검합니다. [a1]", 1),
        ] {
            assert_eq!(cited(answer).len(), kept, "{answer}");
        }
    }

    #[test]
    fn an_invalid_answer_leaves_the_evidence_report() {
        let section = section("hole", "hole (기공)");
        let evidence = compose(&section, Vec::new(), Language::Ko);
        let model = ModelId("tiny".to_owned());
        for (answer, expected) in [
            ("", AnswerProblem::Empty),
            (" \n ", AnswerProblem::Empty),
            ("<|im_end|>", AnswerProblem::Empty),
            ("<think>원인: 가스입니다.</think>", AnswerProblem::Empty),
            ("원인: 가\u{FFFD}\u{FFFD}스\u{FFFD}입니다.", AnswerProblem::Broken),
            (&"ㅋ".repeat(60), AnswerProblem::Looping),
            ("def main():\n    print('x')", AnswerProblem::Unreadable),
            ("네, 알겠습니다.", AnswerProblem::Unreadable),
            (&"원인: 가스가 배출되지 않아 생긴 것 ".repeat(9), AnswerProblem::Looping),
            (&(0..900).map(|n| format!("{n}번 ")).collect::<String>(), AnswerProblem::TooLong),
        ] {
            let (report, problem) =
                ground_answer(evidence.clone(), &section, answer, &model, false);
            assert_eq!(problem, Some(expected), "{answer}");
            assert_eq!(report, evidence);
        }
    }

    #[test]
    fn the_manual_stays_whole_and_the_model_is_marked() {
        let section = section("hole", "hole (기공)");
        let evidence = compose(&section, Vec::new(), Language::Ko);
        let answer = "원인: 용탕 내 가스가 배출되지 않아 생깁니다. [c1] 외계인이 지나갔습니다.\n조치: 탈기 장치를 점검하고 배출 통로를 청소합니다. [a1, a3]";
        let grounded = |supported_only| {
            let model = ModelId("tiny".to_owned());
            ground_answer(evidence.clone(), &section, answer, &model, supported_only)
        };
        let (report, problem) = grounded(false);
        assert_eq!(problem, None);
        insta::assert_json_snapshot!(report);
        let mut marked = report.clone();
        for part in &mut marked.sections {
            part.lines.retain(|line| line.support != Support::Unsupported);
        }
        assert_ne!(marked, report);
        let (supported, problem) = grounded(true);
        assert_eq!((supported.sections, problem), (marked.sections, None));
        assert_eq!(supported.author, report.author);
    }

    #[test]
    fn merge_takes_no_foreign_citation() {
        let section = section("hole", "hole (기공)");
        let evidence = compose(&section, Vec::new(), Language::Ko);
        let foreign = GroundedLine {
            part: ReportPart::Causes,
            line: ReportLine {
                text: "금형 누유".to_owned(),
                support: Support::Paraphrase { statements: vec!["burr.c1".to_owned()] },
            },
        };
        let report = merge(evidence, vec![foreign], &ModelId("tiny".to_owned()));
        let last = report.sections[1].lines.last().unwrap();
        assert_eq!((last.text.as_str(), &last.support), ("금형 누유", &Support::Unsupported));
    }

    proptest! {
        #[test]
        fn any_answer_leaves_every_statement(answer in "(?s).{0,400}|((원인|조치|예방|Causes):[ \\[\\]ca0-9.가-힣]{0,80}\n?){0,6}") {
            let section = section("hole", "hole (기공)");
            let evidence = compose(&section, Vec::new(), Language::Ko);
            let (report, _) = ground_answer(evidence.clone(), &section, &answer, &ModelId("tiny".to_owned()), false);
            for (before, after) in evidence.sections.iter().zip(&report.sections) {
                for line in &before.lines {
                    prop_assert!(after.lines.contains(line));
                }
                for line in &after.lines {
                    if let Support::Manual { statements } | Support::Paraphrase { statements } = &line.support {
                        prop_assert!(!statements.is_empty());
                        prop_assert!(statements.iter().all(|id| id.starts_with("hole.")));
                    }
                }
            }
        }
    }
}
