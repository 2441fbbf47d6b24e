//! `fettle serve`: the new interface, from a running process.

use fettle_testing::data::has_models;
use serde_json::{Value, json};

use crate::harness::{TestWorkspace, png};
use crate::live_server::{Field, LiveServer, MODELS};

/// A part of the demo, photographed again: one sample differs, so that it is another photograph.
pub(crate) fn demo_picture(server: &LiveServer, name: &str) -> Vec<u8> {
    let path = server.workspace.root().join("out/demo").join(name);
    let mut picture = image::open(path).unwrap().into_rgb8();
    picture.get_pixel_mut(0, 0).0[0] ^= 1;
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// The demo's three parts lie in a folder each.
pub(crate) fn parts(server: &LiveServer) -> Vec<String> {
    let folder = server.workspace.root().join("out/demo");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("part.png").is_file())
        .map(|entry| format!("{}/part.png", entry.file_name().to_str().unwrap()))
        .collect();
    names.sort();
    assert_eq!(names.len(), 3, "{names:?}");
    names
}

#[test]
fn a_part_from_upload_to_judgement() {
    if !has_models(&MODELS) {
        return;
    }
    let server = LiveServer::on_demo(&[]);
    let before = server.get("/api/v1/inspections").json()["total"].as_u64().unwrap();
    let part = demo_picture(&server, &parts(&server)[2]);
    let fields = [Field::File("image", "부품 7.png", part.clone())];
    let made = server.post_form("/api/v1/inspections", &fields).must_be(201);
    let inspection = made.json();
    let id = inspection["id"].as_i64().unwrap();
    assert_eq!(made.header("location"), format!("/api/v1/inspections/{id}"));
    assert_eq!(inspection["file_name"], "부품 7.png");
    assert_eq!(inspection["anomaly"]["state"], "done");
    let anomaly = &inspection["anomaly"]["result"];
    for field in ["image_score", "calibrated_score", "thresholds", "scale", "bank"] {
        assert!(!anomaly[field].is_null(), "{field}: {anomaly}");
    }
    assert_eq!(inspection["image_hash"].as_str().unwrap().len(), 64);

    // What was answered is what is read again.
    let path = format!("/api/v1/inspections/{id}");
    assert_eq!(server.get(&path).must_be(200).json(), inspection);
    assert_eq!(server.get("/api/v1/inspections").json()["total"], before + 1);

    // Pictures; a caller who has one already is told so.
    for link in inspection["pictures"].as_array().unwrap() {
        let href = link["href"].as_str().unwrap();
        let picture = server.get(href).must_be(200);
        assert!(picture.body.starts_with(b"\x89PNG"), "{href}");
        let tag = picture.header("etag").to_owned();
        let again = server.send("GET", href, &[("if-none-match", &tag)], Vec::new());
        assert_eq!((again.status, again.body.len()), (304, 0), "{href}");
    }
    let map = server.get(&format!("{path}/map")).must_be(200);
    assert!(map.header("fettle-map-high").parse::<f32>().unwrap() > 0.0);
    let array = server.get(&format!("{path}/map?form=npy")).must_be(200);
    assert!(array.body.starts_with(b"\x93NUMPY"));

    // The report in three forms.
    let report = server.get(&format!("{path}/report")).must_be(200).json();
    assert!(matches!(report["state"].as_str(), Some("done" | "skipped")), "{report}");
    let text = server.get(&format!("{path}/report?form=markdown")).must_be(200);
    assert!(text.header("content-type").starts_with("text/markdown"));
    let print = server.get(&format!("{path}/report?form=pdf")).must_be(200);
    assert!(print.body.starts_with(b"%PDF"));

    // A person overrules the machine; both verdicts stay.
    let opinion = json!({"verdict": "ok", "note": "그림자"});
    let judged = server.put(&format!("{path}/judgement"), &opinion).must_be(200).json();
    assert_eq!(judged["judgement"]["verdict"], "ok");
    assert_eq!(judged["judgement"]["note"], "그림자");
    assert_eq!(judged["verdict"], inspection["verdict"]);
    server.delete(&format!("{path}/judgement")).must_be(204);
    assert!(server.get(&path).json()["judgement"].is_null());

    // Nothing of this machine's folders is said.
    let root = server.workspace.root().to_str().unwrap().to_owned();
    let said = String::from_utf8(server.get(&path).body).unwrap();
    assert!(!said.contains(&root), "{said}");
}

