//! The command line: turns arguments into requests to the engine and answers into text or JSON. The
//! only crate that prints.
//!
//! [`run`] parses the arguments (`args`), opens the workspace, and hands each command to its file
//! in `commands`; `terminal` prints and shows progress.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod args;
mod commands;
mod cpu;
mod log_entries;
mod log_file;
mod output;
mod start_log;
mod support_bundle;
mod table;
mod terminal;
mod window_server;

use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser as _;

use args::{Cli, Command};
use commands::inspect::VerdictStatus;
use commands::manual_answer::AnswerStatus;
use fettle_app::{AppError, LogLines, ServerSwitch};
use fettle_domain::{Language, Via, printable_line};
use fettle_engine::{Engine, EngineError, EngineOptions};
use fettle_i18n::Value;
use fettle_server::ServerError;
use fettle_settings::{ServerPlan, Settings, SettingsWarning, Workspace};
use output::{OutputFailed, error_line};
use start_log::start_log;
use terminal::{CANCELLED, Terminal};
use window_server::WindowServer;

/// Runs the command in the process's arguments.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(said) => return said_by_arguments(&said),
    };
    let language = cli.lang.map_or_else(language_of_environment, Language::from);
    // Before any computation, since networks are compiled for AVX2.
    if !cpu::can_run() {
        error_line(&format!("fettle: {}", fettle_i18n::text(language, "doctor-cpu-old")));
        return ExitCode::FAILURE;
    }
    let log = start_log(&cli);
    let Err(error) = execute(&cli, log.lines.clone()) else { return ExitCode::SUCCESS };
    if let Some(status) = status_of(&error) {
        return status.into();
    }
    let known = error.downcast_ref::<EngineError>();
    let said = if let Some(known) = known {
        known.explain(language)
    } else if let Some(OutputFailed(reason)) = error.downcast_ref() {
        let reason = [("reason", printable_line(&reason.to_string()).as_ref().into())];
        fettle_i18n::text_with(language, "error-output", &reason)
    } else if error.is::<AppError>() {
        let reason = [("reason", printable_line(&error.to_string()).as_ref().into())];
        fettle_i18n::text_with(language, "error-window", &reason)
    } else if let Some(known) = error.downcast_ref::<ServerError>() {
        known.explain(language)
    } else {
        format!("{error:#}")
    };
    error_line(&format!("fettle: {said}"));
    match known {
        Some(EngineError::Cancelled) => ExitCode::from(CANCELLED),
        _ => ExitCode::FAILURE,
    }
}

/// Help, version, or what is wrong with the arguments.
fn said_by_arguments(said: &clap::Error) -> ExitCode {
    let printed = said.print().and_then(|()| std::io::stdout().flush());
    match printed {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => ExitCode::FAILURE,
        _ => u8::try_from(said.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from),
    }
}

/// The exit status that a command answers with: everything was printed before.
fn status_of(error: &anyhow::Error) -> Option<u8> {
    let verdict = error.downcast_ref().map(|VerdictStatus(code)| *code);
    verdict.or_else(|| error.downcast_ref().map(|AnswerStatus(code)| *code))
}

fn execute(cli: &Cli, log: LogLines) -> anyhow::Result<()> {
    // Needs no workspace, and makes none.
    if let Some(Command::Generate(what)) = &cli.command {
        return commands::generate::run(what);
    }
    if let Some(Command::Serve(args::Serve { print_openapi: true, .. })) = &cli.command {
        let terminal = Terminal::new(language_of_environment());
        terminal.print_line(&fettle_server::openapi_json());
        return Ok(terminal.finish()?);
    }
    let workspace = Workspace::locate(cli.workspace.as_deref()).context("workspace")?;
    let (settings, warnings) = fettle_settings::read(&workspace.settings_path());
    let language = cli.lang.map_or(settings.language, Language::from);
    let terminal = Terminal::new(language);
    for warning in &warnings {
        print_warning(&terminal, warning);
    }
    let done = execute_in(cli, (workspace, settings), &terminal, log);
    match (done, terminal.finish()) {
        (Err(error), _) if status_of(&error).is_none() => Err(error),
        (done, printed) => printed.map_err(anyhow::Error::from).and(done),
    }
}

