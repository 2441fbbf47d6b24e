//! The command line: turns arguments into requests to the engine and answers into text or JSON. The
//! only crate that prints.
//!
//! [`run`] parses the arguments (`args`), opens the workspace, and hands each command to its file
//! in `commands`; `terminal` prints and shows progress.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod args;
mod commands;
mod cpu;
mod table;
mod terminal;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use args::{Cli, Command};
use commands::inspect::VerdictStatus;
use commands::manual_answer::AnswerStatus;
use fettle_app::{AppError, LogLines};
use fettle_domain::{Language, printable_line, printable_lines};
use fettle_engine::{Engine, EngineError, EngineOptions};
use fettle_server::ServerError;
use fettle_settings::Workspace;
use terminal::{CANCELLED, Terminal};

/// Runs the command in the process's arguments.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let language = cli.lang.map_or_else(language_of_environment, Language::from);
    // Before any computation, since networks are compiled for AVX2.
    if !cpu::can_run() {
        eprintln!("fettle: {}", fettle_i18n::text(language, "doctor-cpu-old"));
        return ExitCode::FAILURE;
    }
    let log = start_log(cli.verbose);
    match execute(&cli, log) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<VerdictStatus>() => {
            error.downcast_ref().map_or(ExitCode::FAILURE, |VerdictStatus(code)| (*code).into())
        }
        Err(error) if error.is::<AnswerStatus>() => {
            error.downcast_ref().map_or(ExitCode::FAILURE, |AnswerStatus(code)| (*code).into())
        }
        Err(error) => match error.downcast_ref::<EngineError>() {
            Some(EngineError::Cancelled) => {
                eprintln!("fettle: {}", EngineError::Cancelled.explain(language));
                ExitCode::from(CANCELLED)
            }
            Some(known) => {
                eprintln!("fettle: {}", known.explain(language));
                ExitCode::FAILURE
            }
            None if error.is::<AppError>() => {
                let reason = [("reason", printable_line(&error.to_string()).as_ref().into())];
                eprintln!("fettle: {}", fettle_i18n::text_with(language, "error-window", &reason));
                ExitCode::FAILURE
            }
            None => {
                let said = match error.downcast_ref::<ServerError>() {
                    Some(known) => known.explain(language),
                    None => format!("{error:#}"),
                };
                eprintln!("fettle: {}", printable_lines(&said));
                ExitCode::FAILURE
            }
        },
    }
}

fn execute(cli: &Cli, log: LogLines) -> anyhow::Result<()> {
    // Needs no workspace, and makes none.
    if let Some(Command::Generate(what)) = &cli.command {
        return commands::generate::run(what);
    }
    if let Some(Command::Serve(args::Serve { print_openapi: true, .. })) = &cli.command {
        println!("{}", fettle_server::openapi_json());
        return Ok(());
    }
    let workspace = Workspace::locate(cli.workspace.as_deref()).context("workspace")?;
    let (settings, warnings) = fettle_settings::read(&workspace.settings_path());
    let language = cli.lang.map_or(settings.language, Language::from);
    let terminal = Terminal::new(language);
    for warning in warnings {
        terminal.eprint_message("settings-warning", &[("warning", warning.to_string().into())]);
    }
    let options = EngineOptions { allow_gpu: !cli.cpu, language };
    if let Some(Command::Bench(args)) = &cli.command {
        return commands::bench::run(&workspace, options, &terminal, args);
    }
    let engine = Engine::start(workspace, settings, options)?;
    if let Some(Command::Serve(args)) = &cli.command {
        return commands::serve::run(engine, &terminal, args);
    }
    let Some(command) = &cli.command else {
        return Ok(fettle_app::run(engine, language, log, Vec::new())?);
    };
    match command {
        Command::Window { images } => Ok(fettle_app::run(engine, language, log, images.clone())?),
        Command::Inspect(args) => commands::inspect::run(&engine, &terminal, args),
        Command::Search(args) => commands::search::run(&engine, &terminal, args),
        Command::History(args) => commands::history::run(&engine, &terminal, args),
        Command::Actions(args) => commands::actions::run(&engine, &terminal, args),
        Command::Product(args::Product::Roi(args)) => commands::roi::run(&engine, &terminal, args),
        Command::Library(args) => commands::library::run(&engine, &terminal, args),
        Command::Index(args) => commands::index::run(&engine, &terminal, args),
        Command::Bank(args) => commands::bank::run(&engine, &terminal, args),
        Command::Manual(args) => commands::manual::run(&engine, &terminal, args),
        Command::Feedback(args) => commands::feedback::run(&engine, &terminal, args),
        Command::Models(args) => commands::models::run(&engine, &terminal, args),
        Command::Demo(args) => commands::demo::run(&engine, &terminal, args),
        Command::Eval(args) => commands::eval::run(&engine, &terminal, args),
        Command::ImportSeed(args) => commands::import_seed::run(&engine, &terminal, args),
        Command::Backup(args) => commands::backup::back_up(&engine, &terminal, args),
        Command::Restore(args) => commands::backup::restore(&engine, &terminal, args),
        Command::Bench(_) | Command::Generate(_) | Command::Serve(_) => Ok(()),
        Command::Doctor(args) => commands::doctor::run(&engine, &terminal, args),
    }
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

/// Starts the log: to stderr at the chosen level, and to the window's log panel.
fn start_log(verbose: u8) -> LogLines {
    let default = match verbose {
        0 => "off,fettle=error",
        1 => "fettle=info",
        _ => "fettle=debug",
    };
    let filter = EnvFilter::try_from_env("FETTLE_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let lines = LogLines::default();
    let panel = lines.clone();
    let to_panel = fmt::layer().with_ansi(false).with_writer(move || panel.clone());
    let to_terminal = fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry()
        .with(to_terminal.with_filter(filter))
        .with(to_panel.with_filter(EnvFilter::new("warn,fettle=info")))
        .init();
    lines
}
