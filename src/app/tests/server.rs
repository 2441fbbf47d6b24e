//! The server in the window: its settings, its sign, its links, and what its callers record.

use egui::{Key, Modifiers, OutputCommand, Role, Theme};
use egui_kittest::kittest::Queryable as _;

use super::inspections::skipped_inspection;
use super::test_app::{TestApp, TestAppOptions, run_job};
use crate::command::Command;
use crate::server_switch::{ServerAddresses, ServerFault, ServerState};
use fettle_domain::{InspectionId, Language, Role as TokenRole, Verdict};
use fettle_engine::{AddToken, Engine};
use fettle_library::Library;
use fettle_settings::{ServerPlan, read};

const BOTH: [(Language, Theme); 2] = [(Language::En, Theme::Light), (Language::Ko, Theme::Dark)];

/// Where the server is reached: from the network, or from this machine alone.
fn answering(urls: &[&str], is_local: bool) -> ServerState {
    ServerState::On(ServerAddresses {
        urls: urls.iter().map(|url| (*url).to_owned()).collect(),
        is_local,
        fingerprint: (!is_local).then(|| "AB:CD".to_owned()),
    })
}

fn record(engine: &Engine, source: &str) {
    let mut library = Library::open(engine.workspace().root()).unwrap();
    library.record_inspection(&skipped_inspection(source, Verdict::Ng)).unwrap();
}

fn open_settings(app: &mut TestApp) {
    app.press(Modifiers::COMMAND, Key::Num8);
    app.wait_for(&app.text("settings-server-hint"));
    // All of the section, whatever stands above it.
    for id in ["settings-server-hint", "settings-server-read-only"] {
        app.harness.get_by_label(&app.text(id)).scroll_to_me();
        app.harness.run_steps(20);
    }
}

/// Draws frames until the settings on disk have this plan.
#[track_caller]
fn wait_until_planned(app: &mut TestApp, plan: ServerPlan) {
    let path = app.workspace().settings_path();
    app.wait_until("the plan on the disk", |_| read(&path).0.server == plan);
    let server = std::sync::Arc::clone(&app.server);
    app.wait_until("the plan at the server", |_| server.plans().last() == Some(&plan));
}

#[test]
fn it_is_off_until_a_person_turns_it_on_and_says_what_is_missing() {
    for (language, theme) in BOTH {
        let options = TestAppOptions { theme, ..TestAppOptions::new(language) };
        let mut app = options.start(|_| {});
        open_settings(&mut app);
        assert!(app.shows(&app.text("server-off")) && app.server.plans().is_empty());
        app.click_on(Role::CheckBox, &app.text("settings-server-on"));
        let local = ServerPlan { on: true, ..ServerPlan::default() };
        wait_until_planned(&mut app, local);

        // On every network it needs a token and encryption.
        let needs = ["settings-server-needs-encryption", "settings-server-needs-token"];
        for id in needs {
            assert!(!app.shows(&app.text(id)));
        }
        app.click_on(Role::RadioButton, &app.text("settings-server-everywhere"));
        for id in needs {
            app.wait_for(&app.text(id));
        }
        let everywhere = ServerPlan { address: [0, 0, 0, 0].into(), ..local };
        wait_until_planned(&mut app, everywhere);
        let fault = ServerFault { ko: "안 됩니다".into(), en: "cannot".into() };
        app.server.be(ServerState::Failed(fault.clone()));
        app.wait_for(fault.text(language));
        app.wait_for(&app.text("server-sign-failed"));
        app.save_picture("settings_server_failed");
        // What was missing may be there now.
        let before = app.server.plans().len();
        app.click(&app.text("server-again"));
        let plans = app.server.plans();
        assert_eq!((plans.len(), plans.last()), (before + 1, Some(&everywhere)));
        app.click_on(Role::CheckBox, &app.text("settings-server-encrypted"));
        app.wait_until_gone(&app.text(needs[0]));
        wait_until_planned(&mut app, ServerPlan { encrypted: true, ..everywhere });
        app.click_on(Role::CheckBox, &app.text("settings-server-read-only"));
        let all = ServerPlan { encrypted: true, read_only: true, ..everywhere };
        wait_until_planned(&mut app, all);
        app.server.be(answering(&["https://192.168.0.4:5000"], false));
        app.wait_for("AB:CD");
        app.save_picture("settings_server");
        // An address that is none is not saved.
        app.type_into(&app.text("settings-server-address"), "192.168.0");
        app.wait_for(&app.text("settings-server-no-address"));
        app.press(Modifiers::NONE, Key::Enter);
        app.harness.run_steps(5);
        assert_eq!(app.server.plans().last(), Some(&all));
        app.click_on(Role::CheckBox, &app.text("settings-server-on"));
        app.type_into(&app.text("settings-server-address"), "10.0.0.7");
        app.press(Modifiers::NONE, Key::Enter);
        wait_until_planned(
            &mut app,
            ServerPlan { on: false, address: [10, 0, 0, 7].into(), ..all },
        );
    }
}

