//! Manuals in forms that were once read as the opposite of what they say, or as saying something.

use std::path::Path;

use super::reading::{assert_nothing_is_lost, outline};
use crate::{chunks, parse};
use fettle_domain::{DefectType, ManualText, Section};
use fettle_testing::documents::defect;

fn defects() -> Vec<DefectType> {
    vec![
        defect("scratch", "긁힘", "scratch", "Scratch"),
        defect("dent", "찍힘", "dent", "Dent"),
        defect("crack", "균열", "crack", "Crack"),
        defect("stain", "얼룩", "stain", "Stain"),
    ]
}

fn read(name: &str, text: &str) -> ManualText {
    let manual = parse(Path::new(name), text.as_bytes(), &defects()).unwrap();
    assert_nothing_is_lost(Path::new(name), text.as_bytes(), &manual);
    manual
}

/// Causes and actions of each defect's sections, as `crack c …`.
fn statements(manual: &ManualText) -> Vec<String> {
    let of = |section: &Section| {
        let code = section.defect.as_ref().map_or("?", |code| code.as_str()).to_owned();
        let causes = section.causes.iter().map(|one| format!("c {}", one.text));
        let actions = section.actions.iter().map(|one| format!("a {}", one.text));
        causes.chain(actions).map(|text| format!("{code} {text}")).collect::<Vec<_>>()
    };
    manual.sections.iter().flat_map(of).collect()
}

#[test]
fn what_is_forbidden_is_never_found_without_its_label() {
    for (label, name, text) in [
        ("<p><b>Do not:</b><br>Sand the edge</p>", "Do not", "Sand the edge"),
        ("<h3>Never</h3><ul><li>Sand the edge</li></ul>", "Never", "Sand the edge"),
        ("<h3>Avoid</h3><ul><li>Sand the edge</li></ul>", "Avoid", "Sand the edge"),
        ("<h3>금지</h3><ul><li>사포 사용</li></ul>", "금지", "사포 사용"),
        ("<h3>하지 말 것</h3><ul><li>사포 사용</li></ul>", "하지 말 것", "사포 사용"),
        ("<h3>효과 없던 조치</h3><ul><li>세척 추가</li></ul>", "효과 없던 조치", "세척 추가"),
        ("<h3>원인이 아닌 것</h3><ul><li>경도 편차</li></ul>", "원인이 아닌 것", "경도 편차"),
    ] {
        let html = format!(
            "<h2>Scratch</h2><h3>Causes</h3><ul><li>Rail sticks out</li></ul><h3>Actions</h3>\
             <ul><li>Grind the rail</li></ul>{label}"
        );
        let manual = read("a.html", &html);
        let expected = ["scratch c Rail sticks out", "scratch a Grind the rail"];
        assert_eq!(statements(&manual), expected, "{:#?}", outline(&manual));
        let shown = chunks(&manual).into_iter().map(|chunk| chunk.words);
        let shown: Vec<String> = shown.filter(|words| words.contains(text)).collect();
        assert_eq!(shown, [format!("{name}: {text}")], "{:#?}", outline(&manual));
    }
}

#[test]
fn columns_of_days_owners_and_numbers_are_no_causes_or_actions() {
    for (head, value) in [
        ("Due", "2026-03-01"),
        ("Due date", "2026-03-01"),
        ("Target date", "2026-03-01"),
        ("Action due", "1 Mar 2026"),
        ("기한", "3월 1일"),
        ("완료 예정", "2026.03.01"),
        ("조치 예정일", "2026.03.01"),
        ("일자", "2026-03-01"),
        ("Owner", "Kim"),
        ("Status", "open"),
        ("Rev", "3"),
        ("Action", "2026-03-01"),
    ] {
        let csv = format!("Defect,Cause,Action,{head}\nscratch,Dull blade,Replace blade,{value}\n");
        let manual = read("a.csv", &csv);
        let expected = ["scratch c Dull blade", "scratch a Replace blade"];
        assert_eq!(statements(&manual), expected, "{head}: {:#?}", outline(&manual));
    }
}

#[test]
fn what_says_that_there_is_none_is_no_statement() {
    for nothing in
        ["원인 미상", "해당 없음", "조사 중", "N/A", "none", "not determined", "TBD", "-"]
    {
        let csv = format!("불량,원인,조치\n긁힘,{nothing},레일 교체\n찍힘,낙하,{nothing}\n");
        let manual = read("a.csv", &csv);
        let found = outline(&manual);
        assert_eq!(statements(&manual), ["scratch a 레일 교체", "dent c 낙하"], "{found:#?}");
        let incomplete = found.iter().filter(|line| line.starts_with("! Incomplete"));
        assert_eq!(incomplete.count(), 2, "{nothing}: {found:#?}");
    }
    let manual =
        read("a.csv", "불량,원인,조치\n긁힘,레일 마모,레일 교체\n찍힘,(긁힘과 동일),고무판\n");
    let found = outline(&manual);
    let expected = ["scratch c 레일 마모", "scratch a 레일 교체", "dent a 고무판"];
    assert_eq!(statements(&manual), expected, "{found:#?}");
    let other = &manual.sections[1].parts[0];
    assert_eq!((other.label.as_str(), other.statements.len()), ("발생 원인", 1), "{found:#?}");
}

