//! Feedback through the engine: given, taken back, exported, and what it teaches once accepted.

use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::jobs::inspection::Inspect;
use crate::protocol::Request;
use crate::{
    AddDefectType, AddProduct, Engine, EngineError, EngineOptions, JudgeInspection, ManualAnswer,
    ManualReply, RegisterManual, ReportDefects, SearchManual,
};
use fettle_domain::{
    DefectCode, FeedbackOpinion, FeedbackSubject, InspectionId, Language, Lesson, LessonDecision,
    Opinion, Product, ProductCode, ProductSection, Rating, Similarity, SkipReason, Stage,
    Suggestion, Verdict,
};
use fettle_library::Library;
use fettle_settings::{Settings, Workspace};

const MANUAL: &str = "기공 (hole)
발생 원인
- 용탕 내 가스가 배출되지 않음
조치 가이드
- 탈기 장치 점검

날개 버 (burr)
발생 원인
- 클램프 압력 부족
조치 가이드
- 클램프 압력 보정
";

fn submit<R: Request>(engine: &Engine, request: R) -> R::Answer {
    engine.submit(request).unwrap().wait(|_| {}).unwrap()
}

fn refusal<R: Request>(engine: &Engine, request: R) -> EngineError
where
    R::Answer: std::fmt::Debug,
{
    engine.submit(request).unwrap().wait(|_| {}).unwrap_err()
}

/// An engine without models, with a product and its manual of two sections.
fn engine() -> (TempDir, Engine, ProductCode) {
    let dir = tempfile::tempdir().unwrap();
    let workspace = Workspace::at(dir.path().join("workspace")).with_models(dir.path());
    workspace.create().unwrap();
    let options = EngineOptions { allow_gpu: false, language: Language::En };
    let engine = Engine::start(workspace, Settings::default(), options).unwrap();
    let code = ProductCode::new("part").unwrap();
    let (name_ko, name_en) = ("부품".to_owned(), "Part".to_owned());
    submit(&engine, AddProduct(Product { code: code.clone(), name_ko, name_en }));
    for (defect, name_ko) in [("hole", "기공"), ("burr", "날개 버")] {
        let defect = AddDefectType {
            product: code.clone(),
            code: DefectCode::new(defect).unwrap(),
            name_ko: Some(name_ko.to_owned()),
            name_en: Some(defect.to_owned()),
            full_name: None,
        };
        submit(&engine, defect);
    }
    let path = dir.path().join("part.txt");
    std::fs::write(&path, MANUAL).unwrap();
    submit(&engine, RegisterManual { product: code.clone(), path });
    (dir, engine, code)
}

fn ask(engine: &Engine, question: &str, product: &ProductCode) -> ManualAnswer {
    let (question, product) = (question.to_owned(), Some(product.clone()));
    submit(engine, SearchManual { question, product, defect: None, top: 4, embed: true })
}

/// Says that the answer to a question is good, or that a section would have been right.
fn say(engine: &Engine, question: &str, product: &ProductCode, right: Option<&ProductSection>) {
    let answer = ask(engine, question, product);
    let rating = if right.is_some() { Rating::Bad } else { Rating::Good };
    let request = GiveFeedback {
        subject: FeedbackSubject::answer(question, Some(product.clone()), None),
        shown: Some(answer.shown()),
        opinion: Some(FeedbackOpinion { rating, note: String::new(), right: right.cloned() }),
    };
    assert!(submit(engine, request).now.is_some());
}

fn sections(engine: &Engine, product: &ProductCode) -> Vec<ProductSection> {
    submit(engine, ListSections(Some(product.clone())))
}

fn decide(engine: &Engine, lesson: &ReviewedLesson, decision: Option<LessonDecision>) {
    submit(engine, DecideLessons { ids: vec![lesson.id.clone()], decision });
}

