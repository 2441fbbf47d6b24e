//! Overlap of a predicted mask with the ground truth.

use crate::Result;
use crate::error::same_size;
use fettle_domain::Mask;

/// Overlap of a mask with the ground truth of one image; each value 0 to 1, 0 for an empty mask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overlap {
    /// Intersection over union.
    pub iou: f64,
    /// Share of the mask that is anomalous.
    pub precision: f64,
    /// Share of the anomalous pixels that are in the mask.
    pub recall: f64,
}

/// Overlap of the mask `found` with `truth`; `None` where `truth` is empty.
///
/// # Errors
/// [`crate::VisionError::Size`] where the masks differ in size.
pub fn overlap(found: &Mask, truth: &Mask) -> Result<Option<Overlap>> {
    same_size("width of the ground truth", found.width as usize, truth.width as usize)?;
    same_size("height of the ground truth", found.height as usize, truth.height as usize)?;
    same_size("flags of the ground truth", found.set.len(), truth.set.len())?;
    let (mut both, mut marked, mut anomalous) = (0u32, 0u32, 0u32);
    for (found, truth) in found.set.iter().zip(&truth.set) {
        both += u32::from(*found && *truth);
        marked += u32::from(*found);
        anomalous += u32::from(*truth);
    }
    let share = |of: u32| f64::from(both) / f64::from(of.max(1));
    let either = marked + anomalous - both;
    let overlap =
        Overlap { iou: share(either), precision: share(marked), recall: share(anomalous) };
    Ok((anomalous > 0).then_some(overlap))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(drawn: &str) -> Mask {
        Mask {
            width: drawn.len() as u32,
            height: 1,
            set: drawn.chars().map(|c| c == '#').collect(),
        }
    }

    #[test]
    fn shares_are_those_counted() {
        // Mask, truth, intersection over union, precision, recall.
        let cases = [
            ("##..", "##..", Some((1.0, 1.0, 1.0))),
            ("###.", ".#..", Some((1.0 / 3.0, 1.0 / 3.0, 1.0))),
            (".##.", "..##", Some((1.0 / 3.0, 0.5, 0.5))),
            ("#...", ".#..", Some((0.0, 0.0, 0.0))),
            ("....", ".#..", Some((0.0, 0.0, 0.0))),
            ("##..", "....", None),
        ];
        for (found, truth, expected) in cases {
            let told = overlap(&mask(found), &mask(truth)).unwrap();
            let told = told.map(|o| (o.iou, o.precision, o.recall));
            assert_eq!(told, expected, "{found} {truth}");
        }
        assert!(overlap(&mask("#"), &mask("##")).is_err());
    }
}
