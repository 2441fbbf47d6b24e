//! Results of the similarity search.

use serde::{Deserialize, Serialize};

use super::{DefectCode, ImageId, ProductCode, RectPx};

/// A registered defect image similar to the query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The image.
    pub image: ImageId,
    /// Its product.
    pub product: ProductCode,
    /// Its defect.
    pub defect: DefectCode,
    /// Cosine similarity, -1 to 1; higher is more similar.
    pub score: f32,
    /// The file, relative to the workspace.
    pub path: String,
    /// The marked region of the defect in the image's pixels, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RectPx>,
}

/// The vote of the nearest neighbours on product and defect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The product with the largest share of the vote.
    pub product: ProductCode,
    /// The defect with the largest share within that product; `None` where the neighbours disagree.
    pub defect: Option<DefectCode>,
    /// Share of the vote for this product and defect, or for the product where the defect is
    /// unknown, 0 to 1.
    pub confidence: f32,
}

/// Hits of a search and the suggestion from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Similarity {
    /// Hits, the most similar first.
    pub hits: Vec<Hit>,
    /// `None` for an unknown product: no hit is similar enough to vote, or the products disagree.
    pub suggestion: Option<Suggestion>,
}
