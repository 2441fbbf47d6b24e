//! Search on a real engine, driven through the user interface.

use std::path::Path;
use std::time::Duration;

use egui::accesskit::Toggled;
use egui::{Key, Modifiers, Pos2, Role, Theme};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::tests::sample_library::{METAL, MODEL, SampleLibrary, casting, open_app, part, save};
use crate::tests::test_app::{AppHarness, TestApp, models_with, run_job};
use fettle_domain::Language;
use fettle_engine::{Engine, Inspect, RegisterDefect};
use fettle_i18n::Value;

impl TestApp {
    /// The labels of the hits in the strip.
    fn hits(&self) -> Vec<String> {
        let all = self.harness.query_all_by_role(Role::ListBoxOption);
        all.filter_map(|node| node.accesskit_node().label()).collect()
    }

    /// The index of the selected hit.
    fn selected(&self) -> Option<usize> {
        let mut all = self.harness.query_all_by_role(Role::ListBoxOption);
        all.position(|node| is_selected(&node))
    }
}

fn is_selected(node: &Node<'_>) -> bool {
    node.accesskit_node().toggled() == Some(Toggled::True)
}

fn has_hits(harness: &AppHarness) -> bool {
    harness.query_all_by_role(Role::ListBoxOption).next().is_some()
}

#[test]
fn without_known_defects_the_next_step_is_offered() {
    for (language, theme) in [(Language::En, Theme::Light), (Language::Ko, Theme::Dark)] {
        let mut app = open_app(language, theme, SampleLibrary::Empty, None, |_, _| {});
        app.press(Modifiers::COMMAND, Key::Num2);
        app.wait_for(&app.text("search-no-index"));
        assert!(app.shows(&app.text("search-no-defects")));
        // The default embedder has no text encoder: a model with one is offered, and the text field
        // is disabled.
        app.wait_for(&app.text("search-words-fetch"));
        let line = app.text("search-by-words");
        let line = app.harness.get_by_role_and_label(Role::TextInput, &line);
        assert!(line.accesskit_node().is_disabled());
        app.save_picture("search_empty");
        app.click(&app.text("search-to-library"));
        app.wait_for(&app.text("library-empty"));
    }
}

