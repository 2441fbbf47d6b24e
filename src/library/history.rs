//! Lists and counts of inspections, from the table `history` alone: records are large and are not
//! read for them.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, ToSql, named_params};

use super::rows::{action_column, optional_code_column, rows, verdict_column};
use super::{Library, LibraryError, Result};
use fettle_domain::{
    ActionState, DayCount, DefectCode, DefectCount, HistoryColumn, HistoryFilter, HistoryOrder,
    HourCount, Hours, InspectionId, InspectionPage, InspectionRow, JudgedCount, LotCount,
    ProductCode, ReviewState, Verdict,
};

/// Whether an inspection stands for its part, or all are taken.
const NEWEST: &str = "(newest OR :repeated)";

/// The other conditions of a [`HistoryFilter`]; a person's verdict and defect take precedence.
pub(super) const CONDITIONS: &str = "(:product IS NULL OR product = :product)
    AND (:defect IS NULL OR ifnull(judged_defect, defect) = :defect)
    AND (:verdict IS NULL OR ifnull(judged, verdict) = :verdict)
    AND (:text IS NULL OR source LIKE :text ESCAPE '!')
    AND (:since IS NULL OR created_at_ms >= :since)
    AND (:until IS NULL OR created_at_ms < :until)
    AND (:begin IS NULL OR (CAST(substr(created_at, 12, 2) AS INTEGER) + 24 - :begin) % 24 < :hours)
    AND (:action IS NULL OR action = :action
         AND (action = 'done' OR ifnull(judged, verdict) <> 'ok'))
    AND (:review IS NULL
         OR :review = 'unjudged' AND judged IS NULL
         OR :review = 'confirmed' AND judged = verdict
         OR :review = 'overruled' AND judged <> verdict)";

/// The columns that [`read_row`] reads.
pub(super) const COLUMNS: &str =
    "inspection, created_at, product, ifnull(judged_defect, defect), verdict,
    judged, image_score, source, first,
    CASE WHEN image_path IN (SELECT image_path FROM tidied) THEN NULL ELSE image_path END, action";

/// Most lots that are counted.
const MOST_LOTS: usize = 12;

/// Counts of the parts that a filter selects. Inspections of one photograph as one product are one
/// part, counted with its newest inspection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryCounts {
    /// Counts by day and product, oldest day first.
    pub days: Vec<DayCount>,
    /// Counts by product and defect, most frequent first.
    pub defects: Vec<DefectCount>,
    /// Counts by hour of the day, those without parts left out.
    pub hours: Vec<HourCount>,
    /// Counts of the lots that were inspected last, the newest first.
    pub lots: Vec<LotCount>,
    /// Counts by verdict and judgement, of the inspections judged by people.
    pub judged: Vec<JudgedCount>,
}

impl Library {
    /// A page of the inspections that `filter` selects, newest first: at most `limit` of them after
    /// the first `skip`.
    ///
    /// # Errors
    /// A database error.
    pub fn history(
        &self,
        filter: &HistoryFilter,
        skip: usize,
        limit: usize,
    ) -> Result<InspectionPage> {
        self.sorted_history(filter, HistoryOrder::default(), skip, limit)
    }

    /// [`Self::history`] in another order.
    ///
    /// # Errors
    /// A database error.
    pub fn sorted_history(
        &self,
        filter: &HistoryFilter,
        order: HistoryOrder,
        skip: usize,
        limit: usize,
    ) -> Result<InspectionPage> {
        let column = order_column(order.column);
        let direction = if order.ascending { "ASC" } else { "DESC" };
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let (first, most) = (number(skip), number(limit));
        let total = self.filtered(
            &format!("SELECT count(*) FROM history WHERE {NEWEST} AND {CONDITIONS}"),
            filter,
            &[],
            |row| row.get::<_, i64>(0),
        )?;
        let found = self.filtered(
            &format!(
                "SELECT {COLUMNS} FROM history WHERE {NEWEST} AND {CONDITIONS}
                 ORDER BY {column} {direction} NULLS LAST,
                     created_at_ms DESC, inspection DESC LIMIT :limit OFFSET :skip"
            ),
            filter,
            named_params! { ":skip": first, ":limit": most },
            read_row,
        )?;
        let total = total.into_iter().next().unwrap_or_default();
        Ok(InspectionPage { skip, rows: found, total: usize::try_from(total).unwrap_or(0) })
    }

    /// The row of one inspection.
    ///
    /// # Errors
    /// [`LibraryError::UnknownInspection`].
    pub fn history_row(&self, id: InspectionId) -> Result<InspectionRow> {
        let sql = format!("SELECT {COLUMNS} FROM history WHERE inspection = ?");
        let row = self.conn.query_row(&sql, [id.0], read_row).optional()?;
        row.ok_or(LibraryError::UnknownInspection(id))
    }

