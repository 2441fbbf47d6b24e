//! The audit trail: listed, checked, exported.

use std::io::Write;
use std::path::PathBuf;

use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{AuditCheck, AuditEntry, Role};
use fettle_system::AtomicFile;

/// Lists entries of the audit trail, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListAudit {
    /// The newest ones, so many.
    Newest(usize),
    /// Those after the entry of this number, so many at most.
    After(u64, usize),
}

impl Request for ListAudit {
    type Answer = Vec<AuditEntry>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-audit"
    }

    fn role(&self) -> Role {
        Role::Admin
    }

    fn run(self, job: &JobContext) -> Result<Vec<AuditEntry>> {
        job.library(move |library| match self {
            Self::Newest(limit) => library.newest_audit_entries(limit),
            Self::After(id, limit) => library.audit_entries(id, limit),
        })
    }
}

/// Checks the hashes of the whole audit trail, and whether the hash that the caller kept is of one of its
/// entries.
#[derive(Debug, Clone, Default)]
pub struct CheckAudit {
    /// The hash of the newest entry of an earlier check.
    pub kept_head: Option<String>,
}

impl Request for CheckAudit {
    type Answer = AuditCheck;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "check-audit"
    }

    fn role(&self) -> Role {
        Role::Admin
    }

    fn run(self, job: &JobContext) -> Result<AuditCheck> {
        job.library(move |library| library.check_audit(self.kept_head.as_deref()))
    }
}

/// Entries that an export reads at once.
const EXPORTED_AT_ONCE: usize = 1000;

/// Writes the audit trail, or what comes after the entry of this number, to a file: one JSON object a
/// line (NDJSON), as auditors' tools read it.
#[derive(Debug, Clone)]
pub struct ExportAudit {
    /// The file.
    pub path: PathBuf,
    /// The number of the last entry that the caller has; 0: none.
    pub after: u64,
}

/// Result of [`ExportAudit`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedAudit {
    /// Number of entries.
    pub entries: usize,
    /// The written file.
    pub path: PathBuf,
}

impl Request for ExportAudit {
    type Answer = ExportedAudit;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "export-audit"
    }

    fn role(&self) -> Role {
        Role::Admin
    }

    fn run(self, job: &JobContext) -> Result<ExportedAudit> {
        let Self { path, mut after } = self;
        let failed = |source| EngineError::File { path: path.clone(), source };
        let mut file = AtomicFile::create(&path).map_err(failed)?;
        let mut entries = 0;
        loop {
            job.check()?;
            let read =
                job.library(move |library| library.audit_entries(after, EXPORTED_AT_ONCE))?;
            for entry in &read {
                let line = serde_json::to_string(entry).map_err(|error| failed(error.into()))?;
                writeln!(file, "{line}").map_err(failed)?;
                after = entry.id;
            }
            entries += read.len();
            if read.len() < EXPORTED_AT_ONCE {
                file.commit().map_err(failed)?;
                return Ok(ExportedAudit { entries, path });
            }
        }
    }
}