#[test]
fn a_fit_is_a_job_with_progress() {
    if !has_models(&MODELS) {
        return;
    }
    let server = LiveServer::on_demo(&[]);
    let products = server.get("/api/v1/products").must_be(200).json();
    let product = products["products"][0]["code"].as_str().unwrap().to_owned();
    let banks = format!("/api/v1/products/{product}/banks");
    let before = server.get(&banks).json()["banks"].as_array().unwrap().len();
    let begun = server.post(&banks, &json!({})).must_be(202);
    let job = begun.header("location").to_owned();
    // The events end with the job.
    let events = server.get(&format!("{job}/events")).must_be(200);
    let events = String::from_utf8(events.body).unwrap();
    assert!(events.contains("\"progress-"), "{events}");
    let ended = server.get(&job).must_be(200).json();
    assert_eq!((&ended["state"], &ended["problem"]), (&json!("done"), &Value::Null));
    let after = server.get(&banks).json();
    assert_eq!(after["banks"].as_array().unwrap().len(), before + 1);
    server.delete(&format!("{banks}/active")).must_be(200);
    let jobs = server.get("/api/v1/jobs").json();
    assert_eq!(jobs["jobs"][0]["name"], "fit-bank");
}

#[test]
fn what_is_registered_is_found() {
    if !has_models(&MODELS) {
        return;
    }
    let server = LiveServer::on_demo(&[]);
    let picture = png(9);
    server.put("/api/v1/products/웹1", &json!({"name_ko": "웹 제품"})).must_be(200);
    let defect = json!({"name_ko": "흠집", "name_en": "scratch"});
    server.put("/api/v1/products/웹1/defects/scratch", &defect).must_be(200);
    let fields =
        [Field::Text("defect", "scratch"), Field::File("images", "a.png", picture.clone())];
    let done = server.post_form("/api/v1/products/웹1/images", &fields).must_be(201).json();
    let id = done["new"][0].as_i64().unwrap();
    // The same again is known.
    let again = server.post_form("/api/v1/products/웹1/images", &fields).must_be(201).json();
    assert_eq!((&again["new"], &again["known"]), (&json!([]), &json!([id])));
    let build = server.send("POST", "/api/v1/index", &[], Vec::new()).must_be(202);
    server.get(&format!("{}/events", build.header("location"))).must_be(200);
    let query = [Field::File("image", "query.png", picture), Field::Text("product", "웹1")];
    let found = server.post_form("/api/v1/search", &query).must_be(200).json();
    assert_eq!(found["hits"][0]["image"], id);
    let images = server.get("/api/v1/products/웹1/images?defect=scratch").must_be(200).json();
    assert_eq!(images["images"].as_array().unwrap().len(), 1);
    server.get(&format!("/api/v1/images/{id}/picture")).must_be(200);
    server.delete(&format!("/api/v1/images/{id}")).must_be(204);

    // A manual, its sections, and a question to it.
    let text = "1. scratch (흠집)\n원인:\n- 컨베이어의 이물\n조치:\n- 컨베이어를 청소합니다.\n";
    let manual = [Field::File("manual", "웹1_manual.txt", text.into())];
    let read = server.post_form("/api/v1/products/웹1/manuals", &manual).must_be(201).json();
    assert_eq!(read["sections"][0]["actions"][0]["text"], "컨베이어를 청소합니다.");
    let asked = json!({"question": "흠집이 생기면 어떻게 합니까?", "product": "웹1"});
    let answer = server.post("/api/v1/manuals/ask", &asked).must_be(200).json();
    let words = answer["passages"].to_string();
    assert!(words.contains("컨베이어를 청소합니다."), "{answer}");
}

