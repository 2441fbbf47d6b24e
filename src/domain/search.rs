//! What similarity search answers.

use serde::{Deserialize, Serialize};

use super::{DefectCode, ImageId, ProductCode, RectPx};

/// A known defect image that resembles the query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The image found.
    pub image: ImageId,
    /// Its product.
    pub product: ProductCode,
    /// Its defect.
    pub defect: DefectCode,
    /// Cosine similarity, -1 to 1, higher is nearer.
    pub score: f32,
    /// Where it is, relative to the workspace.
    pub path: String,
    /// The part of it that shows the defect, in its pixels, where a person drew one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RectPx>,
}

/// What the neighbours voted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The product with most of the vote.
    pub product: ProductCode,
    /// The defect with most of the vote within that product; `None`: they disagree.
    pub defect: Option<DefectCode>,
    /// Share of the vote for this product and defect, 0 to 1; for the product where the defect
    /// is unknown.
    pub confidence: f32,
}

/// Hits in falling score, and what they suggest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Similarity {
    /// Nearest first.
    pub hits: Vec<Hit>,
    /// `None`: an unknown product. Nothing is near enough to vote, or the products disagree.
    pub suggestion: Option<Suggestion>,
}
