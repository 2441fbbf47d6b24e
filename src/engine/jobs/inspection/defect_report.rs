//! Reports on defect types from the manual, without an inspection.

use serde::Serialize;

use super::manual_section::find_section;
use super::model_answers::{ModelPart, OnText};
use super::report::report_stage;
use super::stage::failed_stage;
use crate::error::Result;
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::{JobContext, Request, Stopwatch};
use fettle_domain::{DefectCode, ManualFinding, ModelRole, ProductCode, Report, Role, Stage};
use fettle_settings::Settings;

/// Writes reports on the defect types of a product.
#[derive(Debug, Clone)]
pub struct ReportDefects {
    /// The product.
    pub product: ProductCode,
    /// Only this defect type; `None`: all.
    pub defect: Option<DefectCode>,
    /// Whether the language model orders the reports.
    pub with_llm: bool,
    /// Whether the language model also writes: sentences of its own, or translations of a manual in
    /// another language. `None`: as the settings say.
    pub model_text: Option<bool>,
}

/// The report on a defect type.
#[derive(Debug, Clone, Serialize)]
pub struct DefectReport {
    /// The defect type.
    pub defect: DefectCode,
    /// The section of the manual.
    pub manual: Stage<ManualFinding>,
    /// The report, which says that nothing was measured; skipped or failed like `manual`.
    pub report: Stage<Report>,
    /// What happened to manual files changed meanwhile, what a reader has to know of the manual,
    /// and why the language model has no part in the report.
    pub notice: Option<String>,
}

impl Request for ReportDefects {
    type Answer = Vec<DefectReport>;
    /// A piece of a report as the model writes it.
    type Event = String;

    fn name(&self) -> &'static str {
        "report-defects"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn may_wait_for_server(&self, settings: &Settings) -> bool {
        self.with_llm && settings.remote.contains_key(&ModelRole::Chat)
    }

    fn run(self, job: &JobContext<String>) -> Result<Vec<DefectReport>> {
        let events = job.events.clone();
        let job = &job.with_unheard_events();
        require_product(job, &self.product)?;
        let (product, only) = (self.product.clone(), self.defect.clone());
        let defects = job.library(move |library| match only {
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
                Err(error) => failed_stage(job, error)?,
            };
            let watch = &mut Stopwatch::default();
            let known = fettle_i18n::text_with(
                job.shared.report_language(),
                "situation-known-defect",
                &[("defect", defect.full_name.clone().into())],
            );
            let asked = self.with_llm.then(|| {
                let events = events.clone();
                let on_text: OnText = Box::new(move |piece| events.send(piece.to_owned()));
                let writes = self.model_text.unwrap_or(job.shared.settings().model_text);
                ModelPart { on_text, writes }
            });
            let (report, wording) = report_stage(job, &manual, &[known], asked, watch)?;
            notices.extend(wording.notice);
            let notice = (!notices.is_empty()).then(|| notices.join(" "));
            reports.push(DefectReport { defect: defect.code, manual, report, notice });
        }
        Ok(reports)
    }
}
