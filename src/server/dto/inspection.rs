//! Inspections: what is asked, and the whole result.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::anomaly::AnomalyDto;
use super::judgement::JudgementDto;
use super::measured_line::MeasuredLineDto;
use super::picture::{PictureLink, pictures};
use super::report::{ManualFindingDto, PastActionDto, ReportDto};
use super::search::SimilarDefects;
use super::stage::StageDto;
use super::verdict::{ActionStateDto, VerdictDto};
use fettle_domain::Language;
use fettle_engine::RecordedInspection;

/// A picture to inspect, as a form.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form; the fields are read by name")]
#[serde(deny_unknown_fields)]
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
    /// Millimetres of a pixel of the picture, where the product had a scale.
    pub(crate) mm_per_px: Option<f64>,
    /// Lines that a person measured in the picture.
    pub(crate) measured: Vec<MeasuredLineDto>,
    /// Where its pictures are, by kind.
    pub(crate) pictures: Vec<PictureLink>,
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
            anomaly: StageDto::of(&inspection.anomaly, language, |anomaly| {
                AnomalyDto::of(anomaly, inspection.measurements.scale.as_ref())
            }),
            manual: StageDto::of(&inspection.manual, language, |finding| {
                ManualFindingDto::of(finding, row.id)
            }),
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
            mm_per_px: inspection.measurements.scale.as_ref().map(|scale| scale.mm_per_px),
            measured: MeasuredLineDto::all_of(&inspection.measurements),
            pictures: pictures(row.id.0, anomaly.is_some(), reference.is_some()),
        }
    }
}
