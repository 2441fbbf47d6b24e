//! What feedback teaches about a site's own words: recall before and after, of the questions that
//! taught and of those that are held out, and what it costs all other questions. Printed as tables.
#![allow(clippy::print_stderr)]

use std::collections::BTreeSet;

use super::evaluation::{Counts, measure};
use super::question_set::{Question, first_questions, jargon, questions};
use super::*;
use crate::{DecideLessons, GiveFeedback, ListLessons, ListSections, ReviewedLesson};
use fettle_domain::{FeedbackOpinion, FeedbackSubject, Lesson, LessonDecision, Rating};
use fettle_testing::data::{model, shared};

/// Shares of the sets of jargon questions.
#[derive(Debug)]
struct Learnt {
    /// Recall at 1 of the questions that teach.
    taught: f64,
    /// The same of those that are held out.
    held: f64,
    /// Held-out questions that are declined.
    held_declined: f64,
    /// Questions with the same words that no manual answers: declined.
    traps_declined: f64,
}

fn ask_jargon(engine: &Engine, own: bool) -> Learnt {
    let table = measure(engine, &questions("jargon_questions.json"), own);
    let of = |set: &str| table[&(set.to_owned(), "both")];
    Learnt {
        taught: of("teach").at_1(),
        held: of("held").at_1(),
        held_declined: of("held").lost_share(),
        traps_declined: of("trap").declined(),
    }
}

/// A user says of each question that teaches which section would have been right.
fn teach(engine: &Engine) {
    let all = questions("jargon_questions.json");
    for Question { product, expect, question, .. } in all.iter().filter(|one| one.set == "teach") {
        let product = ProductCode::new(product).unwrap();
        let answer = submit(engine, asks(question, Some(product.clone()), 6));
        let is_right = |section: &fettle_domain::ProductSection| {
            let defect = section.defect.as_ref().map_or("?", DefectCode::as_str);
            expect.contains(&format!("{product}/{defect}"))
        };
        let sections = submit(engine, ListSections(Some(product.clone())));
        let right = sections.into_iter().find(is_right);
        assert!(right.is_some(), "{question}");
        let opinion = FeedbackOpinion { rating: Rating::Bad, note: String::new(), right };
        let subject = FeedbackSubject::answer(question, Some(product), None);
        let shown = Some(answer.shown());
        submit(engine, GiveFeedback { subject, shown, opinion: Some(opinion) });
    }
}

/// Accepts those lessons of which `wanted` is true, and no others.
fn accept(engine: &Engine, wanted: impl Fn(&ReviewedLesson) -> bool) -> usize {
    let all = submit(engine, ListLessons::default());
    let (chosen, others): (Vec<_>, Vec<_>) = all.into_iter().partition(wanted);
    for (lessons, decision) in [(&chosen, Some(LessonDecision::Accepted)), (&others, None)] {
        let ids = lessons.iter().map(|one| one.id.clone()).collect();
        submit(engine, DecideLessons { ids, decision });
    }
    chosen.len()
}

fn is_word(lesson: &ReviewedLesson) -> bool {
    matches!(lesson.lesson, Lesson::Word { .. })
}

/// What an engineer who knows the site's words accepts: those words, and all questions.
fn is_sound(lesson: &ReviewedLesson, words: &BTreeSet<String>) -> bool {
    match &lesson.lesson {
        Lesson::Word { word, .. } => words.contains(word),
        Lesson::Question { .. } | Lesson::Report { .. } => true,
    }
}

/// Recall at 1 of the 190 answerable questions, and the share of the 20 unanswerable ones that is
/// declined.
fn ask_others(engine: &Engine, own: bool) -> (f64, f64) {
    let key = ("all".to_owned(), "both");
    let first = measure(engine, &first_questions(), own)[&key];
    let further = measure(engine, &questions("hard_questions.json"), own)[&key];
    let right = Counts::share(first.first + further.first, first.answerable + further.answerable);
    (right, further.declined())
}

#[test]
fn a_site_s_own_words_are_learnt_and_nothing_else_is_forgotten() {
    let Some(folder) = shared("data/manuals") else { return };
    let Some(weights) = model("multilingual-e5-small", "e5-small-q4.bin") else { return };
    let none = tempfile::tempdir().unwrap();
    let words: BTreeSet<String> = jargon().into_iter().map(|word| word.to_lowercase()).collect();
    for models in [weights.parent().unwrap().parent().unwrap(), none.path()] {
        let by_meaning = models != none.path();
        eprintln!("==== {}", if by_meaning { "by meaning and words" } else { "by words alone" });
        let (_dir, engine) = engine(models);
        four_manuals(&engine, &folder);
        let before = [true, false].map(|own| ask_jargon(&engine, own));
        teach(&engine);
        for lesson in submit(&engine, ListLessons::default()).iter().filter(|one| is_word(one)) {
            let sound = if is_sound(lesson, &words) { "sound" } else { "refused" };
            eprintln!("{sound}: {:?} of {:?}", lesson.lesson, lesson.questions);
        }
        if std::env::var_os("FETTLE_VARIANTS").is_some() {
            for (what, wanted) in [
                (
                    "words alone",
                    &(|one: &ReviewedLesson| is_word(one) && is_sound(one, &words))
                        as &dyn Fn(&ReviewedLesson) -> bool,
                ),
                ("questions alone", &|one: &ReviewedLesson| !is_word(one)),
                ("all that is proposed", &|_: &ReviewedLesson| true),
            ] {
                let count = accept(&engine, wanted);
                let learnt = [true, false].map(|own| ask_jargon(&engine, own));
                eprintln!("{count} {what}: {learnt:?}");
            }
        }
        let count = accept(&engine, |one| is_sound(one, &words));
        let after = [true, false].map(|own| ask_jargon(&engine, own));
        let others = [true, false].map(|own| ask_others(&engine, own));
        eprintln!("before: {before:?}\n{count} reviewed: {after:?}\nothers: {others:?}");
        for (before, after) in before.iter().zip(&after) {
            assert!(after.taught >= 0.9 && after.held >= 0.85, "{after:?}");
            assert!(before.held <= 0.5, "the manuals or the table know these words: {before:?}");
            assert!(after.held_declined <= before.held_declined, "{before:?} → {after:?}");
            assert!(after.traps_declined >= 0.7, "{after:?}");
        }
        // What was learnt takes nothing from questions in other words: these are the figures of
        // `evaluation` without it.
        let floors = if by_meaning { [0.978, 0.910] } else { [0.957, 0.857] };
        for ((right, declined), floor) in others.iter().zip(floors) {
            assert!(*right >= floor && *declined >= 0.85, "{others:?}");
        }
    }
}