/// Says what of the settings is not used as it is written.
fn print_warning(terminal: &Terminal, warning: &SettingsWarning) {
    let texts = |values: Vec<(&'static str, String)>| -> Vec<(&'static str, Value)> {
        values.into_iter().map(|(name, value)| (name, value.into())).collect()
    };
    let (id, values, fault) = warning.message();
    let mut values = texts(values);
    if let Some(fault) = fault {
        let (id, of_fault) = fault.message();
        values.push(("reason", terminal.text(id, &texts(of_fault)).into()));
    }
    let said = terminal.text(id, &values);
    terminal.eprint_message("settings-warning", &[("warning", said.into())]);
}

fn execute_in(
    cli: &Cli,
    (workspace, settings): (Workspace, Settings),
    terminal: &Terminal,
    log: LogLines,
) -> anyhow::Result<()> {
    let language = terminal.language();
    let options = EngineOptions { allow_gpu: !cli.cpu, language };
    if let Some(Command::Bench(args)) = &cli.command {
        return commands::bench::run(&workspace, options, terminal, args);
    }
    if let Some(Command::Logs(args)) = &cli.command {
        return commands::logs::run(&workspace, terminal, args);
    }
    let plan = settings.server;
    let engine = Engine::start(workspace, settings, options)?;
    if let Some(Command::Serve(args)) = &cli.command {
        return commands::serve::run(engine, terminal, args);
    }
    let command = match &cli.command {
        None => return open_window(engine, plan, (language, log), Vec::new()),
        Some(Command::Window { images }) => {
            return open_window(engine, plan, (language, log), images.clone());
        }
        Some(command) => command,
    };
    match command {
        Command::Inspect(args) => commands::inspect::run(&engine, terminal, args),
        Command::Search(args) => commands::search::run(&engine, terminal, args),
        Command::History(args) => commands::history::run(&engine, terminal, args),
        Command::Actions(args) => commands::actions::run(&engine, terminal, args),
        Command::Product(args::Product::Roi(args)) => commands::roi::run(&engine, terminal, args),
        Command::Product(args::Product::Scale(args)) => {
            commands::scale::run(&engine, terminal, args)
        }
        Command::Library(args) => commands::library::run(&engine, terminal, args),
        Command::Index(args) => commands::index::run(&engine, terminal, args),
        Command::Bank(args) => commands::bank::run(&engine, terminal, args),
        Command::Manual(args) => commands::manual::run(&engine, terminal, args),
        Command::Feedback(args) => commands::feedback::run(&engine, terminal, args),
        Command::Models(args) => commands::models::run(&engine, terminal, args),
        Command::Demo(args) => commands::demo::run(&engine, terminal, args),
        Command::Eval(args) => commands::eval::run(&engine, terminal, args),
        Command::ImportSeed(args) => commands::import_seed::run(&engine, terminal, args),
        Command::Token(args) => commands::access::token(&engine, terminal, args),
        Command::Person(args) => commands::access::person(&engine, terminal, args),
        Command::Audit(args) => commands::access::audit(&engine, terminal, args),
        Command::Backup(args) => commands::backup::back_up(&engine, terminal, args),
        Command::Restore(args) => commands::backup::restore(&engine, terminal, args),
        Command::Bench(_)
        | Command::Generate(_)
        | Command::Logs(_)
        | Command::Serve(_)
        | Command::Window { .. } => Ok(()),
        Command::Doctor(args) => commands::doctor::run(&engine, terminal, args),
    }
}

/// Opens the window, and with it the server, where `plan` says so.
fn open_window(
    engine: Engine,
    plan: ServerPlan,
    (language, log): (Language, LogLines),
    images: Vec<PathBuf>,
) -> anyhow::Result<()> {
    let engine = Arc::new(engine.called_via(Via::Window));
    let server = Arc::new(WindowServer::new(Arc::clone(&engine), language));
    if plan.on {
        server.set(plan);
    }
    let switch: Arc<dyn ServerSwitch> = Arc::<WindowServer>::clone(&server);
    let opened = fettle_app::run(engine, switch, language, log, images);
    // Before the engine, whose jobs its callers wait for.
    server.end();
    Ok(opened?)
}

/// English where the locale is English, else Korean: the language of messages before the settings
/// are read.
fn language_of_environment() -> Language {
    let asked = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok());
    match asked {
        Some(locale) if locale.starts_with("en") => Language::En,
        _ => Language::Ko,
    }
}
