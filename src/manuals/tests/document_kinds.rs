//! Documents as factories write them: 8D reports, questions and answers, labels of many forms, several
//! labels on a line, tables whose columns are defects.

use std::path::Path;

use super::reading::{assert_nothing_is_lost, outline};
use crate::parse;
use fettle_domain::{DefectType, ManualText, StatementKind};
use fettle_testing::documents::{defect, docx, own_fonts, page, paragraph, pdf};

fn defects() -> Vec<DefectType> {
    vec![defect("scratch", "긁힘", "scratch", "Scratch"), defect("dent", "찍힘", "dent", "Dent")]
}

fn read(name: &str, bytes: &[u8]) -> ManualText {
    let manual = parse(Path::new(name), bytes, &defects()).unwrap();
    assert_nothing_is_lost(Path::new(name), bytes, &manual);
    manual
}

/// Causes, actions and prevention, as `긁힘 c 레일 마모`.
fn placed(manual: &ManualText) -> Vec<String> {
    let mut out = Vec::new();
    for section in &manual.sections {
        let name = match section.defect.as_ref().map(|defect| defect.as_str()) {
            Some("scratch") => "긁힘",
            Some("dent") => "찍힘",
            _ => section.heading.as_str(),
        };
        let mut push = |letter: char, statements: &[fettle_domain::Statement]| {
            out.extend(statements.iter().map(|one| format!("{name} {letter} {}", one.text)));
        };
        push('c', &section.causes);
        push('a', &section.actions);
        for part in section.parts.iter().filter(|part| part.kind == StatementKind::Prevention) {
            push('p', &part.statements);
        }
    }
    out
}

fn warnings(manual: &ManualText) -> Vec<String> {
    outline(manual).into_iter().filter(|line| line.starts_with('!')).collect()
}

const BOTH: [&str; 4] =
    ["긁힘 c 레일 마모", "긁힘 a 레일 교체", "찍힘 c 낙하 높이", "찍힘 a 높이 조정"];

#[test]
fn labels_of_many_forms_stand_above_their_text_or_in_front_of_it() {
    for (cause, action) in [
        ("원인 1", "대책 1"),
        ("원인①", "대책①"),
        ("원인(1)", "대책(1)"),
        ("(원인)", "(대책)"),
        ("<원인>", "<대책>"),
        ("【원인】", "【대책】"),
        ("『원인』", "『대책』"),
        ("{원인}", "{대책}"),
        ("[ 원인 ]", "[ 대책 ]"),
        ("▶ 원인", "▶ 대책"),
        ("◎원인", "◎대책"),
        ("■ 원인 ■", "■ 대책 ■"),
        ("1) 원인", "2) 대책"),
        ("A. 원인", "B. 대책"),
        ("Ⅰ. 원인", "Ⅱ. 대책"),
        ("1.1 원인", "1.2 대책"),
        ("제1절 원인", "제2절 대책"),
        ("원인 -", "대책 -"),
        ("- 원인 -", "- 대책 -"),
        ("원인 →", "대책 →"),
        ("원인 =", "대책 ="),
        ("원인은", "대책은"),
        ("원 인", "대 책"),
        ("* 원인 *", "* 대책 *"),
        ("== 원인 ==", "== 대책 =="),
        ("발생 원인:", "개선 대책:"),
    ] {
        for between in ["\n", " "] {
            let text = format!(
                "긁힘\n{cause}{between}레일 마모\n{action}{between}레일 교체\n\n찍힘\n{cause}{between}낙하 \
                 높이\n{action}{between}높이 조정\n"
            );
            let manual = read("a.txt", text.as_bytes());
            assert_eq!(placed(&manual), BOTH, "{cause:?}{between:?}: {:#?}", outline(&manual));
            assert_eq!(warnings(&manual), [""; 0], "{cause:?}{between:?}");
        }
    }
}

