//! Lengths and areas in pictures of parts: the scale of a product, and lines that a person measured.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Region;

/// The most lines that are kept with an inspection.
pub const MAX_LINES: usize = 100;
/// The most characters of the note of a line.
pub const MAX_NOTE: usize = 200;
/// Scales that a camera can have: from a nanometre to a metre a pixel.
const SCALES_MM_PER_PX: std::ops::RangeInclusive<f64> = 1e-6..=1e3;
/// Digits with which lengths and areas are written: what a person marks in a picture is not known
/// better.
const SIGNIFICANT_DIGITS: i32 = 3;

/// How a product's scale was found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum ScaleSource {
    /// A person stated the millimetres of a pixel.
    Stated,
    /// A length that a person knows, and its pixels.
    KnownLength {
        /// The length in millimetres.
        length_mm: f64,
        /// The same in pixels.
        length_px: f64,
    },
    /// A checkerboard with squares of known size.
    Checkerboard {
        /// Side of a square in millimetres.
        square_mm: f64,
        /// Number of inner corners that were found.
        corners: u32,
        /// Root mean square distance of the corners from an even grid, in pixels.
        residual_px: f64,
        /// Angle between board and image plane, in degrees.
        tilt_deg: f64,
    },
}

impl ScaleSource {
    /// Id of the message that names the source.
    pub fn message_id(&self) -> &'static str {
        match self {
            Self::Stated => "scale-stated",
            Self::KnownLength { .. } => "scale-known-length",
            Self::Checkerboard { .. } => "scale-checkerboard",
        }
    }
}

/// The size of a pixel of the original image on the part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PixelScale {
    /// Millimetres of a pixel's side.
    pub mm_per_px: f64,
    /// How it was found.
    pub found: ScaleSource,
    /// When it was found, RFC 3339.
    pub found_at: String,
    /// Width and height of the picture in which it was found: pictures of another size have pixels of
    /// another size. `None`: the scale was stated without a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture_px: Option<(u32, u32)>,
}

impl PixelScale {
    /// Whether a camera can have so many millimetres a pixel.
    pub fn is_possible(mm_per_px: f64) -> bool {
        SCALES_MM_PER_PX.contains(&mm_per_px)
    }

    /// Whether pictures of this size have the scale.
    pub fn fits(&self, width: u32, height: u32) -> bool {
        self.picture_px.is_none_or(|of| of == (width, height))
    }

    /// A length in pixels as millimetres.
    pub fn length(&self, px: f64) -> LengthMm {
        LengthMm(px * self.mm_per_px)
    }

    /// An area in pixels as square millimetres.
    pub fn area(&self, px: f64) -> AreaMm2 {
        AreaMm2(px * self.mm_per_px * self.mm_per_px)
    }
}

/// A length in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct LengthMm(pub f64);

/// Three significant digits and the unit.
impl fmt::Display for LengthMm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} mm", significant(self.0))
    }
}

/// An area in square millimetres.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct AreaMm2(pub f64);

/// Three significant digits and the unit.
impl fmt::Display for AreaMm2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} mm²", significant(self.0))
    }
}

/// A number with three significant digits, and all digits before the point.
pub fn significant(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".to_owned();
    }
    let magnitude = |value: f64| value.abs().log10().floor() as i32;
    let digits = |value: f64| (SIGNIFICANT_DIGITS - 1 - magnitude(value)).clamp(0, 12);
    // 9.999 is 10.0 and not 10.00.
    let factor = 10f64.powi(digits(value));
    let rounded = (value * factor).round() / factor;
    let shown = if rounded == 0.0 { value } else { rounded };
    format!("{value:.0$}", usize::try_from(digits(shown)).unwrap_or_default())
}

/// Sizes of all regions of an inspection together, in millimetres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegionSizes {
    /// Their area together, in square millimetres.
    pub area_mm2: f64,
    /// The longest extent among them, in millimetres; `None` where a region is of a time that measured none.
    pub longest_mm: Option<f64>,
}

/// A place in the inspected image, in pixels with fractions: (0, 0) is the upper left corner of the
/// first pixel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PlacePx {
    /// Distance from the left edge in pixels.
    pub x: f32,
    /// Distance from the upper edge in pixels.
    pub y: f32,
}

/// A line that a person drew in the picture of a part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasuredLine {
    /// One end.
    pub from: PlacePx,
    /// The other end.
    pub to: PlacePx,
    /// What the line measures, in the person's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl MeasuredLine {
    /// The length in pixels.
    pub fn length_px(&self) -> f64 {
        let across = f64::from(self.to.x) - f64::from(self.from.x);
        across.hypot(f64::from(self.to.y) - f64::from(self.from.y))
    }
}

