//! Draws every picture and manual of the recipe and writes them below one folder.

use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use image::{DynamicImage, GrayImage, ImageFormat};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::error::{DemoError, Result};
use super::recipe::{ProductRecipe, Recipe, Surface};
use super::typeface::{Family, korean_family};
use super::{casting, leather, manual_pdf};
use fettle_domain::{
    DefectCode, DefectType, Mask, Product, ProductCode, Progress, ProgressSink, Verdict,
};

/// What was written, for the engine to register.
#[derive(Debug, Clone)]
pub struct DemoWorld {
    /// The folder that everything is in.
    pub root: PathBuf,
    /// Products, in the order to show them.
    pub products: Vec<DemoProduct>,
    /// Parts to inspect, none of them among the normals or defects above.
    pub inspections: Vec<DemoInspection>,
}

/// One product with all its files.
#[derive(Debug, Clone)]
pub struct DemoProduct {
    /// The product to register.
    pub product: Product,
    /// Its defect types to register.
    pub defect_types: Vec<DefectType>,
    /// Pictures of sound parts, to fit a memory bank with: `<product>/normal/NN.png`.
    pub normals: Vec<PathBuf>,
    /// Pictures of known defects, to find as similar.
    pub defects: Vec<DemoDefectImage>,
    /// Its manual: `<product>/<product>_manual.pdf`.
    pub manual: PathBuf,
}

/// A picture of a known defect.
#[derive(Debug, Clone)]
pub struct DemoDefectImage {
    /// Which defect.
    pub defect: DefectCode,
    /// The picture: `<product>/defect/<code>/NN.png`.
    pub image: PathBuf,
    /// Where the defect is, as an 8-bit grey picture of the same size, 255 inside it and 0
    /// elsewhere: `<product>/mask/<code>/NN.png`.
    pub mask: PathBuf,
}

/// A part to inspect, and the truth about it.
#[derive(Debug, Clone)]
pub struct DemoInspection {
    /// The product shown.
    pub product: ProductCode,
    /// The picture: `<product>/inspect/<name>.png`.
    pub image: PathBuf,
    /// What an inspection should find.
    pub expected: Verdict,
    /// Which defect it has; `None` if it is sound.
    pub defect: Option<DefectCode>,
    /// Where the defect is, as in [`DemoDefectImage::mask`]: `<product>/mask/inspect/<name>.png`.
    pub mask: Option<PathBuf>,
}

/// A finished picture and where its flaw is; an empty mask for a sound part.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub(super) image: DynamicImage,
    pub(super) mask: Mask,
}

/// The two together.
pub(super) fn picture_of(image: DynamicImage, mask: Mask) -> Picture {
    Picture { image, mask }
}

/// A picture to draw, and where to write it, relative to the root.
struct Order {
    product: ProductCode,
    surface: Surface,
    part_seed: u64,
    flaw_seed: u64,
    image: PathBuf,
    mask: Option<PathBuf>,
}

/// Draws the demo world and writes it to `dir`, which must be absent or empty. Takes some
/// seconds on all cores. The bytes of the pictures depend on nothing but the built-in recipe;
/// those of the manuals also on the machine's Korean font.
///
/// Reports steps `progress-demo-images` and `progress-demo-manuals`. Nothing appears at `dir`
/// before all of it is written, so that an error, a crash or a cancellation leaves nothing.
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
    refuse_full(dir)?;

    // Beside `dir`, so that the last step is one rename within a file system.
    let scratch = tempfile::Builder::new()
        .prefix(".fettle-demo-")
        .tempdir_in(parent)
        .map_err(|source| io(parent, source))?;
    // Not the temporary folder itself: that one only its owner may read.
    let staged = scratch.path().join("world");
    let world = render_into(&staged, dir, &recipe, &family, sink)?;
    sink.check()?;
    if dir.is_dir() {
        // Fails if somebody has put a file there meanwhile.
        fs::remove_dir(dir).map_err(|source| io(dir, source))?;
    }
    fs::rename(&staged, dir).map_err(|source| io(dir, source))?;
    Ok(world)
}

