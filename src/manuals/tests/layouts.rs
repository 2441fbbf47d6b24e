//! Difficult layouts: columns, tables, turned pages, single letters.

use super::reading::{outline, read, rotated};
use fettle_domain::DefectType;
use fettle_testing::documents::{Put, defect, own_fonts, page, pdf, put};

fn defects() -> Vec<DefectType> {
    vec![defect("hole", "기공", "hole", "hole"), defect("scratch", "긁힘", "scratch", "Scratch")]
}

fn check(pages: &[Vec<Put>], expected: &[&str]) {
    let fonts = own_fonts();
    let manual = read(&pdf(&fonts, pages, false), &defects());
    assert_eq!(outline(&manual), expected);
    // A page turned on its side says the same.
    let turned = read(&pdf(&fonts, pages, true), &defects());
    assert_eq!(outline(&turned), expected);
}

/// Lines below each other from (`x`, `y`) on, 20 points apart, as [`page`] writes them.
fn block(x: f32, y: f32, lines: &[&str]) -> Vec<Put> {
    page(lines).into_iter().map(|at| Put { x: at.x + x - 50.0, y: at.y + y - 60.0, ..at }).collect()
}

const HOLE: [&str; 5] = ["# Hole (기공)", "발생 원인", "• 탈기 불량", "조치 가이드", "• 탈기 강화"];
const HOLE_READ: [&str; 3] =
    ["hole p1: Hole (기공)", "hole.c1 [1] 탈기 불량", "hole.a1 [1] 탈기 강화"];
const SCRATCH: [&str; 5] = ["# 긁힘", "원인", "• 이송 중 충돌", "대책", "• 고무패드 적용"];
const SCRATCH_READ: [&str; 3] =
    ["scratch p1: 긁힘", "scratch.c1 [1] 이송 중 충돌", "scratch.a1 [1] 고무패드 적용"];

#[test]
fn two_columns_are_read_one_after_the_other() {
    let title =
        Put {
            size: 18.0, bold: true, ..put(120.0, 30.0, "주조 제품 품질 조치 매뉴얼 제2판")
        };
    let mut first = vec![title];
    first.extend(block(
        50.0,
        60.0,
        &[
            "# 기공",
            "발생 원인",
            "• 용탕 내 가스가 배출되지 않고",
            "  응고 중에 남음",
            "• 탈기 불량",
            "조치 가이드",
            "• 탈기 장치 점검",
        ],
    ));
    // The right column begins within a statement, and its lines stand a little lower.
    first.extend(block(
        320.0,
        63.0,
        &[
            "  및 청소",
            "• 온도 유지",
            "# 긁힘",
            "원인",
            "• 이송 중 충돌",
            "대책",
            "• 고무패드 적용",
        ],
    ));
    check(
        &[first],
        &[
            "hole p1: 기공",
            "hole.c1 [1, 1] 용탕 내 가스가 배출되지 않고 응고 중에 남음",
            "hole.c2 [1] 탈기 불량",
            "hole.a1 [1, 1] 탈기 장치 점검 및 청소",
            "hole.a2 [1] 온도 유지",
            "scratch p1: 긁힘",
            "scratch.c1 [1] 이송 중 충돌",
            "scratch.a1 [1] 고무패드 적용",
        ],
    );
}

#[test]
fn a_heading_above_both_columns_parts_what_is_above_and_below() {
    let causes = ["발생 원인", "• 탈기 불량", "• 용탕 과열", "• 습기"];
    let actions = ["조치 가이드", "• 탈기 강화", "• 온도 유지", "• 건조"];
    let hole = put(50.0, 40.0, "기공 불량");
    let scratch = put(50.0, 180.0, "긁힘 불량");
    let mut mixed = vec![hole];
    mixed.extend(block(50.0, 60.0, &causes));
    mixed.extend(block(320.0, 60.0, &actions));
    mixed.push(scratch);
    mixed.extend(block(50.0, 200.0, &causes));
    mixed.extend(block(320.0, 200.0, &actions));
    let section = |defect: &str, heading: &str| -> Vec<String> {
        let mut out = vec![format!("{defect} p1: {heading}")];
        out.extend(
            (1..)
                .zip(&causes[1..])
                .map(|(i, c)| format!("{defect}.c{i} [1] {}", c.trim_start_matches("• "))),
        );
        out.extend(
            (1..)
                .zip(&actions[1..])
                .map(|(i, a)| format!("{defect}.a{i} [1] {}", a.trim_start_matches("• "))),
        );
        out
    };
    let expected = [section("hole", "기공 불량"), section("scratch", "긁힘 불량")].concat();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    check(&[mixed], &expected);
}

