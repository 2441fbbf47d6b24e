//! The limits of a bank, the rule that set them, and how often they are wrong.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::anomaly::{BankRefDto, ScaleDto, ThresholdsDto};
use super::statistics::RateDto;
use fettle_domain::{Histogram, ThresholdRule};
use fettle_engine::{BankStatistics, Rates, Rethresholded};

/// The rule that sets the limit of NG; that of *unsure* follows from known defects.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "rule", deny_unknown_fields)]
#[schema(as = ThresholdRule, example = json!({"rule": "max_overkill", "rate": 0.005}))]
pub(crate) enum ThresholdRuleDto {
    /// The lowest limit with at most so much overkill expected.
    #[schema(title = "MaxOverkill")]
    MaxOverkill {
        /// Share of good parts called NG, above 0 and below 1.
        #[schema(exclusive_minimum = 0.0, exclusive_maximum = 1.0)]
        rate: f64,
    },
    /// The highest limit with at most so much escape expected; needs known defects.
    #[schema(title = "MaxEscape")]
    MaxEscape {
        /// Share of defective parts called OK, above 0 and below 1.
        #[schema(exclusive_minimum = 0.0, exclusive_maximum = 1.0)]
        rate: f64,
    },
    /// The score below which so many of the held-out normal images lie.
    #[schema(title = "Quantile")]
    Quantile {
        /// Share of the images, 0 to 1.
        #[schema(minimum = 0.0, maximum = 1.0)]
        share: f64,
    },
    /// The limit with the lowest expected cost; needs known defects.
    #[schema(title = "Cost")]
    Cost {
        /// Cost of a defective part called OK.
        #[schema(exclusive_minimum = 0.0)]
        escape: f64,
        /// Cost of a good part called NG, in the same unit.
        #[schema(exclusive_minimum = 0.0)]
        overkill: f64,
        /// Share of defective parts in production, above 0 and below 1.
        #[schema(exclusive_minimum = 0.0, exclusive_maximum = 1.0)]
        prevalence: f64,
    },
    /// Limits given by a person.
    #[schema(title = "ManualLimits")]
    Manual {
        /// Up to this image score a part is OK, at most `image`; absent: from the scores.
        unsure: Option<f32>,
        /// Above this image score a part is NG.
        image: f32,
        /// Up to this score a pixel is normal; absent: from the held-out normal images.
        pixel: Option<f32>,
    },
}

impl From<ThresholdRuleDto> for ThresholdRule {
    fn from(rule: ThresholdRuleDto) -> Self {
        match rule {
            ThresholdRuleDto::MaxOverkill { rate } => Self::MaxOverkill { rate },
            ThresholdRuleDto::MaxEscape { rate } => Self::MaxEscape { rate },
            ThresholdRuleDto::Quantile { share } => Self::Quantile { share },
            ThresholdRuleDto::Cost { escape, overkill, prevalence } => {
                Self::Cost { escape, overkill, prevalence }
            }
            ThresholdRuleDto::Manual { unsure, image, pixel } => {
                Self::Manual { unsure, image, pixel }
            }
        }
    }
}

impl From<ThresholdRule> for ThresholdRuleDto {
    fn from(rule: ThresholdRule) -> Self {
        match rule {
            ThresholdRule::MaxOverkill { rate } => Self::MaxOverkill { rate },
            ThresholdRule::MaxEscape { rate } => Self::MaxEscape { rate },
            ThresholdRule::Quantile { share } => Self::Quantile { share },
            ThresholdRule::Cost { escape, overkill, prevalence } => {
                Self::Cost { escape, overkill, prevalence }
            }
            ThresholdRule::Manual { unsure, image, pixel } => Self::Manual { unsure, image, pixel },
        }
    }
}

/// How often limits are wrong or unsure.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = LimitRates)]
pub(crate) struct LimitRatesDto {
    /// Held-out normal images called NG.
    pub(crate) overkill: RateDto,
    /// Share of further good parts expected to be called NG.
    pub(crate) expected_overkill: f64,
    /// Known defects called OK; absent without known defects.
    pub(crate) escape: Option<RateDto>,
    /// Share of further defective parts expected to be called OK.
    pub(crate) expected_escape: Option<f64>,
    /// Held-out normal images between the limits.
    pub(crate) unsure_normals: RateDto,
    /// Known defects between the limits; absent without known defects.
    pub(crate) unsure_known: Option<RateDto>,
}

