//! The ids of statements: unique within a manual and stable for the same file, such as `hole.c1`.

use std::collections::{HashMap, HashSet};

use fettle_domain::{DefectCode, Section, StatementKind};

use super::words::words;

/// Gives the ids of a manual, section by section.
#[derive(Default)]
pub(super) struct StatementIds {
    /// The prefixes of the sections before.
    taken: HashSet<String>,
}

/// Gives the ids of one section.
pub(super) struct SectionIds {
    prefix: String,
    numbers: HashMap<char, usize>,
}

impl StatementIds {
    /// The ids of the next section.
    pub(super) fn section(&mut self, defect: Option<&DefectCode>, heading: &str) -> SectionIds {
        let name = defect.map_or_else(|| slug(heading), ToString::to_string);
        let mut prefix = name.clone();
        let mut count = 1;
        while !self.taken.insert(prefix.clone()) {
            count += 1;
            prefix = format!("{name}-{count}");
        }
        SectionIds { prefix, numbers: HashMap::new() }
    }
}

impl SectionIds {
    /// The id of the next statement of a kind.
    pub(super) fn next(&mut self, kind: StatementKind) -> String {
        let letter = id_letter(kind);
        let number = self.numbers.entry(letter).or_default();
        *number += 1;
        format!("{}.{letter}{number}", self.prefix)
    }
}

/// Numbers all statements anew, as the parser would.
pub(super) fn number_statements(sections: &mut [Section]) {
    let mut ids = StatementIds::default();
    for section in sections {
        let mut ids = ids.section(section.defect.as_ref(), &section.heading);
        for place in section.part_places() {
            for statement in section.part_mut(place).into_iter().flatten() {
                statement.id = ids.next(statement.kind);
            }
        }
    }
}

/// The letter in the ids of a kind's statements.
fn id_letter(kind: StatementKind) -> char {
    match kind {
        StatementKind::Cause => 'c',
        StatementKind::Action => 'a',
        StatementKind::Prevention => 'p',
        StatementKind::Inspection => 'i',
        StatementKind::Symptom => 's',
        StatementKind::Other => 'o',
    }
}

/// Id prefix of a section whose heading names no defect.
fn slug(heading: &str) -> String {
    const MAX_CHARS: usize = 40;
    let joined: String = words(heading).join("-").chars().take(MAX_CHARS).collect();
    if joined.is_empty() { "section".to_owned() } else { joined }
}
