//! Deleting, moving and bringing back.

use crate::harness::{TestWorkspace, arg, png};

#[test]
fn a_product_is_deleted_only_when_asked_twice_and_comes_back() {
    let workspace = TestWorkspace::new();
    let run = |args: &[&str]| workspace.run(args);
    run(&["library", "add-product", "p"]).must_succeed();
    let (one, two) = (workspace.file("one.png", &png(1)), workspace.file("two.png", &png(90)));
    run(&["library", "add-defect", "p", "hole", arg(&one)]).must_succeed();
    run(&["library", "add-defect", "p", "burr"]).must_succeed();
    run(&["library", "add-normal", "p", arg(&two)]).must_succeed();

    // Without --yes it only says what would go.
    let asked = run(&["library", "delete", "p"]).must_succeed();
    for said in ["2 defect types", "1 normal image", "1 image of defects", "--yes"] {
        assert!(asked.stdout.contains(said), "{said}: {}", asked.stdout);
    }
    let listed = || workspace.json(&["library", "list", "--json"]);
    assert_eq!(listed()[0]["bank"]["state"], "none");

    // A defect type goes with its images and comes back with them.
    let deleted = run(&["library", "delete", "p", "hole", "--yes"]).must_succeed();
    assert!(deleted.stdout.contains("undelete 1"), "{}", deleted.stdout);
    assert_eq!(listed()[0]["defects"].as_array().unwrap().len(), 1);
    run(&["library", "undelete", "1"]).must_succeed();
    assert_eq!(listed()[0]["defects"].as_array().unwrap().len(), 2);
    run(&["library", "undelete", "1"]).must_fail_with(&["1"]);

    // An image moves to another defect, under a name that says so.
    let moved = run(&["library", "move", "data/def_split/p_hole_1.png", "--defect", "burr"]);
    assert!(moved.must_succeed().stdout.contains("1 image moved"));
    assert!(workspace.root().join("data/def_split/p_burr_1.png").is_file());

    run(&["library", "delete", "p", "--yes"]).must_succeed();
    assert_eq!(listed().as_array().unwrap().len(), 0);
    run(&["library", "undelete", "2"]).must_succeed();
    assert_eq!(listed()[0]["normal_images"], 1);
}
