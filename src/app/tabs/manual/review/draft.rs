//! The corrections of a manual while a person makes them, and the text that they lead to.

use fettle_domain::{LabelRule, ManualCorrections, ManualEdit, ManualText, same_text};
use fettle_engine::{Corrected, ManualReview, SaveManualCorrections, apply_corrections};

/// Corrections that are not saved yet.
pub(super) struct ReviewDraft {
    review: ManualReview,
    /// The corrections after each step, the newest last.
    steps: Vec<ManualCorrections>,
    /// The steps taken back, the last one last.
    undone: Vec<ManualCorrections>,
    corrected: Corrected,
}

impl ReviewDraft {
    pub(super) fn new(review: ManualReview) -> Self {
        let corrected = apply_corrections(&review.read, &review.corrections);
        Self { review, steps: Vec::new(), undone: Vec::new(), corrected }
    }

    pub(super) fn review(&self) -> &ManualReview {
        &self.review
    }

    /// The text as corrected.
    pub(super) fn text(&self) -> &ManualText {
        &self.corrected.text
    }

    /// The corrections as they are now.
    pub(super) fn corrections(&self) -> &ManualCorrections {
        self.steps.last().unwrap_or(&self.review.corrections)
    }

    /// Whether an edit finds nothing to correct.
    pub(super) fn is_missed(&self, edit: &ManualEdit) -> bool {
        self.corrected.missed.contains(edit)
    }

    /// Whether something is to be saved.
    pub(super) fn is_changed(&self) -> bool {
        *self.corrections() != self.review.corrections
    }

    pub(super) fn can_undo(&self) -> bool {
        !self.steps.is_empty()
    }

    /// Makes edits as one step. Returns whether the text has what they are about; where not, nothing
    /// happens.
    pub(super) fn edit(&mut self, edits: Vec<ManualEdit>) -> bool {
        let mut next = self.corrections().clone();
        for edit in edits {
            // The last answer about a label is the one that is kept.
            if let ManualEdit::NameLabel(rule) = &edit {
                next.edits.retain(|other| !is_about(other, &rule.label));
            }
            next.edits.push(edit);
        }
        self.step(next)
    }

    /// Says what a label stands for in all manuals.
    pub(super) fn name_label_everywhere(&mut self, rule: LabelRule) -> bool {
        let mut next = self.corrections().clone();
        next.labels.retain(|other| !same_text(&other.label, &rule.label));
        next.edits.retain(|other| !is_about(other, &rule.label));
        next.labels.push(rule);
        self.step(next)
    }

    /// Removes an edit, by its place in the list.
    pub(super) fn remove_edit(&mut self, index: usize) {
        let mut next = self.corrections().clone();
        if index < next.edits.len() {
            next.edits.remove(index);
            self.set(next);
        }
    }

    /// Forgets what a label of the workspace stands for, by its place in the list.
    pub(super) fn remove_label(&mut self, index: usize) {
        let mut next = self.corrections().clone();
        if index < next.labels.len() {
            next.labels.remove(index);
            self.set(next);
        }
    }

    /// Takes the last step back.
    pub(super) fn undo(&mut self) {
        if let Some(step) = self.steps.pop() {
            self.undone.push(step);
            self.corrected = apply_corrections(&self.review.read, self.corrections());
        }
    }

    /// Takes the step again that was taken back last, unless another was taken since.
    pub(super) fn redo(&mut self) {
        if let Some(step) = self.undone.pop() {
            self.corrected = apply_corrections(&self.review.read, &step);
            self.steps.push(step);
        }
    }

    /// The request that saves the corrections.
    pub(super) fn to_save(&self) -> SaveManualCorrections {
        let now = self.corrections();
        let before = &self.review.corrections;
        let is_new = |rule: &&LabelRule| !before.labels.contains(rule);
        let is_gone = |rule: &&LabelRule| {
            !now.labels.iter().any(|other| same_text(&other.label, &rule.label))
        };
        SaveManualCorrections {
            manual: self.review.manual.id,
            corrections: ManualCorrections {
                labels: now.labels.iter().filter(is_new).cloned().collect(),
                edits: now.edits.clone(),
            },
            forgotten: before.labels.iter().filter(is_gone).cloned().collect(),
        }
    }

    /// Takes a step, unless it misses what it is about.
    fn step(&mut self, next: ManualCorrections) -> bool {
        let corrected = apply_corrections(&self.review.read, &next);
        if corrected.missed.len() > self.corrected.missed.len() {
            return false;
        }
        if next != *self.corrections() {
            self.undone.clear();
            self.steps.push(next);
            self.corrected = corrected;
        }
        true
    }

    /// Takes a step, whatever it leads to.
    fn set(&mut self, next: ManualCorrections) {
        self.corrected = apply_corrections(&self.review.read, &next);
        self.undone.clear();
        self.steps.push(next);
    }
}

fn is_about(edit: &ManualEdit, label: &str) -> bool {
    matches!(edit, ManualEdit::NameLabel(rule) if same_text(&rule.label, label))
}
