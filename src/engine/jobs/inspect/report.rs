//! The report: the manual's own causes and actions, and a model's words around them.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use crate::domain::{
    ManualFinding, ModelId, ModelRole, Report, ReportLine, Sampling, StopReason, Support,
};
use crate::engine::error::{EngineError, Result};
use crate::engine::request::{JobContext, Stopwatch};
use crate::manuals::{MAX_ANSWER_TOKENS, compose, prompt, weave};
use crate::models::ModelsError;

/// Above 1, so that a small model does not fall into a loop.
const REPEAT_PENALTY: f32 = 1.05;

pub(super) struct Written {
    pub(super) report: Report,
    /// The model that was asked, and why it ended.
    pub(super) by: Option<(ModelId, StopReason)>,
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
        return Ok(Written { report: evidence, by: None });
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
        // No model on this machine: the evidence alone is the report, and doctor says so.
        Err(EngineError::Models(ModelsError::Missing { model, .. })) => {
            tracing::info!(%model, "no language model: the report is the manual's own words");
            return Ok(Written { report: evidence, by: None });
        }
        Err(other) => return Err(other),
    };
    job.check()?;
    watch.timings.extend(timings);
    tracing::debug!(%model, ?outcome, "the model's answer");
    let (report, problem) = weave(evidence, &finding.section, &outcome.text, &model);
    if let Some(problem) = problem {
        tracing::warn!(%model, %problem, text = outcome.text, "the model's answer was not used");
    }
    Ok(Written { report, by: Some((model, outcome.stop)) })
}
