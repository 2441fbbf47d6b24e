//! Hybrid search in the manuals: text embeddings and BM25, joined by reciprocal rank fusion. Sections
//! of a defect named in the question come first.

use std::collections::BTreeMap;

use serde::Serialize;

use super::in_force::manuals_in_force;
use super::manual_text::manual_text;
use crate::error::{EngineError, Result};
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::{JobContext, NoEvent, Request, Stopwatch};
use fettle_domain::hangul::is_syllable;
use fettle_domain::{
    DefectCode, Language, ManualId, ModelId, ModelRole, Product, ProductCode, RegisteredManual,
    TextKind,
};
use fettle_manuals::{Chunk, PARSER_VERSION, chunks, named_defects};
use fettle_retrieval::RetrievalError;
use fettle_retrieval::fusion::reciprocal_ranks;
use fettle_retrieval::keyword_index::KeywordIndex;
use fettle_retrieval::vector_index::VectorIndex;
use fettle_retrieval::vocabulary::explained;

/// Passages embedded between two checks for cancellation.
const BATCH: usize = 16;
/// Weight of a section's second best passage, relative to the best: two matching statements make a
/// section more likely.
const SECOND_WEIGHT: f32 = 0.5;
/// Number of passages of a section before those of the next section.
const SECTION_PASSAGES: usize = 2;

/// Searches the manuals for passages that answer a question.
#[derive(Debug, Clone)]
pub struct SearchManual {
    /// The question, in any language of the text encoder.
    pub question: String,
    /// Only the manuals of this product; `None`: of all products.
    pub product: Option<ProductCode>,
    /// Maximum number of passages.
    pub top: usize,
}

/// Result of [`SearchManual`].
#[derive(Debug, Clone, Serialize)]
pub struct ManualAnswer {
    /// Defect types named in the question, whose passages come first; empty without a product.
    pub named: Vec<DefectCode>,
    /// The passages: the two best of each section, best section first, then all other passages.
    pub passages: Vec<FoundPassage>,
    /// Why the passages were found by BM25 alone, in the language of reports; `None` where the text
    /// encoder took part.
    pub notice: Option<String>,
}

/// A passage that may answer the question.
#[derive(Debug, Clone, Serialize)]
pub struct FoundPassage {
    /// The manual.
    pub manual: RegisteredManual,
    /// The statement, with its heading and page.
    pub chunk: Chunk,
    /// Cosine similarity to the question, -1 to 1; `None` without a text encoder.
    pub vector_score: Option<f32>,
    /// BM25 score, above 0; `None` where the passage shares no term with the question.
    pub keyword_score: Option<f32>,
    /// Reciprocal rank fusion of both rankings.
    pub fused_score: f32,
}

impl Request for SearchManual {
    type Answer = ManualAnswer;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "search-manual"
    }

    fn run(self, job: &JobContext) -> Result<ManualAnswer> {
        let mut named = Vec::new();
        if let Some(product) = self.product.clone() {
            require_product(job, &product)?;
            let defects = job.library(move |library| library.defect_types(&product))?;
            named = named_defects(&self.question, &defects);
        }
        let mut manuals = Vec::new();
        for manual in manuals_in_force(job, self.product)? {
            let chunks = chunks(&manual_text(job, &manual)?);
            manuals.push((manual, chunks));
        }
        let by_terms = rank_by_terms(job, &manuals, &self.question)?;
        let (by_embedding, notice) = match rank_by_embedding(job, &manuals, &self.question) {
            Ok(ranked) => (Some(ranked), None),
            // BM25 alone is an answer: an absent model must not remove it.
            Err(error) if error.is_recoverable() => {
                let language = job.shared.report_language();
                let reason = ("reason", error.explain(language).into());
                (None, Some(fettle_i18n::text_with(language, "notice-no-vectors", &[reason])))
            }
            Err(other) => return Err(other),
        };
        job.check()?;
        let positions = |ranked: &[(usize, f32)]| -> Vec<usize> {
            ranked.iter().map(|(position, _)| *position).collect()
        };
        let rankings =
            [by_embedding.as_deref().map(positions).unwrap_or_default(), positions(&by_terms)];
        let [by_vector, by_keyword] = [by_embedding.unwrap_or_default(), by_terms]
            .map(|ranked| ranked.into_iter().collect::<BTreeMap<usize, f32>>());
        let all: Vec<(&RegisteredManual, &Chunk)> = manuals
            .iter()
            .flat_map(|(manual, chunks)| chunks.iter().map(move |c| (manual, c)))
            .collect();
        let mut passages = Vec::new();
        for (position, fused_score) in reciprocal_ranks(&rankings.each_ref().map(Vec::as_slice)) {
            let Some((manual, chunk)) = all.get(position) else { continue };
            passages.push(FoundPassage {
                manual: (*manual).clone(),
                chunk: (*chunk).clone(),
                vector_score: by_vector.get(&position).copied(),
                keyword_score: by_keyword.get(&position).copied(),
                fused_score,
            });
        }
        let mut passages = group_by_section(passages, &named);
        passages.truncate(self.top);
        Ok(ManualAnswer { named, passages, notice })
    }
}

