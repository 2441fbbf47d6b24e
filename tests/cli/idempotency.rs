//! Requests to `fettle serve` that are sent again with the same `Idempotency-Key`.

use fettle_testing::data::has_models;
use serde_json::{Value, json};

use crate::harness::{TestWorkspace, png};
use crate::live_server::{Answer, Field, LiveServer, MODELS};

#[test]
fn a_change_with_a_key_is_made_once() {
    let server = LiveServer::start(TestWorkspace::new(), &[]);
    let send = |key: &str, path: &str| {
        let fields = [Field::File("images", "part.png", png(3))];
        server.post_form_with(path, &fields, &[("idempotency-key", key.to_owned())])
    };
    let images = "/api/v1/products/p9/images";
    // What was refused is not kept.
    send("k-1", images).must_be(404);
    server.put("/api/v1/products/p9", &json!({"name_ko": "판", "name_en": "Plate"})).must_be(200);
    let first = send("k-1", images).must_be(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    let again = send("k-1", images).must_be(201);
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
    // With another key it is another request, which finds the picture known.
    let other = send("k-2", images).must_be(201);
    assert_eq!(other.header("idempotency-replayed"), "");
    assert_ne!(other.body, first.body);
    // A key is for one request, and is a key.
    let problem = send("k-1", "/api/v1/inspections").must_be(422).json();
    assert!(problem["detail"].as_str().unwrap().contains("another request"), "{problem}");
    for key in ["", &"x".repeat(256)] {
        let problem = send(key, images).must_be(422).json();
        assert!(problem["detail"].as_str().unwrap().contains("1 to 255"), "{problem}");
    }
}

#[test]
fn ten_requests_at_once_with_one_key_are_one_inspection() {
    if !has_models(&MODELS) {
        return;
    }
    let server = LiveServer::on_demo(&[]);
    let count = || {
        let list = server.get("/api/v1/inspections?limit=100").must_be(200).json();
        list["inspections"].as_array().unwrap().len()
    };
    let (before, picture) = (count(), png(3));
    let send = || {
        let fields = [Field::File("image", "part.png", picture.clone())];
        let key = [("idempotency-key", "k".to_owned())];
        server.post_form_with("/api/v1/inspections?wait=60", &fields, &key).must_be(201)
    };
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..10).map(|_| scope.spawn(send)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(count(), before + 1);
    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
    let is_replayed = |answer: &&Answer| answer.header("idempotency-replayed") == "true";
    assert_eq!(answers.iter().filter(is_replayed).count(), 9);
}

/// What the server keeps of requests with a key.
fn answers(server: &LiveServer) -> std::path::PathBuf {
    server.workspace.root().join("answers/answers.jsonl")
}

#[test]
fn a_key_outlives_the_server() {
    if !has_models(&MODELS) {
        return;
    }
    let mut server = LiveServer::on_demo(&[]);
    let send = |server: &LiveServer, key: &str, path: &str, field: &str, seed: u8| {
        let fields = [Field::File(field, "부품.png", png(seed))];
        server.post_form_with(path, &fields, &[("idempotency-key", key.to_owned())])
    };
    let (inspections, images) = ("/api/v1/inspections?wait=60", "/api/v1/products/p9/images");
    let count = |server: &LiveServer| {
        let list = server.get("/api/v1/inspections?repeated=true&limit=500").must_be(200).json();
        list["total"].as_u64().unwrap()
    };
    server.put("/api/v1/products/p9", &json!({"name_ko": "판"})).must_be(200);
    let registered = send(&server, "r", images, "images", 3).must_be(201);
    let inspected = send(&server, "i", inspections, "image", 4).must_be(201);
    let before = count(&server);
    server.kill_and_start_again();
    for (key, path, field, seed, first) in
        [("r", images, "images", 3, &registered), ("i", inspections, "image", 4, &inspected)]
    {
        let again = send(&server, key, path, field, seed).must_be(201);
        assert_eq!(again.header("idempotency-replayed"), "true", "{path}");
        assert_eq!(
            (&again.body, again.header("location")),
            (&first.body, first.header("location"))
        );
        send(&server, key, "/api/v1/search", "image", seed).must_be(422);
    }
    assert_eq!(count(&server), before);

    // A server that ended after the part was recorded and before its caller was told so: the line that says
    // so is not there.
    let kept = std::fs::read_to_string(answers(&server)).unwrap();
    let lines: Vec<_> = kept.lines().filter(|line| !line.contains("\"status\":201")).collect();
    assert!(lines.len() >= 2, "{kept}");
    std::fs::write(answers(&server), lines.join("\n")).unwrap();
    server.kill_and_start_again();
    let again = send(&server, "i", inspections, "image", 4).must_be(201);
    assert_eq!(again.header("idempotency-replayed"), "");
    assert_eq!(again.json()["id"], inspected.json()["id"]);
    let known = send(&server, "r", images, "images", 3).must_be(201).json();
    assert_eq!((&known["new"], &known["known"]), (&json!([]), &registered.json()["new"]));
    assert_eq!(count(&server), before);
    // With another key it is another inspection of the part.
    let other = send(&server, "j", inspections, "image", 4).must_be(201);
    assert_ne!(other.json()["id"], inspected.json()["id"]);
    assert_eq!(count(&server), before + 1);
}

#[test]
fn a_token_is_shown_once_and_to_nobody_through_a_file() {
    let workspace = TestWorkspace::new();
    let add = workspace.run(&["token", "add", "chief", "--role", "admin", "--bare"]);
    let bearer = format!("Bearer {}", add.must_succeed().stdout.trim());
    let server = LiveServer::start(workspace, &[]);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("idempotency-key", "t"),
    ];
    let send = |path: &str, body: Value| {
        server.send("POST", path, &headers, body.to_string().into_bytes())
    };
    let given = send("/api/v1/tokens", json!({"name": "line", "role": "operator"})).must_be(201);
    // Not even to who sends the same again; and it is not given twice.
    let again = send("/api/v1/tokens", json!({"name": "line", "role": "operator"})).must_be(409);
    assert!(!String::from_utf8_lossy(&again.body).contains("fettle_"), "{again:?}");
    let given = given.json();
    let secret = given["secret"].as_str().unwrap();
    let files =
        ["answers/answers.jsonl", "data/fettle.db", "data/fettle.db-wal", "data/logs/server.log"];
    for file in files {
        let bytes = std::fs::read(server.workspace.root().join(file)).unwrap_or_default();
        let is_there = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!is_there, "{file}");
    }
}
