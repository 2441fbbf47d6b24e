//! The pages of one part.

use super::*;

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
        learned: None,
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
fn sizes_and_measured_lines_are_printed_in_millimetres_where_there_is_a_scale() {
    let place = |x: f32| PlacePx { x, y: 30.0 };
    let line = |to: f32, note: &str| MeasuredLine {
        from: place(10.0),
        to: place(to),
        note: note.to_owned(),
    };
    let scale = PixelScale {
        mm_per_px: 0.05,
        found: ScaleSource::KnownLength { length_mm: 5.0, length_px: 100.0 },
        found_at: "2026-11-30T10:00:00Z".into(),
        picture_px: Some((120, 90)),
    };
    let lines = vec![line(60.0, "뚜껑의 틈"), line(12.5, "")];
    let picture = picture();
    for language in [Language::Ko, Language::En] {
        let word = |id: &str| text(language, id);
        let values = [("mm", Value::from("0.0500")), ("how", word("scale-known-length").into())];
        let of_scale = text_with(language, "scale-text", &values);
        for (scale, expected, absent) in [
            (
                Some(scale.clone()),
                // 1000 pixels, an extent of 42, lines of 50 and 2.5.
                vec!["2.50", "2.10", "1: 2.50 mm", "0.125 mm", "뚜껑의 틈", &of_scale],
                word("pdf-longest-px"),
            ),
            (None, vec!["1000", "42.0", "1: 50.0 px", "2.50 px", "뚜껑의 틈"], word("label-scale")),
        ] {
            let mut inspection = ng();
            if let Stage::Done(anomaly) = &mut inspection.anomaly {
                anomaly.regions = vec![Region { longest_px: Some(42.0), ..region(0) }];
            }
            inspection.measurements = Measurements { scale, lines: lines.clone() };
            let part = ReportedPart { picture: Some(&picture), ..only(&inspection) };
            let lines = super::lines(&printed(language, &[], &[part]));
            all_on_the_page(&lines);
            // Spaces of the page are not text.
            let read = all_text(&lines);
            let has = |text: &str| read.contains(&text.replace(' ', ""));
            for text in expected {
                assert!(has(text), "{text}: {read}");
            }
            assert!(has(&word("label-measured")) && !has(&absent), "{read}");
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

/// Two records: one imported and counted, one written that is open.
fn past_actions() -> Vec<PastAction> {
    let day = |text: &str| Some(text.parse().unwrap());
    let first = CorrectiveAction {
        id: CorrectiveActionId(12),
        product: "prod1".parse().unwrap(),
        defect: Some("hole".parse().unwrap()),
        inspection: None,
        entry: ActionEntry {
            root_cause: "탈기 시간 부족".into(),
            action: "탈기 3분 → 5분\n*작업 표준* 개정".into(),
            owner: "김철수".into(),
            done: day("2026-10-12"),
            verified: day("2026-11-12"),
            effect: Effectiveness::Effective,
            ..ActionEntry::default()
        },
        source: ActionSource::Imported { import: 1, file: "8d.xlsx".into(), place: 4 },
        by: "kim".into(),
        at: "2026-11-20T00:00:00Z".into(),
    };
    let second = CorrectiveAction {
        id: CorrectiveActionId(13),
        inspection: Some(InspectionId(7)),
        entry: ActionEntry {
            action: "벤트 핀 교체".into(),
            due: day("2026-12-24"),
            ..ActionEntry::default()
        },
        source: ActionSource::Written,
        ..first.clone()
    };
    let count = |parts, ng| PeriodCount { parts, ng };
    let counted = Recurrence::counted(30, count(95, 9), count(120, 2));
    vec![
        PastAction { action: first, recurrence: counted },
        PastAction { action: second, recurrence: Recurrence::NotDone },
    ]
}

#[test]
fn what_was_done_last_time_is_a_marked_source_below_the_manuals_actions() {
    let mut inspection = ng();
    let title = |language| text(language, "past-actions-title");
    let bare = crate::markdown(&inspection, false, &words(Language::En));
    assert!(!bare.contains(&title(Language::En)), "{bare}");
    inspection.past_actions = past_actions();
    for language in [Language::Ko, Language::En] {
        let lines = lines(&printed(language, &[], &[only(&inspection)]));
        all_on_the_page(&lines);
        let print = all_text(&lines);
        let markdown = crate::markdown(&inspection, false, &words(language));
        let at =
            |text: &str| print.find(&squeezed(text)).unwrap_or_else(|| panic!("{text}: {print}"));
        assert!(at(&title(language)) > at("벤트 핀의 막힘을 점검합니다."));
        assert!(at(&text(language, "past-actions-note")) > at(&title(language)));
        assert!(at("capa.12") > at("탈기 3분 → 5분 / *작업 표준* 개정"));
        at("capa.13");
        let section = markdown.split("\n## ").find(|part| part.starts_with(&title(language)));
        insta::assert_snapshot!(format!("past_actions_{language:?}"), section.unwrap());
    }
}
