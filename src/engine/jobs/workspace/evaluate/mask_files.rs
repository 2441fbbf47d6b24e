//! The masks of test pictures, under any usual name and in any usual place.
//!
//! A mask lies in a folder of masks beside `test` (`ground_truth`, `masks`, …), there in a folder of
//! its defect, or beside its picture. It is called as its picture or with a word like `_mask` more;
//! several in a folder called as the picture are one mask.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::picture_names::{base_of_mask, is_picture, key};

/// Folders of masks beside `test`.
const FOLDERS: &[&str] = &[
    "ground_truth",
    "groundtruth",
    "ground-truth",
    "gt",
    "mask",
    "masks",
    "label",
    "labels",
    "annotation",
    "annotations",
];

/// Mask files of a test picture, at least one; what any of them marks is defective.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MaskFiles(pub(super) Vec<PathBuf>);

/// A test picture whose masks are looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unmasked<'a> {
    pub(super) path: &'a Path,
    /// Name of its folder: the defect.
    pub(super) kind: &'a str,
}

/// The masks of the test pictures.
pub(super) struct FoundMasks {
    /// Masks of each picture, in their order.
    pub(super) of: Vec<Option<MaskFiles>>,
    /// Masks that belong to no picture, sorted.
    pub(super) unused: Vec<PathBuf>,
}

/// A file that is a mask by its place.
struct Candidate {
    path: PathBuf,
    /// Key of the defect's folder; `None` where the masks of all defects lie together.
    defect: Option<String>,
    /// Key of the folder of one picture's masks.
    folder: Option<String>,
}

/// Candidates by defect and the key of a picture.
type ByPicture = HashMap<(Option<String>, String), Vec<usize>>;

/// Finds the masks of `pictures` in the folders of masks below `root`, and else in `beside`, which
/// lie beside their pictures.
pub(super) fn find_masks(root: &Path, pictures: &[Unmasked<'_>], beside: &[PathBuf]) -> FoundMasks {
    let in_folders = candidates(root, pictures);
    let beside: Vec<Candidate> = beside
        .iter()
        .map(|path| Candidate {
            path: path.clone(),
            defect: path.parent().map(|folder| key(&name_of(folder))),
            folder: None,
        })
        .collect();
    let indexes = [(index(&in_folders), &in_folders), (index(&beside), &beside)];
    let shared = shared_stems(pictures);
    let mut unused: HashSet<&Path> =
        in_folders.iter().chain(&beside).map(|one| one.path.as_path()).collect();
    let mut of = Vec::with_capacity(pictures.len());
    for picture in pictures {
        let mut found = indexes.iter().filter_map(|(index, candidates)| {
            let places = masks_of(index, *picture, &shared)?;
            Some(places.iter().filter_map(|at| candidates.get(*at)).collect::<Vec<_>>())
        });
        let masks = found.next().unwrap_or_default();
        // What lies in both places is one mask twice.
        for mask in masks.iter().copied().chain(found.flatten()) {
            unused.remove(mask.path.as_path());
        }
        let files: Vec<PathBuf> = masks.iter().map(|mask| mask.path.clone()).collect();
        of.push((!files.is_empty()).then_some(MaskFiles(files)));
    }
    let mut unused: Vec<PathBuf> = unused.into_iter().map(Path::to_owned).collect();
    unused.sort();
    FoundMasks { of, unused }
}

/// The pictures in the folders of masks.
fn candidates(root: &Path, pictures: &[Unmasked<'_>]) -> Vec<Candidate> {
    let defects: HashSet<String> = pictures.iter().map(|picture| key(picture.kind)).collect();
    let folders = WalkDir::new(root).min_depth(1).max_depth(1).sort_by_file_name();
    let folders = folders.into_iter().flatten().filter(|entry| {
        entry.file_type().is_dir() && FOLDERS.contains(&key(&name_of(entry.path())).as_str())
    });
    let mut found = Vec::new();
    for folder in folders {
        let files = WalkDir::new(folder.path()).min_depth(1).max_depth(3).sort_by_file_name();
        for file in files.into_iter().flatten().filter(|entry| entry.file_type().is_file()) {
            if !is_picture(file.path()) {
                continue;
            }
            let inside = file.path().strip_prefix(folder.path()).unwrap_or(file.path());
            let mut folders: Vec<String> =
                inside.iter().map(|part| key(&part.to_string_lossy())).collect();
            folders.pop();
            let (defect, folder) = match folders.as_slice() {
                [] => (None, None),
                [one] if defects.contains(one) => (Some(one.clone()), None),
                [one] => (None, Some(one.clone())),
                [defect, folder, ..] => (Some(defect.clone()), Some(folder.clone())),
            };
            found.push(Candidate { path: file.into_path(), defect, folder });
        }
    }
    found
}

/// How surely a name says that a file is a picture's mask.
struct Index {
    /// In a folder called as the picture.
    in_folder: ByPicture,
    /// Called as the picture, with a word like `_mask`.
    marked: ByPicture,
    /// Called as the picture.
    plain: ByPicture,
}

fn index(candidates: &[Candidate]) -> Index {
    let (mut in_folder, mut marked, mut plain) =
        (ByPicture::new(), ByPicture::new(), ByPicture::new());
    for (at, candidate) in candidates.iter().enumerate() {
        let add = |index: &mut ByPicture, picture: String| {
            index.entry((candidate.defect.clone(), picture)).or_default().push(at);
        };
        if let Some(folder) = &candidate.folder {
            add(&mut in_folder, folder.clone());
            continue;
        }
        let stem = stem_of(&candidate.path);
        if let Some(base) = base_of_mask(&stem) {
            add(&mut marked, base);
        }
        add(&mut plain, stem);
    }
    Index { in_folder, marked, plain }
}

fn masks_of<'a>(
    index: &'a Index,
    picture: Unmasked<'_>,
    shared: &HashSet<String>,
) -> Option<&'a Vec<usize>> {
    let (stem, name) = (stem_of(picture.path), key(&name_of(picture.path)));
    // Where the masks of all defects lie together, a name that two defects have is no one's.
    let places = match shared.contains(&stem) {
        true => vec![Some(key(picture.kind))],
        false => vec![Some(key(picture.kind)), None],
    };
    let keys: Vec<(Option<String>, String)> = places
        .iter()
        .flat_map(|place| [(place.clone(), stem.clone()), (place.clone(), name.clone())])
        .collect();
    [&index.in_folder, &index.marked, &index.plain]
        .into_iter()
        .find_map(|by_picture| keys.iter().find_map(|key| by_picture.get(key)))
}

/// The stems that pictures of several folders have.
fn shared_stems(pictures: &[Unmasked<'_>]) -> HashSet<String> {
    let mut kinds: HashMap<String, HashSet<&str>> = HashMap::new();
    for picture in pictures {
        kinds.entry(stem_of(picture.path)).or_default().insert(picture.kind);
    }
    kinds.into_iter().filter(|(_, kinds)| kinds.len() > 1).map(|(stem, _)| stem).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn stem_of(path: &Path) -> String {
    key(&path.file_stem().unwrap_or_default().to_string_lossy())
}
