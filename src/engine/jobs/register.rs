//! Images of sound parts and of known defects.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::take_back::TakeBack;
use super::twins::{Twin, known_prints, note, twins_path};
use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request};
use crate::unfinished::Repeatable;
use fettle_domain::{ImageId, ImageLabel, ProductCode, RectPx, is_named_as_image};
use fettle_library::{ImageArchive, Library, LibraryError, Registered};
use fettle_retrieval::twins::Twins;

/// Registers images under one label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisterImages {
    /// The product they show.
    pub product: ProductCode,
    /// Normal, or which defect.
    pub label: ImageLabel,
    /// Files, and directories and zips of which all images are meant.
    pub paths: Vec<PathBuf>,
    /// The part of an image that shows the defect, by the image's file; an image without one is
    /// registered as a whole. Of a file that is registered already the region is drawn anew.
    #[serde(default)]
    pub regions: BTreeMap<PathBuf, RectPx>,
}

/// What became of them.
#[derive(Debug, Default)]
pub struct RegisteredImages {
    /// Newly registered, in order.
    pub new: Vec<ImageId>,
    /// Registered before with the same bytes and label.
    pub known: Vec<ImageId>,
    /// Of the new ones, those that show a photograph that is registered already.
    pub twins: Vec<Twin>,
    /// Of those registered before, the ones whose region was drawn anew, with the one they had.
    pub redrawn: Vec<(ImageId, Option<RectPx>)>,
    /// Not registered.
    pub refused: Vec<Refusal>,
}

impl RegisteredImages {
    /// How it is undone; `None` where nothing was changed.
    pub fn undo(&self) -> Option<TakeBack> {
        let (new, redrawn) = (self.new.clone(), self.redrawn.clone());
        let is_change = !new.is_empty() || !redrawn.is_empty();
        is_change.then_some(TakeBack::Images { new, redrawn })
    }
}

/// A file that could not be registered.
#[derive(Debug)]
pub struct Refusal {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub error: EngineError,
}

impl Request for RegisterImages {
    type Answer = RegisteredImages;

    fn name(&self) -> &'static str {
        "register-images"
    }

    fn repeatable(&self) -> Option<Repeatable> {
        Some(Repeatable::RegisterImages(self.clone()))
    }

    fn run(self, job: &JobContext) -> Result<RegisteredImages> {
        let Self { product, label, paths, regions } = self;
        super::catalogue::require_product(job, &product)?;
        let (sources, refused) = sources(paths);
        let total = sources.iter().map(Source::count).sum::<usize>() as u64;
        let prints = known_prints(job)?;
        let outcome = RegisteredImages { refused, ..RegisteredImages::default() };
        let mut registering =
            Registering { job, product, label, regions, prints, outcome, done: 0, total };
        for source in sources {
            match source {
                Source::File(path) => registering.add(path, || Ok(None))?,
                Source::Archive(mut archive) => {
                    let names: Vec<PathBuf> = archive.names().map(Path::to_owned).collect();
                    for (place, name) in names.into_iter().enumerate() {
                        registering.add(name, || archive.read(place).map(Some))?;
                    }
                }
            }
        }
        let Registering { prints, outcome, .. } = registering;
        if !outcome.new.is_empty() {
            prints.save(&twins_path(&job.shared))?;
        }
        Ok(outcome)
    }
}

/// A registration under way.
struct Registering<'a> {
    job: &'a JobContext,
    product: ProductCode,
    label: ImageLabel,
    regions: BTreeMap<PathBuf, RectPx>,
    prints: Twins,
    outcome: RegisteredImages,
    done: u64,
    total: u64,
}

impl Registering<'_> {
    /// Registers the file at `path`, or the bytes that `read` gives for it.
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
            let registered = self.job.shared.library(move |library| {
                let registered = match (&read, &label) {
                    (Some(bytes), _) => library.register_read(&product, &label, bytes, &file),
                    (None, ImageLabel::Normal) => library.register_normal(&product, &file),
                    (None, ImageLabel::Defect(defect)) => {
                        library.register_defect(&product, defect, &file)
                    }
                }?;
                let before = match (region, &label) {
                    (Some(region), ImageLabel::Defect(_)) => draw(library, registered, region)?,
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
                let bytes = bytes.as_ref().map(|bytes| bytes.as_slice());
                self.outcome.twins.extend(note(self.job, &mut self.prints, id, path, bytes)?);
            }
            Ok(((Registered::Already(id), redrawn), _)) => {
                self.outcome.known.push(id);
                self.outcome.redrawn.extend(redrawn);
            }
            // One bad file must not keep the others out; a full disk or a broken
            // library concerns them all.
            Err(EngineError::Library(error)) if error.is_about_one_file() => {
                self.outcome.refused.push(Refusal { path, error: EngineError::Library(error) });
            }
            Err(other) => return Err(other),
        }
        Ok(())
    }
}

