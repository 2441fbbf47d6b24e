//! `fettle serve`.

use std::net::SocketAddr;

use clap::Args;

/// `fettle serve`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The address to listen on: one of this machine alone. Port 0 takes any that is free.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:5000")]
    pub(crate) bind: SocketAddr,
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
