//! `fettle serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// `fettle serve`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The address to listen on. One that other machines reach (0.0.0.0:5000) needs a token
    /// (`fettle token add`) and encryption. Port 0 takes any that is free.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:5000")]
    pub(crate) bind: SocketAddr,
    /// Encrypt with this certificate and this key, both PEM.
    #[arg(long, num_args = 2, value_names = ["CERTIFICATE", "KEY"], conflicts_with = "tls_self_signed")]
    pub(crate) tls: Option<Vec<PathBuf>>,
    /// Encrypt with a certificate of Fettle's own, made once for this workspace.
    #[arg(long)]
    pub(crate) tls_self_signed: bool,
    /// Let other machines send tokens and pictures without encryption: on a network that is trusted, or
    /// behind a proxy that encrypts.
    #[arg(long)]
    pub(crate) insecure_http: bool,
    /// Answer questions only: inspect, register and judge nothing.
    #[arg(long)]
    pub(crate) read_only: bool,
    /// A name, beside addresses and localhost, under which callers reach this machine; may be given
    /// several times.
    #[arg(long = "host-name", value_name = "NAME")]
    pub(crate) host_names: Vec<String>,
    /// Print the description of the interface (OpenAPI 3.1) and end.
    #[arg(long)]
    pub(crate) print_openapi: bool,
}
