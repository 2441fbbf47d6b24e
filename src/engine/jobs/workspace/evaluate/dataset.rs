//! Data sets in the folder layout of MVTec AD: `<class>/train/good`, `<class>/test/<good or defect>`,
//! `<class>/ground_truth/<defect>/<name>_mask.png`.

use std::path::{Path, PathBuf};

use crate::error::{EngineError, Result};
use fettle_domain::has_image_extension;

/// Folder of pictures without a defect.
const GOOD: &str = "good";

/// Pictures of a class, each list sorted by path.
#[derive(Debug, PartialEq)]
pub(super) struct Class {
    pub(super) name: String,
    pub(super) root: PathBuf,
    pub(super) train: Vec<PathBuf>,
    pub(super) test: Vec<TestImage>,
}

/// A test picture.
#[derive(Debug, PartialEq)]
pub(super) struct TestImage {
    pub(super) path: PathBuf,
    /// `None`: good.
    pub(super) defect: Option<String>,
    /// Mask of the defect, if the data set has one.
    pub(super) mask: Option<PathBuf>,
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
    folder.join("train").join(GOOD).is_dir() && folder.join("test").is_dir()
}

fn read_class(root: &Path) -> Result<Class> {
    let mut test = Vec::new();
    for folder in entries(&root.join("test"))?.into_iter().filter(|path| path.is_dir()) {
        let kind = name_of(&folder);
        let defect = (kind != GOOD).then_some(kind);
        for path in pictures(&folder)? {
            let mask = defect.as_ref().and_then(|defect| mask_of(root, defect, &path));
            test.push(TestImage { path, defect: defect.clone(), mask });
        }
    }
    let train = pictures(&root.join("train").join(GOOD))?;
    Ok(Class { name: name_of(root), root: root.to_owned(), train, test })
}

fn mask_of(root: &Path, defect: &str, image: &Path) -> Option<PathBuf> {
    let stem = image.file_stem()?.to_string_lossy();
    let mask = root.join("ground_truth").join(defect).join(format!("{stem}_mask.png"));
    mask.is_file().then_some(mask)
}

fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_picture = |path: &PathBuf| has_image_extension(path) && !name_of(path).starts_with('.');
    Ok(entries(folder)?.into_iter().filter(is_picture).collect())
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
    fn what_is_no_data_set_is_refused() {
        let dir = dataset(&["papers/train/good.pdf"]);
        assert!(matches!(classes(dir.path(), &[]), Err(EngineError::NotADataset(_))));
        let absent = classes(&dir.path().join("nowhere"), &[]);
        assert!(matches!(absent, Err(EngineError::File { .. })));
    }
}
