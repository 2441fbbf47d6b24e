//! Backing up the workspace into a file, when asked and by a plan.

use std::path::{Path, PathBuf};

use jiff::{Timestamp, ToSpan as _, Zoned};
use serde::Serialize;

use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use crate::user::host_name;
use fettle_domain::Role;
use fettle_library::content_hash;
use fettle_settings::BackupPlan;

/// Backs up the workspace, without its models, into a file, which is replaced once the back-up is
/// complete and was read back. Work goes on meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackUp {
    /// The file.
    pub to: PathBuf,
}

/// Result of [`BackUp`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackedUp {
    /// The file.
    pub path: PathBuf,
    /// Number of files in it.
    pub files: usize,
    /// Bytes of the files in it.
    pub bytes: u64,
    /// Files that the catalogue names and that are gone, relative to the workspace.
    pub missing: Vec<String>,
}

impl Request for BackUp {
    type Answer = BackedUp;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "back-up"
    }

    fn role(&self) -> Role {
        Role::Admin
    }

    fn run(self, job: &JobContext) -> Result<BackedUp> {
        check_place(job, &self.to)?;
        let staged = job.library(|library| library.stage_backup())?;
        let manifest = staged.write(&self.to, &*job.sink)?;
        Ok(BackedUp {
            path: self.to,
            files: manifest.files.len(),
            bytes: manifest.bytes(),
            missing: manifest.missing,
        })
    }
}

/// Makes the back-up of the settings' plan where one is due, and deletes the oldest that are too
/// many; `None` where none is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackUpIfDue;

impl Request for BackUpIfDue {
    type Answer = Option<BackedUp>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "back-up-if-due"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Option<BackedUp>> {
        let Some(plan) = job.shared.settings().backups else { return Ok(None) };
        let name = BackupName::of_workspace(&host_name(), job.shared.workspace.root().as_path());
        let files = PlannedBackups::list(&plan.folder, &name)?;
        if !files.is_due(&plan, Timestamp::now()) {
            return Ok(None);
        }
        let made = BackUp { to: plan.folder.join(name.at(&Zoned::now())) }.run(job)?;
        PlannedBackups::list(&plan.folder, &name)?.delete_oldest(plan.keep, &made.path)?;
        Ok(Some(made))
    }
}

/// Changes the settings' plan; `None`: no back-ups without being asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeBackupPlan(pub Option<BackupPlan>);

impl Request for ChangeBackupPlan {
    type Answer = ();
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "plan-back-ups"
    }

    fn role(&self) -> Role {
        Role::Admin
    }

    fn run(self, job: &JobContext) -> Result<()> {
        if let Some(plan) = &self.0 {
            check_place(job, &plan.folder)?;
        }
        job.change_settings(|settings| settings.backups = self.0)
    }
}

/// Refuses a place among the workspace's own files: the next back-up would hold this one, and with
/// the workspace its back-ups would go.
fn check_place(job: &JobContext, to: &Path) -> Result<()> {
    let workspace = job.shared.workspace.workspace();
    // The file or its folder need not exist yet, and either may be a link.
    let real = |path: &Path| {
        let there = path.ancestors().find(|path| path.exists())?;
        let rest = path.strip_prefix(there).ok()?;
        Some(there.canonicalize().ok()?.join(rest))
    };
    let absolute = std::path::absolute(to).unwrap_or_else(|_| to.to_owned());
    let is_inside = |folder: PathBuf| {
        real(&folder).zip(real(&absolute)).is_some_and(|(folder, to)| to.starts_with(folder))
    };
    match is_inside(workspace.data_dir()) || is_inside(workspace.manuals_dir()) {
        true => Err(EngineError::BackupInside(to.to_owned())),
        false => Ok(()),
    }
}

/// The names of a workspace's planned back-ups: `fettle-<folder>-<mark>-<time>.zip`, so that those of
/// several workspaces and of several machines may lie in one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
struct BackupName {
    prefix: String,
}

impl BackupName {
    /// Local time to the second, sorted as times are.
    const TIME: &str = "%Y-%m-%dT%H%M%S";

    /// Characters of the mark that tells machines and paths apart.
    const MARK: usize = 8;

    fn of_workspace(host: &str, root: &Path) -> Self {
        let folder = root.file_name().unwrap_or_default().to_string_lossy();
        let of = format!("{host}\0{}", root.to_string_lossy());
        let mark: String = content_hash(of.as_bytes()).0.chars().take(Self::MARK).collect();
        Self { prefix: format!("fettle-{folder}-{mark}-") }
    }

