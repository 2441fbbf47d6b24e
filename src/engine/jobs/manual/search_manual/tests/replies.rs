//! Which reply a question gets, by words alone: passages, groups, a question back, or that the manual
//! does not say.

use super::*;
use crate::{DecideLessons, GiveFeedback, ListLessons, ListSections};
use fettle_domain::{FeedbackOpinion, FeedbackSubject, Lesson, LessonDecision, Rating};

const CASTING: &str = "기공 (hole)
발생 원인
- 용탕 내 가스가 배출되지 않음
- 용탕 온도가 너무 높음
조치 가이드
- 탈기 장치 점검
- 가스 배출 통로 청소

날개 버 (burr)
발생 원인
- 금형 접합면의 틈새로 용탕이 새어나옴
- 클램프 압력 부족
조치 가이드
- 클램프 압력 보정
- 금형 재연마

긁힘 (scratch)
발생 원인
- 탈형 시 금형면과의 마찰
- 이송 중 충돌
조치 가이드
- 금형 표면 코팅
- 이송 트레이 고무패드 적용
";

const DEFECTS: [(&str, &str); 3] = [("hole", "기공"), ("burr", "날개 버"), ("scratch", "긁힘")];

/// An engine without models, with a casting's manual; with two products where `twice`.
fn casting(twice: bool) -> (TempDir, Engine, ProductCode) {
    let none = tempfile::tempdir().unwrap();
    let (dir, engine) = engine(none.path());
    let path = dir.path().join("casting.txt");
    std::fs::write(&path, CASTING).unwrap();
    let part = product("part", "주물", "Casting");
    register(&engine, &part, &DEFECTS, path.clone());
    if twice {
        register(&engine, &product("cover", "덮개", "Cover"), &DEFECTS, path);
    }
    (dir, engine, part.code)
}

fn defects(answer: &ManualAnswer) -> Vec<String> {
    let mut defects = Vec::new();
    for found in answer.reply.passages() {
        let defect = found.chunk.defect.as_ref().unwrap().to_string();
        if !defects.contains(&defect) {
            defects.push(defect);
        }
    }
    defects
}

#[test]
fn what_no_manual_says_is_declined_with_what_is_nearest() {
    let (_dir, engine, part) = casting(false);
    for question in [
        "점심 메뉴가 뭐야",
        "내일 날씨 알려줘",
        "지게차 배터리 충전",
        "What does a new robot cost?",
        "산업안전보건법 벌금",
        "xyz",
    ] {
        let answer = submit(&engine, asks(question, Some(part.clone()), 3));
        assert!(matches!(answer.reply, ManualReply::NotSaid { .. }), "{question}: {answer:?}");
        assert!(answer.probability < 0.5);
    }
    for question in ["클램프 압력이 부족해요", "쇳물이 새요", "이송하다 부딪혀요", "porosity"]
    {
        let answer = submit(&engine, asks(question, Some(part.clone()), 3));
        assert!(matches!(answer.reply, ManualReply::Found { .. }), "{question}: {answer:?}");
        assert!(answer.probability >= 0.5);
    }
}

#[test]
fn what_is_excluded_is_said_and_left_out() {
    let (_dir, engine, part) = casting(false);
    for (question, excluded, first) in [
        ("기공 말고 버는 왜 생겨요?", &["기공"][..], "burr"),
        ("버가 아니라 기공인데 뭘 점검하죠", &["버가"], "hole"),
        ("except burr, what about the molten metal?", &["burr"], "hole"),
    ] {
        let answer = submit(&engine, asks(question, Some(part.clone()), 9));
        assert_eq!(answer.excluded, excluded, "{question}");
        assert_eq!(defects(&answer)[0], first, "{question}");
        let left_out = if first == "burr" { "hole" } else { "burr" };
        assert!(!defects(&answer).contains(&left_out.to_owned()), "{question}: {answer:?}");
    }
    let rest = submit(&engine, asks("기공이랑 버 빼고 나머지 불량은?", Some(part), 3));
    assert_eq!(defects(&rest), ["scratch"]);
}

