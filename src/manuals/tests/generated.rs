//! Generated manuals with layouts that the real ones do not have.

use super::reading::{outline, read, rotated};
use fettle_domain::DefectType;
use fettle_testing::documents::{Put, defect, own_fonts, page, pdf, put};

fn defects() -> Vec<DefectType> {
    vec![
        defect("hole", "기공", "hole", "hole (기공)"),
        defect("scratch", "긁힘", "scratch", "Scratch (긁힘)"),
    ]
}

fn check(pages: &[Vec<Put>], expected: &[&str]) {
    let fonts = own_fonts();
    let manual = read(&pdf(&fonts, pages, false), &defects());
    assert_eq!(outline(&manual), expected);
    // A page turned on its side says the same.
    let turned = read(&pdf(&fonts, pages, true), &defects());
    assert_eq!(outline(&turned), expected);
}

#[test]
fn headings_of_the_text_size_korean_names_numbered_items() {
    check(
        &[page(&[
            "기공 불량",
            "발생 원인",
            "1. 용탕 내 가스가 배출되지 않음",
            "② 탈기 불량",
            "조치 가이드",
            "1) 탈기 장치 점검",
            "긁힘",
            "원인",
            "- 이송 중 충돌",
            "대책",
            "- 고무패드 적용",
        ])],
        &[
            "hole p1: 기공 불량",
            "hole.c1 [1] 용탕 내 가스가 배출되지 않음",
            "hole.c2 [1] 탈기 불량",
            "hole.a1 [1] 탈기 장치 점검",
            "scratch p1: 긁힘",
            "scratch.c1 [1] 이송 중 충돌",
            "scratch.a1 [1] 고무패드 적용",
        ],
    );
}

#[test]
fn a_section_over_three_pages_with_page_numbers_and_a_running_head() {
    let paged = |number: u32, lines: &[&str]| {
        let mut page = page(lines);
        page.insert(0, put(50.0, 30.0, "품질 매뉴얼 제2판"));
        page.push(put(290.0, 815.0, &format!("- {number} -")));
        page
    };
    check(
        &[
            paged(1, &["# Hole (기공)", "발생 원인", "• 용탕 내 가스가 배출되지 않고 응고 중에"]),
            paged(2, &["  남음", "• 탈기 불량", "조치 가이드"]),
            paged(3, &["• 탈기 장치 점검 및 배기", "  설계 개선", "• 온도 유지"]),
        ],
        &[
            "hole p1: Hole (기공)",
            "hole.c1 [1, 2] 용탕 내 가스가 배출되지 않고 응고 중에 남음",
            "hole.c2 [2] 탈기 불량",
            "hole.a1 [3, 3] 탈기 장치 점검 및 배기 설계 개선",
            "hole.a2 [3] 온도 유지",
            "! NoSection { defect: DefectCode(\"scratch\") }",
        ],
    );
}

#[test]
fn english_with_an_unknown_defect_an_empty_page_and_a_heading_alone() {
    check(
        &[
            page(&[
                "# Casting manual",
                "# Hole defect",
                "# Causes",
                "• Gas trapped in the",
                "  melt",
                "# Corrective actions",
                "• Vent the mould",
                "# Cold shut",
                "# Causes",
                "• Melt too cold",
            ]),
            Vec::new(),
            page(&["# SCRATCH", "# Possible causes: rough handling"]),
        ],
        &[
            "hole p1: Hole defect",
            "hole.c1 [1, 1] Gas trapped in the melt",
            "hole.a1 [1] Vent the mould",
            "? p1: Cold shut",
            "cold-shut.c1 [1] Melt too cold",
            "scratch p3: SCRATCH",
            "scratch.c1 [3] rough handling",
            "! Incomplete { heading: \"Cold shut\", page: 1, missing: Action }",
            "! Incomplete { heading: \"SCRATCH\", page: 3, missing: Action }",
            "! EmptyPage { page: 2 }",
        ],
    );
}

#[test]
fn a_table_without_clipped_cells() {
    let row = |y: f32, cells: &[(f32, f32, &str)]| -> Vec<Put> {
        cells.iter().map(|(x, dy, text)| put(*x, y + dy, text)).collect()
    };
    let mut first = page(&["# 기공", "발생 원인", "• 탈기 불량", "조치 가이드", "• 탈기 강화"]);
    first.push(Put { bold: true, ..put(50.0, 200.0, "요약 매핑 테이블") });
    first.extend(row(
        230.0,
        &[(50.0, 0.0, "Class"), (150.0, 0.0, "주요 원인"), (300.0, 0.0, "현장 조치")],
    ));
    first.extend(row(
        270.0,
        &[
            (50.0, 7.0, "Hole"),
            (150.0, 0.0, "탈기 불량,"),
            (150.0, 14.0, "가스 포획"),
            (300.0, 7.0, "탈기 강화"),
        ],
    ));
    first.extend(row(320.0, &[(50.0, 0.0, "긁힘"), (150.0, 0.0, "마찰"), (300.0, 0.0, "코팅")]));
    check(
        &[first],
        &[
            "hole p1: 기공",
            "hole.c1 [1] 탈기 불량",
            "hole.a1 [1] 탈기 강화",
            // Only the table says anything of it.
            "scratch p1: 긁힘",
            "scratch.c1 [1] 마찰",
            "scratch.a1 [1] 코팅",
            "| p1 Class | 주요 원인 | 현장 조치",
            "| p1 Hole | 탈기 불량, 가스 포획 | 탈기 강화",
            "| p1 긁힘 | 마찰 | 코팅",
        ],
    );
}

#[test]
fn a_wrapped_last_word_is_no_sub_heading() {
    check(
        &[page(&[
            "# hole",
            "발생 원인",
            "• 탈기 불량에 대한 늦은",
            "  조치",
            "조치 가이드",
            "• 탈기 강화",
            "hole 발생 시 남는 줄",
        ])],
        &[
            "hole p1: hole",
            "hole.c1 [1, 1] 탈기 불량에 대한 늦은 조치",
            "hole.a1 [1] 탈기 강화",
            "! Unplaced { page: 1, text: \"hole 발생 시 남는 줄\" }",
            "! NoSection { defect: DefectCode(\"scratch\") }",
        ],
    );
}

#[test]
fn positions_are_where_a_reader_sees_them() {
    let fonts = own_fonts();
    let bytes = pdf(&fonts, &[vec![put(100.0, 200.0, "기공")]], false);
    for (turn, near) in
        [(0, (100.0, 200.0)), (90, (642.0, 100.0)), (180, (495.0, 642.0)), (270, (200.0, 495.0))]
    {
        let rotated = rotated(&bytes, &[turn]);
        let pages =
            crate::file::parse_document(std::path::Path::new("turned.pdf"), &rotated).unwrap();
        let line = &pages.lines[0].line;
        assert_eq!(line.text, "기공");
        // The start of the baseline lies on the edge of the line's rectangle.
        let (x, y) = near;
        let rect = line.rect;
        let inside = x >= rect.x - 1.0
            && x <= rect.x + rect.width + 1.0
            && y >= rect.y - 1.0
            && y <= rect.y + rect.height + 1.0;
        assert!(inside, "{turn}: {rect:?} does not touch {near:?}");
        assert_eq!(rect.width > rect.height, turn % 180 == 0, "{turn}: {rect:?}");
    }
}