#[test]
fn several_labels_stand_on_a_line() {
    for text in [
        "긁힘\n원인: 레일 마모 대책: 레일 교체\n찍힘\n원인 : 낙하 높이, 조치 : 높이 조정\n",
        "긁힘 - 원인: 레일 마모 / 대책: 레일 교체\n찍힘 - 원인: 낙하 높이 / 대책: 높이 조정\n",
        "긁힘\n(원인) 레일 마모 (대책) 레일 교체\n찍힘\n【원인】낙하 높이 【대책】높이 조정\n",
        "긁힘\n원인 - 레일 마모 → 대책 - 레일 교체\n찍힘\n원인: 낙하 높이 ▶ 대책: 높이 조정\n",
        "1. 긁힘: 원인: 레일 마모; 대책: 레일 교체\n2. 찍힘: 원인: 낙하 높이; 대책: 높이 조정\n",
        "Scratch\nPossible cause: 레일 마모. Remedy: 레일 교체\nDent\nCause: 낙하 높이 | Action: 높이 조정\n",
    ] {
        for name in ["a.txt", "a.md"] {
            let manual = read(name, text.replace('\n', "\n\n").as_bytes());
            let placed =
                placed(&manual).iter().map(|one| one.replace("마모.", "마모")).collect::<Vec<_>>();
            assert_eq!(placed, BOTH, "{name} {text}: {:#?}", outline(&manual));
        }
    }
    // A colon within a statement is no label.
    let text = "긁힘\n원인: 레일 마모\n대책: 레일 교체 후 기록: 점검표에 쓴다\n";
    assert_eq!(
        placed(&read("a.txt", text.as_bytes()))[1..],
        ["긁힘 a 레일 교체 후 기록: 점검표에 쓴다"]
    );
}

#[test]
fn a_label_of_causes_and_actions_at_once_is_one_of_neither() {
    for label in ["원인 및 대책", "원인과 대책", "원인/대책", "Cause and remedy", "현상 및 원인"]
    {
        let text =
            format!("긁힘\n현상\n선\n{label}\n레일이 닳아 바꿈\n\n찍힘\n원인\n낙하\n대책\n조정\n");
        let manual = read("a.txt", text.as_bytes());
        assert_eq!(placed(&manual), ["찍힘 c 낙하", "찍힘 a 조정"], "{label}");
        let warned = warnings(&manual);
        let expected = format!("! UnknownPart {{ heading: \"긁힘\", label: {label:?}, page: 4 }}");
        assert!(warned.contains(&expected), "{label}: {warned:#?}");
        let table =
            format!("| 불량 | {label} | 담당 |\n|---|---|---|\n| 긁힘 | 닳아서 바꿈 | 김 |\n");
        let manual = read("a.md", table.as_bytes());
        assert_eq!(placed(&manual), [""; 0], "{label}: {:#?}", outline(&manual));
    }
}

#[test]
fn an_8d_report_has_a_part_for_each_discipline() {
    let right = ["긁힘 c 레일 마모", "긁힘 a 재고 선별", "긁힘 a 레일 교체", "긁힘 p 주기 단축"];
    let labels: [(&str, [&str; 8]); 5] = [
        (
            "words",
            [
                "D1 팀 구성: ",
                "D2 문제 정의: ",
                "D3 임시 조치: ",
                "D4 근본 원인: ",
                "D5 시정 조치: ",
                "D6 효과 확인: ",
                "D7 재발 방지: ",
                "D8 팀 격려: ",
            ],
        ),
        (
            "English",
            [
                "D1. Team: ",
                "D2. Problem description: ",
                "D3. Containment action: ",
                "D4. Root cause: ",
                "D5. Permanent corrective action: ",
                "D6. Verification: ",
                "D7. Prevent recurrence: ",
                "D8. Congratulate the team: ",
            ],
        ),
        ("numbers", ["D1 ", "D2 ", "D3 ", "D4 ", "D5 ", "D6 확인: ", "D7 ", "D8 "]),
        (
            "brackets",
            ["[D1] ", "[D2] ", "[D3] ", "[D4] ", "[D5] ", "[D6] 검증: ", "[D7] ", "[D8] "],
        ),
        (
            "bullets",
            ["- D1) ", "- D2) ", "- D3) ", "- D4) ", "- D5) ", "- D6) 검증: ", "- D7) ", "- D8) "],
        ),
    ];
    let texts = [
        "김 과장",
        "선이 보임",
        "재고 선별",
        "레일 마모",
        "레일 교체",
        "양호",
        "주기 단축",
        "공유",
    ];
    let titles = ["긁힘 8D 보고서", "8D Report - Scratch", "긁힘"];
    for (name, labels) in labels {
        for title in titles {
            let lines: Vec<String> =
                labels.iter().zip(texts).map(|(label, text)| format!("{label}{text}")).collect();
            let all: Vec<&str> =
                std::iter::once(title).chain(lines.iter().map(String::as_str)).collect();
            let cells: String =
                lines.iter().map(|line| format!("<tr><td>{line}</td></tr>")).collect();
            let paragraphs: String = all.iter().map(|line| paragraph("R", line)).collect();
            let row = |(label, text): (&&str, &str)| {
                format!("<tr><td>{}</td><td>{text}</td></tr>", label.trim_end_matches([':', ' ']))
            };
            let form: String = labels.iter().zip(texts).map(row).collect();
            for (file, bytes) in [
                ("a.txt", all.join("\n").into_bytes()),
                ("a.md", all.join("\n\n").into_bytes()),
                ("line.txt", format!("{title}\n{}", lines.join(" ")).into_bytes()),
                ("cells.html", format!("<h1>{title}</h1><table>{cells}</table>").into_bytes()),
                ("form.html", format!("<h1>{title}</h1><table>{form}</table>").into_bytes()),
                ("a.docx", docx(&paragraphs)),
                ("a.pdf", pdf(&own_fonts(), &[page(&all)], false)),
            ] {
                let manual = read(file, &bytes);
                assert_eq!(
                    placed(&manual),
                    right,
                    "{name} {title} {file}: {:#?}",
                    outline(&manual)
                );
            }
        }
    }
}

