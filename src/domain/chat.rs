//! Messages, sampling parameters and results of a chat model.

use serde::{Deserialize, Serialize};

use super::SelectionGrammar;

/// The author of a chat message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatRole {
    /// Instructions to the model.
    System,
    /// A person.
    User,
    /// The model.
    Assistant,
}

/// One chat message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// The author.
    pub role: ChatRole,
    /// The text.
    pub content: String,
}

/// How a chat model samples its tokens, and when it stops.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// Sampling temperature; 0 always takes the likeliest token.
    pub temperature: f64,
    /// Nucleus sampling: the likeliest tokens up to this share of the probability; 1 keeps all.
    pub top_p: f64,
    /// Above 1, the tokens among the last `repeat_last_n` become less likely.
    pub repeat_penalty: f32,
    /// Number of tokens that the penalty looks back.
    pub repeat_last_n: usize,
    /// Seed of the random number generator.
    pub seed: u64,
    /// Largest number of new tokens.
    pub max_tokens: usize,
    /// Stop sequences; they are not part of the answer.
    pub stop: Vec<String>,
    /// Grammar that the answer is held to. Only a local model obeys it; an answer from a server has
    /// to be checked.
    pub grammar: Option<SelectionGrammar>,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 0.0,
            top_p: 1.0,
            repeat_penalty: 1.0,
            repeat_last_n: 64,
            seed: 0,
            max_tokens: 256,
            stop: Vec::new(),
            grammar: None,
        }
    }
}

/// Why a chat model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The model ended its turn.
    EndOfTurn,
    /// `max_tokens` or the end of the context was reached.
    Length,
    /// The caller stopped the model.
    Stopped,
    /// The model wrote one of [`Sampling::stop`].
    StopText,
}

/// The text that a chat model wrote, with token counts and times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatOutcome {
    /// The whole text.
    pub text: String,
    /// Why the model stopped.
    pub stop: StopReason,
    /// Tokens of the prompt.
    pub prompt_tokens: usize,
    /// Tokens of the answer.
    pub new_tokens: usize,
    /// Time to read the prompt (prefill), in milliseconds.
    pub prefill_ms: f64,
    /// Time to write the answer (decode), in milliseconds.
    pub decode_ms: f64,
}
