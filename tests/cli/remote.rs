//! A language model on a server: off, agreed to, shown, off again.

use std::net::TcpListener;

use crate::scene::Scene;

#[test]
fn a_server_is_used_after_a_word_and_shown_while_it_is() {
    let scene = Scene::new();
    let show = || scene.run(&["models", "remote", "show"]).must_succeed().stdout;
    assert!(show().starts_with("Off."));
    let away = ["models", "remote", "use", "http://10.0.0.7:8000/v1", "--model", "qwen"];
    scene.run(&away).must_fail_with(&["http://10.0.0.7:8000 is another machine", "--yes"]);
    assert!(show().starts_with("Off."));
    let said = scene.run(&[&away[..], &["--yes"]].concat()).must_succeed().stdout;
    for words in ["qwen, on the server http://10.0.0.7:8000", "leaves this one"] {
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(show(), said);
    let doctor = scene.run(&["doctor"]).must_succeed().stdout;
    assert!(doctor.contains("qwen, on the server http://10.0.0.7:8000"), "{doctor}");
    let pictures = ["models", "remote", "use", "http://localhost:8081", "-m", "eyes", "--pictures"];
    let said = scene.run(&pictures).must_succeed().stdout;
    assert!(said.contains("vision chat: eyes, on the server http://localhost:8081"), "{said}");
    scene.run(&["models", "remote", "off", "--pictures"]).must_succeed();
    assert!(!show().contains("eyes"));
    scene.run(&["models", "remote", "off"]).must_succeed();
    assert_eq!(scene.json(&["models", "remote", "show", "--json"]), serde_json::json!({}));
}

#[test]
fn a_server_that_is_not_there_is_said() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("http://127.0.0.1:{port}");
    let scene = Scene::new();
    let tried = scene.run(&["models", "remote", "try", &address, "--model", "qwen"]);
    tried.must_fail_with(&[&address, "cannot be reached"]);
    let tried = scene.run(&["models", "remote", "try", "localhost:1", "--model", "qwen"]);
    tried.must_fail_with(&["Not the address of a server"]);
}
