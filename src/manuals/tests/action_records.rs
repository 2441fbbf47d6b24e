//! Files with records of corrective actions: lists and 8D reports.

use std::path::Path;

use fettle_domain::{ActionDraft, ActionWarning, Effectiveness, ManualWarning};
use fettle_testing::documents::{docx, docx_of, own_fonts, page, paragraph, pdf};

use super::formats::xlsx;
use super::unpaged::table;
use crate::{ManualsError, parse_action_records};

fn read(name: &str, bytes: &[u8]) -> Vec<ActionDraft> {
    parse_action_records(Path::new(name), bytes, TODAY).unwrap().drafts
}

const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 30);

/// What a record says, on one line each.
fn said(draft: &ActionDraft) -> Vec<String> {
    let entry = &draft.entry;
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let all = [
        ("product", draft.product.clone()),
        ("defect", draft.defect.clone()),
        ("problem", entry.problem.clone()),
        ("containment", entry.containment.clone()),
        ("cause", entry.root_cause.clone()),
        ("action", entry.action.clone()),
        ("prevention", entry.prevention.clone()),
        ("owner", entry.owner.clone()),
        ("note", entry.note.clone()),
        ("opened", day(entry.opened)),
        ("due", day(entry.due)),
        ("done", day(entry.done)),
        ("verified", day(entry.verified)),
        (
            "effect",
            match entry.effect {
                Effectiveness::Unknown => String::new(),
                known => known.name().to_owned(),
            },
        ),
    ];
    let filled = all.into_iter().filter(|(_, text)| !text.is_empty());
    filled.map(|(name, text)| format!("{name}: {}", text.replace('\n', " | "))).collect()
}

const HEAD: [&str; 9] =
    ["No.", "제품", "불량 유형", "발생일", "근본 원인", "시정 조치", "담당자", "완료일", "유효성"];
const FIRST: [&str; 9] = [
    "1",
    "주조제품 A형",
    "기공",
    "2026.10.01",
    "탈기 시간 부족",
    "탈기 3분 → 5분",
    "김철수",
    "2026-10-12",
    "유효",
];
const SECOND: [&str; 9] =
    ["2", "", "burr", "", "금형 마모", "금형 연마", "이영희", "추후", "확인 중"];

#[test]
fn a_list_has_a_record_in_each_row() {
    let first = [
        "product: 주조제품 A형",
        "defect: 기공",
        "cause: 탈기 시간 부족",
        "action: 탈기 3분 → 5분",
        "owner: 김철수",
        "opened: 2026-10-01",
        "done: 2026-10-12",
        "effect: effective",
    ];
    // What is no day and no finding is kept with its label.
    let second = [
        "defect: burr",
        "cause: 금형 마모",
        "action: 금형 연마",
        "owner: 이영희",
        "note: 완료일: 추후 | 유효성: 확인 중",
    ];
    let csv = [HEAD, FIRST, SECOND].map(|row| row.join(",")).join("\r\n");
    let (cp949, ..) = encoding_rs::EUC_KR.encode(&csv);
    let titled = format!("2026년 시정 조치 대장\n\n{csv}");
    let rows: [&[&str]; 3] = [&HEAD, &FIRST, &SECOND];
    let word = docx(&format!("{}{}", paragraph("1", "CAPA 대장"), table(&rows)));
    let markdown = [
        format!("| {} |", HEAD.join(" | ")),
        format!("|{}", "---|".repeat(9)),
        format!("| {} |", FIRST.join(" | ")),
        format!("| {} |", SECOND.join(" | ")),
    ];
    for (name, bytes, place) in [
        ("a.csv", csv.clone().into_bytes(), 2),
        ("cp949.csv", cp949.into_owned(), 2),
        ("titled.csv", titled.into_bytes(), 4),
        ("semicolon.csv", csv.replace(',', ";").into_bytes(), 2),
        ("a.xlsx", xlsx("CAPA", &rows, &[]), 2),
        ("a.docx", word, 0),
        ("a.md", markdown.join("\n").into_bytes(), 0),
    ] {
        let found = read(name, &bytes);
        assert_eq!(found.len(), 2, "{name}: {found:#?}");
        assert_eq!(said(&found[0]), first, "{name}");
        assert_eq!(said(&found[1]), second, "{name}");
        if place > 0 {
            assert_eq!((found[0].place, found[1].place), (place, place + 1), "{name}");
        }
    }
}