/// Groups `passages`, best first, by section: first the best passages of each section, with sections
/// of a named defect ahead, then all other passages by score.
fn group_by_section(passages: Vec<FoundPassage>, named: &[DefectCode]) -> Vec<FoundPassage> {
    let section = |found: &FoundPassage| (found.manual.id, found.chunk.heading.clone());
    let mut sections: Vec<((ManualId, String), Vec<FoundPassage>)> = Vec::new();
    for found in passages {
        let key = section(&found);
        match sections.iter_mut().find(|(section, _)| *section == key) {
            Some((_, held)) => held.push(found),
            None => sections.push((key, vec![found])),
        }
    }
    let score = |held: &[FoundPassage]| -> f32 {
        held.iter()
            .zip([1.0, SECOND_WEIGHT])
            .map(|(found, weight)| weight * found.fused_score)
            .sum()
    };
    let is_named = |held: &[FoundPassage]| {
        let defect = held.first().and_then(|found| found.chunk.defect.as_ref());
        defect.is_some_and(|defect| named.contains(defect))
    };
    sections.sort_by(|(_, a), (_, b)| {
        is_named(b).cmp(&is_named(a)).then(score(b).total_cmp(&score(a)))
    });
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for (_, mut held) in sections {
        rest.extend(held.split_off(SECTION_PASSAGES.min(held.len())));
        first.append(&mut held);
    }
    rest.sort_by(|a, b| b.fused_score.total_cmp(&a.fused_score));
    first.append(&mut rest);
    first
}

/// A manual and its passages.
type ManualChunks = (RegisteredManual, Vec<Chunk>);

/// BM25 ranking of the passages, as positions among all passages, best first. The names of a product
/// are terms of all its passages.
fn rank_by_terms(
    job: &JobContext,
    manuals: &[ManualChunks],
    question: &str,
) -> Result<Vec<(usize, f32)>> {
    let products = job.library(|library| library.products())?;
    let names = |code: &ProductCode| {
        let product = products.iter().find(|product| product.code == *code);
        product.map(|Product { code, name_ko, name_en }| format!("{name_ko} {name_en} {code}"))
    };
    let mut texts = Vec::new();
    for (manual, chunks) in manuals {
        let names = names(&manual.product).unwrap_or_default();
        texts.extend(chunks.iter().map(|chunk| format!("{} {names}", chunk.text)));
    }
    Ok(KeywordIndex::new(texts.iter().map(String::as_str)).search(question))
}

/// Ranking of all passages by similarity to the question, as positions among all passages, nearest
/// first.
fn rank_by_embedding(
    job: &JobContext,
    manuals: &[ManualChunks],
    question: &str,
) -> Result<Vec<(usize, f32)>> {
    let model = job.shared.model_for(ModelRole::TextEmbedder)?;
    let mut queries: Vec<(Language, Vec<f32>)> = Vec::new();
    let mut nearest = Vec::new();
    let mut offset = 0;
    for (manual, chunks) in manuals {
        if chunks.is_empty() {
            continue;
        }
        let language = language_of(chunks);
        let known = queries.iter().find(|(known, _)| *known == language);
        let vector = match known {
            Some((_, vector)) => vector.clone(),
            None => {
                let question = explained(question, language);
                let vectors = embed(job, &model, vec![question], TextKind::Query)?;
                let vector = vectors.into_iter().next().unwrap_or_default();
                queries.push((language, vector.clone()));
                vector
            }
        };
        let index = passage_index(job, manual, chunks, &model)?;
        let found = index.search(&vector, index.len())?.into_iter();
        nearest.extend(
            found.filter_map(|(id, score)| Some((offset + usize::try_from(id).ok()?, score))),
        );
        offset += chunks.len();
    }
    nearest.sort_by(|a, b| b.1.total_cmp(&a.1));
    Ok(nearest)
}

fn language_of(chunks: &[Chunk]) -> Language {
    let is_korean = chunks.iter().any(|chunk| chunk.words.chars().any(is_syllable));
    if is_korean { Language::Ko } else { Language::En }
}

fn embed(
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

/// The index of a manual's passages by position. Passages are embedded once for each file content,
/// parser version and model; a damaged index is built again.
fn passage_index(
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
    let texts: Vec<String> = chunks.iter().map(|chunk| chunk.text.clone()).collect();
    let ids: Vec<i64> = (0..).take(texts.len()).collect();
    for (batch, ids) in texts.chunks(BATCH).zip(ids.chunks(BATCH)) {
        job.check()?;
        let done = ids.first().copied().unwrap_or_default().unsigned_abs();
        job.report("progress-embed", &manual.path, done, texts.len() as u64);
        let vectors = embed(job, model, batch.to_vec(), TextKind::Passage)?;
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

#[cfg(test)]
mod tests;
