//! The error of this crate.

use std::path::PathBuf;

use fettle_domain::{Cancelled, ModelId};

/// Error of finding, fetching, loading or running a model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelsError {
    /// A file of a model is not on this machine.
    #[error(
        "model '{model}' is not here: {path} is missing (`fettle models pull {model}` gets it)"
    )]
    Missing {
        /// Id of the model.
        model: ModelId,
        /// Path where the file belongs.
        path: PathBuf,
    },
    /// A weight file is truncated, damaged, or of another format.
    #[error("{path}: not a usable weight file: {why}")]
    BadWeights {
        /// The file.
        path: PathBuf,
        /// The defect.
        why: String,
    },
    /// The manifest, `assets/models.json`, is inconsistent.
    #[error("model manifest: {0}")]
    BadManifest(String),
    /// The manifest has no model or profile of this name.
    #[error("no model or profile called '{wanted}'; there are: {known}")]
    Unknown {
        /// The name that was asked for.
        wanted: String,
        /// The names that exist, separated by commas.
        known: String,
    },
    /// The manifest says neither the hash of a file nor the commit of its repository: whoever can
    /// write there decides what comes. Nobody has agreed to that.
    #[error("model '{model}': nothing says which bytes {file} has to have")]
    Unpinned {
        /// Id of the model.
        model: ModelId,
        /// Name of the file.
        file: String,
    },
    /// No source delivered a file.
    #[error("model '{model}': {file} could not be had from anywhere{}", source_list(.tried))]
    NoSource {
        /// Id of the model.
        model: ModelId,
        /// Name of the file.
        file: String,
        /// Each source that was tried, and why it failed.
        tried: Vec<(String, String)>,
    },
    /// The disk is full.
    #[error(
        "{path}: the disk is full; {model} needs about {needed} bytes free there while it is fetched"
    )]
    DiskFull {
        /// Id of the model.
        model: ModelId,
        /// The models directory.
        path: PathBuf,
        /// Free bytes that the download needs, roughly.
        needed: u64,
    },
    /// An architecture that Fettle does not implement.
    #[error("no network called '{0}'")]
    UnknownArchitecture(String),
    /// A layer number that the backbone does not have.
    #[error("no layer {number} to compare; there are: {known}")]
    UnknownLayer {
        /// The number that was asked for.
        number: usize,
        /// The numbers that exist, separated by commas.
        known: String,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// A prompt that fills the context and leaves no room for an answer.
    #[error("the prompt has {tokens} tokens and the model holds {limit}")]
    TooLong {
        /// Tokens of the prompt.
        tokens: usize,
        /// Context length of the model, prompt and answer together.
        limit: usize,
    },
    /// Messages that cannot be made into a prompt.
    #[error("prompt: {0}")]
    Prompt(String),
    /// A text that the tokenizer of a model cannot split.
    #[error("tokenizer of '{model}': {why}")]
    Tokenizer {
        /// Id of the model.
        model: ModelId,
        /// The error of the tokenizer.
        why: String,
    },
    /// An image that cannot be encoded for a model.
    #[error("image: {0}")]
    Image(#[from] image::ImageError),
    /// Error of a model on a server.
    #[error(transparent)]
    Remote(#[from] crate::remote::RemoteError),
    /// The job was cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A tensor operation failed.
    #[error("network: {0}")]
    Tensor(#[from] candle_core::Error),
}

/// The sources that were tried, one per line.
fn source_list(tried: &[(String, String)]) -> String {
    if tried.is_empty() {
        return ": the manifest names no place for it that may be asked now".to_owned();
    }
    tried.iter().map(|(source, reason)| format!("\n  - {source}: {reason}")).collect()
}

/// Result with [`ModelsError`].
pub type Result<T, E = ModelsError> = std::result::Result<T, E>;
