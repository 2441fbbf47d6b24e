//! Labels of parts as factories word and print them.

use super::reading::{assert_nothing_is_lost, outline, read};
use crate::parse;
use fettle_domain::{DefectType, ManualText, StatementKind};
use fettle_testing::documents::{Put, defect, docx, own_fonts, page, paragraph, pdf, put};
use std::path::Path;

fn defects() -> Vec<DefectType> {
    vec![defect("hole", "기공", "hole", "hole"), defect("scratch", "긁힘", "scratch", "Scratch")]
}

fn read_text(text: &str) -> ManualText {
    let manual = parse(Path::new("a.txt"), text.as_bytes(), &defects()).unwrap();
    assert_nothing_is_lost(Path::new("a.txt"), text.as_bytes(), &manual);
    manual
}

/// The statements under each label, for labels of any wording.
fn check_label(label: &str, expected: &str) {
    let text = format!(
        "기공\n발생 원인\n- 탈기 부족\n{label}\n- 첫째 문장\n- 둘째 문장\n\n긁힘\n원인\n- 마모\n대책\n- 교체\n"
    );
    let manual = read_text(&text);
    let hole = &manual.sections[0];
    let holder = if hole.causes.iter().any(|one| one.text == "첫째 문장") {
        "causes".to_owned()
    } else if hole.actions.iter().any(|one| one.text == "첫째 문장") {
        "actions".to_owned()
    } else {
        let part = hole.parts.iter().find(|part| part.statements.len() == 2);
        format!("{:?}", part.unwrap_or_else(|| panic!("{label}: {:?}", outline(&manual))).kind)
    };
    assert_eq!(holder, expected, "{label}");
    assert_eq!(hole.causes.len(), if expected == "causes" { 3 } else { 1 }, "{label}");
    assert_eq!(manual.sections[1].actions.len(), 1, "{label}");
    let warns = outline(&manual).iter().any(|line| line.starts_with("! UnknownPart"));
    assert_eq!(warns, !["causes", "actions"].contains(&expected) && label.contains('?'), "{label}");
}

#[test]
fn a_label_of_any_wording_ends_the_part_before_it() {
    for (label, expected) in [
        ("추정 원인", "causes"),
        ("왜 생기나:", "causes"),
        ("2) 발생 요인", "causes"),
        ("[기공의 원인]", "causes"),
        ("Root cause(s)", "causes"),
        ("긴급 조치", "actions"),
        ("3. 시정 조치 사항", "actions"),
        ("【처리 방법】", "actions"),
        ("어떻게 해야 하나", "actions"),
        ("Corrective action:", "actions"),
        ("<Countermeasure>", "actions"),
        ("What to do", "actions"),
        ("예방", "Prevention"),
        ("■ 재발 방지", "Prevention"),
        ("How to prevent it", "Prevention"),
        ("점검 및 확인 사항", "Inspection"),
        ("Check points", "Inspection"),
        ("증상", "Symptom"),
        ("불량 현상:", "Symptom"),
        ("What it looks like", "Symptom"),
        ("비고", "Other"),
        ("Notes:", "Other"),
        ("[뭐든지?]", "Other"),
        ("알 수 없는 소제목?", "Other"),
    ] {
        check_label(label, expected);
    }
}

#[test]
fn what_a_label_denies_is_neither_cause_nor_action() {
    for label in [
        "하지 말아야 할 조치",
        "금지 사항",
        "하지 말 것:",
        "[하지 말 것]",
        "Don'ts:",
        "효과 없었던 대책:",
        "## 원인이 아닌 것",
        "[기각된 대책]",
        "Actions to avoid",
    ] {
        let name = label.trim_matches(['#', ' ', ':', '[', ']']);
        let text = format!(
            "# 기공\n## 원인\n- 습기\n## 조치\n- 건조\n{label}\n트레이 재질\n\n## 예방\n- 교육\n"
        );
        for file in ["a.md", "a.txt"] {
            let text =
                if file == "a.md" { text.clone() } else { text.replace("# ", "").replace('#', "") };
            let manual = parse(Path::new(file), text.as_bytes(), &defects()).unwrap();
            assert_nothing_is_lost(Path::new(file), text.as_bytes(), &manual);
            let outline = outline(&manual);
            assert_eq!(manual.sections[0].causes.len(), 1, "{file} {label}: {outline:#?}");
            assert_eq!(manual.sections[0].actions.len(), 1, "{file} {label}: {outline:#?}");
            let part = &manual.sections[0].parts[0];
            assert_eq!(part.kind, StatementKind::Other, "{file} {label}");
            assert_eq!(part.statements[0].text, "트레이 재질", "{file} {label}");
            let warned = format!("! UnknownPart {{ heading: \"기공\", label: \"{name}\"");
            let warned =
                outline.iter().any(|line| line.replace(['[', ']'], "").starts_with(&warned));
            assert!(warned, "{file} {label}: {outline:#?}");
        }
    }
}

