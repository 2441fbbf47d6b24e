//! Inspections as a PDF for people who print and keep: A4, Korean or English, tagged for screen
//! readers (PDF/UA-1) and made for archives (PDF/A-2a: ISO 19005-2), its font embedded as a subset.

mod draw;
mod gallery;
mod part;
mod photograph;
mod sheet;
mod summary;
#[cfg(test)]
mod tests;
mod typeface;
mod wrap;

use image::RgbImage;
use jiff::{Timestamp, Zoned};

use self::sheet::{Colour, Sheets};
use self::typeface::Family;
use super::{Pictures, Result, Words};
use fettle_domain::{
    ActionChange, DefectCode, Inspection, InspectionRow, Judgement, Language, Names, ProductCode,
    Verdict,
};

/// An inspection with what belongs to it.
#[derive(Debug, Clone, Copy)]
pub struct ReportedPart<'a> {
    /// What was found.
    pub inspection: &'a Inspection,
    /// What a person said of it.
    pub judgement: Option<&'a Judgement>,
    /// Whether what it asks for is done, where somebody said so.
    pub action: Option<&'a ActionChange>,
    /// The image inspected, where it is still there.
    pub picture: Option<&'a RgbImage>,
    /// What the anomaly stage found in it, where that can be shown.
    pub pictures: Option<&'a Pictures>,
    /// Why a picture is not here, in the report's language.
    pub notice: Option<&'a str>,
}

/// A PDF in the making: a summary where it is about several parts, then each part. Pictures are
/// kept as they will be in the file, so that many parts take little memory.
pub struct PdfReport<'w> {
    words: &'w Words<'w>,
    language: Language,
    names: Names,
    made_at: Zoned,
    sheets: Sheets,
    /// Title of each part, and the page that it begins on, from 0.
    parts: Vec<(String, usize)>,
}

impl<'w> PdfReport<'w> {
    /// An empty one. `made_at` is its date; times of people's judgements are shown in its zone.
    ///
    /// # Errors
    /// [`super::ReportError::Font`] where the built-in font is damaged.
    pub fn new(language: Language, made_at: Zoned, words: &'w Words<'w>) -> Result<Self> {
        let sheets = Sheets::new(Family::built_in()?);
        let names = Names::default();
        Ok(Self { words, language, names, made_at, sheets, parts: Vec::new() })
    }

    /// The same, in which products and defects are called by these names.
    pub fn naming(self, names: Names) -> Self {
        Self { names, ..self }
    }

    /// Begins with a summary of the parts, which are to be added in this order.
    pub fn summary(&mut self, rows: &[InspectionRow]) {
        summary::lay_out(self, rows);
    }

    /// Adds a part, on pages of its own.
    ///
    /// # Errors
    /// [`super::ReportError::Pdf`] where a picture cannot be encoded.
    pub fn add(&mut self, part: &ReportedPart<'_>) -> Result<()> {
        part::lay_out(self, part)
    }

    /// The bytes of the file: the same for the same parts, words and date.
    ///
    /// # Errors
    /// [`super::ReportError::Pdf`].
    pub fn finish(self) -> Result<Vec<u8>> {
        draw::drawn(&self)
    }

    fn word(&self, id: &str) -> String {
        (self.words)(id, &[])
    }

    /// What a product is called.
    fn product(&self, code: &ProductCode) -> String {
        self.names.product(self.language, code)
    }

    /// What a defect is called.
    fn defect(&self, product: Option<&ProductCode>, code: &DefectCode) -> String {
        self.names.defect(self.language, product, code)
    }

    /// A moment (RFC 3339) in the zone of the report.
    fn time(&self, at: &str) -> String {
        let Ok(moment) = at.parse::<Timestamp>() else { return at.to_owned() };
        let there = moment.to_zoned(self.made_at.time_zone().clone());
        there.strftime("%Y-%m-%d %H:%M").to_string()
    }
}

/// Dark enough for white letters, and for letters on white: 4.5 to 1 and more.
fn colour(verdict: Verdict) -> Colour {
    match verdict {
        Verdict::Ok => [22, 120, 62],
        Verdict::Ng => [192, 33, 33],
        Verdict::Unsure => [140, 90, 0],
    }
}
