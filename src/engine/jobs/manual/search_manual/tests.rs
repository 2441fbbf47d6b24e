//! Searches through the engine: recall of `tests/retrieval/questions.json` on four real manuals,
//! search without a text encoder, and defects named in the question.
#![allow(clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tempfile::TempDir;

use super::*;
use crate::{AddDefectType, AddProduct, Engine, EngineOptions, RegisterManual};
use fettle_domain::Language;
use fettle_settings::{Settings, Workspace};
use fettle_testing::data::{checkout, model, shared};
use fettle_testing::documents::{fonts, page, pdf};

fn submit<R: Request>(engine: &Engine, request: R) -> R::Answer {
    engine.submit(request).unwrap().wait(|_| {}).unwrap()
}

fn engine(models: &Path) -> (TempDir, Engine) {
    let dir = tempfile::tempdir().unwrap();
    let workspace = Workspace::at(dir.path().join("workspace")).with_models(models);
    workspace.create().unwrap();
    let options = EngineOptions { allow_gpu: false, language: Language::En };
    (dir, Engine::start(workspace, Settings::default(), options).unwrap())
}

fn register(engine: &Engine, product: &Product, defects: &[(&str, &str)], path: PathBuf) {
    submit(engine, AddProduct(product.clone()));
    for (code, name_ko) in defects {
        let defect = AddDefectType {
            product: product.code.clone(),
            code: DefectCode::new(code).unwrap(),
            name_ko: Some((*name_ko).to_owned()),
            name_en: Some((*code).to_owned()),
            full_name: None,
        };
        submit(engine, defect);
    }
    submit(engine, RegisterManual { product: product.code.clone(), path });
}

fn product(code: &str, name_ko: &str, name_en: &str) -> Product {
    let code = ProductCode::new(code).unwrap();
    Product { code, name_ko: name_ko.to_owned(), name_en: name_en.to_owned() }
}

/// The products and defect types of the replaced system, with their manuals.
fn four_manuals(engine: &Engine, folder: &Path) {
    for (code, name_ko, name_en, file, defects) in [
        (
            "prod1",
            "주조제품 A형",
            "casting A",
            "prod1_menual.pdf",
            &[("burr", "날개 버"), ("hole", "기공"), ("scratch", "긁힘")][..],
        ),
        (
            "grid",
            "그리드 제품",
            "grid",
            "grid_manual.pdf",
            &[
                ("bent", "휨·압흔"),
                ("broken", "파단·절상·찢김"),
                ("glue", "접착제 오염"),
                ("metal", "금속 이물 오염/찌름"),
                ("thread", "실/섬유 이물 부착"),
            ],
        ),
        (
            "carpet",
            "카펫 제품",
            "carpet",
            "carpet_manual.pdf",
            &[
                ("color", "오염·얼룩"),
                ("cut", "절상·찢김"),
                ("hole", "구멍·천공"),
                ("metal", "금속 이물 오염"),
                ("thread", "실/섬유 이물 부착"),
            ],
        ),
        (
            "leather",
            "가죽 제품",
            "leather",
            "leather_manual.pdf",
            &[
                ("color", "색상"),
                ("cut", "절상·찢김"),
                ("fold", "접힘·주름"),
                ("glue", "접착제 오염·이물 부착"),
                ("poke", "찌름·압흔"),
            ],
        ),
    ] {
        register(engine, &product(code, name_ko, name_en), defects, folder.join(file));
    }
}

#[derive(Deserialize)]
struct Question {
    /// `tuned`: looked at while the method was chosen; `held`: only counted; `fresh`: written
    /// after the method and the vocabulary were fixed.
    set: String,
    product: String,
    defect: String,
    /// Sections of other manuals that say the same, as `product/defect`.
    also: Vec<String>,
    question: String,
}

/// Of some questions: how many, and how many had a right section first, and among three.
#[derive(Debug, Default, Clone, Copy)]
struct Recall {
    asked: u32,
    first: u32,
    three: u32,
}

impl Recall {
    fn count(&mut self, place: Option<usize>) {
        self.asked += 1;
        self.first += u32::from(place == Some(0));
        self.three += u32::from(place.is_some_and(|place| place < 3));
    }

    fn at_1(self) -> f64 {
        f64::from(self.first) / f64::from(self.asked)
    }

    fn at_3(self) -> f64 {
        f64::from(self.three) / f64::from(self.asked)
    }
}

/// The rank of the first correct section in the order of `score`; a section ranks as its best
/// passage.
fn place(
    passages: &[FoundPassage],
    right: &BTreeSet<String>,
    score: impl Fn(&FoundPassage) -> Option<f32>,
) -> Option<usize> {
    let mut ranked: Vec<_> =
        passages.iter().filter_map(|found| Some((score(found)?, found))).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut sections: Vec<String> = Vec::new();
    for (_, found) in ranked {
        let defect = found.chunk.defect.as_ref().unwrap();
        let section = format!("{}/{defect}", found.manual.product);
        if !sections.contains(&section) {
            sections.push(section);
        }
    }
    sections.iter().position(|section| right.contains(section))
}

