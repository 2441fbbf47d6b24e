//! Source: the Hugging Face hub, by its client `hf-hub`.

use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use hf_hub::api::Progress as HubProgress;
use hf_hub::api::sync::{ApiBuilder, ApiError};
use hf_hub::{Repo, RepoType};
use url::{Host, Url};

use super::disk::{io_error, remove};
use super::hash::sha256_of;
use super::progress::{ByteProgress, POLL_INTERVAL, STEP_DOWNLOAD};
use super::source::{FetchedFile, FileRequest, Source, SourceError};
use fettle_domain::{Cancelled, ProgressSink};

const DEFAULT_ENDPOINT: &str = "https://huggingface.co";
/// Timeout of the connection test.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Time without a byte after which a download is given up.
const STALL_TIMEOUT: Duration = Duration::from_secs(45);

/// File of a repository on the hub.
pub(super) struct Hub {
    pub(super) endpoint: Option<String>,
    pub(super) repo: String,
    pub(super) file: String,
    pub(super) revision: String,
}

/// State shared by the downloading and the waiting thread.
#[derive(Default)]
struct DownloadState {
    bytes: AtomicU64,
    stop: AtomicBool,
}

/// Progress callback of `hf-hub` that counts bytes in a [`DownloadState`].
struct DownloadCounter(Arc<DownloadState>);

impl HubProgress for DownloadCounter {
    fn init(&mut self, _size: usize, _filename: &str) {
        self.0.bytes.store(0, Relaxed);
    }

    fn update(&mut self, size: usize) {
        self.0.bytes.fetch_add(size as u64, Relaxed);
        if self.0.stop.load(Relaxed) {
            // hf-hub can be stopped only by unwinding. The thread does nothing else, and
            // `resume_unwind` runs no panic hook.
            std::panic::resume_unwind(Box::new(Cancelled));
        }
    }

    fn finish(&mut self) {}
}

/// Result of the downloading thread: the path of the file and its entity tag on the hub.
type Download = Result<(PathBuf, String), ApiError>;

impl Source for Hub {
    fn name(&self) -> String {
        format!("hub {} ({})", self.repo, self.revision)
    }

    fn fetch(
        &self,
        request: &FileRequest<'_>,
        sink: &dyn ProgressSink,
    ) -> Result<FetchedFile, SourceError> {
        let endpoint = self
            .endpoint
            .clone()
            .or_else(|| std::env::var("HF_ENDPOINT").ok().filter(|e| !e.is_empty()))
            .unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned());
        check_endpoint(&endpoint)?;
        test_connection(&endpoint, sink)?;

        let state = Arc::new(DownloadState::default());
        let download = self.start(endpoint, self.cache(request)?, Arc::clone(&state));
        let downloaded = wait(&download, &state, request, sink);
        // After an error or a cancel the thread shall not go on.
        state.stop.store(true, Relaxed);
        let (path, tag) = downloaded?;

        let path = path.canonicalize().map_err(io_error(&path))?;
        let sha256 = sha256_of(&path, &request.file.name, sink)?;
        // The tag of a large file is its SHA-256. That of a small file is git's hash, which proves
        // no more than TLS does.
        let is_sha256 = tag.len() == 64 && tag.bytes().all(|b| b.is_ascii_hexdigit());
        Ok(FetchedFile { path, sha256, published: is_sha256.then(|| tag.to_ascii_lowercase()) })
    }

    fn discard(&self, request: &FileRequest<'_>) {
        remove(&request.partial.join("hub"));
    }
}

impl Hub {
    /// Cache directory of hf-hub, which keeps interrupted downloads. hf-hub needs an absolute path.
    fn cache(&self, request: &FileRequest<'_>) -> Result<PathBuf, SourceError> {
        let path = request.partial.join("hub");
        Ok(std::path::absolute(&path).map_err(io_error(&path))?)
    }

    /// Starts the download in a thread of its own.
    fn start(
        &self,
        endpoint: String,
        cache: PathBuf,
        state: Arc<DownloadState>,
    ) -> Receiver<Download> {
        let (sender, receiver) = channel();
        let revision = self.revision.clone();
        let repo = Repo::with_revision(self.repo.clone(), RepoType::Model, revision);
        let file = self.file.clone();
        std::thread::spawn(move || {
            let download = || -> Download {
                let api = ApiBuilder::new()
                    .with_cache_dir(cache)
                    .with_endpoint(endpoint)
                    // The repositories of the manifest are public and need no token.
                    .with_token(None)
                    .with_progress(false)
                    .build()?;
                let repo = api.repo(repo);
                let tag = api.metadata(&repo.url(&file))?.etag().to_owned();
                Ok((repo.download_with_progress(&file, DownloadCounter(state))?, tag))
            };
            // Fails only where the waiting thread has given up.
            let _ = sender.send(download());
        });
        receiver
    }
}