#[test]
fn a_question_across_sections_gets_statements_of_each() {
    let (_dir, engine, part) = casting(false);
    for (question, expected) in [
        ("what stops porosity and burr?", &["burr", "hole"][..]),
        ("버하고 긁힘 조치", &["burr", "scratch"]),
        ("금형 때문에 생기는 불량은 어떤 게 있어요?", &["burr", "scratch"]),
        ("which defects come from the molten metal?", &["burr", "hole"]),
    ] {
        let answer = submit(&engine, asks(question, Some(part.clone()), 2));
        let ManualReply::Grouped { groups } = &answer.reply else {
            panic!("{question}: {answer:?}")
        };
        let mut found = defects(&answer);
        found.sort();
        assert_eq!(found, expected, "{question}");
        assert_eq!(groups.len(), expected.len());
        for group in groups {
            assert!(!group.passages.is_empty() && group.passages.len() <= 2);
            assert!(group.passages.iter().all(|found| found.chunk.heading == group.heading));
        }
    }
}

#[test]
fn an_open_defect_or_product_is_asked_back() {
    let (_dir, engine, part) = casting(true);
    let clarify = |answer: ManualAnswer| match answer.reply {
        ManualReply::Clarify { candidates, .. } => candidates,
        other => panic!("{other:?}"),
    };
    let open = clarify(submit(&engine, asks("원인이 뭐예요?", Some(part.clone()), 3)));
    let codes: Vec<_> = open.iter().map(|one| one.defect.as_ref().unwrap().as_str()).collect();
    assert_eq!(codes.len(), 3, "{codes:?}");
    let defect = DefectCode::new("burr").ok();
    let chosen = SearchManual { defect, ..asks("원인이 뭐예요?", Some(part), 3) };
    assert_eq!(defects(&submit(&engine, chosen)), ["burr"]);

    // Both products' manuals say it.
    let open = clarify(submit(&engine, asks("클램프 압력 보정", None, 3)));
    let mut products: Vec<_> = open.iter().map(|one| one.product.as_str()).collect();
    products.sort_unstable();
    assert_eq!(products, ["cover", "part"]);
    assert!(open.iter().all(|one| one.defect.is_none()));
    let named = submit(&engine, asks("덮개의 클램프 압력 보정", None, 3));
    assert_eq!(named.reply.passages()[0].manual.product.as_str(), "cover");
    assert!(matches!(named.reply, ManualReply::Found { .. }), "{named:?}");
}

/// Sections of which no defect type is registered are named by their headings.
#[test]
fn headings_are_names_as_well() {
    let none = tempfile::tempdir().unwrap();
    let (dir, engine) = engine(none.path());
    let path = dir.path().join("casting.txt");
    std::fs::write(&path, CASTING).unwrap();
    let part = product("part", "주물", "Casting");
    register(&engine, &part, &[], path);
    let ask = |question: &str| submit(&engine, asks(question, Some(part.code.clone()), 9));
    let headings = |answer: &ManualAnswer| -> Vec<String> {
        answer.reply.passages().iter().map(|found| found.chunk.heading.clone()).collect()
    };
    let answer = ask("기공 말고 버는 왜 생겨요?");
    assert_eq!(answer.excluded, ["기공"]);
    assert!(answer.named.is_empty());
    let found = headings(&answer);
    assert_eq!(found[0], "날개 버 (burr)");
    assert!(found.iter().all(|heading| heading != "기공 (hole)"), "{found:?}");
    let across = ask("what stops porosity and burr?");
    assert!(
        matches!(&across.reply, ManualReply::Grouped { groups } if groups.len() == 2),
        "{across:?}"
    );
}