#[test]
fn a_picture_finds_similar_defects() {
    let Some(models) = models_with(MODEL) else { return };
    let cases = [(Language::En, Theme::Dark), (Language::Ko, Theme::Light)];
    for (language, theme) in cases {
        let mut app = open_app(language, theme, SampleLibrary::Defects, Some(&models), |_, _| {});
        app.press(Modifiers::COMMAND, Key::Num2);
        let values = [("count", Value::from(12_usize))];
        app.wait_for(&app.with("search-to-index", &values));
        app.click(&app.text("library-build-index"));
        app.wait_for(&app.text("search-invite"));
        app.save_picture("search_invite");

        // A broken file is reported.
        let broken = app.folder().join("broken.png");
        std::fs::write(&broken, "no picture").unwrap();
        app.drop_files(std::slice::from_ref(&broken));
        app.wait_for("broken.png");
        app.wait_for(&app.text("history-again"));

        let query = save(app.folder(), "query.png", &part(METAL, 7, Some("hole")));
        app.drop_files(std::slice::from_ref(&query));
        app.wait_until("hits", has_hits);
        app.wait_for(&app.text("search-show-in-library"));
        assert!(app.shows("query.png"));
        let hits = app.hits();
        assert_eq!(hits.len(), 12, "{hits:?}");
        let hole = if language == Language::Ko { "기공" } else { "HOLE" };
        assert!(hits[0].contains(hole), "{hits:?}");
        assert_eq!(app.selected(), Some(0));
        app.wait_until("pictures", |harness| harness.query_all_by_role(Role::Image).count() == 2);
        // The thumbnails arrive one by one.
        for _ in 0..20 {
            std::thread::sleep(Duration::from_millis(20));
            app.harness.step();
        }
        app.save_picture("search_hits");

        // Arrow keys and clicks select a hit.
        app.press(Modifiers::NONE, Key::ArrowRight);
        assert_eq!(app.selected(), Some(1));
        app.press(Modifiers::NONE, Key::ArrowLeft);
        app.press(Modifiers::NONE, Key::ArrowLeft);
        assert_eq!(app.selected(), Some(0));
        app.click_on(Role::ListBoxOption, &hits[3]);
        assert_eq!(app.selected(), Some(3));

        // Filtered by product; the hits of all products are not shown meanwhile.
        let product = if language == Language::Ko { "가죽" } else { "Leather" };
        app.choose(&app.text("label-product"), &format!("{product} (leather)"));
        assert!(app.hits().len() <= 4, "{:?}", app.hits());
        app.wait_until("four hits", |harness| {
            harness.query_all_by_role(Role::ListBoxOption).count() == 4
        });
        assert!(app.hits().iter().all(|hit| hit.contains("(leather)")));
        assert_eq!(app.selected(), Some(0));
        app.choose(&app.text("label-product"), &app.text("filter-any"));
        app.wait_until("twelve hits", |harness| {
            harness.query_all_by_role(Role::ListBoxOption).count() == 12
        });

        // A rectangle around the hole becomes the query.
        app.wait_for(&app.text("search-draw-hint"));
        app.drag(Role::Canvas, &app.text("search-draw-hint"), (0.33, 0.34), (0.53, 0.56));
        app.wait_for(&app.text("search-whole"));
        app.wait_until("hits of the part", |harness| {
            harness.query_all_by_role(Role::ListBoxOption).count() == 12
        });
        app.save_picture("search_region");
        app.click(&app.text("search-whole"));
        app.wait_until("hits of the whole", |harness| {
            harness.query_all_by_role(Role::ListBoxOption).count() == 12
        });
        assert!(!app.shows(&app.text("search-whole")));

        // From a hit to its registered image.
        app.click(&app.text("search-show-in-library"));
        app.wait_until("the image chosen", |harness| {
            let all = harness.query_all_by_role(Role::ListBoxOption);
            let chosen = all.filter(is_selected);
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
        let inspected = run_job(
            engine,
            Inspect { image, product: Some(casting()), with_llm: false, out: None },
        );
        let kept = inspected.inspection.image_path.unwrap();
        let image = engine.workspace().file(kept);
        let defect = "scratch".parse().unwrap();
        run_job(engine, RegisterDefect { product: casting(), defect, image, region: None });
    };
    let (language, theme) = (Language::En, Theme::Light);
    let mut app = open_app(language, theme, SampleLibrary::Indexed, Some(&models), then);
    let image = save(app.folder(), "seen.png", &part(METAL, 3, Some("scratch")));
    // Started by a button of the tab Inspect.
    app.drop_files(std::slice::from_ref(&image));
    app.wait_for("Search similar defects");
    app.click("Search similar defects");
    app.wait_until("hits", |harness| harness.query_by_label_contains("1: 1.000").is_some());
    app.wait_for("Open its inspection");
    // The next hit was never inspected.
    app.press(Modifiers::NONE, Key::ArrowRight);
    assert!(!app.shows("Open its inspection"));
    app.press(Modifiers::NONE, Key::ArrowLeft);
    app.wait_for("Open its inspection");
    app.click("Open its inspection");
    // The history opens the inspection.
    app.wait_for("seen.png");
    app.wait_for("Action is done");
}

/// A position outside the window.
const OUTSIDE: Pos2 = Pos2::new(-1.0, -1.0);

#[test]
fn nothing_is_searched_twice() {
    let Some(models) = models_with(MODEL) else { return };
    let mut app =
        open_app(Language::En, Theme::Dark, SampleLibrary::Indexed, Some(&models), |_, _| {});
    app.press(Modifiers::COMMAND, Key::Num2);
    app.wait_for("Which known defect");
    // The jobs panel lists running jobs.
    app.press(Modifiers::COMMAND, Key::J);
    let query = save(app.folder(), "query.png", &part(METAL, 7, Some("hole")));
    app.drop_files(std::slice::from_ref(&query));
    app.wait_until("hits", has_hits);
    app.wait_for("Nothing is under way");
    for _ in 0..50 {
        app.harness.hover_at(OUTSIDE);
        app.harness.step();
        assert!(app.shows("Nothing is under way"));
    }
}

#[test]
fn a_pasted_picture_is_searched_for() {
    let Some(models) = models_with(MODEL) else { return };
    let mut app =
        open_app(Language::Ko, Theme::Light, SampleLibrary::Indexed, Some(&models), |_, _| {});
    app.press(Modifiers::COMMAND, Key::Num2);
    app.wait_for(&app.text("search-invite"));
    let picture = part(METAL, 40, Some("hole"));
    let size = [picture.width() as usize, picture.height() as usize];
    let picture = egui::ColorImage::from_rgb(size, picture.as_raw());
    app.harness.input_mut().events.push(egui::Event::PasteImage(picture.into()));
    app.wait_until("hits", has_hits);
    assert!(app.shows("pasted 20"));
    assert!(app.hits()[0].contains("기공"), "{:?}", app.hits());
}
