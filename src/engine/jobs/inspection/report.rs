//! The report stage: causes and actions from the manual, which a language model may order and
//! describe.

use super::composed_report::{composed_report, manual_notices, measured};
use super::model_answers::{ModelPart, ask_model};
use super::stage::split_stage;
use crate::error::Result;
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::{
    Author, ChatOutcome, ManualFinding, ModelId, ModelRole, Report, Section, Stage, StopReason,
};
use fettle_manuals::{AnswerProblem, Selection, add_remarks, parse_selection, whole_sentences};

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
    /// What a reader has to know, in the language of the report.
    pub(super) notice: Option<String>,
}

/// Composes the report and lets the language model order it. Without a model, or with an unusable
/// answer, the order is the printed one.
fn word_report(
    job: &JobContext,
    finding: &ManualFinding,
    summary: &[String],
    asked: Option<ModelPart>,
    watch: &mut Stopwatch,
) -> Result<WordedReport> {
    let language = job.shared.report_language();
    let section = &finding.section;
    let mut notices = manual_notices(section, language, None);
    let worded = |report, model, notices: Vec<String>| WordedReport {
        report,
        wording: Wording { model, notice: (!notices.is_empty()).then(|| notices.join(" ")) },
    };
    let evidence = composed_report(finding, summary, language, &Selection::default());
    let Some(asked) = asked else { return Ok(worded(evidence, None, notices)) };
    let model = job.shared.model_for(ModelRole::Chat)?;
    let situation = summary.iter().cloned().map(measured).collect();
    let answers = match ask_model(job, model.clone(), section, situation, asked) {
        Ok(answers) => answers,
        // The evidence alone is a report: an absent or failing model must not remove it.
        Err(error) if error.is_recoverable() => {
            let reason = ("reason", error.explain(language).into());
            notices.push(fettle_i18n::text_with(language, "notice-no-chat", &[reason]));
            return Ok(worded(evidence, None, notices));
        }
        Err(other) => return Err(other),
    };
    job.check()?;
    watch.timings.extend(answers.timings);
    tracing::debug!(%model, selection = ?answers.selection, description = ?answers.description, "the model's answers");
    let (mut report, problem) = match parse_selection(&answers.selection.text, section) {
        Ok(selection) => {
            let author = Author::Model { model: model.clone() };
            let report = composed_report(finding, summary, language, &selection);
            (Report { author, ..report }, None)
        }
        Err(problem) => (evidence, Some(problem)),
    };
    report.translations = answers.translations;
    if !report.translations.is_empty() {
        notices = manual_notices(section, language, Some(&model));
    }
    let problems = [problem, describe(&mut report, section, answers.description.as_ref())];
    let said = problems.into_iter().flatten().map(|problem| {
        fettle_i18n::text_with(
            language,
            message_id(problem),
            &[("model", model.to_string().into())],
        )
    });
    notices.extend(said);
    Ok(worded(report, Some(model), notices))
}

/// Adds the model's sentences that the manual supports.
fn describe(
    report: &mut Report,
    section: &Section,
    description: Option<&(ChatOutcome, Option<AnswerProblem>)>,
) -> Option<AnswerProblem> {
    let (outcome, problem) = description?;
    let answer = match outcome.stop {
        StopReason::Length => whole_sentences(&outcome.text),
        _ => &outcome.text,
    };
    problem.or_else(|| add_remarks(report, section, answer).err())
}

/// Message id of the notice about an answer that is not used.
fn message_id(problem: AnswerProblem) -> &'static str {
    match problem {
        AnswerProblem::Empty => "notice-answer-empty",
        AnswerProblem::TooLong | AnswerProblem::Looping => "notice-answer-babble",
        AnswerProblem::Broken => "notice-answer-broken",
        _ => "notice-answer-unreadable",
    }
}

/// The report of a manual's section. A language model orders it where `asked` says so, else the
/// order is the printed one. `summary` opens the report: the measurements in sentences.
pub(super) fn report_stage(
    job: &JobContext,
    manual: &Stage<ManualFinding>,
    summary: &[String],
    asked: Option<ModelPart>,
    watch: &mut Stopwatch,
) -> Result<(Stage<Report>, Wording)> {
    let worded = match manual {
        Stage::Done(finding) => word_report(job, finding, summary, asked, watch).map(Stage::Done),
        Stage::Skipped(reason) => Ok(Stage::Skipped(reason.clone())),
        Stage::Failed { message } => Ok(Stage::Failed { message: message.clone() }),
    };
    let (report, wording) = split_stage(job, worded, |worded| (worded.report, worded.wording))?;
    Ok((report, wording.unwrap_or_default()))
}
