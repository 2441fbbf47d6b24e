//! Pictures, manuals, records and a library for the tests.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{ImageFormat, Rgb, RgbImage};

use crate::layout::DATABASE_PATH;
use crate::{Library, content_hash};
use fettle_domain::{
    Anomaly, Author, BankRef, ContentHash, Contour, DefectCode, DefectType, HeatmapScale, Hit,
    ImageId, Inspection, Language, LineSpan, ManualText, ManualWarning, ModelId, PartArea, Place,
    PointPx, Product, ProductCode, RectPt, RectPx, Region, Report, ReportLine, ReportPart,
    ReportSection, Section, Similarity, SkipReason, Stage, Statement, StatementKind, Suggestion,
    Support, Thresholds, Timing, Verdict,
};

/// Takes away what the migrations after the eighth made, as in a workspace of before.
pub(crate) fn as_of_version_8() -> String {
    format!(
        "DROP TABLE corrective_action_revisions;
         DROP TABLE corrective_actions; DROP TABLE corrective_action_imports;
         DROP TABLE manual_corrections; DROP TABLE manual_labels;
         ALTER TABLE manual_texts DROP COLUMN corrections;
         DROP TABLE feedback; DROP TABLE lesson_decisions;
         {AS_OF_VERSION_11}"
    )
}

/// Takes away what the migrations after the eleventh made.
pub(crate) const AS_OF_VERSION_11: &str =
    "DROP TABLE people; DROP TABLE tokens; DROP TABLE audit; DROP TABLE deleted_rows; DROP TABLE deletions;
    ALTER TABLE images DROP COLUMN original_name;
    ALTER TABLE defect_types DROP COLUMN removed_at;
    ALTER TABLE products DROP COLUMN removed_at;
    DROP INDEX history_by_part;
    ALTER TABLE history DROP COLUMN first; ALTER TABLE history DROP COLUMN newest;";

/// Runs SQL on the library's database as another program does: what its own connection does stands in
/// the audit trail, whose triggers need the newest schema.
pub(crate) fn from_outside(library: &Library, sql: &str) {
    let database = rusqlite::Connection::open(library.absolute(DATABASE_PATH)).unwrap();
    database.execute_batch(sql).unwrap();
}

/// A picture that is different for each seed.
pub(crate) fn picture(seed: u32, width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let value = (x * 7 + y * 13 + seed).wrapping_mul(2_654_435_761) ^ (seed << 5);
        let [a, b, c, _] = value.to_le_bytes();
        Rgb([a, b, c])
    })
}

/// The bytes of an image file.
pub(crate) fn encode(image: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Writes the picture of a seed, 16×12 pixels, in the format of its name.
pub(crate) fn write_picture(folder: &Path, name: &str, seed: u32) -> PathBuf {
    let path = folder.join(name);
    let format = ImageFormat::from_path(&path).unwrap();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, encode(&picture(seed, 16, 12), format)).unwrap();
    path
}

/// Writes a file with the header of a PDF and this text.
pub(crate) fn write_manual(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(&path, format!("%PDF-1.7\n{text}\n%%EOF\n")).unwrap();
    path
}

pub(crate) fn prod1() -> ProductCode {
    ProductCode::new("prod1").unwrap()
}

pub(crate) fn hole() -> DefectCode {
    DefectCode::new("hole").unwrap()
}

/// Opens the workspace and adds product `prod1` with defect type `hole`.
pub(crate) fn library(root: &Path) -> Library {
    let mut library = Library::open(root).unwrap();
    let names = ("주조제품 A형".to_owned(), "Casting A".to_owned());
    let product = Product { code: prod1(), name_ko: names.0, name_en: names.1 };
    library.add_product(&product).unwrap();
    let defect = DefectType {
        product: prod1(),
        code: hole(),
        name_ko: "기공".to_owned(),
        name_en: "hole".to_owned(),
        full_name: "hole (기공)".to_owned(),
    };
    library.add_defect_type(&defect).unwrap();
    library
}

