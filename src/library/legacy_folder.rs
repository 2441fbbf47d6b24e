//! The folder layout of the replaced system, which is also the layout of a workspace.
//!
//! ```text
//! defect_mapping.json, defect_config.json      names; also in web/, data/ and data/def_split/
//! data/def_split/PRODUCT_DEFECT_NUMBER.jpeg    images of defects
//! data/patchCore/PRODUCT/ok/                   normal images
//! data/patchCore/PRODUCT/memory_bank.pt        a bank, with bank_config.json and tau.json
//! manual_store/PRODUCT_NAME.pdf                manuals (.docx, .txt); also in web/manual_store/
//! ```

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::defect_mapping::{DefectMapping, parse_defect_mapping};
use super::file_names::{
    normalized_file_name, parse_defect_image_name, parse_manual_name, unknown_name,
};
use super::layout::{DEFECT_FOLDER, MANUAL_FOLDER, NORMAL_FOLDER};
use super::source_file::read_source;
use super::{LibraryError, Result};
use fettle_domain::{
    DefectCode, ImageLabel, ManualFormat, ProductCode, SIGNATURE_BYTES, has_picture_name,
    has_picture_signature, is_litter,
};

/// Files of names and the folders they may be in; the first file that names a product or defect
/// counts.
const NAME_FILES: &[&str] = &["defect_mapping.json", "defect_config.json"];
const NAME_FOLDERS: &[&str] = &["", "web/", "data/", "data/def_split/"];
const MANUAL_FOLDERS: &[&str] = &[MANUAL_FOLDER, "web/manual_store"];
const BANK_FILE: &str = "memory_bank.pt";

const NORMAL_NAME: &str =
    "data/patchCore/<product>/ok/<name>.jpeg, .jpg, .png, .bmp, .tiff or .webp";

/// A file that can be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacyFile {
    /// The file, relative to the folder, with `/`.
    pub path: String,
    /// Its product.
    pub product: ProductCode,
    /// Image or manual.
    pub kind: LegacyFileKind,
}

/// The kind of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LegacyFileKind {
    /// An image with its label.
    Image(ImageLabel),
    /// A manual.
    Manual,
}

impl LegacyFileKind {
    /// The defect of a defect image.
    pub fn defect(&self) -> Option<&DefectCode> {
        match self {
            Self::Image(ImageLabel::Defect(defect)) => Some(defect),
            Self::Image(ImageLabel::Normal) | Self::Manual => None,
        }
    }
}

/// A file that was not registered, and why.
#[derive(Debug)]
pub struct RefusedFile {
    /// The file, relative to the folder, with `/`.
    pub path: String,
    /// The reason.
    pub why: LibraryError,
}

/// The contents of a folder by file names; images and manuals are not opened.
#[derive(Debug, Default)]
pub struct LegacyFolder {
    /// Contents of the files of names.
    pub names: DefectMapping,
    /// Images and manuals, by folder and name.
    pub files: Vec<LegacyFile>,
    /// Products with a memory bank, and the folder of each bank.
    pub banks: Vec<(ProductCode, PathBuf)>,
    /// Files that do not fit the layout.
    pub refused: Vec<RefusedFile>,
}

impl LegacyFolder {
    /// Lists the folder `root`.
    ///
    /// # Errors
    /// [`LibraryError::Io`] for a folder that cannot be listed.
    pub fn read(root: &Path) -> Result<Self> {
        let mut folder = Self::default();
        folder.read_names(root);
        folder.find_images(root)?;
        folder.find_manuals(root)?;
        Ok(folder)
    }

