//! `fettle bench`.

use std::path::PathBuf;

use clap::Args;

/// `fettle bench`.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Normal images to work on. Default: the demo's castings.
    #[arg(long, value_name = "DIR")]
    pub(crate) images: Option<PathBuf>,
    /// At most so many of them.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(3..))]
    pub(crate) count: u16,
    /// Share of all patches that the bank keeps, 0 to 1.
    #[arg(long, default_value_t = 0.1)]
    pub(crate) ratio: f32,
    /// How often each short measurement is repeated; the median counts.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..1000))]
    pub(crate) repeats: u16,
    /// Vectors in the largest index that is searched: 10000, 100000 or 1000000 (4 GB of memory).
    #[arg(long, default_value_t = 100_000)]
    pub(crate) largest_index: usize,
    /// Print the result as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}
