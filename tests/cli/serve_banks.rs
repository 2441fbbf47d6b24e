//! Memory banks over `fettle serve`: extended, looked at first, set and undone.

use fettle_testing::data::has_models;
use serde_json::{Value, json};

use crate::harness::png;
use crate::live_server::{Answer, Field, LiveServer, MODELS};

/// The demo's first product.
fn product(server: &LiveServer) -> String {
    let products = server.get("/api/v1/products").must_be(200).json();
    products["products"][0]["code"].as_str().unwrap().to_owned()
}

/// A normal picture of the product, photographed again: one sample differs.
fn another_normal(server: &LiveServer, product: &str) -> Vec<u8> {
    let images = server.get(&format!("/api/v1/products/{product}/images")).must_be(200).json();
    let href = images["images"][0]["picture"].as_str().unwrap().to_owned();
    let mut picture = image::load_from_memory(&server.get(&href).must_be(200).body).unwrap();
    picture.as_mut_rgb8().unwrap().get_pixel_mut(0, 0).0[0] ^= 1;
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// The job that an answer promised, once it has ended.
fn ended(server: &LiveServer, begun: Answer) -> Value {
    let begun = begun.must_be(202);
    let job = begun.header("location");
    server.get(&format!("{job}/events")).must_be(200);
    server.get(job).must_be(200).json()
}

#[test]
fn a_bank_is_extended_after_a_look_and_goes_back() {
    if !has_models(&MODELS) {
        return;
    }
    let server = LiveServer::on_demo(&[]);
    let product = product(&server);
    let banks = format!("/api/v1/products/{product}/banks");
    let active = || server.get(&format!("{banks}/active")).must_be(200).json();
    let count = |path: &str, list: &str| -> usize {
        server.get(path).must_be(200).json()[list].as_array().unwrap().len()
    };
    let images = format!("/api/v1/products/{product}/images");
    let before = (active(), count(&banks, "banks"), count(&images, "images"));
    assert_eq!(before.0["images"], before.2, "{before:?}");
    let extend = |query: &str| {
        let picture = another_normal(&server, &product);
        let form = [Field::File("images", "정상 21.png", picture)];
        ended(&server, server.post_form(&format!("{banks}/extensions{query}"), &form))
    };

    // A look changes nothing, and says what would.
    let look = extend("?preview=true");
    assert_eq!((&look["state"], &look["resource"]), (&json!("done"), &Value::Null), "{look}");
    let found = &look["result"];
    assert_eq!(found["added"][0]["file_name"], "정상 21.png", "{look}");
    assert_eq!(found["from"], before.0["bank"]["version"]);
    let impact = &found["impact"];
    let seen = impact["rescored"].as_u64().unwrap()
        + impact["unreadable"].as_array().unwrap().len() as u64;
    assert!(seen >= 1, "{impact}");
    assert!(impact["changed"].is_array(), "{impact}");
    assert!(!look.to_string().contains("scratch"), "{look}");
    assert_eq!((active(), count(&banks, "banks"), count(&images, "images")), before);

    // The extension is a version of its own, with the image registered.
    let done = extend("");
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(done["resource"], format!("{banks}/active"));
    assert_eq!((&done["result"]["impact"], &done["result"]["known"]), (&Value::Null, &json!([])));
    let after = active();
    assert_eq!(after["bank"], done["result"]["bank"]);
    assert_eq!(after["rows"], done["result"]["rows"]);
    assert_eq!(after["images"].as_u64().unwrap(), before.2 as u64 + 1);
    let list = server.get(&banks).must_be(200).json();
    let versions = list["banks"].as_array().unwrap();
    assert_eq!(versions.len(), before.1 + 1);
    let newest = versions.last().unwrap();
    assert_eq!(
        (&newest["active"], &newest["extends"]),
        (&json!(true), &before.0["bank"]["version"])
    );
    assert_eq!(count(&images, "images"), before.2 + 1);
    // The same once more is known, and makes no version.
    let form = [Field::File("images", "again.png", another_normal(&server, &product))];
    let again = ended(&server, server.post_form(&format!("{banks}/extensions"), &form));
    assert_eq!(again["result"]["known"], json!(["again.png"]), "{again}");
    assert_eq!(count(&banks, "banks"), before.1 + 1);

    let undone = server.delete(&format!("{banks}/active")).must_be(200).json();
    assert_eq!(undone, before.0["bank"]);
    assert_eq!((&active(), count(&images, "images")), (&before.0, before.2));
    // What was uploaded is gone.
    let scratch = server.workspace.root().join("data/scratch");
    let left = std::fs::read_dir(scratch).map_or(0, |entries| {
        entries.filter(|entry| entry.as_ref().unwrap().path().is_dir()).count()
    });
    assert_eq!(left, 0, "uploads are left");

    // A file that is no picture is the job's problem, in words without this machine's folders.
    let form = [Field::File("images", "text.png", b"hello".to_vec())];
    let failed = ended(&server, server.post_form(&format!("{banks}/extensions"), &form));
    assert_eq!((&failed["state"], &failed["problem"]["status"]), (&json!("failed"), &json!(422)));
    let detail = failed["problem"]["detail"].as_str().unwrap();
    assert!(detail.contains("text.png") && !detail.contains("scratch"), "{detail}");
}

#[test]
fn limits_are_set_by_a_rule_and_go_back() {
    if !has_models(&MODELS) {
        return;
    }
    let server = LiveServer::on_demo(&[]);
    let path = format!("/api/v1/products/{}/banks/active/thresholds", product(&server));
    let read = || server.get(&path).must_be(200).json();
    let before = read();
    for field in ["bank", "thresholds", "scale", "rule", "rates", "histogram"] {
        assert!(before[field].is_object(), "{field}: {before}");
    }
    assert!(before["rates"]["overkill"]["trials"].as_u64().unwrap() > 0, "{before}");
    let rules = [
        json!({"rule": "max_overkill", "rate": 0.02}),
        json!({"rule": "quantile", "share": 0.9}),
        json!({"rule": "cost", "escape": 100, "overkill": 1, "prevalence": 0.01}),
        json!({"rule": "manual", "unsure": 1.5, "image": 2.5, "pixel": 3.5}),
    ];
    let mut limits = vec![before["thresholds"].clone()];
    for (index, rule) in rules.iter().enumerate() {
        let changed = server.put(&path, rule).must_be(200).json();
        assert_eq!(Some(&changed["before"]), limits.last(), "{rule}");
        let now = read();
        assert_eq!(
            (&now["thresholds"], &now["scale"]),
            (&changed["thresholds"], &changed["scale"])
        );
        assert_eq!((&now["rule"]["rule"], &now["changes"]), (&rule["rule"], &json!(index + 1)));
        assert_eq!(now["rates"], changed["rates"]);
        limits.push(now["thresholds"].clone());
    }
    assert_eq!(limits.last().unwrap(), &json!({"unsure": 1.5, "image": 2.5, "pixel": 3.5}));
    limits.pop();
    while let Some(earlier) = limits.pop() {
        let undone = server.delete(&path).must_be(200).json();
        assert_eq!(undone["thresholds"], earlier);
    }
    assert_eq!(read(), before);
    server.delete(&path).must_be(409);
    // Rule, status.
    let bad = [
        (json!({"rule": "max_overkill", "rate": 0}), 422),
        (json!({"rule": "quantile", "share": 1.5}), 422),
        (json!({"rule": "manual", "unsure": 3, "image": 2}), 422),
        (json!({"rule": "best"}), 400),
        (json!({"rule": "quantile"}), 400),
        (json!({"rule": "quantile", "share": 0.5, "rate": 0.5}), 400),
        (json!(null), 400),
    ];
    for (rule, status) in bad {
        server.put(&path, &rule).must_be(status);
    }
    assert_eq!(read(), before);
    // The changes that were made stand in the audit trail.
    let trail = server.workspace.run(&["audit", "list", "--json"]).must_succeed().stdout;
    assert!(trail.contains("threshold"), "{trail}");
}

#[test]
fn a_product_without_a_bank_is_told_so_at_once() {
    let server = LiveServer::start(crate::harness::TestWorkspace::new(), &[]);
    server.put("/api/v1/products/p9", &json!({"name_ko": "판"})).must_be(200);
    let form = |path: &str| server.post_form(path, &[Field::File("images", "a.png", png(3))]);
    for (code, status) in [("p9", 409), ("none", 404), ("a%20b", 422)] {
        let banks = format!("/api/v1/products/{code}/banks");
        server.get(&format!("{banks}/active")).must_be(status);
        server.get(&format!("{banks}/active/thresholds")).must_be(status);
        let rule = json!({"rule": "quantile", "share": 0.9});
        server.put(&format!("{banks}/active/thresholds"), &rule).must_be(status);
        server.delete(&format!("{banks}/active/thresholds")).must_be(status);
        form(&format!("{banks}/extensions")).must_be(status);
        form(&format!("{banks}/extensions?preview=true")).must_be(status);
    }
    server.post_form("/api/v1/products/p9/banks/extensions", &[]).must_be(422);
    server.post("/api/v1/products/p9/banks/extensions", &json!({})).must_be(415);
    form("/api/v1/products/p9/banks/extensions?preview=maybe").must_be(400);
}
