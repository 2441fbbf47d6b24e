//! Finding files that nobody registered, in the layout of the seed system, and
//! registering them where they are. Also how a lost catalogue is rebuilt.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use unicode_normalization::UnicodeNormalization;

use super::image_file::decode_image;
use super::images::{DEFECT_FOLDER, find_image, image_at, import_image};
use super::manuals::{MANUAL_FOLDER, import_manual, knows_manual_file, read_manual};
use super::mapping::parse_mapping;
use super::products::{
    find_defect_type, find_product, insert_defect_type, insert_product, update_defect_type,
    update_product,
};
use super::source_file::{content_hash, read_source};
use super::store_file::IMAGE_EXTENSIONS;
use super::{Library, LibraryError, Registered, Result, rows};
use crate::domain::{
    DefectCode, DefectType, ImageId, ImageLabel, ManualId, Product, ProductCode, Progress,
    ProgressSink,
};

/// Where names of products and defects may be written.
const MAPPING_FILES: &[&str] =
    &["defect_mapping.json", "data/defect_mapping.json", "data/def_split/defect_mapping.json"];
const NORMAL_FOLDERS: &str = "data/patchCore";
const DEFECT_NAME: &str = "<product>_<defect>_<number>.jpeg, .jpg, .png, .bmp, .tiff or .webp";
const NORMAL_NAME: &str =
    "data/patchCore/<product>/ok/<name>.jpeg, .jpg, .png, .bmp, .tiff or .webp";
const MANUAL_NAME: &str = "<product>_<name>.pdf";

/// What a file was registered as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannedAs {
    /// An image under a label.
    Image(ImageId, ImageLabel),
    /// A manual.
    Manual(ManualId),
}

/// A file that a scan registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Relative to the workspace, with `/`.
    pub path: String,
    /// Its product.
    pub product: ProductCode,
    /// What it is now.
    pub scanned_as: ScannedAs,
}

/// A file that a scan left alone.
#[derive(Debug)]
pub struct Refused {
    /// Relative to the workspace, with `/`.
    pub path: String,
    /// Why.
    pub why: LibraryError,
}

/// What a scan found.
#[derive(Debug, Default)]
pub struct ScanReport {
    /// Registered now.
    pub imported: Vec<Imported>,
    /// Registered before (or removed since), or the same bytes under the same label.
    pub already_there: Vec<String>,
    /// Broken, misnamed or changed; also the entries of a mapping file without a shape.
    pub refused: Vec<Refused>,
    /// Registered files that are gone from the disk.
    pub missing: Vec<String>,
    /// Products added, from names or the mapping.
    pub new_products: Vec<ProductCode>,
    /// Defect types added, from names or the mapping.
    pub new_defect_types: Vec<(ProductCode, DefectCode)>,
}

enum Candidate {
    Defect,
    Normal(String),
    Manual,
}

impl Library {
    /// Registers, where they are, the files of `data/def_split/<product>_<defect>_<n>.<ext>`,
    /// `data/patchCore/<product>/ok/` and `manual_store/<product>_<name>.pdf` that are not in
    /// the catalogue, with products and defect types as needed. Their names come from
    /// `defect_mapping.json` in the workspace, `data/` or `data/def_split/`; names that a person
    /// gave are kept. Its accepted shapes, one entry a product:
    ///
    /// ```json
    /// { "prod1": { "hole": { "ko": "기공", "en": "hole", "full_name": "hole (기공)" } } }
    /// { "prod1": { "hole": "기공" } }
    /// { "prod1": { "name": "주조제품 A형", "defects": { "hole": "기공" } } }
    /// ```
    ///
    /// A file that cannot be registered is reported and never stops the scan. Cancelled,
    /// it keeps what it registered so far.
    ///
    /// # Errors
    /// [`LibraryError::Cancelled`], or what stops the library itself: the database, a full
    /// disk.
    pub fn scan(&mut self, sink: &dyn ProgressSink) -> Result<ScanReport> {
        let mut report = ScanReport::default();
        for path in MAPPING_FILES {
            self.scan_mapping(path, &mut report)?;
        }
        let found = self.candidates(&mut report)?;
        let total = u64::try_from(found.len()).ok();
        for ((path, candidate), done) in found.into_iter().zip(0..) {
            sink.check()?;
            sink.report(Progress { step: "progress-scan", subject: path.clone(), done, total });
            let outcome = match candidate {
                Candidate::Defect => self.scan_defect(&path, &mut report),
                Candidate::Normal(product) => self.scan_normal(&path, &product, &mut report),
                Candidate::Manual => self.scan_manual(&path, &mut report),
            };
            match outcome {
                Ok(()) => {}
                Err(why) if why.is_about_one_file() => report.refused.push(Refused { path, why }),
                Err(error) => return Err(error),
            }
        }
        let registered = rows(
            &self.conn,
            "SELECT path FROM images WHERE removed_at IS NULL
             UNION ALL SELECT path FROM manuals WHERE replaced_at IS NULL ORDER BY path",
            [],
            |row| row.get::<_, String>(0),
        )?;
        report.missing = registered.into_iter().filter(|p| !self.absolute(p).is_file()).collect();
        Ok(report)
    }

