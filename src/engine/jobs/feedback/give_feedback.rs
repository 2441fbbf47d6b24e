//! Giving feedback, and what was given.

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{Feedback, FeedbackOpinion, FeedbackSubject, Role, ShownAnswer};

/// Records what the user says of an answer or a report. What was said before stays on record.
#[derive(Debug, Clone, PartialEq)]
pub struct GiveFeedback {
    /// What it is about.
    pub subject: FeedbackSubject,
    /// What the answer showed; `None` for a report.
    pub shown: Option<ShownAnswer>,
    /// The opinion; `None`: what was said is taken back.
    pub opinion: Option<FeedbackOpinion>,
}

/// Result of [`GiveFeedback`].
#[derive(Debug, Clone, PartialEq)]
pub struct FeedbackGiven {
    /// The feedback before.
    pub before: Option<Feedback>,
    /// The feedback now.
    pub now: Option<Feedback>,
}

impl Request for GiveFeedback {
    type Answer = FeedbackGiven;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "give-feedback"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<FeedbackGiven> {
        let Self { subject, shown, opinion } = self;
        let by = job.actor.name.clone();
        // Also where whoever gave it has moved on meanwhile: it was said.
        job.commit(move |library| {
            let (before, now) =
                library.give_feedback(&subject, shown.as_ref(), opinion.as_ref(), &by)?;
            Ok(FeedbackGiven { before, now })
        })
    }
}

/// The feedback that counts for a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedbackOf(pub FeedbackSubject);

impl Request for FeedbackOf {
    type Answer = Option<Feedback>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "feedback-of"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Option<Feedback>> {
        job.library(move |library| library.feedback_of(&self.0))
    }
}

/// Whether there is feedback to list or export.
#[derive(Debug, Clone, Copy)]
pub struct HasFeedback;

impl Request for HasFeedback {
    type Answer = bool;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "has-feedback"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<bool> {
        job.library(|library| library.has_feedback())
    }
}

/// All feedback that counts, oldest first.
#[derive(Debug, Clone, Copy)]
pub struct ListFeedback;

impl Request for ListFeedback {
    type Answer = Vec<Feedback>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-feedback"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Vec<Feedback>> {
        job.library(|library| library.all_feedback())
    }
}
