//! The verdict on a scored picture: by its score, and by how it was taken.

use image::RgbImage;

use crate::error::Result;
use fettle_domain::{CaptureDeviation, JpegQuality, Thresholds, Verdict};
use fettle_vision::align::position::NormalPosition;
use fettle_vision::capture::{CaptureRange, CaptureStats, relit};
use fettle_vision::inspection_area::InspectionArea;
use fettle_vision::memory_bank::MemoryBank;
use fettle_vision::sensitivity::CompressedScores;

/// The verdict on a picture, with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decision {
    pub(crate) verdict: Verdict,
    /// How the picture was taken otherwise than the normal pictures, where that decides.
    pub(crate) deviations: Vec<CaptureDeviation>,
}

/// A picture to decide on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken<'a> {
    pub(crate) picture: &'a RgbImage,
    /// How strongly its file was compressed.
    pub(crate) compression: Option<JpegQuality>,
    /// The part of it that is inspected; `None`: all.
    pub(crate) area: Option<&'a InspectionArea>,
}

/// How the normal pictures of a bank were taken. What is not known has no part in a verdict.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NormalTaking<'a> {
    capture: Option<CaptureRange>,
    position: Option<&'a NormalPosition>,
    compressed: Option<CompressedScores>,
}

impl<'a> NormalTaking<'a> {
    /// How the normal pictures of `bank` were taken.
    pub(crate) fn of(bank: &'a MemoryBank) -> Self {
        let info = bank.info();
        Self {
            capture: info.capture,
            position: bank.position(),
            compressed: info.sensitivity.and_then(|found| found.compressed),
        }
    }

    /// The compression of a picture, where traces that the normal pictures do not have account for
    /// its score being above `limit`.
    fn compression(
        &self,
        picture: Option<JpegQuality>,
        image_score: f32,
        limit: f32,
    ) -> Option<CaptureDeviation> {
        let (quality, measured) = (picture?, self.compressed?);
        let is_unknown = self.capture?.lacks_traces_of(quality)?;
        let accounted_for = image_score / measured.ratio(quality) <= limit;
        (is_unknown && accounted_for).then_some(CaptureDeviation::Compressed { quality })
    }
}

/// Decides on a picture by its image score and by how the normal pictures were taken. `rescore`
/// scores the same picture in other light.
///
/// A picture in other light or focus than all normal pictures, or whose part lies elsewhere, is
/// unsure: its score means little. So is a picture that is NG as it was taken and not in the light of
/// the normal pictures, or NG by no more than its compression adds. What is NG in any case is NG.
pub(crate) fn decide(
    thresholds: Thresholds,
    image_score: f32,
    normal: NormalTaking<'_>,
    Taken { picture, compression, area }: Taken<'_>,
    rescore: impl FnOnce(RgbImage) -> Result<f32>,
) -> Result<Decision> {
    let verdict = thresholds.verdict(image_score);
    let is_soft = |one: &CaptureDeviation| matches!(one, CaptureDeviation::Blurred { .. });
    let mut deviations = Vec::new();
    if let Some(range) = normal.capture {
        let stats = CaptureStats::of(picture, area);
        deviations = range.deviations(stats);
        if verdict == Verdict::Ng
            && let Some((factor, light)) = range.correction(stats)
        {
            if thresholds.verdict(rescore(relit(picture, factor))?) != Verdict::Ng {
                return Ok(Decision { verdict: Verdict::Unsure, deviations: vec![light] });
            }
            // The light does not explain the score.
            deviations.retain(is_soft);
        }
    }
    if let Some(position) = normal.position {
        deviations.extend(position.deviations(picture));
    }
    // Compression softens edges, too: where it accounts for the score, the focus is not the matter.
    if verdict == Verdict::Ng
        && deviations.iter().all(is_soft)
        && let Some(compressed) = normal.compression(compression, image_score, thresholds.image)
    {
        deviations = vec![compressed];
    }
    let verdict = if deviations.is_empty() { verdict } else { Verdict::Unsure };
    Ok(Decision { verdict, deviations })
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_vision::capture::NormalCompression;
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
        let capture = CaptureRange::of(&normal, NormalCompression::Never);
        let normal = NormalTaking { capture, ..NormalTaking::default() };
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
            let taken = Taken { picture: &picture, compression: None, area: None };
            let found = decide(limits, score, normal, taken, |_| Ok(corrected)).unwrap();
            assert_eq!((found.verdict, found.deviations.len()), (verdict, deviations), "{name}");
            // Without the light and focus of the normal pictures only the score decides.
            let nothing = NormalTaking::default();
            let blind = decide(limits, score, nothing, taken, |_| Ok(corrected)).unwrap();
            assert_eq!(blind.verdict, limits.verdict(score), "{name}");
        }
    }

    #[test]
    fn compression_makes_unsure_what_it_accounts_for() {
        let limits = Thresholds { unsure: 10.0, image: 20.0, pixel: 5.0 };
        let stats = [0.95, 1.0, 1.05].map(|light| CaptureStats::of(&plate(light), None));
        let of = |compression| NormalTaking {
            capture: CaptureRange::of(&stats, compression),
            compressed: Some(CompressedScores { fair: 1.2, strong: 1.4 }),
            ..NormalTaking::default()
        };
        let jpeg = |quality| NormalCompression::Jpeg(JpegQuality(quality));
        // Normal pictures, the picture's quality, its score, its verdict.
        let cases = [
            (NormalCompression::Never, Some(75), 23.0, Verdict::Unsure),
            (NormalCompression::Never, Some(75), 25.0, Verdict::Ng),
            (NormalCompression::Never, Some(50), 27.0, Verdict::Unsure),
            (NormalCompression::Never, Some(90), 21.0, Verdict::Ng),
            (NormalCompression::Never, None, 21.0, Verdict::Ng),
            (jpeg(70), Some(75), 21.0, Verdict::Ng),
            (jpeg(95), Some(75), 21.0, Verdict::Unsure),
            (NormalCompression::Never, Some(75), 8.0, Verdict::Ok),
        ];
        let picture = plate(1.0);
        for (normal, quality, score, verdict) in cases {
            let compression = quality.map(JpegQuality);
            let taken = Taken { picture: &picture, compression, area: None };
            let found = decide(limits, score, of(normal), taken, |_| Ok(score)).unwrap();
            assert_eq!(found.verdict, verdict, "{normal:?} {quality:?} {score}");
            let soft = image::imageops::blur(&picture, 1.0);
            let taken = Taken { picture: &soft, ..taken };
            let blurred = decide(limits, score, of(normal), taken, |_| Ok(score)).unwrap();
            assert_eq!(blurred.verdict, Verdict::Unsure);
            if verdict == Verdict::Unsure {
                assert_eq!(blurred.deviations, found.deviations, "said instead of the focus");
            }
            let says = found.deviations.contains(&CaptureDeviation::Compressed {
                quality: JpegQuality(quality.unwrap_or(100)),
            });
            assert_eq!(says, verdict == Verdict::Unsure);
        }
    }
}