    /// Counts the parts that `filter` selects, by day, by defect, and by judgement.
    ///
    /// # Errors
    /// A database error.
    pub fn history_counts(&self, filter: &HistoryFilter) -> Result<HistoryCounts> {
        let count = |row: &Row<'_>, column| -> rusqlite::Result<usize> {
            Ok(usize::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
        };
        let days = self.filtered(
            &format!(
                "SELECT substr(created_at, 1, 10), product, count(*),
                        sum(ifnull(judged, verdict) = 'ng'),
                        sum(ifnull(judged, verdict) = 'unsure')
                 FROM history WHERE {NEWEST} AND {CONDITIONS} GROUP BY 1, 2 ORDER BY 1, 2"
            ),
            filter,
            &[],
            |row| {
                Ok(DayCount {
                    day: row.get(0)?,
                    product: optional_code_column::<ProductCode>(row, 1)?,
                    parts: count(row, 2)?,
                    ng: count(row, 3)?,
                    unsure: count(row, 4)?,
                })
            },
        )?;
        let defects = self.filtered(
            &format!(
                "SELECT product, ifnull(judged_defect, defect), count(*)
                 FROM history WHERE ifnull(judged, verdict) = 'ng' AND {NEWEST} AND {CONDITIONS}
                 GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
            ),
            filter,
            &[],
            |row| {
                Ok(DefectCount {
                    product: optional_code_column::<ProductCode>(row, 0)?,
                    defect: optional_code_column::<DefectCode>(row, 1)?,
                    count: count(row, 2)?,
                })
            },
        )?;
        let hours = self.filtered(
            &format!(
                "SELECT CAST(substr(created_at, 12, 2) AS INTEGER), count(*),
                        sum(ifnull(judged, verdict) = 'ng'),
                        sum(ifnull(judged, verdict) = 'unsure')
                 FROM history WHERE {NEWEST} AND {CONDITIONS} GROUP BY 1 ORDER BY 1"
            ),
            filter,
            &[],
            |row| {
                let hour = u8::try_from(count(row, 0)?).unwrap_or_default();
                let (parts, ng) = (count(row, 1)?, count(row, 2)?);
                Ok(HourCount { hour, parts, ng, unsure: count(row, 3)? })
            },
        )?;
        // What is left of a path once the letters after its last separator are cut off is its folder.
        let lots = self.filtered(
            &format!(
                "SELECT rtrim(source, replace(replace(source, '/', ''), '\\', '')), count(*),
                        sum(ifnull(judged, verdict) = 'ng'),
                        sum(ifnull(judged, verdict) = 'unsure')
                 FROM history WHERE {NEWEST} AND {CONDITIONS}
                 GROUP BY 1 ORDER BY max(created_at_ms) DESC, 1 LIMIT {MOST_LOTS}"
            ),
            filter,
            &[],
            |row| {
                let (folder, parts, ng) = (row.get(0)?, count(row, 1)?, count(row, 2)?);
                Ok(LotCount { folder, parts, ng, unsure: count(row, 3)? })
            },
        )?;
        let judged = self.filtered(
            &format!(
                "SELECT product, verdict, judged, count(*)
                 FROM history WHERE judged IS NOT NULL AND {NEWEST} AND {CONDITIONS}
                 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
            ),
            filter,
            &[],
            |row| {
                Ok(JudgedCount {
                    product: optional_code_column::<ProductCode>(row, 0)?,
                    verdict: verdict_column(row, 1)?.unwrap_or(Verdict::Unsure),
                    judged: verdict_column(row, 2)?.unwrap_or(Verdict::Unsure),
                    count: count(row, 3)?,
                })
            },
        )?;
        Ok(HistoryCounts { days, defects, hours, lots, judged })
    }

    /// Runs a query with the parameters of [`NEWEST`] and [`CONDITIONS`], and `more`.
    pub(super) fn filtered<T>(
        &self,
        sql: &str,
        filter: &HistoryFilter,
        more: &[(&str, &dyn ToSql)],
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let product = filter.product.as_ref().map(ProductCode::as_str);
        let defect = filter.defect.as_ref().map(DefectCode::as_str);
        let verdict = filter.verdict.map(Verdict::name);
        let text = filter.text.trim();
        let text = (!text.is_empty()).then(|| like_pattern(text));
        let since = filter.since.map(Timestamp::as_millisecond);
        let until = filter.until.map(Timestamp::as_millisecond);
        let begin = filter.hours.map(|hours| hours.begin);
        let hours = filter.hours.map(Hours::count);
        let action = filter.action.map(ActionState::name);
        let review = filter.review.map(ReviewState::name);
        let mut values: Vec<(&str, &dyn ToSql)> = named_params! {
            ":product": product, ":defect": defect, ":verdict": verdict, ":text": text,
            ":since": since, ":until": until, ":begin": begin, ":hours": hours, ":action": action, ":review": review,
            ":repeated": filter.repeated,
        }
        .to_vec();
        values.extend_from_slice(more);
        rows(&self.conn, sql, values.as_slice(), read)
    }
}

/// The expression by which a column is sorted.
fn order_column(column: HistoryColumn) -> &'static str {
    match column {
        HistoryColumn::Time => "created_at_ms",
        HistoryColumn::Source => "source",
        HistoryColumn::Product => "product",
        HistoryColumn::Defect => "ifnull(judged_defect, defect)",
        HistoryColumn::Verdict => "verdict",
        HistoryColumn::Judged => "judged",
        HistoryColumn::Score => "image_score",
        HistoryColumn::Action => "action",
    }
}

/// A pattern of `LIKE` (with `ESCAPE '!'`) for texts that contain `text` literally.
fn like_pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

pub(super) fn read_row(row: &Row<'_>) -> rusqlite::Result<InspectionRow> {
    Ok(InspectionRow {
        id: InspectionId(row.get(0)?),
        created_at: row.get(1)?,
        product: optional_code_column(row, 2)?,
        defect: optional_code_column(row, 3)?,
        verdict: verdict_column(row, 4)?.unwrap_or(Verdict::Unsure),
        judged: verdict_column(row, 5)?,
        image_score: row.get(6)?,
        source: row.get(7)?,
        first: InspectionId(row.get(8)?),
        image_path: row.get(9)?,
        action: action_column(row, 10)?,
    })
}