#[test]
fn bad_callers_are_answered_in_their_language() {
    let server = LiveServer::start(TestWorkspace::new(), &[]);
    let json_type = ("content-type", "application/json");
    let form_type = ("content-type", "multipart/form-data; boundary=cut");
    // Method, path, headers, body, status.
    type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a [u8], u16);
    let cases: [Case; 24] = [
        ("GET", "/api/v1/nothing", &[], b"", 404),
        ("GET", "/api/v1/inspections/1", &[], b"", 404),
        ("GET", "/api/v1/inspections/x", &[], b"", 404),
        ("GET", "/api/v1/inspections/99999999999999999999", &[], b"", 404),
        ("PATCH", "/api/v1/inspections", &[], b"", 405),
        ("GET", "/api/v1/inspections?limit=0", &[], b"", 422),
        ("GET", "/api/v1/inspections?limit=x", &[], b"", 400),
        ("GET", "/api/v1/inspections?color=red", &[], b"", 400),
        ("GET", "/api/v1/inspections?since=yesterday", &[], b"", 422),
        ("GET", "/api/v1/inspections?cursor=9", &[], b"", 422),
        ("GET", "/api/v1/inspections?product=%00", &[], b"", 422),
        ("POST", "/api/v1/inspections", &[], b"", 415),
        ("POST", "/api/v1/inspections", &[form_type], b"--cut--\r\n", 422),
        ("POST", "/api/v1/inspections", &[form_type], b"--cut\r\nbroken", 400),
        ("PUT", "/api/v1/products/%2e%2e%2fetc", &[json_type], b"{}", 422),
        ("PUT", "/api/v1/products/p", &[json_type], b"{", 400),
        ("PUT", "/api/v1/products/p", &[json_type], b"{\"colour\": 1}", 400),
        ("PUT", "/api/v1/products/p", &[], b"{}", 415),
        ("GET", "/api/v1/products/none/banks", &[], b"", 404),
        ("POST", "/api/v1/manuals/ask", &[json_type], b"{\"question\": \" \"}", 422),
        ("GET", "/api/v1/jobs/7", &[], b"", 404),
        ("GET", "/livez", &[("host", "evil.example")], b"", 421),
        ("GET", "/livez", &[("origin", "http://evil.example")], b"", 421),
        ("GET", "/livez", &[("sec-fetch-site", "cross-site")], b"", 421),
    ];
    for (method, path, headers, body, status) in cases {
        for (language, hangul) in [("en", false), ("ko-KR", true)] {
            let headers: Vec<_> =
                headers.iter().copied().chain([("accept-language", language)]).collect();
            let answer = server.send(method, path, &headers, body.to_vec());
            assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
            assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
            let problem = answer.json();
            assert_eq!(problem["status"], status, "{path}");
            let title = problem["title"].as_str().unwrap();
            let has_hangul = title.chars().any(|letter| ('가'..='힣').contains(&letter));
            assert_eq!(has_hangul, hangul, "{path}: {title}");
            let root = server.workspace.root().to_str().unwrap();
            assert!(!problem.to_string().contains(root), "{problem}");
        }
    }
    // And it still answers.
    server.get("/livez").must_be(200);
}

#[test]
fn a_file_that_is_no_picture_is_named_and_not_kept() {
    let server = LiveServer::start(TestWorkspace::new(), &[]);
    // Name, bytes, status, a word of the answer.
    let wide = {
        // A PNG header that promises 100,000 × 100,000 pixels.
        let mut bytes = png(1);
        bytes[16..24].copy_from_slice(&[0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0]);
        bytes
    };
    let long = format!("{}.png", "가".repeat(120));
    let cases: [(&str, Vec<u8>, u16); 6] = [
        ("empty.png", Vec::new(), 422),
        ("text.png", b"hello".to_vec(), 422),
        ("../../../etc/passwd", b"hello".to_vec(), 422),
        ("cut.png", png(3)[..60].to_vec(), 422),
        ("wide.png", wide, 413),
        (&long, b"hello".to_vec(), 422),
    ];
    for (name, bytes, status) in cases {
        let answer = server.post_form("/api/v1/inspections", &[Field::File("image", name, bytes)]);
        assert_eq!(answer.status, status, "{name}: {answer:?}");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        let short: String = name.rsplit('/').next().unwrap().chars().rev().take(30).collect();
        let short: String = short.chars().rev().collect();
        assert!(detail.contains(&short) && !detail.contains("scratch"), "{detail}");
    }
    let scratch = server.workspace.root().join("data/scratch");
    let left = std::fs::read_dir(scratch).map_or(0, |entries| {
        entries.filter(|entry| entry.as_ref().unwrap().path().is_dir()).count()
    });
    assert_eq!(left, 0, "uploads are left");
}

#[test]
fn a_server_that_only_answers_changes_nothing() {
    let server = LiveServer::start(TestWorkspace::new(), &["--read-only"]);
    let description = server.get("/api/v1/openapi.json").must_be(200).json();
    let mut refused = 0;
    for (path, operations) in description["paths"].as_object().unwrap() {
        let path = format!("/api/v1{}", path.replace(['{', '}'], "").replace("id", "1"));
        for method in operations.as_object().unwrap().keys() {
            let asks = method == "get"
                || matches!(path.as_str(), "/api/v1/manuals/ask" | "/api/v1/search")
                || path.ends_with("/link");
            if asks || !matches!(method.as_str(), "post" | "put" | "delete" | "patch") {
                continue;
            }
            let answer = server.send(&method.to_uppercase(), &path, &[], Vec::new());
            assert_eq!(answer.status, 403, "{method} {path}");
            refused += 1;
        }
    }
    assert!(refused >= 10, "{refused} operations change something");
    for path in ["/register_defect", "/build_index", "/upload/image", "/capture"] {
        assert_eq!(server.send("POST", path, &[], Vec::new()).status, 403, "{path}");
    }
    server.get("/").must_be(200);
}

