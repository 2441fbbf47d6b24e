//! `fettle backup` and `fettle restore`.

use std::path::{Path, PathBuf};

use crate::args;
use crate::terminal::Terminal;
use fettle_engine::{BackUp, BackUpIfDue, BackedUp, Engine, RestoreBackup, VerifyBackup};
use fettle_i18n::Value;

pub(crate) fn back_up(
    engine: &Engine,
    terminal: &Terminal,
    args: &args::Backup,
) -> anyhow::Result<()> {
    let (message, answer) = match &args.file {
        // The engine resolves no relative paths.
        Some(file) if args.check => {
            let path = std::path::absolute(file)?;
            ("backup-sound", Some(terminal.run(engine, VerifyBackup { path })?))
        }
        Some(file) => {
            let to = std::path::absolute(file)?;
            ("backup-done", Some(terminal.run(engine, BackUp { to })?))
        }
        None => ("backup-done", terminal.run(engine, BackUpIfDue)?),
    };
    if args.json {
        return terminal.print_json(&answer);
    }
    match answer {
        None => terminal.print_message("backup-not-due", &[]),
        Some(answer) => print(terminal, message, &answer, &answer.path),
    }
    Ok(())
}

pub(crate) fn restore(
    engine: &Engine,
    terminal: &Terminal,
    args: &args::Restore,
) -> anyhow::Result<()> {
    let from: PathBuf = std::path::absolute(&args.file)?;
    let answer = terminal.run(engine, RestoreBackup { from })?;
    if args.json {
        return terminal.print_json(&answer);
    }
    print(terminal, "backup-restored", &answer, engine.workspace().root());
    Ok(())
}

fn print(terminal: &Terminal, message: &str, answer: &BackedUp, path: &Path) {
    let values = [
        ("files", answer.files.into()),
        ("size", Value::Number { value: answer.bytes as f64 / 1e6, digits: 1 }),
        ("path", path.display().to_string().into()),
    ];
    terminal.print_message(message, &values);
    for file in &answer.missing {
        terminal.eprint_message("backup-missing", &[("file", file.clone().into())]);
    }
}
