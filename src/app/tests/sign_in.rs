//! Signing in and out, and what a role may not do.

use std::sync::mpsc::channel;

use egui::{Key, Modifiers, Role as Kind};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::held_job::HeldJob;
use super::test_app::{AppHarness, TestApp, TestAppOptions, run_job};
use crate::command::Command;
use fettle_domain::{Actor, InspectionId, Language, Role, Via};
use fettle_engine::{ChangePreference, Engine, Preference, ReadTokens, RemovePerson, SetPerson};
use fettle_settings::read;

fn admin() -> Actor {
    Actor { name: "admin".to_owned(), via: Via::Cli, role: Role::Admin }
}

/// Lets a person sign in.
fn add(engine: &Engine, name: &str, role: Role, pin: &str) {
    let request = SetPerson { name: name.to_owned(), role, pin: pin.to_owned() };
    engine.submit_as(admin(), request).unwrap().wait(|_| {}).unwrap();
}

/// A window at which nobody may do more than inspect, and three people who may sign in.
fn station(language: Language) -> TestApp {
    TestAppOptions::new(language).start(|engine| {
        add(engine, "김 검사", Role::Operator, "1234");
        add(engine, "박 기사", Role::Engineer, "4321");
        add(engine, "최 관리", Role::Admin, "admin-77");
        let role = ChangePreference(Preference::DefaultRole(Role::Operator));
        engine.submit_as(admin(), role).unwrap().wait(|_| {}).unwrap();
    })
}

fn sign_in(app: &mut TestApp, pin: &str) {
    app.click(&app.text("command-sign-in"));
    app.wait_for(&app.text("sign-in-pin"));
    app.type_into(&app.text("sign-in-pin"), pin);
    app.press(Modifiers::NONE, Key::Enter);
}

#[test]
fn a_person_signs_in_by_pin_and_then_may_register() {
    for language in [Language::Ko, Language::En] {
        let mut app = station(language);
        app.wait_for(&app.text("command-sign-in"));
        // A product is asked for and refused, and nothing that was typed is lost.
        app.press(Modifiers::COMMAND, Key::N);
        app.wait_for(&app.text("dialog-code"));
        app.type_into(&app.text("dialog-code"), "prod1");
        app.press_button(&app.text("dialog-register"));
        let (engineer, operator) = (app.text("role-engineer"), app.text("role-operator"));
        let values = [("needed", engineer.clone().into()), ("has", operator.into())];
        app.wait_for(&app.with("error-role-too-low", &values));
        app.press_button(&app.text("dialog-cancel"));

        sign_in(&mut app, "9999");
        app.wait_for(&app.text("error-wrong-pin"));
        app.type_into(&app.text("sign-in-pin"), "4321");
        app.press(Modifiers::NONE, Key::Enter);
        let signed_in = format!("박 기사 · {engineer}");
        app.wait_for(&signed_in);
        app.press(Modifiers::COMMAND, Key::N);
        app.wait_for(&app.text("dialog-code"));
        app.type_into(&app.text("dialog-code"), "prod1");
        app.press_button(&app.text("dialog-register"));
        let library = app.library();
        app.wait_until("the product in the library", |_| !library.products().unwrap().is_empty());
        // The dialog closes a frame later, and takes clicks until then.
        app.wait_until_gone(&app.text("dialog-register"));

        app.click_on(Kind::Button, &signed_in);
        app.wait_for(&app.text("command-sign-out"));
        app.click(&app.text("command-sign-out"));
        app.wait_until_gone(&signed_in);
        app.wait_for(&app.text("command-sign-in"));
    }
}

#[test]
fn an_administrator_adds_and_removes_people() {
    let mut app = TestApp::new(Language::En);
    app.press(Modifiers::COMMAND, Key::Num8);
    app.wait_for("Add or change");
    app.type_into("Name", "Lee");
    app.type_into("PIN or badge", "2468");
    app.press_button("Add or change");
    app.wait_for("Remove Lee");
    // The offer to sign in comes with the first person.
    app.wait_for("Sign in");
    // It is asked first.
    app.click("Remove Lee");
    app.wait_for(&app.with("person-remove-title", &[("name", "Lee".into())]));
    app.click("Cancel");
    app.wait_until_gone("Remove Lee?");
    assert!(app.shows("Remove Lee"));
    app.click("Remove Lee");
    app.wait_for("Remove Lee?");
    app.save_picture("remove_person");
    app.click("Remove");
    app.wait_until_gone("Remove Lee");
}

