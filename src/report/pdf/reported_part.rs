//! The data of one part in a report.

use image::RgbImage;

use crate::files::Pictures;
use fettle_domain::{ActionChange, Figure, Inspection, Judgement};

/// A picture of a manual.
#[derive(Debug, Clone)]
pub struct ReportedFigure {
    /// The picture as the section names it.
    pub figure: Figure,
    /// Its pixels.
    pub pixels: RgbImage,
}

/// An inspection with the data that a report shows beside it.
#[derive(Debug, Clone, Copy)]
pub struct ReportedPart<'a> {
    /// The inspection.
    pub inspection: &'a Inspection,
    /// The judgement of a person.
    pub judgement: Option<&'a Judgement>,
    /// The last change of the state of the required action.
    pub action: Option<&'a ActionChange>,
    /// The inspected image, if the file still exists.
    pub picture: Option<&'a RgbImage>,
    /// The pictures of the anomaly stage, if they can be drawn.
    pub pictures: Option<&'a Pictures>,
    /// Pictures of the manual's section, as far as they can be shown.
    pub figures: &'a [ReportedFigure],
    /// Why a picture is missing, in the report's language.
    pub notice: Option<&'a str>,
}
