//! What feedback proposes to learn about the questions to one product.

use crate::jobs::manual::search_manual::corpus::Corpus;
use fettle_domain::{Feedback, FeedbackSubject, Lesson, ProductCode, ProductSection};
use fettle_retrieval::question_words::question_words;
use fettle_retrieval::site_words::{JudgedQuestion, SiteWordProposal, TaughtSection, propose};

/// The lessons that `feedback` proposes for the manuals of `product`, each with the questions that
/// support it: words, then questions.
pub(super) fn proposals(
    feedback: &[Feedback],
    product: &ProductCode,
    corpus: &Corpus,
) -> Vec<(Lesson, Vec<String>)> {
    let sections = taught_sections(product, corpus);
    let mut asked: Vec<(&str, usize, &ProductSection, bool)> = Vec::new();
    for one in feedback {
        let (FeedbackSubject::Answer { question, .. }, Some(right)) =
            (&one.subject, one.right_section())
        else {
            continue;
        };
        let is_right = |(section, _): &(ProductSection, TaughtSection)| {
            right.is(&section.product, &section.heading, section.defect.as_ref())
        };
        if let Some(at) = sections.iter().position(is_right) {
            asked.push((question, at, right, one.opinion.right.is_some()));
        }
    }
    let judged: Vec<JudgedQuestion<'_>> = asked
        .iter()
        .map(|(question, section, _, is_chosen)| JudgedQuestion {
            question,
            section: *section,
            is_chosen: *is_chosen,
        })
        .collect();
    let texts: Vec<TaughtSection> = sections.iter().map(|(_, text)| text.clone()).collect();
    let mut lessons = Vec::new();
    for SiteWordProposal { word, meanings, questions } in propose(&judged, &texts) {
        let lesson = Lesson::Word { product: product.clone(), word, meanings };
        let of = questions.iter().filter_map(|at| judged.get(*at));
        lessons.push((lesson, of.map(|one| one.question.to_owned()).collect()));
    }
    for (question, _, right, _) in asked {
        if !question_words(question).is_empty() {
            let question = question.to_owned();
            let lesson = Lesson::Question { question: question.clone(), section: right.clone() };
            lessons.push((lesson, vec![question]));
        }
    }
    lessons
}

/// The product's sections, with all of their text.
fn taught_sections(product: &ProductCode, corpus: &Corpus) -> Vec<(ProductSection, TaughtSection)> {
    let mut sections: Vec<(ProductSection, TaughtSection)> = Vec::new();
    for passage in corpus.passages() {
        let section = ProductSection {
            product: product.clone(),
            heading: passage.chunk.heading.clone(),
            defect: passage.chunk.defect.clone(),
        };
        match sections.iter_mut().find(|(known, _)| *known == section) {
            Some((_, taught)) => {
                taught.text.push('\n');
                taught.text.push_str(&passage.chunk.words);
            }
            None => {
                let names = format!("{} {}", section.heading, corpus.defect_names(&passage));
                let text = passage.chunk.words.clone();
                sections.push((section, TaughtSection { names, text }));
            }
        }
    }
    sections
}
