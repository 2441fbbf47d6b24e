//! Questions to the manuals.

use serde::Serialize;

use super::manuals::{manuals_of, text_of};
use crate::domain::{ModelId, ModelRole, ProductCode, RegisteredManual, TextKind};
use crate::engine::error::{EngineError, Result};
use crate::engine::request::{JobContext, Request, Stopwatch};
use crate::manuals::{Chunk, PARSER_VERSION, chunks};
use crate::retrieval::RetrievalError;
use crate::retrieval::vector_index::VectorIndex;

/// Passages embedded at once: between two batches a cancel is noticed.
const BATCH: usize = 16;

/// Finds what the manuals say about a question.
#[derive(Debug, Clone)]
pub struct SearchManual {
    /// The question, in any language the text encoder knows.
    pub question: String,
    /// Only this product's manuals.
    pub product: Option<ProductCode>,
    /// How many answers.
    pub top: usize,
}

/// A statement that may answer.
#[derive(Debug, Clone, Serialize)]
pub struct FoundPassage {
    /// The manual it is in.
    pub manual: RegisteredManual,
    /// The statement, with its heading and page.
    pub chunk: Chunk,
    /// Cosine similarity to the question, -1 to 1.
    pub score: f32,
}

impl Request for SearchManual {
    type Answer = Vec<FoundPassage>;

    fn name(&self) -> &'static str {
        "search-manual"
    }

    fn run(self, job: &JobContext) -> Result<Vec<FoundPassage>> {
        if let Some(product) = &self.product {
            super::catalogue::require_product(job, product)?;
        }
        let model = job.shared.model_for(ModelRole::TextEmbedder)?;
        let question = self.question;
        let asked = {
            let model = model.clone();
            job.shared.language(move |lane| {
                let encoder = lane.text_encoder(&model, &mut Stopwatch::default())?;
                Ok(encoder.embed(&[&question], TextKind::Query)?)
            })?
        };
        let asked = asked.into_iter().next().unwrap_or_default();
        let mut found = Vec::new();
        for manual in manuals_of(job, self.product)? {
            let chunks = chunks(&text_of(job, &manual)?);
            if chunks.is_empty() {
                continue;
            }
            let index = index_of(job, &manual, &chunks, &model)?;
            for (id, score) in index.search(&asked, self.top)? {
                if let Some(chunk) = usize::try_from(id).ok().and_then(|id| chunks.get(id)) {
                    let (manual, chunk) = (manual.clone(), chunk.clone());
                    found.push(FoundPassage { manual, chunk, score });
                }
            }
        }
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found.truncate(self.top);
        Ok(found)
    }
}

/// The index of a manual's passages, by their position. Embedded once for each content of
/// the file, parser and model; a damaged one is made again.
fn index_of(
    job: &JobContext,
    manual: &RegisteredManual,
    chunks: &[Chunk],
    model: &ModelId,
) -> Result<VectorIndex> {
    let dir = job.shared.workspace.index_dir();
    let path = dir.join(format!("manual-{}-p{PARSER_VERSION}-{model}.index", manual.content_hash));
    if path.exists() {
        match VectorIndex::load(&path, model) {
            Ok(index) if index.len() == chunks.len() => return Ok(index),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "a manual is embedded again"),
        }
    }
    let mut index: Option<VectorIndex> = None;
    let ids: Vec<i64> = (0..).take(chunks.len()).collect();
    for (batch, ids) in chunks.chunks(BATCH).zip(ids.chunks(BATCH)) {
        job.check()?;
        let done = ids.first().copied().unwrap_or_default().unsigned_abs();
        job.report("progress-embed", &manual.path, done, chunks.len() as u64);
        let texts: Vec<String> = batch.iter().map(|chunk| chunk.text.clone()).collect();
        let encoder = model.clone();
        let vectors = job.shared.language(move |lane| {
            let encoder = lane.text_encoder(&encoder, &mut Stopwatch::default())?;
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            Ok(encoder.embed(&texts, TextKind::Passage)?)
        })?;
        let dim = vectors.first().map_or(0, Vec::len);
        let index = match &mut index {
            Some(index) => index,
            none => none.insert(VectorIndex::new(dim, model.clone())?),
        };
        index.add(ids, &vectors.concat())?;
    }
    let index = index.ok_or(RetrievalError::Size { what: "passages", expected: 1, got: 0 })?;
    std::fs::create_dir_all(&dir)
        .map_err(|source| EngineError::File { path: dir.clone(), source })?;
    index.save(&path)?;
    Ok(index)
}