#[test]
fn items_of_a_list_that_name_defects_begin_sections() {
    let text = "# 대장\n\n- **찍힘**\n  - 원인: 부딪힘\n  - 대책: 칸막이\n- **균열**\n  - 언제: 코너부\n  \
                - 원인: 연신율 미달\n  - 대책: 성적서 확인\n";
    let manual = read("a.md", text);
    let expected = ["dent c 부딪힘", "dent a 칸막이", "crack c 연신율 미달", "crack a 성적서 확인"];
    assert_eq!(statements(&manual), expected, "{:#?}", outline(&manual));
}

#[test]
fn a_line_about_another_defect_is_set_aside() {
    for line in ["찍힘 → 바닥에 고무판을 깔 것", "찍힘: 바닥에 고무판을 깔 것"]
    {
        let text = format!("균열\n원인\n수소 취성\n조치\n베이킹 4시간\n{line}\n");
        let manual = read("a.txt", &text);
        let found = outline(&manual);
        assert_eq!(
            statements(&manual),
            ["crack c 수소 취성", "crack a 베이킹 4시간"],
            "{found:#?}"
        );
        assert!(found.iter().any(|one| one.starts_with("! Unplaced") && one.contains(line)));
    }
}

#[test]
fn a_manual_ordered_by_part_is_read_by_defect() {
    let text = "연마 불량 관리\n\n1. 원인\n 1) 긁힘: 이물 혼입\n 2) 얼룩: 세정액 잔류\n 3) 균열: 압력 과다\n\n\
                2. 대책\n 1) 긁힘: 에어로 털기\n 2) 얼룩: 헹굼 추가\n 3) 균열: 압력을 낮춤\n";
    let manual = read("a.txt", text);
    let expected = [
        "scratch c 이물 혼입",
        "scratch a 에어로 털기",
        "stain c 세정액 잔류",
        "stain a 헹굼 추가",
        "crack c 압력 과다",
        "crack a 압력을 낮춤",
    ];
    assert_eq!(statements(&manual), expected, "{:#?}", outline(&manual));
}

#[test]
fn standard_heads_of_an_fmea_are_known() {
    for head in ["고장원인/메커니즘", "Potential cause(s)/mechanism(s) of failure", "문제점(원인)"]
    {
        let csv = format!("고장모드,{head},권고 조치사항\n긁힘,핀 마모,핀 교체\n");
        let manual = read("a.csv", &csv);
        let expected = ["scratch c 핀 마모", "scratch a 핀 교체"];
        assert_eq!(statements(&manual), expected, "{head}: {:#?}", outline(&manual));
    }
}

#[test]
fn days_of_dates_do_not_disagree() {
    let text = "긁힘\n원인\n- 마모\n조치\n- 9월 2일 레일 교체\n- 9월 9일 레일 점검\n";
    let found = outline(&read("a.txt", text));
    assert!(!found.iter().any(|line| line.starts_with("! Disagreement")), "{found:#?}");
}

#[test]
fn a_form_with_fields_side_by_side_is_about_one_defect() {
    let row = |cells: &[&str]| {
        let cells: String = cells.iter().map(|cell| format!("<td>{cell}</td>")).collect();
        format!("<tr>{cells}</tr>")
    };
    let html = [
        "<table>".to_owned(),
        row(&["보고번호", "8D-1", "고객", "가나"]),
        row(&["불량명", "균열", "발생일", "2026-08-14"]),
        "</table><table>".to_owned(),
        row(&["D4 근본 원인", "반경이 작음"]),
        row(&["D5 시정 조치", "반경을 키움"]),
        "</table>".to_owned(),
    ];
    let manual = read("a.html", &html.concat());
    let found = outline(&manual);
    assert_eq!(statements(&manual), ["crack c 반경이 작음", "crack a 반경을 키움"], "{found:#?}");
    assert_eq!(manual.sections.len(), 1, "{found:#?}");
}

#[test]
fn labels_of_shop_floors_are_known() {
    for (cause, action) in
        [("원인", "조치 내역"), ("원인", "할 일"), ("Likely reason", "What to do about it")]
    {
        let text = format!("# 긁힘\n\n## {cause}\n\n- 레일 마모\n\n## {action}\n\n- 레일 교체\n");
        let manual = read("a.md", &text);
        let expected = ["scratch c 레일 마모", "scratch a 레일 교체"];
        assert_eq!(statements(&manual), expected, "{action}: {:#?}", outline(&manual));
    }
    let text = "# 대장\n\n## 긁힘 원인\n\n- 레일 마모\n\n## 긁힘 대책\n\n- 레일 교체\n\n## 찍힘 원인\n\n- 낙하\n\n\
                ## 찍힘 대책\n\n- 고무판\n";
    let manual = read("a.md", text);
    let expected = ["scratch c 레일 마모", "scratch a 레일 교체", "dent c 낙하", "dent a 고무판"];
    assert_eq!(statements(&manual), expected, "{:#?}", outline(&manual));
}

