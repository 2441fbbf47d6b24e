//! Answers to requests with an idempotency key, for a while.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use moka::sync::Cache;
use tokio::sync::Mutex;

use super::answer_journal::{AnswerJournal, Entry, Key, WrittenAnswer};

/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// Bytes of answers that are kept, of all callers together.
const MAX_KEPT_BYTES: u64 = 32_000_000;
/// Bytes of what a key costs beside its answer.
const KEY_BYTES: u32 = 1000;

/// The answers to requests that had a key, also of the server before.
#[derive(Debug)]
pub(crate) struct KeptAnswers {
    slots: Cache<Key, Arc<Slot>>,
    journal: Arc<AnswerJournal>,
}

/// The place of one answer. Requests with the same key wait for one another at it; where a caller goes away, the
/// next is the first.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    pub(crate) answer: Mutex<Option<Answer>>,
    /// What the server before began and did not answer.
    pub(crate) cut_off: Option<CutOff>,
    bytes: AtomicU32,
}

/// A request whose server ended before it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CutOff {
    /// Method, path and query.
    pub(crate) asked: String,
    /// When it began.
    pub(crate) at: Timestamp,
}

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// Method, path and query: what the key was used for.
    pub(crate) asked: String,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The answer as text; `None` where it is none.
    fn written(&self) -> Option<WrittenAnswer> {
        let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
        let headers = self.headers.iter();
        let headers = headers.map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)));
        let body = String::from_utf8(self.body.to_vec()).ok()?;
        Some(WrittenAnswer {
            status: self.status.as_u16(),
            headers: headers.collect::<Option<_>>()?,
            body,
        })
    }

    fn read(asked: String, written: WrittenAnswer) -> Option<Self> {
        let mut headers = HeaderMap::new();
        for (name, value) in written.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            headers.append(name, HeaderValue::from_str(&value).ok()?);
        }
        let status = StatusCode::from_u16(written.status).ok()?;
        Some(Self { asked, status, headers, body: written.body.into() })
    }
}

impl KeptAnswers {
    /// Those that are kept in `folder`.
    pub(crate) fn of(folder: &Path) -> Self {
        let weigher = |_key: &Key, slot: &Arc<Slot>| KEY_BYTES + slot.bytes.load(Ordering::Relaxed);
        let slots = Cache::builder().weigher(weigher).max_capacity(MAX_KEPT_BYTES);
        let journal = AnswerJournal::new(folder);
        let before = journal.read(KEPT);
        let kept = Self { slots: slots.time_to_live(KEPT).build(), journal: Arc::new(journal) };
        for (key, Entry { asked, at, answer, .. }) in before {
            let answered =
                answer.map(|answer| (answer.body.len(), Answer::read(asked.clone(), answer)));
            let slot = match answered {
                Some((bytes, Some(answer))) => {
                    let answer = Mutex::new(Some(answer));
                    Slot { answer, bytes: saturating(bytes).into(), ..Slot::default() }
                }
                Some((_, None)) => continue,
                None => Slot { cut_off: Some(CutOff { asked, at }), ..Slot::default() },
            };
            kept.slots.insert(key, Arc::new(slot));
        }
        kept
    }

    /// The place of the answer to requests with `key`.
    pub(crate) fn slot(&self, key: &Key) -> Arc<Slot> {
        self.slots.get_with_by_ref(key, Arc::default)
    }

    /// Notes beyond the server's end that the request with `key` has begun.
    pub(crate) async fn begin(&self, key: &Key, asked: &str) {
        self.write(Entry::new(key, asked, None)).await;
    }

    /// Counts the bytes of an answer that is kept in `slot`, and keeps it beyond the server's end where it `lasts`.
    pub(crate) async fn keep(&self, key: Key, slot: &Arc<Slot>, answer: &Answer, lasts: bool) {
        slot.bytes.store(saturating(answer.body.len()), Ordering::Relaxed);
        if let Some(written) = answer.written().filter(|_| lasts) {
            self.write(Entry::new(&key, &answer.asked, Some(written))).await;
        }
        // The cache weighs what is inserted.
        self.slots.insert(key, Arc::clone(slot));
    }

    /// A request is worth more than what is remembered of it: where it cannot be, that is said.
    async fn write(&self, entry: Entry) {
        let journal = Arc::clone(&self.journal);
        let written = tokio::task::spawn_blocking(move || journal.write(&entry)).await;
        if let Err(error) = written.map_err(std::io::Error::other).and_then(|written| written) {
            tracing::warn!(%error, "a request with a key is not remembered beyond the server's end");
        }
    }
}

fn saturating(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX).min(u32::MAX - KEY_BYTES)
}
