//! The truth of a test picture from its mask files, and what had to be assumed.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::dataset::{Class, TestImage};
use super::mask_files::MaskFiles;
use crate::error::{EngineError, Result};
use fettle_domain::{AnomalyMap, Mask};
use fettle_library::{MaskLevels, read_mask};

/// What is to be known of the masks of a class. Paths are relative to the class.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MaskNotes {
    /// Masks of more than two levels: pixels above half of the highest count as defective.
    pub not_two_level: Vec<NotTwoLevel>,
    /// Masks that mark everything.
    pub all_white: Vec<PathBuf>,
    /// Masks that mark nothing.
    pub all_black: Vec<PathBuf>,
    /// Masks that mark more than half of the picture: perhaps they are inverted.
    pub mostly_white: Vec<PathBuf>,
    /// Masks read from the alpha channel, since the colour is the same everywhere.
    pub from_alpha: Vec<PathBuf>,
    /// Files beside pictures, taken as masks by their names.
    pub beside: Vec<PathBuf>,
    /// Files in folders of masks that belong to no test picture.
    pub unused: Vec<PathBuf>,
    /// Number of defective pictures without a mask.
    pub unmasked: usize,
}

/// A mask of more than two levels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotTwoLevel {
    /// The mask.
    pub mask: PathBuf,
    /// Bits of a level: 8 or 16.
    pub bits: u8,
    /// Number of different levels.
    pub levels: usize,
    /// The highest level.
    pub highest: u16,
    /// Number of pixels that are neither black nor of the highest level.
    pub between: usize,
}

impl MaskNotes {
    /// What the names of a class's files say, before a mask is read.
    pub(super) fn of(class: &Class) -> Self {
        let inside = |path: &PathBuf| path.strip_prefix(&class.root).unwrap_or(path).to_owned();
        let is_unmasked = |image: &&TestImage| image.defect.is_some() && image.mask.is_none();
        Self {
            beside: class.beside.iter().map(inside).collect(),
            unused: class.unused.iter().map(inside).collect(),
            unmasked: class.test.iter().filter(is_unmasked).count(),
            ..Self::default()
        }
    }

    /// The truth of the picture of `map`: what any of its mask files marks.
    ///
    /// # Errors
    /// [`EngineError::MaskSize`], and those of reading a picture.
    pub(super) fn read_truth(
        &mut self,
        root: &Path,
        files: &MaskFiles,
        map: &AnomalyMap,
    ) -> Result<Mask> {
        let mut set = vec![false; map.scores.len()];
        for path in &files.0 {
            let mask = read_mask(path)?;
            if (mask.width, mask.height) != (map.width, map.height) {
                return Err(EngineError::MaskSize { mask: path.to_owned() });
            }
            let marked = self.marked(path.strip_prefix(root).unwrap_or(path), &mask);
            for (all, one) in set.iter_mut().zip(marked) {
                *all |= one;
            }
        }
        Ok(Mask { width: map.width, height: map.height, set })
    }

