//! Scores, limits and regions.

use serde::Serialize;
use utoipa::ToSchema;

use super::search::Rect;
use super::verdict::VerdictDto;
use fettle_domain::{Anomaly, CaptureDeviation, Language, PixelScale, Region};
use fettle_i18n::Value;

/// The two limits of a bank, and that of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[schema(as = Thresholds)]
pub(crate) struct ThresholdsDto {
    /// Up to this image score a part is OK, above it unsure.
    pub(crate) unsure: f32,
    /// Above this image score a part is NG.
    pub(crate) image: f32,
    /// Up to this score a pixel is normal.
    pub(crate) pixel: f32,
}

impl From<fettle_domain::Thresholds> for ThresholdsDto {
    fn from(thresholds: fettle_domain::Thresholds) -> Self {
        let fettle_domain::Thresholds { unsure, image, pixel } = thresholds;
        Self { unsure, image, pixel }
    }
}

/// The memory bank that scored a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BankRef)]
pub(crate) struct BankRefDto {
    /// Its product.
    pub(crate) product: String,
    /// Its version among the product's fits, from 1.
    pub(crate) version: u32,
    /// The backbone whose features it holds.
    pub(crate) model: String,
}

impl From<&fettle_domain::BankRef> for BankRefDto {
    fn from(bank: &fettle_domain::BankRef) -> Self {
        Self {
            product: bank.product.to_string(),
            version: bank.version,
            model: bank.model.to_string(),
        }
    }
}

/// The scores at which a heatmap begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[schema(as = HeatmapScale)]
pub(crate) struct ScaleDto {
    /// The first colour.
    pub(crate) low: f32,
    /// The last colour.
    pub(crate) high: f32,
}

impl From<fettle_domain::HeatmapScale> for ScaleDto {
    fn from(fettle_domain::HeatmapScale { low, high }: fettle_domain::HeatmapScale) -> Self {
        Self { low, high }
    }
}

/// A connected region above the limit.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Region)]
pub(crate) struct RegionDto {
    /// Its bounding box in the inspected picture.
    pub(crate) rect: Rect,
    /// Its area in pixels.
    pub(crate) area_px: u32,
    /// Its longest extent in pixels; absent in old records.
    pub(crate) longest_px: Option<f32>,
    /// Its area in square millimetres, where the product had a scale.
    pub(crate) area_mm2: Option<f64>,
    /// Its longest extent in millimetres, where the product had a scale.
    pub(crate) longest_mm: Option<f64>,
    /// Its share of the part, 0 to 1.
    pub(crate) share: f32,
    /// Its highest score.
    pub(crate) peak_score: f32,
    /// Where it is in the part, as a stable key.
    #[schema(example = "place-upper-left")]
    pub(crate) place: String,
}

impl RegionDto {
    fn of(region: &Region, scale: Option<&PixelScale>) -> Self {
        let longest = region.longest_px.zip(scale);
        Self {
            rect: region.rect_in_image.into(),
            area_px: region.area_px,
            longest_px: region.longest_px,
            area_mm2: scale.map(|scale| scale.area(region.area_px.into()).0),
            longest_mm: longest.map(|(px, scale)| scale.length(px.into()).0),
            share: region.share,
            peak_score: region.peak_score,
            place: region.place.message_id().to_owned(),
        }
    }
}

/// A condition in which the normal pictures were not taken.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Deviation {
    /// Which, as a stable key.
    #[schema(example = "deviation-darker")]
    pub(crate) kind: String,
    /// How far: in percent, of a rotation in degrees, of a compression its quality.
    pub(crate) amount: f32,
}

impl From<&CaptureDeviation> for Deviation {
    fn from(deviation: &CaptureDeviation) -> Self {
        Self { kind: deviation.message_id().to_owned(), amount: deviation.amount() }
    }
}

/// The result of anomaly detection.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Anomaly)]
pub(crate) struct AnomalyDto {
    /// The verdict by the limits.
    pub(crate) verdict: VerdictDto,
    /// The image score.
    pub(crate) image_score: f32,
    /// The same with 0.5 at the first limit and 1 at the second.
    pub(crate) calibrated_score: f32,
    /// The limits in force at the time.
    pub(crate) thresholds: ThresholdsDto,
    /// The scale of the heatmap.
    pub(crate) scale: ScaleDto,
    /// The memory bank.
    pub(crate) bank: BankRefDto,
    /// Regions above the limit, the highest peak first.
    pub(crate) regions: Vec<RegionDto>,
    /// How the picture was taken otherwise than the normal ones.
    pub(crate) deviations: Vec<Deviation>,
    /// Where the nearest normal picture is, among the registered images.
    #[schema(example = "/api/v1/images/3/picture")]
    pub(crate) nearest_normal: Option<String>,
}

impl AnomalyDto {
    /// With sizes in millimetres where the picture has a scale.
    pub(crate) fn of(anomaly: &Anomaly, scale: Option<&PixelScale>) -> Self {
        let reference = anomaly.reference.as_ref();
        Self {
            verdict: anomaly.verdict.into(),
            image_score: anomaly.image_score,
            calibrated_score: anomaly.calibrated(),
            thresholds: anomaly.thresholds.into(),
            scale: anomaly.scale.into(),
            bank: (&anomaly.bank).into(),
            regions: anomaly.regions.iter().map(|region| RegionDto::of(region, scale)).collect(),
            deviations: anomaly.deviations.iter().map(Deviation::from).collect(),
            nearest_normal: reference.map(|one| format!("/api/v1/images/{}/picture", one.image)),
        }
    }
}

/// A deviation in words.
pub(crate) fn deviation_text(deviation: &CaptureDeviation, language: Language) -> String {
    let amount = Value::Number { value: deviation.amount().into(), digits: 0 };
    fettle_i18n::text_with(language, deviation.message_id(), &[("amount", amount)])
}
