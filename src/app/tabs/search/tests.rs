//! Search on a real engine in a workspace of its own, driven as a person would.

use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::accesskit::Toggled;
use egui::{Key, Modifiers, Pos2, Role, Theme, vec2};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use image::{Rgb, RgbImage};
use tempfile::TempDir;

use crate::tests::scene::{Scene, Setting, Window, answer, models_with};
use fettle_domain::{ImageLabel, Language, Product, ProductCode};
use fettle_engine::{
    AddDefectType, AddProduct, BuildIndex, Engine, FitBank, Inspect, RegisterDefect, RegisterImages,
};
use fettle_i18n::Value;

/// What these tests' parts are looked at with.
pub(in crate::tabs) const MODEL: &str = "efficientnet-lite0";

/// What of the world is there before the window opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tabs) enum World {
    Empty,
    /// Images of defects of two products, no index.
    Defects,
    /// The same and an index.
    Indexed,
    /// Normal images of the first product, one of them stained, no bank.
    Normals,
    /// The same, its defects, and a bank.
    Fitted,
    /// The same without known defects.
    FittedWithoutDefects,
}

pub(in crate::tabs) fn casting() -> ProductCode {
    ProductCode::new("casting").unwrap()
}

fn leather() -> ProductCode {
    ProductCode::new("leather").unwrap()
}

