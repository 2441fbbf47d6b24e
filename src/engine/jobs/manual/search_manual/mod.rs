//! Questions to the manuals: by meaning and by words, declined where the manuals probably do not
//! answer them, asked back where the product or the defect is open.

mod answer;
mod asked;
pub(in crate::jobs) mod corpus;
mod literal;
mod ranking;
mod reply;
#[cfg(test)]
mod tests;
mod unassigned;
mod value_said;

use self::asked::Asked;
use self::corpus::Corpus;
use self::ranking::Ranking;
use crate::error::{EngineError, Result};
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{DefectCode, ProductCode, Role};

pub use self::answer::{Candidate, FoundPassage, ManualAnswer, ManualReply, PassageGroup};
pub(super) use self::ranking::other_subjects;

/// Searches the manuals for passages that answer a question.
#[derive(Debug, Clone)]
pub struct SearchManual {
    /// The question, in any language of the text encoder.
    pub question: String,
    /// Only the manuals of this product; `None`: of all products.
    pub product: Option<ProductCode>,
    /// Only sections of this defect type; `None`: all.
    pub defect: Option<DefectCode>,
    /// Maximum number of passages, in each group where they are grouped.
    pub top: usize,
    /// Whether manuals that are not embedded yet are embedded first; otherwise words answer.
    pub embed: bool,
}

impl Request for SearchManual {
    type Answer = ManualAnswer;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "search-manual"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<ManualAnswer> {
        if let Some(product) = &self.product {
            require_product(job, product)?;
        }
        let corpus = Corpus::read(job, self.product.clone(), self.defect.as_ref())?;
        if corpus.manuals.is_empty() {
            return Err(EngineError::NoManual(self.product));
        }
        if let Some(defect) = &self.defect
            && corpus.defects.iter().all(|known| known.code != *defect)
        {
            return Err(EngineError::NoSuchDefect(defect.clone()));
        }
        let asked = Asked::read(&self.question, &corpus);
        let ranking = Ranking::of(job, &corpus, &asked, self.embed)?;
        job.check()?;
        let not_assigned = unassigned::lines(&corpus, &asked, &ranking);
        let is_printed = not_assigned.iter().any(|one| asked.lookup.stands_in(&one.chunk.words));
        let reply = reply::choose(&corpus, &asked, &ranking, self.top, is_printed);
        let named = match self.product {
            Some(_) => asked.named_codes(&corpus.defects),
            None => Vec::new(),
        };
        Ok(ManualAnswer {
            named,
            excluded: asked.excluded,
            reply,
            not_assigned,
            probability: ranking.probability,
            notice: ranking.notice,
        })
    }
}
