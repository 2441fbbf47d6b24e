//! HTTP requests that can be cancelled: each runs in a thread of its own, while the calling thread
//! polls for a cancellation.

use std::io::Read;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::Agent;

use super::address::Address;
use super::error::RemoteError;
use super::excerpt::excerpt;

/// Interval of the polls for a cancellation.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Bytes per read.
const CHUNK_BYTES: usize = 8 << 10;
/// Maximum size of a response that is not a stream.
const MAX_JSON_BYTES: u64 = 4 << 20;

/// Timeouts of requests.
#[derive(Debug, Clone)]
pub(super) struct Timeouts {
    /// For the connection.
    pub(super) connect: Duration,
    /// For the first byte and between bytes of a stream; a long prompt takes a while to read.
    pub(super) read: Duration,
    /// For the whole of a request that is not streamed.
    pub(super) request: Duration,
    /// Pauses before the second, third … attempt.
    pub(super) retry_pauses: Vec<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_secs(180),
            request: Duration::from_secs(10),
            retry_pauses: [500, 1000, 2000].map(Duration::from_millis).to_vec(),
        }
    }
}

/// HTTP client of one server.
#[derive(Clone)]
pub(super) struct Http {
    agent: Agent,
    address: Address,
    key: Option<String>,
    timeouts: Timeouts,
}

/// Message of the thread of a request.
enum StreamMessage {
    /// The response has begun, with status 200.
    Opened,
    Bytes(Vec<u8>),
    /// Another status, with the beginning of the body.
    Refused {
        status: u16,
        body: String,
    },
    Failed(ureq::Error),
}

/// Callback that returns `Break` to cancel; called at every [`POLL_INTERVAL`].
type Poll<'a> = &'a mut dyn FnMut() -> ControlFlow<()>;

/// Response that is being received.
pub(super) struct ResponseStream {
    messages: Receiver<StreamMessage>,
}