/// A part with a grain, and with a hole, a scratch or neither.
pub(in crate::tabs) fn part(base: [u8; 3], seed: u32, defect: Option<&str>) -> RgbImage {
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

pub(in crate::tabs) const METAL: [u8; 3] = [120, 125, 130];
const LEATHER: [u8; 3] = [110, 70, 40];

pub(in crate::tabs) fn save(dir: &Path, name: &str, picture: &RgbImage) -> PathBuf {
    let path = dir.join(name);
    picture.save(&path).unwrap();
    path
}

fn prepare(engine: &Engine, dir: &Path, world: World) {
    let product = |code, name_ko: &str, name_en: &str| {
        let (name_ko, name_en) = (name_ko.to_owned(), name_en.to_owned());
        answer(engine, AddProduct(Product { code, name_ko, name_en }));
    };
    let defect = |product: ProductCode, code: &str, name_ko: &str, base, count: u32| {
        answer(
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
        answer(engine, RegisterImages { product, label, paths, regions: Default::default() });
    };
    if world != World::Empty {
        product(casting(), "주조품", "Casting");
    }
    if matches!(world, World::Defects | World::Indexed | World::Fitted) {
        defect(casting(), "hole", "기공", METAL, 4);
        defect(casting(), "scratch", "스크래치", METAL, 4);
    }
    if matches!(world, World::Defects | World::Indexed) {
        product(leather(), "가죽", "Leather");
        defect(leather(), "scratch", "긁힘", LEATHER, 4);
    }
    if world == World::Indexed {
        answer(engine, BuildIndex { rebuild: false });
    }
    if matches!(world, World::Normals | World::Fitted | World::FittedWithoutDefects) {
        let mut paths: Vec<PathBuf> = (0..9)
            .map(|seed| save(dir, &format!("ok{seed}.png"), &part(METAL, seed, None)))
            .collect();
        paths.push(save(dir, "ok_stained.png", &part(METAL, 9, Some("hole"))));
        let (label, regions) = (ImageLabel::Normal, Default::default());
        answer(engine, RegisterImages { product: casting(), label, paths, regions });
    }
    if matches!(world, World::Fitted | World::FittedWithoutDefects) {
        answer(engine, FitBank { ratio: 0.1, ..FitBank::new(casting()) });
    }
}

/// The window on such a world; `then` is done to the engine before it opens.
pub(in crate::tabs) fn scene(
    language: Language,
    theme: Theme,
    world: World,
    models: Option<&Path>,
    then: impl FnOnce(&Engine, &Path),
) -> Scene {
    let models = models.map(Path::to_owned);
    let setting = Setting { theme, models, ..Setting::new(language) };
    setting.prepared(|engine| {
        let dir = TempDir::new().unwrap();
        prepare(engine, dir.path(), world);
        then(engine, dir.path());
    })
}

impl Scene {
    /// Drags the mouse over a widget, from one share of its size to another.
    pub(in crate::tabs) fn drag(
        &mut self,
        role: Role,
        label: &str,
        from: (f32, f32),
        to: (f32, f32),
    ) {
        let rect = self.harness.get_by_role_and_label(role, label).rect();
        let at = |(x, y): (f32, f32)| rect.min + rect.size() * vec2(x, y);
        self.harness.hover_at(at(from));
        self.harness.step();
        self.harness.drag_at(at(from));
        self.harness.step();
        let between = at(from) + (at(to) - at(from)) * 0.5;
        for place in [between, at(to)] {
            self.harness.hover_at(place);
            self.harness.step();
        }
        self.harness.drop_at(at(to));
        self.harness.run_steps(2);
    }

    /// The hits in the row, as they are read out.
    fn hits(&self) -> Vec<String> {
        let all = self.harness.query_all_by_role(Role::ListBoxOption);
        all.filter_map(|node| node.accesskit_node().label()).collect()
    }

    /// The place of the hit shown large.
    fn main(&self) -> Option<usize> {
        let mut all = self.harness.query_all_by_role(Role::ListBoxOption);
        all.position(|node| is_chosen(&node))
    }
}

fn is_chosen(node: &Node<'_>) -> bool {
    node.accesskit_node().toggled() == Some(Toggled::True)
}

fn has_hits(harness: &Window) -> bool {
    harness.query_all_by_role(Role::ListBoxOption).next().is_some()
}

#[test]
fn without_known_defects_it_is_said_what_to_do() {
    for (language, theme) in [(Language::En, Theme::Light), (Language::Ko, Theme::Dark)] {
        let mut scene = scene(language, theme, World::Empty, None, |_, _| {});
        scene.press(Modifiers::COMMAND, Key::Num2);
        scene.until_seen(&scene.text("search-no-index"));
        assert!(scene.sees(&scene.text("search-no-defects")));
        // The starter's embedder knows no words: one that does is offered, and the line is not to
        // be typed in.
        scene.until_seen(&scene.text("search-words-fetch"));
        let line = scene.text("search-by-words");
        let line = scene.harness.get_by_role_and_label(Role::TextInput, &line);
        assert!(line.accesskit_node().is_disabled());
        scene.picture("search_empty");
        scene.click(&scene.text("search-to-library"));
        scene.until_seen(&scene.text("library-empty"));
    }
}

#[test]
fn a_picture_finds_defects_like_it() {
    let Some(models) = models_with(MODEL) else { return };
    let cases = [(Language::En, Theme::Dark), (Language::Ko, Theme::Light)];
    for (language, theme) in cases {
        let mut scene = scene(language, theme, World::Defects, Some(&models), |_, _| {});
        scene.press(Modifiers::COMMAND, Key::Num2);
        let values = [("count", Value::from(12_usize))];
        scene.until_seen(&scene.with("search-to-index", &values));
        scene.click(&scene.text("library-build-index"));
        scene.until_seen(&scene.text("search-invite"));
        scene.picture("search_invite");

        // No file but a broken one: what is wrong is said.
        let broken = scene.folder().join("broken.png");
        std::fs::write(&broken, "no picture").unwrap();
        scene.drop_files(std::slice::from_ref(&broken));
        scene.until_seen("broken.png");
        scene.until_seen(&scene.text("history-again"));

        let query = save(scene.folder(), "query.png", &part(METAL, 7, Some("hole")));
        scene.drop_files(std::slice::from_ref(&query));
        scene.until("hits", has_hits);
        scene.until_seen(&scene.text("search-show-in-library"));
        assert!(scene.sees("query.png"));
        let hits = scene.hits();
        assert_eq!(hits.len(), 12, "{hits:?}");
        let hole = if language == Language::Ko { "기공" } else { "HOLE" };
        assert!(hits[0].contains(hole), "{hits:?}");
        assert_eq!(scene.main(), Some(0));
        scene.until("pictures", |harness| harness.query_all_by_role(Role::Image).count() == 2);
        // The small pictures come by and by.
        for _ in 0..20 {
            std::thread::sleep(Duration::from_millis(20));
            scene.harness.step();
        }
        scene.picture("search_hits");

        // Arrows and clicks swap the hit shown large.
        scene.press(Modifiers::NONE, Key::ArrowRight);
        assert_eq!(scene.main(), Some(1));
        scene.press(Modifiers::NONE, Key::ArrowLeft);
        scene.press(Modifiers::NONE, Key::ArrowLeft);
        assert_eq!(scene.main(), Some(0));
        scene.click_on(Role::ListBoxOption, &hits[3]);
        assert_eq!(scene.main(), Some(3));

        // Among one product only; what was found among all is not shown meanwhile.
        let product = if language == Language::Ko { "가죽" } else { "Leather" };
        scene.choose(&scene.text("label-product"), &format!("{product} (leather)"));
        assert!(scene.hits().len() <= 4, "{:?}", scene.hits());
        scene.until("four hits", |harness| {
            harness.query_all_by_role(Role::ListBoxOption).count() == 4
        });
        assert!(scene.hits().iter().all(|hit| hit.contains("(leather)")));
        assert_eq!(scene.main(), Some(0));
        scene.choose(&scene.text("label-product"), &scene.text("filter-any"));
        scene.until("twelve hits", |harness| {
            harness.query_all_by_role(Role::ListBoxOption).count() == 12
        });

        // A rectangle around the hole is a query of its own.
        scene.until_seen(&scene.text("search-draw-hint"));
        scene.drag(Role::Canvas, &scene.text("search-draw-hint"), (0.33, 0.34), (0.53, 0.56));
        scene.until_seen(&scene.text("search-whole"));
        scene.until("hits of the part", |harness| {
            harness.query_all_by_role(Role::ListBoxOption).count() == 12
        });
        scene.picture("search_region");
        scene.click(&scene.text("search-whole"));
        scene.until("hits of the whole", |harness| {
            harness.query_all_by_role(Role::ListBoxOption).count() == 12
        });
        assert!(!scene.sees(&scene.text("search-whole")));

        // From a hit to the image registered.
        scene.click(&scene.text("search-show-in-library"));
        scene.until("the image chosen", |harness| {
            let all = harness.query_all_by_role(Role::ListBoxOption);
            let chosen = all.filter(is_chosen);
            let labels: Vec<String> =
                chosen.filter_map(|node| node.accesskit_node().label()).collect();
            matches!(labels.as_slice(), [one] if one.starts_with("casting_hole_"))
        });
    }
}

#[test]
fn a_hit_leads_to_the_inspection_it_was_registered_from() {
    let Some(models) = models_with(MODEL) else { return };
    let then = |engine: &Engine, dir: &Path| {
        let image = save(dir, "seen.png", &part(METAL, 3, Some("scratch")));
        let inspected =
            answer(engine, Inspect { image, product: Some(casting()), with_llm: false, out: None });
        let kept = inspected.inspection.image_path.unwrap();
        let image = engine.workspace().root().join(kept);
        let defect = "scratch".parse().unwrap();
        answer(engine, RegisterDefect { product: casting(), defect, image, region: None });
    };
    let (language, theme) = (Language::En, Theme::Light);
    let mut scene = scene(language, theme, World::Indexed, Some(&models), then);
    let image = save(scene.folder(), "seen.png", &part(METAL, 3, Some("scratch")));
    // From the tab Inspect, by a button.
    scene.drop_files(std::slice::from_ref(&image));
    scene.until_seen("Search similar defects");
    scene.click("Search similar defects");
    scene.until("hits", |harness| harness.query_by_label_contains("1: 1.000").is_some());
    scene.until_seen("Open its inspection");
    // The next hit was never inspected.
    scene.press(Modifiers::NONE, Key::ArrowRight);
    assert!(!scene.sees("Open its inspection"));
    scene.press(Modifiers::NONE, Key::ArrowLeft);
    scene.until_seen("Open its inspection");
    scene.click("Open its inspection");
    // History has it open.
    scene.until_seen("seen.png");
    scene.until_seen("Action is done");
}

/// Where nothing is drawn.
const NOWHERE: Pos2 = Pos2::new(-1.0, -1.0);

#[test]
fn nothing_is_searched_twice() {
    let Some(models) = models_with(MODEL) else { return };
    let mut scene = scene(Language::En, Theme::Dark, World::Indexed, Some(&models), |_, _| {});
    scene.press(Modifiers::COMMAND, Key::Num2);
    scene.until_seen("Which known defect");
    // The jobs panel lists what is under way.
    scene.press(Modifiers::COMMAND, Key::J);
    let query = save(scene.folder(), "query.png", &part(METAL, 7, Some("hole")));
    scene.drop_files(std::slice::from_ref(&query));
    scene.until("hits", has_hits);
    scene.until_seen("Nothing is under way");
    for _ in 0..50 {
        scene.harness.hover_at(NOWHERE);
        scene.harness.step();
        assert!(scene.sees("Nothing is under way"));
    }
}

#[test]
fn a_pasted_picture_is_searched_for() {
    let Some(models) = models_with(MODEL) else { return };
    let mut scene = scene(Language::Ko, Theme::Light, World::Indexed, Some(&models), |_, _| {});
    scene.press(Modifiers::COMMAND, Key::Num2);
    scene.until_seen(&scene.text("search-invite"));
    let picture = part(METAL, 40, Some("hole"));
    let size = [picture.width() as usize, picture.height() as usize];
    let picture = egui::ColorImage::from_rgb(size, picture.as_raw());
    scene.harness.input_mut().events.push(egui::Event::PasteImage(picture.into()));
    scene.until("hits", has_hits);
    assert!(scene.sees("pasted 20"));
    assert!(scene.hits()[0].contains("기공"), "{:?}", scene.hits());
}