/// What is measured in the picture of one inspection.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Measurements {
    /// The product's scale when the part was inspected, or the one that was found in this picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<PixelScale>,
    /// The lines in the order in which they were drawn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<MeasuredLine>,
}

impl Measurements {
    /// Whether there is neither a scale nor a line.
    pub fn is_empty(&self) -> bool {
        self.scale.is_none() && self.lines.is_empty()
    }

    /// A length in millimetres, in pixels where no scale is known.
    pub fn length_text(&self, px: f64) -> String {
        match &self.scale {
            Some(scale) => scale.length(px).to_string(),
            None => format!("{} px", significant(px)),
        }
    }

    /// Size and longest extent of a region: the id of the message that says them, with its values.
    /// `None` where the extent was not measured, as in old records.
    pub fn region_size(
        &self,
        region: &Region,
    ) -> Option<(&'static str, Vec<(&'static str, String)>)> {
        let longest = ("longest", self.length_text(region.longest_px?.into()));
        Some(match &self.scale {
            Some(scale) => {
                let area = scale.area(region.area_px.into()).to_string();
                ("region-size-mm", vec![("area", area), longest])
            }
            None => ("region-size-px", vec![longest]),
        })
    }

    /// The lines as they are kept: within a picture of this size, with notes of usual length, and not
    /// more than [`MAX_LINES`].
    #[must_use]
    pub fn kept(mut self, width: u32, height: u32) -> Self {
        let inside = |place: PlacePx| PlacePx {
            x: place.x.clamp(0.0, width as f32),
            y: place.y.clamp(0.0, height as f32),
        };
        self.lines.retain(|line| line.length_px().is_finite());
        for line in &mut self.lines {
            (line.from, line.to) = (inside(line.from), inside(line.to));
        }
        // Of a line beside the picture nothing is left.
        self.lines.retain(|line| line.length_px() > 0.0);
        self.lines.truncate(MAX_LINES);
        for line in &mut self.lines {
            if line.note.chars().count() > MAX_NOTE {
                line.note = line.note.chars().take(MAX_NOTE).collect();
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(mm_per_px: f64, picture_px: Option<(u32, u32)>) -> PixelScale {
        let found_at = "2026-11-30T10:00:00Z".to_owned();
        PixelScale { mm_per_px, found: ScaleSource::Stated, found_at, picture_px }
    }

    #[test]
    fn three_digits_are_written_and_none_before_the_point_is_lost() {
        for (value, written) in [
            (0.0, "0"),
            (12.345, "12.3"),
            (9.999, "10.0"),
            (0.045_678, "0.0457"),
            (0.000_999_9, "0.00100"),
            (1.0, "1.00"),
            (999.4, "999"),
            (999.6, "1000"),
            (123_456.7, "123457"),
            (f64::NAN, "0"),
        ] {
            assert_eq!(significant(value), written);
        }
        assert_eq!(LengthMm(4.5).to_string(), "4.50 mm");
        assert_eq!(AreaMm2(0.25).to_string(), "0.250 mm²");
    }

    #[test]
    fn a_scale_counts_in_pictures_of_its_size_alone() {
        let of_picture = scale(0.5, Some((640, 480)));
        for (size, fits) in [((640, 480), true), ((480, 640), false), ((1280, 960), false)] {
            assert_eq!(of_picture.fits(size.0, size.1), fits, "{size:?}");
        }
        assert!(scale(0.5, None).fits(7, 9));
        assert_eq!(of_picture.length(10.0), LengthMm(5.0));
        assert_eq!(of_picture.area(10.0), AreaMm2(2.5));
        for (mm_per_px, possible) in
            [(0.01, true), (0.0, false), (-1.0, false), (f64::NAN, false), (1e4, false)]
        {
            assert_eq!(PixelScale::is_possible(mm_per_px), possible, "{mm_per_px}");
        }
    }

    #[test]
    fn lines_are_kept_within_the_picture_and_read_back() {
        let line = |x: f32, note: &str| MeasuredLine {
            from: PlacePx { x: 1.0, y: 2.0 },
            to: PlacePx { x, y: 2.0 },
            note: note.to_owned(),
        };
        let long = "가".repeat(MAX_NOTE + 5);
        let lines =
            vec![line(1.0, "no length"), line(5.0, "gap"), line(f32::NAN, ""), line(900.0, &long)];
        let drawn = Measurements { scale: Some(scale(0.5, None)), lines };
        let kept = drawn.kept(100, 50);
        let found: Vec<_> = kept.lines.iter().map(MeasuredLine::length_px).collect();
        assert_eq!(found, [4.0, 99.0]);
        assert_eq!(kept.lines[1].note.chars().count(), MAX_NOTE);
        assert_eq!(kept.length_text(4.0), "2.00 mm");
        assert_eq!(Measurements::default().length_text(4.0), "4.00 px");
        let json = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<Measurements>(&json).unwrap(), kept);
    }
}