#[test]
fn it_stops_when_told() {
    let server = LiveServer::start(TestWorkspace::new(), &[]);
    server.get("/livez").must_be(200);
    let (code, said) = server.terminate();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("stopped"), "{said}");
}

#[test]
fn a_job_that_was_promised_ends_before_the_server_does() {
    if !has_models(&MODELS) {
        return;
    }
    let server = LiveServer::on_demo(&[]);
    let part = demo_picture(&server, &parts(&server)[1]);
    let fields = [Field::File("image", "promised.png", part)];
    server.post_form("/api/v1/inspections?wait=0", &fields).must_be(202);
    let root = server.workspace.root().to_owned();
    let kept = TestWorkspace::new();
    let (code, said) = server.terminate_and(|| crate::live_server::copy(&root, kept.root()));
    assert_eq!(code, Some(0), "{said}");
    let history = kept.json(&["history", "--json"]);
    assert!(history.to_string().contains("promised.png"), "{history}");
}

#[test]
fn other_machines_are_not_served_without_saying_so() {
    let workspace = TestWorkspace::new();
    let refused = workspace.run(&["serve", "--bind", "0.0.0.0:0"]);
    refused.must_fail_with(&["other machines", "--tls-self-signed", "--insecure-http"]);
    let refused = workspace.run(&["serve", "--bind", "0.0.0.0:0", "--tls-self-signed"]);
    refused.must_fail_with(&["no token is in force", "fettle token add"]);
    let none = workspace.path("none.pem");
    let none = none.to_str().unwrap();
    let refused = workspace.run(&["serve", "--bind", "127.0.0.1:0", "--tls", none, none]);
    refused.must_fail_with(&["none.pem"]);
}

#[test]
fn pages_work_without_scripts_in_both_languages() {
    if !has_models(&MODELS) {
        return;
    }
    let server = LiveServer::on_demo(&[]);
    for (language, words) in
        [("ko", ["최근 부품", "사람", "불량"]), ("en", ["Last parts", "Person", "NG"])]
    {
        let page = |path: &str| {
            let headers = [("accept-language", language)];
            let answer = server.send("GET", path, &headers, Vec::new()).must_be(200);
            // With it, browsers send `Origin: null` with the forms below, which is turned away.
            assert_ne!(answer.header("referrer-policy"), "no-referrer");
            String::from_utf8(answer.body).unwrap()
        };
        let board = page("/");
        assert!(board.contains(words[0]) && board.contains("/parts/3"), "{board}");
        let part = page("/parts/3");
        assert!(part.contains(words[1]), "{part}");
        assert!(page("/capture").contains("capture=\"environment\""));
    }
    let part = demo_picture(&server, &parts(&server)[1]);
    let browser = server.as_browser();
    let image = [Field::File("image", "phone.png", part)];
    let sent = server.post_form_with("/capture", &image, &browser).must_be(303);
    assert_eq!(sent.header("location"), "/parts/4");
    let form = [("content-type", "application/x-www-form-urlencoded".to_owned())];
    let form: Vec<_> = browser.iter().chain(&form).map(|(a, b)| (*a, b.as_str())).collect();
    let judged = server.send("POST", "/parts/4/judgement", &form, b"verdict=ng".to_vec());
    assert_eq!(judged.must_be(303).header("location"), "/parts/4");
    assert_eq!(server.get("/api/v1/inspections/4").json()["judgement"]["verdict"], "ng");
    // A person who sends no picture sees why, and the form again.
    let wrong = server.post_form("/capture", &[Field::File("image", "x.png", b"no".to_vec())]);
    assert_eq!(wrong.status, 422);
    assert!(String::from_utf8(wrong.body).unwrap().contains("role=\"alert\""));
}

#[test]
fn measurements_have_bounded_labels() {
    let server = LiveServer::start(TestWorkspace::new(), &[]);
    for n in 0..20 {
        server.get(&format!("/api/v1/products/p{n}"));
        server.get(&format!("/nothing/{n}"));
    }
    server.send_raw("FOO /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    let text = String::from_utf8(server.get("/metrics").must_be(200).body).unwrap();
    assert!(text.contains("fettle_http_request_duration_seconds_bucket"), "{text}");
    assert!(text.contains("route=\"/api/v1/products/{product}\""), "{text}");
    for word in ["p19", "/nothing/", "FOO"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}
