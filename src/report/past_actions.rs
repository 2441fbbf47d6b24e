//! What was done last time, as text: a section of its own that names its records and is never the
//! manual's.

use std::fmt::{Result, Write};

use super::markdown_text::escaped;
use super::translate::Translate;
use fettle_domain::PastAction;

/// Who, when and with what effect, on one line.
pub(super) fn facts_text(past: &PastAction, translate: &Translate<'_>) -> String {
    let facts = past.facts().into_iter().map(|(id, values)| translate(id, &values));
    facts.collect::<Vec<_>>().join(" · ")
}

/// Cause, containment, prevention and recurrence, a line each.
pub(super) fn detail_texts(past: &PastAction, translate: &Translate<'_>) -> Vec<String> {
    past.details().into_iter().map(|(id, values)| translate(id, &values)).collect()
}

/// Writes the section; nothing where there is no record.
pub(super) fn write_markdown(
    out: &mut String,
    past_actions: &[PastAction],
    translate: &Translate<'_>,
) -> Result {
    if past_actions.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## {}\n", translate("past-actions-title", &[]))?;
    writeln!(out, "_{}_\n", translate("past-actions-note", &[]))?;
    for past in past_actions {
        let (mark, action) = (past.action.mark(), escaped(&past.action_line()));
        writeln!(out, "- `{mark}` {action} _({})_", escaped(&facts_text(past, translate)))?;
        for detail in detail_texts(past, translate) {
            writeln!(out, "  - {}", escaped(&detail))?;
        }
    }
    Ok(())
}