#[test]
fn columns_go_on_from_page_to_page_below_a_running_head() {
    let head = |number: u32| {
        let mut page = vec![put(50.0, 30.0, "품질 매뉴얼"), put(480.0, 30.0, "주조 공장")];
        page.push(put(540.0, 815.0, &number.to_string()));
        page
    };
    let pages: Vec<Vec<Put>> = [
        [
            &["# 기공", "발생 원인", "• 가 하나", "• 가 둘"][..],
            &["• 가 셋", "• 가 넷", "• 가 다섯"],
        ],
        [&["• 나 하나", "• 나 둘", "• 나 셋"], &["조치 가이드", "• 다 하나", "• 다 둘"]],
        [&["• 라 하나", "• 라 둘", "• 라 셋"], &["# 긁힘", "원인", "• 충돌", "대책", "• 패드"]],
    ]
    .iter()
    .zip(1..)
    .map(|([left, right], number)| {
        let mut page = head(number);
        page.extend(block(50.0, 60.0, left));
        page.extend(block(320.0, 60.0, right));
        page
    })
    .collect();
    check(
        &pages,
        &[
            "hole p1: 기공",
            "hole.c1 [1] 가 하나",
            "hole.c2 [1] 가 둘",
            "hole.c3 [1] 가 셋",
            "hole.c4 [1] 가 넷",
            "hole.c5 [1] 가 다섯",
            "hole.c6 [2] 나 하나",
            "hole.c7 [2] 나 둘",
            "hole.c8 [2] 나 셋",
            "hole.a1 [2] 다 하나",
            "hole.a2 [2] 다 둘",
            "hole.a3 [3] 라 하나",
            "hole.a4 [3] 라 둘",
            "hole.a5 [3] 라 셋",
            "scratch p3: 긁힘",
            "scratch.c1 [3] 충돌",
            "scratch.a1 [3] 패드",
        ],
    );
}

#[test]
fn causes_beside_actions_in_a_table() {
    let mut first = block(50.0, 60.0, &["# 기공", ""]);
    first.extend([put(120.0, 90.0, "발생 원인"), put(400.0, 90.0, "조치 가이드")]);
    // Cells without bullets, one of which wraps.
    let column = "용탕 내 가스가 배출되지 않고 응고 중에 그대로 남아";
    first.extend([put(55.0, 120.0, column), put(320.0, 120.0, "탈기 장치 점검")]);
    first.push(put(55.0, 134.0, "생긴 공극"));
    first.extend([put(55.0, 170.0, "습기"), put(320.0, 170.0, "건조로 온도 확인")]);
    first.extend(block(50.0, 230.0, &["# 긁힘"]));
    first.extend([
        put(55.0, 260.0, "번호"),
        put(120.0, 260.0, "원인"),
        put(320.0, 260.0, "대책"),
        put(55.0, 280.0, "1"),
        put(120.0, 280.0, "• 이송 중 충돌"),
        put(320.0, 280.0, "• 고무패드 적용"),
        put(320.0, 294.0, "• 이송 속도 낮춤"),
    ]);
    let manual_end = put(50.0, 400.0, "문서 끝");
    first.push(manual_end);
    check(
        &[first],
        &[
            "hole p1: 기공",
            "hole.c1 [1, 1] 용탕 내 가스가 배출되지 않고 응고 중에 그대로 남아 생긴 공극",
            "hole.c2 [1] 습기",
            "hole.a1 [1] 탈기 장치 점검",
            "hole.a2 [1] 건조로 온도 확인",
            "scratch p1: 긁힘",
            "scratch.c1 [1] 이송 중 충돌",
            "scratch.a1 [1] 고무패드 적용",
            "scratch.a2 [1] 이송 속도 낮춤",
            "! Unplaced { page: 1, text: \"문서 끝\" }",
        ],
    );
}

