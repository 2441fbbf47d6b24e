//! Which reply a ranking gives: passages, groups of passages, a question back, or that the manuals do
//! not say.

use super::answer::{Candidate, FoundPassage, ManualReply, PassageGroup};
use super::asked::Asked;
use super::corpus::Corpus;
use super::ranking::{RankedPassage, Ranking};
use super::value_said;
use fettle_domain::{DefectType, ProductCode};
use fettle_retrieval::answerability::LIMIT;

/// Number of passages of a section before those of the next section.
const SECTION_PASSAGES: usize = 2;
/// A section answers a question across sections where a passage of it knows at least this share of
/// what the best passage knows of the question.
const AS_GOOD: f32 = 0.9;
/// Scores of sections nearer than this are a tie.
const TIE: f32 = 0.25;
/// Passages of a group at least.
const GROUP_PASSAGES: usize = 2;

/// The reply, of at most `top` passages, in each group where they are grouped. What is printed as it
/// is asked is said, in a section or, where `is_printed_elsewhere`, outside of all.
pub(super) fn choose(
    corpus: &Corpus,
    asked: &Asked,
    ranking: &Ranking<'_>,
    top: usize,
    is_printed_elsewhere: bool,
) -> ManualReply {
    let passages = in_order(ranking, top);
    if asked.denies {
        return ManualReply::NotSaid { nearest: passages };
    }
    let is_printed = ranking.passages.iter().any(|one| one.is_looked_up) || is_printed_elsewhere;
    let asks_nothing =
        !is_printed && asked.words.is_empty() && asked.meant.is_empty() && asked.named.is_empty();
    if asks_nothing && (asked.asks_for_defects || !asked.excluded.is_empty()) {
        let groups = groups(ranking, top, |_| true);
        if !groups.is_empty() {
            return ManualReply::Grouped { groups };
        }
    }
    if asks_nothing {
        let candidates = all_candidates(corpus);
        if candidates.len() > 1 {
            return ManualReply::Clarify { candidates, passages };
        }
    }
    let is_confirmed = !ranking.confirmed.is_empty();
    let is_value_missing = !is_confirmed && value_said::is_missing(corpus, asked, ranking);
    if !is_printed && (passages.is_empty() || ranking.probability < LIMIT || is_value_missing) {
        return ManualReply::NotSaid { nearest: passages };
    }
    let meant = groups(ranking, top, |held| held.iter().any(|one| asked.means(&one.passage)));
    if asked.joins && meant.len() > 1 {
        return ManualReply::Grouped { groups: meant };
    }
    if asked.asks_for_defects {
        let best = ranking.passages.iter().map(|one| one.covered).fold(0.0, f32::max);
        let is_as_good = |one: &RankedPassage<'_>| one.covered >= AS_GOOD * best && best > 0.0;
        let groups = groups(ranking, top, |held| held.iter().any(is_as_good));
        if !groups.is_empty() {
            return ManualReply::Grouped { groups };
        }
    }
    let candidates = open_products(corpus, asked, ranking);
    if candidates.len() > 1 {
        return ManualReply::Clarify { candidates, passages };
    }
    if corpus.products.len() == 1 && asked.named.len() > 1 {
        let is_named =
            |defect: &&DefectType| asked.named.iter().any(|(_, code)| *code == defect.code);
        let candidates: Vec<_> = corpus.defects.iter().filter(is_named).map(candidate).collect();
        return ManualReply::Clarify { candidates, passages };
    }
    ManualReply::Found { passages }
}

/// Passages of a section that an engineer accepted for this very question; those that have the question as
/// it is written; the two best of each section, best section
/// first; then all others by relevance.
fn in_order(ranking: &Ranking<'_>, top: usize) -> Vec<FoundPassage> {
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for (section, _) in &ranking.sections {
        let mut held: Vec<_> = ranking.of_section(*section);
        let is_confirmed = ranking.confirmed.contains(section);
        held.retain(|one| {
            is_confirmed || one.is_looked_up || one.cosine.is_some() || one.words.is_some()
        });
        rest.extend(held.split_off(SECTION_PASSAGES.min(held.len())));
        first.append(&mut held);
    }
    rest.sort_by(|a, b| b.relevance.total_cmp(&a.relevance));
    first.append(&mut rest);
    let is_asked_again =
        |one: &RankedPassage<'_>| ranking.asked_again.contains(&one.passage.section);
    first.sort_by_key(|one| (!is_asked_again(one), !one.is_looked_up));
    first.truncate(top);
    first.iter().map(found).collect()
}

/// The sections that are `wanted`, in the order of their scores, with their best passages.
fn groups(
    ranking: &Ranking<'_>,
    top: usize,
    wanted: impl Fn(&[RankedPassage<'_>]) -> bool,
) -> Vec<PassageGroup> {
    let sections = ranking.sections.iter().map(|(section, _)| ranking.of_section(*section));
    sections
        .filter(|held| wanted(held))
        .filter_map(|held| {
            let first = held.first()?.passage;
            let mut held = held.clone();
            held.sort_by(|a, b| {
                b.covered.total_cmp(&a.covered).then(b.relevance.total_cmp(&a.relevance))
            });
            held.truncate(top.max(GROUP_PASSAGES));
            Some(PassageGroup {
                manual: first.manual.clone(),
                heading: first.chunk.heading.clone(),
                defect: first.chunk.defect.clone(),
                passages: held.iter().map(found).collect(),
            })
        })
        .collect()
}

fn found(one: &RankedPassage<'_>) -> FoundPassage {
    FoundPassage {
        manual: one.passage.manual.clone(),
        chunk: one.passage.chunk.clone(),
        vector_score: one.cosine,
        keyword_score: one.words,
        fused_score: one.relevance,
    }
}

/// The products of the best section and of those that tie with it, where the question names none.
fn open_products(corpus: &Corpus, asked: &Asked, ranking: &Ranking<'_>) -> Vec<Candidate> {
    let Some((_, best)) = ranking.sections.first() else { return Vec::new() };
    if asked.products.len() == 1 || corpus.products.len() < 2 {
        return Vec::new();
    }
    let mut open: Vec<ProductCode> = Vec::new();
    for (section, score) in &ranking.sections {
        let Some(first) = ranking.of_section(*section).first().map(|one| one.passage) else {
            continue;
        };
        if best - score <= TIE && !open.contains(&first.manual.product) {
            open.push(first.manual.product.clone());
        }
    }
    let products = corpus.products.iter().filter(|product| open.contains(&product.code));
    products.map(product_candidate).collect()
}

/// All that a question may mean that names nothing: the products, or the defects of the only one.
fn all_candidates(corpus: &Corpus) -> Vec<Candidate> {
    if corpus.products.len() > 1 {
        return corpus.products.iter().map(product_candidate).collect();
    }
    corpus.defects.iter().map(candidate).collect()
}

fn product_candidate(product: &fettle_domain::Product) -> Candidate {
    Candidate {
        product: product.code.clone(),
        defect: None,
        name_ko: product.name_ko.clone(),
        name_en: product.name_en.clone(),
    }
}

fn candidate(defect: &DefectType) -> Candidate {
    Candidate {
        product: defect.product.clone(),
        defect: Some(defect.code.clone()),
        name_ko: defect.name_ko.clone(),
        name_en: defect.name_en.clone(),
    }
}