fn word_lesson(lessons: &[ReviewedLesson]) -> ReviewedLesson {
    let is_word = |one: &&ReviewedLesson| matches!(one.lesson, Lesson::Word { .. });
    lessons.iter().find(is_word).unwrap().clone()
}

#[test]
fn what_is_taught_counts_once_it_is_accepted_and_no_longer_once_it_is_undone() {
    let (_dir, engine, part) = engine();
    let [hole, _] = &sections(&engine, &part)[..] else { panic!() };
    assert_eq!(
        (hole.heading.as_str(), &hole.defect),
        ("기공 (hole)", &DefectCode::new("hole").ok())
    );
    let taught = "주물에 곰보가 잔뜩 올라왔어요";
    let other = "곰보 잡으려면 어디를 손봐요?";
    let is_found = |question: &str| match ask(&engine, question, &part).reply {
        ManualReply::Found { passages } => passages[0].chunk.heading == hole.heading,
        _ => false,
    };
    assert!(!is_found(taught) && !is_found(other));
    say(&engine, taught, &part, Some(hole));
    // Feedback alone changes nothing.
    assert!(!is_found(taught) && !is_found(other));

    let lessons = submit(&engine, ListLessons(Some(part.clone())));
    assert_eq!(lessons.len(), 2, "{lessons:?}");
    let word = word_lesson(&lessons);
    let meanings = vec!["기공".to_owned(), "hole".to_owned()];
    let expected = Lesson::Word { product: part.clone(), word: "곰보".to_owned(), meanings };
    assert_eq!((&word.lesson, &word.decided), (&expected, &None));
    assert_eq!(word.questions, [taught]);
    let question = lessons.iter().find(|one| one.lesson != word.lesson).unwrap();
    let expected = Lesson::Question { question: taught.to_owned(), section: hole.clone() };
    assert_eq!(question.lesson, expected);

    // A question that is remembered answers itself, a word those that use it.
    decide(&engine, question, Some(LessonDecision::Accepted));
    assert!(is_found(taught) && !is_found(other));
    decide(&engine, &word, Some(LessonDecision::Accepted));
    assert!(is_found(taught) && is_found(other));
    let listed = submit(&engine, ListLessons::default());
    assert!(listed.iter().all(|one| one.decided.is_some()), "{listed:?}");
    // Undone, refused.
    decide(&engine, &word, None);
    assert!(!is_found(other));
    decide(&engine, &word, Some(LessonDecision::Refused));
    assert!(!is_found(other));
    let listed = word_lesson(&submit(&engine, ListLessons::default()));
    assert_eq!(listed.decided.unwrap().decision, LessonDecision::Refused);

    let unknown = DecideLessons { ids: vec!["nosuch".to_owned()], decision: None };
    let error = refusal(&engine, unknown);
    assert!(matches!(&error, EngineError::UnknownLesson(id) if id == "nosuch"), "{error}");
}

/// Feedback that was taken back proposes nothing; what was accepted before stays, without support.
#[test]
fn feedback_that_is_taken_back_supports_nothing() {
    let (_dir, engine, part) = engine();
    let [_, burr] = &sections(&engine, &part)[..] else { panic!() };
    let question = "가에리가 심해요";
    say(&engine, question, &part, Some(burr));
    let word = word_lesson(&submit(&engine, ListLessons::default()));
    decide(&engine, &word, Some(LessonDecision::Accepted));
    let subject = FeedbackSubject::answer(question, Some(part), None);
    let taken_back = GiveFeedback { subject: subject.clone(), shown: None, opinion: None };
    let given = submit(&engine, taken_back);
    assert!(given.before.is_some() && given.now.is_none());
    assert_eq!(submit(&engine, FeedbackOf(subject)), None);
    let lessons = submit(&engine, ListLessons::default());
    assert_eq!(lessons.len(), 1);
    assert_eq!(lessons[0].lesson, word.lesson);
    assert!(lessons[0].questions.is_empty() && lessons[0].decided.is_some());
}