#[test]
fn causes_and_actions_beside_their_names() {
    let mut first = block(50.0, 60.0, &["# 기공"]);
    first.extend([
        put(60.0, 90.0, "원인"),
        put(160.0, 90.0, "• 탈기 불량"),
        put(160.0, 104.0, "• 습기"),
        // In the middle of its cell.
        put(160.0, 130.0, "• 탈기 강화"),
        put(60.0, 137.0, "조치"),
        put(160.0, 144.0, "• 건조"),
    ]);
    check(
        &[first],
        &[
            "hole p1: 기공",
            "hole.c1 [1] 탈기 불량",
            "hole.c2 [1] 습기",
            "hole.a1 [1] 탈기 강화",
            "hole.a2 [1] 건조",
            "! NoSection { defect: DefectCode(\"scratch\") }",
        ],
    );
}

#[test]
fn pages_turned_by_the_file_say_the_same() {
    let fonts = own_fonts();
    let bytes = pdf(&fonts, &[page(&HOLE), page(&SCRATCH)], false);
    let second = SCRATCH_READ.map(|line| line.replace("p1", "p2").replace("[1]", "[2]"));
    let expected = [HOLE_READ.map(str::to_owned), second].concat();
    for degrees in [[0, 90], [90, 90], [180, 0], [270, 180], [-90, 450]] {
        let manual = read(&rotated(&bytes, &degrees), &defects());
        assert_eq!(outline(&manual), expected, "{degrees:?}");
    }
}

#[test]
fn a_statement_goes_on_on_a_page_turned_otherwise() {
    let fonts = own_fonts();
    let pages = [
        page(&["# 기공", "발생 원인", "• 용탕 내 가스가"]),
        page(&["  남음", "조치 가이드", "• 탈기 강화"]),
    ];
    for degrees in [[0, 90], [180, 270]] {
        let manual = read(&rotated(&pdf(&fonts, &pages, false), &degrees), &defects()[..1]);
        let expected =
            ["hole p1: 기공", "hole.c1 [1, 2] 용탕 내 가스가 남음", "hole.a1 [2] 탈기 강화"];
        assert_eq!(outline(&manual), expected, "{degrees:?}");
    }
}

#[test]
fn a_heading_at_the_foot_of_a_page_and_an_empty_page_after_it() {
    let mut first = page(&HOLE);
    first.push(put(50.0, 790.0, "긁힘"));
    check(
        &[first, Vec::new(), page(&SCRATCH[1..])],
        &[
            HOLE_READ[0],
            HOLE_READ[1],
            HOLE_READ[2],
            "scratch p1: 긁힘",
            "scratch.c1 [3] 이송 중 충돌",
            "scratch.a1 [3] 고무패드 적용",
            "! EmptyPage { page: 2 }",
        ],
    );
}

#[test]
fn numbers_of_every_kind_and_lists_in_lists() {
    check(
        &[page(&[
            "3.1 기공 불량",
            "가. 발생 원인",
            "1. 탈기 불량",
            "  (1) 필터 막힘",
            "  - 청소 주기 초과",
            "2. 습기",
            "나. 조치 가이드",
            "1) 탈기 장치 점검",
            "② 건조로 온도",
            "  확인",
            "(3) 1.5 bar 이하 유지",
        ])],
        &[
            "hole p1: 3.1 기공 불량",
            "hole.c1 [1] 탈기 불량",
            "hole.c2 [1] 필터 막힘",
            "hole.c3 [1] 청소 주기 초과",
            "hole.c4 [1] 습기",
            "hole.a1 [1] 탈기 장치 점검",
            "hole.a2 [1, 1] 건조로 온도 확인",
            "hole.a3 [1] 1.5 bar 이하 유지",
            "! NoSection { defect: DefectCode(\"scratch\") }",
        ],
    );
}

