//! Settings on a real engine, driven as a person would.

use std::path::Path;

use egui::{Key, Modifiers, Role, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::tabs::search::tests::{World, scene};
use crate::tests::scene::{Scene, Setting, answer};
use fettle_domain::{
    ContentHash, HistoryFilter, Inspection, InspectionId, Language, ModelRole, SkipReason, Stage,
    ThresholdRule, Verdict,
};
use fettle_engine::{Engine, Prefer, Preference};
use fettle_i18n::Value;
use fettle_library::Library;
use fettle_settings::{DevicePreference, Settings, read};

const BOTH: [(Language, Theme); 2] = [(Language::En, Theme::Light), (Language::Ko, Theme::Dark)];

/// Opens the tab and waits for what it asks for.
fn open(scene: &mut Scene) {
    scene.press(Modifiers::COMMAND, Key::Num8);
    scene.until_seen(&scene.text("settings-threads"));
    scene.until_seen(&scene.text("settings-rule-hint"));
}

/// Draws until the settings on the disk are so.
#[track_caller]
fn until_written(scene: &mut Scene, is_so: impl Fn(&Settings) -> bool) {
    let path = scene.workspace().settings_path();
    scene.until("settings on the disk", |_| is_so(&read(&path).0));
}

#[test]
fn device_and_threads_are_chosen_and_what_is_in_force_is_said() {
    for (language, theme) in BOTH {
        let mut scene = scene(language, theme, World::Empty, None, |_, _| {});
        open(&mut scene);
        assert!(scene.sees(&scene.text("settings-no-gpu")));
        // The machine is below what is seen at first.
        let version = scene.text("settings-version");
        scene.harness.get_by_label(&version).scroll_to_me();
        scene.harness.run_steps(20);
        scene.choose(&scene.text("settings-device"), "CPU");
        until_written(&mut scene, |settings| settings.device == DevicePreference::Cpu);
        let later = |count: usize| scene_text(language, "settings-threads-later", count);
        let now = rayon::current_num_threads();
        assert!(!scene.sees(&later(now)));
        let other = if now == 1 { 2 } else { 1 };
        let cores = std::thread::available_parallelism().unwrap().get();
        if other <= cores {
            scene.choose(&scene.text("settings-threads"), &other.to_string());
            until_written(&mut scene, |settings| settings.threads == Some(other));
            scene.until_seen(&later(now));
        }
        scene.picture("settings_machine");
    }
}

fn scene_text(language: Language, id: &str, count: usize) -> String {
    fettle_i18n::text_with(language, id, &[("count", Value::from(count))])
}

#[test]
fn a_device_that_is_not_here_is_said_so() {
    let mut scene = scene(Language::En, Theme::Dark, World::Empty, None, |engine, _| {
        answer(engine, Prefer(Preference::Device(DevicePreference::Cuda(3))));
    });
    open(&mut scene);
    scene.until_seen("This machine has no cuda:3: cpu computes.");
}

#[test]
fn the_usual_rule_is_what_a_fit_begins_with() {
    for (language, theme) in BOTH {
        let mut scene = scene(language, theme, World::Normals, None, |_, _| {});
        open(&mut scene);
        let quantile = scene.text("scores-rule-quantile");
        scene.choose(&scene.text("scores-rule"), &quantile);
        let rule = ThresholdRule::Quantile { share: 0.99 };
        until_written(&mut scene, |settings| settings.threshold_rule == rule);
        scene.picture("settings_rule");
        scene.press(Modifiers::COMMAND, Key::Num3);
        let percent = [("percent", Value::Number { value: 99.0, digits: 2 })];
        let words = scene.with("rule-quantile", &percent);
        let usual = scene.with("scores-usual-rule", &[("rule", words.into())]);
        scene.until_seen(&usual);
        scene.picture("anomaly_usual_rule");
        // This fit may have another.
        scene.click_on(Role::CheckBox, &scene.text("scores-own-rule"));
        scene.until_gone(&usual);
        scene.until_seen(&scene.text("scores-rule"));
    }
}

/// An inspection of long ago, with its picture.
fn inspected(library: &mut Library, shade: u8, verdict: Verdict) {
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
        models: Vec::new(),
        verdict,
        similarity: Stage::Skipped(SkipReason::NoIndex),
        anomaly: Stage::Skipped(SkipReason::NoProduct),
        manual: Stage::Skipped(SkipReason::NoProduct),
        report: Stage::Skipped(SkipReason::NoProduct),
        view: Stage::Skipped(SkipReason::NotAsked),
        notices: Vec::new(),
        timings: Vec::new(),
    };
    library.keep_inspection(&mut inspection, &png.into_inner()).unwrap();
}

