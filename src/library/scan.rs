//! Finding files that nobody registered, in the layout of the seed system, and
//! registering them where they are. Also how a lost catalogue is rebuilt.

use super::image_file::decode_image;
use super::images::{find_image, image_at, import_image};
use super::manuals::{import_manual, knows_manual_file, read_manual};
use super::names::{Adopted, add_codes};
use super::seed_layout::{SeedFile, SeedFolder, SeedKind};
use super::source_file::{content_hash, read_source};
use super::{Library, LibraryError, Registered, Result, rows};
use fettle_domain::{
    DefectCode, ImageId, ImageLabel, ManualId, ProductCode, Progress, ProgressSink,
};

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

impl Library {
    /// Registers, where they are, the files of `data/def_split/<product>_<defect>_<n>.<ext>`,
    /// `data/patchCore/<product>/ok/` and `manual_store/<product>_<name>.pdf` (`.docx`, `.txt`) that are not in
    /// the catalogue, with products and defect types as needed. Their names come from
    /// `defect_mapping.json` and `defect_config.json` (`mapping.rs` says in what shapes); names
    /// that a person gave are kept.
    ///
    /// A file that cannot be registered is reported and never stops the scan. Cancelled,
    /// it keeps what it registered so far.
    ///
    /// # Errors
    /// [`LibraryError::Cancelled`], or what stops the library itself: the database, a full
    /// disk.
    pub fn scan(&mut self, sink: &dyn ProgressSink) -> Result<ScanReport> {
        let folder = SeedFolder::read(&self.root)?;
        let mut report = ScanReport { refused: folder.refused, ..ScanReport::default() };
        report.adopt(self.adopt_names(&folder.names)?);
        let total = u64::try_from(folder.files.len()).ok();
        for (SeedFile { path, product, kind }, done) in folder.files.into_iter().zip(0..) {
            sink.check()?;
            sink.report(Progress { step: "progress-scan", subject: path.clone(), done, total });
            let outcome = match kind {
                SeedKind::Image(label) => self.scan_image(&path, product, label, &mut report),
                SeedKind::Manual => self.scan_manual(&path, product, &mut report),
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
        let (registered, adopted) = self.write(|tx| {
            let adopted = add_codes(tx, &product, defect)?;
            Ok((import_image(tx, &product, &label, path, &image)?, adopted))
        })?;
        report.adopt(adopted);
        report.take(path, product, registered, |id| ScannedAs::Image(id, label));
        Ok(())
    }

    fn scan_manual(
        &mut self,
        path: &str,
        product: ProductCode,
        report: &mut ScanReport,
    ) -> Result<()> {
        let hash = read_manual(&self.absolute(path))?;
        if knows_manual_file(&self.conn, path, &hash)? {
            report.already_there.push(path.to_owned());
            return Ok(());
        }
        let (registered, adopted) = self.write(|tx| {
            let adopted = add_codes(tx, &product, None)?;
            Ok((import_manual(tx, &product, path, &hash)?, adopted))
        })?;
        report.adopt(adopted);
        report.take(path, product, registered, ScannedAs::Manual);
        Ok(())
    }
}

impl ScanReport {
    fn adopt(&mut self, adopted: Adopted) {
        self.new_products.extend(adopted.products);
        self.new_defect_types.extend(adopted.defect_types);
    }

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
