//! Corrections of a text that was read, and the same corrections on its next version.

use std::path::Path;

use proptest::prelude::*;

use super::reading::outline;
use crate::{Corrected, apply_corrections, chunks, parse};
use fettle_domain::{
    DefectCode, DefectType, LabelRule, LineRef, ManualCorrections, ManualEdit, ManualText,
    ManualWarning, SectionRef, StatementKind, same_text,
};
use fettle_testing::documents::defect;

/// A manual with labels and headings that nobody knows, a wrapped line, and two statements in one.
const MANUAL: &str = "\
문서 번호 QM-17
기공 (hole)
발생 원인
- 용탕 내 가스가 배출되지 않음
- 탈기 불량
반장 한마디:
- 탈기 장치의 압력을 본다
- 용탕 온도를 잰다
조치 가이드
- 탈기 시간을 늘린다. 필터를 바꾼다
- 금형 온도를
- 높인다
긁힘 (scratch)
발생 원인
- 이송 중 충돌
반장 한마디:
- 이송대의 패드를 본다
조치 가이드
- 고무패드 적용
";

/// The next version: lines moved, one statement changed by a word.
const NEXT: &str = "\
문서 번호 QM-17
긁힘 (scratch)
발생 원인
- 이송 중 충돌
- 적재 중 낙하
반장 한마디:
- 이송대의 패드를 본다
조치 가이드
- 고무패드 적용
기공 (hole)
발생 원인
- 탈기 불량
- 용탕 내 가스가 배출되지 않음
반장 한마디:
- 용탕 온도를 잰다
- 탈기 장치의 압력을 매일 본다
조치 가이드
- 탈기 시간을 늘린다. 필터를 바꾼다
- 금형 온도를
- 높인다
";

fn defects() -> Vec<DefectType> {
    vec![
        defect("hole", "기공", "hole", "hole (기공)"),
        defect("scratch", "긁힘", "scratch", "scratch (긁힘)"),
    ]
}

fn read(text: &str) -> ManualText {
    parse(Path::new("manual.txt"), text.as_bytes(), &defects()).unwrap()
}

fn section(heading: &str) -> SectionRef {
    SectionRef { heading: heading.to_owned(), nth: 0 }
}

fn line(heading: &str, text: &str) -> LineRef {
    LineRef { text: text.to_owned(), section: Some(section(heading)), nth: 0 }
}

fn name_label(label: &str, kind: StatementKind) -> ManualEdit {
    ManualEdit::NameLabel(LabelRule { label: label.to_owned(), kind })
}

fn edited(text: &ManualText, edits: Vec<ManualEdit>) -> Corrected {
    apply_corrections(text, &ManualCorrections { labels: Vec::new(), edits })
}

const HOLE: &str = "기공 (hole)";
const SCRATCH: &str = "긁힘 (scratch)";

/// Each kind of edit, on a line of [`MANUAL`].
fn edits() -> Vec<(&'static str, ManualEdit)> {
    use StatementKind::{Action, Cause, Inspection, Prevention};
    let scratch = DefectCode::new("scratch").ok();
    vec![
        ("name a label", name_label("반장 한마디", Inspection)),
        ("a label of causes", name_label("반장 한마디", Cause)),
        (
            "name a heading",
            ManualEdit::NameHeading { section: section(HOLE), defect: scratch.clone() },
        ),
        (
            "a cause is an action",
            ManualEdit::Place {
                line: line(HOLE, "탈기불량"),
                section: section(HOLE),
                kind: Action,
            },
        ),
        (
            "into another section",
            ManualEdit::Place {
                line: line(HOLE, "탈기 불량"),
                section: section(SCRATCH),
                kind: Prevention,
            },
        ),
        (
            "a line is a statement",
            ManualEdit::Place {
                line: LineRef { text: "문서 번호 QM-17".into(), section: None, nth: 0 },
                section: section(HOLE),
                kind: Cause,
            },
        ),
        ("no statement", ManualEdit::Dismiss { line: line(HOLE, "탈기 불량") }),
        (
            "merge",
            ManualEdit::Merge {
                line: line(HOLE, "높인다"),
                into: line(HOLE, "금형 온도를"),
                spaced: true,
            },
        ),
        (
            "split",
            ManualEdit::Split {
                line: line(HOLE, "탈기 시간을 늘린다. 필터를 바꾼다"),
                pieces: vec!["탈기 시간을 늘린다.".into(), "필터를 바꾼다".into()],
            },
        ),
        (
            "a label that nobody saw",
            ManualEdit::StartPart { line: line(HOLE, "금형 온도를"), kind: Prevention },
        ),
        (
            "a heading that nobody saw",
            ManualEdit::StartSection { line: line(HOLE, "탈기 불량"), defect: scratch },
        ),
        ("a heading that is none", ManualEdit::JoinSection { section: section(SCRATCH) }),
        ("the first heading is none", ManualEdit::JoinSection { section: section(HOLE) }),
    ]
}