    /// Whether the folder has no names, files and banks of the layout.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.banks.is_empty() && self.names.products.is_empty()
    }

    fn read_names(&mut self, root: &Path) {
        let paths = NAME_FILES
            .iter()
            .flat_map(|file| NAME_FOLDERS.iter().map(move |folder| format!("{folder}{file}")));
        for path in paths {
            let absolute = root.join(&path);
            if !absolute.exists() {
                continue;
            }
            let read = read_source(&absolute).map(|bytes| parse_defect_mapping(&bytes));
            match read {
                Ok(DefectMapping { products, defects, problems }) => {
                    self.names.products.extend(products);
                    self.names.defects.extend(defects);
                    self.refused.extend(problems.into_iter().map(|why| {
                        let why = LibraryError::BadMapping { path: absolute.clone(), why };
                        RefusedFile { path: path.clone(), why }
                    }));
                }
                Err(why) => self.refused.push(RefusedFile { path, why }),
            }
        }
    }

    fn find_images(&mut self, root: &Path) -> Result<()> {
        for path in self.entries(root, DEFECT_FOLDER, EntryKind::File)? {
            let kind =
                |(product, defect)| (product, LegacyFileKind::Image(ImageLabel::Defect(defect)));
            self.add(parse_defect_image_name(&path).map(kind), path);
        }
        for folder in self.entries(root, NORMAL_FOLDER, EntryKind::Folder)? {
            let product = ProductCode::new(&normalized_file_name(&folder));
            let bank = root.join(&folder);
            if let (true, Ok(product)) = (bank.join(BANK_FILE).is_file(), &product) {
                self.banks.push((product.clone(), bank));
            }
            for path in self.entries(root, &format!("{folder}/ok"), EntryKind::File)? {
                let file = match &product {
                    Err(error) => Err(LibraryError::from(error.clone())),
                    Ok(_)
                        if !has_picture_name(Path::new(&path))
                            && !has_picture_content(&root.join(&path)) =>
                    {
                        Err(unknown_name(&path, NORMAL_NAME))
                    }
                    Ok(product) => Ok((product.clone(), LegacyFileKind::Image(ImageLabel::Normal))),
                };
                self.add(file, path);
            }
        }
        Ok(())
    }

    fn find_manuals(&mut self, root: &Path) -> Result<()> {
        for folder in MANUAL_FOLDERS {
            for path in self.entries(root, folder, EntryKind::File)? {
                // The replaced system keeps its index of the manuals in the same folder; ours has a
                // README in it.
                if ManualFormat::from_name(&path).is_some() && !path.ends_with("/README.md") {
                    let file = parse_manual_name(&path).map(|code| (code, LegacyFileKind::Manual));
                    self.add(file, path);
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, file: Result<(ProductCode, LegacyFileKind)>, path: String) {
        match file {
            Ok((product, kind)) => self.files.push(LegacyFile { path, product, kind }),
            Err(why) => self.refused.push(RefusedFile { path, why }),
        }
    }

    /// The files, or the folders, directly in `folder`, sorted, without the ignored ones.
    fn entries(&mut self, root: &Path, folder: &str, wanted: EntryKind) -> Result<Vec<String>> {
        let absolute = root.join(folder);
        if !absolute.is_dir() {
            return Ok(Vec::new());
        }
        let io = |e| LibraryError::io(&absolute, e);
        let mut paths = Vec::new();
        for entry in fs::read_dir(&absolute).map_err(io)? {
            let entry = entry.map_err(io)?;
            if entry.path().is_dir() != (wanted == EntryKind::Folder) {
                continue;
            }
            match entry.file_name().into_string() {
                Ok(name) if is_ignored(&name) => {}
                Ok(name) => paths.push(format!("{folder}/{name}")),
                Err(name) => {
                    let path = format!("{folder}/{}", name.to_string_lossy());
                    let why = LibraryError::UnknownName { path: entry.path(), expected: "UTF-8" };
                    self.refused.push(RefusedFile { path, why });
                }
            }
        }
        paths.sort();
        Ok(paths)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum EntryKind {
    File,
    Folder,
}

/// Whether a file belongs to the operating system, to a checkout, or is a file of names.
fn is_ignored(name: &str) -> bool {
    name.starts_with('.') || is_litter(name) || name == "README.md" || NAME_FILES.contains(&name)
}

/// Whether the first bytes of a file are a picture's; not where it cannot be read.
fn has_picture_content(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = fettle_system::open(path)
        .and_then(|file| file.take(SIGNATURE_BYTES as u64).read_to_end(&mut head));
    read.is_ok() && has_picture_signature(&head)
}
