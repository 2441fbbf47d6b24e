//! Printed tables with a row for each defect: no rectangles of cells, names over several rows.

use super::reading::{outline, read};
use fettle_domain::DefectType;
use fettle_testing::documents::{Put, defect, own_fonts, pdf, put};

fn defects() -> Vec<DefectType> {
    vec![
        defect("scratch", "긁힘", "scratch", "scratch"),
        defect("dent", "찍힘", "dent", "dent"),
        defect("hole", "기공", "hole", "hole"),
    ]
}

/// Cells at (column, y): the columns begin at 50, 150 and 330 points.
fn cells(cells: &[(usize, f32, &str)]) -> Vec<Put> {
    let left = [50.0, 150.0, 330.0];
    cells.iter().map(|(column, y, text)| put(left[*column], *y, text)).collect()
}

fn check(name: &str, pages: &[Vec<Put>], expected: &[&str]) {
    let manual = read(&pdf(&own_fonts(), pages, false), &defects());
    let lines: Vec<String> =
        outline(&manual).into_iter().filter(|line| !line.starts_with(['|', '!'])).collect();
    assert_eq!(lines, expected, "{name}");
}

const HEAD: [(usize, f32, &str); 3] =
    [(0, 60.0, "불량 유형"), (1, 60.0, "발생 원인"), (2, 60.0, "조치")];

const TWO_EACH: [&str; 12] = [
    "scratch p1: 긁힘",
    "scratch.c1 [1] 가이드 레일의 마모",
    "scratch.c2 [1] 바닥의 이물",
    "scratch.a1 [1] 레일 교체",
    "scratch.a2 [1] 트레이 청소",
    "dent p1: 찍힘",
    "dent.c1 [1] 낙하 높이 과다",
    "dent.c2 [1] 완충재 마모",
    "dent.a1 [1] 높이 조정",
    "dent.a2 [1] 완충재 교체",
    "hole p1: 기공",
    "hole.c1 [1] 습기",
];

/// Rows of causes and actions, 20 points apart.
fn rows() -> Vec<(usize, f32, &'static str)> {
    let rows = [
        ("가이드 레일의 마모", "레일 교체"),
        ("바닥의 이물", "트레이 청소"),
        ("낙하 높이 과다", "높이 조정"),
        ("완충재 마모", "완충재 교체"),
        ("습기", "건조"),
    ];
    let mut out = HEAD.to_vec();
    for (y, (cause, action)) in [80.0, 100.0, 120.0, 140.0, 160.0].into_iter().zip(rows) {
        out.extend([(1, y, cause), (2, y, action)]);
    }
    out
}

#[test]
fn names_over_two_rows_in_the_middle_or_at_the_top() {
    let expected = [&TWO_EACH[..], &["hole.a1 [1] 건조"]].concat();
    for (name, places) in
        [("in the middle", [90.0, 130.0, 160.0]), ("at the top", [80.0, 120.0, 160.0])]
    {
        let mut table = rows();
        table.extend((0..).zip(places).map(|(n, y)| (0, y, ["긁힘", "찍힘", "기공"][n])));
        table.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        check(name, &[cells(&table)], &expected);
    }
}

#[test]
fn the_name_in_every_row() {
    let mut table = rows();
    let names = ["긁힘", "긁힘", "찍힘", "찍힘", "기공"];
    table.extend((0..).zip(names).map(|(n, name)| (0, 80.0 + 20.0 * n as f32, name)));
    table.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    let expected = [&TWO_EACH[..], &["hole.a1 [1] 건조"]].concat();
    check("every row", &[cells(&table)], &expected);
}

#[test]
fn a_table_over_two_pages() {
    let first =
        [&HEAD[..], &[(0, 80.0, "긁힘"), (1, 80.0, "가이드 레일의 마모"), (2, 80.0, "레일 교체")]]
            .concat();
    // The defect goes on below the repeated head, without its name.
    let second = [
        &HEAD[..],
        &[(1, 80.0, "바닥의 이물"), (2, 80.0, "트레이 청소")],
        &[(0, 120.0, "찍힘"), (1, 120.0, "낙하 높이 과다"), (2, 120.0, "높이 조정")],
    ]
    .concat();
    check(
        "two pages",
        &[cells(&first), cells(&second)],
        &[
            "scratch p1: 긁힘",
            "scratch.c1 [1] 가이드 레일의 마모",
            "scratch.c2 [2] 바닥의 이물",
            "scratch.a1 [1] 레일 교체",
            "scratch.a2 [2] 트레이 청소",
            "dent p2: 찍힘",
            "dent.c1 [2] 낙하 높이 과다",
            "dent.a1 [2] 높이 조정",
        ],
    );
}

#[test]
fn a_table_whose_cells_wrap_and_have_bullets() {
    let long = "이송 컨베이어 가이드 레일의 표면이";
    let table = [
        &HEAD[..],
        &[(0, 80.0, "긁힘"), (1, 80.0, long), (2, 80.0, "• 레일 교체")],
        &[(1, 94.0, "마모되어 거칠어짐"), (2, 94.0, "• 트레이 청소")],
        &[(0, 130.0, "찍힘"), (1, 130.0, "낙하 높이 과다"), (2, 130.0, "높이 조정")],
    ]
    .concat();
    check(
        "wrapped",
        &[cells(&table)],
        &[
            "scratch p1: 긁힘",
            "scratch.c1 [1, 1] 이송 컨베이어 가이드 레일의 표면이 마모되어 거칠어짐",
            "scratch.a1 [1] 레일 교체",
            "scratch.a2 [1] 트레이 청소",
            "dent p1: 찍힘",
            "dent.c1 [1] 낙하 높이 과다",
            "dent.a1 [1] 높이 조정",
        ],
    );
}
