//! Requests that can be given up: each runs in a thread of its own, and whoever asked looks
//! every now and then whether it is still wanted.

use std::io::Read;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::Agent;

use super::{Address, RemoteError, beginning};

/// How often whoever asked is asked whether to go on.
const TICK: Duration = Duration::from_millis(50);
/// Bytes read at once.
const PIECE: usize = 8 << 10;
/// The most that is read of an answer that is not a stream.
const SMALL_ANSWER: u64 = 4 << 20;

/// How long is waited for what.
#[derive(Debug, Clone)]
pub(super) struct Patience {
    /// For a connection.
    pub(super) connect: Duration,
    /// For the first byte, and from one byte to the next: a long prompt is read for a while.
    pub(super) silence: Duration,
    /// For an answer to a small question.
    pub(super) small: Duration,
    /// Before the second, third … try.
    pub(super) again: Vec<Duration>,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(180),
            small: Duration::from_secs(10),
            again: [500, 1000, 2000].map(Duration::from_millis).to_vec(),
        }
    }
}

/// The way to a server.
#[derive(Clone)]
pub(super) struct Http {
    agent: Agent,
    pub(super) address: Address,
    key: Option<String>,
    pub(super) patience: Patience,
}

/// What a request's thread tells.
enum Told {
    Opened,
    Bytes(Vec<u8>),
    Refused { status: u16, said: String },
    Failed(ureq::Error),
}

/// Whether to go on, asked while nothing comes.
type Poll<'a> = &'a mut dyn FnMut() -> ControlFlow<()>;

/// An answer that is coming in.
pub(super) struct Incoming {
    told: Receiver<Told>,
}

