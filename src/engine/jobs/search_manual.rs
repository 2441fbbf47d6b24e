//! Questions to the manuals: by meaning (vectors) and by words (BM25), fused; a defect that
//! the question names comes first.

use std::collections::BTreeMap;

use serde::Serialize;

use super::manuals::{manuals_of, text_of};
use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request, Stopwatch};
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

/// Passages embedded at once: between two batches a cancel is noticed.
const BATCH: usize = 16;
/// What a section's second best passage counts beside its best: a question that two statements
/// of a section answer is about that section.
const SECOND: f32 = 0.5;
/// Passages that a section shows before those of the next.
const A_SECTION: usize = 2;

/// Finds what the manuals say about a question.
#[derive(Debug, Clone)]
pub struct SearchManual {
    /// The question, in any language the text encoder knows.
    pub question: String,
    /// Only this product's manuals.
    pub product: Option<ProductCode>,
    /// How many passages.
    pub top: usize,
}

/// What the manuals say about a question.
#[derive(Debug, Clone, Serialize)]
pub struct ManualAnswer {
    /// The product's defect types that the question names: their passages come first. Only
    /// where a product is asked about.
    pub named: Vec<DefectCode>,
    /// The passages: the two best of each section, best section first, then all others.
    pub passages: Vec<FoundPassage>,
    /// Why they were found by their words alone, in the engine's language; `None` where the
    /// text encoder had its part.
    pub notice: Option<String>,
}

/// A statement that may answer.
#[derive(Debug, Clone, Serialize)]
pub struct FoundPassage {
    /// The manual it is in.
    pub manual: RegisteredManual,
    /// The statement, with its heading and page.
    pub chunk: Chunk,
    /// Cosine similarity to the question, -1 to 1; `None` without a text encoder.
    pub vector_score: Option<f32>,
    /// BM25 score, above 0; `None` where it shares no word with the question.
    pub keyword_score: Option<f32>,
    /// Sum of the reciprocal ranks by both. Sections stand by their two best passages'.
    pub fused_score: f32,
}

impl Request for SearchManual {
    type Answer = ManualAnswer;

    fn name(&self) -> &'static str {
        "search-manual"
    }

    fn run(self, job: &JobContext) -> Result<ManualAnswer> {
        let mut named = Vec::new();
        if let Some(product) = self.product.clone() {
            super::catalogue::require_product(job, &product)?;
            let defects = job.shared.library(move |library| library.defect_types(&product))?;
            named = named_defects(&self.question, &defects);
        }
        let mut manuals = Vec::new();
        for manual in manuals_of(job, self.product)? {
            let chunks = chunks(&text_of(job, &manual)?);
            manuals.push((manual, chunks));
        }
        let by_words = by_words(job, &manuals, &self.question)?;
        let (by_meaning, notice) = match by_meaning(job, &manuals, &self.question) {
            Ok(found) => (Some(found), None),
            // Words alone are an answer; a model that is not here must not take it away.
            Err(error) if error.is_local() => {
                let language = job.shared.language_of_text();
                let why = ("reason", error.explain(language).into());
                (None, Some(fettle_i18n::text_with(language, "notice-no-vectors", &[why])))
            }
            Err(other) => return Err(other),
        };
        job.check()?;
        let places = |found: &[(usize, f32)]| -> Vec<usize> {
            found.iter().map(|(position, _)| *position).collect()
        };
        let rankings = [by_meaning.as_deref().map(places).unwrap_or_default(), places(&by_words)];
        let [by_vector, by_keyword] = [by_meaning.unwrap_or_default(), by_words]
            .map(|found| found.into_iter().collect::<BTreeMap<usize, f32>>());
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
        let mut passages = by_section(passages, &named);
        passages.truncate(self.top);
        Ok(ManualAnswer { named, passages, notice })
    }
}

/// `passages`, best first, with those of one section together: each section's best, those of a
/// named defect first; then all the others as they were.
fn by_section(passages: Vec<FoundPassage>, named: &[DefectCode]) -> Vec<FoundPassage> {
    let section = |found: &FoundPassage| (found.manual.id, found.chunk.heading.clone());
    let mut sections: Vec<((ManualId, String), Vec<FoundPassage>)> = Vec::new();
    for found in passages {
        let of = section(&found);
        match sections.iter_mut().find(|(section, _)| *section == of) {
            Some((_, held)) => held.push(found),
            None => sections.push((of, vec![found])),
        }
    }
    let worth = |held: &[FoundPassage]| -> f32 {
        held.iter().zip([1.0, SECOND]).map(|(found, share)| share * found.fused_score).sum()
    };
    let is_named = |held: &[FoundPassage]| {
        let defect = held.first().and_then(|found| found.chunk.defect.as_ref());
        defect.is_some_and(|defect| named.contains(defect))
    };
    sections.sort_by(|(_, a), (_, b)| {
        is_named(b).cmp(&is_named(a)).then(worth(b).total_cmp(&worth(a)))
    });
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for (_, mut held) in sections {
        rest.extend(held.split_off(A_SECTION.min(held.len())));
        first.append(&mut held);
    }
    rest.sort_by(|a, b| b.fused_score.total_cmp(&a.fused_score));
    first.append(&mut rest);
    first
}

/// A manual and its passages.
type Read = (RegisteredManual, Vec<Chunk>);

/// The passages that share words with the question, by their position among all, best first.
/// A product's names are words of all its passages.
fn by_words(job: &JobContext, manuals: &[Read], question: &str) -> Result<Vec<(usize, f32)>> {
    let products = job.shared.library(|library| library.products())?;
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

/// All passages by their position among all, nearest to the question first.
fn by_meaning(job: &JobContext, manuals: &[Read], question: &str) -> Result<Vec<(usize, f32)>> {
    let model = job.shared.model_for(ModelRole::TextEmbedder)?;
    let mut asked: Vec<(Language, Vec<f32>)> = Vec::new();
    let mut nearest = Vec::new();
    let mut before = 0;
    for (manual, chunks) in manuals {
        if chunks.is_empty() {
            continue;
        }
        let language = language_of(chunks);
        let known = asked.iter().find(|(known, _)| *known == language);
        let vector = match known {
            Some((_, vector)) => vector.clone(),
            None => {
                let question = explained(question, language);
                let vectors = embed(job, &model, vec![question], TextKind::Query)?;
                let vector = vectors.into_iter().next().unwrap_or_default();
                asked.push((language, vector.clone()));
                vector
            }
        };
        let index = index_of(job, manual, chunks, &model)?;
        let found = index.search(&vector, index.len())?.into_iter();
        nearest.extend(
            found.filter_map(|(id, score)| Some((before + usize::try_from(id).ok()?, score))),
        );
        before += chunks.len();
    }
    nearest.sort_by(|a, b| b.1.total_cmp(&a.1));
    Ok(nearest)
}

fn language_of(chunks: &[Chunk]) -> Language {
    let is_hangul = |c| matches!(c, '\u{AC00}'..='\u{D7A3}');
    let is_korean = chunks.iter().any(|chunk| chunk.words.chars().any(is_hangul));
    if is_korean { Language::Ko } else { Language::En }
}

fn embed(
    job: &JobContext,
    model: &ModelId,
    texts: Vec<String>,
    kind: TextKind,
) -> Result<Vec<Vec<f32>>> {
    let model = model.clone();
    job.shared.language(move |lane| {
        let encoder = lane.text_encoder(&model, &mut Stopwatch::default())?;
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        Ok(encoder.embed(&texts, kind)?)
    })
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
