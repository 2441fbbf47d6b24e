//! What feedback on reports proposes: which section reports about a defect quote.

use crate::error::Result;
use crate::protocol::JobContext;
use fettle_domain::{
    Feedback, FeedbackSubject, Inspection, InspectionId, Lesson, ProductCode, ProductSection,
};
use fettle_library::LibraryError;

/// The lessons that feedback on the reports of `product` proposes, each with the inspections that support it.
/// Where a person named another defect than the report is about, the report was about the wrong defect,
/// and its section was not the fault.
pub(super) fn report_lessons(
    job: &JobContext,
    feedback: &[Feedback],
    product: &ProductCode,
    sections: &[ProductSection],
) -> Result<Vec<(Lesson, Vec<InspectionId>)>> {
    let mut out: Vec<(Lesson, Vec<InspectionId>)> = Vec::new();
    for one in feedback {
        let (FeedbackSubject::Report { inspection: id }, Some(right)) =
            (&one.subject, &one.opinion.right)
        else {
            continue;
        };
        let is_there = sections
            .iter()
            .any(|known| right.is(&known.product, &known.heading, known.defect.as_ref()));
        if right.product != *product || !is_there {
            continue;
        }
        job.check()?;
        let of = *id;
        let (inspection, judged) = job.library(move |library| {
            let inspection = match library.inspection(of) {
                Err(LibraryError::UnknownInspection(_)) => None,
                read => Some(read?),
            };
            Ok((inspection, library.judgement(of)?))
        })?;
        let Some(inspection) = inspection.filter(|one| one.product.as_ref() == Some(product))
        else {
            continue;
        };
        let Some(defect) = inspection.resembled_defect().cloned() else { continue };
        let named = judged.and_then(|judged| judged.opinion.defect);
        if named.is_some_and(|named| named != defect) || quotes(&inspection, right) {
            continue;
        }
        let section = right.clone();
        let lesson = Lesson::Report { product: product.clone(), defect, section };
        match out.iter_mut().find(|(known, _)| *known == lesson) {
            Some((_, of)) => of.push(*id),
            None => out.push((lesson, vec![*id])),
        }
    }
    Ok(out)
}

/// Whether the report quoted this very section.
fn quotes(inspection: &Inspection, right: &ProductSection) -> bool {
    inspection.manual.done().is_some_and(|finding| finding.section.heading == right.heading)
}