/// Two good parts and one that nobody has dealt with.
fn old_inspections(engine: &Engine) {
    let mut library = Library::open(engine.workspace().root()).unwrap();
    for (shade, verdict) in [(1, Verdict::Ok), (2, Verdict::Ok), (3, Verdict::Ng)] {
        inspected(&mut library, shade, verdict);
    }
}

fn pictures(root: &Path) -> usize {
    std::fs::read_dir(root.join("data/uploads")).unwrap().count()
}

#[test]
fn pictures_are_kept_for_ever_until_somebody_says_otherwise() {
    for (language, theme) in BOTH {
        let setting = Setting { theme, ..Setting::new(language) };
        let mut scene = setting.prepared(old_inspections);
        let root = scene.workspace().root().to_owned();
        open(&mut scene);
        let tidy = scene.text("settings-tidy");
        assert!(!scene.sees(&tidy));
        scene.click_on(Role::RadioButton, &scene.text("settings-pictures-days"));
        until_written(&mut scene, |settings| settings.keep_pictures_days == Some(365));
        scene.click(&tidy);
        // First it is said what would go.
        let size = ("size", Value::Number { value: 0.0, digits: 1 });
        let values = [("days", 365_u32.into()), ("count", 2_usize.into()), size];
        scene.until_seen(&scene.with("tidy-ask", &values));
        scene.picture("settings_tidy");
        assert_eq!(pictures(&root), 3);
        scene.click(&scene.text("tidy-do"));
        scene.until_seen(&scene.with("tidy-done", &values));
        assert_eq!(pictures(&root), 1);
        // Again there is nothing to do.
        scene.click(&tidy);
        scene.until_seen(&scene.with("tidy-none", &values));
        assert!(!scene.is_enabled(&scene.text("tidy-do")));
        scene.press(Modifiers::NONE, Key::Escape);

        // The record is there, and says why its picture is not.
        scene.press(Modifiers::COMMAND, Key::Num5);
        scene.click("2.png");
        scene.until_seen(&scene.with("history-tidied", &[("days", 365_u32.into())]));
        assert!(!scene.sees(&scene.text("search-similar")));
        scene.picture("history_tidied");
        let listed = scene.library().history(&HistoryFilter::default(), 0, 9).unwrap().rows;
        let with: Vec<_> =
            listed.iter().filter(|row| row.image_path.is_some()).map(|row| row.id).collect();
        assert_eq!((listed.len(), with), (3, vec![InspectionId(3)]));
    }
}

#[test]
fn the_window_tidies_at_its_start_where_the_owner_said_so() {
    for days in [None, Some(30)] {
        let mut scene = Setting::new(Language::En).prepared(|engine| {
            old_inspections(engine);
            answer(engine, Prefer(Preference::KeepPictures(days)));
        });
        let root = scene.workspace().root().to_owned();
        match days {
            Some(_) => scene.until_seen("The pictures of 2 inspections older than 30 days"),
            None => scene.until_seen(&scene.text("inspect-invite")),
        }
        assert_eq!(pictures(&root), if days.is_some() { 1 } else { 3 });
    }
}

/// Where the files of a model lie with their sizes, and nothing in them.
fn hollow_model(models: &Path, id: &str) {
    let manifest = fettle_models::manifest::Manifest::built_in().unwrap();
    let folder = models.join(id);
    std::fs::create_dir_all(&folder).unwrap();
    for file in &manifest.model(&fettle_domain::ModelId(id.to_owned())).unwrap().files {
        let hollow = std::fs::File::create(folder.join(&file.name)).unwrap();
        hollow.set_len(file.bytes.unwrap_or(1)).unwrap();
    }
}

#[test]
fn a_model_that_knows_words_is_offered_and_used() {
    const CLIP: &str = "clip-vit-base-patch32";
    for (language, theme) in BOTH {
        for is_here in [false, true] {
            let dir = tempfile::tempdir().unwrap();
            if is_here {
                hollow_model(dir.path(), CLIP);
            }
            let models = Some(dir.path().to_owned());
            let mut scene = Setting { theme, models, ..Setting::new(language) }.prepared(|_| {});
            scene.press(Modifiers::COMMAND, Key::Num2);
            scene.until_seen(&scene.with("search-words-other", &[("model", CLIP.into())]));
            let find = scene.text("search-find");
            if !is_here {
                // Nobody has published its size.
                scene.until_seen(&scene.text("search-words-size-unknown"));
                assert!(scene.is_enabled(&scene.text("search-words-fetch")));
                scene.picture("search_words_offer");
                continue;
            }
            scene.click(&scene.text("search-words-use"));
            until_written(&mut scene, |settings| {
                settings.models.get(&ModelRole::ImageEmbedder).is_some_and(|model| model.0 == CLIP)
            });
            let line = scene.text("search-by-words");
            scene.until("a line to type in", |harness| {
                let line = harness.get_by_role_and_label(Role::TextInput, &line);
                !line.accesskit_node().is_disabled()
            });
            scene.write(&scene.text("search-by-words"), "a scratch");
            assert!(scene.is_enabled(&find));
        }
    }
}