    fn scan_mapping(&mut self, path: &str, report: &mut ScanReport) -> Result<()> {
        let absolute = self.absolute(path);
        if !absolute.exists() {
            return Ok(());
        }
        let refused = |why| Refused { path: path.to_owned(), why };
        let bytes = match read_source(&absolute) {
            Ok(bytes) => bytes,
            Err(why) => {
                report.refused.push(refused(why));
                return Ok(());
            }
        };
        let mapping = parse_mapping(&bytes);
        for why in mapping.problems {
            report.refused.push(refused(LibraryError::BadMapping { path: absolute.clone(), why }));
        }
        let (products, defects) = self.write(|tx| {
            let mut new_products = Vec::new();
            for product in mapping.products {
                if name_product(tx, &product)? {
                    new_products.push(product.code);
                }
            }
            let mut new_defects = Vec::new();
            for defect in mapping.defects {
                if name_defect(tx, &defect)? {
                    new_defects.push((defect.product, defect.code));
                }
            }
            Ok((new_products, new_defects))
        })?;
        report.new_products.extend(products);
        report.new_defect_types.extend(defects);
        Ok(())
    }

    /// Every file to look at, in the order of the folders and names.
    fn candidates(&self, report: &mut ScanReport) -> Result<Vec<(String, Candidate)>> {
        let mut found = Vec::new();
        for path in self.names_in(DEFECT_FOLDER, false, report)? {
            found.push((path, Candidate::Defect));
        }
        for folder in self.names_in(NORMAL_FOLDERS, true, report)? {
            let product = last_name(&folder).to_owned();
            for path in self.names_in(&format!("{folder}/ok"), false, report)? {
                found.push((path, Candidate::Normal(product.clone())));
            }
        }
        for path in self.names_in(MANUAL_FOLDER, false, report)? {
            // The manuals' index lives there too.
            if has_extension(&path, &["pdf"]) {
                found.push((path, Candidate::Manual));
            }
        }
        Ok(found)
    }

    /// The files, or the folders, directly in `folder`, sorted, without the hidden ones.
    fn names_in(
        &self,
        folder: &str,
        folders: bool,
        report: &mut ScanReport,
    ) -> Result<Vec<String>> {
        let absolute = self.absolute(folder);
        if !absolute.is_dir() {
            return Ok(Vec::new());
        }
        let io = |e| LibraryError::io(&absolute, e);
        let mut paths = Vec::new();
        for entry in fs::read_dir(&absolute).map_err(io)? {
            let entry = entry.map_err(io)?;
            if entry.path().is_dir() != folders {
                continue;
            }
            match entry.file_name().into_string() {
                Ok(name) if is_not_ours(&name) => {}
                Ok(name) => paths.push(format!("{folder}/{name}")),
                Err(name) => {
                    let path = format!("{folder}/{}", name.to_string_lossy());
                    let why = LibraryError::UnknownName { path: entry.path(), expected: "UTF-8" };
                    report.refused.push(Refused { path, why });
                }
            }
        }
        paths.sort();
        Ok(paths)
    }

    fn scan_defect(&mut self, path: &str, report: &mut ScanReport) -> Result<()> {
        let (product, defect) = name_of_defect_image(path)?;
        self.scan_image(path, product, ImageLabel::Defect(defect), report)
    }

    fn scan_normal(&mut self, path: &str, product: &str, report: &mut ScanReport) -> Result<()> {
        let product = ProductCode::new(&product.nfc().collect::<String>())?;
        if !has_extension(path, IMAGE_EXTENSIONS) {
            return Err(unknown_name(path, NORMAL_NAME));
        }
        self.scan_image(path, product, ImageLabel::Normal, report)
    }

    fn scan_image(
        &mut self,
        path: &str,
        product: ProductCode,
        label: ImageLabel,
        report: &mut ScanReport,
    ) -> Result<()> {
        let absolute = self.absolute(path);
        let bytes = read_source(&absolute)?;
        let hash = content_hash(&bytes);
        if let Some((_, registered)) = image_at(&self.conn, path)? {
            if registered != hash {
                return Err(LibraryError::ChangedFile { path: absolute });
            }
            report.already_there.push(path.to_owned());
            return Ok(());
        }
        if find_image(&self.conn, &product, &label, &hash)?.is_some() {
            report.already_there.push(path.to_owned());
            return Ok(());
        }
        let image = decode_image(&bytes, &absolute)?;
        let (registered, new_product, new_defect) = self.write(|tx| {
            let new_product = add_product_by_code(tx, &product)?;
            let new_defect = match &label {
                ImageLabel::Normal => false,
                ImageLabel::Defect(defect) => add_defect_by_code(tx, &product, defect)?,
            };
            Ok((import_image(tx, &product, &label, path, &image)?, new_product, new_defect))
        })?;
        if new_product {
            report.new_products.push(product.clone());
        }
        if let (true, ImageLabel::Defect(defect)) = (new_defect, &label) {
            report.new_defect_types.push((product.clone(), defect.clone()));
        }
        report.take(path, product, registered, |id| ScannedAs::Image(id, label));
        Ok(())
    }

