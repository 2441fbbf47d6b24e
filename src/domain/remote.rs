//! A language model on another machine, or in another program of this one.

use serde::{Deserialize, Serialize};

use super::{ModelId, ModelRole};

/// A server that speaks OpenAI's protocol, and what it is asked for.
///
/// It holds no secret: an API key is read from the variable of the environment that
/// `key_variable` names, when it is needed, and is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteModel {
    /// Where it is, e.g. `http://localhost:8000`; what follows as `/v1` is not part of it.
    pub address: String,
    /// What it calls the model.
    pub model: String,
    /// Variable of the environment that holds the API key, where the server wants one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_variable: Option<String>,
}

impl RemoteModel {
    /// How it is named where a report says who wrote it: with its address.
    pub fn id(&self) -> ModelId {
        ModelId(format!("{} ({})", self.model, self.address))
    }
}

/// What a model on a server may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RemoteFor {
    /// It words the reports.
    #[default]
    Reports,
    /// It looks at the pictures.
    Pictures,
}

impl RemoteFor {
    /// Both, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Reports, Self::Pictures];

    /// The role that it fills.
    pub fn role(self) -> ModelRole {
        match self {
            Self::Reports => ModelRole::Chat,
            Self::Pictures => ModelRole::VisionChat,
        }
    }
}
