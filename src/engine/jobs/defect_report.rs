//! What the manual says to do about a known defect, as a report, without a part at hand.

use serde::Serialize;

use super::inspect::{find_section, stage_of, write_report};
use crate::error::Result;
use crate::request::{JobContext, Request, Stopwatch};
use fettle_domain::{DefectCode, ManualFinding, ProductCode, Report, Stage};

/// Writes the reports on a product's defect types.
#[derive(Debug, Clone)]
pub struct ReportDefects {
    /// The product.
    pub product: ProductCode,
    /// Only on this one.
    pub defect: Option<DefectCode>,
    /// Whether the language model words them.
    pub with_llm: bool,
}

/// The report on one defect type.
#[derive(Debug, Clone, Serialize)]
pub struct DefectReport {
    /// The defect type.
    pub defect: DefectCode,
    /// What the manual says about it.
    pub manual: Stage<ManualFinding>,
    /// The report; as the manual's stage where that found nothing. Nothing was measured, and its
    /// situation says so.
    pub report: Stage<Report>,
    /// What became of manuals that somebody changed, and why the model that was asked had no part
    /// in it.
    pub notice: Option<String>,
}

impl Request for ReportDefects {
    type Answer = Vec<DefectReport>;

    fn name(&self) -> &'static str {
        "report-defects"
    }

    fn run(self, job: &JobContext) -> Result<Vec<DefectReport>> {
        super::catalogue::require_product(job, &self.product)?;
        let (product, only) = (self.product.clone(), self.defect.clone());
        let defects = job.shared.library(move |library| match only {
            Some(defect) => Ok(vec![library.defect_type(&product, &defect)?]),
            None => library.defect_types(&product),
        })?;
        let total = defects.len() as u64;
        let mut reports = Vec::new();
        for (done, defect) in (0..).zip(defects) {
            job.check()?;
            job.report("progress-report", defect.code.as_str(), done, total);
            let mut notices = Vec::new();
            let manual = match find_section(job, &defect, &mut notices) {
                Ok(found) => found,
                Err(error) => stage_of(job, error)?,
            };
            let watch = &mut Stopwatch::default();
            let known = fettle_i18n::text_with(
                job.shared.language_of_text(),
                "situation-known-defect",
                &[("defect", defect.full_name.clone().into())],
            );
            let (report, wrote) = write_report(job, &manual, vec![known], self.with_llm, watch)?;
            notices.extend(wrote.and_then(|(_, notice)| notice));
            let notice = (!notices.is_empty()).then(|| notices.join(" "));
            reports.push(DefectReport { defect: defect.code, manual, report, notice });
        }
        Ok(reports)
    }
}
