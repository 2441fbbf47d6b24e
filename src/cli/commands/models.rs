//! `fettle models`.

use crate::args;
use crate::terminal::Terminal;
use fettle_domain::{ModelId, ModelRole, RemoteFor, RemoteModel};
use fettle_engine::{
    Engine, FileVerdict, FindModel, GetRemoteModels, ListModels, ModelState, PullModels,
    SetRemoteModel, TestRemoteModel, VerifyModels,
};

pub(crate) fn run(engine: &Engine, terminal: &Terminal, args: &args::Models) -> anyhow::Result<()> {
    match args {
        args::Models::List(json) => list(engine, terminal, json.json),
        args::Models::Pull { what, from, offline, accept_unpinned } => {
            let request = PullModels {
                what: what.clone(),
                from: from.clone(),
                offline: *offline,
                accept_unpinned: *accept_unpinned,
            };
            for file in terminal.run(engine, request)?.files {
                let model = ("model", format!("{}/{}", file.model, file_name(&file.path)).into());
                match file.source {
                    Some(place) => {
                        terminal.print_message("models-pulled", &[model, ("place", place.into())])
                    }
                    None => terminal.print_message("models-kept", &[model]),
                }
            }
            Ok(())
        }
        args::Models::Verify { model } => {
            let request = VerifyModels(model.clone().map(ModelId));
            let mut damaged = Vec::new();
            for verified in terminal.run(engine, request)? {
                let mut unhashed = false;
                for file in &verified.files {
                    match &file.verdict {
                        FileVerdict::Official | FileVerdict::AsFetched => {}
                        FileVerdict::Unknown => unhashed = true,
                        FileVerdict::Differs(_) => damaged.push(file.path.display().to_string()),
                    }
                }
                let id = if unhashed { "models-unhashed" } else { "models-verified" };
                if !verified.files.iter().any(|f| matches!(f.verdict, FileVerdict::Differs(_))) {
                    terminal.print_message(id, &[("model", verified.model.to_string().into())]);
                }
            }
            if damaged.is_empty() {
                return Ok(());
            }
            let values = [("path", damaged.join(", ").into())];
            anyhow::bail!(terminal.text("models-damaged", &values))
        }
        args::Models::Path { model } => {
            for path in terminal.run(engine, FindModel(ModelId(model.clone())))? {
                terminal.print_line(&path.display().to_string());
            }
            Ok(())
        }
        args::Models::Remote(args) => remote(engine, terminal, args),
    }
}

fn remote(engine: &Engine, terminal: &Terminal, args: &args::Remote) -> anyhow::Result<()> {
    match args {
        args::Remote::Show(json) => {
            let chosen = terminal.run(engine, GetRemoteModels)?;
            if json.json {
                return terminal.print_json(&chosen);
            }
            if chosen.is_empty() {
                terminal.print_message("remote-off", &[]);
            }
            for (role, remote) in &chosen {
                print_remote(terminal, *role, remote);
            }
        }
        args::Remote::Use { server, pictures, yes } => {
            let (what, remote) = (remote_for(*pictures), Some(server.into()));
            terminal.run(engine, SetRemoteModel { what, remote, confirmed: *yes })?;
            for (role, remote) in &terminal.run(engine, GetRemoteModels)? {
                print_remote(terminal, *role, remote);
            }
        }
        args::Remote::Try { server } => {
            let tried = terminal.run(engine, TestRemoteModel(server.into()))?;
            let seconds = format!("{:.1}", tried.took_ms / 1e3);
            let values = [
                ("said", tried.said.into()),
                ("seconds", seconds.into()),
                ("tokens", tried.context_length.into()),
            ];
            terminal.print_message("remote-tried", &values);
        }
        args::Remote::Off { pictures } => {
            let what = remote_for(*pictures);
            terminal.run(engine, SetRemoteModel { what, remote: None, confirmed: false })?;
            terminal.print_message("remote-off", &[]);
        }
    }
    Ok(())
}

fn remote_for(pictures: bool) -> RemoteFor {
    if pictures { RemoteFor::Pictures } else { RemoteFor::Reports }
}

/// Prints the model in use on a server, and what leaves this machine.
fn print_remote(terminal: &Terminal, role: ModelRole, remote: &RemoteModel) {
    let values =
        [("model", remote.model.clone().into()), ("address", remote.address.clone().into())];
    terminal.print_line(&format!("{role}: {}", terminal.text("remote-on", &values)));
    terminal.print_message("remote-leaves", &[]);
}

fn file_name(path: &std::path::Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn list(engine: &Engine, terminal: &Terminal, json: bool) -> anyhow::Result<()> {
    let models = terminal.run(engine, ListModels)?;
    if json {
        let rows: Vec<serde_json::Value> = models
            .iter()
            .map(|model| {
                serde_json::json!({
                    "model": model.entry,
                    "profiles": model.profiles,
                    "present": model.state == ModelState::Present,
                })
            })
            .collect();
        return terminal.print_json(&rows);
    }
    for model in models {
        let state = match &model.state {
            ModelState::Present => "models-present",
            ModelState::Missing { .. } => "models-missing",
            ModelState::Partial { .. } => "models-partial",
            ModelState::WrongSize { .. } => "models-wrong-size",
        };
        let size = match model.entry.bytes() {
            Some(bytes) => indicatif::HumanBytes(bytes).to_string(),
            None => "?".to_owned(),
        };
        let roles: Vec<String> = model.entry.roles.iter().map(ToString::to_string).collect();
        terminal.print_line(&format!(
            "{:<30} {:<8} {:>11}  {:<26} {:<16} {}",
            model.entry.id.0,
            terminal.text(state, &[]),
            size,
            roles.join(", "),
            model.profiles.join(", "),
            model.entry.licence,
        ));
    }
    Ok(())
}
