//! What the product's manual says about the defect.

use crate::error::Result;
use crate::jobs::manual_versions::in_force;
use crate::jobs::manuals::text_of;
use crate::request::{JobContext, Stopwatch};
use fettle_domain::{
    DefectType, ManualFinding, OtherSection, ProductCode, SkipReason, Stage, Suggestion, Verdict,
};
use fettle_manuals::find;

pub(super) fn run(
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
    let wanted = job.shared.library(move |library| library.defect_type(&code, &defect))?;
    watch.time("manual", || find_section(job, &wanted, notices))
}

/// The section of the newest manual of `defect`'s product that knows it; the others that do are
/// named. What became of manuals that somebody changed is added to `notices`.
pub(in crate::jobs) fn find_section(
    job: &JobContext,
    defect: &DefectType,
    notices: &mut Vec<String>,
) -> Result<Stage<ManualFinding>> {
    let product = &defect.product;
    let (manuals, changes) = in_force(job, Some(product.clone()))?;
    let language = job.shared.language_of_text();
    notices.extend(changes.iter().map(|change| change.explain(language)));
    if manuals.is_empty() {
        return Ok(Stage::Skipped(SkipReason::NoManual { product: product.clone() }));
    }
    let mut finding: Option<ManualFinding> = None;
    for manual in manuals.into_iter().rev() {
        let text = text_of(job, &manual)?;
        let Some(section) = find(&text, defect) else { continue };
        match &mut finding {
            Some(finding) => finding.others.push(OtherSection {
                manual: manual.id,
                path: manual.path,
                heading: section.heading.clone(),
                page: section.page,
            }),
            None => {
                let id = manual.id;
                let version = job.shared.library(move |library| library.manual_version(id))?;
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
