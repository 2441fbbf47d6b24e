//! What lies where in a folder of the seed system.
//!
//! ```text
//! defect_mapping.json, defect_config.json      names; also in web/, data/ and data/def_split/
//! data/def_split/PRODUCT_DEFECT_NUMBER.jpeg    images of defects
//! data/patchCore/PRODUCT/ok/                   normal images
//! data/patchCore/PRODUCT/memory_bank.pt        a bank, with bank_config.json and tau.json
//! manual_store/PRODUCT_NAME.pdf                manuals (.docx, .txt); also in web/manual_store/
//! ```
//!
//! The seed system's defects may have a `_` in their names (`Open_Seam`); our codes have a `-`
//! there, because `_` separates the parts of a file name.

use std::fs;
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

use super::images::DEFECT_FOLDER;
use super::manuals::MANUAL_FOLDER;
use super::mapping::{Mapping, parse_mapping};
use super::source_file::read_source;
use super::{LibraryError, Refused, Result};
use fettle_domain::{
    DefectCode, ImageLabel, InvalidCode, ManualFormat, ProductCode, is_named_as_image,
};

/// Where names of products and defects may be written; what an earlier file says stays.
const NAME_FILES: &[&str] = &["defect_mapping.json", "defect_config.json"];
const NAME_FOLDERS: &[&str] = &["", "web/", "data/", "data/def_split/"];
const NORMAL_FOLDERS: &str = "data/patchCore";
const MANUAL_FOLDERS: &[&str] = &[MANUAL_FOLDER, "web/manual_store"];
const BANK_FILE: &str = "memory_bank.pt";

const DEFECT_NAME: &str = "<product>_<defect>_<number>.jpeg, .jpg, .png, .bmp, .tiff or .webp";
const NORMAL_NAME: &str =
    "data/patchCore/<product>/ok/<name>.jpeg, .jpg, .png, .bmp, .tiff or .webp";
const MANUAL_NAME: &str = "<product>_<name>.pdf, .docx or .txt";

/// A file that can be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedFile {
    /// Relative to the folder, with `/`.
    pub path: String,
    /// The product it is of.
    pub product: ProductCode,
    /// What it is.
    pub kind: SeedKind,
}

/// What a file of a seed folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeedKind {
    /// An image under a label.
    Image(ImageLabel),
    /// A manual.
    Manual,
}

impl SeedKind {
    /// The defect that an image of a defect shows.
    pub fn defect(&self) -> Option<&DefectCode> {
        match self {
            Self::Image(ImageLabel::Defect(defect)) => Some(defect),
            Self::Image(ImageLabel::Normal) | Self::Manual => None,
        }
    }
}

/// A seed folder, by its names; no image or manual was opened.
#[derive(Debug, Default)]
pub struct SeedFolder {
    /// What its name files say.
    pub names: Mapping,
    /// Images and manuals, in the order of folders and names.
    pub files: Vec<SeedFile>,
    /// Products with a bank, and the folder of each.
    pub banks: Vec<(ProductCode, PathBuf)>,
    /// What has no place in the layout, and why.
    pub refused: Vec<Refused>,
}

impl SeedFolder {
    /// Looks through `root`.
    ///
    /// # Errors
    /// A folder that cannot be listed.
    pub fn read(root: &Path) -> Result<Self> {
        let mut folder = Self::default();
        folder.read_names(root);
        folder.find_images(root)?;
        folder.find_manuals(root)?;
        Ok(folder)
    }

