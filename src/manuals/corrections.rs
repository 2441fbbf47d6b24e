//! A person's corrections, applied to the text that was read.

use fettle_domain::{
    LabelRule, ManualCorrections, ManualEdit, ManualText, ManualWarning, Passage, RectPt, same_text,
};

use super::corrected_warnings::corrected_warnings;
use super::edited_text::EditedText;
use super::statement_ids::number_statements;

/// A corrected text.
#[derive(Debug, Clone, PartialEq)]
pub struct Corrected {
    /// The text, with its ids and warnings.
    pub text: ManualText,
    /// The edits that found nothing to touch; each is a warning of the text, too.
    pub missed: Vec<ManualEdit>,
}

/// Applies corrections to a text as it was read. What labels stand for comes first, in whatever order
/// the edits were made: it says what the other edits find. Without corrections the text stays as it is.
pub fn apply_corrections(read: &ManualText, corrections: &ManualCorrections) -> Corrected {
    if corrections.is_empty() {
        return Corrected { text: read.clone(), missed: Vec::new() };
    }
    let mut text = EditedText::new(with_unplaced_lines(read.clone()));
    let own = corrections.edits.iter().filter_map(|edit| match edit {
        ManualEdit::NameLabel(rule) => Some(rule),
        _ => None,
    });
    let own: Vec<&LabelRule> = own.collect();
    let mut missed = Vec::new();
    // The last answer about a label is the one that holds.
    for rule in &own {
        let newest = own.iter().rfind(|other| same_text(&other.label, &rule.label));
        if !text.has_label(&rule.label) {
            missed.push(ManualEdit::NameLabel((*rule).clone()));
        } else if newest == Some(rule) {
            text.name_label(rule);
        }
    }
    let is_own = |rule: &&LabelRule| own.iter().any(|own| same_text(&own.label, &rule.label));
    for rule in corrections.labels.iter().filter(|rule| !is_own(rule)) {
        text.name_label(rule);
    }
    for edit in &corrections.edits {
        if text.apply(edit).is_none() {
            missed.push(edit.clone());
        }
    }
    let mut text = text.into_text();
    number_statements(&mut text.sections);
    text.warnings = corrected_warnings(read, &text, corrections);
    for edit in &missed {
        let subject = edit.subject().to_owned();
        let warning = ManualWarning::CorrectionMissed { text: subject };
        if !text.warnings.contains(&warning) {
            text.warnings.push(warning);
        }
    }
    Corrected { text, missed }
}

/// The text with a passage for each line that belongs to no section, so that a person can place it.
pub fn with_unplaced_lines(mut text: ManualText) -> ManualText {
    for warning in &text.warnings {
        let ManualWarning::Unplaced { page, text: line } = warning else { continue };
        if !text.passages.iter().any(|passage| same_text(&passage.text, line)) {
            let rect = RectPt { x: 0.0, y: 0.0, width: 0.0, height: 0.0 };
            let span = fettle_domain::LineSpan { page: *page, rect };
            text.passages.push(Passage { heading: None, text: line.clone(), span });
        }
    }
    text.passages.sort_by_key(|passage| passage.span.page);
    text
}
