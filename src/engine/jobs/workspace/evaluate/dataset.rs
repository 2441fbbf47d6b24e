//! Data sets in the folder layout of MVTec AD: `<class>/train/good`, `<class>/test/<good or defect>`,
//! `<class>/ground_truth/<defect>/<name>_mask.png`, or masks as `mask_files.rs` finds them.

use std::path::{Path, PathBuf};

use super::mask_files::{FoundMasks, MaskFiles, Unmasked, find_masks};
use super::picture_names::{is_picture, without_masks};
use crate::error::{EngineError, Result};
use fettle_vision::thresholds::FEWEST_NORMALS;

/// Folder of pictures without a defect.
const GOOD: &str = "good";

/// Pictures of a class, each list sorted by path.
#[derive(Debug, PartialEq)]
pub(super) struct Class {
    pub(super) name: String,
    pub(super) root: PathBuf,
    pub(super) train: Vec<PathBuf>,
    pub(super) test: Vec<TestImage>,
    /// Files beside pictures that are masks by their names.
    pub(super) beside: Vec<PathBuf>,
    /// Masks that belong to no test picture.
    pub(super) unused: Vec<PathBuf>,
}

impl Class {
    /// Whether there is enough to fit a bank and something to test it with.
    ///
    /// # Errors
    /// [`EngineError::TooFewTrainImages`], [`EngineError::NoTestImages`].
    pub(super) fn check(&self) -> Result<()> {
        if self.train.len() < FEWEST_NORMALS {
            let (count, needed) = (self.train.len(), FEWEST_NORMALS);
            return Err(EngineError::TooFewTrainImages { class: self.root.clone(), count, needed });
        }
        if self.test.is_empty() {
            return Err(EngineError::NoTestImages(self.root.clone()));
        }
        Ok(())
    }
}

/// A test picture.
#[derive(Debug, PartialEq)]
pub(super) struct TestImage {
    pub(super) path: PathBuf,
    /// `None`: good.
    pub(super) defect: Option<String>,
    /// Mask of the defect, if the data set has one.
    pub(super) mask: Option<MaskFiles>,
}

/// The classes of the data set at `root`: all, or those named in `wanted`. `root` may be a single
/// class.
pub(super) fn classes(root: &Path, wanted: &[String]) -> Result<Vec<Class>> {
    let root = root.canonicalize().map_err(at(root))?;
    let folders: Vec<PathBuf> = if is_class(&root) {
        vec![root.clone()]
    } else {
        entries(&root)?.into_iter().filter(|path| is_class(path)).collect()
    };
    if folders.is_empty() {
        return Err(EngineError::NotADataset(root));
    }
    if let Some(absent) = wanted.iter().find(|name| !folders.iter().any(|f| name_of(f) == **name)) {
        return Err(EngineError::UnknownClass { dataset: root, class: absent.clone() });
    }
    let chosen = |folder: &&PathBuf| wanted.is_empty() || wanted.contains(&name_of(folder));
    folders.iter().filter(chosen).map(|folder| read_class(folder)).collect()
}

fn is_class(folder: &Path) -> bool {
    train_folder(folder).is_some() && folder_named(folder, "test").is_some()
}

/// The folder of training pictures of a class.
fn train_folder(class: &Path) -> Option<PathBuf> {
    folder_named(&folder_named(class, "train")?, GOOD)
}

/// The folder `name` in `parent`, in capitals too where there is none as written.
fn folder_named(parent: &Path, name: &str) -> Option<PathBuf> {
    let exact = parent.join(name);
    if exact.is_dir() {
        return Some(exact);
    }
    let alike = |path: &PathBuf| name_of(path).eq_ignore_ascii_case(name) && path.is_dir();
    entries(parent).ok()?.into_iter().find(alike)
}