impl From<&Rates> for LimitRatesDto {
    fn from(rates: &Rates) -> Self {
        Self {
            overkill: rates.overkill.into(),
            expected_overkill: rates.expected_overkill,
            escape: rates.escape.map(RateDto::from),
            expected_escape: rates.expected_escape,
            unsure_normals: rates.unsure_normals.into(),
            unsure_known: rates.unsure_known.map(RateDto::from),
        }
    }
}

/// How many images have which scores.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Histogram)]
pub(crate) struct HistogramDto {
    /// The lower end of the first bin.
    pub(crate) low: f64,
    /// The width of a bin.
    pub(crate) step: f64,
    /// Normal images in each bin.
    pub(crate) normal: Vec<usize>,
    /// Defective images in each bin.
    pub(crate) defective: Vec<usize>,
}

impl From<&Histogram> for HistogramDto {
    fn from(histogram: &Histogram) -> Self {
        let Histogram { low, step, normal, defective } = histogram.clone();
        Self { low, step, normal, defective }
    }
}

/// The limits of the bank in force, and the scores behind them.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct BankThresholds {
    /// The bank.
    pub(crate) bank: BankRefDto,
    /// The limits.
    pub(crate) thresholds: ThresholdsDto,
    /// The scale of the product's heatmaps.
    pub(crate) scale: ScaleDto,
    /// The rule that set them.
    pub(crate) rule: ThresholdRuleDto,
    /// Changes since the fit, each of which can be undone.
    pub(crate) changes: usize,
    /// How often they are wrong.
    pub(crate) rates: LimitRatesDto,
    /// The scores of normal and defective images; absent without any.
    pub(crate) histogram: Option<HistogramDto>,
}

impl From<&BankStatistics> for BankThresholds {
    fn from(found: &BankStatistics) -> Self {
        Self {
            bank: (&found.bank).into(),
            thresholds: found.thresholds.into(),
            scale: found.scale.into(),
            rule: found.rule.into(),
            changes: found.changes,
            rates: (&found.rates).into(),
            histogram: found.histogram.as_ref().map(HistogramDto::from),
        }
    }
}

/// Limits that were changed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ChangedThresholds {
    /// The bank.
    pub(crate) bank: BankRefDto,
    /// The limits before.
    pub(crate) before: ThresholdsDto,
    /// The limits now.
    pub(crate) thresholds: ThresholdsDto,
    /// The scale of the product's heatmaps, which follows the limits.
    pub(crate) scale: ScaleDto,
    /// How often they are wrong.
    pub(crate) rates: LimitRatesDto,
}

impl From<&Rethresholded> for ChangedThresholds {
    fn from(changed: &Rethresholded) -> Self {
        Self {
            bank: (&changed.bank).into(),
            before: changed.before.into(),
            thresholds: changed.thresholds.into(),
            scale: changed.scale.into(),
            rates: (&changed.rates).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_as_it_is_written_and_nothing_beside_it() {
        // A rule as callers send it, and whether it is one.
        let cases = [
            (r#"{"rule": "max_overkill", "rate": 0.005}"#, true),
            (r#"{"rule": "quantile", "share": 1}"#, true),
            (r#"{"rule": "cost", "escape": 100, "overkill": 1, "prevalence": 0.01}"#, true),
            (r#"{"rule": "manual", "image": 2.5}"#, true),
            (r#"{"rule": "manual", "unsure": 1, "image": 2.5, "pixel": 3}"#, true),
            (r#"{"rule": "manual", "unsure": 1}"#, false),
            (r#"{"rule": "quantile", "share": 1, "rate": 1}"#, false),
            (r#"{"rule": "cost", "escape": 100, "overkill": 1}"#, false),
            (r#"{"rate": 0.005}"#, false),
            (r#"{"rule": "best"}"#, false),
        ];
        for (text, is_rule) in cases {
            let read: Result<ThresholdRuleDto, _> = serde_json::from_str(text);
            assert_eq!(read.is_ok(), is_rule, "{text}: {read:?}");
            let Ok(read) = read else { continue };
            let kept = ThresholdRuleDto::from(ThresholdRule::from(read));
            assert_eq!(kept, read);
            let mut said = serde_json::to_value(kept).unwrap();
            said.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            let sent: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(said["rule"], sent["rule"]);
            assert_eq!(said.as_object().unwrap().len(), sent.as_object().unwrap().len());
        }
    }
}
