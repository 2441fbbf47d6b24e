//! `fettle generate`: writes manual pages and completions from the arguments.

use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::args::{Cli, Generate};

/// The shells that get completions.
const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

pub(crate) fn run(what: &Generate) -> anyhow::Result<()> {
    match what {
        Generate::Man { folder } => man_pages(folder).with_context(|| failed(folder)),
        Generate::Completions { folder } => completions(folder).with_context(|| failed(folder)),
    }
}

fn failed(folder: &Path) -> String {
    format!("writing into {}", folder.display())
}

fn man_pages(folder: &Path) -> std::io::Result<()> {
    clap_mangen::generate_to(Cli::command(), folder)
}

fn completions(folder: &Path) -> std::io::Result<()> {
    for shell in SHELLS {
        clap_complete::generate_to(shell, &mut Cli::command(), "fettle", folder)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(folder: &Path, name: &str) -> String {
        std::fs::read_to_string(folder.join(name)).unwrap()
    }

    #[test]
    fn every_command_that_is_shown_has_a_page() {
        let folder = tempfile::tempdir().unwrap();
        run(&Generate::Man { folder: folder.path().to_owned() }).unwrap();
        for command in Cli::command().get_subcommands() {
            let name = format!("fettle-{}.1", command.get_name());
            assert_eq!(folder.path().join(&name).exists(), !command.is_hide_set(), "{name}");
        }
        let page = read(folder.path(), "fettle.1");
        assert!(page.contains(".TH fettle 1"), "{page}");
        assert!(read(folder.path(), "fettle-inspect.1").contains("\\-\\-json"));
    }

    #[test]
    fn each_shell_completes_commands_and_options() {
        let folder = tempfile::tempdir().unwrap();
        run(&Generate::Completions { folder: folder.path().to_owned() }).unwrap();
        for name in ["fettle.bash", "_fettle", "fettle.fish"] {
            let script = read(folder.path(), name);
            for word in ["inspect", "import-seed", "workspace", "timings"] {
                assert!(script.contains(word), "{name}: {word}");
            }
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap().path().join("absent");
        for what in [
            Generate::Man { folder: folder.clone() },
            Generate::Completions { folder: folder.clone() },
        ] {
            assert!(format!("{:#}", run(&what).unwrap_err()).contains("absent"));
        }
    }
}
