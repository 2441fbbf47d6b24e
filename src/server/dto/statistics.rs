//! Counts and rates of inspections.

use serde::Serialize;
use utoipa::ToSchema;

use fettle_domain::Rate;
use fettle_engine::{ProductState, Statistics};

/// A share with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[schema(as = Rate)]
pub(crate) struct RateDto {
    /// How often.
    pub(crate) events: usize,
    /// Of how many.
    pub(crate) trials: usize,
    /// Lower end of the interval, 0 to 1.
    pub(crate) low: f64,
    /// Upper end of the interval, 0 to 1.
    pub(crate) high: f64,
}

impl From<Rate> for RateDto {
    fn from(Rate { events, trials, low, high }: Rate) -> Self {
        Self { events, trials, low, high }
    }
}

/// Inspections of one product on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DayCount)]
pub(crate) struct DayCountDto {
    /// Local date.
    #[schema(example = "2026-11-30")]
    pub(crate) day: String,
    /// The product.
    pub(crate) product: Option<String>,
    /// Number of inspections.
    pub(crate) parts: usize,
    /// Number of NG ones.
    pub(crate) ng: usize,
    /// Number of unsure ones.
    pub(crate) unsure: usize,
}

/// How often a defect occurred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DefectCount)]
pub(crate) struct DefectCountDto {
    /// The product.
    pub(crate) product: Option<String>,
    /// The defect; absent where it is unknown.
    pub(crate) defect: Option<String>,
    /// Number of inspections.
    pub(crate) count: usize,
}

/// A product's counts.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ProductStatistics)]
pub(crate) struct ProductStatisticsDto {
    /// The product.
    pub(crate) product: String,
    /// Number of inspections.
    pub(crate) parts: usize,
    /// Number of NG ones.
    pub(crate) ng: usize,
    /// Number of unsure ones.
    pub(crate) unsure: usize,
    /// Share of good parts called NG.
    pub(crate) overkill: Option<RateDto>,
    /// Share of bad parts called OK.
    pub(crate) escape: Option<RateDto>,
}

impl From<&ProductState> for ProductStatisticsDto {
    fn from(state: &ProductState) -> Self {
        Self {
            product: state.product.code.to_string(),
            parts: state.parts,
            ng: state.ng,
            unsure: state.unsure,
            overkill: state.overkill.map(RateDto::from),
            escape: state.escape.map(RateDto::from),
        }
    }
}

/// Counts and rates.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Statistics)]
pub(crate) struct StatisticsDto {
    /// By day and product.
    pub(crate) days: Vec<DayCountDto>,
    /// By defect, the most frequent first.
    pub(crate) defects: Vec<DefectCountDto>,
    /// Parts that a person judged.
    pub(crate) judged: usize,
    /// Unsure parts that a person judged.
    pub(crate) looked_at_again: usize,
    /// Share of good parts called NG.
    pub(crate) overkill: Option<RateDto>,
    /// Share of bad parts called OK.
    pub(crate) escape: Option<RateDto>,
    /// Corrective actions not done yet.
    pub(crate) open_actions: usize,
    /// By product.
    pub(crate) products: Vec<ProductStatisticsDto>,
}

impl From<&Statistics> for StatisticsDto {
    fn from(found: &Statistics) -> Self {
        Self {
            days: found
                .days
                .iter()
                .map(|day| DayCountDto {
                    day: day.day.clone(),
                    product: day.product.as_ref().map(ToString::to_string),
                    parts: day.parts,
                    ng: day.ng,
                    unsure: day.unsure,
                })
                .collect(),
            defects: found
                .defects
                .iter()
                .map(|one| DefectCountDto {
                    product: one.product.as_ref().map(ToString::to_string),
                    defect: one.defect.as_ref().map(ToString::to_string),
                    count: one.count,
                })
                .collect(),
            judged: found.judged,
            looked_at_again: found.looked_at_again,
            overkill: found.overkill.map(RateDto::from),
            escape: found.escape.map(RateDto::from),
            open_actions: found.open_actions,
            products: found.products.iter().map(ProductStatisticsDto::from).collect(),
        }
    }
}
