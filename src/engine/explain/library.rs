//! Errors of the library.

use std::path::Path;

use super::message::{Message, at, file, named, reason};
use fettle_domain::Language;
use fettle_library::{
    ArchiveFault, LibraryError, MAX_ARCHIVE_BYTES, MAX_ARCHIVE_ENTRIES, OpenFault,
};

pub(super) fn library(error: &LibraryError, language: Language) -> Message {
    match error {
        LibraryError::Io { path, source } => file(path, source),
        LibraryError::DiskFull { path } => ("error-disk-full", vec![at(path)]),
        LibraryError::EmptyFile { path } => ("error-image-empty", vec![at(path)]),
        LibraryError::NotAnImage { path } => ("error-not-an-image", vec![at(path)]),
        LibraryError::UnsupportedImage { path, kind } => {
            let kind_text =
                fettle_i18n::text_with(language, kind.message_id(), &named(kind.values()));
            let advice = fettle_i18n::text(language, kind.advice_id());
            let values = vec![at(path), ("kind", kind_text.into()), ("advice", advice.into())];
            ("error-image-unsupported", values)
        }
        LibraryError::DamagedImage { path, why } => {
            let why = match why.message_id() {
                Some(id) => fettle_i18n::text_with(language, id, &named(why.values())),
                None => why.to_string(),
            };
            ("error-image-damaged", vec![at(path), ("reason", why.into())])
        }
        LibraryError::ImageTooLarge { path, width, height } => (
            "error-image-too-large",
            vec![at(path), ("width", (*width).into()), ("height", (*height).into())],
        ),
        LibraryError::RegionOutside { width, height, .. } => {
            ("error-region-outside", vec![("width", (*width).into()), ("height", (*height).into())])
        }
        LibraryError::ProductInUse(product) => {
            ("error-product-in-use", vec![("product", product.to_string().into())])
        }
        LibraryError::DefectInUse { product, defect } => (
            "error-defect-in-use",
            vec![("product", product.to_string().into()), ("defect", defect.to_string().into())],
        ),
        LibraryError::ManualReplaced(_) => ("error-manual-replaced", vec![]),
        LibraryError::BadArchive { path, fault } => archive(path, fault),
        LibraryError::EmptyArchive { path } => ("error-archive-empty", vec![at(path)]),
        LibraryError::ArchiveTooLarge { path } => {
            let gigabytes = (MAX_ARCHIVE_BYTES >> 30).to_string();
            let most = [("files", MAX_ARCHIVE_ENTRIES.into()), ("gigabytes", gigabytes.into())];
            ("error-archive-large", [vec![at(path)], most.into()].concat())
        }
        LibraryError::NotAManual { path } => ("error-manual-format", vec![at(path)]),
        LibraryError::UnknownProduct(product) => {
            ("error-unknown-product", vec![("product", product.to_string().into())])
        }
        LibraryError::UnknownDefect { product, defect } => (
            "error-unknown-defect",
            vec![("product", product.to_string().into()), ("defect", defect.to_string().into())],
        ),
        LibraryError::UnknownInspection(id) => {
            ("error-unknown-inspection", vec![("id", id.to_string().into())])
        }
        LibraryError::UnknownAction(id) => {
            ("error-unknown-action", vec![("id", id.to_string().into())])
        }
        LibraryError::UnknownImport(id) => {
            ("error-unknown-import", vec![("id", id.to_string().into())])
        }
        LibraryError::UnknownDeletion(id) => {
            ("error-unknown-deletion", vec![("id", id.to_string().into())])
        }
        LibraryError::TokenExists(name) => {
            ("error-token-exists", vec![("name", name.clone().into())])
        }
        LibraryError::UnknownPerson(name) => {
            ("error-unknown-person", vec![("name", name.clone().into())])
        }
        LibraryError::UnknownToken(name) => {
            ("error-unknown-token", vec![("name", name.clone().into())])
        }
        LibraryError::ActionHasRecords(id) => {
            ("error-action-has-records", vec![("id", id.to_string().into())])
        }
        LibraryError::CorruptDatabase { path, why } => {
            ("error-library-corrupt", vec![at(path), ("reason", why.clone().into())])
        }
        LibraryError::CannotOpen { path, fault } => {
            let (id, more) = match fault {
                OpenFault::FolderInTheWay(folder) => {
                    let folder = folder.display().to_string();
                    ("error-library-folder", vec![("folder", folder.into())])
                }
                OpenFault::WriteProtected => ("error-library-protected", vec![]),
                other => ("error-library-network", vec![reason(other)]),
            };
            (id, [vec![at(path)], more].concat())
        }
        LibraryError::BadBackup { path, fault } => {
            let why = [("file", fault.path().into())];
            let why = fettle_i18n::text_with(language, fault.message_id(), &why);
            ("error-backup", vec![at(path), ("reason", why.into())])
        }
        LibraryError::RestoreUnfinished { path } => ("error-restore-unfinished", vec![at(path)]),
        LibraryError::WorkspaceInUse { path } => ("error-workspace-in-use", vec![at(path)]),
        LibraryError::OlderDatabase { path, .. } => ("error-library-older", vec![at(path)]),
        LibraryError::NewerDatabase { path, .. } => ("error-library-newer", vec![at(path)]),
        other => ("error-library", vec![reason(other)]),
    }
}

fn archive(path: &Path, fault: &ArchiveFault) -> Message {
    match fault {
        ArchiveFault::OtherFormat(format) => {
            ("error-archive-format", vec![at(path), ("format", (*format).into())])
        }
        ArchiveFault::NoArchive(format) => {
            ("error-archive-none", vec![at(path), ("format", (*format).into())])
        }
        ArchiveFault::Cut => ("error-archive-cut", vec![at(path)]),
        ArchiveFault::Volume => ("error-archive-volume", vec![at(path)]),
        ArchiveFault::Method(method) => {
            ("error-archive-method", vec![at(path), ("method", method.clone().into())])
        }
        ArchiveFault::Password => ("error-archive-password", vec![at(path)]),
        ArchiveFault::Nested => ("error-archive-nested", vec![at(path)]),
        other => ("error-archive", vec![at(path), reason(other)]),
    }
}
