//! Measuring the nearest-neighbour distances of each product's images in an index.

use std::collections::BTreeMap;

use super::index::VectorIndex;
use crate::Result;
use crate::neighbour_distances::NeighbourDistances;
use fettle_domain::ProductCode;

/// Images sampled of a product, evenly spaced: the median of this many is accurate to a few per
/// cent.
const SAMPLE: usize = 256;
/// Least number of images of a product for a median.
const FEWEST: usize = 5;
/// Largest distance of copies of one image, which say nothing about the variation of a product.
const COPY: f32 = 1e-4;

impl VectorIndex {
    /// Median nearest-neighbour distances; `images` holds the ids of each product.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn measure_neighbour_distances(
        &self,
        images: &BTreeMap<ProductCode, Vec<i64>>,
    ) -> Result<NeighbourDistances> {
        let mut medians = BTreeMap::new();
        for (product, ids) in images {
            let mut distances = Vec::new();
            for id in ids.iter().step_by(ids.len().div_ceil(SAMPLE).max(1)) {
                let Some(vector) = self.vector(*id)? else { continue };
                // The image itself, and a few copies.
                let near = self.search_filtered(&vector, 5, ids)?;
                let others = near.iter().filter(|(other, _)| other != id);
                let distance = others.map(|(_, score)| 1.0 - score).find(|d| *d > COPY);
                distances.extend(distance);
            }
            if distances.len() >= FEWEST {
                distances.sort_by(f32::total_cmp);
                if let Some(median) = distances.get(distances.len() / 2) {
                    medians.insert(product.clone(), *median);
                }
            }
        }
        Ok(medians.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::ModelId;

    /// The unit vector at this angle from the first axis.
    fn at(degrees: f32) -> [f32; 2] {
        let angle = degrees.to_radians();
        [angle.cos(), angle.sin()]
    }

    #[test]
    fn the_median_is_that_of_the_images_of_a_product() {
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
        // A copy is ignored.
        index.add(&[next], &at(90.0)).unwrap();
        images.entry(product("wide")).or_default().push(next);
        let distances = index.measure_neighbour_distances(&images).unwrap();
        let distance = |degrees: f32| 1.0 - degrees.to_radians().cos();
        for (code, degrees) in [("narrow", 1.0), ("wide", 5.0), ("few", 5.0), ("unheard-of", 5.0)] {
            let found = distances.of(&product(code)).unwrap();
            assert!((found - distance(degrees)).abs() < 1e-5, "{code}: {found}");
        }
        assert_eq!(NeighbourDistances::default().of(&product("wide")), None);
    }
}