/// Waits for the downloading thread and reports progress, until the download ends, stalls or is
/// cancelled.
fn wait(
    download: &Receiver<Download>,
    state: &DownloadState,
    request: &FileRequest<'_>,
    sink: &dyn ProgressSink,
) -> Result<(PathBuf, String), SourceError> {
    let progress = ByteProgress {
        sink,
        step: STEP_DOWNLOAD,
        subject: &request.file.name,
        total: request.file.bytes,
    };
    let mut last = (0, Instant::now());
    loop {
        match download.recv_timeout(POLL_INTERVAL) {
            Ok(Ok(file)) => return Ok(file),
            Ok(Err(ApiError::IoError(source)))
                if source.kind() == std::io::ErrorKind::StorageFull =>
            {
                return Err(io_error(request.partial)(source).into());
            }
            Ok(Err(error)) => return Err(SourceError::Unavailable(error.to_string())),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(SourceError::Unavailable("its client failed".to_owned()));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        let done = state.bytes.load(Relaxed);
        progress.report(done)?;
        if done != last.0 {
            last = (done, Instant::now());
        } else if last.1.elapsed() > STALL_TIMEOUT {
            let seconds = STALL_TIMEOUT.as_secs();
            return Err(SourceError::Unavailable(format!("no byte came for {seconds} seconds")));
        }
    }
}

/// Refuses an endpoint over which anybody on the way could change what comes: only this machine may
/// be asked without TLS.
fn check_endpoint(endpoint: &str) -> Result<(), SourceError> {
    let is_safe = Url::parse(endpoint).is_ok_and(|url| match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(Host::Domain(name))) => name == "localhost",
        ("http", Some(Host::Ipv4(address))) => address.is_loopback(),
        ("http", Some(Host::Ipv6(address))) => address.is_loopback(),
        _ => false,
    });
    if is_safe {
        return Ok(());
    }
    Err(SourceError::Unavailable(format!(
        "{endpoint} is not asked: HF_ENDPOINT has to begin with https://"
    )))
}

/// Connects to the endpoint within [`CONNECT_TIMEOUT`]: `hf-hub` itself would wait for minutes
/// without a network. Behind a proxy nothing is tested.
fn test_connection(endpoint: &str, sink: &dyn ProgressSink) -> Result<(), SourceError> {
    let proxies = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY"];
    if proxies.iter().any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty())) {
        return Ok(());
    }
    let unreachable =
        |why: String| SourceError::Unavailable(format!("{endpoint} is not reached: {why}"));
    let Some(address) = host_and_port(endpoint) else {
        return Err(unreachable("it is no address".to_owned()));
    };
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let connect = || -> std::io::Result<()> {
            let mut last = std::io::Error::other("the name has no address");
            for address in address.to_socket_addrs()? {
                match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
                    Ok(_) => return Ok(()),
                    Err(e) => last = e,
                }
            }
            Err(last)
        };
        let _ = sender.send(connect());
    });
    let deadline = Instant::now() + CONNECT_TIMEOUT;
    loop {
        match receiver.recv_timeout(POLL_INTERVAL) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(e)) => return Err(unreachable(e.to_string())),
            Err(_) if Instant::now() > deadline => {
                return Err(unreachable(format!(
                    "no answer in {} seconds",
                    CONNECT_TIMEOUT.as_secs()
                )));
            }
            Err(_) => sink.check()?,
        }
    }
}

/// Extracts `host:port` of `https://host[:port][/path]`.
fn host_and_port(endpoint: &str) -> Option<String> {
    let (scheme, rest) = endpoint.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().filter(|h| !h.is_empty())?;
    let port = if scheme.eq_ignore_ascii_case("http") { 80 } else { 443 };
    // Behind the bracket of an IPv6 address a colon begins the port.
    let has_port = host.rsplit(']').next().is_some_and(|tail| tail.contains(':'));
    Some(if has_port { host.to_owned() } else { format!("{host}:{port}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_asked_through_tls_or_on_this_machine() {
        for (endpoint, expected) in [
            ("https://mirror.local/hf", true),
            ("http://127.0.0.1:9", true),
            ("http://[::1]:9", true),
            ("http://localhost:8080/hf", true),
            ("http://mirror.local/hf", false),
            ("http://127.0.0.1.evil.example", false),
            ("http://localhost@evil.example", false),
            ("ftp://localhost", false),
            ("mirror.local", false),
        ] {
            assert_eq!(check_endpoint(endpoint).is_ok(), expected, "{endpoint}");
        }
    }

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
