//! Embedding the manuals, so that questions are answered by meaning.

use std::collections::BTreeSet;

use serde::Serialize;

use super::in_force::manuals_in_force;
use super::manual_text::manual_text;
use super::passage_index::{PassageIndex, delete_unused};
use super::search_manual::other_subjects;
use crate::error::Result;
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ModelRole, ProductCode, Role};
use fettle_manuals::chunks;

/// Embeds the passages of the manuals in force of a product, or of all products, as far as they are
/// not embedded yet. Until it is done, words answer.
///
/// What is embedded is kept in batches: after a cancellation, or a crash at any instant, the next
/// such job goes on where this one was.
#[derive(Debug, Clone)]
pub struct EmbedManuals(pub Option<ProductCode>);

/// Result of [`EmbedManuals`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct EmbeddedManuals {
    /// Passages of the manuals, all embedded.
    pub passages: usize,
    /// How many of them this job embedded.
    pub new: usize,
}

impl Request for EmbedManuals {
    type Answer = EmbeddedManuals;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "embed-manuals"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<EmbeddedManuals> {
        if let Some(product) = &self.0 {
            require_product(job, product)?;
        }
        let model = job.shared.model_for(ModelRole::TextEmbedder)?;
        let mut answer = EmbeddedManuals { passages: 0, new: 0 };
        let mut used = BTreeSet::new();
        let is_all = self.0.is_none();
        for manual in manuals_in_force(job, self.0)? {
            let chunks = chunks(&manual_text(job, &manual)?);
            let assigned = chunks.into_iter().filter(|chunk| chunk.assigned);
            let texts = assigned.map(|chunk| chunk.text).collect();
            let mut index = PassageIndex::open(job, &model, texts);
            let (done, total) = index.progress();
            index.complete(&manual.path)?;
            used.insert(index.path().to_owned());
            answer.passages += total;
            answer.new += total - done;
        }
        if answer.passages > 0 {
            let mut others = PassageIndex::open(job, &model, other_subjects());
            others.complete("")?;
            used.insert(others.path().to_owned());
        }
        // Of one product alone it is not known what the others use.
        if is_all {
            delete_unused(&job.shared.workspace.index_dir(), &used);
        }
        Ok(answer)
    }
}
