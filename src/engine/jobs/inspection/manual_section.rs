//! The manual stage: the section of the product's manual about the defect.

use crate::error::Result;
use crate::jobs::manual::in_force::refresh_manuals;
use crate::jobs::manual::manual_text::manual_text;
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::{
    DefectType, Language, Lesson, LessonDecision, ManualFinding, ManualText, OtherSection, Passage,
    ProductCode, ProductSection, RegisteredManual, Section, SkipReason, Stage, StatementKind,
    Suggestion, Verdict,
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
    let taught = taught_section(job, defect)?;
    let mut texts = Vec::new();
    for manual in manuals.into_iter().rev() {
        let text = manual_text(job, &manual)?;
        texts.push((manual, text));
    }
    // What an engineer accepted comes first, in whichever manual it stands.
    let mut chosen = taught.and_then(|taught| find_taught(&texts, &taught));
    if let Some((at, section)) = &chosen {
        let first = texts.remove(*at);
        texts.insert(0, first);
        let values = [("heading", section.heading.clone().into())];
        notices.push(fettle_i18n::text_with(language, "notice-section-taught", &values));
    }
    let mut finding: Option<ManualFinding> = None;
    for (manual, text) in texts {
        let found = match chosen.take() {
            Some((_, section)) => Some(section),
            None => fettle_manuals::find_section(&text, defect),
        };
        let Some(section) = found else { continue };
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

/// The section that reports about `defect` quote by what an engineer accepted last.
fn taught_section(job: &JobContext, defect: &DefectType) -> Result<Option<ProductSection>> {
    let decided = job.library(|library| library.decided_lessons())?;
    let accepted = decided.into_iter().filter(|one| one.decision == LessonDecision::Accepted);
    let mut of_defect = accepted.filter_map(|one| match one.lesson {
        Lesson::Report { product, defect: code, section } => {
            (product == defect.product && code == defect.code).then_some(section)
        }
        Lesson::Word { .. } | Lesson::Question { .. } => None,
    });
    Ok(of_defect.next_back())
}

/// The section that an engineer accepted, and the index of its manual: the one under its heading, or, where
/// no manual words it so any more, the one of its defect type.
fn find_taught(
    texts: &[(RegisteredManual, ManualText)],
    taught: &ProductSection,
) -> Option<(usize, Section)> {
    let find = |is_it: &dyn Fn(&Section) -> bool| {
        texts.iter().enumerate().find_map(|(at, (_, text))| {
            Some((at, text.sections.iter().find(|section| is_it(section))?.clone()))
        })
    };
    find(&|section| section.heading == taught.heading).or_else(|| {
        let defect = taught.defect.as_ref()?;
        find(&|section| section.defect.as_ref() == Some(defect))
    })
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
