//! Counts of inspections and products for the dashboard.

use serde::Serialize;

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{
    ActionFilter, ActionStage, CorrectiveAction, DayCount, DefectCount, HistoryFilter, HourCount,
    ImageLabel, LotCount, Product, Rate, Role, escape, looked_at_again, overkill,
};
use fettle_library::LabelFilter;

/// Counts the inspections that match the filter.
#[derive(Debug, Clone, Default)]
pub struct GetStatistics(pub HistoryFilter);

/// Counts of inspections. The user's judgement counts before the verdict of the inspection.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Statistics {
    /// Counts by day, oldest first.
    pub days: Vec<DayCount>,
    /// Counts of NG parts by defect, most frequent first.
    pub defects: Vec<DefectCount>,
    /// Counts by hour of the day.
    pub hours: Vec<HourCount>,
    /// Counts of the lots that were inspected last, the newest first.
    pub lots: Vec<LotCount>,
    /// Number of judged inspections.
    pub judged: usize,
    /// Number of parts that the inspection called unsure and a person judged.
    pub looked_at_again: usize,
    /// Rate of parts called NG among those judged good.
    pub overkill: Option<Rate>,
    /// Rate of parts called OK among those judged NG.
    pub escape: Option<Rate>,
    /// Number of corrective actions that are open, of any time.
    pub open_actions: usize,
    /// Those of them whose day has passed, the oldest first.
    pub overdue_actions: Vec<CorrectiveAction>,
    /// All products, inspected or not.
    pub products: Vec<ProductState>,
}

/// Counts and state of a product.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProductState {
    /// The product.
    pub product: Product,
    /// Number of inspections.
    pub parts: usize,
    /// Number of NG inspections.
    pub ng: usize,
    /// Number of unsure inspections.
    pub unsure: usize,
    /// As in [`Statistics`].
    pub looked_at_again: usize,
    /// As in [`Statistics`].
    pub overkill: Option<Rate>,
    /// As in [`Statistics`].
    pub escape: Option<Rate>,
    /// Number of registered normal images.
    pub normal_images: usize,
    /// Number of registered defect images.
    pub defect_images: usize,
    /// Version of the active bank and time of its fit, RFC 3339.
    pub bank: Option<(u32, String)>,
    /// Whether the product has a manual in force.
    pub has_manual: bool,
}

impl Request for GetStatistics {
    type Answer = Statistics;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "statistics"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Statistics> {
        let Self(filter) = self;
        let today = jiff::Zoned::now().date();
        job.library(move |library| {
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
                    ng: days.clone().map(|day| day.ng).sum(),
                    unsure: days.map(|day| day.unsure).sum(),
                    looked_at_again: looked_at_again(judged.clone()),
                    overkill: overkill(judged.clone()),
                    escape: escape(judged),
                    normal_images,
                    defect_images: images.len() - normal_images,
                    bank: bank.map(|bank| (bank.bank.version, bank.created_at)),
                    has_manual: !library.manuals(code)?.is_empty(),
                    product,
                });
            }
            let of_product =
                ActionFilter { product: filter.product.clone(), ..ActionFilter::default() };
            let mut open = library.corrective_actions(&of_product, usize::MAX)?;
            open.retain(|action| action.entry.stage() == ActionStage::Open);
            let open_actions = open.len();
            open.retain(|action| action.entry.is_overdue(today));
            open.sort_by_key(|action| action.entry.due);
            Ok(Statistics {
                open_actions,
                overdue_actions: open,
                judged: counts.judged.iter().map(|one| one.count).sum(),
                looked_at_again: looked_at_again(&counts.judged),
                overkill: overkill(&counts.judged),
                escape: escape(&counts.judged),
                days: counts.days,
                defects: counts.defects,
                hours: counts.hours,
                lots: counts.lots,
                products,
            })
        })
    }
}
