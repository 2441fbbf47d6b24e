//! Reports parsed back with the manual parser, which gives the position of each line.

use std::io::Write;

use image::{Rgb, RgbImage};
use jiff::Zoned;
use proptest::prelude::*;

use super::page::{BOTTOM, LEFT, PAGE_HEIGHT, RIGHT};
use super::verdict_mark::{verdict_background, verdict_colour};
use super::{PdfReport, ReportedPart};
use fettle_domain::{
    ActionChange, ActionState, Anomaly, Author, BankRef, CaptureDeviation, ContentHash, Contour,
    DefectCode, DefectType, DisplayNames, HeatmapScale, ImageId, Inspection, InspectionId,
    InspectionRow, Judgement, KnownDefectsTerm, KnownImage, Language, LineSpan, ManualFinding,
    ManualId, ManualLine, ModelId, ModelView, Opinion, PartArea, Place, PointPx, Product,
    ProductCode, RectPt, RectPx, Region, Report, ReportLine, ReportPart, ReportSection,
    Resemblance, Section, ShownPicture, SkipReason, Stage, Statement, StatementKind, Support,
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
        models: vec![ModelId("encoder".into()), ModelId("backbone".into())],
        verdict: Verdict::Ng,
        similarity: Stage::Skipped(SkipReason::NoIndex),
        anomaly: Stage::Done(Anomaly {
            verdict: Verdict::Ng,
            image_score: 4.75,
            calibrated_score: None,
            known_defects: None,
            deviations: Vec::new(),
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
        notices: vec!["비교할 정상품이 없습니다".into()],
        timings: Vec::new(),
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
    ReportedPart { inspection, judgement, action, picture, pictures, notice }
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

#[test]
fn a_report_has_every_result_with_its_source() {
    let inspection = ng();
    let (judgement, picture) = (judged(), picture());
    let action = ActionChange {
        state: ActionState::Done,
        by: "박조치".into(),
        at: "2026-11-22T03:00:00Z".into(),
    };
    for language in [Language::Ko, Language::En] {
        let part = ReportedPart {
            judgement: Some(&judgement),
            action: Some(&action),
            picture: Some(&picture),
            notice: Some("뱅크가 없어 열지도를 그릴 수 없습니다"),
            ..only(&inspection)
        };
        let pdf = printed(language, &[], &[part]);
        let lines = lines(&pdf);
        all_on_the_page(&lines);
        let read = all_text(&lines);
        let word = |id: &str| text(language, id);
        let from = |source: &str, page: &str, id: &str| {
            let place = text_with(language, "manual-page", &[("page", page.into())]);
            text_with(language, source, &[("place", place.into()), ("ids", id.into())])
        };
        let cite = |page: &str, id: &str| from("source-manual", page, id);
        let expected = [
            word("pdf-title"),
            word("verdict-ng"),
            "4.75".to_owned(),
            "2.25".to_owned(),
            word("verdict-ok"),
            // In the report's zone, which is Seoul's.
            text_with(
                language,
                "judge-by",
                &[("by", "김검사".into()), ("time", "2026-11-22 11:30".into())],
            ),
            "가장자리만 거침".to_owned(),
            "박조치".to_owned(),
            "burr".to_owned(),
            word("place-upper-left"),
            "30 × 40".to_owned(),
            format!(
                "용탕의 수소가 빠지지 않음 {} · {}",
                text_with(
                    language,
                    "machine-translation",
                    &[("text", "Hydrogen stays in the melt".into())]
                ),
                cite("2", "hole.c1")
            ),
            format!("□ 1. 탈가스 시간을 3분 늘림 (±0.5℃) {}", cite("2", "hole.a1")),
            format!(
                "□ 2. 벤트 핀의 막힘을 점검합니다. {}",
                from("source-composed", "3", "hole.a2")
            ),
            format!("1번은 되풀이합니다 {}", cite("2", "hole.a1")),
            word("report-remarks"),
            word("report-remarks-note"),
            format!("벤트 핀을 점검합니다 {}", from("source-paraphrase", "3", "hole.a2")),
            format!("벤트 핀을 자주 점검합니다 {}", from("source-paraphrase", "3", "hole.a2")),
            format!("설비를 자주 청소합니다 {}", word("source-unsupported")),
            "manual_store/prod1.pdf — hole (기공)".to_owned(),
            "비교할 정상품이 없습니다".to_owned(),
            "뱅크가 없어 열지도를 그릴 수 없습니다".to_owned(),
            "prod1 v7 (backbone)".to_owned(),
            "encoder, backbone".to_owned(),
            text_with(language, "report-by-model", &[("model", "writer".into())]),
            "/line/a/부품 1.png (120 × 90 px)".to_owned(),
            "ab".repeat(32),
            word("pdf-inspector"),
            word("pdf-supervisor"),
            word("pdf-date"),
        ];
        for text in expected {
            assert!(read.contains(&squeezed(&text)), "{text:?} is not in\n{read}");
        }
        assert_eq!(pdf, printed(language, &[], &[part]), "the same again");
        assert!(printed(language, &[], &[only(&inspection)]).len() < 100_000, "fonts are subsets");

        let document = lopdf::Document::load_mem(&pdf).unwrap();
        let catalog = document.catalog().unwrap();
        let spoken: &[u8] = if language == Language::Ko { b"ko" } else { b"en" };
        assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), spoken);
        assert!(catalog.has(b"StructTreeRoot") && catalog.has(b"Outlines"));
        let pages = document.get_pages().len();
        for page in 1..=pages {
            assert!(read.contains(&format!("{page}/{pages}")), "{read}");
        }
    }
}

#[test]
fn long_content_continues_on_further_pages() {
    let mut inspection = ng();
    inspection.source = format!("/line/{}.png", "아주긴이름_".repeat(500));
    let long = "용탕 온도를 낮추고 주입 속도를 일정하게 유지합니다. ".repeat(120);
    inspection.notices = (0..60).map(|n| format!("알림 {n} {long}")).collect();
    if let Stage::Done(anomaly) = &mut inspection.anomaly {
        anomaly.regions = (0..150).map(region).collect();
    }
    let mut judgement = judged();
    judgement.opinion.note = "x".repeat(5000);
    let picture = picture();
    let part =
        ReportedPart { judgement: Some(&judgement), picture: Some(&picture), ..only(&inspection) };
    let lines = lines(&printed(Language::Ko, &[], &[part]));
    all_on_the_page(&lines);
    let read = all_text(&lines);
    // The lines of a cell are those of its row, one below the other.
    assert!(read.matches('x').count() >= 5000);
    for number in 0..150_u32 {
        assert!(read.contains(&(1000 + number).to_string()), "region {number}");
    }
    for n in 0..60 {
        assert!(read.contains(&format!("알림{n}용탕")), "notice {n}");
    }
    // The table's headings are said again on each page that it goes on over.
    assert!(read.matches("좌표(px)").count() >= 3);
    let body = lines.iter().filter(|line| line.rect.y < BOTTOM);
    assert!(body.map(|line| line.rect.y + line.rect.height).fold(0.0, f32::max) <= BOTTOM + 1.0);
}

#[test]
fn a_models_description_is_marked_and_follows_the_manuals_statements() {
    let mut inspection = ng();
    let read = |inspection: &Inspection| {
        let print = all_text(&lines(&printed(Language::En, &[], &[only(inspection)])));
        let words = |id: &str, values: &[(&str, String)]| {
            let values: Vec<_> = values.iter().map(|(n, v)| (*n, v.clone().into())).collect();
            text_with(Language::En, id, &values)
        };
        (print, crate::markdown(inspection, false, &words))
    };
    let title = text_with(Language::En, "view-title", &[]);
    let pictures = "the part, the anomaly map";
    let values = [("model", "looker".into()), ("pictures", pictures.into())];
    let whose = text_with(Language::En, "view-by-model", &values);
    let (print, markdown) = read(&inspection);
    for said in [&title, &whose, &view().text] {
        assert!(print.contains(&squeezed(said)), "{said} is not in {print}");
        let said = said.replace('*', "\\*");
        assert!(markdown.contains(&said), "{said} is not in {markdown}");
        assert!(markdown.find(&said) > markdown.find("설비를 자주"), "{markdown}");
    }
    // Why there is none is said where somebody asked for one.
    for (stage, expect) in [
        (Stage::Failed { message: "it babbled".to_owned() }, Some("it babbled")),
        (Stage::Skipped(SkipReason::NoModel { model: ModelId("looker".into()) }), Some("looker")),
        (Stage::Skipped(SkipReason::NoVisionChat), None),
        (Stage::Skipped(SkipReason::NotAsked), None),
        (Stage::Skipped(SkipReason::PartIsOk), None),
    ] {
        inspection.view = stage;
        let (print, markdown) = read(&inspection);
        assert_eq!(print.contains(&squeezed(&title)), expect.is_some(), "{print}");
        assert_eq!(markdown.contains(&title), expect.is_some(), "{markdown}");
        let said = expect.unwrap_or_default();
        assert!(print.contains(&squeezed(said)) && markdown.contains(said), "{markdown}");
    }
}

#[test]
fn missing_results_are_explained() {
    let product = ProductCode::new("prod1").unwrap();
    let mut inspection = ng();
    inspection.verdict = Verdict::Unsure;
    inspection.anomaly = Stage::Skipped(SkipReason::NoBank { product: product.clone() });
    inspection.manual = Stage::Skipped(SkipReason::NoManual { product: product.clone() });
    inspection.report = Stage::Skipped(SkipReason::NoManual { product });
    let read = all_text(&lines(&printed(Language::En, &[], &[only(&inspection)])));
    for (id, name) in [("skip-no-bank", "product"), ("skip-no-manual", "product")] {
        let why = text_with(Language::En, id, &[(name, "prod1".into())]);
        assert!(read.contains(&squeezed(&why)), "{why} is not in {read}");
    }
    assert!(read.contains("unsure") && !read.contains("4.75"), "{read}");
}

#[test]
fn an_unsure_part_says_why_and_names_both_limits() {
    let known = KnownDefectsTerm {
        added: 0.35,
        resembles: vec![Resemblance {
            image: KnownImage::Registered(ImageId(3)),
            path: None,
            defect: Some(DefectCode::new("hole").unwrap()),
            similarity: 0.912,
        }],
    };
    let dark = CaptureDeviation::Darker { ratio: 0.75 };
    // Deviations of the picture, term of known defects, expected beside verdict and scores.
    let cases: [(&[CaptureDeviation], Option<&KnownDefectsTerm>, &[&str]); 3] = [
        (&[], None, &["The score lies between the two limits"]),
        (&[dark], None, &["The light is 25 % weaker than in the normal pictures"]),
        (&[], Some(&known), &["1.15 by the picture itself, +0.35 from what known", "hole · 91 %"]),
    ];
    for (deviations, known, expected) in cases {
        let mut inspection = ng();
        inspection.verdict = Verdict::Unsure;
        if let Stage::Done(anomaly) = &mut inspection.anomaly {
            anomaly.verdict = Verdict::Unsure;
            anomaly.image_score = 1.5;
            anomaly.thresholds = Thresholds { unsure: 1.0, image: 2.0, pixel: 1.0 };
            anomaly.deviations = deviations.to_vec();
            anomaly.known_defects = known.cloned();
        }
        let found = lines(&printed(Language::En, &[], &[only(&inspection)]));
        all_on_the_page(&found);
        let read = all_text(&found);
        let always =
            ["1.50 · calibrated 0.75", "unsure above 1.00", "(calibrated 0.5), NG above 2.00"];
        for text in always.iter().chain(expected) {
            assert!(read.contains(&squeezed(text)), "{text} is not in {read}");
        }
    }
}

#[test]
fn backgrounds_of_verdicts_can_be_read_and_told_apart_in_grey() {
    // Relative luminance by WCAG 2.
    let luminance = |colour: [u8; 3]| {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let [r, g, b] = colour.map(linear);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let contrast = |a, b| {
        let (a, b): (f64, f64) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    };
    for (place, verdict) in Verdict::ALL.into_iter().enumerate() {
        let (background, ink) = verdict_background(verdict);
        assert!(contrast(background, ink) >= 4.5, "{verdict:?}");
        assert!(contrast(verdict_colour(verdict), [255; 3]) >= 4.5, "{verdict:?}");
        for other in Verdict::ALL.into_iter().take(place) {
            let found = contrast(background, verdict_background(other).0);
            assert!(found >= 1.6, "{verdict:?} beside {other:?}: {found:.2}");
        }
    }
}

#[test]
fn several_parts_are_counted_and_listed_with_their_pages() {
    let row = |n: i64, verdict, judged, defect: Option<&str>| InspectionRow {
        id: InspectionId(n),
        created_at: format!("2026-11-22T10:0{n}:00+09:00"),
        product: Some(ProductCode::new(if n < 3 { "prod1" } else { "leather" }).unwrap()),
        defect: defect.map(|defect| DefectCode::new(defect).unwrap()),
        verdict,
        judged,
        image_score: Some(n as f32),
        source: format!("/line/part-{n}.png"),
        image_path: None,
        action: ActionState::Open,
    };
    let rows = [
        row(1, Verdict::Ng, None, Some("hole")),
        row(2, Verdict::Ok, Some(Verdict::Ng), Some("hole")),
        row(3, Verdict::Ok, None, Some("cut")),
        // An unsure part that a person looked at again, and one that nobody did.
        row(4, Verdict::Unsure, Some(Verdict::Ok), None),
        row(5, Verdict::Unsure, None, None),
    ];
    let inspection = ng();
    let parts = [only(&inspection); 5];
    let pdf = printed(Language::En, &rows, &parts);
    let lines = lines(&pdf);
    all_on_the_page(&lines);
    let first: Vec<_> = lines.iter().filter(|line| line.page == 1).cloned().collect();
    let read = all_text(&first);
    // A product: parts, OK, NG, unsure, looked at again, overkill, escape. What a person said
    // counts.
    for text in [
        "prod1 2 0 2 0 0 – 100.0 %",
        "leather 3 2 0 1 1 0.0 % –",
        "hole 2",
        "2026-11-22 10:01 to 2026-11-22 10:05",
    ] {
        assert!(read.contains(&squeezed(text)), "{text} is not in {read}");
    }
    for (n, row) in rows.iter().enumerate() {
        let line = first.iter().find(|line| line.text.contains(row.file_name())).unwrap();
        // The last cell of its row.
        let row = first.iter().filter(|other| (other.rect.y - line.rect.y).abs() < 3.0);
        let last = row.max_by(|a, b| a.rect.x.total_cmp(&b.rect.x)).unwrap();
        let page: u32 = last.text.split_whitespace().next_back().unwrap().parse().unwrap();
        let title = text(Language::En, "pdf-title");
        let begins = lines.iter().filter(|line| line.text.starts_with(&title)).nth(n).unwrap();
        assert_eq!(begins.page, page, "{line:?}");
    }
    // A good part has no defect, whatever it resembles.
    assert!(!read.contains("cut"), "{read}");
}

#[test]
fn products_and_defects_have_their_names() {
    let code = ProductCode::new("prod1").unwrap();
    let text = str::to_owned;
    let names = DisplayNames {
        products: vec![Product {
            code: code.clone(),
            name_ko: text("주조제품 A형"),
            name_en: text("Casting, type A"),
        }],
        defects: vec![DefectType {
            product: code.clone(),
            code: DefectCode::new("hole").unwrap(),
            name_ko: text("기공"),
            name_en: text("Gas pore"),
            full_name: text("hole (기공)"),
        }],
    };
    let row = InspectionRow {
        id: InspectionId(1),
        created_at: text("2026-11-22T10:00:00+09:00"),
        product: Some(code),
        defect: Some(DefectCode::new("hole").unwrap()),
        verdict: Verdict::Ng,
        judged: None,
        image_score: Some(1.0),
        source: text("/line/part.png"),
        image_path: None,
        action: ActionState::Open,
    };
    let inspection = ng();
    for (language, product, defect) in
        [(Language::Ko, "주조제품 A형", "기공"), (Language::En, "Casting, type A", "Gas pore")]
    {
        let rows = [row.clone(), row.clone()];
        let pdf = printed_naming(names.clone(), language, &rows, &[only(&inspection); 2]);
        let lines = lines(&pdf);
        all_on_the_page(&lines);
        for (page, expected) in [
            (1, vec![format!("{product} 2"), format!("{defect} 2")]),
            (2, vec![format!("{product} (prod1)"), squeezed(defect)]),
        ] {
            let here: Vec<_> = lines.iter().filter(|line| line.page == page).cloned().collect();
            let read = all_text(&here);
            for text in expected {
                assert!(read.contains(&squeezed(&text)), "{text} is not in {read}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn any_text_can_be_printed(text in "(\\PC|[\\x00-\\x20가-힣]){0,150}", width in 1_u32..300) {
        let mut inspection = ng();
        inspection.source.clone_from(&text);
        inspection.notices = vec![text.clone()];
        inspection.view = Stage::Done(ModelView { text: text.clone(), ..view() });
        if let Stage::Done(report) = &mut inspection.report {
            report.sections[2].lines[0].text.clone_from(&text);
        }
        let mut judgement = judged();
        (judgement.by, judgement.at) = (text.clone(), text);
        let picture = RgbImage::new(width, 301 - width);
        let part = ReportedPart {
            judgement: Some(&judgement),
            picture: Some(&picture),
            ..only(&inspection)
        };
        all_on_the_page(&lines(&printed(Language::Ko, &[], &[part])));
    }
}