#[test]
fn each_edit_changes_what_it_names() {
    let text = read(MANUAL);
    insta::assert_snapshot!("as_read", lines(&text));
    for (name, edit) in edits() {
        let Corrected { text: changed, missed } = edited(&text, vec![edit]);
        assert_eq!(missed, [], "{name}");
        insta::assert_snapshot!(name.replace(' ', "_"), difference(&text, &changed));
    }
}

/// The outline of a manual and the lines that belong to no statement.
fn lines(text: &ManualText) -> String {
    let passages = text.passages.iter().map(|one| format!("~ {:?} {}", one.heading, one.text));
    outline(text).into_iter().chain(passages).collect::<Vec<_>>().join("\n")
}

/// The lines of the outlines that only one has.
fn difference(before: &ManualText, after: &ManualText) -> String {
    let (before, after) = (lines(before), lines(after));
    let only = |one: &str, other: &str, sign: &str| -> Vec<String> {
        let has = |line: &&str| other.lines().any(|other| other == *line);
        one.lines().filter(|line| !has(line)).map(|line| format!("{sign}{line}")).collect()
    };
    [only(&before, &after, "- "), only(&after, &before, "+ ")].concat().join("\n")
}

#[test]
fn without_edits_nothing_changes_and_numbering_is_the_parsers() {
    let text = read(MANUAL);
    assert_eq!(edited(&text, Vec::new()).text, text);
    // An edit that says what is so already.
    let same =
        ManualEdit::NameHeading { section: section(HOLE), defect: DefectCode::new("hole").ok() };
    assert_eq!(edited(&text, vec![same]).text, text);
}

#[test]
fn edits_hold_for_the_next_version_and_one_that_does_not_is_named() {
    use StatementKind::{Inspection, Symptom};
    let all = vec![
        name_label("반장 한마디", Inspection),
        ManualEdit::Merge {
            line: line(HOLE, "높인다"),
            into: line(HOLE, "금형 온도를"),
            spaced: true,
        },
        ManualEdit::Split {
            line: line(HOLE, "탈기 시간을 늘린다. 필터를 바꾼다"),
            pieces: vec!["탈기 시간을 늘린다.".into(), "필터를 바꾼다".into()],
        },
        ManualEdit::Place {
            line: line(HOLE, "용탕 온도를 잰다"),
            section: section(HOLE),
            kind: Symptom,
        },
        ManualEdit::Dismiss { line: line(HOLE, "탈기 장치의 압력을 본다") },
    ];
    let first = edited(&read(MANUAL), all.clone());
    assert_eq!(first.missed, []);
    let Corrected { text, missed } = edited(&read(NEXT), all);
    assert_eq!(missed.len(), 1, "{missed:?}");
    assert_eq!(missed[0].subject(), "탈기 장치의 압력을 본다");
    let said = ManualWarning::CorrectionMissed { text: "탈기 장치의 압력을 본다".into() };
    assert!(text.warnings.contains(&said));
    insta::assert_snapshot!("next_version", lines(&text));
}

