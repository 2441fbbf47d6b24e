//! Names of pictures and of their masks in data sets.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use fettle_domain::{
    SIGNATURE_BYTES, has_image_extension, has_picture_name, has_picture_signature, is_litter,
    normal_form,
};

/// Words that a mask's name has more than its picture's.
const WORDS: &[&str] = &[
    "mask",
    "masks",
    "label",
    "labels",
    "gt",
    "ground_truth",
    "ground-truth",
    "groundtruth",
    "seg",
    "segmentation",
    "annotation",
];

/// A name as it is compared: in the normal form, without capitals.
pub(super) fn key(name: &str) -> String {
    normal_form(name).to_lowercase()
}

/// Whether a file is a picture of a kind that is read: by its name, or by its content where the name
/// says nothing. Hidden files are not.
pub(super) fn is_picture(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with('.') || is_litter(&name) || path.is_dir() {
        return false;
    }
    has_image_extension(path) || (!has_picture_name(path) && has_picture_content(path))
}

fn has_picture_content(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = fettle_system::open(path)
        .and_then(|file| file.take(SIGNATURE_BYTES as u64).read_to_end(&mut head));
    read.is_ok() && has_picture_signature(&head)
}

/// The name of the picture that a name without ending, a [`key`], says to be the mask of: `000` of
/// `000_mask`, `000_label_2` and `mask_000`.
pub(super) fn base_of_mask(stem: &str) -> Option<String> {
    const SEPARATORS: [char; 4] = ['_', '-', '.', ' '];
    let numberless = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let worded = match numberless.len() < stem.len() {
        true => numberless.trim_end_matches(SEPARATORS),
        false => stem,
    };
    let ending = WORDS.iter().filter_map(|word| worded.strip_suffix(word));
    let beginning = WORDS.iter().filter_map(|word| stem.strip_prefix(word));
    ending
        .filter_map(|rest| rest.strip_suffix(SEPARATORS))
        .chain(beginning.filter_map(|rest| rest.strip_prefix(SEPARATORS)))
        .find(|base| !base.is_empty())
        .map(str::to_owned)
}

/// Parts the pictures of a folder from the masks that lie beside them. A name alone makes no mask:
/// the picture that it names has to lie in the same folder.
pub(super) fn without_masks(pictures: Vec<PathBuf>) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let name = |path: &PathBuf| key(&path.file_name().unwrap_or_default().to_string_lossy());
    let stem = |path: &PathBuf| key(&path.file_stem().unwrap_or_default().to_string_lossy());
    let names: HashSet<String> =
        pictures.iter().flat_map(|path| [name(path), stem(path)]).collect();
    pictures
        .into_iter()
        .partition(|path| !base_of_mask(&stem(path)).is_some_and(|base| names.contains(&base)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masks_name_says_whose_mask_it_is() {
        for (stem, expect) in [
            ("000_mask", Some("000")),
            ("000-mask", Some("000")),
            ("000.mask", Some("000")),
            ("000_label", Some("000")),
            ("part 1_gt", Some("part 1")),
            ("000_ground_truth", Some("000")),
            ("000_mask_2", Some("000")),
            ("000_mask2", Some("000")),
            ("mask_000", Some("000")),
            ("gt-000", Some("000")),
            ("000.png_mask", Some("000.png")),
            ("부품_mask", Some("부품")),
            ("000", None),
            ("mask", None),
            ("_mask", None),
            ("unmask", None),
            ("000_damask", None),
            ("labelled_000", None),
        ] {
            assert_eq!(base_of_mask(stem).as_deref(), expect, "{stem}");
        }
    }

    #[test]
    fn a_mask_beside_pictures_needs_its_picture() {
        // Files, and those of them that are masks.
        let cases: [(&[&str], &[&str]); 8] = [
            (&["000.png", "000_label.bmp"], &["000_label.bmp"]),
            (&["000.png", "000_LABEL.BMP"], &["000_LABEL.BMP"]),
            (&["Part0.jpg", "Part0_label.bmp", "Part1.jpg"], &["Part0_label.bmp"]),
            (
                &["can.png", "can_mask_1.png", "can_mask_2.png"],
                &["can_mask_1.png", "can_mask_2.png"],
            ),
            // Pictures of labels and masks.
            (&["front_label.png", "back_label.png"], &[]),
            (&["label_1.png", "label_2.png", "label_3.png"], &[]),
            (&["face_mask.png", "001.png"], &[]),
            (&["000.png", "001.png"], &[]),
        ];
        for (files, expect) in cases {
            let (pictures, masks) = without_masks(files.iter().map(PathBuf::from).collect());
            assert_eq!(masks, expect.iter().map(PathBuf::from).collect::<Vec<_>>(), "{files:?}");
            assert_eq!(pictures.len() + masks.len(), files.len());
        }
    }
}
