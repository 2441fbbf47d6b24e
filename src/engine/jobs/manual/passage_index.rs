//! Vectors of the passages of manuals, kept in batches as they are made: what was embedded before
//! a job was cancelled or killed is not embedded again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::{ModelId, TextKind};
use fettle_library::content_hash;
use fettle_retrieval::RetrievalError;
use fettle_retrieval::vector_index::VectorIndex;

/// Passages embedded between two checks for cancellation, and saved together.
const BATCH: usize = 16;
/// Characters of the name of an index that tell texts apart.
const DIGEST: usize = 24;

/// Embeds texts with `model`.
pub(super) fn embed(
    job: &JobContext,
    model: &ModelId,
    texts: Vec<String>,
    kind: TextKind,
) -> Result<Vec<Vec<f32>>> {
    let model = model.clone();
    job.language(move |lane| {
        let encoder = lane.text_encoder(&model, &mut Stopwatch::default())?;
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        Ok(encoder.embed(&texts, kind)?)
    })
}

/// The vectors of some texts, by position, as far as they are embedded.
///
/// The file is named after the texts themselves, so that whatever changes them (a new version, a
/// correction, another parser) is embedded anew. Each batch replaces the file whole: a job killed at
/// any instant leaves the batch before.
pub(super) struct PassageIndex<'a> {
    job: &'a JobContext,
    model: ModelId,
    path: PathBuf,
    texts: Vec<String>,
    index: Option<VectorIndex>,
}

impl<'a> PassageIndex<'a> {
    /// What is embedded of `texts`; a damaged file counts as none.
    pub(super) fn open(job: &'a JobContext, model: &ModelId, texts: Vec<String>) -> Self {
        let digest: String =
            content_hash(texts.join("\0").as_bytes()).0.chars().take(DIGEST).collect();
        let path =
            job.shared.workspace.index_dir().join(format!("passages-{digest}-{model}.index"));
        let index = match path.exists().then(|| VectorIndex::load(&path, model)) {
            Some(Ok(index)) if index.len() <= texts.len() => Some(index),
            Some(Err(error)) => {
                tracing::warn!(%error, "a manual is embedded again");
                None
            }
            _ => None,
        };
        Self { job, model: model.clone(), path, texts, index }
    }

    /// The file of the vectors.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Number of texts embedded, and of all.
    pub(super) fn progress(&self) -> (usize, usize) {
        (self.index.as_ref().map_or(0, VectorIndex::len), self.texts.len())
    }

    /// Embeds what is missing, batch by batch; `subject` names it to whoever waits.
    pub(super) fn complete(&mut self, subject: &str) -> Result<()> {
        loop {
            self.job.check()?;
            let (done, total) = self.progress();
            if done == total {
                return Ok(());
            }
            self.job.report("progress-embed", subject, done as u64, total as u64);
            let batch: Vec<String> = self.texts.iter().skip(done).take(BATCH).cloned().collect();
            let ids: Vec<i64> = (0..).skip(done).take(batch.len()).collect();
            let vectors = embed(self.job, &self.model, batch, TextKind::Passage)?;
            let dim = vectors.first().map_or(0, Vec::len);
            let index = match &mut self.index {
                Some(index) => index,
                none => none.insert(VectorIndex::new(dim, self.model.clone())?),
            };
            index.add(&ids, &vectors.concat())?;
            if let Some(dir) = self.path.parent() {
                fettle_system::create_folders(dir)
                    .map_err(|source| EngineError::File { path: dir.to_owned(), source })?;
            }
            index.save(&self.path)?;
        }
    }

    /// Cosines of all texts embedded to `vector`, by position.
    pub(super) fn cosines(&self, vector: &[f32]) -> Result<Vec<(usize, f32)>> {
        let Some(index) = &self.index else {
            return Err(RetrievalError::Size { what: "passages", expected: 1, got: 0 }.into());
        };
        let found = index.search(vector, index.len())?.into_iter();
        Ok(found.filter_map(|(id, cosine)| Some((usize::try_from(id).ok()?, cosine))).collect())
    }
}

/// Names of the files of passages, now and in earlier versions of the program.
const PREFIXES: [&str; 2] = ["passages-", "manual-"];
/// A file younger than this may be another process's, about a manual that this one does not know.
const YOUNG: Duration = Duration::from_secs(24 * 3600);

/// Deletes the vectors of texts that no manual has any more, but for those in `used` and young ones.
pub(super) fn delete_unused(folder: &Path, used: &BTreeSet<PathBuf>) {
    let Ok(entries) = folder.read_dir() else { return };
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| !used.contains(path)) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_of_passages = PREFIXES.iter().any(|prefix| name.starts_with(prefix))
            && path.extension().is_some_and(|extension| extension == "index");
        let changed = path.metadata().and_then(|found| found.modified());
        let age = changed.ok().and_then(|changed| SystemTime::now().duration_since(changed).ok());
        if is_of_passages && age.is_some_and(|age| age > YOUNG) {
            // Nothing is lost: it can be made again, and the next time deletes what stayed.
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::warn!(%error, "{}: not deleted", path.display());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_old_vectors_of_no_manual_are_deleted() {
        let dir = tempfile::tempdir().unwrap();
        // Name, hours since it was written, whether it stays.
        let files = [
            ("passages-a-e5.index", 100, false),
            ("passages-b-e5.index", 100, true),
            ("passages-c-e5.index", 1, true),
            ("manual-1-e5.index", 100, false),
            ("images.index", 100, true),
            ("manual-notes.txt", 100, true),
        ];
        for (name, hours, _) in files {
            let path = dir.path().join(name);
            let file = std::fs::File::create(path).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(hours * 3600)).unwrap();
        }
        delete_unused(dir.path(), &BTreeSet::from([dir.path().join("passages-b-e5.index")]));
        for (name, _, stays) in files {
            assert_eq!(dir.path().join(name).exists(), stays, "{name}");
        }
    }
}