    fn at(&self, time: &Zoned) -> String {
        format!("{}{}.zip", self.prefix, time.strftime(Self::TIME))
    }

    /// The time in a name; `None` for the name of any other file.
    fn time(&self, name: &str) -> Option<Timestamp> {
        let time = name.strip_prefix(&self.prefix)?.strip_suffix(".zip")?;
        let local = jiff::civil::DateTime::strptime(Self::TIME, time).ok()?;
        Some(local.to_zoned(jiff::tz::TimeZone::system()).ok()?.timestamp())
    }
}

/// The planned back-ups of a workspace in a folder, oldest first.
struct PlannedBackups(Vec<(Timestamp, PathBuf)>);

impl PlannedBackups {
    fn list(folder: &Path, name: &BackupName) -> Result<Self> {
        let entries = folder
            .read_dir()
            .map_err(|source| EngineError::File { path: folder.to_owned(), source })?;
        let mut files: Vec<_> = entries
            .flatten()
            .filter_map(|entry| Some((name.time(entry.file_name().to_str()?)?, entry.path())))
            .collect();
        files.sort();
        Ok(Self(files))
    }

    /// Whether the newest is as old as the plan says. One of the future, as after a clock was set
    /// back, does not count.
    fn is_due(&self, plan: &BackupPlan, now: Timestamp) -> bool {
        let newest = self.0.iter().map(|(time, _)| *time).filter(|time| *time <= now).max();
        // Half an hour early, so that a daily back-up does not move through the day.
        let period = (i64::from(plan.days) * 24 * 60 - 30).minutes();
        newest.is_none_or(|newest| newest.checked_add(period).is_ok_and(|due| due <= now))
    }

