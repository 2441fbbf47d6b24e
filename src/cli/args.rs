//! The arguments of the command line, by command. `commands/` runs the commands.

mod access;
mod actions;
mod backup;
mod bank;
mod bench;
mod demo;
mod doctor;
mod eval;
mod feedback;
mod generate;
mod history;
mod import_seed;
mod index;
mod inspect;
mod json;
mod library;
mod logs;
mod manual;
mod models;
mod region;
mod roi;
mod scale;
mod search;
mod serve;
mod shapes;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use fettle_domain::Language;

pub(crate) use access::{Audit, Person, Token};
pub(crate) use actions::Actions;
pub(crate) use backup::{Backup, Restore};
pub(crate) use bank::{Bank, ThresholdOptions};
pub(crate) use bench::Bench;
pub(crate) use demo::Demo;
pub(crate) use doctor::Doctor;
pub(crate) use eval::Eval;
pub(crate) use feedback::Feedback;
pub(crate) use generate::Generate;
pub(crate) use history::{History, HistoryCommand, HistoryList};
pub(crate) use import_seed::ImportSeed;
pub(crate) use index::Index;
pub(crate) use inspect::Inspect;
pub(crate) use library::Library;
pub(crate) use logs::{LogFormat, Logs};
pub(crate) use manual::{Corrections, Manual};
pub(crate) use models::{Models, Remote};
pub(crate) use roi::{Product, Roi};
pub(crate) use scale::Scale;
pub(crate) use search::Search;
pub(crate) use serve::Serve;

/// Finds the defect, shows it, names it, and says what the manual says to do.
#[derive(Debug, Parser)]
#[command(name = "fettle", version, about, max_term_width = 100, args_override_self = true)]
pub(crate) struct Cli {
    /// Workspace: the directory that holds models/, data/ and manual_store/.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) workspace: Option<PathBuf>,
    /// Language of messages and reports. Default: the workspace's settings.
    #[arg(long, global = true, value_enum)]
    pub(crate) lang: Option<Lang>,
    /// Compute on the CPU even where a GPU is.
    #[arg(long, global = true)]
    pub(crate) cpu: bool,
    /// Say more about what is done (twice: much more). To stderr.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// The form of what is said to stderr.
    #[arg(long, global = true, value_enum, default_value_t)]
    pub(crate) log_format: LogFormat,
    /// What to do. Without a command the window opens.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// A language by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// 한국어.
    Ko,
    /// English.
    En,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Ko => Self::Ko,
            Lang::En => Self::En,
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open the window, as does no command at all, and inspect these.
    Window {
        /// Images and folders.
        images: Vec<PathBuf>,
    },
    /// Inspect one image: similar defects, anomaly, manual, report, record.
    Inspect(Inspect),
    /// Find known defects that resemble a picture, a part of one, or words.
    Search(Search),
    /// List what was inspected, or say what a part really was.
    History(History),
    /// Records of corrective actions: what was done, by whom, and whether it helped (8D, CAPA).
    #[command(subcommand)]
    Actions(Actions),
    /// What is to be known of a product beside its images.
    #[command(subcommand)]
    Product(Product),
    /// Register products, defects, images and manuals.
    #[command(subcommand)]
    Library(Library),
    /// The index of known defects.
    #[command(subcommand)]
    Index(Index),
    /// Memory banks of normal parts.
    #[command(subcommand)]
    Bank(Bank),
    /// Read and search manuals.
    #[command(subcommand)]
    Manual(Manual),
    /// Say whether answers and reports helped, and review what that teaches.
    #[command(subcommand)]
    Feedback(Feedback),
    /// Model files: what is here, what is missing, how to get it.
    #[command(subcommand)]
    Models(Models),
    /// Answer other systems, browsers and phones over HTTP, until Ctrl-C.
    Serve(Serve),
    /// Who may call the server, and what they may do.
    #[command(subcommand)]
    Token(Token),
    /// Who may sign in at the window, and what they may do there.
    #[command(subcommand)]
    Person(Person),
    /// Who changed what, and when: the audit trail.
    #[command(subcommand)]
    Audit(Audit),
    /// Render the demo world, register it, fit it, and inspect three images.
    Demo(Demo),
    /// Take over products, images and manuals of the system that Fettle replaces.
    ImportSeed(ImportSeed),
    /// Back up the workspace, without its models, into one file.
    Backup(Backup),
    /// Restore a backup into an empty workspace.
    Restore(Restore),
    /// Measure the anomaly stage on a data set in MVTec AD's folders.
    Eval(Eval),
    /// Measure how fast this machine is, in a workspace of its own.
    Bench(Bench),
    /// What this machine and workspace have, what is missing and how to get it.
    Doctor(Doctor),
    /// What the window and the server did and could not do: their log.
    Logs(Logs),
    /// Write what a package holds beside the program: manual pages, completions of the shell.
    #[command(subcommand, hide = true)]
    Generate(Generate),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
