//! Inspections as CSV (RFC 4180) for spreadsheets.

use std::io::{self, Write};

use csv::Writer;

use super::csv_text::{csv_writer, defused};
use fettle_domain::{
    ActionState, DefectCode, InspectionRow, ProductCode, RegionSizes, Verdict, significant,
};

/// Column titles. They are the same in all languages, because programs read the file too.
const COLUMNS: [&str; 11] = [
    "id",
    "time",
    "product",
    "defect",
    "verdict",
    "judged",
    "score",
    "action",
    "file",
    "regions_area_mm2",
    "longest_region_mm",
];

/// Writes a table of inspections, one record each.
pub struct InspectionCsv<W: Write> {
    writer: Writer<W>,
}

impl<W: Write> InspectionCsv<W> {
    /// Writes the byte order mark and the column titles to `out`. Records are buffered.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn new(out: W) -> io::Result<Self> {
        Ok(Self { writer: csv_writer(out, &COLUMNS)? })
    }

    /// Appends an inspection, with the sizes of its regions where its picture has a scale.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn write(&mut self, row: &InspectionRow, sizes: Option<RegionSizes>) -> io::Result<()> {
        Ok(self.writer.write_record(cells(row, sizes))?)
    }

    /// Writes all that is buffered.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

fn cells(row: &InspectionRow, sizes: Option<RegionSizes>) -> [String; 11] {
    let size = |of: fn(RegionSizes) -> Option<f64>| {
        sizes.and_then(of).map(significant).unwrap_or_default()
    };
    [
        row.id.to_string(),
        row.created_at.clone(),
        defused(row.product.as_ref().map_or("", ProductCode::as_str)),
        defused(row.defect.as_ref().map_or("", DefectCode::as_str)),
        row.verdict.name().to_owned(),
        row.judged.map(Verdict::name).unwrap_or_default().to_owned(),
        row.image_score.map(|score| score.to_string()).unwrap_or_default(),
        row.required_action().map(ActionState::name).unwrap_or_default().to_owned(),
        defused(&row.source),
        size(|sizes| Some(sizes.area_mm2)),
        size(|sizes| sizes.longest_mm),
    ]
}

#[cfg(test)]
mod tests {
    use fettle_domain::InspectionId;

    use super::*;

    fn row(source: &str) -> InspectionRow {
        InspectionRow {
            id: InspectionId(1),
            created_at: "2026-11-22T10:00:00+09:00".to_owned(),
            product: None,
            defect: None,
            verdict: Verdict::Unsure,
            judged: None,
            image_score: None,
            source: source.to_owned(),
            image_path: None,
            action: ActionState::Open,
            first: InspectionId(1),
        }
    }

    #[test]
    fn a_table_is_written_as_spreadsheets_read_it() {
        let mut file = Vec::new();
        let mut table = InspectionCsv::new(&mut file).unwrap();
        table.write(&row("/line/부품 \"1\", 앞.png"), None).unwrap();
        let sizes = RegionSizes { area_mm2: 12.345, longest_mm: Some(0.5) };
        table.write(&row("/line/two\nlines.png"), Some(sizes)).unwrap();
        table.flush().unwrap();
        drop(table);
        assert_eq!(
            String::from_utf8(file).unwrap(),
            "\u{feff}id,time,product,defect,verdict,judged,score,action,file,\
             regions_area_mm2,longest_region_mm\r\n\
             1,2026-11-22T10:00:00+09:00,,,unsure,,,open,\"/line/부품 \"\"1\"\", 앞.png\",,\r\n\
             1,2026-11-22T10:00:00+09:00,,,unsure,,,open,\"/line/two\nlines.png\",12.3,0.500\r\n"
        );
    }

    #[test]
    fn text_is_no_formula_and_numbers_stay_numbers() {
        for (source, written) in [
            ("=HYPERLINK(\"http://a\")", "'=HYPERLINK(\"http://a\")"),
            ("+1.png", "'+1.png"),
            ("-1.png", "'-1.png"),
            ("@SUM(A1).png", "'@SUM(A1).png"),
            ("\t=1", "'\t=1"),
            ("\u{1b}[2J\u{9b}m.png", "\\u001b[2J\\u009bm.png"),
            ("gnp.\u{202e}exe", "gnp.\\u202eexe"),
            ("/line/=1.png", "/line/=1.png"),
            ("/line/\u{1100}\u{1161}.png", "/line/가.png"),
        ] {
            let mut row = row(source);
            row.image_score = Some(-0.5);
            row.product = Some(ProductCode::new("-1").unwrap());
            let cells = cells(&row, None);
            assert_eq!(
                (cells[8].as_str(), cells[2].as_str(), cells[6].as_str()),
                (written, "'-1", "-0.5")
            );
        }
    }
}
