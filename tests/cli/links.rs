//! Links that open one inspection for a while, from a running server with a token in force.

use serde_json::Value;

use crate::harness::{TestWorkspace, png};
use crate::live_server::{Answer, Field, LiveServer};

/// A server with two inspections, and the header of an operator's token.
fn server(args: &[&str]) -> (LiveServer, String) {
    let workspace = TestWorkspace::new();
    let given = ["token", "add", "line 3", "--role", "operator", "--bare"];
    let given = workspace.run(&given).must_succeed();
    let bearer = format!("Bearer {}", given.stdout.trim());
    for n in [1, 2] {
        let picture = workspace.file(&format!("part-{n}.png"), &png(n));
        let picture = picture.to_str().unwrap().to_owned();
        workspace.run(&["inspect", &picture]);
    }
    let listed = workspace.json(&["history", "--json"]);
    assert_eq!(listed["total"], 2, "{listed}");
    (LiveServer::start(workspace, args), bearer)
}

/// The path of a new link to inspection 1.
fn link(server: &LiveServer, bearer: &str) -> String {
    let made = make(server, bearer, "/api/v1/inspections/1/link").must_be(201).json();
    let url = made["url"].as_str().unwrap();
    let path = url.strip_prefix(&format!("http://{}", server.address));
    path.unwrap_or_else(|| panic!("{url}")).to_owned()
}

fn make(server: &LiveServer, bearer: &str, path: &str) -> Answer {
    server.send("POST", path, &[("authorization", bearer)], Vec::new())
}

#[test]
fn a_link_opens_one_inspection_and_nothing_else() {
    let (server, bearer) = server(&[]);
    let path = link(&server, &bearer);
    let query = path.strip_prefix("/parts/1?").unwrap();
    // Method, address, status with the link. Pictures that this inspection has none of are let pass.
    let cases = [
        ("GET", "/parts/1", 200),
        ("HEAD", "/parts/1", 200),
        ("GET", "/api/v1/inspections/1/pictures/part", 200),
        ("GET", "/api/v1/inspections/1/pictures/overlay", 404),
        ("GET", "/api/v1/inspections/1/pictures/reference", 404),
        ("GET", "/api/v1/inspections/1/pictures/heatmap", 401),
        ("GET", "/api/v1/inspections/1/map", 401),
        ("GET", "/api/v1/inspections/1/report", 401),
        ("GET", "/api/v1/inspections/1", 401),
        ("GET", "/api/v1/inspections", 401),
        ("POST", "/api/v1/inspections/1/link", 401),
        ("PUT", "/api/v1/inspections/1/judgement", 401),
        ("POST", "/parts/1/judgement", 401),
        ("GET", "/", 401),
        ("GET", "/board/parts", 401),
        ("GET", "/capture", 401),
        ("GET", "/metrics", 401),
        ("GET", "/api/v1/tokens", 401),
    ];
    for (method, address, status) in cases {
        let with = server.send(method, &format!("{address}?{query}"), &[], Vec::new());
        assert_eq!(with.status, status, "{method} {address}");
        let without = server.send(method, address, &[], Vec::new());
        assert_eq!(without.status, 401, "{method} {address} without a link");
    }

    // The page is to be read: it has no form, and leads to nothing that needs a token.
    let text = |answer: Answer| String::from_utf8(answer.must_be(200).body).unwrap();
    let page = text(server.get(&path));
    assert!(page.contains("part-1.png") && page.contains(&format!("pictures/part?{query}")));
    for word in ["<form", "href=\"/\"", "/capture", "report?form=pdf"] {
        assert!(!page.contains(word), "{word}: {page}");
    }
    // Whoever has a token sees what it shows, link or not; a token that is none does no harm.
    let own = text(server.send("GET", &path, &[("authorization", &bearer)], Vec::new()));
    assert!(own.contains("<form"), "{own}");
    let stale = [("cookie", "fettle_token=fettle_old_one")];
    assert!(!text(server.send("GET", &path, &stale, Vec::new())).contains("<form"));
}

