//! What all handlers share.

use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::config::ServerConfig;
use super::inspection_queue::InspectionQueue;
use super::job_board::JobBoard;
use super::metrics::Metrics;
use fettle_domain::InspectionId;
use fettle_engine::Engine;

/// Inspections that a slow listener of the board may be behind.
const ANNOUNCEMENTS: usize = 64;

/// What all handlers share; cheap to clone.
#[derive(Clone)]
pub(crate) struct AppState(Arc<Shared>);

pub(crate) struct Shared {
    engine: Arc<Engine>,
    config: ServerConfig,
    /// Jobs that callers may ask about.
    pub(crate) jobs: JobBoard,
    /// Places of inspections in the engine.
    pub(crate) queue: InspectionQueue,
    /// Counts and durations.
    pub(crate) metrics: Metrics,
    /// Ids of inspections as they are recorded.
    pub(crate) recorded: broadcast::Sender<InspectionId>,
    /// Cancelled as the server stops.
    pub(crate) stopping: CancellationToken,
}

impl AppState {
    pub(crate) fn new(
        engine: Arc<Engine>,
        config: ServerConfig,
        stopping: CancellationToken,
    ) -> Self {
        Self(Arc::new(Shared {
            engine,
            config,
            jobs: JobBoard::default(),
            queue: InspectionQueue::default(),
            metrics: Metrics::default(),
            recorded: broadcast::channel(ANNOUNCEMENTS).0,
            stopping,
        }))
    }

    /// The engine.
    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// What the server was told when it started.
    pub(crate) fn config(&self) -> &ServerConfig {
        &self.0.config
    }

    /// `text` without the paths of this machine: those in the workspace are relative to its root.
    pub(crate) fn without_paths(&self, text: &str) -> String {
        let workspace = self.engine().workspace();
        let scratch = workspace.scratch_dir().display().to_string();
        let root = workspace.root().display().to_string();
        let models = workspace.models_dir().display().to_string();
        let mut text = cut_scratch(text, &scratch);
        for folder in [models, root] {
            text = text.replace(&format!("{folder}/"), "").replace(&folder, ".");
        }
        text
    }
}

/// `text` with `<scratch>/<folder>/name` as `name`: uploads lie in a folder each.
fn cut_scratch(text: &str, scratch: &str) -> String {
    let folder = format!("{scratch}/");
    let mut pieces = text.split(&folder);
    let mut cut = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        cut.push_str(piece.split_once('/').map_or(piece, |(_folder, name)| name));
    }
    cut
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_is_named_without_its_folder() {
        let cases = [
            ("/w/data/scratch/x1/part.png: empty", "part.png: empty"),
            ("a /w/data/scratch/x1/b.png and /w/data/scratch/y/c.png", "a b.png and c.png"),
            ("nothing here", "nothing here"),
        ];
        for (given, expected) in cases {
            assert_eq!(cut_scratch(given, "/w/data/scratch"), expected);
        }
    }
}