#[test]
fn a_smaller_heading_that_negates_ends_the_part_a_group_does_not() {
    for (heading, actions) in [("절대 하지 말 것", 1), ("효과가 없었던 방법", 1), ("설비", 2)]
    {
        let text = format!(
            "# 기공\n\n## 원인\n\n- 습기\n\n## 조치\n\n- 건조\n\n### {heading}\n\n- 트레이 재질을 바꾼다\n"
        );
        let manual = parse(Path::new("a.md"), text.as_bytes(), &defects()).unwrap();
        assert_nothing_is_lost(Path::new("a.md"), text.as_bytes(), &manual);
        let found = manual.sections[0].actions.len();
        assert_eq!(found, actions, "{heading}: {:#?}", outline(&manual));
    }
}

#[test]
fn headings_of_word_documents_end_parts() {
    let heading = |level: u8, text: &str| {
        format!(
            "<w:p><w:pPr><w:outlineLvl w:val=\"{}\"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>",
            level - 1
        )
    };
    for label in ["원인이 아닌 것", "트레이 재질은 바꾸지 않는다."] {
        let body = [
            heading(1, "기공"),
            heading(2, "원인"),
            paragraph("R", "용탕을 붓기 전에 금형을 말리지 않아 물기가 남는다"),
            heading(2, "조치"),
            paragraph("R", "금형을 200도로 한 시간 말린 다음 용탕을 붓는다"),
            heading(2, label),
            paragraph("R", "트레이 재질"),
        ];
        let bytes = docx(&body.concat());
        let manual = parse(Path::new("a.docx"), &bytes, &defects()).unwrap();
        let hole = &manual.sections[0];
        assert_eq!(hole.actions.len(), 1, "{label}: {:#?}", outline(&manual));
        assert_eq!(hole.parts[0].kind, StatementKind::Other, "{label}");
        assert_eq!(hole.parts[0].statements[0].text, "트레이 재질", "{label}");
    }
}

#[test]
fn a_statement_above_a_label_of_other_things_stays_one() {
    let text = "기공\n원인\n습기\n이전 조치\n교체\n조치\n건조\n조치 결과\n양호\n";
    let manual = read_text(text);
    let hole = &manual.sections[0];
    assert_eq!((hole.actions.len(), hole.parts.len()), (1, 2), "{:#?}", outline(&manual));
    assert_eq!(hole.actions[0].text, "건조");
}

