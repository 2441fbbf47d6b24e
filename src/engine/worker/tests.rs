//! Job threads with more jobs than they can take, and with a model server that never answers.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::*;
use crate::{
    AddDefectType, AddProduct, Engine, EngineOptions, FindImage, Inspect, JobRecord, ListImages,
    ListInspections, ListUnfinished, NoEvent, PageInspections, ReadInspection, ReadTokens,
    RegisterManual, SearchManual,
};
use fettle_domain::{
    DefectCode, ImageId, ImageLabel, InspectionId, Language, ModelRole, Product, ProductCode,
    RemoteModel, Role,
};
use fettle_settings::{Settings, Workspace};

/// More than anything here takes, and less than a server is waited for.
const LONG: Duration = Duration::from_secs(60);

fn engine(dir: &Path, settings: Settings) -> Engine {
    let workspace = Workspace::at(dir.join("workspace")).with_models(&dir.join("none"));
    workspace.create().unwrap();
    let options = EngineOptions { allow_gpu: false, language: Language::En };
    Engine::start(workspace, settings, options).unwrap()
}

fn ask<R: Request>(engine: &Engine, request: R) -> Result<R::Answer> {
    engine.submit(request).unwrap().wait(|_| {})
}

/// A model server that takes questions and never answers them; a message for each question.
fn stalled_server() -> (String, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (asked_in, asked) = channel();
    std::thread::spawn(move || {
        let mut stalled = Vec::new();
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let mut head = BufReader::new(&socket).lines().map_while(std::result::Result::ok);
            let Some(line) = head.next() else { continue };
            head.find(|line| line.is_empty());
            if line.contains("/v1/chat/completions") {
                stalled.push(socket);
                let _test_ended = asked_in.send(());
            } else {
                let none =
                    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                let _gone = socket.write_all(none.as_bytes());
            }
        }
    });
    (address, asked)
}

#[test]
fn a_stalled_server_keeps_no_other_job_waiting() {
    let dir = tempfile::tempdir().unwrap();
    let (address, asked) = stalled_server();
    let remote = RemoteModel { address, model: "m".into(), key_variable: None };
    let settings =
        Settings { remote: [(ModelRole::VisionChat, remote)].into(), ..Settings::default() };
    let engine = engine(dir.path(), settings);
    let product = ProductCode::new("p").unwrap();
    let code = DefectCode::new("hole").unwrap();
    let (name_ko, name_en) = (String::new(), String::new());
    ask(&engine, AddProduct(Product { code: product.clone(), name_ko, name_en })).unwrap();
    let (name_ko, name_en, full_name) = (Some("기공".to_owned()), None, None);
    let hole = AddDefectType { product: product.clone(), code, name_ko, name_en, full_name };
    ask(&engine, hole).unwrap();
    let manual = dir.path().join("manual.txt");
    std::fs::write(&manual, "기공\n원인\n- 탈기 불량\n조치\n- 탈기 강화\n").unwrap();
    ask(&engine, RegisterManual { product, path: manual }).unwrap();

    // More inspections than there are threads of any kind.
    let image = dir.path().join("part.png");
    image::RgbImage::new(64, 48).save(&image).unwrap();
    let inspections: Vec<_> = (0..JOB_THREADS + SERVER_JOB_THREADS)
        .map(|_| {
            let image = image.clone();
            engine.submit(Inspect { image, product: None, with_llm: true, out: None }).unwrap()
        })
        .collect();
    for _ in 0..SERVER_JOB_THREADS {
        asked.recv_timeout(LONG).unwrap();
    }
    // The language lane is asked to embed the question, and says that it has no model for that.
    let question = "기공의 조치".to_owned();
    let search = SearchManual { question, product: None, defect: None, top: 3, embed: true };
    let begun = Instant::now();
    let answer = ask(&engine, search).unwrap();
    assert!(answer.reply.passages()[0].chunk.text.contains("탈기"), "{answer:?}");
    assert!(answer.notice.is_some(), "the language lane was not asked");
    assert!(asked.try_recv().is_err(), "more inspections ask the server than have threads");

    inspections.iter().for_each(|job| job.cancel_token().cancel());
    for job in inspections {
        assert!(matches!(job.wait(|_| {}), Err(EngineError::Cancelled)));
    }
    assert!(begun.elapsed() < LONG, "{:?}", begun.elapsed());
}

