//! What an error asks of whoever made the request: other input, patience, or help.

use super::error::EngineError;
use fettle_library::LibraryError;
use fettle_manuals::ManualsError;
use fettle_models::ModelsError;
use fettle_retrieval::RetrievalError;
use fettle_vision::VisionError;

/// The kinds of errors that a caller tells apart, as status codes do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// What was asked for does not exist.
    NotFound,
    /// What was given cannot be used: a file of another kind, a value out of range.
    Invalid,
    /// What was given is larger than what is taken.
    TooLarge,
    /// The state of the workspace does not allow the request: something exists already or is in use.
    Conflict,
    /// Something must be set up first: a model, an index, a bank.
    NotReady,
    /// Who asks may not, or did not say who it is.
    Forbidden,
    /// Others are served first: the same request may succeed later.
    Busy,
    /// The job was cancelled or deferred.
    Cancelled,
    /// The disk is full.
    DiskFull,
    /// A fault of this machine or of this program.
    Internal,
}

impl EngineError {
    /// What the error asks of the caller.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Cancelled => ErrorKind::Cancelled,
            Self::Busy => ErrorKind::Busy,
            Self::UnknownProduct(_)
            | Self::UnknownDefect { .. }
            | Self::NoSuchDefect(_)
            | Self::NoManual(_)
            | Self::UnknownLesson(_)
            | Self::PictureGone(_)
            | Self::NotRegistered(_)
            | Self::ManualGone(_) => ErrorKind::NotFound,
            Self::NoImages(_)
            | Self::OnlyInSubfolders { .. }
            | Self::NothingInspected(_)
            | Self::RegionOutside { .. }
            | Self::ActionEntry(_)
            | Self::NotCorrections { .. }
            | Self::NoTestImages(_)
            | Self::BackupInside(_)
            | Self::NotADataset(_)
            | Self::NotLegacyData(_)
            | Self::UnknownClass { .. }
            | Self::TooFewTrainImages { .. }
            | Self::BadTokenName(_)
            | Self::BadPersonName(_)
            | Self::BadPin
            | Self::BadTokenDays { .. }
            | Self::BadScale
            | Self::MaskSize { .. } => ErrorKind::Invalid,
            Self::TooFewNormals { .. }
            | Self::NoPixelSize(_)
            | Self::NothingToUndo(_)
            | Self::NoEarlierBank(_)
            | Self::ManualChanged(_)
            | Self::PinTaken
            | Self::NoAdministratorLeft
            | Self::RemoteUnconfirmed(_) => ErrorKind::Conflict,
            Self::RoleTooLow { .. } | Self::WrongPin | Self::SignInWaits { .. } => {
                ErrorKind::Forbidden
            }
            Self::NoIndex | Self::NoBank(_) | Self::NoWords { .. } | Self::NoPrinting => {
                ErrorKind::NotReady
            }
            Self::Library(error) => library(error),
            Self::Models(error) => models(error),
            Self::Vision(error) | Self::Bank { source: error, .. } => vision(error),
            Self::Retrieval(RetrievalError::WrongModel { .. })
            | Self::BankIndex { source: RetrievalError::WrongModel { .. }, .. } => {
                ErrorKind::NotReady
            }
            Self::Manuals(error) => manuals(error),
            Self::File { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
                ErrorKind::DiskFull
            }
            Self::Panicked { .. }
            | Self::Ended
            | Self::NoThread(_)
            | Self::Printer(_)
            | Self::NoRandomness(_)
            | Self::BankIndex { .. }
            | Self::File { .. }
            | Self::Retrieval(_)
            | Self::Report(_)
            | Self::Demo(_)
            | Self::Settings(_) => ErrorKind::Internal,
        }
    }
}

