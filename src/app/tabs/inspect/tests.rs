//! The tab on a real engine, driven through the user interface.

mod counting;
mod judging;
mod layouts;
mod measuring;
mod showing;

use std::path::PathBuf;

use egui::{Key, Modifiers};

use crate::tests::test_app::TestApp;
use fettle_domain::Language;

impl TestApp {
    /// Writes photographs of `count` parts, all different, into a folder of their own.
    fn photographs(&self, count: u32) -> PathBuf {
        let folder = self.folder().join("batch");
        std::fs::create_dir_all(&folder).unwrap();
        for number in 0..count {
            let picture = image::RgbImage::from_fn(48, 36, |x, y| {
                let [high, low] = (number as u16).to_be_bytes();
                image::Rgb([low, high.wrapping_add((x * 4) as u8), (y * 5) as u8])
            });
            picture.save(folder.join(format!("part_{number:03}.png"))).unwrap();
        }
        folder
    }

    /// Opens a folder of photographs and waits for the first part.
    fn open_batch(&mut self, folder: PathBuf) {
        self.wait_for(&self.text("inspect-invite"));
        self.drop_files(&[folder]);
        self.wait_for("part_000.png");
        self.wait_for(&self.text("command-register-defect"));
    }
}

#[test]
fn the_welcome_screen_leads_to_the_first_product() {
    for language in [Language::En, Language::Ko] {
        let mut app = TestApp::new(language);
        for id in ["first-welcome", "first-explain", "first-load-demo", "first-pull-models"] {
            app.wait_for(&app.text(id));
        }
        // The missing models are named.
        assert!(app.shows("efficientnet-lite0"));
        app.click(&app.text("first-register"));
        app.wait_for(&app.text("dialog-code-hint"));
        app.type_into(&app.text("dialog-code"), "prod1");
        app.click(&app.text("dialog-register"));
        app.wait_for("prod1");
        app.press(Modifiers::COMMAND, Key::Num1);
        app.wait_until_gone(&app.text("first-welcome"));
        assert!(app.shows(&app.text("inspect-invite")));
    }
}
