//! What an engineer decided about what feedback teaches. Rows are only added; the newest one of a
//! lesson counts.

use rusqlite::{Row, params};

use super::rows::{json_column, json_text, now, rows, unknown};
use super::{Library, Result};
use fettle_domain::{DecidedLesson, Lesson, LessonDecision};

impl Library {
    /// Records the decision of the person `by` about lessons, all or none; `None`: they are open
    /// again.
    ///
    /// # Errors
    /// A database error.
    pub fn decide_lessons(
        &mut self,
        lessons: &[Lesson],
        decision: Option<LessonDecision>,
        by: &str,
    ) -> Result<()> {
        let lessons: Vec<_> =
            lessons.iter().map(|lesson| json_text(Some(lesson))).collect::<Result<_>>()?;
        self.write(|tx| {
            let sql = "INSERT INTO lesson_decisions (lesson, decision, decided_by, decided_at)
                       VALUES (?1, ?2, ?3, ?4)";
            let (name, at) = (decision.map(LessonDecision::name), now());
            for lesson in &lessons {
                tx.execute(sql, params![lesson, name, by, at])?;
            }
            Ok(())
        })
    }

    /// The lessons that are decided, in the order in which they were.
    ///
    /// # Errors
    /// A database error.
    pub fn decided_lessons(&self) -> Result<Vec<DecidedLesson>> {
        let sql = "SELECT lesson, decision, decided_by, decided_at FROM lesson_decisions
                   WHERE id IN (SELECT max(id) FROM lesson_decisions GROUP BY lesson)
                     AND decision IS NOT NULL
                   ORDER BY id";
        Ok(rows(&self.conn, sql, [], read)?.into_iter().flatten().collect())
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Option<DecidedLesson>> {
    let Some(lesson) = json_column(row, 0)? else { return Ok(None) };
    let name: String = row.get(1)?;
    let decision = LessonDecision::ALL.into_iter().find(|known| known.name() == name);
    let decision = decision.ok_or_else(|| unknown(1, &name))?;
    Ok(Some(DecidedLesson { lesson, decision, by: row.get(2)?, at: row.get(3)? }))
}