/// What is printed as it is asked is said: a number, a heading, a line that belongs to no section.
#[test]
fn what_is_printed_is_found() {
    let none = tempfile::tempdir().unwrap();
    let (dir, engine) = engine(none.path());
    let path = dir.path().join("casting.txt");
    let text = CASTING.replace("탈기 장치 점검", "용탕 온도 자동제어(±3℃) 유지");
    std::fs::write(&path, format!("주조 품질 지침 개정 7판\n\n{text}")).unwrap();
    let part = product("part", "주물", "Casting");
    register(&engine, &part, &[], path);
    let ask = |question: &str| submit(&engine, asks(question, Some(part.code.clone()), 3));
    for (question, first) in [("±3℃", "자동제어(±3℃)"), ("긁힘 (scratch)", "긁힘 (scratch)")]
    {
        let ManualReply::Found { passages } = ask(question).reply else { panic!("{question}") };
        assert!(passages[0].chunk.text.contains(first), "{question}: {passages:?}");
    }
    let answer = ask("품질 지침 개정");
    assert!(matches!(answer.reply, ManualReply::Found { .. }), "{answer:?}");
    assert!(answer.not_assigned[0].chunk.words.contains("개정 7판"), "{answer:?}");
    // Not as it is printed.
    assert!(!matches!(ask("±13℃").reply, ManualReply::Found { .. }));
    assert!(matches!(ask("품질 지침 폐지").reply, ManualReply::NotSaid { .. }));
}

#[test]
fn without_a_manual_or_a_defect_it_is_said_what_to_do() {
    let (_dir, engine, part) = casting(false);
    let refuse = |request: SearchManual| engine.submit(request).unwrap().wait(|_| {}).unwrap_err();
    let nosuch = DefectCode::new("nosuch").unwrap();
    for product in [Some(part), None] {
        let asked = SearchManual { defect: Some(nosuch.clone()), ..asks("원인", product, 3) };
        let error = refuse(asked);
        assert!(matches!(&error, EngineError::NoSuchDefect(code) if *code == nosuch), "{error}");
    }
    let bare = product("bare", "빈 제품", "Bare");
    submit(&engine, AddProduct(bare.clone()));
    let error = refuse(asks("원인", Some(bare.code.clone()), 3));
    assert!(error.explain(Language::En).contains("library add-manual bare"), "{error}");
    let none = tempfile::tempdir().unwrap();
    let (_dir, empty) = self::engine(none.path());
    let error = empty.submit(asks("원인", None, 3)).unwrap().wait(|_| {}).unwrap_err();
    assert!(matches!(error, EngineError::NoManual(None)), "{error}");
}

/// What an engineer accepted for a question leads the answer to this very question, whatever its words are.
#[test]
fn an_accepted_question_asked_again_gets_its_section_first() {
    let (_dir, engine, part) = casting(false);
    let question = "클램프 압력이 부족해요";
    let first = |asked: &str| {
        let answer = submit(&engine, asks(asked, Some(part.clone()), 3));
        defects(&answer)[0].clone()
    };
    assert_eq!(first(question), "burr");
    let answer = submit(&engine, asks(question, Some(part.clone()), 3));
    let sections = submit(&engine, ListSections(Some(part.clone())));
    let is_scratch = |one: &fettle_domain::ProductSection| {
        one.defect.as_ref().is_some_and(|code| code.as_str() == "scratch")
    };
    let right = sections.into_iter().find(is_scratch);
    let opinion = FeedbackOpinion { rating: Rating::Bad, note: String::new(), right };
    let subject = FeedbackSubject::answer(question, Some(part.clone()), None);
    let shown = Some(answer.shown());
    submit(&engine, GiveFeedback { subject, shown, opinion: Some(opinion) });
    // Nothing counts before it is accepted.
    assert_eq!(first(question), "burr");
    let lessons = submit(&engine, ListLessons::default());
    let ids: Vec<String> = lessons
        .into_iter()
        .filter(|one| matches!(one.lesson, Lesson::Question { .. }))
        .map(|one| one.id)
        .collect();
    assert_eq!(ids.len(), 1);
    submit(&engine, DecideLessons { ids, decision: Some(LessonDecision::Accepted) });
    for (asked, expected) in [
        (question, "scratch"),
        ("클램프  압력이 부족해요?", "scratch"),
        ("클램프 압력 보정", "burr"),
    ] {
        assert_eq!(first(asked), expected, "{asked}");
    }
}