#[test]
fn a_heading_of_any_words_ends_the_part_before_it() {
    let item = "금형과 용탕의 온도를 재어 기준서에 적힌 값과 다르면 설비 담당을 불러 함께 고친다";
    for heading in [
        "트레이 재질은 바꾸지 않는다.",
        "여기에는 적어 두기만 하고 아무도 하지 않는 아주 긴 이름의 소제목이 있을 수 있다",
        "1. 반드시 기억할 것",
        "Leave as it is!",
    ] {
        let markdown = format!(
            "# 기공\n\n## 원인\n\n- 습기\n\n## 조치\n\n1. 건조\n2. {item}\n\n## {heading}\n\n트레이 재질\n"
        );
        let html = format!(
            "<h1>기공</h1><h2>원인</h2><ul><li>습기</li></ul><h2>조치</h2><ol><li>건조</li><li>{item}</li></ol>\
             <h2>{heading}</h2><p>트레이 재질</p>"
        );
        for (file, text) in [("a.md", markdown), ("a.html", html)] {
            let manual = parse(Path::new(file), text.as_bytes(), &defects()).unwrap();
            assert_nothing_is_lost(Path::new(file), text.as_bytes(), &manual);
            let hole = &manual.sections[0];
            let actions: Vec<&str> = hole.actions.iter().map(|one| one.text.as_str()).collect();
            assert_eq!(actions, ["건조", item], "{file} {heading}: {:#?}", outline(&manual));
            assert_eq!(hole.parts.len(), 1, "{file} {heading}: {:#?}", outline(&manual));
            assert_eq!(hole.parts[0].kind, StatementKind::Other, "{file} {heading}");
            assert_eq!(hole.parts[0].statements[0].text, "트레이 재질", "{file} {heading}");
        }
    }
}

#[test]
fn columns_of_what_a_head_denies_are_no_causes_or_actions() {
    for head in [
        "효과 없었던 조치",
        "조치일",
        "조치 결과",
        "담당자",
        "원인 부서",
        "임시조치 금지",
        "조치 완료일",
    ] {
        // A table about one defect, one with a row for each, and one of nothing else.
        let beside =
            format!("# 기공\n\n| 원인 | 조치 | {head} |\n|---|---|---|\n| 습기 | 건조 | 먼 값 |\n");
        let each = format!(
            "| 불량명 | 원인 | 조치 | {head} |\n|---|---|---|---|\n| 기공 | 습기 | 건조 | 먼 값 |\n| 긁힘 | 마모 | 교체 | 값 |\n"
        );
        let alone = format!(
            "# 기공\n\n## 원인\n\n- 습기\n\n## 조치\n\n- 건조\n\n| {head} | 승인 |\n|---|---|\n| 먼 값 | 예 |\n"
        );
        for (case, text) in [beside, each, alone].into_iter().enumerate() {
            let manual = parse(Path::new("a.md"), text.as_bytes(), &defects()).unwrap();
            assert_nothing_is_lost(Path::new("a.md"), text.as_bytes(), &manual);
            let hole = &manual.sections[0];
            let texts = |of: &[fettle_domain::Statement]| -> Vec<String> {
                of.iter().map(|one| one.text.clone()).collect()
            };
            let outline = outline(&manual);
            assert_eq!(texts(&hole.causes), ["습기"], "{case} {head}: {outline:#?}");
            assert_eq!(texts(&hole.actions), ["건조"], "{case} {head}: {outline:#?}");
            let kept = manual.passages.iter().any(|passage| passage.text.contains("먼 값"))
                || hole
                    .parts
                    .iter()
                    .any(|part| texts(&part.statements).iter().any(|text| text.contains("먼 값")));
            assert!(kept, "{case} {head}: {outline:#?}");
        }
    }
}

/// How a label is printed.
type Style = fn(&mut Put);

/// Lines one below the other; a label is printed as `style` says.
fn printed(style: Style, lines: &[&str]) -> Vec<Put> {
    let mut out = page(lines);
    for line in &mut out {
        if let Some(text) = line.text.strip_prefix("@ ") {
            line.text = text.to_owned();
            style(line);
        }
    }
    out
}

#[test]
fn labels_are_recognised_by_their_look() {
    let lines = [
        "# 기공",
        "@ 추정 원인",
        "탈기 부족",
        "@ 처치",
        "탈기 강화",
        "@ 이력 메모장",
        "작년에 많았음",
        "# 긁힘",
        "@ 추정 원인",
        "레일 마모",
        "@ 처치",
        "레일 교체",
        "@ 이력 메모장",
        "없음",
    ];
    let expected = [
        "hole p1: 기공",
        "hole.c1 [1] 탈기 부족",
        "hole.a1 [1] 탈기 강화",
        "= Other p1: 이력 메모장",
        "hole.o1 [1] 작년에 많았음",
        "scratch p1: 긁힘",
        "scratch.c1 [1] 레일 마모",
        "scratch.a1 [1] 레일 교체",
        "= Other p1: 이력 메모장",
        "scratch.o1 [1] 없음",
        "! UnknownPart { heading: \"기공\", label: \"이력 메모장\", page: 1 }",
        "! UnknownPart { heading: \"긁힘\", label: \"이력 메모장\", page: 1 }",
    ];
    let styles: [(&str, Style); 5] = [
        ("bold", |line| line.bold = true),
        ("larger", |line| line.size = 11.5),
        ("colon", |line| line.text.push(':')),
        ("brackets", |line| line.text = format!("【{}】", line.text)),
        ("square", |line| line.text = format!("▣ {}", line.text)),
    ];
    for (name, style) in styles {
        let bytes = pdf(&own_fonts(), &[printed(style, &lines)], false);
        let manual = read(&bytes, &defects());
        assert_eq!(outline(&manual), expected, "{name}");
    }
}

