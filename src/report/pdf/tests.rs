//! Reports parsed back with the manual parser, which gives the position of each line.

mod part;
mod summary;

use std::io::Write;

use image::{Rgb, RgbImage};
use jiff::Zoned;
use proptest::prelude::*;

use super::page::{BOTTOM, LEFT, PAGE_HEIGHT, RIGHT};
use super::{PdfReport, ReportedPart};
use fettle_domain::{
    ActionChange, ActionEntry, ActionSource, ActionState, Anomaly, Author, BankRef,
    CaptureDeviation, ContentHash, Contour, CorrectiveAction, CorrectiveActionId, DefectCode,
    DefectType, DisplayNames, Effectiveness, HeatmapScale, ImageId, Inspection, InspectionId,
    InspectionRow, Judgement, KnownDefectsTerm, KnownImage, Language, LineSpan, ManualFinding,
    ManualId, ManualLine, MeasuredLine, Measurements, ModelId, ModelView, Opinion, PartArea,
    PastAction, PeriodCount, PixelScale, Place, PlacePx, PointPx, Product, ProductCode, RectPt,
    RectPx, Recurrence, Region, Report, ReportLine, ReportPart, ReportSection, Resemblance,
    ScaleSource, Section, ShownPicture, SkipReason, Stage, Statement, StatementKind, Support,
    Thresholds, Translation, Verdict,
};
use fettle_i18n::{Value, text, text_with};

fn words(language: Language) -> impl Fn(&str, &[(&str, String)]) -> String {
    move |id, values| {
        let values: Vec<(&str, Value)> =
            values.iter().map(|(name, value)| (*name, value.clone().into())).collect();
        text_with(language, id, &values)
    }
}

fn noon() -> Zoned {
    "2026-11-22T12:00:00+09:00[Asia/Seoul]".parse().unwrap()
}

fn region(number: u32) -> Region {
    let corner = |x, y| PointPx { x, y };
    Region {
        rect_in_image: RectPx { x: 10 + number, y: 20, width: 30, height: 40 },
        area_px: 1000 + number,
        longest_px: None,
        share: 0.05,
        share_of: PartArea::Image,
        peak_score: 3.5,
        peak_at: None,
        contours: vec![Contour {
            points: vec![corner(10, 20), corner(40, 20), corner(40, 60)],
            hole: false,
        }],
        place: Place::UpperLeft,
    }
}

/// What a model saw of it.
fn view() -> ModelView {
    ModelView {
        model: ModelId("looker".into()),
        language: Language::Ko,
        text: "왼쪽 위에 **둥근** 구멍이 보입니다.".into(),
        shown: vec![ShownPicture::Part, ShownPicture::Overlay],
    }
}

