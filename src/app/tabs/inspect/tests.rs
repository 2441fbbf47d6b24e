//! The welcome screen on a real engine, driven through the user interface.

use egui::{Key, Modifiers};

use crate::tests::test_app::TestApp;
use fettle_domain::Language;

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
