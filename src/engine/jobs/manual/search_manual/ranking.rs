//! The passages and sections in the order of their relevance to a question, and the probability that
//! they answer it.

use std::collections::BTreeMap;

use super::asked::Asked;
use super::corpus::{Corpus, Passage};
use crate::error::{EngineError, Result};
use crate::jobs::manual::passage_index::{PassageIndex, embed};
use crate::protocol::JobContext;
use fettle_domain::hangul::is_syllable;
use fettle_domain::{Language, ModelId, ModelRole, ProductSection, TextKind};
use fettle_manuals::Chunk;
use fettle_retrieval::answerability::Signs;
use fettle_retrieval::fusion::relevance;
use fettle_retrieval::keyword_index::KeywordIndex;
use fettle_retrieval::known_words::{KnownWords, WantedWords};
use fettle_retrieval::other_subjects::{OtherSubjects, subjects};
use fettle_retrieval::remembered_questions::RememberedQuestions;
use fettle_retrieval::vocabulary::things;

/// Weight of a section's second best passage, relative to the best: two matching statements make a
/// section more likely.
const SECOND_WEIGHT: f32 = 0.6;
/// Weight of the share of the question's words that a section knows.
const COVERED: f32 = 1.7;
/// What a section of a product that the question names gains.
const PRODUCT: f32 = 1.0;
/// What a section gains at most that answers a remembered question like this one: less than a passage
/// with the best words.
const REMEMBERED: f32 = 2.0;
/// Likeness to a remembered question from which on the manuals answer this one, too.
const SURELY_LIKE: f32 = 0.8;
/// How surely a passage spells a word that it has.
const SPELLED: f32 = 0.9;

/// Passages and sections with their scores.
pub(super) struct Ranking<'a> {
    /// All passages but those of excluded defects.
    pub(super) passages: Vec<RankedPassage<'a>>,
    /// Sections, best first: numbers, scores.
    pub(super) sections: Vec<(usize, f32)>,
    /// Sections that answer a remembered question that is surely this one.
    pub(super) confirmed: Vec<usize>,
    /// Sections that an engineer accepted for this very question: they lead its answer.
    pub(super) asked_again: Vec<usize>,
    /// Probability that the manuals answer the question, 0 to 1.
    pub(super) probability: f32,
    /// Why words alone were compared.
    pub(super) notice: Option<String>,
    /// The signs of the probability.
    #[cfg_attr(not(test), expect(dead_code, reason = "the fit reads them"))]
    pub(super) signs: Signs,
}

/// A passage with its scores.
#[derive(Clone, Copy)]
pub(super) struct RankedPassage<'a> {
    pub(super) passage: Passage<'a>,
    pub(super) cosine: Option<f32>,
    pub(super) words: Option<f32>,
    pub(super) relevance: f32,
    /// Share of the question's words that the passage knows, 0 to 1.
    pub(super) covered: f32,
    /// Whether the passage has all of the question's words as they are spelled.
    is_literal: bool,
    /// Whether the whole question stands in the passage, or is its heading.
    pub(super) is_looked_up: bool,
}

/// The subjects that no manual speaks of, as they are embedded.
pub(in crate::jobs::manual) fn other_subjects() -> Vec<String> {
    subjects().iter().map(|subject| (*subject).to_owned()).collect()
}

/// Cosines of the passages, by position, and of the nearest other subject.
struct Meaning {
    cosines: Vec<(usize, f32)>,
    other: f32,
}