#[test]
fn a_token_in_force_is_not_missed() {
    let mut app = TestAppOptions::new(Language::En).start(|engine| {
        let name = "line 3".to_owned();
        run_job(engine, AddToken { name, role: TokenRole::Admin, days: None });
    });
    open_settings(&mut app);
    app.click_on(Role::RadioButton, &app.text("settings-server-everywhere"));
    app.wait_for(&app.text("settings-server-needs-encryption"));
    app.harness.run_steps(5);
    assert!(!app.shows(&app.text("settings-server-needs-token")));
}

#[test]
fn the_sign_says_that_others_are_answered_and_where() {
    for (language, theme) in BOTH {
        let options = TestAppOptions { theme, ..TestAppOptions::new(language) };
        let mut app = options.start(|_| {});
        app.wait_for(&app.text("inspect-invite"));
        let address = "http://127.0.0.1:5000";
        let sign = app.with("server-sign", &[("address", address.into())]);
        // State, what the sign says.
        for (state, said) in [
            (ServerState::Starting, app.text("server-starting")),
            (answering(&[address], true), sign.clone()),
            (ServerState::Stopping, app.text("server-stopping")),
        ] {
            app.server.be(state);
            app.wait_for(&said);
        }
        app.server.be(answering(&[address], true));
        app.click(&sign);
        app.wait_for(&app.text("settings-server-hint"));
        app.server.be(ServerState::Off);
        app.wait_until_gone(&sign);
    }
}

#[test]
fn what_callers_have_recorded_is_in_the_history() {
    let mut app = TestAppOptions::new(Language::En).start(|engine| record(engine, "/a/first.png"));
    app.press(Modifiers::COMMAND, Key::Num5);
    app.wait_for("first.png");
    record(app.harness.state_mut().engine(), "/a/second.png");
    app.harness.run_steps(5);
    assert!(!app.shows("second.png"));
    app.server.record();
    app.wait_for("second.png");
}

#[test]
fn what_callers_have_recorded_is_counted_on_the_dashboard() {
    let mut app = TestAppOptions::new(Language::En).start(|engine| record(engine, "/a/first.png"));
    let counted = |app: &TestApp, parts: usize| {
        let values = [("parts", parts.into()), ("ng", parts.into()), ("judged", 0_usize.into())];
        app.with("dashboard-totals", &values)
    };
    app.press(Modifiers::COMMAND, Key::Num6);
    app.wait_for(&counted(&app, 1));
    record(app.harness.state_mut().engine(), "/a/second.png");
    app.harness.run_steps(5);
    assert!(!app.shows(&counted(&app, 2)));
    app.server.record();
    app.wait_for(&counted(&app, 2));
}

#[test]
fn an_inspection_is_shown_on_a_phone() {
    for (language, theme) in BOTH {
        let options = TestAppOptions { theme, ..TestAppOptions::new(language) };
        let mut app = options.start(|engine| record(engine, "/a/first.png"));
        app.wait_for(&app.text("inspect-invite"));
        // Where nothing is shown there is nothing to send.
        app.click(&app.text("menu-part"));
        app.click(&app.text("command-phone"));
        app.wait_for(&app.text("phone-nothing"));

        // Off: the dialog leads to the settings.
        app.press(Modifiers::COMMAND, Key::Num5);
        app.click(&app.text("command-phone"));
        app.wait_for(&app.text("phone-off"));
        app.click(&app.text("phone-settings"));
        app.wait_for(&app.text("settings-server-hint"));

        // On this machine alone: no phone reaches it.
        app.server.be(answering(&["http://127.0.0.1:5000"], true));
        app.harness.state_mut().send(Command::OpenOnPhone(InspectionId(1)));
        app.wait_for(&app.text("phone-local"));
        assert!(!app.shows(&app.text("phone-code")));
        app.press(Modifiers::NONE, Key::Escape);

        let urls = ["https://192.168.0.4:5000", "https://10.0.0.7:5000"];
        app.server.be(answering(&urls, false));
        app.harness.state_mut().send(Command::OpenOnPhone(InspectionId(1)));
        app.wait_for(&app.text("phone-code"));
        app.wait_for(&format!("{}/parts/1?link=", urls[0]));
        app.save_picture("show_on_phone");
        app.choose(&app.text("phone-address"), urls[1]);
        app.wait_for(&format!("{}/parts/1?link=", urls[1]));
        app.press_button(&app.text("phone-copy"));
        let copied = |window: &super::test_app::AppHarness| {
            let commands = &window.output().platform_output.commands;
            commands.iter().any(|command| match command {
                OutputCommand::CopyText(text) => text.starts_with(urls[1]),
                _ => false,
            })
        };
        app.wait_until("a copy", copied);
        app.press(Modifiers::NONE, Key::Escape);
        app.wait_until_gone(&app.text("phone-code"));
    }
}
