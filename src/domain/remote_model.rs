//! A language model on a server: another machine, or another program on this one.

use serde::{Deserialize, Serialize};

use super::{ModelId, ModelRole};

/// A server with OpenAI's HTTP API, and the model to use on it.
///
/// No secret is stored here: the API key is read from the environment variable `key_variable` when
/// a request is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteModel {
    /// Base address, e.g. `http://localhost:8000`, without the path `/v1`.
    pub address: String,
    /// The model's name on the server.
    pub model: String,
    /// Environment variable that holds the API key, where the server requires one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_variable: Option<String>,
}

impl RemoteModel {
    /// The model id for records and reports: name and address.
    pub fn id(&self) -> ModelId {
        ModelId(format!("{} ({})", self.model, self.address))
    }
}

/// The use of a model on a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RemoteFor {
    /// Writing reports.
    #[default]
    Reports,
    /// Describing images.
    Pictures,
}

impl RemoteFor {
    /// Both uses, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Reports, Self::Pictures];

    /// The role that the model fills.
    pub fn role(self) -> ModelRole {
        match self {
            Self::Reports => ModelRole::Chat,
            Self::Pictures => ModelRole::VisionChat,
        }
    }
}