fn render_into(
    staged: &Path,
    root: &Path,
    recipe: &Recipe,
    family: &Family,
    sink: &dyn ProgressSink,
) -> Result<DemoWorld> {
    let mut world =
        DemoWorld { root: root.to_owned(), products: Vec::new(), inspections: Vec::new() };
    let mut orders = Vec::new();
    for product in &recipe.products {
        // A product's seeds do not depend on what other products the recipe has.
        let salt = product.code.as_str().bytes().fold(recipe.seed, |seed, byte| {
            seed.rotate_left(9).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(byte)
        });
        let mut seeds = ChaCha8Rng::seed_from_u64(salt);
        plan(product, root, &mut seeds, &mut orders, &mut world)?;
    }

    let total = orders.len() as u64;
    let done = AtomicU64::new(0);
    orders.par_iter().try_for_each(|order| -> Result<()> {
        sink.check()?;
        order.fill(staged)?;
        sink.report(Progress {
            step: "progress-demo-images",
            subject: order.product.to_string(),
            done: done.fetch_add(1, Ordering::Relaxed) + 1,
            total: Some(total),
        });
        Ok(())
    })?;

    for (index, product) in recipe.products.iter().enumerate() {
        sink.check()?;
        let pdf = manual_pdf::print(&product.manual, family)?;
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

/// Orders all pictures of `product`, and lists them in `world` as they will be.
fn plan(
    product: &ProductRecipe,
    root: &Path,
    seeds: &mut ChaCha8Rng,
    orders: &mut Vec<Order>,
    world: &mut DemoWorld,
) -> Result<()> {
    let folder = PathBuf::from(product.code.as_str());
    let mut order = |surface: Surface, image: PathBuf, mask: Option<PathBuf>| {
        orders.push(Order {
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
        order(product.surface()?, image, None);
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
            order(defect.look.flawed(), image, Some(mask));
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
            Some(defect) => product.flawed(defect)?,
            None => product.surface()?,
        };
        order(surface, image, mask);
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

impl Order {
    /// Draws and writes.
    fn fill(&self, root: &Path) -> Result<()> {
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
    // A mask always has as many flags as pixels.
    GrayImage::from_raw(mask.width, mask.height, bytes).unwrap_or_default().into()
}

fn write_png(path: &Path, image: &DynamicImage) -> Result<()> {
    let mut bytes = Cursor::new(Vec::new());
    image
        .write_to(&mut bytes, ImageFormat::Png)
        .map_err(|source| DemoError::Encode { path: path.to_owned(), source })?;
    write(path, bytes.get_ref())
}

/// Writes below the staging folder; the rename of that folder is what makes it visible.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|source| io(folder, source))?;
    }
    let mut file = File::create(path).map_err(|source| io(path, source))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|source| io(path, source))
}

fn refuse_full(dir: &Path) -> Result<()> {
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
pub(super) mod tests_support {
    use super::Picture;
    use fettle_domain::Mask;

    /// Share of the mask's pixels that lie where `inside` says; `None` for an empty mask.
    pub(in super::super) fn share_inside(
        mask: &Mask,
        inside: impl Fn(f32, f32) -> bool,
    ) -> Option<f32> {
        let set: Vec<bool> = (0..mask.set.len())
            .filter(|i| mask.set[*i])
            .map(|i| {
                let (x, y) = (i % mask.width as usize, i / mask.width as usize);
                inside(x as f32 + 0.5, y as f32 + 0.5)
            })
            .collect();
        let within = set.iter().filter(|within| **within).count();
        (!set.is_empty()).then(|| within as f32 / set.len() as f32)
    }

    /// Pixels differ within `reach` of the mask and nowhere else, and strongly inside it.
    pub(in super::super) fn assert_only_near_mask(
        sound: &Picture,
        flawed: &Picture,
        reach: i64,
        what: &str,
    ) {
        let (a, b) = (sound.image.to_rgb8(), flawed.image.to_rgb8());
        let (width, height) = a.dimensions();
        let set: Vec<(i64, i64)> = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .filter(|(x, y)| flawed.mask.set[(y * width + x) as usize])
            .map(|(x, y)| (i64::from(x), i64::from(y)))
            .collect();
        assert!(set.len() > 25, "{what}: only {} pixels in the mask", set.len());
        let change = |x: u32, y: u32| {
            let (a, b) = (a.get_pixel(x, y), b.get_pixel(x, y));
            (0..3).map(|c| a[c].abs_diff(b[c])).max().unwrap()
        };
        for y in 0..height {
            for x in 0..width {
                if change(x, y) > 0 {
                    let (x, y) = (i64::from(x), i64::from(y));
                    let near =
                        |m: &(i64, i64)| (m.0 - x).pow(2) + (m.1 - y).pow(2) <= reach * reach;
                    assert!(set.iter().any(near), "{what}: changed at {x}, {y}, far from the mask");
                }
            }
        }
        let inside: f64 =
            set.iter().map(|(x, y)| f64::from(change(*x as u32, *y as u32))).sum::<f64>();
        let inside = inside / set.len() as f64;
        assert!(inside > 12.0, "{what}: too faint, {inside} grey levels inside the mask");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::{CancelToken, Cancelled, Unobserved};
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

    /// `None` after saying so, where the machine has no Korean font.
    fn rendered(dir: &Path) -> Option<DemoWorld> {
        match render(dir, &Unobserved) {
            Ok(world) => Some(world),
            Err(DemoError::NoKoreanFont) => {
                eprintln!("skipped: no Korean font on this machine");
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Writes the world to `FETTLE_DEMO_DIR` too, where that is set, to be looked at.
    #[test]
    fn the_world_is_whole_and_the_same_each_time() {
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
    fn a_full_folder_is_left_alone() {
        let temp = tempfile::tempdir().unwrap();
        fs::write(temp.path().join("mine.txt"), "mine").unwrap();
        match render(temp.path(), &Unobserved) {
            Err(DemoError::NotEmpty(_)) => {}
            Err(DemoError::NoKoreanFont) => return eprintln!("skipped: no Korean font"),
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
            Err(DemoError::NoKoreanFont) => return eprintln!("skipped: no Korean font"),
            other => panic!("{other:?}"),
        }
        assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 0);
    }
}
