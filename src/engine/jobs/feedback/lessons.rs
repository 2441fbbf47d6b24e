//! What feedback teaches: proposed, and decided by an engineer.

use serde::Serialize;

use super::propose::proposals;
use super::report_lessons::report_lessons;
use super::sections::sections_in_force;
use crate::error::{EngineError, Result};
use crate::jobs::manual::search_manual::corpus::Corpus;
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{DecidedLesson, InspectionId, Lesson, LessonDecision, ProductCode, Role};
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
    /// The inspections whose reports support it, the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inspections: Vec<InspectionId>,
    /// What was decided; `None`: it is open.
    pub decided: Option<DecidedLesson>,
}

impl ReviewedLesson {
    /// A lesson without support about which nothing is decided.
    fn open(lesson: Lesson) -> Self {
        let id = id(&lesson);
        Self { id, lesson, questions: Vec::new(), inspections: Vec::new(), decided: None }
    }
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

    fn role(&self) -> Role {
        Role::Operator
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

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<Vec<ReviewedLesson>> {
        let known = list(job, None)?;
        let mut chosen = Vec::new();
        for id in &self.ids {
            let lesson = known.iter().find(|lesson| lesson.id == *id);
            chosen.push(lesson.ok_or_else(|| EngineError::UnknownLesson(id.clone()))?.clone());
        }
        let (by, decision) = (job.actor.name.clone(), self.decision);
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
                lessons.push(ReviewedLesson { questions, ..ReviewedLesson::open(lesson) });
            }
        }
        let sections = sections_in_force(job, Some(product.code.clone()))?;
        for (lesson, inspections) in report_lessons(job, &feedback, &product.code, &sections)? {
            lessons.push(ReviewedLesson { inspections, ..ReviewedLesson::open(lesson) });
        }
    }
    for one in decided {
        match lessons.iter_mut().find(|known| known.lesson == one.lesson) {
            Some(known) => known.decided = Some(one),
            None => {
                let open = ReviewedLesson::open(one.lesson.clone());
                lessons.push(ReviewedLesson { decided: Some(one), ..open });
            }
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
        Lesson::Report { product, defect, section } => {
            ["report", product.as_str(), defect.as_str(), &section.heading].join("\0")
        }
        Lesson::Question { question, section } => {
            ["question", section.product.as_str(), question, &section.heading].join("\0")
        }
    };
    content_hash(parts.as_bytes()).0.chars().take(ID).collect()
}
