//! Rendering of all pictures and manuals of the demo world into one folder.

use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use image::{DynamicImage, GrayImage, ImageFormat};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::error::{DemoError, Result};
use super::recipe::{ProductRecipe, Recipe};
use super::surface::Surface;
use super::typeface::{Family, korean_family};
use super::world::{DemoDefectImage, DemoInspection, DemoProduct, DemoWorld};
use super::{casting, leather, manual_pdf};
use fettle_domain::{Mask, ProductCode, Progress, ProgressSink, Verdict};

/// A picture to render, and its files relative to the root.
struct RenderJob {
    product: ProductCode,
    surface: Surface,
    part_seed: u64,
    flaw_seed: u64,
    image: PathBuf,
    mask: Option<PathBuf>,
}

/// Renders the demo world and writes it to `dir`, which must be absent or empty. Rendering takes
/// some seconds on all cores. The bytes of the pictures depend on the built-in recipe alone; those
/// of the manuals also on the machine's Korean font.
///
/// Reports the steps `progress-demo-images` and `progress-demo-manuals`. `dir` appears only when
/// all files are written, so that an error, a crash or a cancellation leaves nothing behind.
///
/// # Errors
/// [`DemoError::NoKoreanFont`] before anything is drawn, [`DemoError::NotEmpty`],
/// [`DemoError::Io`], [`DemoError::Cancelled`].
pub fn render(dir: &Path, sink: &dyn ProgressSink) -> Result<DemoWorld> {
    let family = korean_family()?;
    let recipe = Recipe::built_in()?;
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(|source| io(parent, source))?;
    check_empty(dir)?;

    // In the same folder as `dir`, so that the last step is a rename within one file system.
    let scratch = tempfile::Builder::new()
        .prefix(".fettle-demo-")
        .tempdir_in(parent)
        .map_err(|source| io(parent, source))?;
    // A subfolder, since only its owner may read the temporary folder itself.
    let staged = scratch.path().join("world");
    let world = render_to(&staged, dir, &recipe, &family, sink)?;
    sink.check()?;
    if dir.is_dir() {
        // Fails where another process has put a file there meanwhile.
        fs::remove_dir(dir).map_err(|source| io(dir, source))?;
    }
    fs::rename(&staged, dir).map_err(|source| io(dir, source))?;
    Ok(world)
}

fn render_to(
    staged: &Path,
    root: &Path,
    recipe: &Recipe,
    family: &Family,
    sink: &dyn ProgressSink,
) -> Result<DemoWorld> {
    let mut world =
        DemoWorld { root: root.to_owned(), products: Vec::new(), inspections: Vec::new() };
    let mut jobs = Vec::new();
    for product in &recipe.products {
        // A product's seeds do not depend on what other products the recipe has.
        let salt = product.code.as_str().bytes().fold(recipe.seed, |seed, byte| {
            seed.rotate_left(9).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(byte)
        });
        let mut seeds = ChaCha8Rng::seed_from_u64(salt);
        plan_product(product, root, &mut seeds, &mut jobs, &mut world)?;
    }

    let total = jobs.len() as u64;
    let done = AtomicU64::new(0);
    jobs.par_iter().try_for_each(|job| -> Result<()> {
        sink.check()?;
        job.run(staged)?;
        sink.report(Progress {
            step: "progress-demo-images",
            subject: job.product.to_string(),
            done: done.fetch_add(1, Ordering::Relaxed) + 1,
            total: Some(total),
        });
        Ok(())
    })?;

    for (index, product) in recipe.products.iter().enumerate() {
        sink.check()?;
        let pdf = manual_pdf::render(&product.manual, family)?;
        write(&staged.join(manual_path(product)), &pdf)?;
        sink.report(Progress {
            step: "progress-demo-manuals",
            subject: product.code.to_string(),
            done: index as u64 + 1,
            total: Some(recipe.products.len() as u64),
        });
    }
    Ok(world)
}

fn manual_path(product: &ProductRecipe) -> PathBuf {
    PathBuf::from(product.code.as_str()).join(format!("{}_manual.pdf", product.code))
}

