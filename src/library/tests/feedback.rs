//! Feedback on answers and reports, and decisions about what it teaches.

use rusqlite::Connection;
use tempfile::TempDir;

use super::fixtures::{as_of_version_8, hole, library, prod1};
use crate::{Library, LibraryError};
use fettle_domain::{
    FeedbackOpinion, FeedbackSubject, InspectionId, Lesson, LessonDecision, ProductSection, Rating,
    ReplyKind, ShownAnswer,
};

fn section(heading: &str) -> ProductSection {
    ProductSection { product: prod1(), heading: heading.to_owned(), defect: Some(hole()) }
}

fn says(rating: Rating, note: &str, right: Option<&str>) -> FeedbackOpinion {
    FeedbackOpinion { rating, note: note.to_owned(), right: right.map(section) }
}

fn rows_of(library: &Library, table: &str) -> u32 {
    let sql = format!("SELECT count(*) FROM {table}");
    library.conn.query_row(&sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn the_newest_of_a_subject_counts_and_may_be_taken_back() {
    let dir = TempDir::new().unwrap();
    let mut library = library(dir.path());
    let of = |question: &str, product| FeedbackSubject::answer(question, product, None);
    let shown = ShownAnswer {
        kind: ReplyKind::NotSaid,
        sections: vec![section("burr")],
        statements: vec!["burr.a1".to_owned()],
    };
    let bad = says(Rating::Bad, "기공인데", Some("hole (기공)"));
    let mine = of("곰보가 났어요", Some(prod1()));
    let (before, now) = library.give_feedback(&mine, Some(&shown), Some(&bad), "kim").unwrap();
    let now = now.unwrap();
    assert_eq!(before, None);
    assert_eq!((&now.subject, &now.opinion, now.by.as_str()), (&mine, &bad, "kim"));
    assert_eq!(now.shown.as_ref(), Some(&shown));
    assert_eq!(now.right_section(), bad.right.as_ref());

    // The same question to all products is another subject.
    let good = says(Rating::Good, "", None);
    let everywhere = of("곰보가 났어요", None);
    library.give_feedback(&everywhere, None, Some(&good), "lee").unwrap();
    let (before, _) = library.give_feedback(&mine, None, Some(&good), "lee").unwrap();
    assert_eq!(before.unwrap().opinion, bad);
    let all: Vec<_> = library.all_feedback().unwrap();
    let subjects: Vec<_> = all.iter().map(|one| &one.subject).collect();
    assert_eq!(subjects, [&everywhere, &mine]);
    assert!(all.iter().all(|one| one.opinion == good));

    library.give_feedback(&mine, None, None, "lee").unwrap();
    assert_eq!(library.feedback_of(&mine).unwrap(), None);
    assert!(library.feedback_of(&everywhere).unwrap().is_some());
    assert_eq!(library.all_feedback().unwrap().len(), 1);
    // Nothing that was said is gone.
    assert_eq!(rows_of(&library, "feedback"), 4);

    let report = FeedbackSubject::Report { inspection: InspectionId(9) };
    let refused = library.give_feedback(&report, None, Some(&good), "lee").unwrap_err();
    assert!(matches!(refused, LibraryError::UnknownInspection(InspectionId(9))), "{refused}");
}

#[test]
fn a_decision_counts_until_a_newer_one() {
    let dir = TempDir::new().unwrap();
    let mut library = library(dir.path());
    let word = Lesson::Word {
        product: prod1(),
        word: "곰보".to_owned(),
        meanings: vec!["기공".to_owned()],
    };
    let question =
        Lesson::Question { question: "곰보?".to_owned(), section: section("hole (기공)") };
    library
        .decide_lessons(std::slice::from_ref(&word), Some(LessonDecision::Refused), "kim")
        .unwrap();
    library
        .decide_lessons(std::slice::from_ref(&question), Some(LessonDecision::Accepted), "kim")
        .unwrap();
    library
        .decide_lessons(std::slice::from_ref(&word), Some(LessonDecision::Accepted), "lee")
        .unwrap();
    let decided = |library: &Library| -> Vec<(Lesson, LessonDecision, String)> {
        let lessons = library.decided_lessons().unwrap().into_iter();
        lessons.map(|one| (one.lesson, one.decision, one.by)).collect()
    };
    let accepted =
        |lesson: &Lesson, by: &str| (lesson.clone(), LessonDecision::Accepted, by.to_owned());
    assert_eq!(decided(&library), [accepted(&question, "kim"), accepted(&word, "lee")]);
    library.decide_lessons(std::slice::from_ref(&question), None, "kim").unwrap();
    assert_eq!(decided(&library), [accepted(&word, "lee")]);
    assert_eq!(rows_of(&library, "lesson_decisions"), 4);

    // The second of two cannot be written: neither is.
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON lesson_decisions
                  WHEN NEW.lesson LIKE '%question%' BEGIN SELECT RAISE(ABORT, 'no'); END";
    Connection::open(dir.path().join("data/fettle.db")).unwrap().execute_batch(refuse).unwrap();
    let both = [word, question];
    library.decide_lessons(&both, Some(LessonDecision::Refused), "kim").unwrap_err();
    assert_eq!(rows_of(&library, "lesson_decisions"), 4);
}

/// A workspace of the program before this table opens, and has no feedback.
#[test]
fn an_older_workspace_gets_the_tables() {
    let dir = TempDir::new().unwrap();
    drop(library(dir.path()));
    let path = dir.path().join("data/fettle.db");
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch(&format!("{} PRAGMA user_version = 8", as_of_version_8())).unwrap();
    drop(conn);
    let mut library = Library::open(dir.path()).unwrap();
    assert_eq!(library.products().unwrap().len(), 1);
    assert!(library.all_feedback().unwrap().is_empty());
    assert!(library.decided_lessons().unwrap().is_empty());
    let subject = FeedbackSubject::answer("기공?", None, None);
    let good = says(Rating::Good, "", None);
    library.give_feedback(&subject, None, Some(&good), "kim").unwrap();
    assert_eq!(library.all_feedback().unwrap().len(), 1);
}
