//! Reading and writing the settings file.

use std::io::ErrorKind;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::backup_plan::check_backups;
use super::migrate::{VERSION, migrate};
use super::server_plan::check_server;
use super::setting_fault::check_range;
use super::settings::{check_days, check_rule, check_shifts};
use super::{Result, SettingFault, Settings, SettingsError, SettingsWarning};
use fettle_system::{create_folders, replace};

/// Largest settings file, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Reads the settings file. An absent file means the defaults; every problem is a warning.
pub fn read(path: &Path) -> (Settings, Vec<SettingsWarning>) {
    let unreadable = |why: String| {
        let warning = SettingsWarning::Unreadable { path: path.to_owned(), why };
        (Settings::default(), vec![warning])
    };
    let text = match fettle_system::read_to_string(path, MAX_BYTES) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => return (Settings::default(), Vec::new()),
        Err(e) => return unreadable(e.to_string()),
    };
    match serde_json::from_str(&text) {
        Ok(Value::Object(content)) => from_object(content),
        Ok(_) => unreadable("it holds no JSON object".to_owned()),
        Err(e) => unreadable(e.to_string()),
    }
}

fn from_object(mut content: Map<String, Value>) -> (Settings, Vec<SettingsWarning>) {
    let mut warnings = Vec::new();
    migrate(&mut content, &mut warnings);
    let d = Settings::default();
    let w = &mut warnings;
    let c = &mut content;
    let mut settings = Settings {
        language: take(c, "language", d.language, |_| Ok(()), w),
        profile: take(c, "profile", d.profile, |_| Ok(()), w),
        models: take(c, "models", d.models, |_| Ok(()), w),
        remote: take(c, "remote", d.remote, |_| Ok(()), w),
        device: take(c, "device", d.device, |_| Ok(()), w),
        threads: clamped(
            "threads",
            take(c, "threads", d.threads, is_count, w),
            Settings::MOST_THREADS,
            w,
        ),
        threshold_rule: take(c, "threshold_rule", d.threshold_rule, check_rule, w),
        keep_pictures_days: take(c, "keep_pictures_days", d.keep_pictures_days, check_days, w),
        model_text: take(c, "model_text", d.model_text, |_| Ok(()), w),
        backups: take(c, "backups", d.backups, check_backups, w),
        server: take(c, "server", d.server, check_server, w),
        shifts: take(c, "shifts", d.shifts, check_shifts, w),
        default_role: take(c, "default_role", d.default_role, |_| Ok(()), w),
        unknown: Map::new(),
    };
    warnings.extend(content.keys().cloned().map(SettingsWarning::UnknownKey));
    settings.unknown = content;
    (settings, warnings)
}

/// Removes one setting from `content`. A bad value costs only its own setting.
fn take<T: DeserializeOwned>(
    content: &mut Map<String, Value>,
    key: &str,
    default: T,
    check: impl Fn(&T) -> Result<(), SettingFault>,
    warnings: &mut Vec<SettingsWarning>,
) -> T {
    let Some(value) = content.remove(key) else { return default };
    let taken = serde_json::from_value(value).map_err(|e| SettingFault::Kind(e.to_string()));
    match taken.and_then(|value: T| check(&value).map(|()| value)) {
        Ok(value) => value,
        Err(fault) => {
            warnings.push(SettingsWarning::BadValue { key: key.to_owned(), fault });
            default
        }
    }
}

/// Whether a count is one of something; too many are clamped.
fn is_count(count: &Option<usize>) -> Result<(), SettingFault> {
    match count {
        Some(0) => check_range(0, Settings::MOST_THREADS as u64),
        _ => Ok(()),
    }
}

/// The count, at most `most`.
fn clamped(
    key: &'static str,
    count: Option<usize>,
    most: usize,
    warnings: &mut Vec<SettingsWarning>,
) -> Option<usize> {
    if let Some(found) = count.filter(|count| *count > most) {
        warnings.push(SettingsWarning::TooLarge { key, found, used: most });
    }
    count.map(|count| count.min(most))
}

