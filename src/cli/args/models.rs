//! `fettle models`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::json::Json;
use fettle_domain::RemoteModel;

/// `fettle models`.
#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// All models, by profile, and whether they are here.
    List(Json),
    /// Fetch what a profile or model lacks. Resumes; checks each file's hash.
    Pull {
        /// `starter`, `small`, `workstation`, or a model's id.
        what: String,
        /// Take the files from this directory or USB path first.
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
        /// Ask no network.
        #[arg(long)]
        offline: bool,
        /// Also fetch files whose hash nobody has written down yet.
        #[arg(long)]
        accept_unpinned: bool,
    },
    /// Check the hash of every file that is here.
    Verify {
        /// A model's id. Default: all that are here.
        model: Option<String>,
    },
    /// Print where a model's files are.
    Path {
        /// A model's id.
        model: String,
    },
    /// A language model on a server of OpenAI's kind (vLLM, llama.cpp's) instead of one here.
    #[command(subcommand)]
    Remote(Remote),
}

/// `fettle models remote`.
#[derive(Debug, Subcommand)]
pub(crate) enum Remote {
    /// Whether one is used, and which.
    Show(Json),
    /// Have it write the reports from now on.
    Use {
        #[command(flatten)]
        server: Server,
        /// Have it look at the pictures instead.
        #[arg(long)]
        pictures: bool,
        /// What it needs may be sent to another machine.
        #[arg(long)]
        yes: bool,
    },
    /// Have it say a word, without using it.
    Try {
        #[command(flatten)]
        server: Server,
    },
    /// Have this machine's model write the reports again.
    Off {
        /// Have none on a server look at the pictures any more, instead.
        #[arg(long)]
        pictures: bool,
    },
}

/// A server and its model.
#[derive(Debug, Args)]
pub(crate) struct Server {
    /// Its address, e.g. `http://localhost:8080`.
    address: String,
    /// What it calls the model.
    #[arg(long, short)]
    model: String,
    /// The environment variable that holds the API key. The key itself is kept nowhere.
    #[arg(long, value_name = "NAME")]
    key_variable: Option<String>,
}

impl From<&Server> for RemoteModel {
    fn from(server: &Server) -> Self {
        let Server { address, model, key_variable } = server;
        let (address, model) = (address.clone(), model.clone());
        Self { address, model, key_variable: key_variable.clone() }
    }
}
