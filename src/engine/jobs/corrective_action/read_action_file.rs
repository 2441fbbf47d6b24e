//! Reading a file of corrective actions, before any of it is stored.

use std::collections::HashSet;
use std::path::PathBuf;

use jiff::Zoned;
use serde::Serialize;

use super::action_subject::subject_of;
use crate::error::Result;
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ActionDraft, ActionSubject, ManualWarning, ProductCode, Role};
use fettle_library::action_digest;
use fettle_manuals::{ActionRecords, parse_action_records, read_file};

/// Reads the records of a file: a list (CSV, Excel, a table) or 8D reports. Nothing is stored.
#[derive(Debug, Clone)]
pub struct ReadActionFile {
    /// The file.
    pub path: PathBuf,
    /// The product of records that name none. `None`: the only product, where there is one.
    pub product: Option<ProductCode>,
}

/// The records of a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActionFile {
    /// The file.
    pub path: PathBuf,
    /// Its records, in order.
    pub rows: Vec<FiledAction>,
    /// What of the file was left out or may be read wrongly.
    pub warnings: Vec<ManualWarning>,
}

/// A record of a file and what becomes of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FiledAction {
    /// The record.
    pub draft: ActionDraft,
    /// What it is about, as far as it is known here.
    pub subject: Option<ActionSubject>,
    /// What an import does with it.
    pub state: FiledActionState,
}

/// What an import does with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FiledActionState {
    /// It is stored.
    New,
    /// It is stored, but no report shows it: its defect is none of the product's.
    UnknownDefect,
    /// It is left out: the library or the file has the same.
    Known,
    /// It is left out: its product is none that is known.
    UnknownProduct,
    /// It is left out: it says nothing of an action.
    NoAction,
    /// It is left out: it names neither a product nor a defect nor what was wrong, and nobody chose the
    /// product.
    NoSubject,
}

impl FiledActionState {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::New,
        Self::UnknownDefect,
        Self::Known,
        Self::UnknownProduct,
        Self::NoAction,
        Self::NoSubject,
    ];

    /// Whether an import stores the record.
    pub fn is_stored(self) -> bool {
        matches!(self, Self::New | Self::UnknownDefect)
    }

    /// Id of the message that says it of one record.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::New => "action-file-new",
            Self::UnknownDefect => "action-file-unknown-defect",
            Self::Known => "action-file-known",
            Self::UnknownProduct => "action-file-unknown-product",
            Self::NoAction => "action-file-no-action",
            Self::NoSubject => "action-file-no-subject",
        }
    }
}

impl FiledAction {
    /// Whether it is stored and a person should look at it.
    pub fn is_warned(&self) -> bool {
        self.state.is_stored() && !self.draft.warnings.is_empty()
    }
}

impl ActionFile {
    /// Number of records in a state.
    pub fn count(&self, state: FiledActionState) -> usize {
        self.rows.iter().filter(|row| row.state == state).count()
    }

    /// Number of records that an import stores and a person should look at.
    pub fn warned(&self) -> usize {
        self.rows.iter().filter(|row| row.is_warned()).count()
    }

    /// Number of records that an import stores.
    pub fn stored(&self) -> usize {
        self.rows.iter().filter(|row| row.state.is_stored()).count()
    }
}

impl Request for ReadActionFile {
    type Answer = ActionFile;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "read-action-file"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<ActionFile> {
        let Self { path, product } = self;
        if let Some(product) = &product {
            require_product(job, product)?;
        }
        job.report("progress-read-actions", "", 0, 2);
        let bytes = read_file(&path)?;
        job.check()?;
        let ActionRecords { drafts, warnings } =
            parse_action_records(&path, &bytes, Zoned::now().date())?;
        job.report("progress-read-actions", "", 1, 2);
        let (names, known) =
            job.library(|library| Ok((library.names()?, library.action_digests()?)))?;
        let is_chosen = product.is_some();
        let given = product.or_else(|| match names.products.as_slice() {
            [only] => Some(only.code.clone()),
            _ => None,
        });
        let mut known: HashSet<String> = known.into_iter().collect();
        let mut rows = Vec::with_capacity(drafts.len());
        for draft in drafts {
            job.check()?;
            let subject = subject_of(&draft, given.as_ref(), &names);
            let state = match &subject {
                _ if draft.entry.action.trim().is_empty() => FiledActionState::NoAction,
                _ if !is_chosen && names_nothing(&draft) => FiledActionState::NoSubject,
                None => FiledActionState::UnknownProduct,
                Some(subject) if !known.insert(action_digest(subject, &draft.entry)) => {
                    FiledActionState::Known
                }
                Some(subject) if subject.defect.is_none() => FiledActionState::UnknownDefect,
                Some(_) => FiledActionState::New,
            };
            rows.push(FiledAction { draft, subject, state });
        }
        Ok(ActionFile { path, rows, warnings })
    }
}

/// Whether a record says what was done, and nothing of what for.
fn names_nothing(draft: &ActionDraft) -> bool {
    let entry = &draft.entry;
    [&draft.product, &draft.defect, &entry.problem, &entry.root_cause]
        .into_iter()
        .all(|text| text.trim().is_empty())
}