/// Writes the settings file atomically: after a crash the file is the old one or the new one. An
/// old file that cannot be read is left as it is; one that is not JSON, perhaps a person's unfinished edit, is kept as `settings.json.bad`.
///
/// # Errors
/// [`SettingsError::Io`] where the file or its directory cannot be written, or the old file cannot
/// be read.
pub fn write(path: &Path, settings: &Settings) -> Result<()> {
    let json = |source| SettingsError::Json { path: path.to_owned(), source };
    let mut content = serde_json::to_value(settings).map_err(json)?;
    if let Value::Object(content) = &mut content {
        content.insert("version".to_owned(), VERSION.into());
    }
    let mut text = serde_json::to_vec_pretty(&content).map_err(json)?;
    text.push(b'\n');

    let dir = match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    };
    create_folders(dir).map_err(SettingsError::io(dir))?;
    back_up_invalid(path)?;
    replace(path, &text).map_err(SettingsError::io(path))
}

/// Copies a file that is not a JSON object to `settings.json.bad`.
fn back_up_invalid(path: &Path) -> Result<()> {
    let old = match fettle_system::read(path, MAX_BYTES) {
        Ok(old) => old,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        // Nobody knows what would be lost: another account's settings, perhaps.
        Err(error) => return Err(SettingsError::io(path)(error)),
    };
    if !matches!(serde_json::from_slice(&old), Ok(Value::Object(_))) {
        let kept = path.with_extension("json.bad");
        replace(&kept, &old).map_err(SettingsError::io(&kept))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;
    use crate::DevicePreference;
    use fettle_domain::{
        Language, ModelId, ModelRole, RemoteModel, Role, ShiftPlan, ThresholdRule,
    };

    fn read_text(text: &str) -> (Settings, Vec<String>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("settings.json");
        fs::write(&path, text).unwrap();
        let (settings, warnings) = read(&path);
        (settings, warnings.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn settings_survive_writing_and_reading() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/settings.json");
        assert_eq!(read(&path), (Settings::default(), vec![]));
        let remote = RemoteModel {
            address: "http://localhost:8080".to_owned(),
            model: "qwen".to_owned(),
            key_variable: Some("KEY".to_owned()),
        };
        let settings = Settings {
            language: Language::En,
            profile: "small".to_owned(),
            models: [(ModelRole::Backbone, ModelId("resnet50".to_owned()))].into(),
            remote: [(ModelRole::Chat, remote)].into(),
            device: DevicePreference::Cuda(1),
            threads: Some(2),
            threshold_rule: ThresholdRule::Quantile { share: 0.995 },
            keep_pictures_days: Some(90),
            model_text: true,
            backups: Some(crate::BackupPlan::daily(dir.path().to_owned())),
            server: crate::ServerPlan {
                on: true,
                address: [0, 0, 0, 0].into(),
                port: 5001,
                read_only: true,
                encrypted: true,
            },
            default_role: Role::Operator,
            shifts: ShiftPlan([7, 19, 19]),
            unknown: Map::new(),
        };
        write(&path, &settings).unwrap();
        assert_eq!(read(&path), (settings, vec![]));
        let text = fs::read_to_string(&path).unwrap();
        for line in ["\"version\": 1", "\"device\": \"cuda:1\"", "\"backbone\": \"resnet50\""] {
            assert!(text.contains(line), "{text}");
        }
        let names: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().flatten().collect();
        assert_eq!(names.len(), 1, "a temporary file was left");
    }

    #[test]
    fn a_bad_value_costs_only_its_own_setting() {
        let d = Settings::default();
        let english = Settings { language: Language::En, ..d.clone() };
        // The file, the settings read, and a word of each warning.
        let kept = Settings { keep_pictures_days: Some(30), ..d.clone() };
        let plan = crate::ServerPlan { on: true, port: 8080, ..crate::ServerPlan::default() };
        let serving = Settings { server: plan, ..d.clone() };
        let cases: [(&str, Settings, &[&str]); 28] = [
            ("{}", d.clone(), &[]),
            (r#"{"supported_only": true}"#, d.clone(), &[]),
            (r#"{"version": 1, "language": "en"}"#, english.clone(), &[]),
            (r#"{"language": "en", "threads": -1}"#, english.clone(), &["'threads'"]),
            (r#"{"language": "fr", "profile": 3}"#, d.clone(), &["'language'", "'profile'"]),
            (r#"{"language": "en", "device": "gpu"}"#, english.clone(), &["no device"]),
            (r#"{"language": "en", "models": {"eyes": "x"}}"#, english.clone(), &["'models'"]),
            (r#"{"threads": 0}"#, d.clone(), &["'threads'"]),
            (r#"{"threads": 1024}"#, Settings { threads: Some(1024), ..d.clone() }, &[]),
            (
                r#"{"threads": 65536}"#,
                Settings { threads: Some(1024), ..d.clone() },
                &["'threads': 65536 is too large; 1024"],
            ),
            (r#"{"keep_pictures_days": 30}"#, kept.clone(), &[]),
            (r#"{"keep_pictures_days": 0}"#, d.clone(), &["'keep_pictures_days'"]),
            (r#"{"keep_pictures_days": 99999}"#, d.clone(), &["between 1 and 36500"]),
            (r#"{"backups": {"folder": "/b", "days": 0, "keep": 7}}"#, d.clone(), &["1 and 365"]),
            (r#"{"backups": {"folder": "/b", "days": 1, "keep": 101}}"#, d.clone(), &["1 and 100"]),
            (r#"{"backups": {"folder": "b", "days": 1, "keep": 7}}"#, d.clone(), &["absolute"]),
            (r#"{"server": {"on": true, "port": 8080}}"#, serving, &[]),
            (r#"{"server": {"on": true, "port": 0}}"#, d.clone(), &["1 and 65535"]),
            (r#"{"server": {"on": true, "port": 65536}}"#, d.clone(), &["'server'"]),
            (r#"{"server": {"on": true, "address": "here"}}"#, d.clone(), &["'server'"]),
            (r#"{"shifts": [6, 14, 24]}"#, d.clone(), &["between 0 and 23"]),
            (r#"{"server": {"on": "yes"}}"#, d.clone(), &["'server'"]),
            (
                r#"{"keep_pictures_days": 30,
                    "threshold_rule": {"rule": "max_overkill", "rate": 2}}"#,
                kept,
                &["'threshold_rule'"],
            ),
            (
                r#"{"threshold_rule": {"rule": "manual", "image": 2.5, "pixel": null}}"#,
                d.clone(),
                &["not every product"],
            ),
            (r#"{"threshold_rule": {"rule": "never"}}"#, d.clone(), &["'threshold_rule'"]),
            (r#"{"version": 7, "language": "en"}"#, english.clone(), &["newer"]),
            (r#"{"version": "x"}"#, d.clone(), &["'version'"]),
            ("[1]", d.clone(), &["no JSON object"]),
        ];
        for (text, expected, words) in cases {
            let (settings, warnings) = read_text(text);
            assert_eq!(settings, expected, "{text}");
            assert_eq!(warnings.len(), words.len(), "{text}: {warnings:?}");
            for (warning, word) in warnings.iter().zip(words) {
                assert!(warning.contains(word), "{text}: {warning}");
            }
        }
    }

    #[test]
    fn unknown_keys_survive_a_write() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("settings.json");
        fs::write(&path, r#"{"version": 9, "colours": {"ng": "red"}}"#).unwrap();
        let (settings, warnings) = read(&path);
        assert_eq!(warnings.len(), 2);
        write(&path, &settings).unwrap();
        assert!(fs::read_to_string(&path).unwrap().contains(r#""ng": "red""#));
        assert_eq!(read(&path).0, settings);
    }

    #[test]
    fn what_is_no_file_is_a_warning_and_is_not_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("settings.json");
        fs::create_dir(&path).unwrap();
        let (settings, warnings) = read(&path);
        assert!(warnings[0].to_string().contains("it is a folder"), "{warnings:?}");
        assert!(matches!(write(&path, &settings), Err(SettingsError::Io { .. })));
        assert!(path.is_dir());
    }

    #[test]
    fn an_invalid_file_is_backed_up() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("settings.json");
        fs::write(&path, "{\"language\": \"en\",").unwrap();
        let (settings, warnings) = read(&path);
        assert!(matches!(warnings[..], [SettingsWarning::Unreadable { .. }]));
        write(&path, &settings).unwrap();
        let kept = fs::read_to_string(dir.path().join("settings.json.bad")).unwrap();
        assert_eq!(kept, "{\"language\": \"en\",");
    }

    proptest! {
        #[test]
        fn any_bytes_are_settings_or_a_warning(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("settings.json");
            fs::write(&path, &bytes).unwrap();
            let (settings, warnings) = read(&path);
            prop_assert!(!warnings.is_empty() || settings == Settings::default());
        }

        #[test]
        fn a_changed_file_is_still_read(
            at in 0_usize..150, byte in 32_u8..127, cut in 0_usize..400,
        ) {
            let mut text = serde_json::to_vec(&Settings::default()).unwrap();
            if let Some(b) = text.get_mut(at) { *b = byte; }
            text.truncate(cut);
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("settings.json");
            fs::write(&path, &text).unwrap();
            let (settings, _) = read(&path);
            prop_assert!(settings.threads != Some(0));
        }
    }
}