/// The headings of the sections that reports about the defects of a product quote.
fn quoted(engine: &Engine, product: &ProductCode) -> Vec<Option<String>> {
    let request =
        ReportDefects { product: product.clone(), defect: None, with_llm: false, model_text: None };
    let heading = |manual: &Stage<fettle_domain::ManualFinding>| {
        manual.done().map(|finding| finding.section.heading.clone())
    };
    submit(engine, request).iter().map(|report| heading(&report.manual)).collect()
}

/// A manual that calls defects otherwise than the site does, and has a section about one in the wrong place.
#[test]
fn reports_quote_the_section_that_an_engineer_accepted_until_it_is_undone() {
    let (dir, engine, part) = engine();
    let other = "핀홀 대책
원인
- 습기
조치
- 예열

쇳물 튐
원인
- 과열
조치
- 온도 하향

날개 버 (burr) 개정
원인
- 마모
조치
- 금형 교체
";
    let path = dir.path().join("other.txt");
    std::fs::write(&path, other).unwrap();
    submit(&engine, RegisterManual { product: part.clone(), path });
    let splash = AddDefectType {
        product: part.clone(),
        code: DefectCode::new("splash").unwrap(),
        name_ko: Some("스플래시".to_owned()),
        name_en: Some("splash".to_owned()),
        full_name: None,
    };
    submit(&engine, splash);

    // Inspections of parts that resemble each defect; what reports quote, and what would be right.
    let right = [("burr", "날개 버 (burr)"), ("hole", "핀홀 대책"), ("splash", "쇳물 튐")];
    let root = dir.path().join("workspace");
    let picture = dir.path().join("part.png");
    for (number, (defect, _)) in (1_u8..).zip(right) {
        image::RgbImage::from_pixel(16, 16, image::Rgb([number; 3])).save(&picture).unwrap();
        let image = picture.clone();
        let inspect = Inspect { image, product: None, with_llm: false, out: None };
        let mut inspection = submit(&engine, inspect).inspection;
        inspection.product = Some(part.clone());
        inspection.verdict = Verdict::Ng;
        let defect = DefectCode::new(defect).unwrap();
        inspection.manual = Stage::Skipped(SkipReason::NoSection { defect: defect.clone() });
        let suggestion =
            Suggestion { product: part.clone(), defect: Some(defect), confidence: 1.0 };
        let similarity = Similarity { hits: Vec::new(), suggestion: Some(suggestion) };
        inspection.similarity = Stage::Done(similarity);
        Library::open(&root).unwrap().rewrite_inspection(&inspection).unwrap();
    }
    let before = quoted(&engine, &part);
    let is_right = |found: &[Option<String>]| {
        let right = right.iter().map(|(_, heading)| Some((*heading).to_owned()));
        found.iter().zip(right).filter(|(found, right)| *found == right).count()
    };
    assert_eq!(is_right(&before), 0, "{before:?}");

    let all = sections(&engine, &part);
    let section = |heading: &str| all.iter().find(|one| one.heading == heading).unwrap().clone();
    let say = |id: i64, right: Option<ProductSection>| {
        let subject = FeedbackSubject::Report { inspection: InspectionId(id) };
        let opinion = FeedbackOpinion { rating: Rating::Bad, note: String::new(), right };
        submit(&engine, GiveFeedback { subject, shown: None, opinion: Some(opinion) });
    };
    for (id, (_, heading)) in (1..).zip(right) {
        say(id, Some(section(heading)));
    }
    // Feedback alone changes nothing.
    assert_eq!(quoted(&engine, &part), before);
    let lessons = submit(&engine, ListLessons(Some(part.clone())));
    assert_eq!(lessons.len(), 3, "{lessons:?}");
    assert_eq!(lessons[0].inspections, [InspectionId(1)]);
    for lesson in &lessons {
        decide(&engine, lesson, Some(LessonDecision::Accepted));
    }
    let after = quoted(&engine, &part);
    assert_eq!(is_right(&after), 3, "{after:?}");
    // The other sections about the defect are named beside it, and why this one is quoted is said.
    let burr = DefectCode::new("burr").ok();
    let request =
        ReportDefects { product: part.clone(), defect: burr, with_llm: false, model_text: None };
    let report = submit(&engine, request).remove(0);
    let finding = report.manual.done().unwrap();
    assert_eq!(finding.others[0].heading, "날개 버 (burr) 개정");
    assert!(report.notice.unwrap().contains("an engineer accepted"));
    // Undone, refused.
    decide(&engine, &lessons[1], Some(LessonDecision::Refused));
    assert_eq!(is_right(&quoted(&engine, &part)), 2);
    for lesson in &lessons {
        decide(&engine, lesson, None);
    }
    assert_eq!(quoted(&engine, &part), before);

    // Where a person names another defect, the section was not the fault.
    let scratch =
        Opinion { verdict: Verdict::Ng, defect: DefectCode::new("hole").ok(), note: String::new() };
    submit(&engine, JudgeInspection { inspection: InspectionId(1), opinion: Some(scratch) });
    assert_eq!(submit(&engine, ListLessons(Some(part.clone()))).len(), 2);
    say(2, None);
    assert_eq!(submit(&engine, ListLessons(Some(part))).len(), 1);
}

