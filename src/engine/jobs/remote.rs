//! A language model on a server: set, tried, and given up.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Instant;

use serde::Serialize;

use crate::error::{EngineError, Result};
use crate::language_lane::connect;
use crate::request::{JobContext, Request};
use fettle_domain::{
    ChatMessage, ChatRole, ModelRole, RemoteFor, RemoteModel, Sampling, StopReason,
};
use fettle_models::remote::Address;
use fettle_models::roles::ChatModel;

/// Has the model on a server write the reports or look at the pictures from now on, or, with
/// `None`, one of this machine again; the settings remember it.
#[derive(Debug, Clone)]
pub struct UseRemote {
    /// What for.
    pub what: RemoteFor,
    /// The server and its model.
    pub remote: Option<RemoteModel>,
    /// Somebody has been told what leaves the machine, and agreed.
    pub confirmed: bool,
}

impl Request for UseRemote {
    type Answer = ();

    fn name(&self) -> &'static str {
        "use-remote"
    }

    fn run(self, job: &JobContext) -> Result<()> {
        let remote = self.remote.map(|remote| checked(remote, self.confirmed)).transpose()?;
        job.shared.change_settings(|settings| {
            match remote {
                Some(remote) => settings.remote.insert(self.what.role(), remote),
                None => settings.remote.remove(&self.what.role()),
            };
        })
    }
}

/// With its address as it is kept.
fn checked(remote: RemoteModel, confirmed: bool) -> Result<RemoteModel> {
    let address = Address::parse(&remote.address).map_err(fettle_models::ModelsError::from)?;
    if !address.is_here() && !confirmed {
        return Err(EngineError::RemoteUnconfirmed(address.to_string()));
    }
    let key_variable = remote.key_variable.filter(|variable| !variable.trim().is_empty());
    Ok(RemoteModel { address: address.to_string(), model: remote.model, key_variable })
}

/// Asks which roles a model on a server fills.
#[derive(Debug, Clone, Copy)]
pub struct ChosenRemote;

impl Request for ChosenRemote {
    type Answer = BTreeMap<ModelRole, RemoteModel>;

    fn name(&self) -> &'static str {
        "chosen-remote"
    }

    fn run(self, job: &JobContext) -> Result<BTreeMap<ModelRole, RemoteModel>> {
        Ok(job.shared.settings().remote)
    }
}

/// Has a model on a server say a word, without using it for anything.
#[derive(Debug, Clone)]
pub struct TryRemote(pub RemoteModel);

/// How a server answered.
#[derive(Debug, Clone, Serialize)]
pub struct RemoteTried {
    /// Most tokens of prompt and answer together.
    pub context_length: usize,
    /// What it said.
    pub said: String,
    /// From the question to the end of the answer, in milliseconds.
    pub took_ms: f64,
}

impl Request for TryRemote {
    type Answer = RemoteTried;

    fn name(&self) -> &'static str {
        "try-remote"
    }

    fn run(self, job: &JobContext) -> Result<RemoteTried> {
        // Nothing of the factory is sent, so nobody need agree.
        let begun = Instant::now();
        let mut remote = connect(&checked(self.0, true)?)?;
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
        Ok(RemoteTried { context_length: remote.context_length(), said, took_ms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Doctor, Engine, EngineOptions, Lack};
    use fettle_domain::Language;
    use fettle_settings::{Settings, Workspace, read};

    fn ask<R: Request>(engine: &Engine, request: R) -> Result<R::Answer> {
        engine.submit(request).unwrap().wait(|_| {})
    }

    #[test]
    fn it_is_off_until_somebody_agrees_and_is_shown_while_it_is_on() {
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
            ask(&engine, UseRemote { what, remote: Some(remote(address)), confirmed })
        };
        assert!(ask(&engine, ChosenRemote).unwrap().is_empty());
        // Another machine: only after it was said what leaves this one.
        let away = "http://10.0.0.7:8000/v1/";
        let error = set(away, false).unwrap_err();
        assert!(
            matches!(&error, EngineError::RemoteUnconfirmed(at) if at == "http://10.0.0.7:8000")
        );
        assert!(error.explain(Language::En).contains("10.0.0.7"));
        assert_eq!(on_disk(), None);
        set(away, true).unwrap();
        let expected = RemoteModel { key_variable: None, ..remote("http://10.0.0.7:8000") };
        assert_eq!(on_disk(), Some(expected.clone()));
        // It is said by doctor, and is nothing that lacks.
        let report = ask(&engine, Doctor).unwrap();
        assert_eq!(report.remote.get(&ModelRole::Chat), Some(&expected));
        let lacks_chat = |lack: &Lack| matches!(lack, Lack::Model { role: ModelRole::Chat, .. });
        assert!(!report.lacks.iter().any(lacks_chat));
        // This machine needs nobody's word; no address, or another protocol, is none.
        set("http://localhost:8080", false).unwrap();
        for bad in ["", "localhost", "ftp://host", "http://me:secret@host"] {
            let error = set(bad, true).unwrap_err().explain(Language::Ko);
            assert!(!error.contains("secret"), "{error}");
        }
        // One for the pictures is another matter.
        let pictures = |remote| UseRemote { what: RemoteFor::Pictures, remote, confirmed: false };
        ask(&engine, pictures(Some(remote("http://127.0.0.1:8081")))).unwrap();
        let roles = || ask(&engine, ChosenRemote).unwrap().into_keys().collect::<Vec<_>>();
        assert_eq!(roles(), [ModelRole::Chat, ModelRole::VisionChat]);
        let reports = UseRemote { what: RemoteFor::Reports, remote: None, confirmed: false };
        ask(&engine, reports).unwrap();
        assert_eq!((on_disk(), roles()), (None, vec![ModelRole::VisionChat]));
        ask(&engine, pictures(None)).unwrap();
        assert!(roles().is_empty());
        // A key that is not there is said before anybody is asked.
        let keyless = RemoteModel {
            key_variable: Some("FETTLE_NO_SUCH_KEY".into()),
            ..remote("http://127.0.0.1:9")
        };
        let error = ask(&engine, TryRemote(keyless)).unwrap_err().explain(Language::En);
        assert!(error.contains("FETTLE_NO_SUCH_KEY"), "{error}");
    }
}
