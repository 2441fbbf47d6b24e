//! The verdict on a scored picture: by its score, and by how it was taken.

use image::RgbImage;

use crate::error::Result;
use fettle_domain::{CaptureDeviation, Thresholds, Verdict};
use fettle_vision::capture::{CaptureRange, CaptureStats, relit};
use fettle_vision::inspection_area::InspectionArea;

/// The verdict on a picture, with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decision {
    pub(crate) verdict: Verdict,
    /// How the picture was taken otherwise than the normal pictures, where that decides.
    pub(crate) deviations: Vec<CaptureDeviation>,
}

/// Decides on `picture`, or on `area` of it, by its image score and by `capture`, the light and
/// focus of the normal pictures. `rescore` scores the same picture in other light.
///
/// A picture in other light or focus than all normal pictures is unsure: its score means little. So
/// is a picture that is NG as it was taken and not in the light of the normal pictures. What is NG
/// in both is NG.
pub(crate) fn decide(
    thresholds: Thresholds,
    image_score: f32,
    capture: Option<CaptureRange>,
    picture: &RgbImage,
    area: Option<&InspectionArea>,
    rescore: impl FnOnce(RgbImage) -> Result<f32>,
) -> Result<Decision> {
    let verdict = thresholds.verdict(image_score);
    let Some(range) = capture else { return Ok(Decision { verdict, deviations: Vec::new() }) };
    let stats = CaptureStats::of(picture, area);
    let mut deviations = range.deviations(stats);
    if verdict == Verdict::Ng
        && let Some((factor, light)) = range.correction(stats)
    {
        if thresholds.verdict(rescore(relit(picture, factor))?) != Verdict::Ng {
            return Ok(Decision { verdict: Verdict::Unsure, deviations: vec![light] });
        }
        // The light does not explain the score.
        deviations.retain(|one| matches!(one, CaptureDeviation::Blurred { .. }));
    }
    let verdict = if deviations.is_empty() { verdict } else { Verdict::Unsure };
    Ok(Decision { verdict, deviations })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    /// A grey plate with stripes, of this light.
    fn plate(light: f32) -> RgbImage {
        RgbImage::from_fn(60, 60, |x, _| {
            Rgb([(if x / 6 % 2 == 0 { 90.0 } else { 150.0 } * light) as u8; 3])
        })
    }

    #[test]
    fn light_and_focus_make_unsure_what_they_explain() {
        let normal = [0.95, 1.0, 1.05].map(|light| CaptureStats::of(&plate(light), None));
        let range = CaptureRange::of(&normal);
        let limits = Thresholds { unsure: 10.0, image: 20.0, pixel: 5.0 };
        let blurred = image::imageops::blur(&plate(1.0), 1.0);
        // Picture, its score, its score in the light of the normal pictures, verdict, deviations.
        let cases: [(&str, RgbImage, f32, f32, Verdict, usize); 8] = [
            ("as the others, low", plate(1.0), 8.0, 8.0, Verdict::Ok, 0),
            ("as the others, between", plate(1.0), 15.0, 15.0, Verdict::Unsure, 0),
            ("as the others, high", plate(1.0), 25.0, 25.0, Verdict::Ng, 0),
            ("bright, high only for that", plate(1.3), 25.0, 9.0, Verdict::Unsure, 1),
            ("bright, high all the same", plate(1.3), 25.0, 22.0, Verdict::Ng, 0),
            ("a little bright, high only for that", plate(1.06), 25.0, 9.0, Verdict::Unsure, 1),
            ("dark, low", plate(0.6), 8.0, 8.0, Verdict::Unsure, 1),
            ("blurred, high", blurred, 25.0, 25.0, Verdict::Unsure, 1),
        ];
        for (name, picture, score, corrected, verdict, deviations) in cases {
            let found = decide(limits, score, range, &picture, None, |_| Ok(corrected)).unwrap();
            assert_eq!((found.verdict, found.deviations.len()), (verdict, deviations), "{name}");
            // Without the light and focus of the normal pictures only the score decides.
            let blind = decide(limits, score, None, &picture, None, |_| Ok(corrected)).unwrap();
            assert_eq!(blind.verdict, limits.verdict(score), "{name}");
        }
    }
}
