//! `fettle serve` as a running process, and requests to it as other programs make them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::harness::TestWorkspace;

/// The models of the demo that these tests run with.
pub(crate) const MODELS: [&str; 3] =
    ["efficientnet-lite0", "multilingual-e5-small", "qwen2.5-coder-0.5b-instruct"];

/// A server on a port of its own, which ends with the value.
pub(crate) struct LiveServer {
    process: Child,
    args: Vec<String>,
    /// Kept open: what the server says when it stops.
    stdout: BufReader<ChildStdout>,
    pub(crate) address: String,
    pub(crate) workspace: TestWorkspace,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{error}: {} {}", self.status, String::from_utf8_lossy(&self.body))
        })
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn must_be(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }
}

/// A field of a form: a text, or a file with its name.
pub(crate) enum Field<'a> {
    Text(&'a str, &'a str),
    File(&'a str, &'a str, Vec<u8>),
}

impl LiveServer {
    /// Starts the server on a copy of the demo's workspace.
    pub(crate) fn on_demo(args: &[&str]) -> Self {
        let workspace = TestWorkspace::new();
        copy(demo().root(), workspace.root());
        Self::start(workspace, args)
    }

    /// Starts the server on `workspace`.
    pub(crate) fn start(workspace: TestWorkspace, args: &[&str]) -> Self {
        Self::start_in(workspace, args, &[])
    }

    /// Starts the server on `workspace`, with these variables in its environment.
    pub(crate) fn start_in(
        workspace: TestWorkspace,
        args: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let (process, stdout, address) = spawn(&workspace, &args, variables);
        Self { process, args, stdout, address, workspace }
    }

    /// Kills the server as a power cut does, and starts the next one on its workspace.
    pub(crate) fn kill_and_start_again(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        (self.process, self.stdout, self.address) = spawn(&self.workspace, &self.args, &[]);
    }

    /// Sends a request with these headers and this body.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .into();
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = agent.run(request.body(body).unwrap()).unwrap();
        let headers = answer.headers().iter();
        let headers = headers
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(100_000_000).read_to_vec().unwrap();
        Answer { status, headers, body }
    }

    /// Sends bytes that no library of HTTP would, and reads the answer to its end.
    pub(crate) fn send_raw(&self, request: &str) -> String {
        let mut stream = std::net::TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], Vec::new())
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Answer {
        self.send_json("PUT", path, body)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send_json("POST", path, body)
    }

    fn send_json(&self, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send(method, path, &headers, serde_json::to_vec(body).unwrap())
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], Vec::new())
    }

    /// The headers that a browser sends with a form of the server's own pages.
    pub(crate) fn as_browser(&self) -> [(&'static str, String); 3] {
        [
            ("origin", format!("http://{}", self.address)),
            ("sec-fetch-site", "same-origin".to_owned()),
            ("sec-fetch-mode", "navigate".to_owned()),
        ]
    }

    /// Posts a form.
    pub(crate) fn post_form(&self, path: &str, fields: &[Field]) -> Answer {
        self.post_form_with(path, fields, &[])
    }

    /// Posts a form with these headers.
    pub(crate) fn post_form_with(
        &self,
        path: &str,
        fields: &[Field],
        headers: &[(&str, String)],
    ) -> Answer {
        let mut body = Vec::new();
        for field in fields {
            body.extend_from_slice(b"--cut\r\n");
            match field {
                Field::Text(name, text) => {
                    let head =
                        format!("content-disposition: form-data; name=\"{name}\"\r\n\r\n{text}");
                    body.extend_from_slice(head.as_bytes());
                }
                Field::File(name, file, bytes) => {
                    let head = format!(
                        "content-disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
                         content-type: application/octet-stream\r\n\r\n"
                    );
                    body.extend_from_slice(head.as_bytes());
                    body.extend_from_slice(bytes);
                }
            }
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--cut--\r\n");
        let form = ("content-type", "multipart/form-data; boundary=cut");
        let headers = headers.iter().map(|(name, value)| (*name, value.as_str()));
        self.send("POST", path, &headers.chain([form]).collect::<Vec<_>>(), body)
    }

    /// Sends SIGTERM; returns the exit status and the rest of what the server said.
    pub(crate) fn terminate(self) -> (Option<i32>, String) {
        self.terminate_and(|| {})
    }

    /// The same, and `then` before the workspace goes.
    pub(crate) fn terminate_and(mut self, then: impl FnOnce()) -> (Option<i32>, String) {
        let pid = self.process.id().to_string();
        let sent = std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(sent.success());
        let mut said = String::new();
        self.stdout.read_to_string(&mut said).unwrap();
        let code = self.process.wait().unwrap().code();
        then();
        (code, said)
    }
}

/// Starts the server; its process, what it says, and its address.
fn spawn(
    workspace: &TestWorkspace,
    args: &[String],
    variables: &[(&str, &str)],
) -> (Child, BufReader<ChildStdout>, String) {
    let mut command = workspace.command(&["serve", "--bind", "127.0.0.1:0"]);
    command.envs(variables.iter().copied());
    let mut process = command.args(args).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let mut words = line.split_whitespace();
    let address = words.find_map(|word| word.split_once("://").map(|(_, address)| address));
    let address = address.unwrap_or_else(|| panic!("no address in {line:?}")).to_owned();
    (process, stdout, address)
}

impl Drop for LiveServer {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
        let _status = self.process.wait();
    }
}

/// The demo's workspace, made once for all tests.
fn demo() -> &'static TestWorkspace {
    static DEMO: OnceLock<TestWorkspace> = OnceLock::new();
    DEMO.get_or_init(|| {
        let workspace = TestWorkspace::new();
        workspace.run(&["demo", "--profile", "small", "--no-llm"]).must_succeed();
        workspace
    })
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}
