//! Who may call the server, and what stands in the audit trail of it.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{RunOutput, TestWorkspace};
use crate::live_server::{Answer, LiveServer};

const ROLES: [&str; 4] = ["operator", "supervisor", "engineer", "admin"];

/// Gives a token in a workspace.
fn give(workspace: &TestWorkspace, name: &str, role: &str) -> String {
    let run = workspace.run(&["token", "add", name, "--role", role, "--bare"]);
    run.must_succeed().stdout.trim().to_owned()
}

/// A server on an empty workspace in which a token of each role was given.
fn with_tokens(args: &[&str]) -> (LiveServer, [String; 4]) {
    let workspace = TestWorkspace::new();
    let tokens = ROLES.map(|role| give(&workspace, role, role));
    (LiveServer::start(workspace, args), tokens)
}

fn send_as(server: &LiveServer, token: &str, method: &str, path: &str, body: Vec<u8>) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    server.send(method, path, &headers, body)
}

/// The operations of the interface: method, path with some values, and the role that it names.
fn operations(server: &LiveServer) -> Vec<(String, String, String)> {
    let description = server.get("/api/v1/openapi.json").must_be(200).json();
    let mut operations = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let role = operation["security"][0]["token"][0].as_str();
            let role = role.unwrap_or_else(|| panic!("{method} {path} names no role"));
            // Nothing that is there, so that nothing happens.
            let path = path.replace("{kind}", "part").replace("{page}", "1");
            let path = path.split('/').map(|part| match part.starts_with('{') {
                true if part == "{product}" || part == "{defect}" || part == "{name}" => "none",
                true => "999",
                false => part,
            });
            let path = path.collect::<Vec<_>>().join("/");
            operations.push((method.to_uppercase(), format!("/api/v1{path}"), role.to_owned()));
        }
    }
    operations
}

#[test]
fn each_operation_is_for_the_role_that_it_names_and_those_above() {
    let (server, tokens) = with_tokens(&[]);
    let operations = operations(&server);
    assert!(operations.len() >= 40, "{}", operations.len());
    let rank = |role: &str| ROLES.iter().position(|known| *known == role).unwrap();
    for (method, path, needed) in &operations {
        let none = server.send(method, path, &[], Vec::new());
        assert_eq!(none.status, 401, "{method} {path} without a token");
        assert_eq!(none.header("www-authenticate"), "Bearer", "{method} {path}");
        for (role, token) in ROLES.iter().zip(&tokens) {
            // No body that means anything: what a role may do fails for another reason.
            let answer = send_as(&server, token, method, path, b"{}".to_vec());
            let refused = answer.status == 403;
            assert_ne!(answer.status, 401, "{role}: {method} {path}");
            assert_eq!(refused, rank(role) < rank(needed), "{role}: {method} {path}: {answer:?}");
            if refused {
                assert_eq!(answer.json()["type"], "/problems/forbidden");
            }
        }
    }
}

#[test]
fn the_addresses_outside_of_the_interface_ask_for_roles_too() {
    let (server, tokens) = with_tokens(&[]);
    // Method, path, the role that it needs; `None`: anybody.
    let cases = [
        ("GET", "/livez", None),
        ("GET", "/docs/", None),
        ("GET", "/sign-in", None),
        ("GET", "/assets/style.css", None),
        ("GET", "/assets/icon.svg", None),
        ("GET", "/", Some("operator")),
        ("HEAD", "/", Some("operator")),
        ("GET", "/parts/999", Some("operator")),
        ("GET", "/metrics", Some("operator")),
        ("GET", "/board/events", Some("operator")),
        ("POST", "/capture", Some("operator")),
        ("POST", "/search", Some("operator")),
        ("GET", "/index/info", Some("operator")),
        ("GET", "/api/image/uploads/x.png", Some("operator")),
        ("POST", "/register_defect", Some("engineer")),
        ("POST", "/build_index", Some("engineer")),
        ("DELETE", "/uploads/clean", Some("engineer")),
        ("DELETE", "/upload/file/x.png", Some("engineer")),
    ];
    for (method, path, needed) in cases {
        let status = server.send(method, path, &[], Vec::new()).status;
        assert_eq!(status == 401, needed.is_some(), "{method} {path}: {status}");
        // Events never end.
        if path == "/board/events" {
            continue;
        }
        for (role, token) in ROLES.iter().zip(&tokens) {
            let answer = send_as(&server, token, method, path, Vec::new());
            let too_low = needed == Some("engineer") && ["operator", "supervisor"].contains(role);
            assert_eq!(answer.status == 403, too_low, "{role}: {method} {path}: {answer:?}");
            assert_ne!(answer.status, 401, "{role}: {method} {path}");
        }
    }
}