/// The words of a passage outweigh every remembered question but the very one that is asked.
#[test]
fn a_literal_hit_is_overturned_by_the_accepted_question_alone() {
    let (_dir, engine, part) = engine();
    let [hole, burr] = &sections(&engine, &part)[..] else { panic!() };
    let question = "클램프 압력 보정 좀";
    say(&engine, question, &part, Some(hole));
    let lessons = submit(&engine, ListLessons::default());
    assert!(matches!(lessons[..], [ReviewedLesson { lesson: Lesson::Question { .. }, .. }]));
    decide(&engine, &lessons[0], Some(LessonDecision::Accepted));
    for (asked, first) in [(question, hole), ("클램프 압력 보정", burr)] {
        let answer = ask(&engine, asked, &part);
        assert_eq!(answer.reply.passages()[0].chunk.heading, first.heading, "{asked}");
    }
}

#[test]
fn feedback_is_exported_as_csv_and_json() {
    let (dir, engine, part) = engine();
    say(&engine, "탈기 장치 점검", &part, None);
    let part_picture = dir.path().join("part.png");
    image::RgbImage::new(16, 16).save(&part_picture).unwrap();
    let inspect = Inspect { image: part_picture, product: None, with_llm: false, out: None };
    submit(&engine, inspect);
    let subject = FeedbackSubject::Report { inspection: InspectionId(1) };
    let opinion =
        FeedbackOpinion { rating: Rating::Bad, note: "=원인이 다름".to_owned(), right: None };
    submit(&engine, GiveFeedback { subject, shown: None, opinion: Some(opinion) });
    let write = |name: &str| {
        let path = dir.path().join(name);
        let exported = submit(&engine, ExportFeedback(path.clone()));
        assert_eq!(exported, ExportedFeedback { rows: 2, path: path.clone() });
        std::fs::read_to_string(path).unwrap()
    };
    let csv = write("feedback.csv");
    assert!(csv.contains("answer,,탈기 장치 점검,part,,found,part,기공 (hole),good,"), "{csv}");
    assert!(csv.contains("report,1,,,,,,,bad,'=원인이 다름,"), "{csv}");
    let json: Vec<fettle_domain::Feedback> = serde_json::from_str(&write("feedback.JSON")).unwrap();
    assert_eq!(json, submit(&engine, ListFeedback));
    let nowhere = refusal(&engine, ExportFeedback(Path::new("/nosuch/x.csv").to_owned()));
    assert!(matches!(nowhere, EngineError::Report(_)), "{nowhere}");
}
