//! `fettle serve`: every row of the interface of the system that Fettle replaces, called as its web page
//! called it.

use fettle_testing::data::has_models;
use serde_json::{Value, json};

use crate::harness::{TestWorkspace, png};
use crate::live_server::{Answer, Field, LiveServer, MODELS};

/// The type of a field in the description of the old interface.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "b",
        Value::Number(number) if number.is_i64() || number.is_u64() => "i",
        Value::Number(_) => "f",
        Value::String(_) => "s",
        Value::Array(_) => "[]",
        Value::Object(_) => "{}",
    }
}

/// Asserts fields and types: `name type`, with `?` where a field may be absent.
#[track_caller]
fn assert_fields(row: &str, body: &Value, fields: &[&str]) {
    for field in fields {
        let (name, expected) = field.split_once(' ').unwrap();
        let (expected, may_lack) = match expected.strip_suffix('?') {
            Some(expected) => (expected, true),
            None => (expected, false),
        };
        match &body[name] {
            Value::Null => assert!(may_lack, "{row}: no {name} in {body}"),
            value => {
                let found = kind(value);
                let fits = found == expected || (expected == "f" && found == "i");
                assert!(fits, "{row}: {name} is {found}, not {expected}: {body}");
            }
        }
    }
}

#[test]
fn every_row_has_its_fields_and_types() {
    if !has_models(&MODELS) {
        return;
    }
    let server = LiveServer::on_demo(&[]);
    let root = server.workspace.root().to_owned();
    let config = server.get("/defect_config.json").must_be(200).json();
    let products = config["products"].as_object().unwrap();
    // The first product of the demo that has known defects.
    let (product, about) =
        products.iter().find(|(_, about)| about["defects"][0].is_string()).unwrap();
    assert_fields("defect_config", about, &["name s", "defects []"]);
    let defect = about["defects"][0].as_str().unwrap();
    let stats_row = format!("/defect/stats/{product}/{defect}");
    let stats = server.get(&stats_row).must_be(200).json();
    let fields = ["product_name s", "defect_name s", "total_count i", "next_seqno i", "files []"];
    assert_fields("stats", &stats, &fields);
    let sample = server.get("/index/info").must_be(200).json();
    let fields = [
        "status s",
        "gallery_size i",
        "model_id s",
        "device s",
        "faiss_enabled b",
        "sample_paths []",
    ];
    assert_fields("index info", &sample, &fields);
    assert_eq!(sample["status"], "index_built");
    let known = sample["sample_paths"][0].as_str().unwrap().to_owned();
    let known_bytes = std::fs::read(root.join(&known)).unwrap();

    let health = server.get("/health2").must_be(200).json();
    let fields = ["status s", "message s", "index_built b", "gallery_size i"];
    assert_fields("health2", &health, &fields);

    let built = json!({"gallery_dir": "data/def_split", "save_index": true});
    let built = server.post("/build_index", &built).must_be(200).json();
    let fields =
        ["status s", "gallery_dir s", "num_images i", "index_saved b", "index_save_path s?"];
    assert_fields("build_index", &built, &fields);
    assert_eq!(built["status"], "success");

    // Uploads, as version 3 has them; their paths are the other rows' input.
    let upload = server
        .post_form("/upload/image", &[Field::File("file", "test.png", known_bytes.clone())])
        .must_be(200)
        .json();
    let fields =
        ["status s", "filename s", "file_path s", "file_size i", "file_size_mb f", "message s"];
    assert_fields("upload", &upload, &fields);
    let uploaded = upload["file_path"].as_str().unwrap().to_owned();
    assert!(uploaded.starts_with("uploads/"), "{uploaded}");

    for path in [uploaded.clone(), format!("./{uploaded}"), known.clone()] {
        let found = json!({"query_image_path": path, "top_k": 3});
        let found = server.post("/search", &found).must_be(200).json();
        let fields = [
            "status s",
            "query_image s",
            "top_k_results []",
            "total_gallery_size i",
            "model_info s",
        ];
        assert_fields("search", &found, &fields);
        assert_eq!(found["top_k_results"].as_array().unwrap().len(), 3);
        let fields = ["rank i", "image_path s", "image_name s", "similarity_score f"];
        assert_fields("search result", &found["top_k_results"][0], &fields);
        assert_eq!(found["top_k_results"][0]["image_path"], known.as_str());
    }
    let file = || Field::File("file", "q.png", known_bytes.clone());
    let found = server.post_form("/search/upload?top_k=2", &[file()]).must_be(200).json();
    let fields = ["status s", "uploaded_file s", "top_k_results []", "total_gallery_size i"];
    assert_fields("search/upload", &found, &fields);
    assert_eq!(found["top_k_results"].as_array().unwrap().len(), 2);
    let found = json!({"query_image_path": uploaded, "top_k": 1});
    let found = server.post("/search/similarity", &found).must_be(200).json();
    let fields = ["similarity f", "product s", "defect s", "sequence i"];
    assert_fields("search/similarity", &found["top_k_results"][0], &fields);
    assert_eq!(found["top_k_results"][0]["product"], product.as_str());

    let detect = json!({"test_image_path": uploaded, "product_name": product});
    for row in ["/detect_anomaly", "/anomaly/detect"] {
        let found = server.post(row, &detect).must_be(200).json();
        let fields = [
            "status s",
            "product_name s",
            "image_score f",
            "pixel_tau f",
            "image_tau f",
            "is_anomaly b",
            "reference_normal_url s",
            "mask_url s",
            "overlay_url s",
            "comparison_url s?",
        ];
        assert_fields(row, &found, &fields);
        for url in ["mask_url", "overlay_url", "comparison_url", "reference_normal_url"] {
            let picture = server.get(found[url].as_str().unwrap()).must_be(200);
            assert!(picture.body.starts_with(b"\x89PNG"), "{row} {url}");
        }
    }
    let part = Field::File("test_file", "part.png", known_bytes.clone());
    let row = format!("/detect_anomaly/upload?product_name={product}");
    let found = server.post_form(&row, &[part]).must_be(200).json();
    let fields = [
        "status s",
        "product_name s",
        "image_score f",
        "is_anomaly b",
        "heatmap_url s",
        "mask_url s",
        "overlay_url s",
        "comparison_url s?",
    ];
    assert_fields("detect_anomaly/upload", &found, &fields);
    server.get(found["heatmap_url"].as_str().unwrap()).must_be(200);

    let fields = [
        Field::File("file", "new.png", png(77)),
        Field::Text("product_name", product),
        Field::Text("defect_name", defect),
    ];
    let registered = server.post_form("/register_defect", &fields).must_be(200).json();
    let next = stats["next_seqno"].as_u64().unwrap();
    let fields = [
        "status s",
        "saved_path s",
        "filename s",
        "product_name s",
        "defect_name s",
        "seqno i",
        "index_rebuilt b",
    ];
    assert_fields("register_defect", &registered, &fields);
    assert_eq!(registered["seqno"], next);
    assert_eq!(registered["filename"], format!("{product}_{defect}_{next}.png"));
    assert_eq!(server.get(&stats_row).json()["next_seqno"], next + 1);

    let asked = json!({"image_path": uploaded, "product": product, "defect": defect});
    let manual = server.post("/generate_manual", &asked).must_be(200).json();
    assert_fields("manual", &manual, &["status s", "defect_info {}", "manual {}", "message s"]);
    assert_fields("defect_info", &manual["defect_info"], &["en s", "ko s", "full_name_ko s"]);
    assert_fields("manual", &manual["manual"], &["원인 []", "조치 []"]);
    assert!(manual["manual"]["조치"][0].is_string(), "{manual}");

    let asked =
        json!({"product": product, "defect": defect, "anomaly_score": 4.2, "is_anomaly": true});
    let manual = server.post("/manual/generate", &asked).must_be(200).json();
    let fields = ["manual_context {}", "llm_analysis s", "processing_time f"];
    assert_fields("manual/generate", &manual, &fields);

    let absolute = root.join(&uploaded);
    let asked = json!({"image_path": absolute.to_str().unwrap()});
    let advanced = server.post("/generate_manual_advanced", &asked).must_be(200).json();
    let fields = [
        "status s",
        "steps []",
        "similarity {}",
        "defect_info {}",
        "anomaly {}",
        "manual {}",
        "llm_analysis s?",
        "processing_time f",
    ];
    assert_fields("advanced", &advanced, &fields);
    assert_eq!(advanced["steps"].as_array().unwrap().len(), 5);
    assert!(advanced["steps"][1].as_str().unwrap().starts_with("2."));
    let fields = ["top_match s", "similarity f", "product s", "defect s"];
    assert_fields("advanced similarity", &advanced["similarity"], &fields);
    let fields = ["product s", "en s", "ko s", "full_name_ko s"];
    assert_fields("advanced defect", &advanced["defect_info"], &fields);
    let fields = [
        "score f",
        "is_anomaly b",
        "normal_image_url s",
        "overlay_image_url s",
        "mask_image_url s",
    ];
    assert_fields("advanced anomaly", &advanced["anomaly"], &fields);

    let fields = ["mapper_loaded b", "rag_loaded b", "vlm_loaded b", "prompt_builder_loaded b"];
    assert_fields("vlm/status", &server.get("/vlm/status").must_be(200).json(), &fields);
    for row in ["/vlm/reload", "/mapping/reload"] {
        let reloaded = server.send("POST", row, &[], Vec::new()).must_be(200).json();
        assert_fields(row, &reloaded, &["status s", "message s"]);
    }
    assert_fields("mapping", &server.get("/mapping/status").must_be(200).json(), &["status s"]);
    assert_eq!(server.get("/search/index/status").must_be(200).json()["status"], "index_built");
    server.get(&format!("/api/image/{uploaded}")).must_be(200);
    server.get(&format!("/api/image/{known}")).must_be(200);
    for page in ["/", "/matching.html"] {
        assert!(server.get(page).must_be(200).header("content-type").starts_with("text/html"));
    }

    let name = upload["filename"].as_str().unwrap();
    assert!(server.get("/upload/list").must_be(200).json().to_string().contains(name));
    server.delete(&format!("/upload/file/{name}")).must_be(200);
    server.delete(&format!("/upload/file/{name}")).must_be(404);
    for row in ["/uploads/clean", "/upload/clean"] {
        let cleaned = server.delete(row).must_be(200).json();
        assert_fields(row, &cleaned, &["status s", "message s"]);
    }
}

