//! Errors of networks: their files, and models on a server.

use super::message::{Message, at, file, reason};
use fettle_models::ModelsError;
use fettle_models::remote::RemoteError;

pub(super) fn models(error: &ModelsError) -> Message {
    match error {
        ModelsError::Missing { model, .. } => {
            ("error-model-missing", vec![("model", model.to_string().into())])
        }
        ModelsError::Unpinned { model, file } => (
            "error-unpinned",
            vec![("model", model.to_string().into()), ("file", file.clone().into())],
        ),
        ModelsError::NoSource { model, file, tried } => {
            let tried: Vec<String> =
                tried.iter().map(|(place, reason)| format!("\n  - {place}: {reason}")).collect();
            let values = vec![
                ("model", model.to_string().into()),
                ("file", file.clone().into()),
                ("tried", tried.concat().into()),
            ];
            ("error-no-place", values)
        }
        ModelsError::BadWeights { path, why } => {
            ("error-weights", vec![at(path), ("reason", why.clone().into())])
        }
        ModelsError::UnknownArchitecture(name) => {
            ("error-architecture", vec![("name", name.clone().into())])
        }
        ModelsError::UnknownLayer { number, known } => (
            "error-unknown-layer",
            vec![("layer", (*number).into()), ("known", known.clone().into())],
        ),
        ModelsError::Unknown { wanted, known } => (
            "error-unknown-model",
            vec![("wanted", wanted.clone().into()), ("known", known.clone().into())],
        ),
        ModelsError::DiskFull { path, .. } => ("error-disk-full", vec![at(path)]),
        ModelsError::Io { path, source } => file(path, source),
        ModelsError::Remote(error) => remote(error),
        other => ("error-models", vec![reason(other)]),
    }
}

fn remote(error: &RemoteError) -> Message {
    let at = |address: &str| ("address", address.to_owned().into());
    let said = |text: &str| ("reason", text.to_owned().into());
    match error {
        RemoteError::BadAddress { address, why } => {
            ("error-remote-address", vec![at(address), said(why)])
        }
        RemoteError::NoKey(variable) => {
            ("error-remote-no-key", vec![("variable", variable.clone().into())])
        }
        RemoteError::Unreachable { address, why } => {
            ("error-remote-unreachable", vec![at(address), said(why)])
        }
        RemoteError::Thread(why) => ("error-no-thread", vec![said(why)]),
        RemoteError::Unauthorized { address } => ("error-remote-key", vec![at(address)]),
        RemoteError::Overloaded { address, status } => {
            ("error-remote-overloaded", vec![at(address), ("status", u32::from(*status).into())])
        }
        RemoteError::Refused { address, status, said: answer } => {
            let status = ("status", u32::from(*status).into());
            ("error-remote-refused", vec![at(address), status, said(answer)])
        }
        RemoteError::Silent { address, seconds } => {
            let seconds = ("seconds", seconds.to_string().into());
            ("error-remote-silent", vec![at(address), seconds])
        }
        RemoteError::BadAnswer { address, why } => {
            ("error-remote-answer", vec![at(address), said(why)])
        }
    }
}
