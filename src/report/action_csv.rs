//! Records of corrective actions as CSV (RFC 4180) for spreadsheets; an import reads it again.

use std::io;

use super::csv_text::{csv_table, defused};
use fettle_domain::CorrectiveAction;

/// Column titles, the same in all languages.
const COLUMNS: [&str; 17] = [
    "id",
    "product",
    "defect",
    "inspection",
    "stage",
    "opened",
    "problem",
    "containment",
    "root cause",
    "corrective action",
    "prevention",
    "owner",
    "due date",
    "done date",
    "effectiveness",
    "verified date",
    "note",
];

/// The records as a CSV file, with a byte order mark for spreadsheets.
///
/// # Errors
/// When a record cannot be written.
pub fn action_csv(actions: &[CorrectiveAction]) -> io::Result<Vec<u8>> {
    csv_table(COLUMNS, actions.iter().map(cells))
}

fn cells(action: &CorrectiveAction) -> [String; 17] {
    let entry = &action.entry;
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    [
        action.id.to_string(),
        defused(action.product.as_str()),
        action.defect.as_ref().map(|code| defused(code.as_str())).unwrap_or_default(),
        action.inspection.map(|id| id.to_string()).unwrap_or_default(),
        entry.stage().name().to_owned(),
        day(entry.opened),
        defused(&entry.problem),
        defused(&entry.containment),
        defused(&entry.root_cause),
        defused(&entry.action),
        defused(&entry.prevention),
        defused(&entry.owner),
        day(entry.due),
        day(entry.done),
        entry.effect.name().to_owned(),
        day(entry.verified),
        defused(&entry.note),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::{ActionEntry, ActionSource, CorrectiveActionId, Effectiveness};

    #[test]
    fn a_record_is_a_row_without_formulas() {
        let action = CorrectiveAction {
            id: CorrectiveActionId(12),
            product: "prod1".parse().unwrap(),
            defect: Some("hole".parse().unwrap()),
            inspection: None,
            entry: ActionEntry {
                action: "=HYPERLINK(\"http://x\")".into(),
                root_cause: "탈기 부족,\n금형 마모".into(),
                done: Some("2026-10-12".parse().unwrap()),
                effect: Effectiveness::Effective,
                ..ActionEntry::default()
            },
            source: ActionSource::Written,
            by: "kim".into(),
            at: "2026-11-22T10:00:00Z".into(),
        };
        let written = String::from_utf8(action_csv(&[action]).unwrap()).unwrap();
        let (head, row) = written.split_once("\r\n").unwrap();
        assert!(head.starts_with("\u{feff}id,product,defect,inspection,stage,opened"), "{head}");
        assert_eq!(
            row,
            "12,prod1,hole,,done,,,,\"탈기 부족,\n금형 마모\",\"'=HYPERLINK(\"\"http://x\"\")\",,,,\
             2026-10-12,effective,,\r\n"
        );
    }
}
