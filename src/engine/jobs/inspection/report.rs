//! The report stage: causes and actions from the manual, connected by a language model.

use std::ops::ControlFlow;
use std::time::Instant;

use super::stage::split_stage;
use crate::error::Result;
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::{
    Author, ChatMessage, Language, ManualFinding, ModelId, ModelRole, Report, ReportLine, Sampling,
    Section, Stage, StopReason, Support,
};
use fettle_manuals::{
    AnswerProblem, MAX_ANSWER_TOKENS, MAX_STATEMENTS, StreamGuard, compose, ground_answer,
    is_written_in, prompt, whole_sentences,
};
use fettle_models::ModelsError;
use fettle_models::roles::ChatModel;

/// Repetition penalty, above 1 so that a small model does not loop.
const REPEAT_PENALTY: f32 = 1.05;

/// Takes a model's text piece by piece, on the thread that runs the model.
pub(super) type OnText = Box<dyn Fn(&str) + Send>;

/// A report and how it was worded.
struct WordedReport {
    report: Report,
    wording: Wording,
}

/// The language model's part in a report.
#[derive(Default)]
pub(super) struct Wording {
    /// The model, if one was asked.
    pub(super) model: Option<ModelId>,
    /// Why the report is not in the model's words, in the language of the report.
    pub(super) notice: Option<String>,
}