/// Workspace paths of all files below `folder`, sorted.
pub(crate) fn files(root: &Path, folder: &str) -> Vec<String> {
    let mut found: Vec<String> = walkdir::WalkDir::new(root.join(folder))
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/"))
        .collect();
    found.sort();
    found
}

/// A version of the bank of product `prod1`.
pub(crate) fn bank(version: u32) -> BankRef {
    BankRef { product: prod1(), version, model: ModelId("efficientnet-lite0".into()) }
}

/// An inspection with results of all kinds.
pub(crate) fn inspection(created_at: &str, verdict: Verdict, score: f32) -> Inspection {
    let similarity = Similarity {
        hits: vec![Hit {
            region: None,
            image: ImageId(7),
            product: prod1(),
            defect: hole(),
            score: 0.875,
            path: "data/def_split/prod1_hole_1.jpeg".into(),
        }],
        suggestion: Some(Suggestion { product: prod1(), defect: Some(hole()), confidence: 0.75 }),
    };
    let anomaly = Anomaly {
        verdict,
        image_score: score,
        calibrated_score: None,
        known_defects: None,
        deviations: Vec::new(),
        sample_bits: None,
        thresholds: Thresholds::without_zone(1.5, 1.25),
        scale: HeatmapScale { low: 0.5, high: 3.1 },
        mask_threshold: Some(1.6),
        bank: bank(2),
        regions: vec![Region {
            rect_in_image: RectPx { x: 1, y: 2, width: 3, height: 4 },
            area_px: 11,
            longest_px: None,
            share: 0.1,
            share_of: PartArea::Foreground,
            peak_score: 2.7,
            peak_at: Some(PointPx { x: 2, y: 3 }),
            contours: vec![Contour { points: vec![PointPx { x: 1, y: 2 }], hole: false }],
            place: Place::UpperLeft,
        }],
        area: Some(ContentHash("cd".repeat(32))),
        reference: None,
    };
    let report = Report {
        language: Language::Ko,
        author: Author::Evidence,
        sections: vec![ReportSection {
            part: ReportPart::Causes,
            lines: vec![ReportLine {
                text: "용탕 내 가스".into(),
                support: Support::Manual { statements: vec!["hole.c1".into()] },
            }],
        }],
        translations: Vec::new(),
    };
    Inspection {
        id: None,
        created_at: created_at.into(),
        source: "C:\\부품\\IMG 1.jpeg".into(),
        image_hash: content_hash(format!("{created_at} {verdict:?} {score}").as_bytes()),
        image_path: Some("data/uploads/abababababababab.jpeg".into()),
        width_px: 300,
        height_px: 300,
        product: Some(prod1()),
        product_given: false,
        models: vec![ModelId("clip-vit-b32".into())],
        verdict,
        similarity: Stage::Done(similarity),
        anomaly: Stage::Done(anomaly),
        manual: Stage::Skipped(SkipReason::NoManual { product: prod1() }),
        report: Stage::Done(report),
        view: Stage::Skipped(SkipReason::NotAsked),
        past_actions: Vec::new(),
        notices: vec!["보고서는 매뉴얼의 문장 그대로입니다.".to_owned()],
        timings: vec![Timing { name: "similarity.embed".into(), ms: 12.5 }],
        measurements: Default::default(),
    }
}

/// The text of a manual with one section about `hole` and one cause.
pub(crate) fn manual_text(cause: &str) -> ManualText {
    let rect = RectPt { x: 72.1, y: 90.5, width: 300.0, height: 12.0 };
    ManualText {
        page_count: 2,
        sections: vec![Section {
            heading: "hole (기공)".into(),
            defect: Some(hole()),
            page: 1,
            causes: vec![Statement {
                id: "hole.c1".into(),
                kind: StatementKind::Cause,
                text: cause.into(),
                spans: vec![LineSpan { page: 1, rect }],
                figures: vec![],
            }],
            actions: vec![],
            parts: vec![],
            figures: vec![],
        }],
        summary: vec![],
        passages: vec![],
        warnings: vec![ManualWarning::Incomplete {
            heading: "hole (기공)".into(),
            page: 1,
            missing: StatementKind::Action,
        }],
    }
}
