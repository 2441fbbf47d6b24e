//! Errors in a person's language: what happened, and what to do.

use std::io::ErrorKind;
use std::path::Path;

use super::error::EngineError;
use fettle_domain::{Language, printable_line, printable_lines};
use fettle_i18n::Value;
use fettle_library::{
    ArchiveFault, LibraryError, MAX_ARCHIVE_BYTES, MAX_ARCHIVE_ENTRIES, OpenFault,
};
use fettle_manuals::{ManualDamage, ManualsError};
use fettle_models::ModelsError;
use fettle_models::remote::RemoteError;
use fettle_report::ReportError;
use fettle_retrieval::RetrievalError;
use fettle_settings::SettingsError;
use fettle_system::NotAFile;
use fettle_vision::VisionError;

type Message = (&'static str, Vec<(&'static str, Value)>);

impl EngineError {
    /// What happened and what to do, in `language`.
    pub fn explain(&self, language: Language) -> String {
        let (id, values) = self.message(language);
        let values: Vec<(&str, Value)> = values.into_iter().map(on_one_line).collect();
        fettle_i18n::text_with(language, id, &values)
    }

    /// The message in which `language` says it, with its values: a few are messages themselves.
    fn message(&self, language: Language) -> Message {
        match self {
            Self::Cancelled => ("error-cancelled", vec![]),
            Self::Panicked { job, message } => (
                "error-panicked",
                vec![("job", (*job).into()), ("message", message.clone().into())],
            ),
            Self::Busy => ("error-busy", vec![]),
            Self::Ended => ("error-ended", vec![]),
            Self::NoThread(source) => ("error-no-thread", vec![reason(source)]),
            Self::UnknownProduct(product) => {
                ("error-unknown-product", vec![("product", product.to_string().into())])
            }
            Self::UnknownDefect { product, defect } => (
                "error-unknown-defect",
                vec![
                    ("product", product.to_string().into()),
                    ("defect", defect.to_string().into()),
                ],
            ),
            Self::TooFewNormals { product, count, needed } => (
                "error-too-few-normals",
                vec![
                    ("product", product.to_string().into()),
                    ("count", (*count).into()),
                    ("needed", (*needed).into()),
                ],
            ),
            Self::PictureGone(path) => ("error-picture-gone", vec![("path", path.clone().into())]),
            Self::Vision(VisionError::Io { path, source })
            | Self::Bank { source: VisionError::Io { path, source }, .. } => file(path, source),
            Self::BankIndex { source: RetrievalError::Io { path, source }, .. } => {
                file(path, source)
            }
            Self::Settings(SettingsError::Io { path, source }) => file(path, source),
            Self::BankIndex { product, source } => (
                "error-index-of-bank",
                vec![("product", product.to_string().into()), reason(source)],
            ),
            Self::NoImages(folder) => ("error-folder-empty", vec![at(folder)]),
            Self::OnlyInSubfolders { folder, folders, images } => (
                "error-folder-only-subfolders",
                vec![at(folder), ("folders", (*folders).into()), ("images", (*images).into())],
            ),
            Self::NotLegacyData(path) => ("error-seed-none", vec![at(path)]),
            Self::NothingInspected(product) => {
                ("error-area-nothing", vec![("product", product.to_string().into())])
            }
            Self::NoPixelSize(product) => {
                ("error-area-pixels", vec![("product", product.to_string().into())])
            }
            Self::NotADataset(path) => ("error-dataset-none", vec![at(path)]),
            Self::UnknownClass { dataset, class } => {
                ("error-dataset-class", vec![at(dataset), ("class", class.clone().into())])
            }
            Self::TooFewTrainImages { class, count, needed } => (
                "error-dataset-few",
                vec![at(class), ("count", (*count).into()), ("needed", (*needed).into())],
            ),
            Self::MaskSize { mask } => ("error-dataset-mask", vec![at(mask)]),
            Self::NoIndex => ("skip-no-index", vec![]),
            Self::NoWords { model, able } => {
                let able = able.as_ref().map_or("?", |able| able.0.as_str());
                ("error-no-words", vec![("model", model.to_string().into()), ("able", able.into())])
            }
            Self::RegionOutside { width, height } => (
                "error-region-outside",
                vec![("width", (*width).into()), ("height", (*height).into())],
            ),
            Self::NotRegistered(path) => ("error-not-registered", vec![at(path)]),
            Self::NoBank(product) => {
                ("skip-no-bank", vec![("product", product.to_string().into())])
            }
            Self::NothingToUndo(product) => {
                ("error-nothing-to-undo", vec![("product", product.to_string().into())])
            }
            Self::NoEarlierBank(product) => {
                ("error-no-earlier-bank", vec![("product", product.to_string().into())])
            }
            Self::Bank { product, source } => {
                ("error-bank", vec![("product", product.to_string().into()), reason(source)])
            }
            Self::RemoteUnconfirmed(address) => {
                ("error-remote-unconfirmed", vec![("address", address.clone().into())])
            }
            Self::NoSuchDefect(defect) => {
                ("error-no-such-defect", vec![("defect", defect.to_string().into())])
            }
            Self::NoManual(None) => ("error-no-manual", vec![]),
            Self::NoManual(Some(product)) => {
                ("error-no-manual-of", vec![("product", product.to_string().into())])
            }
            Self::UnknownLesson(id) => ("error-unknown-lesson", vec![("id", id.clone().into())]),
            Self::ManualGone(path) => ("error-manual-gone", vec![at(path)]),
            Self::ManualChanged(path) => ("error-manual-changed", vec![at(path)]),
            Self::ActionEntry(fault) => (fault.message_id(), vec![]),
            Self::File { path, source } => file(path, source),
            Self::Library(error) => library(error, language),
            Self::Models(error) => models(error),
            Self::Vision(VisionError::NoKnownDefects) => ("error-no-known-defects", vec![]),
            Self::Vision(error) => ("error-vision", vec![reason(error)]),
            Self::Retrieval(error) => retrieval(error),
            Self::Manuals(error) => manuals(error),
            Self::Report(ReportError::Io { path, source }) => file(path, source),
            Self::Report(error) => ("error-report", vec![reason(error)]),
            Self::Demo(error) => ("error-demo", vec![reason(error)]),
            Self::Settings(error) => {
                ("settings-warning", vec![("warning", error.to_string().into())])
            }
        }
    }
}

