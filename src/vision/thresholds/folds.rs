//! Folds of normal images that are held out together.

use std::collections::HashMap;

use crate::patches::Origin;
use fettle_domain::ImageId;

/// Folds of many images.
const FOLDS: usize = 5;
/// Fewer images than this are held out one by one: a fold would leave too few.
const ENOUGH_FOR_FOLDS: usize = 10;

/// Cross-validation folds of the normal images: runs of neighbours in the order given.
///
/// Images registered one after another are rarely independent: they show one batch, the light of
/// one shift, one sheet cut into tiles. Held out alone, each would be scored against its siblings
/// and look more normal than an image of a new part.
#[derive(Debug, Clone, PartialEq)]
pub struct Folds(HashMap<ImageId, usize>);

impl Folds {
    /// Folds of `images`, which are in the order of their registration.
    pub fn of(images: &[ImageId]) -> Self {
        let n = images.len();
        let folds = if n < ENOUGH_FOR_FOLDS { n } else { FOLDS };
        Self(images.iter().enumerate().map(|(i, image)| (*image, i * folds / n)).collect())
    }

    /// Number of folds.
    pub fn count(&self) -> usize {
        self.0.values().max().map_or(0, |last| last + 1)
    }

    /// The fold of `image`; `None` for an image of no fold.
    pub fn of_image(&self, image: ImageId) -> Option<usize> {
        self.0.get(&image).copied()
    }

    /// For each origin whether it is of another fold than `image`.
    pub(super) fn usable(&self, origins: &[Origin], image: ImageId) -> Vec<bool> {
        let own = self.0.get(&image);
        let outside = |origin: &Origin| match own {
            Some(own) => self.0.get(&origin.image) != Some(own),
            None => origin.image != image,
        };
        origins.iter().map(outside).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::RectPx;

    #[test]
    fn neighbours_are_held_out_together_and_few_alone() {
        let held = |count: i64, image: i64| -> Vec<i64> {
            let images: Vec<ImageId> = (0..count).map(ImageId).collect();
            let place = RectPx { x: 0, y: 0, width: 1, height: 1 };
            let origins: Vec<Origin> =
                images.iter().map(|image| Origin { image: *image, place }).collect();
            let usable = Folds::of(&images).usable(&origins, ImageId(image));
            (0..count).filter(|i| !usable[*i as usize]).collect()
        };
        // Number of images, the image to score, the images whose rows are not used.
        let cases: [(i64, i64, &[i64]); 6] = [
            (3, 1, &[1]),
            (9, 8, &[8]),
            (10, 0, &[0, 1]),
            (10, 9, &[8, 9]),
            (12, 4, &[3, 4]),
            (3, 7, &[]),
        ];
        for (count, image, expected) in cases {
            assert_eq!(held(count, image), expected, "{image} of {count}");
        }
    }
}
