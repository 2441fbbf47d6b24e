//! Lines that a person measured in the picture of a part.

use serde::Serialize;
use utoipa::ToSchema;

use fettle_domain::{MeasuredLine, Measurements};

/// A measured line.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MeasuredLine)]
pub(crate) struct MeasuredLineDto {
    /// One end, (x, y) in pixels from the upper left corner of the picture.
    #[schema(value_type = Vec<f32>, example = json!([10.5, 20.0]))]
    pub(crate) from: [f32; 2],
    /// The other end.
    #[schema(value_type = Vec<f32>, example = json!([110.5, 20.0]))]
    pub(crate) to: [f32; 2],
    /// Its length in pixels.
    pub(crate) length_px: f64,
    /// Its length in millimetres, where the picture has a scale.
    pub(crate) length_mm: Option<f64>,
    /// What the person wrote beside it.
    pub(crate) note: String,
}

impl MeasuredLineDto {
    /// The lines of an inspection.
    pub(crate) fn all_of(measured: &Measurements) -> Vec<Self> {
        let one = |line: &MeasuredLine| {
            let length_px = line.length_px();
            Self {
                from: [line.from.x, line.from.y],
                to: [line.to.x, line.to.y],
                length_px,
                length_mm: measured.scale.as_ref().map(|scale| scale.length(length_px).0),
                note: line.note.clone(),
            }
        };
        measured.lines.iter().map(one).collect()
    }
}
