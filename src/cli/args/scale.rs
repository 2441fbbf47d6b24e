//! `fettle product scale`.

use std::path::PathBuf;

use clap::Args;

use fettle_domain::ProductCode;

/// `fettle product scale`.
#[derive(Debug, Args)]
pub(crate) struct Scale {
    /// The product.
    pub(crate) product: ProductCode,
    /// Millimetres of a pixel of the original images.
    #[arg(long, value_name = "MM", conflicts_with_all = ["length_mm", "checker", "clear"])]
    pub(crate) mm_per_px: Option<f64>,
    /// A length that is known, in millimetres. With --px.
    #[arg(long, value_name = "MM", requires = "px", conflicts_with_all = ["checker", "clear"])]
    pub(crate) length_mm: Option<f64>,
    /// The same length in pixels of the original images.
    #[arg(long, value_name = "PIXELS", requires = "length_mm")]
    pub(crate) px: Option<f64>,
    /// A picture of a checkerboard, taken as pictures of the product are. With --square-mm.
    #[arg(long, value_name = "IMAGE", requires = "square_mm", conflicts_with = "clear")]
    pub(crate) checker: Option<PathBuf>,
    /// Side of a square of the checkerboard in millimetres.
    #[arg(long, value_name = "MM", requires = "checker")]
    pub(crate) square_mm: Option<f64>,
    /// Take the scale back: lengths are measured in pixels again.
    #[arg(long)]
    pub(crate) clear: bool,
    /// Print as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
