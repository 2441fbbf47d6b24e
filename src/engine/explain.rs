//! Errors in a person's language: what happened, and what to do.

mod library;
mod manuals;
mod message;
mod models;

use self::library::library;
use self::manuals::manuals;
use self::message::{Message, at, file, named, reason};
use self::models::models;
use super::error::EngineError;
use fettle_domain::{Language, Role, printable_line, printable_lines};
use fettle_i18n::Value;
use fettle_report::ReportError;
use fettle_retrieval::RetrievalError;
use fettle_settings::SettingsError;
use fettle_vision::VisionError;

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
            Self::NoPrinting => ("error-no-printing", vec![]),
            Self::Printer(why) => ("error-printer", vec![("reason", why.clone().into())]),
            Self::NoRandomness(why) => {
                ("error-no-randomness", vec![("reason", why.clone().into())])
            }
            Self::RoleTooLow { needed, has } => {
                let role = |role: &Role| fettle_i18n::text(language, role.message_id()).into();
                ("error-role-too-low", vec![("needed", role(needed)), ("has", role(has))])
            }
            Self::WrongPin => ("error-wrong-pin", vec![]),
            Self::SignInWaits { seconds } => {
                ("error-sign-in-waits", vec![("seconds", seconds.to_string().into())])
            }
            Self::BadPersonName(name) => {
                ("error-bad-person-name", vec![("name", name.clone().into())])
            }
            Self::BadPin => ("error-bad-pin", vec![]),
            Self::PinTaken => ("error-pin-taken", vec![]),
            Self::NoAdministratorLeft => ("error-no-administrator-left", vec![]),
            Self::BadTokenName(name) => {
                ("error-bad-token-name", vec![("name", name.clone().into())])
            }
            Self::BadTokenDays { days, most } => {
                ("error-bad-token-days", vec![("days", (*days).into()), ("most", (*most).into())])
            }
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
            Self::NotCorrections { path, source } => {
                ("error-not-corrections", vec![at(path), reason(source)])
            }
            Self::NotADataset(path) => ("error-dataset-none", vec![at(path)]),
            Self::UnknownClass { dataset, class } => {
                ("error-dataset-class", vec![at(dataset), ("class", class.clone().into())])
            }
            Self::TooFewTrainImages { class, count, needed } => (
                "error-dataset-few",
                vec![at(class), ("count", (*count).into()), ("needed", (*needed).into())],
            ),
            Self::NoTestImages(class) => ("error-dataset-no-test", vec![at(class)]),
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
            Self::BackupInside(path) => ("error-backup-inside", vec![at(path)]),
            Self::ActionEntry(fault) => (fault.message_id(), vec![]),
            Self::File { path, source } => file(path, source),
            Self::Library(error) => library(error, language),
            Self::Models(error) => models(error),
            Self::BadScale => ("error-bad-scale", vec![]),
            Self::Vision(VisionError::NoCheckerboard) => ("error-no-checkerboard", vec![]),
            Self::Vision(VisionError::UnevenCheckerboard { percent }) => {
                ("error-uneven-checkerboard", vec![("percent", (*percent).into())])
            }
            Self::Vision(VisionError::TiltedCheckerboard { degrees }) => {
                let degrees = Value::Number { value: (*degrees).into(), digits: 0 };
                ("error-tilted-checkerboard", vec![("degrees", degrees)])
            }
            Self::Vision(VisionError::NoKnownDefects) => ("error-no-known-defects", vec![]),
            Self::Vision(error) => ("error-vision", vec![reason(error)]),
            Self::Retrieval(error) => retrieval(error),
            Self::Manuals(error) => manuals(error),
            Self::Report(ReportError::Io { path, source }) => file(path, source),
            Self::Report(error) => ("error-report", vec![reason(error)]),
            Self::Demo(error) => ("error-demo", vec![reason(error)]),
            Self::Settings(SettingsError::BadValue { key, fault }) => {
                let (id, values) = fault.message();
                let reason = fettle_i18n::text_with(language, id, &named(values));
                ("error-setting", vec![("key", (*key).into()), ("reason", reason.into())])
            }
            Self::Settings(error) => ("error-settings", vec![reason(error)]),
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

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::{ImageDamage, ImageKind, TiffKind};
    use fettle_library::LibraryError;

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
