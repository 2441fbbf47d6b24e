//! The report: the manual's own causes and actions, and a model's words around them.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use crate::error::Result;
use crate::request::{JobContext, Stopwatch};
use fettle_domain::{
    Author, ChatMessage, Language, ManualFinding, ModelId, ModelRole, Report, ReportLine, Sampling,
    Section, StopReason, Support,
};
use fettle_manuals::{
    AnswerProblem, AnswerWatch, MAX_ANSWER_TOKENS, MOST_STATEMENTS, compose, is_in, prompt, weave,
    whole_sentences,
};
use fettle_models::ModelsError;
use fettle_models::roles::ChatModel;

/// Above 1, so that a small model does not fall into a loop.
const REPEAT_PENALTY: f32 = 1.05;

pub(in crate::jobs) struct Written {
    pub(in crate::jobs) report: Report,
    /// Why the model had no part in it, in the report's language.
    pub(in crate::jobs) notice: Option<String>,
    /// The model that was asked.
    pub(in crate::jobs) by: Option<ModelId>,
}

/// Composes the report from the evidence, then lets the language model connect it. Without
/// a model, or with one that babbles, the evidence is the report.
pub(in crate::jobs) fn run(
    job: &JobContext,
    finding: &ManualFinding,
    situation: Vec<String>,
    with_llm: bool,
    watch: &mut Stopwatch,
) -> Result<Written> {
    let language = job.shared.language_of_text();
    let measured: Vec<ReportLine> =
        situation.into_iter().map(|text| ReportLine { text, support: Support::Measured }).collect();
    let evidence = compose(&finding.section, measured.clone(), language);
    if !with_llm {
        return Ok(Written { report: evidence, notice: None, by: None });
    }
    let model = job.shared.model_for(ModelRole::Chat)?;
    let section = finding.section.clone();
    let sampling = Sampling {
        max_tokens: MAX_ANSWER_TOKENS,
        repeat_penalty: REPEAT_PENALTY,
        ..Sampling::default()
    };
    let (asked, sink) = (model.clone(), Arc::clone(&job.sink));
    let answered = job.shared.language(move |lane| {
        let mut watch = Stopwatch::default();
        let chat = lane.chat(&asked, &mut watch)?;
        let messages = fitting(&*chat, &section, &measured, language)?;
        let start = Instant::now();
        let (mut answer, mut astray) = (AnswerWatch::default(), None);
        let outcome = chat.chat(&messages, &sampling, &mut |piece| {
            sink.text(piece);
            // What it still held back when it was stopped comes after the reason.
            astray = astray.or_else(|| answer.push(piece).err());
            if astray.is_some() || sink.cancel.is_cancelled() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        watch.note("network.chat", start);
        Ok((outcome, astray, watch.timings))
    });
    let (outcome, astray, timings) = match answered {
        Ok(answered) => answered,
        // The evidence alone is a report; a model that is not here, or breaks, must not take
        // it away.
        Err(error) if error.is_local() => {
            let why = ("reason", error.explain(language).into());
            let notice = fettle_i18n::text_with(language, "notice-no-chat", &[why]);
            return Ok(Written { report: evidence, notice: Some(notice), by: None });
        }
        Err(other) => return Err(other),
    };
    job.check()?;
    watch.timings.extend(timings);
    tracing::debug!(%model, ?outcome, "the model's answer");
    let (report, problem) = match astray {
        Some(problem) => (evidence, Some(problem)),
        None => {
            let supported_only = job.shared.settings().supported_only;
            let said = match outcome.stop {
                StopReason::Length => whole_sentences(&outcome.text),
                _ => &outcome.text,
            };
            weave(evidence, &finding.section, said, &model, supported_only)
        }
    };
    let is_worded = matches!(report.author, Author::Model { .. });
    let id = match problem {
        Some(AnswerProblem::Empty) => Some("notice-answer-empty"),
        Some(AnswerProblem::TooLong | AnswerProblem::Looping) => Some("notice-answer-babble"),
        Some(AnswerProblem::Broken) => Some("notice-answer-broken"),
        Some(_) => Some("notice-answer-unreadable"),
        None if is_worded && !is_in(&finding.section, language) => Some("notice-other-language"),
        None => None,
    };
    let notice =
        id.map(|id| fettle_i18n::text_with(language, id, &[("model", model.to_string().into())]));
    Ok(Written { report, notice, by: Some(model) })
}

/// The prompt, with as much of the evidence as leaves the model room to answer. The
/// instructions are never cut.
fn fitting(
    chat: &dyn ChatModel,
    section: &Section,
    measured: &[ReportLine],
    language: Language,
) -> std::result::Result<Vec<ChatMessage>, ModelsError> {
    let limit = chat.context_length();
    let mut tokens = 0;
    for statements in (1..=MOST_STATEMENTS).rev() {
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

    /// Counts a token a word and answers nothing.
    struct Words {
        id: ModelId,
        context: usize,
    }

    impl ChatModel for Words {
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
        let whole = prompt(&section, &[], Language::Ko, MOST_STATEMENTS);
        let id = ModelId("words".into());
        let count = |messages: &[ChatMessage]| {
            Words { id: id.clone(), context: 0 }.count_tokens(messages).unwrap()
        };
        let fit = |room: usize| {
            let chat = Words { id: id.clone(), context: room + MAX_ANSWER_TOKENS };
            fitting(&chat, &section, &[], Language::Ko)
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