/// An NG part with a defect that its manual knows.
fn ng() -> Inspection {
    let product = ProductCode::new("prod1").unwrap();
    let rect = RectPt { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };
    let statement = |id: &str, kind, text: &str, page| Statement {
        id: id.to_owned(),
        kind,
        text: text.to_owned(),
        spans: vec![LineSpan { page, rect }],
        figures: Vec::new(),
    };
    let causes = vec![statement("hole.c1", StatementKind::Cause, "용탕의 수소가 빠지지 않음", 2)];
    let actions = vec![
        statement("hole.a1", StatementKind::Action, "탈가스 시간을 3분 늘림 (±0.5℃)", 2),
        statement("hole.a2", StatementKind::Action, "벤트 핀의 막힘을 점검", 3),
    ];
    let cited = |statement: &Statement| ReportLine {
        text: statement.text.clone(),
        support: Support::Manual { statements: vec![statement.id.clone()] },
    };
    let line = |text: &str, support| ReportLine { text: text.to_owned(), support };
    let reference = Support::Reference { statements: vec!["hole.a1".to_owned()] };
    let of = |id: &str| Support::Paraphrase { statements: vec![id.to_owned()] };
    let sections = vec![
        (ReportPart::Situation, vec![line("점수가 임계값을 넘었습니다", Support::Measured)]),
        (ReportPart::Causes, causes.iter().map(cited).collect()),
        (
            ReportPart::Actions,
            vec![
                cited(&actions[0]),
                line(
                    "벤트 핀의 막힘을 점검합니다.",
                    Support::Composed { statements: vec!["hole.a2".to_owned()] },
                ),
            ],
        ),
        (
            ReportPart::Prevention,
            vec![
                line("벤트 핀을 자주 점검합니다", of("hole.a2")),
                line("설비를 자주 청소합니다", Support::Unsupported),
                line("1번은 되풀이합니다", reference),
            ],
        ),
        (ReportPart::Remarks, vec![line("벤트 핀을 점검합니다", of("hole.a2"))]),
    ];
    let sections =
        sections.into_iter().map(|(part, lines)| ReportSection { part, lines }).collect();
    let section = Section {
        heading: "hole (기공)".into(),
        defect: None,
        page: 2,
        causes,
        actions,
        parts: Vec::new(),
        figures: Vec::new(),
    };
    let thresholds = Thresholds::without_zone(2.25, 1.75);
    Inspection {
        id: Some(InspectionId(12)),
        created_at: "2026-11-22T10:00:00+09:00".into(),
        source: "/line/a/부품 1.png".into(),
        image_hash: ContentHash("ab".repeat(32)),
        image_path: None,
        width_px: 120,
        height_px: 90,
        product: Some(product.clone()),
        product_given: false,
        models: vec![ModelId("encoder".into()), ModelId("backbone".into())],
        verdict: Verdict::Ng,
        similarity: Stage::Skipped(SkipReason::NoIndex),
        anomaly: Stage::Done(Anomaly {
            verdict: Verdict::Ng,
            image_score: 4.75,
            calibrated_score: None,
            known_defects: None,
            deviations: Vec::new(),
            sample_bits: None,
            thresholds,
            scale: HeatmapScale { low: 0.5, high: 3.0 },
            mask_threshold: Some(2.0),
            bank: BankRef { product, version: 7, model: ModelId("backbone".into()) },
            area: None,
            regions: vec![region(0)],
            reference: None,
        }),
        manual: Stage::Done(ManualFinding {
            manual: ManualId(1),
            path: "manual_store/prod1.pdf".into(),
            content_hash: ContentHash("cd".repeat(32)),
            registered_at: None,
            others: Vec::new(),
            defect: DefectCode::new("hole").unwrap(),
            section,
        }),
        report: Stage::Done(Report {
            language: Language::Ko,
            author: Author::Model { model: ModelId("writer".into()) },
            sections,
            translations: vec![Translation {
                statement: "hole.c1".into(),
                text: "Hydrogen stays in the melt".into(),
            }],
        }),
        view: Stage::Done(view()),
        past_actions: Vec::new(),
        notices: vec!["비교할 정상품이 없습니다".into()],
        timings: Vec::new(),
        measurements: Default::default(),
    }
}

fn judged() -> Judgement {
    let defect = Some(DefectCode::new("burr").unwrap());
    let opinion = Opinion { verdict: Verdict::Ok, defect, note: "가장자리만 거침".into() };
    Judgement { opinion, by: "김검사".into(), at: "2026-11-22T02:30:00Z".into() }
}

fn picture() -> RgbImage {
    RgbImage::from_fn(120, 90, |x, y| Rgb([x as u8, y as u8, 90]))
}

fn only(inspection: &Inspection) -> ReportedPart<'_> {
    let (judgement, action, picture, pictures, notice) = (None, None, None, None, None);
    ReportedPart { inspection, judgement, action, picture, pictures, figures: &[], notice }
}

fn printed(language: Language, rows: &[InspectionRow], parts: &[ReportedPart<'_>]) -> Vec<u8> {
    printed_naming(DisplayNames::default(), language, rows, parts)
}

fn printed_naming(
    names: DisplayNames,
    language: Language,
    rows: &[InspectionRow],
    parts: &[ReportedPart<'_>],
) -> Vec<u8> {
    let words = words(language);
    let mut report = PdfReport::new(language, noon(), &words).unwrap().with_names(names);
    if !rows.is_empty() {
        report.summary(rows);
    }
    for part in parts {
        report.add(part).unwrap();
    }
    report.finish().unwrap()
}

fn lines(pdf: &[u8]) -> Vec<ManualLine> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pdf).unwrap();
    fettle_manuals::read_lines(file.path()).unwrap()
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

fn all_text(lines: &[ManualLine]) -> String {
    lines.iter().map(|line| squeezed(&line.text)).collect()
}

#[track_caller]
fn all_on_the_page(lines: &[ManualLine]) {
    for line in lines {
        let RectPt { x, y, width, height } = line.rect;
        assert!(x >= LEFT - 0.5 && x + width <= RIGHT + 0.5, "{line:?}");
        assert!(y >= 0.0 && y + height <= PAGE_HEIGHT - 20.0, "{line:?}");
    }
}
