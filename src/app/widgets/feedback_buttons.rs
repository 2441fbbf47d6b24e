//! Whether an answer or a report helped: two buttons, a note, and what would have been right.

use egui::{ComboBox, PopupCloseBehavior, Role, TextEdit, WidgetInfo};

use crate::clock::local_time;
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::combo_box::raise;
use fettle_domain::{
    Feedback, FeedbackOpinion, FeedbackSubject, ProductCode, ProductSection, Rating, ShownAnswer,
};
use fettle_engine::{FeedbackGiven, FeedbackOf, GiveFeedback, ListSections};

/// Most headings that are listed at once; a search narrows them down.
const MOST_LISTED: usize = 30;

/// The feedback on the subject shown. What is being said about the subjects shown before is recorded
/// all the same.
#[derive(Default)]
pub(crate) struct FeedbackButtons {
    shown: Option<SubjectFeedback>,
    /// What is still to be recorded about other subjects.
    leaving: Vec<SubjectFeedback>,
}

/// The feedback on one subject, and the jobs that read and record it.
struct SubjectFeedback {
    subject: FeedbackSubject,
    opening: Option<Task<Option<Feedback>>>,
    /// The opinion that is being recorded: what a person adds meanwhile is added to it.
    giving: Option<(Task<FeedbackGiven>, Option<FeedbackOpinion>)>,
    /// What is recorded.
    recorded: Option<Feedback>,
    /// What is to be recorded, once nothing else is being recorded.
    draft: Option<Draft>,
    /// The note being typed, with what the answer showed.
    note: Option<(String, Option<ShownAnswer>)>,
    sections: Loadable<Vec<ProductSection>>,
    /// What the headings are searched for.
    wanted: String,
}

/// An opinion to be recorded, with what the answer showed.
struct Draft {
    opinion: Option<FeedbackOpinion>,
    shown: Option<ShownAnswer>,
}

impl FeedbackButtons {
    /// Takes what was read and recorded. Returns whether something was recorded.
    pub(crate) fn poll(&mut self, cx: &mut TabContext<'_>) -> bool {
        let mut is_recorded = false;
        for one in self.shown.iter_mut().chain(&mut self.leaving) {
            is_recorded |= one.poll(cx);
        }
        self.leaving.retain(SubjectFeedback::is_busy);
        is_recorded
    }

    /// Shows the buttons for `subject` and, once one is pressed, the note and, where it did
    /// not help, the sections of `product` (or of all) to choose the right one from. `shown` is what
    /// the answer shows.
    pub(crate) fn show(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        subject: &FeedbackSubject,
        product: Option<&ProductCode>,
        shown: impl Fn() -> Option<ShownAnswer>,
    ) {
        self.turn_to(cx, subject).show(ui, cx, product, shown);
    }

    /// The feedback on `subject`. What was begun about another one is recorded, a note that was being
    /// typed too.
    fn turn_to(
        &mut self,
        cx: &mut TabContext<'_>,
        subject: &FeedbackSubject,
    ) -> &mut SubjectFeedback {
        if let Some(mut other) = self.shown.take_if(|one| one.subject != *subject) {
            other.end_note();
            self.leaving.push(other);
        }
        let leaving = &mut self.leaving;
        self.shown.get_or_insert_with(|| {
            match leaving.iter().position(|one| one.subject == *subject) {
                Some(index) => leaving.remove(index),
                None => SubjectFeedback::open(cx, subject.clone()),
            }
        })
    }
}

impl SubjectFeedback {
    fn open(cx: &mut TabContext<'_>, subject: FeedbackSubject) -> Self {
        Self {
            opening: cx.start(FeedbackOf(subject.clone())),
            subject,
            giving: None,
            recorded: None,
            draft: None,
            note: None,
            sections: Loadable::default(),
            wanted: String::new(),
        }
    }

    /// Whether something is still to be recorded.
    fn is_busy(&self) -> bool {
        self.draft.is_some() || self.giving.is_some()
    }

    /// A note that is being typed is to be recorded as it is.
    fn end_note(&mut self) {
        let (Some((note, shown)), Some(opinion)) = (self.note.take(), self.opinion()) else {
            return;
        };
        if note != opinion.note {
            self.draft = Some(Draft { opinion: Some(FeedbackOpinion { note, ..opinion }), shown });
        }
    }

    /// Takes what was read and recorded. Returns whether something was recorded.
    fn poll(&mut self, cx: &mut TabContext<'_>) -> bool {
        self.sections.poll(cx);
        if let Some(answer) = self.opening.as_ref().and_then(Task::poll) {
            self.opening = None;
            match answer {
                Ok(recorded) => self.recorded = recorded,
                Err(error) => cx.toasts.error(error.explain(cx.localizer.language)),
            }
        }
        let answer = self.giving.as_ref().and_then(|(task, _)| task.poll());
        let is_recorded = matches!(answer, Some(Ok(_)));
        match answer {
            Some(Ok(given)) => {
                self.giving = None;
                self.recorded = given.now;
            }
            Some(Err(error)) => {
                self.giving = None;
                cx.toasts.error(error.explain(cx.localizer.language));
            }
            None => {}
        }
        if self.giving.is_none()
            && let Some(Draft { opinion, shown }) = self.draft.take()
        {
            let said = opinion.clone();
            let task = cx.start(GiveFeedback { subject: self.subject.clone(), shown, opinion });
            self.giving = task.map(|task| (task, said));
        }
        is_recorded
    }