impl<'a> Ranking<'a> {
    /// Ranks the passages of `corpus`. Where `embeds`, passages without a vector get one first.
    pub(super) fn of(
        job: &JobContext,
        corpus: &'a Corpus,
        asked: &Asked,
        embeds: bool,
    ) -> Result<Self> {
        let all = corpus.passages();
        let texts: Vec<String> = all
            .iter()
            .map(|one| format!("{} {}", one.chunk.text, corpus.product_names(&one.manual.product)))
            .collect();
        let named: Vec<String> = all.iter().map(|one| corpus.defect_names(one)).collect();
        let known = KnownWords::new(texts.iter().chain(&named).map(String::as_str));
        let others = OtherSubjects::of(&known);
        let wanted = WantedWords::new(&asked.words, &corpus.vocabulary);
        let by_words = KeywordIndex::new(texts.iter().map(String::as_str))
            .search(&asked.text, &corpus.vocabulary);
        let (meaning, notice) = match by_meaning(job, corpus, asked, &others, embeds) {
            Ok(Ok(meaning)) => (Some(meaning), None),
            Ok(Err(notice)) => (None, Some(notice)),
            // BM25 alone is an answer: an absent model must not remove it.
            Err(error) if error.is_recoverable() => {
                let language = job.shared.report_language();
                let reason = ("reason", error.explain(language).into());
                (None, Some(fettle_i18n::text_with(language, "notice-no-vectors", &[reason])))
            }
            Err(other) => return Err(other),
        };
        let cosines = meaning.as_ref().map_or(&[][..], |meaning| &meaning.cosines);
        let sums = relevance(all.len(), cosines, &by_words);
        let by_cosine: BTreeMap<usize, f32> = cosines.iter().copied().collect();
        let by_word: BTreeMap<usize, f32> = by_words.into_iter().collect();
        let mut passages = Vec::new();
        for (position, (passage, relevance)) in all.iter().zip(sums).enumerate() {
            let own = [texts.get(position), named.get(position)];
            let own = KnownWords::new(own.into_iter().flatten().map(String::as_str));
            passages.push(RankedPassage {
                passage: *passage,
                cosine: by_cosine.get(&position).copied(),
                words: by_word.get(&position).copied(),
                relevance,
                covered: own.share(&wanted),
                is_literal: !asked.words.is_empty()
                    && asked.words.iter().all(|word| own.spelled(word) >= SPELLED),
                is_looked_up: asked.lookup.stands_in(&passage.chunk.words)
                    || asked.lookup.stands_in(&passage.chunk.heading),
            });
        }
        let covered = passages.iter().map(|one| one.covered).fold(0.0, f32::max);
        // Of the table alone: that a question names a thing by a site's word says nothing of what
        // it asks about it.
        let in_manuals = things(&texts.join("\n"));
        let shared = things(&asked.text).iter().filter(|one| in_manuals.contains(one)).count();
        let mut signs = Signs::of_words(&wanted, shared, covered, &known, &others);
        if let Some(meaning) = &meaning {
            let nearest = cosines.iter().map(|(_, cosine)| *cosine).fold(-1.0, f32::max);
            signs = signs.with_meaning(nearest, meaning.other);
        }
        passages.retain(|one| corpus.is_wanted(one.passage.chunk) && !asked.excludes(&one.passage));
        let remembered = remembered(corpus, asked, &passages);
        let asked_again = asked_again(corpus, asked, &passages);
        let sections = rank_sections(&passages, asked, &remembered, &asked_again);
        // What an engineer confirmed is said, whatever its words are like.
        let mut confirmed = remembered;
        confirmed.retain(|_, likeness| *likeness >= SURELY_LIKE);
        confirmed.extend(asked_again.iter().map(|section| (*section, 1.0)));
        let surely = confirmed.values().copied().fold(0.0, f32::max);
        let probability = signs.probability().max(surely);
        let confirmed = confirmed.into_keys().collect();
        Ok(Self { passages, sections, confirmed, asked_again, probability, notice, signs })
    }

    /// Passages of a section, best first.
    pub(super) fn of_section(&self, section: usize) -> Vec<RankedPassage<'a>> {
        let own = self.passages.iter().filter(|one| one.passage.section == section);
        let mut own: Vec<_> = own.copied().collect();
        own.sort_by(|a, b| b.relevance.total_cmp(&a.relevance));
        own
    }
}