#[test]
fn a_library_that_could_not_be_read_is_tried_again() {
    for (language, theme) in BOTH {
        for tab in [Key::Num3, Key::Num7] {
            let mut scene = scene(language, theme, World::Empty, None, |engine, _| {
                let data = engine.workspace().data_dir();
                std::fs::write(data.join("fettle.db"), "no database, but long".repeat(99)).unwrap();
            });
            scene.press(Modifiers::COMMAND, tab);
            let again = scene.text("history-again");
            scene.until_seen(&again);
            std::fs::remove_file(scene.workspace().data_dir().join("fettle.db")).unwrap();
            scene.click(&again);
            scene.until_gone(&again);
            scene.until_seen(&scene.text("library-empty"));
        }
    }
}

/// What is to be seen of the report where the product has no manual.
#[test]
fn without_a_manual_one_is_registered_from_the_report() {
    let setting = Setting::new(Language::Ko);
    let mut scene = setting.prepared(|engine| {
        let mut library = Library::open(engine.workspace().root()).unwrap();
        inspected(&mut library, 9, Verdict::Ng);
        let mut inspection = library.inspection(InspectionId(1)).unwrap();
        let product: fettle_domain::ProductCode = "casting".parse().unwrap();
        inspection.manual = Stage::Skipped(SkipReason::NoManual { product: product.clone() });
        inspection.report = Stage::Skipped(SkipReason::NoManual { product });
        library.rewrite_inspection(&inspection).unwrap();
    });
    scene.press(Modifiers::COMMAND, Key::Num5);
    scene.click("9.png");
    scene.until_seen(&scene.with("report-no-manual", &[("product", "casting".into())]));
    assert!(!scene.sees("fettle library add-manual"));
    scene.click(&scene.text("dialog-add-manual"));
    scene.until_seen(&scene.text("dialog-choose-manual"));
    scene.picture("report_no_manual");
    // The dialog takes what is dropped.
    let pdf = scene.file("manual.pdf", b"%PDF-1.7 broken");
    scene.drop_files(&[pdf]);
    scene.until_seen("manual.pdf");
    scene.press(Modifiers::NONE, Key::Escape);
    scene.until_gone(&scene.text("dialog-choose-manual"));
    assert!(scene.harness.query_by_label("9.png").is_some());
}

#[test]
fn a_server_is_used_only_after_what_leaves_is_agreed_to_and_is_shown_while_it_is() {
    for (language, theme) in BOTH {
        let mut scene = scene(language, theme, World::Empty, None, |_, _| {});
        open(&mut scene);
        let off = scene.text("remote-off");
        scene.harness.get_by_label(&off).scroll_to_me();
        scene.harness.run_steps(20);
        let at = "http://10.0.0.7:8000";
        let sign = scene.with("remote-sign", &[("address", at.into())]);
        assert!(!scene.sees(&sign));
        scene.write(&scene.text("settings-remote-address"), "http://10.0.0.7:8000/v1");
        scene.write(&scene.text("settings-remote-model"), "qwen");
        scene.click(&scene.text("settings-remote-use"));
        scene.until_seen(&scene.with("error-remote-unconfirmed", &[("address", at.into())]));
        assert!(!scene.sees(&sign));
        scene.click_on(Role::CheckBox, &scene.text("settings-remote-agree"));
        scene.click(&scene.text("settings-remote-use"));
        let on = |settings: &Settings| settings.remote.get(&ModelRole::Chat).cloned();
        until_written(&mut scene, |settings| on(settings).is_some_and(|r| r.address == at));
        scene.until_seen(&sign);
        let state = [("model", "qwen".into()), ("address", at.into())];
        scene.until_seen(&scene.with("remote-on", &state));
        scene.picture("settings_remote");
        scene.click(&scene.text("settings-remote-off"));
        until_written(&mut scene, |settings| on(settings).is_none());
        scene.until_gone(&sign);
    }
}