fn read_class(root: &Path) -> Result<Class> {
    let (mut test, mut beside) = (Vec::new(), Vec::new());
    let test_folder = folder_named(root, "test").unwrap_or_else(|| root.join("test"));
    for folder in entries(&test_folder)?.into_iter().filter(|path| path.is_dir()) {
        let kind = name_of(&folder);
        let defect = (!kind.eq_ignore_ascii_case(GOOD)).then_some(kind);
        let (pictures, masks) = pictures(&folder)?;
        beside.extend(masks);
        let unmasked = |path| TestImage { path, defect: defect.clone(), mask: None };
        test.extend(pictures.into_iter().map(unmasked));
    }
    let unmasked: Vec<Unmasked<'_>> = test
        .iter()
        .map(|image: &TestImage| Unmasked {
            path: &image.path,
            kind: image.defect.as_deref().unwrap_or(GOOD),
        })
        .collect();
    let FoundMasks { of, unused } = find_masks(root, &unmasked, &beside);
    for (image, mask) in test.iter_mut().zip(of) {
        // A good picture has nothing to mark, whatever lies beside it.
        image.mask = mask.filter(|_| image.defect.is_some());
    }
    let train = train_folder(root).unwrap_or_else(|| root.join("train").join(GOOD));
    let (train, masks) = pictures(&train)?;
    beside.extend(masks);
    Ok(Class { name: name_of(root), root: root.to_owned(), train, test, beside, unused })
}

/// The pictures of a folder, and the masks beside them.
fn pictures(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    Ok(without_masks(entries(folder)?.into_iter().filter(|path| is_picture(path)).collect()))
}

