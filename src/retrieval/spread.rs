//! How near to one another the known images of a product lie: what "near" means for it.
//!
//! Cosine similarities have no scale of their own. With one encoder two castings differ by
//! 0.02 and two steel surfaces by 0.05; with another encoder by other amounts. So a query's
//! distance is held against the distances in the index itself, as in the nearest-neighbour
//! data description (Tax, "One-class classification", 2001, section 3.4.2).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Result;
use super::vector_index::VectorIndex;
use fettle_domain::ProductCode;

/// Images of a product whose nearest others are looked for, evenly chosen: a median of so many
/// is within a few per cent.
const SAMPLE: usize = 256;
/// Fewer images of a product say little about how much it varies.
const FEWEST: usize = 5;
/// Two images this near are copies, and say nothing about how much a product varies.
const COPY: f32 = 1e-4;

/// The median distance (1 − cosine similarity) from an image to the nearest other of its
/// product, for each product that has enough images.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Spreads(BTreeMap<ProductCode, f32>);

impl Spreads {
    /// Measures them: `images` names each product's ids in `index`.
    ///
    /// # Errors
    /// Those of a search.
    pub fn measure(index: &VectorIndex, images: &BTreeMap<ProductCode, Vec<i64>>) -> Result<Self> {
        let mut spreads = BTreeMap::new();
        for (product, ids) in images {
            let mut distances = Vec::new();
            for id in ids.iter().step_by(ids.len().div_ceil(SAMPLE).max(1)) {
                let Some(vector) = index.vector(*id)? else { continue };
                // Itself, and a few copies.
                let near = index.search_among(&vector, 5, ids)?;
                let others = near.iter().filter(|(other, _)| other != id);
                let distance = others.map(|(_, score)| 1.0 - score).find(|d| *d > COPY);
                distances.extend(distance);
            }
            if distances.len() >= FEWEST {
                distances.sort_by(f32::total_cmp);
                if let Some(median) = distances.get(distances.len() / 2) {
                    spreads.insert(product.clone(), *median);
                }
            }
        }
        Ok(Self(spreads))
    }

    /// That of `product`; of one with too few images the widest of the others. `None` where
    /// nothing was measured.
    pub fn of(&self, product: &ProductCode) -> Option<f32> {
        let widest = || self.0.values().copied().max_by(f32::total_cmp);
        self.0.get(product).copied().or_else(widest)
    }
}

impl FromIterator<(ProductCode, f32)> for Spreads {
    fn from_iter<I: IntoIterator<Item = (ProductCode, f32)>>(spreads: I) -> Self {
        Self(spreads.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::ModelId;

    /// A vector of the plane at this angle from the first axis.
    fn at(degrees: f32) -> [f32; 2] {
        let angle = degrees.to_radians();
        [angle.cos(), angle.sin()]
    }

    #[test]
    fn a_product_is_as_wide_as_its_images_lie_apart() {
        let mut index = VectorIndex::new(2, ModelId("tiny".into())).unwrap();
        let product = |code: &str| ProductCode::new(code).unwrap();
        let mut images: BTreeMap<ProductCode, Vec<i64>> = BTreeMap::new();
        let mut next = 0;
        for (code, from, step, count) in
            [("narrow", 0.0, 1.0, 7), ("wide", 90.0, 5.0, 7), ("few", 200.0, 1.0, 3)]
        {
            for n in 0..count {
                index.add(&[next], &at(from + step * n as f32)).unwrap();
                images.entry(product(code)).or_default().push(next);
                next += 1;
            }
        }
        // A copy tells nothing.
        index.add(&[next], &at(90.0)).unwrap();
        images.entry(product("wide")).or_default().push(next);
        let spreads = Spreads::measure(&index, &images).unwrap();
        let distance = |degrees: f32| 1.0 - degrees.to_radians().cos();
        for (code, degrees) in [("narrow", 1.0), ("wide", 5.0), ("few", 5.0), ("unheard-of", 5.0)] {
            let found = spreads.of(&product(code)).unwrap();
            assert!((found - distance(degrees)).abs() < 1e-5, "{code}: {found}");
        }
        assert_eq!(Spreads::default().of(&product("wide")), None);
    }
}
