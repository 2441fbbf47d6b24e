//! Banks, scores and thresholds on a real engine, driven through the user interface.

use std::path::Path;
use std::time::Duration;

use egui::{Key, Modifiers, Role, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::ScoreHistogram;
use crate::tests::sample_library::{METAL, MODEL, SampleLibrary, casting, open_app, part, save};
use crate::tests::test_app::{TestApp, models_with, run_job};
use fettle_domain::{
    BankRef, HeatmapScale, Language, ModelId, Rate, RectPx, ThresholdRule, Thresholds,
};
use fettle_engine::{
    BankInfo, BankStatistics, Engine, ExplainPixel, Rates, ScoredDefect, ScoredNormal,
};
use fettle_i18n::Value;

/// The value of the threshold slider.
fn threshold(app: &TestApp) -> f64 {
    let label = app.text("scores-threshold");
    let slider = app.harness.get_by_role_and_label(Role::Slider, &label);
    slider.accesskit_node().numeric_value().unwrap()
}

#[test]
fn without_a_product_one_is_offered() {
    for (language, theme) in [(Language::En, Theme::Dark), (Language::Ko, Theme::Light)] {
        let mut app = open_app(language, theme, SampleLibrary::Empty, None, |_, _| {});
        app.press(Modifiers::COMMAND, Key::Num3);
        app.wait_for(&app.text("library-empty"));
        app.save_picture("anomaly_no_product");
        app.click(&app.text("command-new-product"));
        app.wait_for(&app.text("dialog-code-hint"));
    }
}

#[test]
fn a_bank_is_fitted_and_fitted_again_and_undone() {
    let Some(models) = models_with(MODEL) else { return };
    let mut app =
        open_app(Language::Ko, Theme::Dark, SampleLibrary::Normals, Some(&models), |_, _| {});
    app.press(Modifiers::COMMAND, Key::Num3);
    app.wait_for(&app.text("scores-no-bank"));
    app.wait_for(&app.text("library-fit"));
    app.save_picture("anomaly_no_bank");
    app.click(&app.text("library-fit"));
    app.wait_for(&app.text("scores-plot"));
    // Without known defects the escape rate is unknown, and the card says so.
    assert!(app.shows(&app.text("scores-no-defects")));
    // The stained image among the normal ones is listed as suspicious.
    assert!(app.shows("casting_ok_10.png"));
    app.save_picture("anomaly_fitted");

    let title = app.text("scores-refit");
    app.harness.get_by_label(&title).click_accesskit();
    app.harness.run_steps(20);
    app.click(&app.text("library-fit"));
    let versions = app.with("scores-versions", &[("count", Value::from(2_usize))]);
    app.wait_for(&versions);
    app.harness.get_by_label(&versions).click_accesskit();
    app.harness.run_steps(20);
    app.wait_for("✔ 2");
    app.click(&app.text("library-undo-bank"));
    app.wait_for("✔ 1");
    assert!(!app.is_enabled(&app.text("library-undo-bank")));
}

#[test]
fn the_threshold_is_moved_without_the_engine_and_then_set_and_taken_back() {
    let Some(models) = models_with(MODEL) else { return };
    for (language, theme) in [(Language::En, Theme::Light), (Language::Ko, Theme::Dark)] {
        let mut app = open_app(language, theme, SampleLibrary::Fitted, Some(&models), |_, _| {});
        app.press(Modifiers::COMMAND, Key::Num3);
        let plot = app.text("scores-plot");
        app.wait_for(&plot);
        for _ in 0..20 {
            std::thread::sleep(Duration::from_millis(20));
            app.harness.step();
        }
        app.save_picture("anomaly_scores");
        // The jobs panel lists running jobs.
        app.press(Modifiers::COMMAND, Key::J);
        let idle = app.text("jobs-none");
        app.wait_for(&idle);
        let in_force = threshold(&app);
        let (apply, back) = (app.text("scores-apply"), app.text("scores-as-in-force"));
        assert!(!app.is_enabled(&apply) && !app.is_enabled(&back));

        // Far to the right every defect escapes; no frame of the drag starts a job.
        let escapes = |app: &TestApp, count: usize| {
            app.shows(&app.with("scores-escapes", &[("count", count.into())]))
        };
        let overkills = |app: &TestApp, count: usize| {
            app.shows(&app.with("scores-overkills", &[("count", count.into())]))
        };
        let rect = app.harness.get_by_role_and_label(Role::Image, &plot).rect();
        let at = |share: f32| egui::pos2(rect.left() + rect.width() * share, rect.center().y);
        app.harness.hover_at(at(0.5));
        app.harness.step();
        app.harness.drag_at(at(0.5));
        app.harness.step();
        let mut seen = Vec::new();
        for step in 0..=20 {
            app.harness.hover_at(at(0.5 + 0.0245 * step as f32));
            app.harness.step();
            assert!(app.shows(&idle), "a job while the threshold is moved");
            seen.push(threshold(&app));
        }
        assert!(seen.is_sorted() && seen[0] < seen[20], "{seen:?}");
        app.harness.drop_at(at(0.99));
        app.harness.run_steps(3);
        assert!(escapes(&app, 8) && overkills(&app, 0));
        app.save_picture("anomaly_moved");
        // Far to the left every good part is called NG.
        app.drag(Role::Image, &plot, (0.99, 0.5), (0.005, 0.5));
        assert!(escapes(&app, 0) && overkills(&app, 9));
        assert!(app.shows(&idle));
        // Moving did not set the threshold.
        app.click(&back);
        assert_eq!(threshold(&app), in_force);

        // The slider moves by keyboard; the applied threshold is in force, and can be undone.
        let label = app.text("scores-threshold");
        app.harness.get_by_role_and_label(Role::Slider, &label).focus();
        app.harness.run_steps(2);
        app.press(Modifiers::NONE, Key::ArrowRight);
        let moved = threshold(&app);
        assert!(moved > in_force);
        app.click(&apply);
        let undo = app.text("judge-undo");
        app.wait_for(&undo);
        app.wait_for(&app.text("rule-manual"));
        assert_eq!(threshold(&app), moved);
        assert!(!app.is_enabled(&apply));
        app.click(&undo);
        app.wait_until("the limit of before", |harness| {
            let slider = harness.get_by_role_and_label(Role::Slider, &label);
            slider.accesskit_node().numeric_value() == Some(in_force)
        });
        assert!(!app.shows(&app.text("rule-manual")));
    }
}

#[test]
fn a_suspicious_image_is_looked_at_beside_the_normal_one_nearest_to_it() {
    let Some(models) = models_with(MODEL) else { return };
    let mut app = open_app(
        Language::En,
        Theme::Dark,
        SampleLibrary::FittedWithoutDefects,
        Some(&models),
        |_, _| {},
    );
    app.press(Modifiers::COMMAND, Key::Num3);
    app.wait_for("casting_ok_10.png");
    let suspect = app.harness.query_all_by_role(Role::Button);
    let suspect: Vec<String> = suspect
        .filter_map(|node| node.accesskit_node().label())
        .filter(|label| label.starts_with("casting_ok_10.png"))
        .collect();
    app.click(&suspect[0]);
    for title in ["This picture", "Nearest normal patch"] {
        app.wait_until(title, |harness| {
            harness.query_by_role_and_label(Role::Image, title).is_some()
        });
    }
    app.save_picture("anomaly_suspect");
    app.click("Close");
    assert!(!app.shows("Nearest normal patch"));
}

#[test]
fn a_click_on_a_part_shows_the_normal_patch_nearest_to_it() {
    let Some(models) = models_with(MODEL) else { return };
    // The hole of this part is around (87, 51).
    let hole = part(METAL, 1, Some("hole"));
    let ask = |engine: &Engine, dir: &Path| {
        let picture = save(dir, "hole.png", &hole);
        let bank = run_job(engine, BankInfo(casting())).unwrap().bank;
        let nearest = |x, y| {
            run_job(engine, ExplainPixel { picture: picture.clone(), bank: bank.clone(), x, y })
        };
        let (inside, outside) = (nearest(87, 51).unwrap(), nearest(20, 100).unwrap());
        assert!(inside.score > 3.0 * outside.score, "{inside:?} {outside:?}");
        for (found, (x, y)) in [(inside, (87, 51)), (outside, (20, 100))] {
            let RectPx { x: left, y: top, width, height } = found.patch;
            assert!((left..=left + width).contains(&x) && (top..=top + height).contains(&y));
            assert!(found.path.starts_with("data/patchCore/casting/ok/"), "{found:?}");
        }
        // The last pixel belongs to the last patch; beyond the picture there is no patch.
        assert!(nearest(159, 119).is_some() && nearest(160, 500).is_none());
    };
    let (language, theme) = (Language::En, Theme::Light);
    let mut app =
        open_app(language, theme, SampleLibrary::FittedWithoutDefects, Some(&models), ask);
    app.wait_for("Product");
    app.choose("Product", "Casting (casting)");
    let file = save(app.folder(), "hole.png", &hole);
    app.drop_files(std::slice::from_ref(&file));
    app.wait_for("Why here?");
    app.click("Why here?");
    let rect = app.harness.get_by_role_and_label(Role::Image, "Part").rect();
    app.harness.hover_at(rect.center());
    app.harness.step();
    app.harness.drag_at(rect.center());
    app.harness.step();
    app.harness.drop_at(rect.center());
    for title in ["This picture", "Nearest normal patch"] {
        app.wait_until(title, |harness| {
            harness.query_by_role_and_label(Role::Image, title).is_some()
        });
    }
    assert!(app.shows("away from the nearest normal one"));
    app.save_picture("inspect_why");
    app.press(Modifiers::NONE, Key::Escape);
    assert!(!app.shows("Nearest normal patch"));
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
    // Threshold, overkills of 3 good parts (the fourth is suspicious), escapes.
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
    let mut scores = ScoreHistogram::of(&stats, None);
    assert_eq!(scores.limit, 2.5);
    scores.limit = 2.75;
    let scores = ScoreHistogram::of(&stats, Some(scores));
    assert_eq!(scores.limit, 2.75);
    // Dropped once another threshold is in force, or the scores changed.
    let set = statistics(&[1.0, 2.0], &[3.0], 2.0);
    assert_eq!(ScoreHistogram::of(&set, Some(scores)).limit, 2.0);
    let mut scores = ScoreHistogram::of(&stats, None);
    scores.limit = 1.5;
    assert_eq!(ScoreHistogram::of(&statistics(&[1.0, 2.0], &[9.0], 2.5), Some(scores)).limit, 2.5);
}
