//! Reports of several parts: what is counted and listed on the first page.

use super::*;

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
        first: InspectionId(1),
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
        first: InspectionId(1),
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
