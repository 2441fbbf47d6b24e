//! What the tab that inspects holds between frames.

use super::batch::Batch;
use super::layout::Side;
use super::part_jobs::PartJobs;
use super::recent_menu::RecentMenu;
use super::shown_part::ShownPart;
use super::strip::Strip;
use super::welcome_screen::WelcomeScreen;
use crate::dialogs::image_files::PendingImages;
use crate::dialogs::register_defect::RegisterDefectDialog;
use crate::tabs::quit_after_judging::QuitAfterJudging;
use crate::widgets::feedback_buttons::FeedbackButtons;
use crate::widgets::inspection::similar_defects::SimilarDefects;
use crate::widgets::judgement_editor::JudgementEditor;

/// The tab's state.
#[derive(Default)]
pub(super) struct InspectTab {
    pub(super) pending_images: Option<PendingImages>,
    pub(super) batch: Batch,
    pub(super) jobs: PartJobs,
    /// The last part that was inspected: the current one, or the one before until that is inspected.
    pub(super) shown: Option<ShownPart>,
    /// Why the current image could not be inspected.
    pub(super) error: Option<String>,
    pub(super) judgement_editor: JudgementEditor,
    /// Feedback on the report shown.
    pub(super) feedback: FeedbackButtons,
    pub(super) similar: SimilarDefects,
    pub(super) strip: Strip,
    /// The panel that is open beside a narrow picture.
    pub(super) narrow_side: Option<Side>,
    pub(super) recent: RecentMenu,
    pub(super) welcome: WelcomeScreen,
    pub(super) registering: Option<RegisterDefectDialog>,
    pub(super) quit: QuitAfterJudging,
}
