use std::path::PathBuf;

use fettle_domain::{Cancelled, ImageId, ModelId};

/// What can go wrong between a picture and its anomaly map.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VisionError {
    /// A picture or a target size without pixels.
    #[error("an image of {width}×{height} pixels cannot be inspected")]
    EmptyImage {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
    /// Nothing was given where at least one thing is needed.
    #[error("no {0} given")]
    Nothing(&'static str),
    /// Two things that belong together have different sizes.
    #[error("{what}: expected {expected}, got {got}")]
    Size {
        /// Which thing.
        what: &'static str,
        /// The size that fits the others.
        expected: usize,
        /// The size it has.
        got: usize,
    },
    /// A memory bank file is cut short, damaged, or not a memory bank.
    #[error("{path}: not a usable memory bank: {why}; fit the product again")]
    BadBank {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A memory bank was made by another backbone than the one in use.
    #[error("{path}: made with model '{found}', but '{expected}' is in use; fit the product again")]
    WrongModel {
        /// The file.
        path: PathBuf,
        /// The model in use.
        expected: ModelId,
        /// The model that made the bank.
        found: ModelId,
    },
    /// A file beside a bank of the seed system does not say what it should.
    #[error("{path}: not as the seed system writes it: {why}")]
    BadSeed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A memory bank that cannot be made: its parts contradict each other.
    #[error("memory bank: {0}")]
    Inconsistent(String),
    /// Thresholds need more held-out normal images than there are.
    #[error("{got} normal images are too few for a threshold: {needed} are needed")]
    TooFewNormals {
        /// How many there must be.
        needed: usize,
        /// How many there are.
        got: usize,
    },
    /// A threshold rule outside its range.
    #[error("this threshold cannot be set: {0}")]
    BadRule(&'static str),
    /// A threshold rule that weighs escapes needs pictures of defects.
    #[error("no known defect was scored with this bank")]
    NoKnownDefects,
    /// Without this image's own rows the bank is empty, so it cannot be held out.
    #[error("image {0} cannot be held out: the bank has no rows of any other image")]
    NothingLeft(ImageId),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Somebody cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A tensor operation failed.
    #[error("tensor: {0}")]
    Tensor(#[from] candle_core::Error),
}

/// The room's result.
pub type Result<T, E = VisionError> = std::result::Result<T, E>;

/// `Ok` where `got` is `expected`.
pub(super) fn same_size(what: &'static str, expected: usize, got: usize) -> Result<()> {
    if expected == got { Ok(()) } else { Err(VisionError::Size { what, expected, got }) }
}
