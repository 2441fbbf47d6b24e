//! `fettle models remote`: a language model on a server is used only after consent.

use std::net::TcpListener;

use crate::harness::TestWorkspace;

#[test]
fn a_server_is_used_after_a_word_and_shown_while_it_is() {
    let workspace = TestWorkspace::new();
    let show = || workspace.run(&["models", "remote", "show"]).must_succeed().stdout;
    assert!(show().starts_with("Off."));
    let away = ["models", "remote", "use", "http://10.0.0.7:8000/v1", "--model", "qwen"];
    workspace.run(&away).must_fail_with(&["http://10.0.0.7:8000 is another machine", "--yes"]);
    assert!(show().starts_with("Off."));
    let said = workspace.run(&[&away[..], &["--yes"]].concat()).must_succeed().stdout;
    for words in ["qwen, on the server http://10.0.0.7:8000", "leaves this one"] {
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(show(), said);
    let doctor = workspace.run(&["doctor"]).must_succeed().stdout;
    assert!(doctor.contains("qwen, on the server http://10.0.0.7:8000"), "{doctor}");
    let pictures = ["models", "remote", "use", "http://localhost:8081", "-m", "eyes", "--pictures"];
    let said = workspace.run(&pictures).must_succeed().stdout;
    assert!(said.contains("vision chat: eyes, on the server http://localhost:8081"), "{said}");
    workspace.run(&["models", "remote", "off", "--pictures"]).must_succeed();
    assert!(!show().contains("eyes"));
    workspace.run(&["models", "remote", "off"]).must_succeed();
    assert_eq!(workspace.json(&["models", "remote", "show", "--json"]), serde_json::json!({}));
}

#[test]
fn a_server_that_is_not_there_is_said() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("http://127.0.0.1:{port}");
    let workspace = TestWorkspace::new();
    let tried = workspace.run(&["models", "remote", "try", &address, "--model", "qwen"]);
    tried.must_fail_with(&[&address, "cannot be reached"]);
    let tried = workspace.run(&["models", "remote", "try", "localhost:1", "--model", "qwen"]);
    tried.must_fail_with(&["Not the address of a server"]);
}
