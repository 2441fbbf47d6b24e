//! What feedback teaches: proposed, and decided by an engineer.

use serde::Serialize;

use super::propose::proposals;
use crate::error::{EngineError, Result};
use crate::jobs::manual::search_manual::corpus::Corpus;
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::{JobContext, NoEvent, Request};
use crate::user::user_name;
use fettle_domain::{DecidedLesson, Lesson, LessonDecision, ProductCode};
use fettle_library::content_hash;

/// Characters of a lesson's id.
const ID: usize = 8;

/// A lesson as an engineer reviews it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReviewedLesson {
    /// Short id, the same as long as the lesson is the same.
    pub id: String,
    /// The lesson.
    pub lesson: Lesson,
    /// The questions that support it; none where the feedback was taken back after the decision.
    pub questions: Vec<String>,
    /// What was decided; `None`: it is open.
    pub decided: Option<DecidedLesson>,
}

/// The lessons of a product, or of all: those that are open first, then those that are decided.
#[derive(Debug, Clone, Default)]
pub struct ListLessons(pub Option<ProductCode>);

impl Request for ListLessons {
    type Answer = Vec<ReviewedLesson>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-lessons"
    }

    fn run(self, job: &JobContext) -> Result<Vec<ReviewedLesson>> {
        list(job, self.0)
    }
}

/// Decides about lessons, by their ids; all or none.
#[derive(Debug, Clone)]
pub struct DecideLessons {
    /// The ids.
    pub ids: Vec<String>,
    /// The decision; `None`: they are open again.
    pub decision: Option<LessonDecision>,
}

impl Request for DecideLessons {
    /// The lessons as they are decided now.
    type Answer = Vec<ReviewedLesson>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "decide-lessons"
    }

    fn run(self, job: &JobContext) -> Result<Vec<ReviewedLesson>> {
        let known = list(job, None)?;
        let mut chosen = Vec::new();
        for id in &self.ids {
            let lesson = known.iter().find(|lesson| lesson.id == *id);
            chosen.push(lesson.ok_or_else(|| EngineError::UnknownLesson(id.clone()))?.clone());
        }
        let (by, decision) = (user_name(), self.decision);
        let lessons: Vec<Lesson> = chosen.iter().map(|one| one.lesson.clone()).collect();
        let decided = job.library(move |library| {
            library.decide_lessons(&lessons, decision, &by)?;
            library.decided_lessons()
        })?;
        for one in &mut chosen {
            one.decided = decided.iter().find(|known| known.lesson == one.lesson).cloned();
        }
        Ok(chosen)
    }
}

fn list(job: &JobContext, product: Option<ProductCode>) -> Result<Vec<ReviewedLesson>> {
    if let Some(product) = &product {
        require_product(job, product)?;
    }
    let (products, feedback, mut decided) = job.library(move |library| {
        let mut products = library.products()?;
        products.retain(|one| product.as_ref().is_none_or(|wanted| *wanted == one.code));
        Ok((products, library.all_feedback()?, library.decided_lessons()?))
    })?;
    decided.retain(|one| products.iter().any(|known| known.code == *one.lesson.product()));
    let mut lessons: Vec<ReviewedLesson> = Vec::new();
    for product in products {
        let is_asked = feedback
            .iter()
            .any(|one| one.right_section().is_some_and(|right| right.product == product.code));
        if !is_asked {
            continue;
        }
        job.check()?;
        let corpus = Corpus::read(job, Some(product.code.clone()), None)?;
        for (lesson, questions) in proposals(&feedback, &product.code, &corpus) {
            // The same question with and without a product.
            if lessons.iter().all(|known| known.lesson != lesson) {
                lessons.push(ReviewedLesson { id: id(&lesson), lesson, questions, decided: None });
            }
        }
    }
    for one in decided {
        match lessons.iter_mut().find(|known| known.lesson == one.lesson) {
            Some(known) => known.decided = Some(one),
            None => lessons.push(ReviewedLesson {
                id: id(&one.lesson),
                lesson: one.lesson.clone(),
                questions: Vec::new(),
                decided: Some(one),
            }),
        }
    }
    lessons.sort_by_key(|one| one.decided.is_some());
    Ok(lessons)
}

fn id(lesson: &Lesson) -> String {
    let parts = match lesson {
        Lesson::Word { product, word, meanings } => {
            ["word", product.as_str(), word, &meanings.join("\0")].join("\0")
        }
        Lesson::Question { question, section } => {
            ["question", section.product.as_str(), question, &section.heading].join("\0")
        }
    };
    content_hash(parts.as_bytes()).0.chars().take(ID).collect()
}
