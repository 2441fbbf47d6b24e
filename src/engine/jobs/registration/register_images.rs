//! Registering images of normal parts and of known defects.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::catalogue::require_product;
use super::image_folder::UnreadFolders;
use super::image_sources::{FoundImages, ImageSource, image_sources};
use super::near_duplicates::{
    NearDuplicate, add_fingerprint, fingerprints_path, load_fingerprints,
};
use super::rejected_file::RejectedFile;
use super::undo_registration::UndoRegistration;
use crate::error::{EngineError, Result};
use crate::picture_notices::PictureNotices;
use crate::protocol::{JobContext, JobRecord, JobSummary, NoEvent, Repeatable, Request};
use fettle_domain::{ImageId, ImageLabel, ProductCode, RectPx, Role};
use fettle_library::{Library, LibraryError, Registered, decode_image, read_image};
use fettle_retrieval::near_duplicates::NearDuplicates;

/// Registers images under one label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisterImages {
    /// Product in the images.
    pub product: ProductCode,
    /// Label of the images: normal, or a defect type.
    pub label: ImageLabel,
    /// Image files, directories and zip archives; of the latter two, all images.
    pub paths: Vec<PathBuf>,
    /// Whether directories stand for the images of their sub-folders, too.
    #[serde(default)]
    pub recursive: bool,
    /// Region with the defect, by image file; an image without a region is registered as a whole.
    /// The region of a file registered before is replaced.
    #[serde(default)]
    pub regions: BTreeMap<PathBuf, RectPx>,
}

/// Result of [`RegisterImages`].
#[derive(Debug, Default)]
pub struct RegisteredImages {
    /// Newly registered, in order.
    pub new: Vec<ImageId>,
    /// Images registered before, with the same bytes and label.
    pub known: Vec<ImageId>,
    /// New images of a photograph that is registered already.
    pub near_duplicates: Vec<NearDuplicate>,
    /// Images registered before whose region was replaced, with the previous region.
    pub redrawn: Vec<(ImageId, Option<RectPx>)>,
    /// New images whose files had to be read with assumptions, or not as a whole.
    pub notices: Vec<PictureNotices>,
    /// Files that were not registered.
    pub rejected: Vec<RejectedFile>,
    /// Files in directories and archives that are no images.
    pub passed_over: Vec<PathBuf>,
    /// Sub-folders that were not looked into.
    pub unread: UnreadFolders,
}

impl RegisteredImages {
    /// Whether nothing of what was asked for is registered now.
    pub fn is_nothing(&self) -> bool {
        self.new.is_empty() && self.known.is_empty()
    }

    /// The request that undoes the registration; `None` where nothing was changed.
    pub fn undo(&self) -> Option<UndoRegistration> {
        let (new, redrawn) = (self.new.clone(), self.redrawn.clone());
        let is_change = !new.is_empty() || !redrawn.is_empty();
        is_change.then_some(UndoRegistration::Images { new, redrawn })
    }
}

impl Repeatable for RegisterImages {
    const KIND: &'static str = "register_images";

    fn summary(&self) -> JobSummary {
        let (product, count) = (Some(self.product.clone()), self.paths.len());
        JobSummary { message: "unfinished-images", product, count }
    }
}

impl Request for RegisterImages {
    type Answer = RegisteredImages;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "register-images"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn journal_record(&self) -> Option<JobRecord> {
        self.record()
    }

    fn run(self, job: &JobContext) -> Result<RegisteredImages> {
        let Self { product, label, paths, recursive, regions } = self;
        require_product(job, &product)?;
        let found = image_sources(&paths, recursive);
        let total = found.count() as u64;
        let fingerprints = load_fingerprints(job)?;
        let FoundImages { sources, rejected, passed_over, unread } = found;
        let outcome =
            RegisteredImages { rejected, passed_over, unread, ..RegisteredImages::default() };
        let mut registration =
            Registration { job, product, label, regions, fingerprints, outcome, done: 0, total };
        for source in sources {
            match source {
                ImageSource::File(path) => registration.add(path, || Ok(None))?,
                ImageSource::Archive(mut archive) => {
                    archive.check_room(job.shared.workspace.root().as_path())?;
                    let names: Vec<PathBuf> = archive.names().map(Path::to_owned).collect();
                    for (index, name) in names.into_iter().enumerate() {
                        registration.add(name, || archive.read(index).map(Some))?;
                    }
                }
            }
        }
        let Registration { fingerprints, outcome, .. } = registration;
        if !outcome.new.is_empty() {
            fingerprints.save(&fingerprints_path(&job.shared))?;
        }
        Ok(outcome)
    }
}

