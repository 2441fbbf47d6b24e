//! Memory banks and the index of known defects.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::anomaly::{BankRefDto, ScaleDto, ThresholdsDto};
use super::bank_thresholds::ThresholdRuleDto;
use crate::extract::object_or_absent;
use fettle_engine::{BankState, BankVersion, IndexState};

/// A version of a product's memory bank.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Bank)]
pub(crate) struct BankDto {
    /// Which.
    pub(crate) bank: BankRefDto,
    /// Whether it is in force.
    pub(crate) active: bool,
    /// When it was fitted, RFC 3339.
    pub(crate) created_at: String,
    /// Its limits now.
    pub(crate) thresholds: ThresholdsDto,
    /// How many normal images it was fitted on.
    pub(crate) images: Option<usize>,
    /// The version that it extends.
    pub(crate) extends: Option<u32>,
}

impl From<&BankVersion> for BankDto {
    fn from(version: &BankVersion) -> Self {
        Self {
            bank: (&version.bank).into(),
            active: version.active,
            created_at: version.created_at.clone(),
            thresholds: version.thresholds.into(),
            images: version.images,
            extends: version.extends,
        }
    }
}

/// All versions of a product's memory bank.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct BankList {
    /// The versions, the oldest first.
    pub(crate) banks: Vec<BankDto>,
}

/// The bank that inspections use.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ActiveBank {
    /// Which.
    pub(crate) bank: BankRefDto,
    /// When it was fitted, RFC 3339.
    pub(crate) created_at: String,
    /// Its limits now.
    pub(crate) thresholds: ThresholdsDto,
    /// The scale of the product's heatmaps.
    pub(crate) scale: ScaleDto,
    /// Its rows.
    pub(crate) rows: usize,
    /// How many normal images it was fitted on.
    pub(crate) images: usize,
    /// How many of these were held out to set the limits.
    pub(crate) held_out: usize,
    /// Registered normal images that it was not fitted on.
    pub(crate) unseen_images: usize,
    /// Whether the part of the pictures that is inspected changed since the fit.
    pub(crate) area_changed: bool,
}

impl From<&BankState> for ActiveBank {
    fn from(state: &BankState) -> Self {
        Self {
            bank: (&state.bank).into(),
            created_at: state.created_at.clone(),
            thresholds: state.thresholds.into(),
            scale: state.scale.into(),
            rows: state.rows,
            images: state.images,
            held_out: state.held_out,
            unseen_images: state.unseen_images,
            area_changed: state.area_changed,
        }
    }
}

/// How a bank is fitted.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NewBank {
    /// Share of all patch embeddings that the bank keeps, above 0 and at most 1. Default: 0.02.
    #[schema(minimum = 0.0001, maximum = 1.0)]
    pub(crate) ratio: Option<f32>,
    /// Seed of the choice. Default: 0.
    #[schema(minimum = 0, maximum = 4_294_967_295_u64)]
    pub(crate) seed: Option<u32>,
    /// The rule that sets the limits. Default: that of the settings.
    #[serde(deserialize_with = "object_or_absent")]
    pub(crate) rule: Option<ThresholdRuleDto>,
}

/// The index of known defects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Index)]
pub(crate) struct IndexDto {
    /// The image embedder whose vectors it holds.
    pub(crate) model: Option<String>,
    /// How many images it knows.
    pub(crate) images: usize,
    /// How many it lacks, or has too many.
    pub(crate) behind: usize,
}

impl From<Option<IndexState>> for IndexDto {
    fn from(state: Option<IndexState>) -> Self {
        match state {
            None => Self { model: None, images: 0, behind: 0 },
            Some(IndexState { model, images, behind }) => {
                Self { model: Some(model.to_string()), images, behind }
            }
        }
    }
}