#[test]
fn a_table_with_a_row_for_each_statement_is_read_by_defect() {
    let csv = "불량,구분,내용\n긁힘,원인,레일 마모\n긁힘,대책,레일 교체\n찍힘,원인,낙하\n찍힘,원인,적재 불량\n찍힘,대책,고무판\n";
    let manual = read("a.csv", csv);
    let expected = [
        "scratch c 레일 마모",
        "scratch a 레일 교체",
        "dent c 낙하",
        "dent c 적재 불량",
        "dent a 고무판",
    ];
    assert_eq!(statements(&manual), expected, "{:#?}", outline(&manual));
}

/// A defect that the product does not have keeps its own section, under the name as it is printed, and what
/// stands behind the lists belongs to nobody.
#[test]
fn a_defect_that_is_not_registered_is_a_section_of_its_own() {
    let list = "1. 원인\n 1) 긁힘: 이물 혼입\n 2) 백화: 습기\n 3) 얼룩: 세정액 잔류\n\n\
                2. 대책\n 1) 긁힘: 에어로 털기\n 2) 백화: 습도 관리\n 3) 얼룩: 헹굼 추가\n\n\
                부서별 협조\n 구매팀은 자재를 확보\n";
    let table = "불량,원인,조치\n긁힘,이물 혼입,에어로 털기\n백화,습기,습도 관리\n얼룩,세정액 잔류,헹굼 추가\n";
    for (name, text) in [("a.txt", list), ("a.csv", table)] {
        let manual = read(name, text);
        let all = outline(&manual);
        let own = manual.sections.iter().find(|section| section.heading == "백화");
        let own = own.unwrap_or_else(|| panic!("{name}: {all:#?}"));
        assert_eq!(own.defect, None);
        let said: Vec<&str> = own.statements().map(|one| one.text.as_str()).collect();
        assert_eq!(said, ["습기", "습도 관리"], "{name}: {all:#?}");
        let warnings = all.iter().filter(|line| line.starts_with("! UnregisteredDefect"));
        assert_eq!(warnings.count(), 1, "{name}: {all:#?}");
        let stain = manual.sections.iter().find(|section| section.heading == "얼룩").unwrap();
        assert_eq!((stain.causes.len(), stain.actions.len()), (1, 1), "{name}: {all:#?}");
    }
}

/// A title, the number and the day of a version, a table of contents are nothing to check, and found.
#[test]
fn the_furniture_of_a_document_raises_no_warning() {
    let text = "도장 불량 조치 매뉴얼\n문서 번호: QM-17\n개정 3판 (2026. 3. 1.)\n\n목차\n1. 긁힘 ........ 2\n2. 찍힘 ........ 3\n\n\
                긁힘\n원인\n- 이물\n조치\n- 청소\n찍힘\n원인\n- 낙하\n조치\n- 패드\n";
    let markdown = "# Surface defects\n\nRev. 3\n\n## Scratch\n\n### Causes\n\n- dust\n\n### Actions\n\n- clean\n";
    for (name, text, found) in [("a.txt", text, "QM"), ("a.md", markdown, "surface")] {
        let manual = read(name, text);
        let all = outline(&manual);
        assert!(!all.iter().any(|line| line.starts_with("! Unplaced")), "{name}: {all:#?}");
        let said: String = chunks(&manual).into_iter().map(|chunk| chunk.text + "\n").collect();
        assert!(said.to_lowercase().contains(&found.to_lowercase()), "{name}: {said}");
    }
    // What no section has, and may matter, is named as before.
    let section = "긁힘\n원인\n- 이물\n조치\n- 청소\n";
    let above = |line: &str| format!("도장 불량 조치 매뉴얼\n개정 3판\n{line}\n\n{section}");
    for (line, text) in [
        ("장갑을 낀다", format!("{section}\n모든 작업자는 장갑을 낀다.\n")),
        ("보호 장갑 착용 필수", above("보호 장갑 착용 필수")),
        ("승인 없이 2호기 가동 금지", above("승인 없이 2호기 가동 금지")),
        ("검토 후 5 ℃ 하향", above("검토 후 5 ℃ 하향")),
    ] {
        let all = outline(&read("a.txt", &text));
        assert!(
            all.iter().any(|one| one.contains(line) && one.starts_with("! Unplaced")),
            "{line}: {all:#?}"
        );
    }
}

#[test]
fn a_ditto_mark_goes_on_with_the_defect_above() {
    for mark in ["〃", "상동", "\"", ""] {
        let quoted = if mark == "\"" { "\"\"\"\"".to_owned() } else { mark.to_owned() };
        let csv = format!(
            "불량,원인,조치\n긁힘,핀 마모,핀 교체\n{quoted},이물 혼입,청소\n찍힘,낙하,패드\n"
        );
        let manual = read("a.csv", &csv);
        let expected = [
            "scratch c 핀 마모",
            "scratch c 이물 혼입",
            "scratch a 핀 교체",
            "scratch a 청소",
            "dent c 낙하",
            "dent a 패드",
        ];
        assert_eq!(statements(&manual), expected, "{mark}: {:#?}", outline(&manual));
    }
}
