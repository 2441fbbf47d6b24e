use std::path::PathBuf;

use super::lane::LaneError;
use fettle_demo::DemoError;
use fettle_domain::{ActionEntryFault, Cancelled, DefectCode, ModelId, ProductCode, Role};
use fettle_library::LibraryError;
use fettle_manuals::ManualsError;
use fettle_models::ModelsError;
use fettle_report::ReportError;
use fettle_retrieval::RetrievalError;
use fettle_settings::SettingsError;
use fettle_vision::VisionError;

/// Errors of the engine and, through it, of all rooms below. [`EngineError::explain`] says them in
/// a person's language.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The job was cancelled or deferred.
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
    /// The system gave no thread.
    #[error("no thread could be started: {0}")]
    NoThread(std::io::Error),
    /// The machine has no program that prints.
    #[error("no program prints here")]
    NoPrinting,
    /// The program that prints refused.
    #[error("not printed: {0}")]
    Printer(String),
    /// The system gave no random numbers.
    #[error("no random numbers: {0}")]
    NoRandomness(String),
    /// Who asks may not have this done.
    #[error("this needs the role {}, and the caller has {}", needed.name(), has.name())]
    RoleTooLow {
        /// The role that may.
        needed: Role,
        /// The role of who asks.
        has: Role,
    },
    /// The PIN or badge is nobody's, or not this person's.
    #[error("wrong PIN")]
    WrongPin,
    /// Too many PINs were wrong.
    #[error("too many wrong PINs: {seconds} s to wait")]
    SignInWaits {
        /// The seconds to wait.
        seconds: u64,
    },
    /// Nobody can be called so.
    #[error("'{0}' is no name of a person")]
    BadPersonName(String),
    /// A PIN is too short, or longer than any badge.
    #[error("a PIN has 4 to 64 letters")]
    BadPin,
    /// The PIN is another person's.
    #[error("the PIN is taken")]
    PinTaken,
    /// Nobody could change the settings in the window any more.
    #[error("no administrator would be left")]
    NoAdministratorLeft,
    /// No token can be called so.
    #[error("'{0}' is no name of a token")]
    BadTokenName(String),
    /// No token can be accepted for so many days.
    #[error("{days} days; 1 to {most} are possible")]
    BadTokenDays {
        /// The days asked for.
        days: u32,
        /// The most that are possible.
        most: u32,
    },
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
    /// Nobody registered a defect type with this code, of any product asked about.
    #[error("no defect type '{0}'")]
    NoSuchDefect(DefectCode),
    /// A product, or all of them, have no manual in force.
    #[error("no manual of {0:?}")]
    NoManual(Option<ProductCode>),
    /// Nothing that feedback teaches has this id.
    #[error("no lesson '{0}'")]
    UnknownLesson(String),
    /// The file of a registered image, relative to the workspace, is gone.
    #[error("{0}: registered, but gone")]
    PictureGone(String),
    /// The index of a bank's normal images cannot be used.
    #[error("the normal images of the bank of '{product}': {source}")]
    BankIndex {
        /// The product.
        product: ProductCode,
        /// The reason.
        source: RetrievalError,
    },
    /// A folder has no image, at any depth.
    #[error("{0}: no image in this folder")]
    NoImages(PathBuf),
    /// A folder has images in its sub-folders alone, which were not asked for.
    #[error("{folder}: no image in it, but {images} in {folders} sub-folders")]
    OnlyInSubfolders {
        /// The folder.
        folder: PathBuf,
        /// Number of sub-folders with images.
        folders: usize,
        /// Number of images in them.
        images: usize,
    },
    /// Too few normal images for a memory bank.
    #[error("{product} has {count} normal images, a bank needs {needed}")]
    TooFewNormals {
        /// The product.
        product: ProductCode,
        /// How many normal images there are.
        count: usize,
        /// How many normal images a bank needs.
        needed: usize,
    },
    /// A scale, or the lengths that it is found by, that no camera has.
    #[error("no camera has this scale")]
    BadScale,
    /// The drawn shapes leave nothing of the image to inspect.
    #[error("the inspection area of {0} leaves nothing to inspect")]
    NothingInspected(ProductCode),
    /// An area was given in pixels, and the product's normal images have no common size.
    #[error("{0} has no normal images, or some of different sizes")]
    NoPixelSize(ProductCode),
    /// A file holds no corrections of a manual.
    #[error("{path}: no corrections of a manual: {source}")]
    NotCorrections {
        /// The file.
        path: PathBuf,
        /// What in it is none.
        source: serde_json::Error,
    },
    /// A folder is not laid out as a data set to evaluate.
    #[error("{0}: no <class>/train/good and <class>/test in it")]
    NotADataset(PathBuf),
    /// A folder holds nothing in the seed system's layout.
    #[error("{0}: nothing of the seed system in it")]
    NotLegacyData(PathBuf),
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
        /// The class's folder.
        class: PathBuf,
        /// How many normal images there are.
        count: usize,
        /// How many normal images a bank needs.
        needed: usize,
    },
    /// A class of a data set has no picture to test.
    #[error("{0}: no picture in test")]
    NoTestImages(PathBuf),
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
        /// A model that knows words, if any is known.
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
    /// Questions to a server leave this machine, and nobody has agreed to that.
    #[error("{0} is another machine: what it is asked leaves this one")]
    RemoteUnconfirmed(String),
    /// The file of a manual is not there.
    #[error("{0}: the manual's file is gone")]
    ManualGone(PathBuf),
    /// The file of a manual is not the one that was registered.
    #[error("{0}: the manual's file has changed since it was registered")]
    ManualChanged(PathBuf),
    /// A back-up was to lie among the files that it is of.
    #[error("{0}: a back-up does not lie in the data of the workspace itself")]
    BackupInside(PathBuf),
    /// What a person wrote about a corrective action contradicts itself.
    #[error(transparent)]
    ActionEntry(ActionEntryFault),
    /// A file of this machine cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// An error of the library.
    #[error(transparent)]
    Library(LibraryError),
    /// An error of the networks and their weights.
    #[error(transparent)]
    Models(ModelsError),
    /// An error of detection: features, banks, maps, limits.
    #[error(transparent)]
    Vision(VisionError),
    /// An error of the vector index.
    #[error(transparent)]
    Retrieval(RetrievalError),
    /// An error of the manuals.
    #[error(transparent)]
    Manuals(ManualsError),
    /// An error of the result's files.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// An error of the demo world.
    #[error(transparent)]
    Demo(DemoError),
    /// An error of the settings.
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
            LaneError::Cancelled => Self::Cancelled,
            LaneError::Panicked { lane, message } => Self::Panicked { job: lane, message },
            LaneError::Ended(_) => Self::Ended,
        }
    }
}

/// Converts a room's error; the room's own "cancelled" is the engine's.
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
    /// Whether a model has files whose bytes the manifest does not say, and somebody has to agree to
    /// them ([`crate::PullModels::accept_unpinned`]).
    pub fn is_unpinned_model(&self) -> bool {
        matches!(self, Self::Models(ModelsError::Unpinned { .. }))
    }

    /// Whether the job can go on without the stage that failed.
    pub(crate) fn is_recoverable(&self) -> bool {
        // A model or profile that does not exist is a slip of the settings: no stage of anything would
        // do what was meant.
        let is_slip = matches!(self, Self::Models(ModelsError::Unknown { .. }));
        !is_slip && !matches!(self, Self::Cancelled | Self::Ended | Self::Busy)
    }
}