    fn show(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        product: Option<&ProductCode>,
        shown: impl Fn() -> Option<ShownAnswer>,
    ) {
        let before = self.opinion();
        let mut opinion = before.clone();
        ui.horizontal_wrapped(|ui| {
            for rating in Rating::ALL {
                let is_chosen = opinion.as_ref().is_some_and(|one| one.rating == rating);
                let label = cx.text(rating.message_id());
                let sign = if rating == Rating::Good { "👍" } else { "👎" };
                let button = egui::Button::selectable(is_chosen, format!("{sign} {label}"));
                let button = ui.add_enabled(self.opening.is_none(), button.frame(true));
                button.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, &label));
                if button.on_hover_text(cx.text("feedback-hint")).clicked() {
                    let kept = opinion.take().unwrap_or_else(|| new_opinion(rating));
                    opinion = (!is_chosen).then_some(FeedbackOpinion { rating, ..kept });
                    self.note = None;
                }
            }
        });
        if let Some(opinion) = &mut opinion {
            self.note_field(ui, cx, opinion, &shown);
            if opinion.rating == Rating::Bad {
                self.right_section(ui, cx, product, opinion);
            }
            if let Some(recorded) = &self.recorded {
                let time = local_time(&recorded.at);
                let by = [("by", recorded.by.clone().into()), ("time", time.into())];
                ui.small(cx.localizer.with("feedback-by", &by));
            }
        }
        if opinion != before {
            self.draft = Some(Draft { opinion, shown: shown() });
            ui.ctx().request_repaint();
        }
    }

    /// The opinion as a person sees it: the one to be recorded, else the one that is being
    /// recorded, else the one that is.
    fn opinion(&self) -> Option<FeedbackOpinion> {
        match (&self.draft, &self.giving) {
            (Some(draft), _) => draft.opinion.clone(),
            (None, Some((_, giving))) => giving.clone(),
            (None, None) => self.recorded.as_ref().map(|recorded| recorded.opinion.clone()),
        }
    }

    fn note_field(
        &mut self,
        ui: &mut egui::Ui,
        cx: &TabContext<'_>,
        opinion: &mut FeedbackOpinion,
        shown: &impl Fn() -> Option<ShownAnswer>,
    ) {
        let (mut note, of_note) = match self.note.take() {
            Some((note, of_note)) => (note, Some(of_note)),
            None => (opinion.note.clone(), None),
        };
        let hint = cx.text("feedback-note");
        let edit = TextEdit::singleline(&mut note).hint_text(&hint).desired_width(f32::INFINITY);
        let edit = ui.add(edit);
        edit.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &hint));
        if edit.lost_focus() {
            opinion.note = note;
        } else if edit.has_focus() {
            self.note = Some((note, of_note.unwrap_or_else(shown)));
        }
    }

    /// The section that would have been right, from a list that can be searched.
    fn right_section(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        product: Option<&ProductCode>,
        opinion: &mut FeedbackOpinion,
    ) {
        self.sections.load_once(cx, ListSections(product.cloned()));
        if let Some(error) = self.sections.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        let sections = self.sections.answer().map_or(&[][..], Vec::as_slice);
        let name = |section: &ProductSection| match product {
            Some(_) => section.heading.clone(),
            None => format!("{} · {}", cx.product_name(&section.product), section.heading),
        };
        let none = cx.text("feedback-no-section");
        let chosen = opinion.right.as_ref().map_or_else(|| none.clone(), name);
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(cx.text("feedback-right"));
            let combo = ComboBox::from_id_salt("feedback-right")
                .selected_text(chosen)
                .width(ui.available_width().min(220.0))
                .truncate()
                .close_behavior(PopupCloseBehavior::CloseOnClickOutside);
            let combo = combo.show_ui(ui, |ui| {
                raise(ui);
                let hint = cx.text("feedback-search");
                let search = ui.add(TextEdit::singleline(&mut self.wanted).hint_text(&hint));
                search.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &hint));
                let wanted = self.wanted.trim().to_lowercase();
                let listed = sections.iter().map(|section| (name(section), section));
                let listed = listed.filter(|(name, _)| name.to_lowercase().contains(&wanted));
                let mut choice = None;
                if ui.selectable_label(opinion.right.is_none(), &none).clicked() {
                    choice = Some(None);
                }
                for (name, section) in listed.take(MOST_LISTED) {
                    let is_chosen = opinion.right.as_ref() == Some(section);
                    if ui.selectable_label(is_chosen, name).clicked() {
                        choice = Some(Some(section.clone()));
                    }
                }
                if let Some(choice) = choice {
                    opinion.right = choice;
                    self.wanted.clear();
                    ui.close();
                }
            });
            combo.response.labelled_by(label.id);
        });
    }
}

fn new_opinion(rating: Rating) -> FeedbackOpinion {
    FeedbackOpinion { rating, note: String::new(), right: None }
}
