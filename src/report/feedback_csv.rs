//! Feedback as CSV (RFC 4180) for spreadsheets.

use std::io;

use super::csv_text::{csv_table, defused};
use fettle_domain::{
    DefectCode, Feedback, FeedbackSubject, ProductCode, ProductSection, ReplyKind,
};

/// Column titles. They are the same in all languages, because programs read the file too.
const COLUMNS: [&str; 15] = [
    "about",
    "inspection",
    "question",
    "product",
    "defect",
    "reply",
    "first product",
    "first heading",
    "rating",
    "note",
    "right-product",
    "right-heading",
    "right-defect",
    "by",
    "time",
];

/// A table of feedback, one record a subject.
///
/// # Errors
/// When a record cannot be written.
pub fn feedback_csv(feedback: &[Feedback]) -> io::Result<Vec<u8>> {
    csv_table(COLUMNS, feedback.iter().map(cells))
}

fn cells(feedback: &Feedback) -> [String; 15] {
    let code = |product: Option<&ProductCode>| defused(product.map_or("", ProductCode::as_str));
    let defect_code = |defect: Option<&DefectCode>| defused(defect.map_or("", DefectCode::as_str));
    let (about, inspection, question, product, defect) = match &feedback.subject {
        FeedbackSubject::Answer { question, product, defect } => {
            ("answer", String::new(), defused(question), product.as_ref(), defect.as_ref())
        }
        FeedbackSubject::Report { inspection } => {
            ("report", inspection.to_string(), String::new(), None, None)
        }
    };
    let shown = feedback.shown.as_ref();
    let first = shown.and_then(|shown| shown.sections.first());
    let heading = |section: Option<&ProductSection>| {
        defused(section.map_or("", |section| section.heading.as_str()))
    };
    let opinion = &feedback.opinion;
    let right = opinion.right.as_ref();
    [
        about.to_owned(),
        inspection,
        question,
        code(product),
        defect_code(defect),
        shown.map(|shown| shown.kind).map_or("", ReplyKind::name).to_owned(),
        code(first.map(|section| &section.product)),
        heading(first),
        opinion.rating.name().to_owned(),
        defused(&opinion.note),
        code(right.map(|section| &section.product)),
        heading(right),
        defect_code(right.and_then(|section| section.defect.as_ref())),
        defused(&feedback.by),
        feedback.at.clone(),
    ]
}

#[cfg(test)]
mod tests {
    use fettle_domain::{FeedbackOpinion, InspectionId, Rating, ShownAnswer};

    use super::*;

    #[test]
    fn a_record_is_as_spreadsheets_read_it_and_no_formula() {
        let product = ProductCode::new("part").unwrap();
        let section = |heading: &str| ProductSection {
            product: product.clone(),
            heading: heading.to_owned(),
            defect: DefectCode::new("hole").ok(),
        };
        let feedback = |subject, shown, opinion| Feedback {
            subject,
            shown,
            opinion,
            by: "김".to_owned(),
            at: "2026-11-30T10:00:00Z".to_owned(),
        };
        let bad = |note: &str, right| FeedbackOpinion {
            rating: Rating::Bad,
            note: note.to_owned(),
            right,
        };
        let shown = ShownAnswer {
            kind: ReplyKind::Found,
            sections: vec![section("=burr")],
            statements: Vec::new(),
        };
        let question = FeedbackSubject::answer("=곰보, \"뭐\"?", Some(product.clone()), None);
        let report = FeedbackSubject::Report { inspection: InspectionId(7) };
        let table = [
            feedback(question, Some(shown), bad("-기공", Some(section("hole (기공)")))),
            feedback(report, None, bad("", None)),
        ];
        let written = String::from_utf8(feedback_csv(&table).unwrap()).unwrap();
        let titles = COLUMNS.join(",");
        assert_eq!(
            written,
            format!(
                "\u{feff}{titles}\r\n\
                 answer,,\"'=곰보, \"\"뭐\"\"?\",part,,found,part,'=burr,bad,'-기공,part,hole (기공),\
                 hole,김,2026-11-30T10:00:00Z\r\n\
                 report,7,,,,,,,bad,,,,,김,2026-11-30T10:00:00Z\r\n"
            )
        );
    }
}
