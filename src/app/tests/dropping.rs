//! Files dropped on the window, and while they hang over it.

use egui::HoveredFile;

use super::png;
use super::test_app::TestApp;
use fettle_domain::Language;

#[test]
fn a_wrong_file_is_named_and_what_is_open_stays() {
    for language in [Language::Ko, Language::En] {
        let mut app = TestApp::new(language);
        app.wait_for(&app.text("inspect-invite"));
        let part = app.file("part.png", &png());
        app.drop_files(&[part]);
        app.wait_for("part.png");
        let list = app.file("list.csv", b"a,b\n");
        app.drop_files(&[list]);
        let values = [("count", 1_usize.into()), ("names", "list.csv".into())];
        app.wait_for(&app.with("drop-no-picture", &values));
        assert!(app.shows("part.png"));
    }
}

#[test]
fn a_sign_lies_over_the_window_while_files_hang_over_it() {
    let mut app = TestApp::new(Language::Ko);
    app.wait_for(&app.text("inspect-invite"));
    let plain = app.harness.render().unwrap();
    app.harness.input_mut().hovered_files = vec![HoveredFile::default()];
    app.harness.step();
    let over = app.harness.render().unwrap();
    let brightness = |picture: &image::RgbaImage| -> u64 {
        picture.pixels().map(|pixel| u64::from(pixel.0[0])).sum()
    };
    assert!(brightness(&over) < brightness(&plain) * 3 / 4, "the window is darkened");
    app.harness.input_mut().hovered_files.clear();
    app.harness.step();
    let after = brightness(&app.harness.render().unwrap());
    assert!(brightness(&over) < after * 3 / 4, "the sign is gone");
}
