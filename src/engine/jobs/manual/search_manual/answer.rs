//! The answer to a question to the manuals.

use serde::Serialize;

use fettle_domain::{
    DefectCode, ProductCode, ProductSection, RegisteredManual, ReplyKind, ShownAnswer,
};
use fettle_manuals::Chunk;

/// Result of [`super::SearchManual`].
#[derive(Debug, Clone, Serialize)]
pub struct ManualAnswer {
    /// Defect types named in the question, whose passages come first; empty without a product.
    pub named: Vec<DefectCode>,
    /// What the question excludes, in its own words; no passage is about it.
    pub excluded: Vec<String>,
    /// What the manuals say.
    pub reply: ManualReply,
    /// Lines that belong to no section of their manual and share words with the question at least
    /// as well as the best passage does.
    pub not_assigned: Vec<FoundPassage>,
    /// Probability that the manuals answer the question, 0 to 1; the reply is
    /// [`ManualReply::NotSaid`] below 0.5.
    pub probability: f32,
    /// Why the passages were found by BM25 alone, in the language of reports; `None` where the text
    /// encoder took part.
    pub notice: Option<String>,
}

impl ManualAnswer {
    /// What feedback on the answer keeps of it.
    pub fn shown(&self) -> ShownAnswer {
        let (mut sections, mut statements) = (Vec::new(), Vec::new());
        for FoundPassage { manual, chunk, .. } in self.reply.passages() {
            let section = ProductSection {
                product: manual.product.clone(),
                heading: chunk.heading.clone(),
                defect: chunk.defect.clone(),
            };
            if !sections.contains(&section) {
                sections.push(section);
            }
            statements.push(chunk.statement.clone());
        }
        ShownAnswer { kind: self.reply.kind(), sections, statements }
    }
}

/// What the manuals say to a question.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ManualReply {
    /// Passages: the two best of each section, best section first, then all others.
    Found {
        /// The passages.
        passages: Vec<FoundPassage>,
    },
    /// The question goes across sections: passages of each.
    Grouped {
        /// The sections, best first.
        groups: Vec<PassageGroup>,
    },
    /// The product or the defect is open: a question back.
    Clarify {
        /// What may be meant.
        candidates: Vec<Candidate>,
        /// Passages as if nothing were open.
        passages: Vec<FoundPassage>,
    },
    /// The manuals probably do not answer the question.
    NotSaid {
        /// The passages nearest to it.
        nearest: Vec<FoundPassage>,
    },
}

impl ManualReply {
    /// Its kind.
    pub fn kind(&self) -> ReplyKind {
        match self {
            Self::Found { .. } => ReplyKind::Found,
            Self::Grouped { .. } => ReplyKind::Grouped,
            Self::Clarify { .. } => ReplyKind::Clarify,
            Self::NotSaid { .. } => ReplyKind::NotSaid,
        }
    }

    /// The passages of any reply, best first.
    pub fn passages(&self) -> Vec<&FoundPassage> {
        match self {
            Self::Found { passages } | Self::Clarify { passages, .. } => passages.iter().collect(),
            Self::NotSaid { nearest } => nearest.iter().collect(),
            Self::Grouped { groups } => groups.iter().flat_map(|group| &group.passages).collect(),
        }
    }
}

/// Passages of one section.
#[derive(Debug, Clone, Serialize)]
pub struct PassageGroup {
    /// The manual.
    pub manual: RegisteredManual,
    /// Heading of the section, as printed.
    pub heading: String,
    /// The defect type that the heading names.
    pub defect: Option<DefectCode>,
    /// The passages, best first.
    pub passages: Vec<FoundPassage>,
}

/// A product or a defect type that a question may mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The product.
    pub product: ProductCode,
    /// The defect type; `None` where the product is open.
    pub defect: Option<DefectCode>,
    /// Its Korean name.
    pub name_ko: String,
    /// Its English name.
    pub name_en: String,
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
    /// Relevance by both ([`fettle_retrieval::fusion`]); higher is better, 0 is that of an
    /// average passage that shares no word.
    pub fused_score: f32,
}
