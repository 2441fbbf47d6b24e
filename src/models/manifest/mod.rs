//! The list of known models: their roles, their files, and the sources of the files. The built-in
//! list is `assets/models.json`, compiled into the program.

mod entry;
mod validation;

use serde::{Deserialize, Serialize};

use crate::{ModelsError, Result};
use fettle_domain::ModelId;

pub use entry::{ModelEntry, ModelFile, PipPackage, Profile, SourceEntry};

const BUILT_IN: &str = include_str!("../../../assets/models.json");

/// Validated list of models and profiles; see [`Manifest::parse`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    models: Vec<ModelEntry>,
    profiles: Vec<Profile>,
}

impl Manifest {
    /// The manifest that is compiled into the program.
    ///
    /// # Errors
    /// [`ModelsError::BadManifest`]; a test rules this out for a release.
    pub fn built_in() -> Result<Self> {
        Self::parse(BUILT_IN)
    }

    /// Parses and validates a manifest.
    ///
    /// # Errors
    /// [`ModelsError::BadManifest`] for text that is not a manifest; an id or file name that is no
    /// valid path component; a duplicate id; a model without a role or a file; a hash that is not
    /// 64 hexadecimal digits; a source whose name `pip` could take for an option; a profile that
    /// lacks a required role, or fills a role with a model that is absent or does not have it.
    pub fn parse(json: &str) -> Result<Self> {
        let manifest: Self =
            serde_json::from_str(json).map_err(|e| ModelsError::BadManifest(e.to_string()))?;
        validation::validate(&manifest.models, &manifest.profiles)
            .map_err(ModelsError::BadManifest)?;
        Ok(manifest)
    }

    /// All models, in the order of the manifest.
    pub fn models(&self) -> &[ModelEntry] {
        &self.models
    }

    /// All profiles.
    pub fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// Finds a model by its id.
    ///
    /// # Errors
    /// [`ModelsError::Unknown`], with the ids that exist.
    pub fn model(&self, id: &ModelId) -> Result<&ModelEntry> {
        self.models.iter().find(|m| m.id == *id).ok_or_else(|| ModelsError::Unknown {
            wanted: id.0.clone(),
            known: names(self.models.iter().map(|m| m.id.0.as_str())),
        })
    }

    /// Finds a profile by its name.
    ///
    /// # Errors
    /// [`ModelsError::Unknown`], with the names that exist.
    pub fn profile(&self, id: &str) -> Result<&Profile> {
        self.profiles.iter().find(|p| p.id == id).ok_or_else(|| ModelsError::Unknown {
            wanted: id.to_owned(),
            known: names(self.profiles.iter().map(|p| p.id.as_str())),
        })
    }

    /// Resolves a name typed by a person: the models of a profile, or one model.
    ///
    /// # Errors
    /// [`ModelsError::Unknown`], with the names of all profiles and models.
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
}

/// Names separated by commas.
fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::manifest::validation::is_path_component;

    #[test]
    fn the_built_in_manifest_is_valid() {
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
            assert!(
                model.files.iter().all(|f| !f.sources.is_empty()),
                "{} has no source",
                model.id
            );
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
    fn an_inconsistent_manifest_is_refused() {
        let built_in: Value = serde_json::from_str(BUILT_IN).unwrap();
        let first = built_in["models"][0].clone();
        // (JSON pointer, new value, expected part of the message)
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
                prop_assert!(manifest.models().iter().all(|m| is_path_component(&m.id.0)));
            }
        }
    }
}
