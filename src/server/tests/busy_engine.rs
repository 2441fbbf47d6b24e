//! Callers while the engine takes no more jobs.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use crate::{Server, ServerConfig};
use fettle_domain::{Language, Role};
use fettle_engine::{
    AddToken, Engine, EngineOptions, JOB_THREADS, JobContext, JobHandle, NoEvent, Request,
};
use fettle_settings::{Settings, Workspace};

/// More than any answer here takes.
const LONG: Duration = Duration::from_secs(60);

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

    fn run(self, _job: &JobContext) -> fettle_engine::Result<()> {
        let _test_ended = self.entered.send(());
        let _let_go = self.until.recv();
        Ok(())
    }
}

/// Jobs for all threads, and as many as may wait; they end with the second.
fn occupy(engine: &Engine) -> (Vec<JobHandle<()>>, Vec<Sender<()>>) {
    let (entered, all_entered) = channel();
    let (mut jobs, mut let_go) = (Vec::new(), Vec::new());
    loop {
        let (end, until) = channel();
        let Ok(job) = engine.submit(Held { entered: entered.clone(), until }) else { break };
        jobs.push(job);
        let_go.push(end);
        // Else the queue could be full before the threads have taken from it.
        if jobs.len() <= JOB_THREADS {
            all_entered.recv_timeout(LONG).unwrap();
        }
    }
    (jobs, let_go)
}

fn engine(root: &Path) -> Engine {
    let options = EngineOptions { allow_gpu: false, language: Language::En };
    Engine::start(Workspace::at(root), Settings::default(), options).unwrap()
}

/// The status of the answer, and all of it.
fn get(address: SocketAddr, path: &str, token: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_else(|| panic!("{answer:?}")), answer)
}

#[test]
fn who_calls_is_known_and_lists_are_read_while_no_other_job_is_taken() {
    let root = tempfile::tempdir().unwrap();
    let engine = Arc::new(engine(root.path()));
    let request = AddToken { name: "line 3".to_owned(), role: Role::Operator, days: None };
    let token = engine.submit(request).unwrap().wait(|_| {}).unwrap().secret;
    let config = ServerConfig { bind: ([127, 0, 0, 1], 0).into(), ..ServerConfig::default() };
    let server = Server::bind(config, &engine).unwrap();
    let (address, stopper) = (server.address(), server.stopper());
    let serving = {
        let engine = Arc::clone(&engine);
        std::thread::spawn(move || server.run(engine))
    };
    let (jobs, let_go) = occupy(&engine);
    // Path, token, status.
    let cases = [
        ("/api/v1/inspections", token.as_str(), 200),
        ("/api/v1/inspections/1", &token, 404),
        ("/api/v1/images/1", &token, 404),
        ("/api/v1/jobs", &token, 200),
        ("/metrics", &token, 200),
        ("/", &token, 200),
        ("/livez", "", 200),
        ("/api/v1/products", &token, 200),
        ("/capture", &token, 200),
        // There is no product yet.
        ("/readyz", "", 503),
        ("/api/v1/jobs", "fettle_x_y", 401),
        ("/api/v1/tokens", &token, 403),
        // What waits for its turn is told so at once.
        ("/api/v1/statistics", &token, 429),
    ];
    for (path, token, status) in cases {
        let (found, answer) = get(address, path, token);
        assert_eq!(found, status, "{path}: {answer}");
        assert_eq!(answer.contains("retry-after: 1"), status == 429, "{path}: {answer}");
    }
    drop(let_go);
    for job in jobs {
        job.wait(|_| {}).unwrap();
    }
    assert_eq!(get(address, "/api/v1/statistics", &token).0, 200);
    stopper.stop();
    serving.join().unwrap().unwrap();
}