/// Composes the report from the evidence and lets the language model connect the statements. Without
/// a model, or with an unusable answer, the evidence is the report.
fn word_report(
    job: &JobContext,
    finding: &ManualFinding,
    summary: Vec<String>,
    on_text: Option<OnText>,
    watch: &mut Stopwatch,
) -> Result<WordedReport> {
    let language = job.shared.report_language();
    let measured: Vec<ReportLine> =
        summary.into_iter().map(|text| ReportLine { text, support: Support::Measured }).collect();
    let evidence = compose(&finding.section, measured.clone(), language);
    let Some(on_text) = on_text else {
        return Ok(WordedReport { report: evidence, wording: Wording::default() });
    };
    let model = job.shared.model_for(ModelRole::Chat)?;
    let section = finding.section.clone();
    let sampling = Sampling {
        max_tokens: MAX_ANSWER_TOKENS,
        repeat_penalty: REPEAT_PENALTY,
        ..Sampling::default()
    };
    let cancel = job.cancel.clone();
    let answered = job.chat(model.clone(), move |chat, mut watch| {
        let messages = fit_prompt(&*chat, &section, &measured, language)?;
        let start = Instant::now();
        let (mut answer, mut problem) = (StreamGuard::default(), None);
        let outcome = chat.chat(&messages, &sampling, &mut |piece| {
            on_text(piece);
            // The pieces flushed after the stop do not replace the first problem.
            problem = problem.or_else(|| answer.push(piece).err());
            if problem.is_some() || cancel.is_cancelled() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        watch.note("network.chat", start);
        Ok((outcome, problem, watch.timings))
    });
    let (outcome, problem, timings) = match answered {
        Ok(answered) => answered,
        // The evidence alone is a report: an absent or failing model must not remove it.
        Err(error) if error.is_recoverable() => {
            let reason = ("reason", error.explain(language).into());
            let notice = fettle_i18n::text_with(language, "notice-no-chat", &[reason]);
            let wording = Wording { model: None, notice: Some(notice) };
            return Ok(WordedReport { report: evidence, wording });
        }
        Err(other) => return Err(other),
    };
    job.check()?;
    watch.timings.extend(timings);
    tracing::debug!(%model, ?outcome, "the model's answer");
    let (report, problem) = match problem {
        Some(problem) => (evidence, Some(problem)),
        None => {
            let supported_only = job.shared.settings().supported_only;
            let answer = match outcome.stop {
                StopReason::Length => whole_sentences(&outcome.text),
                _ => &outcome.text,
            };
            ground_answer(evidence, &finding.section, answer, &model, supported_only)
        }
    };
    let is_worded = matches!(report.author, Author::Model { .. });
    let id = match problem {
        Some(AnswerProblem::Empty) => Some("notice-answer-empty"),
        Some(AnswerProblem::TooLong | AnswerProblem::Looping) => Some("notice-answer-babble"),
        Some(AnswerProblem::Broken) => Some("notice-answer-broken"),
        Some(_) => Some("notice-answer-unreadable"),
        None if is_worded && !is_written_in(&finding.section, language) => {
            Some("notice-other-language")
        }
        None => None,
    };
    let notice =
        id.map(|id| fettle_i18n::text_with(language, id, &[("model", model.to_string().into())]));
    Ok(WordedReport { report, wording: Wording { model: Some(model), notice } })
}

/// The report of a manual's section. A language model words the report and `on_text` gets its text;
/// where `on_text` is `None`, the words are the manual's. `summary` opens the report: the measurements
/// in sentences.
pub(super) fn report_stage(
    job: &JobContext,
    manual: &Stage<ManualFinding>,
    summary: Vec<String>,
    on_text: Option<OnText>,
    watch: &mut Stopwatch,
) -> Result<(Stage<Report>, Wording)> {
    let worded = match manual {
        Stage::Done(finding) => word_report(job, finding, summary, on_text, watch).map(Stage::Done),
        Stage::Skipped(reason) => Ok(Stage::Skipped(reason.clone())),
        Stage::Failed { message } => Ok(Stage::Failed { message: message.clone() }),
    };
    let (report, wording) = split_stage(job, worded, |worded| (worded.report, worded.wording))?;
    Ok((report, wording.unwrap_or_default()))
}

/// The prompt with as many statements of the manual as leave room for the answer. The instructions
/// are never cut.
fn fit_prompt(
    chat: &dyn ChatModel,
    section: &Section,
    measured: &[ReportLine],
    language: Language,
) -> std::result::Result<Vec<ChatMessage>, ModelsError> {
    let limit = chat.context_length();
    let mut tokens = 0;
    for statements in (1..=MAX_STATEMENTS).rev() {
        let messages = prompt(section, measured, language, statements);
        tokens = chat.count_tokens(&messages)? + MAX_ANSWER_TOKENS;
        if tokens <= limit {
            return Ok(messages);
        }
    }
    Err(ModelsError::TooLong { tokens, limit })
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::ChatOutcome;
    use fettle_testing::documents::section;

    /// A model of one token a word, without answers.
    struct WordCounter {
        id: ModelId,
        context: usize,
    }

    impl ChatModel for WordCounter {
        fn id(&self) -> &ModelId {
            &self.id
        }

        fn context_length(&self) -> usize {
            self.context
        }

        fn count_tokens(&self, messages: &[ChatMessage]) -> fettle_models::Result<usize> {
            Ok(messages.iter().map(|m| m.content.split_whitespace().count()).sum())
        }

        fn chat(
            &mut self,
            _: &[ChatMessage],
            _: &Sampling,
            _: &mut dyn FnMut(&str) -> ControlFlow<()>,
        ) -> fettle_models::Result<ChatOutcome> {
            Err(ModelsError::Prompt("not asked".into()))
        }
    }

    #[test]
    fn a_small_context_gets_less_evidence_and_the_whole_instructions() {
        let section = section("hole", "hole");
        let whole = prompt(&section, &[], Language::Ko, MAX_STATEMENTS);
        let id = ModelId("words".into());
        let count = |messages: &[ChatMessage]| {
            WordCounter { id: id.clone(), context: 0 }.count_tokens(messages).unwrap()
        };
        let fit = |room: usize| {
            let chat = WordCounter { id: id.clone(), context: room + MAX_ANSWER_TOKENS };
            fit_prompt(&chat, &section, &[], Language::Ko)
        };
        assert_eq!(fit(count(&whole)).unwrap(), whole);
        let less = fit(count(&whole) - 1).unwrap();
        assert!(count(&less) < count(&whole));
        assert_eq!(less[0], whole[0], "the rules");
        let ending = |messages: &[ChatMessage]| {
            messages[1].content.split_once("</manual>").map(|(_, after)| after.to_owned())
        };
        assert_eq!(ending(&less), ending(&whole));
        assert!(less[1].content.contains("[c1]") && less[1].content.contains("[a1]"), "{less:?}");
        assert!(matches!(fit(10), Err(ModelsError::TooLong { .. })));
    }
}