#[test]
fn errors_have_the_old_form() {
    let server = LiveServer::start(TestWorkspace::new(), &[]);
    let detail = |answer: Answer| answer.json()["detail"].clone();
    let missing = json!({"query_image_path": "uploads/none.png"});
    let missing = server.post("/search", &missing).must_be(404);
    assert!(detail(missing).is_string());
    let invalid = detail(server.post("/search", &json!({"top_k": 5})).must_be(422));
    assert_fields("422", &invalid[0], &["loc []", "msg s", "type s"]);
    let invalid = json!({"query_image_path": "uploads/none.png", "top_k": 51});
    server.post("/search", &invalid).must_be(422);
    server.post("/build_index", &json!({"gallery_dir": "/nowhere"})).must_be(404);
    server.post("/generate_manual", &json!({"product": "p"})).must_be(400);
    server.post("/generate_manual_advanced", &json!({})).must_be(400);
    let unknown = json!({"image_path": "x", "product": "p", "defect": "d"});
    server.post("/generate_manual", &unknown).must_be(404);
    server.get("/anomaly/image/1/heatmap.png").must_be(404);
    server.get("/anomaly/image/1/secret.png").must_be(404);
    let no_file = server.post_form("/register_defect", &[Field::Text("product_name", "p")]);
    assert_fields("422", &detail(no_file.must_be(422))[0], &["loc []", "msg s", "type s"]);
}