#[test]
fn heads_and_feet_become_no_text_of_a_bullet() {
    let paged = |number: u32, lines: &[&str]| {
        let mut out = page(lines);
        // Set in, as a bullet's wrapped line would be.
        out.push(put(240.0, 24.0, "품질 매뉴얼"));
        out.push(put(240.0, 36.0, "QM-07"));
        out.push(put(260.0, 800.0, "사외 반출 금지"));
        out.push(put(290.0, 815.0, &format!("{number} / 2")));
        out
    };
    check(
        &[
            paged(1, &["# 기공", "발생 원인", "• 용탕 내 가스가 응고 중에"]),
            paged(2, &["  남음", "조치 가이드", "• 탈기 강화"]),
        ],
        &[
            "hole p1: 기공",
            "hole.c1 [1, 2] 용탕 내 가스가 응고 중에 남음",
            "hole.a1 [2] 탈기 강화",
            "! NoSection { defect: DefectCode(\"scratch\") }",
        ],
    );
}

#[test]
fn a_heading_that_each_page_repeats_stays_a_heading() {
    let again = |lines: &[&str]| {
        let mut out = page(&["# 기공"]);
        out.extend(block(50.0, 80.0, lines));
        out
    };
    check(
        &[
            again(&["발생 원인", "• 탈기 불량"]),
            again(&["• 습기", "조치 가이드"]),
            again(&["• 탈기 강화"]),
        ],
        &[
            "hole p1: 기공",
            "hole.c1 [1] 탈기 불량",
            "hole.c2 [2] 습기",
            "hole.a1 [3] 탈기 강화",
            "! NoSection { defect: DefectCode(\"scratch\") }",
        ],
    );
}

#[test]
fn an_english_manual_with_words_parted_at_the_lines_end() {
    check(
        &[page(&[
            "Foundry corrective action manual",
            "Hole",
            "Root causes",
            "1. Gas that the melt could not re-",
            "  lease",
            "2. Metal contami-",
            "  nation of the two-",
            "  part mould",
            "Corrective actions",
            "1. Check the de-gassing unit",
            "Scratch defect",
            "Why it happens:",
            "• Rough handling",
            "What to do:",
            "• Use rubber pads",
        ])],
        &[
            "hole p1: Hole",
            "hole.c1 [1, 1] Gas that the melt could not re-lease",
            "hole.c2 [1, 1, 1] Metal contamination of the two-part mould",
            "hole.a1 [1] Check the de-gassing unit",
            "scratch p1: Scratch defect",
            "scratch.c1 [1] Rough handling",
            "scratch.a1 [1] Use rubber pads",
        ],
    );
}

#[test]
fn letters_placed_one_by_one_are_words() {
    let lines = [
        "기공 불량",
        "발생 원인",
        "• 용탕 온도 저하",
        "조치 가이드",
        "• 탈기 장치 점검 및",
        "  청소",
    ];
    for apart in [1.0, 1.2] {
        let spelled: Vec<Put> = page(&lines)
            .into_iter()
            .flat_map(|line| {
                let mut x = line.x;
                let mut letters = Vec::new();
                for letter in line.text.chars() {
                    if letter == ' ' {
                        x += 0.35 * line.size;
                        continue;
                    }
                    letters.push(Put { x, text: letter.to_string(), ..line.clone() });
                    x += apart * line.size;
                }
                letters
            })
            .collect();
        check(
            &[spelled],
            &[
                "hole p1: 기공 불량",
                "hole.c1 [1] 용탕 온도 저하",
                "hole.a1 [1, 1] 탈기 장치 점검 및 청소",
                "! NoSection { defect: DefectCode(\"scratch\") }",
            ],
        );
    }
}
