//! Measuring in the picture of a part: lines, their notes, the scale, and what the history shows of them.

use egui::{Key, Modifiers, Role, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::tests::sample_library::{METAL, SampleLibrary, casting, open_app, part, save};
use crate::tests::test_app::TestApp;
use fettle_domain::{InspectionId, Language, MeasuredLine, Measurements};

impl TestApp {
    /// Clicks a place of the part's picture, in fractions of the view.
    fn click_part(&mut self, at: (f32, f32)) {
        let label = self.text("picture-part");
        let rect = self.harness.get_by_role_and_label(Role::Image, &label).rect();
        let at = rect.min + rect.size() * egui::vec2(at.0, at.1);
        self.harness.hover_at(at);
        self.harness.step();
        self.harness.drag_at(at);
        self.harness.step();
        self.harness.drop_at(at);
        self.harness.run_steps(2);
    }

    fn lines(&self) -> Vec<MeasuredLine> {
        self.library().inspection(InspectionId(1)).unwrap().measurements.lines
    }

    /// Waits until the first inspection has so many lines.
    #[track_caller]
    fn wait_for_lines(&mut self, count: usize) -> Measurements {
        let root = self.workspace().root().to_owned();
        let read = move || {
            let library = fettle_library::Library::open(&root).unwrap();
            library.inspection(InspectionId(1)).unwrap().measurements
        };
        let counted = read.clone();
        self.wait_until("the lines", move |_| counted().lines.len() == count);
        read()
    }

    fn buttons_with(&self, words: &str) -> Vec<String> {
        let buttons = self.harness.query_all_by_role(Role::Button);
        let labels = buttons.filter_map(|button| button.accesskit_node().label());
        labels.filter(|label| label.contains(words)).collect()
    }
}

/// A window that shows a part inspected as a casting.
fn with_part(language: Language) -> TestApp {
    let mut app = open_app(language, Theme::Dark, SampleLibrary::Normals, None, |_, _| {});
    app.wait_for(&app.text("inspect-invite"));
    let name = match language {
        Language::Ko => "주조품 (casting)",
        Language::En => "Casting (casting)",
    };
    app.choose(&app.text("label-product"), name);
    let image = save(app.folder(), "part.png", &part(METAL, 3, None));
    app.drop_files(&[image]);
    app.wait_for(&app.text("command-register-defect"));
    app
}

#[test]
fn two_clicks_are_a_line_that_is_kept_noted_and_removed() {
    for language in [Language::En, Language::Ko] {
        let mut app = with_part(language);
        let [set, checker] = ["measure-set-scale", "measure-checker"].map(|id| app.text(id));
        // A click measures only while the tool is on.
        app.click_part((0.3, 0.5));
        app.click_part((0.6, 0.5));
        assert!(!app.shows(&app.text("label-measured")) && !app.shows(&checker));
        app.press(Modifiers::NONE, Key::M);
        assert!(app.shows(&checker) && !app.is_enabled(&set));
        app.click_part((0.3, 0.5));
        app.click_part((0.6, 0.5));
        app.wait_for(&app.text("label-measured"));
        let drawn = app.wait_for_lines(1);
        // The part's 160 pixels are drawn over as many of the view's: the same y, to the right.
        let line = &drawn.lines[0];
        assert!(line.from.x < line.to.x && (line.from.y - line.to.y).abs() < 0.01, "{line:?}");
        let length = app.buttons_with(" px");
        assert_eq!(length.len(), 1, "{length:?}");
        app.click_part((0.4, 0.4));
        app.click_part((0.4, 0.7));
        assert_eq!(app.wait_for_lines(2).lines[0], *line);
        app.save_picture("measured_lines");

        // A note is kept once its field is left.
        let second = app.buttons_with(" px").remove(1);
        app.type_into(&second, "gap");
        app.press(Modifiers::NONE, Key::Tab);
        let root = app.workspace().root().to_owned();
        app.wait_until("the note", move |_| {
            let library = fettle_library::Library::open(&root).unwrap();
            let lines = library.inspection(InspectionId(1)).unwrap().measurements.lines;
            lines[1].note == "gap"
        });

        // Escape gives up the line that is begun, then ends measuring.
        app.click_part((0.5, 0.5));
        app.press(Modifiers::NONE, Key::Escape);
        assert!(app.shows(&checker));
        // Delete removes the selected line.
        let first = app.buttons_with(" px").remove(0);
        app.click(&first);
        app.press(Modifiers::NONE, Key::Delete);
        let left = app.wait_for_lines(1);
        assert_eq!(left.lines[0].note, "gap");
        app.press(Modifiers::NONE, Key::Escape);
        assert!(!app.shows(&checker));
        app.click_part((0.2, 0.2));
        app.click_part((0.2, 0.8));
        let number = [("number", 1_usize.into())];
        let remove = app.with("measure-remove", &number);
        app.click(&remove);
        app.wait_for_lines(0);
        assert!(!app.shows(&app.text("label-measured")));
    }
}

#[test]
fn a_line_of_known_length_sets_the_scale_and_the_history_shows_millimetres() {
    let mut app = with_part(Language::En);
    app.press(Modifiers::NONE, Key::M);
    app.click_part((0.3, 0.5));
    app.click_part((0.6, 0.5));
    let line = app.wait_for_lines(1).lines.remove(0);
    app.click(&app.text("measure-set-scale"));
    let (field, take) = (app.text("measure-known"), app.text("measure-take"));
    app.type_into(&field, "nothing");
    assert!(!app.is_enabled(&take));
    app.type_into(&field, "12,5");
    app.click(&take);
    app.wait_until_gone(&field);
    app.wait_for("Line 1: 12.5 mm");
    let scale = app.library().product_scale(&casting()).unwrap().unwrap();
    assert!((scale.mm_per_px * line.length_px() - 12.5).abs() < 1e-9, "{scale:?}");
    assert_eq!(scale.picture_px, Some((160, 120)));
    let root = app.workspace().root().to_owned();
    app.wait_until("the scale in the record", move |_| {
        let library = fettle_library::Library::open(&root).unwrap();
        let measured = library.inspection(InspectionId(1)).unwrap().measurements;
        measured.scale == Some(scale.clone())
    });
    assert_eq!(app.lines(), [line]);
    app.save_picture("measured_scale");

    // A picture without a board says so, and the scale stays.
    app.click(&app.text("measure-checker"));
    app.type_into(&app.text("measure-square"), "2");
    app.click(&take);
    app.wait_for("No checkerboard is seen");
    app.click(&app.text("dialog-cancel"));

    // The history shows the line, and one drawn there is kept, too.
    app.press(Modifiers::COMMAND, Key::Num5);
    app.wait_for("Line 1: 12.5 mm");
    app.press(Modifiers::NONE, Key::M);
    app.click_part((0.5, 0.3));
    app.click_part((0.5, 0.6));
    app.wait_for("Line 2: ");
    app.wait_for_lines(2);
    // And the tab that inspects has it: a third one does not put the second out.
    app.press(Modifiers::COMMAND, Key::Num1);
    app.wait_for("Line 2: ");
    app.click_part((0.7, 0.3));
    app.click_part((0.7, 0.6));
    app.wait_for_lines(3);
}
