//! What a screen reader and a keyboard find: every tab and dialog has a name for each control in both
//! languages, no two controls of a view are called the same, and the Tab key reaches all of them.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::snapshots::sample_workspace::{OPENED, part, record, register};
use super::test_app::{TestApp, TestAppOptions};
use crate::command::{COMMANDS, Command, Menu, TabId};
use fettle_domain::Language;

/// What a person presses, chooses or types into.
const CONTROLS: [Role; 14] = [
    Role::Button,
    Role::DefaultButton,
    Role::Link,
    Role::CheckBox,
    Role::RadioButton,
    Role::Switch,
    Role::ComboBox,
    Role::TextInput,
    Role::MultilineTextInput,
    Role::Slider,
    Role::SpinButton,
    Role::ListBoxOption,
    Role::MenuItem,
    Role::Tab,
];
/// More presses of the Tab key than any view has controls.
const MOST_PRESSES: usize = 700;

/// A control as a screen reader finds it.
#[derive(Debug, Clone)]
struct Control {
    id: String,
    role: Role,
    name: String,
    is_disabled: bool,
    is_focused: bool,
}

/// The controls of the window.
fn controls(app: &TestApp) -> Vec<Control> {
    let all = app.harness.query_all_by(|node| CONTROLS.contains(&node.role()));
    let control = |node: egui_kittest::Node<'_>| {
        let node = node.accesskit_node();
        Control {
            id: format!("{:?}", node.id()),
            role: node.role(),
            name: node.label().unwrap_or_default(),
            is_disabled: node.is_disabled(),
            is_focused: node.is_focused(),
        }
    };
    all.map(control).collect()
}

/// Faults in the names of the controls that were not there `before`.
fn name_faults(app: &TestApp, before: &HashSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut names: BTreeMap<String, Vec<Role>> = BTreeMap::new();
    for control in controls(app).into_iter().filter(|control| !before.contains(&control.id)) {
        // A sign alone is read as nothing, or as "black down-pointing triangle".
        if !control.name.chars().any(char::is_alphanumeric) {
            faults.push(format!("no name: {control:?}"));
        } else if matches!(control.role, Role::Button | Role::Link | Role::CheckBox) {
            names.entry(control.name).or_default().push(control.role);
        }
    }
    let alike = names.into_iter().filter(|(_, roles)| roles.len() > 1);
    faults.extend(alike.map(|(name, roles)| format!("{} are called “{name}”", roles.len())));
    faults
}

/// The controls that were not there `before`, and that the Tab key does not reach.
fn unreached(app: &mut TestApp, before: &HashSet<String>) -> Vec<String> {
    let is_new = |control: &Control| !control.is_disabled && !before.contains(&control.id);
    let wanted: Vec<Control> = controls(app).into_iter().filter(is_new).collect();
    let mut reached = Vec::new();
    for _ in 0..MOST_PRESSES {
        app.harness.key_press(Key::Tab);
        app.harness.step();
        let Some(focused) = controls(app).into_iter().find(|control| control.is_focused) else {
            continue;
        };
        // The first one again, after all others.
        if reached.first() == Some(&focused.id) && reached.len() > 1 {
            break;
        }
        reached.push(focused.id);
    }
    let is_missed = |control: &Control| !reached.contains(&control.id);
    wanted.into_iter().filter(is_missed).map(|control| format!("no Tab: {control:?}")).collect()
}

