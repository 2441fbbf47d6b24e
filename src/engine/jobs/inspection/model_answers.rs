//! What a language model is asked about a section: the order of its statements, sentences of its
//! own where they are wanted, and translations where the manual is in another language than the
//! report.

use std::ops::ControlFlow;
use std::time::Instant;

use crate::error::Result;
use crate::protocol::JobContext;
use fettle_domain::{
    ChatMessage, ChatOutcome, Language, ModelId, ReportLine, Sampling, Section, StopReason, Timing,
    Translation,
};
use fettle_manuals::{
    AnswerProblem, MAX_ANSWER_TOKENS, MAX_SELECTION_TOKENS, MAX_STATEMENTS, MAX_TRANSLATION_TOKENS,
    PromptTask, StreamGuard, Untranslated, is_written_in, prompt, selection_grammar,
};
use fettle_models::ModelsError;
use fettle_models::roles::ChatModel;

/// Repetition penalty of sentences, above 1 so that a small model does not loop.
const REPEAT_PENALTY: f32 = 1.05;

/// Takes a model's text piece by piece, on the thread that runs the model.
pub(super) type OnText = Box<dyn Fn(&str) + Send>;

/// What a language model is asked for in a report.
pub(super) struct ModelPart {
    /// Gets the model's sentences as they are written. They are shown as such until they are
    /// checked.
    pub(super) on_text: OnText,
    /// Whether the model also writes: sentences of its own, or translations where the manual is in
    /// another language.
    pub(super) writes: bool,
}

/// The model's answers about a section.
pub(super) struct Answers {
    /// The choice of statements, to be read by [`fettle_manuals::parse_selection`].
    pub(super) selection: ChatOutcome,
    /// Its own sentences, where they were wanted, and why the model was stopped.
    pub(super) description: Option<(ChatOutcome, Option<AnswerProblem>)>,
    /// Translations that passed the checks.
    pub(super) translations: Vec<Translation>,
    pub(super) timings: Vec<Timing>,
}

/// Asks the model, in one visit to its lane.
pub(super) fn ask_model(
    job: &JobContext,
    model: ModelId,
    section: &Section,
    situation: Vec<ReportLine>,
    asked: ModelPart,
) -> Result<Answers> {
    let language = job.shared.report_language();
    let section = section.clone();
    let cancel = job.cancel.clone();
    job.chat(model, move |chat, mut watch| {
        let start = Instant::now();
        let stopped = || cancel.is_cancelled();
        let selection = select(chat, &section, &situation, language, &stopped)?;
        let (mut description, mut translations) = (None, Vec::new());
        let writes = asked.writes && !stopped();
        if writes && !is_written_in(&section, language) {
            translations = translate(chat, &section, language, &stopped)?;
        } else if writes {
            // Sentences in another language could not be held against the manual.
            let on_text = &asked.on_text;
            description = Some(describe(chat, &section, &situation, language, on_text, &stopped)?);
        }
        watch.note("network.chat", start);
        Ok(Answers { selection, description, translations, timings: watch.timings })
    })
}

fn go_on(stop: bool) -> ControlFlow<()> {
    if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

fn select(
    chat: &mut dyn ChatModel,
    section: &Section,
    situation: &[ReportLine],
    language: Language,
    stopped: &dyn Fn() -> bool,
) -> Result<ChatOutcome> {
    let prompt = fit_prompt(chat, section, situation, language, PromptTask::Select)?;
    let sampling = Sampling {
        max_tokens: MAX_SELECTION_TOKENS,
        grammar: selection_grammar(section, prompt.statements),
        ..Sampling::default()
    };
    Ok(chat.chat(&prompt.messages, &sampling, &mut |_| go_on(stopped()))?)
}

fn describe(
    chat: &mut dyn ChatModel,
    section: &Section,
    situation: &[ReportLine],
    language: Language,
    on_text: &OnText,
    stopped: &dyn Fn() -> bool,
) -> Result<(ChatOutcome, Option<AnswerProblem>)> {
    let prompt = fit_prompt(chat, section, situation, language, PromptTask::Describe)?;
    let sampling = Sampling {
        max_tokens: MAX_ANSWER_TOKENS,
        repeat_penalty: REPEAT_PENALTY,
        ..Sampling::default()
    };
    let (mut answer, mut problem) = (StreamGuard::default(), None);
    let outcome = chat.chat(&prompt.messages, &sampling, &mut |piece| {
        on_text(piece);
        // The pieces flushed after the stop do not replace the first problem.
        problem = problem.or_else(|| answer.push(piece).err());
        go_on(problem.is_some() || stopped())
    })?;
    Ok((outcome, problem))
}

/// Translates the statements one by one.
fn translate(
    chat: &mut dyn ChatModel,
    section: &Section,
    language: Language,
    stopped: &dyn Fn() -> bool,
) -> Result<Vec<Translation>> {
    let sampling = Sampling { max_tokens: MAX_TRANSLATION_TOKENS, ..Sampling::default() };
    let mut out = Vec::new();
    for statement in section.statements().take_while(|_| !stopped()) {
        let Some(untranslated) = Untranslated::new(&statement.text, language) else { continue };
        let answer = chat.chat(&untranslated.prompt(), &sampling, &mut |_| go_on(stopped()))?;
        let whole = matches!(answer.stop, StopReason::EndOfTurn | StopReason::StopText);
        if let Some(text) = untranslated.translation(&answer.text).filter(|_| whole) {
            out.push(Translation { statement: statement.id.clone(), text });
        }
    }
    Ok(out)
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
