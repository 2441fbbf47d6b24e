//! A workspace whose contents are the same on every machine and on every day.

use image::{Rgb, RgbImage};
use tempfile::TempDir;

use crate::tests::inspections::{scored_anomaly, skipped_inspection};
use crate::tests::test_app::run_job;
use fettle_domain::{
    Anomaly, Author, ContentHash, Contour, Hit, ImageId, ImageLabel, Inspection, InspectionId,
    Language, ManualFinding, ModelId, ModelView, Opinion, PartArea, Place, PointPx, Product,
    ProductCode, RectPx, Region, Report, ReportLine, ReportPart, ReportSection, ShownPicture,
    Similarity, Stage, Suggestion, Support, Verdict,
};
use fettle_engine::{
    AddDefectType, AddProduct, BuildIndex, Engine, FitBank, ParsedManual, RegisterImages,
    RegisterManual,
};
use fettle_library::Library;
use fettle_testing::documents::{own_fonts, page, pdf};

/// The source of the inspection whose stages all have results.
pub(crate) const OPENED: &str = "casting_012.png";

/// A vision-language model's description of that inspection.
pub(super) const SEEN_EN: &str =
    "There is a round, dark hole a little above the centre; the normal part is smooth there.";
const SEEN_KO: &str =
    "중앙 조금 위에 둥글고 어두운 구멍이 보입니다. 정상 부품은 그곳이 매끈합니다.";

fn casting() -> ProductCode {
    ProductCode::new("casting").unwrap()
}

/// The centre (x, y) and radius of the defect of part `seed`, in pixels.
fn defect_at(seed: u32) -> (u32, u32, u32) {
    (110 + (seed * 37) % 100, 80 + (seed * 53) % 70, 17)
}

/// A picture of a part with a grain, with a hole, a scratch or no defect.
pub(crate) fn part(seed: u32, defect: Option<&str>) -> RgbImage {
    let (left, top, radius) = defect_at(seed);
    RgbImage::from_fn(320, 240, |x, y| {
        let (dx, dy) = (x.abs_diff(left), y.abs_diff(top));
        match defect {
            Some("hole") if dx * dx + dy * dy < radius * radius => return Rgb([12, 12, 16]),
            Some("scratch") if dx.abs_diff(dy) < 3 && dx < 60 => return Rgb([250, 250, 240]),
            _ => {}
        }
        let noise = (x * 31 + y * 17 + seed * 7).wrapping_mul(2_654_435_761) >> 28;
        let band = (x + 2 * y + seed) / 12 % 3 * 4;
        Rgb([120, 125, 130].map(|value| (value + noise + band) as u8))
    })
}

/// Registers two products, with known defects, normal parts and a manual of the first.
pub(crate) fn register(engine: &Engine) -> ParsedManual {
    let dir = TempDir::new().unwrap();
    for (code, name_ko, name_en) in
        [("casting", "주조품", "Casting"), ("leather", "가죽", "Leather")]
    {
        let (name_ko, name_en) = (name_ko.to_owned(), name_en.to_owned());
        run_job(engine, AddProduct(Product { code: code.parse().unwrap(), name_ko, name_en }));
    }
    let register = |label: ImageLabel, name: Option<&str>, count: u32| {
        let paths = (0..count).map(|seed| {
            let path = dir.path().join(format!("{}_{seed}.png", name.unwrap_or("ok")));
            part(seed, name).save(&path).unwrap();
            path
        });
        let paths = paths.collect();
        run_job(
            engine,
            RegisterImages {
                product: casting(),
                label,
                paths,
                recursive: false,
                regions: Default::default(),
            },
        );
    };
    register(ImageLabel::Normal, None, 10);
    for (code, name_ko, name_en) in [("hole", "기공", "Blow hole"), ("scratch", "긁힘", "Scratch")]
    {
        let code: fettle_domain::DefectCode = code.parse().unwrap();
        let defect = AddDefectType {
            product: casting(),
            code: code.clone(),
            name_ko: Some(name_ko.to_owned()),
            name_en: Some(name_en.to_owned()),
            full_name: None,
        };
        run_job(engine, defect);
        register(ImageLabel::Defect(code.clone()), Some(code.as_str()), 6);
    }
    manual(engine)
}

/// Fits a bank and builds the index.
pub(super) fn fit_and_index(engine: &Engine) {
    run_job(engine, FitBank { ratio: 0.1, ..FitBank::new(casting()) });
    run_job(engine, BuildIndex { rebuild: false });
}

fn manual(engine: &Engine) -> ParsedManual {
    let first: &[&str] = &[
        "# hole (기공)",
        "발생 원인",
        "• 용탕 내 가스가 배출되지 않음",
        "• 탈기 불량",
        "• 금형 온도가 낮아 응고가 빠름",
        "조치 가이드",
        "• 탈기 장치를 점검하고 필터를 교체",
        "• 금형 예열 온도를 200 ℃ 이상으로 유지",
    ];
    let second: &[&str] =
        &["# scratch (긁힘)", "발생 원인", "• 이송 중 충돌", "조치 가이드", "• 고무패드 적용"];
    let path = engine.workspace().file("casting.pdf");
    std::fs::write(&path, pdf(&own_fonts(), &[page(first), page(second)], false)).unwrap();
    run_job(engine, RegisterManual { product: casting(), path })
}