#[test]
fn paths_reach_uploads_and_images_alone() {
    let workspace = TestWorkspace::new();
    workspace.run(&["doctor"]);
    let secret = workspace.file("secret.png", &png(1));
    let server = LiveServer::start(workspace, &[]);
    let root = server.workspace.root();
    std::fs::create_dir_all(root.join("uploads")).unwrap();
    std::fs::write(root.join("uploads/mine.png"), png(2)).unwrap();
    std::fs::write(root.join("settings.png"), png(3)).unwrap();
    std::os::unix::fs::symlink(&secret, root.join("uploads/link.png")).unwrap();
    server.get("/api/image/uploads/mine.png").must_be(200);
    // A link out of the workspace, other files of it, and every way of writing "up".
    for path in [
        "uploads/link.png",
        "settings.png",
        "data/fettle.db",
        "uploads/../settings.png",
        "uploads/%2e%2e/settings.png",
        "uploads/..%2fsettings.png",
        "uploads/%2e%2e%2f%2e%2e%2fsecret.png",
        "uploads%5c..%5csettings.png",
        "uploads/mine.png%00.txt",
        "%2fetc%2fpasswd",
        "/etc/passwd",
        "uploads/．．/settings.png",
    ] {
        let answer = server.send(
            "GET",
            &format!("/api/image/{}", path.replace('．', "%EF%BC%8E")),
            &[],
            Vec::new(),
        );
        assert_eq!(answer.status, 404, "{path}: {answer:?}");
        let said = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(!said.contains(root.to_str().unwrap()), "{said}");
    }
    let outside = json!({"query_image_path": secret.to_str().unwrap()});
    server.post("/search", &outside).must_be(404);
}