/// A running registration.
struct Registration<'a> {
    job: &'a JobContext,
    product: ProductCode,
    label: ImageLabel,
    regions: BTreeMap<PathBuf, RectPx>,
    fingerprints: NearDuplicates,
    outcome: RegisteredImages,
    done: u64,
    total: u64,
}

impl Registration<'_> {
    /// Registers the file at `path`, or the bytes returned by `read`.
    fn add(
        &mut self,
        path: PathBuf,
        read: impl FnOnce() -> Result<Option<Vec<u8>>, LibraryError>,
    ) -> Result<()> {
        self.job.check()?;
        let name = path.display().to_string();
        self.job.report("progress-register", &name, self.done, self.total);
        self.done += 1;
        let registered = read().map_err(EngineError::Library).and_then(|bytes| {
            let bytes = bytes.map(Arc::new);
            let (product, label) = (self.product.clone(), self.label.clone());
            let (file, read) = (path.clone(), bytes.clone());
            let region = self.regions.get(&path).copied();
            let registered = self.job.library(move |library| {
                let registered = match (&read, &label) {
                    (Some(bytes), _) => {
                        library.register_image_bytes(&product, &label, bytes, &file)
                    }
                    (None, ImageLabel::Normal) => library.register_normal(&product, &file),
                    (None, ImageLabel::Defect(defect)) => {
                        library.register_defect(&product, defect, &file)
                    }
                }?;
                let before = match (region, &label) {
                    (Some(region), ImageLabel::Defect(_)) => {
                        set_region(library, registered, region)?
                    }
                    _ => region,
                };
                let redrawn = (before != region).then_some((registered.id(), before));
                Ok::<_, LibraryError>((registered, redrawn))
            })?;
            Ok((registered, bytes))
        });
        match registered {
            Ok(((Registered::New(id), _), bytes)) => {
                self.outcome.new.push(id);
                self.look_at(id, path, bytes.as_ref().map(|bytes| bytes.as_slice()))?;
            }
            Ok(((Registered::Already(id), redrawn), _)) => {
                self.outcome.known.push(id);
                self.outcome.redrawn.extend(redrawn);
            }
            // One bad file must not keep the others out; a full disk or a broken library concerns
            // all of them.
            Err(EngineError::Library(error)) if error.is_about_one_file() => {
                self.outcome
                    .rejected
                    .push(RejectedFile { path, error: EngineError::Library(error) });
            }
            Err(other) => return Err(other),
        }
        Ok(())
    }
}

impl Registration<'_> {
    /// Looks at the picture of an image just registered from `path` or, from an archive, from
    /// `bytes`: what there is to say about its file, and whether its photograph was known.
    fn look_at(&mut self, id: ImageId, path: PathBuf, bytes: Option<&[u8]>) -> Result<()> {
        let read = bytes.map_or_else(|| read_image(&path), |bytes| decode_image(bytes, &path));
        let image = match read {
            Ok(image) => image,
            // Deleted a moment ago: the next registration computes the fingerprint from the
            // workspace's copy.
            Err(error) => {
                tracing::warn!(%error, "an image is not compared with the others");
                return Ok(());
            }
        };
        if !image.notices.is_empty() {
            let notices = PictureNotices { path: path.clone(), notices: image.notices };
            self.outcome.notices.push(notices);
        }
        let duplicate = add_fingerprint(self.job, &mut self.fingerprints, id, path, &image.rgb)?;
        self.outcome.near_duplicates.extend(duplicate);
        Ok(())
    }
}

