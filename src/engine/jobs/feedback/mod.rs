//! Feedback on answers and reports: given, listed, exported; and what it teaches, once an engineer
//! accepts it.

mod export_feedback;
mod give_feedback;
mod lessons;
mod propose;
mod report_lessons;
mod sections;
#[cfg(test)]
mod tests;

pub use export_feedback::{ExportFeedback, ExportedFeedback};
pub use give_feedback::{FeedbackGiven, FeedbackOf, GiveFeedback, HasFeedback, ListFeedback};
pub use lessons::{DecideLessons, ListLessons, ReviewedLesson};
pub use sections::ListSections;
