//! The report: the manual's own causes and actions, and a model's words around them.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use crate::domain::{ManualFinding, ModelId, ModelRole, Report, ReportLine, Sampling, Support};
use crate::engine::error::Result;
use crate::engine::request::{JobContext, Stopwatch};
use crate::i18n;
use crate::manuals::{AnswerProblem, MAX_ANSWER_TOKENS, compose, prompt, weave};

/// Above 1, so that a small model does not fall into a loop.
const REPEAT_PENALTY: f32 = 1.05;

pub(super) struct Written {
    pub(super) report: Report,
    /// Why the model had no part in it, in the report's language.
    pub(super) notice: Option<String>,
    /// The model that was asked.
    pub(super) by: Option<ModelId>,
}

/// Composes the report from the evidence, then lets the language model connect it. Without
/// a model, or with one that babbles, the evidence is the report.
pub(super) fn run(
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
    let messages = prompt(&finding.section, &measured, language);
    let sampling = Sampling {
        max_tokens: MAX_ANSWER_TOKENS,
        repeat_penalty: REPEAT_PENALTY,
        ..Sampling::default()
    };
    let (asked, sink) = (model.clone(), Arc::clone(&job.sink));
    let answered = job.shared.language(move |lane| {
        let mut watch = Stopwatch::default();
        let chat = lane.chat(&asked, &mut watch)?;
        let start = Instant::now();
        let outcome = chat.chat(&messages, &sampling, &mut |piece| {
            sink.text(piece);
            if sink.cancel.is_cancelled() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        watch.note("network.chat", start);
        Ok((outcome, watch.timings))
    });
    let (outcome, timings) = match answered {
        Ok(answered) => answered,
        // The evidence alone is a report; a model that is not here, or breaks, must not take
        // it away.
        Err(error) if error.is_local() => {
            let why = ("reason", error.explain(language).into());
            let notice = i18n::text_with(language, "notice-no-chat", &[why]);
            return Ok(Written { report: evidence, notice: Some(notice), by: None });
        }
        Err(other) => return Err(other),
    };
    job.check()?;
    watch.timings.extend(timings);
    tracing::debug!(%model, ?outcome, "the model's answer");
    let (report, problem) = weave(evidence, &finding.section, &outcome.text, &model);
    let notice = problem.map(|problem| {
        let id = match problem {
            AnswerProblem::Empty => "notice-answer-empty",
            AnswerProblem::TooLong | AnswerProblem::Looping => "notice-answer-babble",
            _ => "notice-answer-unreadable",
        };
        i18n::text_with(language, id, &[("model", model.to_string().into())])
    });
    Ok(Written { report, notice, by: Some(model) })
}
