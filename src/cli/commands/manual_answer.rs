//! `fettle manual ask`: the answer as text, and its exit status.

use crate::terminal::Terminal;
use fettle_engine::{FoundPassage, ManualAnswer, ManualReply};

/// The exit status of a question that got no plain answer. An error only in that it ends the
/// command: everything was printed before.
#[derive(Debug)]
pub(crate) struct AnswerStatus(pub(crate) u8);

impl AnswerStatus {
    /// `None`: answered.
    pub(super) fn of(reply: &ManualReply) -> Option<Self> {
        match reply {
            ManualReply::Found { .. } | ManualReply::Grouped { .. } => None,
            ManualReply::NotSaid { .. } => Some(Self(4)),
            ManualReply::Clarify { .. } => Some(Self(5)),
        }
    }
}

impl std::error::Error for AnswerStatus {}

impl std::fmt::Display for AnswerStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the question got no plain answer (status {})", self.0)
    }
}

/// Prints the reply: passages under their headings, with their scores by meaning, by words, and
/// together.
pub(super) fn print(terminal: &Terminal, answer: &ManualAnswer) {
    if let Some(notice) = &answer.notice {
        terminal.print_line(notice);
    }
    if !answer.excluded.is_empty() {
        let what = answer.excluded.join(", ");
        terminal.print_message("manual-excluded", &[("what", what.into())]);
    }
    match &answer.reply {
        ManualReply::Found { passages } => print_passages(terminal, passages),
        ManualReply::Grouped { groups } => {
            terminal.print_message("manual-sections-found", &[("count", groups.len().into())]);
            for group in groups {
                print_passages(terminal, &group.passages);
            }
        }
        ManualReply::Clarify { candidates, passages } => {
            terminal.print_message("manual-which", &[]);
            for candidate in candidates {
                let name = terminal.name_of(&candidate.name_ko, &candidate.name_en);
                let line = match &candidate.defect {
                    Some(defect) => format!("  --product {} --defect {defect}", candidate.product),
                    None => format!("  --product {}", candidate.product),
                };
                terminal.print_line(&format!("{line}  ({name})"));
            }
            print_passages(terminal, passages);
        }
        ManualReply::NotSaid { nearest } if nearest.is_empty() => {
            terminal.print_message("manual-nothing", &[]);
        }
        ManualReply::NotSaid { nearest } => {
            terminal.print_message("manual-not-said", &[]);
            print_passages(terminal, nearest);
        }
    }
    if !answer.not_assigned.is_empty() {
        terminal.print_message("manual-not-assigned", &[]);
        print_passages(terminal, &answer.not_assigned);
    }
}

fn print_passages(terminal: &Terminal, passages: &[FoundPassage]) {
    let mut heading = None;
    for FoundPassage { manual, chunk, vector_score, keyword_score, fused_score } in passages {
        if heading != Some((manual.id, &chunk.heading)) {
            heading = Some((manual.id, &chunk.heading));
            terminal.print_line(&format!("{}  ({})", chunk.heading, manual.path));
        }
        let kind = chunk.kind.message_id();
        let score = |score: Option<f32>, digits| match score {
            Some(score) => format!("{score:.digits$}"),
            None => "–".to_owned(),
        };
        let values = [
            ("place", terminal.position(&manual.path, chunk.page).into()),
            ("meaning", score(*vector_score, 3).into()),
            ("words", score(*keyword_score, 1).into()),
            ("fused", format!("{fused_score:.1}").into()),
        ];
        let kind = terminal.text(kind, &[]);
        terminal.print_line(&format!("  [{}] {kind}: {}", chunk.statement, chunk.words));
        terminal.print_line(&format!("      {}", terminal.text("manual-scores", &values)));
    }
}
