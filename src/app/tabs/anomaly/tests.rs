//! Banks, scores and thresholds on a real engine, driven as a person would.

use std::path::Path;
use std::time::Duration;

use egui::{Key, Modifiers, Role, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::Scores;
use crate::tabs::search::tests::{METAL, MODEL, World, casting, part, save, scene};
use crate::tests::scene::{Scene, answer, models_with};
use fettle_domain::{
    BankRef, HeatmapScale, Language, ModelId, Rate, RectPx, ThresholdRule, Thresholds,
};
use fettle_engine::{BankInfo, BankStatistics, Engine, Rates, ScoredDefect, ScoredNormal, WhyHere};
use fettle_i18n::Value;

/// The threshold that the slider shows.
fn threshold(scene: &Scene) -> f64 {
    let label = scene.text("scores-threshold");
    let slider = scene.harness.get_by_role_and_label(Role::Slider, &label);
    slider.accesskit_node().numeric_value().unwrap()
}

#[test]
fn without_a_product_one_is_offered() {
    for (language, theme) in [(Language::En, Theme::Dark), (Language::Ko, Theme::Light)] {
        let mut scene = scene(language, theme, World::Empty, None, |_, _| {});
        scene.press(Modifiers::COMMAND, Key::Num3);
        scene.until_seen(&scene.text("library-empty"));
        scene.picture("anomaly_no_product");
        scene.click(&scene.text("command-new-product"));
        scene.until_seen(&scene.text("dialog-code-hint"));
    }
}

#[test]
fn a_bank_is_fitted_and_fitted_again_and_undone() {
    let Some(models) = models_with(MODEL) else { return };
    let mut scene = scene(Language::Ko, Theme::Dark, World::Normals, Some(&models), |_, _| {});
    scene.press(Modifiers::COMMAND, Key::Num3);
    scene.until_seen(&scene.text("scores-no-bank"));
    scene.until_seen(&scene.text("library-fit"));
    scene.picture("anomaly_no_bank");
    scene.click(&scene.text("library-fit"));
    scene.until_seen(&scene.text("scores-plot"));
    // No defects were known: of escape nothing is known, and that is said.
    assert!(scene.sees(&scene.text("scores-no-defects")));
    // The stained one among the normal images is pointed out.
    assert!(scene.sees("casting_ok_10.png"));
    scene.picture("anomaly_fitted");

    let title = scene.text("scores-refit");
    scene.harness.get_by_label(&title).click_accesskit();
    scene.harness.run_steps(20);
    scene.click(&scene.text("library-fit"));
    let versions = scene.with("scores-versions", &[("count", Value::from(2_usize))]);
    scene.until_seen(&versions);
    scene.harness.get_by_label(&versions).click_accesskit();
    scene.harness.run_steps(20);
    scene.until_seen("✔ 2");
    scene.click(&scene.text("library-undo-bank"));
    scene.until_seen("✔ 1");
    assert!(!scene.is_enabled(&scene.text("library-undo-bank")));
}

#[test]
fn the_threshold_is_moved_without_the_engine_and_then_set_and_taken_back() {
    let Some(models) = models_with(MODEL) else { return };
    for (language, theme) in [(Language::En, Theme::Light), (Language::Ko, Theme::Dark)] {
        let mut scene = scene(language, theme, World::Fitted, Some(&models), |_, _| {});
        scene.press(Modifiers::COMMAND, Key::Num3);
        let plot = scene.text("scores-plot");
        scene.until_seen(&plot);
        for _ in 0..20 {
            std::thread::sleep(Duration::from_millis(20));
            scene.harness.step();
        }
        scene.picture("anomaly_scores");
        // The jobs panel lists what is under way.
        scene.press(Modifiers::COMMAND, Key::J);
        let idle = scene.text("jobs-none");
        scene.until_seen(&idle);
        let in_force = threshold(&scene);
        let (apply, back) = (scene.text("scores-apply"), scene.text("scores-as-in-force"));
        assert!(!scene.is_enabled(&apply) && !scene.is_enabled(&back));

        // Far to the right every defect escapes; no frame of the drag starts a job.
        let escapes = |scene: &Scene, count: usize| {
            scene.sees(&scene.with("scores-escapes", &[("count", count.into())]))
        };
        let overkills = |scene: &Scene, count: usize| {
            scene.sees(&scene.with("scores-overkills", &[("count", count.into())]))
        };
        let rect = scene.harness.get_by_role_and_label(Role::Image, &plot).rect();
        let at = |share: f32| egui::pos2(rect.left() + rect.width() * share, rect.center().y);
        scene.harness.hover_at(at(0.5));
        scene.harness.step();
        scene.harness.drag_at(at(0.5));
        scene.harness.step();
        let mut seen = Vec::new();
        for step in 0..=20 {
            scene.harness.hover_at(at(0.5 + 0.0245 * step as f32));
            scene.harness.step();
            assert!(scene.sees(&idle), "a job while the threshold is moved");
            seen.push(threshold(&scene));
        }
        assert!(seen.is_sorted() && seen[0] < seen[20], "{seen:?}");
        scene.harness.drop_at(at(0.99));
        scene.harness.run_steps(3);
        assert!(escapes(&scene, 8) && overkills(&scene, 0));
        scene.picture("anomaly_moved");
        // Far to the left every good part is called NG.
        scene.drag(Role::Image, &plot, (0.99, 0.5), (0.005, 0.5));
        assert!(escapes(&scene, 0) && overkills(&scene, 9));
        assert!(scene.sees(&idle));
        // Nothing was set by all that.
        scene.click(&back);
        assert_eq!(threshold(&scene), in_force);

        // The slider does it by keyboard; applied, it is in force, and can be taken back.
        let label = scene.text("scores-threshold");
        scene.harness.get_by_role_and_label(Role::Slider, &label).focus();
        scene.harness.run_steps(2);
        scene.press(Modifiers::NONE, Key::ArrowRight);
        let moved = threshold(&scene);
        assert!(moved > in_force);
        scene.click(&apply);
        let undo = scene.text("judge-undo");
        scene.until_seen(&undo);
        scene.until_seen(&scene.text("rule-manual"));
        assert_eq!(threshold(&scene), moved);
        assert!(!scene.is_enabled(&apply));
        scene.click(&undo);
        scene.until("the limit of before", |harness| {
            let slider = harness.get_by_role_and_label(Role::Slider, &label);
            slider.accesskit_node().numeric_value() == Some(in_force)
        });
        assert!(!scene.sees(&scene.text("rule-manual")));
    }
}

#[test]
fn a_suspicious_image_is_looked_at_beside_the_normal_one_nearest_to_it() {
    let Some(models) = models_with(MODEL) else { return };
    let mut scene =
        scene(Language::En, Theme::Dark, World::FittedWithoutDefects, Some(&models), |_, _| {});
    scene.press(Modifiers::COMMAND, Key::Num3);
    scene.until_seen("casting_ok_10.png");
    let suspect = scene.harness.query_all_by_role(Role::Button);
    let suspect: Vec<String> = suspect
        .filter_map(|node| node.accesskit_node().label())
        .filter(|label| label.starts_with("casting_ok_10.png"))
        .collect();
    scene.click(&suspect[0]);
    for title in ["This picture", "Nearest normal patch"] {
        scene.until(title, |harness| harness.query_by_role_and_label(Role::Image, title).is_some());
    }
    scene.picture("anomaly_suspect");
    scene.click("Close");
    assert!(!scene.sees("Nearest normal patch"));
}

#[test]
fn a_click_on_a_part_shows_the_normal_patch_nearest_to_it() {
    let Some(models) = models_with(MODEL) else { return };
    // The hole of this part is around 87, 51.
    let hole = part(METAL, 1, Some("hole"));
    let ask = |engine: &Engine, dir: &Path| {
        let picture = save(dir, "hole.png", &hole);
        let bank = answer(engine, BankInfo(casting())).unwrap().bank;
        let why =
            |x, y| answer(engine, WhyHere { picture: picture.clone(), bank: bank.clone(), x, y });
        let (inside, outside) = (why(87, 51).unwrap(), why(20, 100).unwrap());
        assert!(inside.score > 3.0 * outside.score, "{inside:?} {outside:?}");
        for (found, (x, y)) in [(inside, (87, 51)), (outside, (20, 100))] {
            let RectPx { x: left, y: top, width, height } = found.patch;
            assert!((left..=left + width).contains(&x) && (top..=top + height).contains(&y));
            assert!(found.path.starts_with("data/patchCore/casting/ok/"), "{found:?}");
        }
        // The last pixel is one of the last patch; beyond it there is none.
        assert!(why(159, 119).is_some() && why(160, 500).is_none());
    };
    let (language, theme) = (Language::En, Theme::Light);
    let mut scene = scene(language, theme, World::FittedWithoutDefects, Some(&models), ask);
    scene.until_seen("Product");
    scene.choose("Product", "Casting (casting)");
    let file = save(scene.folder(), "hole.png", &hole);
    scene.drop_files(std::slice::from_ref(&file));
    scene.until_seen("Why here?");
    scene.click("Why here?");
    let rect = scene.harness.get_by_role_and_label(Role::Image, "Part").rect();
    scene.harness.hover_at(rect.center());
    scene.harness.step();
    scene.harness.drag_at(rect.center());
    scene.harness.step();
    scene.harness.drop_at(rect.center());
    for title in ["This picture", "Nearest normal patch"] {
        scene.until(title, |harness| harness.query_by_role_and_label(Role::Image, title).is_some());
    }
    assert!(scene.sees("away from the nearest normal one"));
    scene.picture("inspect_why");
    scene.press(Modifiers::NONE, Key::Escape);
    assert!(!scene.sees("Nearest normal patch"));
}

fn statistics(normals: &[f32], defects: &[f32], image: f32) -> BankStatistics {
    let normal = |score: &f32| ScoredNormal {
        path: format!("{score}.png"),
        score: *score,
        suspicious: *score > 50.0,
    };
    let defect = |score: &f32| ScoredDefect {
        path: format!("{score}.png"),
        defect: "hole".parse().unwrap(),
        score: *score,
    };
    BankStatistics {
        bank: BankRef { product: casting(), version: 1, model: ModelId("m".into()) },
        created_at: String::new(),
        rule: ThresholdRule::default(),
        changes: 0,
        thresholds: Thresholds { image, pixel: 1.0 },
        scale: HeatmapScale { low: 0.0, high: 1.0 },
        rates: Rates { overkill: Rate::of(0, 1).unwrap(), expected_overkill: 0.0, escape: None },
        histogram: None,
        suspicious: Vec::new(),
        normals: normals.iter().map(normal).collect(),
        defects: defects.iter().map(defect).collect(),
        written: None,
    }
}

#[test]
fn rates_are_counted_at_any_threshold() {
    let stats = statistics(&[1.0, 2.0, 3.0, 99.0], &[2.0, 4.0, 5.0], 3.5);
    // Threshold, good parts called NG of three (the fourth is suspicious), defects called OK.
    for (limit, overkill, escape) in
        [(0.0, 3, 0), (1.0, 2, 0), (2.0, 1, 1), (3.5, 0, 1), (4.0, 0, 2), (99.0, 0, 3)]
    {
        let found = stats.rates_at(limit);
        assert_eq!(found, (Rate::of(overkill, 3), Rate::of(escape, 3)), "{limit}");
    }
    let unknown = statistics(&[1.0], &[], 2.0);
    assert_eq!(unknown.rates_at(0.5), (Rate::of(1, 1), None));
}

#[test]
fn a_threshold_being_moved_stays_while_its_scores_do() {
    let stats = statistics(&[1.0, 2.0], &[3.0], 2.5);
    let mut scores = Scores::of(&stats, None);
    assert_eq!(scores.limit, 2.5);
    scores.limit = 2.75;
    let scores = Scores::of(&stats, Some(scores));
    assert_eq!(scores.limit, 2.75);
    // Another one is in force now, or other scores are.
    let set = statistics(&[1.0, 2.0], &[3.0], 2.0);
    assert_eq!(Scores::of(&set, Some(scores)).limit, 2.0);
    let mut scores = Scores::of(&stats, None);
    scores.limit = 1.5;
    assert_eq!(Scores::of(&statistics(&[1.0, 2.0], &[9.0], 2.5), Some(scores)).limit, 2.5);
}
