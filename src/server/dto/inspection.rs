//! Inspections: the whole result, rows of the history, and what is asked of both.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::report::{ManualFindingDto, PastActionDto, ReportDto};
use super::search::{Rect, SimilarDefects};
use super::stage::StageDto;
use super::verdict::{ActionStateDto, ReviewDto, VerdictDto};
use fettle_domain::{
    Anomaly, CaptureDeviation, InspectionPage, InspectionRow, Judgement, Language, Region,
};
use fettle_engine::RecordedInspection;
use fettle_i18n::Value;

/// A picture to inspect, as a form.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form; the fields are read by name")]
pub(crate) struct NewInspection {
    /// The picture: JPEG, PNG, BMP, TIFF or WebP.
    #[schema(value_type = String, format = Binary)]
    image: Vec<u8>,
    /// The product. Default: the one that the nearest known defects vote for.
    #[schema(example = "prod1")]
    product: Option<String>,
    /// Whether a language model orders the report: `true` or `false`. Default: `false`.
    model: Option<bool>,
}

/// How long to wait for the result.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wait {
    /// Seconds to wait before the answer is a job, 0 to 300. Default: 30.
    #[param(minimum = 0, maximum = 300)]
    pub(crate) wait: Option<u32>,
}

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

/// A connected region above the limit.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Region)]
pub(crate) struct RegionDto {
    /// Its bounding box in the inspected picture.
    pub(crate) rect: Rect,
    /// Its area in pixels.
    pub(crate) area_px: u32,
    /// Its share of the part, 0 to 1.
    pub(crate) share: f32,
    /// Its highest score.
    pub(crate) peak_score: f32,
    /// Where it is in the part, as a stable key.
    #[schema(example = "place-upper-left")]
    pub(crate) place: String,
}

impl From<&Region> for RegionDto {
    fn from(region: &Region) -> Self {
        Self {
            rect: region.rect_in_image.into(),
            area_px: region.area_px,
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

impl From<&Anomaly> for AnomalyDto {
    fn from(anomaly: &Anomaly) -> Self {
        let reference = anomaly.reference.as_ref();
        Self {
            verdict: anomaly.verdict.into(),
            image_score: anomaly.image_score,
            calibrated_score: anomaly.calibrated(),
            thresholds: anomaly.thresholds.into(),
            scale: ScaleDto { low: anomaly.scale.low, high: anomaly.scale.high },
            bank: (&anomaly.bank).into(),
            regions: anomaly.regions.iter().map(RegionDto::from).collect(),
            deviations: anomaly.deviations.iter().map(Deviation::from).collect(),
            nearest_normal: reference.map(|one| format!("/api/v1/images/{}/picture", one.image)),
        }
    }
}

/// A person's judgement of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Judgement)]
pub(crate) struct JudgementDto {
    /// The true verdict.
    pub(crate) verdict: VerdictDto,
    /// The defect, where the person named one.
    pub(crate) defect: Option<String>,
    /// A remark.
    pub(crate) note: String,
    /// Who.
    pub(crate) by: String,
    /// When, RFC 3339.
    pub(crate) at: String,
}

impl From<&Judgement> for JudgementDto {
    fn from(judgement: &Judgement) -> Self {
        Self {
            verdict: judgement.opinion.verdict.into(),
            defect: judgement.opinion.defect.as_ref().map(ToString::to_string),
            note: judgement.opinion.note.clone(),
            by: judgement.by.clone(),
            at: judgement.at.clone(),
        }
    }
}

/// A judgement to make.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"verdict": "ng", "defect": "hole", "note": "at the rim"}))]
pub(crate) struct NewJudgement {
    /// The true verdict.
    pub(crate) verdict: VerdictDto,
    /// The defect.
    pub(crate) defect: Option<String>,
    /// A remark.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub(crate) note: String,
}

/// A new state of the corrective action.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewActionState {
    /// The state.
    pub(crate) state: ActionStateDto,
}

/// The duration of one step.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Timing)]
pub(crate) struct TimingDto {
    /// The step.
    #[schema(example = "similarity.embed")]
    pub(crate) name: String,
    /// Milliseconds.
    pub(crate) ms: f64,
}

/// The complete result of one inspection.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Inspection)]
pub(crate) struct InspectionDto {
    /// Its number.
    #[schema(example = 42)]
    pub(crate) id: i64,
    /// When, RFC 3339 with offset.
    pub(crate) created_at: String,
    /// Name of the inspected file.
    pub(crate) file_name: String,
    /// SHA-256 of the file's bytes.
    pub(crate) image_hash: String,
    /// Width of the picture in pixels.
    pub(crate) width_px: u32,
    /// Height of the picture in pixels.
    pub(crate) height_px: u32,
    /// The product: given, or voted by the nearest known defects.
    pub(crate) product: Option<String>,
    /// The machine's verdict.
    pub(crate) verdict: VerdictDto,
    /// A person's judgement, which stands beside the machine's verdict.
    pub(crate) judgement: Option<JudgementDto>,
    /// State of the corrective action; absent where none is required.
    pub(crate) action: Option<ActionStateDto>,
    /// The defect: a person's, else the one found.
    pub(crate) defect: Option<String>,
    /// Known defects that look alike.
    pub(crate) similarity: StageDto<SimilarDefects>,
    /// Score, limits and regions.
    pub(crate) anomaly: StageDto<AnomalyDto>,
    /// The manual's section about the defect.
    pub(crate) manual: StageDto<ManualFindingDto>,
    /// What to do.
    pub(crate) report: StageDto<ReportDto>,
    /// What was done last time about the defect, the newest first.
    pub(crate) past_actions: Vec<PastActionDto>,
    /// What the inspection had to do without, and why.
    pub(crate) notices: Vec<String>,
    /// The models used.
    pub(crate) models: Vec<String>,
    /// Durations of the steps.
    pub(crate) timings: Vec<TimingDto>,
    /// Where its pictures are, by kind.
    pub(crate) pictures: Vec<PictureLink>,
}

/// Where a picture of an inspection is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct PictureLink {
    /// What it shows.
    pub(crate) kind: PictureKind,
    /// Where it is.
    #[schema(example = "/api/v1/inspections/42/pictures/overlay")]
    pub(crate) href: String,
}

/// The pictures of an inspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PictureKind {
    /// The inspected part.
    Part,
    /// The anomaly map in colours.
    Heatmap,
    /// The heatmap over the part.
    Overlay,
    /// 255 where a pixel is above the limit.
    Mask,
    /// Part, nearest normal part and overlay side by side.
    Comparison,
    /// The nearest normal part, registered to the part.
    Reference,
    /// The difference between both.
    Difference,
}