/// Entries of a folder, sorted by name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(at(folder))?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()).map_err(at(folder)))
        .collect::<Result<_>>()?;
    paths.sort();
    Ok(paths)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn at(path: &Path) -> impl Fn(std::io::Error) -> EngineError {
    move |source| EngineError::File { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A data set of empty files: only names matter here.
    fn dataset(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"").unwrap();
        }
        dir
    }

    const FILES: [&str; 12] = [
        "nut/train/good/000.png",
        "nut/train/good/.hidden.png",
        "nut/train/good/notes.txt",
        "nut/test/good/000.JPG",
        "nut/test/bent/001.png",
        "nut/test/bent/000.png",
        "nut/test/readme.txt",
        "nut/ground_truth/bent/000_mask.png",
        "bolt/train/good/a.bmp",
        "bolt/test/good/b.tiff",
        "papers/train/good.pdf",
        "licence.txt",
    ];

    #[test]
    fn folders_say_what_is_good_and_where_the_masks_are() {
        let dir = dataset(&FILES);
        let found = classes(dir.path(), &[]).unwrap();
        let names: Vec<_> = found.iter().map(|class| class.name.as_str()).collect();
        assert_eq!(names, ["bolt", "nut"]);
        let nut = &found[1];
        assert_eq!(nut.train.len(), 1);
        let test: Vec<_> = nut
            .test
            .iter()
            .map(|image| (name_of(&image.path), image.defect.as_deref(), image.mask.is_some()))
            .collect();
        let expected = [
            ("000.png".to_owned(), Some("bent"), true),
            ("001.png".to_owned(), Some("bent"), false),
            ("000.JPG".to_owned(), None, false),
        ];
        assert_eq!(test, expected);
    }

    #[test]
    fn masks_are_found_under_usual_names_and_places() {
        // Files beside three pictures of pits, and the masks of 000.png, the unused masks.
        type Case = (
            &'static str,
            &'static [&'static str],
            &'static [&'static str],
            &'static [&'static str],
        );
        let cases: [Case; 18] = [
            ("MVTec", &["ground_truth/pit/000_mask.png"], &["000_mask.png"], &[]),
            ("same name", &["ground_truth/pit/000.png"], &["000.png"], &[]),
            ("label", &["ground_truth/pit/000_label.bmp"], &["000_label.bmp"], &[]),
            ("gt", &["ground_truth/pit/000_gt.tiff"], &["000_gt.tiff"], &[]),
            ("capitals", &["Ground_Truth/PIT/000_MASK.PNG"], &["000_MASK.PNG"], &[]),
            ("LOCO", &["ground_truth/pit/000/000.png"], &["000.png"], &[]),
            (
                "LOCO, several",
                &["ground_truth/pit/000/000.png", "ground_truth/pit/000/001.png"],
                &["000.png", "001.png"],
                &[],
            ),
            ("LOCO without defects", &["ground_truth/000/a.png"], &["a.png"], &[]),
            ("another folder", &["masks/pit/000.png"], &["000.png"], &[]),
            ("without defects", &["masks/000_mask.png"], &["000_mask.png"], &[]),
            (
                "numbered",
                &["gt/pit/000_mask_1.png", "gt/pit/000_mask_2.png"],
                &["000_mask_1.png", "000_mask_2.png"],
                &[],
            ),
            ("word first", &["labels/pit/mask_000.png"], &["mask_000.png"], &[]),
            ("two endings", &["ground_truth/pit/000.png_mask.png"], &["000.png_mask.png"], &[]),
            ("beside", &["test/pit/000_label.bmp"], &["000_label.bmp"], &[]),
            (
                "picture and mask",
                &["ground_truth/pit/000.png", "ground_truth/pit/000_mask.png"],
                &["000_mask.png"],
                &["000.png"],
            ),
            ("of another picture", &["ground_truth/pit/009_mask.png"], &[], &["009_mask.png"]),
            ("of another defect", &["ground_truth/bent/000_mask.png"], &[], &["000_mask.png"]),
            ("no picture", &["ground_truth/pit/000_mask.txt"], &[], &[]),
        ];
        for (what, files, masks, unused) in cases {
            let pictures = [
                "train/good/0.png",
                "test/good/100.png",
                "test/pit/000.png",
                "test/pit/001.png",
                "test/pit/002.png",
            ];
            let dir = dataset(&[&pictures[..], files].concat());
            let class = classes(dir.path(), &[]).unwrap().pop().unwrap();
            assert_eq!(class.test.len(), 4, "{what}");
            let names =
                |paths: &[PathBuf]| paths.iter().map(|path| name_of(path)).collect::<Vec<_>>();
            let of_first = class.test.iter().find(|image| image.path.ends_with("pit/000.png"));
            let found = of_first.unwrap().mask.as_ref().map(|files| names(&files.0));
            assert_eq!(found.unwrap_or_default(), masks, "{what}");
            assert_eq!(names(&class.unused), unused, "{what}");
            let masked = class.test.iter().filter(|image| image.mask.is_some()).count();
            assert_eq!(masked, usize::from(!masks.is_empty()), "{what}");
        }
    }

    #[test]
    fn masks_of_good_pictures_are_neither_used_nor_unused() {
        let dir = dataset(&[
            "train/good/0.png",
            "train/good/0_label.bmp",
            "test/good/1.png",
            "test/good/1_label.bmp",
            "test/pit/2.png",
            "ground_truth/good/1_mask.png",
        ]);
        let class = classes(dir.path(), &[]).unwrap().pop().unwrap();
        assert_eq!((class.train.len(), class.test.len()), (1, 2));
        assert!(class.test.iter().all(|image| image.mask.is_none()));
        assert_eq!(class.beside.len(), 2);
        assert_eq!(class.unused, Vec::<PathBuf>::new());
    }

    #[test]
    fn one_class_can_be_chosen_or_be_the_data_set() {
        let dir = dataset(&FILES);
        let nut = ["nut".to_owned()];
        let chosen = classes(dir.path(), &nut).unwrap();
        assert_eq!(chosen, classes(&dir.path().join("nut"), &nut).unwrap());
        assert_eq!(chosen.len(), 1);
        let absent = classes(dir.path(), &["screw".to_owned()]);
        assert!(matches!(absent, Err(EngineError::UnknownClass { class, .. }) if class == "screw"));
    }

    #[test]
    fn folders_in_capitals_are_those_of_a_class() {
        let dir = dataset(&["Train/Good/0.png", "Test/GOOD/1.png", "Test/Pit/2.png"]);
        let class = classes(dir.path(), &[]).unwrap().pop().unwrap();
        let test: Vec<_> = class.test.iter().map(|image| image.defect.as_deref()).collect();
        assert_eq!((class.train.len(), test), (1, vec![None, Some("Pit")]));
    }

    #[test]
    fn a_class_with_nothing_to_fit_or_to_test_is_refused_before_the_first_fit() {
        let normals = ["train/good/0.png", "train/good/1.png", "train/good/2.png"];
        let check = |files: &[&str]| {
            let dir = dataset(files);
            std::fs::create_dir_all(dir.path().join("test")).unwrap();
            classes(dir.path(), &[]).unwrap().pop().unwrap().check()
        };
        let few = check(&[&normals[..2], &["test/good/0.png"]].concat());
        assert!(matches!(few, Err(EngineError::TooFewTrainImages { count: 2, needed: 3, .. })));
        assert!(matches!(check(&normals), Err(EngineError::NoTestImages(_))));
        check(&[&normals[..], &["test/good/0.png"]].concat()).unwrap();
    }

    #[test]
    fn what_is_no_data_set_is_refused() {
        let dir = dataset(&["papers/train/good.pdf"]);
        assert!(matches!(classes(dir.path(), &[]), Err(EngineError::NotADataset(_))));
        let absent = classes(&dir.path().join("nowhere"), &[]);
        assert!(matches!(absent, Err(EngineError::File { .. })));
    }
}
