//! The passages that a question is put to.

use crate::error::Result;
use crate::jobs::manual::in_force::manuals_in_force;
use crate::jobs::manual::manual_text::manual_text;
use crate::protocol::JobContext;
use fettle_domain::{
    DefectCode, DefectType, Lesson, LessonDecision, ManualId, Product, ProductCode, ProductSection,
    RegisteredManual,
};
use fettle_manuals::{Chunk, chunks};
use fettle_retrieval::vocabulary::Vocabulary;

/// The manuals in force of one product or of all, with what the library knows of those products.
pub(in crate::jobs) struct Corpus {
    /// Passages that belong to a section.
    pub(in crate::jobs) manuals: Vec<(RegisteredManual, Vec<Chunk>)>,
    /// Lines that belong to none, in printed order.
    pub(in crate::jobs) unassigned: Vec<(RegisteredManual, Chunk)>,
    /// The only defect type that is asked about, if one is given.
    defect: Option<DefectCode>,
    pub(in crate::jobs) products: Vec<Product>,
    /// Defect types of these products.
    pub(in crate::jobs) defects: Vec<DefectType>,
    /// What a question may name: the defect types, and sections about none of them by their
    /// headings. Those of a product follow each other.
    pub(in crate::jobs) topics: Vec<DefectType>,
    /// Words for one thing, with those of the site that an engineer accepted.
    pub(in crate::jobs) vocabulary: Vocabulary,
    /// Questions with the sections that an engineer accepted for them.
    pub(in crate::jobs) remembered: Vec<(String, ProductSection)>,
}

/// A passage with its manual and the number of its section.
#[derive(Clone, Copy)]
pub(in crate::jobs) struct Passage<'a> {
    pub(in crate::jobs) manual: &'a RegisteredManual,
    pub(in crate::jobs) chunk: &'a Chunk,
    pub(in crate::jobs) section: usize,
    /// Code of its topic among [`Corpus::topics`].
    pub(in crate::jobs) topic: Option<&'a DefectCode>,
}

impl Corpus {
    /// The passages of `product`, or of all; [`Self::is_wanted`] are those of `defect` alone where one
    /// is given.
    pub(in crate::jobs) fn read(
        job: &JobContext,
        product: Option<ProductCode>,
        defect: Option<&DefectCode>,
    ) -> Result<Self> {
        let (mut manuals, mut unassigned) = (Vec::new(), Vec::new());
        for manual in manuals_in_force(job, product.clone())? {
            let all = chunks(&manual_text(job, &manual)?).into_iter();
            let (chunks, lines): (Vec<Chunk>, Vec<Chunk>) = all.partition(|chunk| chunk.assigned);
            unassigned.extend(lines.into_iter().map(|line| (manual.clone(), line)));
            manuals.push((manual, chunks));
        }
        let (products, defects, lessons) = job.library(move |library| {
            let mut products = library.products()?;
            products.retain(|one| product.as_ref().is_none_or(|wanted| *wanted == one.code));
            let mut defects = Vec::new();
            for product in &products {
                defects.extend(library.defect_types(&product.code)?);
            }
            let mut lessons = library.decided_lessons()?;
            lessons.retain(|one| {
                one.decision == LessonDecision::Accepted
                    && products.iter().any(|product| product.code == *one.lesson.product())
            });
            Ok((products, defects, lessons))
        })?;
        let mut topics = defects.clone();
        for (manual, chunks) in &manuals {
            for heading in chunks.iter().filter(|chunk| chunk.defect.is_none()) {
                topics.extend(topic(&manual.product, &heading.heading, topics.len()));
            }
        }
        topics.sort_by(|a, b| a.product.as_str().cmp(b.product.as_str()));
        topics.dedup_by(|a, b| a.product == b.product && a.full_name == b.full_name);
        let words = lessons.iter().filter_map(|one| match &one.lesson {
            Lesson::Word { word, meanings, .. } => Some((word.as_str(), meanings.as_slice())),
            Lesson::Question { .. } | Lesson::Report { .. } => None,
        });
        let vocabulary = Vocabulary::with_site(words);
        let remembered = lessons.iter().filter_map(|one| match &one.lesson {
            Lesson::Question { question, section } => Some((question.clone(), section.clone())),
            Lesson::Word { .. } | Lesson::Report { .. } => None,
        });
        let remembered = remembered.collect();
        let defect = defect.cloned();
        Ok(Self { manuals, unassigned, defect, products, defects, topics, vocabulary, remembered })
    }

    /// Whether a passage may be an answer: it is about the defect that is asked about.
    pub(in crate::jobs) fn is_wanted(&self, chunk: &Chunk) -> bool {
        self.defect.is_none() || chunk.defect == self.defect
    }

    /// All passages in order. Passages of one manual under one heading are a section.
    pub(in crate::jobs) fn passages(&self) -> Vec<Passage<'_>> {
        let mut sections: Vec<(ManualId, &str)> = Vec::new();
        let mut passages = Vec::new();
        for (manual, chunks) in &self.manuals {
            for chunk in chunks {
                let key = (manual.id, chunk.heading.as_str());
                let section = sections.iter().position(|section| *section == key);
                let section = section.unwrap_or_else(|| {
                    sections.push(key);
                    sections.len() - 1
                });
                let topic = chunk.defect.as_ref().or_else(|| self.topic_of(manual, chunk));
                passages.push(Passage { manual, chunk, section, topic });
            }
        }
        passages
    }

    /// The topic of a passage whose section is about no defect type.
    fn topic_of(&self, manual: &RegisteredManual, chunk: &Chunk) -> Option<&DefectCode> {
        let of_heading = |topic: &&DefectType| {
            topic.product == manual.product && topic.full_name == chunk.heading
        };
        self.topics.iter().find(of_heading).map(|topic| &topic.code)
    }

    /// The names of a product, as one text.
    pub(in crate::jobs) fn product_names(&self, code: &ProductCode) -> String {
        let product = self.products.iter().find(|product| product.code == *code);
        product.map_or_else(String::new, |Product { code, name_ko, name_en }| {
            format!("{name_ko} {name_en} {code}")
        })
    }

    /// The names of the defect type of a passage, as one text.
    pub(in crate::jobs) fn defect_names(&self, passage: &Passage<'_>) -> String {
        let defect = passage.chunk.defect.as_ref().and_then(|code| {
            let product = &passage.manual.product;
            self.defects.iter().find(|defect| defect.code == *code && defect.product == *product)
        });
        defect.map_or_else(String::new, |defect| {
            format!("{} {} {}", defect.name_ko, defect.name_en, defect.code)
        })
    }
}

/// A section about no defect type, as a topic: number `number` of all, named by its heading, of which
/// what stands in brackets is another name (`hole (기공)`).
fn topic(product: &ProductCode, heading: &str, number: usize) -> Option<DefectType> {
    let (name, other) = heading.split_once('(').unwrap_or((heading, ""));
    Some(DefectType {
        product: product.clone(),
        code: DefectCode::new(&format!("section-{number}")).ok()?,
        name_ko: other.trim_end_matches(')').trim().to_owned(),
        name_en: name.trim().to_owned(),
        full_name: heading.to_owned(),
    })
}
