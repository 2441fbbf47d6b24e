use std::path::PathBuf;

use super::lanes::LaneError;
use fettle_demo::DemoError;
use fettle_domain::{Cancelled, DefectCode, ModelId, ProductCode};
use fettle_library::LibraryError;
use fettle_manuals::ManualsError;
use fettle_models::ModelsError;
use fettle_report::ReportError;
use fettle_retrieval::RetrievalError;
use fettle_settings::SettingsError;
use fettle_vision::VisionError;

/// Why the engine could not do what was asked. Rooms' errors arrive here once, and leave
/// through [`EngineError::explain`] in a person's language.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// Somebody cancelled.
    #[error("cancelled")]
    Cancelled,
    /// A job panicked; the engine goes on.
    #[error("{job} panicked: {message}")]
    Panicked {
        /// The request's name.
        job: &'static str,
        /// What the panic said.
        message: String,
    },
    /// The queue of jobs is full.
    #[error("too many jobs are waiting")]
    Busy,
    /// The engine is shutting down.
    #[error("the engine has ended")]
    Ended,
    /// Nobody registered this product.
    #[error("no product '{0}'")]
    UnknownProduct(ProductCode),
    /// Nobody registered this defect type.
    #[error("{product} has no defect type '{defect}'")]
    UnknownDefect {
        /// The product.
        product: ProductCode,
        /// The defect type.
        defect: DefectCode,
    },
    /// Too few normal images for a memory bank.
    #[error("{product} has {count} normal images, a bank needs {needed}")]
    TooFewNormals {
        /// The product.
        product: ProductCode,
        /// How many there are.
        count: usize,
        /// How many there must be.
        needed: usize,
    },
    /// The drawn shapes leave nothing of the image to inspect.
    #[error("the inspection area of {0} leaves nothing to inspect")]
    NothingInspected(ProductCode),
    /// Pixels were given, and the product's normal images do not say of how many.
    #[error("{0} has no normal images, or some of different sizes")]
    NoPixelSize(ProductCode),
    /// A folder is not laid out as a data set to evaluate.
    #[error("{0}: no <class>/train/good and <class>/test in it")]
    NotADataset(PathBuf),
    /// A folder holds nothing in the seed system's layout.
    #[error("{0}: nothing of the seed system in it")]
    NotASeed(PathBuf),
    /// A data set has no class of this name.
    #[error("{dataset} has no class '{class}'")]
    UnknownClass {
        /// The data set.
        dataset: PathBuf,
        /// The name.
        class: String,
    },
    /// A class of a data set has too few normal images for a memory bank.
    #[error("{class} has {count} training images, a bank needs {needed}")]
    TooFewTrainImages {
        /// Its folder.
        class: PathBuf,
        /// How many there are.
        count: usize,
        /// How many there must be.
        needed: usize,
    },
    /// A data set's mask is not of its image's size.
    #[error("{mask}: not of its image's size")]
    MaskSize {
        /// The mask's file.
        mask: PathBuf,
    },
    /// No known defects are indexed.
    #[error("no image index")]
    NoIndex,
    /// The image embedder in use knows pictures only.
    #[error("'{model}' knows no words")]
    NoWords {
        /// The model in use.
        model: ModelId,
        /// One that does, if any is known.
        able: Option<ModelId>,
    },
    /// A region does not lie in its picture.
    #[error("the region is not in the picture of {width}×{height}")]
    RegionOutside {
        /// The picture's width in pixels.
        width: u32,
        /// The picture's height in pixels.
        height: u32,
    },
    /// No registered image is at this path.
    #[error("{0}: not a registered image")]
    NotRegistered(PathBuf),
    /// A product has no memory bank.
    #[error("{0} has no memory bank")]
    NoBank(ProductCode),
    /// A bank's limits are still those of its fit.
    #[error("the limits of {0} were not changed")]
    NothingToUndo(ProductCode),
    /// A product's bank is its first.
    #[error("{0} has no earlier memory bank")]
    NoEarlierBank(ProductCode),
    /// A product's bank cannot be used.
    #[error("bank of {product}: {source}")]
    Bank {
        /// The product.
        product: ProductCode,
        /// What is wrong with it.
        source: VisionError,
    },
    /// What a server is asked leaves this machine, and nobody has agreed to that.
    #[error("{0} is another machine: what it is asked leaves this one")]
    RemoteUnconfirmed(String),
    /// The file of a manual is not there.
    #[error("{0}: the manual's file is gone")]
    ManualGone(PathBuf),
    /// The file of a manual is not the one that was registered.
    #[error("{0}: the manual's file has changed since it was registered")]
    ManualChanged(PathBuf),
    /// A file of this machine.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Of the library.
    #[error(transparent)]
    Library(LibraryError),
    /// Of the networks and their weights.
    #[error(transparent)]
    Models(ModelsError),
    /// Of the image arithmetic.
    #[error(transparent)]
    Vision(VisionError),
    /// Of the index.
    #[error(transparent)]
    Retrieval(RetrievalError),
    /// Of the manuals.
    #[error(transparent)]
    Manuals(ManualsError),
    /// Of the result's files.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// Of the demo world.
    #[error(transparent)]
    Demo(DemoError),
    /// Of the settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

/// The room's result.
pub type Result<T, E = EngineError> = std::result::Result<T, E>;

impl From<Cancelled> for EngineError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl From<LaneError> for EngineError {
    fn from(error: LaneError) -> Self {
        match error {
            LaneError::Panicked { lane, message } => Self::Panicked { job: lane, message },
            LaneError::Ended(_) => Self::Ended,
        }
    }
}

/// A room's own "cancelled" is the engine's.
macro_rules! from_room {
    ($room:ident, $variant:ident) => {
        impl From<$room> for EngineError {
            fn from(error: $room) -> Self {
                match error {
                    $room::Cancelled(_) => Self::Cancelled,
                    other => Self::$variant(other),
                }
            }
        }
    };
}

from_room!(LibraryError, Library);
from_room!(ModelsError, Models);
from_room!(VisionError, Vision);
from_room!(DemoError, Demo);

impl From<RetrievalError> for EngineError {
    fn from(error: RetrievalError) -> Self {
        Self::Retrieval(error)
    }
}

impl From<ManualsError> for EngineError {
    fn from(error: ManualsError) -> Self {
        match error {
            ManualsError::Cancelled => Self::Cancelled,
            error => Self::Manuals(error),
        }
    }
}

impl EngineError {
    /// `true` where the rest of the pipeline can go on without the stage that failed.
    pub(super) fn is_local(&self) -> bool {
        !matches!(self, Self::Cancelled | Self::Ended | Self::Busy)
    }
}