#[test]
fn a_label_of_the_workspace_holds_for_other_manuals_unless_the_manual_says_otherwise() {
    use StatementKind::{Action, Inspection};
    let rule = LabelRule { label: "반장한마디".into(), kind: Inspection };
    let kinds = |text: &ManualText| -> Vec<StatementKind> {
        text.sections.iter().flat_map(|one| &one.parts).map(|part| part.kind).collect()
    };
    let text = read(NEXT);
    let unknown = |text: &ManualText| {
        let is = |one: &&ManualWarning| matches!(one, ManualWarning::UnknownPart { .. });
        text.warnings.iter().filter(is).count()
    };
    assert_eq!(unknown(&text), 2);
    let shared = ManualCorrections { labels: vec![rule.clone()], edits: Vec::new() };
    let Corrected { text: shared, missed } = apply_corrections(&text, &shared);
    assert_eq!((kinds(&shared), unknown(&shared)), (vec![Inspection; 2], 0));
    assert_eq!(missed, []);
    let own = ManualCorrections {
        labels: vec![rule],
        edits: vec![name_label("반장 한마디", Action)],
    };
    let own = apply_corrections(&text, &own).text;
    assert_eq!((own.sections[0].actions.len(), own.sections[1].actions.len()), (2, 5));
    assert_eq!(unknown(&own), 0);
    // A rule about a label that a manual does not have is no fault of the manual.
    let other = LabelRule { label: "없는 이름".into(), kind: Action };
    let other = ManualCorrections { labels: vec![other], edits: Vec::new() };
    assert_eq!(apply_corrections(&text, &other).text, text);
}

#[test]
fn a_manual_without_any_known_label_is_read_in_full_after_corrections() {
    use StatementKind::{Action, Cause, Prevention};
    let text = "\
기공 (hole)
왜 생기나:
- 가스가 남는다
- 습기가 있다
이렇게 합니다:
- 탈기한다
- 말린다
다시는 없도록:
- 매일 점검한다
긁힘 (scratch)
왜 생기나:
- 부딪힌다
이렇게 합니다:
- 패드를 댄다
";
    let read = read(text);
    let labels = [("왜 생기나", Cause), ("이렇게 합니다", Action), ("다시는 없도록", Prevention)];
    let mut edits: Vec<ManualEdit> = Vec::new();
    // What is no part yet is placed by hand, as on the review screen.
    for (label, kind) in labels {
        let known = read.sections.iter().flat_map(|one| &one.parts);
        if known.clone().any(|part| same_text(&part.label, label)) {
            edits.push(name_label(label, kind));
        }
    }
    let expected = [
        (HOLE, "가스가 남는다", Cause),
        (HOLE, "습기가 있다", Cause),
        (HOLE, "탈기한다", Action),
        (HOLE, "말린다", Action),
        (HOLE, "매일 점검한다", Prevention),
        (SCRATCH, "부딪힌다", Cause),
        (SCRATCH, "패드를 댄다", Action),
    ];
    for (heading, statement, kind) in expected {
        let now = edited(&read, edits.clone()).text;
        let all = now.sections.iter().filter(|one| one.heading == heading);
        let mut all = all.flat_map(|one| one.all_statements());
        if !all.any(|one| one.text == statement && one.kind == kind) {
            let place = now.line_places().into_iter();
            let mut place = place.filter(|place| now.line_text(*place) == Some(statement));
            let line = now.line_ref(place.next().unwrap()).unwrap();
            edits.push(ManualEdit::Place { line, section: section(heading), kind });
        }
    }
    let Corrected { text, missed } = edited(&read, edits);
    assert_eq!(missed, []);
    let found: Vec<_> = text
        .sections
        .iter()
        .flat_map(|one| one.all_statements().map(|said| (&*one.heading, &*said.text, said.kind)))
        .collect();
    assert_eq!(found, expected);
    let is_open = |one: &ManualWarning| {
        matches!(one, ManualWarning::UnknownPart { .. } | ManualWarning::Unplaced { .. })
    };
    assert!(!text.warnings.iter().any(is_open), "{:?}", text.warnings);
}

#[test]
fn a_piece_of_a_split_line_follows_the_heading_that_the_other_piece_became() {
    let read = read("기공 (hole)\n발생 원인\n- 표면: 연마지에 이물 혼입\n- 세정액 잔류\n");
    let pieces = vec!["표면:".to_owned(), " 연마지에 이물 혼입".to_owned()];
    let edits = vec![
        ManualEdit::Split { line: line(HOLE, "표면: 연마지에 이물 혼입"), pieces },
        ManualEdit::StartSection { line: line(HOLE, "표면:"), defect: None },
    ];
    let Corrected { text, missed } = edited(&read, edits);
    assert_eq!(missed, []);
    let found: Vec<_> = text
        .sections
        .iter()
        .flat_map(|one| one.all_statements().map(|said| (&*one.heading, &*said.text)))
        .collect();
    assert_eq!(found, [("표면:", "연마지에 이물 혼입"), ("표면:", "세정액 잔류")]);
}