#[test]
fn a_cell_over_several_rows_belongs_to_each_and_its_lines_stay() {
    let rows: [&[&str]; 4] = [
        &["Product", "Defect", "Root cause", "Corrective action", "Owner", "Due date"],
        &["casting", "hole", "no degassing", "degas\n5 minutes", "Kim", "12/24/2026"],
        &["", "hole", "wet mould", "=HYPERLINK(\"http://x\")", "Lee", "10/11/2026"],
        &["", "", "", "", "", ""],
    ];
    let found = read("a.xlsx", &xlsx("Sheet1", &rows, &["A2:A3"]));
    assert_eq!(found.len(), 2, "{found:#?}");
    assert_eq!(
        said(&found[0])[..4],
        ["product: casting", "defect: hole", "cause: no degassing", "action: degas | 5 minutes"]
    );
    assert_eq!(said(&found[0])[5], "due: 2026-12-24");
    // A formula is text, and a day with two readings is none.
    assert_eq!(
        said(&found[1]),
        [
            "product: casting",
            "defect: hole",
            "cause: wet mould",
            "action: =HYPERLINK(\"http://x\")",
            "owner: Lee",
            "note: Due date: 10/11/2026"
        ]
    );
}

/// What each form of the report below says.
const REPORT: [&str; 11] = [
    "product: 주조제품 A형",
    "defect: 기공",
    "problem: 표면에 기공 12건",
    "containment: 재고 전수 선별",
    "cause: 탈기 시간 부족",
    "action: 탈기 시간을 5분으로 늘림 | 작업 표준 개정",
    "prevention: 타이머 인터록 설치",
    "owner: 김철수, 이영희",
    "note: 팀 격려",
    "opened: 2026-10-01",
    "done: 2026-10-12",
];

#[test]
fn an_8d_report_is_one_record() {
    let lines = [
        "8D 보고서",
        "제품: 주조제품 A형",
        "불량: 기공",
        "발생일: 2026-10-01",
        "D1 팀 구성: 김철수, 이영희",
        "D2 문제 기술",
        "표면에 기공 12건",
        "D3 임시 조치: 재고 전수 선별",
        "D4. 근본 원인",
        "탈기 시간 부족",
        "D5 영구 시정 조치: 탈기 시간을 5분으로 늘림",
        "D6 시행 및 검증: 작업 표준 개정",
        "완료일: 2026-10-12",
        "D7 재발 방지",
        "타이머 인터록 설치",
        "D8 팀 격려: 팀 격려",
    ];
    let cells: [&[&str]; 10] = [
        &["제품", "주조제품 A형", "불량", "기공"],
        &["발생일", "2026.10.01", "완료일", "2026.10.12"],
        &["D1", "팀 구성", "김철수, 이영희"],
        &["D2", "문제 기술", "표면에 기공 12건"],
        &["D3", "임시 조치", "재고 전수 선별"],
        &["D4", "근본 원인", "탈기 시간 부족"],
        &["D5", "시정 조치", "탈기 시간을 5분으로 늘림"],
        &["D6", "시행 조치", "작업 표준 개정"],
        &["D7", "재발 방지", "타이머 인터록 설치"],
        &["D8", "종결", "팀 격려"],
    ];
    let pdf = pdf(&own_fonts(), &[page(&lines)], false);
    for (name, bytes) in [
        ("8d.txt", lines.join("\n").into_bytes()),
        ("8d.docx", docx_of(&lines)),
        ("8d_table.docx", docx(&table(&cells))),
        ("8d.xlsx", xlsx("8D", &cells, &[])),
        ("8d.pdf", pdf),
    ] {
        let found = read(name, &bytes);
        assert_eq!(found.len(), 1, "{name}: {found:#?}");
        assert_eq!(said(&found[0]), REPORT, "{name}");
    }
}