#[test]
fn groups_within_a_part_do_not_end_it() {
    let text = "기공\n발생 원인\n[설비]\n- 탈기 장치 고장\n[재료 측면]\n- 습기\n조치\n- 건조\n";
    let manual = read_text(text);
    assert_eq!(
        outline(&manual)[..4],
        ["hole p1: 기공", "hole.c1 [4] 탈기 장치 고장", "hole.c2 [6] 습기", "hole.a1 [8] 건조"]
    );
}

#[test]
fn items_that_are_worded_like_labels_stay_items() {
    let text = "기공\n원인\n- 탈기 부족\n조치\n- 재작업 실시\n- 즉시 교정\n- 확인 및 검사\n";
    let manual = read_text(text);
    let actions: Vec<&str> = manual.sections[0].actions.iter().map(|a| a.text.as_str()).collect();
    assert_eq!(actions, ["재작업 실시", "즉시 교정", "확인 및 검사"]);
    assert!(manual.sections[0].parts.is_empty());
}

#[test]
fn a_lead_in_below_a_label_is_no_label() {
    let lines = [
        "# Hole",
        "@ Common causes",
        "Holes are often caused by:",
        "• damp electrodes",
        "@ How to fix it",
        "To prevent holes:",
        "• dry the electrodes",
    ];
    let bytes = pdf(&own_fonts(), &[printed(|line| line.bold = true, &lines)], false);
    let manual = read(&bytes, &defects());
    let hole = &manual.sections[0];
    assert_eq!(hole.causes[0].text, "damp electrodes");
    assert_eq!(hole.actions[0].text, "dry the electrodes");
}

#[test]
fn several_items_in_one_line() {
    let text = "긁힘\n원인: 레일 마모; 바닥의 이물\n조치: ① 레일 교체 ② 트레이 청소\n";
    assert_eq!(
        outline(&read_text(text))[1..5],
        [
            "scratch.c1 [2] 레일 마모",
            "scratch.c2 [2] 바닥의 이물",
            "scratch.a1 [3] 레일 교체",
            "scratch.a2 [3] 트레이 청소",
        ]
    );
}

#[test]
fn headings_that_only_what_follows_them_tells() {
    let text = "도장 결함 안내\n\n흐름 (Sags)\n도료가 흘러내리는 현상입니다.\n  • 주요 원인:\n  • 너무 두껍게 뿌림\n  \
                • 해결 방법:\n  • 연마 후 재도장\n\n1. 충전부족(Short Shot)\n덜 채워진 상태를 말합니다.\n\
                충전부족(Short Shot) 원인\n  1. 압력 부족\n  2. 유동성 부족\n  3. 노즐 막힘\n충전부족(Short Shot) 해결 방법\n  \
                1. 압력을 올린다.\n2. 흑줄\n검은 줄이 생기는 현상입니다.\n흑줄의 원인\n  1. 과열\n흑줄 해결 방법\n  1. 온도를 낮춘다.\n";
    let manual = read_text(text);
    let found: Vec<(&str, usize, usize)> = manual
        .sections
        .iter()
        .map(|s| (s.heading.as_str(), s.causes.len(), s.actions.len()))
        .collect();
    let expected = [("흐름 (Sags)", 1, 1), ("충전부족(Short Shot)", 3, 1), ("흑줄", 1, 1)];
    assert_eq!(found, expected, "{:#?}", outline(&manual));
}

