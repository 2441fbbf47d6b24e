use std::path::PathBuf;

use fettle_domain::{Cancelled, ImageId, ModelId};

/// Errors of fitting, scoring and drawing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VisionError {
    /// An image or a target size without pixels.
    #[error("an image of {width}×{height} pixels cannot be inspected")]
    EmptyImage {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// An empty list where at least one element is needed.
    #[error("no {0} given")]
    Empty(&'static str),
    /// Two sizes that must be equal differ.
    #[error("{what}: expected {expected}, got {got}")]
    Size {
        /// The thing measured, such as "width of the mask".
        what: &'static str,
        /// The size that fits the other arguments.
        expected: usize,
        /// The size found.
        got: usize,
    },
    /// A slice of rows ends within a row.
    #[error("{what}: {len} values are no whole number of rows of {dim}")]
    PartialRow {
        /// The slice, such as "patches".
        what: &'static str,
        /// Values a row.
        dim: usize,
        /// Values in the slice.
        len: usize,
    },
    /// An index or a count outside its range.
    #[error("{what}: {got} is not within {low} to {high}")]
    OutOfRange {
        /// The argument, such as "row of the bank".
        what: &'static str,
        /// The value given.
        got: usize,
        /// The lowest value allowed.
        low: usize,
        /// The highest value allowed.
        high: usize,
    },
    /// Factors and result of a matrix product do not fit each other. Shapes are (rows, columns).
    #[error("a product of {left:?} and {right:?} does not fit {out:?}")]
    MatrixShape {
        /// Shape of the left factor.
        left: (usize, usize),
        /// Shape of the right factor.
        right: (usize, usize),
        /// Shape of the result.
        out: (usize, usize),
    },
    /// A value that is infinite or not a number.
    #[error("{0}: a value is not finite")]
    NotFinite(&'static str),
    /// A covariance without a Cholesky factor.
    #[error("the covariance of the patches is not positive definite")]
    NotPositiveDefinite,
    /// A memory bank file is cut short, damaged, or not a memory bank.
    #[error("{path}: not a usable memory bank: {why}; fit the product again")]
    BadBank {
        /// The file.
        path: PathBuf,
        /// The damage found.
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
    /// A file of a legacy bank that is damaged, or that no network here can follow.
    #[error("{path}: not as the seed system writes it: {why}")]
    BadLegacyBank {
        /// The file.
        path: PathBuf,
        /// The damage found.
        why: String,
    },
    /// Parts of a memory bank that contradict each other.
    #[error("memory bank: {0}")]
    Inconsistent(String),
    /// Fewer held-out normal images than thresholds need.
    #[error("{got} normal images are too few for a threshold: {needed} are needed")]
    TooFewNormals {
        /// The least number of images.
        needed: usize,
        /// The number of images given.
        got: usize,
    },
    /// A threshold rule outside its range.
    #[error("this threshold cannot be set: {0}")]
    BadRule(&'static str),
    /// A threshold rule that weighs escapes, without known defects to weigh.
    #[error("no known defect was scored with this bank")]
    NoKnownDefects,
    /// An image that gave the bank all its rows, so that nothing is left to score it against.
    #[error("image {0} cannot be held out: the bank has no rows of any other image")]
    CannotHoldOut(ImageId),
    /// A picture without a checkerboard of four by four squares or more.
    #[error("no checkerboard was found")]
    NoCheckerboard,
    /// A checkerboard whose corners lie on no even grid.
    #[error("the checkerboard is uneven: its corners are {percent} % of a square off a grid")]
    UnevenCheckerboard {
        /// Root mean square distance from the grid, in percent of a square's side.
        percent: f32,
    },
    /// A checkerboard too far from parallel to the image plane.
    #[error("the checkerboard is tilted by {degrees} degrees")]
    TiltedCheckerboard {
        /// The angle in degrees.
        degrees: f32,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason given by the system.
        source: std::io::Error,
    },
    /// The user cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A tensor operation failed.
    #[error("tensor: {0}")]
    Tensor(#[from] candle_core::Error),
}

/// Result of this crate.
pub type Result<T, E = VisionError> = std::result::Result<T, E>;

/// `Ok` where `got` equals `expected`.
pub(crate) fn same_size(what: &'static str, expected: usize, got: usize) -> Result<()> {
    if expected == got { Ok(()) } else { Err(VisionError::Size { what, expected, got }) }
}

/// Number of rows of `dim` values in a slice of `len` values.
pub(crate) fn row_count(what: &'static str, len: usize, dim: usize) -> Result<usize> {
    // A slice without dimensions is one without values; `max` keeps the division defined.
    let dim = dim.max(1);
    if len.is_multiple_of(dim) {
        Ok(len / dim)
    } else {
        Err(VisionError::PartialRow { what, dim, len })
    }
}