    /// Whether nothing of the layout is there.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.banks.is_empty() && self.names.products.is_empty()
    }

    fn read_names(&mut self, root: &Path) {
        let paths = NAME_FILES
            .iter()
            .flat_map(|file| NAME_FOLDERS.iter().map(move |at| format!("{at}{file}")));
        for path in paths {
            let absolute = root.join(&path);
            if !absolute.exists() {
                continue;
            }
            let read = read_source(&absolute).map(|bytes| parse_mapping(&bytes));
            match read {
                Ok(Mapping { products, defects, problems }) => {
                    self.names.products.extend(products);
                    self.names.defects.extend(defects);
                    self.refused.extend(problems.into_iter().map(|why| {
                        let why = LibraryError::BadMapping { path: absolute.clone(), why };
                        Refused { path: path.clone(), why }
                    }));
                }
                Err(why) => self.refused.push(Refused { path, why }),
            }
        }
    }

    fn find_images(&mut self, root: &Path) -> Result<()> {
        for path in self.entries(root, DEFECT_FOLDER, Entry::File)? {
            let label = |(product, defect)| (product, SeedKind::Image(ImageLabel::Defect(defect)));
            self.take(name_of_defect_image(&path).map(label), path);
        }
        for folder in self.entries(root, NORMAL_FOLDERS, Entry::Folder)? {
            let product = ProductCode::new(&last_name(&folder).nfc().collect::<String>());
            let bank = root.join(&folder);
            if let (true, Ok(product)) = (bank.join(BANK_FILE).is_file(), &product) {
                self.banks.push((product.clone(), bank));
            }
            for path in self.entries(root, &format!("{folder}/ok"), Entry::File)? {
                let file = match &product {
                    Err(error) => Err(LibraryError::from(error.clone())),
                    Ok(_) if !is_named_as_image(Path::new(&path)) => {
                        Err(unknown_name(&path, NORMAL_NAME))
                    }
                    Ok(product) => Ok((product.clone(), SeedKind::Image(ImageLabel::Normal))),
                };
                self.take(file, path);
            }
        }
        Ok(())
    }

    fn find_manuals(&mut self, root: &Path) -> Result<()> {
        for folder in MANUAL_FOLDERS {
            for path in self.entries(root, folder, Entry::File)? {
                // The manuals' index lives there too.
                if ManualFormat::named(&path).is_some() {
                    self.take(product_of_manual(&path).map(|code| (code, SeedKind::Manual)), path);
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, file: Result<(ProductCode, SeedKind)>, path: String) {
        match file {
            Ok((product, kind)) => self.files.push(SeedFile { path, product, kind }),
            Err(why) => self.refused.push(Refused { path, why }),
        }
    }

    /// The files, or the folders, directly in `folder`, sorted, without the hidden ones.
    fn entries(&mut self, root: &Path, folder: &str, wanted: Entry) -> Result<Vec<String>> {
        let absolute = root.join(folder);
        if !absolute.is_dir() {
            return Ok(Vec::new());
        }
        let io = |e| LibraryError::io(&absolute, e);
        let mut paths = Vec::new();
        for entry in fs::read_dir(&absolute).map_err(io)? {
            let entry = entry.map_err(io)?;
            if entry.path().is_dir() != (wanted == Entry::Folder) {
                continue;
            }
            match entry.file_name().into_string() {
                Ok(name) if is_not_ours(&name) => {}
                Ok(name) => paths.push(format!("{folder}/{name}")),
                Err(name) => {
                    let path = format!("{folder}/{}", name.to_string_lossy());
                    let why = LibraryError::UnknownName { path: entry.path(), expected: "UTF-8" };
                    self.refused.push(Refused { path, why });
                }
            }
        }
        paths.sort();
        Ok(paths)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Entry {
    File,
    Folder,
}

/// A defect's code as the seed system writes it.
pub(super) fn seed_defect(name: &str) -> std::result::Result<DefectCode, InvalidCode> {
    DefectCode::new(&name.replace('_', "-"))
}

/// Product and defect of `<product>_<defect>_<n>.<ext>`.
pub(super) fn name_of_defect_image(path: &str) -> Result<(ProductCode, DefectCode)> {
    let unknown = || unknown_name(path, DEFECT_NAME);
    if !is_named_as_image(Path::new(path)) {
        return Err(unknown());
    }
    let name: String = last_name(path).nfc().collect();
    let (stem, _) = name.rsplit_once('.').ok_or_else(unknown)?;
    let (labels, number) = stem.rsplit_once('_').ok_or_else(unknown)?;
    let (product, defect) = labels.split_once('_').ok_or_else(unknown)?;
    if number.is_empty() || !number.chars().all(|c| c.is_ascii_digit()) {
        return Err(unknown());
    }
    Ok((ProductCode::new(product)?, seed_defect(defect)?))
}

fn product_of_manual(path: &str) -> Result<ProductCode> {
    let name: String = last_name(path).nfc().collect();
    let code = name.split_once('_').map(|(product, _)| product);
    code.and_then(|code| ProductCode::new(code).ok()).ok_or_else(|| unknown_name(path, MANUAL_NAME))
}

fn unknown_name(path: &str, expected: &'static str) -> LibraryError {
    LibraryError::UnknownName { path: path.into(), expected }
}

fn last_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Files that systems and Fettle put into folders of images.
fn is_not_ours(name: &str) -> bool {
    name.starts_with('.')
        || ["Thumbs.db", "desktop.ini", "README.md"].contains(&name)
        || NAME_FILES.contains(&name)
}
