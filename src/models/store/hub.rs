//! The Hugging Face hub, through its own client.

use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use hf_hub::api::Progress as HubProgress;
use hf_hub::api::sync::{ApiBuilder, ApiError};
use hf_hub::{Repo, RepoType};

use super::hash::{Meter, sha256_of};
use super::place::{Fetched, Place, PlaceError, Wanted};
use super::{POLL, STEP_DOWNLOAD, remove};
use fettle_domain::{Cancelled, ProgressSink};

const ENDPOINT: &str = "https://huggingface.co";
/// A machine with no network says so within this time.
const REACH: Duration = Duration::from_secs(5);
/// A download that brings no byte for so long is given up.
const STALL: Duration = Duration::from_secs(45);

/// One file of one repository.
pub(super) struct Hub {
    pub(super) endpoint: Option<String>,
    pub(super) repo: String,
    pub(super) file: String,
    pub(super) revision: String,
}

/// What the downloading thread and the waiting one share.
#[derive(Default)]
struct Shared {
    done: AtomicU64,
    stop: AtomicBool,
}

/// Counts bytes for [`Shared`].
struct Counter(Arc<Shared>);

impl HubProgress for Counter {
    fn init(&mut self, _size: usize, _filename: &str) {
        self.0.done.store(0, Relaxed);
    }

    fn update(&mut self, size: usize) {
        self.0.done.fetch_add(size as u64, Relaxed);
        if self.0.stop.load(Relaxed) {
            // hf-hub gives no way to say "stop" but to unwind out of it. The thread is
            // ours alone, and `resume_unwind` runs no panic hook.
            std::panic::resume_unwind(Box::new(Cancelled));
        }
    }

    fn finish(&mut self) {}
}

/// What the downloading thread brings: the file, and the hub's own tag of its content.
type Answer = Result<(PathBuf, String), ApiError>;

impl Place for Hub {
    fn name(&self) -> String {
        format!("hub {} ({})", self.repo, self.revision)
    }

    fn fetch(&self, wanted: &Wanted<'_>, sink: &dyn ProgressSink) -> Result<Fetched, PlaceError> {
        let endpoint = self
            .endpoint
            .clone()
            .or_else(|| std::env::var("HF_ENDPOINT").ok().filter(|e| !e.is_empty()))
            .unwrap_or_else(|| ENDPOINT.to_owned());
        reach(&endpoint, sink)?;

        let shared = Arc::new(Shared::default());
        let answer = self.start(endpoint, self.cache(wanted)?, Arc::clone(&shared));
        let waited = wait(&answer, &shared, wanted, sink);
        // Whatever the reason for not waiting any longer, the thread shall not go on.
        shared.stop.store(true, Relaxed);
        let (path, tag) = waited?;

        let path = path.canonicalize().map_err(super::io(&path))?;
        let sha256 = sha256_of(&path, &wanted.file.name, sink)?;
        // Of a large file the tag is the SHA-256; of a small one it is git's own hash,
        // which says nothing that TLS has not said.
        let is_sha256 = tag.len() == 64 && tag.bytes().all(|b| b.is_ascii_hexdigit());
        Ok(Fetched { path, sha256, published: is_sha256.then(|| tag.to_ascii_lowercase()) })
    }

    fn forget(&self, wanted: &Wanted<'_>) {
        remove(&wanted.partial.join("hub"));
    }
}

impl Hub {
    /// The hub's cache, with the halves of interrupted downloads. hf-hub wants an
    /// absolute path.
    fn cache(&self, wanted: &Wanted<'_>) -> Result<PathBuf, PlaceError> {
        let path = wanted.partial.join("hub");
        Ok(std::path::absolute(&path).map_err(super::io(&path))?)
    }