/// Recall of vectors alone, BM25 alone and both, for each set and for all; printed.
fn measure(
    engine: &Engine,
    questions: &[Question],
    in_own_manual: bool,
) -> BTreeMap<(String, &'static str), Recall> {
    let mut recalls: BTreeMap<(String, &'static str), Recall> = BTreeMap::new();
    for question in questions {
        let own = ProductCode::new(&question.product).unwrap();
        let request = SearchManual {
            question: question.question.clone(),
            product: in_own_manual.then_some(own),
            top: usize::MAX,
        };
        let answer = submit(engine, request);
        assert_eq!(answer.notice, None);
        let mut right = BTreeSet::from([format!("{}/{}", question.product, question.defect)]);
        if !in_own_manual {
            right.extend(question.also.iter().cloned());
        }
        // As answered: the places fall as a score would.
        let order: BTreeMap<_, _> = (0_u16..)
            .zip(&answer.passages)
            .map(|(at, found)| ((found.manual.id, found.chunk.statement.clone()), -f32::from(at)))
            .collect();
        let passages = &answer.passages;
        let both = |found: &FoundPassage| {
            order.get(&(found.manual.id, found.chunk.statement.clone())).copied()
        };
        for (by, place) in [
            ("vectors", place(passages, &right, |found| found.vector_score)),
            ("bm25", place(passages, &right, |found| found.keyword_score)),
            ("hybrid", place(passages, &right, both)),
        ] {
            for set in [question.set.as_str(), "all"] {
                recalls.entry((set.to_owned(), by)).or_default().count(place);
            }
            if by == "hybrid" && place != Some(0) && question.set == "tuned" {
                eprintln!("missed: {}/{} {}", question.product, question.defect, question.question);
            }
        }
    }
    for ((set, by), recall) in &recalls {
        let (asked, at_1, at_3) = (recall.asked, recall.at_1(), recall.at_3());
        eprintln!("{set:6} {by:8} {asked:4} questions  @1 {at_1:.3}  @3 {at_3:.3}");
    }
    recalls
}

#[test]
fn the_written_questions_find_their_sections() {
    let Some(folder) = shared("data/manuals") else { return };
    let Some(weights) = model("multilingual-e5-small", "e5-small-q4.bin") else { return };
    let (_dir, engine) = engine(weights.parent().unwrap().parent().unwrap());
    four_manuals(&engine, &folder);
    let path = checkout().join("tests/retrieval/questions.json");
    let questions = std::fs::read_to_string(path).unwrap();
    let questions: Vec<Question> = serde_json::from_str(&questions).unwrap();
    assert!(questions.len() >= 60);

    eprintln!("in the manual of the question's product:");
    let own = measure(&engine, &questions, true);
    let at_1 = |set: &str, by: &'static str| own[&(set.to_owned(), by)].at_1();
    assert!(at_1("all", "hybrid") >= 0.9);
    for by in ["vectors", "bm25"] {
        assert!(at_1("all", "hybrid") >= at_1("all", by) - 0.03, "{by} alone is better");
    }
    eprintln!("in all four manuals:");
    let all = measure(&engine, &questions, false);
    assert!(all[&("all".to_owned(), "hybrid")].at_3() >= 0.85);
}

const PAGES: [&[&str]; 2] = [
    &[
        "# hole (기공)",
        "발생 원인",
        "• 탈기 불량",
        "조치 가이드",
        "• 탈기 장치 점검",
        "• 금형 청소",
    ],
    &["# scratch (긁힘)", "발생 원인", "• 이송 중 충돌", "조치 가이드", "• 고무패드 적용"],
];

#[test]
fn without_a_model_words_are_enough_and_it_is_said() {
    let Some(fonts) = fonts() else { return };
    let none = tempfile::tempdir().unwrap();
    let (dir, engine) = engine(none.path());
    let path = dir.path().join("part.pdf");
    std::fs::write(&path, pdf(&fonts, &PAGES.map(page), false)).unwrap();
    let part = product("part", "부품", "Part");
    register(&engine, &part, &[("hole", "기공"), ("scratch", "긁힘")], path);
    let found = |question: &str, product: Option<&Product>| {
        let product = product.map(|product| product.code.clone());
        submit(&engine, SearchManual { question: question.to_owned(), product, top: 3 })
    };
    for (question, first, named) in [
        ("탈기장치를 어떻게 점검해요", "hole.a1", &[][..]),
        ("고무 페드", "scratch.a1", &[]),
        // The cause belongs to the scratch, but the question names the hole.
        ("기공인데 이송 중 충돌 때문인가요", "hole.", &["hole"]),
        ("scratch", "scratch.", &["scratch"]),
    ] {
        let answer = found(question, Some(&part));
        assert!(answer.notice.unwrap().contains("models pull"), "{question}");
        let statement = &answer.passages[0].chunk.statement;
        assert!(statement.starts_with(first), "{question}: {statement}");
        let codes: Vec<_> = answer.named.iter().map(DefectCode::as_str).collect();
        assert_eq!(codes, named, "{question}");
        assert!(answer.passages.len() <= 3);
        for passage in &answer.passages {
            assert_eq!(passage.vector_score, None);
            assert!(passage.keyword_score.unwrap() > 0.0 && passage.fused_score > 0.0);
        }
    }
    // At most two passages of a section come before those of the next section.
    let mixed = found("장치 점검과 고무패드", Some(&part));
    let sections: Vec<_> = mixed.passages.iter().map(|found| &found.chunk.heading).collect();
    assert!(sections.iter().any(|heading| *heading != sections[0]), "{sections:?}");
    // Without a product, the code of a defect is an ordinary term.
    assert!(found("scratch", None).named.is_empty());
    assert_eq!(found("scratch", None).passages[0].chunk.defect, DefectCode::new("scratch").ok());
    // No match: no passage, and no error.
    assert!(found("xyz", Some(&part)).passages.is_empty());
}
