//! The manual stage: the section of the product's manual about the defect.

use crate::error::Result;
use crate::jobs::manual::in_force::refresh_manuals;
use crate::jobs::manual::manual_text::manual_text;
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::{
    DefectType, Language, ManualFinding, ManualText, OtherSection, Passage, ProductCode, Section,
    SkipReason, Stage, StatementKind, Suggestion, Verdict,
};
use fettle_manuals::{disagreements, words_with_label};

/// Lines that were set aside and are quoted.
const QUOTED: usize = 3;

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
            Some(finding) => {
                notices.extend(contradictions(&finding.section, &section, &manual.path, language));
                finding.others.push(OtherSection {
                    manual: manual.id,
                    path: manual.path,
                    heading: section.heading,
                    page: section.page,
                });
            }
            None => {
                let id = manual.id;
                let version = job.library(move |library| library.manual_version(id))?;
                notices.extend(contradictions(&section, &section, &manual.path, language));
                notices.extend(set_aside(&text, &section, language));
                finding = Some(ManualFinding {
                    manual: manual.id,
                    path: manual.path,
                    content_hash: manual.content_hash,
                    registered_at: Some(version.added_at),
                    defect: defect.code.clone(),
                    section,
                    others: Vec::new(),
                });
            }
        }
    }
    let none = || Stage::Skipped(SkipReason::NoSection { defect: defect.code.clone() });
    Ok(finding.map_or_else(none, Stage::Done))
}

/// Numbers that two sections about a defect give for one thing, as sentences; `path` is the manual of
/// the second.
fn contradictions(
    first: &Section,
    second: &Section,
    path: &str,
    language: Language,
) -> Vec<String> {
    let sentence = |found: fettle_manuals::Disagreement<'_>| {
        let values = [
            ("subject", found.subject.into()),
            ("first", found.first.1.into()),
            ("second", found.second.1.into()),
            ("path", path.into()),
        ];
        fettle_i18n::text_with(language, "notice-values-differ", &values)
    };
    disagreements(first, second).into_iter().map(sentence).collect()
}

/// What stands in the section and was placed under neither causes nor actions nor another part that
/// is known, as one sentence.
fn set_aside(text: &ManualText, section: &Section, language: Language) -> Option<String> {
    let unknown = section.parts.iter().filter(|part| part.kind == StatementKind::Other);
    let unknown = unknown
        .flat_map(|part| part.statements.iter().map(|statement| words_with_label(part, statement)));
    let is_here = |passage: &&Passage| passage.heading.as_ref() == Some(&section.heading);
    let passages = text.passages.iter().filter(is_here).map(|passage| passage.text.clone());
    let lines: Vec<String> = unknown.chain(passages).collect();
    let quoted: Vec<String> = lines.iter().take(QUOTED).map(|line| format!("“{line}”")).collect();
    let values = [("count", lines.len().into()), ("lines", quoted.join(", ").into())];
    (!lines.is_empty()).then(|| fettle_i18n::text_with(language, "notice-set-aside", &values))
}