/// What stands under a label that forbids keeps it, wherever a person puts it; and what a person places
/// never comes to stand under one.
#[test]
fn what_is_forbidden_stays_forbidden_and_nothing_else_becomes_so() {
    use StatementKind::{Action, Other, Prevention};
    let korean = "기공 (hole)\n발생 원인\n- 탈기 불량\n다음은 하지 마십시오:\n- 사포로 문지른다\n\
                  - 물로 씻는다\n조치 가이드\n- 탈기한다\n";
    let english = "기공 (hole)\nCauses\n- Poor degassing\nDo not:\n- Use sandpaper\n- Wash it\n\
                   Actions\n- Degas\n";
    for (text, label, forbidden, beside, other) in [
        (korean, "다음은 하지 마십시오", "사포로 문지른다", "물로 씻는다", "탈기한다"),
        (english, "Do not", "Use sandpaper", "Wash it", "Degas"),
    ] {
        let read = read(text);
        assert!(read.has_label(&format!("{label}:")) || read.has_label(label), "{read:#?}");
        let said = |edits: Vec<ManualEdit>| -> Vec<String> {
            let Corrected { text, missed } = edited(&read, edits);
            assert_eq!(missed, []);
            chunks(&text).into_iter().map(|chunk| chunk.words).collect()
        };
        let place = |text: &str, kind| ManualEdit::Place {
            line: line(HOLE, text),
            section: section(HOLE),
            kind,
        };
        let merge = |text: &str, into: &str| ManualEdit::Merge {
            line: line(HOLE, text),
            into: line(HOLE, into),
            spaced: true,
        };
        let with_label = format!("{label}: {forbidden}");
        let printed = read.sections[0].parts[0].label.clone();
        for (name, edits) in [
            ("an action", vec![place(forbidden, Action)]),
            ("prevention", vec![place(forbidden, Prevention)]),
            ("in its part", vec![place(forbidden, Other)]),
            ("twice", vec![place(forbidden, Action), place(forbidden, Prevention)]),
            ("none", vec![ManualEdit::Dismiss { line: line(HOLE, forbidden) }]),
            ("by its label", vec![name_label(&printed, Action)]),
            ("no section", vec![ManualEdit::JoinSection { section: section(HOLE) }]),
        ] {
            let said = said(edits);
            let kept = said.iter().filter(|words| words.contains(forbidden)).collect::<Vec<_>>();
            assert_eq!(kept, [&with_label], "{label}, {name}: {said:?}");
        }
        for (name, edit, joined) in [
            ("merged", merge(beside, forbidden), format!("{label}: {forbidden} {beside}")),
            (
                "merged with the next",
                merge(forbidden, beside),
                format!("{label}: {beside} {forbidden}"),
            ),
            ("merged elsewhere", merge(forbidden, other), format!("{other} {label}: {forbidden}")),
        ] {
            let said = said(vec![edit]);
            let kept = said.iter().filter(|words| words.contains(forbidden)).collect::<Vec<_>>();
            assert_eq!(kept, [&joined], "{label}, {name}: {said:?}");
        }
        let said = said(vec![place(other, Other)]);
        assert!(said.iter().any(|words| words == other), "{label}: {said:?}");
    }
}

proptest! {
    /// Whatever is edited in whatever order, no line is lost to search and ids stay unique.
    #[test]
    fn no_edit_loses_a_line(order in prop::collection::vec(0_usize..13, 0..6)) {
        let text = read(MANUAL);
        let all = edits();
        let edits = order.iter().map(|index| all[*index].1.clone()).collect();
        let changed = edited(&text, edits).text;
        let found: String = chunks(&changed).into_iter().map(|chunk| chunk.text + "\n").collect();
        for line in MANUAL.lines().filter(|line| line.starts_with("- ")) {
            for word in line.trim_start_matches("- ").split(' ') {
                // A line that became a heading is found by what stands below it.
                let is_heading = changed.sections.iter().any(|one| one.heading.contains(word));
                let is_label = word.contains("금형") || word.contains("온도를");
                prop_assert!(is_heading || is_label || found.contains(word), "{word}");
            }
        }
        let mut ids: Vec<&str> = changed
            .sections
            .iter()
            .flat_map(|one| one.all_statements())
            .map(|statement| statement.id.as_str())
            .collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), count);
    }
}
