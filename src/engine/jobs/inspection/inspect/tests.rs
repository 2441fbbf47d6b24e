//! The view stage end to end, with the tiny network of `tests/golden/qwen3_vl_tiny`, which says
//! whether a picture is bright or dark.

use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;

use image::RgbImage;

use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, JobUpdate, NoEvent, Request};
use crate::{
    AddProduct, Doctor, Engine, EngineOptions, FitBank, Inspect, InspectionEvent, OpenInspection,
    RegisterImages,
};
use fettle_domain::{
    ImageLabel, Language, ModelId, ModelRole, ModelView, Product, ProductCode, Role, ShownPicture,
    SkipReason, Stage, Verdict,
};
use fettle_settings::{Settings, Workspace};
use fettle_testing::data::{model as real_model, put_model, put_tiny_vision_model};

const MODEL: &str = "qwen3-vl-2b-instruct";

fn model() -> ModelId {
    ModelId(MODEL.into())
}

/// A models folder with the tiny network in the place of a real one.
fn tiny_models(dir: &Path) -> PathBuf {
    assert_eq!(put_tiny_vision_model(&dir.join("models")), MODEL);
    dir.join("models")
}

fn engine(dir: &Path, models: &Path, chosen: bool) -> Engine {
    let workspace = Workspace::at(dir.join("workspace")).with_models(models);
    workspace.create().unwrap();
    let mut settings = Settings { language: Language::Ko, ..Settings::default() };
    if chosen {
        settings.models.insert(ModelRole::VisionChat, model());
    }
    let options = EngineOptions { allow_gpu: false, language: Language::Ko };
    Engine::start(workspace, settings, options).unwrap()
}

fn submit<R: Request>(engine: &Engine, request: R) -> R::Answer {
    engine.submit(request).unwrap().wait(|_| {}).unwrap()
}

/// A bright or dark part, with a spot or without.
fn part(dir: &Path, name: &str, bright: bool, spot: bool) -> PathBuf {
    let path = dir.join(name);
    let base = if bright { 170 } else { 30 };
    let seed = name.len() as u32 + u32::from(name.as_bytes()[0]);
    let picture = RgbImage::from_fn(96, 80, |x, y| {
        if spot && (40..60).contains(&x) && (30..50).contains(&y) {
            return image::Rgb([250 - base; 3]);
        }
        let noise = (x * 31 + y * 17 + seed).wrapping_mul(2_654_435_761) >> 28;
        image::Rgb([base + noise as u8, base + (x / 4) as u8, base + (y / 4) as u8])
    });
    picture.save(&path).unwrap();
    path
}

fn inspect(image: PathBuf) -> Inspect {
    Inspect { image, product: None, with_llm: true, out: None }
}

#[test]
fn a_model_looks_at_the_part_and_its_view_is_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path(), &tiny_models(dir.path()), true);
    for (bright, says) in [(true, "밝은 부품이 보입니다."), (false, "어두운 부품이 보입니다.")]
    {
        let image = part(dir.path(), "part.png", bright, false);
        let (mut streamed, mut steps) = (String::new(), Vec::new());
        let out = dir.path().join("out");
        let request = Inspect { out: Some(out.clone()), ..inspect(image) };
        let inspected = engine.submit(request).unwrap().wait(|event| match event {
            JobUpdate::Progress(progress) => steps.push(progress.step),
            JobUpdate::Event(InspectionEvent::ViewText(piece)) => streamed.push_str(&piece),
            JobUpdate::Event(InspectionEvent::Recorded(found)) => {
                assert!(found.inspection.view.done().is_none());
            }
            JobUpdate::Event(InspectionEvent::ReportText(text)) => {
                panic!("the report has no model: {text}")
            }
        });
        let inspection = inspected.unwrap().inspection;
        // Without a product there is no reference and no overlay to show.
        let view = ModelView {
            model: model(),
            language: Language::Ko,
            text: says.into(),
            shown: vec![ShownPicture::Part],
        };
        assert_eq!(inspection.view, Stage::Done(view));
        assert_eq!(streamed, says);
        assert_eq!(steps.last(), Some(&"progress-view"));
        assert_eq!((inspection.verdict, &inspection.models), (Verdict::Unsure, &vec![model()]));
        assert!(inspection.timings.iter().any(|timing| timing.name == "network.vision-chat"));

        let opened = submit(&engine, OpenInspection(inspection.id.unwrap()));
        assert_eq!(opened.inspection.view, inspection.view);
        let report = std::fs::read_to_string(out.join("report.md")).unwrap();
        assert!(report.contains(says) && report.contains(MODEL), "{report}");
        let json = std::fs::read_to_string(out.join("result.json")).unwrap();
        assert!(json.contains(says), "{json}");
    }
}