impl PictureKind {
    const ALL: [Self; 7] = [
        Self::Part,
        Self::Heatmap,
        Self::Overlay,
        Self::Mask,
        Self::Comparison,
        Self::Reference,
        Self::Difference,
    ];

    /// Its name in addresses.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Part => "part",
            Self::Heatmap => "heatmap",
            Self::Overlay => "overlay",
            Self::Mask => "mask",
            Self::Comparison => "comparison",
            Self::Reference => "reference",
            Self::Difference => "difference",
        }
    }
}

/// The pictures that an inspection has: all where it was scored, else the part's.
fn pictures(id: i64, is_scored: bool, has_reference: bool) -> Vec<PictureLink> {
    let exists = |kind: &PictureKind| match kind {
        PictureKind::Part => true,
        PictureKind::Reference | PictureKind::Difference => has_reference,
        _ => is_scored,
    };
    let link = |kind: PictureKind| PictureLink {
        kind,
        href: format!("/api/v1/inspections/{id}/pictures/{}", kind.name()),
    };
    PictureKind::ALL.into_iter().filter(exists).map(link).collect()
}

impl InspectionDto {
    /// The record, with words in `language` where it has none of its own.
    pub(crate) fn of(record: &RecordedInspection, language: Language) -> Self {
        let RecordedInspection { inspection, row, judgement, .. } = record;
        let anomaly = inspection.anomaly.done();
        let reference = anomaly.and_then(|anomaly| anomaly.reference.as_ref());
        Self {
            id: row.id.0,
            created_at: inspection.created_at.clone(),
            file_name: inspection.file_name().to_owned(),
            image_hash: inspection.image_hash.to_string(),
            width_px: inspection.width_px,
            height_px: inspection.height_px,
            product: inspection.product.as_ref().map(ToString::to_string),
            verdict: inspection.verdict.into(),
            judgement: judgement.as_ref().map(JudgementDto::from),
            action: row.required_action().map(ActionStateDto::from),
            defect: row.defect.as_ref().map(ToString::to_string),
            similarity: StageDto::of(&inspection.similarity, language, SimilarDefects::from),
            anomaly: StageDto::of(&inspection.anomaly, language, AnomalyDto::from),
            manual: StageDto::of(&inspection.manual, language, ManualFindingDto::from),
            report: StageDto::of(&inspection.report, language, ReportDto::from),
            past_actions: inspection
                .past_actions
                .iter()
                .map(|past| PastActionDto::of(past, language))
                .collect(),
            notices: inspection.notices.clone(),
            models: inspection.models.iter().map(ToString::to_string).collect(),
            timings: inspection
                .timings
                .iter()
                .map(|timing| TimingDto { name: timing.name.clone(), ms: timing.ms })
                .collect(),
            pictures: pictures(row.id.0, anomaly.is_some(), reference.is_some()),
        }
    }
}

