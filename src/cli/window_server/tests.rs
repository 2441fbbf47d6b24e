//! The server in the window, asked over HTTP; the window itself is driven as a person would.

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use fettle_engine::EngineOptions;
use fettle_settings::{Settings, Workspace};

/// The longest wait for anything.
const TIMEOUT: Duration = Duration::from_secs(120);

fn engine(dir: &Path) -> Arc<Engine> {
    let workspace = Workspace::at(dir.join("workspace"));
    workspace.create().unwrap();
    let options = EngineOptions { allow_gpu: false, language: Language::En };
    Arc::new(Engine::start(workspace, Settings::default(), options).unwrap())
}

/// A port that nobody has now.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn plan(port: u16) -> ServerPlan {
    ServerPlan { on: true, port, ..ServerPlan::default() }
}

/// Waits for a state; fails with the one that is there instead.
#[track_caller]
fn wait_for(server: &WindowServer, is_it: impl Fn(&ServerState) -> bool) -> ServerState {
    let begun = Instant::now();
    loop {
        let state = server.state();
        if is_it(&state) {
            return state;
        }
        assert!(begun.elapsed() < TIMEOUT, "{state:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[track_caller]
fn url(server: &WindowServer) -> String {
    match wait_for(server, |state| matches!(state, ServerState::On(_) | ServerState::Failed(_))) {
        ServerState::On(at) => at.urls[0].clone(),
        other => panic!("{other:?}"),
    }
}

/// Has a picture inspected under this name; the status of the answer and its body.
fn inspect(url: &str, name: &str) -> (u16, String) {
    let mut png = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8, y as u8, 90]));
    picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
    let mut body = format!(
        "--cut\r\ncontent-disposition: form-data; name=\"image\"; filename=\"{name}\"\r\n\
         content-type: image/png\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(&png.into_inner());
    body.extend_from_slice(b"\r\n--cut--\r\n");
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let request = agent.post(format!("{url}/api/v1/inspections"));
    let request = request.header("content-type", "multipart/form-data; boundary=cut");
    let mut answer = request.send(&body).unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

#[test]
fn the_window_answers_and_its_history_shows_what_was_asked() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path());
    let server = Arc::new(WindowServer::new(Arc::clone(&engine), Language::En));
    let switch: Arc<dyn ServerSwitch> = Arc::<WindowServer>::clone(&server);
    let mut window = Harness::builder()
        .with_size(egui::vec2(1440.0, 900.0))
        .with_max_steps(64)
        .wgpu()
        .build_eframe(move |cc| {
            fettle_app::window(cc, engine, switch, Language::En, fettle_app::LogLines::default())
        });
    let shows = |window: &Harness<'_, _>, label: &str| {
        window.query_all_by_label_contains(label).next().is_some()
    };
    window.step();
    server.set(plan(free_port()));
    let url = url(&server);
    let alive = ureq::get(format!("{url}/livez")).call().unwrap();
    assert_eq!(alive.status().as_u16(), 200);
    window.run_steps(3);
    assert!(shows(&window, &url), "the sign says where");

    window.key_press_modifiers(Modifiers::COMMAND, Key::Num5);
    window.run_steps(5);
    assert!(!shows(&window, "by-phone.png"));
    let (status, said) = inspect(&url, "by-phone.png");
    assert_eq!(status, 201, "{said}");
    let begun = Instant::now();
    while !shows(&window, "by-phone.png") {
        window.step();
        assert!(begun.elapsed() < TIMEOUT, "the history does not show it");
        std::thread::sleep(Duration::from_millis(5));
    }

    // A link of the window opens it, and nothing else.
    let link = server.link(InspectionId(1)).unwrap();
    let opened = ureq::get(format!("{url}{}", link.path)).call().unwrap();
    let page = opened.into_body().read_to_string().unwrap();
    assert!(page.contains("by-phone.png") && !page.contains("/parts/1/judgement"), "{page}");

    drop(window);
    server.end();
    assert_eq!(server.state(), ServerState::Off);
    assert!(ureq::get(format!("{url}/livez")).call().is_err());
}

#[test]
fn it_is_turned_off_and_on_at_the_same_port() {
    let dir = tempfile::tempdir().unwrap();
    let server = WindowServer::new(engine(dir.path()), Language::En);
    let port = free_port();
    for _ in 0..3 {
        server.set(plan(port));
        let alive = ureq::get(format!("{}/livez", url(&server))).call().unwrap();
        assert_eq!(alive.status().as_u16(), 200);
        // Anew while it answers, then off.
        server.set(ServerPlan { read_only: true, ..plan(port) });
        let (status, said) = inspect(&url(&server), "a.png");
        assert_eq!(status, 403, "{said}");
        server.set(ServerPlan { on: false, ..plan(port) });
        wait_for(&server, |state| *state == ServerState::Off);
        assert!(server.link(InspectionId(1)).is_none());
    }
    // Off before it answers.
    server.set(plan(port));
    server.end();
    assert_eq!(server.state(), ServerState::Off);
}

#[test]
fn what_it_cannot_do_is_said_in_both_languages() {
    let dir = tempfile::tempdir().unwrap();
    let server = WindowServer::new(engine(dir.path()), Language::En);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let everywhere = ServerPlan { address: [0, 0, 0, 0].into(), ..plan(free_port()) };
    // Plan, a word in English, a word in Korean.
    let cases = [
        (plan(port), format!("127.0.0.1:{port}"), "쓸 수 없습니다"),
        (everywhere, "encryption".to_owned(), "암호화"),
        (ServerPlan { encrypted: true, ..everywhere }, "nobody has a token".to_owned(), "토큰"),
    ];
    for (plan, en, ko) in cases {
        server.set(plan);
        let state =
            wait_for(&server, |state| matches!(state, ServerState::On(_) | ServerState::Failed(_)));
        let ServerState::Failed(fault) = state else { panic!("{plan:?}: {state:?}") };
        assert!(fault.text(Language::En).contains(&en), "{fault:?}");
        assert!(fault.text(Language::Ko).contains(ko), "{fault:?}");
    }
    drop(taken);
    server.set(plan(port));
    url(&server);
    server.end();
}