#[test]
fn an_8d_report_is_about_the_defect_that_its_second_discipline_names() {
    let text = "8D 보고서\nD1 팀: 김\nD2 문제: 표면에 긁힘 발생\nD3 임시 조치: 선별\nD4 원인: 레일 마모\nD5 대책: 교체\n\
                8D 보고서\nD1 팀: 이\nD2 문제: 모서리 찍힘\nD3 임시 조치: 격리\nD4 원인: 낙하\nD5 대책: 조정\n";
    let manual = read("a.txt", text.as_bytes());
    let expected = [
        "긁힘 c 레일 마모",
        "긁힘 a 선별",
        "긁힘 a 교체",
        "찍힘 c 낙하",
        "찍힘 a 격리",
        "찍힘 a 조정",
    ];
    assert_eq!(placed(&manual), expected, "{:#?}", outline(&manual));
    // A drawing's sizes are no report.
    let text = "긁힘\n원인\nD3 규격 미달\n대책\nD4 규격으로 교체\n";
    let manual = read("a.txt", text.as_bytes());
    assert_eq!(placed(&manual), ["긁힘 c D3 규격 미달", "긁힘 a D4 규격으로 교체"]);
}

#[test]
fn questions_and_their_answers() {
    for text in [
        "긁힘\nQ: 왜 생기나요?\nA: 레일 마모\nQ: 어떻게 해야 하나요?\nA: 레일 교체\n찍힘\nQ: 왜 생기나요?\nA: 낙하 \
         높이\nQ: 어떻게 하나요?\nA: 높이 조정\n",
        "Q1. 긁힘은 왜 생기나?  A1. 레일 마모\nQ2. 긁힘은 어떻게 조치하나?  A2. 레일 교체\nQ3. 찍힘의 원인은?  A3. 낙하 \
         높이\nQ4. 찍힘의 대책은?  A4. 높이 조정\n",
        "문: 긁힘의 원인은 무엇입니까?\n답: 레일 마모\n문: 긁힘의 대책은 무엇입니까?\n답: 레일 교체\n문: 찍힘의 \
         원인은?\n답: 낙하 높이\n문: 찍힘의 조치는?\n답: 높이 조정\n",
        "[질문] 긁힘이 생기는 이유는?\n[답변] 레일 마모\n[질문] 긁힘이 생기면 어떻게 하나요?\n[답변] 레일 교체\n[질문] \
         찍힘이 생기는 이유는?\n[답변] 낙하 높이\n[질문] 찍힘이 생기면 어떻게 하나요?\n[답변] 높이 조정\n",
        "Q: What causes a scratch?\nA: 레일 마모\nQ: How do I fix a scratch?\nA: 레일 교체\nQ: Why do I get a \
         dent?\nA: 낙하 높이\nQ: What should I do about a dent?\nA: 높이 조정\n",
    ] {
        for name in ["a.txt", "a.md"] {
            let text = if name == "a.md" { text.replace('\n', "\n\n") } else { text.to_owned() };
            let manual = read(name, text.as_bytes());
            assert_eq!(placed(&manual), BOTH, "{name} {text}: {:#?}", outline(&manual));
        }
    }
    let text = "Q: 긁힘은 왜 생기나?\nA: 레일 마모\nQ: 긁힘은 누가 담당하나?\nA: 품질팀\n";
    let manual = read("a.txt", text.as_bytes());
    assert_eq!(placed(&manual), ["긁힘 c 레일 마모"]);
    assert!(warnings(&manual).iter().any(|line| line.contains("UnknownPart")));
}

