//! Questions for a value, a person, an interval: answered where a manual states it, else declined. Printed
//! as a table.
#![allow(clippy::print_stderr)]

use super::evaluation::{measure, other_manuals};
use super::question_set::questions;
use super::*;
use fettle_testing::data::{checkout, model, shared};

/// The manuals of the demo, as text.
fn demo_manuals(engine: &Engine, dir: &Path) {
    let recipe = std::fs::read_to_string(checkout().join("assets/demo/recipe.json")).unwrap();
    let recipe: serde_json::Value = serde_json::from_str(&recipe).unwrap();
    let texts = |list: &serde_json::Value| -> String {
        list.as_array()
            .unwrap()
            .iter()
            .map(|one| format!("- {}\n", one.as_str().unwrap()))
            .collect()
    };
    for (at, code, name_ko, name_en, defects) in [
        (
            0,
            "casting",
            "주조제품",
            "casting",
            &[("hole", "기공"), ("burr", "날개 버"), ("scratch", "긁힘")][..],
        ),
        (1, "hide", "가죽 제품", "leather", &[("cut", "절상·찢김"), ("color", "색상")]),
    ] {
        let sections = recipe["products"][at]["manual"]["sections"].as_array().unwrap();
        let text: String = sections
            .iter()
            .map(|one| {
                let heading = one["heading"].as_str().unwrap();
                let (causes, actions) = (texts(&one["causes"]), texts(&one["actions"]));
                format!("{heading}\n발생 원인\n{causes}조치 가이드\n{actions}\n")
            })
            .collect();
        let path = dir.join(format!("{code}.txt"));
        std::fs::write(&path, text).unwrap();
        register(engine, &product(code, name_ko, name_en), defects, path);
    }
}

#[test]
fn a_value_that_no_manual_states_is_declined() {
    let Some(folder) = shared("data/manuals") else { return };
    let Some(weights) = model("multilingual-e5-small", "e5-small-q4.bin") else { return };
    let none = tempfile::tempdir().unwrap();
    for models in [weights.parent().unwrap().parent().unwrap(), none.path()] {
        let by_meaning = models != none.path();
        eprintln!("==== {}", if by_meaning { "by meaning and words" } else { "by words alone" });
        let (dir, engine) = engine(models);
        four_manuals(&engine, &folder);
        other_manuals(&engine);
        demo_manuals(&engine, dir.path());
        let table = measure(&engine, &questions("value_questions.json"), true);
        for half in ["tuned", "held"] {
            let counts = table[&(half.to_owned(), "both")];
            assert!(counts.declined() >= 0.9, "{half}: {counts:?}");
            assert!(counts.lost_share() <= 0.2, "{half}: {counts:?}");
        }
        // What the other signs alone decline.
        let unanswerable = questions("value_questions.json").into_iter();
        let (mut before, mut all) = (0, 0);
        for question in unanswerable.filter(|one| one.expect.is_empty()) {
            let product = ProductCode::new(&question.product).unwrap();
            let answer = submit(&engine, asks(&question.question, Some(product), 3));
            all += 1;
            before += u32::from(answer.probability < 0.5);
        }
        eprintln!("without the rule about values {before} of {all} are declined");
    }
}