    /// Deletes what is more than `keep`, the oldest first; never the one that was just `made`, which is
    /// not the newest by its name where a clock was set back.
    fn delete_oldest(&self, keep: u32, made: &Path) -> Result<()> {
        let keep = usize::try_from(keep).unwrap_or(usize::MAX);
        let too_many = self.0.len().saturating_sub(keep.max(1));
        let others = self.0.iter().filter(|(_, path)| path != made);
        for (_, path) in others.take(too_many) {
            std::fs::remove_file(path)
                .map_err(|source| EngineError::File { path: path.clone(), source })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, EngineOptions, RestoreBackup};
    use fettle_domain::Language;
    use fettle_settings::{Settings, Workspace};

    fn engine(root: &Path, settings: Settings) -> Engine {
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        Engine::start(Workspace::at(root), settings, options).unwrap()
    }

    fn run<R: Request>(engine: &Engine, request: R) -> Result<R::Answer> {
        engine.submit(request)?.wait(|_| {})
    }

    #[test]
    fn a_backup_is_due_after_the_days_of_its_plan() {
        let name = BackupName::of_workspace("pc-1", Path::new("/x/line 1"));
        let zoned = |text: &str| text.parse::<Zoned>().unwrap();
        let now = zoned("2026-11-30T12:00:00+09:00[Asia/Seoul]");
        let made = name.at(&now);
        assert!(made.starts_with("fettle-line 1-") && made.contains("-2026-11-30T"), "{made}");
        assert!(name.time(&made).is_some());
        for other in ["fettle-line 1-2026-11-30T120000.zip", "fettle-line 1-x.zip", "notes.txt"] {
            assert_eq!(name.time(other), None, "{other}");
        }
        // The same folder on another machine, another one of the same name here.
        for (host, root) in [("pc-2", "/x/line 1"), ("pc-1", "/y/line 1"), ("pc-1", "/x/line 2")] {
            let other = BackupName::of_workspace(host, Path::new(root));
            assert_eq!(name.time(&other.at(&now)), None, "{host} {root}");
        }
        let plan = |days| BackupPlan { folder: "/b".into(), days, keep: 3 };
        // Hours before now of the back-ups, days of the plan, whether one is due.
        let cases: [(&[i64], u32, bool); 7] = [
            (&[], 1, true),
            (&[1], 1, false),
            (&[25, 49], 1, true),
            (&[25, 1], 1, false),
            (&[24 * 6], 7, false),
            (&[24 * 7], 7, true),
            // The clock was set back.
            (&[-5, 30], 1, true),
        ];
        for (hours, days, due) in cases {
            let files = hours.iter().map(|hours| (now.timestamp() - hours.hours(), PathBuf::new()));
            let files = PlannedBackups(files.collect());
            assert_eq!(files.is_due(&plan(days), now.timestamp()), due, "{hours:?} {days}");
        }
    }

    #[test]
    fn a_planned_backup_is_made_once_and_the_oldest_goes() {
        let dir = tempfile::tempdir().unwrap();
        let (root, folder) = (dir.path().join("plant"), dir.path().join("backups"));
        std::fs::create_dir_all(&folder).unwrap();
        let name = BackupName::of_workspace(&host_name(), &root);
        let old = ["2020-01-01T000000", "2020-01-02T000000", "2020-01-03T000000"]
            .map(|time| folder.join(format!("{}{time}.zip", name.prefix)));
        let others = ["fettle-plant-0123abcd-2019-01-01T000000.zip", "holiday.zip"];
        let others = others.map(|name| folder.join(name));
        for path in old.iter().chain(&others) {
            std::fs::write(path, "x").unwrap();
        }
        let engine = engine(&root, Settings::default());
        assert_eq!(run(&engine, BackUpIfDue).unwrap(), None);
        let plan = BackupPlan { folder: folder.clone(), days: 1, keep: 2 };
        run(&engine, ChangeBackupPlan(Some(plan.clone()))).unwrap();
        assert_eq!(fettle_settings::read(&root.join("settings.json")).0.backups, Some(plan));
        let made = run(&engine, BackUpIfDue).unwrap().unwrap();
        let there: Vec<bool> = old.iter().chain(&others).map(|path| path.exists()).collect();
        assert_eq!(there, [false, false, true, true, true]);
        assert!(made.path.exists());
        assert_eq!(run(&engine, BackUpIfDue).unwrap(), None);

        // What was backed up is the workspace, with its settings.
        let new = dir.path().join("new");
        let restored =
            run(&self::engine(&new, Settings::default()), RestoreBackup { from: made.path });
        assert_eq!(restored.unwrap().files, made.files);
        assert!(std::fs::read_to_string(new.join("settings.json")).unwrap().contains("backups"));

        // The clock was set back: the one just made is older by its name than all others.
        let later = ["2999-01-01T000000", "2999-01-02T000000"]
            .map(|time| folder.join(format!("{}{time}.zip", name.prefix)));
        for path in std::fs::read_dir(&folder).unwrap().flatten() {
            std::fs::remove_file(path.path()).unwrap();
        }
        later.iter().for_each(|path| std::fs::write(path, "x").unwrap());
        let made = run(&engine, BackUpIfDue).unwrap().unwrap();
        assert!(made.path.exists());
        assert_eq!(later.map(|path| path.exists()), [false, true]);

        // A folder that is not there is an error, not silence.
        std::fs::remove_dir_all(&folder).unwrap();
        let error = run(&engine, BackUpIfDue).unwrap_err().explain(Language::En);
        assert!(error.contains("backups") && error.contains("does not exist"), "{error}");
    }

    #[test]
    fn no_backup_lies_among_the_files_that_it_is_of() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("plant");
        let engine = engine(&root, Settings::default());
        std::fs::create_dir_all(root.join("manual_store")).unwrap();
        std::fs::create_dir_all(root.join("data/def_split")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(root.join("data"), dir.path().join("link")).unwrap();
        let mut inside = vec![
            root.join("data/x.zip"),
            root.join("manual_store/x.zip"),
            root.join("data/new/x.zip"),
        ];
        if cfg!(unix) {
            inside.push(dir.path().join("link/def_split/x.zip"));
        }
        for to in inside {
            let plan = BackupPlan { folder: to.parent().unwrap().to_owned(), days: 1, keep: 2 };
            let refused = [
                run(&engine, BackUp { to: to.clone() }).map(drop).unwrap_err(),
                run(&engine, ChangeBackupPlan(Some(plan))).unwrap_err(),
            ];
            for error in refused {
                assert!(matches!(error, EngineError::BackupInside(_)), "{error}");
                let said = error.explain(Language::Ko);
                assert!(said.contains("백업") && said.contains("manual_store"), "{said}");
            }
            assert!(!to.exists());
        }
        for to in [root.join("out.zip"), dir.path().join("x.zip")] {
            run(&engine, BackUp { to }).unwrap();
        }
    }
}
