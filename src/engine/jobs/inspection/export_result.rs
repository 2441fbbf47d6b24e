//! Writing an inspection to files, in the language of reports.

use std::path::{Path, PathBuf};

use image::RgbImage;
use jiff::Zoned;

use crate::error::Result;
use fettle_domain::{DisplayNames, Inspection, Language};
use fettle_i18n::Value;
use fettle_report::{PdfReport, Pictures, ReportedFigure, ReportedPart, markdown, write_all};

/// Text lookup for `fettle-report`, which knows no language.
pub(crate) fn report_text(language: Language) -> impl Fn(&str, &[(&str, String)]) -> String {
    move |id, values| {
        let values: Vec<(&str, Value)> =
            values.iter().map(|(name, value)| (*name, value.clone().into())).collect();
        fettle_i18n::text_with(language, id, &values)
    }
}

/// Writes result, report and pictures into `dir`; returns the written files.
pub(super) fn export_result(
    dir: &Path,
    (language, names): (Language, DisplayNames),
    inspection: &Inspection,
    picture: &RgbImage,
    (pictures, figures): (Option<&Pictures>, &[ReportedFigure]),
) -> Result<Vec<PathBuf>> {
    let words = report_text(language);
    let text = markdown(inspection, pictures.is_some(), &words);
    let mut print = PdfReport::new(language, Zoned::now(), &words)?.with_names(names);
    print.add(&ReportedPart {
        inspection,
        judgement: None,
        action: None,
        picture: Some(picture),
        pictures,
        figures,
        notice: None,
    })?;
    Ok(write_all(dir, inspection, &text, &print.finish()?, pictures)?)
}