fn library(error: &LibraryError) -> ErrorKind {
    match error {
        LibraryError::UnknownProduct(_)
        | LibraryError::UnknownDefect { .. }
        | LibraryError::UnknownImage(_)
        | LibraryError::UnknownManual(_)
        | LibraryError::UnknownInspection(_)
        | LibraryError::UnknownAction(_)
        | LibraryError::UnknownImport(_)
        | LibraryError::UnknownDeletion(_)
        | LibraryError::UnknownToken(_)
        | LibraryError::UnknownPerson(_)
        | LibraryError::UnknownBank(_) => ErrorKind::NotFound,
        LibraryError::EmptyFile { .. }
        | LibraryError::NotAnImage { .. }
        | LibraryError::UnsupportedImage { .. }
        | LibraryError::DamagedImage { .. }
        | LibraryError::RegionOutside { .. }
        | LibraryError::BadArchive { .. }
        | LibraryError::EmptyArchive { .. }
        | LibraryError::NotAManual { .. }
        | LibraryError::UnknownName { .. }
        | LibraryError::BadMapping { .. }
        | LibraryError::BadTime { .. }
        | LibraryError::InvalidCode(_) => ErrorKind::Invalid,
        LibraryError::FileTooBig { .. }
        | LibraryError::ImageTooLarge { .. }
        | LibraryError::ArchiveTooLarge { .. } => ErrorKind::TooLarge,
        LibraryError::ActionHasRecords(_)
        | LibraryError::TokenExists(_)
        | LibraryError::BankExists(_)
        | LibraryError::ProductInUse(_)
        | LibraryError::DefectInUse { .. }
        | LibraryError::ManualReplaced(_)
        | LibraryError::WorkspaceInUse { .. }
        | LibraryError::ChangedFile { .. } => ErrorKind::Conflict,
        LibraryError::Busy { .. } => ErrorKind::Busy,
        LibraryError::DiskFull { .. } => ErrorKind::DiskFull,
        LibraryError::Cancelled(_) => ErrorKind::Cancelled,
        _ => ErrorKind::Internal,
    }
}

fn models(error: &ModelsError) -> ErrorKind {
    match error {
        ModelsError::Missing { .. } | ModelsError::NoSource { .. } => ErrorKind::NotReady,
        ModelsError::Unknown { .. } => ErrorKind::NotFound,
        ModelsError::TooLong { .. } => ErrorKind::TooLarge,
        ModelsError::DiskFull { .. } => ErrorKind::DiskFull,
        ModelsError::Cancelled(_) => ErrorKind::Cancelled,
        _ => ErrorKind::Internal,
    }
}

fn vision(error: &VisionError) -> ErrorKind {
    match error {
        VisionError::EmptyImage { .. } | VisionError::BadRule(_) => ErrorKind::Invalid,
        VisionError::TooFewNormals { .. } | VisionError::NoKnownDefects => ErrorKind::Conflict,
        VisionError::WrongModel { .. } => ErrorKind::NotReady,
        VisionError::Cancelled(_) => ErrorKind::Cancelled,
        _ => ErrorKind::Internal,
    }
}

fn manuals(error: &ManualsError) -> ErrorKind {
    match error {
        ManualsError::NoPage { .. } | ManualsError::NoFigure { .. } => ErrorKind::NotFound,
        ManualsError::TooLarge { .. } => ErrorKind::TooLarge,
        ManualsError::NoTesseract { .. } => ErrorKind::NotReady,
        ManualsError::Cancelled => ErrorKind::Cancelled,
        ManualsError::Io { .. } | ManualsError::Tesseract { .. } => ErrorKind::Internal,
        _ => ErrorKind::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_all_rooms() {
        let product = || "prod1".parse().unwrap();
        let image = || "part.png".into();
        let cases: [(EngineError, ErrorKind); 8] = [
            (EngineError::UnknownProduct(product()), ErrorKind::NotFound),
            (
                LibraryError::UnknownInspection(fettle_domain::InspectionId(9)).into(),
                ErrorKind::NotFound,
            ),
            (LibraryError::NotAnImage { path: image() }.into(), ErrorKind::Invalid),
            (
                LibraryError::ImageTooLarge { path: image(), width: 100_000, height: 1 }.into(),
                ErrorKind::TooLarge,
            ),
            (LibraryError::ProductInUse(product()).into(), ErrorKind::Conflict),
            (EngineError::NoBank(product()), ErrorKind::NotReady),
            (ManualsError::Cancelled.into(), ErrorKind::Cancelled),
            (ManualsError::NotAPdf { path: image() }.into(), ErrorKind::Invalid),
        ];
        for (error, kind) in cases {
            assert_eq!(error.kind(), kind, "{error:?}");
        }
    }
}
