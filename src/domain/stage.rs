//! How a stage of an inspection ended.

use serde::{Deserialize, Serialize};

use super::{DefectCode, ModelId, ProductCode};

/// The outcome of one stage; the other stages run whatever the outcome of this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "result")]
pub enum Stage<T> {
    /// The stage ran.
    Done(T),
    /// The stage did not run, for want of something.
    Skipped(SkipReason),
    /// The stage ran into an error.
    Failed {
        /// What went wrong and what to do about it.
        message: String,
    },
}

impl<T> Stage<T> {
    /// The result of a stage that ran.
    pub fn done(&self) -> Option<&T> {
        match self {
            Self::Done(result) => Some(result),
            Self::Skipped(_) | Self::Failed { .. } => None,
        }
    }
}

/// Why a stage did not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum SkipReason {
    /// A model is not on this machine.
    NoModel {
        /// The missing model.
        model: ModelId,
    },
    /// No registered defect images are indexed.
    NoIndex,
    /// No product was given, and the nearest known defects did not agree on one.
    NoProduct,
    /// The product has no memory bank.
    NoBank {
        /// The product.
        product: ProductCode,
    },
    /// The product has no manual.
    NoManual {
        /// The product.
        product: ProductCode,
    },
    /// The manual has no section for this defect.
    NoSection {
        /// The defect.
        defect: DefectCode,
    },
    /// No defect is known or suggested.
    NoDefect,
    /// The part is OK, so there is nothing to correct.
    PartIsOk,
    /// No vision-language model is chosen; Fettle needs none.
    NoVisionChat,
    /// The stage was not requested.
    NotAsked,
}

impl SkipReason {
    /// The reason's part of message ids: `skip-<key>`.
    pub fn key(&self) -> &'static str {
        match self {
            Self::NoModel { .. } => "no-model",
            Self::NoIndex => "no-index",
            Self::NoProduct => "no-product",
            Self::NoBank { .. } => "no-bank",
            Self::NoManual { .. } => "no-manual",
            Self::NoSection { .. } => "no-section",
            Self::NoDefect => "no-defect",
            Self::PartIsOk => "part-is-ok",
            Self::NoVisionChat => "no-vision-chat",
            Self::NotAsked => "not-asked",
        }
    }

    /// Names and values of the message's variables.
    pub fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NoModel { model } => vec![("model", model.to_string())],
            Self::NoBank { product } | Self::NoManual { product } => {
                vec![("product", product.to_string())]
            }
            Self::NoSection { defect } => vec![("defect", defect.to_string())],
            Self::NoIndex
            | Self::NoProduct
            | Self::NoDefect
            | Self::PartIsOk
            | Self::NoVisionChat
            | Self::NotAsked => Vec::new(),
        }
    }
}
