//! What people say of answers and reports. Rows are only added: earlier ones stay on record, the
//! newest one of a subject counts.

use rusqlite::{Connection, Row, params};

use super::rows::{json_column, json_text, now, optional_code_column, rows, unknown};
use super::{Library, LibraryError, Result};
use fettle_domain::{
    Feedback, FeedbackOpinion, FeedbackSubject, InspectionId, Rating, ShownAnswer,
};

/// Columns as [`read`] reads them.
const COLUMNS: &str =
    "inspection, question, product, defect, shown, rating, note, right, given_by, given_at";

impl Library {
    /// Records the opinion of the person `by` about a subject, and what the answer showed; `None`
    /// takes back what was said. Returns the feedback that counts before and now.
    ///
    /// # Errors
    /// [`LibraryError::UnknownInspection`].
    pub fn give_feedback(
        &mut self,
        subject: &FeedbackSubject,
        shown: Option<&ShownAnswer>,
        opinion: Option<&FeedbackOpinion>,
        by: &str,
    ) -> Result<(Option<Feedback>, Option<Feedback>)> {
        let (shown, right) = (json_text(shown)?, opinion.and_then(|one| one.right.as_ref()));
        let right = json_text(right)?;
        self.write(|tx| {
            let before = newest(tx, subject)?;
            let (inspection, question, product, defect) = match subject {
                FeedbackSubject::Report { inspection } => (Some(inspection.0), None, None, None),
                FeedbackSubject::Answer { question, product, defect } => {
                    (None, Some(question), product.as_ref(), defect.as_ref())
                }
            };
            if let Some(id) = inspection {
                let sql = "SELECT EXISTS (SELECT 1 FROM inspections WHERE id = ?1)";
                if !tx.query_row(sql, [id], |row| row.get::<_, bool>(0))? {
                    return Err(LibraryError::UnknownInspection(InspectionId(id)));
                }
            }
            let sql = "INSERT INTO feedback (inspection, question, product, defect, shown, rating,
                                             note, right, given_by, given_at)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
            let values = params![
                inspection,
                question,
                product.map(fettle_domain::ProductCode::as_str),
                defect.map(fettle_domain::DefectCode::as_str),
                shown,
                opinion.map(|opinion| opinion.rating.name()),
                opinion.map_or("", |opinion| opinion.note.as_str()),
                right,
                by,
                now(),
            ];
            tx.execute(sql, values)?;
            Ok((before, newest(tx, subject)?))
        })
    }

    /// The feedback that counts for a subject; `None` where there is none or it was taken back.
    ///
    /// # Errors
    /// A database error.
    pub fn feedback_of(&self, subject: &FeedbackSubject) -> Result<Option<Feedback>> {
        newest(&self.conn, subject)
    }

    /// The feedback that counts for each subject, oldest first.
    ///
    /// # Errors
    /// A database error.
    pub fn all_feedback(&self) -> Result<Vec<Feedback>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM feedback
             WHERE id IN (SELECT max(id) FROM feedback
                          GROUP BY inspection, question, product, defect)
             ORDER BY id"
        );
        Ok(rows(&self.conn, &sql, [], read)?.into_iter().flatten().collect())
    }

    /// Whether [`Self::all_feedback`] lists something.
    ///
    /// # Errors
    /// A database error.
    pub fn has_feedback(&self) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM feedback WHERE rating IS NOT NULL
                                  AND id IN (SELECT max(id) FROM feedback
                                             GROUP BY inspection, question, product, defect))";
        Ok(self.conn.query_row(sql, [], |row| row.get(0))?)
    }
}

fn newest(conn: &Connection, subject: &FeedbackSubject) -> Result<Option<Feedback>> {
    let newest =
        |of: &str| format!("SELECT {COLUMNS} FROM feedback WHERE {of} ORDER BY id DESC LIMIT 1");
    let found = match subject {
        FeedbackSubject::Report { inspection } => {
            rows(conn, &newest("inspection = ?1"), [inspection.0], read)?
        }
        FeedbackSubject::Answer { question, product, defect } => {
            let sql = newest("question = ?1 AND product IS ?2 AND defect IS ?3");
            let product = product.as_ref().map(fettle_domain::ProductCode::as_str);
            let defect = defect.as_ref().map(fettle_domain::DefectCode::as_str);
            rows(conn, &sql, params![question, product, defect], read)?
        }
    };
    Ok(found.into_iter().next().flatten())
}

/// A row; `None` where what was said was taken back.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<Feedback>> {
    let Some(rating) = row.get::<_, Option<String>>(5)? else { return Ok(None) };
    let known = Rating::ALL.into_iter().find(|known| known.name() == rating);
    let rating = known.ok_or_else(|| unknown(5, &rating))?;
    let subject = match row.get::<_, Option<i64>>(0)? {
        Some(id) => FeedbackSubject::Report { inspection: InspectionId(id) },
        None => FeedbackSubject::Answer {
            question: row.get(1)?,
            product: optional_code_column(row, 2)?,
            defect: optional_code_column(row, 3)?,
        },
    };
    let (note, right) = (row.get(6)?, json_column(row, 7)?);
    Ok(Some(Feedback {
        subject,
        shown: json_column(row, 4)?,
        opinion: FeedbackOpinion { rating, note, right },
        by: row.get(8)?,
        at: row.get(9)?,
    }))
}