#[test]
fn a_table_may_have_a_column_for_each_defect() {
    for (name, text) in [
        (
            "a.csv",
            "구분,긁힘,찍힘\n현상,선,눌림\n원인,레일 마모,낙하 높이\n조치,레일 교체,높이 조정\n",
        ),
        ("a.csv", ",scratch,dent\nCause,레일 마모,낙하 높이\nRemedy,레일 교체,높이 조정\n"),
        (
            "a.md",
            "# 대책표\n\n| 항목 | 긁힘 | 찍힘 |\n|---|---|---|\n| 발생 원인 | 레일 마모 | 낙하 높이 |\n| 담당 | 김 | 이 |\n\
             | 개선 대책 | 레일 교체 | 높이 조정 |\n",
        ),
        (
            "a.html",
            "<table><tr><td></td><th>긁힘</th><th>찍힘</th></tr><tr><th>원인</th><td>레일 마모</td><td>낙하 높이</td></tr>\
             <tr><th>조치</th><td>레일 교체</td><td>높이 조정</td></tr></table><p>문서 끝</p>",
        ),
        ("a.txt", "항목\t긁힘\t찍힘\n원인\t레일 마모\t낙하 높이\n대책\t레일 교체\t높이 조정\n"),
        (
            "a.txt",
            "항목      긁힘         찍힘\n원인      레일 마모     낙하 높이\n대책      레일 교체     높이 조정\n",
        ),
    ] {
        let manual = read(name, text.as_bytes());
        assert_eq!(placed(&manual), BOTH, "{text}: {:#?}", outline(&manual));
    }
}

#[test]
fn a_heading_or_row_may_name_two_defects() {
    let both = ["긁힘 c 레일 마모", "긁힘 a 레일 교체", "찍힘 c 레일 마모", "찍힘 a 레일 교체"];
    for (name, text) in [
        ("a.md", "| 불량 | 원인 | 대책 |\n|---|---|---|\n| 긁힘/찍힘 | 레일 마모 | 레일 교체 |\n"),
        ("a.csv", "불량,원인,대책\n\"긁힘, 찍힘\",레일 마모,레일 교체\n"),
        ("a.txt", "긁힘/찍힘\n원인\n레일 마모\n대책\n레일 교체\n"),
        ("a.txt", "1. 긁힘 및 찍힘 불량\n원인: 레일 마모\n대책: 레일 교체\n"),
        ("a.md", "# 긁힘·찍힘\n\n## 원인\n\n- 레일 마모\n\n## 대책\n\n- 레일 교체\n"),
        (
            "a.html",
            "<h2>Scratch and dent</h2><h3>Cause</h3><p>레일 마모</p><h3>Remedy</h3><p>레일 교체</p>",
        ),
    ] {
        let manual = read(name, text.as_bytes());
        assert_eq!(placed(&manual), both, "{text}: {:#?}", outline(&manual));
        assert_eq!(warnings(&manual), [""; 0], "{text}");
    }
}

#[test]
fn a_name_that_the_product_has_not_starts_a_section_where_labels_follow() {
    for text in [
        "긁힘\n원인: 레일 마모\n대책: 레일 교체\n오렌지 필\n원인: 점도\n대책: 희석\n",
        "긁힘\n원인: 레일 마모\n대책: 레일 교체\n오렌지 필\n표면이 귤껍질처럼 된다.\n원인: 점도\n대책: 희석\n",
        "긁힘\n원인\n레일 마모\n대책\n레일 교체\n오렌지 필\n원인\n점도\n대책\n희석\n",
        "긁힘\n원인\n레일 마모\n대책\n레일 교체\n\n오렌지 필\n표면이 귤껍질처럼 된다.\n원인\n점도\n대책\n희석\n",
        "긁힘\n원인\n- 레일 마모\n대책\n- 레일 교체\n오렌지 필\n현상\n- 귤껍질\n원인\n- 점도\n대책\n- 희석\n",
        "긁힘\n현상\n- 선\n원인\n- 레일 마모\n대책\n- 레일 교체\n오렌지 필\n현상\n- 귤껍질\n원인\n- 점도\n대책\n- 희석\n",
        "긁힘\n원인 - 레일 마모\n대책 - 레일 교체\n오렌지 필\n원인 - 점도\n대책 - 희석\n",
    ] {
        let manual = read("a.txt", text.as_bytes());
        let expected =
            ["긁힘 c 레일 마모", "긁힘 a 레일 교체", "오렌지 필 c 점도", "오렌지 필 a 희석"];
        assert_eq!(placed(&manual), expected, "{text}: {:#?}", outline(&manual));
    }
}

