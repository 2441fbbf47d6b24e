//! What normal images added to a bank would do, or did.

use std::path::Path;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::anomaly::{BankRefDto, ThresholdsDto};
use super::verdict::VerdictDto;
use fettle_domain::file_name_of;
use fettle_engine::{AddedImage, Backtest, ExtendedBank, VerdictChange};

/// Normal images for a bank, as a form.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form; the fields are read by name")]
#[serde(deny_unknown_fields)]
pub(crate) struct NewExtension {
    /// The pictures, or zips of them; may be given several times.
    #[schema(value_type = Vec<String>, format = Binary)]
    images: Vec<Vec<u8>>,
}

/// Whether the bank is extended.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Preview {
    /// Change nothing, and score past inspections with the extended bank instead. Default: false.
    pub(crate) preview: Option<bool>,
}

/// The `result` of an extension's job.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Extension {
    /// The new version; the active one where no image was new.
    pub(crate) bank: BankRefDto,
    /// The version that was extended.
    pub(crate) from: u32,
    /// New images, with the rows that each adds.
    pub(crate) added: Vec<AddedImageDto>,
    /// Names of images that the bank has already.
    pub(crate) known: Vec<String>,
    /// Names of files in zips that are no images.
    pub(crate) passed_over: Vec<String>,
    /// Rows of the extended bank.
    pub(crate) rows: usize,
    /// The limits before.
    pub(crate) thresholds_before: ThresholdsDto,
    /// The limits after.
    pub(crate) thresholds: ThresholdsDto,
    /// Past inspections with the extended bank; absent where the bank was extended.
    pub(crate) impact: Option<Impact>,
}

impl From<&ExtendedBank> for Extension {
    fn from(extended: &ExtendedBank) -> Self {
        Self {
            bank: (&extended.bank).into(),
            from: extended.from,
            added: extended.added.iter().map(AddedImageDto::from).collect(),
            known: extended.known.iter().map(|path| name(path)).collect(),
            passed_over: extended.passed_over.iter().map(|path| name(path)).collect(),
            rows: extended.rows,
            thresholds_before: extended.thresholds_before.into(),
            thresholds: extended.thresholds.into(),
            impact: extended.backtest.as_ref().map(Impact::from),
        }
    }
}

/// A new image of a bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AddedImage)]
pub(crate) struct AddedImageDto {
    /// Name of its file.
    pub(crate) file_name: String,
    /// Rows that it adds: patches that the bank did not cover.
    pub(crate) rows: usize,
}

impl From<&AddedImage> for AddedImageDto {
    fn from(image: &AddedImage) -> Self {
        Self { file_name: name(&image.path), rows: image.rows }
    }
}

/// Past inspections scored again.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Impact {
    /// How many were scored again.
    pub(crate) rescored: usize,
    /// Those whose picture is gone or cannot be read.
    pub(crate) unreadable: Vec<i64>,
    /// Those with another verdict, the newest first.
    pub(crate) changed: Vec<VerdictChangeDto>,
}

impl From<&Backtest> for Impact {
    fn from(backtest: &Backtest) -> Self {
        Self {
            rescored: backtest.rescored,
            unreadable: backtest.unreadable.iter().map(|id| id.0).collect(),
            changed: backtest.changed.iter().map(VerdictChangeDto::from).collect(),
        }
    }
}

/// An inspection with another verdict.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = VerdictChange)]
pub(crate) struct VerdictChangeDto {
    /// Its number.
    pub(crate) inspection: i64,
    /// When, RFC 3339 with offset.
    pub(crate) created_at: String,
    /// Name of the inspected file.
    pub(crate) file_name: String,
    /// The recorded verdict.
    pub(crate) before: VerdictDto,
    /// The verdict with the extended bank.
    pub(crate) after: VerdictDto,
    /// The recorded image score.
    pub(crate) score_before: f32,
    /// The image score with the extended bank.
    pub(crate) score_after: f32,
}

impl From<&VerdictChange> for VerdictChangeDto {
    fn from(change: &VerdictChange) -> Self {
        Self {
            inspection: change.inspection.0,
            created_at: change.created_at.clone(),
            file_name: file_name_of(&change.source).to_owned(),
            before: change.before.into(),
            after: change.after.into(),
            score_before: change.score_before,
            score_after: change.score_after,
        }
    }
}

/// The name of a file: where it lies concerns no caller.
fn name(path: &Path) -> String {
    file_name_of(&path.to_string_lossy()).to_owned()
}