#[test]
fn a_link_that_is_none_is_refused_and_counted() {
    let (server, bearer) = server(&[]);
    let path = link(&server, &bearer);
    let (given, code) = path.strip_prefix("/parts/1?link=").unwrap().split_once('.').unwrap();
    let later: u64 = given.parse::<u64>().unwrap() + 60;
    let forged = [
        format!("/parts/2?link={given}.{code}"),
        format!("/parts/1?link={later}.{code}"),
        format!("/parts/1?link={given}.{}", "0".repeat(64)),
        format!("/api/v1/inspections/2/pictures/part?link={given}.{code}"),
        "/parts/1?link=".to_owned(),
    ];
    for (path, language) in forged.iter().zip(["en", "ko"].into_iter().cycle()) {
        let answer = server.send("GET", path, &[("accept-language", language)], Vec::new());
        let answer = answer.must_be(401);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
        let word = if language == "en" { "link" } else { "링크" };
        assert!(answer.json()["detail"].as_str().unwrap().contains(word), "{answer:?}");
    }
    // Whoever opens it on a phone reads it on a page.
    for (language, word) in [("en", "link"), ("ko", "링크")] {
        let headers = [("accept-language", language), ("accept", "text/html,*/*;q=0.8")];
        let answer = server.send("GET", &forged[1], &headers, Vec::new()).must_be(401);
        assert!(answer.header("content-type").starts_with("text/html"), "{answer:?}");
        let page = String::from_utf8(answer.body).unwrap();
        let lang = format!("<html lang=\"{language}\">");
        assert!(page.contains(&lang) && page.contains(word), "{page}");
        assert!(page.contains("role=\"alert\"") && !page.contains("/problems/"), "{page}");
    }
    // Who tries on waits, and what is in order goes on.
    let tries: Vec<u16> = (0..12).map(|_| server.get(&forged[2]).status).collect();
    assert!(tries.contains(&429), "{tries:?}");
    server.get(&path).must_be(200);
}

#[test]
fn a_link_is_made_by_those_who_may_for_as_long_as_it_may_hold() {
    for args in [&[][..], &["--read-only"]] {
        let (server, bearer) = server(args);
        // Address, status.
        let cases = [
            ("/api/v1/inspections/1/link", 201),
            ("/api/v1/inspections/1/link?minutes=5", 201),
            ("/api/v1/inspections/1/link?minutes=10080", 201),
            ("/api/v1/inspections/1/link?minutes=4", 422),
            ("/api/v1/inspections/1/link?minutes=10081", 422),
            ("/api/v1/inspections/1/link?minutes=x", 400),
            ("/api/v1/inspections/99/link", 404),
        ];
        for (path, status) in cases {
            let answer = make(&server, &bearer, path).must_be(status).json();
            let is_made = answer["expires_at"].as_str().is_some_and(|at| at.ends_with('Z'));
            assert_eq!(is_made, status == 201, "{path}: {answer}");
        }
        let nobody = server.send("POST", cases[0].0, &[], Vec::new()).must_be(401);
        assert_ne!(nobody.json()["title"], Value::Null);
    }
}

#[test]
fn where_nobody_needs_a_token_a_link_still_shows_what_its_bearer_will_see() {
    let workspace = TestWorkspace::new();
    let server = LiveServer::start(workspace, &[]);
    let image = [Field::File("image", "a.png", png(3))];
    server.post_form("/api/v1/inspections", &image).must_be(201);
    let made = server.send("POST", "/api/v1/inspections/1/link", &[], Vec::new()).must_be(201);
    let url = made.json()["url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(&format!("http://{}", server.address)).unwrap().to_owned();
    let page = String::from_utf8(server.get(&path).must_be(200).body).unwrap();
    assert!(page.contains("a.png") && !page.contains("<form"), "{page}");
    server.get(&format!("{path}0")).must_be(401);
}
