//! Banks, scores and thresholds on a real engine, driven through the user interface.

use std::path::Path;
use std::time::Duration;

use egui::{Key, Modifiers, Role, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::ScoreHistogram;
use super::moved_limits::Limit;
use crate::tests::inspections::skipped_inspection;
use crate::tests::sample_library::{METAL, MODEL, SampleLibrary, casting, open_app, part, save};
use crate::tests::test_app::{TestApp, models_with, run_job};
use fettle_domain::{
    BankRef, HeatmapScale, ImageId, Inspection, InspectionId, KnownImage, Language, ModelId, Rate,
    RectPx, ThresholdRule, Thresholds, Verdict,
};
use fettle_engine::{
    BankInfo, BankStatistics, BankStats, Engine, ExpectedRates, ExplainPixel, LimitUncertainty,
    PictureFile, Rates, ScoredDefect, ScoredNormal,
};
use fettle_i18n::Value;
use fettle_library::Library;

/// The value of the threshold slider.
fn threshold(app: &TestApp) -> f64 {
    let label = app.text("scores-threshold");
    let slider = app.harness.get_by_role_and_label(Role::Slider, &label);
    slider.accesskit_node().numeric_value().unwrap()
}

/// The value of the slider of the first limit.
fn first_limit(app: &TestApp) -> f64 {
    let label = app.text("scores-first-limit");
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

        // No frame of a drag starts a job. A press right of both limits takes the second.
        let escapes = |app: &TestApp, count: usize| {
            app.shows(&app.with("scores-escapes", &[("count", count.into())]))
        };
        let overkills = |app: &TestApp, count: usize| {
            app.shows(&app.with("scores-overkills", &[("count", count.into())]))
        };
        let first_in_force = first_limit(&app);
        assert!(first_in_force <= in_force);
        let rect = app.harness.get_by_role_and_label(Role::Image, &plot).rect();
        let at = |share: f32| egui::pos2(rect.left() + rect.width() * share, rect.center().y);
        app.harness.hover_at(at(0.9));
        app.harness.step();
        app.harness.drag_at(at(0.9));
        app.harness.step();
        let mut seen = Vec::new();
        for step in 0..=20 {
            app.harness.hover_at(at(0.9 + 0.0035 * step as f32));
            app.harness.step();
            assert!(app.shows(&idle), "a job while the threshold is moved");
            seen.push(threshold(&app));
        }
        assert!(seen.is_sorted() && seen[0] < seen[20], "{seen:?}");
        app.harness.drop_at(at(0.97));
        app.harness.run_steps(3);
        assert_eq!(first_limit(&app), first_in_force);
        assert!(overkills(&app, 0));
        // A press left of both takes the first. Far to the left nothing is OK: no defect escapes.
        app.drag(Role::Image, &plot, (0.02, 0.5), (0.005, 0.5));
        assert!(escapes(&app, 0) && overkills(&app, 0));
        assert!(threshold(&app) > in_force);
        app.save_picture("anomaly_moved");
        // Far to the right every defect is OK.
        app.drag(Role::Image, &plot, (0.005, 0.5), (0.97, 0.5));
        assert!(escapes(&app, 8) && overkills(&app, 0));
        // The second takes the first along: far to the left every good part is called NG.
        app.drag(Role::Image, &plot, (0.98, 0.5), (0.005, 0.5));
        assert!(escapes(&app, 0) && overkills(&app, 9));
        app.save_picture("anomaly_overkills");
        // Pictures of what is misclassified are read once the limit stands.
        app.wait_for(&idle);
        // Moving did not set the limits.
        app.click(&back);
        assert_eq!((first_limit(&app), threshold(&app)), (first_in_force, in_force));

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

/// The number of known defects behind the limits, and of changes of the limits.
fn learned(app: &TestApp) -> (usize, usize) {
    let request = BankStats { product: casting(), plot: None };
    let stats = run_job(app.harness.state().engine(), request);
    (stats.defects.len(), stats.changes)
}

#[test]
fn known_defects_are_learned_from_on_request_and_after_judgements() {
    let Some(models) = models_with(MODEL) else { return };
    let mut app =
        open_app(Language::En, Theme::Dark, SampleLibrary::Fitted, Some(&models), |engine, dir| {
            let mut library = Library::open(engine.workspace().root()).unwrap();
            for seed in 0..3 {
                let file = save(dir, "judged.png", &part(METAL, 200 + seed, Some("hole")));
                let stored = library.store_upload(&std::fs::read(file).unwrap()).unwrap();
                let name = format!("/line/{seed}.png");
                let inspection = Inspection {
                    image_hash: stored.content_hash,
                    image_path: Some(stored.path),
                    ..skipped_inspection(&name, Verdict::Unsure)
                };
                library.record_inspection(&inspection).unwrap();
            }
        });
    assert_eq!(learned(&app), (8, 0));
    app.press(Modifiers::COMMAND, Key::Num3);
    app.wait_for(&app.text("known-title"));
    let values: [(&str, Value); 3] =
        [("count", 8_usize.into()), ("known", 4_usize.into()), ("normals", 30_usize.into())];
    let too_few = app.with("known-too-few", &values);
    app.wait_for(&too_few);
    let undo = app.text("scores-undo-change");
    assert!(!app.is_enabled(&undo));
    // The fit learned from the same eight: there is nothing to undo.
    app.click(&app.text("known-learn"));
    assert_eq!(learned(&app), (8, 0));

    // Of two parts judged NG and one judged OK the two become known defects by themselves.
    app.press(Modifiers::COMMAND, Key::Num5);
    let library = app.library();
    for (id, key) in [(1, Key::Num2), (2, Key::Num1), (3, Key::Num2)] {
        let name = format!("{}.png", id - 1);
        app.wait_for(&name);
        app.click_on(Role::Button, &name);
        app.wait_for(&format!("/line/{name}"));
        app.press(Modifiers::NONE, key);
        app.wait_until("a judgement", |_| library.judgement(InspectionId(id)).unwrap().is_some());
    }
    app.wait_until("the judged parts to be learned from", |harness| {
        let stats = run_job(harness.state().engine(), BankStats { product: casting(), plot: None });
        stats.defects.len() == 10 && stats.changes > 0
    });
    app.press(Modifiers::COMMAND, Key::Num3);
    app.wait_until("an undo of the limits", |harness| {
        let button = harness.get_by_role_and_label(Role::Button, &undo);
        !button.accesskit_node().is_disabled()
    });
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
        let picture = PictureFile::Given(save(dir, "hole.png", &hole));
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
        image: KnownImage::Registered(ImageId(1)),
        defect: Some("hole".parse().unwrap()),
        score: *score,
    };
    BankStatistics {
        bank: BankRef { product: casting(), version: 1, model: ModelId("m".into()) },
        created_at: String::new(),
        rule: ThresholdRule::default(),
        changes: 0,
        thresholds: Thresholds::without_zone(image, 1.0),
        scale: HeatmapScale { low: 0.0, high: 1.0 },
        rates: Rates {
            overkill: Rate::of(0, 1).unwrap(),
            expected_overkill: 0.0,
            unsure_normals: Rate::of(0, 1).unwrap(),
            escape: None,
            expected_escape: None,
            unsure_known: None,
            uncertainty: LimitUncertainty { normals: 31, relative: 0.18, to_halve: 93 },
        },
        expected: Vec::new(),
        histogram: None,
        suspicious: Vec::new(),
        sensitivity: None,
        known: None,
        normals: normals.iter().map(normal).collect(),
        defects: defects.iter().map(defect).collect(),
        written: None,
    }
}

#[test]
fn rates_are_counted_at_any_limits() {
    let stats = statistics(&[1.0, 2.0, 3.0, 99.0], &[2.0, 4.0, 5.0], 3.5);
    // Limits; of 3 good parts (the fourth is suspicious) those called NG and unsure; of 3 known
    // defects those called OK and unsure.
    let cases = [
        ((0.0, 0.0), (3, 0), (0, 0)),
        ((1.0, 1.0), (2, 0), (0, 0)),
        ((2.0, 2.0), (1, 0), (1, 0)),
        ((1.0, 3.5), (0, 2), (0, 1)),
        ((2.0, 4.0), (0, 1), (1, 1)),
        ((4.0, 99.0), (0, 0), (2, 1)),
    ];
    for ((unsure, image), (overkill, unsure_normals), (escape, unsure_known)) in cases {
        let found = stats.rates_at(Thresholds { unsure, image, pixel: 1.0 });
        let normals = (found.overkill, found.unsure_normals);
        assert_eq!(normals, (Rate::of(overkill, 3), Rate::of(unsure_normals, 3)), "{unsure}");
        let known = (found.escape, found.unsure_known);
        assert_eq!(known, (Rate::of(escape, 3), Rate::of(unsure_known, 3)), "{unsure}");
    }
    let unknown = statistics(&[1.0], &[], 2.0).rates_at(Thresholds::without_zone(0.5, 1.0));
    assert_eq!((unknown.overkill, unknown.escape), (Rate::of(1, 1), None));
    assert_eq!((unknown.expected_overkill, unknown.expected_escape), (None, None));
}

#[test]
fn what_is_expected_lies_between_the_computed_limits() {
    let mut stats = statistics(&[1.0], &[3.0], 2.0);
    let expected =
        |limit, above, below| ExpectedRates { limit, above, defective_below: Some(below) };
    stats.expected = vec![expected(1.0, 0.5, 0.0), expected(3.0, 0.1, 0.2)];
    // Limits, expected overkill and escape.
    let cases = [
        ((1.0, 3.0), (0.1, 0.0)),
        ((2.0, 2.0), (0.3, 0.1)),
        ((3.0, 9.0), (0.1, 0.2)),
        ((0.0, 1.0), (0.5, 0.0)),
    ];
    for ((unsure, image), (overkill, escape)) in cases {
        let found = stats.rates_at(Thresholds { unsure, image, pixel: 1.0 });
        let near = |found: Option<f64>, wanted: f64| (found.unwrap() - wanted).abs() < 1e-6;
        assert!(near(found.expected_overkill, overkill), "{found:?}");
        assert!(near(found.expected_escape, escape), "{found:?}");
    }
}

#[test]
fn limits_being_moved_stay_while_their_scores_do() {
    let stats = statistics(&[1.0, 2.0], &[3.0], 2.5);
    let mut scores = ScoreHistogram::of(&stats, None);
    assert_eq!(scores.limits.tried.image, 2.5);
    scores.limits.set(Limit::Second, 2.75);
    let scores = ScoreHistogram::of(&stats, Some(scores));
    assert_eq!(scores.limits.tried.image, 2.75);
    // Dropped once other limits are in force, or the scores changed.
    let set = statistics(&[1.0, 2.0], &[3.0], 2.0);
    assert_eq!(ScoreHistogram::of(&set, Some(scores)).limits.tried.image, 2.0);
    let mut scores = ScoreHistogram::of(&stats, None);
    scores.limits.set(Limit::Second, 1.5);
    let other = statistics(&[1.0, 2.0], &[9.0], 2.5);
    assert_eq!(ScoreHistogram::of(&other, Some(scores)).limits.tried.image, 2.5);
}