    fn start(&self, endpoint: String, cache: PathBuf, shared: Arc<Shared>) -> Receiver<Answer> {
        let (sender, receiver) = channel();
        let revision = self.revision.clone();
        let repo = Repo::with_revision(self.repo.clone(), RepoType::Model, revision);
        let file = self.file.clone();
        std::thread::spawn(move || {
            let download = || -> Answer {
                let api = ApiBuilder::new()
                    .with_cache_dir(cache)
                    .with_endpoint(endpoint)
                    // The manifest's repositories are public: nobody's token is needed.
                    .with_token(None)
                    .with_progress(false)
                    .build()?;
                let repo = api.repo(repo);
                let tag = api.metadata(&repo.url(&file))?.etag().to_owned();
                Ok((repo.download_with_progress(&file, Counter(shared))?, tag))
            };
            // Nobody listens any more where the wait was given up.
            let _ = sender.send(download());
        });
        receiver
    }
}

/// Waits for the thread, reporting, until it answers, stalls or is not wanted any more.
fn wait(
    answer: &Receiver<Answer>,
    shared: &Shared,
    wanted: &Wanted<'_>,
    sink: &dyn ProgressSink,
) -> Result<(PathBuf, String), PlaceError> {
    let meter =
        Meter { sink, step: STEP_DOWNLOAD, subject: &wanted.file.name, total: wanted.file.bytes };
    let mut last = (0, Instant::now());
    loop {
        match answer.recv_timeout(POLL) {
            Ok(Ok(file)) => return Ok(file),
            Ok(Err(ApiError::IoError(source)))
                if source.kind() == std::io::ErrorKind::StorageFull =>
            {
                return Err(super::io(wanted.partial)(source).into());
            }
            Ok(Err(error)) => return Err(PlaceError::Refused(error.to_string())),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(PlaceError::Refused("its client failed".to_owned()));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        let done = shared.done.load(Relaxed);
        meter.at(done)?;
        if done != last.0 {
            last = (done, Instant::now());
        } else if last.1.elapsed() > STALL {
            let seconds = STALL.as_secs();
            return Err(PlaceError::Refused(format!("no byte came for {seconds} seconds")));
        }
    }
}

/// Says within [`REACH`] whether the endpoint can be reached: the client itself would
/// wait for minutes. A proxy is left to the client.
fn reach(endpoint: &str, sink: &dyn ProgressSink) -> Result<(), PlaceError> {
    let proxies = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY"];
    if proxies.iter().any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty())) {
        return Ok(());
    }
    let unreachable =
        |why: String| PlaceError::Refused(format!("{endpoint} is not reached: {why}"));
    let Some(address) = host_and_port(endpoint) else {
        return Err(unreachable("it is no address".to_owned()));
    };
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let connect = || -> std::io::Result<()> {
            let mut last = std::io::Error::other("the name has no address");
            for address in address.to_socket_addrs()? {
                match TcpStream::connect_timeout(&address, REACH) {
                    Ok(_) => return Ok(()),
                    Err(e) => last = e,
                }
            }
            Err(last)
        };
        let _ = sender.send(connect());
    });
    let deadline = Instant::now() + REACH;
    loop {
        match receiver.recv_timeout(POLL) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(e)) => return Err(unreachable(e.to_string())),
            Err(_) if Instant::now() > deadline => {
                return Err(unreachable(format!("no answer in {} seconds", REACH.as_secs())));
            }
            Err(_) => sink.check()?,
        }
    }
}

/// `https://host[:port][/path]` to `host:port`.
fn host_and_port(endpoint: &str) -> Option<String> {
    let (scheme, rest) = endpoint.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().filter(|h| !h.is_empty())?;
    let port = if scheme.eq_ignore_ascii_case("http") { 80 } else { 443 };
    // After the bracket of an IPv6 address, a colon can only begin a port.
    let has_port = host.rsplit(']').next().is_some_and(|tail| tail.contains(':'));
    Some(if has_port { host.to_owned() } else { format!("{host}:{port}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_host_and_a_port() {
        for (endpoint, expected) in [
            ("https://huggingface.co", Some("huggingface.co:443")),
            ("http://mirror.local/hf/", Some("mirror.local:80")),
            ("http://127.0.0.1:9", Some("127.0.0.1:9")),
            ("https://[::1]/x", Some("[::1]:443")),
            ("https://[::1]:8443", Some("[::1]:8443")),
            ("huggingface.co", None),
            ("https://", None),
        ] {
            assert_eq!(host_and_port(endpoint).as_deref(), expected, "{endpoint}");
        }
    }
}