#[test]
fn reports_one_after_the_other_are_records_of_their_own() {
    let report = |defect: &str, action: &str| {
        format!(
            "Defect: {defect}\nD1 Team: Kim\nD2 Problem: it has a {defect}\nD4 Root cause: wear\n\
             D5 Action: {action}\nD7 Prevention: check\n"
        )
    };
    let text = report("hole", "degas") + &report("burr", "grind");
    let found = read("8d.txt", text.as_bytes());
    let short: Vec<_> = found.iter().map(|one| (&*one.defect, &*one.entry.action)).collect();
    assert_eq!(short, [("hole", "degas"), ("burr", "grind")]);
}

#[test]
fn a_plan_of_actions_inside_a_report_is_read_by_its_columns() {
    let rows: [&[&str]; 7] = [
        &["불량", "기공"],
        &["D2 문제", "기공 12건"],
        &["D4 원인", "탈기 부족"],
        &["D5 시정 조치"],
        &["No", "대책", "담당", "완료일"],
        &["1", "탈기 5분", "김철수", "2026-10-12"],
        &["D7 재발 방지", "타이머 설치"],
    ];
    let found = read("8d.xlsx", &xlsx("8D", &rows, &[]));
    assert_eq!(
        said(&found[0]),
        [
            "defect: 기공",
            "problem: 기공 12건",
            "cause: 탈기 부족",
            "action: 탈기 5분",
            "prevention: 타이머 설치",
            "owner: 김철수",
            "done: 2026-10-12"
        ]
    );
}

#[test]
fn a_file_without_records_says_so() {
    for (name, text) in [
        ("parts.csv", "id,time,verdict\n1,2026-11-22,ng\n2,2026-11-22,ok"),
        ("letter.txt", "안녕하세요.\n대책을 세워 주세요.\n감사합니다."),
        ("head.csv", "불량,원인,대책,담당"),
    ] {
        let error = parse_action_records(Path::new(name), text.as_bytes(), TODAY).unwrap_err();
        assert!(matches!(error, ManualsError::NoActionRecords { .. }), "{name}: {error}");
    }
}

/// What a row of a list says, and its warnings.
fn row(head: &str, cells: &str) -> (Vec<String>, Vec<ActionWarning>) {
    let found = read("a.csv", format!("{head}\n{cells}\n").as_bytes());
    assert_eq!(found.len(), 1, "{found:#?}");
    (said(&found[0]), found[0].warnings.clone())
}

#[test]
fn an_effect_is_taken_in_closed_words_of_what_is_done() {
    use ActionWarning::{EffectBeforeDone, UnclearEffect};
    let done = "done: 2026-10-10";
    let head = "제품,불량,대책,완료일,유효성,유효성 확인일";
    for (cells, expected, warnings) in [
        (
            "p,기공,청소,2026-10-10,유효,2026-10-25",
            &[done, "verified: 2026-10-25", "effect: effective"][..],
            vec![],
        ),
        ("p,기공,청소,2026-10-10,적합하지 않음,", &[done, "effect: ineffective"], vec![]),
        (
            "p,기공,청소,2026-10-10,2026-10-25 효과 없음,",
            &[done, "verified: 2026-10-25", "effect: ineffective"],
            vec![],
        ),
        (
            "p,기공,청소,2026-10-10,유효 (2026-10-25),",
            &[done, "verified: 2026-10-25", "effect: effective"],
            vec![],
        ),
        ("p,기공,청소,2026-10-10,unknown,", &[done], vec![]),
        (
            "p,기공,청소,2026-10-10,부분 유효,",
            &["note: 유효성: 부분 유효", done],
            vec![UnclearEffect],
        ),
        (
            "p,기공,청소,2026-10-10,\"유효\n(단, 1건 재발)\",",
            &["note: 유효성: 유효 | (단, 1건 재발)", done],
            vec![UnclearEffect],
        ),
        (
            "p,기공,청소,,유효,2026-10-25",
            &["note: 유효성: 유효 | 유효성 확인일: 2026-10-25"],
            vec![EffectBeforeDone],
        ),
    ] {
        let mut all = vec!["product: p", "defect: 기공", "action: 청소"];
        all.extend(expected);
        assert_eq!(
            row(head, cells),
            (all.iter().map(ToString::to_string).collect(), warnings),
            "{cells}"
        );
    }
}

