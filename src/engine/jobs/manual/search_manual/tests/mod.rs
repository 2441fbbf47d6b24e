//! Searches through the engine: how well the questions of `tests/retrieval/` are answered, search
//! without a text encoder, what is declined, asked back, excluded and grouped.

mod embedding;
mod evaluation;
mod learning;
mod question_set;
mod replies;
mod values;

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::{AddDefectType, AddProduct, Engine, EngineOptions, RegisterManual};
use fettle_domain::{Language, Product};
use fettle_settings::{Settings, Workspace};
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

fn asks(question: &str, product: Option<ProductCode>, top: usize) -> SearchManual {
    SearchManual { question: question.to_owned(), product, defect: None, top, embed: true }
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
        submit(&engine, asks(question, product, 3))
    };
    for (question, first, named) in [
        ("탈기장치를 어떻게 점검해요", "hole.a1", &[][..]),
        ("고무 페드", "scratch.a1", &[]),
        // The cause belongs to the scratch, but the question names the hole.
        ("기공인데 이송 중 충돌 때문인가요", "hole.", &["hole"]),
        ("scratch", "scratch.", &["scratch"]),
    ] {
        let answer = found(question, Some(&part));
        assert!(answer.notice.as_ref().unwrap().contains("models pull"), "{question}");
        let statement = &answer.reply.passages()[0].chunk.statement;
        assert!(statement.starts_with(first), "{question}: {statement}");
        let codes: Vec<_> = answer.named.iter().map(DefectCode::as_str).collect();
        assert_eq!(codes, named, "{question}");
        assert!(answer.reply.passages().len() <= 3);
        for passage in answer.reply.passages() {
            assert_eq!(passage.vector_score, None);
            assert!(passage.keyword_score.unwrap() > 0.0 && passage.fused_score > 0.0);
        }
    }
    // At most two passages of a section come before those of the next section.
    let mixed = found("장치 점검과 고무패드", Some(&part));
    let sections: Vec<_> =
        mixed.reply.passages().into_iter().map(|found| &found.chunk.heading).collect();
    assert!(sections.iter().any(|heading| *heading != sections[0]), "{sections:?}");
    // Without a product, the code of a defect is an ordinary term.
    assert!(found("scratch", None).named.is_empty());
    assert_eq!(
        found("scratch", None).reply.passages()[0].chunk.defect,
        DefectCode::new("scratch").ok()
    );
    // No match: no passage, and no error.
    assert!(found("xyz", Some(&part)).reply.passages().is_empty());
}