    /// The pixels that a mask marks: the higher of two levels, whatever they are; of more levels
    /// those above half of the highest.
    fn marked(&mut self, path: &Path, mask: &MaskLevels) -> Vec<bool> {
        let MaskLevels { levels, bits, .. } = mask;
        let mut different = levels.clone();
        different.sort_unstable();
        different.dedup();
        if mask.is_alpha {
            self.from_alpha.push(path.to_owned());
        }
        let marked: Vec<bool> = match different.as_slice() {
            [] | [0] => {
                self.all_black.push(path.to_owned());
                vec![false; levels.len()]
            }
            [_] => {
                self.all_white.push(path.to_owned());
                vec![true; levels.len()]
            }
            [_, higher] => levels.iter().map(|level| level == higher).collect(),
            [.., highest] => {
                self.not_two_level.push(NotTwoLevel {
                    mask: path.to_owned(),
                    bits: *bits,
                    levels: different.len(),
                    highest: *highest,
                    between: levels.iter().filter(|level| **level > 0 && *level < highest).count(),
                });
                levels.iter().map(|level| u32::from(*level) * 2 > u32::from(*highest)).collect()
            }
        };
        let count = marked.iter().filter(|is_marked| **is_marked).count();
        if count < levels.len() && count * 2 > levels.len() {
            self.mostly_white.push(path.to_owned());
        }
        marked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_mask_marks_and_what_is_noted() {
        let note = |bits, levels, highest, between| NotTwoLevel {
            mask: "m".into(),
            bits,
            levels,
            highest,
            between,
        };
        let one = || vec![PathBuf::from("m")];
        let none = MaskNotes::default;
        // Bits, levels, marked, notes.
        let cases: [(u8, &[u16], &str, MaskNotes); 14] = [
            (8, &[0, 255, 0, 255], ".#.#", none()),
            (8, &[0, 1, 0, 0], ".#..", none()),
            (8, &[0, 128, 0, 0], ".#..", none()),
            (8, &[1, 255, 1, 1], ".#..", none()),
            (16, &[0, 1, 0, 0], ".#..", none()),
            (16, &[0, 65_535, 0, 0], ".#..", none()),
            (
                8,
                &[0, 255, 127, 3],
                ".#..",
                MaskNotes { not_two_level: vec![note(8, 4, 255, 2)], ..none() },
            ),
            (
                8,
                &[0, 128, 255, 0],
                ".##.",
                MaskNotes { not_two_level: vec![note(8, 3, 255, 1)], ..none() },
            ),
            // No pixel above 127, as after a blur.
            (
                8,
                &[0, 40, 100, 20],
                "..#.",
                MaskNotes { not_two_level: vec![note(8, 4, 100, 2)], ..none() },
            ),
            (
                16,
                &[0, 300, 40_000, 0],
                "..#.",
                MaskNotes { not_two_level: vec![note(16, 3, 40_000, 1)], ..none() },
            ),
            (8, &[255; 4], "####", MaskNotes { all_white: one(), ..none() }),
            (8, &[1; 4], "####", MaskNotes { all_white: one(), ..none() }),
            (8, &[0; 4], "....", MaskNotes { all_black: one(), ..none() }),
            (8, &[255, 255, 255, 0], "###.", MaskNotes { mostly_white: one(), ..none() }),
        ];
        for (bits, levels, expect, notes) in cases {
            let mask =
                MaskLevels { width: 4, height: 1, levels: levels.to_vec(), bits, is_alpha: false };
            let mut found = none();
            let marked = found.marked(Path::new("m"), &mask);
            let drawn: String = marked.iter().map(|set| if *set { '#' } else { '.' }).collect();
            assert_eq!((drawn.as_str(), found), (expect, notes), "{levels:?}");
        }
    }

    #[test]
    fn several_files_are_one_mask() {
        let dir = tempfile::tempdir().unwrap();
        let save = |name: &str, levels: Vec<u8>| {
            let path = dir.path().join(name);
            image::GrayImage::from_raw(3, 1, levels).unwrap().save(&path).unwrap();
            path
        };
        let files = vec![save("a.png", vec![255, 0, 0]), save("b.png", vec![0, 0, 1])];
        let map = AnomalyMap { width: 3, height: 1, scores: vec![0.0; 3] };
        let mut notes = MaskNotes::default();
        let truth = notes.read_truth(dir.path(), &MaskFiles(files), &map).unwrap();
        assert_eq!((truth.set, notes), (vec![true, false, true], MaskNotes::default()));
        let small = AnomalyMap { width: 1, height: 1, scores: vec![0.0] };
        let files = MaskFiles(vec![dir.path().join("a.png")]);
        let refused = MaskNotes::default().read_truth(dir.path(), &files, &small);
        assert!(matches!(refused, Err(EngineError::MaskSize { .. })));
    }
}
