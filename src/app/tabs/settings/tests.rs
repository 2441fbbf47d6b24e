//! Settings on a real engine, driven through the user interface.

use std::path::Path;

use egui::{Key, Modifiers, Role, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::tests::sample_library::{SampleLibrary, open_app};
use crate::tests::test_app::{AppHarness, TestApp, TestAppOptions, run_job};
use fettle_domain::{
    ContentHash, HistoryFilter, Inspection, InspectionId, Language, ModelRole, SkipReason, Stage,
    ThresholdRule, Verdict,
};
use fettle_engine::{ChangeBackupPlan, ChangePreference, Engine, Preference};
use fettle_i18n::Value;
use fettle_library::Library;
use fettle_settings::{BackupPlan, DevicePreference, Settings, read};

const BOTH: [(Language, Theme); 2] = [(Language::En, Theme::Light), (Language::Ko, Theme::Dark)];

/// Opens the tab and waits until everything is loaded.
fn open(app: &mut TestApp) {
    app.press(Modifiers::COMMAND, Key::Num8);
    app.wait_for(&app.text("settings-threads"));
    app.wait_for(&app.text("settings-rule-hint"));
    app.wait_for(&app.text("settings-add-person"));
}

/// Draws frames until the settings on disk satisfy `is_so`.
#[track_caller]
fn wait_until_written(app: &mut TestApp, is_so: impl Fn(&Settings) -> bool) {
    let path = app.workspace().settings_path();
    app.wait_until("settings on the disk", |_| is_so(&read(&path).0));
}

#[test]
fn profile_and_language_are_changed_and_saved() {
    let mut app = TestApp::new(Language::En);
    app.press(Modifiers::COMMAND, Key::Num8);
    app.wait_for("Models by role");
    app.wait_for("EfficientNet");
    app.wait_for(&app.workspace().root().display().to_string());
    app.choose("Profile", "small");
    let path = app.workspace().settings_path();
    let written = |_: &AppHarness| {
        std::fs::read_to_string(&path).is_ok_and(|text| text.contains(r#""profile": "small""#))
    };
    app.wait_until("profile on disk", written);
    app.click("한국어");
    app.language = Language::Ko;
    app.wait_for(&app.text("settings-roles"));
    let written = |_: &AppHarness| {
        std::fs::read_to_string(&path).is_ok_and(|text| text.contains(r#""language": "ko""#))
    };
    app.wait_until("language on disk", written);
}

#[test]
fn device_and_threads_are_selected_and_shown() {
    for (language, theme) in BOTH {
        let mut app = open_app(language, theme, SampleLibrary::Empty, None, |_, _| {});
        open(&mut app);
        assert!(app.shows(&app.text("settings-no-gpu")));
        // The section of hardware is below the visible part.
        let version = app.text("settings-version");
        app.harness.get_by_label(&version).scroll_to_me();
        app.harness.run_steps(20);
        app.choose(&app.text("settings-device"), "CPU");
        wait_until_written(&mut app, |settings| settings.device == DevicePreference::Cpu);
        let later = |count: usize| text_with_count(language, "settings-threads-later", count);
        let now = rayon::current_num_threads();
        assert!(!app.shows(&later(now)));
        let other = if now == 1 { 2 } else { 1 };
        let cores = std::thread::available_parallelism().unwrap().get();
        if other <= cores {
            app.choose(&app.text("settings-threads"), &other.to_string());
            wait_until_written(&mut app, |settings| settings.threads == Some(other));
            app.wait_for(&later(now));
        }
        app.save_picture("settings_machine");
    }
}

fn text_with_count(language: Language, id: &str, count: usize) -> String {
    fettle_i18n::text_with(language, id, &[("count", Value::from(count))])
}

#[test]
fn an_absent_device_is_reported() {
    let mut app = open_app(Language::En, Theme::Dark, SampleLibrary::Empty, None, |engine, _| {
        run_job(engine, ChangePreference(Preference::Device(DevicePreference::Cuda(3))));
    });
    open(&mut app);
    app.wait_for("This machine has no cuda:3: cpu computes.");
}

#[test]
fn the_default_rule_is_that_of_a_new_fit() {
    for (language, theme) in BOTH {
        let mut app = open_app(language, theme, SampleLibrary::Normals, None, |_, _| {});
        open(&mut app);
        let quantile = app.text("scores-rule-quantile");
        app.choose(&app.text("scores-rule"), &quantile);
        let rule = ThresholdRule::Quantile { share: 0.99 };
        wait_until_written(&mut app, |settings| settings.threshold_rule == rule);
        app.save_picture("settings_rule");
        app.press(Modifiers::COMMAND, Key::Num3);
        let percent = [("percent", Value::Number { value: 99.0, digits: 2 })];
        let words = app.with("rule-quantile", &percent);
        let usual = app.with("scores-usual-rule", &[("rule", words.into())]);
        app.wait_for(&usual);
        app.save_picture("anomaly_usual_rule");
        // A fit may use another rule.
        app.click_on(Role::CheckBox, &app.text("scores-own-rule"));
        app.wait_until_gone(&usual);
        app.wait_for(&app.text("scores-rule"));
    }
}

/// Records an inspection of 2020 with its picture.
fn record_inspection(library: &mut Library, shade: u8, verdict: Verdict) {
    let mut png = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(16, 12, image::Rgb([shade; 3]));
    picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
    let mut inspection = Inspection {
        id: None,
        created_at: "2020-11-22T10:00:00+09:00".into(),
        source: format!("/line/{shade}.png"),
        image_hash: ContentHash(format!("{shade:02x}").repeat(32)),
        image_path: None,
        width_px: 16,
        height_px: 12,
        product: None,
        product_given: false,
        models: Vec::new(),
        verdict,
        similarity: Stage::Skipped(SkipReason::NoIndex),
        anomaly: Stage::Skipped(SkipReason::NoProduct),
        manual: Stage::Skipped(SkipReason::NoProduct),
        report: Stage::Skipped(SkipReason::NoProduct),
        view: Stage::Skipped(SkipReason::NotAsked),
        past_actions: Vec::new(),
        notices: Vec::new(),
        timings: Vec::new(),
        measurements: Default::default(),
    };
    library.record_with_image(&mut inspection, &png.into_inner()).unwrap();
}

/// Two good parts and one NG part whose action is open.
fn old_inspections(engine: &Engine) {
    let mut library = Library::open(engine.workspace().root()).unwrap();
    for (shade, verdict) in [(1, Verdict::Ok), (2, Verdict::Ok), (3, Verdict::Ng)] {
        record_inspection(&mut library, shade, verdict);
    }
}

/// The number of stored pictures.
fn stored_pictures(root: &Path) -> usize {
    std::fs::read_dir(root.join("data/uploads")).unwrap().count()
}

#[test]
fn pictures_are_kept_for_ever_by_default() {
    for (language, theme) in BOTH {
        let options = TestAppOptions { theme, ..TestAppOptions::new(language) };
        let mut app = options.start(old_inspections);
        let root = app.workspace().root().to_owned();
        open(&mut app);
        let tidy = app.text("settings-tidy");
        assert!(!app.shows(&tidy));
        app.click_on(Role::RadioButton, &app.text("settings-pictures-days"));
        wait_until_written(&mut app, |settings| settings.keep_pictures_days == Some(365));
        app.click(&tidy);
        // The dialog says first what it would remove.
        let size = ("size", Value::Number { value: 0.0, digits: 1 });
        let values = [("days", 365_u32.into()), ("count", 2_usize.into()), size];
        app.wait_for(&app.with("tidy-ask", &values));
        app.save_picture("settings_tidy");
        assert_eq!(stored_pictures(&root), 3);
        app.click(&app.text("tidy-do"));
        app.wait_for(&app.with("tidy-done", &values));
        assert_eq!(stored_pictures(&root), 1);
        // The second time there is nothing to remove.
        app.click(&tidy);
        app.wait_for(&app.with("tidy-none", &values));
        assert!(!app.is_enabled(&app.text("tidy-do")));
        app.press(Modifiers::NONE, Key::Escape);

        // The record remains, and says why its picture is missing.
        app.press(Modifiers::COMMAND, Key::Num5);
        app.click("2.png");
        app.wait_for(&app.with("history-tidied", &[("days", 365_u32.into())]));
        assert!(!app.shows(&app.text("search-similar")));
        app.save_picture("history_tidied");
        let listed = app.library().history(&HistoryFilter::default(), 0, 9).unwrap().rows;
        let with: Vec<_> =
            listed.iter().filter(|row| row.image_path.is_some()).map(|row| row.id).collect();
        assert_eq!((listed.len(), with), (3, vec![InspectionId(3)]));
    }
}

#[test]
fn old_pictures_are_removed_at_the_start_where_the_settings_say_so() {
    for days in [None, Some(30)] {
        let mut app = TestAppOptions::new(Language::En).start(|engine| {
            old_inspections(engine);
            run_job(engine, ChangePreference(Preference::KeepPictures(days)));
        });
        let root = app.workspace().root().to_owned();
        match days {
            Some(_) => app.wait_for("The pictures of 2 inspections older than 30 days"),
            None => app.wait_for(&app.text("inspect-invite")),
        }
        assert_eq!(stored_pictures(&root), if days.is_some() { 1 } else { 3 });
    }
}

/// Creates the files of a model with their sizes and without content.
fn create_sparse_model(models: &Path, id: &str) {
    let manifest = fettle_models::manifest::Manifest::built_in().unwrap();
    let folder = models.join(id);
    std::fs::create_dir_all(&folder).unwrap();
    for file in &manifest.model(&fettle_domain::ModelId(id.to_owned())).unwrap().files {
        let file_on_disk = std::fs::File::create(folder.join(&file.name)).unwrap();
        file_on_disk.set_len(file.bytes.unwrap_or(1)).unwrap();
    }
}

#[test]
fn a_model_with_a_text_encoder_is_offered_and_used() {
    const CLIP: &str = "clip-vit-base-patch32";
    for (language, theme) in BOTH {
        for is_here in [false, true] {
            let dir = tempfile::tempdir().unwrap();
            if is_here {
                create_sparse_model(dir.path(), CLIP);
            }
            let models = Some(dir.path().to_owned());
            let mut app =
                TestAppOptions { theme, models, ..TestAppOptions::new(language) }.start(|_| {});
            app.press(Modifiers::COMMAND, Key::Num2);
            app.wait_for(&app.with("search-words-other", &[("model", CLIP.into())]));
            let find = app.text("search-find");
            if !is_here {
                // The size of the model is not published.
                app.wait_for(&app.text("search-words-size-unknown"));
                assert!(app.is_enabled(&app.text("search-words-fetch")));
                app.save_picture("search_words_offer");
                continue;
            }
            app.click(&app.text("search-words-use"));
            wait_until_written(&mut app, |settings| {
                settings.models.get(&ModelRole::ImageEmbedder).is_some_and(|model| model.0 == CLIP)
            });
            let line = app.text("search-by-words");
            app.wait_until("a line to type in", |harness| {
                let line = harness.get_by_role_and_label(Role::TextInput, &line);
                !line.accesskit_node().is_disabled()
            });
            app.type_into(&app.text("search-by-words"), "a scratch");
            assert!(app.is_enabled(&find));
        }
    }
}

#[test]
fn an_unreadable_library_can_be_loaded_again() {
    for (language, theme) in BOTH {
        for tab in [Key::Num3, Key::Num7] {
            let mut app = open_app(language, theme, SampleLibrary::Empty, None, |engine, _| {
                let data = engine.workspace().data_dir();
                std::fs::write(data.join("fettle.db"), "no database, but long".repeat(99)).unwrap();
            });
            app.press(Modifiers::COMMAND, tab);
            let again = app.text("history-again");
            app.wait_for(&again);
            std::fs::remove_file(app.workspace().data_dir().join("fettle.db")).unwrap();
            app.click(&again);
            app.wait_until_gone(&again);
            app.wait_for(&app.text("library-empty"));
        }
    }
}

#[test]
fn a_missing_manual_is_registered_from_the_report() {
    let options = TestAppOptions::new(Language::Ko);
    let mut app = options.start(|engine| {
        let mut library = Library::open(engine.workspace().root()).unwrap();
        record_inspection(&mut library, 9, Verdict::Ng);
        let mut inspection = library.inspection(InspectionId(1)).unwrap();
        let product: fettle_domain::ProductCode = "casting".parse().unwrap();
        inspection.manual = Stage::Skipped(SkipReason::NoManual { product: product.clone() });
        inspection.report = Stage::Skipped(SkipReason::NoManual { product });
        library.rewrite_inspection(&inspection).unwrap();
    });
    app.press(Modifiers::COMMAND, Key::Num5);
    app.click("9.png");
    app.wait_for(&app.with("report-no-manual", &[("product", "casting".into())]));
    assert!(!app.shows("fettle library add-manual"));
    app.click(&app.text("dialog-add-manual"));
    app.wait_for(&app.text("dialog-choose-manual"));
    app.save_picture("report_no_manual");
    // The dialog takes dropped files.
    let pdf = app.file("manual.pdf", b"%PDF-1.7 broken");
    app.drop_files(&[pdf]);
    app.wait_for("manual.pdf");
    app.press(Modifiers::NONE, Key::Escape);
    app.wait_until_gone(&app.text("dialog-choose-manual"));
    assert!(app.harness.query_by_label("9.png").is_some());
}

#[test]
fn a_remote_model_is_used_only_after_consent_and_is_shown_while_in_use() {
    for (language, theme) in BOTH {
        let mut app = open_app(language, theme, SampleLibrary::Empty, None, |_, _| {});
        open(&mut app);
        let off = app.text("remote-off");
        app.harness.get_by_label(&off).scroll_to_me();
        app.harness.run_steps(20);
        let at = "http://10.0.0.7:8000";
        let sign = app.with("remote-sign", &[("address", at.into())]);
        assert!(!app.shows(&sign));
        app.type_into(&app.text("settings-remote-address"), "http://10.0.0.7:8000/v1");
        app.type_into(&app.text("settings-remote-model"), "qwen");
        app.click(&app.text("settings-remote-use"));
        app.wait_for(&app.with("error-remote-unconfirmed", &[("address", at.into())]));
        assert!(!app.shows(&sign));
        app.click_on(Role::CheckBox, &app.text("settings-remote-agree"));
        app.click(&app.text("settings-remote-use"));
        let on = |settings: &Settings| settings.remote.get(&ModelRole::Chat).cloned();
        wait_until_written(&mut app, |settings| on(settings).is_some_and(|r| r.address == at));
        app.wait_for(&sign);
        let state = [("model", "qwen".into()), ("address", at.into())];
        app.wait_for(&app.with("remote-on", &state));
        app.save_picture("settings_remote");
        app.click(&app.text("settings-remote-off"));
        wait_until_written(&mut app, |settings| on(settings).is_none());
        app.wait_until_gone(&sign);
    }
}

#[test]
fn the_plan_of_backups_is_shown_changed_and_kept() {
    for (language, theme) in BOTH {
        let folder = tempfile::tempdir().unwrap();
        let plan = BackupPlan::daily(folder.path().to_owned());
        let planned = plan.clone();
        let mut app = open_app(language, theme, SampleLibrary::Empty, None, |engine, _| {
            run_job(engine, ChangeBackupPlan(Some(planned)));
        });
        // One is due: the window makes it as it opens.
        app.wait_until("a backup", |_| folder.path().read_dir().unwrap().count() == 1);
        app.wait_for(&folder.path().display().to_string());
        open(&mut app);
        let now = app.text("settings-backup-now");
        app.harness.get_by_label(&now).scroll_to_me();
        app.harness.run_steps(20);
        app.wait_for(&format!(
            "{}: {}",
            app.text("settings-backup-folder"),
            folder.path().display()
        ));
        app.save_picture("settings_backups");
        let planned = app.text("settings-backup-plan");
        app.click_on(Role::CheckBox, &planned);
        wait_until_written(&mut app, |settings| settings.backups.is_none());
    }
}