/// Draws the region of an image just registered; the one of before. Where it cannot be drawn, the
/// image is not registered either.
fn draw(
    library: &mut Library,
    registered: Registered<ImageId>,
    region: RectPx,
) -> Result<Option<RectPx>, LibraryError> {
    let drawn = library.draw_region(registered.id(), Some(region));
    if let (Err(_), Registered::New(id)) = (&drawn, registered) {
        library.remove_image(id)?;
    }
    drawn
}

/// Where images come from.
pub(super) enum Source {
    /// A file.
    File(PathBuf),
    /// A zip.
    Archive(ImageArchive),
}

impl Source {
    /// How many images it is.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::File(_) => 1,
            Self::Archive(archive) => archive.names().len(),
        }
    }
}

/// The images that `paths` stand for, and those of them that stand for none.
pub(super) fn sources(paths: Vec<PathBuf>) -> (Vec<Source>, Vec<Refusal>) {
    let (mut found, mut refused) = (Vec::new(), Vec::new());
    for path in paths {
        let sources = match ImageArchive::is_named_so(&path) && path.is_file() {
            true => ImageArchive::open(&path)
                .map(|archive| vec![Source::Archive(archive)])
                .map_err(EngineError::Library),
            false => images_at(&path).map(|files| files.into_iter().map(Source::File).collect()),
        };
        match sources {
            Ok(sources) => found.extend(sources),
            Err(error) => refused.push(Refusal { path, error }),
        }
    }
    (found, refused)
}

/// `path` itself, or the images of the directory `path`, by name.
pub(super) fn images_at(path: &Path) -> Result<Vec<PathBuf>> {
    let file_error = |source| EngineError::File { path: path.to_owned(), source };
    if !std::fs::metadata(path).map_err(file_error)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut images = Vec::new();
    for entry in std::fs::read_dir(path).map_err(file_error)? {
        let file = entry.map_err(file_error)?.path();
        if is_named_as_image(&file) {
            images.push(file);
        }
    }
    if images.is_empty() {
        return Err(EngineError::Library(LibraryError::NotAnImage { path: path.to_owned() }));
    }
    images.sort();
    Ok(images)
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

    fn answer<R: Request>(engine: &Engine, request: R) -> R::Answer {
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
        answer(
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

        // Seen before anything is registered.
        let preview = PreviewImages { paths: paths.clone(), most: 4, side: 30 };
        let preview = answer(&engine, preview);
        assert_eq!((preview.total, preview.refused.len()), (5, 2));
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
        let request = RegisterImages { product: product.clone(), label, paths, regions };
        let registered = answer(&engine, request.clone());
        assert_eq!((registered.new.len(), registered.known.len()), (4, 0));
        let refused: Vec<_> = registered.refused.iter().map(|one| one.path.clone()).collect();
        assert_eq!(refused, [not, dir.path().join("gone.zip"), broken]);
        let said = registered.refused[2].error.explain(Language::En);
        assert!(said.contains("parts.ZIP/line/broken.png"), "{said}");
        let twins: Vec<_> = registered.twins.iter().map(|twin| twin.path.clone()).collect();
        assert_eq!(twins, [inside("smaller.png")]);
        // Nothing was written under the names in the zip.
        assert!(!dir.path().join("b.png").exists());

        // After a crash the zip is read again, and its images are known.
        let begun_at = "2026-11-22T10:00:00Z".to_owned();
        let job = Repeatable::RegisterImages(request.clone());
        answer(&engine, RepeatJob(UnfinishedJob { begun_at, job, note: dir.path().join("note") }));
        let again = answer(&engine, request);
        assert_eq!((again.new.len(), again.known.len()), (0, 4));
    }
}
