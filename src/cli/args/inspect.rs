//! `fettle inspect`.

use std::path::PathBuf;

use clap::Args;

use fettle_domain::ProductCode;

/// `fettle inspect`.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The image: PNG, JPEG, BMP, TIFF or WebP.
    pub(crate) image: PathBuf,
    /// Its product. Default: what the similar known defects vote for.
    #[arg(long, short)]
    pub(crate) product: Option<ProductCode>,
    /// Print the result as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write heatmap, mask, overlay, comparison, report.md and result.json here.
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// End with the verdict: 0 OK, 2 NG, 3 unsure (1 is an error, as always).
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// Say where the time went.
    #[arg(long)]
    pub(crate) timings: bool,
    /// Compose the report from the manual alone, without the language model.
    #[arg(long)]
    pub(crate) no_llm: bool,
}
