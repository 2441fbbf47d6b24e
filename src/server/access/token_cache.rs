//! The tokens in force, read from the library now and then.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::failure::Failure;
use crate::wait_for_job::wait;
use fettle_engine::{Engine, ReadTokens, TokenRing};

/// How long what was read holds: a token that was revoked on the command line is accepted no longer than
/// that.
const HOLDS: Duration = Duration::from_secs(2);

/// The tokens in force.
#[derive(Default)]
pub(crate) struct TokenCache(Mutex<Option<(Instant, Arc<TokenRing>)>>);

impl TokenCache {
    /// The tokens in force, as they were two seconds ago at most.
    ///
    /// # Errors
    /// Where the library cannot be read: then nobody is let in.
    pub(crate) async fn tokens(&self, engine: &Engine) -> Result<Arc<TokenRing>, Failure> {
        // Held while they are read, so that requests that come together read them once.
        let mut held = self.0.lock().await;
        if let Some((read, tokens)) = &*held
            && read.elapsed() < HOLDS
        {
            return Ok(Arc::clone(tokens));
        }
        let tokens = Arc::new(wait(engine.submit(ReadTokens)?, |_| {}).await?);
        *held = Some((Instant::now(), Arc::clone(&tokens)));
        Ok(tokens)
    }

    /// Has them read again at the next request.
    pub(crate) async fn forget(&self) {
        *self.0.lock().await = None;
    }
}