/// Sets the region of an image just registered and returns the previous region. Where setting
/// fails, a new image is removed again.
fn set_region(
    library: &mut Library,
    registered: Registered<ImageId>,
    region: RectPx,
) -> Result<Option<RectPx>, LibraryError> {
    let drawn = library.set_defect_region(registered.id(), Some(region));
    if let (Err(_), Registered::New(id)) = (&drawn, registered) {
        library.remove_image(id)?;
    }
    drawn
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use image::imageops::{FilterType, resize};
    use image::{ImageFormat, Rgb, RgbImage};

    use super::*;
    use crate::{AddProduct, Engine, EngineOptions, PreviewImages, RepeatJob, UnfinishedJob};
    use fettle_domain::{Language, Product};
    use fettle_settings::{Settings, Workspace};

    fn submit<R: Request>(engine: &Engine, request: R) -> R::Answer {
        engine.submit(request).unwrap().wait(|_| {}).unwrap()
    }

    fn png(picture: &RgbImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_zip_stands_for_the_images_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(dir.path().join("workspace"));
        workspace.create().unwrap();
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        let product: ProductCode = "p".parse().unwrap();
        let names = (String::new(), String::new());
        submit(
            &engine,
            AddProduct(Product { code: product.clone(), name_ko: names.0, name_en: names.1 }),
        );
        let picture = |seed: u32| {
            RgbImage::from_fn(120, 90, |x, y| {
                let patch = (x / 15 + y / 15 * 8 + seed * 97).wrapping_mul(2_654_435_761) >> 24;
                Rgb([patch as u8, (x + seed * 40) as u8, y as u8])
            })
        };
        let one = picture(1);
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in [
            ("line/a.png", png(&one)),
            ("../b.png", png(&picture(2))),
            ("line/broken.png", b"no picture".to_vec()),
            ("read me.txt", b"-".to_vec()),
            ("smaller.png", png(&resize(&one, 80, 60, FilterType::Lanczos3))),
        ] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&bytes).unwrap();
        }
        let parts = dir.path().join("parts.ZIP");
        std::fs::write(&parts, zip.finish().unwrap().into_inner()).unwrap();
        let not = dir.path().join("not.zip");
        std::fs::write(&not, "no zip").unwrap();
        let single = dir.path().join("single.png");
        std::fs::write(&single, png(&picture(3))).unwrap();
        let paths = vec![single, parts.clone(), not.clone(), dir.path().join("gone.zip")];
        let inside = |name: &str| PathBuf::from(format!("{}/{name}", parts.display()));

        // The preview, before the registration.
        let preview = PreviewImages { paths: paths.clone(), recursive: false, limit: 4, side: 30 };
        let preview = submit(&engine, preview);
        assert_eq!((preview.total, preview.rejected.len()), (5, 2));
        let first: Vec<_> = preview
            .first
            .iter()
            .map(|one| (one.path.as_str(), one.picture.as_ref().map(|small| small.dimensions())))
            .collect();
        let [b, a, broken] = ["../b.png", "line/a.png", "line/broken.png"].map(inside);
        let expected = [
            (paths[0].to_str().unwrap(), Some((30, 22))),
            (b.to_str().unwrap(), Some((30, 22))),
            (a.to_str().unwrap(), Some((30, 22))),
            (broken.to_str().unwrap(), None),
        ];
        assert_eq!(first, expected);

        let (label, regions) = (ImageLabel::Normal, BTreeMap::new());
        let (product, recursive) = (product.clone(), false);
        let request = RegisterImages { product, label, paths, recursive, regions };
        let registered = submit(&engine, request.clone());
        assert_eq!((registered.new.len(), registered.known.len()), (4, 0));
        let rejected: Vec<_> = registered.rejected.iter().map(|one| one.path.clone()).collect();
        assert_eq!(rejected, [not, dir.path().join("gone.zip"), broken]);
        let said = registered.rejected[2].error.explain(Language::En);
        assert!(said.contains("parts.ZIP/line/broken.png"), "{said}");
        let duplicates: Vec<_> =
            registered.near_duplicates.iter().map(|one| one.path.clone()).collect();
        assert_eq!(duplicates, [inside("smaller.png")]);
        // No file was written under a name from the zip.
        assert!(!dir.path().join("b.png").exists());

        // Repeated after a crash: the images of the zip are known.
        let begun_at = "2026-11-22T10:00:00Z".to_owned();
        let (job, entry) = (Arc::new(request.clone()), dir.path().join("entry"));
        submit(&engine, RepeatJob(UnfinishedJob { begun_at, by: None, job, entry }));
        let again = submit(&engine, request);
        assert_eq!((again.new.len(), again.known.len()), (0, 4));
    }
}