/// Adds the jobs of all pictures of a product, and lists their future files in `world`.
fn plan_product(
    product: &ProductRecipe,
    root: &Path,
    seeds: &mut ChaCha8Rng,
    jobs: &mut Vec<RenderJob>,
    world: &mut DemoWorld,
) -> Result<()> {
    let folder = PathBuf::from(product.code.as_str());
    let mut add_job = |surface: Surface, image: PathBuf, mask: Option<PathBuf>| {
        jobs.push(RenderJob {
            product: product.code.clone(),
            surface,
            part_seed: seeds.random(),
            flaw_seed: seeds.random(),
            image,
            mask,
        });
    };

    let mut normals = Vec::new();
    for number in 1..=product.normals {
        let image = folder.join("normal").join(format!("{number:02}.png"));
        normals.push(root.join(&image));
        add_job(product.sound_surface()?, image, None);
    }
    let mut defects = Vec::new();
    for defect in &product.defects {
        for number in 1..=product.images_per_defect {
            let file = format!("{number:02}.png");
            let image = folder.join("defect").join(defect.code.as_str()).join(&file);
            let mask = folder.join("mask").join(defect.code.as_str()).join(&file);
            defects.push(DemoDefectImage {
                defect: defect.code.clone(),
                image: root.join(&image),
                mask: root.join(&mask),
            });
            add_job(defect.appearance.surface(), image, Some(mask));
        }
    }
    for inspect in &product.inspect {
        let file = format!("{}.png", inspect.name);
        let image = folder.join("inspect").join(&file);
        let mask = inspect.defect.as_ref().map(|_| folder.join("mask").join("inspect").join(&file));
        world.inspections.push(DemoInspection {
            product: product.code.clone(),
            image: root.join(&image),
            expected: if inspect.defect.is_some() { Verdict::Ng } else { Verdict::Ok },
            defect: inspect.defect.clone(),
            mask: mask.as_ref().map(|mask| root.join(mask)),
        });
        let surface = match &inspect.defect {
            Some(defect) => product.surface_with(defect)?,
            None => product.sound_surface()?,
        };
        add_job(surface, image, mask);
    }
    world.products.push(DemoProduct {
        product: product.product(),
        defect_types: product.defect_types(),
        normals,
        defects,
        manual: root.join(manual_path(product)),
    });
    Ok(())
}

impl RenderJob {
    /// Renders the picture and writes its files.
    fn run(&self, root: &Path) -> Result<()> {
        let picture = match self.surface {
            Surface::Casting(flaw) => {
                casting::render(self.part_seed, flaw.map(|flaw| (flaw, self.flaw_seed)))
            }
            Surface::Leather(flaw) => {
                leather::render(self.part_seed, flaw.map(|flaw| (flaw, self.flaw_seed)))
            }
        };
        write_png(&root.join(&self.image), &picture.image)?;
        if let Some(mask) = &self.mask {
            write_png(&root.join(mask), &mask_image(&picture.mask))?;
        }
        Ok(())
    }
}

fn mask_image(mask: &Mask) -> DynamicImage {
    let bytes = mask.set.iter().map(|set| if *set { 255 } else { 0 }).collect();
    // A mask has as many flags as pixels.
    GrayImage::from_raw(mask.width, mask.height, bytes).unwrap_or_default().into()
}

fn write_png(path: &Path, image: &DynamicImage) -> Result<()> {
    let mut bytes = Cursor::new(Vec::new());
    image
        .write_to(&mut bytes, ImageFormat::Png)
        .map_err(|source| DemoError::Encode { path: path.to_owned(), source })?;
    write(path, bytes.get_ref())
}

/// Writes a file below the staging folder, which becomes visible by a rename of the folder.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|source| io(folder, source))?;
    }
    let mut file = File::create(path).map_err(|source| io(path, source))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|source| io(path, source))
}

