use std::path::PathBuf;

use crate::domain::{Cancelled, ModelId};

/// What can go wrong with a model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelsError {
    /// A model's file is not on this machine.
    #[error("model '{model}' is not here: {path} is missing")]
    Missing {
        /// Which model.
        model: ModelId,
        /// Where its file would be.
        path: PathBuf,
    },
    /// A weight file is cut short, damaged, or of another kind.
    #[error("{path}: not a usable weight file: {why}")]
    BadWeights {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Nothing in Fettle runs this architecture.
    #[error("no network called '{0}'")]
    UnknownArchitecture(String),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A prompt leaves no room for an answer.
    #[error("the prompt has {tokens} tokens and the model holds {limit}")]
    TooLong {
        /// Tokens of the prompt.
        tokens: usize,
        /// Tokens of prompt and answer together that the model can hold.
        limit: usize,
    },
    /// Messages could not be made into a prompt.
    #[error("prompt: {0}")]
    Prompt(String),
    /// Somebody cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A tensor operation failed.
    #[error("network: {0}")]
    Tensor(#[from] candle_core::Error),
}

/// The room's result.
pub type Result<T, E = ModelsError> = std::result::Result<T, E>;
