//! Language models on a server: setting, removing, testing.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Instant;

use serde::Serialize;

use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use crate::server::connect;
use fettle_domain::{
    ChatMessage, ChatRole, ModelRole, RemoteFor, RemoteModel, Role, Sampling, StopReason,
};
use fettle_models::remote::Address;
use fettle_models::roles::ChatModel;
use fettle_settings::Settings;

/// Sets the model on a server for reports or for descriptions of pictures, or with `None` goes back to
/// a local model; the settings store the choice.
#[derive(Debug, Clone)]
pub struct SetRemoteModel {
    /// Use of the model.
    pub what: RemoteFor,
    /// The server and its model.
    pub remote: Option<RemoteModel>,
    /// Whether the user was told what leaves the computer, and agreed.
    pub confirmed: bool,
}

impl Request for SetRemoteModel {
    type Answer = ();
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "use-remote"
    }

    fn role(&self) -> Role {
        Role::Admin
    }

    fn run(self, job: &JobContext) -> Result<()> {
        let remote = self.remote.map(|remote| check_remote(remote, self.confirmed)).transpose()?;
        job.change_settings(|settings| {
            match remote {
                Some(remote) => settings.remote.insert(self.what.role(), remote),
                None => settings.remote.remove(&self.what.role()),
            };
        })
    }
}

/// Checks and normalises the address of `remote`.
fn check_remote(remote: RemoteModel, confirmed: bool) -> Result<RemoteModel> {
    let address = Address::parse(&remote.address).map_err(fettle_models::ModelsError::from)?;
    if !address.is_local() && !confirmed {
        return Err(EngineError::RemoteUnconfirmed(address.to_string()));
    }
    let key_variable = remote.key_variable.filter(|variable| !variable.trim().is_empty());
    Ok(RemoteModel { address: address.to_string(), model: remote.model, key_variable })
}

/// Reads the roles with a model on a server.
#[derive(Debug, Clone, Copy)]
pub struct GetRemoteModels;

impl Request for GetRemoteModels {
    type Answer = BTreeMap<ModelRole, RemoteModel>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "chosen-remote"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<BTreeMap<ModelRole, RemoteModel>> {
        Ok(job.shared.settings().remote)
    }
}

/// Tests a model on a server with a short question.
#[derive(Debug, Clone)]
pub struct TestRemoteModel(pub RemoteModel);

/// Result of [`TestRemoteModel`].
#[derive(Debug, Clone, Serialize)]
pub struct RemoteModelTest {
    /// Maximum number of tokens of prompt and answer together.
    pub context_length: usize,
    /// The answer.
    pub said: String,
    /// From the question to the end of the answer, in milliseconds.
    pub took_ms: f64,
}

impl Request for TestRemoteModel {
    type Answer = RemoteModelTest;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "try-remote"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn may_wait_for_server(&self, _settings: &Settings) -> bool {
        true
    }

    fn run(self, job: &JobContext) -> Result<RemoteModelTest> {
        // The question holds no data of the user, so no confirmation is needed.
        let begun = Instant::now();
        let mut remote = connect(&check_remote(self.0, true)?)?;
        let content = "Reply with the single word OK.".to_owned();
        let sampling = Sampling { max_tokens: 16, ..Sampling::default() };
        let question = [ChatMessage { role: ChatRole::User, content }];
        let outcome = remote.chat(&question, &sampling, &mut |_| match job.check() {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        })?;
        if outcome.stop == StopReason::Stopped {
            job.check()?;
        }
        let took_ms = begun.elapsed().as_secs_f64() * 1e3;
        let said = outcome.text.trim().to_owned();
        Ok(RemoteModelTest { context_length: remote.context_length(), said, took_ms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Doctor, Engine, EngineOptions, MissingRequirement};
    use fettle_domain::Language;
    use fettle_settings::{Settings, Workspace, read};

    fn submit<R: Request>(engine: &Engine, request: R) -> Result<R::Answer> {
        engine.submit(request).unwrap().wait(|_| {})
    }

    #[test]
    fn a_remote_model_needs_confirmation_and_is_reported_by_doctor() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(dir.path().join("workspace"));
        workspace.create().unwrap();
        let settings = workspace.settings_path();
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        let on_disk = || read(&settings).0.remote.get(&ModelRole::Chat).cloned();
        let remote = |address: &str| RemoteModel {
            address: address.to_owned(),
            model: "qwen".into(),
            key_variable: Some(String::new()),
        };
        let set = |address: &str, confirmed| {
            let what = RemoteFor::Reports;
            submit(&engine, SetRemoteModel { what, remote: Some(remote(address)), confirmed })
        };
        assert!(submit(&engine, GetRemoteModels).unwrap().is_empty());
        // Another computer needs the user's confirmation.
        let remote_address = "http://10.0.0.7:8000/v1/";
        let error = set(remote_address, false).unwrap_err();
        assert!(
            matches!(&error, EngineError::RemoteUnconfirmed(at) if at == "http://10.0.0.7:8000")
        );
        assert!(error.explain(Language::En).contains("10.0.0.7"));
        assert_eq!(on_disk(), None);
        set(remote_address, true).unwrap();
        let expected = RemoteModel { key_variable: None, ..remote("http://10.0.0.7:8000") };
        assert_eq!(on_disk(), Some(expected.clone()));
        // Doctor reports the model, and nothing is missing.
        let report = submit(&engine, Doctor).unwrap();
        assert_eq!(report.remote.get(&ModelRole::Chat), Some(&expected));
        let is_chat = |missing: &MissingRequirement| {
            matches!(missing, MissingRequirement::Model { role: ModelRole::Chat, .. })
        };
        assert!(!report.missing.iter().any(is_chat));
        // A local address needs no confirmation; a bad address is rejected.
        set("http://localhost:8080", false).unwrap();
        for bad in ["", "localhost", "ftp://host", "http://me:secret@host"] {
            let error = set(bad, true).unwrap_err().explain(Language::Ko);
            assert!(!error.contains("secret"), "{error}");
        }
        // The model for pictures is independent of the one for reports.
        let pictures =
            |remote| SetRemoteModel { what: RemoteFor::Pictures, remote, confirmed: false };
        submit(&engine, pictures(Some(remote("http://127.0.0.1:8081")))).unwrap();
        let roles = || submit(&engine, GetRemoteModels).unwrap().into_keys().collect::<Vec<_>>();
        assert_eq!(roles(), [ModelRole::Chat, ModelRole::VisionChat]);
        let reports = SetRemoteModel { what: RemoteFor::Reports, remote: None, confirmed: false };
        submit(&engine, reports).unwrap();
        assert_eq!((on_disk(), roles()), (None, vec![ModelRole::VisionChat]));
        submit(&engine, pictures(None)).unwrap();
        assert!(roles().is_empty());
        // A missing key is reported before any request is sent.
        let keyless = RemoteModel {
            key_variable: Some("FETTLE_NO_SUCH_KEY".into()),
            ..remote("http://127.0.0.1:9")
        };
        let error = submit(&engine, TestRemoteModel(keyless)).unwrap_err().explain(Language::En);
        assert!(error.contains("FETTLE_NO_SUCH_KEY"), "{error}");
    }
}