impl Http {
    pub(super) fn new(address: Address, key: Option<String>, timeouts: Timeouts) -> Self {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(timeouts.connect))
            .timeout_per_read(Some(timeouts.read));
        if address.is_local() {
            // Through a proxy the data would leave the machine.
            config = config.proxy(None);
        }
        Self { agent: config.build().new_agent(), address, key, timeouts }
    }

    /// Posts `body`; returns the response as soon as it begins, or `None` after a `Break` of
    /// `poll`. Retries where the server cannot be reached or is overloaded.
    pub(super) fn stream(
        &self,
        path: &str,
        body: &Value,
        poll: Poll<'_>,
    ) -> Result<Option<ResponseStream>, RemoteError> {
        let mut pauses = self.timeouts.retry_pauses.iter();
        loop {
            let error = match self.open(path, body, poll) {
                Ok(opened) => return Ok(opened),
                Err(error) => error,
            };
            let (true, Some(pause)) = (is_transient(&error), pauses.next()) else {
                return Err(error);
            };
            tracing::debug!(%error, "the server is asked again");
            let until = Instant::now() + *pause;
            while let Some(left) = until.checked_duration_since(Instant::now()) {
                if poll().is_break() {
                    return Ok(None);
                }
                std::thread::sleep(left.min(POLL_INTERVAL));
            }
        }
    }

    /// One attempt of [`Self::stream`].
    fn open(
        &self,
        path: &str,
        body: &Value,
        poll: Poll<'_>,
    ) -> Result<Option<ResponseStream>, RemoteError> {
        let (sender, messages) = sync_channel(16);
        let (http, url, body) = (self.clone(), self.address.join(path), body.to_string());
        std::thread::Builder::new()
            .name("fettle-remote".to_owned())
            .spawn(move || http.run(&url, &body, &sender))
            .map_err(|error| RemoteError::Thread(error.to_string()))?;
        let response = ResponseStream { messages };
        match response.next(self, poll)? {
            ReadOutcome::Bytes(_) => Ok(Some(response)),
            ReadOutcome::Stopped => Ok(None),
            ReadOutcome::End => Err(self.bad_answer("it ended before it began")),
        }
    }

    /// Body of the thread of a request. Where the receiver is gone, sending fails and the thread
    /// ends.
    fn run(&self, url: &str, body: &str, sender: &SyncSender<StreamMessage>) {
        if let Err(last) = self.fetch(url, body, sender) {
            let _gone = sender.send(last);
        }
    }

    /// Sends the request and forwards the response.
    ///
    /// # Errors
    /// The last message.
    fn fetch(
        &self,
        url: &str,
        body: &str,
        sender: &SyncSender<StreamMessage>,
    ) -> Result<(), StreamMessage> {
        let mut request = self.agent.post(url).content_type("application/json");
        if let Some(key) = &self.key {
            request = request.header("Authorization", format!("Bearer {key}"));
        }
        let mut response = request.send(body).map_err(StreamMessage::Failed)?;
        let status = response.status().as_u16();
        let mut reader = response.body_mut().as_reader();
        if status != 200 {
            let mut bytes = Vec::new();
            // A part of the body is enough for the message.
            let _partial = reader.take(CHUNK_BYTES as u64).read_to_end(&mut bytes);
            let body = String::from_utf8_lossy(&bytes).into();
            return Err(StreamMessage::Refused { status, body });
        }
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut next = StreamMessage::Opened;
        while sender.send(next).is_ok() {
            match reader.read(&mut chunk).map_err(|error| StreamMessage::Failed(error.into()))? {
                0 => break,
                n => next = StreamMessage::Bytes(chunk.iter().take(n).copied().collect()),
            }
        }
        Ok(())
    }

    /// Requests a JSON document, with POST where there is a `body`; `None` where the server does
    /// not have the path or answers with another format.
    ///
    /// # Errors
    /// A server that cannot be reached, does not answer in time, or refuses the key.
    pub(super) fn request_json(
        &self,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Option<Value>, RemoteError> {
        let url = self.address.join(path);
        let key = self.key.as_ref().map(|key| format!("Bearer {key}"));
        let timeout = Some(self.timeouts.request);
        let answer = match body {
            Some(body) => {
                let mut request = self.agent.post(&url).content_type("application/json");
                if let Some(key) = key {
                    request = request.header("Authorization", key);
                }
                request.config().timeout_global(timeout).build().send(body.to_string())
            }
            None => {
                let mut request = self.agent.get(&url);
                if let Some(key) = key {
                    request = request.header("Authorization", key);
                }
                request.config().timeout_global(timeout).build().call()
            }
        };
        let mut response = answer.map_err(|error| self.failed(&error, self.timeouts.request))?;
        match response.status().as_u16() {
            200 => {
                let text = response.body_mut().with_config().limit(MAX_JSON_BYTES).read_to_string();
                Ok(text.ok().and_then(|text| serde_json::from_str(&text).ok()))
            }
            status @ (401 | 403) => Err(self.refused(status, "")),
            _ => Ok(None),
        }
    }

    /// Converts an error of `ureq`.
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

    /// Converts an HTTP status other than 200.
    fn refused(&self, status: u16, body: &str) -> RemoteError {
        let address = self.address.to_string();
        match status {
            401 | 403 => RemoteError::Unauthorized { address },
            429 | 500..=599 => RemoteError::Overloaded { address, status },
            _ => RemoteError::Refused { address, status, said: self.without_key(body) },
        }
    }

    /// Excerpt of a text without the API key: some servers repeat the key that they refuse.
    fn without_key(&self, text: &str) -> String {
        match &self.key {
            Some(key) if !key.is_empty() => excerpt(&text.replace(key.as_str(), "…")),
            _ => excerpt(text),
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

/// Whether a retry may succeed.
fn is_transient(error: &RemoteError) -> bool {
    matches!(error, RemoteError::Unreachable { .. } | RemoteError::Overloaded { .. })
}

/// Result of reading from a response.
pub(super) enum ReadOutcome {
    Bytes(Vec<u8>),
    /// The response is complete.
    End,
    /// `poll` returned `Break`.
    Stopped,
}

impl ResponseStream {
    /// Waits for the next bytes.
    ///
    /// # Errors
    /// A refused or failed request, or a server that sends nothing for too long.
    pub(super) fn next(&self, http: &Http, poll: Poll<'_>) -> Result<ReadOutcome, RemoteError> {
        let started = Instant::now();
        loop {
            if poll().is_break() {
                return Ok(ReadOutcome::Stopped);
            }
            match self.messages.recv_timeout(POLL_INTERVAL) {
                Ok(StreamMessage::Opened) => return Ok(ReadOutcome::Bytes(Vec::new())),
                Ok(StreamMessage::Bytes(bytes)) => return Ok(ReadOutcome::Bytes(bytes)),
                Ok(StreamMessage::Refused { status, body }) => {
                    return Err(http.refused(status, &body));
                }
                Ok(StreamMessage::Failed(error)) => {
                    return Err(http.failed(&error, http.timeouts.read));
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(ReadOutcome::End),
                Err(RecvTimeoutError::Timeout) if started.elapsed() > http.timeouts.read => {
                    return Err(http.silent(http.timeouts.read));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}
