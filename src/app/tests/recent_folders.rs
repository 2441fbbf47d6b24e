//! The menu of the folders that were inspected last.

use egui::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::test_app::TestAppOptions;
use fettle_domain::Language;

#[test]
fn folders_are_offered_again_while_they_are_there() {
    for language in [Language::En, Language::Ko] {
        let app = &mut TestAppOptions::new(language).start(|_| {});
        app.wait_for(&app.text("inspect-invite"));
        let menu = app.text("recent-folders");
        app.click(&menu);
        app.wait_for(&app.text("recent-none"));
        assert!(!app.is_enabled(&app.text("recent-clear")));
        app.click(&menu);
        for line in ["line one", "line two"] {
            let folder = app.folder().join(line);
            std::fs::create_dir(&folder).unwrap();
            let file = folder.join(format!("{line}.png"));
            image::RgbImage::from_pixel(16, 16, image::Rgb([90; 3])).save(&file).unwrap();
            app.drop_files(&[file]);
            app.wait_for(&format!("{line}.png"));
            app.wait_for(&app.text("report-title"));
        }
        std::fs::remove_dir_all(app.folder().join("line two")).unwrap();
        app.click(&menu);
        app.wait_for("line one");
        let entries: Vec<String> = app
            .harness
            .query_all_by_role(Role::Button)
            .filter_map(|button| button.accesskit_node().label())
            .filter(|label| label.starts_with('…'))
            .collect();
        assert_eq!(entries.len(), 1, "{entries:?}");
        app.click(&entries[0]);
        app.wait_for("line one.png");
        app.wait_until_gone("line two.png");
        app.click(&menu);
        app.click(&app.text("recent-clear"));
        app.click(&menu);
        app.wait_for(&app.text("recent-none"));
    }
}

#[test]
fn in_a_narrower_window_they_are_in_the_menu_of_what_is_rare() {
    let size = egui::vec2(1280.0, 800.0);
    let app = &mut TestAppOptions { size, ..TestAppOptions::new(Language::En) }.start(|_| {});
    app.wait_for(&app.text("inspect-invite"));
    let folder = app.folder().join("line one");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("part.png");
    image::RgbImage::from_pixel(16, 16, image::Rgb([90; 3])).save(&file).unwrap();
    app.drop_files(&[file]);
    app.wait_for(&app.text("report-title"));
    let menu = app.text("recent-folders");
    assert!(!app.shows(&menu));
    app.click(&app.text("inspect-more"));
    app.harness.get_by_label_contains(&menu).click();
    app.wait_for("line one");
}