/// A job that ends when the test lets it.
struct Held {
    entered: Sender<()>,
    until: Receiver<()>,
}

impl Request for Held {
    type Answer = ();
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "held"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn journal_record(&self) -> Option<JobRecord> {
        crate::FitBank::new("p".parse().unwrap()).journal_record()
    }

    fn run(self, _job: &JobContext) -> Result<()> {
        self.entered.send(()).unwrap();
        let _let_go = self.until.recv();
        Ok(())
    }
}

fn held(engine: &Engine, entered: &Sender<()>) -> (JobHandle<()>, Sender<()>) {
    let (let_go, until) = channel();
    (engine.submit(Held { entered: entered.clone(), until }).unwrap(), let_go)
}

#[test]
fn who_a_caller_is_and_what_a_list_holds_is_answered_while_no_other_job_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    let busy = engine(dir.path(), Settings::default());
    let (entered_in, entered) = channel();
    let running: Vec<_> = (0..JOB_THREADS).map(|_| held(&busy, &entered_in)).collect();
    for _ in &running {
        entered.recv_timeout(LONG).unwrap();
    }
    let waiting: Vec<_> = (0..JOB_QUEUE).map(|_| held(&busy, &entered_in)).collect();
    assert!(ask(&busy, ReadTokens).unwrap().none_was_given());
    assert_eq!(ask(&busy, PageInspections::default()).unwrap().total, 0);
    assert_eq!(ask(&busy, ListInspections::default()).unwrap().total, 0);
    assert!(ask(&busy, ReadInspection(InspectionId(1))).is_err());
    assert!(ask(&busy, FindImage(ImageId(1))).is_err());
    let images = ListImages { product: "p".parse().unwrap(), label: ImageLabel::Normal };
    assert!(matches!(ask(&busy, images), Err(EngineError::UnknownProduct(_))));
    assert!(matches!(busy.submit(ListUnfinished), Err(EngineError::Busy)));
    drop((running, waiting));
}

#[test]
fn a_job_that_has_not_begun_is_cancelled_at_once_and_a_deferred_one_stays_in_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    let busy = engine(dir.path(), Settings::default());
    let (entered_in, entered) = channel();
    let running: Vec<_> = (0..JOB_THREADS).map(|_| held(&busy, &entered_in)).collect();
    for _ in &running {
        entered.recv_timeout(LONG).unwrap();
    }
    let [(polled, _a), (waited, _b), (deferred, _c)] = [(); 3].map(|()| held(&busy, &entered_in));
    assert!(polled.try_answer().is_none());
    polled.cancel_token().cancel();
    assert!(matches!(polled.try_answer(), Some(Err(EngineError::Cancelled))));
    waited.cancel_token().cancel();
    assert!(matches!(waited.wait(|_| {}), Err(EngineError::Cancelled)));
    deferred.cancel_token().defer();
    assert!(matches!(deferred.wait(|_| {}), Err(EngineError::Cancelled)));
    // Those under way come to their end.
    let (jobs, let_go): (Vec<_>, Vec<_>) = running.into_iter().unzip();
    drop(let_go);
    for job in jobs {
        job.wait(|_| {}).unwrap();
    }
    drop(busy);
    assert!(entered.try_recv().is_err(), "a cancelled job began");
    let next = engine(dir.path(), Settings::default());
    let left = ask(&next, ListUnfinished).unwrap();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0].summary().message, "unfinished-fit");
}
