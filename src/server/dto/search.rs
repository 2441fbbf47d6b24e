//! Known defects that look alike.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use fettle_domain::{Hit, RectPx, Similarity, Suggestion};

/// A rectangle in pixels of its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Rect {
    /// Left edge.
    pub(crate) x: u32,
    /// Upper edge.
    pub(crate) y: u32,
    /// Width.
    pub(crate) width: u32,
    /// Height.
    pub(crate) height: u32,
}

impl From<RectPx> for Rect {
    fn from(rect: RectPx) -> Self {
        Self { x: rect.x, y: rect.y, width: rect.width, height: rect.height }
    }
}

/// A registered picture of a known defect.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct SimilarDefect {
    /// Its id among the registered images.
    pub(crate) image: i64,
    /// Its product.
    #[schema(example = "prod1")]
    pub(crate) product: String,
    /// Its defect.
    #[schema(example = "hole")]
    pub(crate) defect: String,
    /// Cosine similarity, −1 to 1; higher is more alike.
    pub(crate) score: f32,
    /// The marked region of the defect, where there is one.
    pub(crate) region: Option<Rect>,
    /// Where the picture is.
    #[schema(example = "/api/v1/images/7/picture")]
    pub(crate) picture: String,
}

impl From<&Hit> for SimilarDefect {
    fn from(hit: &Hit) -> Self {
        Self {
            image: hit.image.0,
            product: hit.product.to_string(),
            defect: hit.defect.to_string(),
            score: hit.score,
            region: hit.region.map(Rect::from),
            picture: format!("/api/v1/images/{}/picture", hit.image),
        }
    }
}

/// What the nearest known defects vote for.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Vote {
    /// The product.
    pub(crate) product: String,
    /// The defect; absent where the neighbours disagree.
    pub(crate) defect: Option<String>,
    /// Share of the vote, 0 to 1.
    pub(crate) confidence: f32,
}

impl From<&Suggestion> for Vote {
    fn from(suggestion: &Suggestion) -> Self {
        Self {
            product: suggestion.product.to_string(),
            defect: suggestion.defect.as_ref().map(ToString::to_string),
            confidence: suggestion.confidence,
        }
    }
}

/// Known defects that look alike, the most similar first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct SimilarDefects {
    /// The known defects.
    pub(crate) hits: Vec<SimilarDefect>,
    /// What they vote for; absent where none is similar enough, or they disagree.
    pub(crate) vote: Option<Vote>,
}

impl From<&Similarity> for SimilarDefects {
    fn from(found: &Similarity) -> Self {
        Self {
            hits: found.hits.iter().map(SimilarDefect::from).collect(),
            vote: found.suggestion.as_ref().map(Vote::from),
        }
    }
}

/// A search by words.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct WordSearch {
    /// What to look for.
    #[param(example = "scratch on metal", min_length = 1)]
    pub(crate) words: String,
    /// Only defects of this product.
    pub(crate) product: Option<String>,
    /// Only this defect.
    pub(crate) defect: Option<String>,
    /// How many, 1 to 50. Default: 5.
    #[param(minimum = 1, maximum = 50)]
    pub(crate) top: Option<u32>,
}

/// A search by a picture, as a form.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form; the fields are read by name")]
#[serde(deny_unknown_fields)]
pub(crate) struct PictureSearch {
    /// The picture: JPEG, PNG, BMP, TIFF or WebP.
    #[schema(value_type = String, format = Binary)]
    image: Vec<u8>,
    /// Only defects of this product.
    product: Option<String>,
    /// Only this defect.
    defect: Option<String>,
    /// How many, 1 to 50. Default: 5.
    #[schema(minimum = 1, maximum = 50)]
    top: Option<u32>,
}
