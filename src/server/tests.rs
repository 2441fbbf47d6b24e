//! The description of the interface, which changes on purpose only.

mod busy_engine;

#[test]
fn the_interface_is_as_described() {
    insta::assert_snapshot!("openapi", super::openapi_json());
}

#[test]
fn every_operation_says_what_it_is_and_how_it_fails() {
    let description: serde_json::Value = serde_json::from_str(&super::openapi_json()).unwrap();
    let (mut operations, mut names) = (0, std::collections::BTreeSet::new());
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let summary = operation["summary"].as_str().unwrap_or_default();
            assert!(!summary.is_empty(), "{method} {path} says nothing of itself");
            assert!(operation["tags"][0].is_string(), "{method} {path}");
            let responses = operation["responses"].as_object().unwrap();
            let has = |class: char| responses.keys().any(|status| status.starts_with(class));
            assert!(has('2'), "{method} {path}");
            let takes = !operation["parameters"].is_null() || !operation["requestBody"].is_null();
            assert!(!takes || has('4'), "{method} {path} takes something and never refuses it");
            let name = operation["operationId"].as_str().unwrap_or_default();
            assert!(names.insert(name.to_owned()), "{method} {path}: {name:?} is another's name");
            operations += 1;
        }
    }
    assert!(operations >= 30, "{operations} operations");
}
