//! Small libraries of computed pictures, for tests of several tabs.

use std::path::{Path, PathBuf};

use egui::Theme;
use image::{Rgb, RgbImage};
use tempfile::TempDir;

use super::test_app::{TestApp, TestAppOptions, run_job};
use fettle_domain::{ImageLabel, Language, Product, ProductCode};
use fettle_engine::{AddDefectType, AddProduct, BuildIndex, Engine, FitBank, RegisterImages};

/// The backbone of the tests that need one.
pub(crate) const MODEL: &str = "efficientnet-lite0";

/// What is registered before the window opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SampleLibrary {
    Empty,
    /// Images of defects of two products; no index.
    Defects,
    /// Images of defects of two products, and their index.
    Indexed,
    /// Normal images of the first product, one of them stained; no bank.
    Normals,
    /// Normal images, defects and a bank of the first product.
    Fitted,
    /// Normal images and a bank of the first product; no defects.
    FittedWithoutDefects,
}

pub(crate) fn casting() -> ProductCode {
    ProductCode::new("casting").unwrap()
}

fn leather() -> ProductCode {
    ProductCode::new("leather").unwrap()
}

/// A picture of a part with a grain, of the colour `base`, with a hole, a scratch or no defect.
pub(crate) fn part(base: [u8; 3], seed: u32, defect: Option<&str>) -> RgbImage {
    let (left, top) = (50 + (seed * 37) % 60, 40 + (seed * 53) % 40);
    RgbImage::from_fn(160, 120, |x, y| {
        let (dx, dy) = (x.abs_diff(left) as f32, y.abs_diff(top) as f32);
        match defect {
            Some("hole") if dx * dx + dy * dy < 170.0 => return Rgb([12, 12, 16]),
            Some("scratch") if (dx - dy).abs() < 2.0 && dx < 34.0 => return Rgb([250, 250, 240]),
            _ => {}
        }
        let noise = (x * 31 + y * 17 + seed * 7).wrapping_mul(2_654_435_761) >> 28;
        let wave = ((x + y + seed) as f32 / 9.0).sin() * 6.0;
        Rgb(base.map(|value| (f32::from(value) + noise as f32 + wave) as u8))
    })
}

pub(crate) const METAL: [u8; 3] = [120, 125, 130];
const LEATHER: [u8; 3] = [110, 70, 40];

pub(crate) fn save(dir: &Path, name: &str, picture: &RgbImage) -> PathBuf {
    let path = dir.join(name);
    picture.save(&path).unwrap();
    path
}

fn prepare(engine: &Engine, dir: &Path, library: SampleLibrary) {
    let product = |code, name_ko: &str, name_en: &str| {
        let (name_ko, name_en) = (name_ko.to_owned(), name_en.to_owned());
        run_job(engine, AddProduct(Product { code, name_ko, name_en }));
    };
    let defect = |product: ProductCode, code: &str, name_ko: &str, base, count: u32| {
        run_job(
            engine,
            AddDefectType {
                product: product.clone(),
                code: code.parse().unwrap(),
                name_ko: Some(name_ko.to_owned()),
                name_en: Some(code.to_uppercase()),
                full_name: None,
            },
        );
        let paths = (0..count).map(|seed| {
            let picture = part(base, 100 + seed, Some(code));
            save(dir, &format!("{product}_{code}_{seed}.png"), &picture)
        });
        let (label, paths) = (ImageLabel::Defect(code.parse().unwrap()), paths.collect());
        run_job(
            engine,
            RegisterImages { product, label, paths, recursive: false, regions: Default::default() },
        );
    };
    if library != SampleLibrary::Empty {
        product(casting(), "주조품", "Casting");
    }
    if matches!(library, SampleLibrary::Defects | SampleLibrary::Indexed | SampleLibrary::Fitted) {
        defect(casting(), "hole", "기공", METAL, 4);
        defect(casting(), "scratch", "스크래치", METAL, 4);
    }
    if matches!(library, SampleLibrary::Defects | SampleLibrary::Indexed) {
        product(leather(), "가죽", "Leather");
        defect(leather(), "scratch", "긁힘", LEATHER, 4);
    }
    if library == SampleLibrary::Indexed {
        run_job(engine, BuildIndex { rebuild: false });
    }
    if matches!(
        library,
        SampleLibrary::Normals | SampleLibrary::Fitted | SampleLibrary::FittedWithoutDefects
    ) {
        let mut paths: Vec<PathBuf> = (0..9)
            .map(|seed| save(dir, &format!("ok{seed}.png"), &part(METAL, seed, None)))
            .collect();
        paths.push(save(dir, "ok_stained.png", &part(METAL, 9, Some("hole"))));
        let (label, regions) = (ImageLabel::Normal, Default::default());
        run_job(
            engine,
            RegisterImages { product: casting(), label, paths, recursive: false, regions },
        );
    }
    if matches!(library, SampleLibrary::Fitted | SampleLibrary::FittedWithoutDefects) {
        run_job(engine, FitBank { ratio: 0.1, ..FitBank::new(casting()) });
    }
}

/// The window on a workspace with `library`. `then` gets the engine and a folder for files before
/// the window opens.
pub(crate) fn open_app(
    language: Language,
    theme: Theme,
    library: SampleLibrary,
    models: Option<&Path>,
    then: impl FnOnce(&Engine, &Path),
) -> TestApp {
    let models = models.map(Path::to_owned);
    let options = TestAppOptions { theme, models, ..TestAppOptions::new(language) };
    options.start(|engine| {
        let dir = TempDir::new().unwrap();
        prepare(engine, dir.path(), library);
        then(engine, dir.path());
    })
}
