//! A report without a language model: the manual's own statements, each cited.

use fettle_domain::{
    Author, Language, Report, ReportLine, ReportPart, ReportSection, Section, Statement, Support,
};

/// Words of actions that recur or last, and so prevent the defect.
const PREVENTIVE: [&str; 28] = [
    "정기",
    "주기",
    "표준화",
    "교육",
    "유지",
    "관리",
    "강화",
    "의무화",
    "모니터링",
    "시스템",
    "예방",
    "재발",
    "일정",
    "periodic",
    "regular",
    "schedule",
    "standardi",
    "training",
    "maintain",
    "maintenance",
    "monitor",
    "prevent",
    "routine",
    "daily",
    "weekly",
    "monthly",
    "mandatory",
    "recurrence",
];

/// Composes the report on `section`: the situation as given, every cause, every action, and under
/// prevention the actions that are periodic or lasting. Parts may be empty.
///
/// Statements are quoted as printed. `language` is the language of the rest of the report; nothing is
/// translated.
pub fn compose(section: &Section, situation: Vec<ReportLine>, language: Language) -> Report {
    let quote = |statements: &mut dyn Iterator<Item = &Statement>| -> Vec<ReportLine> {
        statements
            .map(|statement| ReportLine {
                text: statement.text.clone(),
                support: Support::Manual { statements: vec![statement.id.clone()] },
            })
            .collect()
    };
    let preventive = &mut section.actions.iter().filter(|action| is_preventive(&action.text));
    let parts = [
        (ReportPart::Situation, situation),
        (ReportPart::Causes, quote(&mut section.causes.iter())),
        (ReportPart::Actions, quote(&mut section.actions.iter())),
        (ReportPart::Prevention, quote(preventive)),
    ];
    Report {
        language,
        author: Author::Evidence,
        sections: parts.map(|(part, lines)| ReportSection { part, lines }).into(),
    }
}

fn is_preventive(text: &str) -> bool {
    let text = text.to_lowercase();
    PREVENTIVE.iter().any(|cue| text.contains(cue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_testing::documents::section;

    #[test]
    fn every_statement_stands_once_and_is_cited() {
        let measured =
            ReportLine { text: "이상 점수 3.2".to_owned(), support: Support::Measured };
        let report = compose(&section("hole", "hole (기공)"), vec![measured.clone()], Language::Ko);
        insta::assert_json_snapshot!(report);
        assert_eq!(report.sections[0].lines, [measured]);
    }
}