/// Chooses a role in a list of the settings.
fn choose_role(app: &mut TestApp, list: &str, role: Role) {
    let (list, role) = (app.text(list), app.text(role.message_id()));
    app.harness.query_all_by_role_and_label(Kind::ComboBox, &list).next().unwrap().scroll_to_me();
    app.harness.run_steps(20);
    app.choose(&list, &role);
}

#[test]
fn the_settings_of_the_window_are_not_locked_for_everybody() {
    let mut app = TestApp::new(Language::Ko);
    app.press(Modifiers::COMMAND, Key::Num8);
    app.wait_for(&app.text("settings-administrator-first"));
    choose_role(&mut app, "settings-default-role", Role::Operator);
    app.wait_for(&app.text("error-no-administrator-left"));
    let path = app.workspace().settings_path();
    assert_eq!(read(&path).0.default_role, Role::Admin);
    add(app.harness.state().engine(), "최 관리", Role::Admin, "admin-77");
    app.press(Modifiers::COMMAND, Key::Num1);
    app.harness.state_mut().send(Command::LibraryChanged(None));
    app.press(Modifiers::COMMAND, Key::Num8);
    app.wait_until_gone(&app.text("settings-administrator-first"));
    choose_role(&mut app, "settings-default-role", Role::Operator);
    app.wait_until("the setting on the disk", |_| read(&path).0.default_role == Role::Operator);
}

#[test]
fn another_role_and_a_removal_count_for_what_is_done_next() {
    for language in [Language::Ko, Language::En] {
        let mut app = station(language);
        app.wait_for(&app.text("command-sign-in"));
        sign_in(&mut app, "4321");
        let engineer = app.text("role-engineer");
        app.wait_for(&format!("박 기사 · {engineer}"));
        add(app.harness.state().engine(), "박 기사", Role::Supervisor, "4321");
        // Whatever is done next.
        app.harness.state_mut().send(Command::LibraryChanged(None));
        let role = app.text("role-supervisor");
        let values = [("name", "박 기사".into()), ("role", role.clone().into())];
        app.wait_for(&app.with("session-other-role", &values));
        assert!(app.shows(&format!("박 기사 · {role}")));
        let request = RemovePerson("박 기사".to_owned());
        let engine = app.harness.state().engine();
        engine.submit_as(admin(), request).unwrap().wait(|_| {}).unwrap();
        app.harness.state_mut().send(Command::LibraryChanged(None));
        app.wait_for(&app.with("session-removed", &[("name", "박 기사".into())]));
        app.wait_until_gone(&format!("박 기사 · {role}"));
        app.wait_for(&app.text("command-sign-in"));
    }
}

#[test]
fn a_job_is_stopped_by_who_started_it_or_an_engineer() {
    let mut app = station(Language::En);
    app.wait_for("Sign in");
    let (let_go, until) = channel();
    sign_in(&mut app, "4321");
    app.wait_for("박 기사 · engineer");
    let task = app.harness.state_mut().start(HeldJob::until(until)).unwrap();
    let stop = app.text("command-stop");
    app.harness.state_mut().send(Command::Jobs);
    app.wait_for("held");
    let one_job = |harness: &AppHarness| {
        harness.query_all_by_role_and_label(Kind::Button, "Stop").count() == 1
    };
    app.wait_until("no other job", one_job);
    assert!(app.is_enabled(&stop));
    app.click("박 기사 · engineer");
    app.click("Sign out");
    app.wait_until_gone("박 기사 · engineer");
    app.wait_until("no other job", one_job);
    assert!(!app.is_enabled(&stop), "it is the engineer's");
    sign_in(&mut app, "admin-77");
    app.wait_for("최 관리 · administrator");
    app.wait_until("no other job", one_job);
    app.click(&stop);
    assert!(task.status().cancel.is_cancelled());
    drop((let_go, task));
}

#[test]
fn a_token_is_given_shown_once_and_revoked() {
    let mut app = TestApp::new(Language::En);
    app.press(Modifiers::COMMAND, Key::Num8);
    app.wait_for("Give a token");
    app.type_into("Name of the token", "press 3");
    app.press_button("Give a token");
    app.wait_for("Token for \"press 3\", operator");
    app.wait_for("fettle_");
    app.save_picture("token");
    let secret = shown_secret(&app);
    app.click("I have it");
    app.wait_until_gone(&secret);
    assert!(app.shows("Revoke press 3"));
    let found = |app: &TestApp| {
        let ring = run_job(app.harness.state().engine(), ReadTokens);
        ring.find(&secret, jiff::Timestamp::now()).map(|token| token.name.clone())
    };
    assert_eq!(found(&app).as_deref(), Some("press 3"));
    app.click("Revoke press 3");
    app.wait_for("Revoke the token \"press 3\"?");
    app.click("Revoke");
    app.wait_for("revoked");
    app.wait_until_gone("Revoke press 3");
    assert_eq!(found(&app), None);
}