#[test]
fn the_words_of_a_verification_in_a_report_are_kept_where_they_are_not_clear() {
    for (words, expected) in [
        ("유효성 확인: 아직 유효성이 확인되지 않았다", "unknown"),
        ("유효성 확인: 효과 있음", "effective"),
        ("유효성 확인: 유효\n단, 1건 재발", "unknown"),
    ] {
        let text = format!(
            "불량: 기공\nD2 문제: 기공\nD4 원인: 마모\nD5 대책: 청소\n완료일: 2026-10-10\n{words}\n"
        );
        let found = read("8d.txt", text.as_bytes());
        assert_eq!(found[0].entry.effect.name(), expected, "{words}");
        let is_kept = found[0].entry.note.contains("유효");
        let is_warned = found[0].warnings == [ActionWarning::UnclearEffect];
        assert_eq!(
            (is_kept, is_warned),
            (expected == "unknown", expected == "unknown"),
            "{found:?}"
        );
    }
}

#[test]
fn days_are_those_of_their_columns_or_are_left_out_with_a_warning() {
    use ActionWarning::{DoneInFuture, DoneWithoutDay, UnreadDay, WrongDays};
    for (head, cell, expected, warnings) in [
        ("완료일", "Nov 5, 2026", &["done: 2026-11-05"][..], vec![]),
        ("완료일", "45962", &["done: 2025-11-01"], vec![]),
        ("완료일", "30.11.26", &["note: 완료일: 30.11.26"], vec![UnreadDay]),
        ("완료일", "2026.11", &["note: 완료일: 2026.11"], vec![UnreadDay]),
        (
            "완료일",
            "미완료(예정 2026-12-05)",
            &["note: 완료일: 미완료(예정 2026-12-05)"],
            vec![UnreadDay],
        ),
        ("완료일", "완료", &["note: 완료일: 완료"], vec![DoneWithoutDay]),
        ("완료 여부", "완료", &["note: 완료 여부: 완료"], vec![DoneWithoutDay]),
        (
            "완료일",
            "2027-05-01",
            &["note: 완료일: 2027-05-01", "due: 2027-05-01"],
            vec![DoneInFuture],
        ),
        ("발생일", "2027-05-01", &["note: 발생일: 2027-05-01"], vec![WrongDays]),
        ("시정조치일정", "2026-12-20", &["due: 2026-12-20"], vec![]),
        ("불량확인일", "2026-11-01", &["opened: 2026-11-01"], vec![]),
        ("임시조치일", "2026-11-02", &["note: 임시조치일: 2026-11-02"], vec![]),
        (
            "조치일,완료일",
            "2026-10-03\",\"2026-10-10",
            &["note: 조치일: 2026-10-03", "done: 2026-10-10"],
            vec![],
        ),
        (
            "완료일,조치일",
            "2026-10-10\",\"2026-10-03",
            &["note: 조치일: 2026-10-03", "done: 2026-10-10"],
            vec![],
        ),
        (
            "발생일,완료일",
            "2026-10-10\",\"2026-10-03",
            &["opened: 2026-10-10", "done: 2026-10-03"],
            vec![WrongDays],
        ),
    ] {
        let found = row(&format!("제품,불량,대책,{head}"), &format!("p,기공,청소,\"{cell}\""));
        let mut all = vec!["product: p", "defect: 기공", "action: 청소"];
        all.extend(expected);
        let all: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!(found, (all, warnings), "{head}: {cell}");
    }
}