/// A value as a part of a sentence: names of files and the words of other programs may hold
/// characters that a terminal obeys. The list of places where a model was looked for has a line each.
fn on_one_line((name, value): (&'static str, Value)) -> (&'static str, Value) {
    let value = match value {
        Value::Text(text) if name == "tried" => Value::Text(printable_lines(&text).into_owned()),
        Value::Text(text) => Value::Text(printable_line(&text).into_owned()),
        number => number,
    };
    (name, value)
}

fn reason(error: &dyn std::error::Error) -> (&'static str, Value) {
    ("reason", error.to_string().into())
}

/// The values of a message that the domain has as texts.
fn named(values: Vec<(&'static str, String)>) -> Vec<(&'static str, Value)> {
    values.into_iter().map(|(name, value)| (name, value.into())).collect()
}

fn at(path: &Path) -> (&'static str, Value) {
    ("path", path.display().to_string().into())
}

fn file(path: &Path, source: &std::io::Error) -> Message {
    if let Some(what) = NotAFile::of(source) {
        let what = match what {
            NotAFile::Folder => "folder",
            NotAFile::NamedPipe => "pipe",
            NotAFile::Socket => "socket",
            _ => "device",
        };
        return ("error-not-a-file", vec![at(path), ("what", what.into())]);
    }
    match source.kind() {
        ErrorKind::PermissionDenied => {
            let owner = fettle_system::owner_of(path).unwrap_or_else(|| "?".to_owned());
            ("error-file-permission", vec![at(path), ("owner", owner.into())])
        }
        ErrorKind::ReadOnlyFilesystem => ("error-file-read-only", vec![at(path)]),
        ErrorKind::NotFound => ("error-file-not-found", vec![at(path)]),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ("error-disk-full", vec![at(path)]),
        _ => ("error-file", vec![at(path), reason(source)]),
    }
}

fn library(error: &LibraryError, language: Language) -> Message {
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
        LibraryError::WorkspaceInUse { path } => ("error-workspace-in-use", vec![at(path)]),
        LibraryError::NewerDatabase { path, .. } => ("error-library-newer", vec![at(path)]),
        other => ("error-library", vec![reason(other)]),
    }
}

fn retrieval(error: &RetrievalError) -> Message {
    match error {
        RetrievalError::BadIndex { path, why } => {
            ("error-index-bad", vec![at(path), ("reason", why.clone().into())])
        }
        RetrievalError::WrongModel { path, expected, found } => (
            "error-index-model",
            vec![
                at(path),
                ("expected", expected.to_string().into()),
                ("found", found.to_string().into()),
            ],
        ),
        RetrievalError::Io { path, source } => file(path, source),
        other => ("error-retrieval", vec![reason(other)]),
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

fn models(error: &ModelsError) -> Message {
    match error {
        ModelsError::Missing { model, .. } => {
            ("error-model-missing", vec![("model", model.to_string().into())])
        }
        ModelsError::Unpinned { model, file } => (
            "error-unpinned",
            vec![("model", model.to_string().into()), ("file", file.clone().into())],
        ),
        ModelsError::NoSource { model, file, tried } => {
            let tried: Vec<String> =
                tried.iter().map(|(place, reason)| format!("\n  - {place}: {reason}")).collect();
            let values = vec![
                ("model", model.to_string().into()),
                ("file", file.clone().into()),
                ("tried", tried.concat().into()),
            ];
            ("error-no-place", values)
        }
        ModelsError::BadWeights { path, why } => {
            ("error-weights", vec![at(path), ("reason", why.clone().into())])
        }
        ModelsError::UnknownArchitecture(name) => {
            ("error-architecture", vec![("name", name.clone().into())])
        }
        ModelsError::UnknownLayer { number, known } => (
            "error-unknown-layer",
            vec![("layer", (*number).into()), ("known", known.clone().into())],
        ),
        ModelsError::Unknown { wanted, known } => (
            "error-unknown-model",
            vec![("wanted", wanted.clone().into()), ("known", known.clone().into())],
        ),
        ModelsError::DiskFull { path, .. } => ("error-disk-full", vec![at(path)]),
        ModelsError::Io { path, source } => file(path, source),
        ModelsError::Remote(error) => remote(error),
        other => ("error-models", vec![reason(other)]),
    }
}

fn remote(error: &RemoteError) -> Message {
    let at = |address: &str| ("address", address.to_owned().into());
    let said = |text: &str| ("reason", text.to_owned().into());
    match error {
        RemoteError::BadAddress { address, why } => {
            ("error-remote-address", vec![at(address), said(why)])
        }
        RemoteError::NoKey(variable) => {
            ("error-remote-no-key", vec![("variable", variable.clone().into())])
        }
        RemoteError::Unreachable { address, why } => {
            ("error-remote-unreachable", vec![at(address), said(why)])
        }
        RemoteError::Thread(why) => ("error-no-thread", vec![said(why)]),
        RemoteError::Unauthorized { address } => ("error-remote-key", vec![at(address)]),
        RemoteError::Overloaded { address, status } => {
            ("error-remote-overloaded", vec![at(address), ("status", u32::from(*status).into())])
        }
        RemoteError::Refused { address, status, said: answer } => {
            let status = ("status", u32::from(*status).into());
            ("error-remote-refused", vec![at(address), status, said(answer)])
        }
        RemoteError::Silent { address, seconds } => {
            let seconds = ("seconds", seconds.to_string().into());
            ("error-remote-silent", vec![at(address), seconds])
        }
        RemoteError::BadAnswer { address, why } => {
            ("error-remote-answer", vec![at(address), said(why)])
        }
    }
}

fn manuals(error: &ManualsError) -> Message {
    match error {
        ManualsError::NotAPdf { path } => ("error-pdf-not", vec![at(path)]),
        ManualsError::OtherFormat { path } => ("error-manual-format", vec![at(path)]),
        ManualsError::OtherDocument { path, document } => (document.message_id(), vec![at(path)]),
        ManualsError::Empty { path } => ("error-manual-empty", vec![at(path)]),
        ManualsError::NoActionRecords { path } => ("error-no-action-records", vec![at(path)]),
        ManualsError::Encrypted { path } => ("error-pdf-encrypted", vec![at(path)]),
        ManualsError::NoText { path, .. } => ("error-pdf-no-text", vec![at(path)]),
        ManualsError::Scan { path, .. } => ("error-pdf-scan", vec![at(path)]),
        ManualsError::UnreadableLetters { path, letters } => {
            ("error-pdf-letters", vec![at(path), ("letters", (*letters).into())])
        }
        ManualsError::Damaged { path, why } => {
            let limit = match why {
                ManualDamage::TooMany(limit) => *limit,
                _ => 0,
            };
            (why.message_id(), vec![at(path), ("limit", limit.into())])
        }
        ManualsError::NoTesseract { path } => ("error-no-tesseract", vec![at(path)]),
        ManualsError::Tesseract { path, why } => {
            ("error-tesseract", vec![at(path), ("reason", why.clone().into())])
        }
        ManualsError::Cancelled => ("error-cancelled", vec![]),
        ManualsError::NoPage { path, page, pages } => (
            "error-pdf-no-page",
            vec![at(path), ("page", (*page).into()), ("pages", (*pages).into())],
        ),
        ManualsError::Io { path, source } => file(path, source),
        other => ("error-manuals", vec![reason(other)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::{ImageDamage, ImageKind, TiffKind};

    #[test]
    fn a_kind_that_is_not_read_is_named_with_what_to_save_instead() {
        let kinds = [
            (ImageKind::Heif, "HEIC"),
            (ImageKind::Avif, "AVIF"),
            (ImageKind::Jpeg2000, "JPEG 2000"),
            (ImageKind::JpegLs, "JPEG-LS"),
            (ImageKind::JpegXl, "JPEG XL"),
            (ImageKind::JpegXr, "JPEG XR"),
            (ImageKind::LosslessJpeg, "SOF3"),
            (ImageKind::DeepJpeg { bits: 12 }, "12"),
            (ImageKind::ArithmeticJpeg, "JPEG"),
            (ImageKind::HierarchicalJpeg, "JPEG"),
            (ImageKind::Tiff(TiffKind::Compression(50_000)), "50000"),
            (ImageKind::Tiff(TiffKind::Photometric(32_844)), "32844"),
            (ImageKind::Tiff(TiffKind::Bits(12)), "12"),
            (ImageKind::Tiff(TiffKind::SampleFormat), "TIFF"),
            (ImageKind::Tiff(TiffKind::Channels(5)), "5"),
            (ImageKind::Tiff(TiffKind::FloatRange), "65535"),
            (ImageKind::Tiff(TiffKind::Subsampled), "TIFF"),
            (ImageKind::Tiff(TiffKind::FalseColour), "YCbCr"),
            (ImageKind::Tiff(TiffKind::Other), "TIFF"),
            (ImageKind::Gif, "GIF"),
            (ImageKind::Pnm, "PGM"),
            (ImageKind::Psd, "PSD"),
            (ImageKind::CameraRaw, "DNG"),
            (ImageKind::Dicom, "DICOM"),
            (ImageKind::Svg, "SVG"),
            (ImageKind::Pdf, "PDF"),
            (ImageKind::PostScript, "EPS"),
            (ImageKind::Icon, "Windows"),
            (ImageKind::Metafile, "WMF"),
            (ImageKind::OpenExr, "OpenEXR"),
            (ImageKind::RadianceHdr, "HDR"),
            (ImageKind::Dds, "DDS"),
            (ImageKind::Qoi, "QOI"),
            (ImageKind::Fits, "FITS"),
            (ImageKind::NumPy, "NumPy"),
            (ImageKind::Hdf5, "HDF5"),
            (ImageKind::Xcf, "GIMP"),
            (ImageKind::DjVu, "DjVu"),
            (ImageKind::Video, "PNG"),
        ];
        for (kind, name) in kinds {
            for language in [Language::Ko, Language::En] {
                let path = "part.jpg".into();
                let error = EngineError::Library(LibraryError::UnsupportedImage { path, kind });
                let said = error.explain(language);
                assert!(said.contains("part.jpg") && said.contains(name), "{said}");
                // What to save instead; no id of a message that does not exist.
                assert!(said.contains("PNG") && !said.contains("picture-"), "{said}");
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_picture_is_said_in_both_languages() {
        let damages = [
            (ImageDamage::Ends { rows: 128, of: 240 }, "128"),
            (ImageDamage::Broken { rows: 16, of: 240 }, "16"),
            (ImageDamage::Scans { whole: 9 }, "9"),
            (ImageDamage::Part, "part.jpg"),
            (ImageDamage::TooMuch { bytes: 4001 }, "4001"),
            (ImageDamage::NoPicture, "part.jpg"),
            (ImageDamage::Decoder("bad chunk".into()), "bad chunk"),
        ];
        for (why, word) in damages {
            for language in [Language::Ko, Language::En] {
                let (path, why) = ("part.jpg".into(), why.clone());
                let error = EngineError::Library(LibraryError::DamagedImage { path, why });
                let said = error.explain(language);
                assert!(said.contains(word) && !said.contains("picture-"), "{said}");
            }
        }
    }
}
