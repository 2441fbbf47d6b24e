//! Unfinished jobs, interrupted by a crash or deferred: listing, repeating, discarding.

use crate::error::{EngineError, Result};
use crate::jobs::bank::fit_bank::FitBank;
use crate::jobs::index::build_index::BuildIndex;
use crate::jobs::registration::register_defect::RegisterDefect;
use crate::jobs::registration::register_images::RegisterImages;
use crate::protocol::journal::{self, Begun};
use crate::protocol::{JobContext, JobRecord, NoEvent, RepeatableKind, Request, UnfinishedJob};
use fettle_domain::Role;

/// All kinds of repeatable jobs.
const KINDS: [RepeatableKind; 4] = [
    RepeatableKind::of::<FitBank>(),
    RepeatableKind::of::<RegisterImages>(),
    RepeatableKind::of::<RegisterDefect>(),
    RepeatableKind::of::<BuildIndex>(),
];

/// Lists the unfinished jobs, oldest first.
#[derive(Debug, Clone, Copy)]
pub struct ListUnfinished;

impl Request for ListUnfinished {
    type Answer = Vec<UnfinishedJob>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-unfinished"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Vec<UnfinishedJob>> {
        let entries = journal::left_over(&job.shared.workspace.unfinished_dir());
        let read = |(entry, begun): (_, Begun)| {
            let Begun { begun_at, by, record: JobRecord { job: kind, request } } = begun;
            let Some(known) = KINDS.iter().find(|known| known.name == kind) else {
                tracing::warn!(kind, "an unknown kind of job in the journal");
                return None;
            };
            let job = (known.read)(request)
                .inspect_err(|error| tracing::warn!(kind, %error, "a job cannot be read back"));
            Some(UnfinishedJob { begun_at, by, job: job.ok()?, entry })
        };
        Ok(entries.into_iter().filter_map(read).collect())
    }
}

/// Repeats an unfinished job. Work that was already done is not done twice.
#[derive(Debug, Clone)]
pub struct RepeatJob(pub UnfinishedJob);

impl Request for RepeatJob {
    type Answer = ();
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        self.0.job.name()
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn journal_record(&self) -> Option<JobRecord> {
        self.0.job.record()
    }

    fn run(self, job: &JobContext) -> Result<()> {
        // The repeated job has a journal entry of its own by now.
        journal::remove(&self.0.entry);
        self.0.job.repeat(job)
    }
}

/// Discards an unfinished job: one's own, or as an engineer anybody's.
#[derive(Debug, Clone)]
pub struct ForgetJob(pub UnfinishedJob);

impl Request for ForgetJob {
    type Answer = ();
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "forget-job"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<()> {
        let is_own = self.0.by.as_ref() == Some(&job.actor.name);
        if !is_own && job.actor.role < Role::Engineer {
            return Err(EngineError::RoleTooLow { needed: Role::Engineer, has: job.actor.role });
        }
        journal::remove(&self.0.entry);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, EngineOptions, JobSummary};
    use fettle_domain::{Actor, Language, Via};
    use fettle_settings::{Settings, Workspace};

    /// Journal entries of earlier versions, with the summary expected for each.
    const ENTRIES: [(&str, &str, Option<&str>, usize); 4] = [
        (
            r#"{"begun_at":"2026-11-22T10:00:00Z","job":"fit_bank","request":{"product":"casting",
            "ratio":0.02,"seed":0,"rule":null,"recipe":{"fit":"shorter","side":null,"layers":[]}}}"#,
            "unfinished-fit",
            Some("casting"),
            0,
        ),
        (
            r#"{"begun_at":"2026-11-22T10:00:01Z","job":"register_images","request":{
            "product":"casting","label":{"kind":"normal"},"paths":["a.png","b.png"]}}"#,
            "unfinished-images",
            Some("casting"),
            2,
        ),
        (
            r#"{"begun_at":"2026-11-22T10:00:02Z","job":"register_defect","request":{
            "product":"casting","defect":"hole","image":"a.png"}}"#,
            "unfinished-defect",
            Some("casting"),
            1,
        ),
        (
            r#"{"begun_at":"2026-11-22T10:00:03Z","job":"build_index","request":{"rebuild":true}}"#,
            "unfinished-index",
            None,
            0,
        ),
    ];

    #[test]
    fn entries_of_earlier_versions_are_read_and_others_are_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(dir.path());
        workspace.create().unwrap();
        let journal = workspace.unfinished_dir();
        std::fs::create_dir_all(&journal).unwrap();
        for (n, (entry, ..)) in ENTRIES.iter().enumerate() {
            std::fs::write(journal.join(format!("job-{n}.json")), entry).unwrap();
        }
        let begun_at = "2026-11-22T10:00:00Z";
        for (name, job, request) in [
            ("newer", "a_kind_of_a_later_version", "{}"),
            ("other", "build_index", r#"{"rebuild":"perhaps"}"#),
        ] {
            let entry = format!(r#"{{"begun_at":"{begun_at}","job":"{job}","request":{request}}}"#);
            std::fs::write(journal.join(format!("job-{name}.json")), entry).unwrap();
        }
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        let left = engine.submit(ListUnfinished).unwrap().wait(|_| {}).unwrap();
        let summaries: Vec<_> = left.iter().map(UnfinishedJob::summary).collect();
        let expected = ENTRIES.map(|(_, message, product, count)| JobSummary {
            message,
            product: product.map(|product| product.parse().unwrap()),
            count,
        });
        assert_eq!(summaries, expected);
        // Current records have the same form.
        for (job, (entry, ..)) in left.iter().zip(ENTRIES) {
            let earlier: serde_json::Value = serde_json::from_str(entry).unwrap();
            let now = serde_json::to_value(job.job.record().unwrap()).unwrap();
            assert_eq!(now["job"], earlier["job"]);
            for (field, value) in earlier["request"].as_object().unwrap() {
                if field != "ratio" {
                    assert_eq!(&now["request"][field], value, "{field} of {entry}");
                }
            }
        }
        assert_eq!(journal.read_dir().unwrap().count(), ENTRIES.len() + 2);
    }

    #[test]
    fn an_operator_discards_own_jobs_alone_and_an_engineer_all() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(dir.path());
        workspace.create().unwrap();
        let journal = workspace.unfinished_dir();
        std::fs::create_dir_all(&journal).unwrap();
        // Number, who had it done.
        for (n, by) in [(0, Some("kim")), (1, Some("park")), (2, None)] {
            let mut entry: serde_json::Value = serde_json::from_str(ENTRIES[0].0).unwrap();
            if let Some(by) = by {
                entry["by"] = by.into();
            }
            std::fs::write(journal.join(format!("job-{n}.json")), entry.to_string()).unwrap();
        }
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        let left = || engine.submit(ListUnfinished).unwrap().wait(|_| {}).unwrap();
        let forget = |by: &str, role, job: &UnfinishedJob| {
            let actor = Actor { name: by.to_owned(), via: Via::Window, role };
            engine.submit_as(actor, ForgetJob(job.clone())).unwrap().wait(|_| {})
        };
        let mut refused = 0;
        for job in left() {
            refused += usize::from(forget("kim", Role::Operator, &job).is_err());
        }
        assert_eq!((refused, left().len()), (2, 2));
        for job in left() {
            forget("lee", Role::Engineer, &job).unwrap();
        }
        assert!(left().is_empty());
    }
}
