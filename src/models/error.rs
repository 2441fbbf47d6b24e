use std::path::PathBuf;

use fettle_domain::{Cancelled, ModelId};

/// What can go wrong with a model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelsError {
    /// A model's file is not on this machine.
    #[error(
        "model '{model}' is not here: {path} is missing (`fettle models pull {model}` gets it)"
    )]
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
    /// The manifest, `assets/models.json`, does not hold together.
    #[error("model manifest: {0}")]
    BadManifest(String),
    /// The manifest has no model or profile of this name.
    #[error("no model or profile called '{wanted}'; there are: {known}")]
    Unknown {
        /// What was asked for.
        wanted: String,
        /// What there is, separated by commas.
        known: String,
    },
    /// None of the places that carry a file gave it.
    #[error("model '{model}': {file} could not be had from anywhere{}", places(.tried))]
    NoPlace {
        /// Which model.
        model: ModelId,
        /// Which of its files.
        file: String,
        /// Each place that was tried, and what it answered.
        tried: Vec<(String, String)>,
    },
    /// The disk is full.
    #[error(
        "{path}: the disk is full; {model} needs about {needed} bytes free there while it is fetched"
    )]
    DiskFull {
        /// Which model.
        model: ModelId,
        /// The directory.
        path: PathBuf,
        /// Bytes to have free, roughly.
        needed: u64,
    },
    /// Nothing in Fettle runs this architecture.
    #[error("no network called '{0}'")]
    UnknownArchitecture(String),
    /// A backbone has no layer of this number.
    #[error("no layer {number} to compare; there are: {known}")]
    UnknownLayer {
        /// What was asked for.
        number: usize,
        /// What there is, separated by commas.
        known: String,
    },
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
    /// A model on a server.
    #[error(transparent)]
    Remote(#[from] super::remote::RemoteError),
    /// Somebody cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A tensor operation failed.
    #[error("network: {0}")]
    Tensor(#[from] candle_core::Error),
}

/// One line a place, for a person to read.
fn places(tried: &[(String, String)]) -> String {
    if tried.is_empty() {
        return ": the manifest names no place for it that may be asked now".to_owned();
    }
    tried.iter().map(|(place, reason)| format!("\n  - {place}: {reason}")).collect()
}

/// The room's result.
pub type Result<T, E = ModelsError> = std::result::Result<T, E>;
