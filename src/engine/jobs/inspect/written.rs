//! An inspection as files, in the language of results.

use std::path::{Path, PathBuf};

use image::RgbImage;
use jiff::Zoned;

use crate::error::Result;
use fettle_domain::{Inspection, Language, Names};
use fettle_i18n::Value;
use fettle_report::{PdfReport, Pictures, ReportedPart, markdown, write_all};

/// The words of reports: their room knows no language.
pub(in crate::jobs) fn words(language: Language) -> impl Fn(&str, &[(&str, String)]) -> String {
    move |id, values| {
        let values: Vec<(&str, Value)> =
            values.iter().map(|(name, value)| (*name, value.clone().into())).collect();
        fettle_i18n::text_with(language, id, &values)
    }
}

/// Writes result, report and pictures into `dir`.
pub(super) fn written(
    dir: &Path,
    (language, names): (Language, Names),
    inspection: &Inspection,
    picture: &RgbImage,
    pictures: Option<&Pictures>,
) -> Result<Vec<PathBuf>> {
    let words = words(language);
    let text = markdown(inspection, pictures.is_some(), &words);
    let mut print = PdfReport::new(language, Zoned::now(), &words)?.naming(names);
    print.add(&ReportedPart {
        inspection,
        judgement: None,
        action: None,
        picture: Some(picture),
        pictures,
        notice: None,
    })?;
    Ok(write_all(dir, inspection, &text, &print.finish()?, pictures)?)
}