fn shown_secret(app: &TestApp) -> String {
    let labels = app.harness.query_all_by_role(Kind::Label);
    let mut texts = labels.filter_map(|label| {
        let node = label.accesskit_node();
        node.value().or_else(|| node.label())
    });
    texts.find(|text| text.starts_with("fettle_")).unwrap()
}

#[test]
fn tokens_are_an_administrators() {
    let mut app = station(Language::En);
    app.press(Modifiers::COMMAND, Key::Num8);
    app.wait_for("Access tokens");
    let values =
        [("needed", app.text("role-admin").into()), ("has", app.text("role-operator").into())];
    app.wait_for(&app.with("error-role-too-low", &values));
    assert!(!app.shows("Give a token"));
    app.press(Modifiers::COMMAND, Key::Num1);
    sign_in(&mut app, "admin-77");
    app.wait_for("최 관리 · administrator");
    app.press(Modifiers::COMMAND, Key::Num8);
    app.wait_for("Give a token");
}

#[test]
fn an_inspector_signs_in_in_the_view_over_the_whole_screen() {
    for language in [Language::Ko, Language::En] {
        let mut app = station(language);
        app.wait_for(&app.text("inspect-invite"));
        let picture = app.folder().join("part.png");
        image::RgbImage::from_pixel(48, 36, image::Rgb([90, 90, 90])).save(&picture).unwrap();
        app.drop_files(&[picture]);
        app.wait_for(&app.text("command-register-defect"));
        // As narrow as a window can be with all letters and buttons at their full size.
        app.harness.set_size(egui::vec2(1024.0, 700.0));
        app.press(Modifiers::NONE, Key::F11);
        app.wait_until_gone(&app.text("command-register-defect"));
        let button = app.text("command-sign-in");
        let rect = app.harness.get_by_role_and_label(Kind::Button, &button).rect();
        assert!(rect.width() >= 48.0 && rect.height() >= 48.0, "{rect:?}");
        let leave = app.text("operator-leave");
        let leave = app.harness.get_by_role_and_label(Kind::Button, &leave).rect();
        assert!(leave.right() <= 1024.0, "{leave:?}");
        sign_in(&mut app, "1234");
        let signed_in = format!("김 검사: {}", app.text("command-sign-out"));
        app.wait_for(&signed_in);
        app.save_picture("operator_signed_in");
        app.press(Modifiers::NONE, Key::Num2);
        let library = app.library();
        app.wait_until("the judgement", |_| {
            let judged = library.judgement(InspectionId(1)).unwrap();
            judged.is_some_and(|judged| judged.by == "김 검사")
        });
        app.click(&signed_in);
        app.wait_for(&button);
    }
}

#[test]
fn a_setting_that_the_role_may_not_change_stays_and_that_is_said() {
    let mut app = station(Language::En);
    app.press(Modifiers::COMMAND, Key::Num8);
    app.wait_for(&app.text("settings-add-person"));
    let report_text = app.text("settings-model-text");
    app.harness.get_by_label(&report_text).scroll_to_me();
    app.harness.run_steps(20);
    app.click_on(Kind::CheckBox, &report_text);
    let (admin, operator) = (app.text("role-admin"), app.text("role-operator"));
    let values = [("needed", admin.clone().into()), ("has", operator.into())];
    app.wait_for(&app.with("error-role-too-low", &values));

    // Nor is it kept in mind until somebody signs in who may.
    app.press(Modifiers::COMMAND, Key::Num1);
    sign_in(&mut app, "admin-77");
    app.wait_for(&format!("최 관리 · {admin}"));
    app.press(Modifiers::COMMAND, Key::Num8);
    app.wait_for(&app.text("settings-add-person"));
    app.harness.get_by_label(&report_text).scroll_to_me();
    app.harness.run_steps(20);
    let path = app.workspace().settings_path();
    let written = || read(&path).0.model_text;
    assert!(!written());
    app.click_on(Kind::CheckBox, &report_text);
    app.wait_until("the setting on the disk", |_| written());
}
