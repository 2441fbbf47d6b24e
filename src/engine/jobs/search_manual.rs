//! Questions to the manuals.

use serde::Serialize;

use super::manuals::{manuals_of, text_of};
use crate::domain::{ModelRole, ProductCode, RegisteredManual, TextKind};
use crate::engine::error::Result;
use crate::engine::request::{JobContext, Request, Stopwatch};
use crate::manuals::{Chunk, chunks};

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
        let mut passages: Vec<(RegisteredManual, Chunk)> = Vec::new();
        for manual in manuals_of(job, self.product)? {
            let text = text_of(job, &manual)?;
            passages.extend(chunks(&text).into_iter().map(|chunk| (manual.clone(), chunk)));
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
        let total = passages.len() as u64;
        let mut found = Vec::with_capacity(passages.len());
        for batch in passages.chunks(BATCH) {
            job.check()?;
            job.report("progress-embed", "", found.len() as u64, total);
            let texts: Vec<String> = batch.iter().map(|(_, chunk)| chunk.text.clone()).collect();
            let model = model.clone();
            let vectors = job.shared.language(move |lane| {
                let encoder = lane.text_encoder(&model, &mut Stopwatch::default())?;
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                Ok(encoder.embed(&texts, TextKind::Passage)?)
            })?;
            for ((manual, chunk), vector) in batch.iter().zip(vectors) {
                let score = asked.iter().zip(&vector).map(|(a, b)| a * b).sum();
                found.push(FoundPassage { manual: manual.clone(), chunk: chunk.clone(), score });
            }
        }
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found.truncate(self.top);
        Ok(found)
    }
}
