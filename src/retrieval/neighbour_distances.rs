//! Nearest-neighbour distances of the known images of each product: the scale on which the distance
//! of a query is measured.
//!
//! Cosine similarities have no scale of their own. With one encoder two castings differ by
//! 0.02 and two steel surfaces by 0.05; with another encoder by other amounts. The distance of a
//! query is therefore divided by the distances in the index itself, as in the nearest-neighbour
//! data description (Tax, "One-class classification", 2001, section 3.4.2).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use fettle_domain::ProductCode;

/// Median distance (1 − cosine similarity) from an image to the nearest other image of its product,
/// for each product with enough images.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NeighbourDistances(BTreeMap<ProductCode, f32>);

impl NeighbourDistances {
    /// The median distance of `product`; for a product with too few images the largest of the
    /// other products. `None` where nothing was measured.
    pub fn of(&self, product: &ProductCode) -> Option<f32> {
        let largest = || self.0.values().copied().max_by(f32::total_cmp);
        self.0.get(product).copied().or_else(largest)
    }
}

impl FromIterator<(ProductCode, f32)> for NeighbourDistances {
    fn from_iter<I: IntoIterator<Item = (ProductCode, f32)>>(medians: I) -> Self {
        Self(medians.into_iter().collect())
    }
}
