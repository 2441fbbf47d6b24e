//! What the product's manual says about the defect.

use crate::domain::{
    DefectType, ManualFinding, ProductCode, SkipReason, Stage, Suggestion, Verdict,
};
use crate::engine::error::Result;
use crate::engine::jobs::manuals::{manuals_of, text_of};
use crate::engine::request::{JobContext, Stopwatch};
use crate::manuals::find;

pub(super) fn run(
    job: &JobContext,
    product: Option<&ProductCode>,
    suggestion: Option<&Suggestion>,
    verdict: Verdict,
    watch: &mut Stopwatch,
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
    watch.time("manual", || find_section(job, &wanted))
}

/// The section of the newest manual of `defect`'s product that knows it.
pub(in crate::engine::jobs) fn find_section(
    job: &JobContext,
    defect: &DefectType,
) -> Result<Stage<ManualFinding>> {
    let product = &defect.product;
    let manuals = manuals_of(job, Some(product.clone()))?;
    if manuals.is_empty() {
        return Ok(Stage::Skipped(SkipReason::NoManual { product: product.clone() }));
    }
    for manual in manuals.into_iter().rev() {
        let text = text_of(job, &manual)?;
        if let Some(section) = find(&text, defect) {
            return Ok(Stage::Done(ManualFinding {
                manual: manual.id,
                path: manual.path,
                content_hash: manual.content_hash,
                defect: defect.code.clone(),
                section: section.clone(),
            }));
        }
    }
    Ok(Stage::Skipped(SkipReason::NoSection { defect: defect.code.clone() }))
}
