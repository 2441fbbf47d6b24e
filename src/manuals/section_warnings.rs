//! What a person should check in the sections of a manual.

use std::collections::HashMap;

use super::disagreements::{Disagreement, disagreements};
use fettle_domain::{DefectCode, DefectType, ManualWarning, Section, Statement, StatementKind};

/// The most disagreements that are named.
const MAX_DISAGREEMENTS: usize = 50;
/// A part with at least this many statements, and with so many times the median of its kind, is
/// suspiciously long: the label of the next part may have been missed.
const LONG_PART: usize = 12;
const LONG_PART_RATIO: usize = 4;

/// The warnings about `sections`, in printed order, and about defects without one.
pub(super) fn section_warnings(sections: &[Section], defects: &[DefectType]) -> Vec<ManualWarning> {
    let mut out = Vec::new();
    let mut first: HashMap<&DefectCode, u32> = HashMap::new();
    let usual = [StatementKind::Cause, StatementKind::Action]
        .map(|part| usual_length(sections, part).max(1));
    for section in sections {
        let parts =
            [(StatementKind::Cause, &section.causes), (StatementKind::Action, &section.actions)];
        for (missing, _) in parts.iter().filter(|(_, statements)| statements.is_empty()) {
            let (heading, page) = (section.heading.clone(), section.page);
            out.push(ManualWarning::Incomplete { heading, page, missing: *missing });
        }
        for ((part, statements), usual) in parts.into_iter().zip(usual) {
            if statements.len() >= LONG_PART && statements.len() >= LONG_PART_RATIO * usual {
                out.push(ManualWarning::LongPart {
                    heading: section.heading.clone(),
                    part,
                    page: statements.first().map_or(section.page, Statement::page),
                    count: u32::try_from(statements.len()).unwrap_or(u32::MAX),
                });
            }
        }
        let Some(defect) = &section.defect else { continue };
        match first.get(defect) {
            Some(first) => {
                let (defect, first, page) = (defect.clone(), *first, section.page);
                out.push(ManualWarning::RepeatedSection { defect, first, page });
            }
            None => _ = first.insert(defect, section.page),
        }
    }
    out.extend(disagreement_warnings(sections));
    for defect in defects.iter().filter(|defect| !first.contains_key(&defect.code)) {
        out.push(ManualWarning::NoSection { defect: defect.code.clone() });
    }
    out
}

/// The disagreements within each section, and between sections about one defect.
fn disagreement_warnings(sections: &[Section]) -> Vec<ManualWarning> {
    let mut out = Vec::new();
    for (at, first) in sections.iter().enumerate() {
        let is_same = |other: &&Section| first.defect.is_some() && other.defect == first.defect;
        let rest = if first.defect.is_some() { at + 1 } else { sections.len() };
        let others = sections.iter().skip(rest).filter(is_same);
        for second in std::iter::once(first).chain(others) {
            for Disagreement { subject, first: (a, number), second: (b, other) } in
                disagreements(first, second)
            {
                out.push(ManualWarning::Disagreement {
                    heading: first.heading.clone(),
                    subject,
                    first: number,
                    first_page: a.page(),
                    second: other,
                    page: b.page(),
                });
            }
        }
    }
    out.truncate(MAX_DISAGREEMENTS);
    out
}

/// The median number of statements of a part, over all sections.
fn usual_length(sections: &[Section], part: StatementKind) -> usize {
    let length = |section: &Section| match part {
        StatementKind::Cause => section.causes.len(),
        _ => section.actions.len(),
    };
    let mut lengths: Vec<usize> = sections.iter().map(length).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied().unwrap_or(0)
}