#[test]
fn the_title_of_a_document_is_no_section() {
    let body =
        "\n긁힘\n원인\n레일 마모\n대책\n레일 교체\n\n찍힘\n원인\n낙하 높이\n대책\n높이 조정\n";
    for title in [
        "사출 성형 불량 대책서",
        "품질 매뉴얼",
        "긁힘 대책 매뉴얼",
        "긁힘·찍힘 대책 매뉴얼",
        "도장 불량 가이드\n개정: 3판\n목적: 불량의 원인과 조치를 안내한다.",
        "Defect handbook",
        "불량 원인 및 대책",
    ] {
        let manual = read("a.txt", format!("{title}\n{body}").as_bytes());
        assert_eq!(placed(&manual), BOTH, "{title}: {:#?}", outline(&manual));
        assert_eq!(manual.sections.len(), 2, "{title}");
        let marked = body.replace("\n긁힘", "\n## 긁힘").replace("\n찍힘", "\n## 찍힘");
        let marked = format!("# {title}\n{}", marked.replace('\n', "\n\n"));
        let manual = read("a.md", marked.as_bytes());
        assert_eq!(placed(&manual), BOTH, "{title}: {:#?}", outline(&manual));
    }
}

#[test]
fn a_table_of_other_things_is_no_action() {
    let section = |after: &str| {
        format!("<h2>긁힘</h2><h3>원인</h3><p>레일 마모</p><h3>조치</h3><p>레일 교체</p>{after}")
    };
    let rest = "<h2>찍힘</h2><h3>원인</h3><p>낙하 높이</p><h3>조치</h3><p>높이 조정</p>";
    for table in [
        "<table><tr><th>부품</th><th>수량</th></tr><tr><td>레일</td><td>2</td></tr></table>",
        "<table><tr><td>부품</td><td>수량</td></tr><tr><td>레일</td><td>2</td></tr></table>",
        "<table><tr><td>공구</td><td>규격</td><td>수량</td></tr><tr><td>렌치</td><td>10</td><td>1</td></tr></table>",
        "<table><tr><td>1월</td><td>12건</td></tr><tr><td>2월</td><td>9건</td></tr></table>",
    ] {
        let text = format!("{}{rest}", section(table));
        let manual = read("a.html", text.as_bytes());
        assert_eq!(placed(&manual), BOTH, "{table}: {:#?}", outline(&manual));
        let headings: Vec<&str> = manual.sections.iter().map(|s| s.heading.as_str()).collect();
        assert_eq!(headings, ["긁힘", "찍힘"], "{table}");
    }
    for (name, text) in [
        ("a.txt", "긁힘\n원인\n레일 마모\n조치\n레일 교체\n부품\t수량\n레일\t2\n볼트\t8\n"),
        (
            "a.txt",
            "긁힘\n원인\n- 레일 마모\n조치\n- 레일 교체\n\n부품        수량\n레일        2\n볼트        8\n",
        ),
        ("a.csv", "긁힘,,\n원인,조치,담당\n레일 마모,레일 교체,김\n,,\n부품,수량,\n레일,2,\n"),
        (
            "a.html",
            "<h2>긁힘</h2><table><tr><th>구분</th><th>내용</th></tr><tr><td>원인</td><td>레일 마모</td></tr><tr>\
             <td>조치</td><td>레일 교체</td></tr></table><table><tr><td>부품</td><td>수량</td></tr><tr><td>레일</td>\
             <td>2</td></tr></table>",
        ),
    ] {
        let manual = read(name, text.as_bytes());
        assert_eq!(placed(&manual), BOTH[..2], "{text}: {:#?}", outline(&manual));
        assert_eq!(manual.sections[0].heading, "긁힘", "{text}");
    }
}