/// [`DemoError::NotEmpty`] unless the folder is absent or empty.
fn check_empty(dir: &Path) -> Result<()> {
    match fs::read_dir(dir).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(DemoError::NotEmpty(dir.to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(io(dir, error)),
    }
}

fn io(path: &Path, source: std::io::Error) -> DemoError {
    DemoError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::DefectCode;
    use fettle_domain::{CancelToken, Cancelled, NullProgress};
    use fettle_testing::data::{Skip, skipped};
    use std::collections::{BTreeMap, HashSet};

    fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        for entry in walkdir::WalkDir::new(root) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let relative = entry.path().strip_prefix(root).unwrap().to_owned();
                found.insert(relative, fs::read(entry.path()).unwrap());
            }
        }
        found
    }

    /// The world rendered into `dir`; `None` where the machine has no Korean font.
    fn rendered(dir: &Path) -> Option<DemoWorld> {
        match render(dir, &NullProgress) {
            Ok(world) => Some(world),
            Err(DemoError::NoKoreanFont) => {
                skipped(Skip::Font, "Korean");
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Writes the world to `FETTLE_DEMO_DIR` too, where that is set, for people to look at.
    #[test]
    fn the_world_is_complete_and_reproducible() {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().join("demo");
        let Some(world) = rendered(&dir) else { return };
        let again = std::env::var_os("FETTLE_DEMO_DIR")
            .map_or_else(|| temp.path().join("again"), PathBuf::from);
        rendered(&again);
        let (written, once_more) = (files(&dir), files(&again));
        assert_eq!(written.len(), once_more.len());
        for (path, bytes) in &written {
            assert_eq!(Some(bytes), once_more.get(path), "{} differs", path.display());
        }

        let mut listed = HashSet::new();
        for product in &world.products {
            assert_eq!(product.normals.len(), 40);
            assert_eq!(product.defects.len(), 8 * product.defect_types.len());
            listed.insert(&product.manual);
            listed.extend(&product.normals);
            listed.extend(product.defects.iter().flat_map(|d| [&d.image, &d.mask]));
            let pictures: HashSet<_> =
                product.normals.iter().map(|p| fs::read(p).unwrap()).collect();
            assert_eq!(pictures.len(), product.normals.len(), "normals differ from each other");
        }
        for inspection in &world.inspections {
            listed.insert(&inspection.image);
            listed.extend(&inspection.mask);
        }
        let on_disk: HashSet<PathBuf> = written.keys().map(|path| dir.join(path)).collect();
        assert_eq!(listed.into_iter().cloned().collect::<HashSet<_>>(), on_disk);

        let truth: Vec<_> = world
            .inspections
            .iter()
            .map(|i| (i.product.as_str(), i.expected, i.defect.as_ref().map(DefectCode::as_str)))
            .collect();
        assert_eq!(
            truth,
            [
                ("prod1", Verdict::Ok, None),
                ("prod1", Verdict::Ng, Some("hole")),
                ("leather", Verdict::Ng, Some("cut")),
            ]
        );
        for defect in world.products.iter().flat_map(|p| &p.defects) {
            let mask = image::open(&defect.mask).unwrap().to_luma8();
            let picture = image::open(&defect.image).unwrap();
            assert_eq!(mask.dimensions(), (picture.width(), picture.height()));
            assert!(mask.pixels().all(|p| p[0] == 0 || p[0] == 255));
            assert!(
                mask.pixels().filter(|p| p[0] == 255).count() > 25,
                "{}",
                defect.mask.display()
            );
        }
    }

    #[test]
    fn a_folder_with_files_is_not_touched() {
        let temp = tempfile::tempdir().unwrap();
        fs::write(temp.path().join("mine.txt"), "mine").unwrap();
        match render(temp.path(), &NullProgress) {
            Err(DemoError::NotEmpty(_)) => {}
            Err(DemoError::NoKoreanFont) => return skipped(Skip::Font, "Korean"),
            other => panic!("{other:?}"),
        }
        assert_eq!(fs::read(temp.path().join("mine.txt")).unwrap(), b"mine");
    }

    #[test]
    fn cancelling_leaves_nothing() {
        struct AfterFive(CancelToken);
        impl ProgressSink for AfterFive {
            fn report(&self, progress: Progress) {
                if progress.done >= 5 {
                    self.0.cancel();
                }
            }
            fn check(&self) -> Result<(), Cancelled> {
                self.0.check()
            }
        }
        let temp = tempfile::tempdir().unwrap();
        match render(&temp.path().join("demo"), &AfterFive(CancelToken::default())) {
            Err(DemoError::Cancelled(Cancelled)) => {}
            Err(DemoError::NoKoreanFont) => return skipped(Skip::Font, "Korean"),
            other => panic!("{other:?}"),
        }
        assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 0);
    }
}
