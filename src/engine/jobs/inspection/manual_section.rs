//! The manual stage: the section of the product's manual about the defect.

use crate::error::Result;
use crate::jobs::manual::in_force::refresh_manuals;
use crate::jobs::manual::manual_text::manual_text;
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::{
    DefectType, ManualFinding, OtherSection, ProductCode, SkipReason, Stage, Suggestion, Verdict,
};

/// Looks up the suggested defect in the manuals of `product`; an OK part needs no section.
pub(super) fn manual_stage(
    job: &JobContext,
    product: Option<&ProductCode>,
    suggestion: Option<&Suggestion>,
    verdict: Verdict,
    (watch, notices): (&mut Stopwatch, &mut Vec<String>),
) -> Result<Stage<ManualFinding>> {
    if verdict == Verdict::Ok {
        return Ok(Stage::Skipped(SkipReason::PartIsOk));
    }
    let Some(product) = product else { return Ok(Stage::Skipped(SkipReason::NoProduct)) };
    let suggestion = suggestion.filter(|suggestion| suggestion.product == *product);
    let Some(defect) = suggestion.and_then(|suggestion| suggestion.defect.clone()) else {
        return Ok(Stage::Skipped(SkipReason::NoDefect));
    };
    let code = product.clone();
    let wanted = job.library(move |library| library.defect_type(&code, &defect))?;
    watch.time("manual", || find_section(job, &wanted, notices))
}

/// The section about `defect` in the newest manual that has one, with references to the sections of
/// older manuals. `notices` receives what happened to manual files changed meanwhile.
pub(crate) fn find_section(
    job: &JobContext,
    defect: &DefectType,
    notices: &mut Vec<String>,
) -> Result<Stage<ManualFinding>> {
    let product = &defect.product;
    let (manuals, changes) = refresh_manuals(job, Some(product.clone()))?;
    let language = job.shared.report_language();
    notices.extend(changes.iter().map(|change| change.explain(language)));
    if manuals.is_empty() {
        return Ok(Stage::Skipped(SkipReason::NoManual { product: product.clone() }));
    }
    let mut finding: Option<ManualFinding> = None;
    for manual in manuals.into_iter().rev() {
        let text = manual_text(job, &manual)?;
        let Some(section) = fettle_manuals::find_section(&text, defect) else { continue };
        match &mut finding {
            Some(finding) => finding.others.push(OtherSection {
                manual: manual.id,
                path: manual.path,
                heading: section.heading.clone(),
                page: section.page,
            }),
            None => {
                let id = manual.id;
                let version = job.library(move |library| library.manual_version(id))?;
                finding = Some(ManualFinding {
                    manual: manual.id,
                    path: manual.path,
                    content_hash: manual.content_hash,
                    registered_at: Some(version.added_at),
                    defect: defect.code.clone(),
                    section: section.clone(),
                    others: Vec::new(),
                });
            }
        }
    }
    let none = || Stage::Skipped(SkipReason::NoSection { defect: defect.code.clone() });
    Ok(finding.map_or_else(none, Stage::Done))
}