impl Http {
    pub(super) fn new(address: Address, key: Option<String>, patience: Patience) -> Self {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(patience.connect))
            .timeout_per_read(Some(patience.silence));
        if address.is_here() {
            // A proxy would carry away what shall not leave the machine.
            config = config.proxy(None);
        }
        Self { agent: config.build().new_agent(), address, key, patience }
    }

    /// Posts `body` and gives the answer as soon as it begins. A server that cannot be reached,
    /// or that is overloaded, is asked again. `None` after a `Break` of `poll`.
    pub(super) fn stream(
        &self,
        path: &str,
        body: &Value,
        poll: Poll<'_>,
    ) -> Result<Option<Incoming>, RemoteError> {
        let mut pauses = self.patience.again.iter();
        loop {
            let error = match self.open(path, body, poll) {
                Ok(opened) => return Ok(opened),
                Err(error) => error,
            };
            let (true, Some(pause)) = (is_passing(&error), pauses.next()) else {
                return Err(error);
            };
            tracing::debug!(%error, "the server is asked again");
            let until = Instant::now() + *pause;
            while let Some(left) = until.checked_duration_since(Instant::now()) {
                if poll().is_break() {
                    return Ok(None);
                }
                std::thread::sleep(left.min(TICK));
            }
        }
    }

    fn open(
        &self,
        path: &str,
        body: &Value,
        poll: Poll<'_>,
    ) -> Result<Option<Incoming>, RemoteError> {
        let (sender, told) = sync_channel(16);
        let (http, url, body) = (self.clone(), self.address.of(path), body.to_string());
        std::thread::Builder::new()
            .name("fettle-remote".to_owned())
            .spawn(move || http.run(&url, &body, &sender))
            .map_err(|error| self.unreachable(&error.to_string()))?;
        let incoming = Incoming { told };
        match incoming.next(self, poll)? {
            Came::Bytes(_) => Ok(Some(incoming)),
            Came::Stopped => Ok(None),
            Came::End => Err(self.bad_answer("it ended before it began")),
        }
    }

    /// The thread's work. Whoever asked may be gone: then sending fails, and it ends.
    fn run(&self, url: &str, body: &str, told: &SyncSender<Told>) {
        if let Err(last) = self.fetch(url, body, told) {
            let _gone = told.send(last);
        }
    }

    fn fetch(&self, url: &str, body: &str, told: &SyncSender<Told>) -> Result<(), Told> {
        let mut request = self.agent.post(url).content_type("application/json");
        if let Some(key) = &self.key {
            request = request.header("Authorization", format!("Bearer {key}"));
        }
        let mut response = request.send(body).map_err(Told::Failed)?;
        let status = response.status().as_u16();
        let mut reader = response.body_mut().as_reader();
        if status != 200 {
            let mut said = Vec::new();
            // What can be read of it is enough.
            let _cut = reader.take(PIECE as u64).read_to_end(&mut said);
            return Err(Told::Refused { status, said: String::from_utf8_lossy(&said).into() });
        }
        let mut piece = vec![0; PIECE];
        let mut next = Told::Opened;
        while told.send(next).is_ok() {
            match reader.read(&mut piece).map_err(|error| Told::Failed(error.into()))? {
                0 => break,
                n => next = Told::Bytes(piece.iter().take(n).copied().collect()),
            }
        }
        Ok(())
    }

    /// What the server says to a small question; `None` where it knows no such thing.
    ///
    /// # Errors
    /// A server that cannot be reached, does not answer in time, or wants another key.
    pub(super) fn small(
        &self,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Option<Value>, RemoteError> {
        let url = self.address.of(path);
        let key = self.key.as_ref().map(|key| format!("Bearer {key}"));
        let small = Some(self.patience.small);
        let answer = match body {
            Some(body) => {
                let mut request = self.agent.post(&url).content_type("application/json");
                if let Some(key) = key {
                    request = request.header("Authorization", key);
                }
                request.config().timeout_global(small).build().send(body.to_string())
            }
            None => {
                let mut request = self.agent.get(&url);
                if let Some(key) = key {
                    request = request.header("Authorization", key);
                }
                request.config().timeout_global(small).build().call()
            }
        };
        let mut response = answer.map_err(|error| self.failed(&error, self.patience.small))?;
        match response.status().as_u16() {
            200 => {
                let text = response.body_mut().with_config().limit(SMALL_ANSWER).read_to_string();
                Ok(text.ok().and_then(|text| serde_json::from_str(&text).ok()))
            }
            status @ (401 | 403) => Err(self.refused(status, "")),
            _ => Ok(None),
        }
    }

    fn failed(&self, error: &ureq::Error, waited: Duration) -> RemoteError {
        match error {
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
                self.unreachable("it does not answer")
            }
            ureq::Error::Timeout(_) => self.silent(waited),
            ureq::Error::Io(io) if io.kind() == std::io::ErrorKind::TimedOut => self.silent(waited),
            other => self.unreachable(&other.to_string()),
        }
    }

    fn refused(&self, status: u16, said: &str) -> RemoteError {
        let address = self.address.to_string();
        match status {
            401 | 403 => RemoteError::Unauthorized { address },
            429 | 500..=599 => RemoteError::Overloaded { address, status },
            _ => RemoteError::Refused { address, status, said: self.without_key(said) },
        }
    }

    /// Some servers repeat the key that they refuse.
    fn without_key(&self, said: &str) -> String {
        match &self.key {
            Some(key) if !key.is_empty() => beginning(&said.replace(key.as_str(), "…")),
            _ => beginning(said),
        }
    }

    fn unreachable(&self, why: &str) -> RemoteError {
        RemoteError::Unreachable { address: self.address.to_string(), why: self.without_key(why) }
    }

    fn silent(&self, time: Duration) -> RemoteError {
        RemoteError::Silent { address: self.address.to_string(), seconds: time.as_secs() }
    }

    pub(super) fn bad_answer(&self, why: &str) -> RemoteError {
        RemoteError::BadAnswer { address: self.address.to_string(), why: self.without_key(why) }
    }
}

/// Whether it may go better the next time.
fn is_passing(error: &RemoteError) -> bool {
    matches!(error, RemoteError::Unreachable { .. } | RemoteError::Overloaded { .. })
}

/// What came, or did not.
pub(super) enum Came {
    Bytes(Vec<u8>),
    End,
    /// After a `Break` of `poll`.
    Stopped,
}

impl Incoming {
    /// The next bytes.
    pub(super) fn next(&self, http: &Http, poll: Poll<'_>) -> Result<Came, RemoteError> {
        let begun = Instant::now();
        loop {
            if poll().is_break() {
                return Ok(Came::Stopped);
            }
            match self.told.recv_timeout(TICK) {
                Ok(Told::Opened) => return Ok(Came::Bytes(Vec::new())),
                Ok(Told::Bytes(bytes)) => return Ok(Came::Bytes(bytes)),
                Ok(Told::Refused { status, said }) => return Err(http.refused(status, &said)),
                Ok(Told::Failed(error)) => return Err(http.failed(&error, http.patience.silence)),
                Err(RecvTimeoutError::Disconnected) => return Ok(Came::End),
                Err(RecvTimeoutError::Timeout) if begun.elapsed() > http.patience.silence => {
                    return Err(http.silent(http.patience.silence));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}
