//! Scanning the workspace for unregistered files, in the layout of the replaced system, and
//! registering them in place. A scan also rebuilds a lost database.

use super::image_file::decode_image;
use super::images::{find_image, image_at, import_image};
use super::imported_names::{AddedNames, insert_codes};
use super::legacy_folder::{LegacyFile, LegacyFileKind, LegacyFolder, RefusedFile};
use super::manuals::{import_manual, is_known_manual_file, read_manual_hash};
use super::rows::rows;
use super::source_file::{content_hash, read_source};
use super::{Library, LibraryError, Registered, Result};
use fettle_domain::{
    DefectCode, ImageId, ImageLabel, ManualId, ProductCode, Progress, ProgressSink,
};

/// The row that a file was registered as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannedAs {
    /// An image with its label.
    Image(ImageId, ImageLabel),
    /// A manual.
    Manual(ManualId),
}

/// A file that a scan registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedFile {
    /// The file, relative to the workspace, with `/`.
    pub path: String,
    /// Its product.
    pub product: ProductCode,
    /// Its row.
    pub scanned_as: ScannedAs,
}

/// The result of a scan.
#[derive(Debug, Default)]
pub struct ScanReport {
    /// Files that were registered.
    pub imported: Vec<ImportedFile>,
    /// Files that were registered before (and perhaps removed since), or have the content and label
    /// of a registered file.
    pub already_there: Vec<String>,
    /// Damaged, misnamed or changed files, and bad entries of mapping files.
    pub refused: Vec<RefusedFile>,
    /// Registered files that are missing on the disk.
    pub missing: Vec<String>,
    /// Products added from file names or mapping files.
    pub new_products: Vec<ProductCode>,
    /// Defect types added from file names or mapping files.
    pub new_defect_types: Vec<(ProductCode, DefectCode)>,
}

impl Library {
    /// Registers unregistered files in place, with products and defect types as needed:
    /// `data/def_split/<product>_<defect>_<n>.<ext>`, `data/patchCore/<product>/ok/` and
    /// `manual_store/<product>_<name>.pdf` (`.docx`, `.txt`). Names of products and defect types
    /// come from `defect_mapping.json` and `defect_config.json` (`defect_mapping.rs` describes
    /// their shapes); names given by a person are kept.
    ///
    /// A file that cannot be registered is reported and does not stop the scan. A cancelled scan
    /// keeps the files registered so far.
    ///
    /// # Errors
    /// [`LibraryError::Cancelled`], a database error, [`LibraryError::DiskFull`].
    pub fn scan(&mut self, sink: &dyn ProgressSink) -> Result<ScanReport> {
        let folder = LegacyFolder::read(&self.root)?;
        let mut report = ScanReport { refused: folder.refused, ..ScanReport::default() };
        report.add_names(self.import_names(&folder.names)?);
        let total = u64::try_from(folder.files.len()).ok();
        for (LegacyFile { path, product, kind }, done) in folder.files.into_iter().zip(0..) {
            sink.check()?;
            sink.report(Progress { step: "progress-scan", subject: path.clone(), done, total });
            let outcome = match kind {
                LegacyFileKind::Image(label) => self.scan_image(&path, product, label, &mut report),
                LegacyFileKind::Manual => self.scan_manual(&path, product, &mut report),
            };
            match outcome {
                Ok(()) => {}
                Err(why) if why.is_about_one_file() => {
                    report.refused.push(RefusedFile { path, why })
                }
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
        let defect = match &label {
            ImageLabel::Normal => None,
            ImageLabel::Defect(defect) => Some(defect),
        };
        let (registered, added) = self.write(|tx| {
            let added = insert_codes(tx, &product, defect)?;
            Ok((import_image(tx, &product, &label, path, &image)?, added))
        })?;
        report.add_names(added);
        report.add_file(path, product, registered, |id| ScannedAs::Image(id, label));
        Ok(())
    }

    fn scan_manual(
        &mut self,
        path: &str,
        product: ProductCode,
        report: &mut ScanReport,
    ) -> Result<()> {
        let hash = read_manual_hash(&self.absolute(path))?;
        if is_known_manual_file(&self.conn, path, &hash)? {
            report.already_there.push(path.to_owned());
            return Ok(());
        }
        let (registered, added) = self.write(|tx| {
            let added = insert_codes(tx, &product, None)?;
            Ok((import_manual(tx, &product, path, &hash)?, added))
        })?;
        report.add_names(added);
        report.add_file(path, product, registered, ScannedAs::Manual);
        Ok(())
    }
}

impl ScanReport {
    fn add_names(&mut self, added: AddedNames) {
        self.new_products.extend(added.products);
        self.new_defect_types.extend(added.defect_types);
    }

    fn add_file<Id>(
        &mut self,
        path: &str,
        product: ProductCode,
        registered: Registered<Id>,
        scanned_as: impl FnOnce(Id) -> ScannedAs,
    ) {
        match registered {
            Registered::New(id) => {
                let path = path.to_owned();
                self.imported.push(ImportedFile { path, product, scanned_as: scanned_as(id) });
            }
            Registered::Already(_) => self.already_there.push(path.to_owned()),
        }
    }
}