#[test]
fn a_long_manual_has_a_section_for_each_heading() {
    // 80 sections on 47 pages, three statements in each part.
    const SECTIONS: usize = 80;
    const PAGES: usize = 47;
    let names: Vec<String> = (1..=SECTIONS).map(|n| format!("결함{n:02}호")).collect();
    let mut lines: Vec<(bool, String)> = Vec::new();
    for (n, name) in names.iter().enumerate() {
        lines.push((true, format!("{}. {name}", n + 1)));
        for (label, word) in
            [("추정 원인", "원인문"), ("긴급 조치", "조치문"), ("재발 방지", "예방문")]
        {
            lines.push((true, label.to_owned()));
            lines.extend((1..=3).map(|k| (false, format!("• {name}의 {word} {k}째 줄이다"))));
        }
    }
    let first_of = |page: usize| page * lines.len() / PAGES;
    let pages: Vec<Vec<Put>> = (0..PAGES)
        .map(|page| &lines[first_of(page)..first_of(page + 1)])
        .map(|lines| {
            (0_u16..)
                .zip(lines)
                .map(|(i, (bold, text))| Put {
                    bold: *bold,
                    ..put(50.0, 60.0 + 28.0 * f32::from(i), text)
                })
                .collect()
        })
        .collect();
    assert_eq!(pages.len(), PAGES);
    let defects: Vec<DefectType> = (1..)
        .zip(&names)
        .map(|(n, name)| defect(&format!("d{n}"), name, &format!("dd{n}"), name))
        .collect();
    let manual = read(&pdf(&own_fonts(), &pages, false), &defects);
    assert_eq!(manual.sections.len(), SECTIONS);
    for (section, name) in manual.sections.iter().zip(&names) {
        assert!(section.heading.ends_with(name.as_str()), "{}", section.heading);
        let counts = (section.causes.len(), section.actions.len(), section.parts.len());
        assert_eq!(counts, (3, 3, 1), "{name}");
        assert_eq!(section.parts[0].statements.len(), 3, "{name}");
        assert!(section.all_statements().all(|one| one.text.starts_with(name.as_str())));
    }
    assert_eq!(manual.warnings, []);
}

#[test]
fn sections_and_numbers_that_contradict_each_other_are_named() {
    let text = "기공\n원인\n- 탈기 부족\n조치\n- 용탕 온도를 680 ℃로 유지\n\n긁힘\n원인\n- 마모\n조치\n- 교체\n\n\
                기공\n원인\n- 습기\n조치\n- 용탕 온도를 720 ℃로 유지\n- 건조 2시간\n";
    let manual = read_text(text);
    let warnings: Vec<String> =
        outline(&manual).into_iter().filter(|line| line.starts_with('!')).collect();
    assert_eq!(
        warnings,
        [
            "! RepeatedSection { defect: DefectCode(\"hole\"), first: 1, page: 13 }",
            "! Disagreement { heading: \"기공\", subject: \"용탕 온도\", first: \"680 ℃\", first_page: 5, \
             second: \"720 ℃\", page: 17 }",
        ]
    );
    // Both are kept, with ids of their own.
    let ids: Vec<&str> =
        manual.sections.iter().flat_map(|s| s.actions.iter().map(|a| a.id.as_str())).collect();
    assert_eq!(ids, ["hole.a1", "scratch.a1", "hole-2.a1", "hole-2.a2"]);
}

#[test]
fn two_manuals_that_disagree() {
    let first = read_text("기공\n원인\n- 습기\n조치\n- 건조로 온도 350 ℃ 유지\n");
    let second = read_text("기공\n원인\n- 습기\n조치\n- 건조로 온도를 300 ℃로 유지\n");
    let found = crate::disagreements(&first.sections[0], &second.sections[0]);
    let said: Vec<_> = found.iter().map(|d| (d.first.1.as_str(), d.second.1.as_str())).collect();
    assert_eq!(said, [("350 ℃", "300 ℃")]);
    assert_eq!(found[0].subject, "건조 온도");
}