#[test]
fn headings_and_labels_of_public_pages() {
    // A heading of the level of the one before, above a sentence.
    let text = "# 결함\n\n## 1. 긁힘\n\n선이 생깁니다.\n\n### 원인\n\n- 레일 마모\n\n### 대책\n\n- 레일 교체\n\n## 2. 오렌지 필\n\n\
                귤껍질 같습니다.\n\n### 원인\n\n- 점도\n\n### 대책\n\n- 희석\n";
    let expected = ["긁힘 c 레일 마모", "긁힘 a 레일 교체"];
    let placed_in = |name: &str, text: &str| {
        let manual = read(name, text.as_bytes());
        (placed(&manual), warnings(&manual), manual)
    };
    let (found, ..) = placed_in("a.md", text);
    assert_eq!(
        found,
        [&expected[..], &["2. 오렌지 필 c 점도", "2. 오렌지 필 a 희석"]]
            .concat()
            .iter()
            .map(|t| t.replace("2. ", ""))
            .collect::<Vec<_>>()
    );
    // A heading behind a bullet of its own.
    let text = "●긁힘\n\n원인\n\n① 레일 마모\n\n대책\n\n① 레일 교체\n\n\n●오버랩 (Overlap)\n\n원인\n\n① 전류 과소\n\n대책\n\n① 전류 조정\n";
    let (found, ..) = placed_in("a.txt", text);
    assert_eq!(found[2..], ["오버랩 (Overlap) c 전류 과소", "오버랩 (Overlap) a 전류 조정"]);
    // A sentence above a label behind an arrow is no introduction to a list.
    let text = "긁힘\n원인 :\n레일이 닳아 선이 생긴다.\n→ 대책 :\n레일을 바꾼다.\n원인 :\n이물이 낀다.\n→ 대책 :\n이물을 치운다.\n";
    let (found, warned, _) = placed_in("a.txt", text);
    let expected = [
        "긁힘 c 레일이 닳아 선이 생긴다.",
        "긁힘 c 이물이 낀다.",
        "긁힘 a 레일을 바꾼다.",
        "긁힘 a 이물을 치운다.",
    ];
    assert_eq!((found, warned.len()), (expected.map(str::to_owned).to_vec(), 1));
    // What has the form of a label among labels is one, whatever it says.
    for text in [
        "긁힘\n  • 원인: 레일 마모\n  • 위치: 옆면\n  • 예방: 점검\n",
        "긁힘\n원인: 레일 마모\n위치: 옆면\n예방: 점검\n",
        "1. 긁힘 - 원인: 레일 마모 - 위치: 옆면 - 예방: 점검\n",
    ] {
        let (found, warned, manual) = placed_in("a.txt", text);
        assert_eq!(found, ["긁힘 c 레일 마모", "긁힘 p 점검"], "{text}: {:#?}", outline(&manual));
        assert!(warned.iter().any(|line| line.contains("UnknownPart") && line.contains("위치")));
    }
}

#[test]
fn numbered_headings_and_repeated_labels_begin_sections() {
    let text = "1. 긁힘 (Scratch) - 선\n발생 빈도: 15 %\n표면에 선이 생깁니다.\n원인\n- 레일 마모\n예방법\n- 점검\n2. 냉납 (Cold Joint)\n\
                발생 빈도: 10 %\n녹지 않은 상태입니다.\n원인\n- 온도 부족\n예방법\n- 온도 상향\n";
    let manual = read("a.txt", text.as_bytes());
    let expected = [
        "긁힘 c 레일 마모",
        "긁힘 p 점검",
        "냉납 (Cold Joint) c 온도 부족",
        "냉납 (Cold Joint) p 온도 상향",
    ];
    assert_eq!(placed(&manual), expected, "{:#?}", outline(&manual));
    let text = "긁힘\n\n선이 생깁니다.\n\n발생 원인:\n\n  • 레일 마모\n\n냉납(Cold Joint) 및 공극 발생\n\n흔한 문제입니다.\n\n발생 \
                원인:\n\n  • 온도 부족\n\n해결 방법:\n\n  • 온도를 올림\n";
    let manual = read("a.txt", text.as_bytes());
    let expected = [
        "긁힘 c 레일 마모",
        "냉납(Cold Joint) 및 공극 발생 c 온도 부족",
        "냉납(Cold Joint) 및 공극 발생 a 온도를 올림",
    ];
    assert_eq!(placed(&manual), expected, "{:#?}", outline(&manual));
    let text = "Scratch: what it is and how to fix it\nCauses of scratches\n- 레일 마모\nHow to fix scratches\n- 레일 교체\n";
    assert_eq!(placed(&read("a.txt", text.as_bytes())), ["긁힘 c 레일 마모", "긁힘 a 레일 교체"]);
}