#[test]
fn where_there_is_a_bank_it_is_shown_the_normal_part_and_the_map_and_an_ok_part_is_not_shown() {
    let Some(backbone) = real_model("efficientnet-lite0", "") else { return };
    let dir = tempfile::tempdir().unwrap();
    let models = tiny_models(dir.path());
    put_model(&backbone, &models.join("efficientnet-lite0"));
    let engine = engine(dir.path(), &models, true);
    let code = ProductCode::new("p").unwrap();
    let product = Product { code: code.clone(), name_ko: String::new(), name_en: String::new() };
    submit(&engine, AddProduct(product));
    let names = ["a.png", "bb.png", "ccc.png", "dddd.png", "eeeee.png", "ffffff.png"];
    let paths = names.map(|name| part(dir.path(), name, false, false)).to_vec();
    let (label, regions) = (ImageLabel::Normal, Default::default());
    submit(
        &engine,
        RegisterImages { product: code.clone(), label, paths, recursive: false, regions },
    );
    submit(&engine, FitBank { ratio: 0.2, ..FitBank::new(code.clone()) });

    let bad = Inspect {
        product: Some(code.clone()),
        ..inspect(part(dir.path(), "bad.png", false, true))
    };
    let bad = submit(&engine, bad).inspection;
    // The spot scores twenty times the limit, so it is no question of how few normal pictures there are.
    assert_eq!(bad.verdict, Verdict::Ng);
    let marked = bad.anomaly.done().unwrap().regions[0].rect_in_image;
    let covers = |x, y| {
        (marked.x..marked.x + marked.width).contains(&x)
            && (marked.y..marked.y + marked.height).contains(&y)
    };
    assert!(covers(42, 32) && covers(58, 48), "{marked:?}");
    let view = bad.view.done().unwrap();
    let all = [ShownPicture::Part, ShownPicture::Reference, ShownPicture::Overlay];
    assert_eq!(view.shown, all);
    assert!(view.text.ends_with("부품이 보입니다."), "{}", view.text);
    // Verdict and findings are the same without the model.
    let alone = Inspect {
        with_llm: false,
        image: dir.path().join("bad.png"),
        product: Some(code.clone()),
        out: None,
    };
    let alone = submit(&engine, alone).inspection;
    assert_eq!(alone.view, Stage::Skipped(SkipReason::NotAsked));
    assert_eq!(
        (alone.verdict, alone.anomaly, alone.report),
        (bad.verdict, bad.anomaly, bad.report)
    );

    let good =
        Inspect { image: dir.path().join("a.png"), product: Some(code), with_llm: true, out: None };
    let good = submit(&engine, good).inspection;
    assert_eq!((good.verdict, good.view), (Verdict::Ok, Stage::Skipped(SkipReason::PartIsOk)));
}

#[test]
fn without_a_model_it_is_said_why_there_is_no_view() {
    let dir = tempfile::tempdir().unwrap();
    let empty = dir.path().join("none");
    let image = part(dir.path(), "part.png", true, false);
    for (chosen, expect) in
        [(false, SkipReason::NoVisionChat), (true, SkipReason::NoModel { model: model() })]
    {
        let engine = engine(dir.path(), &empty, chosen);
        let inspection = submit(&engine, inspect(image.clone())).inspection;
        assert_eq!(inspection.view, Stage::Skipped(expect));
        assert!(inspection.models.is_empty());
        // An optional role without a model is no missing requirement.
        let doctor = submit(&engine, Doctor);
        assert_eq!(doctor.unfilled.contains(&ModelRole::VisionChat), !chosen);
        assert_eq!(doctor.models.iter().any(|(role, _, _)| *role == ModelRole::VisionChat), chosen);
    }
}

#[test]
fn a_model_that_never_ends_or_is_damaged_costs_only_its_view() {
    let dir = tempfile::tempdir().unwrap();
    let models = tiny_models(dir.path());
    let file = |name: &str| models.join(MODEL).join(name);
    let image = part(dir.path(), "part.png", true, false);
    let message = |engine: &Engine| {
        let inspection = submit(engine, inspect(image.clone())).inspection;
        assert!(inspection.id.is_some() && inspection.models.is_empty());
        match inspection.view {
            Stage::Failed { message } => message,
            other => panic!("{other:?}"),
        }
    };
    // No token of the vocabulary ends an answer.
    std::fs::write(file("generation_config.json"), r#"{"eos_token_id": 9999}"#).unwrap();
    let words = [("model", MODEL.into())];
    let babble = fettle_i18n::text_with(Language::Ko, "view-babble", &words);
    assert_eq!(message(&engine(dir.path(), &models, true)), babble);

    std::fs::write(file("config.json"), "{}").unwrap();
    let broken = message(&engine(dir.path(), &models, true));
    assert!(broken.contains("config.json"), "{broken}");
}

/// Occupies the language lane until the test releases it.
struct Occupy {
    entered: std::sync::mpsc::Sender<()>,
    until: std::sync::mpsc::Receiver<()>,
}

impl Request for Occupy {
    type Answer = ();
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "occupy"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<()> {
        job.language(move |_| {
            self.entered.send(()).unwrap();
            let _let_go = self.until.recv();
            Ok(())
        })
    }
}

#[test]
fn a_model_is_stopped_and_what_was_found_stays_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path(), &tiny_models(dir.path()), true);
    let ((entered, occupied), (let_go, until)) = (channel(), channel());
    let occupy = engine.submit(Occupy { entered, until }).unwrap();
    occupied.recv().unwrap();
    // Cancelled while the request waits for the lane: the model stops before the first layer.
    let job = engine.submit(inspect(part(dir.path(), "part.png", true, false))).unwrap();
    let cancel = job.cancel_token();
    let mut id = None;
    let stopped = job.wait(|event| match event {
        JobUpdate::Event(InspectionEvent::Recorded(found)) => id = found.inspection.id,
        JobUpdate::Progress(progress) if progress.step == "progress-view" => {
            cancel.cancel();
            let_go.send(()).unwrap();
        }
        JobUpdate::Event(InspectionEvent::ViewText(piece)) => panic!("the view went on: {piece}"),
        _ => {}
    });
    assert!(matches!(stopped, Err(EngineError::Cancelled)));
    occupy.wait(|_| {}).unwrap();
    let opened = submit(&engine, OpenInspection(id.unwrap()));
    assert_eq!(opened.inspection.view, Stage::Skipped(SkipReason::NotAsked));
    // The network works for the next inspection.
    let next = submit(&engine, inspect(part(dir.path(), "next.png", false, false)));
    assert_eq!(next.inspection.view.done().unwrap().text, "어두운 부품이 보입니다.");
}
