//! What the window knows of the server that answers other systems: how to turn it on and off, and where
//! it is reached. The server itself is made by whoever opens the window.

use fettle_domain::{InspectionId, Language};
use fettle_settings::ServerPlan;

/// Turns the server on and off. No function waits: what takes longer happens on other threads, and
/// [`ServerSwitch::state`] says how far it is.
pub trait ServerSwitch: Send + Sync {
    /// Starts the server as `plan` says, anew where it runs, or stops it.
    fn set(&self, plan: ServerPlan);

    /// What the server does now.
    fn state(&self) -> ServerState;

    /// How many inspections callers have recorded since the window was opened.
    fn recorded(&self) -> u64;

    /// A link that opens an inspection without a token for a while, to be read; `None` where the server
    /// does not answer.
    fn link(&self, inspection: InspectionId) -> Option<PartLink>;

    /// Has `wake` called whenever the state changes and whenever an inspection is recorded.
    fn on_change(&self, wake: Box<dyn Fn() + Send + Sync>);
}

/// What the server does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerState {
    /// It is off.
    Off,
    /// It is about to answer.
    Starting,
    /// It answers.
    On(ServerAddresses),
    /// It answers no new requests; running ones end.
    Stopping,
    /// It cannot answer, or cannot go on.
    Failed(ServerFault),
}

/// Where the server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAddresses {
    /// Addresses of the web, `http://192.168.0.4:5000`; at least one.
    pub urls: Vec<String>,
    /// Whether only this machine reaches them.
    pub is_local: bool,
    /// SHA-256 of the certificate with which the server encrypts.
    pub fingerprint: Option<String>,
}

/// Why the server does not answer, and what to do, in each language: the window's may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFault {
    /// In Korean.
    pub ko: String,
    /// In English.
    pub en: String,
}

impl ServerFault {
    /// The fault in `language`.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Ko => &self.ko,
            Language::En => &self.en,
        }
    }
}

/// A link to an inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartLink {
    /// What follows one of the server's addresses.
    pub path: String,
    /// Until when it holds (RFC 3339).
    pub expires_at: String,
}