/// Records twelve inspections of three days; the stages of the last all have results.
pub(crate) fn record(engine: &Engine, manual: &ParsedManual, language: Language) {
    let mut library = Library::open(engine.workspace().root()).unwrap();
    let mut png = std::io::Cursor::new(Vec::new());
    part(12, Some("hole")).write_to(&mut png, image::ImageFormat::Png).unwrap();
    let kept = library.store_upload(&png.into_inner()).unwrap().path;
    for number in 1..=12_u32 {
        let verdict = match number % 4 {
            0 => Verdict::Ng,
            1 if number == 9 => Verdict::Unsure,
            _ => Verdict::Ok,
        };
        let mut one = inspection(number, verdict, kept.clone());
        if number == 12 {
            fill_in(&mut one, manual, language);
        }
        library.record_inspection(&one).unwrap();
    }
    // The list shows judgements; their author and time are in the details.
    for (id, verdict) in [(4, Verdict::Ng), (8, Verdict::Ok), (10, Verdict::Ok)] {
        let opinion = Opinion { verdict, defect: None, note: String::new() };
        library.judge(InspectionId(id), Some(&opinion), "kim").unwrap();
    }
}

fn inspection(number: u32, verdict: Verdict, kept: String) -> Inspection {
    let is_bad = verdict == Verdict::Ng;
    let (x, y, radius) = defect_at(12);
    let corners = [(-1, -2), (1, -2), (2, -1), (2, 1), (1, 2), (-1, 2), (-2, 1), (-2, -1)];
    let corner = |(right, down): (i32, i32)| PointPx {
        x: x.saturating_add_signed(right * radius as i32 / 2),
        y: y.saturating_add_signed(down * radius as i32 / 2),
    };
    let region = Region {
        rect_in_image: RectPx {
            x: x - radius,
            y: y - radius,
            width: 2 * radius,
            height: 2 * radius,
        },
        area_px: 907,
        longest_px: None,
        share: 0.0118,
        share_of: PartArea::Image,
        peak_score: 2.41,
        peak_at: Some(PointPx { x, y }),
        contours: vec![Contour { points: corners.map(corner).to_vec(), hole: false }],
        place: Place::Centre,
    };
    let score = match verdict {
        Verdict::Ok => 0.3 + 0.03 * number as f32,
        Verdict::Unsure => 0.9,
        Verdict::Ng => 1.5 + 0.05 * number as f32,
    };
    let anomaly = Anomaly {
        mask_threshold: is_bad.then_some(1.6),
        regions: is_bad.then_some(region).into_iter().collect(),
        ..scored_anomaly(verdict, score)
    };
    Inspection {
        created_at: format!("2026-11-{}T10:{number:02}:00+09:00", 18 + (number + 3) / 5),
        image_hash: ContentHash(format!("{number:02x}").repeat(32)),
        image_path: Some(kept),
        width_px: 320,
        height_px: 240,
        anomaly: Stage::Done(anomaly),
        ..skipped_inspection(&format!("/line/casting_{number:03}.png"), verdict)
    }
}

/// Fills in neighbours, the section of the manual, a report and a view.
fn fill_in(inspection: &mut Inspection, manual: &ParsedManual, language: Language) {
    let defect: fettle_domain::DefectCode = "hole".parse().unwrap();
    let hit = |(number, score): (i64, f32)| Hit {
        region: None,
        image: ImageId(number),
        product: casting(),
        defect: defect.clone(),
        score,
        path: format!("data/casting_hole_{number}.png"),
    };
    inspection.similarity = Stage::Done(Similarity {
        hits: [(1, 0.941), (4, 0.917), (2, 0.885)].map(hit).to_vec(),
        suggestion: Some(Suggestion {
            product: casting(),
            defect: Some(defect.clone()),
            confidence: 0.97,
        }),
    });
    let section = manual.text.sections[0].clone();
    let of_manual = |statements: &[fettle_domain::Statement]| {
        let line = |statement: &fettle_domain::Statement| ReportLine {
            text: statement.text.clone(),
            support: Support::Manual { statements: vec![statement.id.clone()] },
        };
        statements.iter().map(line).collect::<Vec<_>>()
    };
    let situation = match language {
        Language::Ko => "중앙에 기공이 1곳 있습니다.",
        Language::En => "One blow hole in the centre.",
    };
    let situation = ReportLine { text: situation.to_owned(), support: Support::Measured };
    let parts = [
        (ReportPart::Situation, vec![situation]),
        (ReportPart::Causes, of_manual(&section.causes)),
        (ReportPart::Actions, of_manual(&section.actions)),
    ];
    let sections = parts.map(|(part, lines)| ReportSection { part, lines }).to_vec();
    inspection.report = Stage::Done(Report {
        language,
        author: Author::Evidence,
        sections,
        translations: Vec::new(),
    });
    inspection.view = Stage::Done(ModelView {
        model: ModelId("qwen3-vl-2b-instruct".to_owned()),
        language,
        text: if language == Language::Ko { SEEN_KO } else { SEEN_EN }.to_owned(),
        shown: vec![ShownPicture::Part, ShownPicture::Reference, ShownPicture::Overlay],
    });
    inspection.manual = Stage::Done(ManualFinding {
        manual: manual.manual.id,
        path: manual.manual.path.clone(),
        content_hash: manual.manual.content_hash.clone(),
        registered_at: None,
        others: Vec::new(),
        defect,
        section,
    });
}
