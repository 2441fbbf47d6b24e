//! The report stage: causes and actions from the manual, which a language model may order and describe.

use std::ops::ControlFlow;
use std::time::Instant;

use super::composed_report::{composed_report, manual_notices, measured};
use super::stage::split_stage;
use crate::error::Result;
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::{
    Author, ChatMessage, ChatOutcome, Language, ManualFinding, ModelId, ModelRole, Report,
    ReportLine, Sampling, Section, Stage, StopReason, Timing,
};
use fettle_manuals::{
    AnswerProblem, MAX_ANSWER_TOKENS, MAX_SELECTION_TOKENS, MAX_STATEMENTS, PromptTask, Selection,
    StreamGuard, add_remarks, is_written_in, parse_selection, prompt, selection_grammar,
    whole_sentences,
};
use fettle_models::ModelsError;
use fettle_models::roles::ChatModel;

/// Repetition penalty of sentences, above 1 so that a small model does not loop.
const REPEAT_PENALTY: f32 = 1.05;

/// Takes a model's text piece by piece, on the thread that runs the model.
pub(super) type OnText = Box<dyn Fn(&str) + Send>;

/// What a language model is asked for in a report.
pub(super) struct ModelPart {
    /// Gets the model's sentences as they are written. They are shown as such until they are checked.
    pub(super) on_text: OnText,
    /// Whether the model also writes sentences of its own.
    pub(super) describes: bool,
}

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

/// The model's answers about a section.
struct Answers {
    selection: ChatOutcome,
    description: Option<(ChatOutcome, Option<AnswerProblem>)>,
    timings: Vec<Timing>,
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
    let mut notices = manual_notices(section, language);
    let worded = |report, model, notices: Vec<String>| WordedReport {
        report,
        wording: Wording { model, notice: (!notices.is_empty()).then(|| notices.join(" ")) },
    };
    let evidence = composed_report(finding, summary, language, &Selection::default());
    let Some(asked) = asked else { return Ok(worded(evidence, None, notices)) };
    let model = job.shared.model_for(ModelRole::Chat)?;
    let answers = match ask(job, model.clone(), section, summary, asked) {
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

/// Asks the model for the order of the statements, and for sentences where they are wanted.
fn ask(
    job: &JobContext,
    model: ModelId,
    section: &Section,
    summary: &[String],
    asked: ModelPart,
) -> Result<Answers> {
    let language = job.shared.report_language();
    let section = section.clone();
    let situation: Vec<ReportLine> = summary.iter().cloned().map(measured).collect();
    // Sentences in another language cannot be held against the manual.
    let describes = asked.describes && is_written_in(&section, language);
    let cancel = job.cancel.clone();
    job.chat(model, move |chat, mut watch| {
        let start = Instant::now();
        let select = fit_prompt(&*chat, &section, &situation, language, PromptTask::Select)?;
        let sampling = Sampling {
            max_tokens: MAX_SELECTION_TOKENS,
            grammar: selection_grammar(&section, select.statements),
            ..Sampling::default()
        };
        let go_on =
            |stop: bool| if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let selection =
            chat.chat(&select.messages, &sampling, &mut |_| go_on(cancel.is_cancelled()))?;
        let mut description = None;
        if describes && !cancel.is_cancelled() {
            let prompt = fit_prompt(&*chat, &section, &situation, language, PromptTask::Describe)?;
            let sampling = Sampling {
                max_tokens: MAX_ANSWER_TOKENS,
                repeat_penalty: REPEAT_PENALTY,
                ..Sampling::default()
            };
            let (mut answer, mut problem) = (StreamGuard::default(), None);
            let outcome = chat.chat(&prompt.messages, &sampling, &mut |piece| {
                (asked.on_text)(piece);
                // The pieces flushed after the stop do not replace the first problem.
                problem = problem.or_else(|| answer.push(piece).err());
                go_on(problem.is_some() || cancel.is_cancelled())
            })?;
            description = Some((outcome, problem));
        }
        watch.note("network.chat", start);
        Ok(Answers { selection, description, timings: watch.timings })
    })
}

/// The report of a manual's section. A language model orders it where `asked` says so, else the order is
/// the printed one. `summary` opens the report: the measurements in sentences.
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

/// A prompt that fits the context of a model.
#[derive(Debug)]
struct FittedPrompt {
    messages: Vec<ChatMessage>,
    /// Number of statements in it.
    statements: usize,
}

/// The prompt with as many statements of the manual as leave room for the answer. The instructions
/// are never cut.
fn fit_prompt(
    chat: &dyn ChatModel,
    section: &Section,
    measured: &[ReportLine],
    language: Language,
    task: PromptTask,
) -> std::result::Result<FittedPrompt, ModelsError> {
    let limit = chat.context_length();
    let answer = match task {
        PromptTask::Select => MAX_SELECTION_TOKENS,
        PromptTask::Describe => MAX_ANSWER_TOKENS,
    };
    let mut tokens = 0;
    for statements in (1..=MAX_STATEMENTS).rev() {
        let messages = prompt(section, measured, language, statements, task);
        tokens = chat.count_tokens(&messages)? + answer;
        if tokens <= limit {
            return Ok(FittedPrompt { messages, statements });
        }
    }
    Err(ModelsError::TooLong { tokens, limit })
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let id = ModelId("words".into());
        let count = |messages: &[ChatMessage]| {
            WordCounter { id: id.clone(), context: 0 }.count_tokens(messages).unwrap()
        };
        for (task, answer) in
            [(PromptTask::Select, MAX_SELECTION_TOKENS), (PromptTask::Describe, MAX_ANSWER_TOKENS)]
        {
            let whole = prompt(&section, &[], Language::Ko, MAX_STATEMENTS, task);
            let fit = |room: usize| {
                let chat = WordCounter { id: id.clone(), context: room + answer };
                fit_prompt(&chat, &section, &[], Language::Ko, task)
            };
            assert_eq!(fit(count(&whole)).unwrap().messages, whole);
            let less = fit(count(&whole) - 1).unwrap();
            assert!(less.statements < MAX_STATEMENTS);
            let less = less.messages;
            assert!(count(&less) < count(&whole));
            assert_eq!(less[0], whole[0], "the rules");
            let ending = |messages: &[ChatMessage]| {
                messages[1].content.split_once("</manual>").map(|(_, after)| after.to_owned())
            };
            assert_eq!(ending(&less), ending(&whole));
            assert!(
                less[1].content.contains("[c1]") && less[1].content.contains("[a1]"),
                "{less:?}"
            );
            assert!(matches!(fit(5), Err(ModelsError::TooLong { .. })));
        }
    }
}