#[test]
fn rows_with_an_action_alone_are_records_and_totals_are_none() {
    let text = "No,제품,불량,대책,완료일\n1,p,기공,하나,2026-10-10\n2,〃,상동,둘,\n,,,셋,\n\
                합계,,,3건,\n";
    let found = read("a.csv", text.as_bytes());
    let short: Vec<_> = found
        .iter()
        .map(|one| (one.place, &*one.product, &*one.defect, &*one.entry.action))
        .collect();
    assert_eq!(short, [(2, "p", "기공", "하나"), (3, "p", "기공", "둘"), (4, "", "", "셋")]);
}

/// The words of a record may be those of labels, and a column that nobody knows may say what matters.
#[test]
fn a_record_is_no_head_and_unknown_columns_stand_in_the_note() {
    let text = "No,제품,불량,원인,대책,담당,라인,id,stage,inspection\n\
                1,p,기공 불량,탈기 원인,탈기 조치,담당 김,2호기,7,closed,12\n\
                2,p,긁힘 결함,핀 마모 원인,핀 교체 대책,이 담당,,8,open,13\n\
                No,제품,불량,원인,대책,담당,라인,id,stage,inspection\n\
                3,p,버 불량,금형 원인,금형 개선,박 책임자,3호기,,,\n";
    let found = read("a.csv", text.as_bytes());
    let short: Vec<_> = found
        .iter()
        .map(|one| (one.place, &*one.defect, &*one.entry.action, &*one.entry.note))
        .collect();
    assert_eq!(
        short,
        [
            (2, "기공 불량", "탈기 조치", "라인: 2호기"),
            (3, "긁힘 결함", "핀 교체 대책", ""),
            (5, "버 불량", "금형 개선", "라인: 3호기"),
        ]
    );
    // Another table, apart from the first.
    let text = "불량,원인,대책\n기공,마모,연마\n\nDefect,Cause,Action\nhole,wear,grind\n";
    let found = read("a.csv", text.as_bytes());
    let short: Vec<_> = found.iter().map(|one| (&*one.defect, &*one.entry.action)).collect();
    assert_eq!(short, [("기공", "연마"), ("hole", "grind")]);
}

/// What is left out of a file is said: rows of a sheet that are folded away, whatever the parts of the file
/// are called, and where a quotation mark is missing.
#[test]
fn what_is_left_out_of_a_file_is_said() {
    let rows: [&[&str]; 3] =
        [&["불량", "원인", "대책"], &["기공", "마모", "연마"], &["긁힘", "이물", "청소"]];
    let hidden = |bytes: Vec<u8>| {
        let found = parse_action_records(Path::new("a.xlsx"), &bytes, TODAY).unwrap();
        let said = found.warnings.iter().filter_map(|warning| match warning {
            ManualWarning::HiddenText { page, text } => Some((*page, text.clone())),
            _ => None,
        });
        (found.drafts.len(), said.collect::<Vec<_>>())
    };
    let texts = |texts: [&str; 3]| texts.map(|text| (3, text.to_owned())).to_vec();
    assert_eq!(hidden(xlsx("CAPA", &rows, &[])), (2, Vec::new()));
    let folded = super::formats::xlsx_of("CAPA", &rows, &[], &[3], "worksheets/sheet1.xml");
    assert_eq!(hidden(folded), (1, texts(["긁힘", "이물", "청소"])));
    let renamed = super::formats::xlsx_of("CAPA", &rows, &[], &[3], "tables/list.xml");
    assert_eq!(hidden(renamed), (1, texts(["긁힘", "이물", "청소"])));
    let text = "불량,원인,대책\n기공,\"마모,연마\n긁힘,이물,청소\n";
    let found = parse_action_records(Path::new("a.csv"), text.as_bytes(), TODAY).unwrap();
    assert_eq!(found.drafts.len(), 2, "{found:#?}");
    assert_eq!(found.warnings, [ManualWarning::UnclosedQuote { page: 2 }]);
}