/// An inspection in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct InspectionSummary {
    /// Its number.
    pub(crate) id: i64,
    /// When, RFC 3339 with offset.
    pub(crate) created_at: String,
    /// Name of the inspected file.
    pub(crate) file_name: String,
    /// The product.
    pub(crate) product: Option<String>,
    /// The defect: a person's, else the one found.
    pub(crate) defect: Option<String>,
    /// The machine's verdict.
    pub(crate) verdict: VerdictDto,
    /// A person's verdict.
    pub(crate) judged: Option<VerdictDto>,
    /// The image score.
    pub(crate) image_score: Option<f32>,
    /// State of the corrective action; absent where none is required.
    pub(crate) action: Option<ActionStateDto>,
    /// Where the whole result is.
    #[schema(example = "/api/v1/inspections/42")]
    pub(crate) href: String,
}

impl From<&InspectionRow> for InspectionSummary {
    fn from(row: &InspectionRow) -> Self {
        Self {
            id: row.id.0,
            created_at: row.created_at.clone(),
            file_name: row.file_name().to_owned(),
            product: row.product.as_ref().map(ToString::to_string),
            defect: row.defect.as_ref().map(ToString::to_string),
            verdict: row.verdict.into(),
            judged: row.judged.map(VerdictDto::from),
            image_score: row.image_score,
            action: row.required_action().map(ActionStateDto::from),
            href: format!("/api/v1/inspections/{}", row.id),
        }
    }
}

/// A page of a list, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct InspectionList {
    /// The inspections.
    pub(crate) inspections: Vec<InspectionSummary>,
    /// How many the filter selects.
    pub(crate) total: usize,
    /// Where the next page is; absent on the last.
    pub(crate) next: Option<String>,
}

impl InspectionList {
    /// The page; `next` makes the address of the one that begins with a cursor.
    pub(crate) fn of(page: &InspectionPage, next: impl FnOnce(usize) -> String) -> Self {
        let end = page.skip + page.rows.len();
        let is_last = page.rows.is_empty() || end >= page.total;
        Self {
            inspections: page.rows.iter().map(InspectionSummary::from).collect(),
            total: page.total,
            next: (!is_last).then(|| next(end)),
        }
    }
}

/// Which inspections to list: those of History.
#[derive(Debug, Clone, Default, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct InspectionQuery {
    /// Of this product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) product: Option<String>,
    /// With this defect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) defect: Option<String>,
    /// With this verdict: a person's where there is one, else the machine's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub(crate) verdict: Option<VerdictDto>,
    /// With this text in the file's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    /// At this time or later, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(example = "2026-11-30T00:00:00Z")]
    pub(crate) since: Option<String>,
    /// Before this time, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<String>,
    /// With a required corrective action in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub(crate) action: Option<ActionStateDto>,
    /// That nobody judged, or whose verdict a person confirmed or overruled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub(crate) review: Option<ReviewDto>,
    /// Also inspections of parts that were inspected again later. Default: each part once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) repeated: Option<bool>,
    /// How many on a page, 1 to 500. Default: 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u32>,
    /// Where the page begins: from `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cursor: Option<String>,
}

/// How the map of scores is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MapForm {
    /// 16-bit PNG; the headers `Fettle-Map-Low` and `Fettle-Map-High` are the scores of 0 and 65535.
    #[default]
    Png,
    /// `NumPy` array of 32-bit floats.
    Npy,
}

/// How the map of scores is wanted.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct MapQuery {
    /// The form. Default: `png`.
    #[param(inline)]
    pub(crate) form: Option<MapForm>,
}

/// A deviation in words.
pub(crate) fn deviation_text(deviation: &CaptureDeviation, language: Language) -> String {
    let amount = Value::Number { value: deviation.amount().into(), digits: 0 };
    fettle_i18n::text_with(language, deviation.message_id(), &[("amount", amount)])
}