/// Of each section the likeness of the question to the remembered ones that it answers, 0 to 1. Where
/// a passage has all of the question's words as they are spelled, only of the sections of such.
fn remembered(
    corpus: &Corpus,
    asked: &Asked,
    passages: &[RankedPassage<'_>],
) -> BTreeMap<usize, f32> {
    let questions = corpus.remembered.iter().map(|(question, _)| question.as_str());
    let likeness = RememberedQuestions::new(questions, &corpus.vocabulary).likeness(&asked.words);
    let is_literal = passages.iter().any(|one| one.is_literal);
    let mut of_sections = BTreeMap::new();
    for one in passages.iter().filter(|one| one.is_literal || !is_literal) {
        let Passage { manual, chunk, section, .. } = &one.passage;
        let answers = |right: &ProductSection| {
            right.is(&manual.product, &chunk.heading, chunk.defect.as_ref())
        };
        let own = corpus.remembered.iter().zip(&likeness).filter(|((_, right), _)| answers(right));
        let nearest = own.map(|(_, likeness)| *likeness).fold(0.0, f32::max);
        let section: &mut f32 = of_sections.entry(*section).or_default();
        *section = section.max(nearest);
    }
    of_sections
}

/// The sections that answer a remembered question with the letters of this one.
fn asked_again(corpus: &Corpus, asked: &Asked, passages: &[RankedPassage<'_>]) -> Vec<usize> {
    let same = corpus.remembered.iter().filter(|(question, _)| asked.lookup.is(question));
    let same: Vec<&ProductSection> = same.map(|(_, right)| right).collect();
    let is_right = |one: &RankedPassage<'_>| {
        let Passage { manual, chunk, .. } = &one.passage;
        same.iter().any(|right| right.is(&manual.product, &chunk.heading, chunk.defect.as_ref()))
    };
    let mut sections: Vec<usize> =
        passages.iter().filter(|one| is_right(one)).map(|one| one.passage.section).collect();
    sections.dedup();
    sections
}

fn rank_sections(
    passages: &[RankedPassage<'_>],
    asked: &Asked,
    remembered: &BTreeMap<usize, f32>,
    asked_again: &[usize],
) -> Vec<(usize, f32)> {
    let mut held: BTreeMap<usize, Vec<&RankedPassage<'_>>> = BTreeMap::new();
    for passage in passages {
        held.entry(passage.passage.section).or_default().push(passage);
    }
    let mut sections: Vec<(usize, (bool, bool), f32)> = Vec::new();
    for (section, mut held) in held {
        held.sort_by(|a, b| b.relevance.total_cmp(&a.relevance));
        let Some(first) = held.first() else { continue };
        let best: f32 =
            held.iter().zip([1.0, SECOND_WEIGHT]).map(|(one, weight)| weight * one.relevance).sum();
        let covered = held.iter().map(|one| one.covered).fold(0.0, f32::max);
        let leads = (asked_again.contains(&section), asked.names(&first.passage));
        let product = asked.products.contains(&first.passage.manual.product);
        let likeness = remembered.get(&section).copied().unwrap_or_default();
        let product = if product { PRODUCT } else { 0.0 };
        let score = best + COVERED * covered + product + REMEMBERED * likeness;
        sections.push((section, leads, score));
    }
    sections.sort_by(|a, b| b.1.cmp(&a.1).then(b.2.total_cmp(&a.2)));
    sections.into_iter().map(|(section, _, score)| (section, score)).collect()
}

/// Cosines of all passages, or the notice that they are not embedded yet.
fn by_meaning(
    job: &JobContext,
    corpus: &Corpus,
    asked: &Asked,
    others: &OtherSubjects,
    embeds: bool,
) -> Result<Result<Meaning, String>> {
    let model = job.shared.model_for(ModelRole::TextEmbedder)?;
    let mut indexes = Vec::new();
    for (manual, chunks) in &corpus.manuals {
        let texts = chunks.iter().map(|chunk| chunk.text.clone()).collect();
        indexes.push((manual.path.as_str(), PassageIndex::open(job, &model, texts)));
    }
    let mut subjects = PassageIndex::open(job, &model, other_subjects());
    let (done, total) = indexes
        .iter()
        .map(|(_, index)| index.progress())
        .chain([subjects.progress()])
        .fold((0, 0), |(done, total), (d, t)| (done + d, total + t));
    if done < total {
        if !embeds {
            // Without the encoder they never will be, which is another notice.
            job.shared.store.find(&model)?;
            let language = job.shared.report_language();
            let values = [("done", done.into()), ("total", total.into())];
            return Ok(Err(fettle_i18n::text_with(language, "notice-not-embedded", &values)));
        }
        for (path, index) in &mut indexes {
            index.complete(path)?;
        }
        subjects.complete("")?;
    }
    let mut queries: Vec<(Language, Vec<f32>)> = Vec::new();
    let mut cosines = Vec::new();
    let mut offset = 0;
    for ((_, index), (_, chunks)) in indexes.iter().zip(&corpus.manuals) {
        if chunks.is_empty() {
            continue;
        }
        let language = language_of(chunks);
        let known = queries.iter().find(|(known, _)| *known == language);
        let vector = match known {
            Some((_, vector)) => vector.clone(),
            None => {
                let vector =
                    embed_one(job, &model, corpus.vocabulary.explained(&asked.text, language))?;
                queries.push((language, vector.clone()));
                vector
            }
        };
        let found = index.cosines(&vector)?.into_iter();
        cosines.extend(found.map(|(position, cosine)| (offset + position, cosine)));
        offset += chunks.len();
    }
    let plain = embed_one(job, &model, asked.text.clone())?;
    let other = subjects
        .cosines(&plain)?
        .into_iter()
        .filter(|(number, _)| others.numbers().contains(number))
        .map(|(_, cosine)| cosine)
        .fold(-1.0, f32::max);
    Ok(Ok(Meaning { cosines, other }))
}

fn embed_one(job: &JobContext, model: &ModelId, text: String) -> Result<Vec<f32>> {
    let vectors = embed(job, model, vec![text], TextKind::Query)?;
    Ok::<_, EngineError>(vectors.into_iter().next().unwrap_or_default())
}

fn language_of(chunks: &[Chunk]) -> Language {
    let is_korean = chunks.iter().any(|chunk| chunk.words.chars().any(is_syllable));
    if is_korean { Language::Ko } else { Language::En }
}