#[test]
fn a_browser_signs_in_and_out() {
    let (server, tokens) = with_tokens(&[]);
    let page = [("accept", "text/html,application/xhtml+xml")];
    let sent = server.send("GET", "/parts/3?x=1", &page, Vec::new()).must_be(303);
    assert_eq!(sent.header("location"), "/sign-in?next=%2Fparts%2F3%3Fx%3D1");
    let form = server.send("GET", sent.header("location"), &page, Vec::new()).must_be(200);
    assert!(String::from_utf8_lossy(&form.body).contains("value=\"/parts/3?x=1\""));

    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let sign_in = |token: &str, next: &str| {
        let body = format!("token={token}&next={next}");
        server.send("POST", "/sign-in", &headers, body.into_bytes())
    };
    let wrong = sign_in("fettle_x_y", "/").must_be(401);
    assert_eq!(wrong.header("set-cookie"), "");
    assert!(String::from_utf8_lossy(&wrong.body).contains("role=\"alert\""));
    // A link to another site leads home.
    assert_eq!(sign_in(&tokens[0], "//evil.example").must_be(303).header("location"), "/");

    let signed_in = sign_in(&tokens[0], "/capture").must_be(303);
    assert_eq!(signed_in.header("location"), "/capture");
    let cookie = signed_in.header("set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let (cookie, _) = cookie.split_once(';').unwrap();
    let board = server.send("GET", "/", &[("cookie", cookie)], Vec::new()).must_be(200);
    assert!(String::from_utf8_lossy(&board.body).contains("action=\"/sign-out\""));
    // Pages of other sites do not use it.
    let other = [("cookie", cookie), ("origin", "https://evil.example")];
    server.send("POST", "/capture", &other, Vec::new()).must_be(421);
    let out = server.send("POST", "/sign-out", &[("cookie", cookie)], Vec::new()).must_be(303);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
}

#[test]
fn wrong_tokens_are_counted_and_right_ones_go_on() {
    let (server, tokens) = with_tokens(&[]);
    let path = "/api/v1/products";
    let tried: Vec<u16> = (0..40)
        .map(|n| send_as(&server, &format!("fettle_{n}_x"), "GET", path, vec![]).status)
        .collect();
    assert_eq!(tried[..10], [401; 10]);
    // One is won back every six seconds, which a busy machine may need for these.
    assert!(tried.iter().filter(|status| **status == 429).count() >= 10, "{tried:?}");
    let mut tried = (0..5).map(|_| send_as(&server, "x", "GET", path, vec![]));
    let refused = tried.find(|answer| answer.status == 429).unwrap();
    let wait_s: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait_s));
    send_as(&server, &tokens[0], "GET", path, vec![]).must_be(200);
    // The form of the pages is no way around.
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let sign_in = || server.send("POST", "/sign-in", &form, b"token=fettle_x_y".to_vec());
    let refused = (0..5).map(|_| sign_in()).find(|answer| answer.status == 429).unwrap();
    assert!(String::from_utf8_lossy(&refused.body).contains("Try again in a minute"));

    // What is revoked on the command line is refused within two seconds.
    server.workspace.run(&["token", "revoke", "operator"]).must_succeed();
    let begun = Instant::now();
    while send_as(&server, &tokens[0], "GET", path, vec![]).status == 200 {
        assert!(begun.elapsed() < Duration::from_secs(30), "the token is still accepted");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn the_trail_says_who_did_what_and_how_they_came() {
    let (server, tokens) = with_tokens(&[]);
    let [_, _, engineer, admin] = &tokens;
    let body = json!({"name_ko": "주조품", "name_en": "Casting"}).to_string().into_bytes();
    send_as(&server, engineer, "PUT", "/api/v1/products/prod7", body).must_be(200);
    let given = json!({"name": "press 3", "role": "operator", "days": 30}).to_string();
    let given = send_as(&server, admin, "POST", "/api/v1/tokens", given.into_bytes()).must_be(201);
    let secret = given.json()["secret"].as_str().unwrap().to_owned();
    send_as(&server, &secret, "GET", "/api/v1/products", vec![]).must_be(200);
    send_as(&server, admin, "DELETE", "/api/v1/tokens/press%203", vec![]).must_be(204);
    send_as(&server, &secret, "GET", "/api/v1/products", vec![]).must_be(401);

    let page = send_as(&server, admin, "GET", "/api/v1/audit?limit=1000", vec![]).must_be(200);
    let text = |entry: &Value, field: &str| entry[field].as_str().unwrap().to_owned();
    let page = page.json();
    let said: Vec<String> = page["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| ["who", "via", "action", "kind"].map(|field| text(one, field)).join(" "))
        .filter(|said| said.contains(" server "))
        .collect();
    assert_eq!(
        said,
        [
            "engineer server added products",
            "admin server added tokens",
            "admin server changed tokens",
        ]
    );
    assert!(!page.to_string().contains(secret.rsplit_once('_').unwrap().1));
    let check = send_as(&server, admin, "GET", "/api/v1/audit/check", vec![]).must_be(200).json();
    assert_eq!((&check["intact"], &check["fault_at"]), (&json!(true), &Value::Null));
    let head = check["head"].as_str().unwrap();
    server.workspace.run(&["audit", "verify", "--head", head]).must_succeed();
    let spoilt = server.workspace.run(&["audit", "verify", "--head", "00"]);
    assert!(!spoilt.ok);
    assert!(spoilt.stdout.contains("was replaced"), "{}", spoilt.stdout);
    let file = server.workspace.root().join("trail.ndjson");
    let file_name = file.to_str().unwrap();
    server.workspace.run(&["audit", "export", file_name]).must_succeed();
    let lines = std::fs::read_to_string(&file).unwrap();
    for line in lines.lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
    assert_eq!(lines.lines().count(), check["entries"].as_u64().unwrap() as usize);
}

#[test]
fn what_is_sent_is_encrypted_with_a_certificate_that_stays() {
    let workspace = TestWorkspace::new();
    let token = give(&workspace, "line", "operator");
    let server = LiveServer::start(workspace, &["--tls-self-signed"]);
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .tls_config(ureq::tls::TlsConfig::builder().disable_verification(true).build())
        .build()
        .into();
    let ask = |path: &str| {
        let request = agent.get(format!("https://{}{path}", server.address));
        request.header("authorization", format!("Bearer {token}")).call().unwrap().status()
    };
    assert_eq!(ask("/livez"), 200);
    assert_eq!(ask("/api/v1/products"), 200);
    // Who speaks no TLS gets no answer in the clear.
    let mut plain = std::net::TcpStream::connect(&server.address).unwrap();
    plain.write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _cut = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/"), "{answer:?}");
    let kept = std::fs::read(server.workspace.root().join("tls/certificate.pem")).unwrap();
    let (code, said) = server.terminate();
    assert_eq!(code, Some(0), "{said}");
    assert!(kept.starts_with(b"-----BEGIN CERTIFICATE-----"));
}

#[test]
fn connections_that_say_nothing_are_cut_and_keep_nobody_out() {
    let (server, tokens) = with_tokens(&[]);
    let mut silent: Vec<_> =
        (0..300).map(|_| std::net::TcpStream::connect(&server.address).unwrap()).collect();
    // A head that comes letter by letter.
    silent[0].write_all(b"GET / HTTP/1.1\r\nhost: ").unwrap();
    send_as(&server, &tokens[0], "GET", "/api/v1/products", vec![]).must_be(200);
    for stream in silent.iter_mut().take(3) {
        stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).expect("the server ends the connection");
    }
    send_as(&server, &tokens[0], "GET", "/api/v1/products", vec![]).must_be(200);
}

/// Lets a person sign in whose PIN a file has.
fn add_person(workspace: &TestWorkspace, name: &str, role: &str, pin: &str) -> RunOutput {
    let pin = std::fs::File::open(workspace.file("pin", pin.as_bytes())).unwrap();
    let mut command = workspace.command(&["person", "add", name, "--role", role]);
    RunOutput::from(command.stdin(pin).output().unwrap())
}

#[test]
fn people_are_added_changed_and_removed_and_no_pin_is_shown_or_kept() {
    let workspace = TestWorkspace::new();
    let said = add_person(&workspace, "김 검사", "operator", "7391-badge\r\n").must_succeed();
    assert!(said.stdout.contains("김 검사 may sign in as operator."), "{}", said.stdout);
    // Name, PIN, what is wrong.
    for (name, pin, wrong) in [
        ("lee", "12\n", "4 to 64"),
        ("lee", "", "4 to 64"),
        ("lee", "7391-badge\n", "somebody else"),
        (" ", "4321\n", "1 to 60 letters"),
    ] {
        add_person(&workspace, name, "admin", pin).must_fail_with(&[wrong]);
    }
    add_person(&workspace, "김 검사", "engineer", "other-badge\n").must_succeed();
    let people = workspace.json(&["person", "list", "--json"]);
    let shown: Vec<_> =
        people.as_array().unwrap().iter().map(|p| (&p["name"], &p["role"])).collect();
    assert_eq!(shown, [(&json!("김 검사"), &json!("engineer"))]);
    workspace.run(&["person", "remove", "김 검사"]).must_succeed();
    workspace.run(&["person", "remove", "김 검사"]).must_fail_with(&["김 검사"]);
    let listed = workspace.run(&["person", "list"]).must_succeed().stdout;
    assert!(listed.contains("Nobody may sign in yet"), "{listed}");

    let trail = workspace.run(&["audit", "list", "--json"]).must_succeed().stdout;
    assert!(trail.contains("engineer") && !trail.contains("argon2"), "{trail}");
    let library = std::fs::read(workspace.root().join("data/fettle.db")).unwrap();
    for pin in ["7391-badge", "other-badge"] {
        assert!(!library.windows(pin.len()).any(|bytes| bytes == pin.as_bytes()), "{pin}");
    }
}