/// Waits until no job runs.
fn settle(app: &mut TestApp) {
    app.harness.run_steps(4);
    while !app.harness.state_mut().running().is_empty() {
        app.harness.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    app.harness.run_steps(6);
}

fn give(app: &mut TestApp, command: Command) {
    app.harness.state_mut().send(command);
    settle(app);
}

/// A window with parts, manuals and inspections, and a part that was inspected.
fn full(language: Language) -> TestApp {
    let mut app = TestAppOptions::new(language).start(|engine| {
        let manual = register(engine);
        record(engine, &manual, language);
    });
    app.wait_for(&app.text("inspect-invite"));
    let file = app.folder().join("part.png");
    part(8, Some("hole")).save(&file).unwrap();
    app.drop_files(&[file]);
    app.wait_for(&app.text("report-title"));
    settle(&mut app);
    app
}

#[test]
fn every_control_of_every_tab_has_its_own_name_and_is_reached_by_tab() {
    let none = HashSet::new();
    let mut faults = Vec::new();
    for language in [Language::Ko, Language::En] {
        let mut app = full(language);
        let mut views: Vec<(String, Vec<Command>)> = [
            TabId::Inspect,
            TabId::Search,
            TabId::Anomaly,
            TabId::Manual,
            TabId::Dashboard,
            TabId::Library,
            TabId::Settings,
            TabId::History,
        ]
        .map(|tab| (format!("{tab:?}"), vec![Command::Show(tab)]))
        .to_vec();
        let with_log = vec![Command::Jobs, Command::Log];
        views.push(("jobs and log".to_owned(), with_log.clone()));
        views.push((
            "inspector's view".to_owned(),
            [with_log, vec![Command::OperatorView]].concat(),
        ));
        for (name, commands) in views {
            for command in commands {
                give(&mut app, command);
            }
            if name == "History" {
                app.click_on(Role::Button, OPENED);
                app.wait_for(&app.text("report-title"));
                settle(&mut app);
            }
            let mut found = name_faults(&app, &none);
            // Which keys lead where does not depend on the language.
            if language == Language::Ko {
                found.extend(unreached(&mut app, &none));
            }
            if name == "History" {
                app.click_on(Role::Button, &app.text("history-as-gallery"));
                settle(&mut app);
                found.extend(name_faults(&app, &none));
                if language == Language::Ko {
                    found.extend(unreached(&mut app, &none));
                }
            }
            faults.extend(found.into_iter().map(|fault| format!("{language:?} {name}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_control_of_every_dialog_has_its_own_name_and_is_reached_by_tab() {
    let mut faults = Vec::new();
    for language in [Language::Ko, Language::En] {
        let mut app = full(language);
        let casting: fettle_domain::ProductCode = "casting".parse().unwrap();
        for (name, tab, command) in [
            ("about", TabId::Inspect, Command::About),
            ("shortcuts", TabId::Inspect, Command::Shortcuts),
            ("palette", TabId::Inspect, Command::Palette),
            ("undo", TabId::Inspect, Command::UndoHistory),
            ("register defect", TabId::Inspect, Command::RegisterDefect),
            ("import actions", TabId::History, Command::ImportActions),
            ("new product", TabId::Library, Command::NewProduct),
            ("manual", TabId::Library, Command::AddManual(casting)),
        ] {
            give(&mut app, Command::Show(tab));
            let before = controls(&app).into_iter().map(|control| control.id).collect();
            give(&mut app, command);
            let mut found = name_faults(&app, &before);
            let is_open = controls(&app).iter().any(|control| !before.contains(&control.id));
            assert!(is_open, "{name} did not open");
            // The palette's field keeps the keyboard: arrows go through its list, Enter chooses.
            if language == Language::Ko && name != "palette" {
                found.extend(unreached(&mut app, &before));
            }
            faults.extend(found.into_iter().map(|fault| format!("{language:?} {name}: {fault}")));
            app.press(Modifiers::NONE, Key::Escape);
            settle(&mut app);
        }
        // The buttons of the library open the other dialogs.
        give(&mut app, Command::Show(TabId::Library));
        for button in [
            "dialog-add-images",
            "dialog-new-defect",
            "dialog-rename-product",
            "delete-product",
            "area-draw",
        ] {
            let button = app.text(button);
            let before = controls(&app).into_iter().map(|control| control.id).collect();
            app.click(&button);
            settle(&mut app);
            let mut found = name_faults(&app, &before);
            if language == Language::Ko {
                found.extend(unreached(&mut app, &before));
            }
            faults.extend(found.into_iter().map(|fault| format!("{language:?} {button}: {fault}")));
            app.press(Modifiers::NONE, Key::Escape);
            settle(&mut app);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_menu_names_its_commands() {
    for language in [Language::Ko, Language::En] {
        let mut app = TestAppOptions::new(language).start(|_| {});
        app.wait_for(&app.text("inspect-invite"));
        for menu in Menu::ALL {
            let before: HashSet<String> =
                controls(&app).into_iter().map(|control| control.id).collect();
            app.click(&app.text(menu.label()));
            let names: Vec<String> = controls(&app)
                .into_iter()
                .filter(|control| !before.contains(&control.id))
                .map(|control| control.name)
                .collect();
            for entry in COMMANDS.iter().filter(|entry| entry.menu == menu) {
                let name = app.text(entry.label);
                assert!(names.iter().any(|one| one.starts_with(&name)), "{name} in {names:?}");
            }
            app.press(Modifiers::NONE, Key::Escape);
        }
    }
}
