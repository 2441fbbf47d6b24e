//! What the dashboard shows: counts of inspections, and what each product has.

use serde::Serialize;

use crate::error::Result;
use crate::request::{JobContext, Request};
use fettle_domain::{
    DayCount, DefectCount, HistoryFilter, ImageLabel, Product, Rate, escape, overkill,
};
use fettle_library::LabelFilter;

/// Counts the inspections that the filter lets through.
#[derive(Debug, Clone, Default)]
pub struct StatisticsOf(pub HistoryFilter);

/// Counts of inspections. NG is what a person judged so, or else what the inspection said.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Statistics {
    /// Oldest day first.
    pub days: Vec<DayCount>,
    /// Of NG parts, most frequent first.
    pub defects: Vec<DefectCount>,
    /// How many inspections people judged.
    pub judged: usize,
    /// Of parts judged good, the share called NG.
    pub overkill: Option<Rate>,
    /// Of parts judged NG, the share called OK.
    pub escape: Option<Rate>,
    /// All products, whether they were inspected or not.
    pub products: Vec<ProductState>,
}

/// What there is of a product.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProductState {
    /// The product.
    pub product: Product,
    /// Inspections counted.
    pub parts: usize,
    /// Those that are NG.
    pub ng: usize,
    /// As in [`Statistics`].
    pub overkill: Option<Rate>,
    /// As in [`Statistics`].
    pub escape: Option<Rate>,
    /// Registered images of sound parts.
    pub normal_images: usize,
    /// Registered images of defects.
    pub defect_images: usize,
    /// Version of the bank in use, and when it was fitted, RFC 3339.
    pub bank: Option<(u32, String)>,
    /// Whether it has a manual.
    pub has_manual: bool,
}

impl Request for StatisticsOf {
    type Answer = Statistics;

    fn name(&self) -> &'static str {
        "statistics"
    }

    fn run(self, job: &JobContext) -> Result<Statistics> {
        let Self(filter) = self;
        job.shared.library(move |library| {
            let counts = library.history_counts(&filter)?;
            let mut products = Vec::new();
            for product in library.products()? {
                let code = &product.code;
                let images = library.images(Some(code), &LabelFilter::Any)?;
                let normal = images.iter().filter(|image| image.label == ImageLabel::Normal);
                let normal_images = normal.count();
                let days = counts.days.iter().filter(|day| day.product.as_ref() == Some(code));
                let judged = counts.judged.iter().filter(|one| one.product.as_ref() == Some(code));
                let bank = library.active_bank(code)?;
                products.push(ProductState {
                    parts: days.clone().map(|day| day.parts).sum(),
                    ng: days.map(|day| day.ng).sum(),
                    overkill: overkill(judged.clone()),
                    escape: escape(judged),
                    normal_images,
                    defect_images: images.len() - normal_images,
                    bank: bank.map(|bank| (bank.bank.version, bank.created_at)),
                    has_manual: !library.manuals(code)?.is_empty(),
                    product,
                });
            }
            Ok(Statistics {
                judged: counts.judged.iter().map(|one| one.count).sum(),
                overkill: overkill(&counts.judged),
                escape: escape(&counts.judged),
                days: counts.days,
                defects: counts.defects,
                products,
            })
        })
    }
}