    fn scan_manual(&mut self, path: &str, report: &mut ScanReport) -> Result<()> {
        let name: String = last_name(path).nfc().collect();
        let code = name.split_once('_').map(|(product, _)| product);
        let code = code.and_then(|code| ProductCode::new(code).ok());
        let product = code.ok_or_else(|| unknown_name(path, MANUAL_NAME))?;
        let (_, hash) = read_manual(&self.absolute(path))?;
        if knows_manual_file(&self.conn, path, &hash)? {
            report.already_there.push(path.to_owned());
            return Ok(());
        }
        let (registered, new_product) = self.write(|tx| {
            let new_product = add_product_by_code(tx, &product)?;
            Ok((import_manual(tx, &product, path, &hash)?, new_product))
        })?;
        if new_product {
            report.new_products.push(product.clone());
        }
        report.take(path, product, registered, ScannedAs::Manual);
        Ok(())
    }
}

impl ScanReport {
    fn take<Id>(
        &mut self,
        path: &str,
        product: ProductCode,
        registered: Registered<Id>,
        scanned_as: impl FnOnce(Id) -> ScannedAs,
    ) {
        match registered {
            Registered::New(id) => {
                let path = path.to_owned();
                self.imported.push(Imported { path, product, scanned_as: scanned_as(id) });
            }
            Registered::Already(_) => self.already_there.push(path.to_owned()),
        }
    }
}

/// Product and defect of `<product>_<defect>_<n>.<ext>`.
pub(super) fn name_of_defect_image(path: &str) -> Result<(ProductCode, DefectCode)> {
    let unknown = || unknown_name(path, DEFECT_NAME);
    if !has_extension(path, IMAGE_EXTENSIONS) {
        return Err(unknown());
    }
    let name: String = last_name(path).nfc().collect();
    let (stem, _) = name.rsplit_once('.').ok_or_else(unknown)?;
    let parts: Vec<&str> = stem.split('_').collect();
    let [product, defect, number] = parts.as_slice() else { return Err(unknown()) };
    if number.is_empty() || !number.chars().all(|c| c.is_ascii_digit()) {
        return Err(unknown());
    }
    Ok((ProductCode::new(product)?, DefectCode::new(defect)?))
}

fn unknown_name(path: &str, expected: &'static str) -> LibraryError {
    LibraryError::UnknownName { path: path.into(), expected }
}

fn last_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn has_extension(path: &str, extensions: &[&str]) -> bool {
    let extension = Path::new(path).extension().and_then(|e| e.to_str());
    extension.is_some_and(|found| extensions.iter().any(|e| found.eq_ignore_ascii_case(e)))
}

/// Files that systems and Fettle put into folders of images.
fn is_not_ours(name: &str) -> bool {
    name.starts_with('.')
        || ["Thumbs.db", "desktop.ini", "README.md", "defect_mapping.json"].contains(&name)
}

fn add_product_by_code(tx: &Connection, code: &ProductCode) -> Result<bool> {
    insert_product(tx, &unnamed_product(code))
}

fn add_defect_by_code(tx: &Connection, product: &ProductCode, code: &DefectCode) -> Result<bool> {
    insert_defect_type(tx, &unnamed_defect(product, code))
}

/// Adds a product, or names it if it has no name of its own yet.
fn name_product(tx: &Connection, product: &Product) -> Result<bool> {
    let known = find_product(tx, &product.code)?;
    if known.is_some_and(|known| known == unnamed_product(&product.code)) {
        update_product(tx, product)?;
    }
    insert_product(tx, product)
}

/// Adds a defect type, or names it if it has no name of its own yet.
fn name_defect(tx: &Connection, defect: &DefectType) -> Result<bool> {
    let known = find_defect_type(tx, &defect.product, &defect.code)?;
    if known.is_some_and(|known| known == unnamed_defect(&defect.product, &defect.code)) {
        update_defect_type(tx, defect)?;
    }
    insert_defect_type(tx, defect)
}

fn unnamed_product(code: &ProductCode) -> Product {
    Product { code: code.clone(), name_ko: code.to_string(), name_en: code.to_string() }
}

fn unnamed_defect(product: &ProductCode, code: &DefectCode) -> DefectType {
    DefectType {
        product: product.clone(),
        code: code.clone(),
        name_ko: code.to_string(),
        name_en: code.to_string(),
        full_name: code.to_string(),
    }
}
